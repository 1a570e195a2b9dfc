"""What `archgen simulate` says of the time until a flow is served again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archgen.cli import main

STORE = """\
archgen: 1
name: Two of a store, and one service that floats
hosts: {a: {}, b: {}, c: {}, n-1: {}, n-2: {}}
components:
  user: {kind: client}
  web: {kind: service, runs_on: {any: [n-1, n-2], RECOVERY}}
  redis: {kind: key-value-store, product: redis, runs_on: [a, b], replication: {primary: a, failover: automatic, by: sentinel}}
  sentinel: {kind: other, product: sentinel, runs_on: [a, b, c], quorum: {read: 1, write: majority}}
connections:
  user -> web: https
  web -> redis: redis
flows:
  get:
    title: A value is read
    access: read
    steps:
      - user -> web: GET /
      - web -> redis: GET
  set:
    title: A value is set
    access: write
    steps:
      - user -> web: POST /
      - web -> redis: SET
"""
FAILED_OVER = "after about 40 s, when redis has failed over (assumed)"
MOVED = "if web runs on n-1, it is started elsewhere after about 5.8 min (assumed)"


@pytest.mark.parametrize(
    ("options", "reads", "writes"),
    [
        (("--kill", "redis@a"), [], [FAILED_OVER]),
        (("--kill", "a"), [], [FAILED_OVER]),
        (("--kill", "redis@b"), [], []),
        (("--maintain", "redis@a"), [], []),
        (("--kill", "n-1"), [MOVED], [MOVED]),
        (("--kill", "redis@a", "--kill", "n-1"), [MOVED], [MOVED, FAILED_OVER]),
    ],
)
def test_it_says_when_a_flow_is_served_again(
    options: tuple[str, ...], reads: list[str], writes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "store.arch.yaml"
    model.write_text(STORE.replace(", RECOVERY", ""), encoding="utf-8")
    assert main(["simulate", str(model), *options, "--format", "json"]) == 0
    flows = json.loads(capsys.readouterr().out)["flows"]
    assert (flows["get"]["hints"], flows["set"]["hints"]) == (reads, writes)


def test_a_declared_time_is_not_assumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "store.arch.yaml"
    model.write_text(STORE.replace("RECOVERY", "recovery: 90s"), encoding="utf-8")
    assert main(["simulate", str(model), "--kill", "n-2"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "if web runs on n-2, it is started elsewhere after about 90 s" in words
    assert "assumed" not in words


def test_what_is_down_for_good_is_not_served_after_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "store.arch.yaml"
    model.write_text(STORE.replace(", RECOVERY", ""), encoding="utf-8")
    assert main(["simulate", str(model), "--kill", "a", "--kill", "c"]) == 0
    assert "after about" not in capsys.readouterr().out
