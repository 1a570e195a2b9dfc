"""The legend of a picture: only what occurs in it."""

from __future__ import annotations

from msgspec import Struct

from archgen.analysis.hops import Meaning
from archgen.compare.entities import CHANGES
from archgen.layout.placed import Placed
from archgen.model.finding import SEVERITIES
from archgen.render.scene.change import sign
from archgen.render.scene.marks import lock
from archgen.render.scene.shapes import BadgeMark, Curve, Pen, SceneGroup, SceneShape, TextLine
from archgen.style.text_metrics import text_width
from archgen.style.theme import LINES, SIZES

_SAMPLE = 28.0
_GAP = 18.0


class Legend(Struct, frozen=True):
    """The shapes of a legend, from (0, 0), and its width."""

    shapes: tuple[SceneShape, ...]
    width: float


NO_LEGEND = Legend((), 0.0)


def legend(placed: Placed) -> Legend:
    """Return a sample and its words for each meaning, each change and each severity, in one line."""
    shapes: list[SceneShape] = []
    x = 0.0
    meanings = {edge.edge.meaning for edge in placed.edges}
    for meaning in LINES:
        if meaning in meanings:
            shapes += _sample(x, meaning)
            x += _SAMPLE + 6 + text_width(LINES[meaning].words, SIZES.small) + _GAP
    changes = {node.node.change for node in placed.nodes} | {group.group.change for group in placed.groups}
    changes |= {edge.edge.change for edge in placed.edges}
    for change in CHANGES:
        if change in changes:
            shapes += [*sign(change, x + 8, 3.5), _words(x + 22, change)]
            x += 22 + text_width(change, SIZES.small) + _GAP
    badges = [badge for node in placed.nodes for badge in node.node.badges]
    badges += [badge for group in placed.groups for badge in group.group.badges]
    badges += [badge for edge in placed.edges for badge in edge.edge.badges]
    severities = {badge.severity for badge in badges}
    for severity in SEVERITIES:
        if severity in severities:
            shapes.append(SceneGroup((BadgeMark(14, 14, 0, severity),), move=(x, -7), scale=0.7))
            shapes.append(_words(x + 24, severity))
            x += 24 + text_width(severity, SIZES.small) + _GAP
    return Legend(tuple(shapes), max(x - _GAP, 0.0))


def _sample(x: float, meaning: Meaning) -> tuple[SceneShape, ...]:
    line = LINES[meaning]
    y = 3.5
    if line.double:
        d = f"M{x:g} {y - SIZES.apart:g}h{_SAMPLE:g}M{x:g} {y + SIZES.apart:g}h{_SAMPLE:g}"
    elif line.lock:
        d = f"M{x:g} {y:g}h7M{x + _SAMPLE - 7:g} {y:g}h7"
    else:
        d = f"M{x:g} {y:g}h{_SAMPLE:g}"
    stroke = Curve(d, pen=Pen(line.role, 1.0 if line.double else SIZES.line, line.dash or None))
    locks = (lock(x + _SAMPLE / 2 - 6, y - 6, line.lock, line.role),) if line.lock else ()
    return stroke, *locks, _words(x + _SAMPLE + 6, line.words)


def _words(x: float, text: str) -> TextLine:
    return TextLine(x, 7, text, SIZES.small, "muted")
