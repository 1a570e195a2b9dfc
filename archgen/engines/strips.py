"""Long strips of columns in rows below each other, where that costs a reader less than one row or a tower."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archgen.engines.choice import EngineChoice, MeasuredEngine
from archgen.engines.rooms import COLUMNS, ROOMS, Room, is_legible
from archgen.layout.deployment.layered import layered
from archgen.layout.deployment.strips import Strip
from archgen.layout.measures import CLOSE, USUAL, Measures
from archgen.layout.placed import Placed
from archgen.views.diagram import Diagram

Rank = tuple[bool, float]
"""True if the text of a layout can't be read, and what the layout costs a reader, more the smaller text is that can't be
read: the least is the best."""

_LONG = 5.0
"""The width of a strip by its height: what is less long has no room for a second row of the same size."""

_NEARLY_LONG = 3.0
"""The same for a diagram by roles, whose calls may make a longer strip."""

_NARROWER = 0.7
"""A strip in rows has to be so much narrower, or its rows are too unequal."""

_MOST = 6
"""Rows that are tried."""

_TRIED: tuple[tuple[Measures, float], ...] = ((USUAL, 0.0), (CLOSE, 2.0))
"""The measures that are tried, and what a reader loses by those with less room: rows need no shorter words."""


_COLUMNS = [room for room in (*ROOMS.values(), *COLUMNS.values()) if not room.height]


def is_for_one_room(placed: Placed, room: Room) -> bool:
    """Return True if the text of a diagram can't be read in the next narrower column, where a page or a file is seen, too."""
    narrower = [other for other in _COLUMNS if other.width < room.width]
    return not narrower or not is_legible(placed, max(narrower, key=lambda other: other.width))


def in_rows(
    engine: MeasuredEngine,
    diagram: Diagram,
    usual: Placed,
    room: Room,
    usual_rank: Rank,
    rank: Callable[[Placed, float], Rank],
) -> Placed:
    """Return a diagram as it is laid out, or the strip that an engine makes of it in rows, if that has a better rank.

    `rank` gives the rank of a layout by what a reader loses by its measures.
    """
    best, least = usual, usual_rank
    for placed, loss in _strips(engine, diagram):
        strip = Strip(placed)
        for rows in range(2, min(strip.rows, _MOST) + 1):
            other = strip.broken(rows)
            if other.width > _NARROWER * placed.width or (is_for_one_room(other, room) and not room.height):
                continue
            if (ranked := rank(other, loss)) < least:
                best, least = other, ranked
    return best


def _strips(engine: MeasuredEngine, diagram: Diagram) -> Iterator[tuple[Placed, float]]:
    """Yield the strips that an engine makes of a diagram, if any, and what a reader loses by their measures."""
    for measures, loss in _TRIED:
        usual = engine(diagram, measures)
        if usual.width < _NEARLY_LONG * usual.height:
            return
        # roles put what works behind a queue back among the services; a longer strip of calls has fewer corners
        for placed in (usual, layered(diagram, measures)) if isinstance(engine, EngineChoice) else (usual,):
            if placed.width >= _LONG * placed.height:
                yield placed, loss
