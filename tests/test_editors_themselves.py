"""Excalidraw and the graph library under draw.io read our files by their own code, in a browser.

That code is bundled by hand, and looked for where the environment variable EDITORS_JS says:

    npm install @excalidraw/excalidraw react react-dom @maxgraph/core esbuild
    npx esbuild tests/editors/editors.js --bundle --conditions=production --loader:.woff2=dataurl \
        '--define:process.env.NODE_ENV="production"' --outfile=editors.js

The library is maxGraph, which goes on from draw.io's mxGraph and reads the same files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archgen.layout.domain import domain
from archgen.layout.sequence import place
from archgen.render.drawio import diagram_drawio, sequence_drawio
from archgen.render.excalidraw import diagram_excalidraw, sequence_excalidraw
from tests import browser
from tests.test_formats import every_diagram, every_sequence, no_icons

SCRIPT = Path(os.environ.get("EDITORS_JS", "-"))

pytestmark = [
    *browser.MARKS,
    pytest.mark.skipif(not SCRIPT.is_file(), reason="no bundle of the editors; this file says how EDITORS_JS is made"),
]


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
    browser.until(lambda: page.run("return window.done !== null"))
    found = page.run("return window.done")
    assert isinstance(found, dict), f"{found}\n{text[:1000]}"
    return found


def test_excalidraw_reads_every_deployment(page: browser.Browser) -> None:
    for diagram in every_diagram():
        text = diagram_excalidraw(domain(diagram), no_icons)
        found = read(page, "excalidraw", text)
        written = json.loads(text)["elements"]
        arrows = [one for one in written if one["type"] == "arrow"]
        assert (found["elements"], found["arrows"]) == (len(written), len(arrows))
        assert found["bound"] == len(arrows) == len(diagram.edges)
        assert found["texts"] == [one["text"] for one in written if one["type"] == "text"]
        assert found["drawn"] > 1000


def test_excalidraw_reads_every_flow(page: browser.Browser) -> None:
    for sequence in every_sequence():
        text = sequence_excalidraw(place(sequence), no_icons)
        found = read(page, "excalidraw", text)
        assert found["elements"] == len(json.loads(text)["elements"])
        assert found["drawn"] > 1000


def test_the_library_of_drawio_reads_every_deployment(page: browser.Browser) -> None:
    for diagram in every_diagram():
        text = diagram_drawio(domain(diagram), no_icons)
        found = read(page, "drawio", text)
        assert found["cells"] == text.count("<mxCell ")
        assert found["edges"] == found["bound"] == len(diagram.edges)
        assert found["placed"] == text.count("<mxGeometry ")


def test_the_library_of_drawio_reads_every_flow(page: browser.Browser) -> None:
    for sequence in every_sequence():
        text = sequence_drawio(place(sequence), no_icons)
        assert read(page, "drawio", text)["cells"] == text.count("<mxCell ")
