"""The schema as a guide: the keys and values that may stand at a place, and the kinds of elements named there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archgen.language.expand.context import SECTIONS
from archgen.language.schema import schema
from archgen.language.write.values import inline
from archgen.model.change import Path

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


def rules_at(way: Path) -> tuple[Any, ...]:
    """Return the schemas of the value at the end of a path; several where there is a choice."""
    rules = tuple(_plain(schema()))
    for step in way:
        rules = tuple(inner for rule in rules for inner in _within(rule, step))
    return rules


def describe_key(way: Path) -> tuple[str, str]:
    """Return the description of the key at the end of a path, and an example; both empty for an unknown key."""
    for rule in rules_at(way[:-1]):
        key_rule = rule.get("properties", {}).get(way[-1])
        if key_rule is not None:
            return key_rule.get("description", ""), next(map(inline, key_rule.get("examples", ())), "")
    return "", ""


def keys_at(way: Path) -> Iterator[tuple[str, str]]:
    """Yield the keys that a mapping at the end of a path may have, each with its description."""
    for rule in rules_at(way):
        for key, key_rule in rule.get("properties", {}).items():
            yield key, key_rule.get("description", "")


def values_at(way: Path) -> Iterator[str]:
    """Yield the fixed values that may stand at the end of a path."""
    for rule in rules_at(way):
        if rule.get("type") == "boolean":
            yield from ("true", "false")
        yield from (word for word in rule.get("enum", ()) if isinstance(word, str))


def _within(rule: Any, step: str | int) -> Iterator[Any]:
    if isinstance(step, int):
        yield from _plain(rule.get("items"))
    elif step in rule.get("properties", {}):
        yield from _plain(rule["properties"][step])
    else:
        patterns = rule.get("patternProperties", {})
        for inner in patterns.values():
            yield from _plain(inner)
        if not patterns:
            yield from _plain(rule.get("additionalProperties"))


def _plain(rule: Any) -> Iterator[Any]:
    """Yield a schema with its references resolved, and each of its choices."""
    if not isinstance(rule, dict):
        return
    if "$ref" in rule:
        yield from _plain(schema()["$defs"][rule["$ref"].rpartition("/")[2]])
    for choice in (*rule.get("anyOf", ()), *rule.get("oneOf", ())):
        yield from _plain(choice)
    yield rule
