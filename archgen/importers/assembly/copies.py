"""Stores whose names say that one copies the other, as `redis-master` and `redis-replica`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from archgen.importers.assembly.inventory import Part

_FIRST = re.compile(r"(^|[-_.])(master|primary|leader|main)($|[-_.])", re.IGNORECASE)
_COPY = re.compile(
    r"(^|[-_.])(read-?)?(replicas?|slaves?|followers?|secondary|standby|readonly)($|[-_.])", re.IGNORECASE
)


def mark_copies(parts: Mapping[str, Part]) -> None:
    """State of each store that is named a copy what it copies: the one of its product that is named the first."""
    for part in parts.values():
        if part.copy_of is None and part.traits.stores and _COPY.search(part.id) is not None:
            stem = _stem(_COPY, part.id)
            firsts = [each.id for each in parts.values() if _is_first(each, part, stem)]
            if len(firsts) == 1:
                part.copy_of = firsts[0]


def _is_first(other: Part, part: Part, stem: str) -> bool:
    if other is part or other.product != part.product or other.kind != part.kind or other.copy_of is not None:
        return False
    return other.id.lower() == stem or (_FIRST.search(other.id) is not None and _stem(_FIRST, other.id) == stem)


def _stem(pattern: re.Pattern[str], name: str) -> str:
    return pattern.sub("-", name.lower()).strip("-_.")
