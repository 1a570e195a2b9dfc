"""Properties of rules over many models, and of what they ask, which no single case of `tests/rules/` can state."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen.analysis.dns_names import address
from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.model.problems import Place
from archgen.model.subject import Subject
from archgen.rules import BY_NAME, RULES
from archgen.rules.run import run_rules
from tests.edges import TODAY
from tests.generators.random_flows import architecture
from tests.rule_cases import FOLDER, read


@given(st.one_of(st.ip_addresses().map(str), st.text("0123456789abcdef.:%", max_size=20)))
def test_address_agrees_with_the_standard_library(text: str) -> None:
    try:
        known = ipaddress.ip_address(text)
    except ValueError:
        assert address(text) is None
    else:
        assert address(text) == (known.version, str(known))


class Nowhere:
    """The source of a model that was never a file."""

    def place(self, subject: Subject) -> Place:
        return Place("random.arch.yaml", 1, 1, 1)

    def at(self, *path: str | int) -> Place:
        return Place("random.arch.yaml", 1, 1, 1)


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_every_impossible_flow_is_explained_and_no_possible_one_is_blamed(start: int) -> None:
    for seed in range(start, start + 100):
        facts = Topology(architecture(seed))
        found = run_rules(facts, Nowhere(), RULES, today="2026-11-24")
        identities = [(one.rule, one.subject) for one in found]
        assert len(identities) == len(set(identities)), seed
        # a connection is blamed for some of the replicas of its caller
        stopped = [one for one in found if one.rule == "impossible-flow" and one.subject.kind != "connection"]
        blamed = {flow for one in stopped for flow in one.flows}
        explained = blamed | {flow for one in found if one.rule == "write-to-replica" for flow in one.flows}
        unconnected = {hop.flow for hops in facts.hops.values() for hop in hops if hop.connection is None}
        impossible = {flow for flow, failure in facts.losses.failures.items() if not failure.possible}
        assert impossible <= explained, seed
        assert blamed <= impossible | unconnected, seed


def test_an_acceptance_of_a_rule_that_did_not_run_is_left_alone() -> None:
    file = "acceptance-of-a-rule-that-did-not-run-is-left-alone.arch.yaml"
    case = next(read(FOLDER / "stale-acceptance" / file))
    loaded = load("edge.arch.yaml", case.text.encode())
    assert run_rules(Topology(loaded.architecture), loaded.source, [BY_NAME["stale-acceptance"]], today=TODAY) == ()
    assert len(case.lines) == 1


def test_a_dependency_on_a_provider_is_nothing_worse_where_its_rule_is_left_out() -> None:
    loaded = load("edge.arch.yaml", BY_NAME["provider-dependency"].bad.encode())
    rules = [BY_NAME["single-point-of-failure"]]
    assert run_rules(Topology(loaded.architecture), loaded.source, rules, today=TODAY) == ()
    text = BY_NAME["provider-dependency"].bad.replace("product: cloudfront, managed: true", "managed: {scope: zonal}")
    loaded = load("edge.arch.yaml", text.encode())
    (lost,) = run_rules(Topology(loaded.architecture), loaded.source, rules, today=TODAY)
    assert lost.subject.id == "cdn#1"
