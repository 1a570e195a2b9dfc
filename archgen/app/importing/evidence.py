"""A thing in a repository that speaks for or against a way to run its system as the one for visitors."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

_STRONG = 2
_OUTRIGHT = 3


class Evidence(Struct, frozen=True):
    """A weight, below zero for what speaks against it, and the words of a user for it.

    `is_deed` is True where the repository itself brings the system to its visitors, after each change.
    """

    weight: int
    says: str
    is_deed: bool = False


def weigh(evidence: Iterable[Evidence]) -> int:
    """Return how much all of it speaks for production."""
    return sum(each.weight for each in evidence)


def has_strong(evidence: Iterable[Evidence], sign: int) -> bool:
    """Return True if a thing alone says much for it, or against it where the sign is below zero."""
    return any(each.weight * sign >= _STRONG for each in evidence)


def is_outright(evidence: Iterable[Evidence]) -> bool:
    """Return True if a thing alone says it outright, as a name or a script does: no comment and no setting counts as much."""
    return any(each.weight >= _OUTRIGHT for each in evidence)


def strongest(evidence: Iterable[Evidence], sign: int) -> list[str]:
    """Return the words of the two that speak most for it, or against it where the sign is below zero."""
    chosen = sorted((each for each in evidence if each.weight * sign > 0), key=lambda each: -abs(each.weight))
    return [each.says for each in chosen[:2]]
