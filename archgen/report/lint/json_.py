"""Findings as JSON, version 1 of the contract: programs read it, so its keys change only with its version."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from archgen.model.finding import Accepted, Finding, Proof
from archgen.model.subject import Subject
from archgen.report.common.encoding import encode
from archgen.report.lint.outcome import LintReport, count_severities

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
    fingerprint: str
    confidence: str
    proof: Proof | None
    accepted: Accepted | None


def write(outcome: LintReport) -> str:
    """The whole document, indented, with a line feed at its end."""
    findings = outcome.findings
    document = {
        "version": VERSION,
        "findings": [_finding(finding) for finding in findings],
        "summary": msgspec.structs.asdict(count_severities(findings)),
    }
    return encode(document)


def _finding(finding: Finding) -> _Told:
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
        finding.fingerprint,
        finding.confidence,
        finding.proof,
        finding.accepted,
    )
