"""Review: the models of two revisions compared, and the outcome for the engineer who decides on the change."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from archgen.app.diff import ModelPair, check_pairs, evolutions, find_pairs
from archgen.app.exit_codes import FINDINGS, INVALID, OK
from archgen.app.findings.lint import failing_severities
from archgen.app.workspace.git import run_git
from archgen.app.workspace.inputs import Input
from archgen.app.workspace.revisions import commit, ends, is_range, range_labels
from archgen.compare.review import ModelReview, State, by_weight, review_evolution, review_problems
from archgen.linting.checked_model import BrokenModel, Model, confident
from archgen.model.finding import Confidence, Finding, Severity
from archgen.model.problems import UsageError
from archgen.render.code.mermaid import diagram_mermaid
from archgen.report.review.outcome import ReviewReport
from archgen.system.internal_errors import Isolation
from archgen.views.diff import change_diagram
from archgen.views.neighborhood import neighborhood

ALIKE = 0.5
"""The share of its lines that a file keeps if it was renamed, as in Git."""

MOST_LINES = 26
"""Lines of a Mermaid diagram in a comment."""

CARDS = (16, 12, 9, 7, 5)
"""Cards of a neighborhood: the first number whose diagram isn't too long."""


class Revisions(Struct, frozen=True):
    """Both ends of a change: their names, the commit of the later one (empty for the working directory), the subdirectory."""

    base: str
    head: str
    commit: str
    directory: str

    def path(self, file: str) -> str:
        """Return the path in the repository of a file that was read from one of the revisions."""
        for label in (self.head, self.base):
            if label and file.startswith(f"{label}:"):
                file = file[len(label) + 1 :]
                break
        return os.path.normpath(os.path.join(self.directory, file)).replace(os.sep, "/")


def review_models(
    words: tuple[str, ...], today: str, forge: str, isolation: Isolation, min_confidence: Confidence = "low"
) -> ReviewReport:
    """Review the models of a range, or of a revision and the working directory; UsageError if the words name none.

    `forge` is the address that the path of a file is added to, without the commit; empty for no links.
    """
    revisions = _revisions(words[0])
    pairs = pair_renamed(find_pairs(words, "<stdin>"))
    models = check_pairs(pairs, today)
    models = tuple((_confident(before, min_confidence), _confident(after, min_confidence)) for before, after in models)
    isolation.errors += (error for pair in models for model in pair if model is not None for error in model.errors)
    reviews = by_weight(_reviews(pairs, models, revisions, isolation))
    return ReviewReport(
        revisions.base,
        revisions.head or "the working directory",
        reviews,
        lambda finding: (revisions.path(finding.file), finding.line),
        partial(_address, revisions, forge),
    )


def _confident(model: Model | None, least: Confidence) -> Model | None:
    return None if model is None else confident((model,), least)[0]


def _revisions(word: str) -> Revisions:
    directory = run_git("rev-parse", "--show-prefix").line
    if not is_range(word):
        commit(word)
        return Revisions(word, "", "", directory)
    base, head = range_labels(word)
    return Revisions(base, head, ends(word)[1], directory)


def _address(revisions: Revisions, forge: str, finding: Finding) -> str:
    """Return the address of a finding's line on a forge; empty where the line isn't in a commit."""
    if (
        not forge
        or not revisions.commit
        or (revisions.base != revisions.head and finding.file.startswith(f"{revisions.base}:"))
    ):
        return ""
    return f"{forge}/{revisions.commit}/{quote(revisions.path(finding.file))}#L{finding.line}"


def forge_address(declared: str | None) -> str:
    """Return the declared address of the repository's files, else that of the CI job; empty in none.

    UsageError if the declared one isn't the address of a page.
    """
    if declared is not None:
        if not declared.startswith(("https://", "http://")) or set(declared) & set(" \t\r\n<>()\"'`"):
            raise UsageError(f"--links must be an address such as https://github.com/OWNER/REPO/blob; got {declared}")
        return declared.rstrip("/")
    server, repository = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    project = os.environ.get("CI_PROJECT_URL")
    if server and repository:
        return f"{server}/{quote(repository)}/blob"
    return f"{project}/-/blob" if project else ""


# Models


def pair_renamed(pairs: tuple[ModelPair, ...]) -> tuple[ModelPair, ...]:
    """Return the pairs, with each removed model and the added one that has most of its lines as one pair."""
    removed = [pair.before for pair in pairs if pair.before is not None and pair.after is None]
    added = [pair.after for pair in pairs if pair.after is not None and pair.before is None]
    candidates = sorted(
        ((_share(old, new), old.file, new.file) for old in removed for new in added), key=lambda each: -each[0]
    )
    partners: dict[str, str] = {}
    for share, old_file, new_file in candidates:
        if share >= ALIKE and old_file not in partners and new_file not in partners.values():
            partners[old_file] = new_file
    old_of = {new: old for old, new in partners.items()}
    by_file = {source.file: source for source in removed}
    return tuple(
        ModelPair(by_file[old_of[pair.after.file]], pair.after) if pair.after and pair.after.file in old_of else pair
        for pair in pairs
        if not (pair.before and pair.after is None and pair.before.file in partners)
    )


def _share(old: Input, new: Input) -> float:
    """Return the share of lines that two files have in common."""
    was, now = (
        Counter(line.strip() for line in (each.data or b"").splitlines() if line.strip()) for each in (old, new)
    )
    longest = max(was.total(), now.total())
    return (was & now).total() / longest if longest else 0.0


def _reviews(
    pairs: tuple[ModelPair, ...],
    models: tuple[tuple[Model | None, Model | None], ...],
    revisions: Revisions,
    isolation: Isolation,
) -> Iterator[ModelReview]:
    for pair, (before, after) in zip(pairs, models, strict=True):
        was, now = (revisions.path(each.file) if each is not None else None for each in (pair.before, pair.after))
        if isinstance(after, BrokenModel):
            yield review_problems(after.id, was, now or "", after.invalidating)
            continue
        if isinstance(before, BrokenModel) and after is None:
            continue
        state: State = (
            "mended"
            if isinstance(before, BrokenModel)
            else "added"
            if before is None
            else "removed"
            if after is None
            else "changed"
        )
        for evolution in evolutions(((before, after),), isolation):
            if not evolution.empty or was != now:
                yield review_evolution(evolution, state, was, now)


# The diagram


def draw_diagram(report: ReviewReport, file: str | None) -> tuple[str, str]:
    """Return the diagram of the model that matters most as Mermaid text, or as SVG if a file is to show it."""
    evolution = report.models[0].evolution if report.models else None
    if evolution is None or report.models[0].state != "changed" or not evolution.entities:
        return "", ""
    if file is not None:
        from archgen.app.drawing.pictures import Drawing

        return "", Drawing().neighborhood(evolution)
    diagram = change_diagram(evolution, findings=False)
    for most in CARDS:
        part = neighborhood(diagram, most)
        text = diagram_mermaid(part, dense=True) if part.nodes else ""
        if text.count("\n") <= MOST_LINES:
            return text, ""
    return "", ""


def review_exit_code(report: ReviewReport, fail_on: Severity | Literal["never"]) -> int:
    """Return 2 if a later model is invalid, 1 if a new finding is at or above a severity, else 0."""
    if report.tendency == "broken":
        return INVALID
    failing = failing_severities(fail_on)
    new = (each for model in report.models if model.state != "mended" for each in model.findings if each.is_new)
    return FINDINGS if any(each.finding.severity in failing and each.finding.accepted is None for each in new) else OK
