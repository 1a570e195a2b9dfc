"""Lines with many corners, rerouted with two at most, since programs draw longer connectors differently.

LibreOffice keeps the route of a connector with one or two corners, and chooses its own route for one with more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from archgen.layout.placed import Box, Label, Placed, PlacedEdge, Point, Polyline, tidy
from archgen.slides.layout.spatial_index import BoxIndex, LineIndex

_CORNERS = 2
_CLEAR = 12.0
_CARD, _BORDER, _WORDS, _LINE, _CORNER = 1000.0, 200.0, 60.0, 40.0, 5.0
"""Costs of a route through a card, along its border, through text or along a frame, along another line, and for
each corner, besides a tenth of its length."""

_ALONG = (0.5, 0.15, 0.85, 0.3, 0.7)
"""Shares of a card's height at which lines may meet its sides."""

_PATIENT = 60
"""Lines to reroute above which each leaves and enters its cards only at its present heights."""

_TRIED, _BEYOND = 24, 4
"""Places to try between the ends of a line, and beyond each of them."""

_SITES = (0.0, 20.0, -20.0, 40.0, -40.0)
"""Offsets from a card's middle at which lines leave its top and bottom, in order."""


def simplify_routes(placed: Placed) -> Placed:
    """Reroute each line with more than two corners, around the cards where possible."""
    if all(len(edge.points) <= _CORNERS + 2 for edge in placed.edges):
        return placed
    return _Rerouting(placed).placed()


class _Rerouting:
    """Reroutes lines in order; each avoids the direct lines and those before it."""

    def __init__(self, placed: Placed) -> None:
        self._placed = placed
        self._boxes = {node.node.id: node.box for node in placed.nodes}
        self._cards = BoxIndex(self._boxes.values())
        self._frames = BoxIndex(group.box for group in placed.groups)
        self._words = BoxIndex(group.heading for group in placed.groups if group.heading and not group.group.across)
        direct = [edge for edge in placed.edges if len(edge.points) <= _CORNERS + 2]
        self._labels = BoxIndex(edge.label.box for edge in direct if edge.label)
        self._lines = LineIndex()
        for edge in direct:
            self._lines.add(edge.points, edge.bundle)
        self._met: dict[tuple[str, str], int] = {}
        self._patient = len(placed.edges) - len(direct) <= _PATIENT
        self._x = sorted({x for box in self._boxes.values() for x in (box.x - _CLEAR, box.right + _CLEAR)})
        self._y = sorted({y for box in self._boxes.values() for y in (box.y - _CLEAR, box.bottom + _CLEAR)})

    def placed(self) -> Placed:
        """Return the diagram with its lines rerouted."""
        return replace(self._placed, edges=tuple(map(self._edge, self._placed.edges)))

    def _edge(self, edge: PlacedEdge) -> PlacedEdge:
        if len(edge.points) <= _CORNERS + 2:
            return edge
        way = self._best(edge)
        for node, (_, y) in ((edge.edge.source, way[0]), (edge.edge.target, way[-1])):
            for side, height in (("top", self._boxes[node].y), ("bottom", self._boxes[node].bottom)):
                if y == height:
                    self._met[node, side] = self._met.get((node, side), 0) + 1
        self._lines.add(way, edge.bundle)
        label = (edge.label if self._keeps_label(edge) else self._label(edge, way)) if edge.label else None
        if label:
            self._labels.add(label.box)
        return replace(edge, points=way, pieces=(way,), label=label)

    # Ways

    def _best(self, edge: PlacedEdge) -> Polyline:
        best, least = edge.points, float("inf")
        for leaving, entering in self._heights(edge):
            for way in self._tries(edge, leaving, entering):
                cost = self._cost(way, edge.bundle, least)
                if cost < least:
                    best, least = way, cost
            if least < _CARD:
                break
        return best

    def _heights(self, edge: PlacedEdge) -> Iterator[tuple[float, float]]:
        """Yield heights at which a line leaves and enters its cards: its present ones, then others."""
        source, target = self._boxes[edge.edge.source], self._boxes[edge.edge.target]
        yield _level(edge.points[0], source), _level(edge.points[-1], target)
        if not self._patient:
            return
        for leaving in _ALONG:
            for entering in _ALONG:
                yield source.y + leaving * source.height, target.y + entering * target.height

    def _cost(self, way: Polyline, bundle: str, most: float) -> float:
        segments = list(pairwise(way))
        cost = _CORNER * (len(way) - 2) + sum(abs(x1 - x0) + abs(y1 - y0) for (x0, y0), (x1, y1) in segments) / 10
        for weight, boxes in ((_CARD, self._cards), (_WORDS, self._words), (_WORDS, self._labels)):
            if cost >= most:
                return cost
            cost += weight * sum(boxes.hit(segment) for segment in segments)
        cost += sum(
            _BORDER * self._cards.grazed(segment) + _WORDS * self._frames.grazed(segment) for segment in segments
        )
        if cost < most:
            cost += _LINE * sum(self._lines.along(segment, bundle) for segment in segments)
        return cost

    def _tries(self, edge: PlacedEdge, level: float, other: float) -> Iterator[Polyline]:
        source, target = self._boxes[edge.edge.source], self._boxes[edge.edge.target]
        left, right = self._site(edge.edge.source, source), self._site(edge.edge.target, target)
        for x in self._across(edge):
            out, into = _beside(source, x), _beside(target, x)
            if out is not None and into is not None:
                yield tidy(((out, level), (x, level), (x, other), (into, other)))
        for y in self._down(edge):
            out, into = _above(source, y), _above(target, y)
            if out is not None and into is not None:
                from_, to = left[out == source.bottom], right[into == target.bottom]
                yield tidy(((from_, out), (from_, y), (to, y), (to, into)))
        for below in (False, True):
            end, start = target.bottom if below else target.y, source.bottom if below else source.y
            out, into = _beside(source, right[below]), _beside(target, left[below])
            if out is not None and (level > end) == below and level != end:
                yield (out, level), (right[below], level), (right[below], end)
            if into is not None and (other > start) == below and other != start:
                yield (left[below], start), (left[below], other), (into, other)

    def _across(self, edge: PlacedEdge) -> list[float]:
        """Return positions for a vertical part: those of the line, and beside the cards near its ends."""
        places = dict.fromkeys(x0 for (x0, _), (x1, _) in pairwise(edge.points) if x0 == x1)
        ends = self._boxes[edge.edge.source], self._boxes[edge.edge.target]
        return list(places | _nearest(self._x, min(end.x for end in ends), max(end.right for end in ends)))

    def _down(self, edge: PlacedEdge) -> list[float]:
        """Return positions for a horizontal part: those of the line, and above and below the cards near its ends."""
        places = dict.fromkeys(y0 for (_, y0), (_, y1) in pairwise(edge.points) if y0 == y1)
        ends = self._boxes[edge.edge.source], self._boxes[edge.edge.target]
        return list(places | _nearest(self._y, min(end.y for end in ends), max(end.bottom for end in ends)))

    def _site(self, node: str, box: Box) -> tuple[float, float]:
        """Return the x of the next line at the top and at the bottom of a card."""
        top, bottom = (
            box.centre[0] + _SITES[self._met.get((node, side), 0) % len(_SITES)] for side in ("top", "bottom")
        )
        return top, bottom

    # Labels

    def _keeps_label(self, edge: PlacedEdge) -> bool:
        """Return True if a label of several lines is still on one that isn't rerouted."""
        assert edge.label is not None
        x, y = edge.label.box.centre
        return any(
            (x0 == x1 and abs(x0 - x) < 1 and min(y0, y1) <= y <= max(y0, y1))
            or (y0 == y1 and abs(y0 - y) < 1 and min(x0, x1) <= x <= max(x0, x1))
            for other in self._placed.edges
            if other.bundle == edge.bundle and len(other.points) <= _CORNERS + 2
            for (x0, y0), (x1, y1) in pairwise(other.points)
        )

    def _label(self, edge: PlacedEdge, way: Polyline) -> Label | None:
        """Place a label on the longest part of its line that has room for it."""
        assert edge.label is not None
        wide, tall = edge.label.box.width, edge.label.box.height
        fallback: Label | None = None
        segments = sorted(
            pairwise(way), key=lambda segment: -abs(segment[1][0] - segment[0][0]) - abs(segment[1][1] - segment[0][1])
        )
        for (x0, y0), (x1, y1) in segments:
            if abs(x1 - x0) < wide + _CLEAR and abs(y1 - y0) < tall + _CLEAR:
                continue
            for share in (0.5, 0.3, 0.7, 0.15, 0.85):
                middle = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
                box = Box(middle[0] - wide / 2, middle[1] - tall / 2, wide, tall)
                label = replace(edge.label, box=box)
                if self._cards.met(box):
                    continue
                fallback = fallback or label
                if not (self._words.met(box) or self._labels.met(box) or self._lines.through(box, edge.bundle)):
                    return label
        return fallback


def _level(point: Point, box: Box) -> float:
    """Return the height at which a line meets the left or right side of a card."""
    return point[1] if box.y < point[1] < box.bottom else box.centre[1]


def _beside(box: Box, x: float) -> float | None:
    """Return the side of a card that faces an x beside it."""
    return box.right if x > box.right else box.x if x < box.x else None


def _above(box: Box, y: float) -> float | None:
    """Return the side of a card that faces a height above or below it."""
    return box.bottom if y > box.bottom else box.y if y < box.y else None


def _nearest(places: list[float], low: float, high: float) -> dict[float, None]:
    """Return sorted places between two, and the nearest beyond: few enough to try for many lines."""
    first, last = bisect_left(places, low), bisect_right(places, high)
    inside = places[first:last]
    step = max(len(inside) // _TRIED, 1)
    beyond = places[max(first - _BEYOND, 0) : first] + places[last : last + _BEYOND]
    return dict.fromkeys((*inside[::step], *beyond, *places[:1], *places[-1:]))
