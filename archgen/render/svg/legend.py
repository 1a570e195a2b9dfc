"""The legend of a picture: only what occurs in it."""

from __future__ import annotations

from msgspec import Struct

from archgen.analysis.hops import Meaning
from archgen.compare.entities import CHANGES
from archgen.layout.placed import Placed
from archgen.model.finding import SEVERITIES
from archgen.render.svg.change import sign
from archgen.style.svg_markup import badge, element, lock, words
from archgen.style.text_metrics import text_width
from archgen.style.theme import LINES, SIZES

_SAMPLE = 28.0
_GAP = 18.0


class Legend(Struct, frozen=True):
    """The drawing of a legend, from (0, 0), and its size."""

    body: str
    width: float
    height: float


def legend(placed: Placed, prefix: str) -> Legend:
    """A sample and its words for each meaning, each change and each severity, in one line."""
    parts: list[str] = []
    x = 0.0
    occurring = {edge.edge.meaning for edge in placed.edges}
    for meaning in LINES:
        if meaning in occurring:
            parts.append(_sample(x, meaning, prefix))
            x += _SAMPLE + 6 + text_width(LINES[meaning].words, SIZES.small) + _GAP
    changes = {one.node.change for one in placed.nodes} | {one.group.change for one in placed.groups}
    changes |= {one.edge.change for one in placed.edges}
    for change in CHANGES:
        if change in changes:
            parts.append(sign(change, x + 8, 3.5))
            parts.append(words(x + 22, 7, change, SIZES.small, "muted"))
            x += 22 + text_width(change, SIZES.small) + _GAP
    badges = [mark for one in placed.nodes for mark in one.node.badges]
    badges += [mark for one in placed.groups for mark in one.group.badges]
    badges += [mark for one in placed.edges for mark in one.edge.badges]
    for severity in SEVERITIES:
        if any(mark.severity == severity for mark in badges):
            shape = badge(14, 14, 0, severity)
            parts.append(element("g", shape, transform=f"translate({x:g} -7) scale(.7)"))
            parts.append(words(x + 24, 7, severity, SIZES.small, "muted"))
            x += 24 + text_width(severity, SIZES.small) + _GAP
    return Legend("".join(parts), max(x - _GAP, 0.0), 14.0)


def _sample(x: float, meaning: Meaning, prefix: str) -> str:
    line = LINES[meaning]
    y = 3.5
    if line.double:
        d = f"M{x:g} {y - SIZES.apart:g}h{_SAMPLE:g}M{x:g} {y + SIZES.apart:g}h{_SAMPLE:g}"
    elif line.lock:
        d = f"M{x:g} {y:g}h7M{x + _SAMPLE - 7:g} {y:g}h7"
    else:
        d = f"M{x:g} {y:g}h{_SAMPLE:g}"
    stroke = element(
        "path",
        d=d,
        fill="none",
        class_=f"s-{line.role}",
        stroke_width=1.0 if line.double else SIZES.line,
        stroke_dasharray=line.dash or None,
    )
    mark = lock(prefix, x + _SAMPLE / 2 - 6, y - 6, line.lock, line.role) if line.lock else ""
    return stroke + mark + words(x + _SAMPLE + 6, 7, line.words, SIZES.small, "muted")
