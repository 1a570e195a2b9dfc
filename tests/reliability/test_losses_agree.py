"""Lint and simulate say the same of a loss: what a finding says that a host, zone or replica takes down is what goes down."""

from __future__ import annotations

from collections import Counter

import pytest

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.linting.rule import Hit, RuleContext
from archgen.model.subject import Subject
from archgen.reliability import losses
from archgen.reliability.simulation import simulate
from archgen.rules import BY_NAME
from tests.generators.random_flows import architecture
from tests.reliability.random_systems import NAME, system

TELLING = ("single-point-of-failure", "colocated-redundancy", "single-zone")
"""The rules that say what the loss of their subject takes down."""


def down(facts: Topology, lost: Subject) -> tuple[str, ...]:
    """Return the flows that simulate takes down, those that are down with nothing lost apart."""
    outcomes = (simulate(facts.index, flow, facts.losses.plans[flow.id], {lost}) for flow in facts.flows.values())
    return tuple(one.flow for one in outcomes if one.status == "down" and one.possible)


def hits(facts: Topology) -> list[tuple[str, Hit]]:
    checks = ((name, BY_NAME[name].check) for name in TELLING)
    return [(name, hit) for name, check in checks if check is not None for hit in check(RuleContext(facts))]


def check_model(facts: Topology, case: str, seen: Counter[tuple[str, str]]) -> None:
    for name, hit in hits(facts):
        assert hit.flows == down(facts, hit.subject), (case, name, hit.subject)
        assert hit.proof is not None
        assert hit.proof.flow in hit.flows
        seen[name, hit.subject.kind] += 1


def test_what_a_finding_takes_down_goes_down() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for number in range(2_000):
        check_model(Topology(architecture(number)), f"architecture {number}", seen)
    for number in range(200):
        files = system(number)
        loaded = load(NAME, files[NAME], files.__getitem__)
        check_model(Topology(loaded.architecture), f"system {number}", seen)
    kinds = {("single-point-of-failure", kind) for kind in ("replica", "host", "zone")}
    kinds |= {("colocated-redundancy", "host"), ("colocated-redundancy", "zone"), ("single-zone", "zone")}
    assert kinds <= seen.keys()
    assert min(seen[one] for one in kinds) >= 3, seen


def test_what_stands_in_for_what_in_a_zone_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = BY_NAME["single-zone"].bad
    facts = Topology(load("racks.arch.yaml", text.encode()).architecture)
    assert facts.losses.holds_stand_ins("dc-1", "nightly")
    monkeypatch.setattr(losses, "Evaluation", None)
    assert facts.losses.holds_stand_ins("dc-1", "nightly")
