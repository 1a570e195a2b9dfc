"""Words of lines on the longest free part of their way, for layouts that keep no place for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from archgen.layout.deployment.cards import label_size
from archgen.layout.hanging import badges_of
from archgen.layout.measures import USUAL, Measures
from archgen.layout.placed import Box, Label, PlacedEdge, PlacedGroup, PlacedNode, Point, Polyline
from archgen.style.theme import LINES
from archgen.views.diagram import Diagram, Edge

_SHARES = (0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75, 0.18, 0.82, 0.12, 0.88)
_AIR = 6.0
"""What words want around them, and between them and a corner of their line; with less they touch what is beside them."""

_CROWDED = 2.0

_WISHES = ((True, 0.0, True), (False, 0.0, True), (False, 1.0, False), (False, -1.0, False), (False, 0.0, False))
"""What words want, the best first: air around them, the middle or a side of an upright part, no arrow's head below them."""

_CELL = 160.0

_ROUNDING = 1e-6


def label_room(edge: Edge, measures: Measures = USUAL, stacked: bool = False) -> tuple[float, float]:
    """Return the room that the words of a line want with its lock and badges."""
    return label_size(edge, len(edge.badges), bool(LINES[edge.meaning].lock), measures, stacked)


def _forms(edge: Edge) -> Iterator[tuple[str, bool]]:
    """Yield the words of a line in less and less room, and if they stand in two lines; at last its lock and badges alone."""
    yield edge.label, False
    if " " in edge.label:
        yield edge.label, True
    for words in dict.fromkeys((edge.label.partition(",")[0], "")):
        if words != edge.label:
            yield words, False


def labelled(
    diagram: Diagram, ways: list[Polyline], nodes: Iterable[PlacedNode], groups: Iterable[PlacedGroup]
) -> list[PlacedEdge]:
    """Return the lines of a diagram along their ways, with their words where these find room."""
    edges = [PlacedEdge(edge, way, (way,), edge.id) for edge, way in zip(diagram.edges, ways, strict=True)]
    return worded(edges, nodes, groups)


def worded(
    edges: list[PlacedEdge],
    nodes: Iterable[PlacedNode],
    groups: Iterable[PlacedGroup],
    measures: Measures = USUAL,
) -> list[PlacedEdge]:
    """Return the lines with words, once a bundle, where these find room: off borders, corners and other words if they can be."""
    rooms = _Rooms(edges, list(nodes), list(groups), measures)
    return [rooms.worded(edge) for edge in edges]


class _Rooms:
    """Boxes that words may not lie on, by the cells of a coarse grid."""

    def __init__(
        self, edges: list[PlacedEdge], nodes: list[PlacedNode], groups: list[PlacedGroup], measures: Measures
    ) -> None:
        self._measures = measures
        self._taken = _Cells()
        self._borders = _Cells()
        self._lines = _Cells()
        self._done: set[str] = set()
        for node in nodes:
            self._taken.add(node.box)
            self._taken.add(badges_of(node.box, len(node.node.badges), measures.sizes))
        for group in groups:
            if group.heading:
                self._taken.add(group.heading)
            self._taken.add(badges_of(group.box, len(group.group.badges), measures.sizes))
            for border in _borders(group.box):
                self._borders.add(border)
        self._ways: dict[str, list[Polyline]] = {}
        self._joints: dict[str, list[Box]] = {}
        for edge in edges:
            self._ways.setdefault(edge.bundle, []).append(edge.points)
            self._joints.setdefault(edge.bundle, []).extend(_dots(edge, measures.sizes.joint))
            for box in boxes_of(edge.points):
                self._lines.add(box, edge.bundle)

    def worded(self, edge: PlacedEdge) -> PlacedEdge:
        """Return a line with its words, if it is the first of its bundle and they have room."""
        if edge.bundle in self._done:
            return edge
        self._done.add(edge.bundle)
        for words, stacked in _forms(edge.edge):
            box = self._seat(edge, words, stacked)
            if box is not None:
                self._taken.add(box)
                return replace(edge, label=Label(words, box, stacked))
        return edge

    def _seat(self, edge: PlacedEdge, words: str, stacked: bool) -> Box | None:
        """Return the best place of some words on a line."""
        size = label_room(replace(edge.edge, label=words), self._measures, stacked)
        ways = self._ways[edge.bundle] if size[0] else []
        return next(
            (
                box
                for joints in dict.fromkeys((tuple(self._joints.get(edge.bundle, ())), ()))
                for airy, shift, clear in _WISHES
                for way in ways
                if (box := self._room(edge.bundle, way, size, joints, airy=airy, shift=shift, clear=clear))
            ),
            None,
        )

    def _room(
        self,
        bundle: str,
        way: Polyline,
        size: tuple[float, float],
        joints: Sequence[Box],
        *,
        airy: bool,
        shift: float,
        clear: bool,
    ) -> Box | None:
        """Return the place of words of a size on a line: its longest part first, clear of everything else and of `joints`.

        With air around them, and off the borders of groups, if it has to be `airy`. A `shift` of 1 or -1 puts them right
        or left of an upright part. They may lie on the head of its arrow unless it's to be `clear`.
        """
        wide, tall = size
        gap = _AIR if airy else _CROWDED
        tip = _around(way[-1], self._measures.sizes.arrow)
        parts = sorted(pairwise(way), key=lambda part: -(abs(part[0][0] - part[1][0]) + abs(part[0][1] - part[1][1])))
        for start, end in parts:
            upright = start[0] == end[0]
            if shift and not upright:
                # these places were looked at without a shift
                continue
            head = self._measures.sizes.arrow if end == way[-1] else _CROWDED
            # most parts are too short for words with air
            if airy and not _has_length(start, end, size, _CROWDED + head):
                continue
            aside = shift * (wide / 2 + _CROWDED) if upright else 0.0
            around = _hull(start, end, wide, tall, aside)
            # what is near the part is collected once for all of its places
            taken, lines = self._taken.near(around, gap), self._lines.near(around, 0.0, bundle)
            borders = self._borders.near(around, _CROWDED) if airy else []
            for share in _SHARES:
                x = start[0] + (end[0] - start[0]) * share + aside
                y = start[1] + (end[1] - start[1]) * share
                box = Box(x - wide / 2, y - tall / 2, wide, tall)
                if airy and not _inside(box, start, end, head):
                    continue
                if clear and box.overlaps(tip, 0.0):
                    continue
                if joints and any(box.overlaps(joint, _CROWDED) for joint in joints):
                    continue
                if not (_meets(box, taken, gap) or _meets(box, lines, 0.0) or _meets(box, borders, _CROWDED)):
                    return box
        return None


_Sides = tuple[float, float, float, float, str]
"""The left, upper, right and lower side of a box, and the name of what it belongs to."""


class _Cells:
    """Boxes by the cells that they touch, each with its sides and the name of what it belongs to."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[_Sides]] = {}

    def add(self, box: Box, name: str = "") -> None:
        """Keep a box."""
        sides = (box.x, box.y, box.right, box.bottom, name)
        for cell in _cells(box, 0.0):
            self._cells.setdefault(cell, []).append(sides)

    def near(self, box: Box, gap: float, besides: str | None = None) -> list[_Sides]:
        """Return the boxes of other things that are nearer to a box than a gap, some of them twice."""
        cells = self._cells
        # as `Box.overlaps`, without a call for each of some hundred thousand pairs
        left, top, right, bottom = box.x, box.y, box.x + box.width + gap, box.y + box.height + gap
        return [
            each
            for cell in _cells(box, gap)
            if cell in cells
            for each in cells[cell]
            if each[0] < right
            and left < each[2] + gap
            and each[1] < bottom
            and top < each[3] + gap
            and each[4] != besides
        ]


def _meets(box: Box, others: list[_Sides], gap: float) -> bool:
    """Return True if one of some others is nearer to a box than a gap."""
    if not others:
        return False
    # as `Box.overlaps`, without an object and four sums for each of millions of pairs
    left, top, right, bottom = box.x, box.y, box.x + box.width + gap, box.y + box.height + gap
    for x, y, other_right, other_bottom, _ in others:
        if x < right and left < other_right + gap and y < bottom and top < other_bottom + gap:
            return True
    return False


def _hull(start: Point, end: Point, wide: float, tall: float, aside: float) -> Box:
    """Return the box around all places of words on a part of a line."""
    left, right = min(start[0], end[0]) + aside, max(start[0], end[0]) + aside
    top, bottom = min(start[1], end[1]), max(start[1], end[1])
    near = 2 * _ROUNDING
    return Box(
        left - wide / 2 - _ROUNDING, top - tall / 2 - _ROUNDING, right - left + wide + near, bottom - top + tall + near
    )


def _has_length(start: Point, end: Point, size: tuple[float, float], room: float) -> bool:
    """Return True if a part of a line is as long as words and the room beside them, or nearly so."""
    level = start[1] == end[1]
    length = abs(start[0] - end[0]) if level else abs(start[1] - end[1])
    return length + _ROUNDING >= size[0 if level else 1] + room


def _cells(box: Box, gap: float) -> list[tuple[int, int]]:
    x, y = box.x, box.y
    first, last = int((x - gap) // _CELL), int((x + box.width + gap) // _CELL)
    top, bottom = int((y - gap) // _CELL), int((y + box.height + gap) // _CELL)
    if first == last and top == bottom:
        return [(first, top)]
    return [(x, y) for x in range(first, last + 1) for y in range(top, bottom + 1)]


def _borders(box: Box) -> tuple[Box, Box, Box, Box]:
    return (
        Box(box.x, box.y, box.width, 0.0),
        Box(box.x, box.bottom, box.width, 0.0),
        Box(box.x, box.y, 0.0, box.height),
        Box(box.right, box.y, 0.0, box.height),
    )


def _inside(box: Box, start: Point, end: Point, head: float) -> bool:
    """Return True if words leave the corners of their part of a line to be seen, and its arrow's head."""
    level = start[1] == end[1]
    low, high = (box.x, box.right) if level else (box.y, box.bottom)
    first, last = (start[0], end[0]) if level else (start[1], end[1])
    if first > last:
        first, last, low, high = -first, -last, -high, -low
    return low - first >= _CROWDED and last - high >= head


def _around(point: Point, radius: float) -> Box:
    """Return the square around a point."""
    return Box(point[0] - radius, point[1] - radius, 2 * radius, 2 * radius)


def _dots(edge: PlacedEdge, radius: float) -> Iterator[Box]:
    """Yield the boxes of the dots on a line."""
    for joint in edge.joints:
        yield _around(joint, radius)


def boxes_of(way: Polyline) -> Iterator[Box]:
    """Yield the parts of a line as boxes."""
    for (x0, y0), (x1, y1) in pairwise(way):
        yield Box(min(x0, x1) - 1, min(y0, y1) - 1, abs(x1 - x0) + 2, abs(y1 - y0) + 2)


def touches(box: Box, way: Polyline) -> bool:
    """Return True if a line runs through a box."""
    left, top, right, bottom = box.x - 1, box.y - 1, box.right + 1, box.bottom + 1
    return any(
        (left < x0 or left < x1)
        and (x0 < right or x1 < right)
        and (top < y0 or top < y1)
        and (y0 < bottom or y1 < bottom)
        for (x0, y0), (x1, y1) in pairwise(way)
    )
