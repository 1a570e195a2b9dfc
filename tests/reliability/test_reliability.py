"""The engine against the definition: every single failure of every flow of thousands of random architectures."""

from __future__ import annotations

import pytest

from archgen.language.load import load
from archgen.model.architecture import Architecture, Component, Connection, Flow, Port, Replica
from archgen.model.steps import Request
from archgen.reliability import failure
from archgen.reliability.failure import failures
from archgen.reliability.index import Index
from archgen.reliability.plan import Plan
from archgen.reliability.structure import build
from benchmarks.shapes import SHAPES
from tests.generators.random_flows import architecture
from tests.oracle import World, elements
from tests.reliability.random_systems import NAME, system

CHUNKS = 16
MODELS_PER_CHUNK = 350
QUESTIONS_PER_CHUNK = 6_250
"""16 chunks of at least 6,250 questions are 100,000 and more."""


@pytest.mark.sampled(4)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_single_failures_agree_with_the_definition(chunk: int) -> None:
    questions = 0
    for seed in range(chunk * MODELS_PER_CHUNK, (chunk + 1) * MODELS_PER_CHUNK):
        model = architecture(seed)
        index, world = Index(model), World(model, frozenset())
        for flow in model.flows:
            found = failures(Plan(index, build(index, flow)))
            engine = {(one.element.kind, one.element.id) for one in found.points}
            possible = world.succeeds(flow)
            assert found.possible == possible, (seed, flow.id)
            for element in elements(model):
                broken = possible and not world.with_failed(frozenset({element})).succeeds(flow)
                assert (element in engine) == broken, (seed, flow.id, element)
                questions += 1
    assert questions >= QUESTIONS_PER_CHUNK


def test_random_models_reach_every_feature() -> None:
    models = [architecture(seed) for seed in range(500)]
    flows = [flow for model in models for flow in model.flows]
    verdicts = [
        failures(Plan(index, build(index, flow)))
        for model in models
        for index in [Index(model)]
        for flow in model.flows
    ]
    assert {one.possible for one in verdicts} == {True, False}
    assert {point.element.kind for one in verdicts for point in one.points} == {"replica", "host", "zone"}
    assert len(flows) == len(verdicts)
    components = [one for model in models for one in model.components]
    assert any(one.quorum for one in components)
    assert any(one.cluster and one.cluster.failover == "manual" for one in components)
    assert any(one.replication and one.replication.by for one in components)
    assert any(replica.floating for one in components for replica in one.replicas)


@pytest.mark.parametrize("seed", range(300))
def test_proof_names_a_step_of_the_flow_and_ends_where_the_failure_is(seed: int) -> None:
    model = architecture(seed)
    index = Index(model)
    for flow in model.flows:
        for point in failures(Plan(index, build(index, flow))).points:
            assert point.proof.flow == flow.id
            assert point.proof.step.startswith(f"{flow.id}/")
            assert point.proof.path
            assert point.proof.kill == (point.element,)
            assert len(set(point.proof.path)) == len(point.proof.path)
            world = World(model, frozenset({(point.element.kind, point.element.id)}))
            last = index.replicas[point.proof.path[-1]]
            ends = world.up(last) and world.quorum_met(index.components[last.component])
            assert not ends or (point.proof.where or "").startswith(f"{last.id} runs on ")


class _Apart:
    """No stretches, so that the search goes replica by replica."""

    def ahead(self, replica: str, bit: int) -> None:
        return None


def test_a_path_along_a_stretch_is_that_of_a_search_replica_by_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    models = [architecture(seed) for seed in range(400)]
    models += [load(NAME, files[NAME], files.__getitem__).architecture for files in map(system, range(200))]
    models += [load("a.arch.yaml", shape(24).encode()).architecture for shape in SHAPES.values()]
    plans = [Plan(index, build(index, flow)) for index in map(Index, models) for flow in index.architecture.flows]
    along = [_verdict(plan) for plan in plans]
    steps = sum(len(path) for verdict in along for _, path in verdict)
    monkeypatch.setattr(failure, "series", lambda _: _Apart())
    assert along == [_verdict(plan) for plan in plans]
    assert steps > 5_000


def _verdict(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    """Return the proof of each single point, or that of an impossible flow."""
    verdict = failures(plan)
    proofs = [point.proof for point in verdict.points]
    return [(proof.step, proof.path) for proof in (verdict.broken, *proofs) if proof is not None]


def test_of_two_connections_under_a_step_the_one_that_asks_more_decides() -> None:
    """All of one replica are one, and two are asked for: nobody can give two."""
    replicas = (Replica("db", "db"),)
    model = Architecture(
        id="two",
        file="two.arch.yaml",
        name="two",
        components=(
            Component(id="app", kind="service", replicas=(Replica("app", "app"),)),
            Component(id="db", kind="database", replicas=replicas),
            Component(id="copy", kind="database"),
        ),
        connections=(
            Connection("app -> db", "app", ("db",), (Port("mysql"),), needs="all"),
            Connection("app -> copy", "app", ("copy",), (Port("mysql"),), needs=2),
        ),
        flows=(Flow("read", "read", (Request("read/1", "app", ("db", "copy")),)),),
    )
    index = Index(model)
    assert not failures(Plan(index, build(index, model.flows[0]))).possible
    assert not World(model, frozenset()).succeeds(model.flows[0])


CALLS_BACK = """archgen: 1
name: Each step that fails has one that fails before it
hosts: {a: {}, b: {}, dc: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: a}
  app: {kind: app-server, runs_on: b}
  locks: {kind: key-value-store, runs_on: dc}
  db: {kind: database, runs_on: dc}
  pay: {kind: external-service, runs_on: dc}
connections:
  user -> lb: https
  user -> pay: https
  lb -> app: https
  app -> locks: https
  app -> lb: https
  lb -> db: https
  app -> pay: https
flows:
  order:
    steps:
      - user -> lb: order
      - lb -> app: order
      - FIRST
      - app -> lb: INSERT
      - lb -> db: INSERT
      - app -> locks: unlock
      - user -> pay: the card
"""


@pytest.mark.parametrize(
    ("first", "step", "path"),
    [
        ("app -> locks: lock", "order/3", "user lb@a app@b locks@dc"),
        ("app -> pay: reserve", "order/3", "user lb@a app@b pay@dc"),
        ("lb -> app: again", "order/5", "user lb@a db@dc"),
    ],
)
def test_a_proof_names_the_first_step_that_fails_and_not_the_nearest(first: str, step: str, path: str) -> None:
    model = load("order.arch.yaml", CALLS_BACK.replace("FIRST", first).encode()).architecture
    index = Index(model)
    verdict = failures(Plan(index, build(index, model.flows[0])))
    proof = next(point.proof for point in verdict.points if point.element.id == "dc")
    assert (proof.step, " ".join(proof.path)) == (step, path)
