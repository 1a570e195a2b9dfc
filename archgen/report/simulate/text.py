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
    width = max((columns(brief(one.flow)) for one in told.flows), default=0)
    for one in told.flows:
        name, title = brief(one.flow), told.titles[one.flow]
        state = style.paint(f"{one.status:<8}", _PAINTS[one.status])
        gap = " " * (width - columns(name))
        lines += [
            "",
            f"{state}  {style.paint(name, 'strong')}{gap}  {brief(title) if title != one.flow else ''}".rstrip(),
        ]
        lines += wrap(brief(reason(one, told.steps)), style.width, " " * 10, " " * 10)
    if not told.flows:
        lines += ["", "no flows"]
    return "\n".join(lines) + "\n"


def _names(told: SimulationReport, elements: tuple[Subject, ...]) -> str:
    return ", ".join(brief(told.names[one]) for one in elements)
