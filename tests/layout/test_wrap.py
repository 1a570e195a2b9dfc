"""Towers of hosts are wrapped into panels for a wide canvas: nothing overlaps, nothing is lost, words are larger."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.engines.best import best
from archgen.language.load import load
from archgen.layout.deployment.arrangement import domain
from archgen.layout.deployment.cards import fit_heading
from archgen.layout.deployment.wrap import WIDE, fitted
from archgen.layout.placed import Box, Label
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram, Group
from archgen.views.folding import Folding
from benchmarks.synthetic import model
from tests.geometry import faults


def tower(hosts: int, zones: int = 1, seed: int = 0) -> str:
    """Hosts with a server or three each, in zones, behind a balancer that reaches all of them."""
    chance = random.Random(seed)
    names = [f"host-{at}" for at in range(hosts)]
    lines = [
        "archgen: 1",
        "name: A tower",
        "zones:",
        *(f"  zone-{at}: {{kind: rack}}" for at in range(zones)),
        "hosts:",
    ]
    lines += [f"  {name}: {{zone: zone-{at % zones}}}" for at, name in enumerate(names)]
    lines += ["components:", "  user: {kind: client}", "  lb: {kind: load-balancer, product: haproxy}"]
    lines += [f"  web: {{kind: web-server, product: nginx, runs_on: [{', '.join(names)}]}}"]
    some = [name for name in names if chance.random() < 0.5] or names[:1]
    lines += [f"  db: {{kind: database, runs_on: [{', '.join(some)}], replication: {{writers: all}}}}"]
    lines += ["  mail: {kind: external-service}", "connections:"]
    lines += ["  user -> lb: https", "  lb -> web: http", "  web -> db: mysql", "  web -> mail: smtp"]
    return "\n".join(lines) + "\n"


def shown(text: str) -> Diagram:
    architecture = load("tower.arch.yaml", text.encode()).architecture
    assert architecture is not None
    return deployment(Topology(architecture))


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("hosts", "zones"), [(8, 1), (12, 3), (20, 1), (24, 4), (22, 2)])
def test_a_tower_becomes_wide_without_faults(hosts: int, zones: int) -> None:
    diagram = shown(tower(hosts, zones, seed=hosts))
    usual, wrapped = best(diagram), fitted(best)(diagram)
    assert faults(wrapped) == []
    assert {one.node.id for one in wrapped.nodes} == {one.node.id for one in usual.nodes}
    assert {one.edge.id for one in wrapped.edges} == {one.edge.id for one in usual.edges}
    assert abs(wrapped.width / wrapped.height - WIDE) < abs(usual.width / usual.height - WIDE)
    assert min(WIDE / wrapped.width, 1 / wrapped.height) > 1.15 * min(WIDE / usual.width, 1 / usual.height)
    assert fitted(best)(diagram) == wrapped


def test_a_low_picture_stays_as_it_is() -> None:
    diagram = shown(tower(3))
    assert fitted(domain)(diagram) == domain(diagram)


def test_an_address_in_a_heading_is_whole_or_absent() -> None:
    group = Group(id="h", subject="h", kind="host", label="application-server-1", detail="192.0.2.101")
    told = {fit_heading(group, float(room))[1] for room in range(40, 320, 5)}
    assert told == {"", "192.0.2.101"}


def test_a_hint_of_the_model_is_kept() -> None:
    diagram = shown(tower(12) + "layout: {near: {mail: db}}\n")
    assert fitted(domain)(diagram) == domain(diagram)


@pytest.mark.slow
def test_a_canvas_of_16_9_is_filled_by_wrapping(tmp_path: Path) -> None:
    model = tmp_path / "tower.arch.yaml"
    model.write_text(tower(16), encoding="utf-8")
    words = ["draw", str(model), "--view", "deployment", "--level", "deployment", "--no-findings", "--scale", "1"]
    sizes = {}
    for name, more in (("usual", []), ("wide", ["--canvas", "16:9"])):
        assert main([*words, *more, "-o", str(tmp_path / f"{name}.png")]) == 0
        sizes[name] = struct.unpack(">II", (tmp_path / f"{name}.png").read_bytes()[16:24])
    assert sizes["wide"][0] / sizes["wide"][1] == pytest.approx(WIDE, rel=0.01)
    assert sizes["wide"][1] < 0.8 * sizes["usual"][1]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("components", [60, 100])
def test_panels_hang_from_one_height(components: int) -> None:
    """Lines between the hosts of one panel and the next once drew each panel lower than the one before it."""
    architecture = load("large.arch.yaml", model(components).encode()).architecture
    assert architecture is not None
    diagram = deployment(Topology(architecture), (), Folding({}, {}))
    wrapped = fitted(best)(diagram)
    assert faults(wrapped) == []
    assert 1.2 <= wrapped.width / wrapped.height <= 2.2
    hosts = [one.box for one in wrapped.groups if one.group.kind == "host"]
    assert len({box.x for box in hosts if box.y == min(other.y for other in hosts)}) >= 3


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("https", ("https",)),
        ("https 443", ("https", "443")),
        ("1 · https 443", ("1", "https 443")),
        ("imaps 993 +2", ("imaps", "993 +2")),
        ("2 connections, 1 unencrypted", ("2 connections,", "1 unencrypted")),
    ],
)
def test_stacked_words_have_two_lines(words: str, lines: tuple[str, ...]) -> None:
    assert Label(words, Box(0, 0, 1, 1), stacked=True).lines == lines
