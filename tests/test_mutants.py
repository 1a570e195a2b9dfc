"""Deleting a condition of a rule makes a test fail, but for those that are on the list of conditions nobody decides yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from archgen.rules import RULES
from tests.mutants import UNNOTICED, Corpus, mutants, stated

ROOT = Path(__file__).parent.parent


def test_a_deleted_condition_is_noticed() -> None:
    """As a process of its own: the tests that are asked for their models run inside it."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.mutants"], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert run.returncode == 0, (
        run.stdout[-3000:] + "\nadd models to tests/decisions, then: python -m tests.mutants --write"
    )


def test_a_rule_that_never_speaks_is_noticed() -> None:
    corpus = Corpus(tuple(stated()))
    for rule in RULES:
        if rule.check is not None or rule.review is not None:
            assert any(about in (None, rule.id) and corpus.says(rule, text) for text, about in corpus.pairs), rule.id


def test_the_list_names_conditions_that_are_there() -> None:
    there = {str(one) for rule in RULES for one in mutants(rule.id.replace("-", "_"))}
    assert set(UNNOTICED.read_text(encoding="utf-8").splitlines()) <= there
