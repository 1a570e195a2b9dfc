"""Bar charts as documents: lengths in proportion, every word inside, hostile words as text, both palettes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from archgen.render.scene.bar_chart import BarChart, BarGroup, QuantityBar, bar_chart_scene
from archgen.render.svg.document import svg
from archgen.style.text_metrics import text_width
from archgen.style.theme import DARK, LIGHT, Mode, Theme
from tests.hostile import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"
SAMPLE = BarChart(
    "What to fix first",
    "What to fix first: a 40 h, b 10 h, c 0 h.",
    (
        BarGroup("Reads", (QuantityBar("a", 40.0, "40.0 h"), QuantityBar("b", 10.0, "10.0 h"))),
        BarGroup(
            "Writes",
            (QuantityBar("a-very-long-replica-name" * 4 + "@server-1", 20.0, "20.0 h"), QuantityBar("c", 0.0, "0 s")),
        ),
    ),
)


def drawn(chart: BarChart, mode: Mode = "auto") -> ET.Element:
    return ET.fromstring(svg(bar_chart_scene(chart, "chart"), mode))


def bars(document: ET.Element) -> list[float]:
    return [
        float(rect.attrib["width"])
        for group in document.iter(f"{SVG}g")
        if group.attrib.get("class") == "bar"
        for rect in group.iter(f"{SVG}rect")
    ]


def test_bars_are_as_long_as_their_values_say() -> None:
    first, *rest = bars(drawn(SAMPLE))
    assert first > 100
    assert [length / first for length in rest] == pytest.approx([0.25, 0.5, 0.0], abs=1e-3)


def test_bars_of_nothing_have_no_length() -> None:
    assert bars(drawn(BarChart("t", "d", (BarGroup("", (QuantityBar("a", 0.0, "0 s"),)),)))) == [0.0]


def test_no_word_leaves_the_picture_and_none_is_cut() -> None:
    document = drawn(SAMPLE)
    width, height = float(document.attrib["width"]), float(document.attrib["height"])
    for one in document.iter(f"{SVG}text"):
        classes = one.attrib["class"].split()
        size = next(float(name[1:]) for name in classes if name[0] == "t" and name[1:].isdigit())
        wide = text_width(one.text or "", size, bold="tb" in classes)
        x = float(one.attrib["x"]) - (wide if "te" in classes else 0.0)
        assert x >= 0
        assert x + wide <= width
        assert 0 < float(one.attrib["y"]) < height
    lines = "".join(one.text or "" for one in document.iter(f"{SVG}text"))
    assert SAMPLE.groups[1].bars[0].label in lines


def test_title_and_description_say_what_is_shown() -> None:
    document = drawn(SAMPLE)
    named = {one.attrib["id"]: one.text for one in document if "id" in one.attrib}
    assert document.attrib["role"] == "img"
    assert [named[each] for each in document.attrib["aria-labelledby"].split()] == [SAMPLE.title, SAMPLE.alt]


@pytest.mark.parametrize(("mode", "shown"), [("light", LIGHT), ("dark", DARK)])
def test_a_mode_has_its_own_colours(mode: Mode, shown: Theme) -> None:
    accent = {one.accent for one in (LIGHT, DARK)}
    assert {colour for colour in accent if colour in svg(bar_chart_scene(SAMPLE, "c"), mode)} == {shown.accent}
    assert all(colour in svg(bar_chart_scene(SAMPLE, "c"), "auto") for colour in accent)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(words: str) -> None:
    document = drawn(BarChart(words, words, (BarGroup(words, (QuantityBar(words, 1.0, words),)),)))
    plain = drawn(BarChart("t", "d", (BarGroup("t", (QuantityBar("t", 1.0, "t"),)),)))
    known = {one.tag for one in plain.iter()}
    assert {one.tag for one in document.iter()} <= known
    assert not any(name.startswith("on") or "href" in name for one in document.iter() for name in one.attrib)
