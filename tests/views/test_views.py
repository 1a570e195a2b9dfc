"""The views beside the deployment: what each shows of every model at hand, and that it is laid out without a fault."""

from __future__ import annotations

import os
from glob import glob

import pytest

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.layout.deployment.arrangement import domain
from archgen.linting.finding_groups import number_findings
from archgen.model.finding import Finding
from archgen.rules import RULES
from archgen.rules.run import run_rules
from archgen.views.aspects import ASPECTS
from archgen.views.diagram import Badge, Diagram, Edge, Group, Node
from archgen.views.networks import networks
from archgen.views.overview import overview
from archgen.views.path import folded_path, path_diagram
from archgen.views.route import route_steps
from archgen.views.zones import zones
from tests import paths
from tests.geometry import faults

ROOT = str(paths.ROOT)
MODELS = sorted(
    file
    for where in ("models", "tests/architectures", "tests/well_built")
    for file in glob(os.path.join(ROOT, where, "*.arch.yaml"))
)


def judged(file: str) -> tuple[Topology, tuple[Finding, ...]]:
    with open(file, "rb") as stream:
        loaded = load(file, stream.read())
    topology = Topology(loaded.architecture)
    return topology, run_rules(topology, loaded.source, RULES, "2026-11-24")


def of_text(text: str) -> tuple[Topology, tuple[Finding, ...]]:
    loaded = load("sample.arch.yaml", text.encode())
    topology = Topology(loaded.architecture)
    return topology, run_rules(topology, loaded.source, RULES, "2026-11-24")


def tier(number: int) -> tuple[Topology, tuple[Finding, ...]]:
    return judged(next(one for one in MODELS if os.path.basename(one).startswith(f"{number}-")))


def marks(diagram: Diagram) -> list[Badge]:
    marked: list[Node | Group | Edge] = [*diagram.nodes, *diagram.groups, *diagram.edges]
    return [mark for shape in marked for mark in shape.badges]


@pytest.mark.parametrize("file", MODELS, ids=os.path.basename)
def test_every_view_of_a_model_is_laid_out_without_a_fault(file: str) -> None:
    topology, findings = judged(file)
    shown = [aspect(topology, findings) for aspect in ASPECTS.values()]
    shown += [path_diagram(topology, flow, findings) for flow in topology.architecture.flows]
    assert len([one for one in shown if one is not None]) >= 2
    for one in shown:
        if one is not None:
            assert faults(domain(one)) == [], one.id
            assert one.alt


@pytest.mark.parametrize("file", MODELS, ids=os.path.basename)
def test_an_overview_has_a_card_for_each_component(file: str) -> None:
    topology, findings = judged(file)
    shown = overview(topology, findings)
    assert [node.id for node in shown.nodes] == list(topology.components)
    pairs = {(edge.source, edge.target) for edge in shown.edges}
    assert {(one.source, target) for one in topology.architecture.connections for target in one.targets} <= pairs


def test_networks_are_groups_with_their_trust_and_what_is_in_them() -> None:
    topology, findings = tier(3)
    shown = networks(topology, findings)
    assert shown is not None
    assert [(group.subject, group.detail) for group in shown.groups] == [
        ("internet", "outside, untrusted"),
        ("edge", "dmz network"),
        ("servers", "private network"),
        ("data", "private network"),
    ]
    where = {node.id: node.group for node in shown.nodes}
    assert where["user"] == "network:internet"
    assert where["haproxy"] == "network:edge"
    assert where["mysql"] == "network:data"
    guards = {node.id: node.guards for node in shown.nodes if node.guards}
    assert guards == {"firewall-2": ("network:servers",), "firewall-3": ("network:data",)}
    assert networks(*tier(1)) is None


def test_a_component_in_two_networks_has_a_card_in_each() -> None:
    shown = networks(
        *of_text(
            "archgen: 1\nname: Two\nnetworks: {a: {trust: dmz}, b: {trust: private}}\n"
            "hosts: {one: {network: a}, two: {network: b}, three: {network: b}}\n"
            "components:\n  user: {kind: client}\n  web: {kind: web-server, runs_on: [one, two, three]}\n"
            "connections:\n  user -> web: http\n"
        )
    )
    assert shown is not None
    cards = [(node.group, node.detail) for node in shown.nodes if node.subject == "web"]
    assert cards == [("network:a", "Web server"), ("network:b", "Web server · ×2")]
    assert {edge.target for edge in shown.edges} == {"web", "web in b"}


CROSSING = """\
archgen: 1
name: Racks and feeds
zones:
  rack-a: {kind: rack}
  rack-b: {kind: rack}
  feed-1: {kind: power}
hosts:
  s1: {zone: [rack-a, feed-1]}
  s2: {zone: [rack-b, feed-1]}
components:
  user: {kind: client}
  lb: {kind: load-balancer, managed: true, balance: {algorithm: round-robin, health_check: true}}
  web: {kind: web-server, runs_on: [s1, s2]}
connections:
  user -> lb: https
  lb -> web: https
flows:
  read: {title: Read, access: read, steps: [user -> lb: GET /, lb -> web: GET /]}
"""


def test_every_finding_of_a_zone_has_a_badge_in_the_picture_of_zones() -> None:
    topology, findings = of_text(CROSSING)
    numbers = {number for number, one in number_findings(findings) if one.subject.kind == "zone"}
    assert numbers
    shown = zones(topology, findings)
    assert shown is not None
    assert numbers <= {mark.number for mark in marks(shown)}
    assert zones(*tier(3)) is None


def test_a_path_shows_what_its_flow_touches_and_nothing_else() -> None:
    topology, findings = tier(2)
    read, write = (path_diagram(topology, flow, findings) for flow in topology.architecture.flows)
    assert {node.id for node in read.nodes} >= {"mysql@server-1", "mysql@server-2"}
    assert "mysql@server-2" not in {node.id for node in write.nodes}
    assert not any(node.subject == "code" for node in write.nodes)
    labels = {edge.subject: edge.label for edge in write.edges}
    assert labels["haproxy -> nginx"] == "4 · http 80"
    assert {group.subject for group in write.groups} == {"lb-1", "server-1", "server-2"}


PORTS = """
archgen: 1
name: Ports
components: {user: {kind: client}, web: {kind: web-server}, api: {kind: service}}
connections:
  user -> web: https
  web -> api: [{protocol: https, port: 8443}, {protocol: http, port: 8080}]
flows:
  plain: {steps: [user -> web: GET, web -> api: {message: get, protocol: http}]}
  safe: {steps: [user -> web: GET, web -> api: {message: get, protocol: https}]}
"""


def test_a_path_names_the_port_of_its_steps_and_not_the_worst_of_their_connection() -> None:
    topology, findings = of_text(PORTS)
    assert {edge.label for edge in overview(topology).edges} == {"https", "http 8080 +1"}
    for flow, words, meaning in zip(
        topology.architecture.flows, ("http 8080", "https 8443"), ("unknown", "encrypted"), strict=True
    ):
        for diagram in (path_diagram(topology, flow, findings), folded_path(topology, flow, findings)):
            (line,) = (edge for edge in diagram.edges if edge.subject == "web -> api")
            assert (line.label, line.meaning) == (f"2 · {words}", meaning)


def test_the_numbers_of_badges_are_those_of_the_issues() -> None:
    for number in (1, 2, 3, 4):
        topology, findings = tier(number)
        numbered = {(place, finding.message) for place, finding in number_findings(findings)}
        for aspect in ASPECTS.values():
            shown = aspect(topology, findings)
            for mark in marks(shown) if shown is not None else ():
                assert (mark.number, mark.title) in numbered


def test_a_step_to_one_of_several_is_one_request_of_its_route() -> None:
    text = """
archgen: 1
name: Pair
components: {user: {kind: client}, a: {kind: web-server}, b: {kind: web-server}, api: {kind: service}}
connections: {'user -> a': https, 'user -> b': https, 'a -> api': https, 'b -> api': https}
flows: {ask: {steps: [{user -> a | b: GET /}, {a -> api: GET /}, {b -> api: GET /}]}}
"""
    topology = Topology(load("m.arch.yaml", text.encode()).architecture)
    assert route_steps(topology, topology.flows["ask"]) == (
        ("1", "user → a or b: GET /"),
        ("2", "a → api: GET /"),
        ("3", "b → api: GET /"),
    )
