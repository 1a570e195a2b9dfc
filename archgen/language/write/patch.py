"""Changes written into a model's text: only the characters that a change is about differ afterwards.

The places come from the nodes that the parser composes, and what stands around them stays as it is: comments, quotes,
order and layout. What cannot be written in its place (a part that stands in an included file or behind an alias, a value
with a comment inside) is refused.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import yaml
from msgspec import Struct

from archgen.language.expand.connections import connection_id
from archgen.language.schema import schema
from archgen.language.write.sections import prevalent_ending
from archgen.language.write.values import block, inline
from archgen.language.yaml.syntax import LINE_BREAK
from archgen.model.change import Append, Change, Path, Put, Remove

_COMPOSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SHORT_FOR: dict[str, str | None] = {"balance": "algorithm", "tls": None}
"""The key that a single value is short for where a mapping may stand, None where the mapping implies it."""


class PatchError(Exception):
    """The change can't be written into this text."""


def apply_changes(text: str, changes: Iterable[Change]) -> str:
    """Return the text with every change; raise PatchError if one of them can't be written."""
    for (kind, path), group in groupby(changes, lambda change: (type(change), change.path)):
        if kind is Append:
            # items of one list are written together
            text = _ParsedText(text).append(path, [change.value for change in group if isinstance(change, Append)])
            continue
        for change in group:
            if isinstance(change, Put):
                text = _ParsedText(text).put(change.path, change.value)
            elif isinstance(change, Remove):
                text = _ParsedText(text).remove(change.path)
    return text


class _Spot(Struct, frozen=True):
    """The end of a path as far as the document has it: the last node, its parent, and the rest of the path."""

    node: Any
    parent: Any
    rest: Path


class _ParsedText:
    """A text with its nodes and the offsets of its lines; each method returns a changed text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._root: Any = yaml.compose(text, Loader=_COMPOSER)
        if not isinstance(self._root, yaml.MappingNode):
            raise PatchError("no mapping")
        self._starts = [0, *(line_break.end() for line_break in LINE_BREAK.finditer(text))]
        self._break = prevalent_ending(text)
        self._extends = any(key.value == "extends" for key, _ in self._root.value)

    # The changes

    def put(self, path: Path, value: Any) -> str:
        spot = self._find(self._as_written(path))
        if spot.rest:
            return self._create(spot, value)
        return self._replace(spot.node, inline(value))

    def append(self, path: Path, values: list[Any]) -> str:
        spot = self._find(path)
        items = ", ".join(map(inline, values))
        if spot.rest:
            return self._create(spot, values)
        node = spot.node
        if _is_empty(node):
            return self._replace(node, f"[{items}]")
        if isinstance(node, yaml.ScalarNode):
            return self._replace(node, f"[{self._source(node)}, {items}]")
        if isinstance(node, yaml.MappingNode):
            # replicas counted by host: `{server-1: 2}`
            if path[-1] != "runs_on" or len(values) > 1 or any(key.value == "any" for key, _ in node.value):
                raise PatchError("no list")
            return self._add_key(node, str(values[0]), 1)
        if not node.value:
            return self._replace(node, f"[{items}]")
        last = self._last(node)
        if node.flow_style:
            return self._insert(last, f", {items}")
        indent = " " * node.start_mark.column
        return self._insert_lines(last, [f"{indent}- {inline(value)}" for value in values])

    def remove(self, path: Path) -> str:
        path = self._as_written(path)
        spot = self._find(path)
        parent = spot.parent
        if spot.rest or parent is None:
            raise PatchError("nothing there")
        if len(parent.value) == 1:
            return self.remove(path[:-1]) if len(path) > 1 else self._text
        index = _index(parent, path[-1], path[:-1]) or 0
        spans = [self._span(parent, number) for number in range(len(parent.value))]
        start, end = spans[index]
        if not parent.flow_style:
            start, end = self._starts[bisect_right(self._starts, start) - 1], self._line_end(end)
        elif index + 1 < len(spans):
            end = spans[index + 1][0]
        else:
            start = spans[index - 1][1]
        return self._text[:start] + self._text[end:]

    # The way to a node

    def _as_written(self, path: Path) -> Path:
        """Return the path to a value in the form in which it is written: a port of a connection, the number of floating replicas."""
        path = _with_ports(path, self._root)
        if path[:1] != ("components",) or path[2:] != ("replicas",) or not self._find(path).rest:
            return path
        beside = (*path[:2], "runs_on", "replicas")
        return path if self._find(beside).rest else beside

    def _find(self, path: Path) -> _Spot:
        node, parent = self._root, None
        for depth, step in enumerate(path):
            index = _index(node, step, path[:depth])
            if index is None:
                return _Spot(node, parent, path[depth:])
            node, parent = self._value(node, index), node
        return _Spot(node, parent, ())

    def _value(self, parent: Any, index: int) -> Any:
        """Return an item of a list, or the value of a key, by its position; raise PatchError for an alias.

        An alias is composed to the node of its anchor, which stands earlier in the text.
        """
        value = parent.value[index]
        if isinstance(value, tuple):
            key, value = value
            least = self._offset(key.start_mark) + 1
        elif index == 0:
            least = self._offset(parent.start_mark)
        else:
            least = self._offset(parent.value[index - 1].start_mark) + 1
        if self._offset(value.start_mark) < least:
            raise PatchError("an alias")
        return value

    def _create(self, spot: _Spot, value: Any) -> str:
        """Add the keys that lead on from a spot, and the value below them."""
        node, rest = spot.node, spot.rest
        if self._extends and isinstance(value, dict | list):
            # it would be merged with the value of the extended model, or replace the items there
            raise PatchError("it may stand in the model that this one extends")
        if any(isinstance(step, int) for step in rest):
            raise PatchError("no such item")
        for step in reversed(rest[1:]):
            value = {step: value}
        key = str(rest[0])
        if node is self._root:
            return self._section(key, value)
        if isinstance(node, yaml.MappingNode):
            if spot.parent is self._root and len(rest) > 1 and not self._extends:
                raise PatchError("it stands in another file")
            return self._add_key(node, key, value)
        if _is_empty(node):
            return self._replace(node, inline({key: value}))
        if isinstance(node, yaml.ScalarNode) and (short := self._short_for(node, spot.parent)) is not False:
            if short == key:
                return self._replace(node, inline(value))
            expanded = f"{short}: {self._source(node)}, " if short else ""
            return self._replace(node, f"{{{expanded}{inline(key)}: {inline(value)}}}")
        raise PatchError("no mapping")

    def _short_for(self, node: Any, parent: Any) -> str | bool | None:
        """Return the key that a single value is short for; None if it goes, False where no mapping may stand."""
        for key, value in parent.value if isinstance(parent, yaml.MappingNode) else ():
            if value is node:
                if " -> " in key.value:
                    return "protocol"
                return _SHORT_FOR.get(key.value, False)
        # one port of several
        return "protocol" if isinstance(parent, yaml.SequenceNode) else False

    # The text

    def _add_key(self, node: Any, key: str, value: Any) -> str:
        if not node.value:
            return self._replace(node, inline({key: value}))
        last = self._last(node)
        if node.flow_style:
            return self._insert(last, f", {inline({key: value})[1:-1]}")
        indent = " " * node.value[0][0].start_mark.column
        return self._insert_lines(last, block({key: value}, 0, indent))

    def _section(self, key: str, value: Any) -> str:
        """Add a section behind the last one that precedes it in the canonical order."""
        if self._root.flow_style:
            return self._add_key(self._root, key, value)
        order = list(schema()["properties"])
        before = [pair for pair in self._root.value if order.index(pair[0].value) < order.index(key)]
        spaced = any(not line.strip() for line in self._text.splitlines())
        lines = [*([""] if spaced else []), *block({key: value})]
        return self._insert_lines(self._end(before[-1][1]), lines)

    def _replace(self, node: Any, words: str) -> str:
        start, end = self._offset(node.start_mark), self._end(node)
        if isinstance(node, yaml.CollectionNode) and (not node.flow_style or "#" in self._text[start:end]):
            raise PatchError("it would lose its layout")
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            raise PatchError("it would lose its layout")
        before = self._text[start - 1 : start]
        return self._text[:start] + (" " if before == ":" else "") + words + self._text[end:]

    def _insert(self, offset: int, words: str) -> str:
        return self._text[:offset] + words + self._text[offset:]

    def _insert_lines(self, offset: int, lines: Iterable[str]) -> str:
        """Insert lines below the line of an offset; an offset behind a line break belongs to the line before."""
        end = self._line_end(len(self._text[:offset].rstrip()))
        before = "" if end in self._starts else self._break
        return self._insert(end, before + "".join(line + self._break for line in lines))

    def _line_end(self, offset: int) -> int:
        """Return the offset behind the break of the line that an offset lies in."""
        line_break = LINE_BREAK.search(self._text, offset)
        return line_break.end() if line_break else len(self._text)

    # Offsets

    def _offset(self, mark: Any) -> int:
        line: int = mark.line
        column: int = mark.column
        return self._starts[line] + column

    def _end(self, node: Any) -> int:
        """Return the offset behind a node; the end mark of a block lies behind the text that follows it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style:
            return self._last(node)
        return self._offset(node.end_mark)

    def _last(self, node: Any) -> int:
        """Return the offset behind the last value of a collection."""
        return self._end(self._value(node, len(node.value) - 1))

    def _span(self, parent: Any, index: int) -> tuple[int, int]:
        """Return the start and end of an item, or of a key with its value."""
        item = parent.value[index]
        value = self._value(parent, index)
        return self._offset((item[0] if isinstance(item, tuple) else value).start_mark), self._end(value)

    def _source(self, node: Any) -> str:
        return self._text[self._offset(node.start_mark) : self._end(node)]


def _index(node: Any, step: str | int, before: Path) -> int | None:
    """Return the position of a key or an item in its collection; the key of a connection or a step may be spaced otherwise."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return step if step < len(node.value) else None
    for index, (key, _) in enumerate(node.value if isinstance(node, yaml.MappingNode) else ()):
        name = str(key.value)
        arrow = before == ("connections",) or (before[:1] == ("flows",) and isinstance(before[-1], int))
        if name == step or (arrow and connection_id(name) == step):
            return index
    return None


def _with_ports(path: Path, root: Any) -> Path:
    """Return the path to a port of a connection in the form in which its ports are written."""
    if len(path) < 3 or path[0] != "connections" or not isinstance(path[2], int):
        return path
    section = next((value for key, value in root.value if key.value == "connections"), None)
    pairs = section.value if isinstance(section, yaml.MappingNode) else ()
    connection = next((value for key, value in pairs if connection_id(str(key.value)) == path[1]), None)
    if isinstance(connection, yaml.SequenceNode):
        return path
    if isinstance(connection, yaml.MappingNode) and any(key.value == "ports" for key, _ in connection.value):
        return (*path[:2], "ports", *path[2:])
    if path[2] != 0:
        raise PatchError("no such port")
    if isinstance(connection, yaml.ScalarNode) and path[3:] == ("protocol",):
        return path[:2]
    return (*path[:2], *path[3:])


def _is_empty(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"
