"""A flow needs every branch of an `alt`; a simulation says which others are answered while it is down."""

from __future__ import annotations

import json

import pytest

from archgen.cli import main

MODEL = """\
archgen: 1
name: Payments
hosts: {a-1: {}, a-2: {}}
components:
  user: {kind: client}
  app: {kind: app-server, runs_on: [a-1, a-2]}
  card: {kind: service, managed: true}
  bank: {kind: service, managed: true}
  fraud: {kind: service, managed: true}
connections: {user -> app: https, app -> card: https, app -> bank: https, app -> fraud: https}
flows:
  pay:
    steps:
      - user -> app: pay
      - alt:
        - when: by card
          steps:
            - app -> card: charge
            - alt:
              - {when: much, steps: [app -> fraud: ask]}
              - {when: little, steps: [app --> user: done]}
        - when: by transfer
          steps: [app -> bank: charge]
"""


@pytest.mark.parametrize(
    ("lost", "answered"),
    [
        ("card", ["`by transfer`"]),
        ("bank", ["`by card`"]),
        # of nested ones each names its own, and all of the others have to work
        ("fraud", ["`by transfer`", "`little`"]),
        ("app", []),
    ],
)
def test_the_other_branches_are_named(
    lost: str, answered: list[str], tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    file = f"{tmp_path}/pay.arch.yaml"
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(MODEL)
    assert main(["simulate", file, "--kill", lost, "--format", "json"]) == 0
    flow = json.loads(capsys.readouterr().out)["flows"]["pay"]
    assert flow["status"] == "down"
    assert flow["hints"] == [
        f"what takes {each} is answered all the same, but each branch of an `alt` is part of the flow"
        for each in answered
    ]
