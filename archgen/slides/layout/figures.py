"""Figures side by side: large numbers, each above the words that explain it."""

from __future__ import annotations

from msgspec import Struct

from archgen.layout.placed import Box
from archgen.slides.values import ColorRole, Figure
from archgen.style.text_metrics import elide, text_width, wrap

VALUE, WORDS, ENTRY = 54.0, 20.0, 20.0
"""Font sizes of a number, of its words, and of the paragraphs below, in points."""

LEADING = 1.25
_GAP, _PAD, _BELOW = 24.0, 20.0, 32.0
_LINES = 4
_SHORTER = (VALUE, 44.0, 36.0, 28.0, 24.0)


class FigureText(Struct, frozen=True):
    """A line of text; `y` is its baseline."""

    text: str
    x: float
    y: float
    size: float
    role: ColorRole
    bold: bool

    @property
    def top(self) -> float:
        """The top of its line."""
        return self.y - self.size


class PlacedFigure(Struct, frozen=True):
    """A figure with its box and its lines, the number first."""

    figure: Figure
    box: Box
    lines: tuple[FigureText, ...]


def place_figures(figures: tuple[Figure, ...], room: Box, wider: float = 1.0) -> tuple[PlacedFigure, ...]:
    """Place figures at the top of a room, equally wide and high; text may be `wider` than measured."""
    count = max(len(figures), 1)
    wide = (room.width - _GAP * (count - 1)) / count
    inner = (wide - 2 * _PAD) / wider
    values = [figure.value for figure in figures]
    fits = (size for size in _SHORTER if all(text_width(value, size, bold=True) <= inner for value in values))
    size = next(fits, _SHORTER[-1])
    words = [wrap(figure.words, inner, WORDS, lines=_LINES) for figure in figures]
    tall = 2 * _PAD + size * LEADING + max(map(len, words), default=0) * WORDS * LEADING
    placed = []
    for place, (figure, lines) in enumerate(zip(figures, words, strict=True)):
        box = Box(room.x + place * (wide + _GAP), room.y, wide, tall)
        x, y = box.x + _PAD, box.y + _PAD + size * 0.9
        value = FigureText(elide(figure.value, inner, size, bold=True), x, y, size, figure.role, True)
        first = box.y + _PAD + size * LEADING + WORDS * 0.9
        rest = (
            FigureText(line, x, first + row * WORDS * LEADING, WORDS, "ink", False) for row, line in enumerate(lines)
        )
        placed.append(PlacedFigure(figure, box, (value, *rest)))
    return tuple(placed)


def below_figures(placed: tuple[PlacedFigure, ...], room: Box) -> Box:
    """Return the room that figures leave below them."""
    top = placed[0].box.bottom + _BELOW if placed else room.y
    return Box(room.x, top, room.width, room.bottom - top)
