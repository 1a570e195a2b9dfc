"""Show: models in the terminal, as pictures where they fit its width, else as lists."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.project.choice import one_of
from archgen.project.pictures import Drawing
from archgen.render.text import Rows, diagram_cells, narrowed
from archgen.render.text_list import diagram_list, sequence_list
from archgen.render.text_sequence import sequence_text
from archgen.report.terminal import Style, plain
from archgen.site import Tier

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
"""How a terminal shows the roles of colours; others have its usual one."""


def show(tiers: tuple[Tier, ...], drawing: Drawing, style: Style, flow: str | None, ascii_only: bool) -> Iterator[str]:
    """What is shown of each tier, a block at a time; with `flow` only that flow. UsageError for one that no tier has."""
    if flow is not None:
        known = tuple(dict.fromkeys(one.id for tier in tiers for one in tier.topology.architecture.flows))
        one_of(flow, known, "flow")
    for tier in tiers:
        if flow is None:
            yield _deployment(tier, drawing, style, ascii_only)
        for one in tier.topology.architecture.flows:
            if flow in (None, one.id):
                sequence = drawing.flow(tier, one)
                drawn = sequence_text(sequence, style.width, ascii_only)
                yield drawn if drawn is not None else sequence_list(sequence, ascii_only)


def _deployment(tier: Tier, drawing: Drawing, style: Style, ascii_only: bool) -> str:
    placed = drawing.placed(tier)
    rows = diagram_cells(placed)
    if max(map(len, rows), default=0) > style.width:
        return diagram_list(placed.diagram, ascii_only)
    title = style.paint(plain(tier.topology.architecture.name), "strong")
    return f"{title}\n\n{_painted(narrowed(rows) if ascii_only else rows, style)}"


def _painted(rows: Rows, style: Style) -> str:
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
