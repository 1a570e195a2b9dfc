"""Verdicts that are easily got wrong: one root cause told once, and causes that stand behind managed parts."""

from __future__ import annotations

from tests.edges import all_findings, findings, subjects


def text(components: str, connections: str, steps: str, hosts: str = "", zones: str = "") -> str:
    def lines(given: str, indent: str) -> str:
        return "\n".join(indent + line for line in given.splitlines())

    return f"""\
archgen: 1
name: Verdict
zones: {{{zones}}}
hosts: {{{hosts}}}
components:
{lines(components, "  ")}
connections:
{lines(connections, "  ")}
flows:
  work:
    title: Work
    steps:
{lines(steps, "      - ")}
"""


ZONES = "a: {kind: availability-zone}, b: {kind: availability-zone}"


def test_a_zone_is_no_cause_of_its_own_where_one_host_in_it_is() -> None:
    model = text(
        "job: {kind: scheduler, runs_on: [x-1, x-2]}\nsearch: {kind: search, runs_on: y-1}",
        "job -> search: https",
        "job -> search: q",
        hosts="x-1: {zone: a}, x-2: {zone: b}, y-1: {zone: b}",
        zones=ZONES,
    )
    assert subjects(model, "single-point-of-failure") == ["host y-1"]


def test_a_zone_is_one_where_two_hosts_in_it_fail_together() -> None:
    model = text(
        "job: {kind: scheduler, runs_on: [x-1, x-2]}\nsearch: {kind: search, runs_on: [y-1, y-2]}",
        "job -> search: https",
        "job -> search: q",
        hosts="x-1: {zone: a}, x-2: {zone: b}, y-1: {zone: b}, y-2: {zone: b}",
        zones=ZONES,
    )
    found = [one for one in all_findings(model) if one.code in ("REL001", "REL002")]
    assert [one.subject.id for one in found] == ["b"]


def test_a_promoter_beside_the_primary_is_named() -> None:
    model = text(
        "job: {kind: scheduler, managed: true, replicas: 2}\n"
        "redis: {kind: cache, runs_on: [d-1, d-2], replication: {primary: d-1, failover: automatic, by: sentinel}}\n"
        "sentinel: {kind: other, runs_on: d-1}",
        "job -> redis: {protocol: redis, tls: true}",
        "job -> redis: {message: SET, access: write}",
        hosts="d-1: {}, d-2: {}",
    )
    (one,) = findings(model, "single-point-of-failure")
    assert one.subject.id == "d-1"
    assert [each.subject.id for each in one.related] == ["redis@d-1", "sentinel@d-1"]
    assert one.fix == "Place what promotes apart from what it would replace."


def test_plaintext_behind_a_managed_balancer_is_seen() -> None:
    model = text(
        "user: {kind: client}\nalb: {kind: load-balancer, managed: true, replicas: 2}\napp: {kind: service, runs_on: [s-1, s-2]}",
        "user -> alb: https\nalb -> app: http",
        "user -> alb: GET\nalb -> app: GET",
        hosts="s-1: {}, s-2: {}",
    )
    assert subjects(model, "tls-ends-early") == ["connection alb -> app"]


def test_tls_that_a_firewall_turns_to_plaintext_is_seen() -> None:
    model = text(
        "user: {kind: client}\nfw: {kind: firewall, runs_on: [f-1, f-2]}\napp: {kind: service, runs_on: [s-1, s-2]}",
        "user -> fw: https\nfw -> app: http",
        "user -> fw: GET\nfw -> app: GET",
        hosts="s-1: {}, s-2: {}, f-1: {}, f-2: {}",
    )
    assert subjects(model, "tls-ends-early") == ["connection fw -> app"]


def test_an_external_service_is_somebody_elses_and_on_the_internet() -> None:
    model = text(
        "user: {kind: client}\nstripe: {kind: external-service}\nhook: {kind: service, managed: true, replicas: 2}",
        "user -> stripe: https\nstripe -> hook: http",
        "user -> stripe: pay\nstripe -> hook: paid",
    )
    assert [(one.severity, one.subject.id) for one in findings(model, "single-point-of-failure")] == [
        ("warning", "stripe#1")
    ]
    assert subjects(model, "missing-tls") == ["connection stripe -> hook"]
    for rule in ("unmonitored", "maintenance-downtime", "missing-firewall"):
        assert subjects(model, rule) == []


def test_a_backup_of_a_copy_backs_up_the_original() -> None:
    model = text(
        "job: {kind: scheduler, managed: true}\n"
        "pg: {kind: database, runs_on: d-1}\n"
        "pg-ro: {kind: database, runs_on: d-2, replication: {of: pg}}\n"
        "dumps: {kind: backup, managed: true, backs_up: pg-ro, restore_tested: 2026-10-01}",
        "job -> pg: {protocol: postgresql, tls: true}",
        "job -> pg: {message: INSERT, access: write}",
        hosts="d-1: {}, d-2: {}",
    )
    assert subjects(model, "missing-backup") == []
    (one,) = findings(model, "single-writer-database")
    assert "pg-ro is a read-only copy that nothing promotes" in one.message


def test_what_a_promoter_stands_on_is_used() -> None:
    model = text(
        "job: {kind: scheduler, managed: true}\n"
        "pg: {kind: database, runs_on: [d-1, d-2], replication: {primary: d-1, failover: automatic, by: patroni}}\n"
        "patroni: {kind: other, runs_on: [d-1, d-2]}\n"
        "etcd: {kind: key-value-store, managed: true, replicas: 3}",
        "job -> pg: {protocol: postgresql, tls: true}\npatroni -> etcd: https",
        "job -> pg: INSERT",
        hosts="d-1: {}, d-2: {}",
    )
    assert subjects(model, "unused-component") == []


def test_an_impossible_flow_lies_in_no_zone() -> None:
    model = text(
        "x: {kind: service, runs_on: x-1}\nz: {kind: service, runs_on: x-2}",
        "z -> x: https",
        "x -> z: q",
        hosts="x-1: {zone: a}, x-2: {zone: b}",
        zones=ZONES,
    )
    assert subjects(model, "single-zone") == []
    assert subjects(model, "impossible-flow") == ["step work/1"]


def test_a_flow_without_a_request_is_asked_for_one() -> None:
    model = text("web: {kind: other, managed: true}\nuser: {kind: client}", "user -> web: https", "web --> user: push")
    assert subjects(model, "incomplete-model") == ["flow work"]
