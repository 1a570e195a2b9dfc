"""A model in its canonical form: sections in one order with a line between them. Lines are moved, never rewritten.

No YAML is written anew, so comments, quotes and the layout inside a section stay as they are. What stands directly
above a section moves with it; what stands above the first one is the head of the file and stays there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from archgen.errors import ModelError
from archgen.loader import load
from archgen.loader.reading import EVENTS, parse
from archgen.loader.tree import Map, unpack
from archgen.model import Architecture
from archgen.project.inputs import includer
from archgen.schema import schema_text


class _Section(Struct, frozen=True):
    """A key of the model with its lines: the comments above it, its own, and whether it is more than one value."""

    key: str
    above: tuple[str, ...]
    lines: tuple[str, ...]
    block: bool


def formatted(file: str, data: bytes) -> bytes:
    """The canonical form of a model, which means the same; raises ModelError for what is no model.

    Where moving a section would change what the model says (an alias before its anchor), none is moved.
    """
    before = load(file, data, includer(file)).architecture
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    for in_order in (True, False):
        made = _written(text, in_order).encode()
        if _same(file, made, before):
            return made
    return data


def _same(file: str, made: bytes, before: Architecture) -> bool:
    try:
        return load(file, made, includer(file)).architecture == before
    except ModelError:
        return False


def _written(text: str, in_order: bool) -> str:
    lines = _trimmed(text)
    head, sections = _sections(text, lines)
    if in_order:
        order = list(msgspec.json.decode(schema_text())["properties"])
        sections.sort(key=lambda section: order.index(section.key))
    out = [*head, ""] if head else []
    for at, section in enumerate(sections):
        apart = at and (section.block or section.above or sections[at - 1].block)
        out += [*([""] if apart else []), *section.above, *section.lines]
    return "\n".join(out) + "\n"


def _trimmed(text: str) -> list[str]:
    """The lines without white space at their ends, but for those inside a scalar that goes over several lines."""
    inside: set[int] = set()
    events: Iterator[Any] = yaml.parse(text, Loader=EVENTS)
    for event in events:
        first, last = event.start_mark.line, event.end_mark.line
        if first != last and isinstance(event, yaml.ScalarEvent):
            inside.update(range(first, last))
    lines = text.split("\n")
    return [line if at in inside else line.rstrip(" \t") for at, line in enumerate(lines)]


def _sections(text: str, lines: list[str]) -> tuple[list[str], list[_Section]]:
    """The lines above the first key that belong to the file, and a section a key."""
    keys = _keys(text)
    starts = [_start(lines, at, keys[number - 1][1] + 1 if number else 0) for number, (_, at) in enumerate(keys)]
    head = _stripped(lines[: starts[0]])
    if starts[0] == 0 and keys[0][1]:
        # comments that touch the first key are about the file
        head, starts[0] = _stripped(lines[: keys[0][1]]), keys[0][1]
    found: list[_Section] = []
    for number, (key, at) in enumerate(keys):
        end = starts[number + 1] if number + 1 < len(keys) else len(lines)
        own = _stripped(lines[at:end])
        found.append(_Section(key, tuple(lines[starts[number] : at]), tuple(own), len(own) > 1))
    return head, found


def _keys(text: str) -> list[tuple[str, int]]:
    """The keys of the model and the lines that they begin on, from 0."""
    root: Map = parse(0, "", text.encode())[0].root
    return [(key, unpack(root.key_mark(key))[1] - 1) for key in root]


def _start(lines: list[str], key: int, least: int) -> int:
    """Where what belongs to a key begins: the comments directly above it that are not indented."""
    while key > least and lines[key - 1].startswith("#"):
        key -= 1
    return key


def _stripped(lines: list[str]) -> list[str]:
    """Lines without empty ones at either end, and no more than one empty line in a row between others."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def difference(file: str, before: bytes, after: bytes, *, kept: bool = False) -> str:
    """What would change, or with `kept` has changed, as a unified diff."""
    from difflib import unified_diff

    def words(data: bytes) -> list[str]:
        return data.decode("utf-8", "replace").splitlines(keepends=True)

    was, now = ("as it was", "as it is") if kept else ("as it is", "as it would be")
    told: Any = unified_diff(words(before), words(after), f"{file} {was}", f"{file} {now}")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in told)
