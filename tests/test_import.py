"""Imports: each case as expected, the same bytes again, valid models, and no secret in any output."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archgen.app.formatting import format_model
from archgen.app.importing.facts_json import facts_json
from archgen.app.importing.importing import import_model, summary
from archgen.cli import main
from archgen.language.load import load
from tests.importing import CASES, Case, cases, check, imported, write_case

FORMATS = sorted(path.name for path in CASES.iterdir() if path.is_dir() and not path.name.startswith("_"))
ALL = [case for name in FORMATS for case in cases(name)]


@pytest.mark.parametrize("case", ALL, ids=[case.name for case in ALL])
def test_case_is_imported_as_expected(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_case(case, tmp_path)
    result = imported(case)
    check(case, result)
    load("case.arch.yaml", result.text.encode())
    assert format_model("case.arch.yaml", result.text.encode()) == result.text.encode()
    again = import_model(tuple(reversed(case.expected.get("paths", ["."]))), "Case")
    assert (again.text, facts_json(again), summary(again)) == (result.text, facts_json(result), summary(result))


def test_command_writes_checks_and_lints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_case(cases("compose")[0], tmp_path)
    assert main(["import", ".", "-o", "shop.arch.yaml"]) == 0
    assert "next: archgen lint shop.arch.yaml" in capsys.readouterr().out
    assert main(["import", ".", "-o", "shop.arch.yaml", "--check"]) == 0
    assert main(["lint", "shop.arch.yaml", "--format", "concise", "--fail-on", "never"]) == 0
    found = capsys.readouterr().out
    assert "single-point-of-failure" in found
    for absent in ("missing-backup", "unmonitored", "missing-firewall", "unused-component"):
        assert absent not in found
    Path("compose.yml").write_text("services: {web: {image: nginx, ports: ['80:80']}}\n")
    assert main(["import", ".", "-o", "shop.arch.yaml", "--check"]) == 1


def test_nothing_recognized_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.yml").write_text("a: 1\n")
    assert main(["import", "notes.yml", "-o", "x.arch.yaml"]) == 2
    assert "looked for compose files" in capsys.readouterr().err
    assert not os.path.exists("x.arch.yaml")
    assert main(["import", "missing.yml"]) == 2


def test_broken_file_is_one_error_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a").mkdir()
    Path("a/compose.yml").write_text("services:\n  web: {image: nginx, ports: ['80:80']}\n")
    Path("b.yml").write_text("services:\n  web: [\n")
    Path("chart.yaml").write_text("kind: Service\nname: x\n{{- if .Values.on }}\nmore: 1\n{{- end }}\n")
    assert main(["import", "a/compose.yml", "b.yml", "chart.yaml"]) == 2
    output = capsys.readouterr()
    assert "web: {kind: web-server" in output.out
    assert "b.yml:2:9: " in output.err
    assert "chart.yaml:3:1: this is a template; render it first" in output.err
