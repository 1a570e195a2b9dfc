"""The lanes of a sequence: how far lifelines stand apart, so that no words cross a line that they do not belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from archgen.style.svg_markup import badge_size, clean
from archgen.style.text_metrics import balanced, longest_word, text_width, wrap
from archgen.style.theme import SIZES
from archgen.views.diagram import Item, Message, Remark, Sequence

WORDS = 204.0
"""The width that a message wraps at: about 32 characters."""

LOOP = 26.0
"""How far a message to oneself swings out."""

_AROUND = 14.0
_NAME = 200
"""The characters of a name among which its longest word is sought: a longer name is cut anyway."""
_NOTE_MOST = 212.0
_FRAME_LEAST = 168.0


class Spacing(Struct, frozen=True):
    """Widths of messages before they wrap, of cards and of what is between them; whether cards say more than a name, and
    (`flat`) or above it.

    A name has so many `lines`. A `framed` sequence has a title, bars for work on a request, and the places of its
    participants.
    """

    words: float = WORDS
    least: float = 104.0
    most: float = 152.0
    beside: float = 24.0
    details: bool = True
    flat: bool = False
    framed: bool = True
    lines: int = 2


USUAL = Spacing()
"""A page, which is as wide as the words want."""

PAGES = (
    USUAL,
    Spacing(words=168.0, most=128.0, beside=16.0, lines=3),
    Spacing(words=132.0, least=88.0, most=112.0, beside=12.0, lines=3),
    Spacing(words=104.0, least=72.0, most=96.0, beside=12.0, details=False, lines=3),
)
"""Columns of pages: the nearer lifelines stand to each other, the less a sequence of many participants is shrunk."""

SLIDES = (
    Spacing(words=204.0, least=96.0, most=160.0, beside=20.0, details=False, flat=True, framed=False),
    Spacing(words=168.0, least=88.0, most=144.0, beside=20.0, details=False, flat=True, framed=False),
    Spacing(words=132.0, least=80.0, most=128.0, beside=16.0, details=False, flat=True, framed=False),
    Spacing(words=104.0, least=72.0, most=112.0, beside=16.0, details=False, flat=True, framed=False),
)
"""Slides: the nearer lifelines stand to each other, the larger are the words between them; low cards leave them room."""

FLAT_ICON, FLAT_GAP = 20.0, 6.0
"""The side of an icon that stands before a name, and what is between the two."""


class Lifelines:
    """The x of each lifeline by participant, in pixels on the canvas, and what follows from them."""

    def __init__(self, sequence: Sequence, spacing: Spacing = USUAL) -> None:
        self._spacing = spacing
        self.order = {participant.id: place for place, participant in enumerate(sequence.participants)}
        self.label_lines = 1
        self.flat = spacing.flat
        self.lead = FLAT_ICON + FLAT_GAP if spacing.flat else 0.0
        self.detailed = spacing.details and any(participant.detail for participant in sequence.participants)
        self.card = self._card(sequence)
        badges = [badge for message in messages(sequence.items) for badge in message.badges]
        self.badge_step = 4 + max((badge_size(badge.text)[0] for badge in badges), default=20.0)
        self.x: dict[str, float] = {}
        x = 0.0
        for participant, gap in zip(sequence.participants, [0.0, *self._gaps(sequence)], strict=False):
            x += gap
            self.x[participant.id] = x
        self.width = self._shift(sequence)

    def _card(self, sequence: Sequence) -> float:
        """Return the width of all cards; labels take two lines if a single line isn't enough."""
        labels = [text_width(clean(participant.label), SIZES.name, bold=True) for participant in sequence.participants]
        detailed = sequence.participants if self.detailed else ()
        details = [text_width(clean(participant.detail), SIZES.label) for participant in detailed]
        around = 16 + (self.lead + 8 if self.flat else 0.0)
        # a narrow card breaks words where they have no joint, which is worse than lifelines further apart
        words = (longest_word(clean(each.label)[:_NAME], SIZES.name, bold=True) for each in sequence.participants)
        most = max(self._spacing.most, min(USUAL.most, max(words, default=0.0) + around))
        if any(width > most - around for width in labels):
            names = (clean(each.label)[:_NAME] for each in sequence.participants)
            wanted_lines = max(len(wrap(name, most - around, SIZES.name, bold=True)) for name in names)
            self.label_lines = max(2, min(wanted_lines, self._spacing.lines))
        wanted = (width + around for width in labels + details)
        return float(min(most, max([self._spacing.least, *wanted])))

    def _gaps(self, sequence: Sequence) -> list[float]:
        gaps = [self.card + self._spacing.beside] * max(len(self.order) - 1, 0)
        for message in messages(sequence.items):
            gap = self._gap(message)
            if gap < len(gaps):
                gaps[gap] = max(gaps[gap], self._need(message))
        return gaps

    def _gap(self, message: Message) -> int:
        """Return the number of the gap that a message's words stand in: the one next to its source."""
        source, target = self.order[message.source], self.order[message.target]
        return source if target >= source else source - 1

    def _need(self, message: Message) -> float:
        widest = max((text_width(line, SIZES.text) for line in self.lines(message)), default=0.0)
        protocol = min(text_width(clean(message.protocol), SIZES.small), self._spacing.words)
        marks = 72 + len(message.badges) * self.badge_step if message.badges else 0.0
        if message.source == message.target:
            return max(widest, protocol) + LOOP + 20
        return max(max(widest, protocol) + self._spacing.beside, marks)

    def _shift(self, sequence: Sequence) -> float:
        """Move everything right of the gutter; return the width of the canvas."""
        numbers = [text_width(message.number, SIZES.label) for message in messages(sequence.items)]
        gutter = max([16.0, *numbers]) + 12
        extents = [self.extent(item) for item in sequence.items]
        extents += [(x - self.card / 2, x + self.card / 2) for x in self.x.values()]
        least = min((left for left, _ in extents), default=0.0)
        most = max((right for _, right in extents), default=0.0)
        by = SIZES.margin + gutter - least
        self.x = {name: x + by for name, x in self.x.items()}
        return float(round(most + by + SIZES.margin))

    # Words and their room

    def lines(self, message: Message) -> tuple[str, ...]:
        """Return the words of a message, wrapped."""
        return balanced(clean(message.text), self._spacing.words, SIZES.text)

    def _gap_sides(self, message: Message) -> tuple[float, float]:
        xs = list(self.x.values())
        gap = self._gap(message)
        return xs[gap], xs[gap + 1] if gap + 1 < len(xs) else xs[gap] + WORDS

    def gap_middle(self, message: Message) -> float:
        """Return the x that a message's words are centered on."""
        left, right = self._gap_sides(message)
        return (left + right) / 2

    def gap_width(self, message: Message) -> float:
        """Return the room for words in a message's gap."""
        left, right = self._gap_sides(message)
        return right - left - 16

    def paper(self, remark: Remark) -> tuple[float, float]:
        """Return the left and right side of a note."""
        xs = [self.x[name] for name in remark.over] or [min(self.x.values(), default=0.0)]
        middle, apart = (min(xs) + max(xs)) / 2, max(xs) - min(xs)
        natural = text_width(clean(remark.text)[:2000], SIZES.text) + 26
        width = max(apart + 64, min(natural, _NOTE_MOST), 64.0)
        return middle - width / 2, middle + width / 2

    def paper_lines(self, remark: Remark) -> tuple[str, ...]:
        """Return the words of a note, wrapped."""
        left, right = self.paper(remark)
        return wrap(clean(remark.text), right - left - 24, SIZES.text)

    def extent(self, item: Item) -> tuple[float, float]:
        """Return the left and right side of all that belongs to an item."""
        if isinstance(item, Message):
            x1, x2 = self.x[item.source], self.x[item.target]
            return (x1, x1 + self._need(item)) if item.source == item.target else (min(x1, x2), max(x1, x2))
        if isinstance(item, Remark):
            return self.paper(item)
        inside = [self.extent(inner) for section in item.sections for inner in section.items]
        left = min((left for left, _ in inside), default=0.0) - _AROUND
        right = max((right for _, right in inside), default=0.0) + _AROUND
        return left, max(right, left + _FRAME_LEAST)


def messages(items: Iterable[Item]) -> Iterator[Message]:
    """Yield every message of items, in order."""
    for item in items:
        if isinstance(item, Message):
            yield item
        elif not isinstance(item, Remark):
            for section in item.sections:
                yield from messages(section.items)
