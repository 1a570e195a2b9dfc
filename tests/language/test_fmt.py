"""The canonical form of a model, and repairs of what was misspelt: nothing that was written is lost."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archgen.app.findings.typo_fixes import fix_typos, is_typo
from archgen.app.formatting import format_model
from archgen.cli import main
from archgen.language.load import load
from archgen.rules import RULES
from tests.paths import ROOT

NAME = "m.arch.yaml"
MODEL = """\
# yaml-language-server: $schema=archgen-1.schema.json
# the shop

archgen: 1
name: Shop   # short
flows:
  buy:
    title: Buy
    steps: [{user -> web: GET /}]
  # web -> db: later


# who calls whom
# and how
connections:
  user -> web: https



components:
  user: {kind: client}
  web:
    kind: web-server   # two of them

    managed: true
    why: |
      Text with a space at its end: \n
      # not a comment

"""
FORMED = """\
# yaml-language-server: $schema=archgen-1.schema.json
# the shop

archgen: 1
name: Shop   # short

components:
  user: {kind: client}
  web:
    kind: web-server   # two of them

    managed: true
    why: |
      Text with a space at its end: \n
      # not a comment

# who calls whom
# and how
connections:
  user -> web: https

flows:
  buy:
    title: Buy
    steps: [{user -> web: GET /}]
  # web -> db: later
"""
SOURCES = [
    MODEL,
    *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "models").glob("*.arch.yaml"))),
    *(text for rule in RULES if rule.check is not None for text in (rule.bad, rule.good)),
]


def form(text: str) -> str:
    return format_model(NAME, text.encode()).decode()


def test_sections_come_in_order_with_their_comments() -> None:
    assert form(MODEL) == FORMED


@pytest.mark.sampled(4)
@pytest.mark.parametrize("text", SOURCES)
def test_the_form_means_the_same_and_is_stable(text: str) -> None:
    once = form(text)
    assert form(once) == once
    assert load(NAME, once.encode()).architecture == load(NAME, text.encode()).architecture
    assert yaml.safe_load(once) == yaml.safe_load(text)


@given(st.sampled_from(SOURCES), st.randoms(use_true_random=False), st.booleans())
def test_no_line_is_lost_whatever_the_order(text: str, random: object, carriage: bool) -> None:
    lines = text.split("\n")
    starts = [at for at, line in enumerate(lines) if line[:1].isalpha()]
    blocks = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    random.shuffle(blocks)  # type: ignore[attr-defined]
    shuffled = "\n".join(line for block in blocks for line in block) + "\n"
    made = form(shuffled.replace("\n", "\r\n") if carriage and "|" not in shuffled else shuffled)

    def said(words: str) -> list[str]:
        return sorted(line.strip() for line in words.split("\n") if line.strip())

    assert said(made) == said(shuffled)


def test_an_alias_stays_behind_its_anchor() -> None:
    text = (
        "archgen: 1\nname: x\nflows:\n  f: {title: &t Words, steps: [{user -> web: a}]}\n"
        "connections:\n  user -> web: https\n"
        "components:\n  user: {kind: client, why: *t}\n  web: {kind: web-server, managed: true}  \n"
    )
    made = form(text)
    assert made.index("flows:") < made.index("components:")
    assert not any(line.endswith(" ") for line in made.split("\n"))


def test_fmt_writes_checks_and_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / NAME
    file.write_text(MODEL, encoding="utf-8")
    assert main(["fmt", "--check", NAME]) == 1
    assert capsys.readouterr().out == f"{NAME} would change\n"
    assert main(["fmt", "--diff", NAME]) == 1
    assert "-flows:" in capsys.readouterr().out
    assert file.read_text(encoding="utf-8") == MODEL
    assert main(["fmt", NAME]) == 0
    assert file.read_text(encoding="utf-8") == FORMED
    assert main(["fmt", "--check", NAME]) == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MODEL.encode())))
    capsys.readouterr()
    assert main(["fmt", "-"]) == 0
    assert capsys.readouterr().out == FORMED


def test_fmt_leaves_alone_what_is_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAME).write_text("archgen: 1\nnam: x\n", encoding="utf-8")
    (tmp_path / "n.arch.yaml").write_text(MODEL, encoding="utf-8")
    assert main(["fmt", NAME, "n.arch.yaml", "gone.arch.yaml"]) == 2
    assert (tmp_path / NAME).read_text(encoding="utf-8") == "archgen: 1\nnam: x\n"
    assert (tmp_path / "n.arch.yaml").read_text(encoding="utf-8") == FORMED
    assert f"{NAME}:2:1:" in capsys.readouterr().err


# Repairs

MISSPELT = """\
archgen: 1
name: Shop   # kept
hosts: {server-1: {}}
components:
  user: {kind: cleint}
  web: {kind: web-server, run_on: servr-1}   # kept too
connections:
  user -> wbe: htps
"""


def test_what_was_misspelt_is_put_right_and_nothing_else() -> None:
    assert fix_typos(NAME, MISSPELT.encode()).decode() == (
        MISSPELT.replace("cleint", "client")
        .replace("run_on: servr-1", "runs_on: server-1")
        .replace("wbe: htps", "web: https")
    )


def test_what_cannot_be_guessed_stays() -> None:
    for text in ("archgen: 1\nname: x\nzebra: {}\n", "archgen: [", "", MODEL):
        assert fix_typos(NAME, text.encode()) == text.encode()


@pytest.mark.parametrize(
    ("wrong", "right", "slip"),
    [
        ("primry", "primary", True),
        ("web_server", "web-server", True),
        ("Nginx", "nginx", True),
        ("apps-1", "app-1", True),
        ("databsae", "database", True),
        ("broker", "worker", False),
        ("browser", "router", False),
        ("server", "service", False),
        ("tds", "tls", False),
        ("rtp", "rtsp", False),
        ("sctp", "sftp", False),
        ("sctp", "smtp", False),
        ("htpp", "http", False),
        ("htps", "https", True),
        ("dsn", "dns", True),
        ("smpt", "smtp", True),
        ("web-3", "web-2", False),
        ("web3", "web2", False),
        ("db-a", "db-b", False),
        ("db-eu", "db-us", False),
        ("web-12", "web-21", False),
        ("8.0", "8.4", False),
    ],
)
def test_another_word_and_another_number_are_no_slip(wrong: str, right: str, slip: bool) -> None:
    assert is_typo(wrong, right) is slip


def test_a_host_that_is_not_declared_is_not_taken_for_its_neighbour() -> None:
    text = (
        MISSPELT.replace("cleint", "client")
        .replace("run_on: servr-1", "runs_on: server-2")
        .replace("wbe: htps", "web: https")
    )
    assert "server-2" in text
    assert fix_typos(NAME, text.encode()) == text.encode()


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "broken").glob("*.arch.yaml")), ids=lambda path: path.stem)
def test_a_repair_changes_words_and_no_line(path: Path) -> None:
    before = path.read_bytes()
    after = fix_typos(path.name, before)
    assert before.count(b"\n") == after.count(b"\n")
    assert fix_typos(path.name, after) == after


def test_lint_shows_its_repairs_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / NAME
    file.write_text(MISSPELT, encoding="utf-8")
    assert main(["lint", NAME, "--diff"]) == 2
    assert "+  user: {kind: client}" in capsys.readouterr().out
    assert file.read_text(encoding="utf-8") == MISSPELT
    assert main(["lint", NAME, "--fix", "--fail-on", "never"]) == 0
    assert "-  user: {kind: cleint}" in capsys.readouterr().err
    assert "runs_on: server-1" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", sorted((ROOT / "models").glob("*.arch.yaml")), ids=lambda file: file.name)
def test_the_reference_models_are_in_canonical_order(file: Path) -> None:
    assert main(["fmt", "--check", str(file)]) == 0
