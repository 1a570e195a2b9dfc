"""Values as YAML, on one line or as a block; YAML 1.1 and 1.2 read them back as what they were."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml
from msgspec import json

from archgen.language.yaml.scalars import resolve

WIDEST = 110
"""Columns up to which a value stands on one line where it may."""

_PLAIN = r"[A-Za-z0-9_/.](?:[A-Za-z0-9_/. %'=<>|+@()&-]|:(?! |$))*(?<! )"
_YAML_1_1: Any = yaml.resolver.Resolver()
_TEXTS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp")
"""Plain scalars that YAML 1.1 reads as text, or as the day that a model's text is about."""


def inline(value: Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, dict):
        entries = [
            f"{_scalar(str(key))}: {_scalar(item) if item.__class__ is str else inline(item)}"
            for key, item in value.items()
        ]
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.encode(value).decode()


@lru_cache(maxsize=4096)
def _scalar(text: str) -> str:
    """Return a text as YAML: plain, but in quotes if it is empty or reads as a number, a flag or nothing."""
    return text if re.fullmatch(_PLAIN, text) and _is_text(text) else "".join(map(_escape, json.encode(text).decode()))


def _is_text(plain: str) -> bool:
    # no word for a flag or for nothing has more letters than `false`
    if len(plain) > 5 and plain[0].isalpha():
        return True
    return isinstance(resolve(plain), str) and _YAML_1_1.resolve(yaml.ScalarNode, plain, (True, False)) in _TEXTS


def _escape(char: str) -> str:
    """Return a character as YAML takes it between double quotes, where it takes fewer than JSON."""
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def block(values: dict[str, Any], levels: int = 1, indent: str = "") -> list[str]:
    """Return the lines of a mapping: one per key on the first `levels` levels, and where one line would be too wide."""
    lines: list[str] = []
    for key, value in values.items():
        _add_entry(lines, f"{indent}{_scalar(str(key))}:", value, levels, f"{indent}  ")
    return lines


def _add_entry(lines: list[str], head: str, value: Any, levels: int, indent: str) -> None:
    if isinstance(value, str):
        lines.append(f"{head} {_scalar(value)}")
        return
    is_nested = bool(value) and isinstance(value, dict | list | tuple)
    if not is_nested or levels < 1:
        line = f"{head} {inline(value)}"
        if not is_nested or len(line) <= WIDEST:
            lines.append(line)
            return
    lines.append(head)
    if isinstance(value, dict):
        lines += block(value, levels - 1, indent)
    else:
        for item in value:
            _add_item(lines, item, levels - 1, indent)


def _add_item(lines: list[str], item: Any, levels: int, indent: str) -> None:
    if not item or not isinstance(item, dict) or levels < 1:
        line = f"{indent}- {inline(item)}"
        if not item or not isinstance(item, dict) or len(line) <= WIDEST:
            lines.append(line)
            return
    first, *rest = block(item, levels - 1, f"{indent}  ")
    lines += [f"{indent}- {first.lstrip()}", *rest]
