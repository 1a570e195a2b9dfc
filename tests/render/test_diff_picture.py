"""The picture of a change: what is marked, what is faint, and that nothing collides."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.compare import Evolution, evolve
from archgen.layout.deployment.arrangement import domain
from archgen.linting.checked_model import CheckedModel
from archgen.render.code.dot import dot
from archgen.render.code.mermaid import diagram_mermaid
from archgen.views.deployment import deployment
from archgen.views.diff import change_diagram
from tests.checked import unchecked
from tests.drawing import diagram_svg
from tests.generators.random_models import random_model
from tests.geometry import faults
from tests.paths import ROOT

TIERS = tuple(sorted((ROOT / "models").glob("*.arch.yaml")))


def tier(number: int) -> CheckedModel:
    path = TIERS[number - 1]
    (model,) = check_models((Input(path.name, path.read_bytes()),), "2026-11-01", ladder=False)
    assert isinstance(model, CheckedModel)
    return model


def step(before: int, after: int) -> Evolution:
    return evolve(tier(before), tier(after))


def test_what_is_new_is_marked_and_what_is_gone_is_still_there() -> None:
    diagram = change_diagram(step(3, 4))
    nodes = {one.id: one.change for one in diagram.nodes}
    assert nodes["nginx@web-1"] == "added"
    assert nodes["nginx@server-2"] == "removed"
    assert nodes["firewall-1@fw-1"] is None
    assert nodes["haproxy@lb-1"] == "changed"
    groups = {one.id: one.change for one in diagram.groups}
    assert (groups["host:lb-2"], groups["host:server-1"], groups["host:fw-1"]) == ("added", "removed", None)
    edges = {(one.subject, one.source, one.target): (one.change, one.label) for one in diagram.edges}
    assert edges["user -> firewall-1", "user", "firewall-1@fw-1"] == (None, "https 443")
    assert edges["haproxy -> nginx", "haproxy@lb-1", "nginx@web-1"] == ("added", "+ http 80")
    assert edges["haproxy -> nginx", "haproxy@lb-1", "nginx@server-1"] == ("removed", "− http 80")


def test_only_issues_that_are_new_have_a_badge() -> None:
    evolution = step(3, 4)
    fresh = {one.number for one in evolution.findings_of("introduced")}
    diagram = change_diagram(evolution)
    shown = {
        mark.number for part in (diagram.nodes, diagram.groups, diagram.edges) for one in part for mark in one.badges
    }
    assert shown == fresh
    assert not any(one.badges for one in change_diagram(evolution, findings=False).groups)


def test_the_picture_of_no_change_is_the_deployment() -> None:
    for number in (1, 2, 3, 4):
        diagram, plain = change_diagram(step(number, number)), deployment(tier(number).topology)
        assert (diagram.nodes, diagram.groups, diagram.edges) == (plain.nodes, plain.groups, plain.edges)


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 3), (3, 4), (2, 1), (4, 3), (1, 4)])
def test_nothing_collides(before: int, after: int) -> None:
    assert faults(domain(change_diagram(step(before, after)))) == []


@pytest.mark.slow
def test_nothing_collides_in_random_changes() -> None:
    for seed in range(60):
        before, after = (unchecked(random_model(one)) for one in (seed, seed + 500))
        assert faults(domain(change_diagram(evolve(before, after)))) == [], f"seed {seed}"


def test_change_is_told_by_form_and_in_words() -> None:
    root = ElementTree.fromstring(diagram_svg(domain(change_diagram(step(3, 4)))))
    titles = {}
    dashes = {}
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        if "data-node" in group.attrib:
            name = group.attrib["data-node"]
            titles[name] = group.findtext("{http://www.w3.org/2000/svg}title") or ""
            card = group.find("{http://www.w3.org/2000/svg}rect")
            assert card is not None
            dashes[name] = (card.get("stroke-dasharray"), card.get("stroke-width"))
    assert titles["nginx@web-1"].endswith("· added")
    assert titles["nginx@server-1"].endswith("· removed")
    assert dashes["nginx@web-1"] == (None, "2.5")
    assert dashes["nginx@server-1"] == ("3 3", "1")
    assert dashes["firewall-1@fw-1"] == (None, None)
    legend = " ".join(text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text"))
    assert all(word in legend for word in ("added", "removed", "changed"))


def test_text_formats_sign_what_changed() -> None:
    diagram = change_diagram(step(3, 4))
    flowchart = diagram_mermaid(diagram)
    assert '"#43; nginx<br/>Web server"' in flowchart
    assert '"#8722; nginx<br/>Web server"' in flowchart
    numbers = {node.id: f"n{at}" for at, node in enumerate(diagram.nodes, 1)}
    gone = next(line for line in flowchart.splitlines() if line.endswith(" removed") and "class n" in line)
    assert numbers["nginx@server-1"] in gone.split()[1].split(",")
    assert numbers["nginx@web-1"] not in gone.split()[1].split(",")
    graph = dot(diagram)
    assert 'label="− server-1' in graph
    assert 'style="rounded,filled,dashed"' in graph
    plain = deployment(tier(4).topology)
    assert "class" not in diagram_mermaid(plain)
    assert "penwidth=2.5" not in dot(plain)
