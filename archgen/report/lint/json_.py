"""Findings as JSON, version 1 of the contract: programs read it, so its keys change only with its version."""

from __future__ import annotations

from functools import partial
from typing import Any, assert_never

import msgspec
from msgspec import Struct

from archgen.model.change import Append, Change, Put, Remove
from archgen.model.finding import Accepted, Finding, Proof
from archgen.model.subject import Subject
from archgen.report.common.encoding import encode_long
from archgen.report.lint.outcome import LintReport, count_severities, end_column

VERSION = 1


class _Place(Struct, gc=False):
    """A related thing, as the contract orders its keys."""

    kind: str
    id: str
    file: str
    line: int
    column: int
    label: str


class _Told(Struct, gc=False):
    """A finding, as the contract orders its keys; a struct is written without a dictionary for each."""

    rule: str
    code: str
    severity: str
    category: str
    subject: Subject
    related: list[_Place]
    flows: tuple[str, ...]
    message: str
    fix: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int | None
    fingerprint: str
    confidence: str
    proof: Proof | None
    accepted: Accepted | None
    fixable: str | None
    changes: list[dict[str, Any]]


def write(outcome: LintReport) -> bytes:
    """The whole document, indented, with a line feed at its end."""
    findings = outcome.findings
    summary = msgspec.structs.asdict(count_severities(findings))
    document = {"version": VERSION, "findings": [], "summary": summary}
    return encode_long(document, "findings", findings, partial(_finding, outcome))


def _finding(outcome: LintReport, finding: Finding) -> _Told:
    return _Told(
        finding.rule,
        finding.code,
        finding.severity,
        finding.category,
        finding.subject,
        [
            _Place(place.subject.kind, place.subject.id, place.file, place.line, place.column, place.label)
            for place in finding.related
        ],
        finding.flows,
        finding.message,
        finding.fix,
        finding.file,
        finding.line,
        finding.column,
        finding.end_line,
        end_column(outcome, finding),
        finding.fingerprint,
        finding.confidence,
        finding.proof,
        finding.accepted,
        finding.fixable,
        [_change(change) for change in finding.changes],
    )


def _change(change: Change) -> dict[str, Any]:
    """Return a change of the model's text: the path to a value, and the value that is put there or added to the list."""
    match change:
        case Put():
            return {"do": "put", "path": change.path, "value": change.value}
        case Append():
            return {"do": "append", "path": change.path, "value": change.value}
        case Remove():
            return {"do": "remove", "path": change.path, "value": None}
        case _:
            assert_never(change)
