"""How good a layout is, in numbers that can be compared between engines."""

from __future__ import annotations

from itertools import combinations, pairwise

from msgspec import Struct

from archgen.layout.placed import Box, Placed, PlacedEdge, Point


class Score(Struct, frozen=True):
    """Cards on cards and lines through cards, crossings of lines, corners, words on words or lines; width by height."""

    overlaps: int
    crossings: int
    bends: int
    label_collisions: int
    aspect: float


def score(placed: Placed) -> Score:
    """The score of a picture; a crossing counts once, however many lines of two bundles run through its place."""
    return Score(
        _overlaps(placed),
        _crossings(placed),
        sum(max(len(edge.points) - 2, 0) for edge in placed.edges),
        _collisions(placed),
        round(placed.width / placed.height, 2) if placed.height else 0.0,
    )


def _segments(edge: PlacedEdge) -> list[tuple[Point, Point]]:
    return list(pairwise(edge.points))


def _hit(segment: tuple[Point, Point], box: Box) -> bool:
    (x0, y0), (x1, y1) = segment
    return (
        min(x0, x1) < box.right - 1
        and max(x0, x1) > box.x + 1
        and min(y0, y1) < box.bottom - 1
        and max(y0, y1) > box.y + 1
    )


def _overlaps(placed: Placed) -> int:
    cards = sum(one.box.overlaps(other.box, -1.0) for one, other in combinations(placed.nodes, 2))
    through = sum(
        any(_hit(segment, node.box) for segment in _segments(edge)) for edge in placed.edges for node in placed.nodes
    )
    return cards + through


def _crossings(placed: Placed) -> int:
    level = [(edge.bundle, one) for edge in placed.edges for one in _segments(edge) if one[0][1] == one[1][1]]
    upright = [(edge.bundle, one) for edge in placed.edges for one in _segments(edge) if one[0][0] == one[1][0]]
    places = {
        (up[0][0], flat[0][1])
        for bundle, flat in level
        for other, up in upright
        if bundle != other
        and min(flat[0][0], flat[1][0]) < up[0][0] < max(flat[0][0], flat[1][0])
        and min(up[0][1], up[1][1]) < flat[0][1] < max(up[0][1], up[1][1])
    }
    return len(places)


def _collisions(placed: Placed) -> int:
    labels = [(edge, edge.label.box) for edge in placed.edges if edge.label]
    found = sum(box.overlaps(other, -1.0) for (_, box), (_, other) in combinations(labels, 2))
    found += sum(box.overlaps(node.box, -1.0) for _, box in labels for node in placed.nodes)
    return found + sum(
        any(_hit(segment, box) for segment in _segments(other))
        for edge, box in labels
        for other in placed.edges
        if other.bundle != edge.bundle
    )
