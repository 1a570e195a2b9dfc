"""What systems cost and how long they are down: numbered points, cost to the right, availability up on a scale of nines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10

from msgspec import Struct

from archgen.reliability.availability import HOURS_PER_YEAR
from archgen.style.svg_document import picture
from archgen.style.svg_markup import element, escape, number, words
from archgen.style.text_metrics import text_width, wrap
from archgen.style.theme import SIZES, Mode

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


class Point(Struct, frozen=True):
    """One system: its number in the key, what it costs, how many hours a year it is down, and that in words."""

    number: int
    cost: float
    down: float
    shown: str


class Series(Struct, frozen=True):
    """Points that a line joins in their order. The first series has discs, the second one squares."""

    label: str
    points: tuple[Point, ...]


class Tradeoff(Struct, frozen=True):
    """Series over one key of numbered names; `cost` names the axis to the right; title and `alt` say it in words."""

    title: str
    alt: str
    cost: str
    names: tuple[tuple[int, str], ...]
    series: tuple[Series, ...]

    @property
    def points(self) -> tuple[Point, ...]:
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


def tradeoff_svg(chart: Tradeoff, prefix: str, mode: Mode = "auto") -> str:
    """The chart as one SVG document."""
    frame = _frame(chart.points)
    key, height = _key(chart, _TOP + _TALL + 62)
    body = "".join((*_scale(frame), *_costs(frame, chart.cost), *_legend(chart), *_lines(frame, chart), *key))
    return picture(body, width=_WIDTH, height=height, prefix=prefix, title=chart.title, alt=chart.alt, mode=mode)


def _frame(points: Sequence[Point]) -> _Frame:
    costs = [point.cost for point in points]
    gap = max(1.0, (max(costs) - min(costs)) * 0.08)
    shares = [log10(max(point.down / _HOURS, 1e-9)) for point in points]
    low, high = floor(min(shares)), min(0, ceil(max(shares)))
    return _Frame(max(0.0, min(costs) - gap), max(costs) + gap, low, max(high, low + 1))


def _scale(frame: _Frame) -> Iterator[str]:
    """A line for each number of nines, with how long that is a year."""
    for exponent in range(frame.low, frame.high + 1):
        share = 10.0**exponent
        y = frame.y(share * _HOURS)
        yield element(
            "path", d=f"M{number(_LEFT)} {number(y)}H{number(_WIDTH - _RIGHT)}", class_="s-faint", stroke_width=1
        )
        yield words(_LEFT - 10, y - 1, _nines(exponent), SIZES.label, anchor="end", bold=True)
        yield words(_LEFT - 10, y + 11, f"{_lasting(share * _HOURS)} a year", SIZES.small, "muted", anchor="end")


def _nines(exponent: int) -> str:
    """The availability that lacks a power of ten: 99.9 % for -3."""
    return "0 %" if exponent == 0 else f"{100 - 100 * 10.0**exponent:.{max(0, -exponent - 2)}f} %"


def _lasting(hours: float) -> str:
    for unit, size in (("days", 24.0), ("h", 1.0), ("min", 1 / 60)):
        if hours >= size:
            return f"{hours / size:.3g} {unit}"
    return f"{hours * 3600:.2g} s"


def _costs(frame: _Frame, label: str) -> Iterator[str]:
    span = frame.most - frame.least
    step = next((gap for gap in _GAPS if span / gap <= 8), _GAPS[-1])
    bottom = _TOP + _TALL
    for at in range(ceil(frame.least / step), floor(frame.most / step) + 1):
        x = frame.x(at * step)
        yield element("path", d=f"M{number(x)} {number(bottom)}v5", class_="s-card_line", stroke_width=1)
        yield words(x, bottom + 18, str(at * step), SIZES.label, "muted", anchor="middle")
    axis = f"M{number(_LEFT)} {number(bottom)}H{number(_WIDTH - _RIGHT)}"
    yield element("path", d=axis, class_="s-card_line", stroke_width=1)
    yield words(_WIDTH - _RIGHT, bottom + 36, f"{label} →", SIZES.text, anchor="end", bold=True)


def _legend(chart: Tradeoff) -> Iterator[str]:
    x = _LEFT
    for at, series in enumerate(chart.series):
        yield _mark(x + 6, 20, at, 6)
        yield words(x + 18, 24, series.label, SIZES.text, bold=True)
        x += 18 + text_width(series.label, SIZES.text, bold=True) + 24


def _lines(frame: _Frame, chart: Tradeoff) -> Iterator[str]:
    """The lines first, so that every mark lies on them; marks that would share a place stand side by side."""
    for at, series in enumerate(chart.series):
        places = [f"{number(frame.x(one.cost))} {number(frame.y(one.down))}" for one in series.points]
        if len(places) > 1:
            path = f"M{'L'.join(places)}"
            dash = "5 4" if at else None
            yield element(
                "path", d=path, fill="none", class_=f"s-{_ROLES[at]}", stroke_width=1.5, stroke_dasharray=dash
            )
    taken: list[tuple[float, float]] = []
    names = dict(chart.names)
    for at, series in enumerate(chart.series):
        for point in series.points:
            x, y = frame.x(point.cost), frame.y(point.down)
            while any(abs(x - left) < 2 * _RADIUS and abs(y - top) < 2 * _RADIUS for left, top in taken):
                x += 2 * _RADIUS + 1
            taken.append((x, y))
            said = f"{names.get(point.number, '')}, {series.label}: {point.shown}"
            digits = words(x, y + 3.6, str(point.number), SIZES.small, "ground", anchor="middle", bold=True)
            yield element("g", element("title", escape(said)), _mark(x, y, at, _RADIUS), digits, class_="point")


def _mark(x: float, y: float, series: int, radius: float) -> str:
    role = f"f-{_ROLES[series]}"
    if series == 0:
        return element("circle", cx=x, cy=y, r=radius, class_=role)
    return element("rect", x=x - radius, y=y - radius, width=2 * radius, height=2 * radius, rx=2, class_=role)


def _key(chart: Tradeoff, y: float) -> tuple[list[str], float]:
    """The numbered names below the chart, and where they end."""
    drawn: list[str] = []
    for at, name in chart.names:
        drawn.append(words(_LEFT, y, str(at), SIZES.text, anchor="end", bold=True))
        for line in wrap(name, _WIDTH - _LEFT - _RIGHT - 10, SIZES.text):
            drawn.append(words(_LEFT + 10, y, line, SIZES.text))
            y += _KEY
    return drawn, y
