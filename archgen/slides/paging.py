"""Text split into slides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archgen.slides.layout.tables import LEADING
from archgen.slides.layout.titles import closed_quote, whole_clause, whole_words
from archgen.slides.values import (
    AREA,
    BETWEEN,
    GUTTER,
    HEADING,
    PARAGRAPH,
    PROSE,
    WIDE,
    Paragraph,
    Term,
    TermsSlide,
    TextSlide,
)
from archgen.style.text_metrics import wrap

_WIDTH = WIDE * 0.9 - 44
_LINES = 13
_SIZES = (20.0, 18.0)
"""Font sizes in a column, in points: only two, so that slides of a kind look alike."""

_BESIDE = 2
_COLUMN = (WIDE - 80 - GUTTER) / 2
_STORY_LINES = 2
"""Lines of a paragraph of a story, if there isn't room for more."""

_MOST_LINES = 4
"""The most lines of a paragraph of a story."""

_SPACE = 0.5
"""The space after a paragraph, in lines."""

_ROOM = AREA[2:]

_SENTENCES = re.compile(r".*[.!?](?= [A-Z])")
"""The whole sentences of a truncated text."""


def line_count(entry: Paragraph) -> int:
    """Return the number of lines of a paragraph on a slide."""
    return max(1, len(wrap(f"{entry.strong} {entry.text}".strip(), _WIDTH, PROSE, bold=bool(entry.strong))))


def numbered_title(title: str, number: int, count: int) -> str:
    """Return the title of one of several slides; one alone has no number."""
    return title if count == 1 else f"{title} ({number} of {count})"


def truncate_text(text: str, most: int) -> str:
    """Truncate a text to some lines of a slide, next to a badge."""
    return " ".join(wrap(text, _WIDTH, PROSE, lines=most))


def paragraph_slides(title: str, entries: tuple[Paragraph, ...], notes: str = "") -> Iterator[TextSlide]:
    """Yield slides with the paragraphs, about as many lines on each; a longer paragraph is truncated to a slide."""
    short = tuple(map(_cut, entries))
    sheets = _sheets(short, _LINES)
    for room in range(_LINES - 1, 0, -1):
        lower = _sheets(short, room)
        if len(lower) > len(sheets):
            break
        sheets = lower
    for at, sheet in enumerate(sheets, 1):
        yield TextSlide(numbered_title(title, at, len(sheets)), sheet, notes)


def fitting(title: str, entries: Iterable[Paragraph], notes: str, more: str) -> TextSlide:
    """Return one slide with all paragraphs, or with the first ones and a last line that counts `more` of them.

    Each is truncated to as many lines as there is room for, if all of them have room.
    """
    every = tuple(entries)
    for most in range(_MOST_LINES, _STORY_LINES, -1):
        longer = tuple(shortened_entry(entry, most) for entry in every)
        if sum(_story_lines(entry) * PROSE * LEADING + PARAGRAPH for entry in longer) <= AREA[3]:
            return TextSlide(title, longer, notes)
    shown: list[Paragraph] = []
    room, short = AREA[3], tuple(map(shortened_entry, every))
    for index, entry in enumerate(short):
        wanted = _story_lines(entry) * PROSE * LEADING + PARAGRAPH
        left = len(short) - index
        if wanted + (PROSE * LEADING + PARAGRAPH if left > 1 else 0.0) > room:
            shown.append(Paragraph(f"… and {left} {more}."))
            break
        shown.append(entry)
        room -= wanted
    return TextSlide(title, tuple(shown), notes)


def _story_lines(entry: Paragraph) -> int:
    return max(1, len(wrap(_words(entry), _WIDTH, PROSE, bold=bool(entry.strong))))


def _words(entry: Paragraph) -> str:
    return f"{entry.strong} {entry.text}".strip()


def shortened_entry(entry: Paragraph, most: int = _STORY_LINES) -> Paragraph:
    """Truncate a paragraph to a few lines of a story: after a sentence if one fits, else after a word."""
    words = _words(entry)
    bold = bool(entry.strong)
    if len(wrap(words, _WIDTH, PROSE, bold=bold)) <= most:
        return entry
    lines_shown = wrap(words, _WIDTH, PROSE, bold=bold, lines=most)
    shown = whole_words(" ".join(lines_shown))[len(entry.strong) :].strip()
    sentences = _SENTENCES.match(shown)
    return Paragraph(sentences[0] if sentences else closed_quote(whole_clause(shown)), entry.strong, entry.badge)


def _sheets(entries: tuple[Paragraph, ...], most: int) -> list[tuple[Paragraph, ...]]:
    """Split paragraphs into slides of so many lines, each with at least one paragraph."""
    sheets: list[tuple[Paragraph, ...]] = []
    room = 0.0
    for entry in entries:
        wanted = line_count(entry) + _SPACE
        if not sheets or wanted > room:
            sheets.append(())
            room = most + _SPACE
        sheets[-1] += (entry,)
        room -= wanted
    return sheets


def term_slides(terms: Iterable[tuple[Term, str]]) -> Iterator[TextSlide | TermsSlide]:
    """Yield terms with their notes in two columns per slide; a term that fits no column has slides of its own."""
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
            numbered = numbered_title("Explanations", at, count)
            yield TermsSlide(numbered, tuple(sheet.columns), sheet.size, "\n\n".join(sheet.notes))
        else:
            yield from paragraph_slides(sheet[0].name, sheet[0].entries, sheet[1])


class _Sheet:
    """A slide that is being filled with terms."""

    def __init__(self) -> None:
        self.columns: list[tuple[Term, ...]] = []
        self.notes: list[str] = []

    @property
    def size(self) -> float:
        """The largest font size that fits all columns."""
        return min(_term_size(column) or _SIZES[-1] for column in self.columns)

    def takes(self, term: Term) -> bool:
        """Add a term below the last one, else in a new column; return False if there is no room."""
        if self.columns and _term_size((*self.columns[-1], term)) is not None:
            self.columns[-1] += (term,)
        elif len(self.columns) < _BESIDE:
            self.columns.append((term,))
        else:
            return False
        return True


def _trimmed(term: Term) -> Term:
    """Drop the last meanings in single systems while the term doesn't fit its column."""
    entries = term.entries
    while len(entries) > 1 and entries[-1].strong and _term_size((Term(term.name, entries),)) is None:
        entries = entries[:-1]
    return Term(term.name, entries)


def _term_size(terms: tuple[Term, ...]) -> float | None:
    """Return the largest font size that fits the terms into a column; None if none does."""
    return next((size for size in _SIZES if _height(terms, size) <= _ROOM[1]), None)


def _height(terms: tuple[Term, ...], size: float) -> float:
    """Return the height of a column."""
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
    if line_count(entry) <= _LINES:
        return entry
    short = wrap(entry.text, _WIDTH, PROSE, lines=max(1, _LINES - 1 - len(wrap(entry.strong, _WIDTH, PROSE, lines=4))))
    strong = " ".join(wrap(entry.strong, _WIDTH, PROSE, lines=4))
    return Paragraph(" ".join(short), strong, entry.badge)
