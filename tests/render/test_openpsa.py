"""The Open-PSA export against SCRAM, an engine for fault trees that shares no code with this one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from archgen.analysis.assessment import calculation, quantified
from archgen.analysis.probabilities import Probabilities
from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.language.load import load
from archgen.model.architecture import Architecture, Availability
from archgen.reliability.cuts import cut_sets
from archgen.render.code.openpsa import write
from tests.generators.random_flows import architecture
from tests.paths import ROOT

MODELS = sorted((ROOT / "models").glob("*.arch.yaml")) + sorted((ROOT / "tests" / "architectures").glob("*.arch.yaml"))
SCRAM = shutil.which("scram")
needs_scram = pytest.mark.skipif(SCRAM is None, reason="SCRAM is not installed (Debian: apt-get install scram)")


def rare(model: Architecture, seed: int) -> Architecture:
    """The model with declared, small chances of failure: SCRAM prints six digits, and so they reach below 1e-9."""
    random = Random(seed)

    def declared() -> Availability:
        return Availability(1 - random.choice((1e-5, 3e-5, 1e-4)) * random.uniform(0.5, 1))

    return replace(
        model,
        hosts=tuple(replace(one, availability=declared()) for one in model.hosts),
        zones=tuple(replace(one, availability=declared()) for one in model.zones),
        components=tuple(replace(one, availability=declared()) for one in model.components),
    )


def products(result: ElementTree.Element) -> set[frozenset[str]]:
    return {
        frozenset(event.get("name", "") for event in product.iter("basic-event")) for product in result.iter("product")
    }


def labels(document: str) -> dict[str, str]:
    tree = ElementTree.fromstring(document)
    return {one.get("name", ""): one.findtext("label") or "" for one in tree.iter("define-basic-event")}


def scram(document: str, directory: Path) -> dict[str, ElementTree.Element]:
    file = directory / "model.xml"
    file.write_text(document, encoding="utf-8")
    assert SCRAM is not None
    words = [SCRAM, "--bdd", "--probability", "1", "--limit-order", "2", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stderr
    return {one.get("name", ""): one for one in ElementTree.fromstring(done.stdout).iter("sum-of-products")}


def compare(model: Architecture, directory: Path) -> int:
    topology = Topology(rare(model, 7))
    possible = tuple(one for one in topology.architecture.flows if topology.losses.failures[one.id].possible)
    topology = Topology(replace(topology.architecture, flows=possible))
    if not possible:
        return 0
    document = write([topology])
    found, names, probabilities = scram(document, directory), labels(document), Probabilities(topology)
    for number, flow in enumerate(possible, 1):
        plan, up = quantified(topology, probabilities, flow.id)
        if not topology.losses.plans[flow.id].elements or plan.windows():
            continue
        ours = calculation(topology, plan).availability(up)
        assert ours.method == "exact"
        result = found[f"f{number}_top"]
        assert 1 - ours.availability == pytest.approx(float(result.get("probability", "nan")), abs=1e-9), flow.id
        theirs = {frozenset(names[event] for event in product) for product in products(result)}
        sets = {frozenset(f"{one.kind} {one.id}" for one in each) for each in cut_sets(plan, 2).sets}
        assert theirs - {frozenset()} == sets, flow.id
    return len(possible)


@needs_scram
@pytest.mark.parametrize("file", MODELS, ids=lambda file: file.name.removesuffix(".arch.yaml"))
def test_scram_agrees_on_the_models(file: Path, tmp_path: Path) -> None:
    assert compare(load(str(file), file.read_bytes()).architecture, tmp_path) > 0


@needs_scram
def test_scram_agrees_on_random_models(tmp_path: Path) -> None:
    compared = models = 0
    for seed in range(200):
        found = compare(architecture(seed), tmp_path)
        compared += found
        models += found > 0
        if models == 60:
            break
    assert models >= 50
    assert compared >= 60


def test_the_command_writes_one_tree_a_flow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "trees.xml"
    models = [str(one) for one in MODELS[:2]]
    assert main(["analyze", *models, "--format", f"openpsa={file}"]) == 0
    tree = ElementTree.parse(file).getroot()
    assert [one.get("name") for one in tree.iter("define-fault-tree")] == ["m1_f1", "m1_f2", "m2_f1", "m2_f2"]
    defined = [one.get("name") for one in tree.iter("define-basic-event")]
    assert len(defined) == len(set(defined))
    assert {one.get("name") for one in tree.iter("basic-event")} == set(defined)
    gates = [one.get("name") for one in tree.iter("define-gate")]
    assert len(gates) == len(set(gates))
    assert {one.get("name") for one in tree.iter("gate")} <= set(gates)


def identifiers(document: str) -> Iterator[str]:
    yield from re.findall(r' name="([^"]*)"', document)


def test_ids_and_titles_of_any_kind_are_safe() -> None:
    text = "archgen: 1\nname: X\ncomponents:\n  user: {kind: client}\n  a_b: {kind: service}\n  a-b: {kind: service}\n"
    text += "connections: {user -> a_b: http, user -> a-b: http}\n"
    text += 'flows: {f: {title: "<b>&\\u0001", steps: [user -> a_b: x, user -> a-b: y]}}\n'
    document = write([Topology(load("a.arch.yaml", text.encode()).architecture)])
    assert len(labels(document)) == 4
    assert all(re.fullmatch(r"[A-Za-z]\w*", one) for one in identifiers(document))
