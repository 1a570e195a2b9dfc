"""Whatever a model says in any of its texts, on a terminal it is text."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.cli import main
from tests.forked import archgen

HOSTILE = (
    r"\e[31m\e]0;title\a\e[2J\b\0\x9b31m\u202Egnp.exe\u202C\u2066\u2069\u200F\u2028\r\n\t"
    r" <script>alert(1)</script> ]]> {{ 7*7 }} | ` 🎉 "
)
LONG = "n" * 5000


def model(words: str) -> str:
    """A model that says the words wherever it may say anything freely, and has many findings."""
    told = f'"{words}"'
    return f"""
archgen: 1
name: {told}
summary: {told}
hosts:
  h: {{name: {told}, why: {told}, owner: {told}, address: {told}}}
components:
  user: {{kind: client, name: {told}, why: {told}}}
  dns: {{kind: dns, managed: true, records: [{{name: {told}, type: CNAME, value: 192.0.2.1}}]}}
  web: {{kind: web-server, name: {told}, product: {told}, runs_on: h, why: {told}, version: {told}, owner: {told}}}
  db: {{kind: database, name: {told}, runs_on: h, why: {told}}}
  lonely: {{kind: cache, name: {told}}}
connections:
  user -> web: {{protocol: http, why: {told}}}
  web -> db: {{protocol: mysql, access: read-write}}
flows:
  buy:
    title: {told}
    summary: {told}
    domain: {told}
    steps:
      - user -> web: {told}
      - web -> db: {{message: {told}, access: write}}
      - db --> web: {told}
      - note: {{over: web, text: {told}}}
      - opt: {{when: {told}, steps: [{{user -> web: {told}}}]}}
accept:
  - {{rule: missing-backup, subject: db, reason: {told}, owner: {told}, until: 2027-01-01}}
"""


@pytest.mark.parametrize("words", [HOSTILE, LONG], ids=["controls", "long"])
def test_lint_shows_hostile_words_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.arch.yaml").write_text(model(words), encoding="utf-8")
    assert main(["lint", "a.arch.yaml", "--today", "2026-12-01"]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.split("\n")
    assert [line for line in lines if not line.isprintable()] == []
    assert max(len(line) for line in lines) < 2000


def test_raw_controls_in_a_source_line_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.arch.yaml"
    file.write_bytes("archgen: 1\nname: a\u202eb\u2066c\ncomponentz: {} # \u202e\u200b\n".encode())
    assert main(["lint", str(file)]) == 2
    output = capsys.readouterr().out
    assert [line for line in output.split("\n") if not line.isprintable()] == []


def test_hostile_arguments_and_file_names_are_shown_as_text(tmp_path: Path) -> None:
    for words in (["lint", "\x1b[31m.arch.yaml"], ["explain", "\x1b[31m\u202e"], ["\x1b[2J"], ["new", "\x1b]0;x\x07"]):
        done = archgen(*words, at=tmp_path)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert all(line.isprintable() for line in (done.stdout + done.stderr).split("\n"))
