"""Values become YAML in one way, and every reader gets them back."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from archgen.language.load import load
from archgen.language.write.document import document
from archgen.language.write.values import WIDEST, block, inline
from archgen.language.yaml.parser import read_tree
from tests.examples import examples
from tests.generators.every_key import model
from tests.paths import ROOT

PACKAGE = ROOT / "archgen"
KEYS = st.text(max_size=8)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text() | st.sampled_from(("a -> b | c", "1:30", "no"))
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))


def read(text: str) -> Any:
    """The values of a text as archgen reads them; keys are texts."""
    root, _, faults = read_tree(0, text)
    assert not faults
    return root


@examples(300)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), st.integers(0, 4))
@example(
    {"a": {"b": ["x" * 200, {"c": "y" * 200, "d": [[1], "Let's Encrypt"]}]}, "https://x.example:8": "GET /?a=1"}, 0
)
@example({"a": [{"b": 1, "c": {"d": "- e"}}, [], {}, "", " ", "a ", "a: b", "a:", "a #b", "%", "2027-06-30"]}, 3)
def test_any_values_are_read_back(values: dict[str, Any], levels: int) -> None:
    for text in ("\n".join(block(values, levels)), inline(values)):
        if "<<" not in values:
            assert read(text) == values


@examples(300)
@given(VALUES.filter(lambda value: "-" not in str(value)))
def test_other_readers_of_yaml_get_the_same(value: Any) -> None:
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert yaml.load(inline({"key": value}), Loader=loader) == {"key": value}


def test_lines_are_short_where_a_value_can_be_split() -> None:
    values = {
        "hosts": {f"host-{number}": {"why": "x" * 60, "owner": "y" * 40, "zone": "z" * 40} for number in range(2)}
    }
    assert all(len(line) < WIDEST for line in block(values))
    assert list(block({"hosts": {"a": {"zone": "b"}}})) == ["hosts:", "  a: {zone: b}"]
    assert list(block({"hosts": {"a": {"zone": "b"}}}, 2)) == ["hosts:", "  a:", "    zone: b"]
    assert list(block({"accept": [{"rule": "a", "owner": "b"}]}, 3)) == ["accept:", "  - rule: a", "    owner: b"]


@pytest.mark.parametrize("number", range(30))
def test_a_model_is_written_from_its_values(number: int) -> None:
    values = model(number)
    text = document(values)
    assert read(text) == values
    assert load("a.arch.yaml", text.encode()).architecture == load("a.arch.yaml", inline(values).encode()).architecture
    # sections stand in the order of the schema, whatever order they were given in
    assert document(dict(reversed(values.items()))) == text


def test_nothing_else_writes_yaml() -> None:
    files = PACKAGE.rglob("*.py")
    assert not [
        file.name for file in files if re.search(r"\byaml\.(safe_)?(dump|emit|serialize)", file.read_text("utf-8"))
    ]
