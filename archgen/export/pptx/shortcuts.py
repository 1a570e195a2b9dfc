"""Ways with many corners, told with fewer: not every program draws the format's longest connectors as they are told."""

from __future__ import annotations

from itertools import pairwise

from archgen.layout.placed import Box, Placed, PlacedEdge, Point

_CORNERS = 2
"""Every program draws a connector with so many corners, whatever its adjustments."""


def ways(placed: Placed) -> dict[str, tuple[Point, ...]]:
    """The points of each line by its id; one with more than two corners runs in a U under or over its cards, if it can."""
    boxes = {one.node.id: one.box for one in placed.nodes}
    words = [one.heading for one in placed.groups if one.heading and not one.group.across]
    words += [one.label.box for one in placed.edges if one.label]
    return {one.edge.id: _way(one, boxes, words) for one in placed.edges}


def _way(one: PlacedEdge, boxes: dict[str, Box], words: list[Box]) -> tuple[Point, ...]:
    if len(one.points) <= _CORNERS + 2:
        return one.points
    source, target = boxes[one.edge.source], boxes[one.edge.target]
    others = [box for name, box in boxes.items() if name not in (one.edge.source, one.edge.target)] + words
    levels = sorted(
        ((abs(end[0] - start[0]), start[1]) for start, end in pairwise(one.points[1:-1]) if start[1] == end[1]),
        reverse=True,
    )
    for _, level in levels:
        found = _bow(source, target, level)
        if found and not any(_hit(start, end, box) for start, end in pairwise(found) for box in others):
            return found
    return one.points


def _bow(source: Box, target: Box, level: float) -> tuple[Point, ...] | None:
    """From the one card up or down to a level, along it, and back to the other; None where it is beside a card."""
    if level > source.bottom and level > target.bottom:
        ends = source.bottom, target.bottom
    elif level < source.y and level < target.y:
        ends = source.y, target.y
    else:
        return None
    left, right = source.centre[0], target.centre[0]
    return ((left, ends[0]), (left, level), (right, level), (right, ends[1]))


def _hit(start: Point, end: Point, box: Box) -> bool:
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    return left < box.right - 1 and right > box.x + 1 and top < box.bottom - 1 and bottom > box.y + 1
