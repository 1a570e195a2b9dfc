"""Findings: the consequence, its proof, and everything else that a report shows.

These values can't form reference cycles, so they opt out of garbage collection.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archgen.model.change import Change
from archgen.model.subject import Subject

Severity = Literal["error", "warning", "info"]
Confidence = Literal["high", "medium", "low"]
Fixable = Literal["safe", "unsafe"]
Category = Literal["reliability", "security", "observability", "data", "scalability", "operations", "dns", "model"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Worst first."""

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


class Proof(Struct, frozen=True, gc=False):
    """Why a finding is true: with `kill` gone, `step` of `flow` fails; `path` are the replicas from the start to there."""

    kill: tuple[Subject, ...]
    flow: str
    step: str
    path: tuple[str, ...]


class Related(Struct, frozen=True, gc=False):
    """Another thing that a finding speaks of, with what it has to do with it and its place in the source."""

    subject: Subject
    label: str
    file: str
    line: int
    column: int


class Accepted(Struct, frozen=True, gc=False):
    """Who answers for a known risk, why and until when."""

    reason: str | None
    owner: str | None
    until: str | None


class Finding(Struct, frozen=True, gc=False):
    """One defect of one model at one place. `fingerprint` is of model, rule and subject, so it survives edits.

    `fixable` says that it can be mended by `--fix`, or by `--unsafe-fixes` where that decides something; `changes` are
    what mends it, none for what is misspelt.
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
