"""Themes on pictures, slides and presentations: one value decides in all of them."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archgen.cli import main
from archgen.layout.deployment.arrangement import domain
from archgen.render.canvas.drawio import drawio
from archgen.render.icons.icons import icon, mono
from archgen.render.scene.bar_chart import BarChart, BarGroup, QuantityBar, bar_chart_scene
from archgen.render.scene.diagram import diagram_scene
from archgen.render.svg.document import svg
from archgen.style.theme import THEMES, Mode, colours
from archgen.views.deployment import deployment
from archgen.views.flow import flow_sequence
from tests.drawing import diagram_svg, sequence_svg
from tests.paths import ROOT
from tests.render.test_exports import SHIPPED

MODEL = str(ROOT / "models" / "2-distributed-web-infrastructure.arch.yaml")
EACH = pytest.mark.parametrize("name", THEMES)
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b")


def pictures(name: Mode) -> list[str]:
    one = SHIPPED[2]
    chart = BarChart("t", "a", (BarGroup("g", (QuantityBar("b", 1.0, "1 h"),)),))
    return [
        diagram_svg(domain(deployment(one)), mode=name, name="p"),
        sequence_svg(flow_sequence(one, one.architecture.flows[0]), {}, "p", name),
        svg(bar_chart_scene(chart, "p"), name),
    ]


def full(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])


@EACH
def test_a_picture_has_the_colours_of_its_theme_only(name: Mode) -> None:
    known = set(colours(THEMES[name]).values())
    for picture in pictures(name):
        ElementTree.fromstring(picture)
        found = {full(one) for one in COLOUR.findall(re.sub(r'href="[^"]*"', "", picture))}
        assert found <= known
        assert THEMES[name].ink in found
        assert picture in pictures(name)


@EACH
def test_other_canvases_take_the_theme_too(name: Mode) -> None:
    drawn = drawio(diagram_scene(domain(deployment(SHIPPED[1]))), THEMES[name])
    assert THEMES[name].card_line in drawn
    pptx = pytest.importorskip("pptx", reason="the slides extra is not installed")
    from archgen.slides.pptx.template import load_template

    target = BytesIO()
    load_template(None, THEMES[name]).presentation.save(target)
    theme = next(
        part.blob
        for part in pptx.Presentation(BytesIO(target.getvalue())).part.package.iter_parts()
        if "theme" in part.partname
    )
    assert THEMES[name].ink.removeprefix("#").encode() in theme


def widths(svg: str) -> list[float]:
    return sorted(float(one) for one in re.findall(r'stroke-width="([0-9.]+)"', re.sub(r"<defs>.*</defs>", "", svg)))


def test_print_is_thin_and_high_contrast_thick() -> None:
    usual, thin, thick = (widths(pictures(name)[0]) for name in ("light", "print", "contrast"))
    assert max(thin) < max(usual) < max(thick)


def test_mono_logos_are_in_ink() -> None:
    for name in ("nginx", "mysql", "haproxy"):
        one = icon(name)
        if one is not None:
            inked = mono(one)
            assert inked is not None
            assert not inked.coloured
            assert not COLOUR.search(inked.body)
    raster = icon("diagrams/onprem/network/haproxy")
    assert raster is None or mono(raster) is None


def test_the_commands_take_themes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "a.svg"
    words = ["draw", MODEL, "--view", "deployment", "-o", str(target)]
    assert main([*words, "--theme", "print"]) == 0
    printed = target.read_text(encoding="utf-8")
    assert not [one for one in map(full, COLOUR.findall(printed)) if not one[1:3] == one[3:5] == one[5:7]]
    assert main([*words, "--theme", "light", "--icons", "mono"]) == 0
    assert "#00873a" not in target.read_text(encoding="utf-8")
    assert main([*words, "--theme", "neon"]) == 2
    assert main([*words, "--icons", "none"]) == 2
    assert main(["slides", MODEL, "--theme", "auto", "-o", str(tmp_path / "a.pdf")]) == 2
    assert "contrast" in capsys.readouterr().err
