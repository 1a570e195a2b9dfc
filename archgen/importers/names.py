"""Ids of a model from the names of other programs."""

from __future__ import annotations

import re
from functools import lru_cache

_OTHER = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST = 60


@lru_cache(maxsize=4096)
def make_id(name: str) -> str:
    """Return a name as an id of the language."""
    words = _OTHER.sub("-", name).strip("-._")[:LONGEST].rstrip("-._")
    return words or "unnamed"


def free_id(name: str, taken: set[str] | dict[str, str]) -> str:
    """Return an id that isn't taken: the name's own, or one with a number."""
    base = make_id(name)
    candidate, number = base, 2
    while candidate in taken:
        candidate, number = f"{base}-{number}", number + 1
    return candidate
