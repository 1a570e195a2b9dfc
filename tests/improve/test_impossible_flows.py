"""What-if on flows that fail with nothing lost: they have no single point of failure, and nothing is well with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.cli import main

_WORKS = """\
archgen: 1
name: Two flows
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: a}
  app: {kind: app-server, runs_on: b}
  spare: {kind: service, managed: true, replicas: 2}
connections:
  user -> web: https
  web -> app: {protocol: http, locality: same-host}
  user -> spare: https
flows:
  read: {steps: [{user -> web: GET}, {web -> app: GET}]}
"""
_OTHER = "  other: {steps: [{user -> spare: GET}]}\n"


def _text(path: Path, capsys: pytest.CaptureFixture[str], model: str, *words: str) -> str:
    path = path / "m.arch.yaml"
    path.write_text(model, "utf-8")
    assert main(["what-if", str(path), *words]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_a_search_says_that_a_flow_is_impossible(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = _text(tmp_path, capsys, _WORKS)
    assert "read fails with every element up (rule impossible-flow); first correct that" in text
    assert "unchanged fails with every element up (rule impossible-flow)" in text
    assert "no single" not in text


def test_a_search_tells_the_flows_that_work_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = _text(tmp_path, capsys, _WORKS + _OTHER)
    assert "read fails with every element up (rule impossible-flow); no single failure breaks another flow" in text
    assert "no single point of failure, before or after" in text.partition(" other ")[2]


def test_a_change_that_makes_a_flow_possible_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = _text(tmp_path, capsys, _WORKS, "--add", "replica of app on a")
    assert "failed with every element up before, and works now new" in text
