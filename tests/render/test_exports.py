"""Text for other tools, read back by those tools: Graphviz reads the DOT, Python runs the script, nothing is escaped from."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import shutil
from glob import glob
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.engines.dot_command import run_dot
from archgen.engines.graphviz_engine import graphviz
from archgen.language.load import load
from archgen.layout.placed import Box
from archgen.model.kinds import KINDS
from archgen.model.problems import UsageError
from archgen.render.code.diagrams_nodes import CLASSES, node_class
from archgen.render.code.diagrams_script import diagrams_script, diagrams_svg
from archgen.render.code.dot import dot
from archgen.render.code.mermaid import diagram_mermaid, mermaid_text, sequence_mermaid
from archgen.render.raster.png import png_of_svg
from archgen.style.svg_markup import clean
from archgen.views.deployment import deployment
from archgen.views.diagram import (
    Badge,
    Block,
    BlockSection,
    Diagram,
    Edge,
    Group,
    Message,
    Node,
    Participant,
    Remark,
    Sequence,
)
from archgen.views.flow import flow_sequence
from tests import paths
from tests.drawn import NEEDS_GRAPHVIZ
from tests.hostile import HOSTILE

ROOT = str(paths.ROOT)
SVG = "{http://www.w3.org/2000/svg}"


def shipped() -> list[Topology]:
    found = []
    for file in sorted(glob(os.path.join(ROOT, "models", "*.arch.yaml"))):
        with open(file, "rb") as source:
            found.append(Topology(load(file, source.read()).architecture))
    return found


SHIPPED = shipped()
MODELS = pytest.mark.parametrize("one", SHIPPED, ids=[one.architecture.id for one in SHIPPED])
HOSTILE_TEXTS = pytest.mark.parametrize("text", HOSTILE)


def hostile_diagram(text: str) -> Diagram:
    badge = Badge(1, "error", text)
    nodes = tuple(
        Node(
            id=f"{at}{text}",
            subject=text,
            label=text,
            detail=text,
            kind="other",
            role="web",
            group=text,
            badges=(badge,),
        )
        for at in range(2)
    )
    edge = Edge(id=text, subject=text, source=nodes[0].id, target=nodes[1].id, label=text, meaning="plaintext")
    group = Group(id=text, subject=text, kind="host", label=text, detail=text)
    return Diagram(id="d", title=text, alt=text, nodes=nodes, groups=(group,), edges=(edge,))


def hostile_sequence(text: str) -> Sequence:
    people = (Participant("a", text, "client"), Participant("b", text, "service"))
    say = Message(number="1", source="a", target="b", text=text, protocol=text)
    items = (say, Remark(("a", "b"), text), Block("alt", (BlockSection(text, (say,)), BlockSection(text, (say,)))))
    return Sequence(id="s", title=text, alt=text, participants=people, items=items)


def words(text: str) -> str:
    return " ".join(clean(text).split())


# DOT


def objects(source: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    answer = json.loads(run_dot(source, "json0"))
    return answer.get("objects", []), answer.get("edges", [])


@NEEDS_GRAPHVIZ
@MODELS
def test_graphviz_reads_the_dot_of_every_model(one: Topology) -> None:
    diagram = deployment(one)
    found, edges = objects(dot(diagram))
    assert len([one for one in found if one["name"].startswith("n")]) == len(diagram.nodes)
    assert len([one for one in found if one["name"].startswith("cluster")]) == len(
        [one for one in diagram.groups if not one.across]
    )
    assert len(edges) == len(diagram.edges)


@NEEDS_GRAPHVIZ
@HOSTILE_TEXTS
def test_hostile_text_is_a_label_in_dot(text: str) -> None:
    found, edges = objects(dot(hostile_diagram(text)))
    assert sorted(one["name"] for one in found) == ["cluster_g1", "n1", "n2"]
    assert len(edges) == 1
    shown = ElementTree.fromstring(run_dot(dot(hostile_diagram(text)), "svg"))
    labels = ["".join(node.itertext()) for node in shown.iter(f"{SVG}text")]
    assert not words(text) or any(
        words(text).replace(" ", "") == label.replace("\xa0", "").replace(" ", "") for label in labels
    )


@NEEDS_GRAPHVIZ
def test_dot_canon_keeps_its_meaning() -> None:
    diagram = deployment(SHIPPED[1])
    canon = run_dot(dot(diagram), "canon")
    assert len(re.findall(r"->", canon)) == len(diagram.edges)
    assert 'label="mysql\\nprimary"' in canon


@pytest.mark.skipif(shutil.which("dot") is None, reason="no `dot` on the PATH")
def test_the_dot_on_the_path_reads_it_too() -> None:
    assert "digraph" in run_dot(dot(deployment(SHIPPED[2])), "canon", "dot")


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="can't be run"):
        run_dot("digraph { a }", "canon", "/nowhere/dot")


@NEEDS_GRAPHVIZ
def test_what_dot_says_is_told() -> None:
    with pytest.raises(UsageError, match="failed: "):
        run_dot("digraph {", "canon")


# Graphviz as an engine


@NEEDS_GRAPHVIZ
@MODELS
def test_graphviz_places_everything(one: Topology) -> None:
    diagram = deployment(one)
    placed = graphviz(diagram)
    canvas = Box(0, 0, placed.width, placed.height)
    boxes = [node.box for node in placed.nodes]
    assert [node.node for node in placed.nodes] == list(diagram.nodes)
    assert not [1 for at, box in enumerate(boxes) for other in boxes[at + 1 :] if box.overlaps(other)]
    groups = {group.group.id: group.box for group in placed.groups}
    assert all(groups[node.node.group].contains(node.box) for node in placed.nodes if node.node.group in groups)
    assert all(canvas.contains(box) for box in (*boxes, *groups.values()))


@NEEDS_GRAPHVIZ
@MODELS
def test_its_lines_are_orthogonal_and_end_at_their_cards(one: Topology) -> None:
    placed = graphviz(deployment(one))
    boxes = {node.node.id: node.box for node in placed.nodes}
    for edge in placed.edges:
        assert all(x0 == x1 or y0 == y1 for (x0, y0), (x1, y1) in pairwise(edge.points)), edge.edge.id
        for point, end in ((edge.points[0], edge.edge.source), (edge.points[-1], edge.edge.target)):
            box = boxes[end]
            assert box.x - 2 <= point[0] <= box.right + 2
            assert box.y - 2 <= point[1] <= box.bottom + 2


@NEEDS_GRAPHVIZ
@MODELS
def test_its_words_stand_clear(one: Topology) -> None:
    placed = graphviz(deployment(one))
    labels = [edge.label.box for edge in placed.edges if edge.label]
    cards = [node.box for node in placed.nodes]
    assert labels
    assert not [1 for at, box in enumerate(labels) for other in (*labels[at + 1 :], *cards) if box.overlaps(other)]


@NEEDS_GRAPHVIZ
def test_an_empty_diagram_has_places() -> None:
    assert graphviz(Diagram(id="d", title="t", alt="a")).nodes == ()


# Mermaid


@MODELS
def test_a_sequence_has_a_line_for_each_message(one: Topology) -> None:
    for flow in one.architecture.flows:
        sequence = flow_sequence(one, flow)
        lines = sequence_mermaid(sequence).splitlines()
        assert lines[0] == "sequenceDiagram"
        assert len([line for line in lines if re.match(r" +p\d+--?>>p\d+: ", line)]) == len(
            [item for item in sequence.items if isinstance(item, Message)]
        )


SEQUENCE_LINES = re.compile(
    r"sequenceDiagram|\s+(acc(Title|Descr): .*|(actor|participant) p\d+ as .*|p\d+--?>>p\d+: .*|note over p\d+(,p\d+)?: .*"
    r"|(alt|else|opt|loop|par|and)( .*)?|end)"
)
FLOWCHART_LINES = re.compile(
    r'flowchart LR|\s+(acc(Title|Descr): .*|subgraph g\d+\["[^"]+"\]|n\d+\["[^"]+"\]|end|n\d+ (-->|-\.->|==>)(\|"[^"]*"\|)? n\d+)'
)


@HOSTILE_TEXTS
def test_hostile_text_stays_in_its_place_in_mermaid(text: str) -> None:
    for source, form in (
        (sequence_mermaid(hostile_sequence(text)), SEQUENCE_LINES),
        (diagram_mermaid(hostile_diagram(text)), FLOWCHART_LINES),
    ):
        for line in source.splitlines():
            assert form.fullmatch(line), line
            assert not set(re.sub(r"#\d+;|<br/>", "", line.partition(" ")[2])) & set("#;{}<`\\%&")


@HOSTILE_TEXTS
def test_codes_stand_for_what_they_replace(text: str) -> None:
    assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), mermaid_text(text)) == words(text)


def test_words_that_the_preprocessor_looks_for() -> None:
    assert mermaid_text("style: #;") == "#115;tyle#58; #35;#59;"


@MODELS
def test_a_flowchart_has_every_node_group_and_edge(one: Topology) -> None:
    diagram = deployment(one)
    source = diagram_mermaid(diagram)
    assert all(FLOWCHART_LINES.fullmatch(line) for line in source.splitlines())
    assert len(re.findall(r"subgraph ", source)) == len([one for one in diagram.groups if not one.across])
    assert len(re.findall(r"^ +n\d+\[", source, re.M)) == len(diagram.nodes)
    assert len(re.findall(r"^ +n\d+ [-=]", source, re.M)) == len(diagram.edges)


# The diagrams library


def test_every_class_of_the_library_is_there() -> None:
    pytest.importorskip("diagrams", reason="the diagrams extra is not installed")
    for one in CLASSES:
        module, _, name = one.rpartition(".")
        assert hasattr(importlib.import_module(f"diagrams.{module}"), name), one


def test_every_kind_has_a_class() -> None:
    other = node_class(None, "other")
    assert [kind for kind in KINDS if node_class(None, kind) == other] == ["other"]
    assert node_class("HAProxy", "load-balancer") == "onprem.network.HAProxy"


@pytest.mark.parametrize("one", SHIPPED[1:3], ids=["tier-2", "tier-3"])
def test_the_script_runs_and_makes_a_picture(one: Topology) -> None:
    pytest.importorskip("diagrams", reason="the diagrams extra is not installed")
    diagram = deployment(one)
    svg = diagrams_svg(diagram)
    root = ElementTree.fromstring(svg)
    images = [value for node in root.iter(f"{SVG}image") for key, value in node.attrib.items() if key.endswith("href")]
    assert len(images) == len(diagram.nodes)
    assert all(value.startswith("data:image/png;base64,") for value in images)
    assert "site-packages" not in svg
    assert len([node for node in root.iter(f"{SVG}g") if node.get("class") == "cluster"]) == len(
        [one for one in diagram.groups if not one.across]
    )
    assert png_of_svg(svg, 0.5).startswith(b"\x89PNG")
    assert svg == diagrams_svg(diagram)


def test_a_picture_of_the_library_has_the_scale_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("diagrams", reason="the diagrams extra is not installed")
    sides = []
    for scale in ("2", "1"):
        out = tmp_path / f"{scale}.diagrams.png"
        words = ("--view", "deployment", "--format", "diagrams-png", "--scale", scale, "-o", str(out))
        assert main(("draw", os.path.join(ROOT, "models", "1-simple-web-stack.arch.yaml"), *words)) == 0
        sides.append(int.from_bytes(out.read_bytes()[16:20]))
    assert sides[0] == pytest.approx(2 * sides[1], abs=2)


def test_ranking_all_at_once_is_one_attribute_more() -> None:
    """Graphviz 2.42 ends with "trouble in init_rank" on some nested clusters; then the script is run so."""
    diagram = deployment(SHIPPED[1])
    plain, ranked = diagrams_script(diagram).splitlines(), diagrams_script(diagram, newrank=True).splitlines()
    assert [line for line in ranked if line not in plain] == [
        "             graph_attr={'nodesep': '0.6', 'ranksep': '1.1', 'pad': '0.4', 'newrank': 'true'}):"
    ]


@HOSTILE_TEXTS
def test_hostile_text_is_a_literal_in_the_script(text: str) -> None:
    tree = ast.parse(diagrams_script(hostile_diagram(text)))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called == {"Diagram", "Cluster", "Rack", "Edge", "len"}
    assert len(tree.body) == 8


def test_a_script_with_hostile_text_runs() -> None:
    pytest.importorskip("diagrams", reason="the diagrams extra is not installed")
    for text in ("<b>&amp;\\n\"'</b>", "\u202e{}|\\", ""):
        labels = [
            "".join(node.itertext())
            for node in ElementTree.fromstring(diagrams_svg(hostile_diagram(text))).iter(f"{SVG}text")
        ]
        assert not words(text) or words(text) in labels
