"""Values as YAML, on one line or as a block; YAML 1.1 and 1.2 read them back as what they were."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml
from msgspec import json

from archgen.language.yaml.scalars import resolve

WIDEST = 110
"""Columns up to which a value stands on one line where it may."""

_PLAIN = re.compile(r"[A-Za-z0-9_/.](?:[A-Za-z0-9_/. %'=<>|+@()&-]|:(?! |$))*(?<! )")
_YAML_1_1: Any = yaml.resolver.Resolver()
_TEXTS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp")
"""Plain scalars that YAML 1.1 reads as text, or as the day that a model's text is about."""


def inline(value: Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inline(str(key))}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inline, value)) + "]"
    if not isinstance(value, str):
        return json.encode(value).decode()
    return _scalar(value)


@lru_cache(maxsize=4096)
def _scalar(text: str) -> str:
    """Return a text as YAML: plain, but in quotes if it is empty or reads as a number, a flag or nothing."""
    return text if _PLAIN.fullmatch(text) and _is_text(text) else "".join(map(_escape, json.encode(text).decode()))


def _is_text(plain: str) -> bool:
    return isinstance(resolve(plain), str) and _YAML_1_1.resolve(yaml.ScalarNode, plain, (True, False)) in _TEXTS


def _escape(char: str) -> str:
    """Return a character as YAML takes it between double quotes, where it takes fewer than JSON."""
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def block(values: dict[str, Any], levels: int = 1, indent: str = "") -> Iterator[str]:
    """Yield the lines of a mapping: one per key on the first `levels` levels, and where one line would be too wide."""
    for key, value in values.items():
        yield from _entry(f"{indent}{inline(str(key))}:", value, levels, f"{indent}  ")


def _entry(head: str, value: Any, levels: int, indent: str) -> Iterator[str]:
    is_nested = bool(value) and isinstance(value, dict | list | tuple)
    line = "" if is_nested and levels >= 1 else f"{head} {inline(value)}"
    if line and (not is_nested or len(line) <= WIDEST):
        yield line
    elif isinstance(value, dict):
        yield head
        yield from block(value, levels - 1, indent)
    else:
        yield head
        for item in value:
            yield from _item(item, levels - 1, indent)


def _item(item: Any, levels: int, indent: str) -> Iterator[str]:
    line = f"{indent}- {inline(item)}"
    if not item or not isinstance(item, dict) or (levels < 1 and len(line) <= WIDEST):
        yield line
        return
    first, *rest = block(item, levels - 1, f"{indent}  ")
    yield f"{indent}- {first.lstrip()}"
    yield from rest
