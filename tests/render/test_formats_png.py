"""The forms that a PNG can have, and the score of a layout."""

from __future__ import annotations

import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.engines.score import score
from archgen.layout.deployment.arrangement import domain
from archgen.layout.placed import Box, Label, Placed, PlacedEdge, PlacedNode
from archgen.layout.sequence.arrangement import place
from archgen.render.raster.png import png, widened, without_ground
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.sequence import sequence_scene
from archgen.render.scene.shapes import Scene
from archgen.render.svg.document import svg
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram, Edge, Node
from archgen.views.flow import flow_sequence
from tests.geometry import bends, crossings
from tests.paths import ROOT
from tests.render.test_exports import MODELS, SHIPPED

MODEL = str(ROOT / "models" / "1-simple-web-stack.arch.yaml")


def size(content: bytes) -> tuple[int, int]:
    return struct.unpack(">II", content[16:24])


def pictures() -> list[Scene]:
    one = SHIPPED[1]
    flow = flow_sequence(one, one.architecture.flows[0])
    return [diagram_scene(domain(deployment(one))), sequence_scene(place(flow), {}, "s")]


@pytest.mark.parametrize("scene", pictures(), ids=["deployment", "flow"])
def test_a_canvas_of_16_to_9_holds_the_whole_picture(scene: Scene) -> None:
    wide = widened(scene)
    x, y, width, height = map(float, ElementTree.fromstring(svg(wide)).get("viewBox", "").split())
    _, _, before, tall = map(float, ElementTree.fromstring(svg(scene)).get("viewBox", "").split())
    assert width / height == pytest.approx(16 / 9, abs=0.001)
    assert x <= 0
    assert y <= 0
    assert x + width >= before - 0.01
    assert y + height >= tall - 0.01
    made = size(png(wide, scale=1.0))
    assert abs(made[0] * 9 - made[1] * 16) <= 16


@pytest.mark.parametrize("scene", pictures(), ids=["deployment", "flow"])
def test_a_picture_without_a_ground_can_be_seen_through(scene: Scene) -> None:
    for shaped in (scene, widened(scene)):
        bare = without_ground(shaped)
        assert svg(bare).count('class="f-ground"') == svg(shaped).count('class="f-ground"') - 1
        assert len(png(bare, scale=0.5)) != len(png(shaped, scale=0.5))


def test_the_command_shapes_pixels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "a.png"
    words = ["draw", MODEL, "--view", "deployment", "-o", str(target)]
    assert main([*words, "--scale", "1"]) == 0
    single = size(target.read_bytes())
    assert main(words) == 0
    assert size(target.read_bytes()) == (2 * single[0], 2 * single[1])
    assert main([*words, "--scale", "1", "--canvas", "16:9", "--transparent"]) == 0
    width, height = size(target.read_bytes())
    assert abs(width * 9 - height * 16) <= 16
    for wrong in (["--scale", "x"], ["--scale", "0"], ["--scale", "nan"], ["--canvas", "4:3"]):
        assert main([*words, *wrong]) == 2
    assert "--scale must be between 0.1 and 8" in capsys.readouterr().err


# The score


@MODELS
def test_the_score_agrees_with_the_measures_of_the_suite(one: Topology) -> None:
    placed = domain(deployment(one))
    scored = score(placed)
    assert (scored.overlaps, scored.label_collisions) == (0, 0)
    assert (scored.crossings, scored.bends) == (crossings(placed), bends(placed))
    assert scored.aspect == round(placed.width / placed.height, 2)
    assert (scored.cards, scored.lines) == (len(placed.nodes), len(placed.edges))
    assert scored.chips == sum(len(node.node.chips) for node in placed.nodes)


def test_faults_are_counted() -> None:
    def node(name: str, x: float, y: float) -> PlacedNode:
        made = Node(id=name, subject=name, label=name, kind="other", role="web")
        return PlacedNode(made, Box(x, y, 100, 50), (name,), "")

    def edge(name: str, points: tuple[tuple[float, float], ...], label: Label | None = None) -> PlacedEdge:
        made = Edge(id=name, subject=name, source="a", target="b", meaning="local")
        return PlacedEdge(made, points, (points,), name, label=label)

    nodes = (node("a", 0, 0), node("b", 50, 20), node("c", 300, 0))
    words = Label("words", Box(180, 190, 40, 20))
    edges = (
        edge("e", ((0, 200), (400, 200)), words),
        edge("f", ((200, 100), (200, 300))),
        edge("g", ((290, 25), (410, 25))),
    )
    placed = Placed(Diagram(id="d", title="t", alt="a"), 400, 200, nodes, (), edges)
    scored = score(placed)
    assert (scored.overlaps, scored.crossings, scored.bends, scored.label_collisions) == (2, 1, 0, 1)
    assert (scored.aspect, scored.cards, scored.lines) == (2.0, 3, 3)


def test_the_score_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", MODEL, "--view", "deployment", "--score", "-o", str(tmp_path / "a.svg")]) == 0
    told = capsys.readouterr()
    assert told.out == f"{tmp_path / 'a.svg'}\n"
    assert told.err.startswith(
        "1-simple-web-stack.deployment: 6 cards, 5 lines, 0 chips, 0 overlaps, 0 crossings, 0 bends, 0 label collisions"
    )
