"""Show: models in the terminal, as pictures where they fit its width, else as lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from archgen.app.config.choice import require_choice
from archgen.app.drawing.levels import at_levels
from archgen.app.drawing.pictures import Drawing
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Flow
from archgen.render.text.diagram import CellRows, diagram_cells, narrowed
from archgen.render.text.list import diagram_list, sequence_list
from archgen.render.text.sequence import sequence_text
from archgen.report.common.terminal import Style, escape_controls
from archgen.system.internal_errors import Isolation
from archgen.views.levels import EVERYTHING

_CODES = {
    "encrypted": "32",
    "plaintext": "33",
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "accent": "1",
    "muted": "2",
    "card_line": "2",
}
"""How a terminal shows the roles of colors; others have its usual one."""


def show(
    tiers: tuple[CheckedModel, ...],
    drawing: Drawing,
    style: Style,
    flow: str | None,
    ascii_only: bool,
    isolation: Isolation,
    level: str | None = None,
) -> Iterator[str]:
    """Yield each model's blocks of text; with `flow` only that flow. UsageError if no model has it.

    A block that fails unexpectedly is left out.
    """
    if flow is not None:
        ids = tuple(dict.fromkeys(flow.id for tier in tiers for flow in tier.topology.architecture.flows))
        require_choice(flow, ids, "flow")
    for tier in tiers:
        file = tier.topology.architecture.file
        blocks: list[tuple[str, Callable[[], str]]] = []
        if flow is None:
            blocks += [
                (_words(name), partial(_structure, tier, drawing.showing(diagram), style, ascii_only))
                for name, diagram in at_levels(tier, EVERYTHING, level, drawing.findings, complete=False)
            ]
        flows = [each for each in tier.topology.architecture.flows if flow in (None, each.id)]
        blocks += [(f"flow {flow.id}", partial(_flow, tier, flow, drawing, style, ascii_only)) for flow in flows]
        for name, make in blocks:
            block = isolation.attempt(make, file, name)
            if block is not None:
                yield block


def _words(name: str) -> str:
    return "the deployment" if name == EVERYTHING else f"the diagram {name}"


def _flow(tier: CheckedModel, flow: Flow, drawing: Drawing, style: Style, ascii_only: bool) -> str:
    sequence = drawing.flow(tier, flow)
    drawn = sequence_text(sequence, style.width, ascii_only)
    return drawn if drawn is not None else sequence_list(sequence, ascii_only)


def _structure(tier: CheckedModel, drawing: Drawing, style: Style, ascii_only: bool) -> str:
    placed = drawing.placed(tier)
    rows = diagram_cells(placed)
    if max(map(len, rows), default=0) > style.width:
        return diagram_list(placed.diagram, ascii_only)
    title = style.paint(escape_controls(placed.diagram.title), "strong")
    return f"{title}\n\n{_painted(narrowed(rows) if ascii_only else rows, style)}"


def _painted(rows: CellRows, style: Style) -> str:
    return "".join(f"{_line(row, style)}\n" for row in rows)


def _line(row: tuple[tuple[str, str], ...], style: Style) -> str:
    parts: list[str] = []
    before = ""
    for character, role in row:
        code = _CODES.get(role, "") if style.colour and character.strip() else ""
        if code != before and (code or character.strip()):
            parts.append("\x1b[0m" if before else "")
            parts.append(f"\x1b[{code}m" if code else "")
            before = code
        parts.append(character)
    return "".join(parts).rstrip() + ("\x1b[0m" if before else "")
