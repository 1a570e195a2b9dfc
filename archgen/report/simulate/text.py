"""What becomes of the flows, for people: one line a flow with its state, then the reason."""

from __future__ import annotations

from archgen.model.subject import Subject
from archgen.reliability.simulation import Status
from archgen.report.common.terminal import Emphasis, Style, brief, columns, wrap
from archgen.report.simulate.outcome import SimulationReport, reason

_PAINTS: dict[Status, Emphasis] = {"ok": "fix", "degraded": "warning", "down": "error"}


def write(told: SimulationReport, style: Style) -> str:
    """The report."""
    lines = [f"{style.paint(brief(told.file), 'strong')}  {brief(told.name)}"]
    for label, elements in (("lost:", told.killed), ("in maintenance:", told.maintained)):
        if elements:
            lines += wrap(f"{label} {_names(told, elements)}", style.width, "    ", "  ")
    width = max((columns(brief(flow.flow)) for flow in told.flows), default=0)
    for flow in told.flows:
        name, title = brief(flow.flow), told.titles[flow.flow]
        state = style.paint(f"{flow.status:<8}", _PAINTS[flow.status])
        gap = " " * (width - columns(name))
        lines += [
            "",
            f"{state}  {style.paint(name, 'strong')}{gap}  {brief(title) if title != flow.flow else ''}".rstrip(),
        ]
        lines += wrap(brief(reason(flow, told.steps)), style.width, " " * 10, " " * 10)
    if not told.flows:
        lines += ["", "no flows"]
    return "\n".join(lines) + "\n"


def _names(report: SimulationReport, elements: tuple[Subject, ...]) -> str:
    return ", ".join(brief(report.names[element]) for element in elements)
