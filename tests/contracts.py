"""The contracts of JSON outputs, `docs/*-1.schema.json`: open for their readers, and closed where a test holds an output."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema

from tests.paths import ROOT

DOCS = ROOT / "docs"
NAMES = ("analyze", "diff", "lint", "review", "simulate", "what-if")


@cache
def contract(name: str) -> Any:
    """Return the contract of a command's output as it is shipped."""
    return json.loads((DOCS / f"{name}-1.schema.json").read_text(encoding="utf-8"))


def check(name: str, document: Any) -> None:
    """Hold an output to its contract, with no key and no value beyond those that the contract names."""
    jsonschema.Draft202012Validator(_closed(contract(name))).validate(document)
    jsonschema.Draft202012Validator(contract(name)).validate(document)


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if is_open_choice(schema):
        return schema["anyOf"][0]
    closed = {key: _closed(part) for key, part in schema.items()}
    return closed | {"additionalProperties": False} if "properties" in schema and "required" in schema else closed


def is_open_choice(schema: dict[str, Any]) -> bool:
    """Return True if a schema lists values and allows any other of their type."""
    return "enum" in schema.get("anyOf", [{}])[0]
