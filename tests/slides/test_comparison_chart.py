"""Systems beside each other on a slide: bars as high as what they say, words whole where there is room, nothing outside."""

from __future__ import annotations

from itertools import combinations
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen.layout.placed import Box
from archgen.slides.layout.comparison_chart import ComparisonChart, DowntimeBar, SystemColumn, place_chart

ROOM = Box(40, 78, 880, 430)
HOURS = st.sampled_from([0.0, 0.001, 5.3, 48.2, 8766.0, inf])
NAMES = st.sampled_from(
    ["Web", "A secured and monitored web infrastructure in three houses", "\U0001f600 データ", "x" * 300]
)


def system(name: str = "A", *hours: float, labels: tuple[str, ...] = ("reads", "writes")) -> SystemColumn:
    series = {"reads": 0, "writes": 1}
    bars = tuple(
        DowntimeBar(label, one, f"{one:.1f} h", series[label]) for label, one in zip(labels, hours, strict=False)
    )
    return SystemColumn(name, "3 hosts, 7 parts", (("error", 6), ("warning", 4)), bars, f"{name} is told")


def boxes(placed: ComparisonChart) -> list[Box]:
    bars = [bar for column in placed.columns for bar in column.bars] + [*placed.key]
    texts = [text for column in placed.columns for text in column.words] + [*placed.words]
    marks = [box for column in placed.columns for _, box in column.marks]
    return [bar.box for bar in bars] + [text.box for text in texts] + marks


def test_bars_are_as_high_as_what_they_say() -> None:
    placed = place_chart((system("A", 10.0, 20.0), system("B", 40.0, 5.0)), "Down", 40.0, ROOM)
    heights = [bar.box.height for column in placed.columns for bar in column.bars]
    assert heights == pytest.approx([heights[2] * share for share in (0.25, 0.5, 1.0, 0.125)])
    assert {bar.box.bottom for column in placed.columns for bar in column.bars} == {placed.line.y}


def test_slides_of_one_ladder_have_one_scale() -> None:
    (one,), (other,) = (
        [
            bar.box.height
            for column in place_chart((system("A", hours),), "Down", 40.0, ROOM).columns
            for bar in column.bars
        ]
        for hours in (10.0, 20.0)
    )
    assert other == pytest.approx(2 * one)


def test_what_is_always_down_is_as_high_as_the_room_and_what_never_is_can_be_seen() -> None:
    placed = place_chart((system("A", inf, 0.0), system("B", 8.0, 4.0)), "Down", 8.0, ROOM)
    always, never, most, _ = (bar.box.height for column in placed.columns for bar in column.bars)
    assert always == most
    assert 0 < never < 5


def test_a_bar_keeps_the_look_of_its_label_and_stands_first_where_it_is_alone() -> None:
    alone = system("B", 3.0, labels=("writes",))
    placed = place_chart((system("A", 1.0, 2.0), alone), "Down", 3.0, ROOM)
    first = place_chart((alone, system("A", 1.0, 2.0)), "Down", 3.0, ROOM)
    assert [one.text for one in first.words] == [one.text for one in placed.words] == ["Down", "reads", "writes"]
    assert first.columns[0].bars[0].hollow
    assert [bar.hollow for column in placed.columns for bar in column.bars] == [False, True, True]
    assert placed.columns[1].bars[0].box.x == placed.columns[1].words[1].box.x


def test_words_are_smaller_before_they_are_cut() -> None:
    narrow = Box(20, 60, 560, 380)
    systems = tuple(system(name, 1.0, 2.0) for name in ("Split components", "Infrastructure", "Other", "One more"))
    placed = place_chart(systems, "Down", 2.0, narrow, wider=1.2)
    said = " ".join(one.text for column in placed.columns for one in column.words)
    assert "…" not in said
    assert "components" in said


@given(
    st.lists(st.tuples(NAMES, st.lists(HOURS, max_size=2)), min_size=1, max_size=5),
    st.sampled_from([(ROOM, 1.0), (Box(36, 120, 648, 380), 1.2)]),
)
def test_everything_stands_in_its_room_and_on_nothing_else(
    systems: list[tuple[str, list[float]]], room: tuple[Box, float]
) -> None:
    most = max((one for _, hours in systems for one in hours if one < inf), default=1.0)
    placed = place_chart(tuple(system(name, *hours) for name, hours in systems), "Down a year", most, *room)
    for one in boxes(placed):
        assert one.y >= room[0].y - 1
        assert one.bottom <= room[0].bottom + 1
        assert one.x >= room[0].x - 5
        assert one.right <= room[0].right + 5
    for one, other in combinations(boxes(placed), 2):
        assert not one.overlaps(other, -5)
