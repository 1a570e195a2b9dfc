"""Free names for what an edit adds, beside those that are there."""

from __future__ import annotations

from collections.abc import Collection


def stem(name: str) -> str:
    """Return a name without its number: `lb` for `lb-1`."""
    return name.rstrip("0123456789").rstrip("-_.")


def next_name(name: str, taken: Collection[str]) -> str:
    """Return the next free name of the same stem: `lb-2` after `lb-1` and after `lb`, `web2` after `web1`."""
    rest = name[len(stem(name)) :]
    between = rest.rstrip("0123456789") if rest[-1:].isdigit() else "-"
    return next_number(stem(name) + between, 2, taken)


def next_number(prefix: str, number: int, taken: Collection[str]) -> str:
    """Return a prefix with the first free number from one on."""
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"


def unused_name(name: str, taken: Collection[str]) -> str:
    """Return the name where it is free, else the next one with a number."""
    return next_name(name, taken) if name in taken else name
