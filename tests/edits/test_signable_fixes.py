"""Fixes that a careful engineer signs: what they write, and what they leave alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from archgen.app.findings.apply_fixes import apply_fixes, checker
from archgen.app.workspace.inputs import Input
from archgen.cli import main
from archgen.edits.placement import can_be_doubled
from archgen.language.load import load
from archgen.linting.policy import Policy
from tests.edits.test_fixes import judged

NAME = "example.arch.yaml"
TODAY = "2026-11-24"


def model(components: str, connections: str, steps: str, hosts: str = "", more: str = "") -> str:
    lines = "".join(f"  {line}\n" for line in components.splitlines())
    calls = "".join(f"  {line}\n" for line in connections.splitlines())
    path = "".join(f"      - {line}\n" for line in steps.splitlines())
    places = f"hosts: {hosts}\n" if hosts else ""
    return (
        f"archgen: 1\nname: Example\n{more}{places}components:\n{lines}connections:\n{calls}"
        f"flows:\n  work:\n    title: Work\n    access: write\n    steps:\n{path}"
    )


def fixed(text: str, *rules: str) -> dict[str, Any]:
    """Return a model after the fixes of some rules, by its keys; nothing is found in it that was not found before."""
    before = {finding.fingerprint for finding in judged(text).findings}
    losses = {finding.proof.kill for finding in judged(text).findings if finding.proof is not None}
    source = Input(NAME, text.encode())
    done = apply_fixes(text.encode(), checker(source, Policy(), TODAY), lambda finding: finding.rule in rules)
    for finding in judged(done.data.decode()).findings:
        known = finding.severity != "error" and finding.proof is not None and finding.proof.kill in losses
        assert finding.fingerprint in before or known
    document: dict[str, Any] = yaml.safe_load(done.data)
    return document


def added_rules(text: str) -> list[dict[str, Any]]:
    """Return the rules of the firewall that a fix adds to a model."""
    rules: list[dict[str, Any]] = fixed(text, "missing-firewall")["components"]["firewall"]["rules"]
    return rules


JOB = "job: {kind: scheduler, managed: true, replicas: 2}"
RULE = "single-writer-database"


@pytest.mark.parametrize(
    ("product", "promoter", "caller"),
    [
        ("postgresql", "etcd", "db -> etcd"),
        ("PostgreSQL", "etcd", "db -> etcd"),
        ("redis", "sentinel", "sentinel -> db"),
        ("mssql", "wsfc", "wsfc -> db"),
    ],
)
def test_a_store_is_replicated_with_what_moves_it(product: str, promoter: str, caller: str) -> None:
    store = f"db: {{kind: database, product: {product}, runs_on: db-1}}"
    after = fixed(
        model(f"{JOB}\n{store}", "job -> db: {protocol: tcp, port: 1000, tls: true}", "job -> db: x", "{db-1: {}}"),
        RULE,
    )
    replication = {"primary": "db-1", "failover": "automatic", "by": promoter}
    assert after["components"]["db"]["replication"] == replication
    assert after["components"]["db"]["runs_on"] == ["db-1", "db-2"]
    assert after["components"][promoter]["runs_on"] == ["db-1", "db-2", "witness-1"]
    assert after["components"][promoter]["quorum"] == "majority"
    assert caller in after["connections"]


@pytest.mark.parametrize("product", ["mysql", "oracle", "gitaly", ""])
@pytest.mark.parametrize("place", ["db-1", "[db-1, db-2], replication: {primary: db-1, failover: manual}"])
def test_a_store_whose_callers_do_not_find_another_primary_is_left_to_people(product: str, place: str) -> None:
    made_by = f"product: {product}, " if product else ""
    text = model(
        f"{JOB}\ndb: {{kind: database, {made_by}runs_on: {place}}}",
        "job -> db: {protocol: tcp, port: 1000, tls: true}",
        "job -> db: x",
        "{db-1: {}, db-2: {}, db-3: {}}",
    )
    assert fixed(text, RULE, "single-point-of-failure") == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("between", "caller", "led"),
    [
        ("kind: load-balancer, product: proxysql", "lb -> db: {protocol: mysql, tls: true}", True),
        ("kind: service", "lb -> db: {protocol: mysql, tls: true}", False),
        ("kind: service", "lb -> db: {protocol: postgresql, tls: true}", True),
    ],
)
def test_a_proxy_or_a_driver_that_looks_for_the_primary_leads_callers_to_it(
    between: str, caller: str, led: bool
) -> None:
    text = model(
        f"{JOB}\nlb: {{{between}, managed: true, replicas: 2}}\n"
        "db: {kind: database, runs_on: [a, b], replication: {primary: a, failover: manual}}",
        f"job -> lb: https\n{caller}",
        "job -> lb: x\nlb -> db: y",
        "{a: {}, b: {}}",
    )
    replication = fixed(text, RULE)["components"]["db"]["replication"]
    assert replication["failover"] == ("automatic" if led else "manual")


def test_an_address_that_moves_leads_callers_to_the_primary() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: mysql, runs_on: [a, b], replication: {{primary: a, failover: manual}}, "
        "cluster: {address: {shared: 192.0.2.9}, failover: automatic, by: orchestrator, watches: process}}",
        "job -> db: {protocol: mysql, tls: true}",
        "job -> db: x",
        "{a: {}, b: {}}",
    )
    assert fixed(text, RULE)["components"]["db"]["replication"]["by"] == "orchestrator"


def test_a_promoter_that_is_there_promotes_the_next_store_too() -> None:
    text = model(
        f"{JOB}\none: {{kind: database, product: postgresql, runs_on: [a, b], "
        "replication: {primary: a, failover: automatic, by: keeper}}\n"
        "keeper: {kind: other, runs_on: [a, b, c], quorum: majority}\n"
        "two: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: a, failover: manual}}",
        "job -> one: {protocol: mysql, tls: true}\njob -> two: {protocol: mysql, tls: true}\n"
        "keeper -> one: {protocol: mysql, tls: true, required: false}",
        "job -> one: x\njob -> two: y",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, RULE)
    assert after["components"]["two"]["replication"]["by"] == "keeper"
    assert "keeper -> two" in after["connections"]
    assert after["hosts"] == {"a": {}, "b": {}, "c": {}}


def test_a_witness_stands_in_the_zone_that_is_free() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: postgresql, runs_on: [a, b], replication: {{primary: a, failover: manual}}}}",
        "job -> db: {protocol: mysql, tls: true}",
        "job -> db: x",
        "{a: {zone: z-1}, b: {zone: z-2}}",
        "zones: {z-1: {kind: availability-zone}, z-2: {kind: availability-zone}, z-3: {kind: availability-zone}}\n",
    )
    after = fixed(text, RULE)
    assert after["hosts"]["witness-1"] == {"zone": "z-3"}
    assert list(after["zones"]) == ["z-1", "z-2", "z-3"]


def test_a_store_that_elects_by_itself_gets_a_quorum_of_three() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: mongodb, runs_on: m-1}}",
        "job -> db: {protocol: mongodb, tls: true}",
        "job -> db: x",
        "{m-1: {}}",
    )
    after = fixed(text, "single-point-of-failure", RULE)
    assert after["components"]["db"]["runs_on"] in ("m-1", ["m-1", "m-2", "m-3"])


def test_a_component_that_floats_gets_replicas() -> None:
    text = model(
        f"{JOB}\nweb: {{kind: service, replicas: 1, runs_on: {{any: [a, b, c]}}}}",
        "job -> web: https",
        "job -> web: x",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "single-point-of-failure")
    assert after["components"]["web"]["replicas"] == 2


def test_a_second_scheduler_needs_what_holds_its_lease_which_people_choose() -> None:
    for place in ("{any: [a, b]}", "a"):
        text = model(
            f"cron: {{kind: scheduler, runs_on: {place}}}\napi: {{kind: service, managed: true, replicas: 2}}",
            "cron -> api: https",
            "cron -> api: x",
            "{a: {}, b: {}}",
        )
        assert fixed(text, "single-point-of-failure") == yaml.safe_load(text)


@pytest.mark.parametrize("place", ["replicas: 1", "replicas: 1, runs_on: {any: [a, b, c]}", "runs_on: a"])
def test_a_search_engine_that_elects_gets_three_members(place: str) -> None:
    text = model(
        f"{JOB}\nindex: {{kind: search, product: elasticsearch, {place}}}",
        "job -> index: {protocol: https, port: 9200}",
        "job -> index: x",
        "{a: {}, b: {}, c: {}}" if "runs_on" in place else "",
    )
    after = fixed(text, "single-point-of-failure")["components"]["index"]
    assert after.get("replicas") == 3 or len(after["runs_on"]) == 3
    assert after["quorum"] == "majority"


def test_retries_are_lowered_until_they_fit_and_no_caller_waits_longer() -> None:
    text = model(
        f"{JOB}\napi: {{kind: service, managed: true, replicas: 2}}\npay: {{kind: external-service, managed: true}}",
        "job -> api: {protocol: https, timeout: 10s}\napi -> pay: {protocol: https, timeout: 4s, retries: 2}",
        "job -> api: x\napi -> pay: y",
    )
    after = fixed(text, "timeout-inversion")["connections"]
    assert after["api -> pay"] == {"protocol": "https", "timeout": "4s", "retries": 1}
    once = fixed(text.replace("timeout: 4s", "timeout: 8s"), "timeout-inversion")["connections"]
    assert once["api -> pay"] == {"protocol": "https", "timeout": "8s"}
    long = fixed(text.replace("timeout: 4s", "timeout: 20s"), "timeout-inversion")["connections"]
    assert long["job -> api"] == {"protocol": "https", "timeout": "10s"}
    assert long["api -> pay"] == {"protocol": "https", "timeout": "20s", "retries": 2}


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


@pytest.mark.parametrize(
    ("watch", "call", "is_written"),
    [
        ("runs_on: c", "", False),
        ("managed: true", "", True),
        ("runs_on: [a, b]", "", True),
        ("runs_on: c", "\n  watch -> lb: {protocol: http, port: 8405}", True),
    ],
)
def test_no_firewall_is_written_that_cuts_a_scrape_off(watch: str, call: str, is_written: bool) -> None:
    text = GUARDED.replace("monitoring, runs_on: c", f"monitoring, {watch}, collects: [{{from: lb, what: metrics}}]")
    text = text.replace("user -> lb: https", f"user -> lb: https{call}")
    assert ("firewall" in fixed(text, "missing-firewall")["components"]) == is_written


def test_a_new_agent_reports_to_a_monitoring_that_calls_people() -> None:
    text = model(
        f"{JOB}\napi: {{kind: service, runs_on: [a, b]}}", "job -> api: https", "job -> api: x", "{a: {}, b: {}}"
    )
    after = fixed(text, "unmonitored")
    assert after["connections"]["agent -> monitoring"] == "https"
    assert after["components"]["monitoring"]["alerts"] == ["on-call"]


def test_a_way_that_should_not_be_there_is_not_encrypted() -> None:
    text = model(
        "user: {kind: client}\nweb: {kind: service, managed: true, replicas: 2}\ndb: {kind: database, managed: true, replicas: 2}",
        "user -> web: https\nuser -> db: mysql\nweb -> db: {protocol: mysql, tls: true}",
        "user -> web: x\nweb -> db: y",
    )
    assert fixed(text, "missing-tls")["connections"]["user -> db"] == "mysql"


def test_a_firewall_does_not_open_the_port_of_administrators() -> None:
    text = model(
        "user: {kind: client}\nmq: {kind: queue, product: rabbitmq, runs_on: q}",
        "user -> mq: [{protocol: amqps, port: 5671}, {protocol: https, port: 15671, admin: true}]",
        "user -> mq: x",
        "{q: {}}",
    )
    assert added_rules(text) == [{"from": "internet", "to": "mq", "ports": [5671], "action": "allow"}]


def test_a_dashboard_of_which_no_host_is_declared_is_not_doubled_without_what_moves_its_traffic() -> None:
    text = model("user: {kind: client}\ndash: {kind: app-server}", "user -> dash: https", "user -> dash: x")
    assert fixed(text, "single-point-of-failure") == yaml.safe_load(text)


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
    ("component", "doubled"),
    [
        ("pay: {kind: external-service}", False),
        ("pay: {kind: mail, managed: true}", False),
        ("pay: {kind: mail}", True),
        ("pay: {kind: identity-provider, managed: true}", False),
        ("pay: {kind: cdn, product: cloudfront, managed: true}", False),
        ("pay: {kind: cdn, managed: true}", True),
        ("pay: {kind: database, product: aurora, managed: true}", True),
    ],
)
def test_what_has_no_second_provider_gets_none(component: str, doubled: bool) -> None:
    loaded = load(NAME, model(f"{JOB}\n{component}", "job -> pay: https", "job -> pay: x").encode())
    assert can_be_doubled(loaded.architecture.components[1]) == doubled


PLAIN = "web: {kind: service, managed: true, replicas: 2}"


@pytest.mark.parametrize(
    ("plain", "encrypted"),
    [
        ("{protocol: amqp, port: 5672}", {"protocol": "amqp", "port": 5671, "tls": {"verify": True}}),
        ("{protocol: sip, port: 5060}", {"protocol": "sip", "port": 5061, "tls": {"verify": True}}),
        ("{protocol: ldap, port: 389}", {"protocol": "ldap", "port": 636, "tls": {"verify": True}}),
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


def test_a_public_port_is_encrypted_where_that_is_spoken_and_mail_servers_are_not_told_to_insist() -> None:
    text = model(
        f"phone: {{kind: client}}\n{PLAIN}",
        "phone -> web: [{protocol: smtp, port: 25}, {protocol: imap, port: 143}, {protocol: http, port: 8000}]",
        "phone -> web: {message: x, protocol: imap}",
    )
    ports = fixed(text, "missing-tls")["connections"]["phone -> web"]
    assert ports[0] == {"protocol": "smtp", "port": 25}
    assert ports[1] == {"protocol": "imap", "port": 993, "tls": True}
    assert ports[2] == {"protocol": "https", "port": 8000}
    alone = text.replace(", {protocol: imap, port: 143}, {protocol: http, port: 8000}", "").replace(
        ", protocol: imap", ""
    )
    assert fixed(alone, "missing-tls")["connections"]["phone -> web"] == [{"protocol": "smtp", "port": 25}]


def test_an_application_behind_a_proxy_is_one_more_of_its_servers_although_visitors_reach_it_too() -> None:
    text = model(
        "user: {kind: client}\nlb: {kind: load-balancer, managed: true, replicas: 2}\n"
        "nginx: {kind: web-server, product: nginx, runs_on: [w-1, w-2]}\napp: {kind: app-server, runs_on: a-1}",
        "user -> lb: https\nlb -> nginx: https\nnginx -> app: https\nuser -> app: https",
        "user -> lb: x\nlb -> nginx: x\nnginx -> app: x",
        "{w-1: {}, w-2: {}, a-1: {}}",
    )
    after = fixed(text, "single-point-of-failure")["components"]
    assert after["app"] == {"kind": "app-server", "runs_on": ["a-1", "a-2"]}


def test_files_get_no_arbiter_that_would_promote_them() -> None:
    text = model(
        f"{JOB}\nfiles: {{kind: file-storage, product: nfs, runs_on: nas}}",
        "job -> files: nfs",
        "job -> files: x",
        "{nas: {}}",
    )
    assert fixed(text, "single-point-of-failure", RULE) == yaml.safe_load(text)


VIRTUAL = "{hv-1: {}, hv-2: {zone: z}, vm-db: {runs_on: hv-1}, vm-app: {runs_on: hv-2}}"


def test_a_new_virtual_machine_stands_on_another_machine_and_the_witness_on_a_third() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: postgresql, runs_on: vm-db}}\napp: {{kind: service, runs_on: vm-app}}",
        "job -> db: {protocol: postgresql, tls: true}\njob -> app: https",
        "job -> db: x",
        VIRTUAL,
        "zones: {z: {kind: rack}}\n",
    )
    hosts = fixed(text, RULE)["hosts"]
    assert hosts["vm-db-2"] == {"runs_on": "hv-2"}
    assert hosts["witness-1"] == {"runs_on": "hv-3"}
    assert hosts["hv-3"] == {}


def test_a_host_that_is_no_virtual_machine_stands_on_none() -> None:
    text = model(
        f"{JOB}\napp: {{kind: service, runs_on: a}}",
        "job -> app: https",
        "job -> app: x",
        "{hv-1: {}, vm: {runs_on: hv-1}, a: {}}",
    )
    assert fixed(text, "single-point-of-failure")["hosts"]["a-2"] == {}


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
    assert "as warning is left: No tested restore of db from backup is declared" in captured.out + captured.err
    two = text.replace("  db: {", "  other: {kind: database, runs_on: a}\n  db: {")
    file.write_text(two)
    main(["lint", "--select", "missing-backup", "--diff", "--unsafe-fixes", str(file)])
    captured = capsys.readouterr()
    assert "as warning are left: missing-backup of other and db" in captured.err
    assert "missing-backup [" not in captured.out


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


@pytest.mark.parametrize(
    ("component", "zones", "zone"),
    [
        ("load-balancer", "{z-1: {kind: rack}}", "z-2"),
        ("load-balancer", "{z-1: {kind: rack}, z-9: {kind: rack}}", "z-9"),
        ("load-balancer", "{z-1: {kind: availability-zone}, z-9: {kind: availability-zone}}", "z-1"),
        ("service", "{z-1: {kind: power}}", "z-2"),
        ("service", "{z-1: {kind: region}, z-9: {kind: region}}", "z-1"),
    ],
)
def test_a_second_host_stands_outside_a_rack_that_is_lost_as_one(component: str, zones: str, zone: str) -> None:
    text = model(
        f"{JOB}\nlb: {{kind: {component}, runs_on: lb-1}}",
        "job -> lb: https",
        "job -> lb: x",
        "{lb-1: {zone: z-1}}",
        f"zones: {zones}\n",
    )
    after = fixed(text, "single-point-of-failure")
    assert after["hosts"]["lb-2"] == {"zone": zone}
    assert after["zones"][zone]["kind"] == after["zones"]["z-1"]["kind"]


def test_a_second_host_stands_in_a_rack_that_is_declared() -> None:
    text = model(
        f"{JOB}\nlb: {{kind: load-balancer, runs_on: u-1}}\nagent: {{kind: monitoring-agent, runs_on: [u-1, w-1]}}\n"
        "db: {kind: database, product: galera, runs_on: [d-1, d-2, w-1]}",
        "job -> lb: https\nlb -> db: mysql",
        "job -> lb: x\nlb -> db: x",
        "{u-1: {zone: z-1}, w-1: {zone: z-1}, d-1: {zone: z-2}, d-2: {zone: z-2}}",
        "zones: {z-1: {kind: rack}, z-2: {kind: rack}}\n",
    )
    after = fixed(text, "single-point-of-failure")
    assert after["hosts"]["u-2"] == {"zone": "z-2"}
    assert list(after["zones"]) == ["z-1", "z-2"]


@pytest.mark.parametrize(("message", "doubled"), [("session", False), ("page", True)])
def test_a_cache_of_sessions_gets_no_second_one_that_knows_nothing_of_them(message: str, doubled: bool) -> None:
    text = model(
        f"{JOB}\nweb: {{kind: app-server, managed: true, replicas: 2, sessions: shared}}\n"
        "redis: {kind: cache, product: redis, runs_on: u-1}",
        "job -> web: https\nweb -> redis: redis",
        f"job -> web: x\nweb -> redis: {message}",
        "{u-1: {}}",
    )
    assert ("u-2" in fixed(text, "single-point-of-failure")["hosts"]) == doubled


@pytest.mark.parametrize(("product", "by"), [("haproxy", {"by": "vrrp"}), ("f5", {})])
def test_automatic_failover_drops_the_time_that_a_person_needs(product: str, by: dict[str, str]) -> None:
    """A device has a failover of its own."""
    lb = f"kind: load-balancer, product: {product}, runs_on: [a, b], cluster: {{active: a, failover: manual, recovery: 30m}}"
    text = model(
        f"{JOB}\nlb: {{{lb}}}",
        "job -> lb: https",
        "job -> lb: x",
        "{a: {}, b: {}}",
        "objectives: {recovery_time: 15m}\n",
    )
    after = fixed(text, "manual-failover")["components"]["lb"]["cluster"]
    assert after == {"active": "a", "failover": "automatic", **by, "watches": "process"}


def test_a_backup_of_another_kind_of_store_or_with_a_tested_restore_is_not_extended() -> None:
    text = model(
        f"{JOB}\none: {{kind: database, product: postgresql, runs_on: a}}\ntwo: {{kind: database, product: mysql, runs_on: a}}\n"
        "files: {kind: object-storage, product: minio, runs_on: a}\n"
        "dumps: {kind: backup, managed: true, backs_up: [one], every: 1h, restore_tested: 2026-10-01}",
        "job -> one: {protocol: postgresql, tls: true}\njob -> two: {protocol: postgresql, tls: true}\njob -> files: https",
        "job -> one: x\njob -> two: x\njob -> files: x",
        "{a: {}}",
        "objectives: {recovery_point: 4h}\n",
    )
    after = fixed(text, "missing-backup")["components"]
    assert after["dumps"]["backs_up"] == ["one"]
    assert after["backup"] == {"kind": "backup", "runs_on": "a", "backs_up": ["two"], "every": "4h", "keeps": "30d"}
    assert after["backup-2"]["backs_up"] == ["files"]
    untested = text.replace(", restore_tested: 2026-10-01", "")
    assert fixed(untested, "missing-backup")["components"]["dumps"]["backs_up"] == ["one", "two"]
    of_one = untested.replace("kind: backup", "kind: backup, product: wal-g")
    assert fixed(of_one, "missing-backup")["components"]["dumps"]["backs_up"] == ["one"]


@pytest.mark.parametrize(
    ("zones", "host"),
    [("{dc-1: {kind: datacenter}, dc-2: {kind: datacenter}}", "dc-2"), ("{dc-1: {kind: datacenter}}", "dc-1")],
)
def test_a_backup_moves_into_a_zone_without_its_data(zones: str, host: str) -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, runs_on: a}}\ndump: {{kind: backup, runs_on: a, backs_up: [db]}}",
        "job -> db: {protocol: mysql, tls: true}",
        "job -> db: x",
        "{a: {zone: dc-1, network: lan}}",
        f"networks: {{lan: {{trust: private}}}}\nzones: {zones}\n",
    )
    after = fixed(text, "colocated-backup")
    assert after["hosts"]["backup-host"] == {"zone": host, "network": "lan"}
    tested = text.replace("backs_up: [db]}", "backs_up: [db], restore_tested: 2026-10-01}")
    assert fixed(tested, "colocated-backup") == yaml.safe_load(tested)


def test_a_witness_that_gives_a_datacenter_the_majority_is_refused() -> None:
    text = model(
        f"{JOB}\nweb: {{kind: service, runs_on: c}}\n"
        "db: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: a, failover: manual}}",
        "job -> db: {protocol: postgresql, tls: true}\njob -> web: https",
        "job -> db: x\njob -> web: x",
        "{a: {zone: dc-1}, b: {zone: dc-2}, c: {zone: dc-1}}",
        "zones: {dc-1: {kind: datacenter}, dc-2: {kind: datacenter}}\n",
    )
    assert fixed(text, RULE) == yaml.safe_load(text)


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
    assert fixed(below, "unmonitored") == yaml.safe_load(below)


def test_a_new_probe_calls_who_is_called_already() -> None:
    text = model(
        "user: {kind: client}\nsite: {kind: external-service, managed: true, replicas: 2}\n"
        "watch: {kind: monitoring, alerts: [operations]}",
        "user -> site: https",
        "user -> site: GET",
    ).replace("title: Work", "title: Work\n    domain: www.foobar.com")
    assert fixed(text, "no-outside-probe")["components"]["probe"]["alerts"] == ["operations"]


def test_a_store_that_an_own_backup_could_copy_gets_another_job_of_it() -> None:
    text = model(
        f"{JOB}\nimages: {{kind: file-storage, runs_on: a}}\nfiles: {{kind: file-storage, runs_on: a}}\n"
        "veeam: {kind: backup, product: veeam, runs_on: b, backs_up: [files], every: 24h, restore_tested: 2026-10-01}\n"
        "repo: {kind: object-storage, runs_on: c}",
        "job -> images: {protocol: nfs, tls: true}\njob -> files: {protocol: nfs, tls: true}\nveeam -> repo: s3",
        "job -> images: x\njob -> files: x",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "missing-backup")
    assert after["components"]["veeam-2"] == {
        "kind": "backup",
        "product": "veeam",
        "runs_on": "b",
        "backs_up": ["images"],
        "every": "24h",
        "keeps": "30d",
    }
    assert after["connections"]["veeam-2 -> repo"] == "s3"
    beside = text.replace("repo: {kind: object-storage, runs_on: c}", "repo: {kind: object-storage, runs_on: a}")
    assert fixed(beside, "missing-backup")["components"]["backup"]["runs_on"] == "a"
    of_files = text.replace("images: {kind: file-storage", "images: {kind: identity-provider, product: openldap")
    assert fixed(of_files, "missing-backup")["components"]["backup"]["backs_up"] == ["images"]


def test_no_patch_copies_files_every_minute_or_one_shard_alone() -> None:
    text = model(
        f"{JOB}\nfiles: {{kind: object-storage, runs_on: a}}\nmongos: {{kind: reverse-proxy, product: mongodb, runs_on: b}}\n"
        "shard: {kind: database, product: MongoDB, runs_on: a}\ndb: {kind: database, product: postgresql, runs_on: a}",
        "job -> files: s3\njob -> mongos: {protocol: mongodb, tls: true}\nmongos -> shard: {protocol: mongodb, tls: true}\n"
        "job -> db: {protocol: postgresql, tls: true}",
        "job -> files: x\njob -> mongos: x\nmongos -> shard: x\njob -> db: x",
        "{a: {}, b: {}}",
        "objectives: {recovery_point: 1m}\n",
    )
    after = fixed(text, "missing-backup")["components"]
    copied = {name: value["backs_up"] for name, value in after.items() if value["kind"] == "backup"}
    assert copied == {"backup": ["db"]}
    assert after["backup"]["every"] == "1m"


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
