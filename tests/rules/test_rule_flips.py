"""A well-built architecture in which nothing is found, and the one edit that brings each finding and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen.model.problems import ModelError
from tests.edges import all_findings
from tests.examples import examples
from tests.paths import TESTS

SHOP = (TESTS / "well_built" / "shop.arch.yaml").read_text(encoding="utf-8")

Edit = tuple[str, str]

APART: list[Edit] = [
    (
        "  dc-a: {kind: datacenter}\n  dc-b: {kind: datacenter}\n  dc-c: {kind: datacenter}\n",
        "  dc-a: {kind: datacenter}\n",
    ),
    *((f"zone: dc-{place}, ", "") for place in "abc"),
]
"""Without the zones, so that a host is the largest thing that can be lost."""

ONE_APPLICATION: Edit = (
    "app: {kind: app-server, runs_on: [web-a, web-b, web-c], sessions: shared, capacity: 100/s",
    "app: {kind: app-server, runs_on: web-a, sessions: shared, capacity: 400/s",
)
BY_HAND: list[Edit] = [
    (
        "failover: automatic, by: patroni, mode: asynchronous, recovery: 30s",
        "failover: manual, mode: asynchronous, recovery: 30s",
    ),
    ("  patroni: {kind: other, runs_on: [db-a, db-b, db-c], quorum: majority}\n", ""),
]

BESIDE: list[tuple[str, list[Edit], list[Edit]]] = [
    (
        "colocated-redundancy",
        [*APART, *BY_HAND],
        [("app: {kind: app-server, runs_on: [web-a, web-b, web-c]", "app: {kind: app-server, runs_on: {web-a: 3}")],
    ),
    ("single-point-of-failure", [*APART, *BY_HAND], [ONE_APPLICATION]),
    ("single-writer-database", [*APART, ONE_APPLICATION], BY_HAND),
    (
        "fragile-quorum",
        [*APART, ONE_APPLICATION],
        [("patroni: {kind: other, runs_on: [db-a, db-b, db-c]", "patroni: {kind: other, runs_on: [db-a, db-b]")],
    ),
]
"""Edits that also leave no way to restart something: a shop where that is so already, and the edit."""

FLIPS: list[tuple[list[str], list[Edit]]] = [
    (
        ["untracked-failover"],
        [
            (
                "cluster: {mode: active-passive, active: lb-a, address: dns, failover: automatic, by: dns, watches: process}",
                "cluster: {mode: active-active}",
            ),
        ],
    ),
    (
        ["untracked-failover"],
        [
            ("watches: process", "watches: host"),
        ],
    ),
    (
        ["objective-unreachable"],
        [
            ("availability: 90%", "availability: 99.99999999%"),
        ],
    ),
    (
        ["assumed-number"],
        [
            ("availability: 90%", "availability: 99.95%"),
        ],
    ),
    (
        ["unchecked-backend"],
        [
            ("health_check: GET /health", "health_check: tcp"),
        ],
    ),
    (
        ["timeout-inversion"],
        [
            ("timeout: 20s", "timeout: 10s"),
        ],
    ),
    (
        ["hidden-shared-dependency", "incomplete-model"],
        [
            ("managed: true\n    replicas: 2\n    domain", "managed: {scope: zonal}\n    domain"),
        ],
    ),
    (
        ["missing-tls"],
        [
            (
                "user -> lb: {protocol: https, port: 443, tls: {certificate: www, version: 1.2}",
                "user -> lb: {protocol: http, port: 80",
            ),
            ("{from: internet, to: lb, ports: [443]}", "{from: internet, to: lb, ports: [80]}"),
        ],
    ),
    (
        ["tls-ends-early"],
        [
            ("lb -> app: {protocol: https, port: 8443, tls: {verify: true}", "lb -> app: {protocol: http, port: 8443"),
        ],
    ),
    (
        ["certificate-mismatch"],
        [
            ("names: [www.foobar.com], inst", "names: [shop.foobar.com], inst"),
        ],
    ),
    (
        ["expiring-certificate"],
        [
            ("expires: 2027-06-01", "expires: 2026-12-01"),
        ],
    ),
    (
        ["certificate-mismatch"],
        [
            ("installed_on: [lb]", "installed_on: [app]"),
        ],
    ),
    (
        ["missing-firewall"],
        [
            ("guards: [edge, inside, data]", "guards: [inside, data]"),
        ],
    ),
    (
        ["idle-firewall"],
        [
            (
                "      - {from: app, to: db, ports: [5432]}\n",
                "      - {from: app, to: db, ports: [5432]}\n      - {direction: out}\n",
            ),
        ],
    ),
    (
        ["incomplete-model"],
        [
            ("  app -> db: {", "  lb -> db: {protocol: postgresql, tls: true}\n  app -> db: {"),
            ("{from: app, to: db, ports: [5432]}", "{from: [app, lb], to: db, ports: [5432]}"),
        ],
    ),
    (
        ["unverified-tls"],
        [
            ("port: 5432, tls: {verify: true}", "port: 5432, tls: {verify: false}"),
        ],
    ),
    (
        ["obsolete-tls"],
        [
            ("version: 1.2", "version: 1.1"),
        ],
    ),
    (
        ["secret-in-model"],
        [
            ("title: A visitor opens a page", "title: A visitor opens https://me:pass-word@www.foobar.com"),
        ],
    ),
    (
        ["unmonitored"],
        [
            ("db-a, db-b, db-c, cache-a, cache-b]\n    collects", "db-a, db-b, db-c, cache-a]\n    collects"),
        ],
    ),
    (
        ["unrouted-alerts"],
        [
            ("alerts: [ops]", "alerts: []"),
        ],
    ),
    (
        # the agents of the other networks don't reach it there: no rule lets them in
        ["monitoring-shares-fate", "contradiction"],
        [
            ("watch: {kind: monitoring, managed: true, replicas: 2", "watch: {kind: monitoring, runs_on: cache-a"),
        ],
    ),
    (
        ["no-outside-probe"],
        [
            ("probes: [www.foobar.com]", "probes: [www.foobar.net]"),
        ],
    ),
    (
        ["missing-backup"],
        [
            (
                "  copies: {kind: backup, managed: true, backs_up: [db], every: 1h, keeps: 30d, restore_tested: 2026-10-01}\n",
                "",
            ),
            ("  copies -> db: {protocol: postgresql, tls: true}\n", ""),
        ],
    ),
    (
        ["missing-backup"],
        [
            (", restore_tested: 2026-10-01", ""),
            ("  copies -> db: {protocol: postgresql, tls: true}\n", ""),
        ],
    ),
    (
        ["colocated-backup"],
        [
            ("copies: {kind: backup, managed: true", "copies: {kind: backup, runs_on: db-b"),
        ],
    ),
    (
        ["recovery-point-missed"],
        [
            ("recovery_point: 1h", "recovery_point: 0s"),
        ],
    ),
    (
        ["conflicting-writers", "incomplete-model"],
        [
            (
                "replication: {primary: db-a, failover: automatic, by: patroni, mode: asynchronous, recovery: 30s}",
                "replication: {writers: all, mode: asynchronous, by: patroni}",
            ),
        ],
    ),
    (
        ["over-capacity"],
        [
            ("capacity: 100/s", "capacity: 50/s"),
        ],
    ),
    (
        ["no-spare-capacity"],
        [
            ("capacity: 100/s", "capacity: 80/s"),
        ],
    ),
    (
        ["cname-to-address"],
        [
            ("type: A, value: lb-a", "type: CNAME, value: 192.0.2.11"),
        ],
    ),
    (
        ["cname-beside-records"],
        [
            (
                "      - {name: www.foobar.com, type: A, value: lb-a, ttl: 60}\n",
                "      - {name: www.foobar.com, type: CNAME, value: x.example.net}\n      - {name: www.foobar.com, type: TXT, value: x}\n",
            ),
        ],
    ),
    (
        ["dangling-record"],
        [
            ("value: lb-a, ttl", "value: 192.0.2.99, ttl"),
        ],
    ),
    (
        ["unresolved-name"],
        [
            ("{name: www.foobar.com, type: A", "{name: shop.foobar.com, type: A"),
        ],
    ),
    (
        ["record-bypasses-balancer"],
        [
            ("value: lb-a, ttl", "value: web-a, ttl"),
        ],
    ),
    (
        ["balancing-contradiction"],
        [
            ("active: lb-a, address", "active: [lb-a, lb-b], address"),
        ],
    ),
    (
        ["mismatched-stickiness"],
        [
            ("sessions: shared", "sessions: local"),
        ],
    ),
    (
        ["slow-dns-failover"],
        [
            ("ttl: 60", "ttl: 600"),
        ],
    ),
    (
        ["single-dns-provider"],
        [
            ("ns1.example.org", "ns2.example.net"),
        ],
    ),
    (
        ["contradiction"],
        [
            (
                "      - {from: lb, to: app, ports: [8443]}\n",
                "      - {from: lb, to: app, ports: [8443]}\n      - {from: lb, to: app, ports: [8443], action: deny}\n",
            ),
        ],
    ),
    (
        ["contradiction"],
        [
            ("address: 192.0.2.12", "address: 192.0.2.11"),
        ],
    ),
    (
        ["stale-acceptance"],
        [
            ("objectives:", "accept:\n  - {rule: missing-tls, subject: user -> lb, reason: a pilot}\nobjectives:"),
        ],
    ),
    (
        ["unmet-expectation"],
        [
            ("objectives:", "expect: [never internet -> lb]\nobjectives:"),
        ],
    ),
    (
        ["unmet-expectation"],
        [
            ("objectives:", "expect: [survives any two hosts for read-page]\nobjectives:"),
        ],
    ),
    (
        ["unused-component"],
        [
            ("  agent:\n", "  spare: {kind: cache, managed: true}\n  agent:\n"),
        ],
    ),
    (
        ["impossible-flow"],
        [
            ("  - app -> db: INSERT", "  - lb -> db: INSERT"),
        ],
    ),
    (
        ["stale-reads"],
        [
            (
                "      - app -> db: INSERT",
                "      - app -> db: INSERT\n      - app -> db: {message: SELECT, access: read}",
            ),
        ],
    ),
    (
        ["write-bottleneck"],
        [
            ("  patroni: {", "    capacity: 30/s\n  patroni: {"),
        ],
    ),
    (
        ["missing-waf"],
        [
            ("rate_limit: 10/s per address", "rate_limit: false"),
        ],
    ),
    (
        ["missing-waf"],
        [
            ("    rate_limit: 10/s per address\n", ""),
        ],
    ),
    (
        ["shared-credentials"],
        [
            ("port: 5432, tls: {verify: true}", "port: 5432, authentication: false, tls: {verify: true}"),
        ],
    ),
    (
        ["shared-credentials"],
        [
            (
                "copies -> db: {protocol: postgresql, tls: true}",
                "copies -> db: {protocol: postgresql, tls: true, credentials: shop}",
            ),
            ("port: 5432, tls: {verify: true}", "port: 5432, credentials: shop, tls: {verify: true}"),
        ],
    ),
    (
        ["exposed-admin"],
        [
            ("  user -> lb: {", "  user -> app: {protocol: ssh}\n  user -> lb: {"),
            (
                "{from: app, to: db, ports: [5432]}",
                "{from: app, to: db, ports: [5432]}\n      - {from: internet, to: app, ports: [22]}",
            ),
        ],
    ),
    (
        ["unmeasured-requests"],
        [
            ("measures: [requests-per-second, latency, error-rate]", "measures: [cpu, memory]"),
        ],
    ),
    (
        ["missing-logs"],
        [
            ("{from: lb, what: [metrics, logs]", "{from: lb, what: [metrics]"),
        ],
    ),
    (
        ["server-bound-sessions"],
        [
            ("sessions: shared", "sessions: shared, uploads: local"),
        ],
    ),
    (
        ["code-drift"],
        [
            ("deploy: rolling", "deploy: by-hand"),
        ],
    ),
    (
        ["code-drift"],
        [
            ("  agent:\n", "  code: {kind: code-base, runs_on: [web-a, web-b, web-c]}\n  agent:\n"),
            ("app: {kind: app-server,", "app: {kind: app-server, codebase: code,"),
            ("deploy: rolling, rollback: deploy the previous version", "rollback: true"),
        ],
    ),
    (
        ["uncached-reads"],
        [
            ("kind: cache, product: redis", "kind: search"),
            ("demand: 20/s", "demand: 10/s"),
        ],
    ),
    (
        ["missing-rollback"],
        [
            ("rollback: deploy the previous version", "rollback: false"),
        ],
    ),
    (
        ["unowned-component"],
        [
            ("deploy: rolling", "deploy: rolling, owner: shop team"),
        ],
    ),
    (
        ["unsupported-version"],
        [
            ("product: postgresql\n", "product: postgresql\n    version: 9.6\n"),
        ],
    ),
    (
        ["unsupported-version"],
        [
            ("db-b: {zone: dc-b,", "db-b: {os: Debian 9, zone: dc-b,"),
        ],
    ),
    (
        ["mutable-tag"],
        [
            ("deploy: rolling", "deploy: rolling, image: 'shop:latest'"),
        ],
    ),
]


def edited(edits: list[Edit]) -> str:
    text = SHOP
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(("rules", "edits"), FLIPS, ids=[f"{at}-{rules[0]}" for at, (rules, _) in enumerate(FLIPS)])
def test_one_edit_brings_one_finding(rules: list[str], edits: list[Edit]) -> None:
    found = all_findings(edited(edits))
    assert sorted({one.rule for one in found}) == sorted(rules)
    per_flow = {"objective-unreachable"}
    assert len([one for one in found if one.rule == rules[0]]) == (2 if rules[0] in per_flow else 1)


@pytest.mark.parametrize(("rule", "before", "edits"), BESIDE, ids=[rule for rule, _, _ in BESIDE])
def test_one_edit_brings_one_finding_beside_others(rule: str, before: list[Edit], edits: list[Edit]) -> None:
    before = [("availability: 90%, ", ""), *before]
    was = {(one.rule, one.subject) for one in all_findings(edited(before))}
    found = {(one.rule, one.subject) for one in all_findings(edited([*before, *edits]))}
    assert "maintenance-downtime" in {name for name, _ in was}
    assert rule not in {name for name, _ in was}
    assert [name for name, _ in found - was] == [rule]
    assert not was - found


def test_more_than_fifty_rules_have_such_an_edit() -> None:
    assert len({rules[0] for rules, _ in FLIPS} | {rule for rule, _, _ in BESIDE}) > 50


@examples(120)
@given(st.sets(st.sampled_from(range(len(FLIPS))), min_size=2, max_size=12))
def test_edits_together_find_no_subject_twice(chosen: set[int]) -> None:
    text = SHOP
    for at in sorted(chosen):
        for old, new in FLIPS[at][1]:
            text = text.replace(old, new)
    try:
        found = all_findings(text)
    except ModelError:
        return
    identities = [(one.rule, one.subject) for one in found]
    assert len(identities) == len(set(identities))
    assert found
    for one in found:
        assert one.message
        assert one.fix
        assert set(one.flows) <= {"read-page", "write-comment"}
