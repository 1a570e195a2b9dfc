"""Quality of a layout, in numbers that can be compared between engines."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec import Struct

from archgen.engines.rooms import COLUMN, Room
from archgen.layout.placed import Box, Placed, PlacedEdge, Point

_CELL = 256.0


class Score(Struct, frozen=True):
    """Cards on cards and lines through cards, crossings of lines, corners, words on words or lines; width by height.

    `text` is the size of the smallest text in the room where the diagram is seen.
    """

    overlaps: int
    crossings: int
    bends: int
    label_collisions: int
    aspect: float
    cards: int = 0
    lines: int = 0
    chips: int = 0
    text: float = 0.0


def score(placed: Placed, room: Room = COLUMN) -> Score:
    """Return the score of a diagram; a crossing counts once, however many lines of two bundles run through its place."""
    cards = _Near(node.box for node in placed.nodes)
    return Score(
        _overlaps(placed, cards),
        _crossings(placed),
        sum(max(len(edge.points) - 2, 0) for edge in placed.edges),
        _collisions(placed, cards),
        round(placed.width / placed.height, 2) if placed.height else 0.0,
        len(placed.nodes),
        len(placed.edges),
        sum(len(node.node.chips) for node in placed.nodes),
        round(room.text(placed), 1),
    )


def cost(placed: Placed) -> float:
    """Return a reader's cost: words or a card that can't be read cost most, then each crossing, then each bend."""
    quality = score(placed)
    worded = {edge.bundle for edge in placed.edges if edge.edge.label and edge.edge.meaning != "replication"}
    silent = len(worded - {edge.bundle for edge in placed.edges if edge.label})
    return 100.0 * (quality.overlaps + quality.label_collisions + silent) + 3 * quality.crossings + quality.bends


def _segments(edge: PlacedEdge) -> list[tuple[Point, Point]]:
    return list(pairwise(edge.points))


def _hit(segment: tuple[Point, Point], box: Box) -> bool:
    (x0, y0), (x1, y1) = segment
    return (
        min(x0, x1) < box.right - 1
        and max(x0, x1) > box.x + 1
        and min(y0, y1) < box.bottom - 1
        and max(y0, y1) > box.y + 1
    )


class _Near:
    """Boxes by the cells of a coarse grid that they touch, so that only neighbors are compared."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._boxes = list(boxes)
        self._cells: dict[tuple[int, int], list[int]] = {}
        for place, box in enumerate(self._boxes):
            for cell in _cells(box):
                self._cells.setdefault(cell, []).append(place)

    def pairs(self) -> int:
        """Count the pairs that overlap."""
        return sum(
            self._boxes[place].overlaps(self._boxes[other], -1.0)
            for place, box in enumerate(self._boxes)
            for other in self.to(box)
            if other > place
        )

    def to(self, box: Box) -> set[int]:
        """Return the places of the boxes that may touch one."""
        return {place for cell in _cells(box) for place in self._cells.get(cell, ())}

    def hit(self, edge: PlacedEdge) -> set[int]:
        """Return the places of the boxes that a line runs through."""
        return {
            place
            for start, end in _segments(edge)
            for place in self.to(_around(start, end))
            if _hit((start, end), self._boxes[place])
        }


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    for x in range(int(box.x // _CELL), int(box.right // _CELL) + 1):
        for y in range(int(box.y // _CELL), int(box.bottom // _CELL) + 1):
            yield x, y


def _around(start: Point, end: Point) -> Box:
    left, top = min(start[0], end[0]), min(start[1], end[1])
    return Box(left, top, max(start[0], end[0]) - left, max(start[1], end[1]) - top)


def _overlaps(placed: Placed, cards: _Near) -> int:
    return cards.pairs() + sum(len(cards.hit(edge)) for edge in placed.edges)


def _crossings(placed: Placed) -> int:
    level: set[tuple[str, float, float, float]] = set()
    standing: set[tuple[float, float, float, str]] = set()
    for edge in placed.edges:
        for start, end in _segments(edge):
            (x0, y0), (x1, y1) = sorted((start, end))
            if y0 == y1:
                level.add((edge.bundle, y0, x0, x1))
            elif x0 == x1:
                standing.add((x0, y0, y1, edge.bundle))
    upright = sorted(standing)
    xs = [line[0] for line in upright]
    places = {
        (x, y)
        for bundle, y, left, right in level
        for x, top, bottom, other in upright[bisect_right(xs, left) : bisect_left(xs, right)]
        if bundle != other and top < y < bottom
    }
    return len(places)


def _collisions(placed: Placed, cards: _Near) -> int:
    labelled = [edge for edge in placed.edges if edge.label]
    boxes = [edge.label.box for edge in labelled if edge.label]
    labels = _Near(boxes)
    collisions = labels.pairs()
    collisions += sum(box.overlaps(placed.nodes[place].box, -1.0) for box in boxes for place in cards.to(box))
    crossed = {
        (place, other.bundle)
        for other in placed.edges
        for place in labels.hit(other)
        if labelled[place].bundle != other.bundle
    }
    return collisions + len({place for place, _ in crossed})
