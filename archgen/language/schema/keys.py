"""What the schema says of one key of the language, at each place where a model may have it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from archgen.language.schema import schema_text
from archgen.language.schema.flow_style import flow_style


class Key(NamedTuple):
    """A key of one mapping: `owner` is the mapping's name, the examples are YAML on one line.

    `inner` are the keys of the mapping that it may hold.
    """

    owner: str
    description: str
    examples: tuple[str, ...]
    inner: tuple[str, ...]


def key_names() -> tuple[str, ...]:
    """Every key of the language, each once, in the order of the schema."""
    return tuple(dict.fromkeys(name for _, said in _mappings(_schema()) for name in said["properties"]))


def keys(name: str) -> tuple[Key, ...]:
    """The keys of a name; none where the language has no such key."""
    schema = _schema()
    found = ((owner, said["properties"].get(name)) for owner, said in _mappings(schema))
    return tuple(
        Key(
            owner,
            key["description"],
            tuple(f"{name}: {flow_style(one)}" for one in key["examples"]),
            _inner(schema, key),
        )
        for owner, key in found
        if key is not None
    )


def _schema() -> Any:
    return json.loads(schema_text())


def _mappings(schema: Any) -> Iterator[tuple[str, Any]]:
    yield "model", schema
    yield from ((said["title"], said) for said in schema["$defs"].values() if "properties" in said)


def _inner(schema: Any, said: Any) -> tuple[str, ...]:
    if "$ref" in said:
        said = schema["$defs"][said["$ref"].rpartition("/")[2]]
    forms = (*said.get("anyOf", ()), said.get("additionalProperties"), said.get("items"))
    within = (_inner(schema, form) for form in forms if isinstance(form, dict))
    return tuple(said.get("properties", ())) or next((one for one in within if one), ())
