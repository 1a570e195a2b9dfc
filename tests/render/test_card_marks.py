"""What stands on a card keeps off its other parts: badges beside the icon, words that fit, no icon that nobody sees."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from msgspec.structs import replace

from archgen.layout.deployment.arrangement import domain
from archgen.layout.deployment.cards import size_cards
from archgen.layout.measures import BRIEF, USUAL, Measures
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.shapes import BadgeMark, IconImage, SceneGroup, SceneShape
from archgen.style.svg_markup import badge_size
from archgen.style.text_metrics import text_width
from archgen.style.theme import SIZES
from archgen.views.diagram import Badge, Diagram, Node


def drawn(badges: int = 0, label: str = "postgres", stands_for: tuple[str, ...] = ()) -> Diagram:
    marks = tuple(Badge(number=number, severity="error", title="x") for number in range(10, 10 + badges))
    node = Node(
        id="a",
        subject="a",
        label=label,
        detail="Database · ×2",
        kind="database",
        role="data",
        badges=marks,
        stands_for=stands_for,
    )
    return Diagram(id="d", title="D", alt="", nodes=(node,))


def icons(shapes: tuple[SceneShape, ...]) -> Iterator[IconImage]:
    for shape in shapes:
        if isinstance(shape, IconImage):
            yield shape
        elif isinstance(shape, SceneGroup):
            yield from icons(shape.shapes)


def badges(shapes: tuple[SceneShape, ...]) -> Iterator[BadgeMark]:
    for shape in shapes:
        if isinstance(shape, BadgeMark):
            yield shape
        elif isinstance(shape, SceneGroup) and shape.scale == 1.0:
            yield from badges(shape.shapes)


@pytest.mark.parametrize("measures", [USUAL, BRIEF], ids=["usual", "brief"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_badges_lie_on_no_icon(measures: Measures, count: int) -> None:
    placed = domain(drawn(count), measures=measures)
    box, sizes = placed.nodes[0].box, measures.sizes
    left = box.right + sizes.hang - count * (badge_size(10)[0] * sizes.badge / SIZES.badge + 4)
    (icon,) = (each for each in icons(diagram_scene(placed).shapes) if each.size > sizes.badge)
    assert icon.x + 0.8 * icon.size <= left + 4 or icon.y >= box.y + sizes.badge
    assert icon.x >= box.x


@pytest.mark.parametrize("count", [4, 5, 6])
def test_an_icon_below_a_full_row_of_badges_stays_one_that_can_be_made_out(count: int) -> None:
    placed = domain(drawn(count))
    box, sizes = placed.nodes[0].box, placed.measures.sizes
    (icon,) = (each for each in icons(diagram_scene(placed).shapes) if each.size > sizes.badge)
    assert icon.size >= 0.7 * sizes.icon
    assert icon.y >= box.y + sizes.badge - 0.01
    assert icon.x + icon.size / 2 == pytest.approx(box.centre[0])


def test_a_name_on_two_lines_that_leaves_no_room_has_no_icon() -> None:
    placed = domain(drawn(label="waiting-room"), measures=BRIEF)
    assert len(placed.nodes[0].title) == 2
    assert [each for each in icons(diagram_scene(placed).shapes) if each.size < BRIEF.sizes.icon / 2] == []


def test_parts_of_a_group_that_do_not_fit_are_counted() -> None:
    diagram = drawn(label="data", stands_for=("a", "b", "c"))
    node = replace(diagram.nodes[0], detail="1 service, 3 workers, 2 more")
    assert size_cards(replace(diagram, nodes=(node,)), measures=BRIEF)["a"].detail in ("3 components", "3 parts")


@pytest.mark.parametrize("count", [2, 4, 5, 6])
def test_a_row_of_badges_ends_on_its_own_card(count: int) -> None:
    """One that is longer lies on the badges of the card beside it."""
    placed = domain(drawn(count))
    box = placed.nodes[0].box
    marks = list(badges(diagram_scene(placed).shapes))
    assert len(marks) == count
    assert min(mark.x - badge_size(mark.number)[0] / 2 for mark in marks) >= box.x - 0.01
    assert max(mark.x for mark in marks) <= box.right
    places = sorted(mark.x for mark in marks)
    assert all(later - earlier >= SIZES.badge for earlier, later in pairwise(places))


def test_badges_of_the_whole_system_stand_between_its_title_and_the_legend() -> None:
    marks = tuple(Badge(number=number, severity="error", title="x") for number in (4, 12))
    scene = diagram_scene(domain(replace(drawn(), badges=marks)))
    rows = [group for group in scene.foot if isinstance(group, SceneGroup)]
    places = [((row.move or (0, 0))[0] + mark.x, mark.number) for row in rows for mark in badges(row.shapes)]
    assert [number for _, number in places] == [4, 12]
    title = SIZES.margin + text_width("D", SIZES.label, bold=True)
    assert title + SIZES.badge < places[0][0] < places[1][0] - SIZES.badge
    assert places[1][0] + SIZES.badge < scene.view.right


def test_names_that_are_cut_alike_begin_where_they_differ() -> None:
    """Two cards read "Open Search …": the nodes of the data and those that manage the cluster."""
    labels = ("Federated observability data-nodes for retention", "Federated observability managers of all clusters")
    (node,) = drawn().nodes
    nodes = tuple(replace(node, id=label, label=label) for label in labels)
    cards = size_cards(Diagram(id="d", title="D", alt="", nodes=nodes), measures=BRIEF)
    first, second = (" ".join(cards[label].title) for label in labels)
    assert first.startswith("… data-")
    assert second.startswith("… managers")
    alone = size_cards(Diagram(id="d", title="D", alt="", nodes=nodes[:1]), measures=BRIEF)
    assert alone[labels[0]].title[0].startswith("Fed")
