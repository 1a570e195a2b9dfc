"""The three pages of the model language: one screen to write, one to answer what lint asks, and the reference."""

from __future__ import annotations

import json
import re

import pytest

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.language.schema import schema_text
from archgen.linting.rule import RuleContext
from archgen.rules import BY_NAME
from tests.paths import ROOT
from tests.rule_cases import cases

DOCS = ROOT / "docs"
SCREEN = 80
"""Lines of the page to write from."""


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def rows(name: str, heading: str) -> list[tuple[str, str]]:
    """Return the cells of the table under a heading."""
    part = text(name).partition(f"{heading}\n")[2].partition("\n## ")[0]
    table = "\n".join(part.split("\n\n")[:2])
    lines = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [(cells[0], cells[1]) for line in lines[1:] if (cells := line.strip("| ").split(" | "))]


def keys() -> set[str]:
    """Return every key of the language."""
    schema = json.loads(schema_text())
    return {key for part in [schema, *schema["$defs"].values()] for key in part.get("properties", {})}


def questions() -> list[str]:
    """Return what lint asks in the cases of its rule."""
    asked: list[str] = []
    for case in (case for case in cases() if case.rule == "incomplete-model"):
        topology = Topology(load("case.arch.yaml", case.text.encode()).architecture)
        check = BY_NAME["incomplete-model"].check
        assert check is not None
        for hit in check(RuleContext(topology)):
            asked += hit.message.split("; ")
    return asked


def pattern(row: str) -> re.Pattern[str]:
    return re.compile(".+".join(map(re.escape, row.split("…"))))


def test_one_screen_is_enough_to_write() -> None:
    page = text("write-a-model.md")
    assert page.count("\n") <= SCREEN
    (example,) = re.findall("```yaml\n(archgen: 1.*?)```", page, re.DOTALL)
    assert [flow.id for flow in load("example.arch.yaml", example.encode()).architecture.flows] == ["read-page"]


def test_every_question_has_an_answer_and_every_answer_a_question() -> None:
    asked, declared = questions(), [row for row, _ in rows("answer-questions.md", "## Questions")]
    assert len(asked) > 30
    unanswered = [question for question in asked if not any(pattern(row).fullmatch(question) for row in declared)]
    assert unanswered == []
    assert [row for row in declared if not any(pattern(row).fullmatch(question) for question in asked)] == []


@pytest.mark.parametrize("heading", ["## Questions", "## Findings that a key decides"])
def test_every_answer_is_a_key_of_the_language(heading: str) -> None:
    for row, answer in rows("answer-questions.md", heading):
        declared = re.findall(r"(?:^|[`{]|, )([a-z_]+):", answer) + re.findall(r"`([a-z_]+)`", answer)
        assert set(declared) & keys(), row
        # the internet is no network that a model declares
        assert "network: internet" not in answer, row


def test_every_finding_that_a_key_decides_is_a_rule() -> None:
    for row, _ in rows("answer-questions.md", "## Findings that a key decides"):
        assert row.split("`")[1] in BY_NAME


def test_every_key_of_the_page_to_write_from_is_one() -> None:
    tables = ["no replica is left to answer one of its steps.", "the part of the reference that has all of them:"]
    answers = [answer for heading in tables for _, answer in rows("write-a-model.md", heading)]
    assert len(answers) > 20
    for answer in answers:
        declared = set(re.findall(r"(?:^|[`{]|, )([a-z_]+):", answer))
        # ids in an example are no keys
        assert declared <= {*keys(), "any", "lan", "user", "www"}, declared
