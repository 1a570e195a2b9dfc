"""Files of YAML and JSON as trees with places; templates and broken files are errors with a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.importers.facts import Configuration, FactSheet
from archgen.importers.nodes import SourceNode
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.tree import Map, Seq, TreeNode, pack, unpack

_TEMPLATE = re.compile(rb"\{\{-?\s*(?:[.$(/]|if\b|range\b|with\b|end\b|else\b|define\b|template\b|include\b|toYaml\b|tpl\b|printf\b)"
                       rb"|\{%-?\s*(?:if|for|set|include|macro)\b")  # fmt: skip

_HOLE = re.compile(rb"\{\{")
"""A hole of any template, in a file that isn't YAML as it stands."""

_VALUE = re.compile(
    rb"""((?:^|(?<=\n))[ \t]*(?:-[ \t]+)?["']?[\w./-]+["']?:[ \t]+|(?:^|(?<=\n))[ \t]*-[ \t]+)(\{\{.*)"""
)
"""The rest of a line that begins with a hole where a value stands, after a key or in a list."""

_FILLING = re.compile(rb"\{\{[^{}\n]*\}\}")
_VARIABLE = b"${TEMPLATED}"
"""What a hole is read as: a variable that nothing sets."""


_OBJECT = re.compile(rb"(?:(?:#|---)[^\n]*\n|\s)*(?:apiVersion|kind):[ \t]")


def begins_object(data: bytes) -> bool:
    """Return True for the beginning of a manifest, which a template is too by any name: a configuration of a proxy may stand in it."""
    return _OBJECT.match(data) is not None


def is_template_of_another_tool(data: bytes) -> bool:
    """Return True for a file that isn't YAML before its holes are filled in, or whose object has no name, and that isn't Helm's."""
    if _HOLE.search(data) is None or _TEMPLATE.search(data) is not None:
        return False
    try:
        roots = read_documents(data)
    except Unreadable:
        roots = _with_variables(data)
        if not roots:
            return True
    # deeper down, holes are those that a controller fills in
    return any(b"{{" in name for name in _names_in(roots))


def _names_in(roots: list[TreeNode]) -> Iterator[bytes]:
    return (SourceNode(root, "").text_at("metadata", "name").encode() for root in roots)


def _with_variables(data: bytes) -> list[TreeNode]:
    """Return the documents of a template whose holes are values alone, each read as a variable that nothing sets.

    There are none of any other, or where the name of an object has a hole.
    """
    if _TEMPLATE.search(data) is not None or b"{%" in data:
        return []
    filled = _VALUE.sub(lambda line: line[1] + _FILLING.sub(_VARIABLE, line[2]), data)
    try:
        roots = read_documents(filled)
    except Unreadable:
        return []
    return [] if any(_VARIABLE in name for name in _names_in(roots)) else roots


def documents(file: Configuration, sheet: FactSheet) -> list[SourceNode]:
    """Return the documents of a file; of a template or a broken file none, with one error."""
    try:
        roots = read_documents(file.data)
    except Unreadable as unreadable:
        roots = _with_variables(file.data)
        if not roots:
            _fail(file, sheet, unreadable)
    for root in roots if file.lines else ():
        _move(root, file.lines)
    return [SourceNode(root, file.path) for root in roots if root is not None]


def _fail(file: Configuration, sheet: FactSheet, unreadable: Unreadable) -> None:
    template = _TEMPLATE.search(file.data) or _HOLE.search(file.data)
    if template is not None:
        line = file.data.count(b"\n", 0, template.start()) + 1
        fault = "this is a template; render it first, as with `helm template`, and import the result"
        sheet.fail(file.path, line, 1, fault)
    else:
        _, line, column = unpack(unreadable.fault.mark)
        fix = unreadable.fault.fix
        sheet.fail(file.path, line, column, f"{unreadable.fault.message}; {fix[:1].lower()}{fix[1:].rstrip('.')}")


def _move(node: TreeNode, lines: tuple[int, ...]) -> None:
    """Put a value and all in it to where they stand in the template that the file is made of."""
    if isinstance(node, Map | Seq):
        node.mark = _moved(node.mark, lines)
        node.marks[:] = [_moved(mark, lines) for mark in node.marks]
        for inner in node.values() if isinstance(node, Map) else node:
            _move(inner, lines)


def _moved(mark: int, lines: tuple[int, ...]) -> int:
    file, line, column = unpack(mark)
    return pack(file, lines[min(line, len(lines)) - 1] - 1, column - 1)
