"""A slice of the comparison with all states, and that it would find a difference."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from archgen.language.load import load
from archgen.reliability.index import Index
from archgen.reliability.plan import Plan
from archgen.reliability.structure import build
from tests.generators.random_floats import floats, wandering
from tests.generators.random_flows import architecture
from tests.generators.random_meaning import DECORATIONS, chain, inner_names
from tests.generators.random_pairs import pair
from tests.generators.random_platforms import led
from tests.oracle import concerned
from tests.reliability.brute_force import FEATURES, Difference, Used, compare, compare_flow, main
from tests.reliability.test_promotion import STANDBY

SMALL = 9


def test_the_engine_agrees_with_all_states() -> None:
    found = [compare(seed, SMALL) for seed in range(50_000, 50_800)]
    assert sum(one.flows for one in found) >= 600
    assert sum(one.points for one in found) >= 400
    assert sum(one.pairs for one in found) >= 100
    features = {name for one in found for can, each in one.features if can for name in each}
    assert {name for name in FEATURES if name not in features and not name.startswith("floating beside")} == set()


def test_the_engine_agrees_where_the_places_of_floating_replicas_decide() -> None:
    possible, spreads, restarted = 0, set(), 0
    for seed in range(90):
        model = wandering(seed) if seed < 60 else led(Random(seed), wandering(seed))
        (flow,) = model.flows
        among = concerned(model, flow)
        if len(among) <= SMALL:
            plan = Plan(Index(model), build(Index(model), flow))
            restarted += bool(plan.restarts)
            can, _, _ = compare_flow(model, flow, plan, among, Random(seed))
            used = Used(model, flow)
            possible += can
            spreads |= {
                name for name in FEATURES if name.startswith("floating beside") and can and FEATURES[name](used)
            }
    assert possible >= 10
    assert len(spreads) == 4
    assert restarted >= 10


def test_the_engine_agrees_where_members_keep_the_traffic_from_what_they_call() -> None:
    keeping = 0
    for seed in range(60):
        model = pair(Random(seed))
        (flow,) = model.flows
        among = concerned(model, flow)
        if len(among) <= SMALL:
            plan = Plan(Index(model), build(Index(model), flow))
            can, _, _ = compare_flow(model, flow, plan, among, Random(seed))
            keeping += can and bool(plan.keeping)
    assert keeping >= 5


def test_a_check_that_asks_a_pair_whose_hosts_are_watched_parts_a_process_from_its_host() -> None:
    """The loss of the process is not that of its host, also if only a health check asks the pair."""
    assert compare(700_387, 12).flows == 1


def test_what_never_passes_a_check_keeps_no_request() -> None:
    """A member of a cluster whose hosts are watched keeps its address when it fails, but nothing ever went there."""
    assert compare(120_489, SMALL).flows == 3


def test_what_can_never_take_the_traffic_is_none_of_all_that_are_asked() -> None:
    """What moves the traffic of a pair has no majority, so that its standby answers nothing, with nothing lost."""
    assert compare(203_007, SMALL).possible == 1


def test_a_check_asks_the_primary_where_a_step_would() -> None:
    """A store that only a check reaches brings those along that vote on its primary, the asking component's replicas among them."""
    assert compare(102_229, SMALL).pairs == 6
    text = """\
archgen: 1
name: A check behind a balancer
components:
  user: {kind: client}
  lb: {kind: load-balancer, managed: true, balance: {health_check: {request: GET /ready, asks: {store: read}}}}
  app: {kind: app-server, managed: true, replicas: 2}
  store: {kind: database, product: mongodb, managed: true, replicas: 3, replication: {primary: store#1, failover: automatic, by: third}}
  third: {kind: database, managed: true, replicas: 3}
connections: {user -> lb: http, lb -> app: http, app -> store: tcp}
flows:
  open: {access: read, steps: [user -> lb: GET /, lb -> app: GET /]}
"""
    model = load("check.arch.yaml", text.encode()).architecture
    assert model is not None
    (flow,) = model.flows
    plan = Plan(Index(model), build(Index(model), flow))
    assert compare_flow(model, flow, plan, concerned(model, flow), Random(1)) == (True, 1, 4)


def test_another_architecture_is_a_difference() -> None:
    """The engine is given the model with every connection optional, the definition the model itself."""
    different = 0
    for seed in range(20):
        model = architecture(seed)
        eased = replace(model, connections=tuple(replace(one, required=False) for one in model.connections))
        for flow in model.flows:
            plan, among = Plan(Index(eased), build(Index(eased), flow)), concerned(model, flow)
            try:
                compare_flow(model, flow, plan, among[:SMALL], Random(seed))
            except Difference:
                different += 1
    assert different >= 10


@pytest.mark.parametrize("key", [*sorted(DECORATIONS), "floats"])
def test_an_engine_that_ignores_a_key_is_a_difference(key: str) -> None:
    decorate = {**DECORATIONS, "floats": floats}[key]
    different = 0
    for seed in range(600):
        model = chain(Random(seed))
        with_key = decorate(Random(seed), model)
        for flow in with_key.flows:
            among = concerned(with_key, flow)
            if len(among) > SMALL:
                continue
            without = next(each for each in model.flows if each.id == flow.id)
            plan = Plan(Index(model), build(Index(model), without))
            try:
                compare_flow(with_key, flow, plan, among, Random(seed))
            except Difference:
                different += 1
        if different >= 5:
            return
    assert different >= 5


def test_the_engine_knows_the_name_servers_of_the_inside() -> None:
    changed = 0
    for seed in range(300):
        random = Random(seed)
        plain = DECORATIONS["names"](random, chain(random))
        model = inner_names(random, plain)
        for flow in model.flows:
            among = concerned(model, flow)
            if len(among) <= SMALL and flow.domain is not None:
                plan = Plan(Index(model), build(Index(model), flow))
                compare_flow(model, flow, plan, among, random)
                client = model.components[0].id
                changed += Index(model).servers_of(flow.domain, client) != Index(plain).servers_of(flow.domain, client)
    assert changed >= 20


@pytest.mark.parametrize("how", ["", ", mode: synchronous", ", mode: asynchronous"])
@pytest.mark.parametrize("failover", ["automatic", "manual"])
@pytest.mark.parametrize("product", ["aws-rds", "memorystore"])
def test_the_engine_knows_a_silent_standby(product: str, failover: str, how: str) -> None:
    text = STANDBY.replace("product: rds", f"product: {product}").replace("automatic", f"{failover}{how}")
    model = load("standby.arch.yaml", text.encode()).architecture
    (flow,) = model.flows
    plan = Plan(Index(model), build(Index(model), flow))
    waits = failover == "manual" and how == ", mode: synchronous"
    assert compare_flow(model, flow, plan, concerned(model, flow), Random(1))[:2] == (True, 2 if waits else 0)


@pytest.mark.parametrize(
    ("how", "where", "waits"),
    [
        ("automatic, mode: asynchronous", "", 0),
        ("manual, mode: asynchronous", "", 0),
        ("manual, mode: synchronous", "", 2),
        ("automatic", ", locality: same-host", 0),
    ],
)
def test_the_engine_knows_a_failover_group(how: str, where: str, waits: int) -> None:
    text = STANDBY.replace("product: rds", "product: azure-sql").replace("automatic", how)
    text = text.replace("tls: true", f"tls: true{where}")
    text = text.replace("managed: true, replicas: 2}", "runs_on: [a, b]}") if where else text
    model = load("standby.arch.yaml", text.encode()).architecture
    (flow,) = model.flows
    plan = Plan(Index(model), build(Index(model), flow))
    assert compare_flow(model, flow, plan, concerned(model, flow), Random(1))[:2] == (True, waits)


@pytest.mark.parametrize("failover", ["automatic", "manual", "automatic, by: job", "manual, by: job"])
@pytest.mark.parametrize("product", ["mongodb", "vault", "redis", "mysql"])
@pytest.mark.parametrize(
    "where", ["", ", locality: same-host", "SELECT from a copy", "load-balancer", "why: read from the secondaries"]
)
def test_the_engine_knows_clients_that_ask_the_primary(product: str, failover: str, where: str) -> None:
    text = STANDBY.replace("product: rds, managed: true", f"product: {product}").replace("automatic", failover)
    text = text.replace("SELECT", where) if where.startswith("SELECT") else text
    text = text.replace("kind: scheduler", f"kind: {where}") if where == "load-balancer" else text
    text = text.replace("{kind: database", f"{{kind: database, {where}") if where.startswith("why") else text
    if "locality" in where:
        text = text.replace("tls: true", f"tls: true{where}").replace("managed: true, replicas: 2}", "runs_on: [a, b]}")
    model = load("standby.arch.yaml", text.encode()).architecture
    (flow,) = model.flows
    plan = Plan(Index(model), build(Index(model), flow))
    assert compare_flow(model, flow, plan, concerned(model, flow), Random(1))[0]


@pytest.mark.parametrize(
    ("product", "hosts", "waits"),
    [("oracle", "a, b", 2), ("oracle", "a, b, c", 2), ("oracle-active-data-guard", "a, b", 0)],
)
def test_the_engine_knows_mounted_standbys(product: str, hosts: str, waits: int) -> None:
    text = STANDBY.replace("product: rds, managed: true", f"product: {product}").replace("automatic", "manual")
    text = text.replace("hosts: {a: {}", "hosts: {c: {}, a: {}").replace("runs_on: [a, b]", f"runs_on: [{hosts}]")
    model = load("standby.arch.yaml", text.encode()).architecture
    (flow,) = model.flows
    plan = Plan(Index(model), build(Index(model), flow))
    assert compare_flow(model, flow, plan, concerned(model, flow), Random(1))[:2] == (True, waits)


OBSERVED = """\
archgen: 1
name: A primary that shuts down without its observer and a standby
hosts: {a: {}, b: {}, c: {}, o: {}, p: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  observer: {kind: service, runs_on: [o, p]}
  db: {kind: database, product: oracle, runs_on: [a, b], replication: {primary: a, failover: automatic, by: observer}}
connections: {job -> db: {protocol: oracle, tls: true}, observer -> db: {protocol: oracle, tls: true}}
flows: {save: {access: write, steps: [{job -> db: INSERT}]}}
"""


@pytest.mark.parametrize("product", ["oracle", "oracle-active-data-guard"])
@pytest.mark.parametrize("access", ["read", "write"])
@pytest.mark.parametrize("hosts", ["a, b", "a, b, c"])
@pytest.mark.parametrize("by", ["service", "service, product: oracle-observer", "service, product: pacemaker"])
def test_the_engine_knows_observers(product: str, access: str, hosts: str, by: str) -> None:
    text = OBSERVED.replace("product: oracle,", f"product: {product},").replace("access: write", f"access: {access}")
    text = text.replace("runs_on: [a, b]", f"runs_on: [{hosts}]").replace("kind: service", f"kind: {by}")
    model = load("observed.arch.yaml", text.encode()).architecture
    (flow,) = model.flows
    plan = Plan(Index(model), build(Index(model), flow))
    assert compare_flow(model, flow, plan, concerned(model, flow), Random(1))[0]


def test_the_job_prints_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--models", "20", "--elements", "8"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("20 models, ")
    assert "flows of more than 8 elements skipped" in told
    assert all(name in told for name in FEATURES)


@pytest.mark.parametrize(
    ("how", "where", "waits"),
    [("primary: a, failover: manual", "", 2), ("primary: a", ", locality: same-host", 0), ("writers: all", "", 0)],
)
def test_the_engine_knows_mounted_files(how: str, where: str, waits: int) -> None:
    text = STANDBY.replace("kind: database, product: rds, managed: true", "kind: file-storage")
    text = text.replace("primary: a, failover: automatic", how).replace("tls: true", f"tls: true{where}")
    text = text.replace("managed: true, replicas: 2}", "runs_on: [a, b]}") if where else text
    model = load("standby.arch.yaml", text.encode()).architecture
    (flow,) = model.flows
    plan = Plan(Index(model), build(Index(model), flow))
    assert compare_flow(model, flow, plan, concerned(model, flow), Random(1))[:2] == (True, waits)
