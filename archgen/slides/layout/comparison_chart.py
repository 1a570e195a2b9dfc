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


class Bar(Struct, frozen=True):
    """Hours a year; `inf` is all of it. `shown` says it in words, `label` what it is of, as the key says it.

    Bars of one `series` look alike on all slides: those of every second one are hollow.
    """

    label: str
    hours: float
    shown: str
    series: int = 0


class Rung(Struct, frozen=True):
    """One system; `told` is all of it in words."""

    name: str
    size: str
    counts: tuple[tuple[Severity, int], ...]
    bars: tuple[Bar, ...]
    told: str


class Said(Struct, frozen=True):
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


class Filled(Struct, frozen=True):
    """A bar, or a sample of one in the key; a hollow one is told from a full one without colours."""

    box: Box
    hollow: bool
    told: str = ""


class Column(Struct, frozen=True):
    """All that is drawn of one system; `marks` are severities with the places of their forms."""

    rung: Rung
    bars: tuple[Filled, ...]
    words: tuple[Said, ...]
    marks: tuple[tuple[Severity, Box], ...]


class Rungs(Struct, frozen=True):
    """Columns on a common line, from `line.x` to `line.right`, and a key over them."""

    columns: tuple[Column, ...]
    key: tuple[Filled, ...]
    words: tuple[Said, ...]
    line: Box


def place_rungs(rungs: tuple[Rung, ...], asked: str, most: float, room: Box, wider: float = 1.0) -> Rungs:
    """The systems in a room, in points; `asked` is said before the key, bars of `most` hours are as high as the room.

    Words may be `wider` than they are measured.
    """
    return _Placing(rungs, most, room, wider).placed(asked)


class _Placing:
    def __init__(self, rungs: tuple[Rung, ...], most: float, room: Box, wider: float) -> None:
        self._rungs, self._most, self._room, self._wider = rungs, most, room, wider
        self._labels = dict(sorted({bar.series: bar.label for one in rungs for bar in one.bars}.items()))
        self._wide = (room.width - _COLUMN * (len(rungs) - 1)) / max(len(rungs), 1)
        count = max(len(self._labels), 1)
        self._bar = min(_WIDEST, (self._wide - _BAR * (count - 1)) / count)
        shown = [bar.shown for one in rungs for bar in one.bars]
        fits = (size for size in _VALUES if all(self._width(one, size) <= self._bar + _BAR - 2 for one in shown))
        self._value = next(fits, _VALUES[-1])
        self._name = next((size for size in _NAMES if all(self._whole(one.name, size) for one in rungs)), _NAMES[-1])
        sayings = (size for size in _SAYINGS if all(self._width(one.size, size, False) <= self._wide for one in rungs))
        self._size = min(next(sayings, _SAYINGS[-1]), self._name)
        self._names = [self._wrapped(one.name, self._name, _LINES) for one in rungs]
        lines = max(map(len, self._names), default=1)
        foot = 14 + lines * self._name * LEADING + 2 * self._size * 1.4
        self._base = room.bottom - foot
        self._top = room.y + 2.4 * _KEY + self._value * LEADING
        self._lines = lines

    def placed(self, asked: str) -> Rungs:
        line = Box(self._room.x, self._base, self._room.width, 0.0)
        columns = tuple(
            self._column(one, lines, self._room.x + at * (self._wide + _COLUMN))
            for at, (one, lines) in enumerate(zip(self._rungs, self._names, strict=True))
        )
        return Rungs(columns, *self._key(asked), line)

    def _width(self, text: str, size: float, bold: bool = True) -> float:
        return text_width(text, size, bold) * self._wider

    def _wrapped(self, name: str, size: int, lines: int | None) -> tuple[str, ...]:
        return wrap(name, self._wide / self._wider, size, bold=True, lines=lines)

    def _whole(self, name: str, size: int) -> bool:
        """Whether a name of this size keeps its words whole in as many lines as it may have."""
        longest = max((self._width(word, size) for word in name.split()), default=0.0)
        return longest <= self._wide and len(self._wrapped(name, size, None)) <= _LINES

    def _key(self, asked: str) -> tuple[tuple[Filled, ...], tuple[Said, ...]]:
        said = [self._line(asked, self._room.x, self._room.y, _KEY, "muted")]
        x = said[0].box.right + 16
        samples = []
        for series, label in self._labels.items():
            y = self._room.y + (_KEY * LEADING - _SWATCH) / 2
            samples.append(Filled(Box(x, y, _SWATCH, _SWATCH), series % 2 == 1))
            said.append(self._line(label, x + _SWATCH + 8, self._room.y, _KEY))
            x = said[-1].box.right + 20
        return tuple(samples), tuple(said)

    def _line(self, text: str, x: float, y: float, size: int, role: str = "ink", bold: bool = False) -> Said:
        return Said(text, Box(x, y, self._width(text, size, bold) + 2, size * LEADING), size, role, bold)

    def _column(self, one: Rung, lines: tuple[str, ...], x: float) -> Column:
        words = []
        y = self._base + 10
        for line in lines:
            words.append(self._line(line, x, y, self._name, bold=True))
            y += self._name * LEADING
        y = self._base + 14 + self._lines * self._name * LEADING
        size = elide(one.size, self._wide / self._wider, self._size)
        words.append(self._line(size, x, y, self._size, "muted"))
        marks, counts = self._counts(one, x, y + self._size * 1.4)
        bars = tuple(self._bars(one, x))
        values = tuple(self._over(placed.box, bar.shown) for bar, placed in zip(one.bars, bars, strict=True))
        return Column(one, bars, (*values, *words, *counts), marks)

    def _over(self, bar: Box, shown: str) -> Said:
        tall = self._value * LEADING
        box = Box(bar.x - _BAR / 2, bar.y - tall - 2, bar.width + _BAR, tall)
        return Said(shown, box, self._value, bold=True, middle=True)

    def _bars(self, one: Rung, x: float) -> Iterator[Filled]:
        for at, bar in enumerate(one.bars):
            share = 1.0 if bar.hours == inf else bar.hours / self._most if self._most else 0.0
            tall = max(share * (self._base - self._top), _LEAST)
            box = Box(x + at * (self._bar + _BAR), self._base - tall, self._bar, tall)
            yield Filled(box, bar.series % 2 == 1, f"{bar.label}: down {bar.shown} a year")

    def _counts(self, one: Rung, x: float, y: float) -> tuple[tuple[tuple[Severity, Box], ...], tuple[Said, ...]]:
        """The form of each severity with how many issues have it."""
        if not one.counts:
            return (), (self._line("no issues", x, y, self._size, "muted"),)
        marks: list[tuple[Severity, Box]] = []
        said = []
        for severity, count in one.counts:
            marks.append((severity, Box(x, y + (self._size * LEADING - _MARK) / 2, _MARK, _MARK)))
            said.append(self._line(str(count), x + _MARK + 6, y, self._size))
            x = said[-1].box.right + 16
        return tuple(marks), tuple(said)
