"""The check of small documents decides as jsonschema-rs does, for each rule of the schema."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from archgen.language.schema.quick_check import fits_rule, is_surely_valid
from archgen.language.yaml.parser import parse
from tests.generators.every_key import family
from tests.paths import ROOT
from tests.walking import schema

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 0.5, 1e300, 10**20, "", " ", "a b", "é", "a\n", "1", "x" * 300, [], {}, ["a", "a"]),
    *(
        [1, True],
        ["a", 1],
        {"a": 1},
        {"é": None},
        [[]],
        [{}],
        "2026-02-30",
        "2026-02-28",
        "2026-W01-1",
        "99.95%",
        "5m\n",
    ),
    *(
        {"type": "CNAME", "name": "a", "value": ""},
        {"type": "A", "name": "a", "value": "b"},
        {"protocol": "http", "ports": []},
    ),
    *({"a -> b": "GET", "b -> a": "GET"}, {"a -> b\n": "GET"}, {"http": True, "why": "x"}),
)
"""Values that no rule, or only some, allow: of every type, at bounds, and with what Python and JSON read differently."""

DECIDED = 0.97
"""The least share of values that are decided without a library."""


def rules(node: Any) -> Iterator[dict[str, Any]]:
    """Yield the schema and each rule in it."""
    if isinstance(node, dict):
        yield node
        for keyword, inner in node.items():
            if keyword in ("properties", "patternProperties", "$defs"):
                for rule in inner.values():
                    yield from rules(rule)
            elif keyword in ("anyOf", "oneOf", "allOf"):
                for rule in inner:
                    yield from rules(rule)
            elif keyword in ("items", "additionalProperties", "propertyNames", "not", "if", "then"):
                yield from rules(inner)


def test_each_rule_decides_as_jsonschema_rs_does() -> None:
    each = list({json.dumps(rule, sort_keys=True): rule for rule in rules(schema())}.values())
    examples = [example for rule in each for example in rule.get("examples", ())]
    values = [*ODD, *{json.dumps(example, sort_keys=True): example for example in examples}.values()]
    decided = {True: 0, False: 0, None: 0}
    for rule in each:
        library = jsonschema_rs.Draft202012Validator({"$defs": schema()["$defs"], **rule}, validate_formats=True)
        for value in values:
            ours = fits_rule(value, rule)
            decided[ours] += 1
            assert ours is None or ours == library.is_valid(value), (rule, value)
    assert min(decided[True], decided[False]) > len(values)
    assert decided[None] < (1 - DECIDED) * sum(decided.values())


def test_a_keyword_that_is_not_known_is_left_to_the_library() -> None:
    assert fits_rule(5, {"type": "integer", "multipleOf": 5}) is None
    assert fits_rule("5", {"type": "integer", "multipleOf": 5}) is False


def test_models_with_every_key_are_decided_without_a_library() -> None:
    for number in range(20):
        name, data = next(iter(family(number).items()))
        document, _ = parse(0, name, data)
        assert is_surely_valid(document.root), number
        broken = copy.deepcopy(document.root)
        broken.put("colour", "red", 0, 0)
        assert not is_surely_valid(broken)


def test_small_models_are_read_without_jsonschema_rs_until_its_import_pays() -> None:
    probe = """
import sys
from archgen.language.load import load
data = open("models/2-distributed-web-infrastructure.arch.yaml", "rb").read()
load("a.arch.yaml", data)
assert "jsonschema_rs" not in sys.modules
for _ in range(20):
    load("a.arch.yaml", data)
assert "jsonschema_rs" in sys.modules
"""
    subprocess.run([sys.executable, "-c", probe], cwd=ROOT, check=True)
