"""What a careful engineer says of ten small systems is what archgen says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archgen.cli import main
from tests import subtle

NAMES = [file.name.removesuffix(".arch.yaml") for file in subtle.FILES]


def test_there_are_ten_and_more() -> None:
    assert len(NAMES) > 10
    assert all(subtle.read(file).losses for file in subtle.FILES)


@pytest.mark.parametrize("file", subtle.FILES, ids=NAMES)
def test_each_loss_has_the_engineers_verdict(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for loss in subtle.read(file).losses:
        words = [word for element in loss.lost for word in ("--kill", element)]
        assert main(["simulate", str(file), *words, "--format", "json"]) in (0, 1)
        flows = json.loads(capsys.readouterr().out)["flows"]
        assert {flow: flows[flow]["status"] for flow, _ in loss.statuses} == dict(loss.statuses), loss.lost
        assert loss.reason in flows[loss.statuses[0][0]]["reason"], loss.lost


@pytest.mark.parametrize("file", subtle.FILES, ids=NAMES)
def test_lint_finds_what_the_engineer_would(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(file), "--format", "json"]) in (0, 1)
    rules = {finding["rule"] for finding in json.loads(capsys.readouterr().out)["findings"]}
    declared = subtle.read(file)
    assert not set(declared.finds) - rules, "these rules find nothing, and the comments before the model name them"
    assert not rules & set(declared.silent), "these rules find something, and the comments call them silent"
