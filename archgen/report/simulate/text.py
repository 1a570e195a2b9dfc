"""The outcome of each flow for people: a line with its state, then the reason."""

from __future__ import annotations

from archgen.model.subject import Subject
from archgen.reliability.simulation import Status
from archgen.report.common.terminal import Emphasis, Style, brief, display_width, wrap_columns
from archgen.report.simulate.outcome import SimulationReport, reason

_PAINTS: dict[Status, Emphasis] = {
    "ok": "fix",
    "degraded": "warning",
    "delayed": "warning",
    "partial": "error",
    "down": "error",
}


def write(report: SimulationReport, style: Style) -> str:
    """The report."""
    lines = [f"{style.paint(brief(report.file), 'strong')}  {brief(report.name)}"]
    for label, elements in (("lost:", report.killed), ("in maintenance:", report.maintained)):
        if elements:
            lines += wrap_columns(f"{label} {_names(report, elements)}", style.width, "    ", "  ")
    width = max((display_width(brief(flow.flow)) for flow in report.flows), default=0)
    for flow in report.flows:
        name, title = brief(flow.flow), report.titles[flow.flow]
        state = style.paint(f"{flow.status:<8}", _PAINTS[flow.status])
        gap = " " * (width - display_width(name))
        lines += [
            "",
            f"{state}  {style.paint(name, 'strong')}{gap}  {brief(title) if title != flow.flow else ''}".rstrip(),
        ]
        lines += wrap_columns(brief(reason(flow, report.steps)), style.width, " " * 10, " " * 10)
    if not report.flows:
        lines += ["", "no flows"]
    return "\n".join(lines) + "\n"


def _names(report: SimulationReport, elements: tuple[Subject, ...]) -> str:
    return ", ".join(brief(report.names[element]) for element in elements)
