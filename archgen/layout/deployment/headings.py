"""Headings of groups that were cut to their first column, as long as the diagram that came out has room for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec.structs import replace

from archgen.layout.deployment.cards import fit_heading
from archgen.layout.measures import Measures
from archgen.layout.placed import Box, PlacedEdge, PlacedGroup, PlacedNode

_CLEAR = 8.0
_SIDE = 12.0


def lengthened(
    groups: list[PlacedGroup], nodes: Iterable[PlacedNode], edges: Iterable[PlacedEdge], measures: Measures
) -> list[PlacedGroup]:
    """Return the groups again, each cut heading up to what stands or runs beside it."""
    if not any(_cut(group) for group in groups):
        return groups
    taken = [node.box for node in nodes] + [group.box for group in groups if group.group.across]
    taken += [box for edge in edges for box in _of_line(edge)]
    return [_lengthened(group, taken, measures) if _cut(group) else group for group in groups]


def _cut(group: PlacedGroup) -> bool:
    complete = group.title == group.group.label and group.detail == group.group.detail
    return group.heading is not None and not complete and not group.group.across


def _of_line(edge: PlacedEdge) -> Iterator[Box]:
    for (x0, y0), (x1, y1) in pairwise(edge.points):
        yield Box(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))
    if edge.label:
        yield edge.label.box


def _lengthened(group: PlacedGroup, taken: list[Box], measures: Measures) -> PlacedGroup:
    words = group.heading
    if words is None:
        return group
    badges = measures.sizes.badge_row(len(group.group.badges))
    end = group.box.right - _SIDE - badges
    # what touches the words as they are was found to be no fault
    strip = Box(words.right, words.y - 1, max(end - words.right, 0.0), words.height + 2)
    start, right, low = words.right, strip.right, strip.bottom
    # they share a point: a line has no width
    met = [
        box.x - _CLEAR for box in taken if start <= box.x <= right and box.y <= low and box.y + box.height >= strip.y
    ]
    end = min([end, *met])
    name, detail, wide = fit_heading(group.group, end - words.x, measures)
    if wide <= words.width:
        return group
    return replace(group, heading=replace(words, width=wide), title=name, detail=detail)
