"""The outcome of each flow as JSON, version 1 of the contract."""

from __future__ import annotations

from typing import Any

from archgen.report.common.encoding import encode
from archgen.report.simulate.outcome import SimulationReport, reason

VERSION = 1


def write(report: SimulationReport) -> bytes:
    """The whole document, indented, with a line feed at its end."""
    kill = [{"kind": element.kind, "id": element.id} for element in report.killed]
    out = [{"kind": element.kind, "id": element.id} for element in report.maintained]
    flows: dict[str, Any] = {
        flow.flow: {
            "status": flow.status,
            "reason": reason(flow, report.steps),
            "possible": flow.possible,
            "step": flow.step,
            "path": flow.path,
            "fails": flow.fails,
            "lost": flow.lost,
            "cut_off": flow.cut_off,
            "skipped": flow.skipped,
            "hints": flow.hints,
        }
        for flow in report.flows
    }
    return encode(
        {"version": VERSION, "file": report.file, "name": report.name, "kill": kill, "maintain": out, "flows": flows}
    )
