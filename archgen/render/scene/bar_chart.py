"""A bar chart: labelled bars in groups, all of one scale, with the number written beside each bar."""

from __future__ import annotations

from msgspec import Struct

from archgen.layout.placed import Box
from archgen.render.scene.shapes import Curve, Pen, Rectangle, Scene, SceneGroup, SceneShape, TextLine, scene
from archgen.style.text_metrics import text_width, wrap
from archgen.style.theme import SIZES

_WIDTH = 440.0
_LABEL = 160.0
_MARGIN = 16.0
_BAR = 14.0
_ROW = 24.0
_LINE = 15.0
_GAP = 12.0
_HEAD = 20.0


class QuantityBar(Struct, frozen=True):
    """A quantity: `value` gives the length, `shown` is its number with its unit."""

    label: str
    value: float
    shown: str


class BarGroup(Struct, frozen=True):
    """Bars under a heading; no title, no heading."""

    title: str
    bars: tuple[QuantityBar, ...]


class BarChart(Struct, frozen=True):
    """Groups of bars; title and `alt` are for those who don't see it."""

    title: str
    alt: str
    groups: tuple[BarGroup, ...]


class _BarFrame(Struct, frozen=True):
    """The start of all bars, the length of the longest, and its value."""

    left: float
    room: float
    most: float


def bar_chart_scene(chart: BarChart, name: str) -> Scene:
    """Return the scene of a chart; labels fold instead of being cut."""
    frame = _frame(chart)
    shapes: list[SceneShape] = []
    y = _MARGIN
    for index, group in enumerate(chart.groups):
        y += _GAP if index else 0.0
        for line in wrap(group.title, _WIDTH - 2 * _MARGIN, SIZES.text, bold=True):
            shapes.append(TextLine(_MARGIN, y + SIZES.text, line, SIZES.text, bold=True))
            y += _HEAD
        top = y
        for bar in group.bars:
            shapes.append(_row(bar, y, frame))
            y += _height(bar)
        shapes.append(Curve(f"M{frame.left:g} {top:g}V{y:g}", pen=Pen("card_line", SIZES.hairline)))
    return scene(name, _WIDTH, y + _MARGIN, tuple(shapes), chart.title, chart.alt)


def _frame(chart: BarChart) -> _BarFrame:
    bars = [bar for group in chart.groups for bar in group.bars]
    label = max((text_width(bar.label, SIZES.text) for bar in bars), default=0.0)
    number = max((text_width(bar.shown, SIZES.text, bold=True) for bar in bars), default=0.0)
    left = _MARGIN + min(label + 1, _LABEL) + 10
    most = max((bar.value for bar in bars), default=0.0)
    return _BarFrame(left, _WIDTH - _MARGIN - left - number - 10, most)


def _label(bar: QuantityBar) -> tuple[str, ...]:
    return wrap(bar.label, _LABEL, SIZES.text) or (" ",)


def _height(bar: QuantityBar) -> float:
    return _ROW + (len(_label(bar)) - 1) * _LINE


def _row(bar: QuantityBar, y: float, frame: _BarFrame) -> SceneShape:
    """Return one bar at a height, its label before it and its number after it."""
    lines = _label(bar)
    middle = y + _height(bar) / 2
    first = middle - (len(lines) - 1) * _LINE / 2 + SIZES.text * 0.36
    label = (
        TextLine(frame.left - 10, first + row * _LINE, line, SIZES.text, anchor="end") for row, line in enumerate(lines)
    )
    length = frame.room * bar.value / frame.most if frame.most > 0 else 0.0
    drawn = Rectangle(Box(frame.left, middle - _BAR / 2, length, _BAR), "accent")
    number = TextLine(frame.left + length + 8, middle + SIZES.text * 0.36, bar.shown, SIZES.text, "muted", bold=True)
    return SceneGroup((*label, drawn, number), f"{bar.label}: {bar.shown}", css_class="bar")
