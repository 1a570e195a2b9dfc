"""The places of badges around cards and groups: where they cover no line, no words and no other badge, if they can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from msgspec import Struct

from archgen.layout.deployment.labels import boxes_of
from archgen.layout.flat_cards import flat_words
from archgen.layout.placed import Box, Placed, PlacedEdge, Point
from archgen.style.svg_markup import badge_size
from archgen.style.theme import SIZES, Sizes
from archgen.views.diagram import Badge

_GAP = 4.0
"""The room between two badges of a row."""

_STEP = 4.0
"""How far the next place that is tried is from the last."""


class BadgePlaces(Struct, frozen=True):
    """The middles of the badges of a card or group, and whether they cover something for want of room."""

    middles: tuple[Point, ...] = ()
    cover: bool = False


def badge_places(placed: Placed) -> dict[str, BadgePlaces]:
    """Return the places of the badges of each card and group that has any, by its id.

    They are a row on the upper side at the right, else at the first free place along the upper side, then along the lower
    one. Where it has no room they are two rows, else each badge looks for a place by itself, on the other two sides as well.
    """
    return {
        owner: BadgePlaces(tuple(box.centre for box in boxes), covered > 0)
        for owner, boxes, covered in _around_all(placed)
    }


def covered_by_badges(placed: Placed) -> int:
    """Count the lines' ends, words, cards and other badges under the badges of cards and groups."""
    return sum(covered for _, _, covered in _around_all(placed))


def _around_all(placed: Placed) -> Iterator[tuple[str, list[Box], int]]:
    """Yield the id of each card and group with badges, their boxes, and how many things they cover."""
    owners = [(item.node.id, item.box, item.node.badges) for item in placed.nodes if item.node.badges]
    owners += [(item.group.id, item.box, item.group.badges) for item in placed.groups if item.group.badges]
    if not owners:
        return
    sizes = placed.measures.sizes
    taken = [(item.node.id, item.box) for item in placed.nodes]
    measures = placed.measures
    flat = (item for item in placed.nodes if measures.flat and item.node.badges and not item.compact)
    words = {item.node.id: flat_words(item, measures) for item in flat}
    taken += [("", item.heading) for item in placed.groups if item.heading]
    taken += [("", edge.label.box) for edge in placed.edges if edge.label]
    taken += [("", box) for edge in placed.edges for box in _parts(edge, sizes.arrow / 2)]
    for owner, box, badges in owners:
        side = 2.0 * sizes.badge
        around = Box(box.x - side, box.y - side, box.width + 2 * side, box.height + 2 * side)
        near = [other for name, other in taken if name != owner and other.overlaps(around)]
        near += [words[owner]] if owner in words else []
        boxes, covered = _around(box, badges, sizes, near)
        taken += [("", each) for each in boxes]
        yield owner, boxes, covered


def _around(box: Box, badges: Sequence[Badge], sizes: Sizes, near: list[Box]) -> tuple[list[Box], int]:
    """Return the places of the badges of a card or group, and how many of the things near it they cover.

    They stand in the fewest rows that cover nothing.
    """
    by = sizes.badge / SIZES.badge
    widths = [by * badge_size(badge.text)[0] for badge in badges]
    best, least = list[Box](), -1
    for count in dict.fromkeys((1, min(2, len(widths)), len(widths))):
        boxes, covered = list[Box](), 0
        for row in _shares(widths, count):
            places, more = _row(box, row, sizes, [*near, *boxes])
            boxes += places
            covered += more
        if covered < least or least < 0:
            best, least = boxes, covered
        if not least:
            break
    return best, least


def _shares(widths: Sequence[float], count: int) -> Iterator[Sequence[float]]:
    """Yield the widths of the badges of each of some rows, the longer rows first."""
    least, longer = divmod(len(widths), count)
    start = 0
    for row in range(count):
        end = start + least + (row < longer)
        yield widths[start:end]
        start = end


def _row(box: Box, widths: Sequence[float], sizes: Sizes, near: Sequence[Box]) -> tuple[list[Box], int]:
    """Return the places of a row of badges, and how much they cover; where there is less room they lie on each other."""
    tall = 2.0 * sizes.badge
    room = box.width + sizes.hang
    steps = sum(widths[1:]) + _GAP * (len(widths) - 1)
    closer = min((room - widths[0]) / steps, 1.0) if steps else 1.0
    offsets = list(accumulate([0.0, *(closer * (wide + _GAP) for wide in widths[1:])]))
    row, covered = _first_free(_along(box, offsets[-1] + widths[0], tall, sizes.hang), near)
    ends = [row.right - offsets[-1] + offset for offset in offsets]
    boxes = [Box(end - wide, row.y, wide, tall) for end, wide in zip(ends, widths, strict=True)]
    return boxes, covered + sum(first.overlaps(second) for first, second in pairwise(boxes))


def _first_free(places: Iterator[Box], near: Sequence[Box]) -> tuple[Box, int]:
    """Return the first of some places that covers nothing, else the first that covers least, and how much it covers."""
    best, least = next(places), -1
    for place in (best, *places):
        covered = sum(place.overlaps(other) for other in near)
        if covered < least or least < 0:
            best, least = place, covered
        if not least:
            break
    return best, least


def _along(box: Box, wide: float, tall: float, hang: float) -> Iterator[Box]:
    """Yield the places around a box: its corner, then on the upper side from the right, and the lower one.

    What is no row also has a place on the right and the left. All but the first stand out a little further, clear of what is in a card.
    """
    right = box.right + hang - wide
    yield Box(right, box.y - tall / 2, wide, tall)
    for y in (box.y - hang - tall / 2, box.bottom + hang - tall / 2):
        x = right
        while x >= box.x - hang:
            yield Box(x, y, wide, tall)
            x -= _STEP
    if wide >= 2 * tall:
        return
    for x in (box.right + hang - tall / 2, box.x - hang + tall / 2 - wide):
        y = box.y
        while (y := y + _STEP) + tall <= box.bottom:
            yield Box(x, y, wide, tall)


def _parts(edge: PlacedEdge, half: float) -> Iterator[Box]:
    """Yield the parts of a line, and the head of its arrow."""
    yield from boxes_of(edge.points)
    x, y = edge.points[-1]
    yield Box(x - half, y - half, 2 * half, 2 * half)
