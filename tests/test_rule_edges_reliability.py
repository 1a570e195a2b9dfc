"""Edges of the rules that rest on the structure function: near misses beside what must be found."""

from __future__ import annotations

import pytest

from tests.edges import findings, model, subjects

# Redundancy in one place


@pytest.mark.parametrize(
    ("placed", "found"),
    [
        ("runs_on: {s-1: 2}", ["host s-1"]),
        ("runs_on: {s-1: 4}", ["host s-1"]),
        ("runs_on: s-1", []),
        ("runs_on: [s-1, s-2]", []),
        ("runs_on: {s-1: 2, s-2: 1}", []),
        ("runs_on: {any: [s-1, s-2], replicas: 2}", []),
        ("replicas: 2", []),
    ],
)
def test_replicas_on_one_host_back_each_other_against_nothing(placed: str, found: list[str]) -> None:
    text = model(f"api: {{kind: service, {placed}}}")
    assert subjects(text, "colocated-redundancy") == found
    if found:
        assert subjects(text, "single-point-of-failure") == []
        (one,) = findings(text, "colocated-redundancy")
        assert one.proof is not None
        assert [kill.id for kill in one.proof.kill] == ["s-1"]
        assert (one.severity, one.flows) == ("error", ("work",))


def test_a_host_that_breaks_the_flow_anyway_is_no_matter_of_sharing() -> None:
    text = model(
        "api: {kind: service, runs_on: {s-1: 2}}\ndb: {kind: other, runs_on: s-1}",
        connections="job -> api: https\napi -> db: https",
        steps="job -> api: x\napi -> db: x",
    )
    assert subjects(text, "colocated-redundancy") == []
    assert subjects(text, "single-point-of-failure") == ["host s-1"]


def test_two_components_that_share_a_host_are_one_root_cause() -> None:
    text = model(
        "api: {kind: service, runs_on: {s-1: 2}}\ndb: {kind: other, runs_on: {s-1: 2}}",
        connections="job -> api: https\napi -> db: https",
        steps="job -> api: x\napi -> db: x",
    )
    assert subjects(text, "colocated-redundancy") == ["host s-1"]
    assert "api and db" in findings(text, "colocated-redundancy")[0].message


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        ("s-1: {zone: a}, s-2: {zone: a}, s-3: {zone: b}", ["zone a"]),
        ("s-1: {zone: a}, s-2: {zone: b}, s-3: {zone: b}", []),
    ],
)
def test_replicas_in_one_of_two_racks_are_lost_together(hosts: str, found: list[str]) -> None:
    text = model(
        "api: {kind: service, runs_on: [s-1, s-2]}\nweb: {kind: other, runs_on: [s-1, s-3]}",
        connections="job -> web: https\nweb -> api: https",
        steps="job -> web: x\nweb -> api: x",
        hosts=hosts,
        zones="a: {kind: rack}, b: {kind: rack}",
    )
    assert subjects(text, "colocated-redundancy") == found
    assert subjects(text, "single-point-of-failure") == []


# Failover by hand

PAIR = "api: {{kind: database, runs_on: [s-1, s-2], replication: {{primary: s-1, {said}}}}}"


@pytest.mark.parametrize(
    ("said", "objective", "confidence"),
    [
        ("failover: manual", "5m", "medium"),
        ("mode: asynchronous", "5m", "medium"),
        ("failover: manual, recovery: 10m", "5m", "high"),
        ("failover: manual, recovery: 4m", "5m", None),
        ("failover: manual", "30m", None),
        ("failover: automatic", "5m", None),
        ("failover: manual, recovery: 45m", "30m", "high"),
    ],
)
def test_a_person_has_to_be_faster_than_the_objective(said: str, objective: str, confidence: str | None) -> None:
    text = model(PAIR.format(said=said), more=f"objectives: {{recovery_time: {objective}}}")
    assert [one.confidence for one in findings(text, "manual-failover")] == [confidence] * (confidence is not None)


def test_without_an_objective_nobody_is_too_slow() -> None:
    assert subjects(model(PAIR.format(said="failover: manual")), "manual-failover") == []


def test_a_cluster_that_waits_for_a_person_is_found_too() -> None:
    text = model(
        "api: {kind: service, runs_on: [s-1, s-2], cluster: {failover: manual, active: s-1}}",
        more="objectives: {recovery_time: 5m}",
    )
    assert subjects(text, "manual-failover") == ["component api"]


# Quorums


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("runs_on: [s-1, s-2, s-3], quorum: majority", None),
        ("runs_on: [s-1, s-2], quorum: majority", "a majority of two is both"),
        ("runs_on: s-1, quorum: majority", "a majority of one"),
        ("replicas: 4, quorum: majority", "a majority of 4 stands the loss of 1, no more than one of 3 would"),
        ("replicas: 5, quorum: majority", None),
        ("runs_on: {s-1: 2, s-2: 1}, quorum: majority", "s-1 holds 2 of the 3"),
        ("runs_on: {s-1: 2, s-2: 1}, quorum: 1", None),
        ("replicas: 3, managed: true, quorum: 3", None),
    ],
)
def test_a_quorum_is_fragile_by_its_size_or_its_places(said: str, words: str | None) -> None:
    text = model(f"api: {{kind: service, {said}}}")
    found = findings(text, "fragile-quorum")
    assert len(found) == (words is not None)
    if words is not None:
        assert words in found[0].message


def test_a_host_that_decides_a_quorum_is_reported_once() -> None:
    text = model("api: {kind: service, runs_on: {s-1: 2, s-2: 1}, quorum: majority}")
    (one,) = findings(text, "fragile-quorum")
    assert (one.severity, one.proof is not None) == ("error", True)
    assert subjects(text, "single-point-of-failure") == subjects(text, "colocated-redundancy") == []


def test_a_zone_that_decides_a_quorum_is_told() -> None:
    text = model(
        "api: {kind: service, runs_on: [s-1, s-2, s-3], quorum: majority}",
        hosts="s-1: {zone: a}, s-2: {zone: a}, s-3: {zone: b}",
        zones="a: {kind: rack}, b: {kind: rack}",
    )
    assert "zone a holds 2 of the 3" in findings(text, "fragile-quorum")[0].message


# Shared services

TWO_FLOWS = """
  more:
    steps:
      - job -> api: x
      - api -> vault: x
"""


def shared(vault: str, more: str = TWO_FLOWS) -> str:
    return model(
        f"api: {{kind: other, managed: true, replicas: 2}}\nvault: {{{vault}}}",
        connections="job -> api: https\napi -> vault: https",
        steps="job -> api: x\napi -> vault: x",
        more=more,
    )


@pytest.mark.parametrize(
    ("vault", "severity"),
    [
        ("kind: secrets, managed: true", "warning"),
        ("kind: file-storage, runs_on: s-1", "error"),
        ("kind: secrets, managed: true, replicas: 2", None),
        ("kind: database, managed: true", None),
    ],
)
def test_a_service_under_several_flows_is_their_hidden_dependency(vault: str, severity: str | None) -> None:
    text = shared(vault)
    assert [one.severity for one in findings(text, "hidden-shared-dependency")] == [severity] * (severity is not None)
    if severity is not None:
        assert subjects(text, "single-point-of-failure") == []


def test_under_one_flow_it_is_a_single_point_of_failure_like_any_other() -> None:
    text = shared("kind: secrets, managed: true", "")
    assert subjects(text, "hidden-shared-dependency") == []
    assert subjects(text, "single-point-of-failure") == ["replica vault#1"]


# Balancers


def balanced(cluster: str, source: str = "user: {kind: client}", balance: str = "round-robin") -> str:
    return model(
        f"{source}\nlb: {{kind: load-balancer, runs_on: [s-1, s-2], balance: {balance}{cluster}}}\n"
        "api: {kind: service, runs_on: [s-2, s-3]}",
        connections=f"{source.partition(':')[0]} -> lb: https\nlb -> api: https",
        steps=f"{source.partition(':')[0]} -> lb: x\nlb -> api: x",
    )


@pytest.mark.parametrize(
    ("cluster", "found"),
    [
        ("", True),
        (", cluster: {mode: active-active}", True),
        (", cluster: {address: {shared: 192.0.2.1}}", False),
        (", cluster: {address: dns}", False),
        (", cluster: {by: anycast}", False),
        (", cluster: {failover: automatic}", False),
        (", cluster: {address: {shared: 192.0.2.1}, watches: host}", True),
        (", cluster: {address: {shared: 192.0.2.1}, watches: process}", False),
    ],
)
def test_something_has_to_move_the_visitors_traffic(cluster: str, found: bool) -> None:
    assert subjects(balanced(cluster), "untracked-failover") == ["component lb"] * found


def test_a_program_may_try_several_balancers_by_itself() -> None:
    assert subjects(balanced("", "cron: {kind: scheduler, replicas: 2}"), "untracked-failover") == []


@pytest.mark.parametrize(
    ("check", "found"),
    [
        ("false", True),
        ("tcp", True),
        ("port 80", True),
        ("ping", True),
        ("GET /health", False),
        ("HEAD /", False),
        ("tcp then GET /", False),
        ("true", False),
    ],
)
def test_a_health_check_has_to_see_the_failure(check: str, found: bool) -> None:
    text = balanced(
        "", balance=f"{{algorithm: round-robin, health_check: {check if check in ('false', 'true') else repr(check)}}}"
    )
    assert subjects(text, "unchecked-backend") == ["component lb"] * found


def test_unstated_checks_are_unknown() -> None:
    assert subjects(balanced(""), "unchecked-backend") == []


# Timeouts


@pytest.mark.parametrize(
    ("outer", "inner", "found"),
    [
        ("timeout: 10s", "timeout: 5s", False),
        ("timeout: 10s", "timeout: 5s, retries: 1", True),
        ("timeout: 10s", "timeout: 3s, retries: 2", False),
        ("timeout: 5s", "timeout: 5s", True),
        ("timeout: 5s", "retries: 9", False),
        ("retries: 1", "timeout: 5s", False),
    ],
)
def test_inner_tries_have_to_fit_into_the_outer_timeout(outer: str, inner: str, found: bool) -> None:
    text = model(
        "api: {kind: other, managed: true}\ndb: {kind: other, managed: true}",
        connections=f"job -> api: {{protocol: https, {outer}}}\napi -> db: {{protocol: https, {inner}}}",
        steps="job -> api: x\napi -> db: x",
    )
    assert subjects(text, "timeout-inversion") == ["connection job -> api"] * found


# Everything in one zone


@pytest.mark.parametrize(
    ("zones", "placed", "confidence"),
    [
        ("r: {kind: region}, a: {kind: availability-zone, in: r}, b: {kind: availability-zone, in: r}", "a, b", "low"),
        ("r: {kind: provider}, a: {kind: region, in: r}, b: {kind: region, in: r}", "a, b", "low"),
        ("r: {kind: region}", "r, r", "high"),
        ("r: {kind: region}, a: {kind: rack, in: r}, b: {kind: rack, in: r}", "a, b", "high"),
        ("r: {kind: datacenter}, a: {kind: rack, in: r}, b: {kind: rack, in: r}", "a, b", "high"),
        ("r: {kind: region}, a: {kind: availability-zone, in: r}", "a, r", "high"),
    ],
)
def test_one_region_is_a_choice_where_no_place_in_it_stops_the_flow(zones: str, placed: str, confidence: str) -> None:
    first, second = placed.split(", ")
    text = model(
        "api: {kind: service, runs_on: [s-1, s-2]}",
        zones=zones,
        hosts=f"s-1: {{zone: {first}}}, s-2: {{zone: {second}}}",
    )
    (one,) = findings(text, "single-zone")
    assert (one.subject.id, one.confidence) == ("r", confidence)


def test_one_region_is_no_choice_where_a_zone_in_it_stops_the_flow() -> None:
    text = model(
        "api: {kind: service, runs_on: [s-1, s-2]}\ndb: {kind: other, runs_on: s-1}",
        connections="job -> api: https\napi -> db: https",
        steps="job -> api: x\napi -> db: x",
        zones="r: {kind: region}, a: {kind: availability-zone, in: r}, b: {kind: availability-zone, in: r}",
        hosts="s-1: {zone: a}, s-2: {zone: b}",
    )
    (one,) = findings(text, "single-zone")
    assert one.confidence == "high"
