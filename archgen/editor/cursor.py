"""The place of a cursor in a text that is being typed: the path to it by indentation, and the word before it.

A text isn't valid YAML while it is typed, so nothing is parsed: the indentation of the lines above tells the path, and
the cursor's own line up to the cursor the rest.
"""

from __future__ import annotations

import re

from msgspec import Struct

from archgen.editor.grammar import DECLARING
from archgen.language.yaml.syntax import DEEPEST
from archgen.model.change import Path

_KEY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^\s'"\[{#][^#]*?))\s*:(?:\s|$)""")

_MARK = re.compile(r"[{}\[\],:]")


class Cursor(Struct, frozen=True):
    """The way to what a cursor is in, the word up to it, and whether a key is begun there or a value."""

    way: Path
    word: str
    in_key: bool


def cursor(lines: list[str], line: int, column: int) -> Cursor:
    """The cursor at a line and a column, both counted from 0."""
    before = lines[line][:column] if line < len(lines) else ""
    rest = before.lstrip(" ")
    indent = len(before) - len(rest)
    item = False
    for _ in range(DEEPEST):
        if not rest.startswith("- ") and rest != "-":
            break
        item = True
        inner = rest[1:].lstrip(" ")
        indent += len(rest) - len(inner)
        rest = inner
    return _inside(_above(lines, line, indent - 1 if item else indent, item), rest)


def _above(lines: list[str], line: int, indent: int, item: bool) -> Path:
    """The keys of the lines above that hold a line of this indentation; an item of a list stands in the place 0."""
    way: list[str | int] = [0] if item else []
    least = indent
    for text in reversed(lines[:line]):
        rest = text.lstrip(" ")
        here = len(text) - len(rest)
        if not rest or rest.startswith("#"):
            continue
        key = _KEY.match(rest.removeprefix("- ").lstrip(" "))
        of_list = rest.startswith("- ")
        # a list may stand as far to the left as the key that it belongs to
        if of_list:
            inner = here + len(rest) - len(rest[1:].lstrip(" "))
            if key is not None and inner < least:
                way[:0] = [0, _key_text(key)]
                least, item = here, True
            elif inner == least and not item:
                way[:0] = [0]
                least, item = here, True
        elif key is not None and (here < least or (item and here <= least)):
            way[:0] = [_key_text(key)]
            least, item = here, False
        if least <= 0 and not item:
            break
    return tuple(way)


def _key_text(key: re.Match[str]) -> str:
    return key[1] or key[2] or (key[3] or "").strip()


def _inside(way: Path, rest: str) -> Cursor:
    """The cursor behind the rest of its line, which may open mappings and lists on it."""
    stack: list[tuple[str, Path]] = []
    here, begun, in_key = way, 0, True
    for mark in _MARK.finditer(rest):
        char, at = mark[0], mark.start()
        if char in "{[":
            stack.append((char, here))
            here = here if char == "{" else (*here, 0)
            in_key = char == "{"
            if len(stack) > DEEPEST:
                # it is no model, and the paths of all its levels would fill the memory
                return Cursor((), "", False)
        elif char in "}]" and stack:
            _, here = stack.pop()
            in_key = False
        elif char == "," and stack:
            here = stack[-1][1] if stack[-1][0] == "{" else (*stack[-1][1], 0)
            in_key = stack[-1][0] == "{"
        elif char == ":" and in_key and rest[at + 1 : at + 2] in ("", " "):
            here = (*here, rest[begun:at].strip().strip("\"'"))
            in_key = False
        else:
            continue
        begun = at + 1
    return Cursor(here, rest[begun:].lstrip(), in_key)


def scan_names(lines: list[str]) -> dict[str, list[str]]:
    """The names that the lines of a text declare, by kind: the keys right below a section, one a line."""
    names: dict[str, list[str]] = {kind: [] for kind in DECLARING.values()}
    section, depth = "", 0
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        key = _KEY.match(line)
        if key is None:
            continue
        if indent == 0:
            section, depth = _key_text(key), 0
        elif section in DECLARING and indent == (depth or indent):
            depth = indent
            names[DECLARING[section]].append(_key_text(key))
    return names
