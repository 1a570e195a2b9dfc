"""Decks to present: their number of slides, sizes of text, claims, overlaps and glue, for the tiers and random systems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.paths import ROOT

pytest.importorskip("pptx", reason="the slides extra is not installed")

from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as PptxPresentation
from pptx.slide import Slide

from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.slides import export_pptx, make_deck
from archgen.app.drawing.systems import visible_systems
from archgen.app.models import check_models
from archgen.app.workspace.inputs import find, read
from archgen.layout.placed import Box
from archgen.linting.checked_model import CheckedModel
from archgen.model.subject import Subject
from archgen.rules import RULES
from archgen.slides.facts import SystemFacts, shorten_title
from archgen.slides.layout.titles import title_lines, whole_words
from archgen.slides.story import LEAST, MOST
from archgen.slides.values import TITLE, TITLE_SIZE, Deck, DiagramSlide, TableSlide, TextSlide, TitleSlide
from archgen.slides.values import Slide as DeckSlide

CORPUS = ROOT.parent / "shared" / "corpus"
DAY = "2026-11-24"
NAME, LABEL, RUNNING = 14.0, 10.0, 18.0
"""The smallest sizes of names, labels and running text, in points."""

ODD = {
    "empty": "archgen: 1\nname: Empty\ncomponents:\n  web: {kind: web-server}\n",
    "long": "archgen: 1\nname: "
    + "A system with a very long name " * 8
    + "\ncomponents:\n  user: {kind: client}\n"
    + "".join(f"  component-with-a-long-name-{at}: {{kind: app-server}}\n" for at in range(30))
    + "connections:\n  user -> component-with-a-long-name-0: https\n"
    + "".join(f"  component-with-a-long-name-{at} -> component-with-a-long-name-{at + 1}: http\n" for at in range(29))
    + "flows:\n  read:\n    title: "
    + "A visitor reads a page that is long " * 6
    + "\n    steps:\n      - user -> component-with-a-long-name-0: GET\n"
    + "".join(
        f"      - component-with-a-long-name-{at} -> component-with-a-long-name-{at + 1}: call\n" for at in range(29)
    ),
}


def systems() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "models").glob("*.arch.yaml")):
        yield path.name, path
    for path in (ROOT / "tests" / "well_built" / "shop.arch.yaml", ROOT / "tests" / "well_built" / "queue.arch.yaml"):
        yield path.name, path
    for name in ("saas-25", "regions-40"):
        if (path := CORPUS / f"{name}.arch.yaml").exists():
            yield name, path


PATHS = dict(systems())
EACH = pytest.mark.parametrize("name", PATHS)


@cache
def presented(name: str) -> tuple[CheckedModel, Deck, PptxPresentation]:
    """A system, its deck and what python-pptx reads back of it."""
    (system,) = visible_systems(check_models(read(find((str(PATHS[name]),)), ""), DAY))
    return of(system)


def of(system: CheckedModel) -> tuple[CheckedModel, Deck, PptxPresentation]:
    drawing = Drawing("best", "light")
    deck = make_deck((system,), drawing, None)
    return system, deck, Presentation(BytesIO(export_pptx((system,), drawing, deck, None)))


def every(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        yield shape
        if shape.shape_type == 6:
            yield from every(shape.shapes)


def sizes(shape: Any) -> set[float]:
    runs = [run for part in shape.text_frame.paragraphs for run in part.runs if run.text.strip()]
    return {run.font.size.pt for run in runs if run.font.size is not None}


def cards(page: Slide) -> list[Any]:
    """The cards of a diagram: what has sites for its lines."""
    drawn = (shape for shape in every(page.shapes) if shape._element.tag == qn("p:sp"))
    return [shape for shape in drawn if shape._element.find(f".//{qn('a:custGeom')}") is not None]


def check(deck: Deck, presentation: PptxPresentation) -> None:
    assert LEAST <= len(deck.slides) <= MOST, [slide.title for slide in deck.slides]
    assert len({slide.title for slide in deck.slides}) == len(deck.slides)
    for slide, page in zip(deck.slides, presentation.slides, strict=True):
        check_sizes(slide, page)
        check_connectors(page)
        check_overlaps(slide, page)


def check_sizes(slide: DeckSlide, page: Slide) -> None:
    if not isinstance(slide, TitleSlide):
        assert len(title_lines(slide.title, TITLE[2], TITLE_SIZE)) <= 2
    titles = {run.font.bold for card in cards(page) for part in card.text_frame.paragraphs[:1] for run in part.runs}
    names = {size for card in cards(page) for size in sizes_of_names(card)}
    assert not titles or titles == {True}, slide.title
    assert len(names) <= 2, (slide.title, names)
    assert not names or min(names) >= NAME - 0.05, (slide.title, names)
    for shape in every(page.shapes):
        if shape.has_text_frame and shape.name != "slide number":
            assert all(size >= LABEL - 0.05 for size in sizes(shape)), (slide.title, shape.name, sizes(shape))
            if shape.name in ("words", "caption") or (shape.name.endswith(" text") and shape.name != "step text"):
                assert all(size >= RUNNING for size in sizes(shape)), (slide.title, shape.name)
    if isinstance(slide, TableSlide):
        cells = [
            cell for shape in every(page.shapes) if shape.has_table for row in shape.table.rows for cell in row.cells
        ]
        found = {size for cell in cells for size in cell_sizes(cell)}
        assert len(found) == 1, slide.title
        assert min(found) >= RUNNING, slide.title


def sizes_of_names(card: Any) -> set[float]:
    runs = [run for part in card.text_frame.paragraphs for run in part.runs if run.font.bold and run.text.strip()]
    marks = ("single point", "primary", "replica", "active", "standby")
    return {run.font.size.pt for run in runs if run.text not in marks}


def cell_sizes(cell: Any) -> set[float]:
    return {part.font.size.pt for part in cell.text_frame.paragraphs if part.text.strip() and part.font.size}


def check_connectors(page: Slide) -> None:
    lines = [shape for shape in every(page.shapes) if shape._element.tag == qn("p:cxnSp")]
    glued = [
        line
        for line in lines
        if line._element.find(f".//{qn('a:stCxn')}") is not None
        and line._element.find(f".//{qn('a:endCxn')}") is not None
    ]
    assert len(glued) >= 0.95 * len(lines)


def check_overlaps(slide: DeckSlide, page: Slide) -> None:
    boxes = [(card.name, Box(card.left, card.top, card.width, card.height)) for card in cards(page)]
    for (first, box), (second, other) in combinations(boxes, 2):
        assert not box.overlaps(other, -12700), (slide.title, first, second)
    title = page.shapes.title
    assert title is not None
    for shape in page.shapes:
        # the box of a connector is that before its rotation
        free = shape != title and not shape.is_placeholder and shape._element.tag != qn("p:cxnSp")
        if free and not isinstance(slide, TitleSlide):
            assert shape.top >= title.top + title.height - 12700 * 12, (slide.title, shape.name)
            assert shape.top + shape.height <= 540 * 12700, (slide.title, shape.name)
            assert shape.left >= 0, (slide.title, shape.name)
            assert shape.left + shape.width <= 960 * 12700, (slide.title, shape.name)


@pytest.mark.sampled(4)
@EACH
def test_a_deck_is_presented_without_a_change(name: str) -> None:
    _, deck, presentation = presented(name)
    check(deck, presentation)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_system_has_a_deck_too(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.arch.yaml"
    file.write_text(ODD[name], encoding="utf-8")
    (system,) = visible_systems(check_models(read(find((str(file),)), ""), DAY))
    _, deck, _ = of(system)
    assert LEAST <= len(deck.slides) <= MOST
    for slide in deck.slides[1:]:
        assert len(title_lines(slide.title, TITLE[2], TITLE_SIZE)) <= 2


@pytest.mark.sampled(4)
@EACH
def test_a_title_claims_what_is_true(name: str) -> None:
    system, deck, _ = presented(name)
    facts = SystemFacts(system)
    verdict = deck.slides[1].title
    for element, flows in facts.losses[:1]:
        points = system.topology.losses.points
        assert facts.call(element) in verdict
        assert all(element in points[flow] for flow in flows)
    routes = [slide for slide in deck.slides if isinstance(slide, DiagramSlide)][1:]
    for slide, flow in zip(routes, facts.important, strict=False):
        assert slide.title.startswith(shorten_title(flow.title))
        fatal = system.topology.losses.points[flow.id]
        assert ("no single failure" in slide.title) == (not fatal)


def test_one_slide_recommends_with_its_cost_and_hours() -> None:
    _, deck, _ = presented("1-simple-web-stack.arch.yaml")
    advised = [slide for slide in deck.slides if isinstance(slide, TableSlide) and slide.header[0] == "Change"]
    assert len(advised) == 1
    assert re.fullmatch(
        r"(One change saves|\d changes save) [\d.]+ h per year for “A visitor opens a page”", advised[0].title
    )
    assert re.search(r"\d hosts, \d replicas", advised[0].rows[-1][1])
    assert all(row[2].startswith(("up to ", "not ")) or " for “" in row[2] for row in advised[0].rows)


def test_a_fix_to_make_next_names_what_it_is_about() -> None:
    """The finding is slides away: "Encrypt again behind it" alone says nothing."""
    _, deck, _ = presented("1-simple-web-stack.arch.yaml")
    last = deck.slides[-1]
    assert isinstance(last, TextSlide)
    fixes = [paragraph.strong for paragraph in last.entries if paragraph.strong.startswith("Fix ")]
    titles = {rule.title for rule in RULES}
    assert fixes
    assert all(fix.partition(" (")[2].removesuffix("):") in titles for fix in fixes)


def test_a_zone_that_holds_everything_is_no_surprise() -> None:
    if "regions-40" not in PATHS:
        pytest.skip("the corpus is not on this machine")
    facts = SystemFacts(presented("regions-40")[0])
    assert facts.losses == ()
    assert [zone for zone, _ in facts.enclosing] == [Subject("zone", "eu-west-1")]


@pytest.mark.parametrize(
    ("text", "wanted"), [("one two th…", "one two …"), ("alone…", "alone…"), ("one two", "one two")]
)
def test_a_truncated_text_ends_after_a_word(text: str, wanted: str) -> None:
    assert whole_words(text) == wanted
