"""Engines: Graphviz places everything within bounds, and the default has no more bends and crossings than D2."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.drawing.layouts import ENGINES
from archgen.engines import dot_command
from archgen.engines.best import best
from archgen.layout.deployment.arrangement import domain
from archgen.layout.deployment.layered import layered
from archgen.layout.deployment.turned import by_roles
from archgen.layout.placed import Box
from archgen.layout.straightening import straightened
from archgen.model.problems import PartError
from archgen.style.theme import SIZES
from archgen.views.deployment import deployment
from archgen.views.overview import overview
from tests.generators.random_models import random_model
from tests.geometry import bends, crossings, faults
from tests.paths import ROOT
from tests.views.test_deployment_view import TIERS, finding, topology
from tests.views.test_views import MODELS, judged

OF_D2 = dict(zip(TIERS, ((4, 0), (22, 0), (40, 3), (20, 0)), strict=True))
"""Bends and crossings of the deployments as D2 0.7 places the same cards and lines with its ELK layout."""


@pytest.mark.slow
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
        tangled = crossings(usual) > len(diagram.nodes)
        assert tangled or not any(group.kind == "host" for group in diagram.groups)
        assert 3 * crossings(placed) + bends(placed) < 3 * crossings(usual) + bends(usual)
    assert all(chosen.values())


def test_the_default_of_a_command_compares_two_and_leaves_no_words_out() -> None:
    engine, chosen = ENGINES["best"](), {"domain": 0, "layered": 0}
    shown = [overview(judged(file)[0]) for file in MODELS]
    shown += [overview(Topology(random_model(seed))) for seed in range(30)]
    for diagram in shown:
        placed = engine(diagram)
        tried = {"domain": domain(diagram), "layered": layered(diagram)}
        name = next(name for name, other in tried.items() if straightened(other) == placed)
        chosen[name] += 1
        assert faults(placed) == []
        silent = {edge.bundle for edge in placed.edges if edge.edge.label and edge.edge.meaning != "replication"}
        assert silent <= {edge.bundle for edge in placed.edges if edge.label}
        cost = {name: 3 * crossings(other) + bends(other) for name, other in tried.items()}
        assert name == "domain" or cost[name] < cost["domain"]
    assert all(chosen.values())


MODEL = """
archgen: 1
name: M
layout: {direction: top-down}
hosts: {a: {}, b: {}}
components: {user: {kind: client}, web: {kind: web-server, runs_on: [a, b]}, db: {kind: database, runs_on: a}}
connections: {user -> web: https, web -> db: mysql}
flows: {read: {steps: [user -> web: GET /, web -> db: SELECT]}}
"""
HIDDEN = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("graphviz_pure", "graphlay"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
sys.executable = "/nowhere/bin/python"
import sysconfig
sysconfig.get_path = lambda name: "/nowhere/bin"
from archgen.cli import run_and_exit
run_and_exit()
"""


def _drawn(folder: Path, *options: str, path: str = "/nowhere") -> subprocess.CompletedProcess[str]:
    """What `archgen draw` says where a PATH has no `dot` and no wheel of Graphviz is installed."""
    (folder / "m.arch.yaml").write_text(MODEL, encoding="utf-8")
    command = [
        sys.executable,
        "-c",
        HIDDEN,
        "draw",
        "m.arch.yaml",
        "--view",
        "overview",
        "--view",
        "deployment",
        *options,
    ]
    environment = {"PATH": path, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("engine", ["best", "domain", "layered"])
def test_our_engines_draw_without_graphviz(engine: str, tmp_path: Path) -> None:
    """`top-down` and the default once asked a wheel for places."""
    done = _drawn(tmp_path, "--engine", engine)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "diagrams" / "m.deployment.svg").exists()


@pytest.mark.skipif(shutil.which("dot") is None, reason="no `dot` on the PATH")
def test_an_installed_graphviz_changes_no_picture_that_names_no_engine(tmp_path: Path) -> None:
    found = {}
    for path in ("/nowhere", os.path.dirname(shutil.which("dot") or "")):
        assert _drawn(tmp_path, path=path).returncode == 0
        found[path] = {file.name: file.read_bytes() for file in (tmp_path / "diagrams").iterdir()}
    first, second = found.values()
    assert first == second


def test_without_graphviz_its_engine_names_both_ways_to_have_it(tmp_path: Path) -> None:
    done = _drawn(tmp_path, "--engine", "graphviz")
    assert done.returncode == 2
    assert "install it so that `dot` is on the PATH" in done.stderr
    assert "pip install 'archgen[engines]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(shutil.which("dot") is None, reason="no `dot` on the PATH")
@pytest.mark.parametrize("engine", ["graphviz", "dot"])
def test_the_dot_on_the_path_is_taken_without_a_wheel(engine: str, tmp_path: Path) -> None:
    done = _drawn(tmp_path, "--engine", engine, path=os.path.dirname(shutil.which("dot") or ""))
    assert (done.returncode, done.stderr) == (0, "")


def test_an_engine_that_is_none_is_refused_with_those_that_are(tmp_path: Path) -> None:
    done = _drawn(tmp_path, "--engine", "graphlay")
    assert done.returncode == 2
    assert "best, domain, layered, graphviz, dot" in done.stderr


@pytest.mark.parametrize("tier", OF_D2)
def test_the_default_has_no_more_bends_and_crossings_than_d2(tier: str) -> None:
    placed = domain(deployment(topology(tier)))
    assert (bends(placed), crossings(placed)) <= OF_D2[tier]
    assert crossings(placed) <= OF_D2[tier][1]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exec sleep 60", "`dot` didn't end within 0.5 s"),
        ("exec yes", "`dot` wrote more than 0 MB"),
        ("exec yes >&2", "`dot` didn't end within 0.5 s"),
        ("echo first >&2; echo second >&2; exit 3", "`dot` failed: first"),
        ("exit 3", "`dot` failed: 3"),
    ],
)
def test_a_dot_that_fails_or_never_ends_is_a_part_that_cannot_be_made(
    script: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = tmp_path / "dot"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    monkeypatch.setattr(dot_command, "SECONDS", 0.5)
    monkeypatch.setattr(dot_command, "MOST_BYTES", 1000)
    with pytest.raises(PartError, match=re.escape(reason)):
        dot_command.run_dot("digraph {}\n" * 100_000, "svg", str(command))


def test_what_is_read_from_the_top_has_its_headings_clear_of_lines() -> None:
    for tier in TIERS:
        placed = by_roles(replace(deployment(topology(tier)), direction="top-down"))
        assert not [one for one in faults(placed) if "heading" in one and "runs through" in one]


def test_shields_stand_on_the_border_of_what_they_guard_also_when_read_from_the_top() -> None:
    placed = by_roles(replace(deployment(topology(TIERS[2])), direction="top-down"))
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
    placed = by_roles(replace(deployment(model, found), direction="top-down"))
    labels = [one.label.box for one in placed.edges if one.label]
    marked = [one for one in placed.groups if one.group.badges]
    assert labels
    assert marked
    for one in marked:
        wide = len(one.group.badges) * 2 * SIZES.badge
        corner = Box(one.box.right - wide, one.box.y - SIZES.badge, wide, 2 * SIZES.badge)
        assert not any(box.overlaps(corner) for box in labels)
