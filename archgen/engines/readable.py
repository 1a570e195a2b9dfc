"""Diagrams for the room that they are seen in: of several layouts, the first whose text can be read there."""

from __future__ import annotations

from collections.abc import Iterator

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
"""A diagram of more nodes has no layout in which it can be read at once, and is laid out once."""

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

_NARROW = 400.0
"""The width of a column in which a diagram reads from the top unless it has another direction."""

_TURNED = 7.0
"""What a diagram that reads from the top costs beside one that reads from the left."""


class _Layout(Struct, frozen=True):
    """A diagram as an engine has laid it out, and what it costs a reader."""

    burden: float
    placed: Placed
    engine: MeasuredEngine


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
        layouts: list[_Layout] = []
        best: _Layout | None = None
        for engine, measures, loss in _ways(diagram, across, down, room):
            if best is not None and loss >= best.burden:
                continue
            placed = engine(diagram, measures)
            burden = cost(placed) + loss + _scrolling(placed, room) + _CUT * _cut(placed)
            layouts.append(_Layout(burden, placed, engine))
            if is_legible(placed, room) and (best is None or burden < best.burden):
                best = layouts[-1]
        if best is None and room.height and diagram.direction is not None:
            # a page scrolls in the direction that a model asks for; a slide doesn't
            return lay_out(replace(diagram, direction=None))
        best = best or _largest(layouts, room)
        return railed(best.engine, diagram, best.placed)

    return lay_out


def _ways(
    diagram: Diagram, across: MeasuredEngine, down: MeasuredEngine, room: Room
) -> Iterator[tuple[MeasuredEngine, Measures, float]]:
    """Yield the ways to lay a diagram out, each with what a reader loses by it."""
    is_narrow = room.width < _NARROW and not room.height
    if diagram.direction == "left-right" or (diagram.direction is None and not is_narrow):
        for measures, loss in _BRIEFER:
            if not measures.flat:
                yield across, measures, loss
    if diagram.direction != "left-right":
        for measures, loss in _BRIEFER:
            if not (measures.flat and room.height) and measures is not BROAD:
                yield down, measures, loss + _TURNED


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
