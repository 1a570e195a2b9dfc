"""A slice of the spoilt models, and that a failure of any sort would be seen."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests import fuzz
from tests.fuzz import Failed, case, main, models, run, spoilt

SLICE = 1000


@pytest.mark.parametrize("first", [0, SLICE])
def test_spoilt_models_are_judged_or_refused(first: int) -> None:
    done = [case(number) for number in range(first, first + SLICE)]
    assert [(one.number, one.failure) for one in done if one.failure] == []
    codes = Counter(one.code for one in done)
    assert min(codes[0], codes[1], codes[2]) > SLICE // 20
    assert len({rule for one in done for rule in one.rules}) > 50


def test_a_case_is_made_from_its_number_alone() -> None:
    assert [spoilt(number) for number in range(40)] == [spoilt(number) for number in range(40)]
    assert len({spoilt(number) for number in range(400)}) > 390


def test_a_crash_is_a_failure_with_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise KeyError("component")

    monkeypatch.setattr(fuzz, "judge", crash)
    found = case(1)
    assert found.code == -1
    assert "KeyError: 'component'" in found.failure


def test_what_does_not_end_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: Any) -> None:
        while True:
            pass

    monkeypatch.setattr(fuzz, "LIMIT", 0.05)
    monkeypatch.setattr(fuzz, "run", hang)
    assert "no end after" in case(1).failure


def test_a_place_outside_the_file_is_a_failure() -> None:
    good = models()[0]
    code, findings = run(1, good)
    assert code in (0, 1)
    assert findings
    with pytest.raises(Failed, match="lies on line"):
        fuzz.placed(findings, lambda _: ())
    with pytest.raises(Failed, match="lies in"):
        fuzz.placed(findings, lambda _: ("",) * 1000)


def test_the_job_prints_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cases", "40", "--first", "100000", "--workers", "1"]) == 0
    assert capsys.readouterr().out.startswith("40 cases: exit code 0 ")
