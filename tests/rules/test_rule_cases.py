"""Each case of `tests/rules/`: the rule's findings stand on the marked lines and are as declared, and there are no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.linting.policy import only_once
from archgen.linting.rule import Rule
from archgen.model.finding import SEVERITIES, Finding
from archgen.model.subject import Subject
from archgen.rules import BY_NAME, RULES
from tests.edges import all_findings
from tests.rule_cases import PARTS, SUFFIX, Case, files, read
from tests.rules.test_rules import explain_difference


@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}/{path.name.removesuffix(SUFFIX)}")
def test_the_findings_are_the_marked_ones(path: Path) -> None:
    """All cases of a file at once: there are thousands, of a few milliseconds each. Each that fails is told."""
    failed = [f"{case.name}: {error}" for case in read(path) if (error := _failure(case)) is not None]
    assert not failed, "\n\n".join(failed)


def _failure(case: Case) -> AssertionError | None:
    try:
        _check(case)
    except AssertionError as error:
        return error
    except Exception as error:
        error.add_note(f"in the case {case.name}")
        raise
    return None


def _check(case: Case) -> None:
    every = all_findings(case.text, _asked(case))
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


def _asked(case: Case) -> tuple[Rule, ...]:
    """Return all rules for the model of a file, and for its variants the one asked about, unless others decide what it says."""
    rule = BY_NAME[case.rule]
    alone = case.is_variant and not (rule.yields or rule.repeats or rule.review is not None or "repeats" in case.parts)
    return (rule,) if alone else RULES


def _place(finding: Finding) -> tuple[int, int, int, Subject]:
    return SEVERITIES.index(finding.severity), finding.line, finding.column, finding.subject


def test_each_folder_is_named_by_a_rule() -> None:
    assert {case.parent.name for case in files()} <= {rule.id for rule in BY_NAME.values()}
