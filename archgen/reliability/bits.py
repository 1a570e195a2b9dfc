"""Bits of long numbers that stand for states or elements."""

from __future__ import annotations

from collections.abc import Iterator


def places(mask: int) -> list[int]:
    """List the places of the bits that are set, in linear time: a shift copies all of a long mask."""
    return [place for place, digit in enumerate(reversed(f"{mask:b}")) if digit == "1"]


def single_bits(mask: int) -> Iterator[int]:
    """Yield each bit that is set as a number of its own, from the lowest; for masks that have few."""
    while mask:
        lowest = mask & -mask
        yield lowest
        mask ^= lowest
