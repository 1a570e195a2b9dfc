"""The text of a model with its sections in canonical order; lines move and are never rewritten.

Comments, quotes and the layout inside a section stay as they are. A comment directly above a section moves with it; a
comment above the first section is the head of the file and stays there. Lines inside a text of several lines are fixed:
neither their ends nor their empty lines change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from msgspec import Struct
from msgspec.structs import replace

from archgen.language.schema import schema
from archgen.language.yaml.parser import EVENTS
from archgen.language.yaml.syntax import LINE_BREAK

_ENDINGS = ("\n", "\r\n", "\r")
"""Line ends that are made alike; other characters that end a line for YAML 1.1 stay a part of their line."""

_HEADER = re.compile(r"(?:[&!]\S*\s+)*[|>]([-+0-9]*)")
"""The anchor and tag of a block scalar, and its indicators (https://yaml.org/spec/1.2.2/#81-block-scalar-styles)."""


class _Line(Struct, frozen=True):
    """A line without its end; what is added below a line that is `keeping` becomes part of its text (`|+`)."""

    text: str
    fixed: bool = False
    keeping: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.fixed


class _Section(Struct, frozen=True):
    """A key of the model with its lines and the comments above them."""

    key: str
    above: tuple[_Line, ...]
    lines: tuple[_Line, ...]

    @property
    def is_block(self) -> bool:
        return len(self.lines) > 1


class _Key(Struct):
    name: str
    first: int
    last: int
    column: int


class _Outline(Struct):
    """The lines of the document and of its keys, and which lines are fixed or keep what follows."""

    begin: int
    end: int
    keys: list[_Key]
    fixed: set[int]
    keeping: set[int]
    is_flow: bool = False


def arrange_sections(text: str, *, in_order: bool = True, ended: bool = True) -> str:
    """Return the text with its sections in canonical order, unless not `in_order`, and an empty line between them.

    Lines end as most of them do, and the last one too if `ended`.
    """
    ending = prevalent_ending(text)
    lines = _joined(text, in_order)
    parts = [line.text if LINE_BREAK.fullmatch(line.text[-1:]) else line.text + ending for line in lines]
    return "".join(parts) if ended else "".join(parts).removesuffix(ending)


def prevalent_ending(text: str) -> str:
    """Return the line end that most lines of a text have; LF if two are as frequent."""
    counted = Counter(LINE_BREAK.findall(text))
    return max(_ENDINGS, key=lambda ending: counted[ending])


def _joined(text: str, in_order: bool) -> list[_Line]:
    raw = _split(text)
    outline = _outlined(text, raw)
    lines = [
        _Line(line if at in outline.fixed else line.rstrip(" \t"), at in outline.fixed, at in outline.keeping)
        for at, line in enumerate(raw)
    ]
    body = lines[outline.begin : outline.end]
    inner = _stripped(body) if outline.is_flow else _ordered(*_sections(lines, outline), in_order)
    return [*_stripped(lines[: outline.begin]), *inner, *_stripped(lines[outline.end :])]


def _split(text: str) -> list[str]:
    """Return the lines as YAML counts them, without the ends that are made alike."""
    pieces = re.split(f"({LINE_BREAK.pattern})", text)
    ends = ["" if end in _ENDINGS else end for end in pieces[1::2]]
    lines = [line + end for line, end in zip(pieces[::2], [*ends, ""], strict=True)]
    return lines if lines[-1] else lines[:-1]


def _ordered(head: list[_Line], sections: list[_Section], in_order: bool) -> list[_Line]:
    if in_order:
        order = list(schema()["properties"])
        sections = sorted(sections, key=lambda section: order.index(section.key))
    if not head:
        # a comment that touches the first key of a file is read as its head
        head, sections = list(sections[0].above), [replace(sections[0], above=()), *sections[1:]]
    return [*head, *([_Line("")] if head else []), *_spaced(sections)]


def _spaced(sections: Iterable[_Section]) -> Iterator[_Line]:
    """Yield the lines of sections; an empty one between two unless both are single lines without a comment above."""
    before: _Section | None = None
    for section in sections:
        apart = before is not None and (section.is_block or section.above or before.is_block)
        if before is not None and apart and not before.lines[-1].keeping:
            yield _Line("")
        yield from (*section.above, *section.lines)
        before = section


def _sections(lines: list[_Line], outline: _Outline) -> tuple[list[_Line], list[_Section]]:
    """Return the lines above the first key that belong to the file, and a section for each key."""
    keys = outline.keys
    floors = [outline.begin, *(key.last + 1 for key in keys[:-1])]
    starts = [_start(lines, key, floor) for key, floor in zip(keys, floors, strict=True)]
    if starts[0] == outline.begin:
        # comments that touch the first key are about the file
        starts[0] = keys[0].first
    ends = [*starts[1:], min(outline.end, len(lines))]
    sections = [
        _Section(key.name, tuple(lines[start : key.first]), tuple(_stripped(lines[key.first : end])))
        for key, start, end in zip(keys, starts, ends, strict=True)
    ]
    return _stripped(lines[outline.begin : starts[0]]), sections


def _start(lines: list[_Line], key: _Key, floor: int) -> int:
    """Return the first of the comments directly above a key that aren't indented further."""
    at = key.first
    while at > floor and lines[at - 1].text.startswith(("#", " " * key.column + "#")):
        at -= 1
    return at


def _stripped(lines: Iterable[_Line]) -> list[_Line]:
    """Return lines without empty ones at either end, and with at most one empty line in a row."""
    stripped: list[_Line] = []
    for line in lines:
        if not line.is_empty or (stripped and not stripped[-1].is_empty):
            stripped.append(line)
    while stripped and stripped[-1].is_empty:
        stripped.pop()
    return stripped


# The outline, from the parser's events


def _outlined(text: str, lines: list[str]) -> _Outline:
    outline = _Outline(0, len(lines), [], set(), set())
    depth, is_key = 0, True
    for event in iter(EVENTS(text).get_event, None):
        if depth == 1 and is_key and isinstance(event, yaml.ScalarEvent):
            mark: Any = event.start_mark
            outline.keys.append(_Key(event.value, mark.line, mark.line, mark.column))
        _take(outline, event, lines, depth)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth == 1 and isinstance(event, yaml.ScalarEvent | yaml.AliasEvent | yaml.CollectionEndEvent):
            is_key = not is_key
    return outline


def _take(outline: _Outline, event: Any, lines: list[str], depth: int) -> None:
    """Update an outline by an event."""
    start: Any = event.start_mark
    if isinstance(event, yaml.DocumentStartEvent) and event.explicit:
        end: Any = event.end_mark
        outline.begin = end.line + 1
    elif isinstance(event, yaml.DocumentEndEvent) and event.explicit:
        outline.end = start.line
    elif isinstance(event, yaml.MappingStartEvent) and depth == 0:
        outline.is_flow = bool(event.flow_style)
        outline.begin = min(outline.begin, start.line) if outline.is_flow else outline.begin
    elif outline.keys and depth:
        outline.keys[-1].last = max(outline.keys[-1].last, _last(outline, event, lines))


def _last(outline: _Outline, event: Any, lines: list[str]) -> int:
    """Return the last line of an event; -1 for the end of a block, which has no line of its own."""
    start: Any = event.start_mark
    end: Any = event.end_mark
    if isinstance(event, yaml.CollectionEndEvent) and (start.line, start.column) == (end.line, end.column):
        return -1
    if isinstance(event, yaml.ScalarEvent):
        if event.style in ("|", ">"):
            return _block(outline, event, lines)
        outline.fixed.update(range(start.line, end.line))
    return int(end.line)


def _block(outline: _Outline, event: Any, lines: list[str]) -> int:
    """Return the last line of a block scalar, and fix its lines; empty ones at its end only if it keeps them."""
    start, end = event.start_mark, event.end_mark
    last = end.line if end.column else end.line - 1
    rest = [lines[start.line][start.column :], *lines[start.line + 1 : last + 1]]
    header = _HEADER.match("\n".join(rest))
    first = start.line + (header[0].count("\n") if header else 0)
    if header is None or "+" in header[1]:
        outline.keeping.update(range(first, last + 1))
    else:
        last = _last_word(lines, first, last, is_declared=header[1].strip("-") != "")
    outline.fixed.update(range(first + 1, last + 1))
    return int(last)


def _last_word(lines: list[str], first: int, last: int, *, is_declared: bool) -> int:
    """Return the last non-empty line of a block scalar; spaces up to its indentation, unless it `is_declared`, are empty."""
    full = [line for line in lines[first + 1 : last + 1] if line.strip(" ")]
    indentation = 0 if is_declared else min((len(line) - len(line.lstrip(" ")) for line in full), default=0)
    while last > first and not lines[last].strip(" ") and len(lines[last]) <= indentation:
        last -= 1
    return last
