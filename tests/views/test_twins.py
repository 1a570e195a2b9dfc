"""Equal zones fold into one: also if their components have names of their own, and whatever single helpers they have."""

from __future__ import annotations

import pytest

from archgen.analysis.topology import Topology
from archgen.app.drawing.levels import at_levels
from archgen.engines.best import best
from archgen.engines.score import score
from archgen.language.load import load
from archgen.views.deployment import deployment
from archgen.views.deployment_folding import LIMIT, fold
from archgen.views.diagram import Diagram
from archgen.views.equal.places import fold_equal
from archgen.views.equal.twins import twins
from tests.checked import read_model
from tests.generators.level_models import MODELS, WRITTEN

REGIONS = {"eu": "eu-west-1", "us": "us-east-1"}
SERVICES = ("accounts", "payments", "cards", "ledger", "notify", "auth")


def bank(*, further: str = "", primary: bool = True) -> str:
    """Return two regions of three zones each with the same services, of which only the first zones have a bastion."""
    zones = [f"{region}: {{kind: region}}" for region in REGIONS.values()]
    zones += [f"{region}{az}: {{kind: availability-zone, in: {region}}}" for region in REGIONS.values() for az in "abc"]
    hosts = [
        f"{role}-{short}-{az}: {{zone: {region}{az}, network: {role}}}"
        for short, region in REGIONS.items()
        for az in "abc"
        for role in ("app", "db")
    ]
    components = ["customer: {kind: client}", "waf: {kind: waf, managed: true}", "mail: {kind: external-service}"]
    connections = ["customer -> waf: https"]
    for short in REGIONS:
        spread = {role: f"runs_on: [{', '.join(f'{role}-{short}-{az}' for az in 'abc')}]" for role in ("app", "db")}
        copies = f"primary: db-{short}-a, failover: automatic, mode: synchronous" if primary else "writers: all"
        components += [
            f"alb-{short}: {{kind: load-balancer, managed: true}}",
            f"keys-{short}: {{kind: secrets, managed: true}}",
        ]
        components += [f"{service}-{short}: {{kind: service, {spread['app']}}}" for service in SERVICES]
        components += [f"pg-{short}: {{kind: database, {spread['db']}, replication: {{{copies}}}}}"]
        components += [f"bastion-{short}: {{kind: bastion, runs_on: app-{short}-a}}"]
        connections += [
            f"waf -> alb-{short}: https",
            f"auth-{short} -> keys-{short}: https",
            f"notify-{short} -> mail: https",
        ]
        connections += [f"alb-{short} -> {service}-{short}: https" for service in SERVICES]
        connections += [f"{service}-{short} -> pg-{short}: postgresql" for service in SERVICES]
    parts = {
        "zones": zones,
        "hosts": hosts,
        "components": components,
        "networks": ["app: {trust: private}", "db: {trust: private}"],
    }
    text = "archgen: 1\nname: Bank\n" + "".join(
        f"{key}:\n" + "".join(f"  {line}\n" for line in lines) for key, lines in parts.items()
    )
    return text + "connections:\n" + "".join(f"  {line}\n" for line in connections) + further


def topology(text: str) -> Topology:
    return Topology(load("m.arch.yaml", text.encode()).architecture)


def test_the_components_of_an_equal_region_are_twins_of_the_first_regions() -> None:
    paired = twins(topology(bank()))
    names = (*SERVICES, "pg", "bastion", "alb", "keys")
    assert paired == {f"{name}-us": f"{name}-eu" for name in names}


@pytest.mark.parametrize(
    "further",
    ["  accounts-eu -> mail: https\n", "  cards-us -> keys-us: https\n", "  payments-eu -> ledger-us: https\n"],
)
def test_regions_with_other_connections_have_no_twins(further: str) -> None:
    assert twins(topology(bank(further=further))) == {}


def test_connections_from_each_region_to_the_other_keep_twins() -> None:
    both = "  payments-eu -> ledger-us: https\n  payments-us -> ledger-eu: https\n"
    assert twins(topology(bank(further=both)))["ledger-us"] == "ledger-eu"


def test_equal_regions_and_zones_are_one_box_each() -> None:
    diagram = drawn(bank(primary=False))
    assert [(group.label, group.detail) for group in diagram.groups] == [
        ("eu-west-1 and us-east-1", "region ×2"),
        ("eu-west-1a … us-east-1c", "availability zone ×6"),
        ("app", "6 hosts"),
        ("db", "6 hosts"),
    ]
    cards = {node.label: node for node in diagram.nodes}
    assert cards["accounts"].detail.endswith("×6")
    assert cards["accounts"].stands_for == ("accounts-eu", "accounts-us")
    assert cards["bastion"].detail == "Bastion host · ×2 · on 2 of 6"


def drawn(text: str) -> Diagram:
    shown = topology(text)
    return deployment(shown, (), fold_equal(shown))


def test_the_zone_of_a_primary_stands_apart() -> None:
    assert [group.detail for group in drawn(bank()).groups if group.kind == "zone"] == [
        "region ×2",
        "availability zone ×2",
        "availability zone ×4",
    ]


def test_the_zone_of_a_primary_folds_too_where_its_lines_would_be_a_mesh() -> None:
    shown = topology(MODELS["regions"]())
    assert len(shown.replicas) > LIMIT
    assert fold(shown) == fold_equal(shown, "close")
    diagram = deployment(shown)
    assert [group.detail for group in diagram.groups if group.kind == "zone"] == ["region ×2", "availability zone ×6"]
    marks = [(node.label, node.mark, node.group) for node in diagram.nodes if node.mark]
    assert marks == [("pg", "primary", "host:db-eu-a"), ("pg", "replica", "host:db-eu-a")]
    apart = deployment(shown, (), fold_equal(shown))
    assert score(best(diagram)).crossings < score(best(apart)).crossings / 2


def test_a_line_of_twins_names_both_connections() -> None:
    lines = {(edge.source, edge.target): edge for edge in drawn(bank(primary=False)).edges}
    (line,) = (edge for edge in lines.values() if edge.subject == "auth-eu -> keys-eu")
    assert line.bundled == ("auth-eu -> keys-eu", "auth-us -> keys-us")


def test_every_replica_has_a_card_in_a_folded_deployment() -> None:
    shown = topology(bank())
    for folding in (fold(shown), fold_equal(shown), fold_equal(shown, "close")):
        diagram = deployment(shown, (), folding)
        cards = {node.id for node in diagram.nodes}
        assert {folding.node(replica) for replica in shown.replicas} == cards
        assert {node.group for node in diagram.nodes} - {None} <= {group.id for group in diagram.groups}


CLUSTER = """archgen: 1
name: Cluster
zones: {az-a: {kind: availability-zone}, az-b: {kind: availability-zone}, az-c: {kind: availability-zone}}
hosts:
  core-1: {zone: az-a}
  core-2: {zone: az-b}
  core-3: {zone: az-c}
  db-1: {zone: az-a}
  db-2: {zone: az-b}
components:
  login: {kind: service, runs_on: [core-1, core-2]}
  shop: {kind: service, runs_on: [core-2, core-3]}
  chat: {kind: service, runs_on: [core-1, core-2, core-3]}
  games: {kind: service, runs_on: [core-1, core-3]}
  reports: {kind: worker, runs_on: core-3}
  consul: {kind: other, runs_on: [core-1, core-2, core-3, db-1, db-2]}
  pg: {kind: database, runs_on: [db-1, db-2], replication: {primary: db-1, failover: manual}}
connections:
  login -> pg: postgresql
"""


def test_hosts_that_share_most_of_their_components_fold_closest() -> None:
    shown = topology(CLUSTER)
    diagram = deployment(shown, (), fold_equal(shown, "closest"))
    hosts = {group.id: (group.label, group.detail) for group in diagram.groups if group.kind == "host"}
    assert hosts == {"host:core-1": ("core", "3 hosts"), "host:db-1": ("db", "2 hosts")}
    details = {(node.label, node.group): node.detail for node in diagram.nodes if node.group == "host:core-1"}
    assert details["chat", "host:core-1"] == "Service · ×3"
    assert details["login", "host:core-1"] == "Service · ×2 · on 2 of 3"
    assert details["reports", "host:core-1"] == "Worker · on core-3"


MACHINES = """
archgen: 1
name: Machines
zones: {room-1: {kind: datacenter}, room-2: {kind: datacenter}}
hosts:
  m-1: {zone: room-1}
  m-2: {zone: room-2}
  m-3: {zone: room-2}
  lb-1: {runs_on: m-1}
  lb-2: {runs_on: m-2}
  app-1: {runs_on: m-1}
  app-2: {runs_on: m-2}
  batch-1: {runs_on: m-1}
  log-1: {runs_on: m-3}
components:
  balancer: {kind: load-balancer, runs_on: [lb-1, lb-2]}
  shop: {kind: app-server, runs_on: [app-1, app-2]}
  nightly: {kind: scheduler, runs_on: batch-1}
  log: {kind: log-collector, runs_on: log-1}
connections: {'balancer -> shop': https, 'nightly -> shop': https, 'shop -> log': https}
"""


def test_machines_that_carry_mostly_the_same_fold_closest() -> None:
    shown = topology(MACHINES)
    assert fold_equal(shown, "close").hosts["m-2"] == "m-2"
    folding = fold_equal(shown, "closest")
    assert {folding.hosts[host] for host in ("m-1", "m-2")} == {"m-1"}
    assert folding.hosts["m-3"] == "m-3"
    assert folding.hosts["app-2"] == "app-1"
    diagram = deployment(shown, (), folding)
    around = {group.id: group.parent for group in diagram.groups}
    assert around["host:batch-1"] == around["host:lb-1"] == "host:m-1"
    assert {node.label: node.detail for node in diagram.nodes}["nightly"] == "Scheduler · in room-1"


def test_what_stays_apart_on_a_folded_machine_stands_on_the_one_that_is_shown() -> None:
    text = MACHINES.replace("batch-1: {runs_on: m-1}", "batch-1: {runs_on: m-2}")
    shown = topology(text)
    diagram = deployment(shown, (), fold_equal(shown, "closest"))
    assert {group.id: group.parent for group in diagram.groups}["host:batch-1"] == "host:m-1"
    assert best(diagram)


def test_a_host_of_equal_zones_is_in_what_their_names_share() -> None:
    zones = (
        "zones: {room-1: {kind: datacenter}, room-2: {kind: datacenter}, feed-1: {kind: power}, feed-2: {kind: power}}"
    )
    hosts = "hosts: {web-1: {zone: [room-1, feed-1]}, web-2: {zone: [room-2, feed-2]}}"
    shown = topology(
        f"archgen: 1\nname: Rooms\n{zones}\n{hosts}\ncomponents: {{web: {{kind: web-server, runs_on: [web-1, web-2]}}}}\n"
    )
    diagram = deployment(shown, (), fold_equal(shown))
    assert {group.label: group.detail for group in diagram.groups if group.kind == "host"} == {"web": "2 hosts · feed"}


def test_hosts_that_share_a_single_component_stay_apart() -> None:
    shown = topology(CLUSTER)
    folding = fold_equal(shown, "closest")
    assert folding.hosts["db-1"] != folding.hosts["core-1"]


def test_hosts_of_single_components_stay_apart() -> None:
    text = "archgen: 1\nname: Two\nhosts: {a: {}, b: {}}\ncomponents:\n  web: {kind: web-server, runs_on: a}\n"
    shown = topology(text + "  db: {kind: database, runs_on: b}\nconnections: {'web -> db': postgresql}\n")
    for closeness in ("apart", "close", "closest"):
        assert len(set(fold_equal(shown, closeness).hosts.values())) == 2


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["bank-on-premises", "game-backend", "iot-mqtt"])
def test_a_tangled_deployment_that_is_asked_for_folds(name: str) -> None:
    model = read_model("m.arch.yaml", WRITTEN[name]().encode())
    ((_, diagram),) = at_levels(model, "deployment", "deployment", findings=True, complete=False)
    assert score(best(diagram)).crossings < score(best(deployment(model.topology))).crossings / 2


def test_hosts_that_share_their_agent_alone_never_fold() -> None:
    """A store and the copies of it stand apart: one box would say that the backup is beside what it saves."""
    text = """
archgen: 1
name: Rooms
zones: {room-1: {kind: rack}, room-2: {kind: rack}}
hosts: {store: {zone: room-1}, copies: {zone: room-2}, dc-1: {zone: room-1}, dc-2: {zone: room-2}}
components:
  images: {kind: database, runs_on: store}
  nightly: {kind: backup, runs_on: copies, backs_up: [images]}
  directory: {kind: identity-provider, runs_on: [dc-1, dc-2]}
  agent: {kind: monitoring-agent, runs_on: [store, copies, dc-1, dc-2]}
"""
    shown = Topology(load("m.arch.yaml", text.encode()).architecture)
    for closeness in ("apart", "close", "closest"):
        hosts = fold_equal(shown, closeness).hosts
        assert hosts["store"] != hosts["copies"]
    assert fold_equal(shown, "closest").hosts["dc-2"] == "dc-1"
