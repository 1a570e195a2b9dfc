"""Excalidraw and the graph library under draw.io read our files by their own code, in a browser.

The library is maxGraph, which goes on from draw.io's mxGraph and reads the same files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from archgen.layout.deployment.arrangement import domain
from archgen.layout.sequence.arrangement import place
from archgen.render.canvas.drawio import drawio
from archgen.render.canvas.excalidraw import excalidraw
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.sequence import sequence_scene
from tests import browser
from tests.drawn import READERS, drawn, needs_reader
from tests.patience import until
from tests.render.test_formats import every_diagram, every_sequence

SCRIPT = READERS / "editors.bundle.js"

pytestmark = [*browser.MARKS, needs_reader("editors.bundle.js")]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Browser]:
    file = tmp_path_factory.mktemp("editors") / "page.html"
    file.write_text(
        f"<!doctype html><meta charset=utf-8><body><script src='{SCRIPT.resolve().as_uri()}'></script>",
        encoding="utf-8",
    )
    opened = browser.Browser()
    opened.open(str(file))
    yield opened
    opened.driver.quit()


def read(page: browser.Browser, editor: str, text: str) -> dict[str, Any]:
    """What an editor finds in a file; what it complains of fails the test."""
    page.run(
        f"window.done = null; (async () => window.editors.{editor}({json.dumps(text)}))()"
        ".then(found => window.done = found, e => window.done = 'failed: ' + e)"
    )
    until(lambda: page.run("return window.done !== null"))
    found = page.run("return window.done")
    assert isinstance(found, dict), f"{found}\n{text[:1000]}"
    return found


def test_excalidraw_reads_every_deployment(page: browser.Browser) -> None:
    for diagram in every_diagram():
        text = excalidraw(diagram_scene(domain(diagram)))
        found = read(page, "excalidraw", text)
        written = json.loads(text)["elements"]
        arrows = [one for one in written if one["type"] == "arrow"]
        assert (found["elements"], found["arrows"]) == (len(written), len(arrows))
        assert found["bound"] == len(arrows) == len(diagram.edges)
        assert found["texts"] == [one["text"] for one in written if one["type"] == "text"]
        assert found["drawn"] > 1000


def test_excalidraw_reads_every_flow(page: browser.Browser) -> None:
    for sequence in every_sequence():
        text = excalidraw(sequence_scene(place(sequence), {}, "p"))
        found = read(page, "excalidraw", text)
        assert found["elements"] == len(json.loads(text)["elements"])
        assert found["drawn"] > 1000


def test_the_library_of_drawio_reads_every_deployment(page: browser.Browser) -> None:
    for diagram in every_diagram():
        text = drawio(diagram_scene(domain(diagram)))
        found = read(page, "drawio", text)
        assert found["cells"] == text.count("<mxCell ")
        assert found["edges"] == found["bound"] == len(diagram.edges)
        assert found["placed"] == text.count("<mxGeometry ")


def test_the_library_of_drawio_reads_every_flow(page: browser.Browser) -> None:
    for sequence in every_sequence():
        text = drawio(sequence_scene(place(sequence), {}, "p"))
        assert read(page, "drawio", text)["cells"] == text.count("<mxCell ")


@pytest.mark.parametrize(("editor", "form"), [("excalidraw", "excalidraw"), ("drawio", "drawio")])
def test_the_editors_read_every_picture_as_it_is_written(page: browser.Browser, editor: str, form: str) -> None:
    for name, text in drawn(form):
        found = read(page, editor, text)
        if form == "drawio":
            assert found["cells"] == text.count("<mxCell "), name
            continue
        assert found["elements"] == len(json.loads(text)["elements"]), name
        assert found["bound"] == found["arrows"] or ".flow-" in name, name
