"""How wide text is, in pixels, by the font that pictures are measured and rasterised with."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, combining

from archgen.widths import BOLD, REGULAR, UNITS

ELLIPSIS = "…"
_INVISIBLE = frozenset({"Cc", "Cf", "Mn", "Me"})
_BREAK_AFTER = frozenset("/-_.,:;=&?@|+")


def _unpack(packed: tuple[tuple[int, str], ...]) -> dict[str, int]:
    return {
        chr(start + offset): int(width)
        for start, widths in packed
        for offset, width in enumerate(widths.split(" "))
        if width
    }


@lru_cache(maxsize=2)
def _widths(bold: bool) -> dict[str, int]:
    return _unpack(BOLD if bold else REGULAR)


def _other(character: str) -> int:
    """A character outside the font: nothing for marks and controls, a full em for the rest, so that boxes are not small."""
    return 0 if category(character) in _INVISIBLE or combining(character) else UNITS


def measured(character: str) -> bool:
    """Whether the font has the character."""
    return character in _widths(False)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a line of text in pixels at a font size in pixels."""
    widths = _widths(bold)
    total = 0
    for character in text:
        width = widths.get(character)
        total += _other(character) if width is None else width
    return total * size / UNITS


def _fitting(text: str, width: float, size: float, bold: bool) -> int:
    """How many characters of a text fit a width: at least one, and never a base without its marks."""
    widths, room, end = _widths(bold), width * UNITS / size, 0
    for end, character in enumerate(text):  # noqa: B007
        step = widths.get(character)
        room -= _other(character) if step is None else step
        if room < 0:
            break
    else:
        return len(text)
    return max(end, 1)


def elide(text: str, width: float, size: float, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than `width` pixels."""
    if text_width(text[:2000], size, bold) <= width and len(text) <= 2000:
        return text
    room = width - text_width(ELLIPSIS, size, bold)
    return text[: _fitting(text, room, size, bold)].rstrip() + ELLIPSIS if room > 0 else ELLIPSIS


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    """A word too long for a line, cut after punctuation where there is some, else anywhere."""
    pieces: list[str] = []
    while word:
        end = _fitting(word, width, size, bold)
        if end < len(word):
            end = next((at for at in range(end, end // 2, -1) if word[at - 1] in _BREAK_AFTER), end)
        pieces.append(word[:end])
        word = word[end:]
    return pieces


def wrap(text: str, width: float, size: float, bold: bool = False, lines: int | None = None) -> tuple[str, ...]:
    """The text in lines no wider than `width` pixels; white space folds, an empty text has no line.

    With `lines` the last of so many lines ends in an ellipsis when there would be more.
    """
    found: list[str] = []
    space = text_width(" ", size, bold)
    room = 0.0
    for word in text.split():
        wide = text_width(word, size, bold)
        pieces = [word] if wide <= width else _pieces(word, width, size, bold)
        for position, piece in enumerate(pieces):
            wide = wide if len(pieces) == 1 else text_width(piece, size, bold)
            if found and position == 0 and space + wide <= room:
                found[-1] += " " + piece
                room -= space + wide
            else:
                found.append(piece)
                room = width - wide
        if lines is not None and len(found) > lines:
            return (*found[: lines - 1], elide(found[lines - 1] + " " + found[lines], width - 0.01, size, bold))
    return tuple(found)
