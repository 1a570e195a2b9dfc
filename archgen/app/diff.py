"""Diff: what became of one model in another, told in as many formats as were asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.assessment import assess
from archgen.analysis.topology import Topology
from archgen.app.config.catalogue import catalogue
from archgen.app.config.settings import CommandLine, lint_settings
from archgen.app.exit_codes import FINDINGS, OK
from archgen.app.findings.lint import failing_severities
from archgen.app.models import check_models
from archgen.app.workspace.inputs import STDIN, Input, find, includer, model_id, read
from archgen.app.workspace.revisions import commit, ends, files_at, is_range, range_labels, read_at
from archgen.compare import Evolution, evolve
from archgen.engines.rooms import COLUMN
from archgen.language.load import load
from archgen.linting.checked_model import CheckedModel, Model, visible_to
from archgen.linting.policy import apply_severities, rules_for_model, select_rules
from archgen.model.architecture import SUFFIX, Architecture
from archgen.model.finding import Severity
from archgen.model.problems import ModelError, UsageError
from archgen.report.common.terminal import Style
from archgen.system.internal_errors import Isolation

LARGEST_PICTURE = 20_000
"""Characters of a picture in Markdown; what is larger nobody reads in a comment, and Mermaid refuses it in the end."""


class ModelPair(Struct, frozen=True):
    """A model before and after; None where it was not there, or is there no more."""

    before: Input | None
    after: Input | None


def write_markdown(evolutions: tuple[Evolution, ...], _: Style) -> str:
    """Write the changes as Markdown, with the deployments drawn in Mermaid."""
    from archgen.render.code.mermaid import diagram_mermaid
    from archgen.report.diff import markdown
    from archgen.views.diff import change_diagram

    drawn = ("" if evolution.empty else diagram_mermaid(change_diagram(evolution)) for evolution in evolutions)
    return markdown.write(evolutions, tuple(code if len(code) <= LARGEST_PICTURE else "" for code in drawn))


# Which models


def find_pairs(words: tuple[str, ...], stdin_name: str) -> tuple[ModelPair, ...]:
    """Return the pairs of models that the words of the command line name; UsageError if they name none.

    Nothing: each model with the one that it follows. One file: with the one that it follows. Two files, two
    directories: the first with the second. A range or a revision, then files or directories: these at both ends, or
    then and now.
    """
    if not words:
        return _ladder(find(()), words)
    if is_range(words[0]) or not _is_path(words[0]):
        return _revisions(words[0], words[1:])
    if len(words) == 1:
        return _ladder(find(words), words)
    if len(words) > 2:
        raise UsageError(f"diff compares two models, not {len(words)}; name two, or a revision before them")
    if os.path.isdir(words[0]) and os.path.isdir(words[1]):
        return _directories(words[0], words[1])
    if STDIN == words[0] == words[1]:
        raise UsageError("standard input can be one of the two models, not both")
    before, after = read(words, stdin_name, words)
    return (ModelPair(before, after),)


def _is_path(word: str) -> bool:
    return word == STDIN or word.endswith((SUFFIX, ".yaml", ".yml")) or os.path.exists(word)


def _ladder(files: tuple[str, ...], named: tuple[str, ...]) -> tuple[ModelPair, ...]:
    """Each file with the tier that it follows, the lowest step first; the files need not be in that order.

    A file that cannot be read stands alone, so that what is wrong with it is told.
    """
    inputs = {source.file: source for source in read(files, named=named)}
    followed_by: dict[str, str] = {}
    broken: list[ModelPair] = []
    for file, source in inputs.items():
        try:
            followed = _followed(source)
        except ModelError:
            broken.append(ModelPair(None, source))
        else:
            followed_by.update({file: followed} if followed is not None else {})
    if not followed_by and not broken:
        raise UsageError("no model follows another (`follows:`); name two models, or a revision and a model")
    missing = (file for file in dict.fromkeys(followed_by.values()) if file not in inputs)
    inputs.update((source.file, source) for source in read(tuple(missing)))
    ordered = sorted(followed_by, key=lambda file: (_height(file, followed_by), files.index(file)))
    return (*broken, *(ModelPair(inputs[followed_by[file]], inputs[file]) for file in ordered))


def _followed(source: Input) -> str | None:
    """The file of the tier that a model follows: it stands beside it. ModelError if the model cannot be read."""
    if source.data is None:
        raise ModelError((source.problem,) if source.problem else ())
    follows = load(source.file, source.data, includer(source.file)).architecture.follows
    return os.path.join(os.path.dirname(source.file), follows + SUFFIX) if follows is not None else None


def _height(file: str, follows: dict[str, str]) -> int:
    steps = 0
    while file in follows and steps <= len(follows):
        file, steps = follows[file], steps + 1
    return steps


def _directories(old: str, new: str) -> tuple[ModelPair, ...]:
    """The models of two directories, those of one id together."""
    before, after = (
        {model_id(file): file for file in find((directory,)) if os.path.isfile(file)} for directory in (old, new)
    )
    names = dict.fromkeys((*after, *before))
    if not names:
        raise UsageError(f"neither {old} nor {new} holds a *{SUFFIX} file")
    return tuple(ModelPair(_read(before.get(name), old), _read(after.get(name), new)) for name in names)


def _read(file: str | None, named: str) -> Input | None:
    return read((file,), named=(named,))[0] if file is not None else None


# Revisions


def _revisions(word: str, words: tuple[str, ...]) -> tuple[ModelPair, ...]:
    """Models at both ends of a range, or of a revision and in the working directory."""
    ranged = is_range(word)
    old, new = ends(word) if ranged else (commit(word), None)
    labels = range_labels(word) if ranged else (word, "")
    files = _named(words, [revision for revision in (old, new) if revision is not None])
    changed = []
    for file in files:
        before = read_at(old, labels[0], file)
        after = read_at(new, labels[1], file) if new is not None else _present(file, words)
        if before is None and after is None and file in words:
            raise UsageError(f"{file} is neither in {labels[0]} nor in {labels[1] or 'the working directory'}")
        if file in words or not _same(before, after):
            changed.append(ModelPair(before, after))
    if not files:
        raise UsageError(f"no model in {word} nor here; name a file or a directory behind the revision")
    return tuple(changed)


def _same(before: Input | None, after: Input | None) -> bool:
    """Return True if both sides surely say the same; a file that a model names may differ although the model doesn't."""
    if before is None or after is None:
        return before is after
    data = after.data or b""
    return before.data == after.data and b"include" not in data and b"extends" not in data


def _named(words: tuple[str, ...], commits: list[str]) -> tuple[str, ...]:
    """The files that are meant: those named, those in directories named, now or then; else all models."""
    named: dict[str, None] = {}
    for word in words or _places():
        if word.endswith((SUFFIX, ".yaml", ".yml")) or os.path.isfile(word):
            named[word] = None
            continue
        if os.path.isdir(word):
            named.update(dict.fromkeys(file for file in find((word,)) if os.path.isfile(file)))
        for revision in commits:
            named.update(dict.fromkeys(os.path.normpath(file) for file in files_at(revision, word, SUFFIX)))
    return tuple({os.path.normpath(file): None for file in named})


def _places() -> tuple[str, ...]:
    from archgen.app.config.config import configured_models

    return configured_models() or ("models",)


def _present(file: str, named: tuple[str, ...]) -> Input | None:
    return read((file,), named=named)[0] if os.path.exists(file) else None


# What became of them


def check_pairs(model_pairs: tuple[ModelPair, ...], today: str) -> tuple[tuple[Model | None, Model | None], ...]:
    """Both sides of each pair, read and judged as of an ISO date."""

    checked: dict[str, Model] = {}

    def check(source: Input | None) -> Model | None:
        if source is None:
            return None
        if source.file not in checked:
            checked[source.file] = check_models((source,), today, ladder=False)[0]
        return checked[source.file]

    return tuple((check(pair.before), check(pair.after)) for pair in model_pairs)


def evolutions(models: tuple[tuple[Model | None, Model | None], ...], isolation: Isolation) -> Iterator[Evolution]:
    """Yield the comparison of each pair; a model that is on one side only is compared with an empty one.

    A comparison that fails unexpectedly is left out.
    """
    compared: dict[tuple[str, str], CheckedModel] = {}
    filter_findings = configured_filter()
    # what a rule finds in one model and failed to find in another is no change
    failed = {error.rule for pair in models for model in pair if model is not None for error in model.errors}

    def assessed(model: CheckedModel) -> CheckedModel:
        key = model.file, model.id
        if key not in compared:
            findings = tuple(finding for finding in model.findings if finding.rule not in failed)
            visible = filter_findings(replace(model, findings=findings))
            compared[key] = replace(visible, assessments=assess(model.topology, 1))
        return compared[key]

    def compare(before: CheckedModel, after: CheckedModel) -> Evolution:
        return evolve(assessed(before), assessed(after))

    for pair in models:
        before, after = (model if isinstance(model, CheckedModel) else None for model in pair)
        model = after or before
        if model is not None:
            work = partial(compare, before or _nothing(model), after or _nothing(model))
            evolution = isolation.attempt(work, model.file, "comparison")
            if evolution is not None:
                yield evolution


def configured_filter() -> Callable[[CheckedModel], CheckedModel]:
    """Return a function that leaves the findings of the configured policy, with its severities, visible to its persona.

    Those that the persona doesn't see are hidden, so that they still count as known.
    """
    rules = catalogue()
    policy = lint_settings(CommandLine(), rules).policy
    selected = select_rules(policy, rules)
    by_id = {rule.id: rule for rule in rules}

    def filtered(model: CheckedModel) -> CheckedModel:
        ids = {rule.id for rule in rules_for_model(policy.apart, model.id, selected)}
        findings = tuple(finding for finding in model.findings if finding.rule in ids)
        graded = replace(model, findings=apply_severities(policy, findings, by_id))
        return visible_to(policy.persona, graded, policy.min_confidence)

    return filtered


def _nothing(model: CheckedModel) -> CheckedModel:
    """Return the empty model that stands for one that isn't there beside this one."""
    empty = Architecture(id=model.id, file="no model", name="nothing")
    return replace(model, topology=Topology(empty), findings=())


def draw_changes(changes: tuple[Evolution, ...], path: str, isolation: Isolation) -> tuple[tuple[str, str], ...]:
    """The two-tone deployment of each change as (file, SVG): a single one at `path`, several in that directory."""
    from archgen.app.drawing.pictures import Drawing

    drawing = Drawing(room=COLUMN)
    if len(changes) == 1 and not os.path.isdir(path):
        files = [path]
    elif path.endswith(".svg"):
        raise UsageError(f"{len(changes)} changes do not fit into {path}; name a directory, or two models")
    else:
        files = [os.path.join(path, f"{change.after.topology.slug}.diff.svg") for change in changes]
    drawn = [isolation.attempt(partial(drawing.change, change), change.after.file, "the picture") for change in changes]
    return tuple((file, picture) for file, picture in zip(files, drawn, strict=True) if picture is not None)


def diff_exit_code(changes: tuple[Evolution, ...], fail_on: Severity | Literal["never"]) -> int:
    """Return 1 if a change introduces an unaccepted finding at or above a severity, else 0."""
    failing = failing_severities(fail_on)
    new = (issue for change in changes for issue in change.findings_of("introduced"))
    return FINDINGS if any(issue.finding.severity in failing for issue in new) else OK
