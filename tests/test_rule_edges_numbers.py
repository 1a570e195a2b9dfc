"""Edges of the rules that rest on numbers, and of what a model expects of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.rules import RULES
from archgen.rules.run import analyse
from tests.edges import TODAY, all_findings, findings, model, subjects

MODELS = Path(__file__).parent.parent / "models"


# Objectives


@pytest.mark.parametrize(
    ("availability", "objective", "found"),
    [("99%", "99.9%", True), ("99.9%", "99.9%", False), ("99.95%", "99.9%", False)],
)
def test_a_stated_availability_decides_an_objective(availability: str, objective: str, found: bool) -> None:
    text = model(f"api: {{kind: other, managed: true, availability: {availability}}}")
    text = text.replace("replicas: 2}", "replicas: 2, availability: 1}")
    text += f"objectives: {{availability: {objective}}}\n"
    assert subjects(text, "objective-unreachable") == ["flow work"] * found
    assert subjects(text, "assumed-number") == []


def test_the_hours_too_many_are_told_and_what_costs_them() -> None:
    text = model("api: {kind: other, managed: true, availability: 99%}", more="objectives: {availability: 99.9%}")
    (one,) = findings(text.replace("replicas: 2}", "replicas: 2, availability: 1}"), "objective-unreachable")
    assert "87.6 h a year, 78.8 h more than the objective of 99.9 % allows" in one.message
    assert "api#1 (87.6 h)" in one.message
    assert (one.severity, one.confidence) == ("error", "high")


def test_a_verdict_that_assumed_numbers_decide_is_a_warning_of_low_confidence() -> None:
    text = model("api: {kind: other, managed: true}", more="objectives: {availability: 99.95%}")
    (one,) = findings(text, "objective-unreachable")
    assert (one.severity, one.confidence) == ("warning", "low")
    assert "assumed: api#1 99.9 %" in one.message
    assert len(findings(text, "assumed-number")) == 1


def test_a_verdict_that_stands_whatever_is_assumed_keeps_its_severity() -> None:
    text = model("api: {kind: other, runs_on: s-1}", more="objectives: {availability: 99.999%}")
    (one,) = findings(text, "objective-unreachable")
    assert (one.severity, one.confidence) == ("error", "medium")
    assert findings(text, "assumed-number") == ()


# Load


@pytest.mark.parametrize(
    ("demand", "capacity", "replicas", "rules"),
    [
        ("100/s", "60/s", "runs_on: [s-1, s-2]", {"no-spare-capacity"}),
        ("100/s", "100/s", "runs_on: [s-1, s-2]", set()),
        ("100/s", "60/s", "runs_on: [s-1, s-2, s-3]", set()),
        ("100/s", "40/s", "runs_on: [s-1, s-2]", {"over-capacity"}),
        ("6000/min", "40/s", "runs_on: [s-1, s-2]", {"over-capacity"}),
        ("100/s", "100/s", "runs_on: s-1", set()),
    ],
)
def test_load_today_and_after_a_loss(demand: str, capacity: str, replicas: str, rules: set[str]) -> None:
    text = model(f"api: {{kind: other, {replicas}, capacity: {capacity}}}", flow=f"    demand: {demand}")
    found = {one.rule for one in all_findings(text)} & {"over-capacity", "no-spare-capacity"}
    assert found == rules


def test_two_flows_add_up() -> None:
    text = model(
        "api: {kind: other, managed: true, capacity: 100/s}",
        flow="    demand: 60/s",
        more="  more:\n    demand: 60/s\n    steps: [job -> api: x]\n",
    )
    (one,) = findings(text, "over-capacity")
    assert one.flows == ("work", "more")
    assert "work and more bring 120/s to api#1, which can answer 100/s" in one.message


@pytest.mark.parametrize(
    ("demand", "capacity", "apps", "found"),
    [
        ("    demand: 9/s", ", capacity: 10/s", "[s-1, s-2]", True),
        ("    demand: 5/s", ", capacity: 10/s", "[s-1, s-2]", False),
        ("    demand: 11/s", ", capacity: 10/s", "[s-1, s-2]", False),
        ("    demand: 9/s", "", "[s-1, s-2]", False),
        ("", ", capacity: 10/s", "[s-1, s-2]", False),
        ("    demand: 9/s", ", capacity: 10/s", "s-1", False),
    ],
)
def test_one_writer_is_a_bottleneck_where_the_rest_can_grow(demand: str, capacity: str, apps: str, found: bool) -> None:
    text = model(
        f"api: {{kind: service, runs_on: {apps}}}\n"
        f"db: {{kind: database, runs_on: [s-2, s-3], replication: {{primary: s-3, failover: automatic}}{capacity}}}",
        connections="job -> api: https\napi -> db: mysql",
        steps="job -> api: x\napi -> db: x",
        access="write",
        flow=demand,
    )
    assert subjects(text, "write-bottleneck") == ["component db"] * found


# Recovery points and DNS


@pytest.mark.parametrize(
    ("store", "every", "objective", "found"),
    [
        ("runs_on: s-1", "24h", "1h", True),
        ("runs_on: s-1", "30m", "1h", False),
        ("runs_on: s-1", None, "1h", False),
        ("runs_on: {s-1: 2}, replication: {primary: 'api@s-1#1', mode: asynchronous}", "24h", "1h", True),
        ("runs_on: [s-1, s-2], replication: {primary: s-1, mode: asynchronous}", "24h", "1h", False),
        ("runs_on: [s-1, s-2], replication: {primary: s-1, mode: asynchronous}", "24h", "0s", True),
        ("runs_on: [s-1, s-2], replication: {primary: s-1, mode: synchronous}", "24h", "0s", False),
        ("runs_on: [s-1, s-2], replication: {primary: s-1}", "24h", "0s", False),
    ],
)
def test_copies_have_to_be_as_new_as_the_objective(store: str, every: str | None, objective: str, found: bool) -> None:
    interval = f", every: {every}" if every else ""
    text = model(
        f"api: {{kind: database, {store}}}\ncopies: {{kind: backup, managed: true, backs_up: [api]{interval}}}",
        more=f"objectives: {{recovery_point: {objective}}}",
    )
    assert subjects(text, "recovery-point-missed") == ["component api"] * found


@pytest.mark.parametrize(
    ("ttl", "cluster", "value", "found"),
    [
        (", ttl: 1h", "address: dns", "api", True),
        (", ttl: 1h", "by: dns", "s-1", True),
        (", ttl: 1h", "by: dns", "192.0.2.1", True),
        (", ttl: 5m", "by: dns", "api", False),
        ("", "by: dns", "api", False),
        (", ttl: 1h", "by: vrrp, address: {shared: 192.0.2.9}", "api", False),
    ],
)
def test_an_answer_may_be_kept_as_long_as_an_outage_may_last(ttl: str, cluster: str, value: str, found: bool) -> None:
    text = model(
        f"api: {{kind: service, runs_on: [s-1, s-2], cluster: {{{cluster}}}}}\n"
        f"names: {{kind: dns, managed: true, records: [{{name: www.foobar.com, type: A, value: {value}{ttl}}}]}}",
        hosts="s-1: {address: 192.0.2.1}, s-2: {}",
        more="objectives: {recovery_time: 5m}",
    )
    assert subjects(text, "slow-dns-failover") == ["record www.foobar.com A"] * found


# Expectations


def expecting(*lines: str) -> str:
    expected = "\n".join(f"  - {line}" for line in lines)
    return model(
        "user: {kind: client}\nwall: {kind: firewall, runs_on: s-3}\napi: {kind: other, runs_on: [s-1, s-2]}\n"
        "db: {kind: database, managed: true, availability: 99.9%}",
        connections="job -> api: https\napi -> db: mysql\nuser -> wall: https\nwall -> api: https",
        steps="job -> api: x\napi -> db: x",
        hosts="s-1: {zone: a}, s-2: {zone: a}, s-3: {zone: b}",
        zones="a: {kind: rack}, b: {kind: rack}",
        more=f"expect:\n{expected}",
    )


@pytest.mark.parametrize(
    ("line", "kill"),
    [
        ("survives any one host for work", None),
        ("survives any two hosts for work", ["s-1", "s-2"]),
        ("survives any one zone for work", ["a"]),
        ("survives any one rack for every flow", ["a"]),
        ("survives any one datacenter for work", None),
        ("survives any one replica for work", ["db#1"]),
        ("survives any one element for work", ["db#1"]),
        ("survives s-1 for work", None),
        ("survives s-1 and s-2 for work", ["s-1", "s-2"]),
        ("survives api for work", ["api@s-1", "api@s-2"]),
        ("survives api@s-1 for work", None),
        ("survives s-3 for work", None),
    ],
)
def test_what_a_flow_should_survive(line: str, kill: list[str] | None) -> None:
    found = findings(expecting(line), "unmet-expectation")
    assert [f"{one.subject.kind} {one.subject.id}" for one in found] == ["flow work"] * (kill is not None)
    if kill is not None:
        assert found[0].proof is not None
        assert [one.id for one in found[0].proof.kill] == kill
        assert found[0].proof.path
        assert f'"{line}" does not hold' in found[0].message


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("never internet -> db", []),
        ("never internet -> api", ["connection wall -> api"]),
        ("never user -> wall", ["connection user -> wall"]),
        ("never job -> db", []),
        ("never s-1 -> db", ["connection api -> db"]),
    ],
)
def test_who_should_never_call_whom(line: str, found: list[str]) -> None:
    assert subjects(expecting(line), "unmet-expectation") == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("at most 1 h/year for work", True),
        ("at most 1 d/year for work", False),
        ("at most 30 min/month for work", True),
        ("at most 3 h per month for work", False),
        ("at least 99.99% for work", True),
        ("at least 99% for work", False),
    ],
)
def test_how_long_a_flow_may_be_down(line: str, found: bool) -> None:
    assert subjects(expecting(line), "unmet-expectation") == ["flow work"] * found


def test_one_finding_tells_all_that_a_flow_does_not_meet() -> None:
    (one,) = findings(expecting("survives any one rack for work", "at most 1 min/year for work"), "unmet-expectation")
    assert "any one rack" in one.message
    assert "at most 1 min/year" in one.message


# Acceptances

RISK = "  - {{rule: {rule}, subject: {subject}{more}}}"


@pytest.mark.parametrize(
    ("rule", "subject", "more", "words"),
    [
        ("single-point-of-failure", "api#1", ", reason: r", None),
        ("REL001", "'replica:api#1'", ", reason: r", None),
        ("REL001", "api#1", ", reason: r, until: 2026-11-24", None),
        ("REL001", "api#1", ", reason: r, until: 2026-11-23", "was good until 2026-11-23"),
        ("REL001", "api#1", "", "gives no reason"),
        ("REL001", "api#2", ", reason: r", "matches no finding"),
        ("REL002", "api#1", ", reason: r", "matches no finding"),
        ("single-point", "api#1", ", reason: r", "names a rule that does not exist"),
    ],
)
def test_an_acceptance_has_to_hold(rule: str, subject: str, more: str, words: str | None) -> None:
    text = model(
        "api: {kind: other, managed: true}", more="accept:\n" + RISK.format(rule=rule, subject=subject, more=more)
    )
    found = findings(text, "stale-acceptance")
    assert len(found) == (words is not None)
    if words is not None:
        assert words in found[0].message


def test_an_acceptance_of_a_rule_that_did_not_run_is_left_alone() -> None:
    text = model(
        "api: {kind: other}", more="accept:\n" + RISK.format(rule="missing-tls", subject="x", more=", reason: r")
    )
    loaded = load("edge.arch.yaml", text.encode())
    chosen = [rule for rule in RULES if rule.id == "stale-acceptance"]
    assert analyse(Topology(loaded.architecture), loaded.source, chosen, today=TODAY) == ()
    assert len(findings(text, "stale-acceptance")) == 1


# All together


@pytest.mark.parametrize("tier", sorted(MODELS.glob("*.arch.yaml")), ids=lambda path: path.stem)
def test_a_reference_tier_has_no_more_than_twenty_findings(tier: Path) -> None:
    assert len(all_findings(tier.read_text(encoding="utf-8"))) <= 20
