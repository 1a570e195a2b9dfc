"""Random values that a schema allows; what the schema cannot say is made by functions that stand in for its parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any

from archgen.language.schema import schema_text
from tests.generators.scalars import PATTERNS, SCALARS, text

SECTIONS = ("zones", "hosts", "networks", "certificates", "components", "flows", "groups", "views")
"""Keys of a model that declare things by their ids."""

MISSING: Any = object()
"""What stands for a key that cannot be there."""

SHARED = ("links", "availability", "tls")
"""Keys whose values are now and then the very same in several places, which YAML writes as an alias."""


@cache
def schema() -> dict[str, Any]:
    """The schema of the language."""
    found: dict[str, Any] = json.loads(schema_text())
    return found


class Walker:
    """Makes values by the schema; `density` is how likely a key is that may be left out."""

    def __init__(
        self,
        rand: Random,
        density: float,
        made: Mapping[str, Callable[[Any], Any]],
        finished: Mapping[str, Callable[[Any, dict[str, Any]], None]],
    ) -> None:
        self.rand = rand
        self.density = density
        self._made = made
        self._finished = finished
        self._shared: dict[str, Any] = {}

    def value(self, said: dict[str, Any], key: str, owner: str = "") -> Any:
        """A value that a part of the schema allows; `owner` is the definition that the part is in."""
        if "$ref" in said:
            name = said["$ref"].rpartition("/")[2]
            return SCALARS[name](self.rand, key) if name in SCALARS else self.value(schema()["$defs"][name], key, name)
        if "anyOf" in said:
            return self.value(self.rand.choice(said["anyOf"]), key, owner)
        if "enum" in said:
            return self.rand.choice(said["enum"])
        return self._typed(said, key, owner)

    def _typed(self, said: dict[str, Any], key: str, owner: str) -> Any:
        match said["type"] if isinstance(said["type"], str) else self.rand.choice(said["type"]):
            case "object":
                return self._mapping(said, owner)
            case "array":
                return self._items(said, key)
            case "null":
                return None
            case "boolean":
                return self.rand.random() < 0.5
            case "integer":
                return min(said["maximum"], said["minimum"] + self.rand.choice((0, 0, 1, 2)))
            case "number":
                return self.rand.choice((said["minimum"], said.get("maximum", 3), 0.5))
        return self._text(said, key)

    def _text(self, said: dict[str, Any], key: str) -> str:
        if "pattern" not in said:
            return str(text(self.rand, key)) or "x"
        for part, make in PATTERNS.items():
            if said["pattern"].startswith(part) or said["pattern"].endswith(part):
                return str(make(self.rand, key))
        raise NotImplementedError(f"no text is made for {said['pattern']}, the pattern of {key}")

    def _items(self, said: dict[str, Any], key: str) -> list[Any]:
        count = self.rand.choice((said.get("minItems", 0), 1, 1, 2, 3))
        items = [self.value(said["items"], key) for _ in range(count)]
        return list({str(item): item for item in items}.values()) if said.get("uniqueItems") else items

    def _mapping(self, said: dict[str, Any], owner: str) -> dict[str, Any]:
        """A mapping with all that is required and some of the rest."""
        if "properties" not in said:
            ids = ("q-1", "q-2a", "10") if "propertyNames" in said else ()
            names = [self.rand.choice(ids) if ids else str(text(self.rand, "")) for _ in range(self.rand.randint(0, 2))]
            return {name: self.value(said["additionalProperties"], "") for name in names}
        found: dict[str, Any] = {}
        for key, inner in said["properties"].items():
            if key in said.get("required", ()) or self.rand.random() < self.density:
                value = self._keyed(inner, key, owner)
                if value is not MISSING:
                    found[key] = value
        if owner in self._finished:
            self._finished[owner](self, found)
        return found

    def _keyed(self, said: dict[str, Any], key: str, owner: str) -> Any:
        name = f"{owner}.{key}"
        if name in self._made:
            return self._made[name](self)
        if key not in SHARED:
            return self.value(said, key)
        if name not in self._shared or self.rand.random() < 0.7:
            self._shared[name] = self.value(said, key)
        return self._shared[name]
