"""Places: nothing overlaps, nothing runs through a card, and the textbook picture of the reference tiers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.layout.deployment.arrangement import domain
from archgen.layout.deployment.columns import assign_columns
from archgen.layout.deployment.labels import label_room, worded
from archgen.layout.deployment.layered import layered
from archgen.layout.deployment.pieces import unpainted
from archgen.layout.deployment.turned import by_roles
from archgen.layout.measures import BOLD, BRIEF, FLAT, USUAL, Measures
from archgen.layout.placed import Box, Engine, Placed, PlacedEdge, PlacedNode, Point
from archgen.model.architecture import Architecture, Component, Connection, Port, Replica
from archgen.model.kinds import Role
from archgen.style.theme import SIZES, Sizes
from archgen.views.deployment import deployment
from archgen.views.diagram import Badge, Diagram, Edge, Group, Node
from tests.drawing import diagram_svg
from tests.generators.limit_models import EMPTY, LIMITS
from tests.generators.random_models import large_model, random_model
from tests.geometry import bends, crossings, faults
from tests.views.test_deployment_view import TIERS, finding, topology

ENGINES: tuple[Engine, ...] = (domain, layered)
SEEDS = 100


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("tier", TIERS)
def test_the_reference_tiers_have_no_fault(tier: str, engine: Engine) -> None:
    assert faults(engine(deployment(topology(tier)))) == []


@pytest.mark.parametrize("tier", TIERS)
def test_badges_move_things_but_break_nothing(tier: str) -> None:
    model = topology(tier)
    found = [finding("connection", one.id) for one in model.architecture.connections]
    found += [finding("connection", one.id) for one in model.architecture.connections]
    found += [finding("host", host) for host in model.hosts] * 3
    placed = domain(deployment(model, found))
    assert faults(placed) == []
    labels = {one.bundle: one.label for one in placed.edges if one.label}
    assert all(labels[one.bundle] for one in placed.edges if one.edge.badges)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("first", range(0, SEEDS, 10))
def test_random_models_have_no_fault(first: int, engine: Engine) -> None:
    for seed in range(first, first + 10):
        assert faults(engine(deployment(Topology(random_model(seed))))) == [], f"seed {seed}"


@pytest.mark.parametrize(
    "first", [0, 20, *[pytest.param(first, marks=pytest.mark.slow) for first in range(40, 200, 20)]]
)
def test_two_hundred_large_models_have_no_fault(first: int) -> None:
    for seed in range(first, first + 20):
        assert faults(domain(deployment(Topology(large_model(seed))))) == [], f"seed {seed}"


@pytest.mark.parametrize("limit", LIMITS)
def test_models_at_the_limits_have_no_fault(limit: str) -> None:
    placed = domain(deployment(Topology(load("limit.arch.yaml", LIMITS[limit].encode()).architecture)))
    assert faults(placed) == []
    assert bool(placed.nodes) == (limit != "empty")


def test_many_alike_at_one_node_run_together() -> None:
    placed = domain(deployment(Topology(load("hub.arch.yaml", LIMITS["hub"].encode()).architecture)))
    assert len(placed.edges) == 400
    assert len({one.bundle for one in placed.edges}) == 1
    assert sum(one.label is not None for one in placed.edges) == 1
    assert crossings(placed) == 0


def test_a_picture_of_nothing_says_so() -> None:
    placed = domain(deployment(Topology(load("empty.arch.yaml", EMPTY.encode()).architecture)))
    assert "No components" in diagram_svg(placed)


@pytest.mark.parametrize("tier", TIERS)
def test_every_label_has_found_a_place(tier: str) -> None:
    placed = domain(deployment(topology(tier)))
    labelled = {one.bundle for one in placed.edges if one.label}
    assert all(one.bundle in labelled for one in placed.edges if one.edge.label and one.edge.meaning != "replication")


def cards(placed: Placed) -> dict[str, PlacedNode]:
    return {one.node.id: one for one in placed.nodes}


def test_roles_are_columns_and_hosts_are_rows() -> None:
    where = cards(domain(deployment(topology(TIERS[2]))))
    path = ("user", "firewall-1@fw-1", "haproxy@lb-1", "nginx@server-2", "app@server-2", "mysql@server-2")
    assert all(where[one].box.right < where[other].box.x for one, other in pairwise(path))
    assert len({where[one].box.centre[1] for one in path}) == 1, "the way of a request is straight"
    for component in ("nginx", "app", "code", "mysql", "collector"):
        siblings = [where[f"{component}@server-{at}"].box for at in (1, 2, 3)]
        assert len({box.x for box in siblings}) == 1
        assert siblings[1].y - siblings[0].y == siblings[2].y - siblings[1].y > 0
    assert len({where[f"{one}@server-1"].box.centre[1] for one in ("nginx", "app", "mysql", "collector")}) == 1
    assert where["dns#1"].box.x == where["user"].box.x


def test_shields_stand_on_the_border_of_what_they_guard() -> None:
    placed = domain(deployment(topology(TIERS[2])))
    where, groups = cards(placed), {one.group.id: one.box for one in placed.groups}
    assert where["firewall-2#1"].box.centre[1] == groups["network:servers"].y
    assert where["firewall-3#1"].box.centre[1] == groups["network:data"].y
    assert all(groups["network:data"].contains(where[f"mysql@server-{at}"].box) for at in (1, 2, 3))


def test_hosts_of_one_role_each_stand_side_by_side() -> None:
    where = cards(domain(deployment(topology(TIERS[3]))))
    assert len({where[one].box.centre[1] for one in ("nginx@web-1", "app@app-1", "mysql@db-1", "user")}) == 1
    assert where["collector@db-1"].box.x == where["mysql@db-1"].box.x


def test_few_bends_and_crossings() -> None:
    """Not more than the best general layout engine needed for the same graph when this was measured."""
    assert [(bends(placed), crossings(placed)) for placed in map(domain, map(deployment, map(topology, TIERS)))] == [
        (0, 0),
        (6, 0),
        (16, 1),
        (16, 0),
    ]


def test_equal_cards() -> None:
    placed = domain(deployment(topology(TIERS[2])))
    assert len({(one.box.width, one.box.height) for one in placed.nodes if not one.compact}) == 1


def test_an_empty_model_and_a_single_component() -> None:
    empty = Architecture(id="m", file="m", name="M")
    assert domain(deployment(Topology(empty))).nodes == ()
    single = Architecture(
        id="m", file="m", name="M", components=(Component(id="a", kind="service", replicas=(Replica("a#1", "a"),)),)
    )
    placed = domain(deployment(Topology(single)))
    assert faults(placed) == []
    assert len(placed.nodes) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_hub_of_many(engine: Engine) -> None:
    spokes = [Component(id=f"s{at}", kind="service", replicas=(Replica(f"s{at}#1", f"s{at}"),)) for at in range(59)]
    hub = Component(id="db", kind="database", replicas=(Replica("db#1", "db"),))
    calls = tuple(Connection(f"{one.id} -> db", one.id, ("db",), (Port("mysql"),)) for one in spokes)
    model = Architecture(id="m", file="m", name="M", components=(*spokes, hub), connections=calls)
    assert faults(engine(deployment(Topology(model)))) == []


def test_circles_of_calls() -> None:
    parts = tuple(Component(id=name, kind="service", replicas=(Replica(f"{name}#1", name),)) for name in "abc")
    calls = tuple(
        Connection(f"{one} -> {other}", one, (other,), (Port("http", 80),)) for one, other in ("ab", "bc", "ca", "ba")
    )
    model = Architecture(id="m", file="m", name="M", components=parts, connections=calls)
    placed = domain(deployment(Topology(model)))
    assert faults(placed) == []
    assert len(placed.edges) == 4


def test_a_chain_longer_than_the_stack() -> None:
    nodes = tuple(
        Node(id=f"n{at}", subject=f"n{at}", label="n", kind="service", role="application") for at in range(1500)
    )
    edges = tuple(
        Edge(id=f"e{at}", subject=f"e{at}", source=f"n{at + 1}", target=f"n{at}", label="http", meaning="plaintext")
        for at in range(1499)
    )
    placed = domain(Diagram(id="d", title="D", alt="", nodes=nodes, edges=edges))
    assert len(placed.nodes) == 1500


def test_many_badges_on_one_card_and_line() -> None:
    many = tuple(Badge(at, "error", "x") for at in range(1, 9))
    nodes = (
        Node(id="a", subject="a", label="a", kind="service", role="web", badges=many),
        Node(id="b", subject="b", label="b", kind="service", role="data"),
    )
    edge = Edge(id="e", subject="e", source="a", target="b", label="http", meaning="plaintext", badges=many)
    placed = domain(Diagram(id="d", title="D", alt="", nodes=nodes, edges=(edge,)))
    assert faults(placed) == []
    label = placed.edges[0].label
    assert label is not None
    assert label.box.width > 8 * 22


def test_same_places_twice() -> None:
    assert domain(deployment(Topology(random_model(7)))) == domain(deployment(Topology(random_model(7))))


def test_pieces_paint_each_part_of_a_bundle_once() -> None:
    painted: list[tuple[tuple[float, float], tuple[float, float]]] = []
    stem = ((0.0, 0.0), (10.0, 0.0), (10.0, -5.0), (20.0, -5.0))
    assert unpainted(stem, painted) == (stem,)
    assert unpainted(((0.0, 0.0), (20.0, 0.0)), painted) == (((10.0, 0.0), (20.0, 0.0)),)
    assert unpainted(((20.0, 5.0), (10.0, 5.0), (10.0, 0.0), (0.0, 0.0)), painted) == (
        ((20.0, 5.0), (10.0, 5.0), (10.0, 0.0)),
    )
    assert unpainted(stem, painted) == ()


def test_boxes() -> None:
    box = Box(0, 0, 10, 10)
    assert box.overlaps(Box(9, 9, 5, 5))
    assert not box.overlaps(Box(10, 0, 5, 5))
    assert box.overlaps(Box(12, 0, 5, 5), 3)
    assert box.contains(Box(0, 0, 10, 10))
    assert not box.contains(Box(1, 1, 10, 2))


def _kind(name: str) -> str:
    return name if name == "cache" else "service"


def hosted(*cards: tuple[str, Role], joined: tuple[tuple[str, str], ...]) -> Diagram:
    """Return cards of some roles on one host, with lines between some of them and to a client."""
    nodes = [Node(id=name, subject=name, label=name, kind=_kind(name), role=role, group="h") for name, role in cards]
    client = Node(id="user", subject="user", label="user", kind="client", role="visitor")
    edges = tuple(
        Edge(id=f"{a} {b}", subject=f"{a} -> {b}", source=a, target=b, label="http", meaning="plaintext")
        for a, b in joined
    )
    group = Group(id="h", subject="h", kind="host", label="h")
    return Diagram(id="d", title="t", alt="", nodes=(client, *nodes), groups=(group,), edges=edges)


@pytest.mark.parametrize("role", ["edge", "support"])
def test_a_card_without_lines_stretches_no_group(role: Role) -> None:
    """A bastion and a NAT gateway stood rows away from the web server of their host, whose box was mostly empty."""
    diagram = hosted(("nat", role), ("web", "web"), ("app", "application"), joined=(("user", "web"), ("web", "app")))
    columns = assign_columns(diagram)
    assert columns["web"] <= columns["nat"] <= columns["app"]


def test_a_card_with_lines_stands_in_the_column_of_its_role() -> None:
    diagram = hosted(("nat", "edge"), ("web", "web"), joined=(("user", "nat"), ("nat", "web")))
    assert assign_columns(diagram)["nat"] < assign_columns(diagram)["web"]


@pytest.mark.parametrize(("doors", "first"), [(("login",), True), (("login", "web"), False)])
def test_what_visitors_alone_call_stands_before_what_it_calls(doors: tuple[str, ...], first: bool) -> None:
    """A login node stood behind the data that it mounts; beside a web server a bastion is out of the way."""
    diagram = hosted(
        ("login", "support"),
        ("web", "web"),
        ("job", "application"),
        ("home", "data"),
        joined=(*(("user", door) for door in doors), ("login", "job"), ("login", "home"), ("job", "home")),
    )
    columns = assign_columns(diagram)
    assert (columns["login"] < columns["job"]) is first


@pytest.mark.parametrize(
    ("joined", "in_front"),
    [
        ((("user", "lb"), ("lb", "cache"), ("cache", "web"), ("web", "app")), True),
        ((("user", "web"), ("web", "app"), ("app", "cache")), False),
        ((("user", "web"), ("web", "app"), ("app", "cache"), ("cache", "job")), False),
    ],
    ids=["passes requests on", "is called alone", "hands jobs out"],
)
def test_a_cache_that_passes_requests_on_stands_before_what_it_calls(
    joined: tuple[tuple[str, str], ...], in_front: bool
) -> None:
    """Varnish stood among the stores, so that each request ran to the far end of the picture and back."""
    diagram = hosted(
        ("lb", "balancer"),
        ("cache", "data"),
        ("web", "web"),
        ("app", "application"),
        ("job", "application"),
        joined=joined,
    )
    columns = assign_columns(diagram)
    assert (columns["cache"] < columns["web"]) is in_front
    assert in_front or columns["cache"] > columns["app"]


@pytest.mark.parametrize("measures", [USUAL, BRIEF], ids=["usual", "brief"])
@pytest.mark.parametrize("stacked", [False, True], ids=["badge", "sheet"])
def test_a_track_keeps_off_what_stands_out_of_the_cards_beside_it(measures: Measures, stacked: bool) -> None:
    marks = () if stacked else (Badge(number=12, severity="warning", title="x"),)
    cards: list[tuple[str, Role]] = [("a", "web"), ("b", "web"), ("c", "web"), ("d", "application")]
    nodes = tuple(
        Node(
            id=name,
            subject=name,
            label=name,
            kind="service",
            role=role,
            badges=marks if name == "b" else (),
            stands_for=("b", "e") if stacked and name == "b" else (),
        )
        for name, role in cards
    )
    edges = tuple(
        Edge(id=name, subject=f"{name} -> d", source=name, target="d", meaning="encrypted") for name in ("a", "b", "c")
    )
    placed = domain(Diagram(id="d", title="t", alt="", nodes=nodes, edges=edges), measures=measures)
    (card,) = (node.box for node in placed.nodes if node.node.id == "b")
    tracks = [
        x
        for edge in placed.edges
        for (x, top), (other, bottom) in pairwise(edge.points)
        if x == other and top != bottom
    ]
    assert tracks
    assert min(tracks) >= card.right + measures.sizes.hang + 2


def test_words_of_a_rail_lie_on_no_dot() -> None:
    nodes = [Node(id="web", subject="web", label="web", kind="web-server", role="web")]
    nodes += [
        Node(id=f"a{at}", subject=f"a{at}", label=f"a{at}", kind="service", role="application") for at in range(6)
    ]
    edges = tuple(
        Edge(id=f"e{at}", subject=f"web -> a{at}", source="web", target=f"a{at}", label="https", meaning="encrypted")
        for at in range(6)
    )
    placed = by_roles(Diagram(id="d", title="t", alt="", nodes=tuple(nodes), edges=edges), replace(FLAT, many=3))
    label = next(edge.label.box for edge in placed.edges if edge.label)
    dots = {point for edge in placed.edges for point in edge.joints}
    assert len(dots) > 2
    assert not any(label.overlaps(_dot(point, SIZES)) for point in dots)


@pytest.mark.parametrize("measures", [USUAL, BOLD])
def test_words_keep_as_clear_of_a_large_dot_as_of_a_small_one(measures: Measures) -> None:
    edge = Edge(id="e", subject="a -> b", source="a", target="b", label="https", meaning="encrypted")
    wide, _ = label_room(edge, measures)
    clear = wide / 2 + measures.sizes.joint
    for x in range(int(300 + wide / 2), int(310 + clear)):
        corner = (float(x), 100.0)
        straight, turned = ((0.0, 100.0), (600.0, 100.0)), (corner, (corner[0], 150.0))
        lines = [
            PlacedEdge(edge, straight, (straight,), "bundle"),
            PlacedEdge(edge, ((0.0, 100.0), *turned), (turned,), "bundle"),
        ]
        label = worded(lines, (), (), measures)[0].label
        assert label is not None
        assert not label.box.overlaps(_dot(corner, measures.sizes), 1.0)


def _dot(point: Point, sizes: Sizes) -> Box:
    x, y = point
    return Box(x - sizes.joint, y - sizes.joint, 2 * sizes.joint, 2 * sizes.joint)


def test_an_arrow_ends_beside_the_badges_of_a_card_that_is_read_from_the_top() -> None:
    """The second of two lines into a store ended under the first of its badges."""
    badges = tuple(Badge(number, "warning", "w") for number in (1, 2, 3))
    nodes = [
        Node(id=f"a{at}", subject=f"a{at}", label=f"service {at}", kind="service", role="application")
        for at in range(3)
    ]
    store = Node(id="db", subject="db", label="database", kind="database", role="data", badges=badges)
    edges = tuple(
        Edge(id=f"e{at}", subject=f"a{at} -> db", source=f"a{at}", target="db", label=f"p{at}", meaning="encrypted")
        for at in range(3)
    )
    placed = by_roles(Diagram(id="d", title="t", alt="", nodes=(*nodes, store), edges=edges), FLAT)
    box = next(node.box for node in placed.nodes if node.node.id == "db")
    heads = [edge.points[-1][0] for edge in placed.edges]
    assert len(set(heads)) == 3
    assert max(heads) <= box.right - 3 * (2 * SIZES.badge + 4) + SIZES.hang
