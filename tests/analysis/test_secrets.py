"""A secret is found in whatever field of the language it stands, and told once, of the thing that it stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
import yaml
from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.linting.rule import RuleContext
from archgen.model.architecture import Architecture
from archgen.model.problems import ModelError
from archgen.rules.security.secret_in_model import EXCUSED, check, texts
from tests.generators import every_key
from tests.walking import schema

KEY = "AKIAIOSFODNN7EXAMPLE"
DEEPEST = 4
"""Frames in each other that are tried."""
ENOUGH = 20
"""Refusals of a place at which no more documents are asked."""


# Every field of every value


@cache
def hints(owner: type[Struct]) -> dict[str, Any]:
    return get_type_hints(owner)


def structs(of: Any) -> Iterator[type[Struct]]:
    """The values that a type may hold."""
    if isinstance(of, type) and issubclass(of, Struct):
        yield of
    for one in get_args(of):
        yield from structs(one)


def reachable() -> list[type[Struct]]:
    found: list[type[Struct]] = [Architecture]
    for owner in found:
        found += dict.fromkeys(one for of in hints(owner).values() for one in structs(of) if one not in found)
    return found


def holds_text(of: Any) -> bool:
    if get_origin(of) is Literal:
        return False
    return of is str or any(holds_text(one) for one in get_args(of))


FIELDS = [
    (owner, name)
    for owner in reachable()
    for name, of in hints(owner).items()
    if holds_text(of) and (owner, name) not in EXCUSED
]


def made(of: Any, target: tuple[type[Struct], str], depth: int = 0) -> Iterator[Any]:
    """Values of a type that hold the key at a field, and only there, if one of the type can."""
    origin, arguments = get_origin(of), get_args(of)
    if isinstance(of, type) and issubclass(of, Struct):
        yield from planted(of, target, depth)
    elif origin is tuple:
        for value in made(arguments[0], target, depth):
            yield (value, *(plain(one) for one in arguments[1:] if one is not Ellipsis))
    elif origin in (Union, UnionType):
        for one in arguments:
            yield from made(one, target, depth)


def planted(owner: type[Struct], target: tuple[type[Struct], str], depth: int) -> Iterator[Struct]:
    if depth > DEEPEST:
        return
    fields = hints(owner)
    base = {name: plain(of) for name, of in fields.items()}
    if owner is target[0]:
        yield owner(**{**base, target[1]: text(fields[target[1]])})
    for name, of in fields.items():
        for value in made(of, target, depth + 1):
            yield owner(**{**base, name: value})


def plain(of: Any) -> Any:
    """The least value of a type."""
    origin, arguments = get_origin(of), get_args(of)
    if of is str:
        return "x"
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return tuple(plain(one) for one in arguments) if Ellipsis not in arguments else ()
    if origin in (Union, UnionType):
        return None if type(None) in arguments else plain(arguments[0])
    if isinstance(of, type) and issubclass(of, Struct):
        return of(**{name: plain(each) for name, each in hints(of).items()})
    return of()


def text(of: Any) -> Any:
    """The key as a value of a type."""
    origin, arguments = get_origin(of), get_args(of)
    if of is str:
        return KEY
    if origin is tuple:
        if Ellipsis in arguments:
            return (text(arguments[0]),)
        return tuple(text(one) if holds_text(one) else plain(one) for one in arguments)
    return text(next(one for one in arguments if holds_text(one)))


@pytest.mark.parametrize(("owner", "name"), FIELDS, ids=lambda value: getattr(value, "__name__", value))
def test_a_key_in_any_field_is_a_text_of_the_model(owner: type[Struct], name: str) -> None:
    value = next(made(Architecture, (owner, name)), None)
    assert value is not None
    assert KEY in [each for _, each in texts(value)]


def test_what_is_excused_is_a_field_that_holds_text() -> None:
    for owner, name in EXCUSED:
        assert holds_text(hints(owner)[name])
    assert len(FIELDS) > 100


# Every key of the language


def free(declared: Mapping[str, Any], seen: tuple[str, ...] = ()) -> bool:
    """Return True if a part of the schema takes any text."""
    if "$ref" in declared:
        name = declared["$ref"].rpartition("/")[2]
        return name not in seen and free(schema()["$defs"][name], (*seen, name))
    options = [*declared.get("anyOf", ()), *declared.get("oneOf", ())]
    if options:
        return any(free(one, seen) for one in options)
    kinds = declared.get("type", [])
    if "array" in (kinds if isinstance(kinds, list) else [kinds]):
        return free(declared.get("items", {}), seen)
    return "string" in kinds and "enum" not in declared and "pattern" not in declared


def keys(declared: Any) -> Iterator[str]:
    """The keys of the schema that take any text."""
    if isinstance(declared, dict):
        yield from (
            name for name, value in declared.get("properties", {}).items() if isinstance(value, dict) and free(value)
        )
        for value in declared.values():
            yield from keys(value)
    elif isinstance(declared, list):
        for value in declared:
            yield from keys(value)


CHECKED = {
    "include": "a path, which is read and replaced by what is there",
    "extends": "a path, whose model is read and changed by what is there",
    "expect": "sentences of a grammar of their own",
    "rule": "a rule's name, which lint reports if there is no such rule",
    "subject": "a thing's name, which lint reports if there is no such thing",
    "balance": "the short form of its algorithm, tried in its long form",
}
"""Keys of any text that the language reads something out of, and why they are not tried here."""


def places(value: Any, key: str, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a key's texts stand in a document."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key and isinstance(inner, str):
                yield (*path, name)
            elif name == key and isinstance(inner, list):
                yield from ((*path, name, at) for at, one in enumerate(inner) if isinstance(one, str))
            yield from places(inner, key, (*path, name))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from places(inner, key, (*path, at))


def replaced(value: Any, path: tuple[Any, ...]) -> Any:
    if not path:
        return KEY
    first, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {name: replaced(inner, rest) if name == first else inner for name, inner in value.items()}
    return [replaced(inner, rest) if at == first else inner for at, inner in enumerate(value)]


@cache
def documents() -> list[Any]:
    made = [every_key.model(number) for number in range(120)]
    return [{key: value for key, value in document.items() if key != "include"} for document in made]


def found(document: Any) -> list[str] | None:
    """What the rule says of a document; None for one that is no model."""
    try:
        loaded = load("m.arch.yaml", every_key.written(1, document))
    except ModelError:
        return None
    return [f"{hit.subject.kind} {hit.message}" for hit in check(RuleContext(Topology(loaded.architecture)))]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("key", sorted({*keys(schema())} - CHECKED.keys()))
def test_a_key_in_any_text_of_the_language_is_found(key: str) -> None:
    tried, refused = 0, Counter[tuple[str, int]]()
    for document in documents():
        for path in places(document, key):
            # a key of the same name elsewhere may be a choice, and takes no text in any document
            kind = (path[0], len(path))
            if refused[kind] == ENOUGH:
                continue
            hits = found(replaced(document, path))
            if hits is None:
                refused[kind] += 1
            else:
                assert len(hits) == 1, path
                assert "looks like an AWS access key" in hits[0]
                tried += 1
                break
        if tried == 3:
            return
    assert tried, key


# What it says


MODEL = """\
archgen: 1
name: m
zones: {dc: {kind: datacenter}}
hosts: {h: {zone: dc, network: net}}
networks: {net: {trust: private}}
certificates: {c: {names: [www.example.org], installed_on: [web], issuer: x}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: h}
connections:
  user -> web: https
flows:
  f: {title: t, steps: [user -> web: GET /]}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: datacenter", f"kind: datacenter, name: {KEY}", ("zone", "dc")),
        ("trust: private", f"trust: private, name: {KEY}", ("network", "net")),
        ("issuer: x", f"issuer: {KEY}", ("certificate", "c")),
        ("www.example.org", f"{KEY}.example.org", ("certificate", "c")),
        ("name: m", f"name: {KEY}", ("model", "m")),
        ("zone: dc,", f"zone: dc, address: {KEY},", ("host", "h")),
    ],
)
def test_a_finding_is_of_the_thing(old: str, new: str, expected: tuple[str, str]) -> None:
    assert old in MODEL
    architecture = load("m.arch.yaml", MODEL.replace(old, new).encode()).architecture
    hits = list(check(RuleContext(Topology(architecture))))
    assert [(hit.subject.kind, hit.subject.id) for hit in hits] == [expected]
    assert KEY not in hits[0].message


@pytest.mark.parametrize(
    ("name", "kind"), [("h", "host"), ("dc", "zone"), ("net", "network"), ("web", "component"), ("f", "flow")]
)
def test_an_id_that_is_a_key_is_told_once_however_often_it_is_repeated(name: str, kind: str) -> None:
    document = yaml.safe_load(MODEL)

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {renamed(one): renamed(inner) for one, inner in value.items()}
        if isinstance(value, list):
            return [renamed(one) for one in value]
        return " ".join(KEY if word == name else word for word in value.split(" ")) if isinstance(value, str) else value

    assert found(renamed(document)) == [
        f"{kind} the id of this {kind} looks like an AWS access key; who reads the model, or the pages made from it, has it"
    ]
