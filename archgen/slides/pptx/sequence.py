"""A placed sequence as native shapes."""

from __future__ import annotations

from itertools import groupby

from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.placed import Box
from archgen.layout.sequence.arrangement import LEADING
from archgen.layout.sequence.lanes import LOOP
from archgen.layout.sequence.placed import Arrow, Band, FrameBox, Head, Paper, PlacedSequence, PlacedText
from archgen.slides.pptx.canvas import Canvas, NativeShape, ShapeGroup
from archgen.slides.pptx.marks import Marks
from archgen.slides.pptx.routes import connector_route
from archgen.style.theme import LINES, SIZES


def paint_sequence(canvas: Canvas, placed: PlacedSequence, marks: Marks) -> None:
    """Put a sequence on a slide."""
    shapes = canvas.root
    cards = [_head(canvas, shapes, head, marks) for head in placed.heads]
    for head, card in zip(placed.heads, cards, strict=True):
        _lifeline(canvas, shapes, head, placed, card)
    for frame in placed.frames:
        _frame(canvas, shapes, frame)
    for arrow in placed.arrows:
        _arrow(canvas, shapes, arrow, placed, marks)
    for paper in placed.papers:
        _paper(canvas, shapes, paper)
    for foot in placed.feet:
        _head(canvas, shapes, foot, marks)


def _text(canvas: Canvas, into: ShapeGroup, texts: tuple[PlacedText, ...]) -> None:
    """Write lines below each other, in a text box for each font size."""
    for _, group in groupby(texts, key=lambda text: (text.size, text.role, text.anchor)):
        lines = tuple(group)
        boxes = [line.box for line in lines]
        left, right = min(box.x for box in boxes), max(box.right for box in boxes)
        first, last = boxes[0], boxes[-1]
        # a box as high as its lines, each centered in its leading
        spare = (LEADING - first.height) / 2
        box = Box(left - 2, first.y - spare, right - left + 4, last.bottom - first.y + 2 * spare)
        shape = canvas.text(into, box, (), lines[0].size, anchor=lines[0].anchor, name="words")
        _lines(canvas, shape, lines)


def _lines(
    canvas: Canvas, shape: NativeShape, lines: tuple[PlacedText, ...], insets: tuple[float, float] = (2, 0)
) -> None:
    written = tuple((((line.text, line.role, line.bold),), line.size) for line in lines)
    leading = LEADING if len(lines) > 1 else None
    across, above = insets if lines and lines[0].anchor == "start" else (0.0, insets[1])
    canvas.write(
        shape, written, anchor=lines[0].anchor if lines else "start", insets=(across, above, 0, 0), leading=leading
    )


def _head(canvas: Canvas, into: ShapeGroup, head: Head, marks: Marks) -> NativeShape:
    name = head.participant.id
    group = canvas.group(into, f"{name} card", "")
    card = canvas.shape(
        group,
        MSO_SHAPE.ROUNDED_RECTANGLE,
        head.box,
        fill="card",
        line="card_line",
        radius=SIZES.card_radius,
        name=name if head.icon else f"{name} foot",
        alt=" · ".join(word for word in (head.participant.label, head.participant.detail) if word) or name,
    )
    lines = tuple((((text.text, text.role, text.bold),), text.size) for text in head.texts)
    if head.icon and head.texts and head.texts[0].anchor == "start":
        canvas.write(card, lines, anchor="start", insets=(head.texts[0].x - head.box.x, 0, 0, 0), leading=LEADING)
    else:
        above = head.icon.bottom + 4 - head.box.y if head.icon else 0.0
        canvas.write(card, lines, vertical="t" if head.icon else "ctr", insets=(0, above, 0, 0))
    if head.icon:
        marks.icon(canvas, group, head.icon, head.participant.kind, head.participant.icon)
    return card


def _lifeline(canvas: Canvas, into: ShapeGroup, head: Head, placed: PlacedSequence, card: NativeShape) -> None:
    # not a connector: only messages are
    canvas.rule(
        into,
        Box(head.x, head.box.bottom, 0, placed.bottom - head.box.bottom),
        line="faint",
        width=SIZES.line,
        name=f"{head.participant.id} lifeline",
    )


def _arrow(canvas: Canvas, into: ShapeGroup, arrow: Arrow, placed: PlacedSequence, marks: Marks) -> None:
    message, line = arrow.message, LINES[arrow.message.meaning]
    points = [(arrow.x1, arrow.y), (arrow.x2, arrow.y2)]
    if message.source == message.target:
        out = arrow.x1 + LOOP
        points = [(arrow.x1, arrow.y), (out, arrow.y), (out, arrow.y2), (arrow.x2, arrow.y2)]
    sign = "-->" if message.answer else "->"
    canvas.connector(
        into,
        connector_route([canvas.at(point) for point in points]),
        role=line.role,
        name=f"{message.source} {sign} {message.target}",
        alt=" ".join(word for word in (message.number, message.text, message.protocol, line.words) if word),
        width=SIZES.line * line.weight,
        dash="5 4" if message.answer else "",
    )
    if arrow.lock and line.lock:
        x, y = arrow.lock
        half = SIZES.lock / 2
        canvas.shape(
            into, MSO_SHAPE.OVAL, Box(x - half - 2, y - half - 2, 2 * half + 4, 2 * half + 4), fill="ground", line=None
        )
        marks.lock(canvas, into, x - half, y - half - 0.5, line.lock, line.role)
    _text(canvas, into, arrow.texts)
    if arrow.number:
        _text(canvas, into, (arrow.number,))
    for x, y, badge in arrow.badges:
        marks.badge(canvas, into, x, y, badge)


def _paper(canvas: Canvas, into: ShapeGroup, paper: Paper) -> None:
    note = canvas.shape(into, MSO_SHAPE.RECTANGLE, paper.box, fill="paper", line="paper_line", name="note")
    _lines(canvas, note, paper.texts, insets=(12, 0))


def _frame(canvas: Canvas, into: ShapeGroup, frame: FrameBox) -> None:
    for at, band in enumerate(frame.bands):
        _band(canvas, into, band, first=at == 0)
    canvas.shape(into, MSO_SHAPE.RECTANGLE, frame.box, fill=None, line="card_line", name=f"{frame.name.text} frame")
    canvas.shape(into, MSO_SHAPE.SNIP_1_RECTANGLE, frame.tab, fill="tint_3", line="card_line", name="tab")
    _text(canvas, into, (frame.name,))


def _band(canvas: Canvas, into: ShapeGroup, band: Band, first: bool) -> None:
    canvas.shape(into, MSO_SHAPE.RECTANGLE, band.box, fill="tint_1", line=None, name="condition")
    if not first:
        rule = Box(band.box.x, band.box.y, band.box.width, 0)
        canvas.rule(into, rule, line="card_line", dash="4 4", name="divider")
    _text(canvas, into, band.texts)
