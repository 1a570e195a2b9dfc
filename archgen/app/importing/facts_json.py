"""The facts of an import as JSON (archgen-facts-1)."""

from __future__ import annotations

from typing import Any

from msgspec import json, to_builtins

from archgen.app.importing.importing import Import
from archgen.model.sha256 import digest_bytes


def facts_json(result: Import) -> str:
    """Return the contract: sources, facts, questions and errors."""
    values: dict[str, Any] = {
        "version": 1,
        "sources": [
            {"path": file.path, "format": name, "sha256": digest_bytes(file.data)}
            for file, name in result.reading.sources
        ],
        "facts": [{"id": fact.id, **to_builtins(fact)} for fact in result.reading.facts],
        "questions": [to_builtins(each) for each in result.model.questions],
        "omissions": [to_builtins(each) for each in result.reading.omissions],
        "errors": [to_builtins(each) for each in result.errors],
    }
    return json.format(json.encode(values), indent=2).decode() + "\n"
