"""The legend below a deployment diagram, with only the entries that occur in it."""

from __future__ import annotations

from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.placed import Box, Placed
from archgen.model.finding import SEVERITIES, Severity
from archgen.slides.pptx.canvas import Canvas
from archgen.slides.pptx.marks import Marks, form
from archgen.style.text_metrics import text_width
from archgen.style.theme import LINES, SIZES, Line

_SAMPLE, _GAP, _SIZE, _FORM = 36.0, 16.0, 12.0, 18.0


def legend_width(placed: Placed, wider: float) -> float:
    """Return the width of a diagram's legend; text may be `wider` than measured."""
    samples = [_SAMPLE + 6 + wider * text_width(line.words, _SIZE) for line in _lines(placed)]
    forms = [_FORM + wider * text_width(severity, _SIZE) for severity in _severities(placed)]
    return sum(samples + forms) + _GAP * max(len(samples) + len(forms) - 1, 0)


def paint_legend(canvas: Canvas, placed: Placed, marks: Marks) -> None:
    """Put a sample and a label for each meaning and severity on a line."""
    shapes = canvas.root
    x = 0.0
    for line in _lines(placed):
        sample, name = Box(x, 11, _SAMPLE, 0), f"legend: {line.words}"
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
            lock = Box(x + _SAMPLE / 2 - 9, 2, 18, 18)
            canvas.shape(shapes, MSO_SHAPE.OVAL, lock, fill="ground", line=None, name="legend ground")
            marks.lock(canvas, shapes, x + _SAMPLE / 2 - 6, 5, line.lock, line.role)
        x = _words(canvas, x + _SAMPLE + 6, line.words)
    for severity in _severities(placed):
        box = Box(x, 5, 12, 12)
        canvas.shape(shapes, form(severity), box, fill=severity, line="ground", name=f"legend: {severity}")
        x = _words(canvas, x + _FORM, severity)


def _words(canvas: Canvas, x: float, words: str) -> float:
    wide = canvas.wider * text_width(words, _SIZE)
    box = Box(x, 2, wide + 4, 18)
    canvas.text(canvas.root, box, ((words, "muted", False),), _SIZE, anchor="start", name="legend words")
    return x + wide + _GAP


def _lines(placed: Placed) -> list[Line]:
    occurring = {edge.edge.meaning for edge in placed.edges}
    return [line for meaning, line in LINES.items() if meaning in occurring]


def _severities(placed: Placed) -> list[Severity]:
    badges = [mark for node in placed.nodes for mark in node.node.badges]
    badges += [mark for group in placed.groups for mark in group.group.badges]
    badges += [mark for edge in placed.edges for mark in edge.edge.badges]
    return [severity for severity in SEVERITIES if any(mark.severity == severity for mark in badges)]
