"""Work that every engine of another tool leaves to archgen: words in free places, whole lines, shields on borders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from msgspec.structs import replace

from archgen.layout.deployment.cards import SizedCard, fit_heading
from archgen.layout.deployment.labels import touches
from archgen.layout.hanging import badges_of
from archgen.layout.layering.net import chain_of
from archgen.layout.measures import USUAL, Measures
from archgen.layout.placed import Box, PlacedGroup, PlacedNode, Polyline
from archgen.style.text_metrics import elide_words, text_width
from archgen.style.theme import SIZES
from archgen.views.diagram import Diagram, Group

_STEP = 8.0


# Groups


def headed(group: Group, box: Box, parents: Mapping[str, str | None], measures: Measures = USUAL) -> PlacedGroup:
    """Return a group in its box, with its words at the upper left."""
    name, detail, wide = fit_heading(group, max(box.width - 24 - 24 * len(group.badges), 40), measures)
    words = Box(box.x + 12, box.y + 6, wide, measures.heading)
    return PlacedGroup(group, box, len(chain_of(parents, group.id)), words, name, detail)


def cleared(
    groups: list[PlacedGroup], ways: list[Polyline], nodes: list[PlacedNode], measures: Measures = USUAL
) -> list[PlacedGroup]:
    """Return the groups with their headings beside the lines that run through their upper border.

    A heading stands at the left or at the right, without its detail, or alone and cut off in the widest room that is left.
    It rises a little above the badges of a card.
    """
    badges = [badges_of(node.box, len(node.node.badges), measures.sizes) for node in nodes if node.node.badges]
    return [_raised(_cleared(group, ways, measures), badges) for group in groups]


_CLOSE = 2.0
"""Nearer than that, a badge touches the descenders of a heading."""

_RISE = 4.0
"""How far a heading may stand above its place: its descenders then clear the badges of a card below."""


def _raised(group: PlacedGroup, badges: list[Box]) -> PlacedGroup:
    words = group.heading
    if words is None or not any(words.overlaps(badge, _CLOSE) for badge in badges):
        return group
    return replace(group, heading=replace(words, y=words.y - _RISE))


_LEAST = 48.0
"""Cut off to less than that, words say nothing: they stay where they are."""


def _cleared(group: PlacedGroup, ways: list[Polyline], measures: Measures) -> PlacedGroup:
    words = group.heading
    if words is None:
        return group
    rooms = _rooms(Box(group.box.x + 12, words.y, group.box.width - 24, words.height), ways)
    name, _, short = fit_heading(replace(group.group, detail=""), words.width, measures)
    for title, detail, wide in ((group.title, group.detail, words.width), (name, "", short)):
        fitting = [room for room in rooms if room.width >= wide]
        if fitting:
            first, last = fitting[0], fitting[-1]
            x = last.right - wide if first.x > words.x and last.right >= group.box.right - 12 else first.x
            return replace(group, heading=Box(x, words.y, wide, words.height), title=title, detail=detail)
    room = max(rooms, key=lambda box: box.width, default=None)
    if room is None or room.width < _LEAST:
        return group
    title = elide_words(group.group.label, room.width, measures.sizes.text, bold=True)
    wide = text_width(title, measures.sizes.text, bold=True)
    return replace(group, heading=Box(room.x, words.y, wide, words.height), title=title, detail="")


def _rooms(box: Box, ways: list[Polyline]) -> list[Box]:
    """Return what lines leave free of a box, from the left."""
    cut: list[tuple[float, float]] = []
    for way in ways:
        for (x0, y0), (x1, y1) in pairwise(way):
            if min(y0, y1) - 1 < box.bottom and max(y0, y1) + 1 > box.y:
                cut.append((min(x0, x1) - _BESIDE, max(x0, x1) + _BESIDE))
    rooms: list[Box] = []
    start = box.x
    for low, high in [*sorted(cut), (box.right, box.right)]:
        if low > start:
            rooms.append(Box(start, box.y, min(low, box.right) - start, box.height))
        start = max(start, high)
        if start >= box.right:
            break
    return rooms


_BESIDE = 6.0
"""How far words stand from a line that passes them."""


# Shields


def seated(
    diagram: Diagram,
    cards: Mapping[str, SizedCard],
    nodes: list[PlacedNode],
    groups: list[PlacedGroup],
    ways: list[Polyline],
    measures: Measures = USUAL,
) -> list[PlacedNode]:
    """Return the nodes of a diagram in its order, with those that guard a group on its border, or above the diagram.

    `nodes` are the others.
    """
    placed = {node.node.id: node for node in nodes}
    top = min(
        [node.box.y for node in nodes] + [group.box.y for group in groups] + [y for way in ways for _, y in way],
        default=0.0,
    )
    above = 0.0
    for node in diagram.nodes:
        if node.id in placed:
            continue
        card = cards[node.id]
        box = next(
            (
                box
                for group in groups
                if group.group.id in node.guards
                if (box := _seat(group, card, list(placed.values()), groups, ways))
            ),
            None,
        )
        if box is None:
            box = Box(above, top - measures.chip - SIZES.margin, card.width, card.height)
            above = box.right + 2 * _STEP
        placed[node.id] = PlacedNode(node, box, card.title, card.detail, card.compact)
    return [placed[node.id] for node in diagram.nodes]


def guarding(diagram: Diagram) -> frozenset[str]:
    """Return the nodes that stand on the border of a group, which no engine of another tool knows to do."""
    groups = {group.id for group in diagram.groups if not group.across}
    return frozenset(node.id for node in diagram.nodes if groups.intersection(node.guards))


def _seat(
    group: PlacedGroup, card: SizedCard, nodes: list[PlacedNode], groups: list[PlacedGroup], ways: list[Polyline]
) -> Box | None:
    """Return a free place on the upper border of a group, the leftmost beside its heading, else on the lower one."""
    within = [other.box for other in groups if not other.box.contains(group.box)]
    taken = within + [other.box for other in nodes] + [other.heading for other in groups if other.heading]
    for box in _along(group, card):
        if not any(box.overlaps(other, 4) for other in taken) and not any(touches(box, way) for way in ways):
            return box
    return None


def _along(group: PlacedGroup, card: SizedCard) -> Iterator[Box]:
    """Yield the places of a shield on the upper border of a group, then those from which it hangs on the lower one."""
    inset = min(12.0, max((group.box.width - card.width) / 2, 0.0))
    side, end = group.box.x + inset, group.box.right - inset
    upper = end - SIZES.badge_row(len(group.group.badges))
    for y, last in ((group.box.y - card.height / 2, upper), (group.box.bottom, end)):
        x = side
        while x + card.width <= last:
            yield Box(x, y, card.width, card.height)
            x += _STEP
