"""The load on replicas: shares worked out by hand, and what must hold for every model."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archgen.analysis.capacity import Load
from archgen.analysis.headroom import Busiest, Headroom, headroom
from archgen.analysis.spreading import FlowShares, Rates, Spread
from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.linting.rule import RuleContext
from archgen.model.architecture import Flow, Replica
from archgen.model.problems import ModelError
from archgen.model.subject import Subject
from tests.examples import examples
from tests.generators.random_flows import architecture


def topology(text: str) -> Topology:
    return Topology(load("load.arch.yaml", text.encode()).architecture)


def loads(facts: Topology, lost: Subject | None = None) -> dict[str, Rates]:
    return Load(facts).rates(lost)


def site(
    *,
    balance: str = "{algorithm: round-robin}",
    app: str = "runs_on: [s-1, s-2]",
    db: str = "runs_on: [s-1, s-2], replication: {primary: s-1, failover: automatic}",
    steps: str = "[user -> lb: x, lb -> app: x, app -> db: x]",
    access: str = "read",
    calls: str = "https",
    stores: str = "{protocol: mysql}",
) -> Topology:
    return topology(
        f"""\
archgen: 1
name: A site
hosts: {{s-1: {{}}, s-2: {{}}, s-3: {{}}}}
components:
  user: {{kind: client}}
  lb: {{kind: load-balancer, managed: true, balance: {balance}}}
  app: {{kind: service, {app}}}
  db: {{kind: database, {db}}}
connections:
  user -> lb: https
  lb -> app: {calls}
  app -> db: {stores}
flows:
  visit: {{access: {access}, demand: 120/s, steps: {steps}}}
"""
    )


def test_each_step_brings_the_demand_to_its_target_in_even_shares() -> None:
    assert loads(site())["visit"] == {
        "lb#1": 120,
        "app@s-1": 60,
        "app@s-2": 60,
        "db@s-1": 60,
        "db@s-2": 60,
    }


def test_writes_go_to_the_writer_alone() -> None:
    assert loads(site(access="write"))["visit"]["db@s-1"] == 120
    assert "db@s-2" not in loads(site(access="write"))["visit"]


def test_a_promoted_replica_takes_the_writes_when_the_writer_is_lost() -> None:
    found = loads(site(access="write"), Subject("host", "s-1"))["visit"]
    assert found == {"lb#1": 120, "app@s-2": 120, "db@s-2": 120}


def test_a_flow_that_the_loss_breaks_brings_nothing() -> None:
    manual = "runs_on: [s-1, s-2], replication: {primary: s-1, failover: manual}"
    assert loads(site(access="write", db=manual), Subject("host", "s-1")) == {}
    assert loads(site(), Subject("replica", "lb#1")) == {}


def test_weights_share_out_unevenly_and_none_is_one() -> None:
    found = loads(site(balance="{algorithm: round-robin, weights: {s-1: 3}}"))["visit"]
    assert (found["app@s-1"], found["app@s-2"]) == (90, 30)


RECORDS = """\
archgen: 1
name: Weighted records
hosts: {a: {}, b: {}}
components:
  user: {kind: client, balance: {weights: {a: 3, b: 1}}}
  dns: {kind: dns, managed: true}
  web: {kind: web-server, runs_on: [a, b]}
connections:
  user -> dns: dns
  user -> web: https
flows: {page: {demand: 100/s, steps: [user -> dns: where, user -> web: GET]}}
"""


def test_weighted_records_are_those_of_the_client_that_asks_for_them() -> None:
    rates = Load(Topology(load("x.arch.yaml", RECORDS.encode()).architecture)).totals()
    assert (rates["web@a"], rates["web@b"]) == (75.0, 25.0)
    weights = "balance: {weights: {a: 3, b: 1}}"
    there = RECORDS.replace(f", {weights}", "").replace("managed: true", f"managed: true, {weights}")
    with pytest.raises(ModelError) as error:
        load("x.arch.yaml", there.encode())
    assert {problem.fix for problem in error.value.problems} == {
        "A name server calls nothing that its records name: write the `weights` at the client that asks for them."
    }


def test_a_backup_takes_requests_only_when_nobody_else_is_left() -> None:
    waiting = site(balance="{mode: active-passive, backup: [s-2]}")
    assert "app@s-2" not in loads(waiting)["visit"]
    assert loads(waiting, Subject("host", "s-1"))["visit"]["app@s-2"] == 120


def test_the_active_member_of_a_cluster_has_all_the_traffic() -> None:
    pair = site(app="runs_on: [s-1, s-2], cluster: {mode: active-passive, active: s-2, failover: automatic}")
    assert loads(pair)["visit"]["app@s-2"] == 120
    assert loads(pair, Subject("host", "s-2"))["visit"]["app@s-1"] == 120


def test_locality_keeps_a_callers_share_on_its_host() -> None:
    near = site(
        balance="{algorithm: round-robin, weights: {s-1: 2, s-2: 1}}", stores="{protocol: mysql, locality: same-host}"
    )
    found = loads(near)["visit"]
    assert (found["db@s-1"], found["db@s-2"]) == (80, 40)


def test_a_balancer_leaves_out_a_server_whose_own_database_is_gone() -> None:
    near = site(stores="{protocol: mysql, locality: same-host}")
    assert loads(near, Subject("replica", "db@s-1"))["visit"] == {"lb#1": 120, "app@s-2": 120, "db@s-2": 120}


def test_a_pinned_step_goes_to_its_replica() -> None:
    assert loads(site(steps="[user -> lb: x, lb -> app: x, app -> db@s-2: x]"))["visit"]["db@s-2"] == 120


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("[user -> lb: x, lb -> app: x, app -> db: x, app -> db: x]", 240),
        ("[user -> lb: x, lb -> app: x, opt: {when: missed, steps: [app -> db: x]}]", 0),
        ("[user -> lb: x, lb -> app: x, loop: {when: each, steps: [app -> db: x]}]", 120),
        ("[user -> lb: x, lb -> app: x, par: [{steps: [app -> db: x]}, {steps: [app -> db: x]}]]", 240),
        ("[user -> lb: x, lb -> app: x, alt: [{when: a, steps: [app -> db: x]}, {when: b, steps: [lb -> app: x]}]]", 0),
        (
            "[user -> lb: x, lb -> app: x, alt: [{when: a, steps: [app -> db: x]}, "
            "{when: b, steps: [app -> db: x, app -> db: x]}]]",
            120,
        ),
    ],
)
def test_only_what_is_sure_is_counted(steps: str, expected: float) -> None:
    found = loads(site(steps=steps))["visit"]
    assert found.get("db@s-1", 0) + found.get("db@s-2", 0) == expected


def test_alternatives_are_one_pool() -> None:
    found = loads(
        topology(
            """\
archgen: 1
name: Two components behind one balancer
components:
  job: {kind: scheduler}
  a: {kind: service, replicas: 2}
  b: {kind: service}
connections:
  job -> a | b: https
flows:
  work: {demand: 90/s, steps: [job -> a | b: x]}
"""
        )
    )
    assert found["work"] == {"a#1": 30, "a#2": 30, "b#1": 30}


def test_overloads_name_load_capacity_and_flows() -> None:
    small = site(app="runs_on: [s-1, s-2], capacity: 100/s")
    assert Load(small).overloads() == ()
    (one,) = Load(small).overloads(Subject("host", "s-1"))
    assert (one.replica, one.load, one.capacity, one.flows) == ("app@s-2", 120, 100, ("visit",))
    assert one.lost == Subject("host", "s-1")


def test_losses_are_the_elements_that_could_bring_too_much() -> None:
    tight = Load(site(app="runs_on: [s-1, s-2], capacity: 100/s")).losses
    assert Subject("host", "s-1") in tight
    assert Subject("host", "s-3") not in tight
    assert Load(site(app="runs_on: [s-1, s-2], capacity: 120/s")).losses == ()


def test_a_replica_alone_on_its_host_is_the_same_as_the_host() -> None:
    alone = Load(site(app="runs_on: [s-1, s-2], capacity: 100/s", db="managed: true")).losses
    assert Subject("host", "s-1") in alone
    assert Subject("replica", "app@s-1") not in alone
    pair = Load(site(app="runs_on: {s-1: 2}, capacity: 100/s", db="managed: true"))
    assert Subject("replica", "app@s-1#1") in pair.losses
    (one,) = pair.overloads(Subject("replica", "app@s-1#1"))
    assert (one.replica, one.load) == ("app@s-1#2", 120)


def _demanding(seed: int) -> Topology:
    model = architecture(seed)
    return Topology(replace(model, flows=tuple(replace(flow, demand=100.0) for flow in model.flows)))


@examples(60)
@given(st.integers(0, 4000))
def test_what_a_flow_brings_is_what_its_sure_steps_ask_for_and_goes_only_to_what_works(seed: int) -> None:
    facts = _demanding(seed)
    load = Load(facts)
    for lost in (None, *dict.fromkeys(one for plan in facts.losses.plans.values() for one in plan.elements[::7])):
        found = load.rates(lost)
        for flow, rates in found.items():
            evaluation = facts.losses.single_losses[flow]
            place = evaluation.plan.elements.index(lost) + 1 if lost in evaluation.plan.elements else 0
            steps = len([hop for hop in facts.hops[flow] if hop.connection is not None])
            assert sum(rates.values()) <= 100.0 * steps + 1e-6
            for replica, rate in rates.items():
                assert rate > 0
                assert not evaluation.failed.get(replica, 0) >> place & 1
    broken = {one for one, failure in facts.losses.failures.items() if not failure.possible}
    assert broken.isdisjoint(loads(facts))


@examples(100)
@given(st.integers(0, 10_000))
def test_what_a_loss_changes_is_what_spreading_everything_anew_gives(seed: int) -> None:
    facts = _demanding(seed)
    elements = dict.fromkeys(element for plan in facts.losses.plans.values() for element in plan.elements)
    for flow in facts.architecture.flows:
        shares = FlowShares(facts, flow)
        for lost in elements:
            changed, anew = shares.after(lost), _spread_anew(facts, flow, lost)
            assert (changed is None or shares.today is None) == (anew is None)
            if shares.today is not None and changed is not None:
                assert {name: share for name, share in {**shares.today, **changed}.items() if share} == anew


def _spread_anew(facts: Topology, flow: Flow, lost: Subject) -> Rates | None:
    evaluation = facts.losses.single_losses[flow.id]
    elements = evaluation.plan.elements
    bit = 2 << elements.index(lost) if lost in elements else 1

    def stands_on_it(replica: Replica) -> bool:
        match lost.kind:
            case "host":
                return replica.hosts == (lost.id,)
            case "zone":
                return lost.id in facts.index.shared_zones(replica)
            case _:
                return replica.id == lost.id

    def works(name: str) -> bool:
        return not evaluation.failed.get(name, 0) & bit and not stands_on_it(facts.replicas[name])

    return None if evaluation.flow & bit else Spread(facts, flow, works).run(flow.steps)


@examples(60)
@given(st.integers(0, 4000), st.sampled_from([40.0, 80.0, 120.0, 200.0]))
def test_no_component_gets_too_much_by_a_loss_that_is_left_out(seed: int, capacity: float) -> None:
    model = architecture(seed)
    facts = Topology(
        replace(
            model,
            flows=tuple(replace(flow, demand=100.0) for flow in model.flows),
            components=tuple(replace(one, capacity=capacity) for one in model.components),
        )
    )
    load = Load(facts)
    every = dict.fromkeys(one for plan in facts.losses.plans.values() for one in plan.elements)

    def flagged(elements: Iterable[Subject]) -> set[str]:
        return {facts.replicas[one.replica].component for lost in elements for one in load.overloads(lost)}

    today = {facts.replicas[one.replica].component for one in load.overloads()}
    assert flagged(load.losses) | today == flagged(every) | today


# Demand beside capacity

PEAK = """\
archgen: 1
name: A shop
hosts: {s-1: {}, s-2: {}, s-3: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, managed: true, replicas: 2}
  app: {kind: service, runs_on: [s-1, s-2, s-3], capacity: 50/s}
  db: {kind: database, runs_on: [s-1, s-2], capacity: 40/s, replication: {primary: s-1, failover: automatic}}
connections: {user -> lb: https, lb -> app: https, app -> db: mysql}
flows:
  read: {demand: 90/s, peak: 120/s, access: read, steps: [user -> lb: x, lb -> app: x]}
  write: {demand: 30/s, access: write, steps: [user -> lb: x, lb -> app: x, app -> db: x]}
  rare: {steps: [user -> lb: x, lb -> app: x]}
"""


def test_demand_stands_beside_capacity_today_at_peak_and_after_the_worst_loss() -> None:
    found = headroom(topology(PEAK))
    assert found.silent == ("rare",)
    assert found.tried
    lb, app, db = found.components
    assert lb == Headroom(
        "lb", 2, None, Busiest("lb#1", 60.0), Busiest("lb#1", 75.0), Busiest("lb#2", 150.0, Subject("replica", "lb#1"))
    )
    assert app.today == Busiest("app@s-1", 40.0)
    assert app.peak == Busiest("app@s-1", 50.0)
    # losing s-1 leaves two for 150/s, and moves the writes to the other database
    assert app.worst == Busiest("app@s-2", 75.0, Subject("host", "s-1"))
    assert [app.share(one) for one in (app.today, app.peak, app.worst) if one is not None] == [0.8, 1.0, 1.5]
    assert db == Headroom("db", 2, 40.0, Busiest("db@s-1", 30.0), None, None)


@pytest.mark.parametrize("peak", ["", ", peak: 80/s"])
def test_a_peak_below_the_demand_is_none(peak: str) -> None:
    found = headroom(topology(PEAK.replace(", peak: 120/s", peak)))
    assert [(one.today.rate, one.peak) for one in found.components] == [(60.0, None), (40.0, None), (30.0, None)]


@examples(30)
@given(st.integers(0, 10_000))
def test_the_worst_loss_is_the_worst_of_all_losses(seed: int) -> None:
    facts = _demanding(seed)
    load = Load(facts)
    losses = [one for flow in facts.losses.plans for one in facts.losses.plans[flow].elements]
    for one in headroom(facts).components:
        members = [each.id for each in facts.components[one.component].replicas]
        most = max(
            (sum(rates.get(each, 0.0) for rates in load.rates(lost).values()) for lost in losses for each in members),
            default=0.0,
        )
        told = one.worst or one.today
        assert told.rate >= most - 1e-6
        rates = load.rates(told.lost)
        assert told.rate == pytest.approx(sum(each.get(told.replica, 0.0) for each in rates.values()))


def test_rules_count_the_peak() -> None:
    from archgen.rules.scalability import over_capacity

    calm = topology(PEAK.replace("peak: 120/s", "peak: 100/s"))
    assert list(over_capacity.check(RuleContext(calm))) == []
    (hit,) = over_capacity.check(RuleContext(topology(PEAK.replace("peak: 120/s", "peak: 150/s"))))
    assert (
        hit.message
        == "read and write bring 60/s to each of app@s-1, app@s-2 and app@s-3 at peak, which can handle 50/s each"
    )


CACHED = """\
archgen: 1
name: A shop with a cache
components:
  user: {kind: client}
  cdn: {kind: cdn, managed: true}
  app: {kind: service, managed: true}
  cache: {kind: cache, managed: true}
  db: {kind: database, managed: true}
connections:
  user -> cdn: {protocol: https, retries: 1}
  cdn -> app: {protocol: https, retries: 2}
  app -> cache: {protocol: redis, hits: 90%}
  app -> db: {protocol: mysql, retries: 3}
flows:
  visit:
    title: A visit
    access: read
    demand: 1000/s
    steps:
      - user -> cdn: GET /
      - cdn -> app: GET /
      - app -> cache: GET
      - app -> db: SELECT
      - app -> db: {message: INSERT, access: write}
"""


def test_what_a_cache_answers_goes_no_farther() -> None:
    """1,000 reach the app and its cache; of 1,000 reads a tenth goes to the database, and each write."""
    facts = topology(CACHED)
    (rates,) = loads(facts).values()
    assert rates == pytest.approx({"cdn#1": 1000.0, "app#1": 1000.0, "cache#1": 1000.0, "db#1": 1100.0})
    without = topology(CACHED.replace(", hits: 90%", ""))
    assert loads(without)["visit"]["db#1"] == 2000.0
    assert loads(facts, Subject("replica", "cache#1")) == {}


def test_what_a_cdn_answers_goes_no_farther() -> None:
    """The CDN answers 80 % itself: 200 go on to what is behind it, and 20 reads and 200 writes to the database."""
    text = CACHED.replace("user -> cdn: {", "user -> cdn: {hits: 80%, ")
    (rates,) = loads(topology(text)).values()
    assert rates == pytest.approx({"cdn#1": 1000.0, "app#1": 200.0, "cache#1": 200.0, "db#1": 220.0})


def test_retries_multiply_while_a_component_fails() -> None:
    """Two tries of the user, three of the CDN and four of the app: 24 for each of 1,100 requests."""
    capacity = headroom(topology(CACHED))
    failing = {
        each.component: (each.tries, each.failing.replica, each.failing.rate)
        for each in capacity.components
        if each.failing is not None
    }
    assert failing["db"][:2] == (24, "db#1")
    assert failing["db"][2] == pytest.approx(26_400.0)
    assert failing["app"] == (6, "app#1", 6000.0)
    assert failing["cdn"] == (2, "cdn#1", 2000.0)
    assert failing["cache"] == (6, "cache#1", 6000.0)


DECIDED = """\
archgen: 1
name: A cache that decides which branch is taken
components:
  user: {kind: client}
  app: {kind: app-server, managed: true}
  cache: {kind: cache, replicas: 2}
  prices: {kind: service, managed: true}
  rates: {kind: database, managed: true}
  db: {kind: database, managed: true}
connections:
  user -> app: https
  app -> cache: {protocol: redis, required: false, hits: 80%}
  app -> prices: grpc
  prices -> rates: postgresql
  app -> db: postgresql
flows: {visit: {access: read, demand: 100/s, steps: [user -> app: GET, STEPS, app -> db: SELECT]}}
"""


@pytest.mark.parametrize(
    "steps",
    [
        "alt: [{when: hit, steps: [app -> cache: GET]}, {when: else, steps: [app -> prices: compute, prices -> rates: SELECT]}]",
        "app -> cache: GET, alt: [{when: hit, steps: [cache --> app: it]}, "
        "{when: miss, steps: [app -> prices: compute, prices -> rates: SELECT]}]",
    ],
)
def test_the_branch_of_misses_gets_what_the_cache_leaves_and_what_follows_gets_all(steps: str) -> None:
    facts = topology(DECIDED.replace("STEPS", steps))
    today = {"app#1": 100, "cache#1": 50, "cache#2": 50, "prices#1": 20, "rates#1": 20, "db#1": 100}
    assert loads(facts)["visit"] == pytest.approx(today)
    one = facts.architecture, Subject("replica", "cache#1")
    assert loads(Topology(one[0]), one[1])["visit"] == pytest.approx(
        {**{name: rate for name, rate in today.items() if name != "cache#1"}, "cache#2": 100}
    )


def test_without_the_cache_all_goes_on() -> None:
    """The only replica of an optional cache is lost: the branch of misses is taken always, and reads are made always."""
    alone = DECIDED.replace("cache, replicas: 2", "cache")
    steps = "alt: [{when: hit, steps: [app -> cache: GET]}, {when: else, steps: [app -> prices: compute]}]"
    lost = Subject("replica", "cache#1")
    assert loads(topology(alone.replace("STEPS", steps)), lost)["visit"] == {"app#1": 100, "prices#1": 100, "db#1": 100}
    in_line = topology(alone.replace("STEPS", "app -> cache: GET"))
    assert loads(in_line)["visit"]["db#1"] == pytest.approx(20)
    assert loads(in_line, lost)["visit"]["db#1"] == 100


def test_a_branch_that_goes_on_to_the_store_after_its_cache_decides_nothing() -> None:
    steps = "alt: [{when: user, steps: [app -> cache: GET, app -> db: SELECT]}, {when: guest, steps: [app -> prices: compute]}]"
    assert "prices#1" not in loads(topology(DECIDED.replace("STEPS", steps)))["visit"]


@pytest.mark.parametrize(
    ("steps", "uncounted"),
    [
        ("{lb -> a | b | c: x}", ()),
        ("opt: {when: asked, steps: [lb -> a | b | c: x]}", ("a", "b", "c")),
    ],
)
def test_only_what_frames_call_is_uncounted(steps: str, uncounted: tuple[str, ...]) -> None:
    """A backup and one of weight 0 get no requests either, but not for a frame."""
    step = steps if steps.startswith("{") else f"{{{steps}}}"
    text = f"""\
archgen: 1
name: A backup and one without weight
components:
  user: {{kind: client}}
  lb: {{kind: load-balancer, managed: true, balance: {{backup: [b], weights: {{c: 0}}}}}}
  a: {{kind: service, capacity: 10/s}}
  b: {{kind: service, capacity: 10/s}}
  c: {{kind: service, capacity: 10/s}}
connections: {{user -> lb: https, lb -> a | b | c: http}}
flows:
  f: {{access: read, demand: 5/s, steps: [user -> lb: x, {step}]}}
"""
    assert headroom(topology(text)).uncounted == tuple((each, ()) for each in uncounted)
    beside = f"{text}  g: {{demand: 1/s, steps: [user -> lb: x, lb -> a: x]}}\n"
    flows = {"a": ("f",), "b": (), "c": ()}
    assert headroom(topology(beside)).uncounted == tuple((each, flows[each]) for each in uncounted)
