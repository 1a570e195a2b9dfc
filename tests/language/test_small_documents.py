"""The yes to a small document is jsonschema-rs's own, and comes without that library."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from archgen.language.schema import schema
from archgen.language.schema.small_documents import MOST_ENTRIES, SmallCheck, Unsure, is_surely_valid
from archgen.language.schema.validation import compiled_schema
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.parser import parse
from archgen.language.yaml.tree import Map
from tests.language.test_violations import VALID, cases
from tests.paths import ROOT

RULES: list[Any] = [
    True,
    False,
    {"type": "object"},
    {"type": "array"},
    {"type": "string"},
    {"type": "boolean"},
    {"type": "null"},
    {"type": "integer"},
    {"type": "number"},
    {"type": ["string", "number", "boolean"]},
    {"type": ["object", "null"]},
    {"enum": [1, "a", None]},
    {"enum": [False]},
    {"required": ["a"]},
    {"properties": {"a": {"type": "string"}}},
    {"properties": {"a": True}, "additionalProperties": False},
    {"patternProperties": {"^a": {"type": "integer"}}, "additionalProperties": {"type": "null"}},
    {"propertyNames": {"maxLength": 1}},
    {"items": {"type": "integer"}},
    {"uniqueItems": True},
    {"uniqueItems": False},
    {"anyOf": [{"type": "string"}, {"minimum": 2}]},
    {"oneOf": [{"type": "string"}, {"minLength": 2}]},
    {"allOf": [{"minLength": 1}, {"maxLength": 1}]},
    {"not": {"type": "string"}},
    {"if": {"type": "string"}, "then": {"minLength": 2}},
    {"pattern": "^[a-z]+$"},
    {"format": "date"},
    {"minLength": 2},
    {"maxLength": 1},
    {"minItems": 1},
    {"minProperties": 1},
    {"maxProperties": 1},
    {"minimum": 1},
    {"maximum": 1},
]
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    2,
    -1,
    1.5,
    2.0,
    2**53,
    -(2**64),
    "",
    "a",
    "ab",
    "a\n",
    "ä",
    "😀",
    "2026-02-29",
    "2024-02-29",
    "20240229",
    "2024-W09-4",
    [],
    [1],
    [1, 1],
    [1, True],
    ["a", "b"],
    ["a", "a"],
    [{"a": 1}, {"a": 1}],
    {},
    {"a": "x"},
    {"a": 1},
    {"a": 1, "b": None},
    {"b": 1},
    {"ab": 1},
]
ASKED = 14
"""Pairs of a rule and a value that the small reader leaves to the library."""


def test_each_keyword_means_what_the_library_says() -> None:
    unsure = 0
    for rule in RULES:
        library = Draft202012Validator(rule, validate_formats=True)
        for value in VALUES:
            try:
                fits = SmallCheck().fits(value, rule)
            except Unsure:
                unsure += 1
                continue
            assert fits == library.is_valid(value), (rule, value)
    assert unsure <= ASKED


def test_a_keyword_that_it_does_not_know_is_left_to_the_library() -> None:
    for rule in ({"not": {"const": 1}}, {"anyOf": [{"multipleOf": 2}, True]}, {"format": "email"}):
        with pytest.raises(Unsure):
            SmallCheck().fits("x", rule)


def test_every_keyword_of_the_schema_is_known() -> None:
    known = {keyword for rule in RULES if isinstance(rule, dict) for keyword in rule}
    known |= {"$ref", "then", "$defs", "$schema", "description", "examples", "title", "x-names"}
    assert set(keywords(schema())) <= known


def keywords(rule: Any) -> set[str]:
    """Return the keywords of a schema and of those in it."""
    if not isinstance(rule, dict):
        return set()
    inner: list[Any] = [
        rule.get(key) for key in ("additionalProperties", "propertyNames", "items", "not", "if", "then")
    ]
    for key in ("properties", "patternProperties", "$defs"):
        inner += rule.get(key, {}).values()
    for key in ("anyOf", "oneOf", "allOf"):
        inner += rule.get(key, [])
    return set(rule).union(*map(keywords, inner))


def test_what_it_says_is_valid_the_library_says_too() -> None:
    library = compiled_schema()
    assert library is not None
    verdicts = []
    for data in cases():
        try:
            document, faults = parse(0, "a.arch.yaml", data)
        except Unreadable:
            continue
        if document.root and not faults:
            sure, valid = is_surely_valid(document.root, SmallCheck()), library.is_valid(document.root)
            assert valid or not sure, data.decode()
            verdicts.append((sure, valid))
    assert verdicts.count((True, True)) > 10 * verdicts.count((False, True))
    assert (False, False) in verdicts


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.name)
def test_a_small_model_is_read_without_the_library(file: Any) -> None:
    code = "import sys\nfrom archgen.language.load import load\nload('a', open(sys.argv[1], 'rb').read())\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, str(file)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"jsonschema", "jsonschema_rs"} & set(done.stdout.split())


def test_many_documents_are_left_to_the_library() -> None:
    document, _ = parse(0, "a.arch.yaml", VALID[0].read_bytes())
    check = SmallCheck()
    read = [is_surely_valid(document.root, check) for _ in range(500)]
    assert read == sorted(read, reverse=True)
    assert 10 < sum(read) < 400


def test_a_large_document_is_left_to_the_library() -> None:
    document, _ = parse(0, "a.arch.yaml", VALID[0].read_bytes())
    assert is_surely_valid(document.root, SmallCheck())
    hosts = Map(0)
    for number in range(MOST_ENTRIES):
        hosts.put(f"h{number}", Map(0), 0, 0)
    document.root.put("hosts", hosts, 0, 0) if "hosts" not in document.root else document.root.update(hosts=hosts)
    assert not is_surely_valid(document.root, SmallCheck())
