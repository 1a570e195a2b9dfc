"""The places of what is on a card: under its lid, and beside each other on a flat one."""

from __future__ import annotations

from archgen.layout.deployment.cards import chip_height, chip_rows
from archgen.layout.measures import Measures
from archgen.layout.placed import Box, PlacedNode
from archgen.style.text_metrics import text_width

_LOWER = 0.6
"""How much lower what is on a card stands for its lid, as a share of half its depth: nothing touches a border."""


def flat_icon(placed: PlacedNode, measures: Measures) -> Box:
    """Return the place of the icon of a flat card, at its left."""
    side = measures.flat_icon
    return Box(placed.box.x + measures.inset - 4, middle_of(placed, measures) - side / 2, side, side)


def flat_words(placed: PlacedNode, measures: Measures) -> Box:
    """Return the place of the name of a flat card and of what stands under it."""
    icon = flat_icon(placed, measures)
    tall = measures.title * len(placed.title) + (measures.label if placed.detail else 0)
    wide = max((text_width(line, measures.sizes.name, bold=True) for line in placed.title), default=0.0)
    return Box(icon.right + measures.inset - 4, middle_of(placed, measures) - tall / 2, wide, tall)


def middle_of(placed: PlacedNode, measures: Measures) -> float:
    """Return the height of the middle of what is on a card, above its chips and under its lid."""
    chips = chip_height(chip_rows(placed.node, placed.box.width, measures), measures)
    return placed.box.y + (placed.box.height - chips) / 2 + lowered(placed, measures)


def lowered(placed: PlacedNode, measures: Measures) -> float:
    """Return how much lower what is on a card stands for a lid."""
    return _LOWER * measures.sizes.lid if placed.node.is_drum else 0.0
