"""Access to trees of YAML whose form nobody has checked: each value with its line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from archgen.importers.facts import Origin
from archgen.language.yaml.tree import Map, Seq, unpack


class SourceNode(Struct, eq=False):
    """A value of a file with its line, and the way to it; both are looked up where they are asked for.

    `above` and `key` tell where it stands, `mark` its position if it is known, and `way` the keys to it once it was asked for.
    `files` are those of a tree that was put together out of several, by their numbers in the positions; empty for one file.
    """

    value: Any
    path: str
    above: SourceNode | None = None
    key: str | int = ""
    mark: int = -1
    way: str | None = None
    files: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        """Return the line from 1; 1 for a document."""
        if self.mark >= 0:
            return unpack(self.mark)[1]
        above = self.above
        if above is None:
            return 1
        container = above.value
        if isinstance(container, Map):
            self.mark = container.key_mark(str(self.key))
        elif isinstance(container, Seq):
            self.mark = container.marks[int(self.key)]
        return unpack(self.mark)[1] if self.mark >= 0 else above.line

    @property
    def pointer(self) -> str:
        """Return the way through the keys, by `/`."""
        if self.way is None:
            self.way = "" if self.above is None else f"{self.above.pointer}/{self.key}"
        return self.way

    def get(self, *keys: str) -> SourceNode:
        """Return the value under keys; an empty node where the way ends."""
        node = self
        for key in keys:
            value = node.value
            if value.__class__ is not Map or key not in value:
                return SourceNode(None, node.path, node.above, node.key, node.mark, files=node.files)
            inner = value[key]
            node = (
                node._in_its_file(inner, key, value.key_mark(key))
                if node.files
                else SourceNode(inner, node.path, node, key)
            )
        return node

    def text_at(self, *keys: str) -> str:
        """Return the scalar under keys as text; the empty text where the way ends."""
        value = self.value
        for key in keys:
            if value.__class__ is not Map or key not in value:
                return ""
            value = value[key]
        return value if value.__class__ is str else _as_text(value)

    def items(self) -> Iterator[tuple[str, SourceNode]]:
        """Yield the keys of a mapping, each with its value."""
        value = self.value
        if value.__class__ is Map:
            for (key, item), mark in zip(value.items(), value.marks[::2], strict=True):
                yield key, self._in_its_file(item, key, mark)

    def list(self) -> Iterator[SourceNode]:
        """Yield the items of a list; a single value is a list of one."""
        value = self.value
        if value.__class__ is Seq:
            for index, item in enumerate(value):
                yield self._in_its_file(item, index, value.marks[index])
        elif value is not None and value.__class__ is not Map:
            yield self

    def _in_its_file(self, value: Any, key: str | int, mark: int) -> SourceNode:
        path = self.files[unpack(mark)[0]] if self.files else self.path
        return SourceNode(value, path, self, key, mark, None, self.files)

    @property
    def origin(self) -> Origin:
        """Return the place of the value."""
        return Origin(self.path, self.line, self.pointer)

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of a mapping."""
        return tuple(self.value) if self.value.__class__ is Map else ()

    @property
    def is_map(self) -> bool:
        """Return True for a mapping."""
        return self.value.__class__ is Map

    @property
    def text(self) -> str:
        """Return a scalar as text, and the empty text for anything else."""
        return _as_text(self.value)

    @property
    def number(self) -> int | None:
        """Return a whole number, written as a number or as a text."""
        text = self.text
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""
