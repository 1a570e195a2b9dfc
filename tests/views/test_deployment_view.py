"""The deployment view: what it shows of the reference models, and of models that could make a hairball."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.layout.deployment.cards import size_cards
from archgen.layout.measures import BRIEF, FLAT, TERSE, USUAL
from archgen.model.architecture import Architecture, Component, Connection, Host, Port, Replica
from archgen.model.finding import Accepted, Finding, Severity
from archgen.model.subject import Subject, SubjectKind
from archgen.views.deployment import deployment
from archgen.views.deployment_folding import foldings
from archgen.views.diagram import Diagram, Edge, Group, Node
from archgen.views.levels import level_diagrams
from archgen.views.overview import overview
from tests.generators.random_models import random_model

TIERS = (
    "1-simple-web-stack",
    "2-distributed-web-infrastructure",
    "3-secured-and-monitored",
    "4-split-components",
)


def topology(name: str) -> Topology:
    with open(f"models/{name}.arch.yaml", "rb") as stream:
        return Topology(load(f"{name}.arch.yaml", stream.read()).architecture)


def written(text: str) -> Diagram:
    return deployment(Topology(load("m.arch.yaml", ("archgen: 1\nname: M\n" + text).encode()).architecture))


def lines(diagram: Diagram) -> list[str]:
    return [f"{edge.source} -> {edge.target}: {edge.label} {edge.meaning}" for edge in diagram.edges]


def finding(kind: SubjectKind, name: str, severity: Severity = "error") -> Finding:
    return Finding(
        rule="r",
        code="R1",
        severity=severity,
        category="reliability",
        model="m",
        subject=Subject(kind, name),
        message=f"about {name}",
        fix="",
        file="m",
        line=1,
        column=1,
        end_line=1,
        fingerprint="",
    )


def test_one_node_a_replica_in_its_host() -> None:
    shown = deployment(topology(TIERS[1]))
    assert [(node.id, node.group) for node in shown.nodes if node.subject == "nginx"] == [
        ("nginx@server-1", "host:server-1"),
        ("nginx@server-2", "host:server-2"),
    ]
    assert [(group.id, group.detail, group.parent) for group in shown.groups] == [
        ("host:lb-1", "192.0.2.10", None),
        ("host:server-1", "192.0.2.11", None),
        ("host:server-2", "192.0.2.12", None),
    ]


def test_lines_are_those_that_the_connections_join() -> None:
    assert lines(deployment(topology(TIERS[1]))) == [
        "user -> dns#1: dns lookup",
        "user -> haproxy@lb-1: http 80 plaintext",
        "haproxy@lb-1 -> nginx@server-1: http 80 plaintext",
        "haproxy@lb-1 -> nginx@server-2: http 80 plaintext",
        "nginx@server-1 -> app@server-1: fastcgi local",
        "nginx@server-2 -> app@server-2: fastcgi local",
        "app@server-1 -> mysql@server-1: mysql 3306 local",
        "app@server-2 -> mysql@server-2: reads local",
        "app@server-2 -> mysql@server-1: writes plaintext",
        "app@server-1 -> code@server-1:  code",
        "app@server-2 -> code@server-2:  code",
        "mysql@server-1 -> mysql@server-2: replication replication",
    ]


def test_parts_that_replicas_play() -> None:
    marks = {node.id: node.mark for tier in TIERS[2:] for node in deployment(topology(tier)).nodes if node.mark}
    assert marks == {
        "mysql@server-1": "primary",
        "mysql@server-2": "replica",
        "mysql@server-3": "replica",
        "haproxy@lb-1": "active",
        "haproxy@lb-2": "standby",
    }


def test_networks_are_groups_and_firewalls_guard_them() -> None:
    shown = deployment(topology(TIERS[2]))
    groups = {group.id: group for group in shown.groups}
    assert groups["host:server-1"].parent == "network:servers"
    assert groups["network:data"].across == ("mysql@server-1", "mysql@server-2", "mysql@server-3")
    firewalls = {node.subject: node.guards for node in shown.nodes if node.kind == "firewall"}
    assert firewalls == {"firewall-1": (), "firewall-2": ("network:servers",), "firewall-3": ("network:data",)}


def test_agents_report_to_their_monitoring() -> None:
    shown = deployment(topology(TIERS[2]))
    reports = [edge.source for edge in shown.edges if edge.meaning == "monitoring"]
    assert reports == ["collector@server-1", "collector@server-2", "collector@server-3"]


def test_a_zone_that_is_named_after_its_kind_says_it_once() -> None:
    shown = written(
        "zones: {north: {kind: region, name: Northern region}}\nhosts: {a: {zone: north}}\ncomponents: {}\n"
    )
    assert [(group.label, group.detail) for group in shown.groups if group.kind == "zone"] == [("Northern region", "")]


def test_zones_nest_and_the_first_of_crossing_ones_is_the_group() -> None:
    shown = written(
        """
zones:
  region: {kind: region}
  dc: {kind: datacenter, in: region}
  feed: {kind: power, name: Feed one}
  bare: {kind: rack}
hosts: {a: {zone: [dc, feed]}}
components: {web: {kind: web-server, runs_on: a}}
"""
    )
    assert [(group.id, group.parent, group.detail) for group in shown.groups] == [
        ("zone:region", None, "region"),
        ("zone:dc", "zone:region", "datacenter"),
        ("host:a", "zone:dc", "Feed one"),
    ]


def test_a_floating_replica_stands_in_the_zone_that_it_never_leaves() -> None:
    shown = written(
        """
zones: {dc: {kind: datacenter}}
hosts: {a: {zone: dc}, b: {zone: dc}}
components: {db: {kind: database, runs_on: {any: [a, b]}}}
"""
    )
    node = shown.nodes[0]
    assert (node.group, node.detail) == ("zone:dc", "Database · on a or b")


def test_a_backup_is_joined_to_what_it_backs_up() -> None:
    shown = written("components: {db: {kind: database}, copy: {kind: backup, backs_up: [db]}}")
    assert lines(shown) == ["db#1 -> copy#1: backup replication"]


def test_reads_from_hosts_without_a_replica_go_to_every_one() -> None:
    shown = written(
        """
hosts: {a: {}, b: {}, c: {}}
components:
  app: {kind: app-server, runs_on: a}
  db: {kind: database, runs_on: [b, c], replication: {primary: b}}
connections: {app -> db: {protocol: mysql, access: read-write}}
"""
    )
    assert [edge.target for edge in shown.edges if edge.subject == "app -> db"] == ["db@b", "db@c"]
    assert [edge.label for edge in shown.edges if edge.subject == "app -> db"] == ["mysql", "reads"]


def many(count: int) -> Architecture:
    hosts = tuple(Host(f"h{at}") for at in range(count))
    web = Component(id="web", kind="web-server", replicas=tuple(Replica(f"web@{h.id}", "web", (h.id,)) for h in hosts))
    app = Component(id="app", kind="app-server", replicas=tuple(Replica(f"app@{h.id}", "app", (h.id,)) for h in hosts))
    calls = Connection("web -> app", "web", ("app",), (Port("http", 80),))
    return Architecture(id="m", file="m", name="M", hosts=hosts, components=(web, app), connections=(calls,))


def test_many_callers_and_many_called_make_no_hairball() -> None:
    assert len(deployment(Topology(many(8))).edges) == 64
    assert len(deployment(Topology(many(9))).edges) == 9


def test_equal_hosts_fold_above_sixty_replicas() -> None:
    shown = deployment(Topology(many(100)))
    assert [(node.id, node.detail) for node in shown.nodes] == [
        ("web@h0", "Web server · ×100"),
        ("app@h0", "Application server · ×100"),
    ]
    assert [(group.id, group.detail) for group in shown.groups] == [("host:h0", "100 hosts")]


def test_a_card_that_stands_for_both_ends_of_a_connection_names_it() -> None:
    hosts = [f"h{at}" for at in range(70)]
    shown = written(
        f"hosts: {{{', '.join(f'{host}: {{}}' for host in hosts)}}}\n"
        f"components:\n  store: {{kind: object-storage, runs_on: [{', '.join(hosts)}]}}\n  web: {{kind: web-server}}\n"
        "connections:\n  web -> store: https\n  store -> store: http\n  web -> web: https\n"
    )
    chips = {node.id: [(chip.label, chip.meaning, chip.subjects) for chip in node.chips] for node in shown.nodes}
    assert chips == {
        "store@h0": [("→ each other", "plaintext", ("store -> store",))],
        "web#1": [("→ itself", "encrypted", ("web -> web",))],
    }
    assert lines(shown) == ["web#1 -> store@h0: https encrypted"]


def test_replicas_that_are_drawn_apart_have_lines_between_them() -> None:
    shown = written(
        "hosts: {a: {}, b: {}}\ncomponents:\n  store: {kind: object-storage, runs_on: [a, b]}\n"
        "connections:\n  store -> store: http\n"
    )
    assert not any(node.chips for node in shown.nodes)
    assert len(shown.edges) == 2


def test_a_primary_does_not_fold_into_those_that_wait_for_it() -> None:
    hosts = ", ".join(f"w{at}: {{}}" for at in range(60))
    shown = written(
        f"hosts: {{{hosts}, d0: {{}}, d1: {{}}, d2: {{}}}}\n"
        f"components:\n  web: {{kind: web-server, runs_on: [{', '.join(f'w{at}' for at in range(60))}]}}\n"
        "  db: {kind: database, runs_on: [d0, d1, d2], replication: {primary: d1}}\n"
        "connections: {web -> db: mysql}\n"
    )
    assert [(node.id, node.mark, node.detail) for node in shown.nodes if node.subject == "db"] == [
        ("db@d0", "replica", "Database · ×2"),
        ("db@d1", "primary", "Database"),
    ]
    assert [(group.id, group.detail) for group in shown.groups if group.id.startswith("host:d")] == [
        ("host:d0", "2 hosts"),
        ("host:d1", ""),
    ]


@pytest.mark.parametrize(
    ("kind", "name", "place"),
    [
        ("component", "mysql", "mysql@server-1"),
        ("replica", "nginx@server-2", "nginx@server-2"),
        ("host", "server-3", "host:server-3"),
        ("network", "servers", "network:servers"),
        ("record", "www.foobar.com A", "dns#1"),
        ("certificate", "www", "haproxy@lb-1"),
        ("component", "firewall-2", "firewall-2#1"),
        ("connection", "haproxy -> nginx", "haproxy -> nginx"),
        ("step", "read-page/5", "haproxy -> nginx"),
    ],
)
def test_a_badge_stands_on_the_subject_once(kind: SubjectKind, name: str, place: str) -> None:
    first = finding("model", "3-secured-and-monitored")
    shown = deployment(topology(TIERS[2]), (first, finding(kind, name, "warning")))
    marked = [shape for shape in shapes(shown) if shape.badges]
    assert [(shape.subject if isinstance(shape, Edge) else shape.id) for shape in marked] == [place]
    assert [(badge.number, badge.severity) for badge in marked[0].badges] == [(2, "warning")]


def shapes(diagram: Diagram) -> list[Node | Group | Edge]:
    return [*diagram.nodes, *diagram.groups, *diagram.edges]


def test_what_concerns_a_flow_or_the_model_stands_beside_the_title() -> None:
    found = (finding("flow", "read-page"), finding("model", "1-simple-web-stack", "warning"), finding("change", "x"))
    shown = deployment(topology(TIERS[0]), found)
    assert not any(shape.badges for shape in shapes(shown))
    assert [(badge.number, badge.severity) for badge in shown.badges] == [(1, "error"), (2, "warning")]


def test_a_finding_on_a_zone_that_no_box_shows_stands_beside_the_title() -> None:
    """Every number of the report is somewhere in the picture, once."""
    found = (finding("zone", "paris"), finding("network", "lan", "warning"))
    text = "zones: {paris: {kind: datacenter}}\nnetworks: {lan: {trust: private}}\n"
    text += "hosts: {a: {zone: paris, network: lan}}\ncomponents: {web: {kind: web-server, runs_on: a}}\n"
    model = Topology(load("m.arch.yaml", f"archgen: 1\nname: M\n{text}".encode()).architecture)
    placed = deployment(model, found)
    assert [(group.id, [badge.number for badge in group.badges]) for group in placed.groups if group.badges] == [
        ("zone:paris", [1])
    ]
    assert [badge.number for badge in placed.badges] == [2]
    system, *_ = level_diagrams(model, found)
    assert [badge.number for badge in system.diagram.badges] == [1, 2]
    assert [badge.number for badge in overview(model, found).badges] == [1, 2]


@pytest.mark.parametrize("seed", range(40))
def test_ids_are_unique_and_every_end_and_group_is_there(seed: int) -> None:
    shown = deployment(Topology(random_model(seed)))
    ids = [shape.id for shape in shapes(shown)]
    assert len(ids) == len(set(ids))
    nodes, groups = {node.id for node in shown.nodes}, {group.id for group in shown.groups}
    assert {end for edge in shown.edges for end in (edge.source, edge.target)} <= nodes
    assert {node.group for node in shown.nodes} | {group.parent for group in shown.groups} <= groups | {None}
    assert {guarded for node in shown.nodes for guarded in node.guards} <= groups


def test_the_picture_is_told_in_words() -> None:
    said = deployment(topology(TIERS[0])).alt
    assert said.startswith("Simple web stack: 6 components on 1 host (server-1). user calls dns;")


def test_an_accepted_risk_is_no_badge() -> None:
    model = topology(TIERS[0])
    open_risk = finding("component", "mysql")
    taken = replace(open_risk, accepted=Accepted("a pilot", "ops", None))
    assert any(node.badges for node in deployment(model, (open_risk,)).nodes)
    assert not any(node.badges for node in deployment(model, (taken,)).nodes)


def test_writers_copy_from_each_other() -> None:
    text = """archgen: 1
name: M
components:
  db: {kind: database, replicas: 2, replication: {writers: all}}
"""
    diagram = deployment(Topology(load("m.arch.yaml", text.encode()).architecture))
    assert [edge.mutual for edge in diagram.edges] == [True]


def test_a_line_of_several_ports_shows_the_worst_and_counts_the_others() -> None:
    text = "hosts: {a: {}}\ncomponents: {user: {kind: client}, web: {kind: web-server, runs_on: a}}\nconnections:\n"
    ports = [
        "{protocol: https, port: 443}",
        "{protocol: http, port: 81, redirect: https}",
        "{protocol: http, port: 80}",
    ]
    assert lines(written(f"{text}  user -> web: [{', '.join(ports[:2])}]")) == ["user -> web@a: https 443 encrypted"]
    assert lines(written(f"{text}  user -> web: [{', '.join(ports)}]")) == ["user -> web@a: http 80 +1 plaintext"]
    assert lines(written(f"{text}  user -> web: [{ports[1]}]")) == ["user -> web@a: http 81 plaintext"]


LOGS = """
hosts: {a: {}, k: {}, p: {}}
components:
  shipper: {kind: log-collector, runs_on: a}
  bus: {kind: stream, runs_on: k}
  metrics: {kind: monitoring, runs_on: p}
  agent: {kind: monitoring-agent, runs_on: [a, k, p]}
connections:
  shipper -> bus: {protocol: kafka, tls: false}
  metrics -> agent: {protocol: http}
flows: {ship: {steps: [{shipper -> bus: a batch}]}}
"""


def test_a_step_of_a_flow_is_drawn_as_what_it_is_and_not_as_monitoring() -> None:
    """In a platform of logs the collectors do the work that the picture is about."""
    shown = {edge.subject: edge.meaning for edge in written(LOGS).edges}
    assert shown == {"shipper -> bus": "plaintext", "metrics -> agent": "monitoring"}


def test_what_watches_on_a_flow_is_folded_away_with_no_other_monitoring() -> None:
    text = LOGS.replace("  agent:", "  watcher: {kind: monitoring, runs_on: p}\n  agent:")
    shown = Topology(load("m.arch.yaml", f"archgen: 1\nname: M\n{text}".encode()).architecture)
    (system, watching) = level_diagrams(shown)
    assert {node.id for node in system.diagram.nodes} == {"shipper", "bus", "role:observer"}
    assert [edge.subject for edge in system.diagram.edges] == ["shipper -> bus"]
    assert {node.id for node in watching.diagram.nodes} == {"metrics", "watcher", "agent"}


def test_a_firewall_that_stands_alone_says_what_it_guards_on_every_card() -> None:
    text = "networks: {lan: {trust: private}, dmz: {trust: dmz}}\nzones: {r: {kind: datacenter}}\n"
    text += "hosts: {a: {zone: r, network: lan}}\n"
    shown = written(
        text + "components: {fw: {kind: firewall, guards: [dmz, lan]}, web: {kind: web-server, runs_on: a}}"
    )
    (wall,) = (node for node in shown.nodes if node.id == "fw#1")
    assert wall.detail == "Firewall · guards dmz, lan"
    for measures in (USUAL, FLAT, TERSE):
        assert size_cards(shown, measures=measures)["fw#1"].detail.endswith("guards dmz, lan")
    assert size_cards(shown, measures=BRIEF)["fw#1"].detail == "for dmz, lan"


ALONE = """
zones: {r: {kind: datacenter}, s: {kind: datacenter}}
hosts: {a: {zone: r}, b: {zone: s}}
components:
  shop: {kind: app-server, runs_on: [a, b]}
  seats: {kind: cache, runs_on: a}
connections:
  shop -> seats: redis
flows: {book: {steps: [{shop -> seats: hold}]}}
"""


def test_a_line_from_folded_hosts_shows_the_worst_way_with_the_badges_of_all() -> None:
    shown = Topology(load("m.arch.yaml", f"archgen: 1\nname: M\n{ALONE}".encode()).architecture)
    *_, most = foldings(shown)
    folded = deployment(shown, (finding("connection", "shop -> seats"),), most)
    (edge,) = [edge for edge in folded.edges if edge.subject == "shop -> seats"]
    assert (edge.meaning, [badge.number for badge in edge.badges]) == ("plaintext", [1])
