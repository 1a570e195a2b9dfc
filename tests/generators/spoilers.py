"""Models that are spoilt: their bytes, lines, words or values; a case is made from its number alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from archgen.language.schema import schema_text
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.parser import parse
from archgen.model.problems import ModelError
from archgen.rules import RULES
from tests.paths import ROOT

FILE = "spoilt.arch.yaml"
LARGEST = 40_000
"""Bytes up to which a model is taken: what is larger is about size, and has tests of its own."""

HOSTILE = (
    *(
        "~",
        "null",
        "true",
        "false",
        "no",
        "0",
        "-1",
        "1e999",
        "-0.0",
        ".nan",
        ".inf",
        "9" * 30,
        "0x1F",
        "1_000",
        "''",
        '"',
    ),
    *(
        "[]",
        "{}",
        "[[]]",
        "{a: }",
        "- ",
        "? ",
        ": ",
        "&a ",
        "*a",
        "<<: ",
        "!!set ",
        "!x ",
        "%YAML 1.1",
        "---",
        "...",
        "|",
        ">-",
    ),
    *(
        "a -> b",
        "a --> b",
        "a->b",
        " -> ",
        "a -> b | c",
        "x@y",
        "x#1",
        "x@y#2",
        "host:x",
        "any",
        "all",
        "internet",
        "*.a.b",
    ),
    *(
        "99.999%",
        "101%",
        "-5%",
        "10m",
        "0s",
        "1e9y",
        "5/s",
        "0/s",
        "1/0",
        "2026-02-30",
        "2026-11-24",
        "9999-12-31",
        "192.0.2.1",
    ),
    *(
        "::1",
        "10.0.0.0/8",
        "0.0.0.0/99",
        "tcp/443",
        "65535",
        "65536",
        "8100-8000",
        "é",
        "\u2028",
        "\u0085",
        "\ufeff",
        "\U0001f600",
    ),
    *(
        "\t",
        "\r",
        "\x00",
        "\x1b[31m",
        "]]>",
        "</script>",
        "::error::",
        "|x|",
        "`",
        "\\",
        "%0A",
        "../../x",
        "file:///",
        "a" * 200,
    ),
)
"""What a value, a key or a line may be spoilt by."""


OPTIONAL = (
    *(
        "managed",
        "replicas",
        "quorum",
        "sessions",
        "uploads",
        "capacity",
        "version",
        "image",
        "deploy",
        "rollback",
        "owner",
    ),
    *("rate_limit", "balance", "cluster", "replication", "availability", "product", "network", "runs_on", "domain"),
)
"""Keys that any component may have."""

REFERRING = frozenset(
    (
        "steps",
        "runs_on",
        "network",
        "zone",
        "codebase",
        "replication",
        "cluster",
        "collects",
        "guards",
        "backs_up",
        "in",
        "rules",
    )
)
"""Keys whose values name other things of the model, which another model seldom has."""

ODD: tuple[Any, ...] = (None, True, 0, -1, 10**40, 0.5, [], {}, [None], {"": None}, "", "x" * 300)
"""Values of other types than the one that is asked for."""


@cache
def models() -> tuple[bytes, ...]:
    """The models that are spoilt: the rules' examples and those of the suite, right ones and broken ones."""
    examples = [text.encode() for rule in RULES for text in (rule.bad, rule.good)]
    places = ("models", "tests/architectures", "tests/well_built", "tests/broken")
    files = [file.read_bytes() for place in places for file in sorted((ROOT / place).glob("*.arch.yaml"))]
    return tuple(dict.fromkeys(one for one in (*examples, *files) if one and len(one) <= LARGEST))


@cache
def words() -> tuple[str, ...]:
    """Every key and every fixed value of the language."""
    found: dict[str, None] = {}

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            for inner in (node.get("properties", {}), dict.fromkeys(map(str, node.get("enum", ())))):
                found.update(dict.fromkeys(inner))
            node = list(node.values())
        for inner in node if isinstance(node, list) else ():
            visit(inner)

    visit(json.loads(schema_text()))
    return tuple(found)


@cache
def tree(number: int) -> Any:
    """One of the models as plain values; none where it is no YAML."""
    return plain(models()[number])


def plain(data: bytes) -> Any:
    """A model as plain values; none where it is no YAML."""
    try:
        return json.loads(json.dumps(parse(0, FILE, data)[0].root))
    except (Unreadable, ModelError, TypeError, ValueError):
        return None


@cache
def alike() -> dict[str, tuple[str, ...]]:
    """What any of the models says under a key, as JSON: values that are likely to be right and mean something else."""
    found: dict[str, dict[str, None]] = {}
    for number in range(len(models())):
        for node, key in _places(tree(number)) if isinstance(tree(number), dict) else ():
            if isinstance(node, dict):
                found.setdefault(key, {})[json.dumps(node[key])] = None
    return {key: tuple(values) for key, values in found.items()}


# How a model is spoilt


def bytes_of(rand: Random, data: bytes) -> bytes:
    """Some bytes changed, left out, said twice or put in."""
    start = rand.randrange(len(data) + 1)
    end = min(len(data), start + rand.choice((1, 1, 2, 8, 60)))
    middle = rand.choice(
        (b"", data[start:end] * 2, bytes([rand.randrange(256)]), rand.choice(HOSTILE).encode(), rand.randbytes(3))
    )
    return data[:start] + middle + data[end:] if rand.random() < 0.95 else data[:start]


def lines_of(rand: Random, data: bytes) -> bytes:
    """A line left out, said twice, moved, indented otherwise, or taken from another model."""
    lines = data.split(b"\n")
    at = rand.randrange(len(lines))
    match rand.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines.insert(rand.randrange(len(lines)), lines.pop(at))
        case 3:
            lines[at] = b" " * rand.randrange(8) + lines[at].lstrip()
        case 4:
            lines[at] = lines[at] + b" " + rand.choice(HOSTILE).encode()
        case _:
            other = rand.choice(models()).split(b"\n")
            first = rand.randrange(len(other))
            lines[at:at] = other[first : first + rand.randrange(1, 8)]
    return b"\n".join(lines)


def words_of(rand: Random, data: bytes) -> bytes:
    """One word for another: of the model itself, of the language, or a hostile one."""
    text = data.decode("utf-8", "surrogateescape")
    parts = text.replace(",", " , ").replace("{", " { ").replace("}", " } ").split(" ")
    full = [at for at, one in enumerate(parts) if one.strip() and one not in "{},"]
    if full:
        own = parts[rand.choice(full)]
        parts[rand.choice(full)] = rand.choice(
            (own, rand.choice(words()), rand.choice(words()) + ":", rand.choice(HOSTILE))
        )
    return " ".join(parts).encode("utf-8", "surrogateescape")


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a tree with each of its keys."""
    for key, inner in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def values_of(rand: Random, root: Any) -> None:
    """One value of a tree left out, replaced, copied to another place, or given another key."""
    places = list(_places(root))
    if not places:
        return
    node, key = rand.choice(places)
    other, there = rand.choice(places)
    match rand.randrange(10):
        case 0 | 1 | 2:
            del node[key]
        case 3 | 4 | 5 | 6 if alike().get(key):
            node[key] = json.loads(rand.choice(alike()[key]))
        case 7:
            node[key] = json.loads(json.dumps(other[there]))
        case 8 if isinstance(node, dict):
            node[str(rand.choice((*words(), *HOSTILE, there)))] = node.pop(key)
        case _:
            node[key] = rand.choice((*HOSTILE, *words(), *ODD, str(there)))


def other_facts(rand: Random, root: Any) -> None:
    """Something else that is right by itself said of one thing, or nothing: most of these models still mean something."""
    things = [
        node for name in ("components", "connections", "flows", "hosts", "zones") for node in _named(root.get(name))
    ]
    things = [one for one in things if one] + [one for one in (root.get("objectives"), root.get("certificates")) if one]
    if not things:
        return
    thing = rand.choice(things)
    key = rand.choice(list(thing))
    if "kind" in thing and rand.random() < 0.5:
        key = rand.choice(OPTIONAL)
    if key in REFERRING and rand.random() < 0.9:
        return
    if rand.random() < 0.2 and key not in ("kind", "steps"):
        thing.pop(key, None)
    else:
        thing[key] = json.loads(rand.choice(alike().get(key, ("null",))))


def _named(section: Any) -> list[dict[str, Any]]:
    return [one for one in section.values() if isinstance(one, dict)] if isinstance(section, dict) else []


def spoilt(number: int) -> bytes:
    """The model of a case."""
    rand = Random(number)
    at = rand.randrange(len(models()))
    return _spoilt(rand, models()[at], tree(at))


def spoil(rand: Random, data: bytes) -> bytes:
    """A model in one of the ways in which those of the cases are spoilt."""
    return _spoilt(rand, data, plain(data))


def _spoilt(rand: Random, data: bytes, values: Any) -> bytes:
    times = rand.choice((1, 1, 1, 2, 3, 6))
    if rand.random() < 0.6 and isinstance(values, dict):
        values = json.loads(json.dumps(values))
        change = values_of if rand.random() < 0.3 else other_facts
        for _ in range(times):
            change(rand, values)
        return json.dumps(values, ensure_ascii=rand.random() < 0.5, indent=rand.choice((None, 1))).encode(
            "utf-8", "replace"
        )
    for _ in range(times):
        data = rand.choice((bytes_of, lines_of, words_of))(rand, data)
    return data
