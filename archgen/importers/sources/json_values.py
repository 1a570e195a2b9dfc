"""Settings in a variable that holds them as JSON, such as `SPRING_APPLICATION_JSON`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_NO_WORD = re.compile(r"[^A-Z0-9]+")
_OF_FRAMEWORKS = ("SPRING_APPLICATION_JSON", "NODE_CONFIG")
_LONGEST = 20_000
_DEEPEST = 8


def settings_of_json(variable: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield the settings of an object in a variable, by names as of variables: `{"redis": {"host": "x"}}` is `…_REDIS_HOST`.

    Before them stands the name of the variable, unless a framework takes each of them for a variable.
    """
    if not (text.lstrip().startswith("{") and '"' in text) or len(text) > _LONGEST:
        return
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from _leaves("" if variable in _OF_FRAMEWORKS else variable, values, 0)


def _leaves(name: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and depth < _DEEPEST:
        for key, inner in value.items():
            title = _NO_WORD.sub("_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).upper()).strip("_")
            yield from _leaves(f"{name}_{title}" if name else title, inner, depth + 1)
    elif isinstance(value, str | int) and not isinstance(value, bool) and name:
        yield name, str(value)
