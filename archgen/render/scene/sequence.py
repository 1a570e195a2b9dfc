"""The scene of a placed sequence: cards, lifelines, arrows that say if they are encrypted, notes and frames."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from archgen.layout.placed import Box, Point
from archgen.layout.sequence.framing import BAR
from archgen.layout.sequence.lanes import LOOP
from archgen.layout.sequence.placed import Arrow, Band, Bar, FrameBox, Head, Paper, PlacedSequence, PlacedText
from archgen.render.scene.marks import cross, finding_badge, lock
from archgen.render.scene.shapes import (
    CanvasBox,
    CanvasLine,
    Curve,
    IconImage,
    Pen,
    Rectangle,
    Scene,
    SceneGroup,
    SceneShape,
    TextLine,
    scene,
)
from archgen.style.glyphs import Icon, IconLookup, glyph
from archgen.style.svg_markup import number
from archgen.style.theme import LINES, SIZES
from archgen.views.diagram import Sequence

_HEAD = 7.0
_BORDER = Pen("card_line", SIZES.hairline)


def sequence_scene(
    placed: PlacedSequence,
    icons: Mapping[str, Icon],
    name: str,
    *,
    live: bool = False,
    step_styles: tuple[str, ...] = (),
    rules: str = "",
) -> Scene:
    """Return the scene; `icons` are logos by the names that participants have them under.

    The group of class `heads` is painted last, on a ground of its own: a page may shift it down while it scrolls.
    A `live` picture names the step of each message, and where it stands, for a page that plays them. With
    `step_styles` every message and note is in a group of class `step` with its style.
    """
    steps = [
        *(_arrow(arrow, live) for arrow in placed.arrows),
        *(_paper(paper, count) for count, paper in enumerate(placed.papers)),
    ]
    if step_styles:
        pairs = zip(steps, step_styles, strict=True)
        steps = [SceneGroup((step,), css_class="step", style=style) for step, style in pairs]
    shapes = (
        *(Rectangle(place.box, "tint_1", radius=SIZES.group_radius) for place in placed.places),
        *(_lifeline(head, placed) for head in placed.heads),
        *map(_bar, placed.bars),
        *(_frame(frame) for frame in placed.frames),
        *steps,
        *(_head(foot, {}) for foot in placed.feet),
        _heads(placed, icons),
    )
    sequence = placed.sequence
    return scene(name, placed.width, placed.height, shapes, sequence.title, sequence.alt, rules=rules)


def sequence_logos(sequence: Sequence, icons: IconLookup) -> dict[str, Icon]:
    """Return the logos of the participants by the names that they have them under."""
    names = {participant.icon for participant in sequence.participants if participant.icon}
    return {name: icon for name in sorted(names) if (icon := icons(name))}


def _heads(placed: PlacedSequence, icons: Mapping[str, Icon]) -> SceneShape:
    ground = Rectangle(Box(0, 0, placed.width, placed.top), "ground", radius=SIZES.group_radius)
    words = [*([placed.title] if placed.title else []), *(place.text for place in placed.places)]
    bands = (
        Rectangle(replace(place.box, height=placed.top - place.box.y), "tint_1", radius=SIZES.group_radius)
        for place in placed.places
    )
    heads = (_head(head, icons) for head in placed.heads)
    return SceneGroup((ground, *bands, *map(_text, words), *heads), css_class="heads")


def _bar(bar: Bar) -> SceneShape:
    return Rectangle(Box(bar.x - BAR / 2, bar.top, BAR, bar.bottom - bar.top), "card", _BORDER, 2)


def _text(text: PlacedText) -> TextLine:
    return TextLine(text.x, text.y, text.text, text.size, text.role, text.anchor, text.bold)


def _lifeline(head: Head, placed: PlacedSequence) -> SceneShape:
    line = f"M{number(head.x)} {number(head.box.bottom)}V{number(placed.bottom)}"
    return Curve(line, pen=Pen("faint", SIZES.line), outline=((head.x, head.box.bottom), (head.x, placed.bottom)))


def _head(head: Head, icons: Mapping[str, Icon]) -> SceneShape:
    shapes: list[SceneShape] = [Rectangle(head.box, "card", _BORDER, SIZES.card_radius)]
    if head.icon:
        icon = icons.get(head.participant.icon or "") or glyph(head.participant.kind)
        shapes.append(IconImage(icon, head.icon.x, head.icon.y, head.icon.width))
    name = head.participant.id
    alt = " · ".join(word for word in (head.participant.label, head.participant.detail) if word)
    part = CanvasBox(name if head.icon else f"{name} foot", head.box, name=name, alt=alt)
    return SceneGroup((*shapes, *map(_text, head.texts)), head.participant.label, part=part)


def _arrow(arrow: Arrow, live: bool) -> SceneGroup:
    message, line = arrow.message, LINES[arrow.message.meaning]
    is_loop = message.source == message.target
    towards = -1 if is_loop or arrow.x2 < arrow.x1 else 1
    is_open = message.asynchronous and not is_loop
    path = _swing(arrow) if is_loop else f"H{number(arrow.x2 - (0 if is_open else towards * _HEAD))}"
    start, mark = _start(arrow, towards)
    dash = "5 4" if message.answer else "1 5" if message.stops == "unsent" else None
    pen = Pen(line.role, SIZES.line * line.weight, dash)
    way = Curve(f"M{number(start)} {number(arrow.y)}{path}", pen=pen)
    tip = _tip(arrow, towards, line.role, is_open=is_open)
    return SceneGroup(
        (
            *mark,
            way,
            *(_stop(arrow, towards) if message.stops else (tip,)),
            *map(_text, arrow.texts),
            *((_text(arrow.number),) if arrow.number else ()),
            *(finding_badge(badge, x, y) for x, y, badge in arrow.badges),
        ),
        f"{line.words}; it fails here" if message.stops else line.words,
        data=_live(arrow) if live else {},
        part=CanvasLine(
            _corners(arrow, is_loop),
            pen,
            line,
            name=f"{message.source} {'-->' if message.answer else '->'} {message.target}",
            alt=" ".join(word for word in (message.number, message.text, message.protocol, line.words) if word),
        ),
    )


def _tip(arrow: Arrow, towards: int, role: str, *, is_open: bool) -> Curve:
    """Return the head of an arrow: open where nobody waits for a response."""
    if is_open:
        start = f"M{number(arrow.x2 - towards * 9)} {number(arrow.y2 - 5)}"
        return Curve(f"{start}l{number(towards * 9)} 5l{number(-towards * 9)} 5", pen=Pen(role, SIZES.line))
    return Curve(f"M{number(arrow.x2)} {number(arrow.y2)}l{number(-towards * 9)} -4.5v9z", role)


def _corners(arrow: Arrow, is_loop: bool) -> tuple[Point, ...]:
    out = arrow.x1 + LOOP
    turns = ((out, arrow.y), (out, arrow.y2)) if is_loop else ()
    return (arrow.x1, arrow.y), *turns, (arrow.x2, arrow.y2)


def _live(arrow: Arrow) -> dict[str, str | None]:
    return {"step": arrow.message.number, "at": " ".join(map(number, (arrow.x1, arrow.x2, arrow.y, arrow.y2)))}


def _stop(arrow: Arrow, towards: int) -> tuple[SceneShape, ...]:
    """Return the cross where the flow ends: on the way out of who can't send, or before who doesn't answer."""
    if arrow.message.stops == "unsent":
        return cross(arrow.x1, arrow.y)
    return cross(arrow.x2 - towards * _HEAD, arrow.y2)


def _swing(arrow: Arrow) -> str:
    """Return the path out from a lifeline and back to it, lower down."""
    out, r = arrow.x1 + LOOP, number(min(float(SIZES.line_radius), (arrow.y2 - arrow.y) / 2))
    down = f"V{number(arrow.y2 - float(r))}"
    return f"H{number(out - float(r))}a{r} {r} 0 0 1 {r} {r}{down}a{r} {r} 0 0 1 -{r} {r}H{number(arrow.x1 + _HEAD)}"


def _start(arrow: Arrow, towards: int) -> tuple[float, tuple[SceneShape, ...]]:
    """Return where the line starts, and what stands before it: a lock on a gap of the line, after a short piece of it."""
    line = LINES[arrow.message.meaning]
    if arrow.lock is None or not line.lock:
        return arrow.x1, ()
    x, y = arrow.lock
    half = SIZES.lock / 2
    stub = f"M{number(arrow.x1)} {number(y)}H{number(x - towards * (half + 3))}"
    piece = Curve(stub, pen=Pen(line.role, SIZES.line * line.weight))
    return x + towards * (half + 3), (piece, lock(x - half, y - half - 0.5, line.lock, line.role))


def _paper(paper: Paper, count: int) -> SceneGroup:
    sheet = Rectangle(paper.box, "paper", Pen("paper_line", SIZES.hairline), 4)
    return SceneGroup((sheet, *map(_text, paper.texts)), part=CanvasBox(f"note {count}", paper.box, name="note"))


def _frame(frame: FrameBox) -> SceneGroup:
    tab = frame.tab
    corner = (
        f"M{number(tab.x)} {number(tab.y)}h{number(tab.width)}v{number(tab.height - 8)}l-8 8h{number(8 - tab.width)}z"
    )
    bands = [shape for row, band in enumerate(frame.bands) for shape in _band(band, is_first=row == 0)]
    border = Rectangle(frame.box, None, _BORDER, 4)
    return SceneGroup((*bands, border, Curve(corner, "tint_3", _BORDER, tab), _text(frame.name)))


def _band(band: Band, is_first: bool) -> list[SceneShape]:
    box = band.box
    ends = (box.x, box.y), (box.right, box.y)
    rule = Curve(f"M{number(box.x)} {number(box.y)}H{number(box.right)}", None, Pen("card_line", 1, "4 4"), ends)
    return [Rectangle(box, "tint_1"), *([] if is_first else [rule]), *map(_text, band.texts)]
