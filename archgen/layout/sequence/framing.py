"""The frame of a sequence: its title, the places of its participants, and the bars on their lifelines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from archgen.layout.placed import Box
from archgen.layout.sequence.placed import Arrow, Bar, Head, PlaceBand, PlacedText
from archgen.style.svg_markup import clean
from archgen.style.text_metrics import elide_words
from archgen.style.theme import SIZES
from archgen.views.diagram import Message, Participant

TITLE, PLACE = 28.0, 22.0
"""The heights of the title, and of the name of a place above its participants."""

BAR = 10.0
"""The width of a bar."""


def title_text(title: str) -> PlacedText | None:
    """Return the title above a sequence; None without words."""
    words = clean(title)
    return PlacedText(words, SIZES.margin, SIZES.margin + 12, SIZES.title, bold=True) if words else None


def place_runs(participants: Sequence[Participant]) -> tuple[tuple[int, int], ...]:
    """Return the first and last of neighboring participants in one place; none if a single place holds all."""
    runs: list[tuple[int, int]] = []
    for number, participant in enumerate(participants):
        if not participant.place:
            continue
        if runs and runs[-1][1] == number - 1 and participants[number - 1].place == participant.place:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return tuple(runs) if len({participant.place for participant in participants}) > 1 else ()


def place_band(run: tuple[int, int], heads: Sequence[Head], beside: float, top: float, bottom: float) -> PlaceBand:
    """Return the band behind the lifelines of a run of participants, whose cards have some room beside each other."""
    first, last = heads[run[0]].box, heads[run[1]].box
    # a third beside each card leaves one between two bands
    beyond = beside / 3
    box = Box(first.x - beyond, top, last.right - first.x + 2 * beyond, bottom - top)
    words = elide_words(clean(heads[run[0]].participant.place), box.width - 2 * beyond, SIZES.label, bold=True)
    return PlaceBand(box, PlacedText(words, box.x + beyond, top + 15, SIZES.label, "muted", bold=True))


class Work:
    """The bars of a sequence: each from a request to its response."""

    def __init__(self) -> None:
        self.bars: list[Bar] = []
        self._waiting: dict[tuple[str, str], float] = {}
        self._last: dict[tuple[str, str], int] = {}

    def add(self, message: Message, ends: tuple[float, float], y: float) -> None:
        """Start the bar of a request's target, or end that of a response's source."""
        if message.source == message.target:
            return
        if not message.answer:
            if not (message.asynchronous or message.stops):
                self._waiting.setdefault((message.source, message.target), y)
            return
        pair = (message.target, message.source)
        start = self._waiting.pop(pair, None)
        if start is not None:
            self._last[pair] = len(self.bars)
            self.bars.append(Bar(ends[0], start, y))
        elif pair in self._last:
            # the response of another branch to the same request
            self.bars[self._last[pair]] = replace(self.bars[self._last[pair]], bottom=y)


def beside_bars(arrow: Arrow, bars: Iterable[Bar]) -> Arrow:
    """Return an arrow whose ends stand at the sides of the bars on their lifelines."""
    busy = [bar for bar in bars if bar.top <= arrow.y <= bar.bottom]
    first, last = (BAR / 2 if any(bar.x == x for bar in busy) else 0.0 for x in (arrow.x1, arrow.x2))
    if arrow.message.source == arrow.message.target:
        return replace(arrow, x1=arrow.x1 + first, x2=arrow.x2 + first)
    way = 1 if arrow.x2 > arrow.x1 else -1
    return replace(arrow, x1=arrow.x1 + way * first, x2=arrow.x2 - way * last)
