"""Deleting a condition of a rule makes a test fail, but for those that no model can decide and that stay for a reason."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from archgen.rules import RULES
from tests.paths import ROOT
from tests.rules.deleted_conditions import mutants
from tests.rules.mutants import Corpus, declared, excused, main, reasons


@pytest.mark.slow
def test_a_deleted_condition_is_noticed() -> None:
    """As a process of its own: it sets timers and replaces rules."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.rules.mutants"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + "\nadd cases to tests/rules, or a reason to tests/equivalent.txt"


def test_a_rule_that_never_speaks_is_noticed() -> None:
    corpus = Corpus(tuple(declared()))
    for rule in RULES:
        if rule.check is not None or rule.review is not None:
            assert any(about in (None, rule.id) and corpus.says(rule, text) for text, about in corpus.pairs), rule.id


def test_a_name_that_no_rule_has_is_refused() -> None:
    """It said that none of no conditions can be deleted."""
    with pytest.raises(KeyError, match="no-such-rule"):
        main(["no-such-rule"])


def test_the_list_names_conditions_that_are_there() -> None:
    there = Counter(str(one) for rule in RULES for one in mutants(rule.id.replace("-", "_")))
    assert excused() <= there


def test_a_condition_that_no_model_decides_stays_for_a_reason() -> None:
    said = reasons()
    assert all(mutant and len(reason.split()) > 3 for mutant, reason in said)
    assert list(said) == sorted(said)
