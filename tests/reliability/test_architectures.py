"""Architectures that engineers argue about: the verdict in each file's comments, worked out by hand, and the tool's."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.reliability.cuts import cut_sets
from tests.paths import TESTS

FILES = sorted((TESTS / "architectures").glob("*.arch.yaml"))
VERDICT = re.compile(r"^# verdict (?P<flow>\S+): lone (?P<lone>[^;]+); pairs (?P<pairs>.+)$", re.MULTILINE)

Cut = frozenset[str]


def element(text: str) -> str:
    """`host a` and `zone z` as they are, any other word a replica."""
    return text if " " in text else f"replica {text}"


def any_of(text: str) -> list[str]:
    return [element(one.strip()) for one in text.strip().strip("{}").split(",")]


def declared(text: str) -> set[Cut]:
    """The cut sets of `a, host b` and of `{a, b} x {c, d}, e x f`; empty for `none`."""
    if text.strip() == "none":
        return set()
    if " x " not in text:
        return {frozenset({one}) for one in any_of(text)}
    found: set[Cut] = set()
    for pair in re.split(r",(?![^{]*})", text):
        found.update(frozenset(one) for one in product(*map(any_of, pair.split(" x "))))
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".arch.yaml"))
def test_the_verdict_is_the_one_worked_out_by_hand(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    topology = Topology(load(str(file), text.encode()).architecture)
    verdicts = {one["flow"]: declared(one["lone"]) | declared(one["pairs"]) for one in VERDICT.finditer(text)}
    assert verdicts.keys() == topology.flows.keys()
    for flow, plan in topology.losses.plans.items():
        found = {frozenset(f"{one.kind} {one.id}" for one in each) for each in cut_sets(plan, 2).sets}
        assert found == verdicts[flow], flow
        assert topology.losses.failures[flow].possible


def test_there_are_as_many_as_promised() -> None:
    assert len(FILES) >= 12
