"""One slide as a self-contained SVG of 16:9: its title, its picture or prose, its number."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, assert_never

from archgen.layout.placed import Box
from archgen.model.finding import Severity
from archgen.render.svg.diagram_svg import diagram_svg
from archgen.render.svg.legend import legend
from archgen.render.svg.sequence_svg import placed_sequence_svg
from archgen.slides.layout.comparison_chart import OUTLINE, ChartBar, ChartText, place_chart
from archgen.slides.layout.legible import INSIDE, MOST
from archgen.slides.layout.tables import LEADING, PAD, lay_out
from archgen.slides.layout.titles import fitted_title
from archgen.slides.values import (
    BAND,
    BETWEEN,
    BLEED,
    FLOW,
    GUTTER,
    HEADING,
    MARK,
    OPENING_X,
    PARAGRAPH,
    PROSE,
    TALL,
    WIDE,
    ComparisonSlide,
    DiagramSlide,
    FlowSlide,
    Paragraph,
    Slide,
    TableSlide,
    TermsSlide,
    TextSlide,
    TitleSlide,
)
from archgen.style.glyphs import Icon
from archgen.style.svg_document import picture
from archgen.style.svg_markup import badge, element, escape, number, sized_badge, words
from archgen.style.text_metrics import text_width, wrap
from archgen.style.theme import SIZES, Mode

IconLookup = Callable[[str | None], Icon | None]
"""The logo that a name stands for; None where there is none."""

_TITLE, _OPENING = 28.0, 40.0
_AREA = Box(40, 78, WIDE - 80, 430)
"""The part of a slide that a picture or prose may fill."""

_INDENT = 44.0
_BADGE = 1.6
_LEGEND = 1.1
_FOOT = 22.0
_HERE = "<!--picture-->"
"""Where the picture goes; no text can say so, since text is escaped."""

_ROOT = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)" width="[0-9.]+" height="[0-9.]+"')


def slide_svg(slide: Slide, place: int, icons: IconLookup, mode: Mode = "light") -> str:
    """The slide with its number, 960 by 540; what its speaker says is the description."""
    body, inner = _body(slide, f"s{place}", icons, mode)
    foot = words(WIDE - 40, TALL - 18, str(place), 12, "muted", anchor="end")
    svg = picture(
        body + foot + (_HERE if inner else ""),
        width=WIDE,
        height=TALL,
        prefix=f"slide{place}",
        title=slide.title,
        alt=slide.notes or slide.title,
        mode=mode,
    )
    return svg.replace(_HERE, inner, 1)


def _body(slide: Slide, prefix: str, icons: IconLookup, mode: Mode) -> tuple[str, str]:
    """What the slide itself draws, and the picture on it, which is a document of its own."""
    match slide:
        case TitleSlide():
            return _opening(slide), ""
        case TextSlide():
            return _title(slide.title) + _prose(slide.entries), ""
        case TermsSlide():
            return _title(slide.title) + _terms(slide), ""
        case TableSlide():
            return _title(slide.title) + _table(slide), ""
        case ComparisonSlide():
            return _title(slide.title) + _comparison(slide), ""
        case DiagramSlide():
            drawn = diagram_svg(
                slide.placed, mode=mode, icons=lambda node: icons(node.icon), prefix=prefix, caption=False, key=False
            )
            room = Box(_AREA.x - BLEED, _AREA.y, _AREA.width + 2 * BLEED, _AREA.height - _FOOT)
            return _title(slide.title) + _legend(slide, prefix), _fitted(
                drawn, room, MOST / slide.placed.measures.sizes.name
            )
        case FlowSlide():
            names = {participant.icon for participant in slide.placed.sequence.participants if participant.icon}
            logos = {name: icon for name in sorted(names) if (icon := icons(name))}
            drawn = placed_sequence_svg(slide.placed, logos, prefix, mode)
            return _title(slide.title), _fitted(drawn, _AREA, FLOW, sinks=0.0)
        case _:
            assert_never(slide)


def _title(title: str) -> str:
    fitting, size = fitted_title(title, WIDE - 80, _TITLE)
    return _accent(MARK) + words(40, 56, fitting, size, bold=True)


def _accent(box: tuple[float, float, float, float]) -> str:
    x, y, wide, tall = box
    return element("rect", x=x, y=y, width=wide, height=tall, class_="f-accent")


def _opening(slide: TitleSlide) -> str:
    title = wrap(slide.title, 784, _OPENING, bold=True, lines=2)
    subtitle = wrap(slide.subtitle, 744, PROSE, lines=4)
    parts = [element("rect", width=WIDE, height=TALL, class_="f-tint_3"), _accent(BAND)]
    for at, line in enumerate(title):
        parts.append(words(OPENING_X, 230 - (len(title) - 1 - at) * _OPENING * 1.2, line, _OPENING, bold=True))
    for at, line in enumerate(subtitle):
        parts.append(words(OPENING_X, 284 + at * PROSE * LEADING, line, PROSE, "muted"))
    return "".join(parts)


# Text and tables


def _prose(entries: tuple[Paragraph, ...]) -> str:
    indent = _INDENT if any(entry.badge for entry in entries) else 0.0
    return _paragraphs(entries, Box(_AREA.x + indent, _AREA.y, _AREA.width - indent, _AREA.height), PROSE)[0]


def _terms(slide: TermsSlide) -> str:
    wide = (_AREA.width - GUTTER) / 2
    parts: list[str] = []
    for at, column in enumerate(slide.columns):
        x, y = _AREA.x + at * (wide + GUTTER), _AREA.y
        for term in column:
            for line in wrap(term.name, wide, HEADING, bold=True):
                parts.append(words(x, y + HEADING * 0.9, line, HEADING, bold=True))
                y += HEADING * LEADING
            drawn, y = _paragraphs(term.entries, Box(x, y + PARAGRAPH, wide, 0.0), slide.size)
            parts.append(drawn)
            y += BETWEEN - PARAGRAPH
    return "".join(parts)


def _paragraphs(entries: tuple[Paragraph, ...], room: Box, size: float) -> tuple[str, float]:
    """Paragraphs one under the other, each with its badge before it, and where the next one would start."""
    parts: list[str] = []
    y = room.y
    for entry in entries:
        bold = len(entry.strong)
        text = f"{entry.strong} {entry.text}".strip()
        lines = wrap(text, room.width, size, bold=bool(bold)) or ("",)
        for at, line in enumerate(lines):
            base = y + size * 0.9 + at * size * LEADING
            strong, rest = line[:bold], line[bold:]
            parts.append(words(room.x, base, strong, size, bold=True) if strong.strip() else "")
            start = room.x + text_width(strong, size, bold=True)
            parts.append(words(start + _lead(rest, size), base, rest.strip(), size) if rest.strip() else "")
            bold = max(bold - len(line) - 1, 0)
        if entry.badge:
            mark = badge(0, 0, entry.badge.number, entry.badge.severity, entry.badge.title)
            where = f"translate({number(room.x - _INDENT + 18)} {number(y + size * 0.55)}) scale({_BADGE})"
            parts.append(element("g", mark, transform=where))
        y += len(lines) * size * LEADING + PARAGRAPH
    return "".join(parts), y


def _lead(text: str, size: float) -> float:
    return text_width(" ", size) if text.startswith(" ") else 0.0


def _table(slide: TableSlide) -> str:
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


def _comparison(slide: ComparisonSlide) -> str:
    placed = place_chart(slide.systems, slide.asked, slide.most, _AREA)
    parts = [*map(_bar, placed.key), *map(_text, placed.words)]
    for column in placed.columns:
        marks = [_form(severity, box) for severity, box in column.marks]
        spoken = element("title", escape(column.system.summary))
        parts.append(element("g", spoken, *map(_bar, column.bars), *map(_text, column.words), *marks))
    line = f"M{number(placed.line.x)} {number(placed.line.y)}h{number(placed.line.width)}"
    parts.append(element("path", d=line, fill="none", class_="s-card_line", stroke_width=1))
    return "".join(parts)


def _bar(bar: ChartBar) -> str:
    box, half = bar.box, OUTLINE / 2 if bar.hollow else 0.0
    return element(
        "rect",
        x=box.x + half,
        y=box.y + half,
        width=box.width - 2 * half,
        height=max(box.height - half, 1.0),
        class_="f-tint_3 s-accent" if bar.hollow else "f-accent",
        stroke_width=OUTLINE if bar.hollow else None,
    )


def _text(text: ChartText) -> str:
    x = text.box.centre[0] if text.middle else text.box.x
    anchor: Literal["start", "middle"] = "middle" if text.middle else "start"
    return words(x, text.base, text.text, text.size, text.role, anchor=anchor, bold=text.bold)


def _form(severity: Severity, box: Box) -> str:
    return sized_badge(*box.centre, 0, severity, "", box.width / 2)


# Pictures


def _fitted(svg: str, room: Box, most: float, sinks: float = 0.5) -> str:
    """A picture without its margin, as large as the room lets it be; `sinks` is the part of what is left above it."""
    root = _ROOT.search(svg)
    assert root is not None
    margin = SIZES.margin - INSIDE
    width, height = float(root[1]) - 2 * margin, float(root[2]) - 2 * margin
    scale = min(room.width / max(width, 1), room.height / max(height, 1), most)
    x = room.x + (room.width - width * scale) / 2
    y = room.y + (room.height - height * scale) * sinks
    attributes = (
        f'viewBox="{number(margin)} {number(margin)} {number(width)} {number(height)}" x="{number(x)}" y="{number(y)}" '
        f'width="{number(width * scale)}" height="{number(height * scale)}"'
    )
    return _ROOT.sub(attributes, svg, count=1)


def _legend(slide: DiagramSlide, prefix: str) -> str:
    key = legend(slide.placed, f"slide{prefix[1:]}")
    if not key.body:
        return ""
    scale = min(_LEGEND, _AREA.width / key.width)
    where = f"translate({number(_AREA.x)} {number(_AREA.bottom - 10)}) scale({scale:.3g})"
    return element("g", key.body, transform=where)
