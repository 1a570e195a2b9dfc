"""Words that must be one of a closed set: the nearest is suggested, the set is listed."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.model.problems import UsageError


def nearest(word: str, known: Sequence[str]) -> str:
    """`, did you mean …?` for a near miss, else nothing."""
    from difflib import get_close_matches

    # the dashes of an option make no two of them alike
    plain = {one.lstrip("-"): one for one in known}
    close = get_close_matches(word.lstrip("-")[:100], plain, 1, 0.6)
    return f", did you mean `{plain[close[0]]}`?" if close else ""


def one_of(word: str, known: Sequence[str], what: str) -> str:
    """The word, if it is known; else a UsageError that lists what is."""
    if word not in known:
        listed = f"; known: {', '.join(known)}" if known else ""
        raise UsageError(f"unknown {what} `{word}`{nearest(word, known)}{listed}")
    return word
