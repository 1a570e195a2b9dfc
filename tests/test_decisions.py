"""What one rule says of one model, as its first line states it: the conditions that no example of the rule decides.

`# missing-tls: connection user -> web, connection app -> web` are the subjects of all its findings, `none` that there are none.
Lines `# message: …`, `# fix: …`, `# severity: …`, `# confidence: …`, `# flows: …`, `# related: …`, `# labels: …`,
`# proof: …` and `# removed: …` right below state that of the findings too, one a finding; `RULE` is the rule's own fix, and
what is removed is what a fix takes out.
Where the rule compares models that follow each other, all three stand in the file, the last one being asked of.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest

from archgen.model.change import Remove
from archgen.model.finding import Finding
from archgen.model.subject import Subject
from archgen.rules import BY_NAME
from tests.edges import findings

FILES = sorted((Path(__file__).parent / "decisions").glob("*.arch.yaml"))


PARTS: dict[str, Callable[[Finding], str]] = {
    "message": lambda one: one.message,
    "fix": lambda one: "RULE" if one.fix == BY_NAME[one.rule].fix else one.fix,
    "confidence": lambda one: one.confidence,
    "flows": lambda one: ", ".join(one.flows) or "none",
    "severity": lambda one: one.severity,
    "related": lambda one: ", ".join(_named(each.subject) for each in one.related) or "none",
    "labels": lambda one: "; ".join(each.label for each in one.related) or "none",
    "proof": lambda one: ", ".join(_named(each) for each in one.proof.kill) if one.proof is not None else "none",
    "removed": lambda one: (
        ", ".join(".".join(map(str, each.path)) for each in one.changes if isinstance(each, Remove)) or "nothing"
    ),
}


def _named(subject: Subject) -> str:
    return f"{subject.kind} {subject.id}"


def stated(text: str) -> tuple[str, list[str], dict[str, list[str]]]:
    """The rule and the subjects of the first line, and what the lines below it say of a part of the findings."""
    first, *lines = takewhile(lambda line: line.startswith("# "), text.splitlines())
    rule, _, said = first.removeprefix("# ").partition(": ")
    parts: dict[str, list[str]] = {}
    for line in lines:
        part, _, value = line.removeprefix("# ").partition(": ")
        parts.setdefault(part, []).append(value)
    return rule, [] if said == "none" else said.split(", "), parts


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".arch.yaml"))
def test_the_verdict_is_the_stated_one(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    rule, said, parts = stated(text)
    assert rule in BY_NAME
    assert file.name.startswith(rule)
    found = findings(text, rule)
    assert sorted(_named(one.subject) for one in found) == sorted(said)
    for part, values in parts.items():
        assert [PARTS[part](one) for one in found] == values
