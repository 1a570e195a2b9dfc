"""An imported model as canonical YAML, each element with a comment that names its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archgen.importers.assembly.model import ImportedModel
from archgen.language.schema import schema
from archgen.language.write.values import block

LONGEST = 120
"""Characters of a comment."""

_LEVELS = {"flows": 3}


def text_of(model: ImportedModel) -> str:
    """Return the model as the text of a file, in the form that `archgen fmt` gives it."""
    lines: list[str] = []
    height = 1
    for key in schema()["properties"]:
        if key not in model.values:
            continue
        section = list(_section(model, key, model.values[key]))
        if lines and (height > 1 or len(section) > 1):
            lines.append("")
        lines += section
        height = len(section)
    return "\n".join(lines) + "\n"


def _section(model: ImportedModel, key: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield f"{key}:"
        yield from _elements(model, key, value)
    else:
        yield from block({key: value}, 0)


def _elements(model: ImportedModel, section: str, values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        first, *rest = block({name: value}, _LEVELS.get(section, 0), "  ")
        comment = model.comments.get((section, name))
        yield f"{first}  # {comment_line(comment)}" if comment else first
        yield from rest


def comment_line(text: str) -> str:
    """Return a text that stays within a comment: one line of printable characters."""
    line = text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)
    return line[:LONGEST].rstrip()
