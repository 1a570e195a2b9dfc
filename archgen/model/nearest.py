"""The word of a closed set that a misspelled one most likely means."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

_TIED = 30
"""Candidates that are ranked anew: as many codes of rules differ in one character."""
_ALIKE = str.maketrans("oOlI", "0011")
"""Letters that are read and typed as digits."""


def nearest(word: str, choices: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the choice that is most like a word; None if none is as like as `cutoff`, a ratio from 0 to 1.

    Among equally like ones the one with more letters in their places: `REL0O1` means `REL001`, not `REL017`.
    """
    close = get_close_matches(word, choices, _TIED, cutoff)
    return max(close, key=lambda choice: (_likeness(word, choice), _in_place(word, choice)), default=None)


def _likeness(word: str, choice: str) -> float:
    return SequenceMatcher(None, choice, word).ratio()


def _in_place(word: str, choice: str) -> int:
    pairs = zip(word.translate(_ALIKE), choice.translate(_ALIKE), strict=False)
    return sum(left == right for left, right in pairs)
