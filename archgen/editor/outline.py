"""A text as an editor sees it: every key, value and name with the characters that it takes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

import yaml
from msgspec import Struct
from msgspec.structs import replace

from archgen.editor.grammar import DECLARING, NAMING
from archgen.language.yaml.parser import EVENTS
from archgen.language.yaml.syntax import DEEPEST, LINE_BREAK
from archgen.model.change import Path

_NAME = re.compile(
    r"(?:(?P<kind>host|network|component|zone|flow|group):)?(?P<at>@)?(?P<id>[A-Za-z0-9][A-Za-z0-9._-]*)"
)


_EDITOR_BREAK = re.compile("\r\n|\n|\r")
"""Where an editor begins a line (Language Server Protocol 3.17, text documents); YAML 1.1 begins one at three more characters."""
_ONLY_YAML_BREAKS = re.compile("[\x85\u2028\u2029]")
_WORDS = ("kind:", "tag:")
"""Prefixes of words in a selection that name no element."""


class TextSpan(Struct, frozen=True, order=True):
    """Characters of one line, counted from 0; `end` is behind the last one."""

    line: int
    start: int
    end: int

    def holds(self, line: int, column: int) -> bool:
        """Return True if a cursor stands in the span or directly behind it."""
        return line == self.line and self.start <= column <= self.end


class ElementName(Struct, frozen=True):
    """The name of a declared element, where it is declared or referred to."""

    kind: str
    id: str
    span: TextSpan
    declares: bool


class TextPart(Struct, frozen=True):
    """A key or a scalar with the path to it; the path of a value is that of its key."""

    way: Path
    text: str
    span: TextSpan
    is_key: bool


class TextOutline:
    """The parts and names of a text, none if it isn't YAML. `elsewhere` are the names that other files declare."""

    def __init__(self, text: str, elsewhere: Mapping[str, frozenset[str]] | None = None) -> None:
        self.text = text
        self._elsewhere = elsewhere or {}

    @cached_property
    def _parts(self) -> tuple[TextPart, ...]:
        parts = _parts(self.text)
        if self._starts is None:
            return parts
        return tuple(replace(part, span=self._in_editor(part.span)) for part in parts)

    def _in_editor(self, span: TextSpan) -> TextSpan:
        line, start = self.editor_place(span.line, span.start)
        return span if line == span.line else TextSpan(line, start, start + span.end - span.start)

    def editor_place(self, line: int, column: int) -> tuple[int, int]:
        """Return the line and column of a place, both counted from 0, by an editor's lines instead of YAML's."""
        starts = self._starts
        if starts is None or line >= len(starts[0]):
            return line, column
        offset = starts[0][line] + column
        line = bisect_right(starts[1], offset) - 1
        return line, offset - starts[1][line]

    @cached_property
    def _starts(self) -> tuple[list[int], list[int]] | None:
        """The offsets of the lines by YAML and by an editor; None if they are the same."""
        if not _ONLY_YAML_BREAKS.search(self.text):
            return None
        by_yaml, by_editor = (
            [0, *(each.end() for each in ends.finditer(self.text))] for ends in (LINE_BREAK, _EDITOR_BREAK)
        )
        return by_yaml, by_editor

    @cached_property
    def _by_line(self) -> dict[int, list[TextPart]]:
        by_line: dict[int, list[TextPart]] = {}
        for part in self._parts:
            by_line.setdefault(part.span.line, []).append(part)
        return by_line

    @cached_property
    def declared(self) -> dict[str, dict[str, TextSpan]]:
        """The names of each kind that the text declares."""
        declared: dict[str, dict[str, TextSpan]] = {kind: {} for kind in DECLARING.values()}
        for part in self._parts:
            if part.is_key and len(part.way) == 2 and part.way[0] in DECLARING:
                declared[DECLARING[str(part.way[0])]][part.text] = part.span
        return declared

    @cached_property
    def names(self) -> tuple[ElementName, ...]:
        """Every name of a declared element."""
        return tuple(name for part in self._parts for name in self._names(part))

    def name_at(self, line: int, column: int) -> ElementName | None:
        """Return the name under a cursor."""
        return next((name for name in self.names if name.span.holds(line, column)), None)

    def part_at(self, line: int, column: int) -> TextPart | None:
        """Return the key or value under a cursor."""
        return next((part for part in self._by_line.get(line, ()) if part.span.holds(line, column)), None)

    def parts_at(self, key: str) -> tuple[TextPart, ...]:
        """Return the values of a key of the model, one or a list of them."""
        return tuple(part for part in self._parts if not part.is_key and part.way[:1] == (key,) and len(part.way) <= 2)

    @cached_property
    def sections(self) -> tuple[TextPart, ...]:
        """The keys of the model, and those right below them."""
        return tuple(part for part in self._parts if part.is_key and len(part.way) <= 2)

    def _names(self, part: TextPart) -> Iterator[ElementName]:
        if part.is_key and len(part.way) == 2 and part.way[0] in DECLARING:
            yield ElementName(DECLARING[str(part.way[0])], part.text, part.span, True)
            return
        if part.way[:1] in (("include",), ("extends",)):
            return
        # a step's message is a text and its key is not; anywhere else the nearest key that speaks of names decides
        steps = [step for step in part.way if isinstance(step, str)]
        inner = steps[:-1] if part.is_key or steps[-2:-1] in (["rank"], ["near"]) else steps
        if part.is_key and " -" not in part.text and (not inner or inner[-1] not in NAMING or inner[-1] == "steps"):
            return
        near = inner[-1] if inner else ""
        if " -" in near or near not in NAMING or (near in ("connections", "steps") and not part.is_key):
            return
        line = self.text_of(part.span)
        for match in _NAME.finditer(line):
            kind = self._kind(match, NAMING[near], line)
            if kind is not None:
                start = part.span.start + match.start("id")
                yield ElementName(kind, match["id"], TextSpan(part.span.line, start, start + len(match["id"])), False)

    def _kind(self, match: re.Match[str], kinds: tuple[str, ...], line: str) -> str | None:
        name = match["id"]
        if line.startswith(_WORDS, match.start()) or line[: match.start()].endswith(_WORDS):
            return None
        if match["kind"] is not None:
            return match["kind"] if self._is_declared(match["kind"], name) else None
        if match["at"] is not None or line[: match.start()].endswith("@"):
            kinds = ("host",)
        elif line[match.end() : match.end() + 1] in ("@", "#") and match.end() < len(line):
            kinds = ("component",)
        return next((kind for kind in kinds if self._is_declared(kind, name)), None)

    def _is_declared(self, kind: str, name: str) -> bool:
        return name in self.declared.get(kind, {}) or name in self._elsewhere.get(kind, ())

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, as an editor breaks them."""
        return _EDITOR_BREAK.split(self.text)

    def text_of(self, span: TextSpan) -> str:
        """Return the characters of a span."""
        return self.lines[span.line][span.start : span.end]


def replace_spans(text: str, words: Mapping[TextSpan, str]) -> str:
    """Return a text with some of its spans replaced; its line breaks stay as they are."""
    lines = re.split(r"(\r\n|\n|\r)", text)
    for span in sorted(words, reverse=True):
        line = lines[2 * span.line]
        lines[2 * span.line] = line[: span.start] + words[span] + line[span.end :]
    return "".join(lines)


_REMEMBERED = 16
"""Texts whose parts are remembered: each request about a name reads all files of a model."""


@lru_cache(maxsize=_REMEMBERED)
def _parts(text: str) -> tuple[TextPart, ...]:
    """Return the parts of a text by YAML's lines."""
    try:
        return tuple(_walk(iter(EVENTS(text).get_event, None)))
    except (yaml.YAMLError, _NoOutline, ValueError):
        # what is being typed is often no YAML for a moment
        return ()


class _NoOutline(Exception):
    """The text can't be a model: a collection as a key, a second document, too many levels."""


class _Level(Struct):
    """A collection that is being read: the path to it, and the key or index of the next value."""

    way: Path
    is_map: bool
    key: str | None = None
    place: int = 0

    def next_way(self) -> Path:
        """Return the path to the next value, and move on to the one behind it."""
        if self.is_map:
            step: str | int = self.key or ""
            self.key = None
        else:
            step = self.place
            self.place += 1
        return (*self.way, step)


def _walk(events: Iterator[Any]) -> Iterator[TextPart]:
    """Yield the parts of a document in one pass over its events, so that a value repeated by an alias comes once."""
    stack: list[_Level] = []
    documents = 0
    for event in events:
        level = stack[-1] if stack else None
        wants_key = level is not None and level.is_map and level.key is None
        if isinstance(event, yaml.ScalarEvent):
            if level is not None and wants_key:
                level.key = event.value
                yield from _part(event, (*level.way, event.value), True)
            else:
                yield from _part(event, level.next_way() if level is not None else (), False)
        elif isinstance(event, yaml.CollectionStartEvent):
            if wants_key or len(stack) >= DEEPEST:
                raise _NoOutline
            stack.append(_Level(level.next_way() if level else (), isinstance(event, yaml.MappingStartEvent)))
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        elif isinstance(event, yaml.AliasEvent):
            if wants_key:
                raise _NoOutline
            if level is not None:
                level.next_way()
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _NoOutline


def _part(event: Any, way: Path, is_key: bool) -> Iterator[TextPart]:
    start, end = event.start_mark, event.end_mark
    if start.line == end.line and end.column > start.column:
        quotes = 1 if event.style in ("'", '"') else 0
        span = TextSpan(start.line, start.column + quotes, end.column - quotes)
        yield TextPart(way, event.value, span, is_key)
