"""Flows before and after some changes as JSON, version 1 of the contract."""

from __future__ import annotations

from typing import Any

from archgen.analysis.assessment import FlowAssessment
from archgen.report.common.encoding import assumed, encode, encode_element
from archgen.report.what_if.comparison import WhatIfReport

VERSION = 1


def write(report: WhatIfReport) -> bytes:
    """The whole document, indented, with a line feed at its end."""
    flows = {
        before.flow: {"before": _flow(before), "after": _flow(after)}
        for before, after in zip(report.before, report.after, strict=True)
    }
    return encode(
        {
            "version": VERSION,
            "file": report.file,
            "name": report.name,
            "changes": report.changes,
            "hours_per_year_won": [dict(gains) for gains in report.won],
            "smallest": report.smallest,
            "flows": flows,
            "left": {flow: [encode_element(point) for point in points] for flow, points in report.left},
            "accepted": [encode_element(point) for point in report.accepted],
            "practiced_failovers": report.practiced,
            "yaml": report.yaml,
        }
    )


def _flow(flow: FlowAssessment) -> dict[str, Any]:
    return {
        "possible": flow.possible,
        "single_points_of_failure": [encode_element(point) for point in flow.points],
        "availability": flow.result.availability,
        "downtime_hours_per_year": flow.result.downtime,
        "method": flow.result.method,
        "bounds": flow.result.bounds,
        "assumed": assumed(flow),
    }
