"""Logos: from the installed packages, from a user's file, and nothing where there is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archgen.layout.placed import Box
from archgen.model.product_facts.trait_table import TRAITS
from archgen.render.icons.drawing import drawing
from archgen.render.icons.icons import BRAND_COLOURS, icon, icons, mono
from archgen.render.icons.wordmarks import WORDMARKS
from archgen.render.raster.png import pixels, png, png_of_svg
from archgen.render.scene.shapes import IconImage, Rectangle, scene
from archgen.style.glyphs import Icon
from archgen.style.theme import DARK, LIGHT, Mode, Theme
from tests.render import wordmarks
from tests.style.test_kit_theme import contrast

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{}</svg>'


@pytest.mark.parametrize(
    "name", ["nginx", "mysql", "simple/sumologic", "simple/redis", "Node.js", "kafka", "material/database"]
)
def test_vector_logos(name: str) -> None:
    found = icon(name)
    assert found is not None
    assert ElementTree.fromstring(found.body).tag == "g"


@pytest.mark.parametrize("name", ["zabbix", "diagrams/onprem/network/haproxy"])
def test_raster_logos_are_small_and_embedded(name: str) -> None:
    pytest.importorskip("diagrams", reason="the diagrams extra is not installed")
    found = icon(name)
    assert found is not None
    href = ElementTree.fromstring(found.body).get("href", "")
    assert href.startswith("data:image/png;base64,")
    assert len(href) < 20_000


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "no-such-product",
        "../../pyproject",
        "simple/../../../x",
        "diagrams/../../../etc/passwd",
        "a\0b",
        "/etc/x",
    ],
)
def test_no_logo(name: str | None) -> None:
    assert icon(name) is None


def test_only_those_that_exist() -> None:
    assert list(icons(["nginx", None, "no-such-product", "nginx"])) == ["nginx"]


def test_no_path_of_the_machine_in_a_logo() -> None:
    for one in icons(["nginx", "haproxy", "mysql"]).values():
        assert os.sep + "site-packages" not in one.body + one.id


@pytest.mark.parametrize(("name", "colour"), BRAND_COLOURS.items())
def test_brand_colours_stand_out_from_white(name: str, colour: str) -> None:
    assert contrast(colour, LIGHT.chip) >= 3


def test_a_file_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(SVG.format('<path d="M0 0h10v10z" fill="#123456"/>'))
    found = icon("logo.svg", str(tmp_path))
    assert found is not None
    assert found.coloured
    assert "#123456" in found.body
    assert icon("logo.svg", None) is None


def test_a_file_outside_the_project_is_not_read(tmp_path: Path) -> None:
    inside = tmp_path / "project"
    inside.mkdir()
    (tmp_path / "logo.svg").write_text(SVG.format('<path d="M0 0h10v10z"/>'))
    (inside / "link.svg").symlink_to(tmp_path / "logo.svg")
    assert icon("../logo.svg", str(inside)) is None
    assert icon("link.svg", str(inside)) is None


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        '<image href="http://example.com/x.png"/>',
        '<use href="other.svg#x"/>',
        "<foreignObject><body/></foreignObject>",
        "<style>*{fill:url(http://example.com)}</style>",
        "<a href='javascript:alert(1)'/>",
    ],
)
def test_what_is_no_shape_is_dropped(inner: str) -> None:
    assert drawing("x", SVG.format(inner).encode()) is None
    kept = drawing("x", SVG.format(inner + '<path d="M0 0h1v1z" onclick="x()" style="fill:url(#g)"/>').encode())
    assert kept is not None
    assert kept.body == '<g fill="currentColor"><path d="M0 0h1v1z"/></g>'


@pytest.mark.parametrize(
    ("inner", "fill"),
    [
        ("<style>.cls-1,.cls-2{fill:#E01E5A;stroke:none}</style><path class='cls-2' d='M0 0h1v1z'/>", "#E01E5A"),
        (
            '<defs><linearGradient id="g"><stop stop-color="#f80"/><stop offset="1" stop-color="#08f"/></linearGradient>'
            '<linearGradient id="h" href="#g"/></defs><path fill="url(#h)" d="M0 0h1v1z"/>',
            "#f80",
        ),
        ('<linearGradient id="g" href="#g"/><path fill="url(#g)" style="fill:#123456" d="M0 0h1v1z"/>', "#123456"),
    ],
)
def test_colours_of_classes_and_gradients(inner: str, fill: str) -> None:
    """They were left out, so that many a logo was a blot of ink."""
    found = drawing("x", SVG.format(inner).encode())
    assert found is not None
    assert found.coloured
    assert f'fill="{fill}"' in found.body
    assert "url(" not in found.body


def test_a_document_type_without_declarations_does_not_matter() -> None:
    words = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    shape = SVG.format('<path d="M0 0h1v1z"/>').encode()
    assert drawing("x", words + shape) == drawing("x", shape) is not None
    assert drawing("x", b"<!DOCTYPE svg [ ]>" + shape) is None
    assert drawing("x", words + words + shape) is None


def seen(one: Icon, theme: Theme) -> set[tuple[int, ...]]:
    """The colours of the pixels of a logo on a card."""
    mode: Mode = "dark" if theme is DARK else "light"
    card = Rectangle(Box(0, 0, 48, 48), "card")
    drawn = scene("p", 48, 48, (card, IconImage(one, 4, 4, 40)), "", "")
    return {pixel[:3] for pixel in pixels(png(drawn, mode, 1.0))}


FORMS = {
    "mono": '<path d="M2 2h20v20H2z"/>',
    "black": '<path fill="#000" d="M2 2h20v20H2z"/>',
    "white": '<path fill="white" d="M2 2h20v20H2z"/>',
    "yellow": '<g fill="#ffe000"><path d="M2 2h20v20H2z"/></g>',
    "blue": '<path fill="#036" d="M2 2h20v20H2z"/>',
}


@pytest.mark.parametrize("form", ["svg", "png"])
@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_logo_of_the_user_stands_out_in_both_schemes(tmp_path: Path, form: str, name: str, theme: Theme) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24">{FORMS[name]}</svg>'
    content = svg.encode() if form == "svg" else png_of_svg(svg, 4.0)
    (tmp_path / f"logo.{form}").write_bytes(content)
    found = icon(f"logo.{form}", str(tmp_path))
    assert found is not None
    colours = seen(found, theme)
    ink = {"mono": theme.ink if form == "svg" else "#000000", "black": "#000000", "white": "#ffffff"}
    paint = {**ink, "yellow": "#ffe000", "blue": "#003366"}[name]
    assert tuple(bytes.fromhex(paint[1:])) in colours
    chip = DARK.card if name in ("white", "yellow") else theme.card if (name, form) == ("mono", "svg") else theme.chip
    assert tuple(bytes.fromhex(chip[1:])) in colours
    assert contrast(paint, chip) > 3


def test_a_logo_in_one_colour_can_be_drawn_in_ink(tmp_path: Path) -> None:
    for name, inner in FORMS.items():
        (tmp_path / f"{name}.svg").write_text(SVG.format(inner), encoding="utf-8")
        found = icon(f"{name}.svg", str(tmp_path))
        assert found is not None
        inked = mono(found)
        assert inked is not None
        assert not re.search(r'(fill|stroke)="(?!none|currentColor)', inked.body)
    two = drawing("x", SVG.format('<path fill="#fff" d="M0 0h1v1z"/><path fill="#036" d="M0 0h1v1z"/>').encode())
    assert two is not None
    assert mono(two) is None


def test_pixels_are_those_of_the_picture() -> None:
    image = pytest.importorskip("PIL.Image", reason="the slides extra is not installed")
    content = png_of_svg(
        SVG.replace("viewBox", 'width="10" height="10" viewBox').format(
            '<circle cx="5" cy="5" r="4" fill="#a41"/><path d="M0 0l9 3" stroke="#06f"/>'
        ),
        7.0,
    )
    told = image.open(BytesIO(content)).convert("RGBA")
    assert b"".join(bytes(pixel) for pixel in pixels(content)) == told.tobytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"\xff\xfe",
        b"<html/>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>',
        SVG.format("").encode(),
    ],
)
def test_what_is_no_drawing(content: bytes) -> None:
    assert drawing("x", content) is None


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ("material", "diagrams"): raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from archgen.render.icons.icons import icon
assert icon("nginx") is None and icon("haproxy") is not None and icon("diagrams/onprem/network/haproxy") is None
"""


def test_a_logo_drawn_here_is_small() -> None:
    found = icon("HAProxy")
    assert found is not None
    assert len(found.body) < 2_500
    assert "image" not in found.body


def test_without_the_packages_there_are_only_our_own_logos_and_no_error() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["sumo-logic", "veeam", "Oracle", "mssql"])
def test_a_logo_that_is_a_line_of_text_leaves_the_glyph(name: str) -> None:
    assert icon(name) is None


MEND = "python -m tests.render.wordmarks"


def test_lines_of_text_are_those_of_the_packages() -> None:
    pytest.importorskip("diagrams", reason="its logos are not installed")
    slugs = dict(wordmarks.slugs())
    assert slugs.keys() >= WORDMARKS, MEND
    listed = sorted(WORDMARKS)[::6]
    others = sorted(set(TRAITS) & set(slugs) - WORDMARKS)[::3]
    assert len(others) > 20
    assert {slug: wordmarks.is_flat(slugs[slug]) for slug in [*listed, *others]} == {
        **dict.fromkeys(listed, True),
        **dict.fromkeys(others, False),
    }, MEND
