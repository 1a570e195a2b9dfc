"""Views of zones and networks in text that can be read in a page's column: equal elements, or those of a role, fold for that."""

from __future__ import annotations

from collections import Counter

import pytest

from archgen.app.drawing.layouts import engine_for
from archgen.app.drawing.levels import at_levels
from archgen.app.drawing.pictures import Drawing
from archgen.engines.best import best, best_turned
from archgen.engines.legible_aspects import TANGLED
from archgen.engines.rooms import COLUMN, ROOMS, Room
from archgen.engines.score import score
from archgen.layout.deployment.cards import cut_chips
from archgen.linting.checked_model import CheckedModel
from archgen.views.aspects import ASPECTS
from archgen.views.diagram import Diagram
from archgen.views.equal.places import fold_equal
from archgen.views.folding import Folding
from archgen.views.zones_folding import without_lines, zones_by_host
from tests.checked import check
from tests.generators.level_models import WRITTEN

DENSE = ("event-driven-shop",)
"""Ninety cards of which none are equal."""


def drawn(model: CheckedModel, view: str, complete: bool = False) -> Diagram:
    ((_, diagram),) = at_levels(model, view, None, True, complete, Drawing(mode="light", room=COLUMN).legibility)
    return diagram


def is_tangled(diagram: Diagram) -> bool:
    return min(score(way(diagram.nameless)).crossings for way in (best, best_turned)) > TANGLED


@pytest.mark.sampled(4)
@pytest.mark.parametrize("view", ["zones", "networks"])
@pytest.mark.parametrize("system", WRITTEN)
def test_zones_and_networks_are_read_in_a_column(system: str, view: str) -> None:
    model = check("m.arch.yaml", WRITTEN[system]().encode())
    usual = ASPECTS[view](model.topology, model.findings)
    if usual is None:
        return
    drawing = Drawing(mode="light", room=COLUMN)
    diagram = drawn(model, view)
    assert drawing.legibility(diagram) >= (0.8 if system in DENSE else 1), (system, len(diagram.nodes))
    assert diagram == usual or not drawing.is_legible(usual) or is_tangled(usual)
    shown = {name for node in diagram.nodes for name in (node.subject, *node.stands_for, *node.holds)}
    placed = {node.subject for node in usual.nodes if view == "networks" or node.group}
    assert placed <= shown
    assert drawn(model, view, complete=True) == usual


@pytest.mark.sampled(4)
@pytest.mark.parametrize("system", WRITTEN)
def test_a_box_of_several_zones_has_as_much_of_everything_in_each(system: str) -> None:
    """Which failure domain holds what is what the view is for: it folds none that differ."""
    model = check("m.arch.yaml", WRITTEN[system]().encode())
    usual = ASPECTS["zones"](model.topology, model.findings)
    if usual is None:
        return
    diagram, topology = drawn(model, "zones"), model.topology
    folding = fold_equal(topology)
    for group in diagram.groups:
        alike = folding.zones_like(group.subject) if "×" in group.detail and group.kind == "zone" else ()
        held = [_held(model, zone, folding) for zone in alike]
        assert all(each == held[0] for each in held), (group.label, held)
    assert len({group.subject for group in diagram.groups if group.kind == "zone"}) >= len(
        {folding.zones.get(group.subject, group.subject) for group in usual.groups if group.kind == "zone"}
    )


def _held(model: CheckedModel, zone: str, folding: Folding) -> Counter[str]:
    """Count the replicas of a zone that work in flows, or run several times."""
    topology = model.topology
    steady = (
        replica
        for replica in topology.replicas.values()
        if topology.flows_of[replica.component] or len(topology.components[replica.component].replicas) > 1
    )
    return Counter(
        folding.component(replica.component)
        for replica in steady
        if not replica.floating and any(zone in topology.index.zones_around(host) for host in replica.hosts)
    )


TWO_SITES = """archgen: 1
name: Two sites
zones: {north: {kind: datacenter}, south: {kind: datacenter}}
hosts: {a: {zone: north}, b: {zone: south}}
components:
  reader: {kind: client}
  names: {kind: dns, managed: true}
  edge: {kind: cdn, managed: true}
  site: {kind: app-server, runs_on: [a, b]}
connections:
  reader -> names: dns
  reader -> edge: {protocol: https, tls: true}
  edge -> site: {protocol: https, tls: true}
"""


def test_a_request_of_the_failure_domains_begins_at_its_client() -> None:
    model = check("m.arch.yaml", TWO_SITES.encode())
    assert {node.subject for node in drawn(model, "zones").nodes} == {"reader", "names", "edge", "site"}


OUTSIDE = (
    TWO_SITES.replace("zones:", "networks: {inner: {trust: private}}\nzones:")
    + """  site -> post: {protocol: smtps}
layout: {direction: left-right, rank: {post: edge}}
"""
)


def test_callers_and_what_is_called_on_the_internet_stand_apart() -> None:
    """In one box they would stand around all that is between them."""
    text = OUTSIDE.replace("  site: {kind", "  post: {kind: external-service}\n  site: {network: inner, kind")
    diagram = drawn(check("m.arch.yaml", text.encode()), "networks")
    groups = {node.subject: node.group for node in diagram.nodes}
    assert groups["reader"] != groups["post"]
    details = {group.id: group.detail for group in diagram.groups if group.label == "internet"}
    assert (details[str(groups["reader"])], details[str(groups["post"])]) == ("clients", "external services")


@pytest.mark.parametrize("view", ["overview", "networks", "deployment"])
def test_every_view_keeps_the_hints_of_a_model(view: str) -> None:
    text = OUTSIDE.replace("  site: {kind", "  post: {kind: external-service}\n  site: {network: inner, kind")
    diagram = drawn(check("m.arch.yaml", text.encode()), view)
    assert (diagram.direction, diagram.rank) == ("left-right", (("post", "edge"),))


def ranked(count: int, hinted: int) -> str:
    """Return a system of services with a store each, some of which the model asks for beside the user."""
    services = "".join(f"  s{at}: {{kind: app-server}}\n  d{at}: {{kind: database}}\n" for at in range(count))
    calls = "".join(f"  user -> s{at}: https\n  s{at} -> d{at}: postgresql\n" for at in range(count))
    hints = ", ".join(f"d{at}: user" for at in range(hinted))
    return (
        f"archgen: 1\nname: M\ncomponents:\n  user: {{kind: client}}\n{services}"
        f"connections:\n{calls}layout: {{rank: {{{hints}}}}}\n"
    )


@pytest.mark.parametrize(
    ("view", "hinted", "is_kept"), [("overview", 4, True), ("overview", 5, False), ("deployment", 5, True)]
)
def test_hints_that_tangle_the_lines_stay_in_the_deployment_alone(view: str, hinted: int, is_kept: bool) -> None:
    assert bool(drawn(check("m.arch.yaml", ranked(5, hinted).encode()), view).rank) == is_kept


@pytest.mark.parametrize(("hinted", "is_kept"), [(4, True), (5, False)])
def test_hints_that_tangle_the_lines_of_a_level_are_dropped(hinted: int, is_kept: bool) -> None:
    ((_, diagram),) = at_levels(check("m.arch.yaml", ranked(5, hinted).encode()), "deployment", "system", True, False)
    assert bool(diagram.rank) == is_kept


def test_hints_that_cost_nothing_in_the_direction_of_a_picture_are_kept() -> None:
    """They were dropped for the lines of the direction that the picture had no room for."""
    rows = [[f"s{row}-{at}" for at in range(4)] for row in range(4)]
    parts = "".join(f"  {name}: {{kind: service, name: Service number {name}}}\n" for row in rows for name in row)
    calls = "".join(f"  {rows[row][at]} -> {rows[row + 1][at]}: https\n" for row in range(3) for at in range(4))
    hints = "layout: {direction: left-right, near: {s0-3: s2-0, s1-0: s3-1}}\n"
    model = check("m.arch.yaml", f"archgen: 1\nname: M\ncomponents:\n{parts}connections:\n{calls}{hints}".encode())
    room = Room("narrow", 150.0, 8.0)
    ((_, diagram),) = at_levels(model, "overview", None, True, False, Drawing(mode="light", room=room).legibility)
    assert diagram.direction is None
    assert len(diagram.near) == 2


def test_the_outermost_host_names_the_zones_that_are_not_around_it() -> None:
    text = """archgen: 1
name: Feeds
zones: {hall: {kind: datacenter}, rack-1: {kind: rack, in: hall}, feed-a: {kind: power, name: Feed A, in: hall}}
hosts:
  edge: {zone: [rack-1, feed-a], address: 192.0.2.11}
  metal: {zone: [rack-1, feed-a], address: 10.0.0.1}
  vm: {runs_on: metal, address: 10.0.0.11}
  other: {zone: rack-1, address: 10.0.0.2}
components:
  proxy: {kind: load-balancer, runs_on: edge}
  app: {kind: service, runs_on: [vm, other]}
connections: {proxy -> app: http}
"""
    model = check("m.arch.yaml", text.encode())
    cards = zones_by_host(model.topology, (), fold_equal(model.topology))
    assert cards is not None
    assert {node.subject: node.detail for node in cards.nodes} == {"edge": "Feed A", "vm": "", "other": ""}
    assert {group.subject: group.detail for group in cards.groups if group.kind == "host"} == {"metal": "Feed A"}
    placed = engine_for("best", ROOMS["480"])(without_lines(cards))
    assert {node.node.subject: node.detail for node in placed.nodes} == {"edge": "Feed A", "vm": "", "other": ""}
    whole = ASPECTS["zones"](model.topology, ())
    assert whole is not None
    details = {group.subject: group.detail for group in whole.groups if group.kind == "host"}
    assert details == {"edge": "Feed A", "metal": "Feed A", "vm": "", "other": ""}


def test_hosts_without_lines_stand_in_rows_and_name_all_they_hold() -> None:
    names = ("Hospital information", "Laboratory database", "Patient portal", "Active Directory", "Print server")
    hosts = "".join(f"  h{zone}{at}: {{zone: z{zone}}}\n" for zone in range(2) for at in range(7))
    parts = "".join(
        f"  c{zone}{at}: {{kind: database, name: {names[at % 5]}, runs_on: h{zone}{at}}}\n"
        for zone in range(2)
        for at in range(7)
    )
    text = (
        f"archgen: 1\nname: M\nzones: {{z0: {{kind: rack}}, z1: {{kind: rack}}}}\nhosts:\n{hosts}components:\n{parts}"
    )
    model = check("m.arch.yaml", text.encode())
    cards = zones_by_host(model.topology, (), fold_equal(model.topology))
    assert cards is not None
    placed = engine_for("best", ROOMS["1150"])(without_lines(cards))
    assert ROOMS["1150"].text(placed) >= 11
    assert [node.node.id for node in placed.nodes if cut_chips(node.node, node.box.width, placed.measures)] == []
    held = sum(node.box.width * node.box.height for node in placed.nodes)
    assert held >= 0.25 * sum(
        group.box.width * group.box.height for group in placed.groups if group.group.kind == "zone"
    )
    assert placed.width >= placed.height
