"""Acceptances: what they cover, where a stale one is reported, and the command that writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archgen.cli import main

FILE = "models/shop.arch.yaml"
SHOP = """\
archgen: 1
name: Shop  # a comment that stays
hosts: {lb-1: {}, web-1: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: lb-1, balance: {algorithm: round-robin, health_check: GET /health}}
  web: {kind: web-server, runs_on: web-1}
  pay: {kind: external-service}
connections:
  user -> lb: https
  lb -> web: https
  web -> pay: https
flows:
  buy: {access: read, steps: [user -> lb: GET /, lb -> web: GET /, web -> pay: charge]}
"""
RULE = "single-point-of-failure"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a model, which is the working directory."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    monkeypatch.chdir(tmp_path)
    Path("models").mkdir()
    Path(FILE).write_text(SHOP)
    return tmp_path


def findings(capsys: pytest.CaptureFixture[str], rule: str = RULE) -> dict[str, dict[str, Any]]:
    """Return the findings of a rule by their subjects."""
    capsys.readouterr()
    main(["lint", FILE, "--format", "json", "--persona", "auditor"])
    document = json.loads(capsys.readouterr().out)
    return {each["subject"]["id"]: each for each in document["findings"] if each["rule"] == rule}


def accept(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["accept", *words])
    out, err = capsys.readouterr()
    assert out == ""
    return code, err


def test_the_command_writes_what_lint_then_accepts(capsys: pytest.CaptureFixture[str]) -> None:
    subjects = set(findings(capsys))
    assert {"lb-1", "web-1"} <= subjects
    code, err = accept(capsys, "REL001", "lb-1", "--reason", "a pilot: ok", "--owner", "ops", "--until", "2027-06-30")
    assert code == 0, err
    after = findings(capsys)
    assert after["lb-1"]["accepted"] == {"reason": "a pilot: ok", "owner": "ops", "until": "2027-06-30"}
    assert [name for name, each in after.items() if each["accepted"]] == ["lb-1"]
    text = Path(FILE).read_text()
    assert text.startswith(SHOP)
    assert f"+  - {{rule: {RULE}, subject: lb-1," in err
    assert accept(capsys, RULE, "web-1", "--reason", "too")[0] == 0
    assert not findings(capsys, "stale-acceptance")


def test_a_rule_alone_and_lists_of_subjects(capsys: pytest.CaptureFixture[str]) -> None:
    assert accept(capsys, RULE, "lb-1", "web-1", "--reason", "a pilot", "--model", FILE)[0] == 0
    assert "subject: [lb-1, web-1]" in Path(FILE).read_text()
    assert {name for name, each in findings(capsys).items() if each["accepted"]} == {"lb-1", "web-1"}
    Path(FILE).write_text(SHOP)
    assert accept(capsys, RULE, "--reason", "a pilot")[0] == 0
    assert all(each["accepted"] for each in findings(capsys).values())


def test_a_component_stands_for_its_replicas(capsys: pytest.CaptureFixture[str]) -> None:
    assert "pay#1" in findings(capsys)
    assert accept(capsys, RULE, "pay", "--reason", "the provider's")[0] == 0
    assert findings(capsys)["pay#1"]["accepted"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((RULE, "lb-1"), "--reason is required"),
        ((RULE, "lb1", "--reason", "x"), "did you mean `lb-1`?"),
        ((RULE, "lb-1", "nothing", "--reason", "x"), "finds nothing about nothing"),
        (("single-point-of-failur", "lb-1", "--reason", "x"), f"did you mean `{RULE}`?"),
        ((RULE, "lb-1", "--reason", "x", "--until", "June"), "--until must be a date such as 2027-06-30; got June"),
        ((RULE, "lb-1", "--reason", "x", "--until", "2020-01-01"), "--until must not be before"),
    ],
)
def test_a_refusal_writes_nothing(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str) -> None:
    code, err = accept(capsys, *words)
    assert code == 2
    assert message in err
    assert Path(FILE).read_text() == SHOP


def test_a_stale_acceptance_is_reported_at_its_own_place(capsys: pytest.CaptureFixture[str]) -> None:
    stale = "  - {rule: missing-tls, subject: lb -> web, reason: r}\n"
    text = (
        f"{SHOP}accept:\n  - {{rule: {RULE}, subject: lb-1, reason: r}}\n{stale}{stale.replace('missing-tls', 'SEC1')}"
    )
    Path(FILE).write_text(text)
    (finding,) = findings(capsys, "stale-acceptance").values()
    line = text.splitlines().index(stale.rstrip("\n")) + 1
    assert (finding["line"], finding["column"]) == (line, 5)
    assert [related["line"] for related in finding["related"]] == [line + 1]
    assert main(["lint", FILE, "--fix", "--fail-on", "never"]) == 0
    assert Path(FILE).read_text() == text.partition(stale)[0]
