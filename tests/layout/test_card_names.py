"""Names on cards: a third line before one is cut, in a card that is high enough for it."""

from __future__ import annotations

import pytest

from archgen.layout.deployment.cards import size_cards
from archgen.layout.measures import BRIEF, CLOSE, FLAT, ROOM, TERSE, USUAL, Measures
from archgen.style.text_metrics import ELLIPSIS
from archgen.views.diagram import Diagram, Node

NAMES = (
    "Object storage of another provider",
    "Sessions and application cache",
    "Memorystore for Redis (standard tier)",
    "Cloud SQL for PostgreSQL",
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
