"""The schema as a guide: what may stand at a place of a document, and which names are meant there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archgen.language.schema import schema
from archgen.language.write.values import inline

Way = tuple[str | int, ...]
"""The keys and places of items that lead to a node."""

DECLARING = {
    "components": "component",
    "hosts": "host",
    "zones": "zone",
    "networks": "network",
    "certificates": "certificate",
    "flows": "flow",
}
"""The sections whose keys are new names, and the kind of thing that they name."""

_ENDS = ("component",)
_MEMBERS = ("host", "component")
_SIDES = ("component", "host", "network")
NAMING: dict[str, tuple[str, ...]] = {
    "runs_on": ("host",),
    "any": ("host",),
    "zone": ("zone",),
    "in": ("zone",),
    "network": ("network",),
    "certificate": ("certificate",),
    "installed_on": _ENDS,
    "codebase": _ENDS,
    "backs_up": _ENDS,
    "over": _ENDS,
    "of": _ENDS,
    "by": _ENDS,
    "connections": _ENDS,
    "steps": _ENDS,
    "from": _SIDES,
    "to": _SIDES,
    "guards": ("host", "network", "component"),
    "primary": _MEMBERS,
    "active": _MEMBERS,
    "backup": ("component", "host"),
    "weights": ("component", "host"),
    "value": _MEMBERS,
    "subject": ("component", "host", "zone", "network", "certificate", "flow"),
    "expect": ("flow", "component", "host", "zone", "network"),
}
"""The keys below which names stand, and what they may name, the likeliest first."""


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
