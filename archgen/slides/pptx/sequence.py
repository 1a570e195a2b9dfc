"""The scene of a sequence as native shapes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.placed import Box
from archgen.layout.sequence.arrangement import LEADING
from archgen.layout.sequence.placed import PlacedText
from archgen.render.scene.shapes import (
    BadgeMark,
    CanvasBox,
    CanvasLine,
    Curve,
    IconImage,
    Rectangle,
    Scene,
    SceneGroup,
    SceneShape,
    TextLine,
    leaves,
)
from archgen.slides.pptx.canvas import Align, Canvas, NativeShape, ShapeGroup
from archgen.slides.pptx.marks import Marks
from archgen.slides.pptx.routes import connector_route
from archgen.style.theme import SIZES


def paint_sequence(canvas: Canvas, scene: Scene, marks: Marks) -> None:
    """Put a sequence on a slide; its heads come first, since no connector may cover them."""
    into, lifelines = canvas.root, [shape for shape in scene.shapes if isinstance(shape, Curve)]
    groups = [shape for shape in scene.shapes if isinstance(shape, SceneGroup)]
    heads = [shape for group in groups if group.css_class == "heads" for shape in _boxes(group.shapes)]
    for head, part in heads:
        _head(canvas, into, head, part, marks)
    for (_, part), lifeline in zip(heads, lifelines, strict=True):
        _lifeline(canvas, into, lifeline, part.name)
    for group in groups:
        match group.part:
            case CanvasLine() as line:
                _arrow(canvas, into, group, line, marks)
            case CanvasBox(name="note"):
                _note(canvas, into, group)
            case CanvasBox() as part:
                _head(canvas, into, group, part, marks)
            case None if group.css_class != "heads":
                _frame(canvas, into, group)


def _boxes(shapes: Iterable[SceneShape]) -> list[tuple[SceneGroup, CanvasBox]]:
    groups = [shape for shape in shapes if isinstance(shape, SceneGroup)]
    return [(group, group.part) for group in groups if isinstance(group.part, CanvasBox)]


def _text(canvas: Canvas, into: ShapeGroup, texts: Iterable[TextLine]) -> None:
    """Write lines below each other, in a text box for each font size."""
    for _, group in groupby(texts, key=lambda text: (text.size, text.role, text.anchor, text.x)):
        lines = tuple(group)
        boxes = [_room(line) for line in lines]
        left, right = min(box.x for box in boxes), max(box.right for box in boxes)
        first, last = boxes[0], boxes[-1]
        # a box as high as its lines, each centered in its leading
        spare = (LEADING - first.height) / 2
        box = Box(left - 2, first.y - spare, right - left + 4, last.bottom - first.y + 2 * spare)
        shape = canvas.text(into, box, (), lines[0].size, anchor=_align(lines[0]), name="words")
        _lines(canvas, shape, lines)


def _room(line: TextLine) -> Box:
    return PlacedText(line.text, line.x, line.y, line.size, line.role, _align(line), line.bold).box


def _align(line: TextLine) -> Align:
    return "middle" if line.anchor == "middle" else "start"


def _lines(
    canvas: Canvas, shape: NativeShape, lines: tuple[TextLine, ...], insets: tuple[float, float] = (2, 0)
) -> None:
    written = tuple((((line.text, line.role, line.bold),), line.size) for line in lines)
    leading = LEADING if len(lines) > 1 else None
    anchor = _align(lines[0]) if lines else "start"
    across, above = insets if lines and anchor == "start" else (0.0, insets[1])
    canvas.write(shape, written, anchor=anchor, insets=(across, above, 0, 0), leading=leading)


def _head(canvas: Canvas, into: ShapeGroup, group: SceneGroup, part: CanvasBox, marks: Marks) -> None:
    shapes = list(leaves(group.shapes))
    texts = [shape for shape in shapes if isinstance(shape, TextLine)]
    icon = next((shape for shape in shapes if isinstance(shape, IconImage)), None)
    inner = canvas.group(into, f"{part.name} card", "")
    card = _rectangle(canvas, inner, shapes[0], part.id, part.alt or part.name)
    lines = tuple((((text.text, text.role, text.bold),), text.size) for text in texts)
    if icon and texts and texts[0].anchor == "start":
        canvas.write(card, lines, anchor="start", insets=(texts[0].x - part.box.x, 0, 0, 0), leading=LEADING)
    else:
        above = icon.y + icon.size + 4 - part.box.y if icon else 0.0
        canvas.write(card, lines, vertical="t" if icon else "ctr", insets=(0, above, 0, 0))
    if icon:
        marks.image(canvas, inner, icon)


def _lifeline(canvas: Canvas, into: ShapeGroup, line: Curve, name: str) -> None:
    # not a connector: only messages are
    _rule(canvas, into, line, f"{name} lifeline")


def _arrow(canvas: Canvas, into: ShapeGroup, group: SceneGroup, line: CanvasLine, marks: Marks) -> None:
    canvas.connector(
        into,
        connector_route([canvas.at(point) for point in line.points]),
        role=line.pen.role,
        name=line.name,
        alt=line.alt,
        width=line.pen.width or SIZES.line,
        dash=line.pen.dash or "",
    )
    for lock in group.shapes:
        if isinstance(lock, IconImage):
            ground = Box(lock.x - 2, lock.y - 1.5, lock.size + 4, lock.size + 4)
            canvas.shape(into, MSO_SHAPE.OVAL, ground, fill="ground", line=None)
            marks.image(canvas, into, lock)
    _text(canvas, into, (shape for shape in group.shapes if isinstance(shape, TextLine)))
    for badge in group.shapes:
        if isinstance(badge, BadgeMark):
            marks.badge(canvas, into, badge)


def _note(canvas: Canvas, into: ShapeGroup, group: SceneGroup) -> None:
    sheet, *texts = group.shapes
    note = _rectangle(canvas, into, sheet, "note")
    _lines(canvas, note, tuple(text for text in texts if isinstance(text, TextLine)), insets=(12, 0))


def _frame(canvas: Canvas, into: ShapeGroup, group: SceneGroup) -> None:
    """Put the conditions of a frame on a slide, then its border, its tab and its name."""
    *_, name = (shape for shape in group.shapes if isinstance(shape, TextLine))
    for is_text, shapes in groupby(group.shapes, key=lambda shape: isinstance(shape, TextLine)):
        if is_text:
            _text(canvas, into, (shape for shape in shapes if isinstance(shape, TextLine)))
            continue
        for shape in shapes:
            match shape:
                case Rectangle(fill=None):
                    _rectangle(canvas, into, shape, f"{name.text} frame")
                case Rectangle():
                    _rectangle(canvas, into, shape, "condition")
                case Curve(outline=Box() as tab):
                    canvas.shape(into, MSO_SHAPE.SNIP_1_RECTANGLE, tab, fill="tint_3", line="card_line", name="tab")
                case Curve():
                    _rule(canvas, into, shape, "divider")


def _rectangle(canvas: Canvas, into: ShapeGroup, shape: SceneShape, name: str, alt: str = "") -> NativeShape:
    assert isinstance(shape, Rectangle)
    form = MSO_SHAPE.ROUNDED_RECTANGLE if shape.radius == SIZES.card_radius else MSO_SHAPE.RECTANGLE
    radius = float(SIZES.card_radius) if form is MSO_SHAPE.ROUNDED_RECTANGLE else 0.0
    line = shape.pen.role if shape.pen else None
    return canvas.shape(into, form, shape.box, fill=shape.fill, line=line, radius=radius, name=name, alt=alt)


def _rule(canvas: Canvas, into: ShapeGroup, curve: Curve, name: str) -> None:
    assert isinstance(curve.outline, tuple)
    assert curve.pen is not None
    (left, top), (right, bottom) = curve.outline
    box, pen = Box(left, top, right - left, bottom - top), curve.pen
    canvas.rule(into, box, line=pen.role, width=pen.width or 1.0, dash=pen.dash or "", name=name)
