"""The legend below a deployment diagram, with only the entries that occur in it."""

from __future__ import annotations

from msgspec import Struct
from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.placed import Box
from archgen.model.finding import SEVERITIES, Severity
from archgen.render.scene.legend import BESIDE, NEIGHBOR
from archgen.render.scene.marks import lock
from archgen.render.scene.shapes import BadgeMark, CanvasLine, Rectangle, Scene, SceneGroup, leaves
from archgen.slides.pptx.canvas import Canvas
from archgen.slides.pptx.marks import Marks, form
from archgen.style.text_metrics import text_width
from archgen.style.theme import LINES, SIZES, Line

_SIZE, _FORM, _CARD = 12.0, 18.0, 24.0


class LegendSpacing(Struct, frozen=True):
    """The width of the sample of a line, and the gap between entries."""

    sample: float
    gap: float


LOOSE, TIGHT = LegendSpacing(36.0, 16.0), LegendSpacing(26.0, 10.0)
"""The spacing of a legend with room, and of one with so many entries that its words would get small."""


def legend_width(scene: Scene, wider: float, spacing: LegendSpacing) -> float:
    """Return the width of a diagram's legend; text may be `wider` than measured."""
    samples = [spacing.sample + 6 + wider * text_width(line.words, _SIZE) for line in _lines(scene)]
    samples += [_CARD + 6 + wider * text_width(NEIGHBOR, _SIZE)] if _has_neighbors(scene) else []
    forms = [_FORM + wider * text_width(severity, _SIZE) for severity in _severities(scene)]
    return sum(samples + forms) + spacing.gap * max(len(samples) + len(forms) - 1, 0)


def paint_legend(canvas: Canvas, scene: Scene, marks: Marks, spacing: LegendSpacing) -> None:
    """Put a sample and a label for each meaning and severity on a line."""
    shapes = canvas.root
    x = 0.0
    for line in _lines(scene):
        sample, name = Box(x, 11, spacing.sample, 0), f"legend: {line.words}"
        canvas.rule(
            shapes,
            sample,
            line=line.role,
            width=SIZES.line * line.weight,
            dash=line.dash,
            double=line.double,
            name=name,
        )
        if line.lock:
            ground = Box(x + spacing.sample / 2 - 9, 2, 18, 18)
            canvas.shape(shapes, MSO_SHAPE.OVAL, ground, fill="ground", line=None, name="legend ground")
            marks.image(canvas, shapes, lock(x + spacing.sample / 2 - 6, 5, line.lock, line.role))
        x = _words(canvas, x + spacing.sample + 6, line.words, spacing.gap)
    if _has_neighbors(scene):
        frame, name = Box(x, 4, _CARD, 14), f"legend: {NEIGHBOR}"
        rounded = MSO_SHAPE.ROUNDED_RECTANGLE
        canvas.shape(shapes, rounded, frame, fill="tint_1", line="card_line", dash=BESIDE, radius=3, name=name)
        x = _words(canvas, x + _CARD + 6, NEIGHBOR, spacing.gap)
    for severity in _severities(scene):
        box = Box(x, 5, 12, 12)
        canvas.shape(shapes, form(severity), box, fill=severity, line="ground", name=f"legend: {severity}")
        x = _words(canvas, x + _FORM, severity, spacing.gap)


def _words(canvas: Canvas, x: float, words: str, gap: float) -> float:
    wide = canvas.wider * text_width(words, _SIZE)
    box = Box(x, 2, wide + 4, 18)
    canvas.text(canvas.root, box, ((words, "muted", False),), _SIZE, anchor="start", name="legend words")
    return x + wide + gap


def _lines(scene: Scene) -> list[Line]:
    parts = [shape.part for shape in scene.shapes if isinstance(shape, SceneGroup)]
    occurring = {part.look.words for part in parts if isinstance(part, CanvasLine)}
    return [line for line in LINES.values() if line.words in occurring]


def _has_neighbors(scene: Scene) -> bool:
    """Return True if a card has the border of one beside the group that is opened."""
    borders = (shape.pen for shape in leaves(scene.shapes) if isinstance(shape, Rectangle))
    return any(pen is not None and pen.dash == BESIDE for pen in borders)


def _severities(scene: Scene) -> list[Severity]:
    occurring = {shape.severity for shape in leaves(scene.shapes) if isinstance(shape, BadgeMark)}
    return [severity for severity in SEVERITIES if severity in occurring]
