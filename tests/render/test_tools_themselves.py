"""Each tool reads what is written for it: every view and flow of every model, those with hostile words too.

Mermaid, Excalidraw and draw.io's library have tests of their own, in a browser.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.drawn import READERS, drawn, needs_reader
from tests.patience import PATIENCE
from tests.render.test_formats import D2, PLANTUML

SVG = "{http://www.w3.org/2000/svg}"
DOT = shutil.which("dot")
WHEEL = shutil.which("graphviz-pure", path=os.path.dirname(sys.executable))


def saved(directory: Path, form: str, only: str = "") -> list[Path]:
    """The pictures of a format whose names hold what is said, as files."""
    files = []
    for name, text in drawn(form):
        if only in name:
            file = directory / name
            file.write_text(text, encoding="utf-8")
            files.append(file)
    assert files
    return files


def run(*words: str, given: str | None = None) -> str:
    """What a tool says on standard output; its complaint fails the test."""
    done = subprocess.run(words, capture_output=True, text=True, input=given, timeout=PATIENCE)
    assert done.returncode == 0, f"{words[-1]}\n{done.stdout[-1000:]}{done.stderr[-1000:]}"
    return done.stdout


# D2


@pytest.mark.slow
@pytest.mark.skipif(D2 is None, reason="d2 is not installed")
def test_d2_accepts_every_picture(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda file: run(str(D2), "validate", str(file)), saved(tmp_path, "d2")))


@pytest.mark.slow
@pytest.mark.skipif(D2 is None, reason="d2 is not installed")
def test_d2_draws_hostile_words(tmp_path: Path) -> None:
    """They have to be drawn: what D2 reads as Markdown is looked into by its compiler alone."""

    def check(file: Path) -> None:
        shown = ElementTree.fromstring(run(str(D2), "--layout", "dagre", str(file), "-"))
        assert not [one for one in shown.iter() if one.tag.endswith("script")]

    hostile = [file for file in saved(tmp_path, "d2") if file.name.startswith("hostile-")]
    pictures = [file for file in hostile if ".deployment." in file.name or ".flow-" in file.name]
    assert len(pictures) > 30
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(check, pictures))


# PlantUML


def plantuml(directory: Path, *words: str) -> None:
    """PlantUML reads all files of a directory, with the layout that it brings itself."""
    assert PLANTUML is not None
    run(*PLANTUML, "-charset", "UTF-8", "-Playout=smetana", *words, str(directory / "*.puml"))


@pytest.mark.slow
@pytest.mark.skipif(PLANTUML is None, reason="PlantUML is not installed")
@pytest.mark.parametrize(("form", "only"), [("plantuml", ""), ("c4", ".deployment.")], ids=["plantuml", "c4"])
def test_plantuml_finds_no_error(tmp_path: Path, form: str, only: str) -> None:
    saved(tmp_path, form, only)
    plantuml(tmp_path, "-checkonly")


@pytest.mark.slow
@pytest.mark.skipif(PLANTUML is None, reason="PlantUML is not installed")
@pytest.mark.parametrize("form", ["plantuml", "c4"])
def test_plantuml_draws_every_picture_of_a_tier(tmp_path: Path, form: str) -> None:
    files = saved(tmp_path, form, "3-secured")
    plantuml(tmp_path, "-tsvg")
    for file in files:
        shown = "".join(ElementTree.parse(str(file).removesuffix(".puml") + ".svg").getroot().itertext())
        assert "nginx" in shown


@pytest.mark.skipif(PLANTUML is None, reason="PlantUML is not installed")
def test_plantuml_tells_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.puml").write_text("@startuml\nnode {{{\n@enduml\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="contains errors"):
        plantuml(tmp_path, "-checkonly")


# Graphviz


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(WHEEL, marks=pytest.mark.skipif(WHEEL is None, reason="no graphviz-pure (the extra `engines`)")),
        pytest.param(DOT, marks=pytest.mark.skipif(DOT is None, reason="no `dot` on the PATH")),
    ],
    ids=["wheel", "path"],
)
def test_graphviz_places_every_picture(command: str) -> None:
    for name, text in drawn("dot"):
        placed = json.loads(run(command, "-Tjson0", given=text))
        edges = placed.get("edges", [])
        assert len(edges) == text.count(" -> "), name
        assert all("pos" in one for one in edges), name
        clusters = [one for one in placed.get("objects", []) if one["name"].startswith("cluster")]
        assert len(clusters) == text.count("subgraph cluster_"), name
        assert all("bb" in one for one in clusters), name


# Structurizr


def structurizr(*texts: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        run("node", str(READERS.parent / "structurizr.js"), given=json.dumps(texts))
    )
    return found


@needs_reader("structurizr-parser")
def test_a_parser_of_structurizr_reads_every_picture() -> None:
    pictures = drawn("structurizr")
    for (name, text), found in zip(pictures, structurizr(*(text for _, text in pictures)), strict=True):
        assert found["errors"] == [], name
        for kind in ("person", "container"):
            told = re.findall(rf'= {kind} "([^"]*)"', text)
            assert [one.strip('"') for one in found["people" if kind == "person" else "containers"]] == told, name
        assert sorted(found["relations"]) == sorted(map(list, re.findall(r"^ *(c\d+) -> (c\d+) ", text, re.M))), name


@needs_reader("structurizr-parser")
def test_the_parser_of_structurizr_tells_an_error() -> None:
    _, text = drawn("structurizr")[0]
    broken = (text.rstrip()[:-1], text.replace(" -> ", " - ", 1), text.replace('"Production" {', "{", 1))
    assert all(found["errors"] for found in structurizr(*broken))
