"""Values as YAML on one line, read back by YAML 1.1 and 1.2 as what they were."""

from __future__ import annotations

import re
from typing import Any

from msgspec import json

from archgen.language.yaml.scalars import resolve

_PLAIN = re.compile(r"[A-Za-z0-9_/.][A-Za-z0-9_/.+@() -]*")


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{word(str(key))}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return word(value) if isinstance(value, str) else json.encode(value).decode()


def word(text: str) -> str:
    """A text plain where YAML reads it as the same text, else in double quotes."""
    bare = text.replace(" -> ", "").replace(" | ", "")
    plain = _PLAIN.fullmatch(bare) and not text.endswith(" ") and isinstance(resolve(text), str)
    return text if plain else "".join(map(_escaped, json.encode(text).decode()))


def _escaped(char: str) -> str:
    """A character as YAML takes it between double quotes, where it takes fewer than JSON."""
    return char if char.isprintable() else f"\\U{ord(char):08x}"
