"""What holds for every input: loader and schema agree, order does not matter, and nothing but ModelError is raised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archgen.language.load import load
from archgen.language.schema import schema_text
from archgen.language.schema.validation import is_valid
from archgen.language.yaml import parser as reading
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.parser import parse
from archgen.language.yaml.syntax import LINE_BREAK, lines_of
from archgen.model.architecture import Architecture
from archgen.model.kinds import KINDS
from archgen.model.problems import ModelError
from archgen.model.protocols import PROTOCOLS
from tests.examples import examples
from tests.paths import ROOT

MODELS = sorted((ROOT / "models").glob("*.arch.yaml"))
BROKEN = sorted((ROOT / "tests" / "broken").glob("*.arch.yaml"))
SCHEMA = json.loads(schema_text())
SLOW = examples(80)


def outcome(data: bytes) -> Architecture | list[str]:
    """The architecture, or the words of its problems."""
    try:
        return load("m.arch.yaml", data).architecture
    except ModelError as error:
        # no problem at all would be an empty list, which is as wrong as an architecture
        return [f"{one.place.line}:{one.place.column} {one.message}" for one in error.problems]


# The schema


def test_schema_is_a_schema_and_closed_sets_have_one_content() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["component"]["properties"]["kind"]["enum"] == list(KINDS)
    assert SCHEMA["$defs"]["protocol"]["enum"] == list(PROTOCOLS)


def keys(node: Any, path: str = "") -> list[tuple[str, Any]]:
    """Every key that a model may have, by its path in the schema."""
    found = []
    if isinstance(node, dict):
        for name in ("properties", "patternProperties", "$defs"):
            # a key inside a condition narrows one that is described elsewhere
            if "/if" not in path and "/not" not in path:
                found += [(f"{path}/{name}/{key}", said) for key, said in node.get(name, {}).items()]
        for name, inner in node.items():
            if name not in ("examples", "enum"):
                found += keys(inner, f"{path}/{name}")
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            found += keys(inner, f"{path}/{index}")
    return found


@pytest.mark.parametrize(("path", "said"), keys(SCHEMA), ids=lambda value: value if isinstance(value, str) else "")
def test_key_is_described_and_its_examples_are_valid(path: str, said: Any) -> None:
    assert said["description"].strip()
    assert said["examples"]
    validator = jsonschema.Draft202012Validator({**said, "$defs": SCHEMA["$defs"]})
    for example in said["examples"]:
        validator.validate(example)


def test_schema_is_strict_everywhere() -> None:
    text = schema_text()
    assert "unevaluatedProperties" not in text
    for path, said in [("", SCHEMA), *keys(SCHEMA)]:
        if said.get("type") == "object" and "properties" in said:
            assert "additionalProperties" in said, path


@pytest.mark.parametrize("file", [*MODELS, *BROKEN], ids=lambda file: file.name)
def test_two_validators_agree(file: Path) -> None:
    try:
        document, faults = parse(0, file.name, file.read_bytes())
    except Unreadable:
        return
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    slow = jsonschema.Draft202012Validator(SCHEMA, format_checker=checker)
    assert slow.is_valid(document.root) == is_valid(document.root)
    if not is_valid(document.root) and not faults:
        assert isinstance(outcome(file.read_bytes()), list)


# Any input


@SLOW
@given(st.binary(max_size=300))
def test_bytes(data: bytes) -> None:
    outcome(data)


@SLOW
@given(st.text(alphabet="abk:- \n\t>|&*!%@#{}[]'\",.?0~=<\\/\u00e9\u2028", max_size=120))
def test_signs(text: str) -> None:
    outcome(text.encode())
    outcome(f"archgen: 1\nname: x\nhosts:\n  {text}".encode())


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 70000),
    st.floats(allow_nan=False),
    st.sampled_from(
        [
            "a",
            "b",
            "a -> b",
            "b --> a",
            "web-server",
            "client",
            "http",
            "read",
            "all",
            "10m",
            "5/s",
            "99%",
            "dns",
            "a@h",
        ]
    ),
    st.text(st.characters(max_codepoint=0xD7FF), max_size=8),
)
KEYS = st.sampled_from(
    [
        *sorted({path.rpartition("/")[2] for path, _ in keys(SCHEMA) if "/properties/" in path}),
        *("a", "b", "h", "a -> b", "b --> a", "a -> b | a", "any", "x y"),
    ]
)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


@SLOW
@given(st.dictionaries(KEYS, TREES, max_size=6))
def test_trees(tree: dict[str, Any]) -> None:
    whole = {"archgen": 1, "name": "x", **tree}
    try:
        jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER).validate(
            whole
        )
        valid = True
    except jsonschema.ValidationError:
        valid = False
    found = outcome(json.dumps(whole).encode())
    assert valid or isinstance(found, list)


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(one for key, value in inner for one in paths(value, (*path, key)))]


def plain(file: Path) -> Any:
    return json.loads(json.dumps(parse(0, file.name, file.read_bytes())[0].root))


@SLOW
@given(st.data())
def test_spoilt_models(data: st.DataObject) -> None:
    """One value of a real model replaced by another: a model still, or problems, and never anything else."""
    tree = plain(data.draw(st.sampled_from(MODELS)))
    path = data.draw(st.sampled_from(paths(tree)[1:]))
    node = tree
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = data.draw(TREES)
    document = json.dumps(tree).encode()
    found = outcome(document)
    root = parse(0, "m", document)[0].root
    assert is_valid(root) or isinstance(found, list)


def shuffled(node: Any, data: st.DataObject) -> Any:
    """The same tree with the keys of every mapping in another order; steps and lists stay."""
    if isinstance(node, dict):
        order = data.draw(st.permutations(list(node)))
        return {key: shuffled(node[key], data) for key in order}
    return [shuffled(each, data) for each in node] if isinstance(node, list) else node


def unordered(architecture: Architecture) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in architecture.__struct_fields__:
        value = getattr(architecture, name)
        found[name] = sorted(value, key=repr) if isinstance(value, tuple) else value
    return found


@examples(30)
@given(st.data())
def test_order_of_keys_does_not_matter(data: st.DataObject) -> None:
    tree = plain(data.draw(st.sampled_from(MODELS)))
    first = load("m.arch.yaml", json.dumps(tree).encode()).architecture
    second = load("m.arch.yaml", json.dumps(shuffled(tree, data)).encode()).architecture
    assert unordered(first) == unordered(second)


@pytest.mark.parametrize("file", MODELS, ids=lambda file: file.name)
def test_json_of_a_model_means_the_same(file: Path) -> None:
    """Every YAML form has the meaning of its plain value."""
    written = load("m.arch.yaml", file.read_bytes()).architecture
    assert load("m.arch.yaml", json.dumps(plain(file)).encode()).architecture == written


@pytest.mark.parametrize("file", [*MODELS, *BROKEN], ids=lambda file: file.name)
def test_pure_python_events_give_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = file.read_bytes()
    fast = outcome(data)
    monkeypatch.setattr(reading, "EVENTS", yaml.BaseLoader)
    slow = outcome(data)
    if isinstance(fast, list) and "invalid YAML:" in fast[0]:
        # the two parsers have their own words for what is no YAML, and may see it at another column
        assert isinstance(slow, list)
    else:
        assert slow == fast


@examples(100)
@given(st.text("a \n\r\v\f\x1e\x85\u2028\u2029"))
def test_lines_end_at_the_line_breaks_of_yaml_alone(text: str) -> None:
    lines = LINE_BREAK.split(text)
    assert list(lines_of(text)) == (lines if lines[-1] else lines[:-1])
