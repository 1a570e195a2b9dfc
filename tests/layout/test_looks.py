"""What looking at pictures found wrong, each held by a test: words cut off, cards that touch, ways around for nothing."""

from __future__ import annotations

import os
from itertools import pairwise

import pytest
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.engines.best import best
from archgen.engines.graphviz_engine import graphviz
from archgen.language.load import load
from archgen.layout.deployment.arrangement import domain
from archgen.layout.deployment.cards import SizedCard
from archgen.layout.deployment.placing import headed, seated
from archgen.layout.deployment.turned import by_roles
from archgen.layout.placed import Box, Placed
from archgen.style.theme import SIZES
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram, Group, Node
from archgen.views.networks import networks
from archgen.views.overview import overview
from archgen.views.zones import zones
from tests.drawn import NEEDS_GRAPHVIZ
from tests.generators.limit_models import hub
from tests.generators.random_models import random_model
from tests.geometry import faults
from tests.views.test_views import MODELS, judged


def written(text: str) -> Topology:
    return Topology(load("sample.arch.yaml", f"archgen: 1\nname: Sample\n{text}".encode()).architecture)


def sample(name: str) -> Topology:
    return judged(next(one for one in MODELS if os.path.basename(one).startswith(name)))[0]


def shown(diagram: Diagram | None) -> Placed:
    assert diagram is not None
    return domain(diagram)


@pytest.mark.parametrize("name", ["sentinel", "gateway", "shop"])
def test_networks_are_laid_out_by_roles(name: str) -> None:
    """Layers of calls put an agent, which nobody calls, first in the picture, and a network's frame around the whole."""
    diagram = networks(sample(name))
    assert diagram is not None
    assert best(diagram) == domain(diagram)


def test_the_way_to_a_name_service_misses_the_heading_of_its_visitors() -> None:
    placed = shown(networks(sample("3-")))
    line = next(one for one in placed.edges if one.edge.meaning == "lookup")
    where = {one.node.id: one.box for one in placed.nodes}
    around = next(one for one in placed.groups if one.group.id == "network:internet")
    assert len(line.points) == 2
    assert where["dns"].y > around.box.bottom
    assert line.label is not None
    assert line.label.box.y > around.box.bottom
    assert where["dns"].y > line.label.box.bottom


UNJOINED = """
hosts: {one: {}, two: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer}
  web: {kind: web-server, runs_on: one}
  app: {kind: app-server, runs_on: one}
  db: {kind: database, runs_on: two}
"""


def test_cards_of_columns_without_a_line_do_not_touch() -> None:
    placed = domain(deployment(written(UNJOINED)))
    columns = sorted({(one.box.x, one.box.right) for one in placed.nodes})
    assert len(columns) == 5
    assert all(after - right >= 24 for (_, right), (after, _) in pairwise(columns))


def test_failure_domains_show_what_runs_on_hosts_and_what_is_on_the_way_to_it() -> None:
    placed = shown(zones(sample("sentinel")))
    assert {one.node.subject for one in placed.nodes} >= {"app", "redis", "sentinel", "balancer", "database", "visitor"}
    assert {one.node.subject for one in placed.nodes}.isdisjoint({"metrics", "rules-of-the-house"})
    floating = zones(sample("floating.arch"))
    assert floating is not None
    assert {"shop", "cart", "ingress", "balancer"} <= {node.subject for node in floating.nodes}
    assert {("ingress", "shop"), ("balancer", "ingress")} <= {
        (edge.source.partition("#")[0], edge.target.partition("#")[0]) for edge in floating.edges
    }


def test_failure_domains_that_hold_nothing_are_no_picture() -> None:
    assert zones(sample("static-site")) is None


def test_a_replica_on_any_of_many_hosts_counts_them() -> None:
    names = [f"a-server-with-a-long-name-{at}" for at in range(5)]
    text = f"hosts: {{{', '.join(f'{name}: {{}}' for name in names)}}}\n"
    topology = written(f"{text}components: {{web: {{kind: web-server, runs_on: {{any: [{', '.join(names)}]}}}}}}")
    placed = domain(deployment(topology))
    assert [one.detail for one in placed.nodes] == ["Web server · on any of 5"]


def test_a_second_line_without_room_keeps_what_the_icon_does_not_tell() -> None:
    text = "networks: {servers: {trust: private}}\nhosts: {one: {network: servers}}\n"
    text += "components: {wall: {kind: firewall, guards: [servers]}, web: {kind: web-server, runs_on: one}}"
    placed = shown(networks(written(text)))
    assert {one.node.id: one.detail for one in placed.nodes} == {"wall": "guards servers", "web": "Web server"}
    assert faults(shown(overview(written(text)))) == []


ROW = """
components:
  user: {kind: client}
  lb: {kind: load-balancer, replicas: 3}
  proxy: {kind: reverse-proxy, replicas: 3}
  web: {kind: web-server, replicas: 2}
  db: {kind: database, replicas: 5}
connections:
  user -> lb: https
  lb -> proxy: https
  proxy -> web: http
  web -> db: mysql
"""


def test_replicas_stand_around_the_line_that_leads_to_them() -> None:
    """Each row of replicas once hung from the first of them, so that a picture went down like stairs."""
    placed = domain(deployment(written(ROW)))
    middles: dict[str, list[float]] = {}
    for one in placed.nodes:
        middles.setdefault(one.node.subject, []).append(one.box.centre[1])
    assert {subject: len(found) for subject, found in middles.items()} == {
        "user": 1,
        "lb": 3,
        "proxy": 3,
        "web": 2,
        "db": 5,
    }
    assert len({sum(found) / len(found) for found in middles.values()}) == 1


def test_parts_that_no_line_joins_stand_at_one_height() -> None:
    placed = domain(deployment(sample("floating.arch")))
    boxes = [one.box for one in placed.groups if one.group.kind == "zone"]
    top, bottom = min(box.y for box in boxes), max(box.bottom for box in boxes)
    others = [one.box for one in placed.nodes if one.node.group is None]
    assert bottom - top > placed.height / 2
    assert min(box.y for box in others) < top
    assert max(box.bottom for box in others) > bottom


HEADINGS = """
networks: {servers: {name: "The servers of the whole company", trust: private}}
hosts:
  web-1: {name: "The first server of the shop", address: 192.0.2.11, network: servers}
  web-2: {name: "The second one, whose words are cut off because no room is left beside them at all, however wide"}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: [web-1, web-2]}
  app: {kind: app-server, runs_on: [web-1, web-2]}
connections:
  user -> web: https
  web -> app: {protocol: http, locality: same-host}
"""


def test_headings_are_as_long_as_the_picture_has_room_for() -> None:
    """They once ended with the first column of their group, also where nothing stood beside them."""
    placed = domain(deployment(written(HEADINGS)))
    words = {one.group.subject: (one.title, one.detail) for one in placed.groups}
    assert words["web-1"] == ("The first server of the shop", "192.0.2.11")
    assert words["servers"] == ("The servers of the whole company", "private network")
    assert words["web-2"][0].endswith("…")
    assert faults(placed) == []
    assert all(one.heading is None or one.box.contains(one.heading) for one in placed.groups)


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_longer_headings_meet_nothing(seed: int) -> None:
    placed = domain(deployment(Topology(random_model(seed))))
    shields = [one.box for one in placed.nodes if one.node.guards]
    bands = [one.box for one in placed.groups if one.group.across]
    for one in placed.groups:
        if one.heading is not None and not one.group.across:
            assert one.box.contains(one.heading)
            assert not any(one.heading.overlaps(box) for box in shields)
            inside = [box for box in bands if not box.contains(one.heading)]
            assert not any(one.heading.overlaps(box) for box in inside)


BAND = """
networks: {servers: {trust: private}, data: {trust: private}}
hosts: {web-1: {network: servers}, db-1: {network: servers, address: 192.0.2.21}}
components:
  wall: {kind: firewall, guards: [data]}
  web: {kind: web-server, runs_on: web-1}
  db: {kind: database, runs_on: db-1, network: data}
connections:
  web -> db: mysql
"""


def test_the_shield_of_a_band_does_not_hide_the_name_of_the_host() -> None:
    placed = domain(deployment(written(BAND)))
    heading = next(one.heading for one in placed.groups if one.group.subject == "db-1")
    band = next(one for one in placed.groups if one.group.across)
    shield = next(one for one in placed.nodes if one.node.guards)
    assert heading is not None
    assert shield.box.y < band.box.y < shield.box.bottom
    assert not heading.overlaps(shield.box)
    assert not heading.overlaps(band.box)
    assert faults(placed) == []


TOWERS = """
zones: {eu: {name: "The data centre of the whole company", kind: datacenter}}
hosts: {one: {name: "The server that answers first", zone: eu}, two: {zone: eu}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: one}
  web: {kind: web-server, runs_on: [one, two]}
connections:
  user -> lb: https
  lb -> web: http
"""


def test_headings_read_from_the_top_end_beside_the_line_that_comes_down() -> None:
    """The arrow of the first line once went through the names of the zone and of the host."""
    placed = by_roles(replace(deployment(written(TOWERS)), direction="top-down"))
    assert [one for one in faults(placed) if "heading" in one] == []
    titles = {one.group.subject: one.title for one in placed.groups}
    assert titles["one"] == "The server that answers first"


@pytest.mark.parametrize("name", ["3-", "4-", "galera"])
def test_words_read_from_the_top_do_not_touch_cards(name: str) -> None:
    placed = by_roles(replace(deployment(sample(name)), direction="top-down"))
    words = [one.label.box for one in placed.edges if one.label]
    assert words
    assert all(_beside(box, one.box) >= 6 for box in words for one in placed.nodes)


def _beside(one: Box, other: Box) -> float:
    """How far two boxes stand apart, along the nearer axis."""
    across = max(one.x - other.right, other.x - one.right)
    down = max(one.y - other.bottom, other.y - one.bottom)
    return max(across, down)


def test_a_host_whose_replicas_stand_elsewhere_is_no_group_of_a_picture_read_from_the_top() -> None:
    text = "hosts: {one: {}, two: {}}\ncomponents: {web: {kind: web-server, runs_on: {any: [one, two]}}}"
    placed = by_roles(replace(deployment(written(text)), direction="top-down"))
    assert placed.groups == ()


@pytest.mark.parametrize("seed", [4, 23, 26, 33, 35, 38])
def test_words_of_a_line_that_ends_at_the_left_leave_its_arrow_head_alone(seed: int) -> None:
    placed = domain(deployment(Topology(random_model(seed))))
    words = {one.bundle: one.label.box for one in placed.edges if one.label}
    heads = [(words[one.bundle], Box(*one.points[-1], 0, 0)) for one in placed.edges if one.bundle in words]
    assert heads
    assert all(_beside(box, tip) >= SIZES.arrow for box, tip in heads)


@NEEDS_GRAPHVIZ
@pytest.mark.parametrize("name", ["gateway", "internal-tool", "sentinel", "queue.arch", "static-site"])
def test_what_no_line_joins_to_the_request_stands_below_it(name: str) -> None:
    """An agent and what it reports to once stood above the visitors, in a corner of its own."""
    placed = graphviz(overview(sample(name)))
    parts = [[one.box for one in placed.nodes if one.node.id in part] for part in _joined(placed)]
    first, *others = sorted(parts, key=len, reverse=True)
    bottom = max(box.bottom for box in first)
    assert min(box.x for box in first) == min(box.y for box in first) == SIZES.margin
    assert others
    for part in others:
        assert min(box.y for box in part) > bottom
    assert len({round(min(box.y for box in part) - bottom) // 60 for part in others}) == 1
    assert max(box.right for part in others for box in part) <= max(box.right for box in first)


def _joined(placed: Placed) -> list[set[str]]:
    """The nodes that lines join."""
    found = [{one.node.id} for one in placed.nodes]
    for edge in placed.edges:
        both = [part for part in found if part & {edge.edge.source, edge.edge.target}]
        found = [part for part in found if part not in both] + [set[str]().union(*both)]
    return found


@NEEDS_GRAPHVIZ
@pytest.mark.parametrize("seed", range(0, 40, 2))
def test_parts_on_shelves_keep_apart(seed: int) -> None:
    placed = graphviz(overview(Topology(random_model(seed))))
    around = []
    for part in _joined(placed):
        boxes = [one.box for one in placed.nodes if one.node.id in part]
        points = [point for one in placed.edges if one.edge.source in part for point in one.points]
        left, top = (
            min([box.x for box in boxes] + [x for x, _ in points]),
            min([box.y for box in boxes] + [y for _, y in points]),
        )
        right = max([box.right for box in boxes] + [x for x, _ in points])
        around.append(Box(left, top, right - left, max([box.bottom for box in boxes] + [y for _, y in points]) - top))
    assert not any(one.overlaps(other, 24) for at, one in enumerate(around) for other in around[:at])


@pytest.mark.parametrize("lines", [15, 25, 40])
def test_a_tower_is_not_the_best_picture_for_its_straight_lines(lines: int) -> None:
    """A database that forty services write to was once a strip of 375 by 4,504 pixels."""
    diagram = deployment(Topology(load("hub.arch.yaml", hub(lines).encode()).architecture))
    placed = best(diagram)
    usual = domain(diagram)
    assert placed == usual


def test_a_shield_that_finds_no_room_on_the_upper_border_hangs_on_the_lower_one() -> None:
    group = Group(id="network:n", subject="n", kind="network", label="n")
    shield = Node(id="fw", subject="fw", label="fw", kind="firewall", role="edge", guards=("network:n",))
    drawn = Diagram(id="d", title="t", alt="", nodes=(shield,), groups=(group,))
    placed = headed(group, Box(0, 100, 220, 200), {})
    cards = {"fw": SizedCard(("fw",), "", 160, 40, True)}
    [alone] = seated(drawn, cards, [], [placed], [])
    assert alone.box.centre[1] == placed.box.y
    way = ((110.0, 20.0), (110.0, 200.0))
    [hanging] = seated(drawn, cards, [], [placed], [way])
    assert hanging.box.y == placed.box.bottom
    assert placed.box.x <= hanging.box.x < hanging.box.right <= placed.box.right
