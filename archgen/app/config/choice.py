"""Words of a closed set: an error suggests the nearest and lists all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archgen.model.problems import UsageError


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return `; did you mean …?` for a near miss, else nothing."""
    from difflib import get_close_matches

    # options are not alike because of their dashes
    plain = {choice.lstrip("-"): choice for choice in choices}
    close = get_close_matches(word.lstrip("-")[:100], plain, 1, 0.6)
    return f"; did you mean `{plain[close[0]]}`?" if close else ""


def require_choice(word: str, choices: Sequence[str], noun: str) -> str:
    """Return the word if it is a choice; else raise UsageError with the nearest one and all of them."""
    if word not in choices:
        listed = f"; known: {', '.join(choices)}" if choices else ""
        raise UsageError(f"unknown {noun} `{word}`{nearest(word, choices)}{listed}")
    return word
