"""A name server that checks none of several addresses leads a share of the visitors to one that is down."""

from __future__ import annotations

import pytest

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.model.subject import Subject
from archgen.reliability.simulation import alone, simulate
from tests.paths import TESTS

MODEL = (TESTS / "rules" / "untracked-failover" / "name-server-that-is-declared-to-check-nothing.arch.yaml").read_text(
    encoding="utf-8"
)
HOST = Subject("host", "in-fra")
ADDRESSES = """\
      - {name: ingest.example.tv, type: A, value: 192.0.2.21}
      - {name: ingest.example.tv, type: A, value: 198.51.100.21}
"""
ALIAS = "      - {name: ingest.example.tv, type: CNAME, value: All.example.tv.}\n"


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("", "", "partial"),
        # what is checked, or not declared
        ("health_check: false", "health_check: tcp 443", "degraded"),
        (", health_check: false", "", "degraded"),
        # by another name, which some write with a dot at its end
        (ADDRESSES, ADDRESSES.replace("ingest.", "all.") + ALIAS, "partial"),
        # one address, or one of each family
        (", type: A, value: 198.51.100.21", ", type: AAAA, value: 2001:db8::21", "degraded"),
        ("value: 198.51.100.21", "value: 192.0.2.21", "degraded"),
        # no name, and a visitor whose own program checks
        ("domain: ingest.example.tv, ", "", "degraded"),
        ("broadcaster: {kind: client}", "broadcaster: {kind: client, balance: {health_check: tcp 443}}", "degraded"),
        # a name server that is asked by a step is no replica of what the name leads to
        ("steps: [", "steps: [broadcaster -> dns: look up, ", "partial"),
        # of a pair one alone has the traffic
        ("[in-fra, in-ams]}", "[in-fra, in-ams], cluster: {mode: active-passive, failover: automatic}}", "degraded"),
    ],
)  # fmt: skip
def test_a_share_of_the_visitors_fails(before: str, after: str, status: str) -> None:
    assert before in MODEL
    topology = Topology(load("m.arch.yaml", MODEL.replace(before, after).encode()).architecture)
    flow = topology.flows["publish"]
    plan = topology.losses.plans["publish"]
    assert simulate(topology.index, flow, plan, [HOST]).status == status
    assert alone(topology.index, flow, plan, [HOST]) == (status,)
    assert HOST not in topology.losses.points["publish"]


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("", "", "partial"),
        ("value: 198.51.100.21", "value: in-ams", "partial"),
        ("health_check: false", "health_check: tcp 443", "degraded"),
        # an address of the firewall, which chooses what it hands it on to
        ("value: 198.51.100.21", "value: 203.0.113.9", "degraded"),
        # what is behind what the visitor came for
        ("edge: {kind: firewall", "edge: {kind: reverse-proxy", "degraded"),
    ],
)
def test_a_firewall_hands_on_to_the_address_that_a_visitor_has(before: str, after: str, status: str) -> None:
    behind = """  broadcaster -> edge: {protocol: rtmps, port: 443}
  edge -> ingest: {protocol: rtmps, port: 443}
flows:
  publish:
    access: write
    domain: ingest.example.tv
    steps: [broadcaster -> dns: look up, broadcaster -> edge: the stream, edge -> ingest: the stream]
"""
    model = MODEL[: MODEL.index("  broadcaster -> ingest:")] + behind
    model = model.replace("connections:", "  edge: {kind: firewall, managed: true}\nconnections:").replace(
        before, after
    )
    topology = Topology(load("m.arch.yaml", model.encode()).architecture)
    plan = topology.losses.plans["publish"]
    assert simulate(topology.index, topology.flows["publish"], plan, [HOST]).status == status
