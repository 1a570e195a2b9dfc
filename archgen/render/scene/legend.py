"""The legend of a picture: only what occurs in it."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from msgspec import Struct

from archgen.analysis.hops import Meaning
from archgen.layout.placed import Box, Placed
from archgen.model.finding import SEVERITIES
from archgen.model.subject import CHANGES
from archgen.render.scene.change import sign
from archgen.render.scene.marks import finding_badge, lock
from archgen.render.scene.shapes import BadgeMark, Curve, Pen, Rectangle, SceneGroup, SceneShape, TextLine
from archgen.style.svg_markup import badge_size
from archgen.style.text_metrics import text_width
from archgen.style.theme import LINES, SIZES

BESIDE = "4 3"
"""Dashes around a card beside the group that is opened."""

_BADGE = 0.85
"""The size of a badge beside a title, as a share of one in the diagram."""

NEIGHBOR = "neighbor"
"""The word of a legend for a card beside the group that is opened."""

HIGHLIGHTED = "highlighted"
"""The word of a legend for a card that its view emphasizes."""

_SAMPLE = 28.0
_GAP = 18.0
_LEAST = 320.0
"""The room that a legend has at least."""


ROW = 20.0
"""The height of a row of a legend."""


class Legend(Struct, frozen=True):
    """The shapes of a legend, from (0, 0), its width and the number of its rows."""

    shapes: tuple[SceneShape, ...]
    width: float
    rows: int = 1


NO_LEGEND = Legend((), 0.0, 0)

_Entry = tuple[tuple[SceneShape, ...], float]
"""A sample and its words from x = 0, and how wide they are."""


def legend(placed: Placed, room: float = inf, scale: float = 1.0) -> Legend:
    """Return a sample and its words for each meaning, each change and each severity, in as many rows as a room wants."""
    shapes: list[SceneShape] = []
    x, y, width, rows = 0.0, 0.0, 0.0, 0
    for entry, wide in _entries(placed):
        if not rows or x + wide * scale > room:
            x, y, rows = 0.0, ROW * scale * rows, rows + 1
        shapes.append(SceneGroup(entry, move=(x, y), scale=scale))
        width = max(width, x + wide * scale)
        x += (wide + _GAP) * scale
    return Legend(tuple(shapes), width, rows)


def _entries(placed: Placed) -> Iterator[_Entry]:
    meanings = {edge.edge.meaning for edge in placed.edges}
    for meaning in LINES:
        if meaning in meanings:
            yield _sample(meaning), _SAMPLE + 6 + text_width(LINES[meaning].words, SIZES.small)
    if any(node.node.beside for node in placed.nodes):
        box = Rectangle(Box(0.5, -2.5, 20, 12), "tint_1", Pen("card_line", dash=BESIDE), 3)
        yield (box, _words(27, NEIGHBOR)), 27 + text_width(NEIGHBOR, SIZES.small)
    if any(node.node.emphasized for node in placed.nodes):
        box = Rectangle(Box(1.5, -1.5, 18, 10), "card", Pen("accent", 2.5), 3)
        yield (box, _words(27, HIGHLIGHTED)), 27 + text_width(HIGHLIGHTED, SIZES.small)
    changes = {node.node.change for node in placed.nodes} | {group.group.change for group in placed.groups}
    changes |= {edge.edge.change for edge in placed.edges}
    for change in CHANGES:
        if change in changes:
            yield (*sign(change, 8, 3.5), _words(22, change)), 22 + text_width(change, SIZES.small)
    badges = [*placed.diagram.badges, *(badge for node in placed.nodes for badge in node.node.badges)]
    badges += [badge for group in placed.groups for badge in group.group.badges]
    badges += [badge for edge in placed.edges for badge in edge.edge.badges]
    severities = {badge.severity for badge in badges}
    for severity in SEVERITIES:
        if severity in severities:
            mark = SceneGroup((BadgeMark(14, 14, "", severity),), move=(0, -7), scale=0.7)
            yield (mark, _words(24, severity)), 24 + text_width(severity, SIZES.small)


def _sample(meaning: Meaning) -> tuple[SceneShape, ...]:
    line = LINES[meaning]
    y = 3.5
    if line.double:
        d = f"M0 {y - SIZES.apart:g}h{_SAMPLE:g}M0 {y + SIZES.apart:g}h{_SAMPLE:g}"
    elif line.lock:
        d = f"M0 {y:g}h7M{_SAMPLE - 7:g} {y:g}h7"
    else:
        d = f"M0 {y:g}h{_SAMPLE:g}"
    stroke = Curve(d, pen=Pen(line.role, 1.0 if line.double else SIZES.line * line.weight, line.dash or None))
    locks = (lock(_SAMPLE / 2 - 6, y - 6, line.lock, line.role),) if line.lock else ()
    return stroke, *locks, _words(_SAMPLE + 6, line.words)


def _words(x: float, text: str) -> TextLine:
    return TextLine(x, 7, text, SIZES.small, "muted")


def _whole(placed: Placed, titled: float, scale: float) -> tuple[BadgeMark, ...]:
    """Return the badges of the whole system, beside its title."""
    radius, middle = _BADGE * SIZES.badge * scale, -0.36 * placed.measures.sizes.label
    marks: list[BadgeMark] = []
    for badge in placed.diagram.badges:
        wide = badge_size(badge.text)[0] * radius / SIZES.badge
        marks.append(finding_badge(badge, titled + 6 * scale + wide / 2, middle, radius))
        titled += wide + 4 * scale
    return tuple(marks)


def foot(placed: Placed, width: float, *, caption: bool, key: bool) -> tuple[tuple[SceneShape, ...], float, float]:
    """Return the title and the legend below a diagram in the size of its labels, and the width and height of it all."""
    label, margin, title = placed.measures.sizes.label, SIZES.margin, placed.diagram.title
    scale = label / SIZES.label
    marks = _whole(placed, text_width(title, label, bold=True), scale) if caption else ()
    titled = (marks[-1].x + marks[-1].radius if marks else text_width(title, label, bold=True)) if caption else 0.0
    room = max(width - 2 * margin, titled, _LEAST)
    entries = legend(placed, room, scale) if key else NO_LEGEND
    is_beside = entries.rows == 1 and titled + entries.width + 3 * margin <= width
    width = max(width, titled + 2 * margin, entries.width + 2 * margin)
    y, row = placed.height, ROW * scale
    shapes: list[SceneShape] = []
    if caption:
        words = TextLine(0, 0, title, label, "muted", bold=True)
        y += row + 4
        shapes.append(SceneGroup((words, *marks), move=(margin, y - 16)))
    if entries.shapes:
        y += entries.rows * row + (0 if caption else 4) - (row if is_beside else 0)
        x = width - margin - entries.width if is_beside else margin
        shapes.append(SceneGroup(entries.shapes, move=(x, y - 20 - (entries.rows - 1) * row)))
    return tuple(shapes), width, y
