"""jsonschema-rs and jsonschema: one verdict and the same words, whichever of the two is installed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from archgen.language.load import load
from archgen.language.schema import schema
from archgen.language.schema.patterns import pattern_of
from archgen.language.schema.validation import compiled_schema
from archgen.model.problems import ModelError
from tests.generators.spoilers import spoilt
from tests.language.test_broken_inputs import RECIPES
from tests.paths import ROOT

BROKEN = sorted((ROOT / "tests" / "broken").glob("*.arch.yaml"))
VALID = sorted((ROOT / "models").glob("*.arch.yaml"))
SPOILT = range(400)

PROBE = """
import json, sys

class Hidden:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "jsonschema_rs":
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Hidden)
from tests.language.test_violations import cases, problems
json.dump([problems(data) for data in cases()], sys.stdout)
assert "jsonschema_rs" not in sys.modules
"""


def nested(levels: int, end: str) -> bytes:
    """Steps in frames in frames, the innermost of which is `end`."""
    steps = end
    for _ in range(levels):
        steps = f"{{opt: {{steps: [{steps}]}}}}"
    return f"archgen: 1\nname: Deep\ncomponents:\n  a: {{kind: client}}\nflows:\n  f: {{steps: [{steps}]}}\n".encode()


def cases() -> Iterator[bytes]:
    for file in (*BROKEN, *VALID):
        yield file.read_bytes()
    yield from (data for name, data in RECIPES.items() if len(data) < 100_000)
    yield from (nested(levels, end) for levels in (5, 24, 30, 31, 32, 60) for end in ("{a -> a: x}", "{a => a: x}"))
    yield b'archgen: 1\nname: x\nhosts:\n  "a\\n": {}\n  b: {zone: "c\\n"}\n'
    yield from (spoilt(number) for number in SPOILT)


def problems(data: bytes) -> list[Any] | None:
    try:
        load("a.arch.yaml", data)
    except ModelError as error:
        return [
            [each.message, each.fix, each.place.file, each.place.line, each.place.column] for each in error.problems
        ]
    return None


@cache
def verdicts() -> list[list[Any] | None]:
    return [problems(data) for data in cases()]


@pytest.mark.slow
def test_without_jsonschema_rs_everything_is_said_in_the_same_words() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    others = json.loads(done.stdout)
    assert compiled_schema() is not None
    ours = verdicts()
    assert {bool(each) for each in ours} == {True, False}
    for data, here, there in zip(cases(), ours, others, strict=True):
        assert here == there, data.decode(errors="replace")


def test_what_is_refused_says_why() -> None:
    """A verdict by one library has its reasons from the other."""
    assert [] not in verdicts()


def test_the_end_of_a_pattern_is_the_end_of_the_text() -> None:
    for text in patterns(schema()):
        if text.endswith("$"):
            assert pattern_of(text).pattern == f"{text[:-1]}\\Z"


def test_patterns_mean_the_same_to_both_libraries() -> None:
    """Classes such as `\\d` and `.` differ between dialects, and so does a `$` that is not the end."""
    found = list(patterns(schema()))
    assert found
    for text in found:
        outside = re.sub(r"\[[^\]]*\]|\\[.|/\\]", "", text)
        assert not re.search(r"\\|\.|\$.", outside), text
        assert not re.search(r"\\[a-zA-Z]", text), text


def patterns(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from [node["pattern"]] if isinstance(node.get("pattern"), str) else []
        yield from node.get("patternProperties", {})
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from patterns(inner)


@pytest.mark.parametrize("text", ["archgen: 1\nname: []\n", "archgen: 1\nhosts: {a: {zone: [1]}}\n"])
def test_a_refused_model_is_explained_by_jsonschema(text: str) -> None:
    code = "import sys\nfrom tests.language.test_violations import problems\nproblems(sys.argv[1].encode())\nprint(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}
    done = subprocess.run([sys.executable, "-c", code, text], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert {"jsonschema", "jsonschema_rs"} <= set(done.stdout.split()), done.stderr
