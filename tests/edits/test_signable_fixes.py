"""Fixes that a careful engineer signs: what they write, and what they leave alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from archgen.app.findings.apply_fixes import apply_fixes, checker
from archgen.app.workspace.inputs import Input
from archgen.cli import main
from archgen.linting.policy import Policy
from tests.edits.fixed_models import JOB, NAME, TODAY, fixed, judged, model


def test_retries_are_lowered_until_they_fit_and_no_caller_waits_longer() -> None:
    text = model(
        f"{JOB}\napi: {{kind: service, managed: true, replicas: 2}}\npay: {{kind: external-service, managed: true}}",
        "job -> api: {protocol: https, timeout: 10s}\napi -> pay: {protocol: https, timeout: 4s, retries: 2}",
        "job -> api: x\napi -> pay: y",
    )
    after = fixed(text, "timeout-inversion")["connections"]
    assert after["api -> pay"] == {"protocol": "https", "timeout": "4s", "retries": 1}
    once = fixed(text.replace("timeout: 4s", "timeout: 8s"), "timeout-inversion")["connections"]
    assert once["api -> pay"] == {"protocol": "https", "timeout": "8s", "retries": 2}
    twice = text.replace("timeout: 4s", "timeout: 8s").replace("timeout: 10s", "timeout: 10s, retries: 1")
    assert fixed(twice, "timeout-inversion")["connections"]["api -> pay"] == {"protocol": "https", "timeout": "8s"}
    long = fixed(text.replace("timeout: 4s", "timeout: 20s"), "timeout-inversion")["connections"]
    assert long["job -> api"] == {"protocol": "https", "timeout": "10s"}
    assert long["api -> pay"] == {"protocol": "https", "timeout": "20s", "retries": 2}


def test_a_new_agent_reports_to_a_monitoring_that_calls_people() -> None:
    text = model(
        f"{JOB}\napi: {{kind: service, runs_on: [a, b]}}", "job -> api: https", "job -> api: x", "{a: {}, b: {}}"
    )
    after = fixed(text, "unmonitored")
    assert after["connections"]["agent -> monitoring"] == "https"
    assert after["components"]["monitoring"]["alerts"] == ["on-call"]
    # the team that another monitoring alerts
    probed = text.replace(
        "components:\n",
        "components:\n  kuma: {kind: monitoring, product: uptime-kuma, probes: [a], alerts: [founders]}\n",
    )
    assert fixed(probed, "unmonitored")["components"]["monitoring"]["alerts"] == ["founders"]


def test_a_way_that_should_not_be_there_is_not_encrypted() -> None:
    text = model(
        "user: {kind: client}\nweb: {kind: service, managed: true, replicas: 2}\ndb: {kind: database, managed: true, replicas: 2}",
        "user -> web: https\nuser -> db: mysql\nweb -> db: {protocol: mysql, tls: true}",
        "user -> web: x\nweb -> db: y",
    )
    assert fixed(text, "missing-tls")["connections"]["user -> db"] == "mysql"


def test_port_80_sends_visitors_on() -> None:
    text = model(
        "user: {kind: client}\nweb: {kind: web-server, managed: true, replicas: 2}",
        "user -> web: {protocol: http, port: 80}",
        "user -> web: x",
    )
    ports = [{"protocol": "http", "port": 80, "redirect": "https"}, {"protocol": "https", "port": 443}]
    assert fixed(text, "missing-tls")["connections"]["user -> web"] == ports
    noted = text.replace("port: 80}", "port: 80, why: the site}")
    https = {"protocol": "https", "port": 443, "why": "the site"}
    assert fixed(noted, "missing-tls")["connections"]["user -> web"] == https


def test_a_queue_is_not_checked_over_http() -> None:
    text = model(
        f"{JOB}\nlb: {{kind: load-balancer, managed: true, replicas: 2, balance: {{algorithm: round-robin, health_check: false}}}}\n"
        "mq: {kind: queue, product: rabbitmq, runs_on: [a, b, c], quorum: majority}",
        "job -> lb: amqps\nlb -> mq: amqps",
        "job -> lb: x\nlb -> mq: y",
        "{a: {}, b: {}, c: {}}",
    )
    assert fixed(text, "unchecked-backend")["components"]["lb"]["balance"]["health_check"] is False


@pytest.mark.parametrize(
    ("balancer", "protocols", "check"),
    [
        ("managed: true", ("https", "https"), "GET /health"),
        ("product: nginx", ("grpc", "grpc"), "gRPC health check"),
        ("product: haproxy", ("ldap", "ldap"), "ldap-check"),
        ("managed: true", ("ldap", "ldap"), False),
        ("product: nginx", ("redis", "redis"), False),
        ("product: aws-nlb, managed: true", ("smtp", "smtp"), False),
        ("managed: true", ("https", "grpc"), False),
    ],
)
def test_a_check_is_one_that_every_target_answers_and_the_balancer_has(
    balancer: str, protocols: tuple[str, str], check: str | bool
) -> None:
    one, two = (f"{{protocol: {protocol}, tls: true}}" for protocol in protocols)
    text = model(
        f"{JOB}\nlb: {{kind: load-balancer, {balancer}, replicas: 2, balance: {{algorithm: round-robin, health_check: false}}}}\n"
        "one: {kind: service, runs_on: [a, b]}\ntwo: {kind: service, runs_on: [a, b]}",
        f"job -> lb: https\nlb -> one: {one}\nlb -> two: {two}",
        "job -> lb: x\nlb -> one: y\nlb -> two: y",
        "{a: {}, b: {}}",
    )
    assert fixed(text, "unchecked-backend")["components"]["lb"]["balance"]["health_check"] == check


PLAIN = "web: {kind: service, managed: true, replicas: 2}"


@pytest.mark.parametrize(
    ("plain", "encrypted"),
    [
        ("{protocol: amqp, port: 5672}", {"protocol": "amqp", "port": 5671, "tls": {"verify": True}}),
        ("{protocol: sip, port: 5060}", {"protocol": "sip", "port": 5061, "tls": {"verify": True}}),
        ("{protocol: ldap, port: 389}", {"protocol": "ldaps", "port": 636, "tls": {"verify": True}}),
        ("{protocol: ldap}", {"protocol": "ldap", "tls": {"verify": True}}),
        ("{protocol: ldap, port: 1389}", {"protocol": "ldap", "port": 1389, "tls": {"verify": True}}),
        ("{protocol: mysql, port: 3306}", {"protocol": "mysql", "port": 3306, "tls": {"verify": True}}),
        ("{protocol: http, port: 80}", {"protocol": "https", "port": 443, "tls": {"verify": True}}),
        ("{protocol: http, port: 8080}", {"protocol": "https", "port": 8080, "tls": {"verify": True}}),
        ("{protocol: rtp, port: 5004}", {"protocol": "srtp", "port": 5004}),
        ("{protocol: telnet, port: 23}", {"protocol": "ssh", "port": 22}),
        ("redis", {"protocol": "redis", "tls": {"verify": True}}),
    ],
)
def test_what_is_encrypted_goes_to_the_port_where_that_is_spoken(plain: str, encrypted: dict[str, Any]) -> None:
    text = model(f"{JOB}\n{PLAIN}", f"job -> web: {plain}", "job -> web: x")
    assert fixed(text, "plaintext-between-hosts")["connections"]["job -> web"] == encrypted


def test_a_public_port_is_encrypted_where_that_is_spoken_and_mail_servers_and_relays_are_not_told_to_insist() -> None:
    text = model(
        f"phone: {{kind: client}}\n{PLAIN}",
        "phone -> web: [{protocol: smtp, port: 25}, {protocol: imap, port: 143}, {protocol: http, port: 8000}, turn]",
        "phone -> web: {message: x, protocol: imap}",
    )
    ports = fixed(text, "missing-tls")["connections"]["phone -> web"]
    assert ports[0] == {"protocol": "smtp", "port": 25}
    assert ports[1] == {"protocol": "imap", "port": 993, "tls": True}
    assert ports[2:] == [{"protocol": "https", "port": 8000}, "turn"]
    alone = text.replace(", {protocol: imap, port: 143}, {protocol: http, port: 8000}, turn", "").replace(
        ", protocol: imap", ""
    )
    assert fixed(alone, "missing-tls")["connections"]["phone -> web"] == [{"protocol": "smtp", "port": 25}]


WATCHED = "api: {kind: service, replicas: 2}\nstore: {kind: key-value-store, product: redis, replicas: 2, replication: {writers: all}}"


CALLS = "job -> api: https\napi -> store: rediss"


@pytest.mark.parametrize(
    ("there", "call"),
    [
        ("otel: {kind: monitoring-agent, replicas: 3, collects: [{from: web, what: [metrics]}]}", "otel -> m: grpc"),
        ("otel: {kind: monitoring, product: prometheus, runs_on: h, alerts: [ops]}", ""),
    ],
)
def test_what_collects_already_takes_the_rest_too(there: str, call: str) -> None:
    text = model(
        f"{JOB}\nm: {{kind: monitoring, managed: true}}\n{there}\n{WATCHED}\nweb: {{kind: service, managed: true}}",
        f"{CALLS}\nweb -> api: https\n{call}".strip(),
        "job -> api: x\napi -> store: x",
        "{h: {}}",
    )
    after = fixed(text, "unmonitored")
    statement = after["components"]["otel"]["collects"][-1]
    assert statement["from"] == ["api", "store"]
    assert statement["what"] == (["metrics"] if "prometheus" in there else ["metrics", "logs"])
    assert after["connections"] == yaml.safe_load(text)["connections"]


def test_a_monitoring_of_others_gets_an_agent_and_no_way_to_the_data() -> None:
    text = model(f"{JOB}\nm: {{kind: monitoring, managed: true}}\n{WATCHED}", CALLS, "job -> api: x\napi -> store: x")
    after = fixed(text, "unmonitored")
    assert after["components"]["agent"]["kind"] == "monitoring-agent"
    assert after["components"]["agent"]["collects"][0]["from"] == ["api", "store"]
    assert after["connections"]["agent -> m"] == "https"
    assert not [name for name in after["connections"] if name.startswith("m ->")]


def test_a_monitoring_of_figures_is_not_told_to_take_logs() -> None:
    for product, taken in (("prometheus", ["metrics"]), ("datadog-agent", ["metrics", "logs"])):
        text = model(
            "user: {kind: client}\n"
            "web: {kind: service, runs_on: [a, b], cluster: {address: {shared: 192.0.2.1}, by: vrrp, watches: process}}\n"
            f"m: {{kind: monitoring, product: {product}, runs_on: c, collects: [{{from: [web], what: [metrics]}}]}}",
            "user -> web: https",
            "user -> web: x",
            "{a: {}, b: {}, c: {}}",
        )
        assert fixed(text, "missing-logs")["components"]["m"]["collects"][0]["what"] == taken


def test_a_refused_fix_names_what_it_would_bring_and_a_partial_one_what_is_left(tmp_path: Path, capsys: Any) -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, runs_on: [a, b], replication: {{writers: all, mode: synchronous}}}}",
        "job -> db: {protocol: mysql, tls: true}",
        "job -> db: x",
        "{a: {}, b: {}}",
    )
    file = tmp_path / NAME
    file.write_text(text)
    main(["lint", "--select", "missing-backup", "--diff", "--unsafe-fixes", str(file)])
    captured = capsys.readouterr()
    assert "; a warning remains: No tested restore of db from backup is declared" in captured.out + captured.err
    two = text.replace("  db: {", "  other: {kind: database, runs_on: a}\n  db: {")
    file.write_text(two)
    main(["lint", "--select", "missing-backup", "--diff", "--unsafe-fixes", str(file)])
    captured = capsys.readouterr()
    assert "; warnings remain: No tested restore of db from backup is declared, and the like of other" in captured.err
    file.write_text(text.replace("  db: {", "  nas: {kind: file-storage, product: netapp, runs_on: a}\n  db: {"))
    main(["lint", "--select", "missing-backup", "--diff", "--unsafe-fixes", str(file)])
    assert "; an error remains: Nothing backs up nas" in capsys.readouterr().err


def test_what_fixes_leave_of_a_connection_without_tls_or_need_beside_them_is_told(tmp_path: Path, capsys: Any) -> None:
    text = model(
        "job: {kind: scheduler, managed: true}\nlb: {kind: load-balancer, runs_on: [a, b]}\nweb: {kind: web-server, runs_on: [c, d]}\n"
        "app: {kind: app-server, runs_on: [e, f]}\netcd: {kind: key-value-store, product: etcd, runs_on: [c, d, e], quorum: majority}\n"
        "db: {kind: database, product: postgresql, runs_on: [c, d], replication: {primary: c, failover: manual}}",
        "job -> lb: https\nlb -> web: {protocol: http, port: 80}\nweb -> app: {protocol: fastcgi, port: 9000}\n"
        "app -> db: {protocol: postgresql, tls: true}\nweb -> db: {protocol: postgresql, tls: true}",
        "job -> lb: x\nlb -> web: x\nweb -> app: x\napp -> db: x",
        "{a: {}, b: {}, c: {}, d: {}, e: {}, f: {}}",
    )
    file = tmp_path / NAME
    file.write_text(text)
    main(["lint", "--select", "tls-ends-early,single-writer-database", "--diff", "--unsafe-fixes", str(file)])
    assert (
        capsys.readouterr()
        .err.strip()
        .endswith(
            "; a warning remains: TLS ends at web (and at lb before it, to begin again): web -> app crosses hosts in plaintext"
            "; afterwards, add what leads app to the new primary of db: an address that moves, a proxy that knows it, or drivers "
            "that try each host (`target_session_attrs`)"
        )
    )


@pytest.mark.parametrize(
    ("beside", "signs_in", "is_told"),
    [
        ("a", "authentication: false", True),
        ("a", "authentication: password", False),
        ("a", "credentials: shop", False),
        # other machines reach it already
        ("c", "authentication: false", False),
    ],
)
def test_a_store_that_asks_for_no_account_is_not_opened_to_a_network_without_a_word(
    beside: str, signs_in: str, is_told: bool, tmp_path: Path, capsys: Any
) -> None:
    text = model(
        f"job: {{kind: scheduler, managed: true, replicas: 2}}\napp: {{kind: app-server, runs_on: {beside}}}\n"
        "db: {kind: database, product: postgresql, runs_on: a}",
        f"job -> app: https\napp -> db: {{protocol: postgresql, port: 5432, {signs_in}}}",
        "job -> app: x\napp -> db: x",
        "{a: {}, b: {}, c: {}}",
    )
    file = tmp_path / NAME
    file.write_text(text)
    words = "first, let db ask app for an account (`authentication: password`)"
    main(["lint", "--select", "single-writer-database", "--diff", "--unsafe-fixes", str(file)])
    assert (words in capsys.readouterr().err) is is_told
    main(["what-if", str(file)])
    assert (words in capsys.readouterr().out) is is_told


NOTE = "note: {over: lb, text: TLS ends here; the rest is sent in clear.}"


@pytest.mark.parametrize(
    ("rule", "why", "note", "named"),
    [
        ("tls-ends-early", "Spreads the requests", NOTE, 1),
        ("tls-ends-early", "The others take plain HTTP", NOTE, 2),
        ("tls-ends-early", "Ends the TLS of each visitor", "note: {over: lb, text: It spreads them.}", 0),
        ("tls-ends-early", "Spreads the requests", NOTE.replace("over: lb", "over: mq"), 0),
        ("single-point-of-failure", "The only one of the basic tier", NOTE, 1),
        ("single-point-of-failure", "Has plain HTTP behind it", NOTE, 0),
    ],
)
def test_words_that_tell_of_what_a_fix_changes_are_named(
    rule: str, why: str, note: str, named: int, tmp_path: Path, capsys: Any
) -> None:
    """Nobody but their owner can write reasons and notes anew; a note is drawn."""
    text = model(
        f"user: {{kind: client}}\nlb:\n  kind: load-balancer\n  product: haproxy\n  runs_on: a\n  why: {why}\n"
        "app: {kind: app-server, runs_on: [b, c]}\nmq: {kind: queue, runs_on: d}",
        "user -> lb: https\nlb -> app: {protocol: http, port: 8080}\napp -> mq: amqps",
        f"user -> lb: x\nlb -> app: x\n{note}\napp -> mq: x",
        "{a: {}, b: {}, c: {}, d: {}}",
    )
    file = tmp_path / NAME
    file.write_text(text)
    main(["lint", "--select", rule, "--diff", "--unsafe-fixes", str(file)])
    told = capsys.readouterr().err
    lines = text.splitlines()
    stale = [number for number, line in enumerate(lines, 1) if f":{number} (" in told]
    assert [lines[number - 1].strip().startswith(("why", "- note")) for number in stale] == [True] * named
    assert ("afterwards, correct what may no longer hold: " in told) is bool(named)


def test_a_finding_that_the_next_subject_leads_is_fixed_to_its_end(tmp_path: Path, capsys: Any) -> None:
    """TLS behind a visitor's is fixed first, with the call that leads the other finding; its other calls are left."""
    text = model(
        "user: {kind: client}\nlb: {kind: load-balancer, product: haproxy, runs_on: a}\napp: {kind: app-server, runs_on: b}\n"
        "worker: {kind: worker, runs_on: c}\ndb: {kind: database, product: mysql, runs_on: d}\n"
        "mq: {kind: queue, product: rabbitmq, runs_on: e}",
        "user -> lb: https\nlb -> app: http\napp -> db: {protocol: mysql, port: 3306}\n"
        "worker -> db: {protocol: mysql, port: 3306}\nworker -> mq: amqp",
        "user -> lb: x\nlb -> app: x\napp -> db: x",
        "{a: {}, b: {}, c: {}, d: {}, e: {}}",
    )
    text += "  work-off:\n    title: Work off\n    steps:\n      - worker -> db: x\n      - worker -> mq: x\n"
    file = tmp_path / NAME
    file.write_text(text)
    main(["lint", "--fix", "--unsafe-fixes", "--select", "tls-ends-early,plaintext-between-hosts", str(file)])
    assert "no findings" in capsys.readouterr().out
    calls = yaml.safe_load(file.read_text())["connections"]
    assert [name for name, value in calls.items() if "tls" not in value] == ["user -> lb"]


def test_what_the_monitoring_collects_from_is_extended_before_an_agent_is_put_anywhere() -> None:
    text = model(
        f"{JOB}\napi: {{kind: app-server, runs_on: vm-1}}\nfiles: {{kind: file-storage, runs_on: nas-1}}\n"
        "zabbix: {kind: monitoring, managed: true, alerts: [ops], collects: [{from: [api], what: [metrics]}]}",
        "job -> api: https\napi -> files: {protocol: nfs, tls: true}",
        "job -> api: x\napi -> files: x",
        "{nas-1: {}, vm-1: {}}",
    )
    after = fixed(text, "unmonitored")["components"]
    assert "agent" not in after
    assert after["zabbix"]["collects"][1]["from"] == ["files"]
    below = text.replace("vm-1: {}", "esx-1: {}, vm-1: {runs_on: esx-1}")
    assert fixed(below, "unmonitored")["components"]["zabbix"]["collects"][1:] == [
        {"from": ["esx-1"], "what": ["metrics"]},
        {"from": ["files"], "what": ["metrics", "logs"], "measures": ["requests-per-second", "errors", "latency"]},
    ]


def test_a_new_probe_calls_who_is_called_already() -> None:
    text = model(
        "user: {kind: client}\nsite: {kind: external-service, managed: true, replicas: 2}\n"
        "watch: {kind: monitoring, alerts: [operations]}",
        "user -> site: https",
        "user -> site: GET",
    ).replace("title: Work", "title: Work\n    domain: www.foobar.com")
    assert fixed(text, "no-outside-probe")["components"]["probe"]["alerts"] == ["operations"]


@pytest.mark.parametrize(
    ("feeder", "more", "prober"),
    [
        ("log-collector", "", "probe"),
        ("log-collector", ", alerts: [operations]", "logs"),
        ("log-collector", ", probes: [other.foobar.com]", "logs"),
        ("monitoring-agent", "", "logs"),
    ],
)
def test_a_store_of_logs_is_told_to_probe_nothing(feeder: str, more: str, prober: str) -> None:
    text = model(
        "user: {kind: client}\nsite: {kind: external-service, managed: true, replicas: 2}\n"
        f"logs: {{kind: monitoring, managed: true{more}}}\nfeeder: {{kind: {feeder}, runs_on: a}}",
        "user -> site: https\nfeeder -> logs: https",
        "user -> site: GET",
        "{a: {}}",
    ).replace("title: Work", "title: Work\n    domain: www.foobar.com")
    after = fixed(text, "no-outside-probe")["components"]
    assert "www.foobar.com" in after[prober]["probes"]


@pytest.mark.parametrize(
    ("caller", "left"), [("", 1), ("  admin -> lb: {protocol: https, port: 15671, admin: true}\n", 2)]
)
def test_a_port_that_nobody_calls_any_more_is_removed_behind_the_balancer_too(caller: str, left: int) -> None:
    text = model(
        "user: {kind: client}\nadmin: {kind: client, network: office}\nlb: {kind: load-balancer, managed: true}\n"
        "mq: {kind: queue, product: rabbitmq, managed: true}",
        "user -> lb: [{protocol: amqps, port: 5671}, {protocol: https, port: 15671, admin: true}]\n"
        "lb -> mq: [{protocol: amqps, port: 5671}, {protocol: https, port: 15671, admin: true}]",
        "user -> lb: x\nlb -> mq: x",
        "",
        "networks: {office: {trust: private}}\n",
    ).replace("flows:\n", f"{caller}flows:\n")
    after = fixed(text, "exposed-admin")["connections"]
    assert len(after["user -> lb"]) == 1 or after["user -> lb"] == "amqps"
    assert (len(after["lb -> mq"]) if isinstance(after["lb -> mq"], list) else 1) == left


def test_a_port_for_administrators_is_closed_before_anything_is_encrypted_or_guarded() -> None:
    ports = "[{protocol: amqp, port: 5672}, {protocol: http, port: 15672, admin: true}]"
    text = model(
        "user: {kind: client}\nlb: {kind: load-balancer, runs_on: a}\nmq: {kind: queue, product: rabbitmq, runs_on: b}",
        f"user -> lb: {ports}\nlb -> mq: {ports}",
        "user -> lb: x\nlb -> mq: x",
        "{a: {}, b: {}}",
    )
    after = fixed(text, "missing-tls", "missing-firewall", "exposed-admin", "plaintext-between-hosts")
    assert {port["port"] for call in after["connections"].values() for port in call} == {5671}


@pytest.mark.parametrize(
    ("rule", "after"),
    [
        ("{from: internet, to: db, ports: [5432]}", []),
        ("{from: [job, 0.0.0.0/0], to: db, ports: [5432]}", [{"from": ["job"], "to": "db", "ports": [5432]}]),
        ("{from: internet, to: [web, db], ports: [443, 5432]}", [{"from": "internet", "to": ["web"], "ports": [443]}]),
        ("{to: [db, web]}", [{"to": ["web"]}]),
    ],
)
def test_a_database_is_closed_to_the_internet(rule: str, after: list[dict[str, object]]) -> None:
    own = "{from: web, to: db, ports: [5432]}"
    text = model(
        "user: {kind: client}\nweb: {kind: web-server, network: front}\ndb: {kind: database, network: back}\n"
        f"job: {{kind: worker, network: back}}\nwall: {{kind: firewall, guards: [front, back], default: deny, rules: [{own}, {rule}]}}",
        "user -> web: {protocol: https, port: 443}\nweb -> db: {protocol: postgresql, port: 5432}\njob -> db: postgresql",
        "user -> web: GET /\nweb -> db: SELECT",
        "",
        "networks: {front: {trust: dmz}, back: {trust: private}}\n",
    )
    assert fixed(text, "exposed-database")["components"]["wall"]["rules"][1:] == after


def test_a_path_past_the_balancer_is_closed_rather_than_encrypted() -> None:
    text = model(
        "user: {kind: client}\nlb: {kind: load-balancer, runs_on: a}\nweb: {kind: web-server, runs_on: b}\n"
        "wall: {kind: firewall, guards: [a, b], default: deny, rules: [{from: internet, to: lb, ports: [443], action: allow}, "
        "{from: lb, to: web, ports: [8000], action: allow}, {from: internet, to: web, ports: [8000], action: allow}]}",
        "user -> lb: https\nlb -> web: {protocol: http, port: 8000}\nuser -> web: {protocol: http, port: 8000}",
        "user -> lb: GET /\nlb -> web: GET /",
        "{a: {}, b: {}}",
    )
    after = fixed(text, "missing-tls", "tls-ends-early")
    assert [*after["connections"]] == ["user -> lb", "lb -> web"]
    assert [rule["from"] for rule in after["components"]["wall"]["rules"]] == ["internet", "lb"]


HEADED = (
    model(
        "user: {kind: client}\nlb: {kind: load-balancer, runs_on: a}\nweb: {kind: service, runs_on: b}\n"
        "db: {kind: database, product: postgresql, runs_on: c}\ntool: {kind: service, runs_on: d}\nclerk: {kind: client, network: lan}",
        "user -> lb: https\nlb -> web: {protocol: http, port: 4000}\nclerk -> web: {protocol: http, port: 4000}\n"
        "web -> db: {protocol: postgresql, tls: true}\ntool -> db: postgresql",
        "user -> lb: GET /\nlb -> web: GET /",
        "{a: {}, b: {network: lan}, c: {}, d: {}}",
        "networks: {lan: {trust: private}}\n",
    )
    + "  ask:\n    access: read\n    steps:\n      - clerk -> web: GET /\n"
)


def test_a_finding_of_several_subjects_that_loses_its_first_is_no_new_one() -> None:
    """What encrypts lb -> web encrypts clerk -> web too, which led the connections in plaintext."""
    before = {finding.rule: finding for finding in judged(HEADED).findings}
    assert before["plaintext-between-hosts"].subject.id == "clerk -> web"
    done = apply_fixes(
        HEADED.encode(),
        checker(Input(NAME, HEADED.encode()), Policy(), TODAY),
        lambda each: each.rule == "tls-ends-early",
    )
    assert "lb -> web: {protocol: https, port: 4000" in done.data.decode()
    (left,) = (finding for finding in judged(done.data.decode()).findings if finding.rule == "plaintext-between-hosts")
    assert left.subject.id == "tool -> db"
    assert left.fingerprint not in {finding.fingerprint for finding in before.values()}


def test_the_address_of_two_firewalls_is_not_their_balancers_to_move() -> None:
    text = model(
        "user: {kind: client}\nlb: {kind: load-balancer, runs_on: [a, b]}\nwall: {kind: firewall, runs_on: [a, b]}",
        "user -> wall: https\nwall -> lb: https",
        "user -> wall: GET /\nwall -> lb: GET /",
        "{a: {}, b: {}}",
    )
    (finding,) = (finding for finding in judged(text).findings if finding.rule == "untracked-failover")
    assert finding.changes == ()
    one = text.replace("wall: {kind: firewall, runs_on: [a, b]}", "wall: {kind: firewall, runs_on: a}")
    (finding,) = (finding for finding in judged(one).findings if finding.rule == "untracked-failover")
    assert finding.changes


def test_no_fix_declares_that_the_mail_servers_of_others_verify() -> None:
    ports = "[{protocol: smtp, port: 25, tls: {verify: false}}, {protocol: smtp, port: 587, tls: {verify: false}}]"
    text = model(
        "sender: {kind: client}\npostfix: {kind: mail, runs_on: a}",
        f"sender -> postfix: {ports}",
        "sender -> postfix: RCPT",
        "{a: {}}",
    )
    relayed, submitted = fixed(text, "unverified-tls")["connections"]["sender -> postfix"]
    assert (relayed["tls"]["verify"], submitted["tls"]["verify"]) == (False, True)


def test_a_deployment_that_nobody_built_is_not_declared() -> None:
    """The word alone would hide that each copy is changed manually."""
    text = model(
        f"{JOB}\napi: {{kind: service, runs_on: [a, b], codebase: code}}\n"
        "code: {kind: code-base, runs_on: [a, b], deploy: by-hand}",
        "job -> api: https",
        "job -> api: x",
        "{a: {}, b: {}}",
    )
    assert "code-drift" in {finding.rule for finding in judged(text).findings}
    assert fixed(text, "code-drift") == yaml.safe_load(text)


def test_fixes_are_counted_as_findings_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A finding on two subjects is one, before its fix and after it."""
    text = model(
        "user: {kind: client}\napi: {kind: service, runs_on: [a, b]}\none: {kind: database, runs_on: c}\n"
        "two: {kind: database, runs_on: d}",
        "user -> api: https\napi -> one: postgresql\napi -> two: postgresql",
        "user -> api: x\napi -> one: y\napi -> two: z",
        "{a: {}, b: {}, c: {}, d: {}}",
    )
    file = tmp_path / NAME
    file.write_text(text, encoding="utf-8")
    only = ["lint", "--fail-on", "never", "--select", "missing-backup", str(file)]
    assert main(only) == 0
    assert "1 error on 2 subjects; up to 1 fixable" in capsys.readouterr().out
    assert main([*only, "--diff"]) == 0
    assert "archgen: 1 finding on 2 subjects can be fixed with --unsafe-fixes" in capsys.readouterr().err
    assert main([*only, "--diff", "--unsafe-fixes"]) == 0
    assert "1 finding on 2 subjects would be fixed" in capsys.readouterr().err
