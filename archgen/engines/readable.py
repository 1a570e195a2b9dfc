"""Diagrams for the room that they are seen in: of several layouts, the first whose text can be read there."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from msgspec import Struct
from msgspec.structs import replace

from archgen.engines.rails import MeasuredEngine, railed
from archgen.engines.rooms import Room, is_legible
from archgen.engines.score import cost
from archgen.layout.measures import BOLD, BRIEF, BROAD, CLOSE, FLAT, POCKET, TERSE, USUAL, Measures
from archgen.layout.placed import Engine, Placed
from archgen.style.text_metrics import ELLIPSIS
from archgen.views.diagram import Diagram

LARGEST = 60
"""A diagram of more nodes has no layout in which it can be read at once, and is laid out once; one of more lines may have."""

_PROMISING = 0.6
"""The share of the smallest readable text that the largest words of a diagram reach, if any of its layouts can be read."""

_STRAIN = 3.0
"""The power by which the cost of a diagram grows as its text shrinks, where no text can be read."""

_SCREEN, _SCROLLED = 800.0, 24.0
"""The height of a screen, and what each further screen costs a reader, in bends of lines."""

_CUT = 2.0
"""What a card whose words are cut costs a reader, in bends of lines."""

_BRIEFER: tuple[tuple[Measures, float], ...] = (
    (USUAL, 0.0),
    (BROAD, 1.0),
    (CLOSE, 2.0),
    (FLAT, 3.0),
    (TERSE, 6.0),
    (BOLD, 7.0),
    (BRIEF, 7.5),
    (POCKET, 8.0),
)
"""Measures, and what a reader loses by those with less room or text, in bends of lines."""

_LARGE = (BOLD, POCKET)
"""The measures with the largest words for their room."""

_NARROW = 400.0
"""The width of a column in which a diagram reads from the top unless it has another direction."""

_TURNED = 7.0
"""What a diagram that reads from the top costs beside one that reads from the left."""


class _Way(Struct, frozen=True):
    """A way to lay a diagram out, and what a reader loses by its measures."""

    engine: MeasuredEngine
    measures: Measures
    loss: float


class _Layout(Struct, frozen=True):
    """A diagram as it is laid out in one way, and what it costs a reader."""

    burden: float
    placed: Placed
    way: _Way


def usual_engine(across: MeasuredEngine, down: MeasuredEngine) -> Engine:
    """Return an engine that lays a diagram out by the usual measures, as it is read."""

    def lay_out(diagram: Diagram) -> Placed:
        engine = down if diagram.direction == "top-down" else across
        return railed(engine, diagram, engine(diagram, USUAL))

    return lay_out


def readable_engine(across: MeasuredEngine, down: MeasuredEngine, room: Room) -> Engine:
    """Return an engine whose diagrams have text that can be read in a room, else the largest that it finds.

    Of those that can be read it takes the one that costs a reader least: by its crossings and bends, by the screens that
    it takes, and by the text that it leaves out. `across` reads from the left, `down` from the top; a diagram with a
    direction keeps it, on a slide or sheet only if it can be read so.
    """

    lay_out_once = usual_engine(across, down)

    def lay_out(diagram: Diagram) -> Placed:
        if len(diagram.nodes) > LARGEST:
            return lay_out_once(diagram)
        layouts = _layouts(diagram, _ways(diagram, across, down, room), room)
        legible = (layout for layout in layouts if is_legible(layout.placed, room))
        best = min(legible, key=lambda layout: layout.burden, default=None)
        if best is None and room.height and diagram.direction is not None:
            # a page scrolls in the direction that a model asks for; a slide doesn't
            return lay_out(replace(diagram, direction=None))
        best = best or _largest(layouts, room)
        return railed(best.way.engine, diagram, best.placed)

    return lay_out


def _ways(diagram: Diagram, across: MeasuredEngine, down: MeasuredEngine, room: Room) -> list[_Way]:
    """Return the ways to lay a diagram out, those from the left first."""
    is_narrow = room.width < _NARROW and not room.height
    ways: list[_Way] = []
    if diagram.direction == "left-right" or (diagram.direction is None and not is_narrow):
        ways += [_Way(across, measures, loss) for measures, loss in _BRIEFER if not measures.flat]
    if diagram.direction != "left-right":
        ways += [
            _Way(down, measures, loss + _TURNED)
            for measures, loss in _BRIEFER
            if not (measures.flat and room.height) and measures is not BROAD
        ]
    return ways


def _layouts(diagram: Diagram, ways: Sequence[_Way], room: Room) -> list[_Layout]:
    """Return the layouts that may be the best, in the order of their ways.

    On a slide or sheet, and of many lines, those with the largest words come first: where they are far too small, so are all
    others.
    """
    first = [way for way in ways if (room.height or len(diagram.edges) > LARGEST) and way.measures in _LARGE]
    layouts = [_layout(diagram, way, room) for way in first]
    if first and all(room.text(layout.placed) < _PROMISING * room.floor for layout in layouts):
        return layouts
    least = min((layout.burden for layout in layouts if is_legible(layout.placed, room)), default=inf)
    for way in ways:
        if way not in first and way.loss < least:
            layouts.append(_layout(diagram, way, room))
            if is_legible(layouts[-1].placed, room):
                least = min(least, layouts[-1].burden)
    return sorted(layouts, key=lambda layout: ways.index(layout.way))


def _layout(diagram: Diagram, way: _Way, room: Room) -> _Layout:
    placed = way.engine(diagram, way.measures)
    return _Layout(cost(placed) + way.loss + _scrolling(placed, room) + _CUT * _cut(placed), placed, way)


def _scrolling(placed: Placed, room: Room) -> float:
    """Return what it costs a reader to scroll a diagram in a column."""
    tall = placed.height * room.scale(placed)
    return 0.0 if room.height else _SCROLLED * max(tall / _SCREEN - 1.0, 0.0)


def _cut(placed: Placed) -> int:
    """Count the cards whose words are cut."""
    return sum(any(words.endswith(ELLIPSIS) for words in (*node.title, node.detail)) for node in placed.nodes)


def _largest(layouts: list[_Layout], room: Room) -> _Layout:
    """Return the layout that costs a reader least for the size of its text."""
    return min(layouts, key=lambda layout: layout.burden / room.text(layout.placed) ** _STRAIN)
