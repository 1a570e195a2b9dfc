"""Long strips of columns in rows below each other: read like text, and as large in a narrow column as in a wide one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from archgen.app.drawing.layouts import engine_for
from archgen.engines.rooms import COLUMNS, ROOMS
from archgen.engines.score import score
from archgen.engines.strips import in_rows
from archgen.layout.deployment.arrangement import domain
from archgen.layout.deployment.layered import layered
from archgen.layout.deployment.strips import Strip
from archgen.layout.placed import Placed
from archgen.views.diagram import Diagram, Edge, Group, Node


def line(source: str, target: str, label: str = "https 443") -> Edge:
    id = f"{source} -> {target}"
    return Edge(id=id, subject=id, source=source, target=target, label=label, meaning="encrypted")


def diagram(lines: list[Edge], groups: dict[str, str] | None = None) -> Diagram:
    """Return a diagram of services, some of them in groups."""
    inside = groups or {}
    names = dict.fromkeys(end for each in lines for end in (each.source, each.target))
    nodes = tuple(
        Node(id=name, subject=name, label=name, kind="service", role="application", group=inside.get(name))
        for name in names
    )
    boxes = tuple(Group(id=id, subject=id, kind="host", label=id) for id in dict.fromkeys(inside.values()))
    return Diagram(id="d", title="A strip", alt="", nodes=nodes, edges=tuple(lines), groups=boxes)


def chain(count: int, groups: dict[str, str] | None = None) -> Diagram:
    return diagram([line(f"n{place}", f"n{place + 1}") for place in range(count - 1)], groups)


def rows(placed: Placed) -> list[list[str]]:
    """Return the cards of each row, from the left."""
    found: dict[float, list[tuple[float, str]]] = {}
    for node in placed.nodes:
        found.setdefault(node.box.centre[1], []).append((node.box.x, node.node.id))
    return [[name for _, name in sorted(found[y])] for y in sorted(found)]


def check_ends(placed: Placed) -> None:
    """Every line leads from its source to its target, level or upright, on the canvas."""
    boxes = {node.node.id: node.box for node in placed.nodes}
    for edge in placed.edges:
        for (x, y), end in ((edge.points[0], edge.edge.source), (edge.points[-1], edge.edge.target)):
            box = boxes[end]
            assert x in (box.x, box.right) or y in (box.y, box.bottom)
            assert box.x <= x <= box.right
            assert box.y <= y <= box.bottom
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(edge.points))
        assert all(0 < x < placed.width and 0 < y < placed.height for x, y in edge.points)


def check_lines(placed: Placed) -> None:
    """Every line leads from its source to its target with its words, past everything."""
    check_ends(placed)
    assert all(edge.label is not None for edge in placed.edges)
    found = score(placed)
    assert (found.overlaps, found.label_collisions, found.crossings) == (0, 0, 0)


@pytest.mark.parametrize("hosts", [{}, {f"n{place}": f"h{place}" for place in range(1, 12)}], ids=["cards", "hosts"])
@pytest.mark.parametrize(("width", "narrower"), [("1150", "800"), ("800", "sheet"), ("480", "phone")])
def test_a_long_chain_stands_in_rows_that_can_be_read_in_a_narrower_column(
    width: str, narrower: str, hosts: dict[str, str]
) -> None:
    placed = engine_for("best", ROOMS[width])(chain(12, hosts))
    found = rows(placed)
    assert 1 < len(found) < 12
    assert [name for row in found for name in row] == [f"n{place}" for place in range(12)]
    assert len({len(row) for row in found}) <= 2
    assert {**ROOMS, **COLUMNS}[narrower].text(placed) >= {**ROOMS, **COLUMNS}[narrower].floor
    check_lines(placed)


def test_a_chain_that_can_be_read_in_a_narrower_column_stays_in_a_row() -> None:
    placed = engine_for("best", ROOMS["1150"])(chain(6))
    assert len(rows(placed)) == 1
    assert ROOMS["800"].text(placed) >= 9


def test_the_longest_row_is_as_short_as_may_be_and_the_first_ones_are_full() -> None:
    strip = Strip(layered(chain(7)))
    assert strip.rows == 7
    assert [len(row) for row in rows(strip.broken(3))] == [3, 3, 1]
    assert [len(row) for row in rows(strip.broken(2))] == [4, 3]


def test_a_strip_is_broken_where_one_line_crosses_only() -> None:
    assert Strip(layered(chain(5))).rows == 5
    assert Strip(layered(diagram([*chain(5).edges, line("n1", "n3")]))).rows == 3


def test_a_strip_is_broken_within_no_group() -> None:
    assert Strip(layered(chain(5, {"n1": "h", "n2": "h"}))).rows == 4


def test_a_strip_is_broken_at_no_line_that_shares_its_way_with_others() -> None:
    """Here one connection leads from a service to another and to a store, in the column behind it."""
    shared = [replace(line("web", end), subject="web -> all") for end in ("api", "db")]
    drawn = diagram([line("user", "web"), *shared])
    kinds = {"user": ("client", "visitor"), "db": ("database", "data")}
    nodes = [
        replace(node, kind=kinds[node.id][0], role=kinds[node.id][1]) if node.id in kinds else node
        for node in drawn.nodes
    ]
    placed = domain(replace(drawn, nodes=tuple(nodes)))
    assert len({edge.bundle for edge in placed.edges}) == 2
    assert Strip(placed).rows == 2


def test_a_strip_is_broken_at_no_line_that_comes_back() -> None:
    """Here a line turns only behind the next card, which nothing else leads to."""
    placed = layered(chain(4))
    first, _, last = placed.edges
    x, y = placed.nodes[2].box.centre
    (start, end), right = first.points, placed.nodes[1].box.right
    around = replace(first, points=(start, (x, y), (x, y + 90), (right, y + 90), (right, end[1])))
    assert Strip(replace(placed, edges=(around, last))).rows == 3


def test_a_line_past_cards_that_nothing_leads_to_is_broken_once() -> None:
    placed = layered(chain(5))
    first, second, _, last = placed.edges
    end = placed.nodes[3].box
    past = replace(
        second, edge=replace(second.edge, target="n3"), points=(second.points[0], (end.x, second.points[1][1]))
    )
    strip = Strip(replace(placed, edges=(first, past, last)))
    assert strip.rows == 4
    for count in range(2, strip.rows + 1):
        check_ends(strip.broken(count))


def test_a_line_against_the_direction_of_a_strip_keeps_its_own() -> None:
    placed = layered(chain(6))
    turned = [
        replace(
            edge,
            edge=replace(edge.edge, source=edge.edge.target, target=edge.edge.source),
            points=edge.points[::-1],
            pieces=tuple(piece[::-1] for piece in edge.pieces[::-1]),
        )
        for edge in placed.edges
    ]
    check_lines(Strip(replace(placed, edges=tuple(turned))).broken(2))


def test_a_line_leaves_a_row_beside_its_card_where_another_stands_below() -> None:
    placed = layered(diagram([*chain(6).edges, line("n1", "x"), line("n0", "y")]))
    for count in range(2, Strip(placed).rows + 1):
        check_lines(Strip(placed).broken(count))


@pytest.mark.parametrize(
    ("drawn", "is_broken"),
    [
        (chain(8), True),
        # no long strip: a second row of the same size has room below it
        (diagram([*chain(5).edges, line("n0", "x")]), False),
        # two lines cross each gap but the first, and the rest is hardly narrower
        (diagram([*chain(9).edges, *(line(f"n{place}", f"n{place + 2}") for place in range(1, 7))]), False),
    ],
    ids=["long", "short", "unequal"],
)
def test_only_a_long_strip_stands_in_rows_and_only_in_much_shorter_ones(drawn: Diagram, is_broken: bool) -> None:
    usual = layered(drawn)
    placed = in_rows(layered, drawn, usual, ROOMS["a1"], (True, 1.0), lambda placed, loss: (False, loss))
    assert (placed is not usual) == is_broken


def test_a_strip_of_a_model_that_asks_for_a_direction_stays_in_a_row() -> None:
    asked = replace(chain(12), direction="left-right")
    assert len(rows(engine_for("best", ROOMS["1150"])(asked))) == 1
