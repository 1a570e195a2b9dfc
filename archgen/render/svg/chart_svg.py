"""A bar chart as SVG: labelled bars in groups, all of one scale, with the number written beside each bar."""

from __future__ import annotations

from msgspec import Struct

from archgen.style.svg_document import picture
from archgen.style.svg_markup import element, escape, words
from archgen.style.text_metrics import text_width, wrap
from archgen.style.theme import SIZES, Mode

_WIDTH = 440.0
_LABEL = 160.0
_MARGIN = 16.0
_BAR = 14.0
_ROW = 24.0
_LINE = 15.0
_GAP = 12.0
_HEAD = 20.0


class Bar(Struct, frozen=True):
    """One quantity: `value` gives the length, `shown` is its number with its unit."""

    label: str
    value: float
    shown: str


class BarGroup(Struct, frozen=True):
    """Bars under a heading; without a title there is none."""

    title: str
    bars: tuple[Bar, ...]


class Chart(Struct, frozen=True):
    """Groups of bars; title and `alt` are for those who do not see it."""

    title: str
    alt: str
    groups: tuple[BarGroup, ...]

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The bars of all groups."""
        return tuple(bar for group in self.groups for bar in group.bars)


class _Frame(Struct, frozen=True):
    """Where bars begin, how long the longest is, and what value that is."""

    left: float
    room: float
    most: float


def chart_svg(chart: Chart, prefix: str, mode: Mode = "auto") -> str:
    """The chart as one SVG document; labels fold instead of being cut."""
    frame = _frame(chart)
    parts: list[str] = []
    y = _MARGIN
    for at, group in enumerate(chart.groups):
        y += _GAP if at else 0.0
        for line in wrap(group.title, _WIDTH - 2 * _MARGIN, SIZES.text, bold=True):
            parts.append(words(_MARGIN, y + SIZES.text, line, SIZES.text, bold=True))
            y += _HEAD
        top = y
        for bar in group.bars:
            drawn, tall = _row(bar, y, frame)
            parts.append(drawn)
            y += tall
        axis = f"M{frame.left:g} {top:g}V{y:g}"
        parts.append(element("path", d=axis, fill="none", class_="s-card_line", stroke_width=SIZES.hairline))
    return picture(
        "".join(parts),
        width=_WIDTH,
        height=y + _MARGIN,
        prefix=prefix,
        title=chart.title,
        alt=chart.alt,
        mode=mode,
    )


def _frame(chart: Chart) -> _Frame:
    label = max((text_width(bar.label, SIZES.text) for bar in chart.bars), default=0.0)
    number = max((text_width(bar.shown, SIZES.text, bold=True) for bar in chart.bars), default=0.0)
    left = _MARGIN + min(label + 1, _LABEL) + 10
    most = max((bar.value for bar in chart.bars), default=0.0)
    return _Frame(left, _WIDTH - _MARGIN - left - number - 10, most)


def _row(bar: Bar, y: float, frame: _Frame) -> tuple[str, float]:
    """The drawing of one bar at a height, and how tall it is."""
    lines = wrap(bar.label, _LABEL, SIZES.text) or (" ",)
    tall = _ROW + (len(lines) - 1) * _LINE
    middle = y + tall / 2
    first = middle - (len(lines) - 1) * _LINE / 2 + SIZES.text * 0.36
    label = "".join(
        words(frame.left - 10, first + at * _LINE, line, SIZES.text, anchor="end") for at, line in enumerate(lines)
    )
    length = frame.room * bar.value / frame.most if frame.most > 0 else 0.0
    drawn = element("rect", x=frame.left, y=middle - _BAR / 2, width=length, height=_BAR, class_="f-accent")
    number = words(frame.left + length + 8, middle + SIZES.text * 0.36, bar.shown, SIZES.text, "muted", bold=True)
    spoken = element("title", escape(f"{bar.label}: {bar.shown}"))
    return element("g", spoken, label, drawn, number, class_="bar"), tall
