"""Fixes of monitoring and backups: by what can collect from a device, read a log, or copy a store."""

from __future__ import annotations

import pytest
import yaml

from archgen.analysis.topology import Topology
from archgen.edits.firewalls import admit_from, admit_like, admit_scrapes
from archgen.language.load import load
from archgen.linting.rule import RuleContext
from archgen.model.change import Append
from archgen.rules import BY_NAME
from tests.edits.fixed_models import JOB, fixed, model

EDGE = model(
    "user: {kind: client}\nwall: {kind: firewall, product: fortigate, runs_on: edge, default: deny}\n"
    "web: {kind: web-server, runs_on: a}\nwatch: {kind: monitoring, product: zabbix, runs_on: a, alerts: [ops]}\n"
    "agent: {kind: monitoring-agent, product: zabbix, runs_on: [a]}",
    "user -> wall: https\nwall -> web: https\nagent -> watch: {protocol: tcp, port: 10051, tls: true}",
    "user -> wall: GET\nwall -> web: GET",
    "{edge: {}, a: {}}",
)


def test_no_agent_is_installed_on_an_appliance() -> None:
    after = fixed(EDGE, "unmonitored")["components"]
    assert after["agent"]["runs_on"] == ["a"]
    assert after["watch"]["collects"] == [{"from": ["wall"], "what": ["metrics", "logs"]}]
    balancer = EDGE.replace(
        "kind: firewall, product: fortigate, runs_on: edge, default: deny",
        "kind: load-balancer, product: f5, runs_on: edge",
    )
    assert "latency" in fixed(balancer, "unmonitored")["components"]["watch"]["collects"][0]["measures"]


def test_a_new_agent_is_said_to_measure_nothing_that_it_is_not_told_to() -> None:
    text = model(
        f"{JOB}\napi: {{kind: service, runs_on: m}}\nwatch: {{kind: monitoring, product: checkmk, runs_on: w, alerts: [ops]}}",
        "job -> api: https",
        "job -> api: GET",
        "{m: {}, w: {}}",
    )
    assert fixed(text, "unmonitored")["components"]["agent"]["collects"] == [{"what": ["metrics", "logs"]}]


@pytest.mark.parametrize(
    ("kind", "is_closed"),
    [
        ("router", True),
        ("router, product: vyos", False),
        ("router, product: Cisco ASR", True),
        ("file-storage, product: netapp", True),
    ],
)
def test_no_agent_is_installed_on_a_router_of_no_known_product(kind: str, is_closed: bool) -> None:
    router = EDGE.replace(
        "kind: firewall, product: fortigate, runs_on: edge, default: deny", f"kind: {kind}, runs_on: edge"
    )
    after = fixed(router, "unmonitored")["components"]
    assert after["agent"]["runs_on"] == (["a"] if is_closed else ["a", "edge"])


def test_an_agent_is_installed_on_a_firewall_that_is_a_server() -> None:
    after = fixed(EDGE.replace("fortigate", "nftables"), "unmonitored")["components"]
    assert after["agent"]["runs_on"] == ["a", "edge"]
    assert "collects" not in after["watch"]


LOGS = model(
    "user: {kind: client}\nwall: {kind: firewall, guards: [a, b]}\nweb: {kind: web-server, runs_on: a}\n"
    "db: {kind: database, runs_on: b}\nwatch: {kind: monitoring, product: zabbix, managed: true, alerts: [ops]}\n"
    "agent: {kind: monitoring-agent, product: zabbix, runs_on: [a, b], collects: [{from: [web, db], what: [metrics]}]}",
    "user -> web: https\nweb -> db: {protocol: mysql, tls: true}\nagent -> watch: https",
    "user -> web: GET\nweb -> db: SELECT",
    "{a: {}, b: {}}",
)


def test_logs_are_taken_from_the_entry_alone() -> None:
    after = fixed(LOGS, "missing-logs")["components"]["agent"]["collects"]
    assert after == [{"from": ["web", "db"], "what": ["metrics"]}, {"from": ["web"], "what": ["logs"]}]
    alone = fixed(LOGS.replace("from: [web, db]", "from: [web]"), "missing-logs")["components"]["agent"]["collects"]
    assert alone == [{"from": ["web"], "what": ["metrics", "logs"]}]


def test_what_collects_figures_alone_takes_no_logs() -> None:
    figures = LOGS.replace("agent", "node-exporter").replace(
        "kind: monitoring-node-exporter, product: zabbix,", "kind: monitoring-agent,"
    )
    assert len(fixed(figures, "missing-logs")["components"]["node-exporter"]["collects"]) == 1
    for product in ("Icinga 2", "nagios", "mysqld-exporter"):
        after = fixed(LOGS.replace("agent, product: zabbix", f"agent, product: {product}"), "missing-logs")
        assert after["components"]["agent"]["collects"] == [{"from": ["web", "db"], "what": ["metrics"]}]


def test_a_backup_of_a_provider_is_not_extended_to_what_runs_on_own_machines() -> None:
    text = model(
        "app: {kind: service, runs_on: a}\norders: {kind: database, managed: true}\ncarts: {kind: database, runs_on: a}\n"
        "snapshots: {kind: backup, managed: true, backs_up: [orders], every: 24h, keeps: 7d}",
        "app -> orders: {protocol: mysql, tls: true}\napp -> carts: mysql",
        "app -> orders: INSERT\napp -> carts: INSERT",
        "{a: {}}",
    )
    after = fixed(text, "missing-backup")["components"]
    assert after["snapshots"]["backs_up"] == ["orders"]
    assert after["backup"]["backs_up"] == ["carts"]
    own = fixed(
        text.replace("orders: {kind: database, managed: true}", "orders: {kind: database, runs_on: a}"),
        "missing-backup",
    )
    assert own["components"]["snapshots"]["backs_up"] == ["orders", "carts"]


def _guarded(rules: str, default: str = "deny") -> str:
    return model(
        f"user: {{kind: client}}\nwall: {{kind: firewall, guards: [inner], default: {default}, rules: [{rules}]}}\n"
        "web: {kind: web-server, runs_on: edge}\nwatch: {kind: monitoring, product: zabbix, runs_on: a, alerts: [ops]}\n"
        "agent: {kind: monitoring-agent, product: zabbix, runs_on: [a, b], "
        "collects: [{what: [metrics, logs], measures: [requests-per-second]}]}",
        "user -> web: https\nagent -> watch: {protocol: tcp, port: 10051, tls: true}",
        "user -> web: GET",
        "{edge: {network: outer}, a: {network: inner}, b: {network: third}}",
        "networks: {inner: {trust: private}, third: {trust: private}, outer: {trust: dmz}}\n",
    )


_OPEN = "{from: third, to: watch, ports: [10051], action: allow}"


@pytest.mark.parametrize(
    ("text", "added"),
    [
        (_guarded(_OPEN), [{"from": "agent", "to": "watch", "ports": [10051], "action": "allow"}]),
        (_guarded(_OPEN).replace("port: 10051, ", ""), []),
        (_guarded("{to: watch, ports: [10051], action: allow}"), []),
        (_guarded(_OPEN, "allow"), []),
        (_guarded(f"{_OPEN}, {{from: outer, to: inner, action: deny}}"), []),
    ],
    ids=["left to the default", "unknown port", "let in", "open by default", "denied on purpose"],
)
def test_an_agent_on_a_further_host_is_let_in_to_what_it_reports_to(text: str, added: list[object]) -> None:
    changes = admit_from(Topology(load("a.arch.yaml", text.encode()).architecture), "agent", ["edge"])
    assert [change.value for change in changes if isinstance(change, Append)] == added
    assert len(changes) == len(added)


BOTH = model(
    "user: {kind: client}\nweb: {kind: web-server, runs_on: w}\nprom: {kind: monitoring, product: prometheus, runs_on: m}\n"
    "agent: {kind: monitoring-agent, runs_on: w}\n"
    "outer: {kind: firewall, guards: [lan], default: deny, rules: [{from: edge, to: [web, s], ports: [80]}]}\n"
    "inner: {kind: firewall, guards: [s], default: deny, rules: [{from: user, to: web}, {from: web, to: siem, ports: [514]}]}\n"
    "siem: {kind: log-collector, runs_on: s}",
    "user -> web: https\nweb -> siem: {protocol: syslog, port: 514}\nagent -> siem: {protocol: https, port: 9200}",
    "user -> web: GET",
    "{w: {network: lan}, m: {}, s: {network: lan}, o: {network: edge}}",
    "networks: {lan: {trust: private}, edge: {trust: dmz}}\n",
)


def test_what_two_firewalls_deny_both_let_in() -> None:
    """Where one of them has a rule that denies something, neither is opened: the other alone lets nothing through."""
    for text, opened in (
        (BOTH, ["inner", "outer"]),
        (BOTH.replace("{from: edge", "{from: lan, to: internet, direction: out}, {from: edge"), ["inner", "outer"]),
        (BOTH.replace("{from: edge", "{from: o, to: m, action: deny}, {from: edge"), []),
    ):
        facts = Topology(load("a.arch.yaml", text.encode()).architecture)
        like = next(call for call in facts.architecture.connections if call.source == "web")
        for changes in (admit_scrapes(facts, "prom", ["siem"]) or (), admit_like(facts, like, "prom") or ()):
            assert sorted(change.path[1] for change in changes) == opened
        further = [change.path[1] for change in admit_from(facts, "agent", ["o"])]
        assert further == (["inner", "outer"] if opened else ["inner"])


def test_the_fix_of_what_nothing_monitors_lets_its_agent_in() -> None:
    after = fixed(_guarded(_OPEN), "unmonitored")["components"]
    assert after["agent"]["runs_on"] == ["a", "b", "edge"]
    assert [rule["from"] for rule in after["wall"]["rules"]] == ["third", "agent"]


def test_an_agent_is_asked_by_what_takes_measurements() -> None:
    monitors = (
        "alertmanager: {kind: monitoring, product: alertmanager, runs_on: m, alerts: [ops]}\n"
        "grafana: {kind: monitoring, product: grafana, runs_on: m}\n"
        "prometheus: {kind: monitoring, product: prometheus, runs_on: m}"
    )
    hosts = model(
        f"{JOB}\napi: {{kind: service, runs_on: a}}\n{monitors}",
        "job -> api: https",
        "job -> api: GET",
        "{a: {}, m: {}}",
    )
    assert "prometheus -> agent" in fixed(hosts, "unmonitored")["connections"]
    places = model(f"{JOB}\napi: {{kind: service}}\n{monitors}", "job -> api: https", "job -> api: GET", "{m: {}}")
    components = fixed(places, "unmonitored")["components"]
    assert [name for name, component in components.items() if "collects" in component] == ["prometheus"]


def test_what_collects_by_name_is_told_of_backups_and_counts_requests_of_what_answers_some() -> None:
    text = model(
        "user: {kind: client}\njump: {kind: bastion, runs_on: j}\nweb: {kind: web-server, runs_on: a}\n"
        "db: {kind: database, runs_on: [d, e], replication: {primary: d, failover: automatic, by: seer}}\n"
        "seer: {kind: other, runs_on: s}\ndumps: {kind: backup, runs_on: b, backs_up: [db]}\n"
        "watch: {kind: monitoring, product: zabbix, runs_on: w, alerts: [ops], collects: [{from: [db], what: [metrics]}]}",
        "user -> web: https\nweb -> db: {protocol: mysql, tls: true}\nuser -> jump: ssh\njump -> web: ssh",
        "user -> web: GET\nweb -> db: SELECT\nuser -> jump: ssh\njump -> web: ssh",
        "{a: {}, b: {}, d: {}, e: {}, j: {}, s: {}, w: {}}",
    )
    after = fixed(text, "unmonitored")["components"]["watch"]["collects"]
    assert after[1:] == [
        {"from": ["web"], "what": ["metrics", "logs"], "measures": ["requests-per-second", "errors", "latency"]},
        {"from": ["jump", "seer", "dumps"], "what": ["metrics", "logs"]},
    ]


SIEM = model(
    "user: {kind: client}\nlb: {kind: load-balancer, product: f5, runs_on: l}\nweb: {kind: web-server, runs_on: w}\n"
    "siem: {kind: log-collector, runs_on: s}\nwall: {kind: firewall, guards: [s], default: deny, rules: "
    "[{from: web, to: siem, ports: [6514], action: allow}]}\n"
    "watch: {kind: monitoring, product: zabbix, runs_on: m, alerts: [ops], collects: [{from: [lb, web], what: [metrics]}]}",
    "user -> lb: https\nlb -> web: https\nweb -> siem: {protocol: syslog, port: 6514, tls: true, required: false}",
    "user -> lb: GET\nlb -> web: GET",
    "{l: {}, w: {}, s: {}, m: {}}",
)


def test_logs_go_where_others_send_theirs_past_the_firewall_there() -> None:
    after = fixed(SIEM, "missing-logs")
    assert after["connections"]["lb -> siem"] == {"protocol": "syslog", "port": 6514, "tls": True, "required": False}
    assert after["components"]["wall"]["rules"][1:] == [
        {"from": "lb", "to": "siem", "ports": [6514], "action": "allow"}
    ]
    denied = SIEM.replace("action: allow}]", "action: allow}, {from: l, to: s, action: deny}]")
    assert fixed(denied, "missing-logs") == yaml.safe_load(denied)
    clear = SIEM.replace(", tls: true", "")
    assert fixed(clear, "missing-logs") == yaml.safe_load(clear)


def test_a_client_on_the_server_ships_its_logs_before_they_are_sent_where_others_send_theirs() -> None:
    agent = SIEM.replace("lb: {kind: load-balancer, product: f5, ", "lb: {kind: load-balancer, ").replace(
        "siem: {kind", "agent: {kind: monitoring-agent, runs_on: l, collects: [{what: [metrics]}]}\n  siem: {kind"
    )
    after = fixed(agent, "missing-logs")
    assert after["components"]["agent"]["collects"] == [{"what": ["metrics", "logs"]}]
    assert "lb -> siem" not in after["connections"]
    # not one that takes figures alone, one on another host, or one for an appliance
    for old, new in (
        ("kind: monitoring-agent", "kind: monitoring-agent, product: node-exporter"),
        ("runs_on: l, collects: [{", "runs_on: w, collects: [{from: [lb], "),
        ("load-balancer, runs_on", "load-balancer, product: f5, runs_on"),
    ):
        assert "lb -> siem" in fixed(agent.replace(old, new), "missing-logs")["connections"]


def test_no_client_ships_the_logs_of_an_appliance() -> None:
    alone = SIEM.replace("protocol: syslog", "protocol: https")
    assert fixed(alone, "missing-logs") == yaml.safe_load(alone)
    server = alone.replace("product: f5, ", "")
    assert fixed(server, "missing-logs")["components"]["watch"]["collects"][1] == {"from": ["lb"], "what": ["logs"]}


def test_the_host_of_a_backup_is_watched_and_what_it_reads_encrypted() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: postgresql, runs_on: a}}\n"
        "dump: {kind: backup, runs_on: a, backs_up: db, every: 24h, keeps: 30d}\n"
        "agent: {kind: monitoring-agent, runs_on: [a]}\npager: {kind: monitoring, managed: true, alerts: [sre]}",
        "job -> db: {protocol: postgresql, tls: true}\ndump -> db: postgresql\nagent -> pager: https",
        "job -> db: INSERT",
        "{a: {}}",
    )
    after = fixed(text, "colocated-backup")
    assert after["components"]["dump"]["runs_on"] == "backup-host"
    assert after["components"]["agent"]["runs_on"] == ["a", "backup-host"]
    assert after["connections"]["dump -> db"] == {"protocol": "postgresql", "tls": {"verify": True}}


def test_programs_ask_a_new_sentinel_for_the_primary() -> None:
    text = model(
        f"{JOB}\napp: {{kind: app-server, runs_on: [a, b]}}\npulse: {{kind: monitoring, managed: true, alerts: [x]}}\n"
        "carts: {kind: key-value-store, product: redis, runs_on: r}",
        "job -> app: https\napp -> carts: {protocol: redis, tls: true}\npulse -> carts: {protocol: redis, tls: true}",
        "job -> app: POST\napp -> carts: SET",
        "{a: {}, b: {}, r: {}}",
    )
    after = fixed(text, "single-writer-database", "single-point-of-failure")["connections"]
    asking = {"protocol": "redis", "port": 26379, "tls": True, "required": False, "access": "read"}
    assert after["app -> sentinel"] == asking
    assert "pulse -> sentinel" not in after


@pytest.mark.parametrize(
    ("product", "asks", "what"),
    [
        ("prometheus", True, ["metrics"]),
        ("nagios", True, ["metrics"]),
        ("zabbix", True, ["metrics", "logs"]),
        ("datadog", False, ["metrics", "logs"]),
    ],
)
def test_a_monitoring_that_asks_its_agents_calls_a_new_one(product: str, asks: bool, what: list[str]) -> None:
    parts = f"{JOB}\nwatch: {{kind: monitoring, product: {product}, runs_on: m, alerts: [ops]}}\napi: {{kind: service, runs_on: a}}"
    after = fixed(model(parts, "job -> api: https", "job -> api: GET", "{a: {}, m: {}}"), "unmonitored")
    assert ("watch -> agent" in after["connections"]) == asks
    assert ("agent -> watch" in after["connections"]) != asks
    assert after["components"]["agent"]["collects"][0]["what"] == what


def _behind_wall(product: str, rules: str = "{from: job, to: api, ports: [443]}", networks: str = "lan") -> str:
    return model(
        f"{JOB}\nwatch: {{kind: monitoring, product: {product}, runs_on: m, alerts: [ops]}}\napi: {{kind: service, runs_on: a}}\n"
        f"wall: {{kind: firewall, guards: {networks}, default: deny, rules: [{rules}]}}",
        "job -> api: https",
        "job -> api: GET",
        "{a: {network: lan}, m: {network: far}}",
        "networks: {lan: {trust: private}, far: {trust: private}}\n",
    )


def test_a_new_agent_is_let_in_on_the_port_on_which_it_is_asked() -> None:
    after = fixed(_behind_wall("prometheus"), "unmonitored")
    assert after["connections"]["watch -> agent"] == {"protocol": "https", "port": 9100}
    assert after["components"]["wall"]["rules"][1:] == [
        {"from": "watch", "to": "agent", "ports": [9100], "action": "allow"}
    ]


@pytest.mark.parametrize(
    "text",
    [
        _behind_wall("prometheus", "{from: job, to: api, ports: [443]}, {from: far, to: lan, action: deny}"),
        _behind_wall("datadog", "{from: job, to: watch, ports: [443]}", "far"),
    ],
    ids=["denied on purpose", "unknown port"],
)
def test_no_agent_is_added_that_a_firewall_cuts_off(text: str) -> None:
    assert "agent" not in fixed(text, "unmonitored")["components"]


def test_the_advice_names_the_firewall_that_keeps_the_monitoring_out() -> None:
    check = BY_NAME["unmonitored"].check
    assert check is not None

    def advice(text: str) -> str | None:
        facts = Topology(load("a.arch.yaml", text.encode()).architecture)
        return next(hit.fix for hit in check(RuleContext(facts)))

    assert (advice(_behind_wall("prometheus")) or "").endswith("So far, wall doesn't let watch in there (port 9100).")
    assert "wall" not in (advice(_behind_wall("prometheus", "{from: far, to: lan, ports: [9100]}")) or "")


def test_of_what_answers_no_requests_their_numbers_are_not_asked() -> None:
    parts = f"{JOB}\nprom: {{kind: monitoring, product: prometheus, runs_on: m, alerts: [ops]}}\napi: {{kind: service, runs_on: m}}"
    for protocol, measures in (("modbus", None), ("https", ["requests-per-second", "errors", "latency"])):
        text = model(
            f"{parts}\nplc: {{kind: other, replicas: 2}}\nagent: {{kind: monitoring-agent, runs_on: m}}",
            f"job -> api: https\napi -> plc: {protocol}\nprom -> agent: https",
            "job -> api: GET\napi -> plc: move",
            "{m: {}}",
        )
        (collection,) = fixed(text, "unmonitored")["components"]["prom"]["collects"]
        assert collection.get("measures") == measures


def test_what_is_collected_by_name_is_let_in_past_rules_for_other_ports() -> None:
    text = _behind_wall("prometheus", "{from: far, to: lan, ports: [443]}").replace(
        "alerts: [ops]", "alerts: [ops], collects: [{from: [job], what: [metrics]}]"
    )
    assert {"from": "watch", "to": "api", "ports": [9100], "action": "allow"} in fixed(text, "unmonitored")[
        "components"
    ]["wall"]["rules"]


@pytest.mark.parametrize(
    ("old", "new", "collected"),
    [
        ("", "", True),
        ("{from: far, to: lan, ports: [443]}", "{from: far, to: lan, action: deny}", False),
        ("lan: {trust: private}", "lan: {trust: private, name: Lan with no way in}", False),
        ("runs_on: m, alerts", "managed: true, network: far, alerts", True),
    ],
    ids=["a rule more lets it in", "kept out on purpose", "shut off by name", "a provider's is sent what it gets"],
)
def test_nothing_is_collected_from_what_the_monitoring_may_not_reach(old: str, new: str, *, collected: bool) -> None:
    text = _behind_wall("prometheus", "{from: far, to: lan, ports: [443]}").replace(
        "alerts: [ops]", "alerts: [ops], collects: [{from: [job], what: [metrics]}]"
    )
    assert old in text
    after = fixed(text.replace(old, new), "unmonitored")["components"]
    assert (len(after["watch"]["collects"]) > 1) is collected
    assert any(rule["from"] == "watch" for rule in after["wall"]["rules"]) is (collected and "managed" not in new)
