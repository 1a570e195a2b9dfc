"""Tables of decks: every word is shown, slides of one table look alike, and a short one has something to say below it."""

from __future__ import annotations

from functools import cache

import pytest

from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.slides import make_deck
from archgen.app.models import check_models
from archgen.app.workspace.inputs import find, read
from archgen.linting.checked_model import CheckedModel
from archgen.slides.details import detail_slides
from archgen.slides.layout.tables import lay_out
from archgen.slides.section import DeckSection
from archgen.slides.story.texts import SHORT
from archgen.slides.values import AREA, TableSlide
from tests.paths import ROOT

SYSTEMS = {
    path.name.partition(".")[0]: path
    for path in (*(ROOT / "models").glob("*.arch.yaml"), *(ROOT / "tests" / "pictures").glob("*.arch.yaml"))
}
EACH = pytest.mark.parametrize("name", sorted(SYSTEMS))


@cache
def model(name: str) -> CheckedModel:
    (checked,) = check_models(read(find((str(SYSTEMS[name]),)), ""), "2026-11-24")
    assert isinstance(checked, CheckedModel)
    return checked


def letters(words: str) -> str:
    return "".join(words.split())


@EACH
def test_tables_of_details_show_all_words_in_one_size(name: str) -> None:
    sizes: dict[str, set[float]] = {}
    for _, make in detail_slides(DeckSection(model(name), ()), steps=False):
        for slide in make():
            if isinstance(slide, TableSlide):
                laid = lay_out((slide.header, *slide.rows), *AREA[2:], largest=slide.size)
                assert sum(laid.heights) <= AREA[3]
                for row, lines in zip((slide.header, *slide.rows), laid.rows, strict=True):
                    assert [letters("".join(cell)) for cell in lines] == [letters(words) for words in row], slide.title
                sizes.setdefault(slide.title.partition(" (")[0], set()).add(laid.size)
    assert sizes
    assert all(len(each) == 1 for each in sizes.values())


@EACH
def test_no_slide_of_a_table_is_left_with_less_than_half_of_the_others_rows(name: str) -> None:
    rows: dict[str, list[int]] = {}
    for _, make in detail_slides(DeckSection(model(name), ()), steps=False):
        for slide in make():
            if isinstance(slide, TableSlide):
                rows.setdefault(slide.title.partition(" (")[0], []).append(len(slide.rows))
    for counts in rows.values():
        assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("name", ["1-simple-web-stack", "iot-mqtt", "wordpress-agency"])
def test_a_short_table_has_paragraphs_below_it(name: str) -> None:
    deck = make_deck((model(name),), Drawing("best", "light"), None)
    tables = [slide for slide in deck.slides if isinstance(slide, TableSlide)]
    assert tables
    for slide in tables:
        assert slide.entries or len(slide.rows) > SHORT, slide.title
