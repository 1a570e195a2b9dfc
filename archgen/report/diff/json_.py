"""Changes as JSON, version 1 of the contract: programs read it, so its keys change only with its version."""

from __future__ import annotations

from typing import Any

from archgen.compare import Evolution
from archgen.compare.findings import VERDICTS, FindingChange, Numbered
from archgen.compare.flows import FlowChange, FlowFacts
from archgen.linting.checked_model import CheckedModel
from archgen.model.subject import CHANGES
from archgen.report.common.encoding import encode, encode_element
from archgen.report.diff.sentences import sentences

VERSION = 1


def write(evolutions: tuple[Evolution, ...]) -> bytes:
    """The whole document, indented, with a line feed at its end."""
    return encode({"version": VERSION, "changes": [_evolution(evolution) for evolution in evolutions]})


def _evolution(evolution: Evolution) -> dict[str, Any]:
    things = {change: sum(1 for _ in evolution.entities_of(change)) for change in CHANGES}
    issues = {verdict: sum(1 for _ in evolution.findings_of(verdict)) for verdict in VERDICTS}
    return {
        "before": _side(evolution.before),
        "after": _side(evolution.after),
        "summary": {"things": things, "findings": issues},
        "sentences": sentences(evolution),
        "things": [
            {**encode_element(each.subject), "change": each.change, "what": each.what} for each in evolution.entities
        ],
        "findings": [_issue(each) for each in evolution.findings],
        "flows": {each.flow: _flow(each) for each in evolution.flows},
    }


def _side(side: CheckedModel) -> dict[str, str]:
    return {"file": side.file, "name": side.architecture.name}


def _issue(change: FindingChange) -> dict[str, Any]:
    finding = change.finding
    return {
        "verdict": change.verdict,
        "rule": finding.rule,
        "code": finding.code,
        "severity": finding.severity,
        "what": change.what,
        "before": _finding(change.before),
        "after": _finding(change.after),
    }


def _finding(numbered: Numbered | None) -> dict[str, Any] | None:
    if numbered is None:
        return None
    number, finding = numbered
    return {
        "number": number,
        "severity": finding.severity,
        "subject": encode_element(finding.subject),
        "flows": finding.flows,
        "message": finding.message,
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "fingerprint": finding.fingerprint,
    }


def _flow(change: FlowChange) -> dict[str, Any]:
    return {
        "title": change.title,
        "direction": change.direction,
        "firm": change.firm,
        "before": _facts(change.before),
        "after": _facts(change.after),
        "single_points_of_failure": {
            "resolved": [encode_element(each) for each in change.gone],
            "left": [encode_element(each) for each in change.left],
            "introduced": [encode_element(each) for each in change.new],
        },
    }


def _facts(facts: FlowFacts | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    assessment = facts.assessment
    result = assessment.result if assessment else None
    return {
        "possible": facts.possible,
        "access": facts.access,
        "single_points_of_failure": [encode_element(each) for each in facts.stops],
        "survives": facts.survives,
        "availability": result.availability if result else None,
        "downtime_hours_per_year": result.downtime if result else None,
        "method": result.method if result else None,
        "bounds": result.bounds if result else None,
        "assumed": [
            {"element": encode_element(each.element), "availability": each.availability, "source": each.source}
            for each in (assessment.assumed if assessment else ())
        ],
    }
