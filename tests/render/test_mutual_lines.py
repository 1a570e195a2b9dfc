"""A line between two writers that copy from each other has a head at both ends in every format."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pptx import Presentation
from pptx.oxml.ns import qn

from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.language.load import load
from archgen.render.text.list import diagram_list
from archgen.views.deployment import deployment

MODEL = """archgen: 1
name: Two writers
hosts: {h1: {}, h2: {}}
components:
  db: {kind: database, product: mysql, runs_on: [h1, h2], replication: {writers: all}}
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "writers.arch.yaml"
    file.write_text(MODEL, encoding="utf-8")
    return file


def drawn(model: Path, form: str) -> str:
    into = model.parent / "out"
    assert main(["draw", str(model), "--view", "deployment", "--format", form, "-o", str(into)]) == 0
    return next(into.iterdir()).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("mermaid", r"n1 <==>\|.*\| n2"),
        ("d2", r"\S*n1 <-> \S*n2: "),
        ("dot", r"n1 -> n2 \[.*\bdir=both\b"),
        ("plantuml", r"n1 <-\[[^]]*\]-> n2"),
        ("c4", r"BiRel\(n1, n2, "),
        ("diagrams", r"n1 << Edge\(.*\) >> n2"),
    ],
)
def test_a_format_of_text_has_a_line_with_two_heads(model: Path, form: str, line: str) -> None:
    assert re.search(line, drawn(model, form))


def test_a_picture_in_the_terminal_has_a_head_at_both_cards(model: Path) -> None:
    told = drawn(model, "text")
    assert sum(told.count(head) for head in "◀▶▲▼") == 2
    architecture = load(model.name, MODEL.encode()).architecture
    assert architecture is not None
    assert "db@h1 ↔ db@h2" in diagram_list(deployment(Topology(architecture)))


def test_drawio_has_both_heads(model: Path) -> None:
    styles = [one.get("style", "") for one in ElementTree.fromstring(drawn(model, "drawio")).iter("mxCell")]
    assert len([one for one in styles if "startArrow=block" in one and "endArrow=block" in one]) == 1


def test_excalidraw_has_both_heads(model: Path) -> None:
    arrows = [one for one in json.loads(drawn(model, "excalidraw"))["elements"] if one["type"] == "arrow"]
    assert [(one["startArrowhead"], one["endArrowhead"]) for one in arrows] == [("triangle", "triangle")]


def test_slides_have_both_heads(model: Path) -> None:
    deck = model.parent / "deck.pptx"
    assert main(["slides", str(model), "-o", str(deck)]) == 0
    lines = [
        line
        for slide in Presentation(str(deck)).slides
        for connector in slide._element.iter(qn("p:cxnSp"))
        if "↔" in next(connector.iter(qn("p:cNvPr"))).get("descr", "")
        for line in connector.iter(qn("a:ln"))
    ]
    assert lines
    for line in lines:
        assert [one.tag for one in line if one.tag.endswith("End")] == [qn("a:headEnd"), qn("a:tailEnd")]
