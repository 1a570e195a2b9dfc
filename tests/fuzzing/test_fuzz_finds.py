"""Models that `make fuzz` came upon, cut down to what shows the fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archgen.cli import main
from archgen.language.schema import schema_text

NAME = "m.arch.yaml"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARCHGEN_DEBUG", "1")
    return tmp_path


def write(text: str) -> str:
    Path(NAME).write_text(text, encoding="utf-8")
    return NAME


@pytest.mark.parametrize("capacity", ["0/s", "1/d"])
def test_no_number_of_replicas_is_enough_for_some_loads(capacity: str, capsys: pytest.CaptureFixture[str]) -> None:
    model = f"""\
archgen: 1
name: x
components:
  user: {{kind: client}}
  web: {{kind: web-server, managed: true, replicas: 2, capacity: {capacity}}}
connections:
  user -> web: https
flows:
  f: {{demand: 999999999999/s, steps: [{{user -> web: a}}]}}
"""
    assert main(["lint", write(model), "--format", "json", "--select", "over-capacity"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    (found,) = json.loads(out)["findings"]
    assert found["rule"] == "over-capacity"
    largest = json.loads(schema_text())["$defs"]["component"]["properties"]["replicas"]["maximum"]
    assert largest == 10_000
    assert main(["lint", NAME, "--fix", "--unsafe-fixes", "--select", "over-capacity"]) == 1
    assert Path(NAME).read_text(encoding="utf-8") == model


@pytest.mark.parametrize("words", [(), ("--wide",)])
def test_ascii_is_ascii_where_a_detail_has_two_parts(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    model = """\
archgen: 1
name: x
hosts: {a: {}, b: {}}
components:
  c: {kind: worker, runs_on: {any: [a, b]}}
"""
    assert main(["show", write(model), "--ascii", *words]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "Worker - on a or b" in out
