"""Sequences for a column: lifelines nearer together rather than words that are too small to read."""

from __future__ import annotations

from itertools import pairwise

import pytest

from archgen.app.drawing.pictures import Drawing
from archgen.engines.rooms import ROOMS
from archgen.layout.sequence.arrangement import place, place_within
from archgen.layout.sequence.lanes import PAGES
from archgen.layout.sequence.placed import PlacedSequence
from archgen.style.text_metrics import ELLIPSIS
from archgen.views.diagram import Message, Participant, Sequence
from tests.checked import check

NAMES = (
    "user",
    "route53",
    "cloudfront",
    "waf",
    "alb",
    "ingress",
    "gateway",
    "accounts",
    "RDS for PostgreSQL, Multi-AZ",
)


def sequence(names: tuple[str, ...] = NAMES, detail: str = "Content delivery network") -> Sequence:
    """Return a sequence in which each participant calls the next."""
    people = tuple(
        Participant(id=name, label=name, detail=detail, kind="service", place="inside" if number % 2 else "outside")
        for number, name in enumerate(names)
    )
    calls = tuple(
        Message(
            number=f"{number}",
            source=source,
            target=target,
            text="GET /callback",
            protocol="https 443",
            meaning="encrypted",
        )
        for number, (source, target) in enumerate(pairwise(names), 1)
    )
    return Sequence(id="s", title="Sign in", alt="", participants=people, items=calls)


def test_a_sequence_that_fits_is_as_wide_as_its_words_want() -> None:
    assert place_within(sequence(), 2000.0) == place(sequence())


def test_lifelines_stand_only_as_near_together_as_a_column_wants() -> None:
    widths = [place(sequence(), spacing).width for spacing in PAGES]
    assert widths == sorted(widths, reverse=True)
    assert [place_within(sequence(), width).width for width in widths] == widths
    assert place_within(sequence(), 100.0).width == widths[-1]


@pytest.mark.parametrize("width", [1500.0, 1150.0, 900.0])
def test_cards_and_places_beside_each_other_do_not_touch_and_their_words_fit(width: float) -> None:
    placed = place_within(sequence(), width)
    assert all(before.box.right < after.box.x for before, after in pairwise(placed.heads))
    assert all(before.box.right < after.box.x for before, after in pairwise(placed.places))
    for head in placed.heads:
        assert not any(text.text.endswith(ELLIPSIS) for text in head.texts)
        assert all(text.y < head.box.bottom for text in head.texts)
        name = " ".join(text.text for text in head.texts if text.bold)
        assert name == head.participant.label


def test_no_name_is_cut_to_save_room() -> None:
    names = ("user", "Logging-and-metrics pipeline", "Identity provider of all customers")
    assert [names_cut(place(sequence(names), spacing)) for spacing in PAGES] == [0, 0, 0, 1]
    assert place_within(sequence(names), 100.0) == place(sequence(names), PAGES[2])


def names_cut(placed: PlacedSequence) -> int:
    return sum(text.text.endswith(ELLIPSIS) for head in placed.heads for text in head.texts if text.bold)


def test_a_column_of_a_page_has_a_sequence_that_can_be_read_there_and_a_slide_its_own() -> None:
    names = [f"part-{number}" for number in range(9)]
    calls = ", ".join(f"{source} -> {target}: GET /callback" for source, target in pairwise(names))
    parts = "".join(f"  {name}: {{kind: service, managed: true}}\n" for name in names)
    lines = "".join(f"  {source} -> {target}: https\n" for source, target in pairwise(names))
    text = f"archgen: 1\nname: Parts\ncomponents:\n{parts}connections:\n{lines}flows: {{go: {{title: Go, steps: [{calls}]}}}}\n"
    system = check("parts.arch.yaml", text.encode())
    (flow,) = system.architecture.flows
    widths = {name: Drawing(room=room).flow_scene(system, flow).view.width for name, room in ROOMS.items()}
    assert widths["1150"] <= 1150 < widths["slide"]
    assert widths["480"] < widths["800"] <= 977
