"""The branches of a frame in text: each is opened by the word that says how it is related to the one before it."""

from __future__ import annotations

import pytest

from archgen.model.steps import FrameKind
from archgen.render.text.list import sequence_list
from archgen.render.text.sequence import sequence_text
from archgen.views.diagram import Block, BlockSection, Participant, Sequence


def _of_two(kind: FrameKind, second: str) -> Sequence:
    sections = (BlockSection("in the cache", ()), BlockSection(second, ()))
    participants = tuple(Participant(id=name, label=name, kind="service") for name in ("app", "db"))
    return Sequence(id="s", title="s", alt="", participants=participants, items=(Block(kind, sections),))


@pytest.mark.parametrize(
    ("kind", "second", "opened"),
    [
        ("alt", "not there", "else not there"),
        ("alt", "else", "else"),
        ("alt", "", "else"),
        ("par", "at once", "and at once"),
        ("par", "", "and"),
    ],
)
def test_a_branch_is_opened_by_its_word_once(kind: FrameKind, second: str, opened: str) -> None:
    sequence = _of_two(kind, second)
    assert sequence_list(sequence).splitlines()[-2:] == [f"{kind} in the cache", opened]
    drawn = sequence_text(sequence, 80) or ""
    rules = [line.strip(" ┄") for line in drawn.splitlines() if "┄" in line]
    assert rules == [f"{kind} in the cache", opened, "end"]
