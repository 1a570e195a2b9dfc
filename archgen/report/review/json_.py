"""A review as JSON, version 1 of the contract: programs read it, so its keys change only with its version."""

from __future__ import annotations

from typing import Any

from archgen.compare.reach import Opening
from archgen.compare.review import HoursChange, LoadChange, LossChange, ModelReview, RankedFinding
from archgen.model.finding import Finding
from archgen.report.common.encoding import encode, encode_element
from archgen.report.review.outcome import ReviewReport
from archgen.report.review.sentences import review_verdict

VERSION = 1


def write(report: ReviewReport) -> bytes:
    """Return the document, indented, with a line feed at its end."""
    return encode(
        {
            "version": VERSION,
            "base": report.base,
            "head": report.head,
            "verdict": report.tendency,
            "models": [_model(report, model) for model in report.models],
        }
    )


def _model(report: ReviewReport, model: ModelReview) -> dict[str, Any]:
    return {
        "name": model.name,
        "state": model.state,
        "verdict": model.tendency,
        "sentence": review_verdict(model, str),
        "before": model.before,
        "after": model.after,
        "breaks": [_loss(loss) for loss in model.breaks],
        "no_longer_breaks": [_loss(loss) for loss in model.relieved],
        "opened": [_opening(opening) for opening in model.openings],
        "loads": [_load(load) for load in model.loads],
        "flows": {hours.flow: _hours(hours) for hours in model.hours},
        "findings": [_ranked(report, model, ranked) for ranked in model.findings],
        "resolved": [_finding(report, finding) for finding in model.resolved],
    }


def _loss(loss: LossChange) -> dict[str, Any]:
    return {"elements": loss.elements, "flows": loss.flows}


def _opening(opening: Opening) -> dict[str, Any]:
    return {
        "sources": opening.sources,
        "targets": [{"component": door.component, "ports": door.ports} for door in opening.doors],
        "firewalls": opening.firewalls,
    }


def _load(load: LoadChange) -> dict[str, Any]:
    return {
        "component": load.component,
        "before_requests_per_second": load.before,
        "after_requests_per_second": load.after,
    }


def _hours(hours: HoursChange) -> dict[str, Any]:
    return {
        "before_hours_per_year": hours.before,
        "after_hours_per_year": hours.after,
        "change_hours_per_year": hours.change,
        "range": [hours.least, hours.most],
        "assumed": hours.assumed,
    }


def _ranked(report: ReviewReport, model: ModelReview, ranked: RankedFinding) -> dict[str, Any]:
    return {
        "change": "open" if model.state == "mended" else "new" if ranked.is_new else "worsened",
        "hours_per_year": ranked.hours,
        "what": ranked.what,
        **_finding(report, ranked.finding),
    }


def _finding(report: ReviewReport, finding: Finding) -> dict[str, Any]:
    path, line = report.place(finding)
    return {
        "rule": finding.rule,
        "code": finding.code,
        "severity": finding.severity,
        "subject": encode_element(finding.subject),
        "flows": finding.flows,
        "message": finding.message,
        "file": path,
        "line": line,
        "url": report.address(finding) or None,
        "fingerprint": finding.fingerprint,
    }
