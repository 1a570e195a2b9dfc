"""The steps of a flow below its diagram: numbered lines in columns, all in one size."""

from __future__ import annotations

from math import ceil

from msgspec import Struct

from archgen.layout.placed import Box
from archgen.slides.layout.titles import whole_words
from archgen.style.text_metrics import elide, text_width

STEP = 14.0
"""Font size of a step, in points."""

LEADING = 1.35
_GAP, _ABOVE, _NUMBER = 28.0, 10.0, 8.0
_COLUMNS = (2, 3)
_MOST = 6
"""The most rows in two columns; more steps stand in three."""


class PlacedStep(Struct, frozen=True):
    """The number of a step in its box, and its text in another."""

    number: str
    text: str
    at: Box
    beside: Box


def steps_height(steps: tuple[tuple[str, str], ...]) -> float:
    """Return the height of some steps below a diagram, with the gap above them; 0 if there are none."""
    return _rows(steps) * STEP * LEADING + _ABOVE if steps else 0.0


def _columns(steps: tuple[tuple[str, str], ...]) -> int:
    return _COLUMNS[0] if len(steps) <= _COLUMNS[0] * _MOST else _COLUMNS[1]


def _rows(steps: tuple[tuple[str, str], ...]) -> int:
    return ceil(len(steps) / _columns(steps))


def place_steps(steps: tuple[tuple[str, str], ...], room: Box, wider: float = 1.0) -> tuple[PlacedStep, ...]:
    """Place steps column by column in a room of their height; text may be `wider` than measured."""
    rows, columns = max(_rows(steps), 1), _columns(steps)
    wide = (room.width - _GAP * (columns - 1)) / columns
    lead = max((text_width(number, STEP, bold=True) for number, _ in steps), default=0.0) * wider + _NUMBER
    placed = []
    for index, (number, text) in enumerate(steps):
        x = room.x + index // rows * (wide + _GAP)
        y = room.y + _ABOVE + index % rows * STEP * LEADING
        words = " ".join(text.split())
        fitting = elide(words, (wide - lead) / wider, STEP)
        shown = words if fitting == words else whole_words(fitting)
        line = STEP * LEADING
        placed.append(PlacedStep(number, shown, Box(x, y, lead, line), Box(x + lead, y, wide - lead, line)))
    return tuple(placed)
