"""Systems beside each other, from left to right: how long each is down, as bars, and under them how large it is."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from msgspec import Struct

from archgen.layout.placed import Box
from archgen.model.finding import Severity
from archgen.style.text_metrics import elide, text_width, wrap

LEADING = 1.25
OUTLINE = 2.0
"""How thick the outline of a hollow bar is."""

_KEY = 18
"""Points of the key."""

_NAMES, _SAYINGS, _VALUES = (20, 18, 16, 14), (18, 16, 14), (24, 22, 20, 18, 16, 14)
"""Points of a name, of what is said under it and over a bar: the first for which all words fit."""

_COLUMN, _BAR = 28.0, 8.0
"""What is between two systems, and between two bars of one."""

_WIDEST, _LEAST = 88.0, 3.0
_SWATCH, _MARK = 14.0, 16.0
_LINES = 3


class DowntimeBar(Struct, frozen=True):
    """Hours a year; `inf` is all of it. `shown` says it in words, `label` what it is of, as the key says it.

    Bars of one `series` look alike on all slides: those of every second one are hollow.
    """

    label: str
    hours: float
    shown: str
    series: int = 0


class SystemColumn(Struct, frozen=True):
    """One system; `summary` describes it in words."""

    name: str
    size: str
    counts: tuple[tuple[Severity, int], ...]
    bars: tuple[DowntimeBar, ...]
    summary: str


class ChartText(Struct, frozen=True):
    """One line of words: in the middle of its box, or from its left side."""

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
    """A bar, or a sample of one in the key; a hollow one is told from a full one without colours."""

    box: Box
    hollow: bool
    alt: str = ""


class PlacedColumn(Struct, frozen=True):
    """All that is drawn of one system; `marks` are severities with the places of their forms."""

    system: SystemColumn
    bars: tuple[ChartBar, ...]
    words: tuple[ChartText, ...]
    marks: tuple[tuple[Severity, Box], ...]


class ComparisonChart(Struct, frozen=True):
    """Columns on a common line, from `line.x` to `line.right`, and a key over them."""

    columns: tuple[PlacedColumn, ...]
    key: tuple[ChartBar, ...]
    words: tuple[ChartText, ...]
    line: Box


def place_chart(
    systems: tuple[SystemColumn, ...], asked: str, most: float, room: Box, wider: float = 1.0
) -> ComparisonChart:
    """The systems in a room, in points; `asked` is said before the key, bars of `most` hours are as high as the room.

    Words may be `wider` than they are measured.
    """
    return _Placing(systems, most, room, wider).placed(asked)


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

    def placed(self, asked: str) -> ComparisonChart:
        line = Box(self._room.x, self._base, self._room.width, 0.0)
        columns = tuple(
            self._column(system, lines, self._room.x + at * (self._wide + _COLUMN))
            for at, (system, lines) in enumerate(zip(self._systems, self._names, strict=True))
        )
        return ComparisonChart(columns, *self._key(asked), line)

    def _width(self, text: str, size: float, bold: bool = True) -> float:
        return text_width(text, size, bold) * self._wider

    def _wrapped(self, name: str, size: int, lines: int | None) -> tuple[str, ...]:
        return wrap(name, self._wide / self._wider, size, bold=True, lines=lines)

    def _fits(self, name: str, size: int) -> bool:
        """Whether a name of this size keeps its words whole in as many lines as it may have."""
        longest = max((self._width(word, size) for word in name.split()), default=0.0)
        return longest <= self._wide and len(self._wrapped(name, size, None)) <= _LINES

    def _key(self, asked: str) -> tuple[tuple[ChartBar, ...], tuple[ChartText, ...]]:
        texts = [self._line(asked, self._room.x, self._room.y, _KEY, "muted")]
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
            yield ChartBar(box, bar.series % 2 == 1, f"{bar.label}: down {bar.shown} a year")

    def _counts(
        self, system: SystemColumn, x: float, y: float
    ) -> tuple[tuple[tuple[Severity, Box], ...], tuple[ChartText, ...]]:
        """The form of each severity with how many issues have it."""
        if not system.counts:
            return (), (self._line("no issues", x, y, self._size, "muted"),)
        marks: list[tuple[Severity, Box]] = []
        texts = []
        for severity, count in system.counts:
            marks.append((severity, Box(x, y + (self._size * LEADING - _MARK) / 2, _MARK, _MARK)))
            texts.append(self._line(str(count), x + _MARK + 6, y, self._size))
            x = texts[-1].box.right + 16
        return tuple(marks), tuple(texts)
