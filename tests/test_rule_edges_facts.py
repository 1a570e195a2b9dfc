"""Edges of the rules on data, security, observability, names and contradictions."""

from __future__ import annotations

import pytest

from tests.edges import findings, model, subjects

# Data


@pytest.mark.parametrize(
    ("backup", "extra", "severity"),
    [
        ("runs_on: s-1", "", "error"),
        ("runs_on: s-3", "", "warning"),
        ("runs_on: s-4", "", None),
        ("managed: true", "", None),
        ("runs_on: s-1", "tape: {kind: backup, managed: true, backs_up: [api]}", None),
        ("runs_on: [s-1, s-4]", "", None),
    ],
)
def test_a_backup_has_to_stand_elsewhere(backup: str, extra: str, severity: str | None) -> None:
    text = model(
        f"api: {{kind: database, runs_on: s-1}}\ncopies: {{kind: backup, {backup}, backs_up: [api]}}\n{extra}".strip(),
        hosts="s-1: {zone: a}, s-3: {zone: a}, s-4: {zone: b}",
        zones="a: {kind: datacenter}, b: {kind: datacenter}",
    )
    assert [one.severity for one in findings(text, "colocated-backup")] == [severity] * (severity is not None)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("replication: {writers: all, mode: asynchronous}", True),
        ("replication: {primary: [s-1, s-2], mode: asynchronous}", True),
        ("replication: {writers: all, mode: synchronous}", False),
        ("replication: {writers: all}", False),
        ("replication: {writers: all, mode: asynchronous, conflicts: last-write-wins}", False),
        ("replication: {writers: all, mode: asynchronous}, quorum: 2", False),
        ("replication: {primary: s-1, mode: asynchronous}", False),
    ],
)
def test_several_writers_need_something_that_decides(said: str, found: bool) -> None:
    text = model(f"api: {{kind: database, runs_on: [s-1, s-2], {said}}}", access="write")
    assert subjects(text, "conflicting-writers") == ["component api"] * found
    assert subjects(text.replace("access: write", "access: read"), "conflicting-writers") == []


@pytest.mark.parametrize(
    ("said", "access", "found"),
    [
        ("", "write", True),
        (", failover: manual", "write", False),
        (", failover: automatic", "write", False),
        ("", "read", False),
    ],
)
def test_a_replica_is_idle_where_nobody_reads_it_and_it_takes_over_from_nobody(
    said: str, access: str, found: bool
) -> None:
    text = model(f"api: {{kind: database, runs_on: [s-1, s-2], replication: {{primary: s-1{said}}}}}", access=access)
    assert subjects(text, "idle-replica") == ["component api"] * found


@pytest.mark.parametrize(
    ("said", "reads", "found"),
    [
        ("mode: asynchronous", "job -> api: {access: read}", True),
        ("mode: synchronous", "job -> api: {access: read}", False),
        ("mode: asynchronous, lag: 1s", "job -> api: {access: read}", False),
        ("mode: asynchronous", "job -> api@s-1: {access: read}", False),
        ("mode: asynchronous", "job -> api@s-2: {access: read}", True),
        ("mode: asynchronous", "job -> api: {access: write}", False),
        ("failover: manual", "job -> api: {access: read}", False),
    ],
)
def test_ones_own_write_is_read_from_a_replica_only_with_a_bound(said: str, reads: str, found: bool) -> None:
    text = model(
        f"api: {{kind: database, runs_on: [s-1, s-2], replication: {{primary: s-1, {said}}}}}",
        steps=f"job -> api: {{access: write}}\n{reads}",
    )
    assert subjects(text, "stale-reads") == ["step work/2"] * found


# Security


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("guards: [api], rules: [{from: any, to: any}], default: deny", True),
        ("guards: [api], rules: [{direction: out}], default: deny", True),
        ("guards: [api], default: allow", True),
        ("guards: [api], rules: [{from: job, action: deny}], default: allow", False),
        ("guards: [api], rules: [{from: job, action: deny}, {from: any, to: any}], default: deny", False),
        ("guards: [api], rules: [{from: job, to: api, ports: [443]}], default: deny", False),
        ("guards: [api]", False),
        ("guards: [s-3]", True),
        ("guards: [s-1]", False),
        ("default: deny", True),
    ],
)
def test_a_firewall_has_to_stop_something_for_somebody(said: str, found: bool) -> None:
    text = model(f"api: {{kind: other, runs_on: s-1}}\nwall: {{kind: firewall, {said}}}")
    assert subjects(text, "idle-firewall") == ["component wall"] * found
    assert subjects(text, "unused-component") == []


def exposed(connection: str) -> str:
    return model(
        "user: {kind: client}\napi: {kind: service, runs_on: s-1}\nweb: {kind: web-server, runs_on: s-1}\n"
        "watch: {kind: monitoring, managed: true}\ndb: {kind: database, runs_on: s-1}",
        connections=f"job -> api: https\nuser -> web: https\napi -> db: mysql\n{connection}".strip(),
        steps="job -> api: x\nuser -> web: x\napi -> db: x",
    )


@pytest.mark.parametrize(
    ("connection", "severity"),
    [("user -> db: mysql", "error"), ("web -> db: mysql", "warning"), ("watch -> db: mysql", None), ("", None)],
)
def test_a_store_is_for_those_that_a_flow_has_ask_it(connection: str, severity: str | None) -> None:
    found = findings(exposed(connection), "exposed-database")
    assert [one.severity for one in found] == [severity] * (severity is not None)


@pytest.mark.parametrize(
    ("version", "found"),
    [("1.0", True), ("1.1", True), ("TLSv1.1", True), ("SSLv3", True), ("1.2", False), ("TLS 1.3", False)],
)
def test_versions_of_tls(version: str, found: bool) -> None:
    text = model(
        "api: {kind: other, managed: true}", connections=f"job -> api: {{protocol: https, tls: {{version: {version}}}}}"
    )
    assert subjects(text, "obsolete-tls") == ["connection job -> api"] * found


def certified(certificate: str, *, tls: str = "{certificate: www}", wall: bool = True) -> str:
    through = "user -> wall: {protocol: https, tls: TLS}\nwall -> lb: {protocol: https, tls: TLS}"
    straight = "user -> lb: {protocol: https, tls: TLS}"
    steps = "user -> wall: x\nwall -> lb: x" if wall else "user -> lb: x"
    text = model(
        "user: {kind: client}\nwall: {kind: firewall, runs_on: s-1}\nlb: {kind: load-balancer, runs_on: s-2}",
        connections=(through if wall else straight).replace("TLS", tls),
        steps=steps,
        flow="    domain: www.foobar.com",
    )
    return text + f"certificates: {{{certificate}}}\n"


@pytest.mark.parametrize(
    ("certificate", "tls", "expected"),
    [
        ("www: {names: [www.foobar.com], installed_on: [lb]}", "{certificate: www}", []),
        ("www: {names: ['*.foobar.com'], installed_on: [lb]}", "{certificate: www}", []),
        ("www: {names: ['*.com'], installed_on: [lb]}", "{certificate: www}", [("certificate www", "error")]),
        ("www: {names: [foobar.com], installed_on: [lb]}", "{certificate: www}", [("certificate www", "error")]),
        ("www: {names: [www.foobar.com], installed_on: [wall]}", "{certificate: www}", [("certificate www", "error")]),
        ("www: {names: [www.foobar.com]}", "{certificate: www}", []),
        ("www: {names: [www.foobar.com], installed_on: [lb]}", "true", []),
        ("www: {names: [www.foobar.com], installed_on: [wall]}", "true", [("connection wall -> lb", "error")]),
        ("www: {expires: 2026-11-23}", "{certificate: www}", [("certificate www", "error")]),
        ("www: {expires: 2026-12-24}", "{certificate: www}", [("certificate www", "warning")]),
        ("www: {expires: 2026-12-25}", "{certificate: www}", []),
    ],
)
def test_a_certificate_has_to_be_for_the_name_where_tls_ends_and_in_force(
    certificate: str, tls: str, expected: list[tuple[str, str]]
) -> None:
    found = findings(certified(certificate, tls=tls), "certificate-mismatch")
    assert [(f"{one.subject.kind} {one.subject.id}", one.severity) for one in found] == expected


def test_one_of_several_certificates_at_the_end_is_enough() -> None:
    both = "shop: {names: [shop.foobar.com], installed_on: [lb]}, www: {names: [www.foobar.com], installed_on: [lb]}"
    assert subjects(certified(both, tls="true"), "certificate-mismatch") == []


@pytest.mark.parametrize(
    ("networks", "db", "found"),
    [("n: {trust: private}", "s-2", True), ("n: {trust: private}", "s-1", False), ("", "s-2", False)],
)
def test_a_network_is_flat_where_web_and_data_could_be_parted(networks: str, db: str, found: bool) -> None:
    network = ", network: n" if networks else ""
    text = model(
        f"web: {{kind: web-server, runs_on: s-1{network}}}\napi: {{kind: service, runs_on: s-1{network}}}\n"
        f"db: {{kind: database, runs_on: {db}{network}}}",
        connections="job -> web: https\nweb -> api: https\napi -> db: mysql",
        steps="job -> web: x\nweb -> api: x\napi -> db: x",
        more=f"networks: {{{networks}}}",
    )
    assert subjects(text, "flat-network") == ["network n"] * found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-----BEGIN RSA PRIVATE KEY-----", True),
        ("AKIAIOSFODNN7EXAMPLE", True),
        ("ghp_" + "a1" * 18, True),
        ("ghu_" + "a1" * 18, True),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMe", True),
        ("postgres://app:s3cret@db/site", True),
        ("password=hunter2hunter2", True),
        ("the password is in the vault", False),
        ("token: a random string of 32 characters", False),
        ("password=${DB_PASSWORD_1}", False),
        ("https://user@example.net:8080/path", False),
        ("a secret: nobody knows", False),
    ],
)
def test_what_looks_like_a_secret(text: str, found: bool) -> None:
    said = model(f'api: {{kind: other, managed: true, why: "{text}"}}')
    assert subjects(said, "secret-in-model") == ["component api"] * found
    for one in findings(said, "secret-in-model"):
        assert text not in one.message


# Observability


@pytest.mark.parametrize(("said", "found"), [(", alerts: []", True), ("", False), (", alerts: [ops]", False)])
def test_an_empty_list_alerts_nobody(said: str, found: bool) -> None:
    text = model(
        f"api: {{kind: other, managed: true}}\nwatch: {{kind: monitoring, managed: true{said}}}",
        connections="job -> api: https\nwatch -> api: https",
    )
    assert subjects(text, "unrouted-alerts") == ["component watch"] * found


@pytest.mark.parametrize(
    ("placed", "extra", "found"),
    [
        ("runs_on: s-1", "", True),
        ("runs_on: s-3", "", False),
        ("runs_on: [s-1, s-3]", "", False),
        ("managed: true", "", False),
        ("runs_on: s-1", "second: {kind: monitoring, managed: true, probes: [www.foobar.com]}", False),
    ],
)
def test_a_monitoring_goes_down_with_its_host(placed: str, extra: str, found: bool) -> None:
    text = model(
        f"api: {{kind: other, runs_on: [s-1, s-2]}}\nwatch: {{kind: monitoring, {placed}}}\n{extra}".strip(),
        connections="job -> api: https\nwatch -> api: https",
    )
    assert subjects(text, "monitoring-shares-fate") == ["component watch"] * found


@pytest.mark.parametrize(
    ("watch", "found"),
    [
        ("managed: true", True),
        ("managed: true, probes: [www.foobar.com]", False),
        ("managed: true, probes: ['https://www.foobar.com/health']", False),
        ("managed: true, probes: [shop.foobar.com]", True),
        ("runs_on: s-1, probes: [www.foobar.com]", True),
        ("runs_on: s-3, probes: [www.foobar.com]", False),
    ],
)
def test_the_site_has_to_be_checked_from_outside(watch: str, found: bool) -> None:
    text = model(
        f"user: {{kind: client}}\napi: {{kind: other, runs_on: [s-1, s-2]}}\nwatch: {{kind: monitoring, {watch}}}",
        connections="user -> api: https\nwatch -> api: https",
        steps="user -> api: x",
        flow="    domain: www.foobar.com",
    )
    assert subjects(text, "no-outside-probe") == ["model edge"] * found


# Names


def named(*records: str, domain: str = "foobar.com") -> str:
    rows = [record.split(" ", 2) for record in records]
    listed = ", ".join(f'{{name: "{name}", type: {kind}, value: "{value}"}}' for name, kind, value in rows)
    return model(
        "user: {kind: client}\nlb: {kind: load-balancer, runs_on: s-1, balance: round-robin}\n"
        "web: {kind: web-server, runs_on: [s-2, s-3]}\n"
        f"names: {{kind: dns, managed: true, domain: {domain}, records: [{listed}]}}",
        connections="user -> lb: https\nlb -> web: https",
        steps="user -> lb: x\nlb -> web: x",
        hosts="s-1: {address: 192.0.2.1}, s-2: {address: 192.0.2.2}, s-3: {address: 192.0.2.3}",
        flow="    domain: www.foobar.com",
    )


@pytest.mark.parametrize(
    ("records", "found"),
    [
        (["foobar.com CNAME x.example.net"], ["foobar.com CNAME"]),
        (["@ CNAME x.example.net"], ["@ CNAME"]),
        (["www CNAME x.example.net", "www.foobar.com TXT hello"], ["www CNAME"]),
        (["www CNAME x.example.net", "www CNAME y.example.net"], ["www CNAME"]),
        (["www CNAME x.example.net", "shop A 192.0.2.1"], []),
        (["foobar.com ALIAS x.example.net", "foobar.com MX 10 mail.example.net"], []),
    ],
)
def test_a_cname_stands_alone(records: list[str], found: list[str]) -> None:
    assert [one.subject.id for one in findings(named(*records), "cname-beside-records")] == found


@pytest.mark.parametrize(
    ("records", "found"),
    [
        (["www.foobar.com A 192.0.2.2"], True),
        (["www.foobar.com A s-3"], True),
        (["www.foobar.com A web"], True),
        (["www.foobar.com A 192.0.2.2", "www.foobar.com A 192.0.2.3"], True),
        (["www.foobar.com A 192.0.2.1"], False),
        (["www.foobar.com A lb"], False),
        (["shop.foobar.com A 192.0.2.2"], False),
    ],
)
def test_a_name_leads_to_the_balancer_that_serves_it(records: list[str], found: bool) -> None:
    assert subjects(named(*records), "record-bypasses-balancer") == ["record www.foobar.com A"] * found


@pytest.mark.parametrize(
    ("records", "found"),
    [
        (["foobar.com NS ns1.example.net", "@ NS ns2.example.net"], True),
        (["foobar.com NS ns1.example.net", "foobar.com NS ns1.example.org"], False),
        (["foobar.com NS ns1.foobar.com"], False),
        (["sub.foobar.com NS ns1.example.net"], False),
        (["foobar.com NS ns1.example.co.uk", "foobar.com NS ns1.other.co.uk"], False),
    ],
)
def test_name_servers_tell_their_providers(records: list[str], found: bool) -> None:
    assert subjects(named(*records), "single-dns-provider") == ["component names"] * found


@pytest.mark.parametrize(
    ("balance", "web", "found"),
    [
        ("{algorithm: round-robin}", ", sessions: local", True),
        ("{algorithm: source}", ", sessions: local", False),
        ("{algorithm: round-robin, stickiness: cookie}", ", sessions: local", False),
        ("{algorithm: round-robin}", ", sessions: shared", False),
        ("{algorithm: round-robin, weights: {web: 0}}", "", True),
        ("{algorithm: round-robin, weights: {s-2: 0}}", "", False),
        ("{algorithm: round-robin, weights: {s-2: 0, s-3: 0}}", "", True),
    ],
)
def test_stickiness_and_weights_fit_what_stands_behind(balance: str, web: str, found: bool) -> None:
    text = named("www.foobar.com A lb").replace("balance: round-robin", f"balance: {balance}")
    text = text.replace("runs_on: [s-2, s-3]", f"runs_on: [s-2, s-3]{web}")
    assert subjects(text, "mismatched-stickiness") == ["component lb"] * found


# Contradictions


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            model("api: {kind: other}", connections="job -> api: {protocol: https, tls: false}"),
            ["connection job -> api"],
        ),
        (
            model("api: {kind: other}", connections="job -> api: {protocol: tcp, port: 443, tls: false}"),
            ["connection job -> api"],
        ),
        (model("api: {kind: other}", connections="job -> api: {protocol: http, port: 80, tls: false}"), []),
        (model("api: {kind: other}", connections="job -> api: {protocol: ssh, port: 22}"), []),
        (
            model(
                "api: {kind: other}",
                connections="job -> api: [{protocol: https, port: 80, redirect: https}, {protocol: https, port: 443}]",
            ),
            ["connection job -> api"],
        ),
        (
            model("api: {kind: database, runs_on: s-1, replication: {primary: s-1, failover: automatic}}"),
            ["component api"],
        ),
        (model("api: {kind: database, runs_on: [s-1, s-2], replication: {primary: s-1, failover: automatic}}"), []),
        (model("api: {kind: other, cluster: {failover: automatic}}"), ["component api"]),
        (model("api: {kind: other, runs_on: {any: [s-1, s-2]}, cluster: {failover: automatic}}"), []),
        (model("api: {kind: other}", hosts="s-1: {address: 192.0.2.1}, s-2: {address: 192.0.2.1}"), ["host s-2"]),
        (model("api: {kind: other}", zones="r: {kind: rack}, d: {kind: datacenter, in: r}"), ["zone d"]),
        (model("api: {kind: other}", zones="d: {kind: datacenter}, r: {kind: rack, in: d}"), []),
        (
            model(
                "api: {kind: other}\nw: {kind: firewall, guards: [api], rules: [{to: api}, {to: api, action: deny}]}"
            ),
            ["component w"],
        ),
    ],
)
def test_statements_that_exclude_each_other(text: str, found: list[str]) -> None:
    assert subjects(text, "contradiction") == found
