"""The format of a model: its JSON Schema, the only definition there is.

`x-names` says which kinds of element a value, or a key of its mapping, names.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from msgspec import json

FILE = os.path.join(os.path.dirname(__file__), "archgen-1.schema.json")


def schema_text() -> str:
    """The JSON Schema (draft 2020-12) of format version 1, as its file has it."""
    with open(FILE, "rb") as stream:
        return stream.read().decode()


@cache
def schema() -> Any:
    """Return that schema as values, read once in a process."""
    return json.decode(schema_text())
