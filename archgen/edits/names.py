"""Free names for what an edit adds, beside those that are there."""

from __future__ import annotations

from collections.abc import Collection


def stem(name: str) -> str:
    """Return a name without its number: `lb` for `lb-1`."""
    return name.rstrip(_DIGITS).rstrip("-_.")


def next_name(name: str, taken: Collection[str]) -> str:
    """Return the next free name of the same stem: `lb-2` after `lb-1` and after `lb`, `web2` after `web1`.

    A series goes on from where it begins: `rack-13` after `rack-11` and `rack-12`.
    """
    rest = name[len(stem(name)) :]
    digits = rest[len(rest.rstrip(_DIGITS)) :]
    prefix = stem(name) + (rest[: len(rest) - len(digits)] if digits else "-")
    width = len(digits) if digits.startswith("0") else 1
    number = 2 if f"{prefix}{1:0{width}}" in taken or stem(name) in taken else _lowest(prefix, taken) + 1
    return next_number(prefix, number, taken, width)


def _lowest(prefix: str, taken: Collection[str]) -> int:
    """Return the number at which a series begins; 1 if none is there."""
    numbers = (name[len(prefix) :] for name in taken if name.startswith(prefix))
    return min((int(number) for number in numbers if number.isdecimal() and number.isascii()), default=1)


_DIGITS = "0123456789"


def next_place(name: str, taken: Collection[str]) -> str:
    """Return the next free name of the same series of places: `room-c` after `room-a`, `dc-2` after `dc-1`."""
    if _is_lettered(name):
        letters = (chr(code) for code in range(ord(name[-1]) + 1, ord("z") + 1))
        free = next((name[:-1] + letter for letter in letters if name[:-1] + letter not in taken), None)
        if free is not None:
            return free
    return next_name(name, taken)


def same_series(name: str, other: str) -> bool:
    """Return True if two names differ in their number alone, or in the letter at their end."""
    lettered = _is_lettered(name) and _is_lettered(other) and name[:-1] == other[:-1]
    return lettered or stem(name) == stem(other)


def _is_lettered(name: str) -> bool:
    """Return True for a name that ends in a letter as others do in a number: `room-a`, `eu-1b`, `b`."""
    return name[-1:].isascii() and name[-1:].islower() and not name[-2:-1].isalpha()


def next_number(prefix: str, number: int, taken: Collection[str], width: int = 1) -> str:
    """Return a prefix with the first free number from one on, with zeros up to a width."""
    while f"{prefix}{number:0{width}}" in taken:
        number += 1
    return f"{prefix}{number:0{width}}"


def unused_name(name: str, taken: Collection[str]) -> str:
    """Return the name where it is free, else the next one with a number."""
    return next_name(name, taken) if name in taken else name
