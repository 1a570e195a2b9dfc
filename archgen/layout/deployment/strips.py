"""A long strip of columns broken into rows, as a text is into lines: a single line leads from each row to the next."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from archgen.layout.deployment.arrangement import moved_edge, moved_group, shifted
from archgen.layout.deployment.labels import boxes_of, label_room, touches
from archgen.layout.placed import Box, Label, Placed, PlacedEdge, PlacedGroup, PlacedNode, Point, Polyline, tidy

_ASIDE = 20.0
"""How far a line runs beside a row: the head of its arrow has room there."""

_MIDDLE = 0.45
"""The place of a line between two rows, from the upper one: badges stand out of the lower one."""


class _Break(Struct, frozen=True):
    """A place between two columns where a strip may be broken: the sides of its columns, and the line that crosses it."""

    left: float
    right: float
    line: PlacedEdge | None


class Strip:
    """A diagram that is read from the left, and the places where it may be broken: no more than one line crosses them."""

    def __init__(self, placed: Placed) -> None:
        self._placed = placed
        boxes = [*(node.box for node in placed.nodes), *(group.box for group in placed.groups)]
        self._breaks = tuple(_breaks(placed.edges, boxes))
        self._start = min((box.x for box in boxes), default=0.0)
        self._end = max((box.right for box in boxes), default=0.0)

    @property
    def rows(self) -> int:
        """The most rows that it can be broken into."""
        return len(self._breaks) + 1

    def broken(self, rows: int) -> Placed:
        """Return the diagram in so many rows or less, the longest of which is as short as may be."""
        starts = [self._start, *(each.right for each in self._breaks)]
        ends = [*(each.left for each in self._breaks), self._end]
        widths = sorted(end - start for start in starts for end in ends if start < end)
        fitting = bisect_left(widths, True, key=lambda width: self._fits(width, rows))
        return _Rows(self._placed, self._within(widths[fitting])).placed()

    def _fits(self, width: float, rows: int) -> bool:
        chosen = self._within(width)
        ends = [*(each.left for each in chosen), self._end]
        starts = [self._start, *(each.right for each in chosen)]
        return len(ends) <= rows and all(end - start <= width for start, end in zip(starts, ends, strict=True))

    def _within(self, width: float) -> list[_Break]:
        """Return the breaks between rows that are filled up to a width, as far as they can be."""
        chosen: list[_Break] = []
        start, last = self._start, None
        for each in self._breaks:
            if last is not None and each.left - start > width:
                chosen.append(last)
                start = last.right
            last = each
        if last is not None and self._end - start > width:
            chosen.append(last)
        return chosen


def _breaks(edges: Sequence[PlacedEdge], boxes: Sequence[Box]) -> Iterator[_Break]:
    """Yield the gaps between columns, from the left, that one line crosses at most: once, and alone in its bundle.

    A line that crosses several of them alone, past cards that nothing leads to, is broken at the first.
    """
    bundles = Counter(edge.bundle for edge in edges)
    right = float("inf")
    for box in sorted(boxes, key=lambda box: box.x):
        if box.x > right:
            crossing = [edge for edge in edges if _spans(edge.points, right, box.x)]
            if not crossing:
                yield _Break(right, box.x, None)
            elif len(crossing) == 1 and bundles[crossing[0].bundle] == 1 and _halves(crossing[0], right, box.x):
                del bundles[crossing[0].bundle]
                yield _Break(right, box.x, crossing[0])
        right = max(right, box.right) if right < float("inf") else box.right


def _spans(way: Polyline, left: float, right: float) -> bool:
    xs = [x for x, _ in way]
    return min(xs) <= left and max(xs) >= right


def _halves(line: PlacedEdge, left: float, right: float) -> tuple[Polyline, Polyline] | None:
    """Return the parts of a line on both sides of a gap, from the left to the right; None if it crosses it twice."""
    way = line.points if line.points[0][0] < line.points[-1][0] else line.points[::-1]
    level = [(place, start, end) for place, (start, end) in enumerate(pairwise(way)) if start[1] == end[1]]
    out = [(place, start[1]) for place, start, end in level if min(start[0], end[0]) <= left < max(start[0], end[0])]
    back = [(place, start[1]) for place, start, end in level if min(start[0], end[0]) < right <= max(start[0], end[0])]
    if len(out) != 1 or len(back) != 1:
        return None
    return (*way[: out[0][0] + 1], (left, out[0][1])), ((right, back[0][1]), *way[back[0][0] + 1 :])


class _Row(Struct, frozen=True):
    """What stands in a row and the lines within it, moved to its place; its boxes begin at x = 0."""

    nodes: list[PlacedNode]
    groups: list[PlacedGroup]
    edges: list[PlacedEdge]
    move: Point

    @property
    def boxes(self) -> list[Box]:
        """The boxes of its cards and groups."""
        return [*(node.box for node in self.nodes), *(group.box for group in self.groups)]

    @property
    def extent(self) -> Box:
        """The box around it all."""
        boxes = self.boxes
        boxes += [group.heading for group in self.groups if group.heading]
        boxes += [edge.label.box for edge in self.edges if edge.label]
        points = [point for edge in self.edges for point in edge.points]
        left, top = (
            min([box.x for box in boxes] + [x for x, _ in points]),
            min([box.y for box in boxes] + [y for _, y in points]),
        )
        right, bottom = (
            max([box.right for box in boxes] + [x for x, _ in points]),
            max([box.bottom for box in boxes] + [y for _, y in points]),
        )
        return Box(left, top, right - left, bottom - top)

    def moved(self, dx: float, dy: float) -> _Row:
        """Return the row at another place."""
        return _Row(
            [replace(node, box=node.box.moved(dx, dy)) for node in self.nodes],
            [moved_group(group, dx, dy) for group in self.groups],
            [moved_edge(edge, dx, dy) for edge in self.edges],
            (self.move[0] + dx, self.move[1] + dy),
        )


class _Rows:
    """A strip that is broken at some places."""

    def __init__(self, placed: Placed, breaks: Sequence[_Break]) -> None:
        self._placed = placed
        self._breaks = breaks
        self._gap = placed.measures.label_gap

    def placed(self) -> Placed:
        """Return the rows below each other, and the lines between them."""
        rows: list[_Row] = []
        y = 0.0
        for row in self._rows():
            extent = row.extent
            rows.append(row.moved(-min(box.x for box in row.boxes), y - extent.y))
            y += extent.height + self._gap
        lines = [
            self._line(each, upper, lower)
            for each, (upper, lower) in zip(self._breaks, pairwise(rows), strict=True)
            if each.line is not None
        ]
        order = {edge.id: place for place, edge in enumerate(self._placed.diagram.edges)}
        edges = sorted([*(edge for row in rows for edge in row.edges), *lines], key=lambda edge: order[edge.edge.id])
        nodes = {node.node.id: node for row in rows for node in row.nodes}
        groups = {group.group.id: group for row in rows for group in row.groups}
        return shifted(
            self._placed.diagram,
            [nodes[node.node.id] for node in self._placed.nodes],
            [groups[group.group.id] for group in self._placed.groups],
            edges,
            self._placed.measures,
        )

    def _rows(self) -> Iterator[_Row]:
        """Yield the rows where they stand in the strip."""
        cut = {each.line.edge.id for each in self._breaks if each.line is not None}
        starts = [float("-inf"), *(each.right for each in self._breaks)]
        ends = [*(each.left for each in self._breaks), float("inf")]
        for start, end in zip(starts, ends, strict=True):
            nodes = [node for node in self._placed.nodes if start <= node.box.x < end]
            groups = [group for group in self._placed.groups if start <= group.box.x < end]
            names = {node.node.id for node in nodes}
            edges = [edge for edge in self._placed.edges if edge.edge.source in names and edge.edge.id not in cut]
            yield _Row(nodes, groups, edges, (0.0, 0.0))

    def _line(self, place: _Break, upper: _Row, lower: _Row) -> PlacedEdge:
        """Return the line from a row to the next: down, back to the left, and in as the others."""
        line = place.line
        assert line is not None
        halves = _halves(line, place.left, place.right)
        assert halves is not None
        out, back = (_moved(half, row.move) for half, row in zip(halves, (upper, lower), strict=True))
        extent = upper.extent
        middle = extent.bottom + _MIDDLE * self._gap
        beside = extent.right + _ASIDE
        start = _below(line, upper, middle) or (*out[:-1], (beside, out[-1][1]), (beside, middle))
        left = min(lower.extent.x, 0.0) - _ASIDE
        way = tidy((*start, (left, middle), (left, back[0][1]), *back[1:]))
        wide, tall = label_room(line.edge, self._placed.measures)
        x = (start[-1][0] + left) / 2
        words = Label(line.edge.label, Box(x - wide / 2, middle - tall / 2, wide, tall)) if wide else None
        points = way if line.points[0][0] < line.points[-1][0] else way[::-1]
        return replace(line, points=points, pieces=(points,), label=words)


def _below(line: PlacedEdge, row: _Row, middle: float) -> Polyline | None:
    """Return the way down from the lower side of the card that a line leaves a row at, if nothing is in its way."""
    card = next(node for node in row.nodes if node.node.id in (line.edge.source, line.edge.target))
    x = card.box.centre[0]
    way = ((x, card.box.bottom), (x, middle))
    others = [node.box for node in row.nodes if node is not card]
    others += [group.heading for group in row.groups if group.heading]
    others += [edge.label.box for edge in row.edges if edge.label]
    others += [box for edge in row.edges for box in boxes_of(edge.points)]
    return None if any(touches(box, way) for box in others) else way


def _moved(way: Polyline, move: Point) -> Polyline:
    return tuple((x + move[0], y + move[1]) for x, y in way)
