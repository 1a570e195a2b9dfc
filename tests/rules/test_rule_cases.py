"""Each case of `tests/rules/`: the rule's findings stand on the marked lines and are as declared, and there are no others."""

from __future__ import annotations

import pytest

from archgen.linting.policy import only_once
from archgen.model.finding import SEVERITIES, Finding
from archgen.model.subject import Subject
from archgen.rules import BY_NAME
from tests.edges import all_findings
from tests.rule_cases import FOLDER, PARTS, Case, cases
from tests.rules.test_rules import explain_difference


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_findings_are_the_marked_ones(case: Case) -> None:
    every = all_findings(case.text)
    found = sorted((finding for finding in every if finding.rule == case.rule), key=_place)
    raised, marked = [(finding.line, case.rule) for finding in found], [(line, case.rule) for line in case.lines]
    assert sorted(raised) == marked, explain_difference(f"model of {case.name}", raised, marked)
    for part, values in case.parts.items():
        if part == "says":
            assert len(found) == len(values)
            for finding, pieces in zip(found, values, strict=True):
                assert all(piece in finding.message for piece in pieces.split(" … ")), finding.message
        elif part == "repeats":
            assert ["no" if finding in only_once(every) else "yes" for finding in found] == values
        else:
            assert [PARTS[part](finding) for finding in found] == values


def _place(finding: Finding) -> tuple[int, int, int, Subject]:
    return SEVERITIES.index(finding.severity), finding.line, finding.column, finding.subject


def test_each_folder_is_named_by_a_rule() -> None:
    assert {case.parent.name for case in FOLDER.glob("*/*.arch.yaml")} <= {rule.id for rule in BY_NAME.values()}
