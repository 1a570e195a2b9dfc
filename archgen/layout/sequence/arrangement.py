"""Places of everything in a sequence: columns as wide as their words, rows as high as theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from msgspec.structs import replace

from archgen.layout.deployment.cards import SHORT_KINDS
from archgen.layout.placed import Box
from archgen.layout.sequence.framing import PLACE, TITLE, Work, beside_bars, place_band, place_runs, title_text
from archgen.layout.sequence.lanes import FLAT_ICON, LOOP, PAGES, USUAL, Lifelines, Spacing
from archgen.layout.sequence.placed import Arrow, Band, FrameBox, Head, Paper, PlacedSequence, PlacedText
from archgen.style.svg_markup import clean
from archgen.style.text_metrics import ELLIPSIS, elide, elide_words, text_width, wrap
from archgen.style.theme import LINES, SIZES
from archgen.views.diagram import Block, Item, Message, Participant, Remark
from archgen.views.diagram import Sequence as View

LEADING = 16.0
MIRRORED_FROM = 640.0
"""Height of the rows from which on the names stand again at the foot."""

_SIDE = 8.0
"""Room between a card's border and its name."""

_ABOVE, _BELOW_ICON, _DETAIL, _UNDER = 10, 8, 15, 7
"""Heights in a card: above its icon, between icon and name, of its second line, and under its text."""

_FOOT = 32.0
"""Height of a card at the foot."""

_FIRST_LINE, _FIRST_LINE_BESIDE = 18.0, 20.0
"""Baseline of a message's first line, from the top of its row: above its arrow, and beside its loop."""

_CLEAR, _CLEAR_LOCK, _CLEAR_BADGE = 8.0, 12.0, 16.0
"""Room between a message's text and its arrow: a bare one, one with a lock, one with badges."""

_LOCK_FROM_START = 20
_PROTOCOL, _PROTOCOL_BADGE = 13, 23
"""Baseline of a protocol below its arrow, and below an arrow with badges."""

_UNDER_LOCK = 4
"""How much lower a protocol stands that reaches under the lock of its arrow."""

_LOOP_TOP, _LOOP = 14, 18.0
"""Top of the loop of a message to oneself in its row, and the least height of the loop."""

_INDENT = 12
"""Room between the left border of a note or a condition and its text."""


def place(sequence: View, spacing: Spacing = USUAL) -> PlacedSequence:
    """Return the places of a sequence: a gutter with the steps' numbers, a column for each participant, a row for each item."""
    lanes = Lifelines(sequence, spacing)
    title = title_text(sequence.title) if spacing.framed else None
    runs = place_runs(sequence.participants) if spacing.framed else ()
    start = SIZES.margin + (TITLE if title else 0.0) + (PLACE if runs else 0.0)
    heads = tuple(_head(participant, lanes, start) for participant in sequence.participants)
    top = max((head.box.bottom for head in heads), default=float(SIZES.margin))
    rows = _Rows(lanes, top + SIZES.grid)
    rows.items(sequence.items)
    bottom = rows.y + SIZES.grid
    feet = _feet(sequence.participants, lanes, bottom) if bottom - top > MIRRORED_FROM else ()
    height = max([bottom, *(foot.box.bottom for foot in feet)]) + SIZES.margin
    bars = tuple(rows.work.bars) if spacing.framed else ()
    return PlacedSequence(
        sequence=sequence,
        width=max(lanes.width, round(title.box.right + SIZES.margin) if title else 0.0),
        height=float(height),
        top=top,
        bottom=bottom,
        heads=heads,
        feet=feet,
        frames=tuple(rows.frames),
        arrows=tuple(beside_bars(arrow, bars) for arrow in rows.arrows),
        papers=tuple(rows.papers),
        title=title,
        bars=bars,
        places=tuple(place_band(run, heads, spacing.beside, start - PLACE, bottom) for run in runs),
    )


def place_within(sequence: View, width: float) -> PlacedSequence:
    """Return the places of a sequence for a column: as wide as its words want, or nearer together without cutting a name.

    One that doesn't fit is as narrow as it can be.
    """
    best = place(sequence)
    cut = _cut(best)
    for spacing in PAGES[1:]:
        if best.width <= width:
            break
        closer = place(sequence, spacing)
        if _cut(closer) <= cut and closer.width < best.width:
            best = closer
    return best


def _cut(placed: PlacedSequence) -> int:
    """Return how many names are cut."""
    return sum(text.bold and text.text.endswith(ELLIPSIS) for head in placed.heads for text in head.texts)


def _head(participant: Participant, lanes: Lifelines, y: float) -> Head:
    if lanes.flat:
        return _flat_head(participant, lanes, y)
    x, width = lanes.x[participant.id], lanes.card
    lines = wrap(clean(participant.label), width - 2 * _SIDE, SIZES.name, bold=True, lines=max(lanes.label_lines, 2))
    icon = Box(x - SIZES.icon_small / 2, y + _ABOVE, SIZES.icon_small, SIZES.icon_small)
    first = icon.bottom + 17
    texts = [
        PlacedText(line, x, first + row * LEADING, SIZES.name, "ink", "middle", True) for row, line in enumerate(lines)
    ]
    detail = _second_line(clean(participant.detail), width - 12)
    if detail and lanes.detailed:
        texts.append(
            PlacedText(detail, x, first + (len(lines) - 1) * LEADING + _DETAIL, SIZES.label, "muted", "middle")
        )
    text = lanes.label_lines * LEADING + (_DETAIL if lanes.detailed else 0)
    height = _ABOVE + SIZES.icon_small + _BELOW_ICON + text + _UNDER
    return Head(participant, x, Box(x - width / 2, y, width, height), tuple(texts), icon)


def _second_line(detail: str, room: float) -> str:
    """Return the words under a name, with the short name of a kind where its usual one has no room."""
    if text_width(detail, SIZES.label) > room:
        for name, short in SHORT_KINDS.items():
            detail = detail.replace(name, short)
    return elide(detail, room, SIZES.label)


def _flat_head(participant: Participant, lanes: Lifelines, y: float) -> Head:
    """Return a low card, its icon before its name."""
    x, width = lanes.x[participant.id], lanes.card
    lines = wrap(clean(participant.label), width - 24 - lanes.lead, SIZES.name, bold=True, lines=2)
    box = Box(x - width / 2, y, width, lanes.label_lines * LEADING + 20)
    wide = max((text_width(line, SIZES.name, bold=True) for line in lines), default=0.0)
    left, middle = x - (lanes.lead + wide) / 2, box.centre[1]
    first = middle - (len(lines) - 1) * LEADING / 2 + 4.5
    texts = tuple(
        PlacedText(line, left + lanes.lead, first + row * LEADING, SIZES.name, bold=True)
        for row, line in enumerate(lines)
    )
    return Head(participant, x, box, texts, Box(left, middle - FLAT_ICON / 2, FLAT_ICON, FLAT_ICON))


def _feet(participants: Iterable[Participant], lanes: Lifelines, y: float) -> tuple[Head, ...]:
    return tuple(_foot(participant, lanes, y) for participant in participants)


def _foot(participant: Participant, lanes: Lifelines, y: float) -> Head:
    x, width = lanes.x[participant.id], lanes.card
    lines = wrap(clean(participant.label), width - 2 * _SIDE, SIZES.name, bold=True, lines=max(lanes.label_lines, 2))
    first = y + 20 + (lanes.label_lines - len(lines)) * LEADING / 2
    texts = tuple(
        PlacedText(line, x, first + row * LEADING, SIZES.name, "ink", "middle", True) for row, line in enumerate(lines)
    )
    return Head(participant, x, Box(x - width / 2, y, width, _FOOT + (lanes.label_lines - 1) * LEADING), texts)


def _around(lock: tuple[float, float]) -> Box:
    """Return the box of a lock by its middle."""
    return Box(lock[0] - SIZES.lock / 2, lock[1] - SIZES.lock / 2, SIZES.lock, SIZES.lock)


class _Rows:
    """Places items one under the other; `y` is where the next one starts."""

    def __init__(self, lanes: Lifelines, y: float) -> None:
        self.y = y
        self.arrows: list[Arrow] = []
        self.papers: list[Paper] = []
        self.frames: list[FrameBox] = []
        self._lanes = lanes
        self.work = Work()

    def items(self, items: Iterable[Item]) -> None:
        """Place items in order."""
        for item in items:
            match item:
                case Message():
                    self._message_to_itself(item) if item.source == item.target else self._message(item)
                case Remark():
                    self._remark(item)
                case Block():
                    self._block(item)
                case _:
                    assert_never(item)

    def _message(self, message: Message) -> None:
        lanes = self._lanes
        x1, x2 = lanes.x[message.source], lanes.x[message.target]
        middle = lanes.gap_middle(message)
        lines = lanes.lines(message)
        first = self.y + _FIRST_LINE
        texts = [
            PlacedText(line, middle, first + row * LEADING, SIZES.text, "ink", "middle")
            for row, line in enumerate(lines)
        ]
        room = _CLEAR_BADGE if message.badges else _CLEAR_LOCK if LINES[message.meaning].lock else _CLEAR
        y = first + (len(lines) - 1) * LEADING + room if lines else self.y + _CLEAR + room
        protocol = "" if message.answer else clean(message.protocol)
        below = y + (_PROTOCOL_BADGE if message.badges else _PROTOCOL)
        towards = 1 if x2 > x1 else -1
        lock = (x1 + towards * _LOCK_FROM_START, y)
        if protocol:
            words = elide_words(protocol, lanes.gap_width(message), SIZES.small)
            text = PlacedText(words, middle, below, SIZES.small, LINES[message.meaning].role, "middle")
            if LINES[message.meaning].lock and text.box.overlaps(_around(lock), 1):
                below += _UNDER_LOCK
                text = replace(text, y=below)
            texts.append(text)
        self._arrow(message, x1, x2, y, y, texts, lock, middle)
        self.y = below + 3 if protocol else y + (16 if message.badges else 6)

    def _message_to_itself(self, message: Message) -> None:
        lanes = self._lanes
        x = lanes.x[message.source]
        words = [(line, SIZES.text, "ink") for line in lanes.lines(message)]
        if message.protocol and not message.answer:
            words.append((elide(clean(message.protocol), 200, SIZES.small), SIZES.small, LINES[message.meaning].role))
        start = self.y + _FIRST_LINE_BESIDE
        left = x + LOOP + 8
        texts = [
            PlacedText(line, left, start + row * LEADING, size, role) for row, (line, size, role) in enumerate(words)
        ]
        y = self.y + _LOOP_TOP
        y2 = y + max(_LOOP, (len(words) - 1) * LEADING + 4)
        self._arrow(message, x, x, y, y2, texts, None, x + LOOP)
        self.y = y2 + (14 if message.badges else 6)

    def _arrow(
        self,
        message: Message,
        x1: float,
        x2: float,
        y: float,
        y2: float,
        texts: Sequence[PlacedText],
        lock: tuple[float, float] | None,
        middle: float,
    ) -> None:
        number = (
            PlacedText(message.number, float(SIZES.margin), y + 4, SIZES.label, "muted") if message.number else None
        )
        first = middle - (len(message.badges) - 1) * self._lanes.badge_step / 2
        badges = tuple(
            (first + place * self._lanes.badge_step, y2 if y2 > y else y, badge)
            for place, badge in enumerate(message.badges)
        )
        marked = lock if LINES[message.meaning].lock else None
        self.work.add(message, (x1, x2), y)
        self.arrows.append(Arrow(message, x1, x2, y, y2, tuple(texts), number, marked, badges))

    def _remark(self, remark: Remark) -> None:
        left, right = self._lanes.paper(remark)
        lines = self._lanes.paper_lines(remark)
        box = Box(left, self.y + 8, right - left, len(lines) * LEADING + 14)
        texts = [
            PlacedText(line, left + _INDENT, box.y + 19 + row * LEADING, SIZES.text) for row, line in enumerate(lines)
        ]
        self.papers.append(Paper(box, tuple(texts)))
        self.y = box.bottom + 4

    def _block(self, block: Block) -> None:
        left, right = self._lanes.extent(block)
        place = len(self.frames)
        top = self.y + 10
        self.y = top
        bands = []
        tab = self._tab(block, left, top)
        for place, section in enumerate(block.sections):
            indent = tab.width + 10 if place == 0 else _INDENT
            bands.append(self._band(section.when, left, right, indent, first=place == 0))
            self.items(section.items)
            self.y += 10
        name = PlacedText(block.kind, tab.x + 10, top + 16, SIZES.label, "ink", bold=True)
        self.frames.insert(place, FrameBox(Box(left, top, right - left, self.y - top), tab, name, tuple(bands)))
        self.y += 4

    def _tab(self, block: Block, left: float, top: float) -> Box:
        return Box(left, top, text_width(block.kind, SIZES.label, bold=True) + 22, 24)

    def _band(self, when: str, left: float, right: float, indent: float, first: bool) -> Band:
        lines = wrap(clean(when), right - left - indent - _INDENT, SIZES.label)
        least = 24.0 if first or lines else 6.0
        box = Box(left, self.y, right - left, max(least, len(lines) * LEADING + 8))
        texts = [
            PlacedText(line, left + indent, self.y + 16 + row * LEADING, SIZES.label, "muted")
            for row, line in enumerate(lines)
        ]
        self.y = box.bottom
        return Band(box, tuple(texts))
