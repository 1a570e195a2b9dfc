"""What becomes of the flows as JSON, version 1 of the contract."""

from __future__ import annotations

from typing import Any

from archgen.report.common.encoding import encode
from archgen.report.simulate.outcome import SimulationReport, reason

VERSION = 1


def write(told: SimulationReport) -> str:
    """The whole document, indented, with a line feed at its end."""
    kill = [{"kind": one.kind, "id": one.id} for one in told.killed]
    out = [{"kind": one.kind, "id": one.id} for one in told.maintained]
    flows: dict[str, Any] = {
        one.flow: {
            "status": one.status,
            "reason": reason(one, told.steps),
            "possible": one.possible,
            "step": one.step,
            "path": one.path,
            "fails": one.fails,
            "lost": one.lost,
            "cut_off": one.cut_off,
            "skipped": one.skipped,
        }
        for one in told.flows
    }
    return encode(
        {"version": VERSION, "file": told.file, "name": told.name, "kill": kill, "maintain": out, "flows": flows}
    )
