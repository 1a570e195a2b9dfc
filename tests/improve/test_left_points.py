"""What `what-if` says of the single points of failure that no change of its search removes."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.cli import main

RENTED = """\
archgen: 1
name: A service of others
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  pay: {kind: external-service, managed: true}
  app: {kind: app-server, replicas: 2}
connections: {job -> app: https, app -> pay: https}
flows: {order: {steps: [job -> app: POST, app -> pay: POST]}}
"""


@pytest.mark.parametrize("replicas", [1, 2])
def test_what_no_change_of_the_search_removes_is_left_to_lint(
    replicas: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rented.arch.yaml"
    file.write_text(RENTED.replace("app-server, replicas: 2", f"app-server, replicas: {replicas}"))
    assert main(["what-if", str(file)]) == 0
    text = " ".join(capsys.readouterr().out.split())
    said = "the search has no change for the single point of failure pay#1: `archgen lint` advises on it"
    assert text.count(said) == 1
    assert ("1. one more replica of app" in text) is (replicas == 1)
    assert main(["what-if", str(file), "--add", "replica of app"]) == 0
    assert "the search" not in capsys.readouterr().out
