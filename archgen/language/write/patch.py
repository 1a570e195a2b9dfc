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
from msgspec import Struct, json

from archgen.language.expand.connections import named
from archgen.language.schema import schema_text
from archgen.language.write.inline import flow, word
from archgen.language.write.sections import prevalent_ending
from archgen.language.yaml.syntax import LINE_BREAK
from archgen.model.change import Append, Change, Path, Put, Remove

_COMPOSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WIDEST = 110
"""Columns up to which a new part stands on one line."""

_LONE: dict[str, str | None] = {"balance": "algorithm", "tls": None}
"""What a lone value stands for where a mapping may stand, None where the mapping says it already."""


class Impossible(Exception):
    """A change that cannot be written into this text."""


def patched(text: str, changes: Iterable[Change]) -> str:
    """The text with every change; raises Impossible where one cannot be written."""
    for (kind, path), same in groupby(changes, lambda one: (type(one), one.path)):
        if kind is Append:
            # items of one list are written together
            text = _Page(text).with_items(path, [one.value for one in same if isinstance(one, Append)])
            continue
        for change in same:
            text = _Page(text).with_change(change) if not isinstance(change, Append) else text
    return text


class _Spot(Struct, frozen=True):
    """Where the way through the document ends: the node that is there, what holds it, and the steps that lead on."""

    node: Any
    parent: Any
    rest: Path


class _Page:
    """A text with the nodes that it is parsed to and the offsets of its lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._root: Any = yaml.compose(text, Loader=_COMPOSER)
        if not isinstance(self._root, yaml.MappingNode):
            raise Impossible("no mapping")
        self._starts = [0, *(found.end() for found in LINE_BREAK.finditer(text))]
        self._break = prevalent_ending(text)

    def with_change(self, change: Put | Remove) -> str:
        return self._put(change.path, change.value) if isinstance(change, Put) else self._remove(change.path)

    # What is done

    def _put(self, path: Path, value: Any) -> str:
        spot = self._find(_ported(path, self._root))
        if spot.rest:
            return self._made(spot, value)
        return self._over(spot.node, flow(value))

    def with_items(self, path: Path, values: list[Any]) -> str:
        """The text with more items of one list."""
        spot = self._find(path)
        words = ", ".join(map(flow, values))
        if spot.rest:
            return self._made(spot, values)
        node = spot.node
        if _is_empty(node):
            return self._over(node, f"[{words}]")
        if isinstance(node, yaml.ScalarNode):
            return self._over(node, f"[{self._said(node)}, {words}]")
        if isinstance(node, yaml.MappingNode):
            # replicas counted by host: `{server-1: 2}`
            if path[-1] != "runs_on" or len(values) > 1 or any(key.value == "any" for key, _ in node.value):
                raise Impossible("no list")
            return self._keyed(node, str(values[0]), 1)
        if not node.value:
            return self._over(node, f"[{words}]")
        last = self._last(node)
        if node.flow_style:
            return self._with(last, f", {words}")
        indent = " " * node.start_mark.column
        return self._line_after(last, self._break.join(f"{indent}- {flow(one)}" for one in values))

    def _remove(self, path: Path) -> str:
        path = _ported(path, self._root)
        spot = self._find(path)
        holder = spot.parent
        if spot.rest or holder is None:
            raise Impossible("nothing there")
        if len(holder.value) == 1:
            return self._remove(path[:-1]) if len(path) > 1 else self._text
        at = _index(holder, path[-1], path[:-1]) or 0
        spans = [self._span(holder, index) for index in range(len(holder.value))]
        if holder.flow_style:
            start, end = (spans[at][0], spans[at + 1][0]) if at + 1 < len(spans) else (spans[at - 1][1], spans[at][1])
            return self._text[:start] + self._text[end:]
        first = self._starts[bisect_right(self._starts, spans[at][0]) - 1]
        return self._text[:first] + self._text[self._line_end(spans[at][1]) :]

    # The way there

    def _find(self, path: Path) -> _Spot:
        node, parent = self._root, None
        for at, step in enumerate(path):
            index = _index(node, step, path[:at])
            if index is None:
                return _Spot(node, parent, path[at:])
            node, parent = self._value(node, index), node
        return _Spot(node, parent, ())

    def _value(self, holder: Any, index: int) -> Any:
        """The item of a list, or the value of a key, by its place.

        One that stands elsewhere is refused: an alias is composed to the node of its anchor, which comes before it.
        """
        one = holder.value[index]
        if isinstance(one, tuple):
            key, value = one
            least = self._at(key.start_mark) + 1
        else:
            value = one
            least = self._at(holder.start_mark) if index == 0 else self._at(holder.value[index - 1].start_mark) + 1
        if self._at(value.start_mark) < least:
            raise Impossible("an alias")
        return value

    def _made(self, spot: _Spot, value: Any) -> str:
        """The text with what leads on from a spot, which is not there yet."""
        node, rest = spot.node, spot.rest
        if any(isinstance(step, int) for step in rest):
            raise Impossible("no such item")
        for step in reversed(rest[1:]):
            value = {step: value}
        key = str(rest[0])
        if node is self._root:
            return self._section(key, value)
        if isinstance(node, yaml.MappingNode):
            if spot.parent is self._root and len(rest) > 1:
                raise Impossible("it stands in another file")
            return self._keyed(node, key, value)
        if _is_empty(node):
            return self._over(node, flow({key: value}))
        if isinstance(node, yaml.ScalarNode) and (short := self._word_of(node, spot.parent)) is not False:
            if short == key:
                return self._over(node, flow(value))
            said = f"{short}: {self._said(node)}, " if short else ""
            return self._over(node, f"{{{said}{word(key)}: {flow(value)}}}")
        raise Impossible("no mapping")

    def _word_of(self, node: Any, parent: Any) -> str | bool | None:
        """The key that a lone value is short for; None for one that goes, False where a mapping cannot stand."""
        for key, value in parent.value if isinstance(parent, yaml.MappingNode) else ():
            if value is node:
                if " -> " in key.value:
                    return "protocol"
                return _LONE.get(key.value, False)
        # one port of several
        return "protocol" if isinstance(parent, yaml.SequenceNode) else False

    # How it is written

    def _keyed(self, node: Any, key: str, value: Any) -> str:
        """The text with one more key of a mapping."""
        words = f"{word(key)}: {flow(value)}"
        if not node.value:
            return self._over(node, f"{{{words}}}")
        last = self._last(node)
        if node.flow_style:
            return self._with(last, f", {words}")
        indent = " " * node.value[0][0].start_mark.column
        return self._line_after(last, self._block(indent, key, value))

    def _block(self, indent: str, key: str, value: Any) -> str:
        line = f"{indent}{word(key)}: {flow(value)}"
        if len(line) <= _WIDEST or not isinstance(value, dict):
            return line
        inner = (f"{indent}  {word(name)}: {flow(each)}" for name, each in value.items())
        return self._break.join([f"{indent}{word(key)}:", *inner])

    def _section(self, key: str, value: Any) -> str:
        """The text with one more section, behind the last one that comes before it in the canonical order."""
        if self._root.flow_style:
            return self._keyed(self._root, key, value)
        order = list(json.decode(schema_text())["properties"])
        before = [pair for pair in self._root.value if order.index(pair[0].value) < order.index(key)]
        if isinstance(value, dict):
            lines = [f"{key}:", *(self._block("  ", name, each) for name, each in value.items())]
        elif isinstance(value, list):
            lines = [f"{key}:", *(f"  - {flow(each)}" for each in value)]
        else:
            lines = [f"{key}: {flow(value)}"]
        spaced = any(not line.strip() for line in self._text.splitlines())
        return self._line_after(self._end(before[-1][1]), self._break.join(([""] if spaced else []) + lines))

    def _over(self, node: Any, words: str) -> str:
        start, end = self._at(node.start_mark), self._end(node)
        if isinstance(node, yaml.CollectionNode) and (not node.flow_style or "#" in self._text[start:end]):
            raise Impossible("it would lose its layout")
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            raise Impossible("it would lose its layout")
        before = self._text[start - 1 : start]
        return self._text[:start] + (" " if before == ":" else "") + words + self._text[end:]

    def _with(self, at: int, words: str) -> str:
        return self._text[:at] + words + self._text[at:]

    def _line_after(self, at: int, line: str) -> str:
        """The text with a line behind the one that an offset lies in; an end behind a line's break is of that line."""
        at = len(self._text[:at].rstrip())
        end = self._line_end(at)
        before = "" if end in self._starts else self._break
        return self._text[:end] + before + line + self._break + self._text[end:]

    def _line_end(self, at: int) -> int:
        """The offset behind the break of the line that `at` lies in."""
        found = LINE_BREAK.search(self._text, at)
        return found.end() if found else len(self._text)

    # Where it stands

    def _at(self, mark: Any) -> int:
        line: int = mark.line
        column: int = mark.column
        return self._starts[line] + column

    def _end(self, node: Any) -> int:
        """Behind the last character of a node; a block's own mark lies behind what follows it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style:
            return self._last(node)
        return self._at(node.end_mark)

    def _last(self, node: Any) -> int:
        """Behind the last value of a collection."""
        return self._end(self._value(node, len(node.value) - 1))

    def _span(self, holder: Any, index: int) -> tuple[int, int]:
        """From where to where a key with its value, or an item, goes."""
        one = holder.value[index]
        value = self._value(holder, index)
        return self._at((one[0] if isinstance(one, tuple) else value).start_mark), self._end(value)

    def _said(self, node: Any) -> str:
        return self._text[self._at(node.start_mark) : self._end(node)]


def _index(node: Any, step: str | int, before: Path) -> int | None:
    """The place of a key's value, or of an item, in what holds it; a connection's key may be spaced otherwise."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return step if step < len(node.value) else None
    for at, (key, _) in enumerate(node.value if isinstance(node, yaml.MappingNode) else ()):
        said = str(key.value)
        if said == step or (before == ("connections",) and named(said) == step):
            return at
    return None


def _ported(path: Path, root: Any) -> Path:
    """A path through a port of a connection, in the form in which its ports are written."""
    if len(path) < 3 or path[0] != "connections" or not isinstance(path[2], int):
        return path
    said = next((value for key, value in _section_of(root, "connections") if named(str(key.value)) == path[1]), None)
    if isinstance(said, yaml.SequenceNode):
        return path
    if isinstance(said, yaml.MappingNode) and any(key.value == "ports" for key, _ in said.value):
        return (*path[:2], "ports", *path[2:])
    if path[2] != 0:
        raise Impossible("no such port")
    if isinstance(said, yaml.ScalarNode) and path[3:] == ("protocol",):
        return path[:2]
    return (*path[:2], *path[3:])


def _section_of(root: Any, name: str) -> list[Any]:
    found = next((value for key, value in root.value if key.value == name), None)
    return list(found.value) if isinstance(found, yaml.MappingNode) else []


def _is_empty(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"
