"""Words of a closed set: an error suggests the nearest and lists all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archgen.model.nearest import nearest
from archgen.model.problems import UsageError


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return `; did you mean …?` for a near miss, else nothing."""
    # options are not alike because of their dashes
    plain = {choice.lstrip("-"): choice for choice in choices}
    close = nearest(word.lstrip("-")[:100], plain)
    return f"; did you mean `{plain[close]}`?" if close is not None else ""


def require_choice(word: str, choices: Sequence[str], noun: str) -> str:
    """Return the word if it is a choice; else raise UsageError with the nearest one and all of them."""
    if word not in choices:
        listed = f"; known: {', '.join(choices)}" if choices else ""
        raise UsageError(f"unknown {noun} `{word}`{did_you_mean(word, choices)}{listed}")
    return word
