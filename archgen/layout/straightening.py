"""Lines with two corners, run straight where an end has only to move along its side of a card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from archgen.layout.deployment.cards import SLOT
from archgen.layout.deployment.routing import LANE
from archgen.layout.placed import Box, Label, Placed, PlacedEdge, Point, Polyline

_CLEAR = 4.0
"""The least between a line and what it passes."""

_STEP = 4
"""The points of a line with two corners."""

_HEAD = 12.0
"""The least between the words of a line and its ends."""


_JOG = 8.0
"""Up to so much a line steps aside at its end for nothing that a reader sees."""


def straightened(placed: Placed) -> Placed:
    """Return a diagram in which no line has two corners that it needs only for where it meets its cards.

    The end of a line moves within its side, between the ends of other lines there. What is straight passes through no card,
    no words and no border of a group, runs along no other line and crosses no more of them.
    """
    for upright in (False, True):
        steps = [(place, edge) for place, edge in enumerate(placed.edges) if len(edge.points) >= _STEP]
        bent = [place for place, edge in steps if _is_bent(_seen(edge.points, upright))]
        jogged = [place for place, edge in steps if any(_jogs(_seen(way, upright)) for way in _both_ways(edge))]
        if bent or jogged:
            placed = _straightened(placed, bent, jogged, upright)
    return placed


def _straightened(placed: Placed, bent: Iterable[int], jogged: Iterable[int], upright: bool) -> Placed:
    edges, bundles = list(placed.edges), Counter(edge.bundle for edge in placed.edges)
    surroundings = _Surroundings(placed, upright)
    for place in bent:
        edge = edges[place]
        if bundles[edge.bundle] == 1:
            edges[place] = surroundings.straight(edge, edges) or edge
    for place in jogged:
        if bundles[edges[place].bundle] == 1:
            edges[place] = surroundings.without_jogs(edges[place], edges)
    return replace(placed, edges=tuple(edges))


def _both_ways(edge: PlacedEdge) -> tuple[Polyline, Polyline]:
    return edge.points, edge.points[::-1]


def _jogs(points: Polyline) -> bool:
    """Return True for a line that starts to the right or the left and steps aside by a little soon after."""
    if len(points) < _STEP:
        return False
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points[:_STEP]
    return y0 == y1 and x1 == x2 and y2 == y3 and (x1 - x0) * (x3 - x2) > 0 and abs(y2 - y0) <= _JOG


def _is_bent(points: Polyline) -> bool:
    """Return True for a line of four points that steps up or down once on its way to the right or the left."""
    if len(points) != _STEP:
        return False
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    return y0 == y1 and x1 == x2 and y2 == y3 and (x1 - x0) * (x3 - x2) > 0


class _Surroundings:
    """The cards, groups and words of a diagram; those of one read from the top down have x and y exchanged."""

    def __init__(self, placed: Placed, upright: bool) -> None:
        self._upright = upright
        self._cards = {node.node.id: _turned(node.box, upright) for node in placed.nodes}
        self._headings = [_turned(group.heading, upright) for group in placed.groups if group.heading]
        self._frames = [_turned(group.box, upright) for group in placed.groups]

    def straight(self, edge: PlacedEdge, edges: Iterable[PlacedEdge]) -> PlacedEdge | None:
        """Return one of some lines without its corners; None if it needs them."""
        points = _seen(edge.points, self._upright)
        (start, first), (end, last) = points[0], points[-1]
        ends = (edge.edge.source, edge.edge.target)
        if ends[0] == ends[1] or not self._cards.keys() >= set(ends):
            return None
        source, target = self._cards[ends[0]], self._cards[ends[1]]
        if min(source.bottom, target.bottom) - max(source.y, target.y) < SLOT:
            return None
        others = [other for other in edges if other is not edge]
        low, high = self._room(ends[0], points[0], others)
        least, most = self._room(ends[1], points[-1], others)
        low, high = max(low, least), min(high, most)
        if low > high:
            return None
        ways = [_seen(other.points, self._upright) for other in others]
        words = [_turned(other.label.box, self._upright) for other in others if other.label]
        solid = [*(box for name, box in self._cards.items() if name not in ends), *self._headings, *words]
        if any(_runs_through(points, box) for box in solid):
            return None  # a firewall stands on it
        crossings = sum(_crossings(points, other) for other in ways)
        for y in dict.fromkeys((first, last, min(max((first + last) / 2, low), high))):
            line = ((start, y), (end, y))
            if not low <= y <= high or self._is_hindered(line, solid, ways, crossings):
                continue
            label = self._label(edge.label, line, [*self._cards.values(), *self._headings, *words], ways)
            if label or not edge.label:
                way = _seen(line, self._upright)
                return replace(edge, points=way, pieces=(way,), label=label)
        return None

    def without_jogs(self, edge: PlacedEdge, edges: Iterable[PlacedEdge]) -> PlacedEdge:
        """Return one of some lines without the small steps aside at its ends that nothing asks for."""
        others = [other for other in edges if other is not edge]
        ways = [_seen(other.points, self._upright) for other in others]
        words = [_turned(other.label.box, self._upright) for other in others if other.label]
        ends = edge.edge.source, edge.edge.target
        solid = [*(box for name, box in self._cards.items() if name not in ends), *self._headings, *words]
        points = _seen(edge.points, self._upright)
        label = _turned(edge.label.box, self._upright) if edge.label else None
        for card in ends:
            if _jogs(points) and card in self._cards:
                low, high = self._room(card, points[0], others)
                points, label = self._without_jog(points, label, (low, high), solid, ways)
            points = points[::-1]
        way = _seen(points, self._upright)
        if way == edge.points:
            return edge
        moved = replace(edge.label, box=_turned(label, self._upright)) if edge.label and label else edge.label
        return replace(edge, points=way, pieces=(way,), label=moved)

    def _without_jog(
        self,
        points: Polyline,
        label: Box | None,
        room: tuple[float, float],
        solid: Sequence[Box],
        ways: Sequence[Polyline],
    ) -> tuple[Polyline, Box | None]:
        """Return a line whose end, or else whose next part, is moved so that both are one; and where its words are then."""
        (x0, y0), (x1, _), (_, y2), (x3, _) = points[:_STEP]
        crossings = sum(_crossings(points, other) for other in ways)
        moves = [(y0, y2, x0, x1, ((x0, y2), *points[3:]))]
        if len(points) > _STEP:
            moves.append((y2, y0, x1, x3, ((x0, y0), (x3, y0), *points[4:])))
        for old, new, start, end, way in moves:
            if new == y2 and not room[0] <= new <= room[1]:
                continue
            line = ((start, new), (end, new))
            if (
                self._is_hindered(line, solid, ways, crossings)
                or sum(_crossings(way, each) for each in ways) > crossings
            ):
                continue
            if label and label.y < old < label.bottom and label.x < max(start, end) and label.right > min(start, end):
                there = label.moved(0, new - old)
                if any(there.overlaps(box) for box in solid) or any(_runs_through(each, there) for each in ways):
                    continue
                label = there
            return way, label
        return points, label

    def _room(self, card: str, end: Point, others: Sequence[PlacedEdge]) -> tuple[float, float]:
        """Return the heights between which an end of a line may stand on its side of a card."""
        box, (x, y) = self._cards[card], end
        low, high = box.y + SLOT / 2, box.bottom - SLOT / 2
        for other in others:
            for name, point in ((other.edge.source, other.points[0]), (other.edge.target, other.points[-1])):
                beside, height = _seen((point,), self._upright)[0]
                if name != card or beside != x:
                    continue
                low = max(low, height + LANE) if height <= y else low
                high = min(high, height - LANE) if height >= y else high
        return low, high

    def _is_hindered(self, line: Polyline, solid: Iterable[Box], ways: Iterable[Polyline], crossings: int) -> bool:
        """Return True if a straight line meets what it mustn't, or crosses more lines than before."""
        (x0, y), (x1, _) = sorted(line)
        strip = Box(x0, y - _CLEAR, x1 - x0, 2 * _CLEAR)
        if any(box.overlaps(strip) for box in solid):
            return True
        if any(
            frame.x < x1 and x0 < frame.right and min(abs(frame.y - y), abs(frame.bottom - y)) < _CLEAR
            for frame in self._frames
        ):
            return True
        ways = list(ways)
        return any(_run_together(line, other) for other in ways) or (
            sum(_crossings(line, other) for other in ways) > crossings
        )

    def _label(
        self, label: Label | None, line: Polyline, solid: Sequence[Box], ways: Sequence[Polyline]
    ) -> Label | None:
        """Return the words of a line on it, where they were or else in its middle; None if they have no room."""
        if label is None:
            return None
        (x0, y), (x1, _) = sorted(line)
        old = _turned(label.box, self._upright)
        for x in (old.x, (x0 + x1 - old.width) / 2):
            box = Box(x, y - old.height / 2, old.width, old.height)
            if x0 + _HEAD > x or box.right > x1 - _HEAD:
                continue
            if any(box.overlaps(other) for other in solid) or any(_runs_through(other, box) for other in ways):
                continue
            return replace(label, box=_turned(box, self._upright))
        return None


def _runs_through(way: Polyline, box: Box) -> bool:
    return any(
        x0 < box.right and x1 > box.x and min(y0, y1) < box.bottom and max(y0, y1) > box.y
        for (x0, y0), (x1, y1) in _parts(way)
    )


def _run_together(line: Polyline, way: Polyline) -> bool:
    """Return True if another line runs along a level one, or turns so near it that it seems to."""
    (left, y), (right, _) = sorted(line)
    for (x0, y0), (x1, y1) in _parts(way):
        if x0 < right and left < x1 and min(abs(y0 - y), abs(y1 - y)) < LANE:
            return True
        if x0 == x1 and left <= x0 <= right and not (left + _CLEAR < x0 < right - _CLEAR) and _is_between(y, y0, y1):
            return True
    return False


def _crossings(way: Polyline, other: Polyline) -> int:
    return sum(_cross(part, beside) + _cross(beside, part) for part in _parts(way) for beside in _parts(other))


def _cross(level: tuple[Point, Point], standing: tuple[Point, Point]) -> bool:
    (left, y), (right, end) = level
    (x, y0), (x1, y1) = standing
    return y == end and x == x1 and left < x < right and _is_between(y, y0, y1)


def _is_between(y: float, y0: float, y1: float) -> bool:
    return min(y0, y1) < y < max(y0, y1)


def _parts(way: Polyline) -> Iterator[tuple[Point, Point]]:
    """Yield the parts of a line, each from the left."""
    for start, end in pairwise(way):
        yield (start, end) if start[0] <= end[0] else (end, start)


def _seen(points: Polyline, upright: bool) -> Polyline:
    return tuple((y, x) for x, y in points) if upright else points


def _turned(box: Box, upright: bool) -> Box:
    return Box(box.y, box.x, box.height, box.width) if upright else box
