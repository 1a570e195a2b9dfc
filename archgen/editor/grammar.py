"""The schema as a guide: what may stand at a place of a document, and which names are meant there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archgen.language.expand.context import SECTIONS
from archgen.language.schema import schema
from archgen.language.write.values import inline

Way = tuple[str | int, ...]
"""The keys and places of items that lead to a node."""

DECLARING = {section: kind for kind, section in SECTIONS.items()}
"""The sections whose keys are new names, and the kind of element that they name."""


def _naming(rule: Any) -> Iterator[tuple[str, str]]:
    """Yield each key of a part of the schema with each kind of element that its value names."""
    for key, inner in rule.get("properties", {}).items():
        yield from ((key, kind) for kind in _named_kinds(inner))
    for inner in rule.values():
        for part in inner if isinstance(inner, list) else (inner,):
            yield from _naming(part) if isinstance(part, dict) else ()


def _named_kinds(rule: Any) -> tuple[str, ...]:
    forms = [*rule.get("anyOf", ()), *filter(None, (rule.get("items"),))]
    forms += [schema()["$defs"][rule["$ref"].rpartition("/")[2]]] if "$ref" in rule else []
    return tuple(rule.get("x-names", ())) or next(filter(None, map(_named_kinds, forms)), ())


def _kinds_by_key() -> dict[str, tuple[str, ...]]:
    pairs = dict.fromkeys(_naming(schema()))
    return {key: tuple(kind for other, kind in pairs if other == key) for key, _ in pairs}


NAMING = _kinds_by_key()
"""The keys below which names stand, and the kinds that they may name, the likeliest first."""

NAMING_KEYS = ("connections", "steps", "weights", "runs_on", "rank", "near")
"""Of these, the keys whose mappings have names as keys."""


def allowed(way: Way) -> tuple[Any, ...]:
    """The schemas of what may stand at the end of a way; several where there is a choice, none where nothing may."""
    found = tuple(_plain(schema()))
    for step in way:
        found = tuple(inner for one in found for inner in _within(one, step))
    return found


def described(way: Way) -> tuple[str, str]:
    """What the key at the end of a way says, and an example of it; empty where nothing is known of it."""
    for one in allowed(way[:-1]):
        said = one.get("properties", {}).get(way[-1])
        if said is not None:
            return said.get("description", ""), next(map(inline, said.get("examples", ())), "")
    return "", ""


def keys(way: Way) -> Iterator[tuple[str, str]]:
    """The keys that a mapping at the end of a way may have, each with what it says."""
    for one in allowed(way):
        for key, said in one.get("properties", {}).items():
            yield key, said.get("description", "")


def words(way: Way) -> Iterator[str]:
    """The words that a value at the end of a way may be, where they are few."""
    for one in allowed(way):
        if one.get("type") == "boolean":
            yield from ("true", "false")
        yield from (word for word in one.get("enum", ()) if isinstance(word, str))


def _within(one: Any, step: str | int) -> Iterator[Any]:
    if isinstance(step, int):
        yield from _plain(one.get("items"))
    elif step in one.get("properties", {}):
        yield from _plain(one["properties"][step])
    else:
        patterns = one.get("patternProperties", {})
        for inner in patterns.values():
            yield from _plain(inner)
        if not patterns:
            yield from _plain(one.get("additionalProperties"))


def _plain(one: Any) -> Iterator[Any]:
    """A schema with what it refers to and each of its choices."""
    if not isinstance(one, dict):
        return
    if "$ref" in one:
        yield from _plain(schema()["$defs"][one["$ref"].rpartition("/")[2]])
    for choice in (*one.get("anyOf", ()), *one.get("oneOf", ())):
        yield from _plain(choice)
    yield one
