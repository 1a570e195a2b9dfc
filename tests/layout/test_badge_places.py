"""Badges of cards and groups cover no end of a line, no words and no other badge."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from archgen.engines.score import score
from archgen.layout.badge_places import badge_places, covered_by_badges
from archgen.layout.deployment.turned import by_roles
from archgen.layout.measures import FLAT, USUAL
from archgen.layout.placed import Box, Label, Placed, PlacedEdge, PlacedNode, Point
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.shapes import BadgeMark, SceneGroup, SceneShape
from archgen.style.theme import SIZES
from archgen.views.diagram import Badge, Diagram, Edge, Node

BADGES = tuple(Badge(number, "warning", "w") for number in (1, 2, 3))
CARD = Box(100, 100, 148, 52)


def diagram(*points: tuple[Point, ...], label: Box | None = None) -> Placed:
    node = Node(id="db", subject="db", label="database", kind="database", role="data", badges=BADGES)
    edges = tuple(
        PlacedEdge(
            Edge(id=f"e{at}", subject="a -> db", source="a", target="db", label="", meaning="encrypted"),
            way,
            (way,),
            f"e{at}",
            label=Label("sql", label) if label else None,
        )
        for at, way in enumerate(points)
    )
    drawn = Diagram(id="d", title="t", alt="", nodes=(node,), edges=tuple(edge.edge for edge in edges))
    return Placed(drawn, 400, 400, (PlacedNode(node, CARD, ("database",), ""),), (), edges, measures=FLAT)


def into(x: float) -> tuple[Point, Point]:
    """A line from above into the card."""
    return (x, 20.0), (x, CARD.y)


def marks(shapes: tuple[SceneShape, ...]) -> list[BadgeMark]:
    every = [shape for shape in shapes if isinstance(shape, BadgeMark)]
    return every + [mark for shape in shapes if isinstance(shape, SceneGroup) for mark in marks(shape.shapes)]


def test_badges_stand_in_the_upper_corner() -> None:
    assert {y for _, y in badge_places(diagram())["db"].middles} == {CARD.y}
    assert max(x for x, _ in badge_places(diagram())["db"].middles) == CARD.right + SIZES.hang - SIZES.badge


def test_a_row_makes_way_for_the_head_of_an_arrow_along_its_side() -> None:
    placed = diagram(into(230.0))
    assert all(y < CARD.y and x < 230 - SIZES.badge for x, y in badge_places(placed)["db"].middles)


@pytest.mark.parametrize("ways", [(into(150.0), into(200.0)), (into(120.0), into(170.0), into(220.0))])
def test_a_row_that_finds_no_room_above_stands_below(ways: tuple[tuple[Point, ...], ...]) -> None:
    placed = diagram(*ways)
    assert all(y > CARD.bottom for _, y in badge_places(placed)["db"].middles)
    assert covered_by_badges(placed) == score(placed).covered == 0


def test_badges_stand_apart_where_no_row_has_room() -> None:
    below = tuple(((x, 240.0), (x, CARD.bottom)) for x in (120.0, 170.0, 220.0))
    placed = diagram(*(into(x) for x in (120.0, 170.0, 220.0)), *below)
    assert len(set(badge_places(placed)["db"].middles)) == len(BADGES)
    assert covered_by_badges(placed) == 0


def test_what_has_to_be_covered_counts() -> None:
    words = Box(CARD.x - 40, CARD.y - 40, CARD.width + 80, CARD.height + 80)
    assert score(diagram(into(170.0), label=words)).covered == 1


def test_a_row_makes_way_for_words() -> None:
    placed = diagram(into(120.0), label=Box(180, 85, 60, 14))
    assert not any(y == CARD.y for _, y in badge_places(placed)["db"].middles)
    assert covered_by_badges(placed) == 0


def test_a_picture_shows_badges_in_their_places() -> None:
    placed = diagram(into(170.0))
    assert tuple((mark.x, mark.y) for mark in marks(diagram_scene(placed).shapes)) == badge_places(placed)["db"].middles


def test_a_card_whose_badges_cover_another_is_drawn_over_it() -> None:
    """The lid of the store below hid half of a badge."""
    placed = diagram()
    around = [Box(60, 60, 250, 38), Box(60, 154, 250, 38), Box(60, 98, 38, 56), Box(250, 98, 38, 56)]
    plain = Node(id="n", subject="n", label="n", kind="service", role="application")
    others = tuple(PlacedNode(replace(plain, id=f"n{at}"), box, ("n",), "") for at, box in enumerate(around))
    placed = replace(placed, nodes=(*placed.nodes, *others))
    cards = [shape.id for shape in diagram_scene(placed).shapes if isinstance(shape, SceneGroup)]
    assert badge_places(placed)["db"].cover
    assert cards[-1] == ("node", "db")


def test_badges_of_two_cards_that_are_near_lie_beside_each_other() -> None:
    nodes = [
        Node(id=f"a{at}", subject=f"a{at}", label=f"a{at}", kind="service", role="application", badges=BADGES)
        for at in range(3)
    ]
    placed = by_roles(Diagram(id="d", title="t", alt="", nodes=tuple(nodes)), replace(USUAL, narrowest=40.0))
    assert covered_by_badges(placed) == 0


def with_badges(placed: Placed, count: int, **card: object) -> Placed:
    [item] = placed.nodes
    node = replace(item.node, badges=tuple(Badge(10 + number, "warning", "w") for number in range(count)))
    return replace(placed, nodes=(replace(item, node=node, **card),))


def test_badges_that_are_wider_than_their_card_stand_in_two_rows() -> None:
    """They lay on each other, and nothing counted that."""
    placed = with_badges(diagram(), 8)
    places = badge_places(placed)["db"].middles
    assert [y < CARD.y + CARD.height / 2 for _, y in places] == [True] * 4 + [False] * 4
    assert all(abs(x - z) >= 2 * SIZES.badge for row in (places[:4], places[4:]) for (x, _), (z, _) in pairwise(row))
    assert covered_by_badges(placed) == 0


def test_badges_that_lie_on_each_other_are_counted() -> None:
    placed = with_badges(diagram(), 60)
    assert covered_by_badges(placed) > 0


def test_badges_of_a_card_leave_its_name_free() -> None:
    """A name beside an icon starts high above a second line and chips."""
    usual = with_badges(diagram(), 3)
    assert {y for _, y in badge_places(usual)["db"].middles} == {CARD.y}
    words = {"title": ("database of", "all bookings"), "detail": "Power feed A", "box": Box(100, 100, 160, 56)}
    high = with_badges(diagram(), 3, **words)
    assert {y for _, y in badge_places(high)["db"].middles} == {CARD.y - SIZES.hang}
