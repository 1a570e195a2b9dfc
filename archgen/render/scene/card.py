"""The content of a card: its icon, its text and its chips."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archgen.layout.deployment.cards import CHIP_GAP, chip_height, chip_rows, has_small_icon, small_lead, small_leading
from archgen.layout.flat_cards import flat_icon, flat_words, lowered, middle_of
from archgen.layout.measures import Measures
from archgen.layout.placed import Box, PlacedNode
from archgen.render.scene.change import faint, text_role
from archgen.render.scene.shapes import IconImage, Pen, Rectangle, SceneShape, TextAnchor, TextLine
from archgen.style.glyphs import Icon, glyph, group_glyph
from archgen.style.svg_markup import badge_size
from archgen.style.theme import LINES, SIZES, Sizes
from archgen.views.diagram import Node, mark_role

NodeIcons = Callable[[Node], Icon | None]
"""The logo of a node's product; None where there is none, and the glyph of its kind stands there."""

_LEAST_ICON = 0.5
"""The share of its size that an icon keeps: a name on several lines leaves no room for one that anybody makes out."""

_TOUCHED = 0.2
"""The share of an icon that a badge may touch: most drawings end before the corners of their square."""


def card_shapes(
    placed: PlacedNode, measures: Measures, icons: NodeIcons, in_corner: Sequence[str] = ()
) -> list[SceneShape]:
    """Return the icon and the words of a card, then its chips; its icon makes room for the badges in its upper corner."""
    return [*_words(placed, measures, icons, in_corner), *_chips(placed, measures)]


def node_glyph(node: Node) -> Icon:
    """Return the drawing of a card without a logo: that of its kind, or of the group or the host that it stands for."""
    if node.holds:
        return group_glyph("host")
    return group_glyph(node.opens.rpartition("/")[2].partition(":")[0]) if node.opens else glyph(node.kind)


def _chips(placed: PlacedNode, measures: Measures) -> list[SceneShape]:
    box, sizes, shapes = placed.box, measures.sizes, list[SceneShape]()
    rows = chip_rows(placed.node, box.width, measures)
    tall = measures.label + 4
    y = box.bottom - len(rows) * (tall + CHIP_GAP)
    for row in rows:
        left = box.x + (box.width - row[-1].x - row[-1].width) / 2
        for chip in row:
            role = LINES[chip.chip.meaning].role
            frame = Box(left + chip.x, y, chip.width, tall)
            shapes.append(Rectangle(frame, "tint_1", Pen(role, SIZES.hairline), tall / 2))
            x, base = frame.centre[0], frame.centre[1] + sizes.label / 2.75
            shapes.append(TextLine(x, base, chip.words, sizes.label, role, "middle"))
        y += tall + CHIP_GAP
    return shapes


def _words(placed: PlacedNode, measures: Measures, icons: NodeIcons, in_corner: Sequence[str]) -> list[SceneShape]:
    if placed.compact:
        return _compact(placed, measures)
    return _flat_card(placed, measures, icons) if measures.flat else _large(placed, measures, icons, in_corner)


def _flat_card(placed: PlacedNode, measures: Measures, icons: NodeIcons) -> list[SceneShape]:
    """Return a card with its icon beside its words, which start at the left."""
    node, sizes, leading = placed.node, measures.sizes, measures.title
    ink, seat, words = text_role(node.change), flat_icon(placed, measures), flat_words(placed, measures)
    icon = IconImage(icons(node) or node_glyph(node), seat.x, seat.y, seat.width)
    x, y = words.x, words.y
    shapes: list[SceneShape] = [faint(node.change, icon)]
    for line in placed.title:
        y += leading
        shapes.append(TextLine(x, y - 0.1875 * leading, line, sizes.name, ink, bold=True))
    return [*shapes, *_second_line(placed, measures, x, y + sizes.label, "start")]


def _second_line(placed: PlacedNode, measures: Measures, x: float, y: float, anchor: TextAnchor) -> list[SceneShape]:
    node = placed.node
    if not placed.detail:
        return []
    is_marked = bool(node.mark) and node.change != "removed"
    role = mark_role(node) if is_marked else "muted"
    return [TextLine(x, y, placed.detail, measures.sizes.label, role, anchor, bold=is_marked)]


def _large(placed: PlacedNode, measures: Measures, icons: NodeIcons, in_corner: Sequence[str]) -> list[SceneShape]:
    node, box, sizes, leading = placed.node, placed.box, measures.sizes, measures.title
    middle = box.centre[0]
    tall = leading * len(placed.title) + (measures.label if placed.detail else 0)
    room = box.height - chip_height(chip_rows(node, box.width, measures), measures)
    # below what stands on a drum is its bent bottom
    size = icon_size(sizes, room - 12 - tall - 3 * lowered(placed, measures))
    gap = 4 if size else 0
    y = middle_of(placed, measures) - (size + gap + tall) / 2
    shapes: list[SceneShape] = []
    if size:
        icon = card_icon(icons(node) or node_glyph(node), box, sizes, measures.inset, in_corner, y, size)
        shapes.append(faint(node.change, icon))
    ink = text_role(node.change)
    y += size + gap
    for line in placed.title:
        y += leading
        shapes.append(TextLine(middle, y - 0.1875 * leading, line, sizes.name, ink, "middle", bold=True))
    return [*shapes, *_second_line(placed, measures, middle, y + sizes.label, "middle")]


def icon_size(sizes: Sizes, room: float) -> float:
    """Return the size of the icon above the words of a card; 0 where there is no room for one."""
    size = min(sizes.icon, room)
    return size if size >= _LEAST_ICON * sizes.icon else 0.0


def card_icon(
    icon: Icon, box: Box, sizes: Sizes, inset: float, badges: Sequence[str], y: float, size: float
) -> IconImage:
    """Return an icon in the middle of a card, from a y on; it makes room for badges of some texts that would lie on it."""
    x = box.centre[0] - size / 2
    wide = sum(badge_size(text)[0] * sizes.badge / SIZES.badge + 4 for text in badges)
    first, last = box.x + inset / 2, box.right + sizes.hang - wide
    if y >= box.y + sizes.badge or x + (1 - _TOUCHED) * size <= last:
        return IconImage(icon, x, y, size)
    beside, below = min(size, last - first), min(size, y + size - box.y - sizes.badge)
    if below > max(beside, _LEAST_ICON * size):
        return IconImage(icon, box.centre[0] - below / 2, y + size - below, below)
    side = max(beside, _LEAST_ICON * size)
    return IconImage(icon, max(min(x, last - side), first), y + size - side, side)


def _compact(placed: PlacedNode, measures: Measures) -> list[SceneShape]:
    box, sizes, side = placed.box, measures.sizes, measures.chip_icon
    has_icon = has_small_icon(placed.node, box.width, measures)
    change = placed.node.change
    centre, middle = box.centre
    ink, x = text_role(change), box.x + small_lead(measures) if has_icon else centre
    anchor: TextAnchor = "start" if has_icon else "middle"
    icon = IconImage(glyph(placed.node.kind), box.x + 10, middle - side / 2, side, "muted")
    shapes: list[SceneShape] = [faint(change, icon)] if has_icon else []
    leading = small_leading(measures)
    more = leading * (len(placed.title) - 1) / 2
    y = middle - more + (-sizes.text / 6 if placed.detail else sizes.text / 3)
    for place, line in enumerate(placed.title):
        shapes.append(TextLine(x, y + place * leading, line, sizes.text, ink, anchor, bold=True))
    if placed.detail:
        shapes.append(TextLine(x, middle + more + 1.1 * sizes.small, placed.detail, sizes.small, "muted", anchor))
    return shapes
