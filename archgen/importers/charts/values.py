"""Values of charts: over one another, and by the ways of `--set`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from archgen.language.yaml.tree import Map, Seq

_KEY = re.compile(r"(?:[^.\\]|\\.)+")
_MOST_KEYS = 20


def over(values: dict[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with others over them; nothing in the place of one takes it away."""
    result = dict(values)
    for key, value in others.items():
        inner = result.get(key)
        if isinstance(inner, dict) and isinstance(value, dict):
            result[key] = over(inner, value)
        elif value is None:
            result.pop(key, None)
        else:
            result[key] = value
    return result


def plain(node: Any) -> Any:
    """Return what a document holds as Python's own values."""
    if isinstance(node, Map):
        return {key: plain(value) for key, value in node.items()}
    return [*map(plain, node)] if isinstance(node, Seq) else node


def value_at(values: Any, way: str) -> Any:
    """Return the value at a way of keys, as `--set` finds it; nothing where there is none."""
    for key in _keys_of(way):
        values = values.get(key) if isinstance(values, dict) else None
    return values


def _keys_of(way: str) -> list[str]:
    """Return the keys of a way; none of one into a list."""
    keys = [key.replace("\\", "") for key in _KEY.findall(way)]
    return keys if len(keys) <= _MOST_KEYS and "[" not in way and "{" not in way else []


def copied(value: Any) -> Any:
    """Return a value with mappings and lists of its own."""
    if isinstance(value, dict):
        return {key: copied(each) for key, each in value.items()}
    return [*map(copied, value)] if isinstance(value, list) else value


def set_value(values: dict[str, Any], way: str, text: str) -> None:
    """Set a value at a way of keys, as `--set` does; one into a list is left out."""
    keys = _keys_of(way)
    if not keys:
        return
    for key in keys[:-1]:
        inner = values.get(key)
        if not isinstance(inner, dict):
            inner = values[key] = {}
        values = inner
    values[keys[-1]] = {"true": True, "false": False}.get(
        text, int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
    )
