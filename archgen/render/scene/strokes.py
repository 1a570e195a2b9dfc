"""The paths of lines: round corners, gaps for labels, bridges where lines cross, double lines and heads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import pairwise

from archgen.layout.placed import Box, Placed, PlacedEdge, Point
from archgen.style.svg_markup import number
from archgen.style.theme import SIZES, Line

HOP = 5.0
ARROW = float(SIZES.arrow)
_CLEAR = 4.0
_ABOVE = 2.0
"""How far an upright line ends above and below words, whose letters fill the height of their box."""


class Crossings:
    """The crossings of level parts of lines with upright ones of other bundles."""

    def __init__(self, placed: Placed) -> None:
        self._upright: list[tuple[float, float, float, str]] = []
        for edge in placed.edges:
            for piece in edge.pieces:
                for (x0, y0), (x1, y1) in pairwise(piece):
                    if x0 == x1:
                        self._upright.append((x0, min(y0, y1), max(y0, y1), edge.bundle))
        self._upright.sort()
        self._xs = [upright[0] for upright in self._upright]

    def on(self, start: Point, end: Point, bundle: str) -> list[float]:
        """Return the x of each crossing of a level part, in its direction, far enough from its ends and from each other."""
        low, high = sorted((start[0], end[0]))
        first, last = bisect_left(self._xs, low + HOP + _CLEAR), bisect_right(self._xs, high - HOP - _CLEAR)
        crossed: list[float] = []
        for x, top, bottom, other in self._upright[first:last]:
            inside = top + 1 < start[1] < bottom - 1
            if inside and other != bundle and (not crossed or x - crossed[-1] >= 2 * HOP + 1):
                crossed.append(x)
        return crossed if start[0] < end[0] else crossed[::-1]


def strokes(placed: PlacedEdge, line: Line, crossings: Crossings, hole: Box | None, head: float) -> str:
    """Return the path data of a placed line, without what lies under its label or in its heads, which are `head` long."""
    parts = [part for piece in placed.pieces for part in gapped(joined(piece, placed.points), hole)]
    return "".join(_stroke(part, placed, line, crossings, head) for part in parts)


def _stroke(part: tuple[Point, ...], placed: PlacedEdge, line: Line, crossings: Crossings, head: float) -> str:
    if placed.arrow and part[-1] == placed.points[-1]:
        part = shorten_line(part, head - 1)
    if placed.edge.mutual and part[0] == placed.points[0]:
        part = shorten_line(part[::-1], head - 1)[::-1]
    sides = (beside(part, SIZES.apart), beside(part, -SIZES.apart)) if line.double else (part,)
    return "".join(path_data(side, crossings, placed.bundle) for side in sides)


def heads(placed: PlacedEdge, size: float) -> str:
    """Return the path data of the arrow heads of a placed line: none where it only joins another, two where it is mutual."""
    ahead = arrow(placed.points[-2], placed.points[-1], size) if placed.arrow else ""
    return ahead + (arrow(placed.points[1], placed.points[0], size) if placed.edge.mutual else "")


def gapped(piece: tuple[Point, ...], box: Box | None) -> list[tuple[Point, ...]]:
    """Return a line without the part that lies under a label."""
    if box is None:
        return [piece]
    parts: list[list[Point]] = [[piece[0]]]
    for start, end in pairwise(piece):
        inside = _within(start, end, box)
        if inside is None:
            parts[-1].append(end)
            continue
        if inside[0] != parts[-1][-1]:
            parts[-1].append(inside[0])
        parts.append([inside[1]])
        if inside[1] != end:
            parts[-1].append(end)
    return [tuple(part) for part in parts if len(part) > 1]


def _within(start: Point, end: Point, box: Box) -> tuple[Point, Point] | None:
    """Return the part of a segment inside a box, in the segment's direction."""
    if start[1] == end[1]:
        low, high = max(min(start[0], end[0]), box.x), min(max(start[0], end[0]), box.right)
        if low >= high or not box.y < start[1] < box.bottom:
            return None
        ends = ((low, start[1]), (high, start[1]))
        return ends if start[0] < end[0] else (ends[1], ends[0])
    low, high = max(min(start[1], end[1]), box.y - _ABOVE), min(max(start[1], end[1]), box.bottom + _ABOVE)
    if low >= high or not box.x < start[0] < box.right:
        return None
    ends = ((start[0], low), (start[0], high))
    return ends if start[1] < end[1] else (ends[1], ends[0])


def joined(piece: tuple[Point, ...], line: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return a part of a line that begins a corner's radius earlier and ends as much later, so that it runs into the rest."""
    return _earlier(_earlier(piece, line)[::-1], line[::-1])[::-1]


def _earlier(piece: tuple[Point, ...], line: tuple[Point, ...]) -> tuple[Point, ...]:
    start, radius = piece[0], float(SIZES.line_radius)
    if start == line[0]:
        return piece
    for before, after in pairwise(line):
        if start != before and _between(before, start, after):
            return (_towards(start, before, min(radius, _far(before, start))), *piece)
    return piece


def _between(start: Point, point: Point, end: Point) -> bool:
    """Return True if a point lies on a level or upright segment, or at its end."""
    return _straight(start, point, end) and abs(_far(start, point) + _far(point, end) - _far(start, end)) < 0.01


def shorten_line(piece: tuple[Point, ...], by: float) -> tuple[Point, ...]:
    """Return a line that ends earlier, to leave room for its arrow head."""
    (x0, y0), (x1, y1) = piece[-2:]
    far = abs(x1 - x0) + abs(y1 - y0)
    if far <= by:
        return piece
    part = (far - by) / far
    return (*piece[:-1], (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part))


def path_data(points: tuple[Point, ...], crossings: Crossings | None = None, bundle: str = "") -> str:
    """Return the path data of a line."""
    points = _straightened(points)
    parts = [f"M{_at(points[0])}"]
    for place, (start, end) in enumerate(pairwise(points)):
        if crossings is not None and start[1] == end[1]:
            parts += _hops(start, end, crossings.on(start, end, bundle))
        following = points[place + 2] if place + 2 < len(points) else None
        parts.append(_to(start, end) if following is None else _corner(start, end, following))
    return "".join(parts)


def _to(start: Point, end: Point) -> str:
    """Return a straight line in as few characters as it takes; `start` may lie earlier on the same level or upright line."""
    if start[1] == end[1]:
        return f"H{number(end[0])}"
    return f"V{number(end[1])}" if start[0] == end[0] else f"L{_at(end)}"


def _straightened(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return a line without points that lie on the way between their neighbors."""
    last = len(points) - 1
    return tuple(
        point
        for place, point in enumerate(points)
        if place in (0, last) or not _straight(points[place - 1], point, points[place + 1])
    )


def _straight(start: Point, point: Point, end: Point) -> bool:
    return start[0] == point[0] == end[0] or start[1] == point[1] == end[1]


def _hops(start: Point, end: Point, crossed: Iterable[float]) -> Iterable[str]:
    way = 1 if start[0] < end[0] else -1
    for x in crossed:
        yield f"H{number(x - way * HOP)}a{number(HOP)} {number(HOP)} 0 0 {int(way > 0)} {number(2 * way * HOP)} 0"


def _corner(start: Point, corner: Point, end: Point) -> str:
    radius = min(float(SIZES.line_radius), _far(start, corner) / 2, _far(corner, end) / 2)
    before, after = _towards(corner, start, radius), _towards(corner, end, radius)
    turn = f"q{_by(before, corner)} {_by(before, after)}".replace(" -", "-")
    return _to(start, before) + turn


def _far(start: Point, end: Point) -> float:
    return abs(start[0] - end[0]) + abs(start[1] - end[1])


def _towards(start: Point, end: Point, by: float) -> Point:
    far = _far(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * by / far, start[1] + (end[1] - start[1]) * by / far


def _by(start: Point, end: Point) -> str:
    return f"{number(end[0] - start[0])} {number(end[1] - start[1])}"


def _at(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def beside(points: tuple[Point, ...], by: float) -> tuple[Point, ...]:
    """Return a line of level and upright parts moved sideways, so that two of them make a double line."""
    moved: list[Point] = []
    normals = [_normal(start, end) for start, end in pairwise(points)]
    for place, (x, y) in enumerate(points):
        near = {normals[max(place - 1, 0)], normals[min(place, len(normals) - 1)]}
        moved.append((x + by * sum(normal[0] for normal in near), y + by * sum(normal[1] for normal in near)))
    return tuple(moved)


def _normal(start: Point, end: Point) -> Point:
    if start[1] == end[1]:
        return 0.0, 1.0 if end[0] > start[0] else -1.0
    return (-1.0 if end[1] > start[1] else 1.0), 0.0


def arrow(before: Point, tip: Point, size: float = ARROW) -> str:
    """Return the path data of a small filled arrow head; its line is level or upright."""
    far = _far(before, tip) or 1.0
    ux, uy = (tip[0] - before[0]) / far, (tip[1] - before[1]) / far
    half = size * 0.42
    side = -ux * size - uy * half, -uy * size + ux * half
    across = f"h{number(2 * uy * half)}" if uy else f"v{number(-2 * ux * half)}"
    return f"M{_at(tip)}l{number(side[0])} {number(side[1])}{across}z".replace(" -", "-")
