"""Lint: judge models and tell what was found, in as many formats as were asked for."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from archgen.app.config.catalogue import catalogue
from archgen.app.config.settings import Settings
from archgen.app.models import Judging, Tell, in_turn, judge, silent
from archgen.app.workspace.inputs import find, model_id, read
from archgen.language.yaml.syntax import lines_of
from archgen.linting.checked_model import BrokenModel, CheckedModel, Model
from archgen.linting.policy import (
    MEANINGLESS,
    FailOn,
    Persona,
    Policy,
    apply_severities,
    is_shown,
    new_findings,
    rules_for_model,
    select_rules,
)
from archgen.linting.rule import Rule
from archgen.model.architecture import Frame, Request, Step
from archgen.model.finding import SEVERITIES, Finding, Severity
from archgen.report.common.terminal import Style
from archgen.report.lint.outcome import Outcome
from archgen.rules.run import order
from archgen.system.internal_errors import InternalError

FEW = 64
"""Models up to which one process is quicker than several are started."""

Keep = Literal["read", "write", "prune"]
"""What becomes of a baseline: it is read, written anew, or freed of what matches nothing any more."""


def _text(outcome: Outcome, style: Style) -> str:
    from archgen.report.lint import text

    return text.write(outcome, style)


def _json(outcome: Outcome, _: Style) -> str:
    from archgen.report.lint import json_

    return json_.write(outcome)


def _concise(outcome: Outcome, _: Style) -> str:
    from archgen.report.lint import concise

    return concise.write(outcome)


def _sarif(outcome: Outcome, _: Style) -> str:
    from archgen.report.lint import sarif

    return sarif.write(outcome)


def _github(outcome: Outcome, _: Style) -> str:
    from archgen.report.lint import github

    return github.write(outcome)


def _gitlab(outcome: Outcome, _: Style) -> str:
    from archgen.report.lint import gitlab

    return gitlab.write(outcome)


def _junit(outcome: Outcome, _: Style) -> str:
    from archgen.report.lint import junit

    return junit.write(outcome)


def _markdown(outcome: Outcome, _: Style) -> str:
    from archgen.report.lint import markdown

    return markdown.write(outcome)


FORMATS: dict[str, Callable[[Outcome, Style], str]] = {
    "text": _text,
    "concise": _concise,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
    "markdown": _markdown,
}
"""How findings can be told; each loads its own module only when it is asked for."""


class Run(Struct, frozen=True):
    """What `lint` came to, what it has to say of the baseline, and which rules failed on which models."""

    outcome: Outcome
    notes: tuple[str, ...] = ()
    errors: tuple[InternalError, ...] = ()


class Part(Struct, frozen=True):
    """Which models a run takes on, every `shards`-th from the `shard`-th on, and with how many processes.

    0 processes are as many as are worth it.
    """

    shard: int = 1
    shards: int = 1
    jobs: int = 0


def lint(
    paths: tuple[str, ...],
    today: str,
    stdin_name: str = "<stdin>",
    settings: Settings = Settings(),  # noqa: B008  a frozen value
    *,
    since: str | None = None,
    keep: Keep = "read",
    part: Part = Part(),  # noqa: B008  a frozen value
    tell: Tell = silent,
) -> Run:
    """Judge the models that the paths stand for, as of `today` (an ISO date), and leave out what is not asked for.

    `since` is a git revision whose findings are known; `keep` says what becomes of the baseline, `part` how the work is
    shared.
    """
    policy = settings.policy
    every = catalogue()
    rules = select_rules(policy, every)
    files = find(paths)
    inputs = read(files[part.shard - 1 :: part.shards], stdin_name, paths)
    elsewhere = frozenset(map(model_id, files)) if part.shards > 1 else frozenset()
    by = _shared(part, len(inputs))
    models = judge(inputs, today, tell=tell, rules=rules, by=by, elsewhere=elsewhere, apart=policy.apart)
    errors = tuple(error for model in models for error in model.errors)
    models = _graded(models, policy, every)
    hidden: list[str] = []
    notes: tuple[str, ...] = ()
    if since is not None:
        from archgen.app.findings.revision_findings import known_at

        models = _without(models, known_at(since, tuple(each.file for each in inputs), today, rules), "older", hidden)
    if settings.baseline is not None:
        from archgen.app.findings.baseline import Scope, settle_baseline

        failed = {(model_id(error.file), error.rule) for error in errors}

        def ran(model: str) -> frozenset[str]:
            ids = (rule.id for rule in rules_for_model(policy.apart, model, rules))
            return frozenset(rule for rule in ids if (model, rule) not in failed)

        scope = Scope(models, ran, frozenset(rule.id for rule in every), whole=not paths and part.shards == 1)
        known, notes = settle_baseline(settings.baseline, scope, keep, settings.inside)
        models = _without(models, known, "in the baseline", hidden)
    models = _for(policy.persona, models, hidden)
    told = outcome(models, settings.fail_on)
    return Run(replace(told, hidden=tuple(hidden), pages=settings.pages), notes, errors)


def _shared(part: Part, models: int) -> Judging:
    """How so many models are judged: by several processes where these are asked for, or worth it."""
    if part.jobs == 1 or (not part.jobs and models < FEW):
        return in_turn
    from archgen.app.workspace.parallel import judge_in_parallel, processes

    return partial(judge_in_parallel, jobs=part.jobs or processes())


def _graded(models: tuple[Model, ...], policy: Policy, rules: tuple[Rule, ...]) -> tuple[Model, ...]:
    if not policy.severities:
        return models
    by_id = {rule.id: rule for rule in rules}
    return tuple(replace(model, findings=_sorted(apply_severities(policy, model.findings, by_id))) for model in models)


def _sorted(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What leaves a model without a meaning first, as it stood, then the worst first."""
    first = tuple(each for each in findings if each.rule in MEANINGLESS)
    return first + tuple(sorted((each for each in findings if each.rule not in MEANINGLESS), key=order))


def _without(models: tuple[Model, ...], known: Iterable[str], what: str, hidden: list[str]) -> tuple[Model, ...]:
    """The models without the findings whose fingerprints are known; how many those are is added to `hidden`."""
    left = Counter(known)
    kept = tuple(replace(model, findings=new_findings(model.findings, left)) for model in models)
    return _counted(models, kept, what, hidden)


def _for(persona: Persona, models: tuple[Model, ...], hidden: list[str]) -> tuple[Model, ...]:
    def keep(model: Model) -> Model:
        findings = tuple(each for each in model.findings if is_shown(persona, each))
        return model if len(findings) == len(model.findings) else replace(model, findings=findings)

    more = "strict" if persona == "regular" else "auditor"
    return _counted(models, tuple(map(keep, models)), f"more with --persona {more}", hidden)


def _counted(models: tuple[Model, ...], kept: tuple[Model, ...], what: str, hidden: list[str]) -> tuple[Model, ...]:
    count = sum(len(model.findings) for model in models) - sum(len(model.findings) for model in kept)
    if count:
        hidden.append(f"{count} {what}")
    return kept


def outcome(models: tuple[Model, ...], fail_on: FailOn = "error") -> Outcome:
    """What a report needs of judged models."""
    told = tuple((model.file, model.findings) for model in models)
    return Outcome(told, Lines(models), Steps(models), failing(fail_on), catalogue())


def failing(fail_on: FailOn) -> tuple[Severity, ...]:
    """The severities that make the exit code 1."""
    return () if fail_on == "never" else SEVERITIES[: SEVERITIES.index(fail_on) + 1]


def summarise(outcome: Outcome) -> None:
    """Add the findings to the summary of a GitHub job, where the run is a step of one."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        from archgen.app.workspace.atomic_write import append

        append(file, _markdown(outcome, Style()).encode("utf-8", "backslashreplace"))


class Lines:
    """The lines of each source file, split once."""

    def __init__(self, models: tuple[Model, ...]) -> None:
        self._models = models
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, file: str) -> tuple[str, ...]:
        """The lines of a model's file, or of a file that one includes; none where it cannot be read."""
        if file not in self._known:
            self._known[file] = self._read(file)
        return self._known[file]

    def _read(self, file: str) -> tuple[str, ...]:
        for model in self._models:
            readable = _readable(model)
            if readable is not None and (lines := readable.source.lines(file)):
                return lines
            if model.file == file:
                return lines_of(model.data.decode("utf-8-sig", "replace"))
        # a file that a model without a meaning includes
        return lines_of((read((file,))[0].data or b"").decode("utf-8-sig", "replace"))


class Steps:
    """The words of each request step, found once."""

    def __init__(self, models: tuple[Model, ...]) -> None:
        self._models = models

    def __call__(self, model: str, step: str) -> str:
        """`user -> nginx` for a step's id; empty where there is no such step."""
        return self._words.get((model, step), "")

    @cached_property
    def _words(self) -> dict[tuple[str, str], str]:
        readable = [model for each in self._models if (model := _readable(each)) is not None]
        flows = ((model.id, flow) for model in readable for flow in model.architecture.flows)
        steps = ((model, step) for model, flow in flows for step in _requests(flow.steps))
        return {(model, step.id): f"{step.source} -> {' | '.join(step.targets)}" for model, step in steps}


def _readable(model: Model) -> CheckedModel | None:
    return model.alone if isinstance(model, BrokenModel) else model


def _requests(steps: tuple[Step, ...]) -> Iterator[Request]:
    for step in steps:
        if isinstance(step, Request):
            yield step
        elif isinstance(step, Frame):
            for branch in step.branches:
                yield from _requests(branch.steps)


def exit_code(findings: tuple[Finding, ...], fail_on: FailOn) -> int:
    """2 if a model has no meaning, 1 if an unaccepted finding is at or above `fail_on`, else 0."""
    if any(finding.rule in MEANINGLESS for finding in findings):
        return 2
    counted = failing(fail_on)
    return int(any(finding.severity in counted and finding.accepted is None for finding in findings))
