"""Text and sequences cut to the size of a slide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from msgspec.structs import replace

from archgen.layout.sequence.arrangement import PlacedSequence, place
from archgen.layout.sequence.lanes import SLIDES
from archgen.slides.layout.legible import INSIDE
from archgen.slides.layout.tables import LEADING
from archgen.slides.values import (
    BETWEEN,
    FLOW,
    GUTTER,
    HEADING,
    PARAGRAPH,
    PROSE,
    TALL,
    WIDE,
    Paragraph,
    Term,
    TermsSlide,
    TextSlide,
)
from archgen.style.text_metrics import wrap
from archgen.style.theme import SIZES
from archgen.views.diagram import Block, Item, Message, Remark, Sequence

_WIDTH = WIDE * 0.9 - 44
_LINES = 13
_SIZES = (20.0, 18.0)
"""Sizes of words in a column, in points: two, so that slides of one sort look alike."""

_BESIDE = 2
_COLUMN = (WIDE - 80 - GUTTER) / 2
_SPACE = 0.5
"""The space after a paragraph, in lines."""

_ROOM = (WIDE - 80, TALL - 112)
_MARGINS = 2 * (SIZES.margin - INSIDE)
_SHORT = 340
"""Pixels of a sequence that is not cut further, however small it stands."""

_READABLE = 1.05
"""Points that a pixel of a sequence should become at least: what is said has 12 pixels, protocols have 10."""


def lines(entry: Paragraph) -> int:
    """The lines that a paragraph takes on a slide."""
    return max(1, len(wrap(f"{entry.strong} {entry.text}".strip(), _WIDTH, PROSE, bold=bool(entry.strong))))


def shortened(text: str, most: int) -> str:
    """A text cut to some lines of a slide, behind a badge."""
    return " ".join(wrap(text, _WIDTH, PROSE, lines=most))


def pages(title: str, entries: tuple[Paragraph, ...], notes: str = "") -> Iterator[TextSlide]:
    """The paragraphs on as many slides as they need, about as much on each; a long one is cut to a slide."""
    short = tuple(map(_cut, entries))
    sheets = _sheets(short, _LINES)
    for room in range(_LINES - 1, 0, -1):
        lower = _sheets(short, room)
        if len(lower) > len(sheets):
            break
        sheets = lower
    for at, sheet in enumerate(sheets, 1):
        numbered = title if len(sheets) == 1 else f"{title} ({at} of {len(sheets)})"
        yield TextSlide(numbered, sheet, notes)


def _sheets(entries: tuple[Paragraph, ...], most: int) -> list[tuple[Paragraph, ...]]:
    """Paragraphs in slides of so many lines, each of at least one paragraph."""
    sheets: list[tuple[Paragraph, ...]] = []
    room = 0.0
    for entry in entries:
        wanted = lines(entry) + _SPACE
        if not sheets or wanted > room:
            sheets.append(())
            room = most + _SPACE
        sheets[-1] += (entry,)
        room -= wanted
    return sheets


def columns(title: str, terms: Iterable[tuple[Term, str]]) -> Iterator[TextSlide | TermsSlide]:
    """Notions with their notes in two columns a slide, numbered; a notion that fits no column has slides of its own."""
    sheets: list[_Sheet | tuple[Term, str]] = []
    for term, notes in terms:
        short = _trimmed(term)
        if _term_size((short,)) is None:
            sheets.append((short, notes))
            continue
        last = sheets[-1] if sheets else None
        if not isinstance(last, _Sheet) or not last.takes(short):
            sheets.append(last := _Sheet())
            last.takes(short)
        last.notes.append(f"{term.name}: {notes}")
    count, at = sum(isinstance(sheet, _Sheet) for sheet in sheets), 0
    for sheet in sheets:
        if isinstance(sheet, _Sheet):
            at += 1
            numbered = title if count == 1 else f"{title} ({at} of {count})"
            yield TermsSlide(numbered, tuple(sheet.columns), sheet.size, "\n\n".join(sheet.notes))
        else:
            yield from pages(sheet[0].name, sheet[0].entries, sheet[1])


class _Sheet:
    """A slide that notions are put on."""

    def __init__(self) -> None:
        self.columns: list[tuple[Term, ...]] = []
        self.notes: list[str] = []

    @property
    def size(self) -> float:
        """The largest words in which all columns fit."""
        return min(_term_size(column) or _SIZES[-1] for column in self.columns)

    def takes(self, term: Term) -> bool:
        """Puts a notion under the last one, else beside it; whether there was room."""
        if self.columns and _term_size((*self.columns[-1], term)) is not None:
            self.columns[-1] += (term,)
        elif len(self.columns) < _BESIDE:
            self.columns.append((term,))
        else:
            return False
        return True


def _trimmed(term: Term) -> Term:
    """A notion without the last of what is said of it in single architectures, where its column has no room for it."""
    entries = term.entries
    while len(entries) > 1 and entries[-1].strong and _term_size((Term(term.name, entries),)) is None:
        entries = entries[:-1]
    return Term(term.name, entries)


def _term_size(terms: tuple[Term, ...]) -> float | None:
    """The largest words in which notions fit a column; None where none do."""
    return next((size for size in _SIZES if _height(terms, size) <= _ROOM[1]), None)


def _height(terms: tuple[Term, ...], size: float) -> float:
    """The height of a column."""
    return sum(_term_height(term, size) + BETWEEN for term in terms) - BETWEEN


def _term_height(term: Term, size: float) -> float:
    name = len(wrap(term.name, _COLUMN, HEADING, bold=True)) * HEADING * LEADING
    text = sum(
        len(wrap(f"{entry.strong} {entry.text}".strip(), _COLUMN, size, bold=bool(entry.strong))) * size * LEADING
        + PARAGRAPH
        for entry in term.entries
    )
    return name + text


def _cut(entry: Paragraph) -> Paragraph:
    if lines(entry) <= _LINES:
        return entry
    short = wrap(entry.text, _WIDTH, PROSE, lines=max(1, _LINES - 1 - len(wrap(entry.strong, _WIDTH, PROSE, lines=4))))
    strong = " ".join(wrap(entry.strong, _WIDTH, PROSE, lines=4))
    return Paragraph(" ".join(short), strong, entry.badge)


def sheets(sequence: Sequence) -> tuple[PlacedSequence, ...]:
    """The sequence on as few slides as let its words be read, each with those who take part in it."""
    full = _spaced(sequence)
    for count in range(1, len(sequence.items) + 1):
        parts = tuple(_spaced(part) for part in _parts(full, count)) if count > 1 else (full,)
        if all(_large_enough(part) for part in parts) or max(part.height for part in parts) < _SHORT:
            return parts
    return (full,)


def _spaced(sequence: Sequence) -> PlacedSequence:
    """The sequence with its lifelines as far apart as makes its words largest."""
    return max((place(sequence, spacing) for spacing in SLIDES), key=_scale)


def _scale(placed: PlacedSequence) -> float:
    """The points that a pixel of a sequence becomes on a slide, as far as they make a difference."""
    return min(_across(placed), _ROOM[1] / (placed.height - _MARGINS), FLOW)


def _across(placed: PlacedSequence) -> float:
    return _ROOM[0] / (placed.width - _MARGINS)


def growing(placed: PlacedSequence) -> Iterator[PlacedSequence]:
    """The sequence after each of its items, everything where it stands in the end: nothing moves from slide to slide."""
    arrows = papers = frames = 0
    for item in placed.sequence.items:
        messages, noted, framed = _counted((item,))
        arrows, papers, frames = arrows + messages, papers + noted, frames + framed
        yield replace(
            placed, arrows=placed.arrows[:arrows], papers=placed.papers[:papers], frames=placed.frames[:frames]
        )


def _counted(items: tuple[Item, ...]) -> tuple[int, int, int]:
    """How many messages, notes and frames there are in some items, those in frames too."""
    counts = [0, 0, 0]
    for item in items:
        match item:
            case Message():
                counts[0] += 1
            case Remark():
                counts[1] += 1
            case Block():
                counts[2] += 1
                for section in item.sections:
                    counts = [count + other for count, other in zip(counts, _counted(section.items), strict=True)]
            case _:
                assert_never(item)
    return counts[0], counts[1], counts[2]


def _large_enough(placed: PlacedSequence) -> bool:
    """Whether words can be read, or are as large as the width of a slide lets them be."""
    return _scale(placed) >= min(_READABLE, _across(place(placed.sequence, SLIDES[-1])))


def _parts(placed: PlacedSequence, count: int) -> Iterator[Sequence]:
    """The items in so many parts that are about equally high, each of at least one item."""
    items, bottoms = placed.sequence.items, _bottoms(placed)
    start = 0
    for part in range(1, count + 1):
        wanted = placed.top + (placed.bottom - placed.top) * part / count
        ends = range(start + 1, len(items) - (count - part) + 1)
        end = min(ends, key=lambda at: abs(bottoms[at - 1] - wanted), default=len(items))
        yield _only(placed.sequence, items[start : end if part < count else len(items)])
        start = end


def _only(sequence: Sequence, items: tuple[Item, ...]) -> Sequence:
    """Some items of a sequence, with those who take part in them."""
    inside = frozenset(_named(items))
    there = tuple(participant for participant in sequence.participants if participant.id in inside)
    return replace(sequence, items=items, participants=there or sequence.participants)


def _named(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        match item:
            case Message():
                yield from (item.source, item.target)
            case Remark():
                yield from item.over
            case Block():
                for section in item.sections:
                    yield from _named(section.items)
            case _:
                assert_never(item)


def _bottoms(placed: PlacedSequence) -> list[float]:
    """How far down each item reaches."""
    bottoms: list[float] = []
    arrows = papers = frames = 0
    for item in placed.sequence.items:
        messages, noted, framed = _counted((item,))
        arrows, papers, frames = arrows + messages, papers + noted, frames + framed
        if isinstance(item, Block):
            bottoms.append(placed.frames[frames - framed].box.bottom)
        else:
            bottoms.append(placed.arrows[arrows - 1].y2 if messages else placed.papers[papers - 1].box.bottom)
    return bottoms
