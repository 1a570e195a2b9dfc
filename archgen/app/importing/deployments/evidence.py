"""A thing in a repository that speaks for or against a way to run its system as the one for visitors."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

_STRONG = 2


class Evidence(Struct, frozen=True):
    """A weight, below zero for what speaks against it, and the words of a user for it.

    `is_deed` is True where the repository itself brings the system to its visitors: manifests after each change, a compose file
    by any script. It is stated where a document says it.
    """

    weight: int
    says: str
    is_deed: bool = False
    is_stated: bool = False


def weigh(evidence: Iterable[Evidence]) -> int:
    """Return how much all of it speaks for production."""
    return sum(each.weight for each in evidence)


def has_strong(evidence: Iterable[Evidence], sign: int) -> bool:
    """Return True if a thing alone says much for it, or against it where the sign is below zero."""
    return any(each.weight * sign >= _STRONG for each in evidence)


def strongest(evidence: Iterable[Evidence], sign: int) -> list[str]:
    """Return the words of the two that speak most for it, or against it where the sign is below zero."""
    chosen = sorted((each for each in evidence if each.weight * sign > 0), key=lambda each: -abs(each.weight))
    return [each.says for each in chosen[:2]]
