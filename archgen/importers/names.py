"""Names of other programs: as ids of a model, and by their words."""

from __future__ import annotations

import re
from functools import lru_cache

_OTHER = re.compile(r"[^A-Za-z0-9._-]+")
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")
_LOAD = re.compile(
    r"(load|traffic|stress)[-_]?(gen(erat\w*)?|test\w*|simulat\w*)([-_]|$)|(user|visitor|customer)s?[-_]?simulat|virtual-?(user|customer|shopper|worker)|"
    r"locust|(^|[-_])(k6|wrk2?|vegeta|fortio|tsung|siege|bombardier|jmeter|gatling|artillery)([-_]|$)",
    re.IGNORECASE,
)
"""Names and images of what calls to test, and for nobody."""

LONGEST = 60


@lru_cache(maxsize=4096)
def make_id(name: str) -> str:
    """Return a name as an id of the language."""
    words = _OTHER.sub("-", name).strip("-._")[:LONGEST].rstrip("-._")
    return words or "unnamed"


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters; the first is empty where the name begins with none."""
    return (*_BETWEEN_WORDS.split(name.lower()),)


def free_id(name: str, taken: set[str] | dict[str, str]) -> str:
    """Return an id that isn't taken: the name's own, or one with a number."""
    base = make_id(name)
    candidate, number = base, 2
    while candidate in taken:
        candidate, number = f"{base}-{number}", number + 1
    return candidate


def makes_load(name: str) -> bool:
    """Return True for the name or image of what calls to test, as many visitors do."""
    return _LOAD.search(name) is not None
