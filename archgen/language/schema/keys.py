"""The keys of the language as the schema describes them, at each place where a model may have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from archgen.language.schema import schema
from archgen.language.write.values import inline


class KeyDescription(NamedTuple):
    """A key of one mapping: `owner` is the mapping's name, the examples are YAML on one line.

    `inner` are the keys of the mapping that it may hold.
    """

    owner: str
    description: str
    examples: tuple[str, ...]
    inner: tuple[str, ...]


def key_names() -> tuple[str, ...]:
    """Return every key of the language once, in the order of the schema."""
    return tuple(dict.fromkeys(name for _, rule in _mappings() for name in rule["properties"]))


def keys(name: str) -> tuple[KeyDescription, ...]:
    """Return the keys of a name, the one with the most forms first; none if the language has no such key."""
    described = (
        KeyDescription(
            owner,
            key["description"],
            tuple(inline({name: example})[1:-1] for example in key["examples"]),
            _inner_keys(key),
        )
        for owner, rule in _mappings()
        for key in [rule["properties"].get(name)]
        if key is not None
    )
    return tuple(sorted(described, key=lambda key: -len(key.examples)))


def _mappings() -> Iterator[tuple[str, Any]]:
    yield "model", schema()
    yield from ((rule["title"], rule) for rule in schema()["$defs"].values() if "properties" in rule)
    yield from nested_mappings(schema())


def nested_mappings(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield the mappings that are one form of several of a value, each with the key or the title of the value."""
    for rule in schema["$defs"].values():
        values = [*rule.get("properties", {}).items(), (rule.get("title"), rule)]
        for name, value in values:
            yield from ((name, form) for form in value.get("anyOf", ()) if "properties" in form)


def _inner_keys(rule: Any) -> tuple[str, ...]:
    if "$ref" in rule:
        rule = schema()["$defs"][rule["$ref"].rpartition("/")[2]]
    forms = (*rule.get("anyOf", ()), rule.get("additionalProperties"), rule.get("items"))
    inner = (_inner_keys(form) for form in forms if isinstance(form, dict))
    return tuple(rule.get("properties", ())) or next(filter(None, inner), ())
