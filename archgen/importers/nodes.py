"""Access to trees of YAML whose form nobody has checked: each value with its line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archgen.language.yaml.tree import Map, Seq, unpack


class Node:
    """A value of a file with its line, and the way to it."""

    __slots__ = ("line", "path", "pointer", "value")

    def __init__(self, value: Any, line: int, path: str, pointer: str = "") -> None:
        self.value = value
        self.line = line
        self.path = path
        self.pointer = pointer

    def get(self, *keys: str) -> Node:
        """Return the value under keys; an empty node where the way ends."""
        node = self
        for key in keys:
            value = node.value
            if not isinstance(value, Map) or key not in value:
                return Node(None, node.line, node.path, node.pointer)
            index = list(value).index(key)
            node = Node(value[key], unpack(value.marks[2 * index])[1], node.path, f"{node.pointer}/{key}")
        return node

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield the keys of a mapping, each with its value."""
        value = self.value
        if isinstance(value, Map):
            for index, (key, item) in enumerate(value.items()):
                yield key, Node(item, unpack(value.marks[2 * index])[1], self.path, f"{self.pointer}/{key}")

    def list(self) -> Iterator[Node]:
        """Yield the items of a list; a single value is a list of one."""
        value = self.value
        if isinstance(value, Seq):
            for index, item in enumerate(value):
                yield Node(item, unpack(value.marks[index])[1], self.path, f"{self.pointer}/{index}")
        elif value is not None and not isinstance(value, Map):
            yield self

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of a mapping."""
        return tuple(self.value) if isinstance(self.value, Map) else ()

    @property
    def is_map(self) -> bool:
        """Return True for a mapping."""
        return isinstance(self.value, Map)

    @property
    def text(self) -> str:
        """Return a scalar as text, and the empty text for anything else."""
        value = self.value
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, int | float) else ""

    @property
    def number(self) -> int | None:
        """Return a whole number, written as a number or as a text."""
        text = self.text
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
