"""The suite asks the same of every machine: the same examples, and nothing of its user's settings."""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archgen.app.config.evaluation_date import today
from tests.surroundings import DAY, pinned

suite = pytest.mark.skipif(settings.get_current_profile_name() != "suite", reason="a search draws new examples")


def drawn() -> list[tuple[str, int]]:
    """Return the examples of a property, drawn now."""
    examples: list[tuple[str, int]] = []

    @given(st.text(max_size=20), st.integers())
    def remember(text: str, number: int) -> None:
        examples.append((text, number))

    remember()
    return examples


@suite
def test_examples_are_the_same_whatever_is_imported_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = drawn()
    constants = ", ".join([f"'impression {number}', {number}" for number in range(70_000, 70_400)])
    (tmp_path / "impressions.py").write_text(f"CONSTANTS = [{constants}]\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("impressions")
    after = drawn()
    del sys.modules["impressions"]
    assert len(before) == 100
    assert after == before


def test_settings_of_the_user_do_not_reach_the_tests() -> None:
    theirs = {
        "NO_COLOR": "1",
        "COLUMNS": "20",
        "PYTHONIOENCODING": "cp1252",
        "GIT_DIR": "/elsewhere",
        "LANG": "de_DE.ISO-8859-1",
        "SOURCE_DATE_EPOCH": "0",
        "GITHUB_STEP_SUMMARY": "/elsewhere/summary",
        "PATH": "/somewhere/bin",
    }
    ours = pinned(theirs)
    assert ours["PATH"] == "/somewhere/bin"
    assert not {"NO_COLOR", "COLUMNS", "PYTHONIOENCODING", "GIT_DIR", "LANG", "GITHUB_STEP_SUMMARY"} & set(ours)
    # Material sets the second one in any process that imports it
    assert set(os.environ) <= set(pinned(os.environ)) | {"PYTEST_CURRENT_TEST", "NO_MKDOCS_2_WARNING"}


def test_the_day_and_the_time_zone_are_pinned() -> None:
    assert today(None) == DAY
    assert time.tzname[0] == "UTC"
