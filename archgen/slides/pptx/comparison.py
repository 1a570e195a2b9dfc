"""The comparison chart as native shapes: a group for each system, with its bars, text and severities."""

from __future__ import annotations

from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.placed import Box
from archgen.slides.layout.comparison_chart import OUTLINE, ChartBar, ChartText, ComparisonChart, PlacedColumn
from archgen.slides.pptx.canvas import Align, Canvas, ShapeGroup
from archgen.slides.pptx.marks import form
from archgen.style.svg_markup import clean


def paint_comparison(canvas: Canvas, placed: ComparisonChart) -> None:
    """Put the key, the columns and their base line on a slide."""
    for sample in placed.key:
        _filled(canvas, canvas.root, sample, "key")
    for words in placed.words:
        _words(canvas, canvas.root, words)
    for column in placed.columns:
        _column(canvas, column)
    canvas.rule(canvas.root, placed.line, line="card_line", name="base line")


def _column(canvas: Canvas, column: PlacedColumn) -> None:
    group = canvas.group(canvas.root, column.system.name, column.system.summary)
    for bar in column.bars:
        _filled(canvas, group, bar, "bar")
    for words in column.words:
        _words(canvas, group, words)
    for severity, box in column.marks:
        canvas.shape(group, form(severity), box, fill=severity, line=None, name=severity, alt=severity)


def _filled(canvas: Canvas, into: ShapeGroup, bar: ChartBar, name: str) -> None:
    box, fill = (_inside(bar.box), "tint_3") if bar.hollow else (bar.box, "accent")
    line = "accent" if bar.hollow else None
    canvas.shape(into, MSO_SHAPE.RECTANGLE, box, fill=fill, line=line, width=OUTLINE, name=name, alt=bar.alt)


def _inside(box: Box) -> Box:
    """Shrink a box by half its outline on three sides; bars stand on the fourth."""
    half = OUTLINE / 2
    return Box(box.x + half, box.y + half, box.width - OUTLINE, max(box.height - half, half))


def _words(canvas: Canvas, into: ShapeGroup, text: ChartText) -> None:
    anchor: Align = "middle" if text.middle else "start"
    canvas.text(into, text.box, ((clean(text.text), text.role, text.bold),), text.size, anchor=anchor, name="words")
