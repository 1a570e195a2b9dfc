"""The legend under a deployment: only what occurs in it."""

from __future__ import annotations

from pptx.enum.shapes import MSO_SHAPE

from archgen.export.pptx.canvas import Canvas
from archgen.export.pptx.marks import Marks, form
from archgen.finding import SEVERITIES, Severity
from archgen.layout.placed import Box, Placed
from archgen.metrics import text_width
from archgen.theme import LINES, SIZES

_SAMPLE, _GAP, _SIZE = 26.0, 16.0, 12.0


def legend(canvas: Canvas, placed: Placed, marks: Marks, room: float) -> None:
    """A sample and its words for each meaning and each severity, in one line no longer than the room."""
    shapes = canvas.whole
    x = 0.0
    occurring = {edge.edge.meaning for edge in placed.edges}
    for meaning, line in LINES.items():
        wide = _SAMPLE + 6 + text_width(line.words, _SIZE)
        if meaning not in occurring or x + wide > room:
            continue
        sample = Box(x, 11, _SAMPLE, 0)
        canvas.shape(
            shapes,
            MSO_SHAPE.RECTANGLE,
            sample,
            fill=None,
            line=line.role,
            width=SIZES.line * (2 if line.double else 1),
            dash=line.dash,
            name=f"legend: {line.words}",
        )
        if line.lock:
            lock = Box(x + _SAMPLE / 2 - 9, 2, 18, 18)
            canvas.shape(shapes, MSO_SHAPE.OVAL, lock, fill="ground", line=None, name="legend ground")
            marks.lock(canvas, shapes, x + _SAMPLE / 2 - 6, 5, line.lock, line.role)
        x = _words(canvas, x + _SAMPLE + 6, line.words)
    for severity in _severities(placed):
        if x + 18 + text_width(severity, _SIZE) > room:
            continue
        canvas.shape(
            shapes, form(severity), Box(x, 5, 12, 12), fill=severity, line="ground", name=f"legend: {severity}"
        )
        x = _words(canvas, x + 18, severity)


def _words(canvas: Canvas, x: float, words: str) -> float:
    wide = text_width(words, _SIZE)
    box = Box(x, 2, wide + 4, 18)
    canvas.text(canvas.whole, box, ((words, "muted", False),), _SIZE, anchor="start", name="legend words")
    return x + wide + _GAP


def _severities(placed: Placed) -> list[Severity]:
    badges = [mark for node in placed.nodes for mark in node.node.badges]
    badges += [mark for group in placed.groups for mark in group.group.badges]
    badges += [mark for edge in placed.edges for mark in edge.edge.badges]
    return [one for one in SEVERITIES if any(mark.severity == one for mark in badges)]
