"""Files of YAML and JSON as trees with places; templates and broken files are errors with a line."""

from __future__ import annotations

import re

from archgen.importers.facts import Configuration, FactSheet
from archgen.importers.nodes import SourceNode
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.tree import Map, Seq, TreeNode, pack, unpack

_TEMPLATE = re.compile(rb"\{\{-?\s*(?:[.$(/]|if\b|range\b|with\b|end\b|else\b|define\b|template\b|include\b|toYaml\b|tpl\b|printf\b)"
                       rb"|\{%-?\s*(?:if|for|set|include|macro)\b")  # fmt: skip

_HOLE = re.compile(rb"\{\{")
"""A hole of any template, in a file that isn't YAML as it stands."""


def is_template_of_another_tool(data: bytes) -> bool:
    """Return True for a file that isn't YAML before its holes are filled in, or whose object has no name, and that isn't Helm's."""
    if _HOLE.search(data) is None or _TEMPLATE.search(data) is not None:
        return False
    try:
        roots = read_documents(data)
    except Unreadable:
        return True
    # deeper down, holes are those that a controller fills in
    return any("{{" in SourceNode(root, "").text_at("metadata", "name") for root in roots)


def documents(file: Configuration, sheet: FactSheet) -> list[SourceNode]:
    """Return the documents of a file; of a template or a broken file none, with one error."""
    try:
        roots = read_documents(file.data)
    except Unreadable as unreadable:
        template = _TEMPLATE.search(file.data) or _HOLE.search(file.data)
        if template is not None:
            line = file.data.count(b"\n", 0, template.start()) + 1
            sheet.fail(
                file.path,
                line,
                1,
                "this is a template; render it first, as with `helm template`, and import the result",
            )
        else:
            _, line, column = unpack(unreadable.fault.mark)
            fix = unreadable.fault.fix
            sheet.fail(file.path, line, column, f"{unreadable.fault.message}; {fix[:1].lower()}{fix[1:].rstrip('.')}")
        return []
    for root in roots if file.lines else ():
        _move(root, file.lines)
    return [SourceNode(root, file.path) for root in roots if root is not None]


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
