"""Findings as JSON, version 1 of the contract: programs read it, so its keys change only with its version."""

from __future__ import annotations

from typing import Any

import msgspec

from archgen.finding import Accepted, Finding, Proof, Related, Subject
from archgen.report.outcome import Outcome, count

VERSION = 1


def write(outcome: Outcome) -> str:
    """The whole document, indented, with a line feed at its end."""
    document = {
        "version": VERSION,
        "findings": [_finding(finding) for finding in outcome.findings],
        "summary": msgspec.structs.asdict(count(outcome.findings)),
    }
    return encode(document)


def encode(document: dict[str, Any]) -> str:
    """JSON in the layout that all documents of archgen share."""
    try:
        return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    except UnicodeEncodeError:
        # a file's name need not be Unicode; only the slower encoder can write such a name, escaped
        from json import dumps

        return dumps(document, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "code": finding.code,
        "severity": finding.severity,
        "category": finding.category,
        "subject": _subject(finding.subject),
        "related": [_related(related) for related in finding.related],
        "flows": finding.flows,
        "message": finding.message,
        "fix": finding.fix,
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "fingerprint": finding.fingerprint,
        "confidence": finding.confidence,
        "proof": _proof(finding.proof),
        "accepted": _accepted(finding.accepted),
    }


def _subject(subject: Subject) -> dict[str, str]:
    return {"kind": subject.kind, "id": subject.id}


def _related(related: Related) -> dict[str, Any]:
    place = {"file": related.file, "line": related.line, "column": related.column, "label": related.label}
    return _subject(related.subject) | place


def _proof(proof: Proof | None) -> dict[str, Any] | None:
    if proof is None:
        return None
    kill = [_subject(subject) for subject in proof.kill]
    return {"kill": kill, "flow": proof.flow, "step": proof.step, "path": proof.path}


def _accepted(accepted: Accepted | None) -> dict[str, str | None] | None:
    if accepted is None:
        return None
    return {"reason": accepted.reason, "owner": accepted.owner, "until": accepted.until}
