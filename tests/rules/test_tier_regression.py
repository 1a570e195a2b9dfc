"""An issue that comes back on a ladder of models, wherever the earlier models stand."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from pathlib import Path

import pytest

from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.app.workspace.parallel import check_in_parallel
from archgen.cli import main
from archgen.linting.checked_model import Model
from archgen.rules.model_quality.tier_regression import RULE

TODAY = "2026-11-24"
FIRST, SECOND = (text for _, text in RULE.ladder)
ACCEPT = "accept:\n  - {{rule: {}, subject: api#1, reason: a pilot, owner: operations, until: 2027-06-30}}\n"


def given(first: str = FIRST, second: str = SECOND, third: str = RULE.bad) -> tuple[Input, ...]:
    texts = {"1-pilot": first, "2-redundant": second, "3-report": third}
    return tuple(Input(f"{name}.arch.yaml", text.encode()) for name, text in texts.items())


def told(models: tuple[Model, ...], *rules: str) -> list[tuple[str, str, str]]:
    wanted = rules or ("tier-regression",)
    return [(one.model, one.rule, one.subject.id) for each in models for one in each.findings if one.rule in wanted]


BACK = [("3-report", "tier-regression", "api#1")]


def test_it_is_told_in_any_order_and_by_any_number_of_processes() -> None:
    inputs = given()
    for order in (inputs, inputs[::-1], (inputs[2], inputs[0], inputs[1])):
        assert told(check_models(order, TODAY)) == BACK
        assert told(check_models(order, TODAY, by=partial(check_in_parallel, processes=2))) == BACK


def test_an_issue_that_was_never_closed_or_never_there_is_no_regression() -> None:
    assert told(check_models(given(second=FIRST + "follows: 1-pilot\n"), TODAY)) == []
    assert told(check_models(given(first=SECOND.replace("follows: 1-pilot\n", "")), TODAY)) == []
    assert told(check_models(given(second=SECOND.replace("follows: 1-pilot\n", "")), TODAY)) == []


def test_an_accepted_issue_was_not_closed_and_has_not_come_back() -> None:
    accept = ACCEPT.format("single-point-of-failure")
    accepted = FIRST + "follows: 1-pilot\n" + accept
    assert told(check_models(given(second=accepted), TODAY)) == []
    assert told(check_models(given(third=RULE.bad + accept), TODAY)) == []


def test_a_regression_can_be_accepted_itself() -> None:
    models = check_models(given(third=RULE.bad + ACCEPT.format("tier-regression")), TODAY)
    assert told(models, "tier-regression", "stale-acceptance") == BACK
    (found,) = (one for one in models[2].findings if one.rule == "tier-regression")
    assert found.accepted is not None
    fine = check_models(given(third=RULE.good + ACCEPT.format("tier-regression")), TODAY)
    assert told(fine, "tier-regression", "stale-acceptance") == [("3-report", "stale-acceptance", "3-report")]


def test_a_rule_that_is_off_for_a_model_has_not_closed_anything() -> None:
    single = FIRST + "follows: 1-pilot\n"
    off = (("2-*", ("single-point-of-failure",)),)
    assert told(check_models(given(second=single), TODAY, apart=off)) == []
    assert told(check_models(given(), TODAY, apart=off)) == BACK


def test_a_circle_of_models_is_no_ladder() -> None:
    assert told(check_models(given(first=FIRST + "follows: 3-report\n"), TODAY)) == BACK
    two = given(second=SECOND.replace("1-pilot", "3-report"))
    assert told(check_models(two, TODAY)) == []


def write(folder: Path) -> str:
    for one in given():
        (folder / one.file).write_bytes(one.data or b"")
    return str(folder / "3-report.arch.yaml")


def linted(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    main(["lint", *words, "--format", "json", "--select", "tier-regression,single-point-of-failure"])
    document = json.loads(capsys.readouterr().out)
    return sorted(found["rule"] for found in document["findings"])


def test_models_beside_one_that_is_linted_alone_are_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path)
    assert linted(capsys, file) == ["single-point-of-failure", "tier-regression"]
    (tmp_path / "1-pilot.arch.yaml").write_text("archgen: 1\nnonsense", encoding="utf-8")
    assert linted(capsys, file) == ["single-point-of-failure"]


def test_a_regression_of_a_revision_is_not_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path)
    monkeypatch.chdir(tmp_path)
    name = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for words in (["init", "-q"], ["add", "."], [*name, "commit", "-q", "-m", "Three models"]):
        subprocess.run(["git", *words], check=True, cwd=tmp_path)
    assert linted(capsys, Path(file).name, "--since", "HEAD") == []
    assert linted(capsys, Path(file).name) == ["single-point-of-failure", "tier-regression"]
