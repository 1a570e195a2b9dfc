"""Edges of what incomplete-model asks for of practice: only where a rule would be decided by it."""

from __future__ import annotations

import pytest

from tests.edges import findings, model


def asked(text: str) -> list[tuple[str, str]]:
    return [(one.subject.id, one.confidence) for one in findings(text, "incomplete-model")]


@pytest.mark.parametrize(
    ("said", "access", "found"),
    [
        ("replication: {writers: all}", "write", [("api", "high")]),
        ("replication: {primary: [s-1, s-2]}", "write", [("api", "high")]),
        ("replication: {primary: s-1}", "write", []),
        ("replication: {writers: all}", "read", []),
        ("replication: {writers: all, mode: asynchronous}", "write", []),
        ("replication: {writers: all, conflicts: last-write-wins}", "write", []),
        ("replication: {writers: all}, quorum: 2", "write", []),
        ("replication: {writers: all}, managed: true", "write", []),
    ],
)
def test_how_writers_agree(said: str, access: str, found: list[tuple[str, str]]) -> None:
    assert asked(model(f"api: {{kind: database, runs_on: [s-1, s-2], {said}}}", access=access)) == found
    assert asked(model(f"api: {{kind: cache, runs_on: [s-1, s-2], {said}}}", access=access)) == []


@pytest.mark.parametrize(
    ("balancer", "api", "found"),
    [
        ("managed: true", "sessions: local", [("lb", "high")]),
        ("managed: true", "uploads: local", [("lb", "high")]),
        ("managed: true", "sessions: shared", []),
        ("managed: true, balance: {health_check: true}", "sessions: local", [("lb", "high")]),
        ("managed: true, balance: round-robin", "sessions: local", []),
        ("managed: true, balance: {stickiness: false}", "sessions: local", []),
        ("managed: true", "sessions: local, replicas: 1", []),
    ],
)
def test_whether_a_visitor_comes_back(balancer: str, api: str, found: list[tuple[str, str]]) -> None:
    replicas = "" if "replicas" in api else "replicas: 2, "
    components = f"lb: {{kind: load-balancer, {balancer}}}\napi: {{kind: service, {replicas}{api}}}"
    calls, steps = "job -> lb: https\nlb -> api: https", "job -> lb: x\nlb -> api: x"
    assert asked(model(components, connections=calls, steps=steps)) == found
    bound = calls.replace("lb -> api: https", "lb -> api: {protocol: https, locality: same-zone}")
    assert asked(model(components, connections=bound, steps=steps)) == []
    other = components.replace("load-balancer", "service").replace(", balance: round-robin", "")
    assert asked(model(other, connections=calls, steps=steps)) == []


@pytest.mark.parametrize(
    ("certificates", "domain", "found"),
    [
        ("{a: {names: [x.org], expires: 2027-01-01}, b: {names: [y.org]}}", "", [("b", "medium")]),
        ("{a: {names: [x.org]}, b: {names: [y.org]}}", "", []),
        ("{a: {installed_on: [api]}}", "    domain: x.org", [("a", "high")]),
        ("{a: {installed_on: [api]}}", "", []),
        ("{a: {}}", "    domain: x.org", []),
        ("{a: {names: [x.org], installed_on: [api]}}", "    domain: x.org", []),
    ],
)
def test_names_and_days_of_certificates(certificates: str, domain: str, found: list[tuple[str, str]]) -> None:
    assert asked(model("api: {kind: service}", flow=domain, more=f"certificates: {certificates}")) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("deploy: rolling", True),
        ("deploy: by-hand", True),
        ("deploy: blue-green", False),
        ("deploy: rolling, rollback: true", False),
        ("deploy: rolling, rollback: false", False),
        ("version: 1", False),
    ],
)
def test_how_the_version_before_comes_back(said: str, found: bool) -> None:
    assert asked(model(f"api: {{kind: other, {said}}}")) == ([("api", "medium")] if found else [])


@pytest.mark.parametrize(
    ("api", "found"),
    [
        ("mysql", [("api -> db", "medium")]),
        ("{protocol: mysql, credentials: b}", []),
        ("{protocol: mysql, authentication: password}", []),
    ],
)
def test_with_which_account_a_caller_signs_in(api: str, found: list[tuple[str, str]]) -> None:
    components = "api: {kind: service}\ndb: {kind: database, managed: true}\nuser: {kind: client}"
    calls = (
        f"job -> db: {{protocol: mysql, credentials: a}}\napi -> db: {api}\nuser -> db: {{protocol: mysql, tls: true}}"
    )
    assert asked(model(components, connections=calls, steps="job -> db: x")) == found
    none = calls.replace("credentials: a", "tls: true").replace("credentials: b", "tls: true")
    assert asked(model(components, connections=none, steps="job -> db: x")) == []


@pytest.mark.parametrize(
    ("web", "app", "found"),
    [
        ("", "", [("web", "medium")]),
        ("{from: web, what: [metrics, logs]}", "{from: app, what: [metrics]}", [("web", "medium")]),
        ("{from: web, what: [metrics, logs]}", "{from: app, what: [metrics], measures: [latency]}", []),
        ("{from: web, measures: [latency]}", "{from: app, what: [metrics]}", [("web", "medium")]),
        ("{from: web, what: [metrics, logs], measures: [latency]}", "{from: app, what: [metrics]}", []),
        ("{from: web, what: [events]}", "{from: app, what: [metrics]}", []),
    ],
)
def test_what_is_collected_from_an_entry(web: str, app: str, found: list[tuple[str, str]]) -> None:
    said = f", collects: [{web}, {app}]" if web else ""
    components = (
        "user: {kind: client}\nweb: {kind: web-server, runs_on: s-1}\napp: {kind: app-server, runs_on: s-1}\n"
        f"agent: {{kind: monitoring-agent, runs_on: s-1{said}}}"
    )
    calls, steps = "user -> web: https\nweb -> app: https", "user -> web: x\nweb -> app: x"
    assert asked(model(components, connections=calls, steps=steps)) == found
    managed = components.replace("web-server, runs_on: s-1", "web-server, managed: true")
    assert asked(model(managed, connections=calls, steps=steps)) == []
