"""The second meaning as a user meets it: one word per flow and loss, the reason, and what analyze says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archgen.cli import main
from tests import contracts

UNCHECKED = """\
archgen: 1
name: Nobody looks
hosts: {lb-1: {}, a: {}, b: {}, c: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: lb-1, balance: {health_check: false}}
  web: {kind: web-server, runs_on: [a, b, c]}
connections:
  user -> lb: https
  lb -> web: http
flows:
  page:
    title: A page
    steps:
      - user -> lb: GET /
      - lb -> web: GET /
"""


class Told:
    """What the commands say of a model."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self.capsys = capsys

    def run(self, *words: str) -> str:
        """The output of a command that fits the model."""
        assert main(list(words)) in (0, 1)
        return self.capsys.readouterr().out

    def write(self, text: str) -> Path:
        """A model's file."""
        file = self.path / "model.arch.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    def outcome(self, text: str, *lost: str) -> tuple[str, str]:
        """The word and the reason for the only flow of a model without some elements."""
        words = [word for one in lost for word in ("--kill", one)]
        document = json.loads(self.run("simulate", str(self.write(text)), *words, "--format", "json"))
        contracts.check("simulate", document)
        (flow,) = document["flows"].values()
        return flow["status"], flow["reason"]

    def analyzed(self, text: str) -> dict[str, Any]:
        """What analyze says of the only flow of a model."""
        document = json.loads(self.run("analyze", str(self.write(text)), "--format", "json"))
        contracts.check("analyze", document)
        (flow,) = document["models"][0]["flows"].values()
        return dict(flow)

    def points(self, text: str) -> tuple[set[str], set[str]]:
        """The single points and the partial points of the only flow of a model."""
        flow = self.analyzed(text)
        single, partial = flow["single_points_of_failure"], flow["partial_points"]
        return {one["id"] for one in single}, {one["id"] for one in partial}

    def lint(self, text: str, rule: str) -> list[str]:
        """The messages of a rule."""
        document = json.loads(self.run("lint", str(self.write(text)), "--format", "json"))
        return [one["message"] for one in document["findings"] if one["rule"] == rule]


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(tmp_path, capsys)


def test_a_share_of_the_requests_fails_where_nobody_checks(told: Told) -> None:
    reason = "1 of 3 replicas of web is down and lb does not check: about 1 in 3 requests fails"
    assert told.outcome(UNCHECKED, "web@a") == ("partial", reason)
    assert told.outcome(UNCHECKED, "a", "b")[1] == (
        "2 of 3 replicas of web are down and lb does not check: about 2 in 3 requests fail"
    )
    assert told.outcome(UNCHECKED, "a", "b", "c")[0] == "down"
    checked = UNCHECKED.replace("health_check: false", "health_check: GET /")
    assert told.outcome(checked, "web@a") == ("degraded", "served without web@a")


def test_what_leaves_a_share_unanswered_is_a_partial_point(told: Told) -> None:
    single, partial = told.points(UNCHECKED)
    assert single == {"lb@lb-1", "lb-1"}
    assert partial == {"web@a", "web@b", "web@c", "a", "b", "c"}
    flow = told.analyzed(UNCHECKED)
    assert flow["full"]["availability"] < flow["availability"]
    checked = told.analyzed(UNCHECKED.replace("health_check: false", "health_check: true"))
    assert checked["partial_points"] == []
    assert checked["availability"] == flow["availability"] == checked["full"]["availability"]
    text = told.run("analyze", str(told.write(UNCHECKED)))
    assert "each request answered, and in time" in text
    assert "web@a, web@b, web@c, a, b, c: alone, each leaves a share unanswered, or late" in text


def test_lint_says_which_share_fails(told: Told) -> None:
    assert told.lint(UNCHECKED, "unchecked-backend") == [
        "While web@a is down, 1 in 3 requests fails: lb runs no health checks on web"
    ]


def test_a_share_that_always_fails_is_told(told: Told) -> None:
    model = UNCHECKED.replace("kind: web-server,", "kind: web-server, cluster: {mode: active-active},").replace(
        "connections:",
        "  db: {kind: database, runs_on: [a, b]}\nconnections:\n  web -> db: {protocol: mysql, locality: same-host}",
    )
    model += "      - web -> db: SELECT\n"
    status, reason = told.outcome(model, "db@a")
    assert status == "partial"
    assert reason.endswith("about 1 in 3 requests fails, as it is with nothing failed")
    assert told.lint(model, "unchecked-backend") == [
        "1 in 3 requests always fails, as web@c can't answer even with every element up: lb runs no health checks on web"
    ]
