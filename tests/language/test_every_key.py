"""The generated models are valid, the same each time, and say everything that the schema knows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from archgen.language.load import load
from archgen.language.yaml.parser import parse
from tests.generators.every_key import family, model
from tests.walking import schema

# the last one says what few of them do: a health check that asks for a write
SEEDS = (*range(100), 236)


@cache
def files() -> tuple[dict[str, bytes], ...]:
    return tuple(family(number) for number in SEEDS)


def test_every_generated_model_is_valid() -> None:
    models = [load(name, case[name], case.__getitem__).architecture for case in files() for name in list(case)[:1]]
    assert all(5 <= len(each.components) <= 30 for each in models)
    assert any(each.follows for each in models)
    assert any(len(data) > 1 and "parts/inner.yaml" in data for data in files())


def test_a_model_is_made_from_its_number_alone() -> None:
    assert [family(number) for number in range(3)] == list(files()[:3])
    assert len(model(7, 20)["components"]) == 20


# What the schema knows, by the definition and the way through it


@cache
def _validator(place: str) -> Any:
    return jsonschema_rs.Draft202012Validator({"$defs": schema()["$defs"], **_parts()[place]})


@cache
def _parts() -> dict[str, dict[str, Any]]:
    """Every part of the schema by its place."""
    parts: dict[str, dict[str, Any]] = {}

    def visit(said: Any, place: str) -> None:
        if isinstance(said, dict):
            parts[place] = said
            for key, inner in said.items():
                visit(inner, f"{place}/{key}")
        for at, inner in enumerate(said if isinstance(said, list) else ()):
            visit(inner, f"{place}/{at}")

    visit({key: value for key, value in schema().items() if key != "$defs"}, "")
    for name, said in schema()["$defs"].items():
        visit(said, name)
    return parts


def known() -> set[str]:
    """Every key, fixed value, alternative and type that the schema knows."""
    facts: set[str] = set()
    for place, said in _parts().items():
        if any(f"/{word}" in place for word in ("if", "then", "not", "oneOf", "examples", "propertyNames")):
            continue
        facts |= {f"{place}.{key}" for name in ("properties", "patternProperties") for key in said.get(name, ())}
        facts |= {f"{place}={value}" for value in said.get("enum", ()) if isinstance(said["enum"], list)}
        facts |= {f"{place}|{at}" for name in ("anyOf", "oneOf") for at in range(len(said.get(name, ())))}
        facts |= {f"{place}:{kind}" for kind in said.get("type", ()) if isinstance(said.get("type"), list)}
    return facts


def said(value: Any, place: str = "") -> Iterator[str]:
    """What a value uses of the part of the schema at a place."""
    part = _parts()[place]
    if "$ref" in part:
        yield from said(value, part["$ref"].rpartition("/")[2])
        return
    if isinstance(part.get("type"), list):
        yield f"{place}:{_kind(value)}"
    if "enum" in part:
        yield f"{place}={value}"
    for name in ("anyOf", "oneOf"):
        for at in range(len(part.get(name, ()))):
            if _validator(f"{place}/{name}/{at}").is_valid(value):
                yield f"{place}|{at}"
                if name == "anyOf":
                    yield from said(value, f"{place}/{name}/{at}")
    yield from _inner(value, place, part)


def _inner(value: Any, place: str, part: dict[str, Any]) -> Iterator[str]:
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key in part.get("properties", ()):
            yield f"{place}.{key}"
            yield from said(inner, f"{place}/properties/{key}")
        elif "patternProperties" in part:
            pattern = next(each for each in part["patternProperties"] if ("-->" in each) == ("-->" in key))
            yield f"{place}.{pattern}"
            yield from said(inner, f"{place}/patternProperties/{pattern}")
        elif isinstance(part.get("additionalProperties"), dict):
            yield from said(inner, f"{place}/additionalProperties")
    for inner in value if isinstance(value, list) and "items" in part else ():
        yield from said(inner, f"{place}/items")


def _kind(value: Any) -> str:
    kinds: dict[type, str] = {bool: "boolean", type(None): "null", str: "string", dict: "object", list: "array"}
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "number")


def test_every_key_value_and_alternative_is_said() -> None:
    facts = known()
    assert len(facts) > 400
    for case in files():
        for name, data in case.items():
            facts -= set(said(parse(0, name, data)[0].root))
    assert facts == set()


@pytest.mark.parametrize("place", ["component.quorum", "protocol=vnc", "tls|2", "message:null", ".expect"])
def test_a_place_of_the_schema_is_known(place: str) -> None:
    assert place in known()
