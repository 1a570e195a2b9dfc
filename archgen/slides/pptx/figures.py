"""Figures as native shapes: a box for each, named by its words, with its text on it."""

from __future__ import annotations

from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.placed import Box
from archgen.slides.layout.figures import LEADING, PlacedFigure
from archgen.slides.pptx.canvas import Canvas
from archgen.style.svg_markup import clean
from archgen.style.theme import SIZES


def paint_figures(canvas: Canvas, placed: tuple[PlacedFigure, ...]) -> None:
    """Put figures on a slide, each a group that moves as one."""
    for figure in placed:
        words = f"{figure.figure.value} {figure.figure.words}"
        group = canvas.group(canvas.root, clean(words)[:200], clean(words))
        canvas.shape(
            group,
            MSO_SHAPE.ROUNDED_RECTANGLE,
            figure.box,
            fill="tint_2",
            line=None,
            radius=SIZES.group_radius,
            name="figure",
        )
        for line in figure.lines:
            box = Box(line.x, line.top, figure.box.right - line.x - 8, line.size * LEADING)
            runs = ((clean(line.text), line.role, line.bold),)
            canvas.text(group, box, runs, line.size, anchor="start", name="number" if line.bold else "words")
