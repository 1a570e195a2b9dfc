"""Parts of a picture that no line joins, on shelves: the part with the most cards on top, the others in rows below it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from archgen.layout.placed import Box, PlacedNode, Point
from archgen.views.diagram import Edge

Way = tuple[Point, ...]

_GAP = 40.0


def shelved(nodes: list[PlacedNode], edges: Iterable[Edge], ways: list[Way]) -> tuple[list[PlacedNode], list[Way]]:
    """The nodes and the lines between them, part by part from the top and from the left; each part stays as it is.

    `ways` belong to `edges`, in their order.
    """
    told = list(edges)
    parts = _parts([one.node.id for one in nodes], told)
    if len(set(parts.values())) < 2:
        return nodes, ways
    boxes = _boxes(nodes, told, ways, parts)
    counts = [list(parts.values()).count(part) for part in range(len(boxes))]
    order = sorted(range(len(boxes)), key=lambda part: (-counts[part], part))
    moves = _moves([boxes[part] for part in order])
    by = dict(zip(order, moves, strict=True))
    placed = []
    for one in nodes:
        dx, dy = by[parts[one.node.id]]
        placed.append(replace(one, box=replace(one.box, x=one.box.x + dx, y=one.box.y + dy)))
    moved = []
    for edge, way in zip(told, ways, strict=True):
        dx, dy = by[parts[edge.source]]
        moved.append(tuple((x + dx, y + dy) for x, y in way))
    return placed, moved


def _parts(names: list[str], edges: Iterable[Edge]) -> dict[str, int]:
    """The number of the part that each node belongs to, from 0 in the order of the nodes."""
    near: dict[str, list[str]] = {name: [] for name in names}
    for edge in edges:
        near[edge.source].append(edge.target)
        near[edge.target].append(edge.source)
    found: dict[str, int] = {}
    count = 0
    for name in names:
        if name in found:
            continue
        waiting = [name]
        while waiting:
            at = waiting.pop()
            if at not in found:
                found[at] = count
                waiting += near[at]
        count += 1
    return found


def _boxes(nodes: list[PlacedNode], edges: list[Edge], ways: list[Way], parts: dict[str, int]) -> list[Box]:
    """What each part takes up."""
    points: dict[int, list[Point]] = {}
    for one in nodes:
        box = one.box
        points.setdefault(parts[one.node.id], []).extend(((box.x, box.y), (box.right, box.bottom)))
    for edge, way in zip(edges, ways, strict=True):
        points[parts[edge.source]].extend(way)
    found = []
    for part in range(len(points)):
        xs, ys = [x for x, _ in points[part]], [y for _, y in points[part]]
        found.append(Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)))
    return found


def _moves(boxes: list[Box]) -> list[Point]:
    """How far each box moves: the first to the top, the others onto shelves as wide as the widest of all."""
    widest = max(box.width for box in boxes)
    found: list[Point] = []
    x = y = tall = 0.0
    for at, box in enumerate(boxes):
        if found and (at == 1 or x + box.width > widest):
            x, y, tall = 0.0, y + tall + _GAP, 0.0
        found.append((x - box.x, y - box.y))
        x, tall = x + box.width + _GAP, max(tall, box.height)
    return found
