"""Pictures for a room: which layout is taken, what it keeps, and that nothing in it lies on anything else."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from itertools import combinations

import pytest
from msgspec.structs import replace

from archgen.layout.measures import Measures
from tests.paths import ROOT

pytest.importorskip("pptx", reason="the slides extra is not installed")

from pptx import Presentation

from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.systems import visible_systems
from archgen.app.models import check_models
from archgen.app.workspace.inputs import find, read
from archgen.engines.score import score
from archgen.layout.deployment.arrangement import arranged
from archgen.layout.deployment.cards import has_small_icon, small_lead
from archgen.layout.deployment.columns import assign_columns
from archgen.layout.measures import BRIEF, ROOM, USUAL
from archgen.layout.placed import Placed
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import SUFFIX
from archgen.slides.layout.legible import FLOOR, MOST, READABLE, legible, points
from archgen.slides.layout.tables import SIZES, lay_out
from archgen.slides.layout.titles import SMALLEST, fitted_title
from archgen.slides.pptx import write_pptx
from archgen.slides.values import PICTURE, Deck, DiagramSlide
from archgen.style.text_metrics import text_width
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram, Edge, Group, Node

PLACES = ("models", "tests/architectures", "tests/well_built")
NAMES = [file.name.removesuffix(SUFFIX) for place in PLACES for file in sorted((ROOT / place).glob(f"*{SUFFIX}"))]
EACH = pytest.mark.parametrize("name", NAMES)


@cache
def systems() -> dict[str, CheckedModel]:
    return {
        tier.id: tier
        for place in PLACES
        for tier in visible_systems(check_models(read(find((str(ROOT / place),)), ""), "2026-11-24"))
    }


def pictured(name: str) -> Diagram:
    return deployment(systems()[name].topology, systems()[name].findings)


@pytest.mark.parametrize("name", [name for name in NAMES if name[:1].isdigit()])
def test_the_reference_tiers_are_read_from_the_back_of_a_room(name: str) -> None:
    placed = legible(pictured(name), *PICTURE)
    assert points(placed, *PICTURE) >= READABLE
    assert points(placed, *PICTURE) > 1.4 * points(arranged(placed.diagram, assign_columns(placed.diagram)), *PICTURE)


@EACH
def test_nothing_in_a_picture_for_a_room_lies_on_anything_else(name: str) -> None:
    placed = legible(pictured(name), *PICTURE)
    found = score(placed)
    assert (found.overlaps, found.label_collisions) == (0, 0)
    for one, other in combinations([one.heading for one in placed.groups if one.heading], 2):
        assert not one.overlaps(other, -1)


@EACH
@pytest.mark.parametrize("measures", [ROOM, BRIEF], ids=["room", "brief"])
def test_words_fit_their_cards_and_labels_their_gaps(name: str, measures: Measures) -> None:
    diagram = pictured(name)
    placed = arranged(diagram, assign_columns(diagram), measures)
    sizes = measures.sizes
    assert {one.node.id for one in placed.nodes} == {one.id for one in diagram.nodes}
    for one in placed.nodes:
        size = sizes.text if one.compact else sizes.name
        has_icon = one.compact and has_small_icon(one.node, one.box.width, measures)
        room = one.box.width - (small_lead(measures) if has_icon else 0)
        for line in one.title:
            assert text_width(line, size, bold=True) <= room, one.node.id
        assert text_width(one.detail, sizes.small if one.compact else sizes.label) <= room
    for edge in placed.edges:
        if edge.label:
            assert "".join(edge.label.lines) == edge.label.text.replace(" ", "" if edge.label.stacked else " ")
            wide = max((text_width(line, sizes.label) for line in edge.label.lines), default=0.0)
            assert wide <= edge.label.box.width
            assert len(edge.label.lines) * sizes.label <= edge.label.box.height


def test_a_label_stands_in_one_line_where_another_line_is_near() -> None:
    ends = [Node(id=one, subject=one, label=one, kind="service", role="application") for one in ("a", "b", "c")]
    edges = [
        Edge(id=f"a {to}", subject=f"a -> {to}", source="a", target=to, label=f"https {port}", meaning="encrypted")
        for to, port in (("b", 443), ("c", 8443))
    ]
    diagram = Diagram(id="d", title="d", alt="d", nodes=tuple(ends), edges=tuple(edges))
    both = arranged(diagram, {"a": 0, "b": 1, "c": 1}, BRIEF)
    alone = arranged(
        Diagram(id="d", title="d", alt="d", nodes=tuple(ends[:2]), edges=(edges[0],)), {"a": 0, "b": 1}, BRIEF
    )
    assert [one.label.stacked for one in both.edges if one.label] == [False, False]
    assert [one.label.stacked for one in alone.edges if one.label] == [True]


def hosted(name: str, agent: bool = True) -> Placed:
    nodes = [Node(id="web", subject="web", label="web", kind="web-server", role="web", group="h")]
    if agent:
        nodes.append(
            Node(id="probe", subject="probe", label="probe", kind="monitoring-agent", role="observer", group="h")
        )
    host = Group(id="h", subject="h", kind="host", label=name)
    diagram = Diagram(id="d", title="d", alt="d", nodes=tuple(nodes), groups=(host,))
    return arranged(diagram, assign_columns(diagram, tucked=True), BRIEF)


def test_an_agent_is_tucked_under_the_card_with_most_room() -> None:
    web, probe = hosted("h").nodes
    assert (probe.box.x, probe.box.y > web.box.bottom) == (web.box.x, True)


def test_a_narrow_host_gives_up_its_glyph_before_its_name() -> None:
    assert hosted("web-server", agent=False).groups[0].title == "web-server"


def test_brief_cards_keep_how_many_they_stand_for() -> None:
    node = Node(id="web", subject="web", label="web", detail="nginx · ×10", kind="web-server", role="web")
    plain = Diagram(id="d", title="d", alt="d", nodes=(node,))
    assert arranged(plain, {"web": 0}, BRIEF).nodes[0].detail == "×10"
    assert arranged(plain, {"web": 0}, USUAL).nodes[0].detail == "nginx · ×10"


# Titles and tables

LONG = "Secured and monitored web infrastructure of the whole company and its daughters: deployment (2 of 3)"


@pytest.mark.parametrize(
    ("title", "room", "wanted", "size"),
    [
        ("Short", 200.0, "Short", 28.0),
        ("Two\n  words", 200.0, "Two words", 28.0),
        (LONG, 5000.0, LONG, 28.0),
        ("Just a little too long for it", 300.0, "Just a little too long for it", 25.0),
    ],
)
def test_a_title_is_made_smaller_before_it_is_cut(title: str, room: float, wanted: str, size: float) -> None:
    assert fitted_title(title, room, 28.0) == (wanted, size)


def test_a_title_that_is_cut_keeps_what_it_ends_in() -> None:
    words, size = fitted_title(LONG, 600.0, 28.0)
    assert words.endswith("…: deployment (2 of 3)")
    assert size == 28.0 * SMALLEST
    assert text_width(words, size, bold=True) <= 600.0
    for room in (40.0, 100.0, 300.0):
        assert text_width(fitted_title(LONG, room, 28.0)[0], 28.0 * SMALLEST, bold=True) <= room


CELLS = ("A flow with a title of some length", "99.99%", "dns#1, fw-1, lb-1 or server-1")


@pytest.mark.parametrize("rows", [1, 3, 6, 12])
def test_a_table_has_the_largest_words_for_which_its_rows_fit(rows: int) -> None:
    table = (("FlowSlide", "Available", "Stops it"), *[CELLS] * rows)
    laid = lay_out(table, 880.0, 430.0)
    assert sum(laid.heights) <= 430.0 or laid.size == SIZES[-1]
    assert sum(laid.widths) == pytest.approx(880.0)
    larger = [size for size in SIZES if size > laid.size]
    assert not larger or lay_out(table, 880.0, 430.0).size == laid.size
    for row in laid.rows:
        for lines, wide in zip(row, laid.widths, strict=True):
            assert all(text_width(line, laid.size) <= wide for line in lines)
    assert laid.size == {1: 24.0, 3: 24.0, 6: 24.0, 12: 18.0}[rows]


def test_words_that_no_size_has_room_for_are_cut() -> None:
    laid = lay_out((("A", "B"), ("word " * 500, "b")), 400.0, 200.0)
    assert laid.size == SIZES[-1]
    assert laid.rows[1][0][-1].endswith("…")
    assert sum(laid.heights) <= 200.0


def test_a_picture_of_one_card_does_not_shout() -> None:
    node = Node(id="web", subject="web", label="web", kind="web-server", role="web")
    placed = legible(Diagram(id="d", title="d", alt="d", nodes=(node,)), *PICTURE)
    assert placed.measures is ROOM
    assert points(placed, *PICTURE) > MOST
    page = Presentation(BytesIO(write_pptx(Deck("d", (DiagramSlide("d", placed),)), lambda _: None))).slides[0]
    (card,) = (one for group in page.shapes if group.shape_type == 6 for one in group.shapes if one.name == "web")
    assert card.text_frame.paragraphs[0].runs[0].font.size.pt == MOST


@pytest.mark.parametrize("name", ["2-distributed-web-infrastructure", "4-split-components"])
def test_a_direction_of_the_model_makes_no_text_small_on_a_slide(name: str) -> None:
    diagram = pictured(name)
    drawing = Drawing("best", "light")
    usual, turned = drawing.fitted(diagram), drawing.fitted(replace(diagram, direction="top-down"))
    assert points(turned, *PICTURE) >= min(points(usual, *PICTURE), FLOOR)
