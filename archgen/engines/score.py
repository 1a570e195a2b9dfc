"""Quality of a layout, in numbers that can be compared between engines."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from archgen.engines.rooms import COLUMN, Room
from archgen.layout.badge_places import covered_by_badges
from archgen.layout.hanging import hanging
from archgen.layout.identity import Itself
from archgen.layout.placed import Box, Placed, PlacedEdge

_CELL = 256.0

_FEW = 20
"""Boxes up to which it takes longer to look for neighbors than to compare all."""

_REMEMBERED = 8
"""Diagrams whose scores are remembered: what is weighed is weighed against several."""


class Score(Struct, frozen=True):
    """Cards on cards and lines through cards, crossings of lines, corners, words on words or lines; width by height.

    `text` is the size of the smallest text in the room where the diagram is seen, `covered` what is under badges.
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
    covered: int = 0


def score(placed: Placed, room: Room = COLUMN) -> Score:
    """Return the score of a diagram; a crossing counts once, however many lines of two bundles run through its place."""
    counted = _counted(Itself(placed))
    return replace(counted, text=round(room.text(placed), 1), covered=covered_by_badges(placed))


def crossings_of(placed: Placed) -> int:
    """Return how often the lines of a diagram cross."""
    return _crossings(Itself(placed))


@lru_cache(maxsize=_REMEMBERED)
def _counted(itself: Itself[Placed]) -> Score:
    """Return all of a diagram's score but its text."""
    placed = itself.value
    cards = _Near(node.box for node in placed.nodes)
    return Score(
        _overlaps(placed, cards),
        _crossings(itself),
        sum(max(len(edge.points) - 2, 0) for edge in placed.edges),
        _collisions(placed, cards),
        round(placed.width / placed.height, 2) if placed.height else 0.0,
        len(placed.nodes),
        len(placed.edges),
        sum(len(node.node.chips) for node in placed.nodes),
    )


def cost(placed: Placed) -> float:
    """Return a reader's cost: words or a card that can't be read cost most, then each crossing, then each bend."""
    quality = _counted(Itself(placed))
    worded = {edge.bundle for edge in placed.edges if edge.edge.label and edge.edge.meaning != "replication"}
    silent = len(worded - {edge.bundle for edge in placed.edges if edge.label})
    return 100.0 * (quality.overlaps + quality.label_collisions + silent) + 3 * quality.crossings + quality.bends


_Sides = tuple[float, float, float, float, int]
"""The left, upper, right and lower side of a box, each a pixel within it, and its place among the others."""


class _Near:
    """Boxes by the cells of a coarse grid that they touch, so that only neighbors are compared; few are all compared."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._whole = [(box.x, box.y, box.right, box.bottom) for box in boxes]
        self._boxes: list[_Sides] = [
            (x + 1, y + 1, right - 1, bottom - 1, place) for place, (x, y, right, bottom) in enumerate(self._whole)
        ]
        self._cells: dict[tuple[int, int], list[_Sides]] = {}
        for whole, sides in zip(self._whole, self._boxes, strict=True) if len(self._boxes) > _FEW else ():
            for cell in _cells(*whole):
                self._cells.setdefault(cell, []).append(sides)

    def pairs(self) -> int:
        """Count the pairs that overlap."""
        return sum(other > place for place, sides in enumerate(self._whole) for other in self.hit(*sides))

    def hit(self, left: float, top: float, right: float, bottom: float) -> Iterable[int]:
        """Return the places of the boxes that share more than a pixel with one."""
        if not self._cells:
            return [
                place for x, y, far, low, place in self._boxes if left < far and right > x and top < low and bottom > y
            ]
        return {
            place
            for cell in _cells(left, top, right, bottom)
            for x, y, far, low, place in self._cells.get(cell, ())
            if left < far and right > x and top < low and bottom > y
        }

    def crossed(self, edge: PlacedEdge) -> set[int]:
        """Return the places of the boxes that a line runs through."""
        if not self._boxes:
            return set()
        return {
            place
            for (x0, y0), (x1, y1) in pairwise(edge.points)
            for place in self.hit(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        }


def _cells(left: float, top: float, right: float, bottom: float) -> list[tuple[int, int]]:
    rows = range(int(top // _CELL), int(bottom // _CELL) + 1)
    return [(x, y) for x in range(int(left // _CELL), int(right // _CELL) + 1) for y in rows]


def _overlaps(placed: Placed, cards: _Near) -> int:
    """Count pairs of cards that overlap, cards that reach into what stands out of others, and lines through cards."""
    out = [(place, box) for place, node in enumerate(placed.nodes) for box in hanging(node, placed.measures.sizes)]
    hidden = {
        (place, other)
        for place, box in out
        for other in cards.hit(box.x, box.y, box.right, box.bottom)
        if other != place
    }
    return cards.pairs() + len(hidden) + sum(len(cards.crossed(edge)) for edge in placed.edges)


@lru_cache(maxsize=_REMEMBERED)
def _crossings(itself: Itself[Placed]) -> int:
    placed = itself.value
    level: set[tuple[str, float, float, float]] = set()
    standing: set[tuple[float, float, float, str]] = set()
    for edge in placed.edges:
        for start, end in pairwise(edge.points):
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
    collisions += sum(1 for box in boxes for _ in cards.hit(box.x, box.y, box.right, box.bottom))
    crossed = {
        (place, other.bundle)
        for other in placed.edges
        for place in labels.crossed(other)
        if labelled[place].bundle != other.bundle
    }
    return collisions + len({place for place, _ in crossed})
