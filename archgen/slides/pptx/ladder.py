"""Systems beside each other as native shapes: a group for each, with its bars, its words and the forms of its issues."""

from __future__ import annotations

from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.placed import Box
from archgen.slides.layout.comparison_chart import OUTLINE, Column, Filled, Rungs, Said
from archgen.slides.pptx.canvas import Anchor, Canvas, Group
from archgen.slides.pptx.marks import form
from archgen.style.svg_markup import clean


def paint(canvas: Canvas, placed: Rungs) -> None:
    """Puts the key, the columns and the line that they stand on on a slide."""
    for sample in placed.key:
        _filled(canvas, canvas.whole, sample, "key")
    for words in placed.words:
        _words(canvas, canvas.whole, words)
    for column in placed.columns:
        _column(canvas, column)
    canvas.rule(canvas.whole, placed.line, line="card_line", name="base line")


def _column(canvas: Canvas, column: Column) -> None:
    group = canvas.group(canvas.whole, column.rung.name, column.rung.told)
    for bar in column.bars:
        _filled(canvas, group, bar, "bar")
    for words in column.words:
        _words(canvas, group, words)
    for severity, box in column.marks:
        canvas.shape(group, form(severity), box, fill=severity, line=None, name=severity, told=severity)


def _filled(canvas: Canvas, into: Group, one: Filled, name: str) -> None:
    box, fill = (_inside(one.box), "tint_3") if one.hollow else (one.box, "accent")
    line = "accent" if one.hollow else None
    canvas.shape(into, MSO_SHAPE.RECTANGLE, box, fill=fill, line=line, width=OUTLINE, name=name, told=one.told)


def _inside(box: Box) -> Box:
    """A box whose outline ends where the box does on three sides; the fourth is the line that bars stand on."""
    half = OUTLINE / 2
    return Box(box.x + half, box.y + half, box.width - OUTLINE, max(box.height - half, half))


def _words(canvas: Canvas, into: Group, one: Said) -> None:
    anchor: Anchor = "middle" if one.middle else "start"
    canvas.text(into, one.box, ((clean(one.text), one.role, one.bold),), one.size, anchor=anchor, name="words")
