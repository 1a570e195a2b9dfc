"""Parts of a diagram that no line joins, on shelves: the part with the most cards on top, the others in rows below it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from archgen.layout.layering.ranking import connected_parts
from archgen.layout.placed import Box, PlacedNode, Point, Polyline
from archgen.views.diagram import Edge

_GAP = 40.0


def shelved(
    nodes: list[PlacedNode], edges: Iterable[Edge], ways: list[Polyline]
) -> tuple[list[PlacedNode], list[Polyline]]:
    """Return the nodes and the lines between them, part by part from the top and from the left; each part stays as it is.

    `ways` belong to `edges`, in their order.
    """
    listed = list(edges)
    parts = _parts([placed_node.node.id for placed_node in nodes], listed)
    if len(set(parts.values())) < 2:
        return nodes, ways
    boxes = _boxes(nodes, listed, ways, parts)
    counts = [list(parts.values()).count(part) for part in range(len(boxes))]
    order = sorted(range(len(boxes)), key=lambda part: (-counts[part], part))
    moves = _moves([boxes[part] for part in order])
    by = dict(zip(order, moves, strict=True))
    placed = []
    for placed_node in nodes:
        dx, dy = by[parts[placed_node.node.id]]
        placed.append(replace(placed_node, box=placed_node.box.moved(dx, dy)))
    moved = []
    for edge, way in zip(listed, ways, strict=True):
        dx, dy = by[parts[edge.source]]
        moved.append(tuple((x + dx, y + dy) for x, y in way))
    return placed, moved


def _parts(names: list[str], edges: Iterable[Edge]) -> dict[str, int]:
    """Return the number of the part that each node belongs to, from 0 in the order of the nodes."""
    number = {name: place for place, name in enumerate(names)}
    parts = connected_parts(len(names), [(number[edge.source], number[edge.target]) for edge in edges])
    return {names[place]: count for count, part in enumerate(parts) for place in part}


def _boxes(nodes: list[PlacedNode], edges: list[Edge], ways: list[Polyline], parts: dict[str, int]) -> list[Box]:
    """Return the extent of each part."""
    points: dict[int, list[Point]] = {}
    for node in nodes:
        box = node.box
        points.setdefault(parts[node.node.id], []).extend(((box.x, box.y), (box.right, box.bottom)))
    for edge, way in zip(edges, ways, strict=True):
        points[parts[edge.source]].extend(way)
    boxes = []
    for part in range(len(points)):
        xs, ys = [x for x, _ in points[part]], [y for _, y in points[part]]
        boxes.append(Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)))
    return boxes


def _moves(boxes: list[Box]) -> list[Point]:
    """Return how far each box moves: the first to the top, the others onto shelves as wide as the widest of all."""
    widest = max(box.width for box in boxes)
    moves: list[Point] = []
    x = y = tall = 0.0
    for place, box in enumerate(boxes):
        if moves and (place == 1 or x + box.width > widest):
            x, y, tall = 0.0, y + tall + _GAP, 0.0
        moves.append((x - box.x, y - box.y))
        x, tall = x + box.width + _GAP, max(tall, box.height)
    return moves
