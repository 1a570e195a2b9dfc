"""Flows that no method takes apart: an answer with its bounds, and what was cut short said."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.language.load import load
from archgen.model.subject import Subject
from archgen.reliability.bdd import Bdd, BudgetExceeded
from archgen.reliability.cuts import cut_sets
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.failure import States
from tests import contracts


def model(hosts: int, placed: dict[str, list[int]], calls: list[tuple[str, str]], extra: str = "") -> str:
    lines = ["archgen: 1", "name: Entangled", "hosts:", *(f"  h{at}: {{}}" for at in range(hosts))]
    lines += ["components:", "  user: {kind: client}"]
    for name, at in placed.items():
        lines.append(f"  {name}: {{kind: service, runs_on: [{', '.join(f'h{one}' for one in at)}]{extra}}}")
    lines += ["connections:", *(f"  {source} -> {target}: http" for source, target in calls)]
    lines += ["flows:", "  all:", "    title: All of it", "    steps:"]
    lines += [f"      - {source} -> {target}: call" for source, target in calls]
    return "\n".join(lines) + "\n"


def spread(count: int, seed: int) -> str:
    """Services of three replicas on hosts drawn at random, all needed by one caller: four elements a service."""
    random = Random(seed)
    placed = {f"s{at}": random.sample(range(count), 3) for at in range(count)}
    return model(count, placed, [("user", name) for name in placed])


def ring(count: int) -> str:
    """Services that call each other in a circle."""
    placed = {f"s{at}": [at, (at + 7) % count] for at in range(count)}
    calls = [("user", "s0"), *((f"s{at}", f"s{(at + 1) % count}") for at in range(count))]
    return model(count, placed, calls)


def vote(count: int) -> str:
    """A majority of very many."""
    return model(count, {"s0": list(range(count))}, [("user", "s0")], ", quorum: majority")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("text", [spread(250, 1), ring(250), vote(500)], ids=["spread", "ring", "vote"])
def test_a_thousand_entangled_elements_get_an_interval(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.arch.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["analyze", str(file), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    contracts.check("analyze", document)
    flow = document["models"][0]["flows"]["all"]
    low, high = flow["bounds"]
    assert flow["method"] == "sampled"
    assert 0.9 < low <= flow["availability"] <= high <= 1.0
    assert high - low < 0.02
    main(["analyze", str(file)])
    assert "sampled: with 99% confidence between" in " ".join(capsys.readouterr().out.split())


def test_a_search_that_is_given_up_says_so() -> None:
    plan = Topology(load("a.arch.yaml", ring(250).encode()).architecture).losses.plans["all"]
    assert cut_sets(plan, 2).truncated
    assert not cut_sets(plan, 1).truncated


def test_a_higher_order_loses_nothing_of_a_lower_one() -> None:
    """What is found of up to three elements is found again among those of up to four."""
    plan = Topology(load("a.arch.yaml", spread(120, 3).encode()).architecture).losses.plans["all"]
    found, whole = cut_sets(plan, 4), cut_sets(plan, 3)
    assert not whole.truncated
    assert whole.sets
    assert set(whole.sets) <= set(found.sets)
    for each in random_part(found.sets):
        assert Evaluation(plan, States(dict.fromkeys(each, 2), 3)).flow == 2


def random_part(sets: tuple[tuple[Subject, ...], ...]) -> list[tuple[Subject, ...]]:
    return Random(1).sample(sets, min(100, len(sets)))


def test_a_diagram_stops_at_its_budget() -> None:
    plan = Topology(load("a.arch.yaml", ring(60).encode()).architecture).losses.plans["all"]
    with pytest.raises(BudgetExceeded):
        Evaluation(plan, Bdd([(one,) for one in plan.elements], 50))
