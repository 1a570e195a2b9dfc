"""The drawings of kinds: one for each, all in their box."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.svgLib.path.parser import parse_path

from archgen.model.kinds import KINDS
from archgen.style.glyphs import STROKES, Icon, glyph, group_glyph


def bounds(path: str) -> tuple[float, float, float, float]:
    pen = BoundsPen(None)
    parse_path(path, pen)
    left, bottom, right, top = pen.bounds
    return left, bottom, right, top


def test_every_kind_has_one_and_no_other_has() -> None:
    assert set(STROKES) == set(KINDS)


def test_no_two_are_alike() -> None:
    assert len(set(STROKES.values())) == len(STROKES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_glyph_fills_its_box_and_stays_in_it(kind: str) -> None:
    left, top, right, bottom = bounds(STROKES[kind])
    half_stroke = 0.75
    assert min(left, top) - half_stroke >= 0
    assert max(right, bottom) + half_stroke <= 24
    assert max(right - left, bottom - top) >= 16
    assert abs((left + right) / 2 - 12) <= 1.5


@pytest.mark.parametrize(
    "icon", [*map(glyph, KINDS), *map(group_glyph, ("host", "network", "zone"))], ids=lambda i: i.id
)
def test_a_glyph_is_markup_in_the_colour_of_text(icon: Icon) -> None:
    root = ElementTree.fromstring(icon.body)
    assert root.tag == "path"
    assert root.get("stroke") == "currentColor"
    assert icon.view_box == "0 0 24 24"


def test_an_unknown_kind_is_drawn_as_other() -> None:
    assert glyph("teleporter") == glyph("other")
