"""What stands out of a card: its row of badges, and the second sheet of a card of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archgen.layout.measures import Measures
from archgen.layout.placed import Box, PlacedNode
from archgen.style.theme import SIZES, Sizes
from archgen.views.diagram import Node

_CLEAR = 2.0
"""The least between what stands out of a card and the next one."""


def badges_of(box: Box, count: int, sizes: Sizes = SIZES) -> Box:
    """Return the row of badges on the right upper corner of a box, which is as wide as that at most."""
    wide = min(sizes.badge_row(count), box.width + sizes.hang)
    return Box(box.right + sizes.hang - wide, box.y - sizes.badge, wide, 2.0 * sizes.badge)


def sheet_of(placed: PlacedNode, sizes: Sizes = SIZES) -> Box | None:
    """Return the second sheet behind a card of several."""
    return placed.box.moved(float(sizes.sheet), -float(sizes.sheet)) if placed.node.is_stack else None


def hanging(placed: PlacedNode, sizes: Sizes = SIZES) -> list[Box]:
    """Return what stands out of a card."""
    badges = [badges_of(placed.box, len(placed.node.badges), sizes)] if placed.node.badges else []
    sheet = sheet_of(placed, sizes)
    return [*badges, sheet] if sheet else badges


def above_cards(nodes: Iterable[Node], measures: Measures) -> Mapping[str, float]:
    """Return the least room above each card out of which something stands."""
    return {node.id: up + _CLEAR for node in nodes if (up := _up(node, measures.sizes))}


def beside_cards(nodes: Iterable[Node], measures: Measures) -> Mapping[str, float]:
    """Return the least room right of each card out of which something stands."""
    return {node.id: right + _CLEAR for node in nodes if (right := _right(node, measures.sizes))}


def _up(node: Node, sizes: Sizes) -> float:
    return float(max(sizes.badge if node.badges else 0, sizes.sheet if node.is_stack else 0))


def _right(node: Node, sizes: Sizes) -> float:
    return float(max(sizes.hang if node.badges else 0, sizes.sheet if node.is_stack else 0))
