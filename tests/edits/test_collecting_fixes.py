"""Fixes of monitoring and backups: by what can collect from a device, read a log, or copy a store."""

from __future__ import annotations

from tests.edits.fixed_models import fixed, model

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
