"""Replicas that float and call what is near: the outcome holds wherever they run, and says where it doesn't."""

from __future__ import annotations

import pytest

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.model.subject import Subject
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.failure import States
from archgen.reliability.simulation import simulate

FLOAT = """\
archgen: 1
name: Float
zones: {a: {kind: datacenter}, b: {kind: datacenter}}
hosts: {a1: {zone: a}, b1: {zone: b}, ca: {zone: a}, cb: {zone: b}}
components:
  job: {kind: client}
  live: {kind: service, runs_on: {any: [a1, b1], spread: zone, replicas: 2}}
  redis: {kind: cache, product: redis, runs_on: [ca, cb]}
connections:
  job -> live: https
  live -> redis: {protocol: redis, locality: same-datacenter, access: read}
flows:
  f: {access: read, steps: [{job -> live: GET}, {live -> redis: GET}]}
"""


def topology(*changes: tuple[str, str]) -> Topology:
    text = FLOAT
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return Topology(load("float.arch.yaml", text.encode()).architecture)


def fatal(facts: Topology) -> set[str]:
    return {point.element.id for point in facts.losses.failures["f"].points}


def test_a_store_beside_each_host_is_there_wherever_the_caller_runs() -> None:
    facts = topology()
    assert facts.losses.failures["f"].possible
    assert fatal(facts) == set()


@pytest.mark.parametrize(
    ("change", "points"),
    [
        ((", spread: zone, replicas: 2", ""), {"live#1", "redis@ca", "redis@cb", "ca", "cb"}),
        (("spread: zone", "spread: none"), {"redis@ca", "redis@cb", "ca", "cb"}),
        (("spread: zone, ", ""), set()),
        (("redis, locality: same-datacenter", "redis"), set()),
    ],
)
def test_a_caller_that_may_run_beside_the_lost_store_fails(change: tuple[str, str], points: set[str]) -> None:
    assert fatal(topology(change)) == points


def test_the_proof_says_where_the_caller_runs() -> None:
    facts = topology((", spread: zone, replicas: 2", ""))
    proof = facts.losses.points["f"][Subject("replica", "redis@ca")].proof
    assert proof.path == ("job", "live#1", "redis@ca")
    assert proof.where == "live#1 runs on a1"


def test_a_host_with_no_store_near_makes_a_flow_impossible_and_is_named() -> None:
    facts = topology((", spread: zone, replicas: 2", ""), ("runs_on: [ca, cb]", "runs_on: ca"))
    broken = facts.losses.failures["f"].broken
    assert broken is not None
    assert (broken.step, broken.where) == ("f/2", "live#1 runs on b1")


def test_what_takes_the_host_down_moves_the_caller_away() -> None:
    """A site is lost with its store, and nothing runs there any more."""
    facts = topology((", spread: zone, replicas: 2", ""))
    (flow,) = facts.architecture.flows
    plan = facts.losses.plans["f"]
    assert simulate(facts.index, flow, plan, [Subject("zone", "a")]).status == "degraded"
    outcome = simulate(facts.index, flow, plan, [Subject("host", "ca")])
    assert outcome.status == "down"
    assert outcome.hindrances == (("f/2", "live#1 may run on a1, and no replica of redis answers there"),)


def test_a_loss_that_breaks_the_flow_wherever_the_caller_runs_names_no_host() -> None:
    facts = topology(("runs_on: [ca, cb]", "runs_on: ca"))
    points = facts.losses.points["f"]
    assert points[Subject("host", "ca")].proof.where is None
    assert points[Subject("host", "a1")].proof.where == "live#2 runs on b1"


def test_replicas_on_the_same_hosts_ask_once_how_these_meet_a_need(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    gone = Evaluation[int].gone

    def count(self: Evaluation[int], host: str) -> int:
        asked.append(host)
        return gone(self, host)

    monkeypatch.setattr(Evaluation, "gone", count)
    numbers = []
    for replicas in ("2", "20"):
        facts = topology(("replicas: 2", f"replicas: {replicas}"))
        asked.clear()
        Evaluation(facts.losses.plans["f"], States({}, 1))
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


CLUSTER = """\
archgen: 1
name: Cluster
zones: {a: {kind: datacenter}, b: {kind: datacenter}}
hosts: {cp-1: {zone: a}, cp-2: {zone: a}, cp-3: {zone: b}, n-1: {zone: a}, n-2: {zone: a}, n-3: {zone: b}}
components:
  job: {kind: client}
  app: {kind: service, runs_on: {any: [n-1, n-2, n-3], replicas: 2}}
  api: {kind: service, product: kubernetes, runs_on: [cp-1, cp-2, cp-3]}
  etcd: {kind: key-value-store, product: etcd, runs_on: [cp-1, cp-2, cp-3]}
connections:
  job -> app: https
  api -> etcd: https
flows:
  f: {access: read, steps: [{job -> app: GET}]}
"""


@pytest.mark.parametrize(
    ("old", "new", "lost", "status"),
    [
        # spread over the two zones, where these may be lost
        ("", "", ("a",), "degraded"),
        ("replicas: 2", "replicas: 1", ("a",), "down"),
        ("replicas: 2", "replicas: 1", ("b",), "ok"),
        ("replicas: 2", "replicas: 2, spread: none", ("a",), "down"),
        ("replicas: 2", "replicas: 2, spread: host", ("a",), "down"),
        ("replicas: 2", "replicas: 3, spread: host", ("a",), "degraded"),
        ("replicas: 2", "replicas: 3, spread: zone", ("n-1", "cp-1", "cp-2"), "degraded"),
        ("replicas: 2", "replicas: 3, spread: zone", ("n-1", "n-3", "cp-1", "cp-2"), "down"),
        ("replicas: 2", "replicas: 1", ("n-1", "cp-1"), "ok"),
        ("replicas: 2", "replicas: 1", ("cp-1", "cp-2"), "ok"),
        ("replicas: 2", "replicas: 1", ("n-1", "api"), "down"),
        # nobody knows what a provider's needs, or which of two starts what, or where one that moves is
        ("api -> etcd: https", "api -> etcd: {protocol: https, required: false}", ("n-1", "n-2", "cp-1", "cp-2"), "ok"),
        ("product: kubernetes, runs_on: [cp-1, cp-2, cp-3]", "product: kubernetes, managed: true", ("a",), "ok"),
        ("  etcd:", "  k3s: {kind: service, product: k3s, runs_on: n-2}\n  etcd:", ("a",), "ok"),
        ("etcd, runs_on: [cp-1, cp-2, cp-3]}", "etcd, runs_on: {any: [cp-1, cp-2, cp-3], replicas: 3}}", ("a",), "ok"),
        ("product: etcd", "product: rqlite", ("n-1", "n-2", "cp-1", "cp-2"), "ok"),
    ],
)
def test_nothing_is_started_elsewhere_without_the_control_plane(
    old: str, new: str, lost: tuple[str, ...], status: str
) -> None:
    facts = Topology(load("cluster.arch.yaml", CLUSTER.replace(old, new).encode()).architecture)
    (flow,) = facts.architecture.flows
    found = {"a": "zone", "b": "zone", "api": "component"}
    kinds = [(found.get(each, "host"), each) for each in lost]
    gone = [Subject("replica", f"api@cp-{n}") for n in (1, 2, 3) if ("component", "api") in kinds]
    gone += [Subject(kind, each) for kind, each in kinds if kind != "component"]  # type: ignore[arg-type]
    assert simulate(facts.index, flow, facts.losses.plans["f"], gone).status == status


def test_the_proof_says_that_nothing_starts_it_elsewhere() -> None:
    facts = Topology(load("cluster.arch.yaml", CLUSTER.replace("replicas: 2", "replicas: 1").encode()).architecture)
    assert fatal(facts) == {"app#1", "a"}
    proof = facts.losses.points["f"][Subject("zone", "a")].proof
    assert proof.where == "app#1 runs on n-1 and nothing starts it elsewhere"
