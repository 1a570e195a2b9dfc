"""Diagrams for the room that they are seen in: of several layouts, the first whose text can be read there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archgen.engines.rooms import Room
from archgen.engines.score import cost
from archgen.layout.measures import BRIEF, CLOSE, USUAL, Measures
from archgen.layout.placed import Engine, Placed
from archgen.views.diagram import Diagram

MeasuredEngine = Callable[[Diagram, Measures], Placed]
"""A layout of any diagram by given measures."""

LARGEST = 60
"""A diagram of more nodes has no layout in which it can be read at once, and is laid out once."""

_BETTER = 1.05
"""Gain that justifies a layout with less text, or one that reads from the top."""

_SPARED, _FEW = 0.75, 8.0
"""A layout later in the order has to spare a quarter of what a reader's cost is, and more than a few bends."""

_ROUNDING = 0.05
"""Difference of two text sizes that nobody sees."""


def readable(across: MeasuredEngine, down: MeasuredEngine, room: Room) -> Engine:
    """Return an engine whose diagrams have text that can be read in a room, else the largest that it finds.

    `across` reads from the left, `down` from the top; a diagram with a direction keeps it.
    """

    def lay_out(diagram: Diagram) -> Placed:
        layouts = list(_layouts(diagram, across, down))
        legible = [placed for placed in layouts if room.text(placed) >= room.floor - _ROUNDING]
        if not legible:
            return _largest(layouts, room)
        best = legible[0]
        for placed in legible[1:]:
            if cost(placed) < _SPARED * cost(best) - _FEW:
                best = placed
        return best

    return lay_out


def _largest(layouts: list[Placed], room: Room) -> Placed:
    """Return the first layout with the largest text."""
    best = layouts[0]
    for placed in layouts[1:]:
        if room.text(placed) > _BETTER * room.text(best):
            best = placed
    return best


def _layouts(diagram: Diagram, across: MeasuredEngine, down: MeasuredEngine) -> Iterator[Placed]:
    """Yield layouts from the one with the most text to the most compact."""
    engines = [across] if diagram.direction == "left-right" else [down] if diagram.direction else [across, down]
    for engine in engines if len(diagram.nodes) <= LARGEST else engines[:1]:
        for measures in (USUAL, CLOSE, BRIEF) if len(diagram.nodes) <= LARGEST else (USUAL,):
            yield engine(diagram, measures)
