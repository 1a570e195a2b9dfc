"""What became of a model, as a value: things, findings and flows of two models compared."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from archgen.analysis.assessment import assess
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.compare import Evolution, evolve
from archgen.compare.findings import Verdict
from archgen.compare.review import review_evolution
from archgen.linting.checked_model import CheckedModel
from archgen.linting.policy import Persona, hidden_findings
from archgen.linting.policy import visible_findings as readers
from archgen.model.architecture import Architecture
from archgen.model.subject import ChangeKind, SubjectKind
from archgen.report.diff.sentences import sentences
from tests.checked import unchecked
from tests.edges import model
from tests.generators.random_flows import architecture
from tests.generators.random_models import random_model
from tests.paths import ROOT

TIERS = tuple(sorted((ROOT / "models").glob("*.arch.yaml")))
TODAY = "2026-11-01"

BASE = """\
archgen: 1
name: Shop
hosts:
  a: {}
  b: {}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: a}
  db: {kind: database, runs_on: a}
connections:
  user -> web: {protocol: http, port: 80}
  web -> db: {protocol: mysql, port: 3306, access: read-write}
flows:
  buy:
    title: Buys
    access: write
    steps:
      - user -> web: buy
      - web -> db: store
"""


def side(text: str, name: str = "shop") -> CheckedModel:
    """A judged model with its availability."""
    (checked,) = check_models((Input(f"{name}.arch.yaml", text.encode()),), TODAY, ladder=False)
    assert isinstance(checked, CheckedModel), checked.problems
    return replace(checked, assessments=assess(checked.topology, 1))


def tier(number: int) -> CheckedModel:
    path = TIERS[number - 1]
    return side(path.read_text(encoding="utf-8"), path.name.removesuffix(".arch.yaml"))


def edited(*changes: tuple[str, str], base: str = BASE) -> str:
    for old, new in changes:
        assert base.count(old) >= 1, old
        base = base.replace(old, new)
    return base


def what(evolution: Evolution, kind: SubjectKind, name: str) -> tuple[ChangeKind, tuple[str, ...]] | None:
    """How a thing changed and in which words."""
    found = [one for one in evolution.entities if (one.subject.kind, one.subject.id) == (kind, name)]
    return (found[0].change, found[0].what) if found else None


def visible_findings(evolution: Evolution, verdict: Verdict) -> set[tuple[str, str]]:
    """(rule, subject) of the findings with a verdict."""
    return {(one.finding.rule, one.finding.subject.id) for one in evolution.findings_of(verdict)}


# The reference ladder


def test_from_tier_1_to_2_reads_improve_and_writes_do_not() -> None:
    step = evolve(tier(1), tier(2))
    read, write = step.flows
    assert (read.direction, read.firm) == ("better", True)
    assert (write.direction, write.firm) == ("worse", True)
    assert [one.id for one in read.gone] == ["server-1"]
    assert [one.id for one in write.gone] == []
    assert {one.id for one in write.left} == {"dns#1", "server-1"}
    assert [one.id for one in write.new] == ["lb-1"]
    verdicts = sentences(step)
    assert verdicts[0].startswith("Reads improve: read-page is down 11.5 h per year, was 14.0 h")
    assert verdicts[1].startswith("Writes get worse: write-comment is down 22.0 h per year, was 14.0 h")
    assert "assumed numbers" in verdicts[0]
    assert verdicts[2:] == (
        "read-page no longer stops with server-1; write-comment still does.",
        "read-page and write-comment now stop with lb-1, which is new.",
        "read-page and write-comment still stop with dns.",
    )


def test_from_tier_1_to_2_another_single_point_is_no_old_one() -> None:
    step = evolve(tier(1), tier(2))
    assert ("single-point-of-failure", "server-1") in visible_findings(step, "resolved")
    assert ("single-point-of-failure", "lb-1") in visible_findings(step, "introduced")
    assert ("identical-servers", "2-distributed-web-infrastructure") in visible_findings(step, "introduced")
    assert {("vertical-only", "1-simple-web-stack"), ("overloaded-host", "server-1")} <= visible_findings(
        step, "resolved"
    )


def test_from_tier_1_to_2_the_open_issues_are_known_again_under_new_names() -> None:
    step = evolve(tier(1), tier(2))
    left = {one.finding.rule: one for one in step.findings_of("left")}
    assert {"missing-tls", "missing-firewall", "unmonitored", "single-writer-database"} <= set(left)
    assert left["missing-tls"].what == ("at user -> haproxy now, was at user -> nginx",)
    assert left["missing-firewall"].what == ()


def test_from_tier_2_to_3_what_it_closed_and_what_it_opened() -> None:
    step = evolve(tier(2), tier(3))
    resolved = {rule for rule, _ in visible_findings(step, "resolved")}
    assert {"missing-tls", "missing-firewall", "unmonitored"} <= resolved
    introduced = visible_findings(step, "introduced")
    assert {("tls-ends-early", "haproxy -> nginx"), ("single-point-of-failure", "fw-1")} <= introduced
    assert {("single-point-of-failure", "lb-1"), ("single-writer-database", "mysql")} <= visible_findings(step, "left")


def test_from_tier_3_to_4_the_balancer_is_safe_and_the_servers_are_not() -> None:
    step = evolve(tier(3), tier(4))
    resolved, introduced = visible_findings(step, "resolved"), visible_findings(step, "introduced")
    assert ("single-point-of-failure", "lb-1") in resolved
    assert ("identical-servers", "3-secured-and-monitored") in resolved
    assert {("single-point-of-failure", host) for host in ("web-1", "app-1")} <= introduced
    for flow in step.flows:
        assert "lb-1" in {one.id for one in flow.gone}
        assert {one.id for one in flow.new} == {"web-1", "app-1", "db-1"}
        assert flow.direction == "worse"
    assert "read-page and write-comment now stop with web-1, app-1 or db-1, which are new." in sentences(step)
    assert "write-comment no longer stops with server-1, which is gone." in sentences(step)


def test_things_of_the_ladder_in_words() -> None:
    step = evolve(tier(2), tier(3))
    assert what(step, "component", "nginx") == ("changed", ("runs on 3 hosts, was 2: now also server-3",))
    assert what(step, "replica", "nginx@server-3") == ("added", ())
    assert what(step, "host", "fw-1") == ("added", ())
    assert what(step, "connection", "user -> haproxy") == ("removed", ())
    assert what(step, "certificate", "www") == ("added", ())
    assert what(step, "flow", "read-page") == (
        "changed",
        ("now goes user -> firewall-1 and firewall-1 -> haproxy", "no longer goes user -> haproxy"),
    )


# Words for what changed


@pytest.mark.parametrize(
    ("changes", "kind", "name", "words"),
    [
        ([("runs_on: a}\n  db", "runs_on: [a, b]}\n  db")], "component", "web", "runs on a and b, was on a"),
        (
            [("{kind: web-server, runs_on: a}", "{kind: web-server, replicas: 3}")],
            "component",
            "web",
            "no declared host",
        ),
        ([("kind: web-server", "kind: app-server")], "component", "web", "kind app-server, was web-server"),
        (
            [("{kind: database, runs_on: a}", "{kind: database, runs_on: a, version: '8'}")],
            "component",
            "db",
            "version 8, was not declared",
        ),
        (
            [
                (
                    "{kind: database, runs_on: a}",
                    "{kind: database, runs_on: [a, b], replication: {primary: a, failover: manual}}",
                )
            ],
            "component",
            "db",
            "replication declared: primary db@a, failover manual",
        ),
        ([("protocol: http, port: 80", "protocol: https, port: 443")], "connection", "user -> web", "encrypted now"),
        (
            [("protocol: http, port: 80", "protocol: https, port: 443")],
            "connection",
            "user -> web",
            "https 443, was http 80",
        ),
        ([("access: read-write", "access: read")], "connection", "web -> db", "access read, was read-write"),
        ([("  a: {}", "  a: {address: 192.0.2.1}")], "host", "a", "address 192.0.2.1, was not declared"),
        ([("title: Buys", "title: Buys\n    demand: 5/s")], "flow", "buy", "demand 5/s, was not declared"),
        ([("user -> web: buy", "user -> web: order")], "flow", "buy", "its steps say something else"),
        (
            [("name: Shop", "name: Shop\nobjectives: {availability: 99.9%}")],
            "model",
            "shop",
            "objectives availability 99.9%, was not declared",
        ),
        (
            [("name: Shop", "name: Shop\nobjectives: {recovery_point: 15m}")],
            "model",
            "shop",
            "objectives recovery point 15 min, was not declared",
        ),
        (
            [("name: Shop", "name: Shop\nexpect: [survives a for buy]")],
            "model",
            "shop",
            "expect: now survives a for buy",
        ),
        (
            [("  a: {}", "  a: {availability: {mtbf: 1y, mttr: 4h}}")],
            "host",
            "a",
            "availability declared: mtbf 365 days, mttr 4 h",
        ),
    ],
)
def test_what_changed_is_said_in_words(
    changes: list[tuple[str, str]], kind: SubjectKind, name: str, words: str
) -> None:
    found = what(evolve(side(BASE), side(edited(*changes))), kind, name)
    assert found is not None
    assert found[0] == "changed"
    assert any(words in phrase for phrase in found[1]), found[1]


def test_the_times_of_an_availability_are_compared_and_not_what_follows_from_them() -> None:
    before, after = (edited(("  a: {}", f"  a: {{availability: {{mtbf: {years}y, mttr: 4h}}}}")) for years in (5, 1))
    assert what(evolve(side(before), side(after)), "host", "a") == (
        "changed",
        ("availability mtbf 365 days, was 1825 days",),
    )


def test_a_change_of_reasons_alone_is_no_change() -> None:
    after = edited(("{kind: web-server, runs_on: a}", "{kind: web-server, runs_on: a, why: It serves.}"))
    assert evolve(side(BASE), side(after)).empty


def test_the_order_of_the_keys_is_no_change() -> None:
    after = edited(("  a: {}\n  b: {}\n", "  b: {}\n  a: {}\n"))
    assert evolve(side(BASE), side(after)).empty


# Findings


def test_an_acceptance_is_told_once_and_then_known() -> None:
    accept = "accept:\n  - {rule: missing-backup, subject: db, reason: A pilot., owner: ops, until: 2090-01-01}\n"
    open_, known = side(BASE), side(BASE + accept)
    assert visible_findings(evolve(open_, known), "accepted") == {("missing-backup", "db")}
    assert evolve(known, known).empty
    back = next(one for one in evolve(known, open_).findings if one.finding.rule == "missing-backup")
    assert (back.verdict, back.what) == ("left", ("accepted before, open now",))


COPIED = model("api: {kind: other, runs_on: [s-1, s-2], codebase: code}\ncode: {kind: code-base, runs_on: [s-1, s-2]}")
"""A system whose files an operator may copy manually."""


def as_read(by: Persona, text: str) -> CheckedModel:
    """A judged model with the findings that a reader is told apart from those that are hidden."""
    one = side(text)
    return replace(one, findings=readers(by, one.findings), hidden=hidden_findings(by, one.findings))


def test_a_confidence_that_changes_is_no_new_finding_and_none_that_is_resolved() -> None:
    # what is not declared may be so, what is declared is
    by_hand = COPIED.replace("code: {kind: code-base, ", "code: {kind: code-base, deploy: by-hand, ")
    low, high = as_read("regular", COPIED), as_read("regular", by_hand)
    assert "code-drift" not in {one.rule for one in low.findings}
    assert "code-drift" in {one.rule for one in high.findings}
    surer = [one for one in evolve(low, high).findings if one.finding.rule == "code-drift"]
    assert [(one.verdict, one.what) for one in surer] == [("left", ("high confidence now, was low",))]
    assert surer[0].number <= len(high.findings)
    assert "code-drift" not in {one.finding.rule for one in evolve(high, low).findings}
    # what is hidden on one side and not there on the other is not told either
    gone = COPIED.replace("code: {kind: code-base, ", "code: {kind: code-base, deploy: rolling, ")
    assert "code-drift" not in {one.finding.rule for one in evolve(low, as_read("regular", gone)).findings}
    assert "code-drift" not in {one.finding.rule for one in evolve(as_read("regular", gone), low).findings}
    assert ("code-drift", "code") in visible_findings(evolve(high, as_read("regular", gone)), "resolved")


def test_a_renamed_connection_keeps_its_finding_and_a_renamed_host_does_not() -> None:
    step = evolve(side(BASE), side(edited(("user -> web", "visitor -> web"), ("user: {", "visitor: {"))))
    assert ("missing-tls", "visitor -> web") in visible_findings(step, "left")
    step = evolve(side(BASE), side(edited(("runs_on: a}", "runs_on: b}"))))
    assert ("single-point-of-failure", "a") in visible_findings(step, "resolved")
    assert ("single-point-of-failure", "b") in visible_findings(step, "introduced")


def test_numbers_are_those_of_the_models() -> None:
    before, after = tier(1), tier(2)
    for one in evolve(before, after).findings:
        if one.before is not None:
            assert before.findings[one.before[0] - 1] is one.before[1]
        if one.after is not None:
            assert after.findings[one.after[0] - 1] is one.after[1]


# Flows


ROOM = """\
archgen: 1
name: A pair in one room
zones: {room: {kind: datacenter}, far: {kind: datacenter}, near: {kind: datacenter}}
hosts: {a: {zone: room}, b: {zone: room}, c: {zone: far}, d: {zone: near}}
components:
  job: {kind: scheduler, runs_on: [a, b], cluster: {mode: active-passive, active: a, failover: manual}}
  api: {kind: service, runs_on: [c, d]}
connections: {job -> api: https}
flows: {night: {steps: [job -> api: run]}}
"""


SPARE = """\
accept:
  - {rule: single-point-of-failure, subject: a, reason: a spare is on the shelf, owner: ops}
"""


def test_a_single_point_that_others_told_of_is_no_new_one() -> None:
    by_hand, alone = side(ROOM), side(ROOM.replace("failover: manual", "failover: automatic"))
    apart = side(ROOM.replace("b: {zone: room}", "b: {zone: far}").replace("failover: manual", "failover: automatic"))

    def fates(before: CheckedModel, after: CheckedModel) -> set[tuple[str, str]]:
        changes = evolve(before, after).findings
        return {
            (change.finding.subject.id, change.verdict) for change in changes if change.finding.code.startswith("REL00")
        }

    assert fates(by_hand, alone) == {("a", "resolved"), ("room", "left")}
    assert fates(alone, by_hand) == {("a", "introduced"), ("room", "left")}
    assert fates(apart, alone) == {("room", "introduced")}
    assert fates(alone, apart) == {("room", "resolved")}
    accepted = side(ROOM + SPARE)
    assert fates(accepted, alone) == {("a", "resolved"), ("room", "introduced")}
    assert fates(alone, accepted) == {("a", "accepted"), ("room", "resolved")}


def test_flows_that_come_go_and_stop_working() -> None:
    more = BASE + "  look:\n    title: Looks\n    access: read\n    steps:\n      - user -> web: look\n"
    grown = evolve(side(BASE), side(more))
    assert [one.flow for one in grown.flows] == ["buy", "look"]
    assert "look is a new flow; it stops with a." in sentences(grown)
    shrunk = evolve(side(more), side(BASE))
    assert "look is no longer a flow." in sentences(shrunk)
    assert shrunk.flows[1].after is None
    broken = evolve(side(BASE), side(edited(("web -> db: {", "web -> user: {"))))
    assert "buy is no longer possible: it fails with nothing failed." in sentences(broken)


def test_a_direction_that_assumed_numbers_decide_is_not_firm() -> None:
    declared = edited(("  a: {}", "  a: {availability: 99.95%}"))
    flow = evolve(side(BASE), side(declared)).flows[0]
    assert (flow.direction, flow.firm) == ("better", False)
    doubt = sentences(evolve(side(BASE), side(declared)))[0]
    assert "if they were three times better or worse, it might be the reverse" in doubt


# Properties


def _random(seed: int) -> CheckedModel:
    return unchecked(architecture(seed))


def _fates(evolution: Evolution) -> dict[str, Any]:
    return {
        change: sorted((one.subject.kind, one.subject.id) for one in evolution.entities_of(change))
        for change in ("added", "removed", "changed")
    }


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_tier_compared_with_itself_is_empty(number: int) -> None:
    step = evolve(tier(number), tier(number))
    assert step.empty
    assert step.entities == ()
    assert all(not one.gone and not one.new and one.direction == "same" for one in step.flows)


def test_random_models_compared_with_themselves_are_empty() -> None:
    for seed in range(150):
        assert evolve(_random(seed), _random(seed)).empty, f"seed {seed}"


def test_the_way_back_swaps_what_came_and_what_went() -> None:
    for seed in range(150):
        there, back = evolve(_random(seed), _random(seed + 1000)), evolve(_random(seed + 1000), _random(seed))
        fates, undone = _fates(there), _fates(back)
        assert fates["added"] == undone["removed"], f"seed {seed}"
        assert fates["removed"] == undone["added"], f"seed {seed}"
        assert fates["changed"] == undone["changed"], f"seed {seed}"
        for one in there.flows:
            other = next(each for each in back.flows if each.flow == one.flow)
            assert (set(one.gone), set(one.left)) == (set(other.new), set(other.left)), f"seed {seed}"


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 3), (3, 4), (1, 4)])
def test_the_way_back_swaps_the_findings(one: int, other: int) -> None:
    there, back = evolve(tier(one), tier(other)), evolve(tier(other), tier(one))
    assert visible_findings(there, "introduced") == visible_findings(back, "resolved")
    assert visible_findings(there, "resolved") == visible_findings(back, "introduced")
    assert len(there.findings_of("left")) == len(back.findings_of("left"))
    way = {"better": "worse", "worse": "better", "same": "same", None: None}
    for flow in there.flows:
        assert way[flow.direction] == next(each for each in back.flows if each.flow == flow.flow).direction


def test_a_removed_component_is_all_that_is_told_of_it() -> None:
    def without_last(before: Architecture) -> Architecture:
        gone = before.components[-1].id
        connections = tuple(call for call in before.connections if gone not in (call.source, *call.targets))
        return replace(before, components=before.components[:-1], connections=connections)

    for seed in range(60):
        before = random_model(seed)
        if len(before.components) < 2:
            continue
        step = evolve(unchecked(before), unchecked(without_last(before)))
        assert what(step, "component", before.components[-1].id) == ("removed", ())
        assert step.entities_of("added") == ()
        assert step.entities_of("changed") == ()


def test_rates_are_told_in_one_unit_and_an_availability_by_its_share() -> None:
    old = BASE.replace("web-server, runs_on: a", "web-server, runs_on: a, capacity: 20/min, availability: 99.9%")
    new = old.replace("20/min", "60/min").replace("99.9%", "99%")
    (change,) = evolve(side(old), side(new)).entities
    assert set(change.what) == {"capacity 60/min, was 20/min", "availability 99%, was 99.9%"}


NEAR = BASE.replace("access: read-write", "locality: same-host")


def test_a_flow_that_becomes_impossible_loses_nothing_that_it_had_to_fear() -> None:
    before, after = (
        side(NEAR),
        side(NEAR.replace("db: {kind: database, runs_on: a}", "db: {kind: database, runs_on: b}")),
    )
    evolution = evolve(before, after)
    (flow,) = evolution.flows
    assert (flow.gone, flow.left, flow.new) == ((), (), ())
    assert flow.after is not None
    assert (flow.after.possible, flow.after.survives) == (False, ())
    told = sentences(evolution)
    assert "buy is no longer possible: it fails with nothing failed." in told
    assert not any("no longer stops" in sentence for sentence in told)
    resolved = {change.finding.rule for change in evolution.findings_of("resolved")}
    assert resolved.isdisjoint({"single-point-of-failure", "maintenance-downtime"})
    held = {change.finding.rule: change.what for change in evolution.findings if change.after is None}
    assert held["single-point-of-failure"] == ("its flows can't work any more",)
    # what doesn't hang on it is resolved all the same
    encrypted = side(
        NEAR.replace("runs_on: a}\nconn", "runs_on: b}\nconn").replace("protocol: http, port: 80", "protocol: https")
    )
    assert "missing-tls" in {change.finding.rule for change in evolve(before, encrypted).findings_of("resolved")}
    back = evolve(after, before)
    (flow,) = back.flows
    assert (flow.gone, flow.left, flow.new) == ((), (), ())
    assert "impossible-flow" in {change.finding.rule for change in back.findings_of("resolved")}


def test_a_change_that_breaks_a_flow_is_worse_alone() -> None:
    before, after = (
        side(NEAR),
        side(NEAR.replace("db: {kind: database, runs_on: a}", "db: {kind: database, runs_on: b}")),
    )
    review = review_evolution(evolve(before, after), "changed", None, None)
    assert (review.tendency, review.resolved) == ("worse", ())
