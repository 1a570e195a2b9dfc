"""Flows on slides: in text that can be read from the back of a room, on no more slides than that takes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from msgspec.structs import replace

from archgen.app.drawing.pictures import Drawing
from archgen.app.models import check_models
from archgen.app.workspace.inputs import find, read
from archgen.layout.sequence.arrangement import place
from archgen.layout.sequence.lanes import SLIDES
from archgen.linting.checked_model import CheckedModel
from archgen.slides.sequence_paging import READABLE_SCALE, scale, split_sequence
from archgen.views.diagram import Message, Participant, Sequence
from tests.paths import ROOT

FILES = (*sorted((ROOT / "models").glob("*.arch.yaml")), *sorted((ROOT / "tests" / "pictures").glob("*.arch.yaml")))


def flows(path: str) -> Iterator[Sequence]:
    (model,) = check_models(read(find((path,)), ""), "2026-11-24")
    assert isinstance(model, CheckedModel)
    for flow in model.topology.architecture.flows:
        yield Drawing("best", "light").flow(model, flow)


def readable(sequence: Sequence) -> bool:
    return max(scale(place(sequence, spacing)) for spacing in SLIDES) >= READABLE_SCALE


def both(first: Sequence, second: Sequence, whole: Sequence) -> Sequence:
    """Two slides as one, with their participants in the order of the flow."""
    names = {each.id for part in (first, second) for each in part.participants}
    people = tuple(each for each in whole.participants if each.id in names)
    return replace(whole, items=(*first.items, *second.items), participants=people)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.partition(".")[0])
def test_a_flow_is_read_on_as_few_slides_as_that_takes(path: object) -> None:
    for sequence in flows(str(path)):
        parts = split_sequence(sequence)
        assert tuple(item for part in parts for item in part.sequence.items) == sequence.items
        for part in parts:
            assert scale(part) >= READABLE_SCALE or len(part.sequence.items) == 1, sequence.title
        for first, second in pairwise(parts):
            assert not readable(both(first.sequence, second.sequence, sequence)), sequence.title


def chain(length: int) -> Sequence:
    """A flow of so many steps, each from the last one's target to another."""
    people = tuple(Participant(id=f"p{at}", label=f"part {at}", kind="app-server") for at in range(length + 1))
    items = tuple(
        Message(
            number=str(at + 1),
            source=f"p{at}",
            target=f"p{at + 1}",
            text="a request",
            protocol="https 443",
            meaning="encrypted",
        )
        for at in range(length)
    )
    return Sequence(id="chain", title="Chain", alt="", participants=people, items=items)


@pytest.mark.parametrize(("steps", "slides"), [(6, 1), (7, 2), (8, 2), (13, 3), (20, 4)])
def test_the_slides_of_a_long_flow_are_about_as_long(steps: int, slides: int) -> None:
    parts = split_sequence(chain(steps))
    lengths = [len(part.sequence.items) for part in parts]
    assert len(parts) == slides
    assert max(lengths) <= -(-steps // slides)
