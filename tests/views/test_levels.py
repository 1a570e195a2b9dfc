"""Levels: every diagram of a large system is readable, and together they show every component and connection."""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree
from pptx import Presentation

from archgen.analysis.topology import Topology
from archgen.app.drawing.levels import at_levels
from archgen.cli import main
from archgen.editor.outline import TextOutline
from archgen.engines.best import best
from archgen.engines.score import score
from archgen.language.load import load
from archgen.linting.finding_groups import number_findings
from archgen.model.problems import ModelError
from archgen.model.subject import Subject
from archgen.render.scene.diagram import diagram_scene
from archgen.render.svg.document import svg
from archgen.slides.pptx import write_pptx
from archgen.slides.values import Deck, DiagramSlide
from archgen.views.deployment import deployment
from archgen.views.equal.names import stack_name
from archgen.views.equal.places import fold_equal
from archgen.views.levels import Picture, declared_view, level_diagrams
from archgen.views.levels.candidates import by_kind, by_network, by_role, crossed, in_parts
from archgen.views.levels.drawing import content
from archgen.views.overview import component_edges, overview
from tests.checked import check, read_model
from tests.generators.level_models import MODELS, RANDOM, WRITTEN
from tests.paths import ROOT

CARDS, LINES = 25, 40
SYSTEMS = {**MODELS, **WRITTEN, **RANDOM}


def topology(text: str) -> Topology:
    return Topology(load("m.arch.yaml", text.encode()).architecture)


def drawn(text: str) -> tuple[Picture, ...]:
    return level_diagrams(topology(text))


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_picture_is_readable(name: str) -> None:
    for picture in drawn(SYSTEMS[name]()):
        assert len(picture.diagram.nodes) <= CARDS, picture.level
        assert len(picture.diagram.edges) <= LINES, picture.level


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_component_is_named_within_two_levels(name: str) -> None:
    levels = {picture.level: picture for picture in drawn(SYSTEMS[name]())}

    def depth(level: str) -> int:
        parent = levels[level].parent
        return 0 if parent is None else 1 + depth(parent)

    named = {
        component
        for level, picture in levels.items()
        if depth(level) <= 2
        for node in picture.diagram.nodes
        if not node.opens
        for component in (node.stands_for or (node.subject,))
    }
    assert named == set(topology(SYSTEMS[name]()).components)


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_connection_is_a_line_or_a_chip_at_some_level(name: str) -> None:
    shown: set[str] = set()
    for picture in drawn(SYSTEMS[name]()):
        for edge in picture.diagram.edges:
            shown |= {edge.subject, *edge.bundled}
        for node in picture.diagram.nodes:
            shown |= {subject for chip in node.chips for subject in chip.subjects}
    assert shown >= {edge.subject for edge in component_edges(topology(SYSTEMS[name]()))}


@pytest.mark.parametrize("name", MODELS)
def test_every_picture_can_be_laid_out(name: str) -> None:
    for picture in drawn(MODELS[name]()):
        cards = {node.id for node in picture.diagram.nodes}
        assert all({edge.source, edge.target} <= cards for edge in picture.diagram.edges)
        frames = {node.group for node in picture.diagram.nodes} - {None}
        assert frames == {group.id for group in picture.diagram.groups}
        assert len(best(picture.diagram).nodes) == len(cards)


OWN = (
    "archgen: 1\nname: M\ncomponents:\n"
    + "".join(f"  s{at}: {{kind: app-server}}\n" for at in range(30))
    + "  broker: {kind: queue, replicas: 3}\n  cron: {kind: scheduler}\nconnections:\n"
    + "".join(f"  s{at} -> broker: amqp\n" for at in range(30))
    + "  broker -> broker: http\n  cron -> cron: https\n  s0 -> s1: http\n  s1 -> s0: http\n"
)
"""Components that call themselves, and equal ones that call each other."""


def test_connections_within_a_card_are_named_on_it() -> None:
    for diagram in (*(picture.diagram for picture in drawn(OWN)), overview(topology(OWN))):
        chips = {(chip.label, chip.subjects) for node in diagram.nodes for chip in node.chips}
        shown = {node.subject for node in diagram.nodes if not node.opens and not node.beside}
        assert (("→ each other", ("broker -> broker",)) in chips) == ("broker" in shown)
        assert (("→ itself", ("cron -> cron",)) in chips) == ("cron" in shown)
    subjects = {edge.subject for edge in component_edges(topology(OWN))}
    named = {
        each
        for picture in drawn(OWN)
        for node in picture.diagram.nodes
        for chip in node.chips
        for each in chip.subjects
    }
    lines = {each for picture in drawn(OWN) for edge in picture.diagram.edges for each in (edge.subject, *edge.bundled)}
    assert subjects <= named | lines


def test_a_neighbor_of_an_opened_group_is_told_from_what_is_in_it() -> None:
    pictures = {picture.level: picture.diagram for picture in drawn(MODELS["services"]())}
    assert not any(node.beside for node in pictures["system"].nodes)
    beside = {node.id: node.beside for node in pictures["network:net-0"].nodes}
    assert {name for name, outside in beside.items() if not outside} == {
        name for number in range(5) for name in (f"svc-0-{number}", f"svc-0-{number}-db")
    }
    scene = svg(diagram_scene(best(pictures["network:net-0"])), "light")
    assert scene.count('stroke-dasharray="4 3"') == sum(beside.values()) + 1
    assert "neighbor" in scene


def test_a_finding_of_a_host_has_its_badge_on_what_runs_there_alone() -> None:
    model = check("m.arch.yaml", WRITTEN["wordpress-agency"]().encode())
    numbers = {number for number, finding in number_findings(model.findings) if finding.subject.kind == "host"}
    assert numbers
    nodes = level_diagrams(model.topology, model.findings)[0].diagram.nodes
    assert numbers <= {badge.number for node in nodes for badge in node.badges}


def test_a_deployment_whose_lines_cross_too_often_is_shown_in_levels(tmp_path: Path) -> None:
    system = read_model("m.arch.yaml", WRITTEN["wordpress-agency"]().encode())
    ((_, diagram),) = at_levels(system, "deployment", None, findings=True, complete=False)
    assert score(best(deployment(system.topology))).crossings > 15
    assert score(best(diagram)).crossings <= 15


def test_a_collapsed_group_says_what_it_holds_and_opens_its_level() -> None:
    pictures = drawn(MODELS["services"]())
    system = pictures[0].diagram
    group = next(node for node in system.nodes if node.id == "network:net-0")
    assert (group.label, group.detail, group.opens) == ("domain 0", "5 services, 5 stores", "network:net-0")
    assert {picture.level for picture in pictures} >= {node.opens for node in system.nodes if node.opens}


def test_a_group_counts_as_services_what_answers_calls_alone() -> None:
    components = "".join(
        f"  c{number}: {{kind: {kind}, group: g}}\n"
        for number, kind in enumerate(("app-server", "service", "worker", "code-base"))
    )
    shown = topology(f"archgen: 1\nname: M\ngroups: {{g: {{}}}}\ncomponents:\n{components}")
    assert content(shown, tuple(shown.components)) == "2 services, 2 more"
    assert content(shown, ("c0", "c1", "c2")) == "2 services, 1 worker"


@pytest.mark.parametrize(("stores", "collapsed"), [(13, ["role:support"]), (15, ["role:visitor", "role:support"])])
def test_no_more_roles_are_one_card_than_a_diagram_has_to_spare(stores: int, collapsed: list[str]) -> None:
    """A system of 26 components had seven cards, none of which named a service."""
    kinds = {
        "user": "client",
        "staff": "client",
        "robot": "client",
        "mail": "external-service",
        "sms": "external-service",
    }
    parts = "".join(f"  {name}: {{kind: {kind}, product: {name}-x}}\n" for name, kind in kinds.items())
    parts += "".join(f"  app{at}: {{kind: service, product: a{at}}}\n" for at in range(8))
    parts += "".join(f"  db{at}: {{kind: database, product: d{at}}}\n" for at in range(stores))
    calls = "".join(f"  app{at % 8} -> db{at}: postgresql\n" for at in range(stores))
    calls += "  user -> app0: https\n  staff -> app1: https\n  robot -> app2: https\n  app3 -> mail: https\n  app3 -> sms: https\n"
    system = drawn(f"archgen: 1\nname: M\ncomponents:\n{parts}connections:\n{calls}")[0].diagram
    assert [node.id for node in system.nodes if node.opens] == collapsed
    assert len(system.nodes) == 25


def test_zones_group_a_system_whose_components_stay_in_one_each() -> None:
    hosts = "".join(f"  {zone}{number}: {{zone: {zone}}}\n" for zone in ("eu", "us") for number in range(15))
    kinds = ("service", "database", "cache", "worker", "queue")
    components = "".join(
        f"  c-{zone}{number}: {{kind: {kinds[number % 5]}, product: {zone}-{number}, runs_on: {zone}{number}}}\n"
        for zone in ("eu", "us")
        for number in range(15)
    )
    zones = "zones: {world: {kind: provider}, eu: {kind: region, in: world}, us: {kind: region, in: world}}"
    text = f"archgen: 1\nname: M\n{zones}\nhosts:\n{hosts}components:\n{components}"
    assert [picture.level for picture in drawn(text)] == ["system", "zone:eu", "zone:us"]


def test_groups_of_one_place_are_told_apart_by_their_first_words() -> None:
    components = "".join(
        f"  {kind}{number}: {{kind: {kind}, network: lan}}\n" for kind in ("service", "database") for number in range(3)
    )
    names = [f"{kind}{number}" for kind in ("service", "database") for number in range(3)]
    model = topology(
        f"archgen: 1\nname: M\nnetworks: {{lan: {{trust: private, name: Nodes}}}}\ncomponents:\n{components}"
    )
    groups = crossed(by_network, by_role)(model, names, "")
    assert [group.title for group in groups] == ["Applications, Nodes", "Data, Nodes"]


def test_a_kind_is_not_told_apart_by_its_role() -> None:
    """A card said "Queue, Data"."""
    kinds = ("database", "queue", "service", "worker")
    components = "".join(f"  {kind}{number}: {{kind: {kind}}}\n" for kind in kinds for number in range(2))
    model = topology(f"archgen: 1\nname: M\ncomponents:\n{components}")
    groups = crossed(by_role, by_kind)(model, list(model.components), "")
    assert {group.title for group in groups} == {"Database", "Queue", "Service", "Worker"}


@pytest.mark.parametrize(("components", "least", "sizes"), [(4, 3, [2, 2]), (7, 3, [2, 2, 3]), (13, 12, [6, 7])])
def test_parts_that_nothing_tells_apart_are_about_as_large(components: int, least: int, sizes: list[int]) -> None:
    parts = in_parts([f"c{at}" for at in range(components)], "", 12, least)
    assert [len(part.components) for part in parts] == sizes
    assert parts[0].title == "c0 … c" + str(sizes[0] - 1)
    assert in_parts(["alone"], "", 12, least)[0].title == "alone"


def test_a_shared_service_is_a_chip_on_its_callers() -> None:
    opened = next(picture for picture in drawn(MODELS["services"]()) if picture.level == "network:net-1").diagram
    chips = {node.id: [chip.label for chip in node.chips] for node in opened.nodes}
    assert chips["svc-1-0"] == ["→ bus"]
    assert "bus" not in chips, "a neighbor that chips name needs no card"
    assert not [edge for edge in opened.edges if "bus" in (edge.source, edge.target)]


def test_a_service_that_calls_many_keeps_its_lines() -> None:
    """It stands in the middle of what it does; with its calls on chips it would stand alone."""
    stores = [f"s{number}" for number in range(7)]
    text = "archgen: 1\nname: Hub\ncomponents:\n  user: {kind: client}\n  web: {kind: web-server}\n  hub: {kind: service}\n"
    text += "  saved: {kind: backup}\n" + "".join(f"  {name}: {{kind: database, product: {name}}}\n" for name in stores)
    text += "connections:\n  user -> web: https\n  web -> hub: https\n"
    text += "".join(f"  hub -> {name}: {{protocol: tcp, port: {number}}}\n" for number, name in enumerate(stores, 1))
    text += "".join(f"  {name} -> saved: {{protocol: tcp, port: 1{number}}}\n" for number, name in enumerate(stores, 1))
    text += "".join(
        f"  web -> {name}: {{protocol: tcp, port: 2{number}}}\n" for number, name in enumerate(stores[:3], 1)
    )
    (picture,) = drawn(text)
    cards = {node.id: [chip.label for chip in node.chips] for node in picture.diagram.nodes}
    assert {edge.target for edge in picture.diagram.edges if edge.source == "hub"} == set(stores)
    assert all(cards[name] == ["→ saved"] for name in stores)


def test_a_shared_service_with_few_users_left_has_lines() -> None:
    """Five equal workers are one card, which needs no chip."""
    stores = "".join(f"  s{number}: {{kind: database, product: p{number}}}\n" for number in range(4))
    workers = "".join(f"  w-{number}: {{kind: worker}}\n" for number in range(5))
    calls = "".join(
        f"  w-{number} -> {store}: {{protocol: tcp, port: 1}}\n" for number in range(5) for store in ("bus", *"0123")
    )
    calls = re.sub(r"-> (\d)", r"-> s\1", calls)
    more = "".join(f"  e{number}: {{kind: external-service, product: x{number}}}\n" for number in range(3))
    text = f"archgen: 1\nname: M\ncomponents:\n  bus: {{kind: queue}}\n{stores}{workers}{more}connections:\n{calls}"
    (picture,) = drawn(text)
    assert not [node.id for node in picture.diagram.nodes if node.chips]
    assert [(edge.source, edge.label) for edge in picture.diagram.edges if edge.target == "bus"] == [
        ("alike:w-0", "tcp ×5")
    ]


@pytest.mark.parametrize("flows", ["", "flows: {work: {steps: [{hub -> s0: save}, {hub -> s1: save}]}}\n"])
def test_what_makes_most_requests_keeps_its_lines(flows: str) -> None:
    """Without flows it is on chips, as others with so many callers are."""
    callers, stores = ([f"{name}{number}" for number in range(8)] for name in "cs")
    parts = "".join(f"  {name}: {{kind: service, product: {name}}}\n" for name in (*callers, *stores))
    calls = "".join(f"  {name} -> hub: {{protocol: tcp, port: 1{at}}}\n" for at, name in enumerate(callers))
    calls += "".join(f"  hub -> {name}: {{protocol: tcp, port: 2{at}}}\n" for at, name in enumerate(stores))
    calls += "".join(f"  {name} -> s{at}: {{protocol: tcp, port: 3{at}}}\n" for at, name in enumerate(callers))
    calls += "".join(
        f"  {name} -> s{at % 2}: {{protocol: tcp, port: 4{at}}}\n" for at, name in enumerate(callers) if at > 1
    )
    (picture,) = drawn(
        f"archgen: 1\nname: M\ncomponents:\n  hub: {{kind: service}}\n{parts}connections:\n{calls}{flows}"
    )
    shown = [edge for edge in picture.diagram.edges if "hub" in (edge.source, edge.target)]
    assert len(shown) == (14 if flows else 0), "s0 and s1 are on chips"


def test_lines_between_two_groups_are_one_that_counts_and_shows_the_worst() -> None:
    pairs = [(name, number) for name in "ab" for number in range(15)]
    hosts = "".join(f"  h-{name}{number}: {{network: {name}}}\n" for name, number in pairs)
    components = "".join(
        f"  {name}{number}: {{kind: service, product: {name}-{number}, runs_on: h-{name}{number}}}\n"
        for name, number in pairs
    )
    components += "".join(f"  client-{number}: {{kind: client, product: c-{number}}}\n" for number in range(7))
    calls = "  a0 -> b0: http\n  a1 -> b1: http\n  a2 -> b2: https\n  a3 -> b3: http\n"
    networks = "networks: {a: {trust: private}, b: {trust: private}}"
    text = f"archgen: 1\nname: M\n{networks}\nhosts:\n{hosts}components:\n{components}connections:\n{calls}"
    (line,) = drawn(text)[0].diagram.edges
    assert (line.source, line.target, line.meaning) == ("network:a", "network:b", "plaintext")
    assert line.label == "4 connections, 3 unencrypted"
    assert len(line.bundled) == 4


def test_monitoring_has_a_level_of_its_own() -> None:
    pictures = {picture.level: picture.diagram for picture in drawn(MODELS["saas"]())}
    assert all(edge.meaning != "monitoring" for edge in pictures["system"].edges)
    assert [edge.subject for edge in pictures["role:observer"].edges] == ["exporter -> prometheus"]


def test_equal_components_fold_into_one_card_that_names_them() -> None:
    stacks = [node for picture in drawn(MODELS["pipelines"]()) for node in picture.diagram.nodes if node.stands_for]
    stack = next(node for node in stacks if node.id.startswith("alike:lake"))
    assert (stack.label, stack.detail) == ("lake", "×10")
    assert stack.stands_for == tuple(f"lake-{number}" for number in range(10))


@pytest.mark.parametrize(
    ("names", "shared"),
    [
        (["web-eu", "web-us"], ("web", "×2: eu, us")),
        (["crm-cdc", "erp-cdc", "web-cdc", "ads-cdc"], ("cdc", "×4")),
        (["partner", "staff"], ("partner", "and staff")),
        (["a", "b", "c"], ("a", "and 2 more")),
        (["shop-mail", "shop-pdf"], ("shop-mail", "and shop-pdf")),
        (["accounts-north", "cards-north"], ("accounts-north", "and cards-north")),
        (["Relay Europe", "Relay Asia"], ("Relay", "×2: Europe, Asia")),
        (["F5 BIG-IP in A", "F5 BIG-IP in B"], ("F5 BIG-IP", "×2: A, B")),
        (["Room at the depot", "Room at the hall"], ("Room", "×2: depot, hall")),
    ],
)
def test_equal_components_are_named_by_what_their_names_share(names: list[str], shared: tuple[str, str]) -> None:
    assert stack_name(names, {"shop", "bus-north"}) == shared


def test_equal_components_fold_across_regions_before_they_fold_together() -> None:
    system = drawn(MODELS["regions"]())[0].diagram
    stacks = {node.label: node.stands_for for node in system.nodes if node.id.startswith("alike:")}
    assert stacks["svc-0"] == ("svc-0-eu", "svc-0-us")


GROUPED = """archgen: 1
name: Shop
networks: {servers: {trust: private}}
groups:
  shop: {name: Shop, kind: domain}
  checkout: {name: Checkout, in: shop, kind: team}
  search: {kind: team}
components:
  user: {kind: client}
  web: {kind: web-server, group: shop, tags: public}
  cart: {kind: service, group: checkout, tags: [public, pci]}
  pay: {kind: service, group: checkout, tags: pci}
  ledger: {kind: database, group: checkout, replication: {writers: all}}
  finder: {kind: service, group: search}
  index: {kind: search, group: search, replicas: 2}
connections:
  user -> web: https
  web -> cart: https
  web -> finder: https
  cart -> pay: https
  pay -> ledger: postgresql
  finder -> index: https
flows:
  buy: {title: A visitor buys, access: write, steps: [user -> web: buy, web -> cart: buy, cart -> pay: pay, pay -> ledger: INSERT]}
views:
"""


def view(text: str) -> tuple[Picture, ...]:
    shown = topology(f"{GROUPED}  mine: {text}\n")
    return declared_view(shown, shown.architecture.views[0])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{include: cart}", {"cart"}),
        ("{include: [tag:public, kind:search]}", {"web", "cart", "index"}),
        ("{include: group:shop}", {"web", "cart", "pay", "ledger"}),
        ("{include: flow:buy, exclude: kind:client}", {"web", "cart", "pay", "ledger"}),
        ("{exclude: [shop, user]}", {"finder", "index"}),
        ("{}", {"user", "web", "cart", "pay", "ledger", "finder", "index"}),
    ],
)
def test_a_view_selects_components(text: str, shown: set[str]) -> None:
    assert {name for node in view(text)[0].diagram.nodes for name in (node.stands_for or (node.subject,))} == shown


def test_a_view_shows_its_neighbors_as_collapsed_groups() -> None:
    diagram = view("{title: Search, include: group:search, neighbours: true}")[0].diagram
    assert diagram.title == "Shop: Search"
    assert {node.id for node in diagram.nodes} == {"finder", "index", "group:shop"}
    assert [(edge.source, edge.target) for edge in diagram.edges] == [("group:shop", "finder"), ("finder", "index")]


def test_a_view_of_a_part_of_a_group_shows_the_rest_of_the_group_beside_it() -> None:
    (picture,) = view("{include: tag:pci, neighbours: true}")
    shown = {node.label: node.stands_for or (node.subject,) for node in picture.diagram.nodes}
    assert shown == {name: (name,) for name in ("web", "ledger", "cart", "pay")}
    assert len(best(picture.diagram).nodes) == 4


def test_a_view_of_a_group_in_another_has_the_other_groups_in_it_beside_it() -> None:
    """All of the outer group was one card, under the name of what the view is a part of."""
    text = """
archgen: 1
name: Nested
groups: {outer: {name: Outer}, pay: {in: outer}, ship: {name: Shipping, in: outer}, front: {name: Front}}
components:
  web: {kind: web-server, group: front}
  cart: {kind: service, group: front}
  bill: {kind: service, group: pay}
  pack: {kind: service, group: ship}
  labels: {kind: service, group: ship}
  audit: {kind: service, group: outer}
connections: {web -> cart: https, cart -> bill: https, bill -> pack: https, pack -> labels: https, bill -> audit: https}
views: {payments: {include: [group:pay], neighbours: true}}
"""
    model = topology(text)
    (picture,) = declared_view(model, model.architecture.views[0])
    shown = {node.label: node.stands_for or (node.subject,) for node in picture.diagram.nodes}
    assert shown == {"bill": ("bill",), "Front": ("web", "cart"), "Shipping": ("pack", "labels"), "audit": ("audit",)}


def test_a_view_that_does_not_fit_is_shown_in_its_groups() -> None:
    every = "".join(f"  s{number}: {{kind: service, product: p{number}, group: checkout}}\n" for number in range(30))
    text = GROUPED.replace("connections:\n", f"{every}connections:\n")
    shown = topology(f"{text}  mine: {{exclude: user, neighbours: true}}\n")
    pictures = declared_view(shown, shown.architecture.views[0])
    assert [picture.level for picture in pictures][:3] == ["system", "group:shop", "group:checkout"]
    for picture in pictures:
        assert len(best(picture.diagram).nodes) == len(picture.diagram.nodes) <= CARDS


def test_a_view_highlights_and_may_show_replicas() -> None:
    diagram = view("{include: group:search, level: deployment, highlight: index}")[0].diagram
    assert {node.id: node.emphasized for node in diagram.nodes} == {"finder#1": False, "index#1": True, "index#2": True}


def test_declared_groups_come_before_found_ones_and_nest() -> None:
    every = "".join(f"  s{number}: {{kind: service, product: p{number}, group: checkout}}\n" for number in range(18))
    text = GROUPED.replace("connections:\n", f"{every}connections:\n").removesuffix("views:\n")
    levels = {picture.level: picture.parent for picture in drawn(text)}
    assert levels == {"system": None, "group:shop": "system", "group:checkout": "group:shop", "group:search": "system"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("in: shop", "in: shp"), "`in` of `checkout` names an unknown group `shp`"),
        (("name: Shop, kind", "in: checkout, kind"), "groups contain each other in a circle"),
        (("group: search}", "group: serch}"), "`group` of `finder` names an unknown group `serch`"),
        (
            ("views:\n", "views: {v: {include: cat}}\n"),
            "`include` of `v` names an unknown component, group or flow `cat`",
        ),
        (("views:\n", "views: {v: {include: kind:databse}}\n"), "`include` of `v` names an unknown kind `databse`"),
        (("views:\n", "views: {v: {level: group:shp}}\n"), "`level` of `v` names an unknown group `shp`"),
        (("views:\n", "views: {zones: {}}\n"), "the view `zones` must not have the name of a built-in view"),
    ],
)
def test_groups_and_views_name_what_is_declared(change: tuple[str, str], message: str) -> None:
    text = GROUPED.replace(*change)
    with pytest.raises(ModelError) as error:
        load("m.arch.yaml", text.encode())
    assert message in str([problem.message for problem in error.value.problems])


def test_small_groups_are_opened_in_frames_while_the_system_has_few_cards() -> None:
    names = [f"s{number}" for number in range(30)]
    components = "".join(f"  {name}: {{kind: service, product: {name}, network: large}}\n" for name in names)
    text = (
        "archgen: 1\nname: M\nnetworks: {large: {trust: private}, small: {trust: private}}\n"
        f"components:\n{components}  a: {{kind: cache, network: small}}\n  b: {{kind: queue, network: small}}\n"
    )
    system = drawn(text)[0].diagram
    assert {node.id: node.group for node in system.nodes}["a"] == "network:small"
    assert [group.label for group in system.groups] == ["large", "small"]


MESH = """archgen: 1
name: Storage
zones: {az-a: {kind: availability-zone}, az-b: {kind: availability-zone}}
hosts: {n1: {zone: az-a}, n2: {zone: az-a}, n3: {zone: az-b}, n4: {zone: az-b}}
components:
  lb: {kind: load-balancer}
  minio: {kind: object-storage, runs_on: [n1, n2, n3, n4], replication: {writers: all}}
connections:
  lb -> minio: https
  minio -> minio: https
"""


def test_equal_zones_and_hosts_fold_into_one() -> None:
    shown = topology(MESH)
    diagram = deployment(shown, (), fold_equal(shown))
    assert [(group.id, group.detail) for group in diagram.groups] == [
        ("zone:az-a", "availability zone ×2"),
        ("host:n1", "4 hosts"),
    ]
    assert [(node.id, node.detail) for node in diagram.nodes][1] == ("minio@n1", "Object storage · ×4")


def test_a_primary_keeps_its_host_apart() -> None:
    shown = topology(MESH.replace("writers: all", "primary: n1, failover: manual"))
    diagram = deployment(shown, (), fold_equal(shown))
    assert [(node.id, node.mark) for node in diagram.nodes if node.group] == [
        ("minio@n1", "primary"),
        ("minio@n2", "replica"),
        ("minio@n3", "replica"),
    ]


def test_floating_replicas_stand_in_the_box_of_their_candidate_hosts() -> None:
    diagram = deployment(topology(MODELS["saas"]()))
    pool = next(group for group in diagram.groups if group.id.startswith("pool:"))
    assert (pool.label, pool.detail, pool.parent) == ("any of 4 hosts", "node-1 … node-4", "zone:eu")
    assert [(node.label, node.detail) for node in diagram.nodes if node.group == pool.id] == [
        ("web", "Web server · ×3 · on any of 4"),
        ("api", "Application server · ×4 · on any of 4"),
        ("worker", "Worker · ×2 · on any of 4"),
    ]


def test_an_editor_knows_the_names_in_groups_and_views() -> None:
    text = (
        "include: shared/shop.yaml\ngroups: {shop: {}, database: {in: shop}}\n"
        "components:\n  kind: {kind: database, group: shop}\n"
        "views:\n  v: {include: [group:shop, kind:database, kind], level: group:shop}\n"
    )
    references = [(name.kind, name.id, name.span.line) for name in TextOutline(text).names if not name.declares]
    assert references == [
        *(("group", "shop", line) for line in (1, 3, 5)),
        ("component", "kind", 5),
        ("group", "shop", 5),
    ]


def test_a_slide_shows_closed_groups_and_neighbors_as_the_picture_does() -> None:
    diagrams = {picture.level: picture.diagram for picture in drawn(MODELS["services"]())}
    shown = [diagrams["system"], diagrams["network:net-0"]]
    deck = Deck("Levels", tuple(DiagramSlide(diagram.title, best(diagram)) for diagram in shown))
    system, opened = (slide for slide in Presentation(BytesIO(write_pptx(deck, lambda _: None))).slides)
    icons = Counter(re.findall(r'descr="icon: (group-[a-z-]+)"', etree.tostring(system.shapes.element).decode()))
    assert icons.total() == sum(bool(node.opens) for node in shown[0].nodes) > 0
    sheets = [
        shape for group in system.shapes for shape in getattr(group, "shapes", ()) if shape.name.endswith(" sheet")
    ]
    assert len(sheets) == sum(node.is_stack for node in shown[0].nodes) > 0
    dashes = etree.tostring(opened.shapes.element).decode().count('<a:prstDash val="sysDash"/>')
    # as many as there are neighbors, the frame of the network that is open, and the sample of the legend
    assert dashes == sum(node.beside for node in shown[1].nodes) + len(shown[1].groups) + 1
    assert "legend: neighbor" in {shape.name for shape in opened.shapes}


@pytest.mark.slow
def test_a_deck_shows_a_large_system_in_its_groups(tmp_path: Path) -> None:
    (tmp_path / "services.arch.yaml").write_text(MODELS["services"](), encoding="utf-8")
    assert main(["slides", str(tmp_path / "services.arch.yaml"), "-o", str(tmp_path / "deck.pptx")]) == 0
    titles = [
        slide.shapes.title.text for slide in Presentation(str(tmp_path / "deck.pptx")).slides if slide.shapes.title
    ]
    assert [title for title in titles if re.match(r"\d+ components; all the \d+ that flows need run only once", title)]
    assert "overview" not in str(titles)


def test_a_finding_on_a_machine_is_on_what_it_names_also_below_virtual_hosts() -> None:
    text = (
        "archgen: 1\nname: Virtual\nhosts: {hv: {}, vm-1: {runs_on: hv}, vm-2: {runs_on: hv}}\ncomponents:\n"
        "  user: {kind: client}\n  app: {kind: service, runs_on: vm-1}\n  other: {kind: service, runs_on: vm-2}\n"
        "connections: {user -> app: https, app -> other: {protocol: https, required: false}}\n"
        "flows: {read: {steps: [user -> app: GET, app -> other: GET]}}\n"
    )
    model = check("m.arch.yaml", text.encode())
    numbers = {
        number for number, finding in number_findings(model.findings) if finding.subject == Subject("host", "hv")
    }
    (picture,) = level_diagrams(model.topology, model.findings)
    held = {node.id: {badge.number for badge in node.badges} for node in picture.diagram.nodes}
    assert numbers
    assert numbers <= held["app"]
    assert numbers.isdisjoint(held["other"])


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "pictures").glob("*.arch.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("most", [25, 12, 8])
def test_no_two_groups_of_a_picture_have_the_same_name(path: Path, most: int) -> None:
    """The services of a network stood beside those outside it, both as "Supporting services"."""
    for picture in level_diagrams(topology(path.read_text()), most=most):
        titles = [node.label for node in picture.diagram.nodes if node.opens]
        assert len(set(titles)) == len(titles), picture.level
