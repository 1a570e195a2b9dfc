"""The deployment picture as SVG: it parses, stands alone, repeats, and shows hostile text as text."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from archgen.analysis.topology import Topology
from archgen.layout.deployment.arrangement import domain
from archgen.layout.placed import Box, Placed
from archgen.render.scene.shapes import TextLine, scene
from archgen.render.scene.strokes import Crossings, beside, gapped, joined, path_data
from archgen.render.svg.document import svg
from archgen.style.glyphs import Icon
from archgen.style.text_metrics import text_width
from archgen.style.theme import DARK, LIGHT
from archgen.views.deployment import deployment
from archgen.views.diagram import Badge, Diagram, Edge, Group, Node
from tests.drawing import diagram_svg
from tests.generators.random_models import random_model
from tests.hostile import HOSTILE
from tests.views.test_deployment_view import TIERS, finding, topology

SVG = "{http://www.w3.org/2000/svg}"


def placed(tier: str) -> Placed:
    model = topology(tier)
    found = [finding("connection", one.id) for one in model.architecture.connections[:2]]
    return domain(
        deployment(model, [*found, finding("host", "lb-1", "warning"), finding("component", "mysql", "info")])
    )


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("mode", ["light", "dark", "auto"])
def test_it_parses_and_stands_alone(tier: str, mode: str) -> None:
    svg = diagram_svg(placed(tier), mode=mode, name="p")  # type: ignore[arg-type]
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert all(one is not None and (one == "p" or one.startswith("p-")) for one in ids)
    for one in root.iter():
        for name, value in one.attrib.items():
            if name.endswith("href"):
                assert value[0] == "#"
                assert value[1:] in ids
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "").replace("http ", "").replace("https ", "")


@pytest.mark.parametrize("tier", TIERS)
def test_every_node_group_and_line_is_there_by_name(tier: str) -> None:
    model = placed(tier)
    root = ElementTree.fromstring(diagram_svg(model))
    assert [one.get("data-node") for one in root.iter() if one.get("data-node")] == [one.node.id for one in model.nodes]
    assert len([one for one in root.iter() if one.get("data-edge")]) == len(model.edges)
    assert len([one for one in root.iter() if one.get("data-group")]) == len(model.groups)
    said = texts(root)
    assert all(line in said for one in model.nodes for line in one.title)


def test_meanings_differ_by_form_and_not_only_by_colour() -> None:
    root = ElementTree.fromstring(diagram_svg(placed(TIERS[2])))
    dashes = {
        one.get("data-edge"): next(iter(one.iter(f"{SVG}path"))).get("stroke-dasharray")
        for one in root.iter()
        if one.get("data-edge")
    }
    assert dashes["user -> firewall-1"] is None
    assert dashes["haproxy -> nginx"] != dashes["collector -> sumo-logic"]
    double = next(one for one in root.iter() if one.get("data-edge") == "mysql replication")
    assert (next(iter(double.iter(f"{SVG}path"))).get("d") or "").count("M") == 2


def test_the_legend_names_only_what_occurs() -> None:
    said = texts(ElementTree.fromstring(diagram_svg(placed(TIERS[0]))))
    assert "unencrypted across hosts" in said
    assert "error" in said
    assert "info" in said
    assert not {"encrypted", "monitoring", "replication", "warning"} & set(said)
    assert "name look-up" not in texts(ElementTree.fromstring(diagram_svg(placed(TIERS[0]), key=False)))
    bare = domain(deployment(topology(TIERS[0])))
    assert "error" not in texts(ElementTree.fromstring(diagram_svg(bare)))


def test_badges_carry_the_number_and_words_of_their_issue() -> None:
    root = ElementTree.fromstring(diagram_svg(placed(TIERS[1])))
    said = ["".join(one.itertext()) for one in root.iter(f"{SVG}g") if one.get("class") == "badge" and len(one) > 1]
    assert sorted(said) == ["error 1: about user -> dns1", "error 1: about user -> haproxy1", *sorted(said)[2:]]
    assert sorted(said)[2:] == ["info 3: about mysql3", "warning 2: about lb-12"]


def test_palettes() -> None:
    light, dark = (diagram_svg(placed(TIERS[1]), mode=mode) for mode in ("light", "dark"))
    assert LIGHT.ink in light
    assert DARK.ink not in light
    assert "@media" not in light
    assert "var(" not in light
    assert DARK.ink in dark
    assert LIGHT.ink not in dark
    auto = diagram_svg(placed(TIERS[1]))
    assert LIGHT.ink in auto
    assert DARK.ink in auto
    assert "prefers-color-scheme" in auto


def test_a_logo_is_embedded_once() -> None:
    logo = Icon(id="logo", view_box="0 0 24 24", body='<path d="M0 0h24v24z"/>')
    svg = diagram_svg(placed(TIERS[2]), icons=lambda node: logo if node.icon == "nginx" else None)
    assert svg.count('d="M0 0h24v24z"') == 1
    assert svg.count('href="#diagram-logo"') == 3


@pytest.mark.parametrize("seed", range(0, 100, 7))
def test_random_models_parse(seed: int) -> None:
    ElementTree.fromstring(diagram_svg(domain(deployment(Topology(random_model(seed))))))


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_stays_text(words: str) -> None:
    badge = (Badge(1, "error", words),)
    nodes = tuple(
        Node(
            id=f"{name}{words}",
            subject=words,
            label=words,
            detail=words,
            mark=words if name == "a" else "",
            kind="service",
            role="web",
            group="g" + words,
            description=words,
            badges=badge,
        )
        for name in "ab"
    )
    group = Group(id="g" + words, subject=words, kind="host", label=words, detail=words, badges=badge)
    edge = Edge(
        id=words, subject=words, source="a" + words, target="b" + words, label=words, meaning="plaintext", badges=badge
    )
    diagram = Diagram(id="d", title=words, alt=words, nodes=nodes, groups=(group,), edges=(edge,))
    root = ElementTree.fromstring(diagram_svg(domain(diagram), name=words or "p"))
    names = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert names <= {"svg", "title", "desc", "style", "defs", "symbol", "g", "rect", "path", "text", "use", "circle"}
    assert not any(name.startswith("on") for one in root.iter() for name in one.attrib)


def test_same_bytes_under_another_hash_seed() -> None:
    script = (
        "from tests.render.test_diagram_svg import placed, TIERS, diagram_svg\n"
        "print([diagram_svg(placed(tier)) for tier in TIERS])"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def test_text_is_on_the_canvas_and_inside_its_card() -> None:
    model = placed(TIERS[2])
    root = ElementTree.fromstring(diagram_svg(model))
    width, height = float(root.get("width") or 0), float(root.get("height") or 0)
    for one in root.iter(f"{SVG}text"):
        if one.get("x") is not None:
            assert 0 <= float(one.get("x") or 0) <= width
            assert 0 <= float(one.get("y") or 0) <= height


def test_a_line_is_open_under_its_label() -> None:
    assert gapped(((0.0, 0.0), (100.0, 0.0)), Box(40, -8, 20, 16)) == [
        ((0.0, 0.0), (40, 0.0)),
        ((60, 0.0), (100.0, 0.0)),
    ]
    assert gapped(((0.0, 100.0), (0.0, 0.0)), Box(-8, 40, 16, 20)) == [
        ((0.0, 100.0), (0.0, 62)),
        ((0.0, 38), (0.0, 0.0)),
    ]
    assert gapped(((0.0, 0.0), (100.0, 0.0)), None) == [((0.0, 0.0), (100.0, 0.0))]


def test_a_level_line_hops_over_an_upright_one_of_another_bundle() -> None:
    nodes = tuple(Node(id=name, subject=name, label=name, kind="service", role="web") for name in "ab")
    model = domain(Diagram(id="d", title="D", alt="", nodes=nodes))
    upright = ((50.0, -20.0), (50.0, 20.0))
    edge = Edge(id="e", subject="e", source="a", target="b", meaning="plaintext")
    from archgen.layout.placed import PlacedEdge

    crossed = Placed(model.diagram, 100, 100, edges=(PlacedEdge(edge, upright, (upright,), "e"),))
    level = ((0.0, 0.0), (100.0, 0.0))
    assert re.search(r"H45a5 5 0 0 1 10 0", path_data(level, Crossings(crossed), "other"))
    assert "a" not in path_data(level, Crossings(crossed), "e")


def test_double_lines_keep_their_distance_round_corners() -> None:
    corner = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0))
    assert beside(corner, 2.0) == ((0.0, 2.0), (8.0, 2.0), (8.0, 10.0))


def test_a_branch_starts_a_corner_earlier() -> None:
    whole = ((0.0, 0.0), (10.0, 0.0), (10.0, 20.0))
    assert joined(whole[1:], whole) == ((4.0, 0.0), (10.0, 0.0), (10.0, 20.0))


def test_words_are_as_wide_in_any_font_as_they_were_measured() -> None:
    texts = (TextLine(0, 0, "checkout", 13, bold=True), TextLine(0, 20, "x", 13), TextLine(0, 40, "日本語", 13))
    written = svg(scene("s", 100, 60, texts, "t", "d"), "light")
    lengths = dict(re.findall(r'textLength="([0-9.]+)">([^<]*)<', written))
    assert {word: float(length) for length, word in lengths.items()} == {
        "checkout": pytest.approx(text_width("checkout", 13, bold=True), abs=0.06)
    }
