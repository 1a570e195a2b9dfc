"""The width of text in pixels, by the font that pictures are measured and rasterized with."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from functools import lru_cache
from unicodedata import category, combining

from msgspec import json

UNITS = 2048
"""Font units to an em."""

MEASURED = 4096
"""Texts whose widths are remembered: a diagram is laid out by several measures, and drawn several times."""

ELLIPSIS = "…"

LINK_WORDS = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "the", "to", "with"))
"""Words that end no name: what follows them is missing."""

_INVISIBLE = frozenset({"Cc", "Cf", "Mn", "Me"})
_BREAK_AFTER = frozenset("/-_.,:;=&?@|+")


class _Widths(dict[str, int]):
    """Widths of one weight by character, as far as they were asked for; one that the font lacks has the width of its script."""

    def __init__(self, runs: dict[str, list[int]]) -> None:
        """Take the widths of characters that follow each other, by the code point of the first."""
        self._runs = sorted((int(start), widths) for start, widths in runs.items())

    def __missing__(self, character: str) -> int:
        width = self.of_font(character)
        if width is None:
            return _other(character)
        self[character] = width
        return width

    def of_font(self, character: str) -> int | None:
        """Return the width of a character; None if the font lacks it."""
        code = ord(character)
        start, widths = self._runs[bisect_right(self._runs, code, key=_first) - 1]
        return widths[code - start] if 0 <= code - start < len(widths) else None


def _first(run: tuple[int, list[int]]) -> int:
    return run[0]


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, list[int]]]:
    with open(os.path.join(os.path.dirname(__file__), "arimo_widths.json"), "rb") as source:
        tables: dict[str, dict[str, list[int]]] = json.decode(source.read())
    return tables


@lru_cache(maxsize=2)
def _widths(bold: bool) -> _Widths:
    return _Widths(_tables()["bold" if bold else "regular"])


_WIDER = ((0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF), (0x0B80, 0x0BFF), (0x0D00, 0x0D7F))
"""Code points of emoji, Tamil and Malayalam, most of which are wider than an em."""

_WIDE = 2601
"""The advance of an emoji in Noto Emoji, in our font's units."""


_NARROWER = (
    (0x0600, 0x06FF),
    (0x0750, 0x077F),
    (0x08A0, 0x08FF),
    (0x0900, 0x0AFF),
    (0x0E00, 0x0EFF),
    (0x1780, 0x17FF),
)
"""Code points of Arabic, Devanagari, Bengali, Gurmukhi, Gujarati, Thai, Lao and Khmer, whose words are narrower."""

_NARROW, _BROAD = 1434, 2253
"""Seven tenths of an em, which no usual word of these scripts exceeds, and what the broad letters of Arabic take."""

_BROAD_LETTERS = frozenset("\u0633\u0634\u0635\u0636\u06fa")
"""Seen, sheen, sad and dad."""


def _other(character: str) -> int:
    """Return a character outside the font: nothing for marks and controls, an em for the rest, more or less for some scripts.

    That is the advance of a Chinese, Japanese or Korean character, and room for one of most other scripts.
    """
    if category(character) in _INVISIBLE or combining(character):
        return 0
    code = ord(character)
    if any(low <= code <= high for low, high in _NARROWER):
        return _BROAD if character in _BROAD_LETTERS else _NARROW
    return _WIDE if any(low <= code <= high for low, high in _WIDER) else UNITS


def measured(character: str) -> bool:
    """Return True if the font has the character."""
    return _widths(False).of_font(character) is not None


@lru_cache(maxsize=MEASURED)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of a line of text in pixels at a font size in pixels."""
    widths = _widths(bold)
    return sum([widths[character] for character in text]) * size / UNITS


def _fitting(text: str, width: float, size: float, bold: bool) -> int:
    """Return the number of characters that fit a width: at least one, and never a base without its marks."""
    widths, room, end = _widths(bold), width * UNITS / size, 0
    for end, character in enumerate(text):  # noqa: B007
        room -= widths[character]
        if room < 0:
            break
    else:
        return len(text)
    return max(end, 1)


@lru_cache(maxsize=4096)
def elide(text: str, width: float, size: float, bold: bool = False) -> str:
    """Return the text, cut with an ellipsis where it is wider than `width` pixels."""
    if text_width(text[:2000], size, bold) <= width and len(text) <= 2000:
        return text
    room = width - text_width(ELLIPSIS, size, bold)
    cut = text[: _fitting(text, room, size, bold)].rstrip().removesuffix(ELLIPSIS).rstrip()
    return cut + ELLIPSIS if room > 0 else ELLIPSIS


def elide_words(text: str, width: float, size: float, bold: bool = False) -> str:
    """Return the text in a line, cut after a whole word where one has room."""
    first = text.partition(" ")[0]
    if first == text or text_width(f"{first} {ELLIPSIS}", size, bold) > width:
        return elide(text, width, size, bold)
    return wrap(text, width, size, bold, lines=1)[0]


def _may_break(word: str, place: int) -> bool:
    """Return True if a line may end before a place in a word: after punctuation, or within CamelCase."""
    before, after = word[place - 1], word[place : place + 1]
    return before in _BREAK_AFTER or (before.islower() and after.isupper())


def longest_word(text: str, size: float, bold: bool = False) -> float:
    """Return the width of the longest part of a text in which no line may end."""
    parts = [""]
    for word in text.split():
        parts.append("")
        for place, character in enumerate(word, start=1):
            parts[-1] += character
            if _may_break(word, place):
                parts.append("")
    return max(text_width(part, size, bold) for part in parts)


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    """Return a word in pieces no wider than a line, cut after punctuation or before a capital, else anywhere."""
    if text_width(word, size, bold) <= width:
        return [word]
    pieces: list[str] = []
    while word:
        end = _fitting(word, width, size, bold)
        if end < len(word):
            end = next((place for place in range(end, 0, -1) if _may_break(word, place)), end)
        pieces.append(word[:end])
        word = word[end:]
    return pieces


NO_BREAK = "\u00a0"
"""A space between a number and its unit, at which no line ends."""

_UNBROKEN = re.compile(r"\S+(?:\u00a0+\S+)*")


@lru_cache(maxsize=4096)
def wrap(text: str, width: float, size: float, bold: bool = False, lines: int | None = None) -> tuple[str, ...]:
    """Return the text in lines no wider than `width` pixels; white space folds, an empty text has no line.

    It breaks at no space that forbids it.

    With `lines` the last of so many lines ends in an ellipsis when there would be more, after a word
    that may end a text.
    """
    folded: list[str] = []
    space = text_width(" ", size, bold)
    room = 0.0
    for word in text.split() if NO_BREAK not in text else _UNBROKEN.findall(text):
        for position, piece in enumerate(_pieces(word, width, size, bold)):
            wide = text_width(piece, size, bold)
            if folded and position == 0 and space + wide <= room:
                folded[-1] += " " + piece
                room -= space + wide
            else:
                folded.append(piece)
                room = width - wide
        if lines is not None and len(folded) > lines:
            last = folded[lines - 1] + " " + folded[lines]
            cut = _whole_words(last, elide(last, width - 0.01, size, bold))
            if cut == ELLIPSIS and lines > 1:
                before = _without_links(folded[lines - 2].split())
                for joined in (f"{before} {ELLIPSIS}", before + ELLIPSIS):
                    if before and text_width(joined, size, bold) <= width:
                        return (*folded[: lines - 2], joined)
            return (*folded[: lines - 1], cut)
    return tuple(folded)


def _whole_words(text: str, cut: str) -> str:
    """Return a text that was cut up to its last unbroken word that isn't a link, if others are left."""
    rest = cut.removesuffix(ELLIPSIS).rstrip(f" {ELLIPSIS}")
    broken = bool(text[len(rest) : len(rest) + 1].strip(f" {ELLIPSIS}"))
    words = rest.split()
    if broken and len(words) > 1:
        words.pop()
    elif broken:
        return cut
    left = _without_links(words)
    return cut if left == rest and len(rest) + 1 == len(cut) else f"{left} {ELLIPSIS}".lstrip()


def _without_links(words: list[str]) -> str:
    """Return words without those at their end that nothing may end with."""
    count = len(words)
    while count and (words[count - 1].lower() in LINK_WORDS or words[count - 1] == ELLIPSIS):
        count -= 1
    return " ".join(words[:count]).rstrip(",;:")


_EVEN = 4.0
"""How near to each other the widths of lines are brought, in pixels."""


def balanced(text: str, width: float, size: float) -> tuple[str, ...]:
    """Return the text in as few lines as `wrap` gives it, but as even as may be: no last word stands alone below the others.

    A word too long for a line stays cut as `wrap` cuts it: other cuts may take more lines, or fewer.
    """
    folded = wrap(text, width, size)
    if len(folded) < 2:
        return folded
    pieces = [text_width(piece, size) for word in text.split() for piece in _pieces(word, width, size, False)]
    low, high = max([text_width(text, size) / len(folded), *pieces]) - 0.01, width
    while high - low > _EVEN:
        middle = (low + high) / 2
        other = wrap(text, middle, size)
        if len(other) > len(folded):
            low = middle
        else:
            folded, high = other, middle
    return folded
