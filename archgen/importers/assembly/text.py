"""An imported model as canonical YAML, each element with a comment that names its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archgen.importers.assembly.model import ImportedModel
from archgen.language.write.sections import arrange_sections
from archgen.language.write.values import block

LONGEST = 120
"""Characters of a comment."""

_LEVELS = {"flows": 3}


def text_of(model: ImportedModel) -> str:
    """Return the model as the text of a file."""
    lines: list[str] = []
    for key, value in model.values.items():
        if isinstance(value, dict):
            lines += ["", f"{key}:", *_elements(model, key, value)]
        else:
            lines += block({key: value}, 0)
    return arrange_sections("\n".join(lines) + "\n")


def _elements(model: ImportedModel, section: str, values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        first, *rest = block({name: value}, _LEVELS.get(section, 0), "  ")
        comment = model.comments.get((section, name))
        yield f"{first}  # {inert(comment)}" if comment else first
        yield from rest


def inert(text: str) -> str:
    """Return a text that stays within a comment: one line of printable characters."""
    return "".join(char if char.isprintable() else " " for char in text)[:LONGEST]
