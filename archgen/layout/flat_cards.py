"""The places of icon and words on a card that has them beside each other."""

from __future__ import annotations

from archgen.layout.deployment.cards import chip_height, chip_rows
from archgen.layout.measures import Measures
from archgen.layout.placed import Box, PlacedNode
from archgen.style.text_metrics import text_width


def flat_icon(placed: PlacedNode, measures: Measures) -> Box:
    """Return the place of the icon of a flat card, at its left."""
    side, box = measures.flat_icon, placed.box
    return Box(box.x + measures.inset - 4, box.y + (_room(placed, measures) - side) / 2, side, side)


def flat_words(placed: PlacedNode, measures: Measures) -> Box:
    """Return the place of the name of a flat card and of what stands under it."""
    icon = flat_icon(placed, measures)
    tall = measures.title * len(placed.title) + (measures.label if placed.detail else 0)
    wide = max((text_width(line, measures.sizes.name, bold=True) for line in placed.title), default=0.0)
    y = placed.box.y + (_room(placed, measures) - tall) / 2
    return Box(icon.right + measures.inset - 4, y, wide, tall)


def _room(placed: PlacedNode, measures: Measures) -> float:
    """Return the height of a card above its chips."""
    return placed.box.height - chip_height(chip_rows(placed.node, placed.box.width, measures), measures)
