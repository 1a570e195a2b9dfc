"""Cost and downtime of systems: numbered points, cost to the right, availability up on a scale of nines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10

from msgspec import Struct

from archgen.layout.placed import Box
from archgen.model.durations import HOURS_PER_YEAR
from archgen.model.percentages import write_percentage
from archgen.render.scene.shapes import Curve, Pen, Rectangle, Scene, SceneGroup, SceneShape, TextLine, scene
from archgen.style.svg_markup import number
from archgen.style.text_metrics import text_width, wrap
from archgen.style.theme import SIZES

_WIDTH = 720.0
_TALL = 300.0
_LEFT = 104.0
_RIGHT = 32.0
_TOP = 44.0
_KEY = 20.0
_RADIUS = 9.0
_HOURS = HOURS_PER_YEAR
_ROLES = ("accent", "ink")
_GAPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000)


class CostPoint(Struct, frozen=True):
    """A system: its number in the key, its cost, its hours of downtime per year, and these in words."""

    number: int
    cost: float
    down: float
    shown: str


class Series(Struct, frozen=True):
    """Points that a line joins in their order. The first series has discs, the second one squares."""

    label: str
    points: tuple[CostPoint, ...]


class Tradeoff(Struct, frozen=True):
    """Series over one key of numbered names; title and `alt` say it in words."""

    title: str
    alt: str
    names: tuple[tuple[int, str], ...]
    series: tuple[Series, ...]

    @property
    def points(self) -> tuple[CostPoint, ...]:
        """The points of all series."""
        return tuple(point for series in self.series for point in series.points)


class _Frame(Struct, frozen=True):
    """From cost and downtime to a place: the ends of both scales, downtime as the exponents of its share of a year."""

    least: float
    most: float
    low: int
    high: int

    def x(self, cost: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (cost - self.least) / (self.most - self.least)

    def y(self, hours: float) -> float:
        exponent = log10(max(hours / _HOURS, 10.0**self.low))
        return _TOP + _TALL * (exponent - self.low) / (self.high - self.low)


def tradeoff_scene(chart: Tradeoff, name: str) -> Scene:
    """Return the scene of a chart."""
    frame = _frame(chart.points)
    key, height = _key(chart, _TOP + _TALL + 62)
    shapes = (*_scale(frame), *_costs(frame), *_legend(chart), *_lines(frame, chart), *key)
    return scene(name, _WIDTH, height, shapes, chart.title, chart.alt)


def _frame(points: Sequence[CostPoint]) -> _Frame:
    costs = [point.cost for point in points]
    gap = max(1.0, (max(costs) - min(costs)) * 0.08)
    shares = [log10(max(point.down / _HOURS, 1e-9)) for point in points]
    low, high = floor(min(shares)), min(0, ceil(max(shares)))
    return _Frame(max(0.0, min(costs) - gap), max(costs) + gap, low, max(high, low + 1))


def _scale(frame: _Frame) -> Iterator[SceneShape]:
    """Yield a line for each number of nines, with the downtime per year that it stands for."""
    for exponent in range(frame.low, frame.high + 1):
        hours = _HOURS * 10.0**exponent
        y = frame.y(hours)
        yield Curve(f"M{number(_LEFT)} {number(y)}H{number(_WIDTH - _RIGHT)}", pen=Pen("faint", 1))
        yield TextLine(_LEFT - 10, y - 1, write_percentage(1.0 - 10.0**exponent), SIZES.label, anchor="end", bold=True)
        yield TextLine(_LEFT - 10, y + 11, f"{_lasting(hours)} per year", SIZES.small, "muted", "end")


def _lasting(hours: float) -> str:
    for unit, size in (("days", 24.0), ("h", 1.0), ("min", 1 / 60)):
        if hours >= size:
            return f"{hours / size:.3g} {unit}"
    return f"{hours * 3600:.2g} s"


def _costs(frame: _Frame) -> Iterator[SceneShape]:
    span = frame.most - frame.least
    step = next((gap for gap in _GAPS if span / gap <= 8), _GAPS[-1])
    bottom = _TOP + _TALL
    for count in range(ceil(frame.least / step), floor(frame.most / step) + 1):
        x = frame.x(count * step)
        yield Curve(f"M{number(x)} {number(bottom)}v5", pen=Pen("card_line", 1))
        yield TextLine(x, bottom + 18, str(count * step), SIZES.label, "muted", "middle")
    yield Curve(f"M{number(_LEFT)} {number(bottom)}H{number(_WIDTH - _RIGHT)}", pen=Pen("card_line", 1))
    yield TextLine(_WIDTH - _RIGHT, bottom + 36, "Replicas to run →", SIZES.text, anchor="end", bold=True)


def _legend(chart: Tradeoff) -> Iterator[SceneShape]:
    x = _LEFT
    for index, series in enumerate(chart.series):
        yield _mark(x + 6, 20, index, 6)
        yield TextLine(x + 18, 24, series.label, SIZES.text, bold=True)
        x += 18 + text_width(series.label, SIZES.text, bold=True) + 24


def _lines(frame: _Frame, chart: Tradeoff) -> Iterator[SceneShape]:
    """Yield the lines first, so that every mark lies on them; marks that would share a place stand side by side."""
    for index, series in enumerate(chart.series):
        places = [f"{number(frame.x(point.cost))} {number(frame.y(point.down))}" for point in series.points]
        if len(places) > 1:
            yield Curve(f"M{'L'.join(places)}", pen=Pen(_ROLES[index], 1.5, "5 4" if index else None))
    taken: list[tuple[float, float]] = []
    names = dict(chart.names)
    for index, series in enumerate(chart.series):
        for point in series.points:
            x, y = frame.x(point.cost), frame.y(point.down)
            while any(abs(x - left) < 2 * _RADIUS and abs(y - top) < 2 * _RADIUS for left, top in taken):
                x += 2 * _RADIUS + 1
            taken.append((x, y))
            title = f"{names.get(point.number, '')}, {series.label}: {point.shown}"
            digits = TextLine(x, y + 3.6, str(point.number), SIZES.small, "ground", "middle", bold=True)
            yield SceneGroup((_mark(x, y, index, _RADIUS), digits), title, css_class="point")


def _mark(x: float, y: float, series: int, radius: float) -> SceneShape:
    """Return a disc for the first series, a square for the second."""
    box = Box(x - radius, y - radius, 2 * radius, 2 * radius)
    return Rectangle(box, _ROLES[series], radius=radius if series == 0 else 2)


def _key(chart: Tradeoff, y: float) -> tuple[list[SceneShape], float]:
    """Return the numbered names below the chart, and the y of their end."""
    shapes: list[SceneShape] = []
    for index, name in chart.names:
        shapes.append(TextLine(_LEFT, y, str(index), SIZES.text, anchor="end", bold=True))
        for line in wrap(name, _WIDTH - _LEFT - _RIGHT - 10, SIZES.text):
            shapes.append(TextLine(_LEFT + 10, y, line, SIZES.text))
            y += _KEY
    return shapes, y
