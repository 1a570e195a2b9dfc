"""The format of a model: its JSON Schema, the only definition there is."""

from __future__ import annotations

import os

FILE = os.path.join(os.path.dirname(__file__), "archgen-1.schema.json")


def schema_text() -> str:
    """The JSON Schema (draft 2020-12) of format version 1, as its file has it."""
    with open(FILE, encoding="utf-8") as stream:
        return stream.read()
