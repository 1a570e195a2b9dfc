"""The steps of a flow below its diagram: numbered lines in columns, all in one size."""

from __future__ import annotations

from math import ceil

from msgspec import Struct

from archgen.layout.placed import Box
from archgen.slides.layout.titles import whole_words
from archgen.style.text_metrics import elide, text_width

LEADING = 1.35
_GAP, _ABOVE, _NUMBER = 28.0, 10.0, 8.0
_ROOM = 840.0
"""The width that steps have on any template, in points."""

_MOST = 6
"""The most rows in two columns; more steps stand in three."""


class StepForm(Struct, frozen=True):
    """The font size of steps in points, and their columns."""

    size: float = 14.0
    columns: int = 2


_LARGER = (StepForm(20.0, 1), StepForm(18.0, 1), StepForm(18.0, 2))
"""Forms for steps below a diagram that leaves room, the one that is read best first."""


def step_forms(steps: tuple[tuple[str, str], ...]) -> tuple[StepForm, ...]:
    """Return the forms of some steps: the one that takes the least room, then larger ones that cut no words."""
    least = StepForm(columns=2 if len(steps) <= 2 * _MOST else 3)
    return (least, *(form for form in _LARGER if all(_fits(text, form) for _, text in steps)))


def _fits(text: str, form: StepForm) -> bool:
    return (
        text_width(" ".join(text.split()), form.size)
        <= (_ROOM - _GAP * (form.columns - 1)) / form.columns - 3 * _NUMBER
    )


class PlacedStep(Struct, frozen=True):
    """The number of a step in its box, and its text in another."""

    number: str
    text: str
    at: Box
    beside: Box


def steps_height(steps: tuple[tuple[str, str], ...], form: StepForm) -> float:
    """Return the height of some steps below a diagram, with the gap above them; 0 if there are none."""
    return ceil(len(steps) / form.columns) * form.size * LEADING + _ABOVE if steps else 0.0


def place_steps(
    steps: tuple[tuple[str, str], ...], room: Box, form: StepForm, wider: float = 1.0
) -> tuple[PlacedStep, ...]:
    """Place steps column by column in a room of their height; text may be `wider` than measured."""
    columns, size = form.columns, form.size
    rows = max(ceil(len(steps) / columns), 1)
    wide = (room.width - _GAP * (columns - 1)) / columns
    lead = max((text_width(number, size, bold=True) for number, _ in steps), default=0.0) * wider + _NUMBER
    placed = []
    for index, (number, text) in enumerate(steps):
        x = room.x + index // rows * (wide + _GAP)
        y = room.y + _ABOVE + index % rows * size * LEADING
        words = " ".join(text.split())
        fitting = elide(words, (wide - lead) / wider, size)
        shown = words if fitting == words else whole_words(fitting)
        line = size * LEADING
        placed.append(PlacedStep(number, shown, Box(x, y, lead, line), Box(x + lead, y, wide - lead, line)))
    return tuple(placed)
