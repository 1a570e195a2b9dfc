"""What stands on a card keeps off its other parts: badges beside the icon, words that fit, no icon that nobody sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from msgspec.structs import replace

from archgen.layout.deployment.arrangement import domain
from archgen.layout.deployment.cards import size_cards
from archgen.layout.measures import BRIEF, FLAT, USUAL, Measures
from archgen.layout.placed import Box
from archgen.model.kinds import KINDS
from archgen.render.canvas.drawio import drawio
from archgen.render.canvas.excalidraw import excalidraw
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.marks import drum_path
from archgen.render.scene.shapes import BadgeMark, IconImage, Rectangle, SceneGroup, SceneShape, TextLine
from archgen.render.svg.document import svg
from archgen.slides.pptx.card_outline import card_outline
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


def shapes_of(shapes: tuple[SceneShape, ...]) -> Iterator[SceneShape]:
    for shape in shapes:
        yield shape
        if isinstance(shape, SceneGroup):
            yield from shapes_of(shape.shapes)


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
    left = box.right + sizes.hang - count * (badge_size("10")[0] * sizes.badge / SIZES.badge + 4)
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
    assert min(mark.x - badge_size(mark.text)[0] / 2 for mark in marks) >= box.x - 0.01
    assert max(mark.x for mark in marks) <= box.right
    rows = [sorted(mark.x for mark in marks if mark.y == y) for y in {mark.y for mark in marks}]
    assert len(rows) == (1 if count < 5 else 2)
    assert all(later - earlier >= 2 * SIZES.badge for row in rows for earlier, later in pairwise(row))


def test_badges_of_the_whole_system_stand_between_its_title_and_the_legend() -> None:
    marks = tuple(Badge(number=number, severity="error", title="x") for number in (4, 12))
    scene = diagram_scene(domain(replace(drawn(), badges=marks)))
    rows = [group for group in scene.foot if isinstance(group, SceneGroup)]
    places = [((row.move or (0, 0))[0] + mark.x, mark.text) for row in rows for mark in badges(row.shapes)]
    assert [number for _, number in places] == ["4", "12"]
    title = SIZES.margin + text_width("D", SIZES.label, bold=True)
    assert title + SIZES.badge < places[0][0] < places[1][0] - SIZES.badge
    assert places[1][0] + SIZES.badge < scene.view.right


def test_names_that_are_cut_alike_begin_where_they_differ() -> None:
    """Two cards read "Open Search …": the nodes of the data and those that manage the cluster."""
    labels = (
        "Federated observability data-nodes for the retention of all logs and traces",
        "Federated observability managers of all clusters of both datacenters",
    )
    (node,) = drawn().nodes
    nodes = tuple(replace(node, id=label, label=label) for label in labels)
    cards = size_cards(Diagram(id="d", title="D", alt="", nodes=nodes), measures=BRIEF)
    first, second = (" ".join(cards[label].title) for label in labels)
    assert first.startswith("… data-")
    assert second.startswith("… managers")
    alone = size_cards(Diagram(id="d", title="D", alt="", nodes=nodes[:1]), measures=BRIEF)
    assert alone[labels[0]].title[0].startswith("Fed")


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_of_what_keeps_data_is_a_drum_in_every_format(kind: str) -> None:
    diagram = drawn()
    diagram = replace(diagram, nodes=tuple(replace(node, kind=kind) for node in diagram.nodes))
    scene = diagram_scene(domain(diagram))
    stores = KINDS[kind].stores
    frames = [shape for shape in shapes_of(scene.shapes) if isinstance(shape, Rectangle) and shape.fill == "card"]
    assert [frame.lid for frame in frames] == [SIZES.lid if stores else 0]
    assert (drum_path(replace(frames[0], lid=5.0)) in svg(scene)) == stores
    assert ("shape=cylinder3" in drawio(scene)) == stores
    lines = [each["points"] for each in json.loads(excalidraw(scene))["elements"] if each["type"] == "line"]
    assert bool(lines) == stores
    outline = card_outline(frames[0].box, [], frames[0].lid)
    assert outline.count("<a:path ") == (2 if stores else 1)


def test_lines_meet_a_drum_where_they_would_meet_a_box() -> None:
    """Its lid is bent at its sides alone, and what it keeps is where a box has it."""
    outline = drum_path(Rectangle(Box(100, 50, 200, 80), lid=5))
    assert outline.startswith("M100 55a40 5 0 0 1 40 -5h120a40 5 0 0 1 40 5V125")
    assert drum_path(Rectangle(Box(0, 0, 60, 40), lid=5)).startswith("M0 5a30 5 0 0 1 30 -5h0a")


@pytest.mark.parametrize("measures", [USUAL, FLAT, BRIEF], ids=["usual", "flat", "brief"])
def test_nothing_on_a_drum_stands_on_its_lid(measures: Measures) -> None:
    placed = domain(drawn(), measures=measures)
    box, lid = placed.nodes[0].box, measures.sizes.lid
    scene = diagram_scene(placed)
    (icon,) = icons(scene.shapes)
    assert icon.y >= box.y + 2 * lid - 1
    words = [shape for shape in shapes_of(scene.shapes) if isinstance(shape, TextLine) and shape.y < box.bottom]
    assert all(line.y - 0.75 * line.size >= box.y + 2 * lid and line.y < box.bottom - lid / 2 for line in words)


def test_a_card_of_several_is_no_drum() -> None:
    assert not drawn(stands_for=("a", "b")).nodes[0].is_drum
    assert drawn().nodes[0].is_drum
