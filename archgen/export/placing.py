"""What every engine of another tool leaves to us: words in free places, whole lines, and shields on borders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from msgspec.structs import replace

from archgen.layout.measure import Card, heading, label_size
from archgen.layout.measures import USUAL
from archgen.layout.placed import Box, Label, PlacedEdge, PlacedGroup, PlacedNode, Point
from archgen.metrics import elide, text_width
from archgen.theme import LINES, SIZES
from archgen.view import Diagram, Edge

Way = tuple[Point, ...]

_STEP = 8.0
_SHARES = (0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75, 0.18, 0.82, 0.12, 0.88)


# Lines


def docked(path: list[Point], source: Box, target: Box) -> list[Point]:
    """A line whose ends reach the sides of its boxes."""
    if len(path) < 2:
        return [source.centre, (target.centre[0], source.centre[1])]
    first, last = _reaching(path[0], path[1], source), _reaching(path[-1], path[-2], target)
    return [first, *path[1:-1], last]


def _reaching(end: Point, beside: Point, box: Box) -> Point:
    if end[1] == beside[1]:
        return (box.right if beside[0] > end[0] else box.x), end[1]
    return end[0], (box.bottom if beside[1] > end[1] else box.y)


def label_room(edge: Edge) -> tuple[float, float]:
    """The room that the words of a line want with its lock and badges."""
    return label_size(edge, len(edge.badges), bool(LINES[edge.meaning].lock))


def labelled(
    diagram: Diagram, ways: list[Way], nodes: Iterable[PlacedNode], groups: Iterable[PlacedGroup]
) -> list[PlacedEdge]:
    """The lines of a diagram along their ways, with their words where these find room.

    Off borders, corners and other words where they can be.
    """
    nodes, groups = list(nodes), list(groups)
    taken = [one.box for one in nodes] + [one.heading for one in groups if one.heading]
    taken += [_badges(one.box, len(one.node.badges)) for one in nodes if one.node.badges]
    taken += [_badges(one.box, len(one.group.badges)) for one in groups if one.group.badges]
    borders = [border for one in groups for border in _borders(one.box)]
    found = []
    for edge, way in zip(diagram.edges, ways, strict=True):
        others, size = [other for other in ways if other is not way], label_room(edge)
        box = _room(way, size, taken, others, borders) or _room(way, size, taken, others)
        if box is not None:
            taken.append(box)
        label = Label(edge.label, box) if box else None
        found.append(PlacedEdge(edge, way, (way,), edge.id, label=label))
    return found


def _badges(box: Box, count: int) -> Box:
    """The row of badges on the right upper corner of a box."""
    wide = count * (2 * SIZES.badge + 4)
    return Box(box.right + SIZES.hang - wide, box.y - SIZES.badge, wide, 2 * SIZES.badge)


def _borders(box: Box) -> tuple[Box, Box, Box, Box]:
    return (
        Box(box.x, box.y, box.width, 0.0),
        Box(box.x, box.bottom, box.width, 0.0),
        Box(box.x, box.y, 0.0, box.height),
        Box(box.right, box.y, 0.0, box.height),
    )


_AIR = 6.0
"""What words want around them, and between them and a corner of their line; with less they touch what is beside them."""

_CROWDED = 2.0


def _room(
    way: Way, size: tuple[float, float], taken: list[Box], others: list[Way], borders: list[Box] | None = None
) -> Box | None:
    """Where words of a size stand on a line: its longest part first, clear of everything else.

    With `borders` off these too, and with air around them.
    """
    wide, tall = size
    if not wide:
        return None
    air = _CROWDED if borders is None else _AIR
    parts = sorted(pairwise(way), key=lambda part: -(abs(part[0][0] - part[1][0]) + abs(part[0][1] - part[1][1])))
    for start, end in parts:
        for share in _SHARES:
            x, y = start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
            box = Box(x - wide / 2, y - tall / 2, wide, tall)
            if any(box.overlaps(one, air) for one in taken) or any(_touches(box, other) for other in others):
                continue
            if borders is None:
                return box
            clear = not any(box.overlaps(one, _CROWDED) for one in borders)
            if clear and _inside(box, start, end, SIZES.arrow if end == way[-1] else _CROWDED):
                return box
    return None


def _inside(box: Box, start: Point, end: Point, head: float) -> bool:
    """Whether words leave the corners of their part of a line to be seen, and its arrow's head."""
    level = start[1] == end[1]
    low, high = (box.x, box.right) if level else (box.y, box.bottom)
    first, last = (start[0], end[0]) if level else (start[1], end[1])
    if first > last:
        first, last, low, high = -first, -last, -high, -low
    return low - first >= _CROWDED and last - high >= head


def _touches(box: Box, way: Way) -> bool:
    return any(
        box.overlaps(Box(min(x0, x1) - 1, min(y0, y1) - 1, abs(x1 - x0) + 2, abs(y1 - y0) + 2))
        for (x0, y0), (x1, y1) in pairwise(way)
    )


# Groups


def cleared(groups: list[PlacedGroup], ways: list[Way]) -> list[PlacedGroup]:
    """The groups with their headings beside the lines that run through their upper border.

    A heading stands at the left or at the right, without its detail, or alone and cut off in the widest room that is left.
    """
    return [_cleared(one, ways) for one in groups]


_LEAST = 48.0
"""Cut off to less than that, words say nothing: they stay where they are."""


def _cleared(one: PlacedGroup, ways: list[Way]) -> PlacedGroup:
    words = one.heading
    if words is None:
        return one
    rooms = _rooms(Box(one.box.x + 12, words.y, one.box.width - 24, words.height), ways)
    name, _, short = heading(replace(one.group, detail=""), words.width)
    for title, detail, wide in ((one.title, one.detail, words.width), (name, "", short)):
        fitting = [room for room in rooms if room.width >= wide]
        if fitting:
            first, last = fitting[0], fitting[-1]
            x = last.right - wide if first.x > words.x and last.right >= one.box.right - 12 else first.x
            return replace(one, heading=Box(x, words.y, wide, words.height), title=title, detail=detail)
    room = max(rooms, key=lambda box: box.width, default=None)
    if room is None or room.width < _LEAST:
        return one
    title = elide(one.group.label, room.width, SIZES.text, bold=True)
    wide = text_width(title, SIZES.text, bold=True)
    return replace(one, heading=Box(room.x, words.y, wide, words.height), title=title, detail="")


def _rooms(box: Box, ways: list[Way]) -> list[Box]:
    """What lines leave free of a box, from the left."""
    cut: list[tuple[float, float]] = []
    for way in ways:
        for (x0, y0), (x1, y1) in pairwise(way):
            if min(y0, y1) - 1 < box.bottom and max(y0, y1) + 1 > box.y:
                cut.append((min(x0, x1) - _BESIDE, max(x0, x1) + _BESIDE))
    found: list[Box] = []
    start = box.x
    for low, high in [*sorted(cut), (box.right, box.right)]:
        if low > start:
            found.append(Box(start, box.y, min(low, box.right) - start, box.height))
        start = max(start, high)
        if start >= box.right:
            break
    return found


_BESIDE = 6.0
"""How far words stand from a line that passes them."""


# Shields


def seated(
    diagram: Diagram, cards: Mapping[str, Card], nodes: list[PlacedNode], groups: list[PlacedGroup], ways: list[Way]
) -> list[PlacedNode]:
    """The nodes of a diagram in its order, with those that guard a group on its border, or above the picture.

    `nodes` are the others.
    """
    found = {one.node.id: one for one in nodes}
    top = min(
        [one.box.y for one in nodes] + [one.box.y for one in groups] + [y for way in ways for _, y in way], default=0.0
    )
    above = 0.0
    for node in diagram.nodes:
        if node.id in found:
            continue
        card = cards[node.id]
        box = next(
            (
                box
                for one in groups
                if one.group.id in node.guards
                if (box := _seat(one, card, list(found.values()), groups, ways))
            ),
            None,
        )
        if box is None:
            box = Box(above, top - USUAL.chip - SIZES.margin, card.width, card.height)
            above = box.right + 2 * _STEP
        found[node.id] = PlacedNode(node, box, card.title, card.detail, card.compact)
    return [found[node.id] for node in diagram.nodes]


def guarding(diagram: Diagram) -> frozenset[str]:
    """The nodes that stand on the border of a group, which no engine of another tool knows to do."""
    groups = {group.id for group in diagram.groups if not group.across}
    return frozenset(node.id for node in diagram.nodes if groups.intersection(node.guards))


def _seat(
    one: PlacedGroup, card: Card, nodes: list[PlacedNode], groups: list[PlacedGroup], ways: list[Way]
) -> Box | None:
    """A free place on the upper border of a group, the leftmost beside its heading."""
    within = [other.box for other in groups if not other.box.contains(one.box)]
    taken = within + [other.box for other in nodes] + [other.heading for other in groups if other.heading]
    for box in _along(one, card):
        if not any(box.overlaps(other, 4) for other in taken) and not any(_touches(box, way) for way in ways):
            return box
    return None


def _along(one: PlacedGroup, card: Card) -> Iterator[Box]:
    x = one.box.x + 12
    end = one.box.right - 12 - len(one.group.badges) * (2 * SIZES.badge + 4)
    while x + card.width <= end:
        yield Box(x, one.box.y - card.height / 2, card.width, card.height)
        x += _STEP
