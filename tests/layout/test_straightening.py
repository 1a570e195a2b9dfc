"""A line has two corners only where it can't run straight by moving its ends within their sides."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from archgen.layout.deployment.routing import LANE
from archgen.layout.placed import Box, Label, Placed, PlacedEdge, PlacedGroup, PlacedNode, Point, Polyline
from archgen.layout.straightening import straightened
from archgen.views.diagram import Diagram, Edge, Group, Node

LEFT, RIGHT = Box(0, 100, 100, 80), Box(300, 120, 100, 80)
BENT = ((100.0, 120.0), (200.0, 120.0), (200.0, 170.0), (300.0, 170.0))
WORDS = Label("https", Box(120, 112, 40, 16))


def line(name: str, ends: str, points: Polyline, label: Label | None = None) -> PlacedEdge:
    edge = Edge(id=name, subject=name, source=ends[0], target=ends[1], label="", meaning="encrypted")
    return PlacedEdge(edge, points, (points,), name, label=label)


def diagram(*edges: PlacedEdge, turned: bool = False, **more: Box) -> Placed:
    """Two cards beside each other, or below each other, and others."""
    boxes = {"a": LEFT, "b": RIGHT, **more}
    nodes = []
    for name, box in boxes.items():
        node = Node(id=name, subject=name, label=name, kind="service", role="application")
        nodes.append(PlacedNode(node, flipped(box) if turned else box, (name,), ""))
    drawn = Diagram(id="d", title="t", alt="", nodes=tuple(each.node for each in nodes))
    if turned:
        edges = tuple(
            line(
                each.bundle,
                each.edge.source + each.edge.target,
                tuple((y, x) for x, y in each.points),
                replace(each.label, box=flipped(each.label.box)) if each.label else None,
            )
            for each in edges
        )
    return Placed(drawn, 500, 300, tuple(nodes), (), edges)


def flipped(box: Box) -> Box:
    return Box(box.y, box.x, box.height, box.width)


def level(y: float) -> Polyline:
    """A straight line between the cards."""
    return (100.0, y), (300.0, y)


def points_of(placed: Placed) -> tuple[Point, ...]:
    return placed.edges[0].points


@pytest.mark.parametrize("turned", [False, True])
def test_a_line_is_straight_where_its_cards_stand_beside_each_other(turned: bool) -> None:
    (edge,) = straightened(diagram(line("e", "ab", BENT), turned=turned)).edges
    across = 0 if turned else 1
    assert len(edge.points) == 2
    assert edge.points[0][across] == edge.points[1][across]
    assert edge.pieces == (edge.points,)


@pytest.mark.parametrize("turned", [False, True])
def test_its_words_stay_on_it(turned: bool) -> None:
    lower = replace(WORDS, box=WORDS.box.moved(110, 50))
    (edge,) = straightened(diagram(line("e", "ab", BENT, lower), turned=turned)).edges
    assert edge.label is not None
    across = 0 if turned else 1
    assert edge.label.box.centre[across] == edge.points[0][across]
    assert edge.label.box.width == (16 if turned else 40)


def test_an_end_keeps_apart_from_the_next_one_on_its_side() -> None:
    below = line("f", "ac", ((100.0, 166.0), (110.0, 166.0), (110.0, 250.0), (300.0, 250.0)))
    assert points_of(straightened(diagram(line("e", "ab", BENT), below, c=Box(300, 230, 100, 40)))) == level(145)
    bent = ((100.0, 160.0), (200.0, 160.0), (200.0, 130.0), (300.0, 130.0))
    above = line("f", "ac", ((100.0, 150.0), (110.0, 150.0), (110.0, 20.0), (300.0, 20.0)))
    assert points_of(straightened(diagram(line("e", "ab", bent), above, c=Box(300, 0, 100, 40)))) == level(150 + LANE)


def test_an_end_on_another_side_is_far_enough() -> None:
    behind = line("f", "ac", ((0.0, 166.0), (-50.0, 166.0)))
    assert points_of(straightened(diagram(line("e", "ab", BENT), behind, c=Box(-150, 150, 100, 40)))) == level(170)


def test_a_card_in_the_way_leaves_a_line_as_it_is() -> None:
    bent = ((100.0, 120.0), (120.0, 120.0), (120.0, 190.0), (300.0, 190.0))
    assert points_of(straightened(diagram(line("e", "ab", bent), c=Box(140, 90, 60, 90)))) == bent


def test_words_of_another_line_in_the_way_leave_a_line_as_it_is() -> None:
    low = Label("long words", Box(210, 90, 60, 70))
    high = Label("long words", Box(110, 130, 70, 80))
    others = line("f", "cd", ((0.0, 10.0), (9.0, 10.0)), low), line("g", "cd", ((0.0, 30.0), (9.0, 30.0)), high)
    assert points_of(straightened(diagram(line("e", "ab", BENT), *others))) == BENT


def test_a_line_crosses_no_more_lines_than_before() -> None:
    higher = line("f", "cd", ((250.0, 20.0), (250.0, 160.0)))
    lower = line("g", "cd", ((150.0, 130.0), (150.0, 290.0)))
    assert (
        points_of(
            straightened(diagram(line("e", "ab", BENT), higher, lower, c=Box(220, 0, 60, 20), d=Box(120, 290, 60, 10)))
        )
        == BENT
    )


def test_a_line_that_a_firewall_stands_on_stays_there() -> None:
    assert points_of(straightened(diagram(line("e", "ab", BENT), c=Box(190, 130, 20, 20)))) == BENT


def test_a_line_does_not_run_along_the_border_of_a_group_or_another_line() -> None:
    frame = Group(id="g", subject="g", kind="zone", label="g")
    placed = diagram(line("e", "ab", BENT))
    framed = replace(placed, groups=(PlacedGroup(frame, Box(90, 172, 300, 100), 0),))
    assert points_of(straightened(framed)) == level(145)
    along = line("f", "cd", ((150.0, 178.0), (250.0, 178.0)))
    assert points_of(straightened(replace(placed, edges=(*placed.edges, along)))) == level(145)


def test_a_line_does_not_pass_where_another_turns_beside_a_card() -> None:
    crossed = line("f", "cd", ((150.0, 110.0), (150.0, 130.0)))
    turning = line("g", "cd", ((102.0, 130.0), (102.0, 190.0)))
    assert points_of(straightened(diagram(line("e", "ab", BENT), crossed, turning))) == BENT


def test_words_without_room_leave_a_line_as_it_is() -> None:
    wide = Label("long words", Box(105, 112, 190, 16))
    assert points_of(straightened(diagram(line("e", "ab", BENT, wide)))) == BENT
    beside, crossing = Label("https", Box(170, 112, 40, 16)), line("f", "cd", ((190.0, 110.0), (190.0, 190.0)))
    assert points_of(straightened(diagram(line("e", "ab", BENT, beside), crossing))) == BENT


def test_a_line_that_goes_round_a_card_keeps_its_way() -> None:
    round_it = ((100.0, 120.0), (450.0, 120.0), (450.0, 170.0), (400.0, 170.0))
    assert points_of(straightened(diagram(line("e", "ab", round_it)))) == round_it


def test_lines_that_run_together_keep_their_way() -> None:
    other = replace(line("f", "cd", ((100.0, 20.0), (200.0, 20.0), (200.0, 100.0), (300.0, 100.0))), bundle="e")
    assert (
        points_of(straightened(diagram(line("e", "ab", BENT), other, c=Box(0, 0, 100, 40), d=Box(300, 80, 100, 30))))
        == BENT
    )


JOG = ((100.0, 120.0), (140.0, 120.0), (140.0, 124.0), (260.0, 124.0), (260.0, 20.0), (320.0, 20.0), (320.0, 120.0))


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_line_steps_not_aside_by_a_little(turned: bool, is_reversed: bool) -> None:
    """Its end moves within its side of the card."""
    points = JOG[::-1] if is_reversed else JOG
    (edge,) = straightened(diagram(line("e", "ba" if is_reversed else "ab", points), turned=turned)).edges
    way = tuple((y, x) for x, y in edge.points) if turned else edge.points
    assert (way[::-1] if is_reversed else way) == ((100.0, 124.0), *JOG[3:])
    assert edge.pieces == (edge.points,)


def test_its_next_part_moves_where_its_end_has_another_line_beside_it() -> None:
    beside = line("f", "ab", ((100.0, 132.0), (200.0, 132.0), (200.0, 280.0), (300.0, 190.0)))
    lifted = tuple((x, 116.0 if y == 124.0 else y) for x, y in JOG)
    near = line("f", "ba", ((300.0, 20.0), (60.0, 20.0), (60.0, 60.0), (100.0, 112.0)))
    for jog, other, y in ((JOG, beside, 120.0), (lifted, near, 120.0)):
        edge, _ = straightened(diagram(line("e", "ab", jog), other)).edges
        assert edge.points == ((100.0, y), (260.0, y), *JOG[4:])


def test_words_move_with_the_part_of_their_line() -> None:
    (edge,) = straightened(diagram(line("e", "ab", JOG, Label("https", Box(104, 112, 32, 16))))).edges
    assert edge.label is not None
    assert edge.label.box.centre[1] == 124.0


def test_a_step_that_keeps_clear_of_a_card_stays() -> None:
    walls = Box(180, 90, 40, 29), Box(110, 125, 20, 30)
    (edge,) = straightened(diagram(line("e", "ab", JOG), c=walls[0], d=walls[1])).edges
    assert edge.points == JOG
