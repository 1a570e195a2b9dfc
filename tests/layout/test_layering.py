"""The layered layout by itself: acyclic, as short, as uncrossed and as straight as it promises, and never deep or slow."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations, pairwise, product

import pytest
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.layout.deployment.layered import layered
from archgen.layout.deployment.turned import by_calls, by_roles
from archgen.layout.layering.core import Graph, layers
from archgen.layout.layering.crossings import inversions
from archgen.layout.layering.cycles import closing_edges
from archgen.layout.layering.net import net
from archgen.layout.layering.ordering import ordered
from archgen.layout.layering.ranking import GraphLink, ranks
from archgen.layout.layering.rows import OrderedRows
from archgen.layout.layering.sifting import WORK, Sifting
from archgen.layout.layering.simplex import Arc, longest_path, shortest
from archgen.layout.layering.spreading import TALLEST
from archgen.layout.layering.straight import Choice, LayerSpacing, heaviest
from archgen.layout.placed import Box
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram, Edge, Node
from archgen.views.overview import overview
from tests.generators.limit_models import LIMITS
from tests.generators.random_models import large_model, random_model
from tests.geometry import bends, crossings, faults
from tests.views.test_deployment_view import TIERS, topology
from tests.views.test_views import MODELS, judged


def links(*pairs: str) -> tuple[GraphLink, ...]:
    return tuple(GraphLink(pair[0], pair[1], pair) for pair in pairs)


def spacing(*nodes: str, groups: tuple[str, ...] = ()) -> LayerSpacing:
    pads = dict.fromkeys(groups, 10.0)
    return LayerSpacing(dict.fromkeys(nodes, 40.0), 20.0, 10.0, 10.0, 30.0, pads, pads, {}, {})


# Cycles


def test_what_leads_back_to_its_own_path_closes_a_cycle() -> None:
    assert closing_edges(3, [(0, 1), (1, 2), (2, 0)]) == {2}
    assert closing_edges(3, [(0, 1), (0, 2), (1, 2)]) == set()
    assert closing_edges(2, [(0, 0), (0, 1), (1, 0)]) == {0, 2}


def test_a_cycle_is_broken_by_the_order_of_the_requests() -> None:
    """A call-back leads back, whichever way the nodes are listed: the client's own calls come first."""
    found = ranks("uab", links("ua", "ab", "ba"))
    assert found == {"u": 0, "a": 1, "b": 2}
    assert ranks("uba", links("ua", "ab", "ba")) == found


@pytest.mark.parametrize("seed", range(40))
def test_without_them_no_graph_has_a_cycle(seed: int) -> None:
    chance = random.Random(seed)
    pairs = [(chance.randrange(12), chance.randrange(12)) for _ in range(30)]
    back = closing_edges(12, pairs)
    kept = [Arc(*pair) for place, pair in enumerate(pairs) if place not in back]
    numbers = longest_path(12, kept)
    assert all(numbers[arc.head] > numbers[arc.tail] for arc in kept)


# Ranks


@pytest.mark.parametrize("seed", range(60))
def test_ranks_are_as_short_as_can_be(seed: int) -> None:
    chance = random.Random(seed)
    count = chance.randint(2, 6)
    arcs = [Arc(chance.randrange(node), node, 1, chance.randint(1, 3)) for node in range(1, count)]
    for _ in range(chance.randint(0, 6)):
        tail, head = sorted(chance.sample(range(count), 2))
        arcs.append(Arc(tail, head, 1, chance.randint(1, 3)))

    def cost(numbers: tuple[int, ...] | list[int]) -> int:
        return sum(arc.weight * (numbers[arc.head] - numbers[arc.tail]) for arc in arcs)

    numbers = shortest(count, arcs, 10**6)
    fitting = (
        other
        for other in product(range(count), repeat=count)
        if all(other[arc.head] - other[arc.tail] >= arc.length for arc in arcs)
    )
    assert all(numbers[arc.head] - numbers[arc.tail] >= arc.length for arc in arcs)
    assert cost(numbers) == min(map(cost, fitting))


def test_ranks_that_want_more_work_than_they_get_are_still_ranks() -> None:
    chance = random.Random(1)
    arcs = [Arc(chance.randrange(node), node) for node in range(1, 200)]
    arcs += [Arc(*sorted(chance.sample(range(200), 2))) for _ in range(300)]
    for work in (0, 100, 10_000):
        numbers = shortest(200, arcs, work)
        assert all(numbers[arc.head] > numbers[arc.tail] for arc in arcs)


def test_a_chain_is_longer_than_the_stack() -> None:
    nodes = tuple(str(place) for place in range(5000))
    chain = tuple(GraphLink(first, second, first) for first, second in pairwise(nodes))
    placed = layers(Graph(nodes, chain), spacing(*nodes))
    assert [placed.ranks[node] for node in nodes] == list(range(5000))
    assert len(set(placed.middles.values())) == 1


# Order


@pytest.mark.parametrize("seed", range(20))
def test_crossings_are_counted_as_by_hand(seed: int) -> None:
    chance = random.Random(seed)
    places = [chance.randrange(9) for _ in range(20)]
    assert inversions(places) == sum(first > second for first, second in combinations(places, 2))


def crossed(rows: OrderedRows) -> int:
    """The crossings of all pairs of links between neighbouring ranks, each looked at."""
    pairs = [(item, other) for item in range(rows.net.count) for other in rows.net.below[item]]
    return sum(
        (rows.places[a] - rows.places[c]) * (rows.places[b] - rows.places[d]) < 0
        for (a, b), (c, d) in combinations(pairs, 2)
        if rows.net.ranks[a] == rows.net.ranks[c]
    )


def random_graph(seed: int, count: int = 24, groups: int = 0) -> Graph:
    chance = random.Random(seed)
    nodes = tuple(f"n{place}" for place in range(count))
    found = [GraphLink(f"n{chance.randrange(node)}", f"n{node}", f"t{node}") for node in range(1, count)]
    for place in range(count // 2):
        first, second = sorted(chance.sample(range(count), 2))
        found.append(GraphLink(f"n{first}", f"n{second}", f"x{place}"))
    around = {node: f"g{chance.randrange(groups)}" for node in nodes if groups and chance.random() < 0.7}
    inner = {f"g{place}": f"g{chance.randrange(place)}" for place in range(1, groups) if chance.random() < 0.4}
    return Graph(nodes, tuple(found), {**around, **inner})


@pytest.mark.parametrize("groups", [0, 4])
@pytest.mark.parametrize("seed", range(12))
def test_the_order_has_no_more_crossings_than_the_first_one(seed: int, groups: int) -> None:
    graph = random_graph(seed, groups=groups)
    joined = net(ranks(graph.nodes, graph.links), graph.links, graph.around)
    first, best = OrderedRows(joined), ordered(joined)
    assert best.crossings() == crossed(best)
    assert best.crossings() <= first.crossings()
    assert sum(map(len, best.rows)) == joined.count


@pytest.mark.parametrize("seed", range(12))
def test_what_an_exchange_of_siblings_changes_is_what_a_count_says(seed: int) -> None:
    graph = random_graph(seed, groups=6)
    rows = OrderedRows(net(ranks(graph.nodes, graph.links), graph.links, graph.around))
    sifting, exchanged = Sifting(rows), 0
    for vertex in range(rows.net.root):
        rows.take(rows.keys)
        siblings = sifting.siblings(vertex)
        for other in siblings[siblings.index(vertex) + 1 :]:
            before = rows.crossings()
            assert sifting.exchange(vertex, other) == crossed(rows) - before
            exchanged += 1
    assert exchanged > 20


@pytest.mark.parametrize("groups", [0, 6])
@pytest.mark.parametrize("seed", range(6))
def test_no_item_has_a_better_place_among_its_siblings_after_sifting(seed: int, groups: int) -> None:
    graph = random_graph(seed, groups=groups)
    rows = OrderedRows(net(ranks(graph.nodes, graph.links), graph.links, graph.around))
    sifting, moved = Sifting(rows), 0
    sifting.run()
    sifted, least = list(rows.keys), rows.crossings()
    for item in range(rows.net.count):
        others = [sifted[other] for other in sifting.siblings(item) if other != item]
        for key in (*(key - 0.5 * min_gap(others) for key in others), max(others, default=0.0) + 1):
            rows.take([key if vertex == item else old for vertex, old in enumerate(sifted)])
            assert rows.crossings() >= least
            moved += 1
        rows.take(sifted)
    assert moved > 50


def min_gap(keys: Sequence[float]) -> float:
    return min((abs(first - second) for first, second in combinations(keys, 2) if first != second), default=1.0)


def test_a_planar_graph_has_no_crossing() -> None:
    tree = links(*(f"{'abcdefghijklmno'[(place - 1) // 2]}{'abcdefghijklmno'[place]}" for place in range(1, 15)))
    nodes = "".join(random.Random(3).sample("abcdefghijklmno", 15))
    shuffled = random.Random(4).sample(tree, len(tree))
    assert ordered(net(ranks(nodes, shuffled), shuffled, {})).crossings() == 0


@pytest.mark.parametrize("seed", range(12))
def test_groups_are_rectangles_that_hold_what_is_theirs_and_nothing_else(seed: int) -> None:
    graph = random_graph(seed, groups=5)
    names = tuple(f"g{place}" for place in range(5))
    placed = layers(graph, spacing(*graph.nodes, groups=names))
    cards = {node: Box(100.0 * placed.ranks[node], placed.middles[node] - 20, 40, 40) for node in graph.nodes}

    def inside(node: str, group: str) -> bool:
        around = graph.around.get(node)
        return around is not None and (around == group or inside(around, group))

    boxes = {}
    for group, (low, high) in placed.borders.items():
        columns = [placed.ranks[node] for node in graph.nodes if inside(node, group)]
        boxes[group] = Box(100.0 * min(columns) - 5, low, 100.0 * (max(columns) - min(columns)) + 50, high - low)
    assert boxes
    for group, box in boxes.items():
        for node, card in cards.items():
            assert box.contains(card) if inside(node, group) else not box.overlaps(card), (group, node)
        for other, around in boxes.items():
            if other != group:
                assert (
                    box.contains(around) if inside(other, group) else inside(group, other) or not box.overlaps(around)
                )
    assert not any(one.overlaps(other) for one, other in combinations(cards.values(), 2))


# Straight lines


@pytest.mark.parametrize("seed", range(40))
def test_the_heaviest_links_that_do_not_cross_are_straight(seed: int) -> None:
    chance = random.Random(seed)
    places = chance.sample([(upper, lower) for upper in range(5) for lower in range(5)], 9)
    choices = [Choice(upper, lower, chance.randint(1, 5), place, place) for place, (upper, lower) in enumerate(places)]
    apart = (
        some
        for size in range(len(choices) + 1)
        for some in combinations(choices, size)
        if all((a.upper - b.upper) * (a.lower - b.lower) > 0 for a, b in combinations(some, 2))
    )
    kept = [choices[place] for place, _ in heaviest(choices)]
    assert all((a.upper - b.upper) * (a.lower - b.lower) > 0 for a, b in combinations(kept, 2))
    assert sum(choice.worth for choice in kept) == max(sum(choice.worth for choice in some) for some in apart)


def test_a_long_link_is_straight_where_nothing_is_in_its_way() -> None:
    placed = layers(Graph(tuple("abcd"), links("ab", "bc", "cd", "ad")), spacing(*"abcd"))
    assert placed.middles["b"] == placed.middles["c"]
    assert len({height for _, height in placed.passes[3]}) == 1
    assert [rank for rank, _ in placed.passes[3]] == [1, 2]


def test_kin_stand_in_a_rank_also_where_a_cycle_would_part_them() -> None:
    """Of two replicas that copy from a primary and are told of by it, one stood before it and one behind it."""
    kin = {"x": "copy", "y": "copy", "p": "primary"}
    placed = layers(Graph(tuple("xpy"), links("xp", "px", "yp", "py"), {}, kin), spacing(*"xpy"))
    assert placed.ranks["x"] == placed.ranks["y"] != placed.ranks["p"]


CALLBACK = """
archgen: 1
name: M
components: {user: {kind: client}, a: {kind: service}, b: {kind: service}}
connections: {user -> b: https, b -> a: http, a -> b: http, user -> a: https}
flows:
  read:
    steps:
      - user -> a: GET /
      - a -> b: GET /rows
      - b -> a: by the way
      - user -> b: GET /picture
"""


def test_columns_follow_the_requests_and_not_the_order_of_the_model() -> None:
    placed = layered(overview(Topology(load("m.arch.yaml", CALLBACK.encode()).architecture)))
    where = {node.node.id: node.box.x for node in placed.nodes}
    assert where["user"] < where["a"] < where["b"]


# Whole pictures


def hub(count: int, inward: bool = False) -> Diagram:
    nodes = tuple(Node(id=f"n{at}", subject=f"n{at}", label="n", kind="service", role="web") for at in range(count + 1))
    ends = [("n0", f"n{at}")[:: -1 if inward else 1] for at in range(1, count + 1)]
    edges = tuple(
        Edge(id=f"e{at}", subject=f"e{at}", source=source, target=target, label=f"p{at % 3}", meaning="plaintext")
        for at, (source, target) in enumerate(ends)
    )
    return Diagram(id="d", title="D", alt="", nodes=nodes, edges=edges)


@pytest.mark.parametrize("inward", [False, True])
def test_a_hub_of_four_hundred_is_no_tower(inward: bool) -> None:
    """Its ends stood in one column of 44,824 pixels."""
    placed = layered(hub(400, inward))
    assert placed.height < 2.5 * placed.width
    assert len({node.box.x for node in placed.nodes}) > 400 / (2 * TALLEST)


def test_what_nothing_joins_stands_in_a_block_below_the_rest() -> None:
    nodes = tuple(Node(id=f"n{at}", subject=f"n{at}", label="n", kind="service", role="web") for at in range(100))
    placed = layered(Diagram(id="d", title="D", alt="", nodes=nodes))
    assert 0.5 < placed.width / placed.height < 3


def test_the_work_of_sifting_is_bounded() -> None:
    assert WORK < 10**6
    chance = random.Random(5)
    pairs = [(chance.randrange(60), chance.randrange(60)) for _ in range(900)]
    found = tuple(GraphLink(f"n{a}", f"n{b}", f"{a} {b}") for a, b in dict.fromkeys(pairs) if a != b)
    graph = Graph(tuple(f"n{place}" for place in range(60)), found)
    assert len(layers(graph, spacing(*graph.nodes)).middles) == 60


def every(seeds: range) -> list[Topology]:
    return [judged(file)[0] for file in MODELS] + [Topology(random_model(seed)) for seed in seeds]


def test_fewer_crossings_and_bends_than_the_library_that_it_replaced() -> None:
    """The layers of graphlay 0.3.1, over the same routes: measured on the same pictures when it went."""
    shown = [view(model) for view in (deployment, overview) for model in every(range(40))]
    placed = [layered(diagram) for diagram in shown]
    assert sum(map(crossings, placed)) <= 1603 * 0.7
    assert sum(map(bends, placed)) <= 3678 * 0.95


@pytest.mark.sampled(3)
@pytest.mark.parametrize("engine", [layered, by_roles, by_calls])
@pytest.mark.parametrize("first", range(0, 60, 20))
def test_random_models_have_no_fault(first: int, engine: object) -> None:
    for model in [Topology(random_model(seed)) for seed in range(first, first + 20)]:
        for diagram in (deployment(model), overview(model)):
            turned = diagram if engine is layered else replace(diagram, direction="top-down")
            assert faults(engine(turned)) == []  # type: ignore[operator]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("engine", [layered, by_roles, by_calls])
def test_models_at_the_limits_and_large_ones_have_no_fault(engine: object) -> None:
    shown = [Topology(load("limit.arch.yaml", text.encode()).architecture) for text in LIMITS.values()]
    for model in [*shown, *(Topology(large_model(seed)) for seed in range(3))]:
        assert faults(engine(deployment(model))) == []  # type: ignore[operator]


# Read from the top


@pytest.mark.parametrize("tier", TIERS)
def test_read_from_the_top_requests_run_down_and_hosts_stand_side_by_side(tier: str) -> None:
    placed = by_roles(replace(deployment(topology(tier)), direction="top-down"))
    assert faults(placed) == []
    where = {node.node.id: node.box for node in placed.nodes}
    assert where["user"].bottom < min(box.y for name, box in where.items() if "@" in name)
    words = {edge.bundle for edge in placed.edges if edge.edge.label and edge.edge.meaning != "replication"}
    assert words <= {edge.bundle for edge in placed.edges if edge.label}


def test_the_third_tier_read_from_the_top_has_its_servers_in_a_row() -> None:
    placed = by_roles(replace(deployment(topology(TIERS[2])), direction="top-down"))
    boxes = {group.group.id: group.box for group in placed.groups}
    servers = [boxes[f"host:server-{number}"] for number in (1, 2, 3)]
    assert len({(box.y, box.bottom) for box in servers}) == 1
    assert (bends(placed), crossings(placed)) <= (16, 1)


def test_a_heading_that_lines_leave_no_room_stands_beside_its_cards() -> None:
    name = "the-second-database-server"
    ways = "".join(f"  s{at} -> db: {{protocol: mysql, port: {at + 1}}}\n" for at in range(6))
    parts = "".join(f"  s{at}: {{kind: service, runs_on: a}}\n" for at in range(6))
    text = f"archgen: 1\nname: M\nhosts: {{a: {{}}, {name}: {{}}}}\n"
    text += f"components:\n  db: {{kind: database, runs_on: {name}}}\n{parts}connections:\n{ways}"
    diagram = deployment(Topology(load("m.arch.yaml", text.encode()).architecture))
    placed = by_roles(replace(diagram, direction="top-down"))
    assert faults(placed) == []
    assert name in {group.title for group in placed.groups}


def test_a_node_without_calls_stands_among_the_others_of_its_group() -> None:
    """An agent of a database's host stood in the second rank, since monitoring calls it, and its host reached back to it."""
    calls = tuple(GraphLink(first, second, first, 3) for first, second in pairwise("uwsd"))
    watched = GraphLink("m", "a", "m")
    around = {"d": "h", "a": "h", "s": "o", "m": "o"}
    placed = layers(Graph(tuple("uwsdma"), (*calls, watched), around), spacing(*"uwsdma", groups=("h", "o")))
    assert placed.ranks["a"] == placed.ranks["d"]
    assert placed.ranks["m"] == placed.ranks["s"]
    assert [placed.ranks[node] for node in "uwsd"] == [0, 1, 2, 3]


def test_a_node_without_calls_in_a_group_of_such_keeps_its_rank() -> None:
    links_ = (GraphLink("u", "w", "u", 3), GraphLink("m", "a", "m"))
    placed = layers(Graph(tuple("uwma"), links_, {"a": "h", "m": "h"}), spacing(*"uwma", groups=("h",)))
    assert placed.ranks["a"] == placed.ranks["m"] + 1


@pytest.mark.parametrize("ranked", [None, {"a": 0} | dict.fromkeys("bcdefghijklmxy", 1)])
def test_what_has_no_lines_stands_apart(ranked: dict[str, int] | None) -> None:
    """It stood in the row of the stores, as if it belonged to them."""
    called = links(*(f"a{leaf}" for leaf in "bcdefghijklm"))
    found = layers(Graph(tuple("abcdefghijklmxy"), called), spacing(*"abcdefghijklmxy"), ranked)
    alone, joined = {*"xy"}, {*"abcdefghijklm"}
    for node, other in product(alone, joined):
        if found.ranks[node] == found.ranks[other]:
            assert found.middles[node] - found.middles[other] >= 100
    assert max(found.middles[node] for node in alone) <= max(found.middles[node] for node in joined)


def test_what_has_no_lines_and_no_room_beside_the_rest_stands_below_it() -> None:
    found = layers(Graph(tuple("abxy"), links("ab")), spacing(*"abxy"))
    assert {found.ranks["x"], found.ranks["y"]} == {0, 1}
    assert found.middles["x"] == found.middles["y"] > found.middles["a"]
