"""Words on cards: another line before a name is cut, in a card that is high enough for it, and no word broken."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from archgen.layout.deployment.cards import SizedCard, size_cards
from archgen.layout.measures import BRIEF, CLOSE, FLAT, POCKET, ROOM, TERSE, USUAL, Measures
from archgen.layout.placed import Box, PlacedNode
from archgen.render.scene.card import card_shapes
from archgen.render.scene.shapes import IconImage, TextLine
from archgen.style.text_metrics import ELLIPSIS, wrap
from archgen.views.diagram import Diagram, Node

NAMES = (
    "Object storage of another provider",
    "Sessions and application cache",
    "Memorystore for Redis (standard tier)",
    "Cloud SQL for PostgreSQL",
    "Remote maintenance of the TVM vendor",
)


def card(name: str, kind: str = "database", detail: str = "") -> Node:
    return Node(id=name, subject=name, label=name, kind=kind, role="data", detail=detail)


@pytest.mark.parametrize("measures", [USUAL, CLOSE, FLAT, ROOM])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_few_words_is_not_cut(name: str, measures: Measures) -> None:
    nodes = (card(name, detail="×3"), card("web"))
    sized = size_cards(Diagram(id="d", title="d", alt="d", nodes=nodes), measures=measures)[name]
    assert " ".join(sized.title).replace(" ", "") == name.replace(" ", "")
    assert measures.title * len(sized.title) + measures.label <= sized.height


@pytest.mark.parametrize("measures", [USUAL, FLAT, TERSE, ROOM, BRIEF])
def test_a_name_without_end_has_the_usual_lines_and_leaves_the_other_cards_alone(measures: Measures) -> None:
    name = "A name that goes on and on, " * 6
    usual = size_cards(
        Diagram(id="d", title="d", alt="d", nodes=(card("two lines of a name of theirs"),)), measures=measures
    )
    sized = size_cards(
        Diagram(id="d", title="d", alt="d", nodes=(card(name), card("two lines of a name of theirs"))),
        measures=measures,
    )
    assert len(sized[name].title) == 2
    assert sized[name].title[-1].endswith(ELLIPSIS)
    assert sized["two lines of a name of theirs"].height == usual["two lines of a name of theirs"].height


def sized(*nodes: Node, measures: Measures = USUAL) -> dict[str, SizedCard]:
    return size_cards(Diagram(id="d", title="d", alt="d", nodes=nodes), measures=measures)


@pytest.mark.parametrize("measures", [CLOSE, FLAT, BRIEF, POCKET])
@pytest.mark.parametrize("name", ["Apache with ModSecurity", "RDS for PostgreSQL, Multi-AZ"])
def test_a_product_in_camel_case_stands_on_one_line(name: str, measures: Measures) -> None:
    lines = sized(card(name), measures=measures)[name].title
    assert all(any(word in line for line in lines) for word in name.split())


def test_a_long_word_in_camel_case_is_broken_rather_than_make_all_cards_wide() -> None:
    name = "AuthenticationProviderService"
    wide = sized(card(name), measures=BRIEF)[name]
    assert wide.title[0] == "Authentication"
    assert wide.width < 8 * BRIEF.sizes.name + BRIEF.inset


def test_a_name_is_cut_at_the_end_of_a_word() -> None:
    name = "Service frontend (kube-proxy)"
    assert sized(card(name), measures=BRIEF)[name].title[:2] == ("Service", "frontend")


def drawn_words(node: Node, measures: Measures) -> tuple[SizedCard, list[TextLine]]:
    """Return a card of a diagram and its words where they are drawn, from the card's upper border."""
    size = sized(node, measures=measures)[node.id]
    placed = PlacedNode(node, Box(0, 0, size.width, size.height), size.title, size.detail, size.compact)
    return size, [shape for shape in card_shapes(placed, measures, lambda _: None) if isinstance(shape, TextLine)]


@pytest.mark.parametrize(
    ("measures", "name"),
    [(USUAL, "Agent of log collectors"), (FLAT, "Agent of log collectors"), (BRIEF, "log collector")],
)
@pytest.mark.parametrize("detail", ["", "Monitoring client · ×3"])
def test_the_name_on_a_small_card_has_a_second_line_before_it_is_cut(
    name: str, detail: str, measures: Measures
) -> None:
    size, words = drawn_words(card(name, "monitoring-agent", detail), measures)
    assert size.compact
    assert " ".join(size.title) == name
    assert len(size.title) == 2
    assert [shape.text for shape in words] == [*size.title, *([size.detail] if size.detail else [])]
    assert words[0].y - words[0].size > 0
    assert words[-1].y + words[-1].size / 4 < size.height
    assert all(after.y - before.y >= after.size for before, after in pairwise(words))
    short, _ = drawn_words(card("agent", "monitoring-agent", detail), measures)
    assert short.height < size.height


@pytest.mark.parametrize("measures", [USUAL, ROOM, BRIEF, POCKET])
@pytest.mark.parametrize("name", ["agent", "observability-of-everything"])
def test_a_small_card_has_its_icon_or_its_words_in_the_middle(name: str, measures: Measures) -> None:
    node = card(name, "monitoring-agent", "Agent · ×7")
    size = sized(node, measures=measures)[name]
    placed = PlacedNode(node, Box(0, 0, size.width, size.height), size.title, size.detail, size.compact)
    shapes = card_shapes(placed, measures, lambda _: None)
    words = [shape for shape in shapes if isinstance(shape, TextLine)]
    has_icon = any(isinstance(shape, IconImage) for shape in shapes)
    assert has_icon or name != "agent"
    assert all(line.anchor == ("start" if has_icon else "middle") for line in words)
    assert all(line.x >= (measures.chip_icon if has_icon else size.width / 2) for line in words)


def test_a_name_on_a_border_and_one_of_a_single_word_keep_their_line() -> None:
    guard = replace(card("A firewall of the provider that filters", "firewall"), guards=("net",))
    long = card("observability" * 3, "monitoring-agent")
    cards = sized(guard, long)
    assert [len(each.title) for each in cards.values()] == [1, 1]
    assert all(each.title[0].endswith(ELLIPSIS) for each in cards.values())


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("nodejs · ×3 · on a or b", "nodejs · ×3 · on a or b"),
        ("nodejs · ×3 · on application-a or application-b", "nodejs · ×3 · on any of 2"),
        ("application-server · ×3 · on one, two or three", "×3 · on one, two or three"),
        ("application-server-of-ours · ×12 · on host-one, host-two or host-three", "×12 · on any of 3"),
        ("Firewall · guards application, data, management", "application, data +1"),
        ("Firewall · guards dmz, data, management", "dmz, data, management"),
        ("Firewall · guards dmz, data", "guards dmz, data"),
    ],
)
def test_a_second_line_counts_what_it_has_no_room_for(detail: str, shown: str) -> None:
    assert sized(card("api", detail=detail), measures=CLOSE)["api"].detail == shown


def test_no_line_ends_at_a_space_that_forbids_it() -> None:
    assert wrap("assumed (12.5 h to 114.7 h)", 125, 18) == ("assumed (12.5", "h to 114.7 h)")
    assert wrap("assumed (12.5\u00a0h to 114.7\u00a0h)", 125, 18) == ("assumed", "(12.5\u00a0h to", "114.7\u00a0h)")
    assert wrap(" \u00a0 ", 120, 18) == ()
