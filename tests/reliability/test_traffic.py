"""The shares of the requests that replicas get by the weights of their caller, on each surface that tells of a share."""

from __future__ import annotations

from archgen.analysis.capacity import Load
from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.model.architecture import Balance
from archgen.model.subject import Subject
from archgen.reliability.simulation import simulate
from archgen.reliability.traffic import failing_part, part_of_requests, shares_of_addresses, traffic_shares
from archgen.report.simulate.outcome import reason

CANARY = """\
archgen: 1
name: A canary
components:
  user: {kind: client}
  lb: {kind: load-balancer, managed: true, balance: {BALANCE}}
  app: {kind: app-server, replicas: REPLICAS}
  canary: {kind: app-server}
  db: {kind: database, managed: true}
  price: {kind: external-service}
connections: {user -> lb: https, lb -> app | canary: http, app -> price: https, app -> db: postgresql, canary -> db: postgresql}
flows:
  page:
    access: read
    demand: 100/s
    steps: [user -> lb: GET, lb -> app | canary: GET, app -> price: fare, app -> db: SELECT, canary -> db: SELECT]
"""


def outcome(balance: str, lost: str, replicas: int = 2) -> str:
    text = CANARY.replace("BALANCE", balance).replace("REPLICAS", str(replicas))
    topology = Topology(load("x.arch.yaml", text.encode()).architecture)
    flow = topology.flows["page"]
    return reason(simulate(topology.index, flow, topology.losses.plans["page"], [Subject("replica", lost)]), {})


def loads(balance: str, replicas: int) -> dict[str, float]:
    text = CANARY.replace("BALANCE", balance).replace("REPLICAS", str(replicas))
    rates = Load(Topology(load("x.arch.yaml", text.encode()).architecture)).totals()
    return {replica: rate for replica, rate in rates.items() if replica.startswith(("app", "canary"))}


def shares(weights: dict[str, float], *replicas: str) -> dict[str, float]:
    return traffic_shares(Balance(weights=tuple(weights.items())), {name: name.partition("#")[0] for name in replicas})


def test_the_weight_of_a_component_is_split_among_its_replicas() -> None:
    assert loads("weights: {app: 9, canary: 1}", 6) == {**{f"app#{n}": 15 for n in range(1, 7)}, "canary#1": 10}
    assert loads("weights: {app: 9, canary: 1}", 2) == {"app#1": 45, "app#2": 45, "canary#1": 10}
    assert loads("algorithm: round-robin", 3) == {"app#1": 25, "app#2": 25, "app#3": 25, "canary#1": 25}


def test_a_component_without_a_weight_counts_as_one_and_so_does_a_replica() -> None:
    assert shares({"app": 3}, "app#1", "app#2", "new#1", "new#2") == {
        "app#1": 0.375,
        "app#2": 0.375,
        "new#1": 0.125,
        "new#2": 0.125,
    }
    assert shares({"app#1": 2}, "app#1", "app#2", "new#1") == {"app#1": 0.5, "app#2": 0.25, "new#1": 0.25}
    assert set(shares({"app": 0}, "app#1").values()) == {0.0}


def test_a_hint_on_a_check_tells_the_share_by_weights_and_what_the_check_asks() -> None:
    lost = "served without price#1; app#1 and app#2 can no longer do their part; "
    weights = "weights: {app: 9, canary: 1}"
    assert outcome(f"health_check: {{request: GET /ready, asks: db}}, {weights}", "price#1") == (
        f"{lost}the health check of lb asks only db, so about 90% of requests fail"
    )
    assert outcome(f"health_check: GET /ready, {weights}", "price#1") == (
        f"{lost}if the health check of lb asks nothing behind app, about 90% of requests fail"
    )
    assert outcome("health_check: GET /ready", "price#1").endswith("about 2 in 3 requests fail")


def test_what_a_check_asks_is_noticed_though_it_fails_open() -> None:
    opened = "health_check: {request: GET /ready, asks: price, fail_open: true}"
    assert outcome(opened, "price#1") == "served without price#1; app#1 and app#2 can no longer do their part"


def test_the_share_of_an_unchecked_target_is_that_of_its_weight() -> None:
    weights = "health_check: false, weights: {app: 9, canary: 1}"
    down = "replicas of app and canary is down and lb does not check: about"
    assert outcome(weights, "canary#1") == f"1 of 3 {down} 10% of requests fail"
    assert outcome(weights, "app#1") == f"1 of 3 {down} 45% of requests fail"
    assert outcome("health_check: false", "app#1") == f"1 of 3 {down} 1 in 3 requests fails"


def test_a_part_of_the_requests_in_words() -> None:
    assert failing_part(["a"], {"a": 0.25, "b": 0.25, "c": 0.5}) == "about 25% of requests fail"
    assert failing_part(["a"], {"a": 0.5, "b": 0.5}) == "about 1 in 2 requests fails"
    assert part_of_requests(["a"], {"a": 0.001, "b": 0.999}) == ("under 1% of requests", False)
    assert part_of_requests(["b"], {"a": 0.001, "b": 0.999}) == ("over 99% of requests", False)


BRANCH = """\
archgen: 1
name: An unchecked pair behind one branch
hosts: {l-1: {}, w-1: {}, w-2: {}, d-1: {}, d-2: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: l-1, balance: {health_check: false, weights: {big: 1, small: 9}}}
  big: {kind: service, runs_on: w-1, balance: {health_check: false}}
  small: {kind: service, runs_on: w-2}
  cache: {kind: cache, managed: true}
  api: {kind: service, runs_on: [d-1, d-2]}
  old: {kind: service, runs_on: [d-1, d-2]}
connections: {big -> old: https, user -> lb: https, lb -> big: https, lb -> big | small: https, big -> cache: rediss, big -> api: https}
flows: {read: {access: read, steps: [user -> lb: GET, STEPS]}}
"""


def branch(steps: str, *lost: str) -> str:
    topology = Topology(load("x.arch.yaml", BRANCH.replace("STEPS", steps).encode()).architecture)
    flow = topology.flows["read"]
    gone = [Subject("replica", each) for each in lost]
    return reason(simulate(topology.index, flow, topology.losses.plans["read"], gone), {})


def test_the_share_of_a_call_that_only_some_requests_lead_to_is_that_of_its_caller() -> None:
    down = "1 of 2 replicas of api is down and big does not check: about 1 in 2"
    some = f"{down} of big's requests to api fails"
    assert branch("lb -> big: GET, big -> api: GET", "api@d-1") == f"{down} requests fails"
    assert branch("lb -> big | small: GET, big -> api: GET", "api@d-1") == some
    assert branch("lb -> big: GET, loop: {steps: [big -> api: GET]}", "api@d-1") == some
    assert branch("lb -> big: GET, big -> api: GET, big -> api: {message: POST, access: write}", "api@d-1") == some
    assert branch("lb -> big: GET, big -> cache: GET, big -> api: GET", "api@d-1") == some


def test_the_share_of_a_call_is_not_that_of_a_flow_that_fails_elsewhere_too() -> None:
    steps = "lb -> big: GET, big -> api: GET, big -> old: GET"
    lost = "1 of 2 replicas of api is down and big does not check: about 1 in 2"
    assert branch(steps, "api@d-1") == f"{lost} requests fails"
    assert branch(steps, "api@d-1", "old@d-2") == f"{lost} of big's requests to api fails"


def test_an_address_has_the_weights_of_all_that_answers_there() -> None:
    owners = {"a#1": "a", "a#2": "a", "b#1": "b"}
    pairs = [["a#1", "a#2"], ["b#1"]]
    assert shares_of_addresses(None, pairs, owners) == {"a#1": 0.5, "b#1": 0.5}
    assert shares_of_addresses(Balance(weights=(("a", 3.0),)), pairs, owners) == {"a#1": 0.75, "b#1": 0.25}
    assert shares_of_addresses(Balance(weights=(("a#2", 3.0),)), pairs, owners) == {"a#1": 0.8, "b#1": 0.2}
