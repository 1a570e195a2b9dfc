"""The word of a closed set that a misspelled one most likely means."""

from __future__ import annotations

from collections.abc import Iterable

_TIED = 30
"""Candidates that are ranked anew: as many codes of rules differ in one character."""
_ALIKE = str.maketrans("oOlI", "0011")
"""Letters that are read and typed as digits."""


def nearest(word: str, choices: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the choice that is most like a word; None if none is as like as `cutoff`, a ratio from 0 to 1.

    Among equally like ones the one with more letters in their places: `REL0O1` means `REL001`, not `REL017`.
    """
    from difflib import SequenceMatcher, get_close_matches

    letters = frozenset(word)
    possible = [choice for choice in choices if _may_be_like(word, letters, choice, cutoff)]
    close = get_close_matches(word, possible, _TIED, cutoff)
    return max(
        close,
        key=lambda choice: (SequenceMatcher(None, choice, word).ratio(), _in_place(word, choice)),
        default=None,
    )


def _may_be_like(word: str, letters: frozenset[str], choice: str, cutoff: float) -> bool:
    """Return False if a choice can't be as like a word as asked, for its length or as each lacks letters of the other."""
    length = len(word) + len(choice) or 1
    if 2.0 * min(len(word), len(choice)) / length < cutoff:
        return False
    others = frozenset(choice)
    matches = min(len(word) - len(letters - others), len(choice) - len(others - letters))
    return 2.0 * matches / length >= cutoff


def _in_place(word: str, choice: str) -> int:
    pairs = zip(word.translate(_ALIKE), choice.translate(_ALIKE), strict=False)
    return sum(left == right for left, right in pairs)
