"""What must hold of every placed diagram, each fault as a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from typing import TypeVar

from archgen.layout.placed import Box, Placed, PlacedEdge, Point

SLACK = 0.5
T = TypeVar("T")


def faults(placed: Placed) -> list[str]:
    """Every fault: overlaps, nodes outside their groups, lines through cards or words, things off the canvas."""
    return [
        *_nodes(placed),
        *_groups(placed),
        *_lines(placed),
        *_labels(placed),
        *_lying_on_each_other(placed),
        *_canvas(placed),
        *_missing(placed),
    ]


def _shrunk(box: Box) -> Box:
    return Box(box.x + SLACK, box.y + SLACK, box.width - 2 * SLACK, box.height - 2 * SLACK)


def hits(start: Point, end: Point, boxes: Iterable[tuple[T, Box]]) -> Iterator[T]:
    """What has a box that a level or upright segment runs through, not merely along its border."""
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    left, right, top, bottom = left + SLACK, right - SLACK, top + SLACK, bottom - SLACK
    for one, box in boxes:
        x, y = box.x, box.y
        if right > x and left < x + box.width and bottom > y and top < y + box.height:
            yield one


def _nodes(placed: Placed) -> Iterator[str]:
    for one, other in combinations(placed.nodes, 2):
        if _shrunk(one.box).overlaps(other.box):
            yield f"{one.node.id} overlaps {other.node.id}"


def _groups(placed: Placed) -> Iterator[str]:
    boxes = {one.group.id: one.box for one in placed.groups}
    for one in placed.nodes:
        if one.node.group and not one.node.guards and not boxes[one.node.group].contains(one.box):
            yield f"{one.node.id} stands outside {one.node.group}"
    for group in placed.groups:
        if group.group.parent and not boxes[group.group.parent].contains(group.box):
            yield f"{group.group.id} stands outside {group.group.parent}"
    flat = [one for one in placed.groups if not one.group.across]
    for group, other in combinations(flat, 2):
        apart = not group.box.contains(other.box) and not other.box.contains(group.box)
        if apart and _shrunk(group.box).overlaps(other.box):
            yield f"{group.group.id} overlaps {other.group.id}"
    for group in flat:
        for one in placed.nodes:
            inside = group.box.contains(one.box)
            if not inside and not one.node.guards and _shrunk(group.box).overlaps(one.box):
                yield f"{one.node.id} stands on the border of {group.group.id}"
        if group.heading and any(_shrunk(group.heading).overlaps(one.box) for one in placed.nodes):
            yield f"the heading of {group.group.id} lies under a card"


def _segments(edge: PlacedEdge) -> Iterator[tuple[Point, Point]]:
    for start, end in pairwise(edge.points):
        assert start[0] == end[0] or start[1] == end[1], f"{edge.edge.id} is slanted"
        yield start, end


def _lines(placed: Placed) -> Iterator[str]:
    cards = [(one.node.id, one.box) for one in placed.nodes]
    headings = [(one.group.id, one.heading) for one in placed.groups if one.heading and not one.group.across]
    for edge in placed.edges:
        for start, end in _segments(edge):
            for card in hits(start, end, cards):
                yield f"{edge.edge.id} runs through {card}"
            for group in hits(start, end, headings):
                yield f"{edge.edge.id} runs through the heading of {group}"


def _labels(placed: Placed) -> Iterator[str]:
    labels = [(edge, edge.label.box) for edge in placed.edges if edge.label]
    for (first, box), (second, second_box) in combinations(labels, 2):
        if _shrunk(box).overlaps(second_box):
            yield f"the label of {first.edge.id} overlaps that of {second.edge.id}"
    for edge, box in labels:
        for node in placed.nodes:
            if _shrunk(box).overlaps(node.box):
                yield f"the label of {edge.edge.id} overlaps {node.node.id}"
        for group in placed.groups:
            if group.heading and _shrunk(box).overlaps(group.heading):
                yield f"the label of {edge.edge.id} overlaps the heading of {group.group.id}"
    for other in placed.edges:
        for start, end in _segments(other):
            for edge in hits(start, end, labels):
                if other.bundle != edge.bundle:
                    yield f"the label of {edge.edge.id} lies on {other.edge.id}"


def _lying_on_each_other(placed: Placed) -> Iterator[str]:
    spans = [
        (axis, start[axis], *_interval(start[1 - axis], end[1 - axis]), edge)
        for edge in placed.edges
        for start, end in _segments(edge)
        for axis in (0, 1)
        if start[axis] == end[axis] and start != end
    ]
    spans.sort(key=lambda span: span[:4])
    for place, (axis, line, low, high, edge) in enumerate(spans):
        for other_axis, other_line, other_low, other_high, other in spans[place + 1 :]:
            if other_axis != axis or other_line - line >= 1.0:
                break
            if other.bundle != edge.bundle and min(high, other_high) - max(low, other_low) > 1.0:
                yield f"{edge.edge.id} and {other.edge.id} lie on each other"


def _interval(start: float, end: float) -> tuple[float, float]:
    return min(start, end), max(start, end)


def _canvas(placed: Placed) -> Iterator[str]:
    canvas = Box(0, 0, placed.width, placed.height)
    boxes = [one.box for one in placed.nodes] + [one.box for one in placed.groups]
    boxes += [edge.label.box for edge in placed.edges if edge.label]
    boxes += [Box(x, y, 0, 0) for edge in placed.edges for x, y in edge.points]
    if not all(canvas.contains(box) for box in boxes):
        yield "something stands off the canvas"


def _missing(placed: Placed) -> Iterator[str]:
    diagram = placed.diagram
    if {one.node.id for one in placed.nodes} != {node.id for node in diagram.nodes}:
        yield "a node is missing"
    if {one.edge.id for one in placed.edges} != {edge.id for edge in diagram.edges}:
        yield "a line is missing"


def bends(placed: Placed) -> int:
    """The corners of all lines together."""
    return sum(len(edge.points) - 2 for edge in placed.edges)


def crossings(placed: Placed) -> int:
    """How often lines of different bundles cross, each place once."""
    places = {
        (upright[0][0], level[0][1])
        for one in placed.edges
        for other in placed.edges
        if one.bundle != other.bundle
        for upright in _segments(one)
        for level in _segments(other)
        if upright[0][0] == upright[1][0]
        and level[0][1] == level[1][1]
        and min(level[0][0], level[1][0]) < upright[0][0] < max(level[0][0], level[1][0])
        and min(upright[0][1], upright[1][1]) < level[0][1] < max(upright[0][1], upright[1][1])
    }
    return len(places)
