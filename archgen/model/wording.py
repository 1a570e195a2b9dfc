"""Counts and lists in English."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return the names as `a`, `a and b` or `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def first_few(names: Sequence[str], most: int) -> Sequence[str]:
    """Return at most so many names, and how many more there are."""
    return names if len(names) <= most else (*names[:most], f"{len(names) - most} more")


def plural(count: int, noun: str) -> str:
    """Return the count with its noun, as `1 flow` or `2 flows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
