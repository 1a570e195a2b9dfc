"""Firewalls as the rules ask for them: work grows with a model, and not with its square."""

from __future__ import annotations

import pytest

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.linting.rule import RuleContext
from archgen.rules import BY_NAME
from tests.app.test_growth import FEW, MOST, executed


def public_servers(count: int) -> Topology:
    """Return a model in which the internet calls so many servers, with a firewall around them that has two rules."""
    servers = "".join(f"  web-{number}: {{kind: web-server, network: front}}\n" for number in range(count))
    calls = "".join(f"  user -> web-{number}: https\n" for number in range(count))
    text = (
        "archgen: 1\nname: Servers\nnetworks: {front: {trust: dmz}}\ncomponents:\n  user: {kind: client}\n"
        "  wall: {kind: firewall, guards: [front], default: deny, rules: [{from: internet, to: front, ports: [443]}, {to: web-0}]}\n"
        f"{servers}connections:\n{calls}flows:\n  read: {{steps: [user -> web-0: GET]}}\n"
    )
    return Topology(load("servers.arch.yaml", text.encode()).architecture)


@pytest.mark.parametrize("rule", ["missing-firewall", "incomplete-model", "contradiction", "exposed-admin"])
def test_a_call_is_held_against_rules_alone(rule: str) -> None:
    check = BY_NAME[rule].check
    assert check is not None
    counts = []
    for size in (4, 60, 120):
        context = RuleContext(public_servers(size), "2026-11-01")
        counts.append(executed(lambda: list(check(context))))  # noqa: B023
    _, before, after = counts
    grown = {
        f"{code.co_name}:{line}": count
        for (code, line), count in after.items()
        if count > max(FEW, MOST * before[code, line])
    }
    assert grown == {}
