"""Tables that fit a room: in the largest text that fits, truncated only at the smallest size."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from archgen.style.text_metrics import text_width, wrap

SIZES = (24.0, 22.0, 20.0, 18.0)
"""Font sizes to try, in points."""

LEADING = 1.25
PAD = 12.0
BELOW = 28.0
"""Gap between a table and the paragraphs below it."""

_ABOVE = 7.0
_SPARE = 10.0
"""The most that the room above and below the words of a row grows, so that a short table fills more of its slide."""

_LINES, _TALL = 3, 6
"""The most lines of a cell, and of one whose words would be cut; the header has one."""


class TableLayout(Struct, frozen=True):
    """A table with its font size, the widths of its columns, the heights and lines of its rows, and the room above these."""

    size: float
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]
    above: float = _ABOVE


def lay_out(
    rows: tuple[tuple[str, ...], ...], width: float, height: float, wider: float = 1.0, largest: float = SIZES[0]
) -> TableLayout:
    """Fit the rows, of which the first is the header, into a room; text may be `wider` than measured."""
    share, sizes = 1 / wider, tuple(size for size in SIZES if size <= largest)
    for most in (_LINES, _TALL):
        for size in sizes:
            table = _laid(rows, width, size, None, share)
            if _is_whole(table, height, most):
                return table
    for lines in range(_LINES, 0, -1):
        table = _laid(rows, width, sizes[-1], lines, share)
        if sum(table.heights) <= height:
            break
    return table


def spread(table: TableLayout, height: float) -> TableLayout:
    """Return a table with more room around the words of its rows where a height leaves some."""
    spare = min((height - sum(table.heights)) / (2 * len(table.heights)), _SPARE)
    if spare <= 0:
        return table
    return replace(table, above=table.above + spare, heights=tuple(tall + 2 * spare for tall in table.heights))


def fits_whole(rows: tuple[tuple[str, ...], ...], width: float, height: float) -> bool:
    """Return True if the rows, of which the first is the header, fit a room with all of their words."""
    return _is_whole(_laid(rows, width, SIZES[-1], None, 1.0), height, _TALL)


def _is_whole(table: TableLayout, height: float, most: int) -> bool:
    """Return True if a table fits a room with cells of at most so many lines and a header of one."""
    header, *cells = table.rows
    lines = max((len(words) for row in cells for words in row), default=0)
    return sum(table.heights) <= height and all(len(words) <= 1 for words in header) and lines <= most


def _laid(rows: tuple[tuple[str, ...], ...], width: float, size: float, lines: int | None, share: float) -> TableLayout:
    widths = _shared([max(_wanted(cell, size / share) for cell in column) for column in zip(*rows, strict=True)], width)
    wrapped = tuple(
        tuple(
            wrap(cell, (wide - 2 * PAD) * share, size, bold=at == 0, lines=lines)
            for cell, wide in zip(row, widths, strict=True)
        )
        for at, row in enumerate(rows)
    )
    heights = tuple(max([1, *map(len, row)]) * size * LEADING + 2 * _ABOVE for row in wrapped)
    return TableLayout(size, tuple(widths), heights, wrapped)


def _wanted(cell: str, size: float) -> float:
    return text_width(cell[:500], size, bold=True) + 2 * PAD + 2


def _shared(wanted: list[float], room: float) -> list[float]:
    """Divide the room among columns: narrow ones get what they want, the others share the rest evenly."""
    widths: dict[int, float] = {}
    for left, at in enumerate(sorted(range(len(wanted)), key=lambda at: wanted[at])):
        widths[at] = min(wanted[at], (room - sum(widths.values())) / (len(wanted) - left))
    over = (room - sum(widths.values())) / max(len(wanted), 1)
    return [widths[at] + over for at in range(len(wanted))]
