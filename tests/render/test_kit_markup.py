"""SVG text: hostile text stays text, ids are unique, and a picture's style names only what it uses."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen.model.finding import SEVERITIES
from archgen.render.raster.png import png
from archgen.render.scene.marks import cross, lock
from archgen.render.scene.shapes import BadgeMark, IconImage, Scene, TextLine, scene
from archgen.render.svg.document import svg
from archgen.style.glyphs import glyph
from archgen.style.svg_markup import clean, element, escape, identifier, number
from archgen.style.text_metrics import text_width
from archgen.style.theme import DARK, LIGHT, Mode
from tests.hostile import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_text(text: str) -> None:
    root = ElementTree.fromstring(element("a", escape(text), b=text))
    assert root.text in (clean(text), None if not text else clean(text).replace("\r", "\n"))
    assert not list(root)
    assert list(root.attrib) == ["b"]


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_is_xml(text: str) -> None:
    root = ElementTree.fromstring(element("a", escape(text) or "-", b=text))
    assert not list(root)


def test_forbidden_and_misleading_characters() -> None:
    assert clean("a\x00b\x1b\ufffe") == "a\ufffdb\ufffd\ufffd"
    assert clean("\u202eabc\u2066\u200f") == "abc"
    assert text_width(clean("\u202eabc"), 10) == text_width("abc", 10)


@given(st.text(max_size=120), st.text(max_size=120))
def test_ids_differ_where_texts_do(one: str, other: str) -> None:
    assert (identifier("p", one) == identifier("p", other)) == (one == other)
    assert all(character.isascii() and (character.isalnum() or character in "-_") for character in identifier("p", one))


def test_long_texts_have_short_ids() -> None:
    assert len(identifier("p", "x" * 5000)) < 120
    assert identifier("p", "x" * 5000) != identifier("p", "x" * 5001)


@pytest.mark.parametrize(
    ("value", "written"), [(1.0, "1"), (-0.001, "0"), (1.005, "1"), (2.5, "2.5"), (1e6, "1000000")]
)
def test_numbers(value: float, written: str) -> None:
    assert number(value) == written


def marks() -> Scene:
    icon = glyph("database")
    shapes = (
        *(IconImage(icon, 8, 8, 40), IconImage(icon, 50, 8, 8), TextLine(60, 30, "<b>", 13), *cross(90, 20)),
        *(BadgeMark(120 + 30 * count, 20, str(count), severity, "&") for count, severity in enumerate(SEVERITIES)),
        *(lock(220, 10, "closed", "encrypted"), lock(240, 10, "open", "plaintext")),
    )
    return scene("p", 300, 60, shapes, "<t>", "<a>")


def drawn(mode: Mode) -> str:
    return svg(marks(), mode)


@pytest.mark.parametrize("mode", ["light", "dark", "auto"])
def test_a_picture_is_self_contained(mode: Mode) -> None:
    text = drawn(mode)
    root = ElementTree.fromstring(text)
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    assert all(one is not None and (one == "p" or one.startswith("p-")) for one in ids)
    assert [node.get("href") for node in root.iter(f"{SVG}use")] == [
        f"#{identifier('p', one)}" for one in ("kind-database", "kind-database", "lock-closed", "lock-open")
    ]
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_literal_modes_use_no_variables_and_auto_has_both_palettes() -> None:
    assert "var(" not in drawn("light") + drawn("dark")
    assert DARK.ink in drawn("dark")
    assert DARK.ink not in drawn("light")
    auto = drawn("auto")
    assert LIGHT.ink in auto
    assert DARK.ink in auto
    assert "prefers-color-scheme:dark" in auto


def test_the_style_names_only_what_is_used() -> None:
    style = ElementTree.fromstring(drawn("light")).find(f"{SVG}style")
    assert style is not None
    assert ".f-error{" in (style.text or "")
    assert ".f-paper{" not in (style.text or "")


def test_pixels_are_the_same_each_time_and_differ_by_palette() -> None:
    light, dark = png(marks(), "light"), png(marks(), "dark")
    assert light.startswith(b"\x89PNG")
    assert light == png(marks(), "light")
    assert light != dark
