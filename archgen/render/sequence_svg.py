"""Paints a sequence as SVG: cards, lifelines, arrows that say whether they are encrypted, notes and frames."""

from __future__ import annotations

from collections.abc import Mapping

from archgen.glyphs import Icon, glyph
from archgen.layout.lanes import LOOP
from archgen.layout.sequence import Arrow, Band, FrameBox, Head, Paper, PlacedSequence, Text, place
from archgen.markup import badge, element, escape, identifier, lock, number, picture, symbols, use, words
from archgen.theme import LINES, SIZES, Mode
from archgen.view import Participant, Sequence

_HEAD = 7.0


def sequence_svg(sequence: Sequence, icons: Mapping[str, Icon], prefix: str, mode: Mode = "auto") -> str:
    """The sequence as a self-contained SVG document; `icons` are logos by the names that participants have them under.

    `prefix` starts every id, so that several pictures can stand in one page. The group of class `heads` is painted
    last: a page may shift it down while it scrolls.
    """
    placed = place(sequence)
    drawings = [_icon(one, icons) for one in sequence.participants]
    body = [
        *(_lifeline(head, placed) for head in placed.heads),
        *(_frame(frame) for frame in placed.frames),
        *(_arrow(arrow) for arrow in placed.arrows),
        *(_paper(paper) for paper in placed.papers),
        *(_head(foot, prefix, None) for foot in placed.feet),
        element("g", *(_head(head, prefix, _icon(head.participant, icons)) for head in placed.heads), class_="heads"),
    ]
    return picture(
        "".join(body),
        width=placed.width,
        height=placed.height,
        prefix=identifier(prefix, sequence.id),
        title=sequence.title,
        alt=sequence.alt,
        mode=mode,
        defs=symbols(drawings, prefix),
    )


def _icon(one: Participant, icons: Mapping[str, Icon]) -> Icon:
    return icons.get(one.icon or "") or glyph(one.kind)


def _text(text: Text) -> str:
    return words(text.x, text.y, text.text, text.size, text.role, anchor=text.anchor, bold=text.bold)


def _lifeline(head: Head, placed: PlacedSequence) -> str:
    return element(
        "line", x1=head.x, y1=head.box.bottom, x2=head.x, y2=placed.bottom, class_="s-faint", stroke_width=SIZES.line
    )


def _head(head: Head, prefix: str, icon: Icon | None) -> str:
    box = head.box
    card = element(
        "rect",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=SIZES.card_radius,
        class_="f-card s-card_line",
        stroke_width=SIZES.hairline,
    )
    logo = use(icon, prefix, head.icon.x, head.icon.y, head.icon.width) if icon and head.icon else ""
    spoken = element("title", escape(head.participant.label))
    return element("g", spoken, card, logo, *map(_text, head.texts))


def _arrow(arrow: Arrow) -> str:
    line = LINES[arrow.message.meaning]
    dash = "5 4" if arrow.message.answer else None
    towards = 1 if arrow.x2 > arrow.x1 else -1
    if arrow.message.source == arrow.message.target:
        towards = -1
        out = arrow.x1 + LOOP
        r = min(float(SIZES.line_radius), (arrow.y2 - arrow.y) / 2)
        way = (
            f"M{number(arrow.x1)} {number(arrow.y)}H{number(out - r)}a{number(r)} {number(r)} 0 0 1 {number(r)} {number(r)}"
            f"V{number(arrow.y2 - r)}a{number(r)} {number(r)} 0 0 1 {number(-r)} {number(r)}H{number(arrow.x1 + _HEAD)}"
        )
    else:
        way = f"M{number(arrow.x1)} {number(arrow.y)}H{number(arrow.x2 - towards * _HEAD)}"
    tip = f"M{number(arrow.x2)} {number(arrow.y2)}l{number(-towards * 9)} -4.5v9z"
    return element(
        "g",
        element("title", escape(line.words)),
        element("path", d=way, fill="none", stroke_dasharray=dash, class_=f"s-{line.role}", stroke_width=SIZES.line),
        element("path", d=tip, class_=f"f-{line.role}"),
        _lock(arrow, line.role),
        *map(_text, arrow.texts),
        _text(arrow.number) if arrow.number else "",
        *(badge(x, y, one.number, one.severity, one.title) for x, y, one in arrow.badges),
    )


def _lock(arrow: Arrow, role: str) -> str:
    """The lock of a hop on a gap of its line."""
    state = LINES[arrow.message.meaning].lock
    if arrow.lock is None or not state:
        return ""
    x, y = arrow.lock
    half = SIZES.lock / 2
    gap = element("rect", x=x - half - 3, y=y - 2, width=SIZES.lock + 6, height=4, class_="f-ground")
    return gap + lock(x - half, y - half - 0.5, state, role)


def _paper(paper: Paper) -> str:
    box = paper.box
    sheet = element(
        "rect",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=4,
        class_="f-paper s-paper_line",
        stroke_width=SIZES.hairline,
    )
    return element("g", sheet, *map(_text, paper.texts))


def _frame(frame: FrameBox) -> str:
    box, tab = frame.box, frame.tab
    border = element(
        "rect",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=4,
        fill="none",
        class_="s-card_line",
        stroke_width=SIZES.hairline,
    )
    corner = (
        f"M{number(tab.x)} {number(tab.y)}h{number(tab.width)}v{number(tab.height - 8)}l-8 8h{number(8 - tab.width)}z"
    )
    name = element("path", d=corner, class_="f-tint_3 s-card_line", stroke_width=SIZES.hairline)
    bands = [_band(band, first=at == 0) for at, band in enumerate(frame.bands)]
    return element("g", *bands, border, name, _text(frame.name))


def _band(band: Band, first: bool) -> str:
    box = band.box
    strip = element("rect", x=box.x, y=box.y, width=box.width, height=box.height, class_="f-tint_1")
    rule = "" if first else _divider(band)
    return strip + rule + "".join(map(_text, band.texts))


def _divider(band: Band) -> str:
    y = band.box.y
    return element(
        "line",
        x1=band.box.x,
        y1=y,
        x2=band.box.right,
        y2=y,
        class_="s-card_line",
        stroke_width=1,
        stroke_dasharray="4 4",
    )
