"""Rules of firewalls that fixes write: they let in the calls of a model, and nothing else."""

from __future__ import annotations

import pytest
import yaml

from archgen.app.findings.apply_fixes import apply_fixes, checker
from archgen.app.what_if import what_if
from archgen.app.workspace.inputs import Input
from archgen.linting.checked_model import CheckedModel
from archgen.linting.policy import Policy
from tests.edits.fixed_models import JOB, NAME, TODAY, added_rules, fixed, judged, model


def test_firewall_rules_name_who_calls_what() -> None:
    text = model(
        "user: {kind: client}\nweb: {kind: web-server, runs_on: w, rate_limit: 10/s}\napi: {kind: service, runs_on: a}\n"
        "ops: {kind: service, runs_on: o}",
        "user -> web: https\nuser -> api: {protocol: https, port: 8443}\nops -> api: {protocol: ssh, port: 22}",
        "user -> web: x\nuser -> api: y",
        "{w: {}, a: {}, o: {}}",
    )
    text = text.replace("runs_on: a}", "runs_on: a, rate_limit: 10/s}")
    firewall = fixed(text, "missing-firewall")["components"]["firewall"]
    assert firewall["rules"] == [
        {"from": "internet", "to": "web", "ports": [443], "action": "allow"},
        {"from": "internet", "to": "api", "ports": [8443], "action": "allow"},
        {"from": "ops", "to": "api", "ports": [22], "action": "allow"},
    ]
    assert firewall["default"] == "deny"


@pytest.mark.parametrize(
    ("store", "members"),
    [
        ("key-value-store, product: etcd, quorum: majority", [[2380]]),
        ("other, product: sentinel, quorum: majority", [[26379]]),
        ("key-value-store, product: mystery, quorum: majority", [None]),
        ("database, product: mongodb, quorum: majority", [[27017]]),
        ("database, product: mysql, replication: {primary: a, mode: asynchronous}", [[27017]]),
        ("key-value-store, product: mystery, replication: {primary: a, mode: asynchronous}", []),
    ],
)
def test_a_firewall_lets_in_the_members_of_what_it_guards_a_part_of(store: str, members: list[object]) -> None:
    text = model(
        f"user: {{kind: client}}\nweb: {{kind: web-server, runs_on: a, rate_limit: 10/s}}\nkv: {{kind: {store}, runs_on: [a, b, c]}}",
        "user -> web: https\nweb -> kv: {protocol: tcp, port: 27017, tls: true}",
        "user -> web: x\nweb -> kv: y",
        "{a: {}, b: {}, c: {}}",
    )
    firewall = fixed(text, "missing-firewall")["components"]["firewall"]
    assert [rule.get("ports") for rule in firewall["rules"] if rule["from"] == "kv"] == members
    # a copy is worth as much as the original
    assert firewall["guards"] == (["a"] if "other" in store else ["a", "b", "c"])


GUARDED = model(
    "user: {kind: client}\n"
    "lb: {kind: load-balancer, runs_on: [a, b], rate_limit: 10/s, cluster: {mode: active-passive, active: a, "
    "failover: automatic, by: vrrp, address: {shared: 198.51.100.10}}}\nwatch: {kind: monitoring, runs_on: c, alerts: [ops]}",
    "user -> lb: https",
    "user -> lb: x",
    "{a: {}, b: {}, c: {}}",
)


VISITS = {"from": "internet", "to": "lb", "ports": [443], "action": "allow"}


def test_a_firewall_lets_the_members_of_a_vrrp_group_talk() -> None:
    rules = added_rules(GUARDED)
    assert rules == [VISITS, {"from": "lb", "to": "lb", "action": "allow"}]
    single = GUARDED.replace("failover: automatic, by: vrrp", "failover: manual")
    assert added_rules(single) == [VISITS]


COLLECTED = {"from": "watch", "to": "lb", "action": "allow"}


@pytest.mark.parametrize(
    ("watch", "call", "rules"),
    [
        ("runs_on: c", "", [COLLECTED]),
        ("managed: true", "", []),
        ("runs_on: [a, b]", "", []),
        (
            "runs_on: c",
            "\n  watch -> lb: {protocol: http, port: 8405}",
            [{"from": "watch", "to": "lb", "ports": [8405], "action": "allow"}],
        ),
    ],
)
def test_a_firewall_lets_in_what_collects(watch: str, call: str, rules: list[dict[str, object]]) -> None:
    text = GUARDED.replace("monitoring, runs_on: c", f"monitoring, {watch}, collects: [{{from: lb, what: metrics}}]")
    text = text.replace("user -> lb: https", f"user -> lb: https{call}")
    assert [rule for rule in added_rules(text) if rule["from"] == "watch"] == rules


SCRAPED = model(
    "user: {kind: client}\nweb: {kind: web-server, runs_on: a}\napi: {kind: service, runs_on: b}\n"
    "watch: {kind: monitoring, runs_on: c, alerts: [ops], collects: [{from: [api], what: [metrics]}]}\n"
    "filter: {kind: firewall, guards: [a], default: deny, rules: [{from: internet, to: web, ports: [443], action: allow}, "
    "{from: api, to: web, ports: [22], action: allow}]}",
    "user -> web: https\nweb -> api: https\napi -> web: {protocol: ssh, port: 22, required: false}",
    "user -> web: x\nweb -> api: y",
    "{a: {}, b: {}, c: {}}",
)


@pytest.mark.parametrize(
    ("old", "new", "is_admitted"),
    [
        ("", "", True),
        ("default: deny", "default: allow", False),
        ("action: allow}]}", "action: allow}, {from: c, to: a, action: deny}]}", False),
        ("kind: monitoring, runs_on: c", "kind: monitoring-agent", False),
    ],
)
def test_a_filter_lets_in_what_is_told_to_collect(old: str, new: str, is_admitted: bool) -> None:
    text = SCRAPED.replace(old, new) if old else SCRAPED
    assert text != SCRAPED or not old
    text = text.replace("kind: monitoring, runs_on: c", "kind: monitoring, product: zabbix, runs_on: c")
    after = fixed(text, "unmonitored")["components"]["filter"]["rules"]
    added = [{"from": "watch", "to": "web", "ports": [10050], "action": "allow"}] if is_admitted else []
    assert after == [*yaml.safe_load(text)["components"]["filter"]["rules"], *added]


def test_a_filter_is_not_opened_on_all_ports_for_what_collects() -> None:
    assert fixed(SCRAPED, "unmonitored") == yaml.safe_load(SCRAPED)


def test_a_firewall_does_not_open_the_port_of_administrators() -> None:
    text = model(
        "user: {kind: client}\nmq: {kind: queue, product: rabbitmq, runs_on: q}",
        "user -> mq: [{protocol: amqps, port: 5671}, {protocol: https, port: 15671, admin: true}]",
        "user -> mq: x",
        "{q: {}}",
    )
    assert added_rules(text) == [{"from": "internet", "to": "mq", "ports": [5671], "action": "allow"}]


@pytest.mark.parametrize("target", ["store", "proxy"])
def test_a_firewall_does_not_say_that_visitors_may_reach_a_database(target: str) -> None:
    text = model(
        "user: {kind: client}\nproxy: {kind: load-balancer, runs_on: p}\n"
        "store: {kind: database, product: postgresql, runs_on: d}",
        f"user -> {target}: {{protocol: postgresql, port: 5000, tls: true}}\n"
        "proxy -> store: {protocol: postgresql, port: 5432, tls: true}",
        f"user -> {target}: x\nproxy -> store: x",
        "{p: {}, d: {}}",
    )
    assert fixed(text, "missing-firewall") == yaml.safe_load(text)


FILTERED = model(
    "user: {kind: client}\nvpn: {kind: bastion, runs_on: a}\napi: {kind: service, runs_on: b}\n"
    "agent: {kind: monitoring-agent, runs_on: b}\nwatch: {kind: monitoring, runs_on: c, alerts: [ops]}\n"
    "filter: {kind: firewall, guards: [a], default: deny, rules: [{from: internet, to: vpn, ports: [51820], action: allow}]}",
    "user -> vpn: {protocol: wireguard, port: 51820}\nvpn -> api: https\nwatch -> agent: {protocol: http, port: 9100, required: false}",
    "user -> vpn: x\nvpn -> api: y",
    "{a: {}, b: {}, c: {}}",
)
SCRAPE = {"from": "watch", "to": "agent", "ports": [9100], "action": "allow"}


@pytest.mark.parametrize(
    ("old", "new", "is_admitted"),
    [
        ("", "", True),
        # what the filter would let in anyway, or keeps out on purpose
        ("default: deny", "default: allow", False),
        ("action: allow}]}", "action: allow}, {from: c, to: a, action: deny}]}", False),
        ("action: allow}]}", "action: allow}, {from: watch, to: agent, ports: [9100], action: allow}]}", False),
        # a filter for the internet alone sees nothing of other calls inside either
        ("vpn -> api: https", "vpn -> api: https\n  api -> vpn: {protocol: ssh, port: 22}", False),
        ("guards: [a]", "guards: [b]", False),
        ("{protocol: http, port: 9100, required: false}", "{protocol: tcp, required: false}", False),
    ],
)
def test_an_agent_on_a_filtered_host_is_let_in_to(old: str, new: str, is_admitted: bool) -> None:
    assert old in FILTERED
    after = fixed(FILTERED.replace(old, new) if old else FILTERED, "unmonitored")
    assert after["components"]["agent"]["runs_on"] == ["b", "a"]
    before = yaml.safe_load(FILTERED.replace(old, new) if old else FILTERED)["components"]["filter"]["rules"]
    assert after["components"]["filter"]["rules"] == [*before, *([SCRAPE] if is_admitted else [])]


OPEN = model(
    "user: {kind: client}\nweb: {kind: web-server, runs_on: a}\nsiem: {kind: log-collector, runs_on: b}\n"
    "wall: {kind: firewall, guards: [outer, inner], default: deny, rules: [{from: internet, to: web, ports: [443]}, {from: any, to: siem}, "
    "{from: any, to: web, ports: [80]}]}",
    "user -> web: https\nweb -> siem: {protocol: syslog, port: 6514, tls: true}\nuser -> siem: {protocol: https, port: 8000}",
    "user -> web: x",
    "{a: {network: outer}, b: {network: inner}}",
    "networks: {inner: {trust: private}, outer: {trust: dmz}}\n",
)


def test_a_rule_for_everybody_is_narrowed_to_who_calls_what_is_inside() -> None:
    rules = fixed(OPEN, "idle-firewall")["components"]["wall"]["rules"]
    assert rules[1] == {"from": "internet", "to": "siem", "ports": [8000], "action": "allow"}
    assert rules[3:] == [{"from": "web", "to": "siem", "ports": [6514], "action": "allow"}]
    for targets in ("[siem, web]", "[siem, zabbix]"):
        both = OPEN.replace("to: siem}", f"to: {targets}}}").replace(
            "siem: {", "zabbix: {kind: monitoring, runs_on: b}\n  siem: {"
        )
        assert fixed(both, "idle-firewall") == yaml.safe_load(both)


def test_rules_are_narrowed_before_the_last_that_denies_everything() -> None:
    text = OPEN.replace("ports: [80]}]", "ports: [80]}, {from: any, to: any, action: deny}]").replace(
        "web -> siem", "job -> siem: {protocol: https, port: 9000}\n  web -> siem"
    )
    text = text.replace("siem: {kind", "job: {kind: worker, runs_on: a}\n  siem: {kind")
    denied = {"from": "any", "to": "any", "action": "deny"}
    rules = fixed(text, "idle-firewall")["components"]["wall"]["rules"]
    assert [rule["ports"] for rule in rules[:-1]] == [[443], [8000], [80], [9000], [6514]]
    assert rules[-1] == denied
    out = text.replace("to: any, action: deny}", "to: any, action: deny, direction: out}")
    assert [rule.get("ports") for rule in fixed(out, "idle-firewall")["components"]["wall"]["rules"]][4:] == [
        [9000],
        [6514],
    ]
    # behind these, other rules might never match
    for deny in (
        "{from: job, to: siem, action: deny}",
        "{from: any, to: siem, action: deny}, {from: any, to: any, action: deny}",
    ):
        other = text.replace("{from: any, to: any, action: deny}", deny)
        assert fixed(other, "idle-firewall") == yaml.safe_load(other)


JOINED = GUARDED.replace(
    ", cluster: {mode: active-passive, active: a, failover: automatic, by: vrrp, address: {shared: 198.51.100.10}}", ""
)
FILTER = "user: {kind: client}\n  filter: {kind: firewall, guards: [a, b], default: deny, rules: [%s]}"
VISITS_IN = "{from: internet, to: lb, ports: [443], action: allow}"


@pytest.mark.parametrize(
    ("rules", "call", "added"),
    [
        (VISITS_IN, "", [{"from": "lb", "to": "lb", "action": "allow"}]),
        # one that lets no call inside through has a say in none of them, and this rule would give it one
        (VISITS_IN, "\n  watch -> lb: {protocol: http, port: 8405}", []),
        (f"{VISITS_IN}, {{from: lb, to: lb, action: allow}}", "", []),
        (f"{{from: any, to: lb, ports: [22], action: deny}}, {VISITS_IN}", "", []),
    ],
)
def test_a_cluster_that_a_fix_adds_is_let_through_the_filter_of_its_hosts(
    rules: str, call: str, added: list[dict[str, str]]
) -> None:
    text = JOINED.replace("user: {kind: client}", FILTER % rules).replace(
        "user -> lb: https", f"user -> lb: https{call}"
    )
    parts = fixed(text, "untracked-failover")["components"]
    assert parts["lb"]["cluster"]["by"] == "vrrp"
    assert parts["filter"]["rules"][rules.count("from:") :] == added


@pytest.mark.parametrize(
    ("rules", "beside", "added"),
    [
        (
            "{from: app, to: kv, ports: [6379]}",
            "",
            [{"from": "app", "to": "sentinel", "ports": [26379], "action": "allow"}],
        ),
        # what is let in to the whole network needs no rule of its own
        ("{from: app, to: network:n}", "", []),
        # one that is there stands on hosts of its own
        (
            "{from: app, to: kv, ports: [6379]}",
            "other: {kind: key-value-store, product: redis, runs_on: [e, f], replication: {primary: e, failover: automatic, by: votes}}\n"
            "votes: {kind: other, product: redis-sentinel, runs_on: [e, f, g], quorum: majority}",
            [{"from": "app", "to": "votes", "ports": [26379], "action": "allow"}],
        ),
    ],
)
def test_programs_reach_the_sentinel_that_a_fix_adds(rules: str, beside: str, added: list[dict[str, object]]) -> None:
    text = model(
        f"{JOB}\napp: {{kind: app-server, runs_on: d}}\n"
        f"fw: {{kind: firewall, managed: true, guards: ['network:n'], default: deny, rules: [{rules}]}}\n"
        "kv: {kind: key-value-store, product: redis, runs_on: [a, b], replication: {primary: a, failover: manual, mode: asynchronous}}\n"
        f"{beside}",
        "job -> app: https\napp -> kv: {protocol: redis, tls: true}",
        "job -> app: POST\napp -> kv: SET",
        "{a: {network: n}, b: {network: n}, c: {network: n}, d: {network: m}, e: {network: n}, f: {network: n}, g: {network: n}}",
        "networks: {n: {trust: private}, m: {trust: private}}\n",
    )
    parts = fixed(text, "single-writer-database")["components"]
    assert parts["kv"]["replication"]["by"] == ("votes" if beside else "sentinel")
    assert parts["fw"]["rules"][rules.count("from:") :] == added


ADMINISTERED = model(
    "user: {kind: client}\nadmin: {kind: client}\nweb: {kind: web-server, runs_on: w, rate_limit: 10/s}\n"
    "door: {kind: bastion, runs_on: w}\ngraphs: {kind: monitoring, runs_on: w, alerts: [ops]}",
    "user -> web: https\nadmin -> door: {protocol: ssh, port: 22, admin: true}\n"
    "admin -> graphs: {protocol: http, port: 3000, admin: true}",
    "user -> web: x",
    "{w: {}}",
)


def test_a_firewall_lets_administrators_in_to_a_bastion_alone() -> None:
    source = Input(NAME, ADMINISTERED.encode())
    done = apply_fixes(
        ADMINISTERED.encode(), checker(source, Policy(), TODAY), lambda finding: finding.rule == "missing-firewall"
    )
    rules = yaml.safe_load(done.data)["components"]["firewall"]["rules"]
    assert {"from": "internet", "to": "door", "ports": [22], "action": "allow"} in rules
    assert all(rule["to"] != "graphs" for rule in rules)
    assert [finding.message for finding in done.brought] == [
        "firewall shuts out administrators who come from the internet: admin -> graphs (http on port 3000)"
    ]


def test_the_members_of_a_promoter_that_a_fix_adds_are_let_through_the_filters_of_their_hosts() -> None:
    text = model(
        f"{JOB}\nfw: {{kind: firewall, guards: [a, b], default: deny, rules: [{{from: job, to: db, ports: [5432]}}]}}\n"
        "db: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: a, failover: manual}}",
        "job -> db: {protocol: postgresql, port: 5432, tls: true}",
        "job -> db: INSERT",
        "{a: {}, b: {}}",
    )
    parts = fixed(text, "single-writer-database")["components"]
    assert parts["etcd"]["runs_on"] == ["a", "b", "witness-1"]
    assert parts["fw"]["rules"][1:] == [{"from": "etcd", "to": "etcd", "ports": [2380], "action": "allow"}]
    checked = judged(text)
    assert isinstance(checked, CheckedModel)
    report = what_if(checked, (), ("db.failover=automatic",))
    assert "# add to the rules of fw: `- {from: etcd, to: etcd, ports: [2380], action: allow}`" in report.yaml
