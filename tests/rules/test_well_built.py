"""Well-built architectures: nothing is told of them, whoever reads it, but what a line of the file itself owns up to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archgen.linting.policy import PERSONAS, Persona, visible_findings
from tests.edges import all_findings
from tests.paths import TESTS
from tests.rules.test_rules import explain_difference

FILES = sorted((TESTS / "well_built").glob("*.arch.yaml"))
MARK = re.compile(r"# (strict|auditor): ([a-z-]+)$")


def owned(text: str, persona: Persona) -> set[tuple[int, str]]:
    """The lines and rules of `# strict: RULE` and `# auditor: RULE`: what that persona and the ones after it are told."""
    after = PERSONAS[: PERSONAS.index(persona) + 1]
    lines = enumerate(text.splitlines(), start=1)
    marks = ((number, MARK.search(line)) for number, line in lines)
    return {(number, mark[2]) for number, mark in marks if mark is not None and mark[1] in after}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".arch.yaml"))
@pytest.mark.parametrize("persona", PERSONAS)
def test_nothing_is_told_of_a_well_built_architecture(file: Path, persona: Persona) -> None:
    text = file.read_text(encoding="utf-8")
    raised = {(finding.line, finding.rule) for finding in visible_findings(persona, all_findings(text))}
    marked = owned(text, persona)
    assert raised == marked, explain_difference(file.relative_to(TESTS.parent), raised, marked, persona)


def test_there_are_more_than_ten_and_the_most_that_anybody_is_told_is_little() -> None:
    assert len(FILES) > 10
    marks = [mark for file in FILES for mark in owned(file.read_text(encoding="utf-8"), "auditor")]
    assert 0 < len(marks) < len(FILES)
