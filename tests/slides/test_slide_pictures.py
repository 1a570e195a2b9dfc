"""Decks as pages of a PDF and as folders of pictures: one per slide, 16:9, with the words of the presentation."""

from __future__ import annotations

import re
import struct
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from tests.paths import ROOT

pypdf = pytest.importorskip("pypdf", reason="the extra `dev` is not installed")

from archgen.app.drawing.slides import export_pdf, make_deck, slide_images  # noqa: E402
from archgen.cli import main  # noqa: E402
from archgen.render.scene.legend import legend  # noqa: E402
from archgen.render.scene.shapes import SceneGroup  # noqa: E402
from archgen.render.svg.document import svg  # noqa: E402
from archgen.slides.deck import DeckOptions  # noqa: E402
from archgen.slides.layout.comparison_chart import DowntimeBar, SystemColumn  # noqa: E402
from archgen.slides.slide_scene import slide_scene  # noqa: E402
from archgen.slides.values import (  # noqa: E402
    WIDE,
    ComparisonSlide,
    Deck,
    DiagramSlide,
    FlowSlide,
    Paragraph,
    TableSlide,
    Term,
    TermsSlide,
    TextSlide,
    TitleSlide,
)
from archgen.style.text_metrics import text_width  # noqa: E402
from archgen.style.theme import LINES  # noqa: E402
from archgen.views.diagram import Badge  # noqa: E402
from tests.hostile import HOSTILE  # noqa: E402
from tests.slides.test_slides import DRAWING, shipped, shipped_deck  # noqa: E402

MODEL = str(ROOT / "models" / "1-simple-web-stack.arch.yaml")
SVG = "{http://www.w3.org/2000/svg}"


def short() -> Deck:
    """Return the deck of the reference models as far as its first pictures."""
    return Deck(shipped_deck().title, shipped_deck().slides[:6])


def no_icons(_: str | None) -> None:
    return None


def test_a_pdf_has_a_page_a_slide_and_its_words() -> None:
    content = export_pdf(shipped(), DRAWING, short())
    assert content == export_pdf(shipped(), DRAWING, short())
    document = pypdf.PdfReader(BytesIO(content))
    assert len(document.pages) == len(short().slides)
    assert document.metadata is not None
    assert document.metadata.title == shipped_deck().title
    for page, slide in zip(document.pages, short().slides, strict=True):
        assert (float(page.mediabox.width), float(page.mediabox.height)) == (960.0, 540.0)
        said = re.sub(r"\s+", "", page.extract_text())
        assert re.sub(r"\s+", "", slide.title) in said
        if isinstance(slide, DiagramSlide):
            assert all(one.title[0] in said for one in slide.placed.nodes)


def test_pictures_are_numbered_and_wide() -> None:
    made = list(slide_images(shipped(), DRAWING, short(), "png"))
    assert [name for name, _ in made] == [f"slide-{at}.png" for at in range(1, 7)]
    assert {struct.unpack(">II", content[16:24]) for _, content in made} == {(1920, 1080)}


def test_no_word_leaves_its_slide() -> None:
    for number, slide in enumerate(shipped_deck().slides, 1):
        root = ElementTree.fromstring(svg(slide_scene(slide, number, no_icons), "light"))
        assert root.get("viewBox") == "0 0 960 540"
        ids = [one.get("id") for one in root.iter() if one.get("id")]
        assert len(ids) == len(set(ids)), number
        for one in root.findall(f"{SVG}text"):
            classes = (one.get("class") or "").split()
            size = next(float(name[1:]) for name in classes if name[1:].isdigit() and name[0] == "t")
            x = float(one.get("x") or 0)
            wide = text_width(one.text or "", size, "tb" in classes)
            left, right = (x - wide, x) if "te" in classes else (x, x + wide)
            assert left >= 0, (number, one.text)
            assert right <= 925, (number, one.text)
            assert 0 < float(one.get("y") or 0) < 540, (number, one.text)


def test_a_picture_fills_its_slide() -> None:
    for slide in shipped_deck().slides:
        if isinstance(slide, FlowSlide):
            # a picture as wide as its slide, or with words of 12 points and more
            across, down = 904 / slide.placed.width, 442 / slide.placed.height
            assert down >= across or down >= 0.9
            assert min(across, down) > 0.7


def test_a_legend_of_all_there_is_ends_before_the_number() -> None:
    slide = next(slide for slide in shipped_deck().slides if isinstance(slide, DiagramSlide) and slide.placed.edges)
    first = slide.placed.edges[0]
    edges = tuple(replace(first, edge=replace(first.edge, meaning=meaning)) for meaning in LINES)
    key = legend(replace(slide.placed, edges=edges))
    shown = slide_scene(replace(slide, placed=replace(slide.placed, edges=edges)), 10, no_icons)
    (at,) = (shape for shape in shown.shapes if isinstance(shape, SceneGroup) and shape.shapes == key.shapes)
    number = text_width("10", 12)
    assert at.move is not None
    assert at.move[0] + key.width * at.scale <= WIDE - 40 - number


def test_steps_build_up_without_moving() -> None:
    made = make_deck(shipped()[1:2], DRAWING, None, DeckOptions(steps=True))
    flows = [one for one in made.slides if isinstance(one, FlowSlide)]
    items = sum(len(one.steps) for one in shipped()[1].topology.architecture.flows)
    assert len(flows) == items
    for before, after in pairwise(flows):
        if before.placed.sequence == after.placed.sequence:
            assert (before.placed.width, before.placed.height) == (after.placed.width, after.placed.height)
            assert after.placed.arrows[: len(before.placed.arrows)] == before.placed.arrows
            assert len(after.placed.arrows) >= len(before.placed.arrows)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    badge = Badge(1, "error", text)
    for slide in (
        TitleSlide(text, text, text),
        TextSlide(text, (Paragraph(text, text, badge), Paragraph(text)), text),
        TableSlide(text, (text, text), ((text, text),), text),
        TermsSlide(text, ((Term(text, (Paragraph(text, text),)),),) * 2, 20.0, text),
        ComparisonSlide(
            text, text, 2.0, (SystemColumn(text, text, (("error", 1),), (DowntimeBar(text, 1.0, text),), text),), text
        ),
    ):
        root = ElementTree.fromstring(svg(slide_scene(slide, 1, no_icons), "light"))
        assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
            *("svg", "title", "desc", "style", "g", "rect", "path", "text")
        }


def test_the_command_writes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slides", MODEL, "-o", str(tmp_path / "deck.pdf")]) == 0
    assert (tmp_path / "deck.pdf").read_bytes().startswith(b"%PDF")
    folder = tmp_path / "pages"
    for _ in range(2):
        assert main(["slides", MODEL, "-o", str(folder), "--format", "svg"]) == 0
    names = sorted(path.name for path in folder.glob("*.svg"))
    assert names[0] == "slide-01.svg"
    told = capsys.readouterr().out
    assert f"wrote {len(names)} slides" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-o", "deck.odp"], "must end in .pptx or .pdf"),
        (["-o", "a.png"], "requires a directory"),
        (["-o", "deck.pptx", "--format", "pdf"], "must end in .pdf"),
        (["-o", "deck.pdf", "--template", "x.pptx"], "--template requires a .pptx deck"),
        (["--format", "gif"], "gif"),
    ],
)
def test_what_makes_no_sense_is_refused(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slides", MODEL, *words]) == 2
    assert told in capsys.readouterr().err
