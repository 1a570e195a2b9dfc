"""A slice of what `make fuzz` runs, always the same, and that a failure of any sort would be seen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from archgen.app.models import check_models
from archgen.system.internal_errors import InternalError
from tests.fuzzing import fuzz, fuzz_lint, trial
from tests.fuzzing.fuzz import COUNTS, case, main
from tests.fuzzing.fuzz_commands import COMMANDS
from tests.fuzzing.fuzz_lint import Failed, run
from tests.fuzzing.trial import Trial
from tests.generators.spoilers import models, spoilt

SLICE = 1000

FEW = {"lint": 4, "fmt": 12, "analyze": 6, "simulate": 6, "what-if": 4, "show": 4, "draw": 2, "fix": 3, "diff": 2}
"""Cases of a command in the suite; one of those that take longest."""


@pytest.mark.sampled(2)
@pytest.mark.parametrize("first", [0, SLICE])
def test_spoilt_models_are_judged_or_refused(first: int) -> None:
    done = [case(number) for number in range(first, first + SLICE)]
    assert [(one.number, one.failure) for one in done if one.failure] == []
    codes = Counter(one.code for one in done)
    assert min(codes[0], codes[1], codes[2]) > SLICE // 20
    assert len({rule for one in done for rule in one.rules}) > 50


@pytest.mark.sampled(3)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_the_files_of_a_few_cases(command: str) -> None:
    done = [fuzz.trial(command, 6, False, number) for number in range(FEW.get(command, 1))]
    assert [(one.number, one.failure) for one in done if one.failure] == []


def test_every_command_has_cases() -> None:
    assert list(COUNTS) == ["spoilt", *COMMANDS]


def test_a_case_is_made_from_its_number_alone() -> None:
    assert [spoilt(number) for number in range(40)] == [spoilt(number) for number in range(40)]
    assert len({spoilt(number) for number in range(400)}) > 390


def test_a_crash_is_a_failure_with_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise KeyError("component")

    monkeypatch.setattr(fuzz_lint, "check_models", crash)
    found = case(1)
    assert found.code == -1
    assert "KeyError: 'component'" in found.failure


def test_an_error_that_is_isolated_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    error = InternalError("m.arch.yaml", "rule x", "KeyError: 'a'", "x.py:1", "Traceback: KeyError: 'a'")
    monkeypatch.setattr(
        fuzz_lint, "check_models", lambda *words, **named: [replace(check_models(*words, **named)[0], errors=(error,))]
    )
    assert "KeyError: 'a'" in case(1).failure


def test_a_command_that_crashes_or_refuses_a_right_model_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = Trial(1, 5, valid=True)

    def crash(_: Any) -> int:
        raise KeyError("component")

    with pytest.raises(Failed, match="a right model is refused"):
        made.run("lint", "there-is-none.arch.yaml")
    monkeypatch.setattr("archgen.cli.check.lint.run", crash)
    with pytest.raises(Failed, match="KeyError: 'component'"):
        made.run("lint", made.main)
    monkeypatch.setattr(trial, "main", lambda _: 3)
    with pytest.raises(Failed, match="the exit code is 3"):
        made.run("lint", made.main)
    (tmp_path / "cut.png").write_bytes(b"GIF89a")
    with pytest.raises(Failed, match="begins with"):
        made.check("cut.png", "png")
    with pytest.raises(Failed, match="beyond its"):
        made.place(made.main, 10_000, 1)


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
        fuzz_lint.placed(findings, lambda _: ())
    with pytest.raises(Failed, match="lies in"):
        fuzz_lint.placed(findings, lambda _: ("",) * 1000)


def test_the_job_prints_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--commands", "spoilt,fmt", "--cases", "10", "--first", "100000", "--workers", "1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("spoilt: 10 cases, exit code 0 ")
    assert "\nfmt: 10 cases, exit code 0 " in out
