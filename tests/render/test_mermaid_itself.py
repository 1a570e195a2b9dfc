"""Mermaid reads our Mermaid: its own script in a browser parses and draws every text, those with hostile words too."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from archgen.render.code.mermaid import diagram_mermaid, sequence_mermaid
from tests import browser
from tests.drawn import READERS, drawn, needs_reader
from tests.patience import until
from tests.render.test_formats import every_diagram, every_sequence

SCRIPT = READERS / "mermaid" / "dist" / "mermaid.min.js"

pytestmark = [*browser.MARKS, needs_reader("mermaid/dist/mermaid.min.js")]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Browser]:
    file = tmp_path_factory.mktemp("mermaid") / "page.html"
    file.write_text(
        f"<!doctype html><meta charset=utf-8><body><script src='{SCRIPT.resolve().as_uri()}'></script>"
        "<script>mermaid.initialize({startOnLoad: false})</script>",
        encoding="utf-8",
    )
    opened = browser.Browser()
    opened.open(str(file))
    yield opened
    opened.driver.quit()


def picture(page: browser.Browser, source: str) -> str:
    """The SVG that Mermaid draws, or what it complains of."""
    script = (
        "window.done = null;"
        f"mermaid.render('g', {json.dumps(source)}).then(made => window.done = made.svg, e => window.done = 'failed: ' + e);"
    )
    page.run(script)
    until(lambda: page.run("return window.done !== null"))
    return str(page.run("return window.done"))


def test_mermaid_draws_every_text(page: browser.Browser) -> None:
    written = (text for _, text in drawn("mermaid"))
    for source in (*map(diagram_mermaid, every_diagram()), *map(sequence_mermaid, every_sequence()), *written):
        made = picture(page, source)
        assert made.startswith("<svg"), f"{made[:300]}\n{source}"


def test_mermaid_shows_every_card(page: browser.Browser) -> None:
    for diagram in every_diagram()[:4]:
        made = picture(page, diagram_mermaid(diagram))
        assert all(node.label in made for node in diagram.nodes)
