"""Lifelines of a sequence: cards hold whole words, also where they stand near to each other."""

from __future__ import annotations

from archgen.layout.sequence.arrangement import place
from archgen.layout.sequence.lanes import SLIDES, USUAL
from archgen.views.diagram import Participant, Sequence


def lines(label: str) -> list[str]:
    """Return the lines of a label at the top of the narrowest slide."""
    people = (Participant("a", label, "client"), Participant("b", "lb", "load-balancer"))
    placed = place(Sequence(id="s", title="S", alt="", participants=people, items=()), SLIDES[-1])
    return [text.text for text in placed.heads[0].texts]


def test_no_word_of_a_name_is_broken() -> None:
    assert lines("Passenger's phone") == ["Passenger's", "phone"]


def test_a_word_wider_than_any_card_is_cut() -> None:
    assert len("".join(lines("W" * 300))) < 300
    people = (Participant("a", "W" * 300, "client"),)
    placed = place(Sequence(id="s", title="S", alt="", participants=people, items=()), SLIDES[-1])
    assert placed.heads[0].box.width == USUAL.most
