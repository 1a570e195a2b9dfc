"""Paints a sequence as SVG: cards, lifelines, arrows that say whether they are encrypted, notes and frames."""

from __future__ import annotations

from collections.abc import Mapping

from archgen.layout.sequence.arrangement import Arrow, Band, FrameBox, Head, Paper, PlacedSequence, Text, place
from archgen.layout.sequence.lanes import LOOP
from archgen.render.svg.strokes import rectangle
from archgen.style.glyphs import Icon, glyph
from archgen.style.svg_document import picture
from archgen.style.svg_markup import badge, cross, element, escape, lock, number, symbols, use, words
from archgen.style.theme import LINES, SIZES, Mode
from archgen.views.diagram import Participant, Sequence

_HEAD = 7.0


def sequence_svg(
    sequence: Sequence, icons: Mapping[str, Icon], prefix: str, mode: Mode = "auto", live: bool = False
) -> str:
    """The sequence as a self-contained SVG document; `icons` are logos by the names that participants have them under.

    `prefix` starts every id, so that several pictures can stand in one page. The group of class `heads` is painted
    last, on a ground of its own: a page may shift it down while it scrolls. A `live` picture names the step of each
    message, and where it stands, for a page that plays them.
    """
    return placed_sequence_svg(place(sequence), icons, prefix, mode, live=live)


def placed_sequence_svg(
    placed: PlacedSequence,
    icons: Mapping[str, Icon],
    prefix: str,
    mode: Mode = "auto",
    *,
    live: bool = False,
    steps: bool = False,
) -> str:
    """The same of a sequence that has its places; with `steps` every message and note is in a group of class `step`."""
    sequence = placed.sequence
    drawings = [_icon(one, icons) for one in sequence.participants]
    body = [
        *(_lifeline(head, placed) for head in placed.heads),
        *(_frame(frame) for frame in placed.frames),
        *(_step(_arrow(arrow, prefix, live), steps) for arrow in placed.arrows),
        *(_step(_paper(paper), steps) for paper in placed.papers),
        *(_head(foot, prefix, None) for foot in placed.feet),
        _heads(placed, prefix, icons),
    ]
    return picture(
        "".join(body),
        width=placed.width,
        height=placed.height,
        prefix=prefix,
        title=sequence.title,
        alt=sequence.alt,
        mode=mode,
        defs=symbols(drawings, prefix),
    )


def _step(drawn: str, apart: bool) -> str:
    return element("g", drawn, class_="step") if apart else drawn


def _heads(placed: PlacedSequence, prefix: str, icons: Mapping[str, Icon]) -> str:
    ground = element("rect", width=placed.width, height=placed.top, rx=SIZES.group_radius, class_="f-ground")
    return element(
        "g", ground, *(_head(one, prefix, _icon(one.participant, icons)) for one in placed.heads), class_="heads"
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
    card = rectangle(head.box, rx=SIZES.card_radius, class_="f-card s-card_line", stroke_width=SIZES.hairline)
    logo = use(icon, prefix, head.icon.x, head.icon.y, head.icon.width) if icon and head.icon else ""
    spoken = element("title", escape(head.participant.label))
    return element("g", spoken, card, logo, *map(_text, head.texts))


def _arrow(arrow: Arrow, prefix: str, live: bool) -> str:
    line = LINES[arrow.message.meaning]
    itself = arrow.message.source == arrow.message.target
    towards = -1 if itself or arrow.x2 < arrow.x1 else 1
    way = _swing(arrow) if itself else f"H{number(arrow.x2 - towards * _HEAD)}"
    start, mark = _start(arrow, towards, prefix)
    end = f"M{number(arrow.x2)} {number(arrow.y2)}l{number(-towards * 9)} -4.5v9z"
    stops = arrow.message.stops
    tip = "" if stops else element("path", d=end, class_=f"f-{line.role}")
    dash = "5 4" if arrow.message.answer else "1 5" if stops == "unsent" else None
    role = f"s-{line.role}"
    return element(
        "g",
        element("title", escape(f"{line.words}; it fails here" if stops else line.words)),
        mark,
        element(
            "path",
            d=f"M{number(start)} {number(arrow.y)}{way}",
            fill="none",
            stroke_dasharray=dash,
            class_=role,
            stroke_width=SIZES.line,
        ),
        tip or _stop(arrow, towards),
        *map(_text, arrow.texts),
        _text(arrow.number) if arrow.number else "",
        *(badge(x, y, one.number, one.severity, one.title) for x, y, one in arrow.badges),
        data_step=arrow.message.number if live else None,
        data_at=" ".join(map(number, (arrow.x1, arrow.x2, arrow.y, arrow.y2))) if live else None,
    )


def _stop(arrow: Arrow, towards: int) -> str:
    """The cross where the flow ends: on the way out of who cannot send, or before who does not answer."""
    if arrow.message.stops == "unsent":
        return cross(arrow.x1, arrow.y)
    return cross(arrow.x2 - towards * _HEAD, arrow.y2)


def _swing(arrow: Arrow) -> str:
    """The way out from a lifeline and back to it, lower down."""
    out, r = arrow.x1 + LOOP, number(min(float(SIZES.line_radius), (arrow.y2 - arrow.y) / 2))
    down = f"V{number(arrow.y2 - float(r))}"
    return f"H{number(out - float(r))}a{r} {r} 0 0 1 {r} {r}{down}a{r} {r} 0 0 1 -{r} {r}H{number(arrow.x1 + _HEAD)}"


def _start(arrow: Arrow, towards: int, prefix: str) -> tuple[float, str]:
    """Where the line starts, and what stands before it: a lock on a gap of the line, after a short piece of it."""
    line = LINES[arrow.message.meaning]
    if arrow.lock is None or not line.lock:
        return arrow.x1, ""
    x, y = arrow.lock
    half = SIZES.lock / 2
    stub = f"M{number(arrow.x1)} {number(y)}H{number(x - towards * (half + 3))}"
    piece = element("path", d=stub, fill="none", class_=f"s-{line.role}", stroke_width=SIZES.line)
    return x + towards * (half + 3), piece + lock(prefix, x - half, y - half - 0.5, line.lock, line.role)


def _paper(paper: Paper) -> str:
    sheet = rectangle(paper.box, rx=4, class_="f-paper s-paper_line", stroke_width=SIZES.hairline)
    return element("g", sheet, *map(_text, paper.texts))


def _frame(frame: FrameBox) -> str:
    tab = frame.tab
    border = rectangle(frame.box, rx=4, fill="none", class_="s-card_line", stroke_width=SIZES.hairline)
    corner = (
        f"M{number(tab.x)} {number(tab.y)}h{number(tab.width)}v{number(tab.height - 8)}l-8 8h{number(8 - tab.width)}z"
    )
    name = element("path", d=corner, class_="f-tint_3 s-card_line", stroke_width=SIZES.hairline)
    bands = [_band(band, first=at == 0) for at, band in enumerate(frame.bands)]
    return element("g", *bands, border, name, _text(frame.name))


def _band(band: Band, first: bool) -> str:
    strip = rectangle(band.box, class_="f-tint_1")
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
