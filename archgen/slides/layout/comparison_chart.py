"""A chart of systems side by side: a bar for each downtime, and the size of the system below."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from msgspec import Struct

from archgen.layout.placed import Box
from archgen.model.finding import Severity
from archgen.style.text_metrics import elide, text_width, wrap

LEADING = 1.25
OUTLINE = 2.0
"""Width of the outline of a hollow bar, in points."""

_KEY = 18
"""Font size of the key, in points."""

_NAMES, _SAYINGS, _VALUES = (20, 18, 16, 14), (18, 16, 14), (24, 22, 20, 18, 16, 14)
"""Font sizes of a name, of the text below it and of bar values: the first that fits all of them is used."""

_COLUMN, _BAR = 28.0, 8.0
"""Gaps between two systems, and between two bars of a system."""

_WIDEST, _LEAST = 88.0, 3.0
_SWATCH, _MARK = 14.0, 16.0
_LINES = 3


class DowntimeBar(Struct, frozen=True):
    """Hours of downtime per year, `inf` for all of it; `shown` is their text, `label` the kind of flow in the key.

    Bars of a `series` look alike on all slides: those of every second series are hollow.
    """

    label: str
    hours: float
    shown: str
    series: int = 0

    @property
    def description(self) -> str:
        """The downtime as a phrase."""
        return "always down" if self.hours == inf else f"down {self.shown} per year"


class SystemColumn(Struct, frozen=True):
    """A system with its size and downtime; `summary` describes it in a sentence."""

    name: str
    size: str
    counts: tuple[tuple[Severity, int], ...]
    bars: tuple[DowntimeBar, ...]
    summary: str


class ChartText(Struct, frozen=True):
    """A line of text, centered in its box or aligned left."""

    text: str
    box: Box
    size: int
    role: str = "ink"
    bold: bool = False
    middle: bool = False

    @property
    def base(self) -> float:
        """The height of the baseline."""
        return self.box.centre[1] + 0.36 * self.size


class ChartBar(Struct, frozen=True):
    """A bar or a sample of it in the key; hollow and filled bars are distinguishable without color."""

    box: Box
    hollow: bool
    alt: str = ""


class PlacedColumn(Struct, frozen=True):
    """A system with its places in the chart; `marks` are the severities with the boxes of their symbols."""

    system: SystemColumn
    bars: tuple[ChartBar, ...]
    words: tuple[ChartText, ...]
    marks: tuple[tuple[Severity, Box], ...]


class ComparisonChart(Struct, frozen=True):
    """Columns on a common line, from `line.x` to `line.right`, below a key."""

    columns: tuple[PlacedColumn, ...]
    key: tuple[ChartBar, ...]
    words: tuple[ChartText, ...]
    line: Box


def place_chart(
    systems: tuple[SystemColumn, ...], caption: str, most: float, room: Box, wider: float = 1.0
) -> ComparisonChart:
    """Place the systems in a room, in points: `caption` stands before the key, `most` hours are the height of the room.

    Text may be `wider` than measured.
    """
    return _Placing(systems, most, room, wider).placed(caption)


class _Placing:
    def __init__(self, systems: tuple[SystemColumn, ...], most: float, room: Box, wider: float) -> None:
        self._systems, self._most, self._room, self._wider = systems, most, room, wider
        self._labels = dict(sorted({bar.series: bar.label for system in systems for bar in system.bars}.items()))
        self._wide = (room.width - _COLUMN * (len(systems) - 1)) / max(len(systems), 1)
        count = max(len(self._labels), 1)
        self._bar = min(_WIDEST, (self._wide - _BAR * (count - 1)) / count)
        shown = [bar.shown for system in systems for bar in system.bars]
        fits = (size for size in _VALUES if all(self._width(value, size) <= self._bar + _BAR - 2 for value in shown))
        self._value = next(fits, _VALUES[-1])
        self._name = next(
            (size for size in _NAMES if all(self._fits(system.name, size) for system in systems)), _NAMES[-1]
        )
        sayings = (
            size for size in _SAYINGS if all(self._width(system.size, size, False) <= self._wide for system in systems)
        )
        self._size = min(next(sayings, _SAYINGS[-1]), self._name)
        self._names = [self._wrapped(system.name, self._name, _LINES) for system in systems]
        lines = max(map(len, self._names), default=1)
        foot = 14 + lines * self._name * LEADING + 2 * self._size * 1.4
        self._base = room.bottom - foot
        self._top = room.y + 2.4 * _KEY + self._value * LEADING
        self._lines = lines

    def placed(self, caption: str) -> ComparisonChart:
        line = Box(self._room.x, self._base, self._room.width, 0.0)
        columns = tuple(
            self._column(system, lines, self._room.x + at * (self._wide + _COLUMN))
            for at, (system, lines) in enumerate(zip(self._systems, self._names, strict=True))
        )
        return ComparisonChart(columns, *self._key(caption), line)

    def _width(self, text: str, size: float, bold: bool = True) -> float:
        return text_width(text, size, bold) * self._wider

    def _wrapped(self, name: str, size: int, lines: int | None) -> tuple[str, ...]:
        return wrap(name, self._wide / self._wider, size, bold=True, lines=lines)

    def _fits(self, name: str, size: int) -> bool:
        """Return True if a name of this size keeps its words whole within `_LINES` lines."""
        longest = max((self._width(word, size) for word in name.split()), default=0.0)
        return longest <= self._wide and len(self._wrapped(name, size, None)) <= _LINES

    def _key(self, caption: str) -> tuple[tuple[ChartBar, ...], tuple[ChartText, ...]]:
        texts = [self._line(caption, self._room.x, self._room.y, _KEY, "muted")]
        x = texts[0].box.right + 16
        samples = []
        for series, label in self._labels.items():
            y = self._room.y + (_KEY * LEADING - _SWATCH) / 2
            samples.append(ChartBar(Box(x, y, _SWATCH, _SWATCH), series % 2 == 1))
            texts.append(self._line(label, x + _SWATCH + 8, self._room.y, _KEY))
            x = texts[-1].box.right + 20
        return tuple(samples), tuple(texts)

    def _line(self, text: str, x: float, y: float, size: int, role: str = "ink", bold: bool = False) -> ChartText:
        return ChartText(text, Box(x, y, self._width(text, size, bold) + 2, size * LEADING), size, role, bold)

    def _column(self, system: SystemColumn, lines: tuple[str, ...], x: float) -> PlacedColumn:
        words = []
        y = self._base + 10
        for line in lines:
            words.append(self._line(line, x, y, self._name, bold=True))
            y += self._name * LEADING
        y = self._base + 14 + self._lines * self._name * LEADING
        size = elide(system.size, self._wide / self._wider, self._size)
        words.append(self._line(size, x, y, self._size, "muted"))
        marks, counts = self._counts(system, x, y + self._size * 1.4)
        bars = tuple(self._bars(system, x))
        values = tuple(self._over(placed.box, bar.shown) for bar, placed in zip(system.bars, bars, strict=True))
        return PlacedColumn(system, bars, (*values, *words, *counts), marks)

    def _over(self, bar: Box, shown: str) -> ChartText:
        tall = self._value * LEADING
        box = Box(bar.x - _BAR / 2, bar.y - tall - 2, bar.width + _BAR, tall)
        return ChartText(shown, box, self._value, bold=True, middle=True)

    def _bars(self, system: SystemColumn, x: float) -> Iterator[ChartBar]:
        for at, bar in enumerate(system.bars):
            share = 1.0 if bar.hours == inf else bar.hours / self._most if self._most else 0.0
            tall = max(share * (self._base - self._top), _LEAST)
            box = Box(x + at * (self._bar + _BAR), self._base - tall, self._bar, tall)
            yield ChartBar(box, bar.series % 2 == 1, f"{bar.label}: {bar.description}")

    def _counts(
        self, system: SystemColumn, x: float, y: float
    ) -> tuple[tuple[tuple[Severity, Box], ...], tuple[ChartText, ...]]:
        """Place the symbol of each severity with its number of issues."""
        if not system.counts:
            return (), (self._line("no findings", x, y, self._size, "muted"),)
        marks: list[tuple[Severity, Box]] = []
        texts = []
        for severity, count in system.counts:
            marks.append((severity, Box(x, y + (self._size * LEADING - _MARK) / 2, _MARK, _MARK)))
            texts.append(self._line(str(count), x + _MARK + 6, y, self._size))
            x = texts[-1].box.right + 16
        return tuple(marks), tuple(texts)
