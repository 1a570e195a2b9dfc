"""One slide as a self-contained SVG of 16:9: its title, its picture or prose, its number."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import assert_never

from archgen.deck import BLEED, PROSE, TALL, WIDE, Entry, Flow, Opening, Picture, Prose, Slide, Table
from archgen.glyphs import Icon
from archgen.layout.legible import INSIDE, MOST
from archgen.layout.placed import Box
from archgen.layout.tables import LEADING, PAD, lay_out
from archgen.layout.titles import fitted_title
from archgen.markup import badge, element, number, words
from archgen.metrics import text_width, wrap
from archgen.picture import picture
from archgen.render.diagram_svg import diagram_svg
from archgen.render.legend import legend
from archgen.render.sequence_svg import placed_sequence_svg
from archgen.theme import SIZES, Mode

Icons = Callable[[str | None], Icon | None]
"""The logo that a name stands for; None where there is none."""

_TITLE, _OPENING = 28.0, 40.0
_AREA = Box(40, 78, WIDE - 80, 430)
"""The part of a slide that a picture or prose may fill."""

_INDENT = 44.0
_BADGE = 1.6
_LEGEND = 1.1
_FOOT = 22.0
_LARGEST = 1.5
"""Points that a pixel of a picture becomes at most, so that a small picture does not shout."""

_HERE = "<!--picture-->"
"""Where the picture goes; no text can say so, since text is escaped."""

_ROOT = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)" width="[0-9.]+" height="[0-9.]+"')


def slide_svg(slide: Slide, place: int, icons: Icons, mode: Mode = "light") -> str:
    """The slide with its number, 960 by 540; what its speaker says is the description."""
    body, inner = _body(slide, f"s{place}", icons, mode)
    foot = words(WIDE - 40, TALL - 18, str(place), 12, "muted", anchor="end")
    made = picture(
        body + foot + (_HERE if inner else ""),
        width=WIDE,
        height=TALL,
        prefix=f"slide{place}",
        title=slide.title,
        alt=slide.notes or slide.title,
        mode=mode,
    )
    return made.replace(_HERE, inner, 1)


def _body(slide: Slide, prefix: str, icons: Icons, mode: Mode) -> tuple[str, str]:
    """What the slide itself draws, and the picture on it, which is a document of its own."""
    match slide:
        case Opening():
            return _opening(slide), ""
        case Prose():
            return _title(slide.title) + _prose(slide.entries), ""
        case Table():
            return _title(slide.title) + _table(slide), ""
        case Picture():
            drawn = diagram_svg(
                slide.placed, mode=mode, icons=lambda node: icons(node.icon), prefix=prefix, caption=False, key=False
            )
            room = Box(_AREA.x - BLEED, _AREA.y, _AREA.width + 2 * BLEED, _AREA.height - _FOOT)
            return _title(slide.title) + _legend(slide, prefix), _fitted(
                drawn, room, MOST / slide.placed.measures.sizes.name
            )
        case Flow():
            names = {one.icon for one in slide.placed.sequence.participants if one.icon}
            found = {name: icon for name in sorted(names) if (icon := icons(name))}
            drawn = placed_sequence_svg(slide.placed, found, prefix, mode)
            return _title(slide.title), _fitted(drawn, _AREA, _LARGEST, sinks=0.0)
        case _:
            assert_never(slide)


def _title(title: str) -> str:
    fitting, size = fitted_title(title, WIDE - 80, _TITLE)
    return words(40, 54, fitting, size, bold=True)


def _opening(slide: Opening) -> str:
    title = wrap(slide.title, WIDE - 128, _OPENING, bold=True, lines=2)
    told = wrap(slide.subtitle, WIDE - 128, PROSE, lines=4)
    y = TALL * 0.47
    parts = [
        words(64, y - (len(title) - 1 - at) * _OPENING * 1.2, line, _OPENING, bold=True)
        for at, line in enumerate(title)
    ]
    parts.append(element("rect", x=64, y=y + 20, width=72, height=4, rx=2, class_="f-accent"))
    parts += [words(64, y + 64 + at * PROSE * LEADING, line, PROSE, "muted") for at, line in enumerate(told)]
    return "".join(parts)


# Prose and tables


def _prose(entries: tuple[Entry, ...]) -> str:
    marked = any(entry.badge for entry in entries)
    x = _AREA.x + (_INDENT if marked else 0)
    parts: list[str] = []
    y = _AREA.y
    for entry in entries:
        bold = len(entry.strong)
        text = f"{entry.strong} {entry.text}".strip()
        lines = wrap(text, _AREA.width - (x - _AREA.x), PROSE, bold=bool(bold)) or ("",)
        for at, line in enumerate(lines):
            base = y + PROSE * 0.9 + at * PROSE * LEADING
            strong, rest = line[:bold], line[bold:]
            parts.append(words(x, base, strong, PROSE, bold=True) if strong.strip() else "")
            start = x + text_width(strong, PROSE, bold=True)
            parts.append(words(start + _lead(rest), base, rest.strip(), PROSE) if rest.strip() else "")
            bold = max(bold - len(line) - 1, 0)
        if entry.badge:
            mark = badge(0, 0, entry.badge.number, entry.badge.severity, entry.badge.title)
            where = f"translate({number(_AREA.x + 18)} {number(y + PROSE * 0.55)}) scale({_BADGE})"
            parts.append(element("g", mark, transform=where))
        y += len(lines) * PROSE * LEADING + 12
    return "".join(parts)


def _lead(text: str) -> float:
    return text_width(" ", PROSE) if text.startswith(" ") else 0.0


def _table(slide: Table) -> str:
    laid = lay_out((slide.header, *slide.rows), _AREA.width, _AREA.height)
    size = laid.size
    parts: list[str] = []
    y = _AREA.y
    for at, (row, tall) in enumerate(zip(laid.rows, laid.heights, strict=True)):
        x = _AREA.x
        for lines, wide in zip(row, laid.widths, strict=True):
            for place, line in enumerate(lines):
                base = y + 7 + size * 0.95 + place * size * LEADING
                parts.append(words(x + PAD, base, line, size, bold=at == 0))
            x += wide
        y += tall
        rule = f"M{number(_AREA.x)} {number(y)}h{number(_AREA.width)}"
        role, wide = ("accent", 2.0) if at == 0 else ("card_line", 0.5 * SIZES.hairline)
        parts.append(element("path", d=rule, fill="none", class_=f"s-{role}", stroke_width=wide))
    return "".join(parts)


# Pictures


def _fitted(svg: str, room: Box, most: float, sinks: float = 0.5) -> str:
    """A picture without its margin, as large as the room lets it be; `sinks` is the part of what is left above it."""
    found = _ROOT.search(svg)
    assert found is not None
    margin = SIZES.margin - INSIDE
    width, height = float(found[1]) - 2 * margin, float(found[2]) - 2 * margin
    scale = min(room.width / max(width, 1), room.height / max(height, 1), most)
    x = room.x + (room.width - width * scale) / 2
    y = room.y + (room.height - height * scale) * sinks
    root = (
        f'viewBox="{number(margin)} {number(margin)} {number(width)} {number(height)}" x="{number(x)}" y="{number(y)}" '
        f'width="{number(width * scale)}" height="{number(height * scale)}"'
    )
    return _ROOT.sub(root, svg, count=1)


def _legend(slide: Picture, prefix: str) -> str:
    made = legend(slide.placed, f"slide{prefix[1:]}")
    if not made.body:
        return ""
    scale = min(_LEGEND, _AREA.width / made.width)
    where = f"translate({number(_AREA.x)} {number(_AREA.bottom - 10)}) scale({scale:.3g})"
    return element("g", made.body, transform=where)
