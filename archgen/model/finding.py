"""Findings: the consequence, its proof, and everything else that a report shows.

These values can't form reference cycles, so they opt out of garbage collection.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archgen.model.change import Change
from archgen.model.subject import Subject
from archgen.model.wording import plural

Severity = Literal["error", "warning", "info"]
Confidence = Literal["high", "medium", "low"]
Fixable = Literal["safe", "unsafe"]
Category = Literal["reliability", "security", "observability", "data", "scalability", "operations", "dns", "model"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Worst first."""

CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")
"""Most certain first."""

CATEGORIES: tuple[Category, ...] = (
    "reliability",
    "security",
    "observability",
    "data",
    "scalability",
    "operations",
    "dns",
    "model",
)


def count_severity(count: int, severity: Severity) -> str:
    """Return the number of findings of a severity: `1 error`, `2 info findings`."""
    return plural(count, "info finding" if severity == "info" else severity)


class Proof(Struct, frozen=True, gc=False, omit_defaults=True):
    """The proof of a finding: without `kill`, `step` of `flow` fails; `path` are the replicas up to it.

    It is so `where` those of them that float run, if it depends on that: `live#1 runs on a1`.
    """

    kill: tuple[Subject, ...]
    flow: str
    step: str
    path: tuple[str, ...]
    where: str | None = None

    @property
    def condition(self) -> str:
        """The last words of a sentence: where replicas that float must run for it to be so; empty if it always is."""
        return f", while {self.where}" if self.where is not None else ""


class Related(Struct, frozen=True, gc=False):
    """Another subject of a finding, with its part in it and its place in the source."""

    subject: Subject
    label: str
    file: str
    line: int
    column: int


class Accepted(Struct, frozen=True, gc=False):
    """The reason, owner and last day of an accepted risk."""

    reason: str | None
    owner: str | None
    until: str | None


class Finding(Struct, frozen=True, gc=False):
    """A finding at a place in a model. `fingerprint` is of model, rule and subject, so it survives edits.

    `fixable` is "safe" if `--fix` fixes it, "unsafe" if `--unsafe-fixes` does, which makes a decision; `changes` are the
    fix, none for a typo. One that `repeats` follows from what others report, whose fix is its own: for each cause, the
    fingerprints of the findings that tell of it.
    """

    rule: str
    code: str
    severity: Severity
    category: Category
    model: str
    subject: Subject
    message: str
    fix: str
    file: str
    line: int
    column: int
    end_line: int
    fingerprint: str
    related: tuple[Related, ...] = ()
    flows: tuple[str, ...] = ()
    confidence: Confidence = "high"
    proof: Proof | None = None
    accepted: Accepted | None = None
    fixable: Fixable | None = None
    changes: tuple[Change, ...] = ()
    repeats: tuple[tuple[str, ...], ...] = ()
