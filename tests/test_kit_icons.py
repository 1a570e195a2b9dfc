"""Logos: from the installed packages, from a user's file, and nothing where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archgen.export.drawing import drawing
from archgen.export.icons import BRAND_COLOURS, icon, icons
from archgen.theme import LIGHT
from tests.test_kit_theme import contrast

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
from archgen.export.icons import icon
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


def test_a_logo_that_is_a_line_of_text_leaves_the_glyph() -> None:
    assert icon("sumo-logic") is None
