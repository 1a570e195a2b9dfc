"""The structure function of the page equals Python's: verdicts, proofs, words, what remains, and its availability."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from random import Random
from typing import Any

import pytest

from archgen.analysis.assessment import assess
from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.model.architecture import Architecture
from archgen.model.subject import Subject
from archgen.reliability.failure import failures
from archgen.reliability.requests import requests
from archgen.reliability.simulation import alone, simulate, statuses
from archgen.report.simulate.outcome import reason
from archgen.site.structure_data import elements, script_json, structure_data
from archgen.views.failure_reason import first_failed_request
from benchmarks.synthetic import model as synthetic
from tests import paths
from tests.generators.random_floats import wandering
from tests.generators.random_flows import architecture
from tests.generators.random_meaning import decorated
from tests.generators.random_pairs import pair
from tests.generators.random_platforms import led
from tests.site.javascript import Script

ROOT = str(paths.ROOT)

DEFINE = """
var model;
var all = states => states.map(lost => model.flows.map(flow => {
  const one = archgenStructure.outcome(model, flow, lost, true);
  const name = some => some.map(each => model.replicas[each][0]);
  const stops = one.status === "down" ? archgenStructure.stop(model, flow, one) : null;
  const step = at => at === null ? null : flow.steps[at][0];
  return [one.status, one.possible, step(one.step), name(one.path), name(one.lost), name(one.cutOff),
    one.skipped.map(step), one.fails.map(step), name(one.down), one.points,
    archgenStructure.reason(model, flow, one), stops && [step(stops.step), stops.how, stops.words]];
}));
var statuses = states => states.map(lost => model.flows.map(flow => archgenStructure.outcome(model, flow, lost).status[0]).join(""));
var chances = states => states.map(lost => model.flows.map(flow => archgenStructure.availability(model, flow, lost)));
var take = data => { model = data; return 0; };
"""


@pytest.fixture(scope="module")
def script() -> Script:
    return Script("structure.js", DEFINE)


def reference(name: str) -> Architecture:
    with open(os.path.join(ROOT, "models", f"{name}.arch.yaml"), "rb") as stream:
        return load(f"{name}.arch.yaml", stream.read()).architecture


def every(count: int) -> Iterator[tuple[int, ...]]:
    for size in range(count + 1):
        yield from combinations(range(count), size)


def told(topology: Topology, known: tuple[Subject, ...], lost: tuple[int, ...]) -> list[list[Any]]:
    """The outcome of each flow by Python, in the order of `all`."""
    gone = [known[one] for one in lost]
    place = {element: at for at, element in enumerate(known)}
    found: list[list[Any]] = []
    for flow in topology.architecture.flows:
        plan = topology.losses.plans[flow.id]
        one = simulate(topology.index, flow, plan, gone)
        steps = {
            each.id: f"{each.source} -> {' | '.join(each.targets)}" + (f": {each.message}" if each.message else "")
            for each, _ in requests(flow.steps)
        }
        down = one.status == "down"
        stops = first_failed_request(topology, one) if down else None
        points = (
            [] if down else [place[each.element] for each in failures(plan, gone).points if each.element not in gone]
        )
        lists = (one.path, one.lost, one.cut_off, one.skipped, one.fails, one.down)
        path, missing, cut_off, skipped, fails, gone_too = map(list, lists)
        verdict = [one.status, one.possible, one.step, path, missing, cut_off, skipped, fails, gone_too, points]
        found.append([*verdict, reason(one, steps), stops and [stops.step, stops.how, stops.words]])
    return found


def equal(script: Script, model: Architecture, states: Iterable[tuple[int, ...]]) -> int:
    """Holds the page against Python on some states, and gives their number."""
    topology = Topology(model)
    known = elements(topology)
    asked = list(states)
    script.call("take", structure_data(topology))
    for lost, found in zip(asked, script.call("all", asked), strict=True):
        assert found == told(topology, known, lost), [known[one].id for one in lost]
    return len(asked)


@pytest.mark.parametrize(
    "name", ["1-simple-web-stack", pytest.param("2-distributed-web-infrastructure", marks=pytest.mark.slow)]
)
def test_all_states_of_the_small_reference_models(script: Script, name: str) -> None:
    model = reference(name)
    count = len(elements(Topology(model)))
    assert count < 14
    assert equal(script, model, every(count)) == 2**count


BALANCED = """\
archgen: 1
name: Two versions behind a balancer
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, replicas: 2, balance: {BALANCE}}
  app: {kind: app-server, runs_on: [a, b]}
  canary: {kind: app-server, replicas: 2}
  db: {kind: database}
  price: {kind: external-service}
connections: {user -> lb: https, lb -> app | canary: http, app -> price: https, app -> db: postgresql, canary -> db: postgresql}
flows: {page: {steps: [user -> lb: GET, lb -> app | canary: GET, app -> price: fare, app -> db: SELECT, canary -> db: SELECT]}}
"""

BALANCES = (
    "health_check: {request: GET /ready, asks: db}, weights: {app: 9, canary: 1}",
    "health_check: {asks: price, fail_open: true}, weights: {a: 3}",
    "health_check: false, weights: {app: 9, canary: 1}",
    "weights: {app: 2}",
    "health_check: TCP connect",
)

SMALL = (
    """\
archgen: 1
name: Two sites, of which one keeps what it sends
hosts: {a: {}, b: {}, q: {}}
components:
  user: {kind: client}
  site-a: {kind: app-server, runs_on: a}
  site-b: {kind: app-server, runs_on: b}
  events: {kind: stream, runs_on: q}
connections: {user -> site-a | site-b: https, site-a -> events: kafka, site-b -> events: {protocol: kafka, async: true}}
flows: {send: {access: write, steps: [{user -> site-a | site-b: POST}, {site-a -> events: event}, {site-b -> events: event}]}}
""",
    """\
archgen: 1
name: A check that asks a cache and a store
hosts: {a: {}, b: {}, d: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  lb: {kind: load-balancer, managed: true, balance: {health_check: {request: GET /, asks: [db, cache]}}}
  web: {kind: app-server, runs_on: [a, b]}
  db: {kind: database, runs_on: [a, b], replication: {primary: a, failover: automatic}}
  cache: {kind: cache, runs_on: d}
connections: {job -> lb: https, lb -> web: https, web -> db: postgresql, web -> cache: redis}
flows: {page: {access: read, steps: [{job -> lb: GET}, {lb -> web: GET}, {web -> db: SELECT}]}}
""",
    """\
archgen: 1
name: An observer and an operator
hosts: {a: {}, b: {}, o: {}, k: {}}
components:
  job: {kind: scheduler, managed: true}
  observer: {kind: service, runs_on: [o]}
  ledger: {kind: database, product: oracle, runs_on: [a, b], replication: {primary: a, failover: automatic, by: observer}}
  api: {kind: service, product: kubernetes, runs_on: k}
  operator: {kind: service, runs_on: o}
  db: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: b, failover: automatic, by: operator}}
connections: {job -> ledger: oracle, job -> db: postgresql, operator -> api: https}
flows: {save: {access: write, steps: [{job -> ledger: INSERT}, {job -> db: INSERT}]}}
""",
    """\
archgen: 1
name: Alternatives that a caller can do without
hosts: {a: {}, b: {}, c: {}}
components:
  job: {kind: scheduler, managed: true}
  own: {kind: service, runs_on: [b, c]}
  spare: {kind: service, runs_on: [a, b]}
connections:
  job -> own: {protocol: https, needs: all}
  job -> spare: {protocol: https, required: false}
flows: {page: {access: read, steps: [job -> own | spare: GET]}}
""",
    *(BALANCED.replace("BALANCE", balance) for balance in BALANCES),
)


@pytest.mark.parametrize("text", SMALL)
def test_random_states_of_what_stands_behind_a_call(script: Script, text: str) -> None:
    model = load("small.arch.yaml", text.encode()).architecture
    assert equal(script, model, drawn(Random(1), len(elements(Topology(model))), 150)) == 150


@pytest.mark.slow
def test_all_states_of_small_random_models(script: Script) -> None:
    """The models from 200 on are asked in random states."""
    models, states = 0, 0
    for seed in range(200):
        model = decorated(seed) if seed % 2 else architecture(seed)
        count = len(elements(Topology(model)))
        if count <= 8:
            states += equal(script, model, every(count))
            models += 1
    assert models > 25
    assert states > 1000


@pytest.mark.sampled(2)
@pytest.mark.parametrize("drawing", [architecture, decorated])
def test_random_states_of_random_models(script: Script, drawing: Callable[[int], Architecture]) -> None:
    for seed in range(200, 400):
        model = drawing(seed)
        equal(script, model, drawn(Random(seed), len(elements(Topology(model))), 8))


def test_random_states_of_replicas_whose_place_decides(script: Script) -> None:
    down = 0
    for seed in range(80):
        model = wandering(seed) if seed < 60 else led(Random(seed), wandering(seed))
        equal(script, model, drawn(Random(seed), len(elements(Topology(model))), 8))
        structures = Topology(model).losses.structures.values()
        down += any(need.places for each in structures for needs in each.needs.values() for need in needs)
    assert down >= 20


def test_random_states_of_members_that_keep_the_traffic(script: Script) -> None:
    keeping = 0
    for seed in range(60):
        model = pair(Random(seed))
        equal(script, model, drawn(Random(seed), len(elements(Topology(model))), 8))
        keeping += any(plan.keeping for plan in Topology(model).losses.plans.values())
    assert keeping >= 20


def drawn(random: Random, count: int, states: int) -> Iterator[tuple[int, ...]]:
    for _ in range(states):
        share = random.choice((0.02, 0.1, 0.3, 0.6))
        yield tuple(one for one in range(count) if random.random() < share)


def made(components: int) -> Architecture:
    return load("synthetic.arch.yaml", synthetic(components).encode()).architecture


LARGER = {
    "3-secured-and-monitored": lambda: reference("3-secured-and-monitored"),
    "4-split-components": lambda: reference("4-split-components"),
    "synthetic": lambda: made(60),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(LARGER))
def test_ten_thousand_random_states_of_larger_models(script: Script, name: str) -> None:
    topology = Topology(LARGER[name]())
    known = elements(topology)
    states = list(drawn(Random(name), len(known), 10_000))
    script.call("take", structure_data(topology))
    found = script.call("statuses", states)
    gone = {one: sum(1 << at for at, lost in enumerate(states) if place in lost) for place, one in enumerate(known)}
    for at, flow in enumerate(topology.architecture.flows):
        expected = statuses(topology.index, flow, topology.losses.plans[flow.id], gone, len(states))
        assert "".join(one[at] for one in found) == "".join(one[0] for one in expected)
        assert {"ok", "degraded", "down"} == set(expected)
    equal(script, topology.architecture, states[:150])


@pytest.mark.parametrize("drawing", [architecture, decorated])
@pytest.mark.parametrize("seed", range(60))
def test_many_states_at_once_are_each_as_one(seed: int, drawing: Callable[[int], Architecture]) -> None:
    topology = Topology(drawing(seed))
    known = elements(topology)
    for flow in topology.architecture.flows:
        plan = topology.losses.plans[flow.id]
        expected = tuple(simulate(topology.index, flow, plan, [one]).status for one in known)
        assert alone(topology.index, flow, plan, known) == expected


@pytest.mark.parametrize("name", sorted(os.listdir(os.path.join(ROOT, "models"))))
def test_availability_of_what_remains(script: Script, name: str) -> None:
    topology = Topology(reference(name.removesuffix(".arch.yaml")))
    known = elements(topology)
    states = [(), *((one,) for one in range(len(known))), *drawn(Random(name), len(known), 20)]
    script.call("take", structure_data(topology))
    compared = 0
    for lost, found in zip(states, script.call("chances", states), strict=True):
        gone = tuple(known[one] for one in lost)
        for one, value in zip(assess(topology, order=1, gone=gone), found, strict=True):
            if one.possible:
                assert value["method"] == "exact"
                assert value["value"] == pytest.approx(one.result.availability, abs=1e-12)
                compared += 1
    assert compared > len(known) / 2


def test_what_is_too_large_for_a_page_is_sampled(script: Script) -> None:
    topology = Topology(reference("3-secured-and-monitored"))
    data = structure_data(topology)
    for flow in data["flows"]:
        flow["chart"] = None
    script.call("take", data)
    for one, value in zip(assess(topology, order=1), script.call("chances", [()])[0], strict=True):
        low, high = value["bounds"]
        assert value["method"] == "sampled"
        assert low <= one.result.availability <= high
        assert low < value["value"] <= high


def test_what_is_too_large_for_a_page_is_told_as_in_the_tables_until_something_is_lost(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    topology = Topology(reference("3-secured-and-monitored"))
    assessed = assess(topology, order=1)
    monkeypatch.setattr("archgen.site.structure_data.NODES", 1)
    script.call("take", structure_data(topology, None, assessed))
    whole, lost = script.call("chances", [(), (0,)])
    for one, value, less in zip(assessed, whole, lost, strict=True):
        assert value == {"method": "exact", "value": one.result.availability, "bounds": None}
        assert less["method"] == "sampled"


def test_data_end_no_script_and_are_no_markup() -> None:
    hostile = ["</script><!-- & {{ x }} {% y %} {# z #}", "\u2028\u2029\x7f é 数 \U0001f600"]
    told = script_json({"flows": hostile})
    assert json.loads(told) == {"flows": hostile}
    assert told.isascii()
    assert not any(mark in told for mark in ("<", ">", "&", "{{", "{%", "{#"))
