"""Libraries imported without what they prepare for uses that archgen has none of.

A lint of a small model lasts as long as a few imports do, so what these cost is most of what it costs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

compiled = re.compile


class Later:
    """A regular expression that is compiled when it is first asked for anything."""

    def __init__(self, *given: Any) -> None:
        self._given = given

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__["_pattern"] = self.__dict__.get("_pattern") or compiled(*self._given)
        return getattr(found, name)


@contextmanager
def patterns_later() -> Iterator[None]:
    """Let what is imported meanwhile compile its regular expressions when it uses them.

    PyYAML alone compiles ten, for a parser in Python that is not asked where libyaml is there, which takes two thirds of
    its import. Other threads could compile theirs meanwhile, so nothing is done where there may be any.
    """
    if "threading" in sys.modules:
        yield
        return
    re.compile = Later  # type: ignore[assignment]
    try:
        yield
    finally:
        re.compile = compiled
