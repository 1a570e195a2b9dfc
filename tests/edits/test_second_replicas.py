"""Second replicas that a fix may write: of what keeps nothing by itself; and which findings a fix is held against."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from archgen.analysis.topology import Topology
from archgen.app.findings.apply_fixes import apply_fixes, checker
from archgen.app.workspace.inputs import Input
from archgen.edits.placement import can_be_doubled
from archgen.edits.second_replicas import may_get_second
from archgen.edits.zones import zones_beside
from archgen.language.load import load
from archgen.linting.policy import Policy
from tests.edits.fixed_models import JOB, NAME, TODAY, fixed, judged, model
from tests.paths import ROOT

FLOATING = "runs_on: {any: [a, b]}, replicas: 1"


def second(
    component: str, connections: str = "job -> it: https", steps: str = "job -> it: start", more: str = ""
) -> bool:
    """Return True if the fix of a single point of failure writes a second replica of a component."""
    text = model(f"{JOB}\nit: {{{component}}}{more}", connections, steps, "{a: {}, b: {}}")
    it = fixed(text, "single-point-of-failure")["components"]["it"]
    return bool(it.get("replicas") == 2 or it["runs_on"] in (["a", "a-2"], ["a", "b"]))


def test_a_product_of_others_gets_no_second_replica_unless_it_keeps_nothing() -> None:
    assert not second(f"kind: service, product: nexus, {FLOATING}")
    assert second(f"kind: service, product: nexus, sessions: none, {FLOATING}")
    assert second(f"kind: service, product: go, {FLOATING}")
    assert second(f"kind: service, {FLOATING}")
    assert not second(f"kind: service, {FLOATING}, why: Only one may run.")
    assert not second("kind: identity-provider, product: keycloak, runs_on: a")
    assert second("kind: web-server, product: kibana, runs_on: a")
    assert second("kind: worker, product: kafka-connect, runs_on: a")
    database = "\ndb: {kind: database, product: postgresql, managed: true, replicas: 2}"
    calls, steps = "job -> it: https\nit -> db: {protocol: postgresql, tls: true}", "job -> it: x\nit -> db: y"
    assert second("kind: identity-provider, product: keycloak, runs_on: a", calls, steps, database)
    assert second("kind: web-server, product: nginx, runs_on: a")
    assert second("kind: web-server, product: NGINX, runs_on: a")


@pytest.mark.parametrize(
    ("product", "gets"),
    [
        *(("wordpress", True), ("grafana, sessions: none", True)),
        *(("mirth", False), ("grafana", False), ("n8n", False), ("gitea", False)),
    ],
)
def test_what_a_balancer_calls_gets_a_second_replica_unless_it_keeps_data_or_order(product: str, gets: bool) -> None:
    balancer = "\nlb: {kind: load-balancer, managed: true, replicas: 2, balance: {algorithm: round-robin, health_check: GET /}}"
    spread = second(
        f"kind: app-server, product: {product}, {FLOATING}",
        "job -> lb: https\nlb -> it: https",
        "job -> lb: GET\nlb -> it: GET",
        balancer,
    )
    assert spread is gets


@pytest.mark.parametrize(
    ("call", "gets"), [("{protocol: postgresql, tls: true}", True), ("{protocol: postgresql, access: read}", False)]
)
def test_a_dashboard_gets_a_second_replica_once_a_database_keeps_its_data(call: str, gets: bool) -> None:
    more = (
        "\nlb: {kind: load-balancer, managed: true, replicas: 2, balance: {algorithm: round-robin, health_check: GET /}}"
        "\ndb: {kind: database, managed: {scope: regional}, replicas: 2}"
    )
    calls = f"job -> lb: https\nlb -> it: https\nit -> db: {call}"
    product = f"kind: app-server, product: grafana, {FLOATING}"
    assert second(product, calls, "job -> lb: GET\nlb -> it: GET", more) is gets


def test_a_worker_of_others_gets_a_second_replica_only_behind_a_queue() -> None:
    queue = "\njobs: {kind: queue, managed: true, replicas: 2, quorum: 1}"
    assert not second(f"kind: worker, product: argocd, {FLOATING}")
    assert not second(f"kind: worker, product: argocd, sessions: shared, {FLOATING}")
    assert second(
        f"kind: worker, product: ffmpeg, {FLOATING}",
        "job -> it: https\nit -> jobs: amqp",
        "job -> it: start\nit -> jobs: next",
        queue,
    )


@pytest.mark.parametrize(("place", "second"), [(FLOATING, False), ("runs_on: a", True)])
def test_a_scheduler_that_its_platform_starts_again_needs_no_second_one(place: str, second: bool) -> None:
    text = model(f"{JOB}\nit: {{kind: scheduler, {place}}}", "it -> job: https", "it -> job: start", "{a: {}, b: {}}")
    topology = Topology(load(NAME, text.encode()).architecture)
    assert may_get_second(topology, topology.components["it"]) is second


GATEWAY = "tests/rules/single-point-of-failure/service-whose-place-is-declared.arch.yaml"


@pytest.mark.parametrize(
    ("old", "new", "hosts"),
    [
        ("", "", ["nat-a", "nat-a-2"]),
        ("b: {zone: az-b, network: lan}", "b: {network: lan}", "nat-a"),
        ("kind: nat-gateway", "kind: cache", "nat-a"),
    ],
)
def test_a_gateway_of_a_provider_gets_another_one_in_the_next_zone(old: str, new: str, hosts: object) -> None:
    text = (ROOT / GATEWAY).read_text("utf-8").partition("# found")[0].replace(old, new)
    after = fixed(text, "single-point-of-failure")
    assert after["components"]["nat"]["runs_on"] == hosts
    assert [host["zone"] for name, host in after["hosts"].items() if name == "nat-a-2"] == ["az-b"] * (hosts != "nat-a")


def test_one_more_replica_cures_no_zone() -> None:
    case = (ROOT / "tests/rules/no-spare-capacity/zone-takes-several-replicas-with-it.arch.yaml").read_text("utf-8")
    text = case.partition("# found")[0]
    assert fixed(text, "no-spare-capacity") == yaml.safe_load(text)


def test_alerts_are_sent_once() -> None:
    assert not second("kind: monitoring, product: elastalert, runs_on: a", "it -> job: https", "it -> job: look")


def test_an_info_holds_back_no_fix_of_a_warning() -> None:
    text = model(
        "user: {kind: client}\nweb: {kind: web-server, product: nginx, runs_on: a}",
        "user -> web: {protocol: https, port: 443}",
        "user -> web: GET",
        "{a: {}}",
    )
    wanted = "missing-firewall"
    done = apply_fixes(
        text.encode(), checker(Input(NAME, text.encode()), Policy(), TODAY), lambda each: each.rule == wanted
    )
    assert [finding.rule for finding in done.findings] == [wanted]
    assert "missing-waf" in {finding.rule for finding in judged(done.data.decode()).findings}


def test_a_refused_fix_names_what_it_would_bring() -> None:
    (file,) = (ROOT / "models").glob("4-*.arch.yaml")
    text = file.read_text(encoding="utf-8").replace("follows: ", "# follows: ")
    text = text.replace("kind: code-base", "kind: code-base\n    deploy: by-hand")
    check = checker(Input(NAME, text.encode()), Policy(), TODAY)
    done = apply_fixes(text.encode(), check, lambda each: each.rule == "single-point-of-failure")
    ((finding, refusal),) = done.refusals
    assert finding.subject.id == "app-1"
    assert refusal is not None
    assert [(each.rule, each.subject.id) for each in refusal.brought] == [("code-drift", "code")]


def alone(kind: str, protocol: str = "tcp", where: str = "runs_on: a") -> dict[str, Any]:
    """Return a model with a component on its own host, after the fixes of what its loss takes down."""
    text = model(
        f"{JOB}\nit: {{kind: {kind}, {where}}}",
        f"job -> it: {{protocol: {protocol}, port: 1000, tls: true}}",
        "job -> it: work",
        "{a: {}}",
    )
    components: dict[str, Any] = fixed(text, "single-point-of-failure", "single-writer-database")["components"]
    return components


@pytest.mark.parametrize(
    "kind",
    [
        *("queue", "queue, product: mosquitto", "search, product: solr", "secrets, product: vault"),
        *("mail", "mail, product: dovecot", "log-collector, product: loki"),
    ],
)
def test_what_keeps_what_it_gets_has_no_bare_second_one(kind: str) -> None:
    assert alone(kind)["it"]["runs_on"] == "a"


@pytest.mark.parametrize("kind", ["queue, product: rabbitmq", "stream, product: kafka", "search, product: opensearch"])
def test_a_broker_that_can_vote_gets_three_members(kind: str) -> None:
    it = alone(kind)["it"]
    assert (it["runs_on"], it["quorum"]) == (["a", "a-2", "a-3"], "majority")


def test_a_queue_that_a_platform_places_is_left_to_people() -> None:
    text = model(
        f"{JOB}\nit: {{kind: queue, product: rabbitmq, runs_on: {{any: [a, b]}}, replicas: 1}}",
        "job -> it: {protocol: tcp, port: 1000, tls: true}",
        "job -> it: work",
        "{a: {}, b: {}}",
    )
    assert fixed(text, "single-point-of-failure")["components"]["it"]["replicas"] == 1
    managed = alone("queue, product: rabbitmq", where="managed: {scope: zonal}")
    assert "runs_on" not in managed["it"]


@pytest.mark.parametrize("beside", ["", "recovery: 1m, spread: host", "replicas: 1"])
@pytest.mark.parametrize("outer", ["", ", replicas: 1"])
def test_what_floats_over_one_host_is_on_that_host(beside: str, outer: str) -> None:
    """Its data is there, as that of a pod with a local volume."""
    pinned = alone("cache, product: redis", where=f"runs_on: {{any: [a], {beside}}}{outer}")
    placed = alone("cache, product: redis")
    for components in (pinned, placed):
        assert components["it"]["runs_on"] == ["a", "a-2"]
        assert components["it"]["replication"] == {"primary": "a", "failover": "automatic", "by": "sentinel"}
    assert pinned["sentinel"] == placed["sentinel"]
    assert pinned["it"].get("replicas", 2) == 2


@pytest.mark.parametrize(("product", "replicated"), [("redis", True), ("Valkey", True), ("memcached", False)])
def test_a_cache_that_clients_find_by_its_primary_is_replicated(product: str, replicated: bool) -> None:
    after = alone(f"cache, product: {product}")
    assert after["it"]["runs_on"] == ["a", "a-2"]
    assert ("replication" in after["it"], "sentinel" in after) == (replicated, replicated)


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        ("firewall", {"by": "vrrp"}),
        ("router", {"by": "vrrp"}),
        ("waf", {"by": "vrrp"}),
        ("firewall, product: fortigate", {}),
    ],
)
def test_packets_go_through_the_second_one_only_if_the_address_moves(kind: str, by: dict[str, str]) -> None:
    assert alone(kind)["it"]["cluster"] == {
        "mode": "active-passive",
        "failover": "automatic",
        **by,
        "watches": "process",
    }


def test_each_of_two_nat_gateways_has_routes_of_its_own() -> None:
    nat = alone("nat-gateway")["it"]
    assert (nat["runs_on"], "cluster" in nat) == (["a", "a-2"], False)


def test_mail_that_is_handed_on_goes_over_either_of_two() -> None:
    assert alone("mail, product: postfix")["it"]["runs_on"] == ["a", "a-2"]


def test_the_hosts_of_a_quorum_have_the_agents_of_the_first() -> None:
    text = model(
        f"{JOB}\nit: {{kind: queue, product: rabbitmq, runs_on: a}}\nagent: {{kind: monitoring-agent, runs_on: [a]}}",
        "job -> it: amqps",
        "job -> it: publish",
        "{a: {}}",
    )
    after = fixed(text, "single-point-of-failure")["components"]
    assert after["agent"]["runs_on"] == ["a", "a-2", "a-3"]


def test_a_second_host_is_in_another_zone_whatever_other_flows_have_there() -> None:
    text = model(
        f"{JOB}\nproxy: {{kind: service, runs_on: proxy-1}}\nworker: {{kind: worker, runs_on: worker-1}}",
        "job -> proxy: https\njob -> worker: https",
        "job -> proxy: x",
        "{proxy-1: {zone: az-a}, worker-1: {zone: az-b}}",
        "zones: {az-a: {kind: availability-zone}, az-b: {kind: availability-zone}}\n",
    )
    text += "  other:\n    title: Other work\n    steps: [{job -> worker: x}]\n"
    hosts = fixed(text, "single-point-of-failure")["hosts"]
    assert (hosts["proxy-2"], hosts["worker-2"]) == ({"zone": "az-b"}, {"zone": "az-a"})


@pytest.mark.parametrize(("zone", "second"), [("az-b", "az-b"), ("az-a", "az-a")])
def test_a_second_host_is_in_the_zone_where_a_provider_runs_a_part(zone: str, second: str) -> None:
    text = model(
        f"{JOB}\nnat: {{kind: nat-gateway, runs_on: nat-1}}\ndb: {{kind: database, product: aws-rds, managed: {{zone: {zone}}}}}",
        "job -> nat: https",
        "job -> nat: x",
        "{nat-1: {zone: az-a}}",
        "zones: {az-a: {kind: availability-zone}, az-b: {kind: availability-zone}}\n",
    )
    assert fixed(text, "single-point-of-failure")["hosts"]["nat-2"] == {"zone": second}


@pytest.mark.parametrize("second", ["b", "c"])
def test_a_second_host_is_in_another_datacenter_only_where_the_flow_is_there_already(second: str) -> None:
    text = model(
        "user: {kind: client}\nvpn: {kind: bastion, product: openvpn, runs_on: vpn-1}\n"
        "pacs: {kind: service, runs_on: [p-1, p-2]}\nelsewhere: {kind: service, runs_on: q-1}",
        "user -> vpn: openvpn\nvpn -> pacs: https",
        "user -> vpn: x\nvpn -> pacs: x",
        f"{{vpn-1: {{zone: dc-a}}, p-1: {{zone: dc-a}}, p-2: {{zone: dc-{second}}}, q-1: {{zone: dc-d}}}}",
        "zones: {dc-a: {kind: datacenter}, dc-b: {kind: datacenter}, dc-c: {kind: datacenter}, dc-d: {kind: datacenter}}\n",
    )
    assert fixed(text, "single-point-of-failure")["hosts"]["vpn-2"] == {"zone": f"dc-{second}"}


def test_what_a_name_server_moves_is_not_moved_by_vrrp() -> None:
    text = model(
        f"{JOB}\nit: {{kind: load-balancer, runs_on: [a, b], cluster: {{failover: manual, active: a, address: dns}}}}",
        "job -> it: https",
        "job -> it: x",
        "{a: {}, b: {}}",
    )
    assert fixed(text, "manual-failover", "single-point-of-failure") == yaml.safe_load(text)


def test_the_region_around_two_zones_takes_down_no_more_than_the_first_zone_did() -> None:
    text = model(
        f"{JOB}\nnat: {{kind: nat-gateway, runs_on: nat-1}}\nbatch: {{kind: worker, runs_on: batch-1}}",
        "job -> nat: https",
        "job -> nat: x",
        "{nat-1: {zone: az-a}, batch-1: {zone: az-b}}",
        "zones: {eu: {kind: region}, az-a: {kind: availability-zone, in: eu}, az-b: {kind: availability-zone, in: eu}}\n",
    )
    done = apply_fixes(
        text.encode(),
        checker(Input(NAME, text.encode()), Policy(), TODAY),
        lambda each: each.rule == "single-point-of-failure",
    )
    assert yaml.safe_load(done.data)["hosts"]["nat-2"] == {"zone": "az-b"}
    lost = {finding.proof.kill[0].id for finding in judged(done.data.decode()).findings if finding.proof is not None}
    assert lost == {"eu"}


@pytest.mark.parametrize(
    ("kind", "moved"),
    [
        ("queue, product: ibm-mq", False),
        ("database, product: oracle", False),
        ("secrets", False),
        ("service, product: nexus", False),
        ("service", True),
        ("firewall, product: fortigate", True),
    ],
)
def test_an_address_that_moves_leaves_data_behind(kind: str, moved: bool) -> None:
    """A queue manager that people move has its messages at the active member, where VRRP alone would leave them."""
    text = model(
        f"{JOB}\nit: {{kind: {kind}, runs_on: [a, b], cluster: {{mode: active-passive, active: a, failover: manual, recovery: 30m}}}}",
        "job -> it: https",
        "job -> it: x",
        "{a: {}, b: {}}",
        "objectives: {recovery_time: 15m}\n",
    )
    cluster = fixed(text, "manual-failover", "single-point-of-failure")["components"]["it"]["cluster"]
    assert (cluster["failover"] == "automatic") == moved


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


def test_a_dashboard_of_which_no_host_is_declared_is_not_doubled_without_what_moves_its_traffic() -> None:
    text = model("user: {kind: client}\ndash: {kind: app-server}", "user -> dash: https", "user -> dash: x")
    assert fixed(text, "single-point-of-failure") == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("component", "doubled"),
    [
        ("pay: {kind: external-service}", False),
        ("pay: {kind: mail, managed: true}", False),
        ("pay: {kind: mail}", True),
        ("pay: {kind: identity-provider, managed: true}", False),
        ("pay: {kind: cdn, product: cloudfront, managed: true}", False),
        ("pay: {kind: cdn, managed: true}", False),
        ("pay: {kind: waf, managed: true}", False),
        ("pay: {kind: waf, managed: {scope: zonal}}", True),
        ("pay: {kind: queue, managed: true}", False),
        ("pay: {kind: database, product: aurora, managed: true}", True),
    ],
)
def test_what_has_no_second_provider_gets_none(component: str, doubled: bool) -> None:
    loaded = load(NAME, model(f"{JOB}\n{component}", "job -> pay: https", "job -> pay: x").encode())
    assert can_be_doubled(loaded.architecture.components[1]) == doubled


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


def test_a_host_that_is_no_virtual_machine_stands_on_none() -> None:
    text = model(
        f"{JOB}\napp: {{kind: service, runs_on: a}}",
        "job -> app: https",
        "job -> app: x",
        "{hv-1: {}, vm: {runs_on: hv-1}, a: {}}",
    )
    assert fixed(text, "single-point-of-failure")["hosts"]["a-2"] == {}


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


@pytest.mark.parametrize(
    ("product", "message", "doubled"),
    [
        ("ehcache", "session", False),
        ("ehcache", "page", True),
        ("redis", "session", True),
        ("memcached", "session", True),
    ],
)
def test_a_cache_of_sessions_gets_no_second_one_that_knows_nothing_of_them(
    product: str, message: str, doubled: bool
) -> None:
    """A second Redis has a copy of them, and Sentinel promotes it; clients of memcached spread them over both."""
    text = model(
        f"{JOB}\nweb: {{kind: app-server, managed: true, replicas: 2, sessions: shared}}\n"
        f"redis: {{kind: cache, product: {product}, runs_on: u-1}}",
        "job -> web: https\nweb -> redis: redis",
        f"job -> web: x\nweb -> redis: {message}",
        "{u-1: {}}",
    )
    assert ("u-2" in fixed(text, "single-point-of-failure")["hosts"]) == doubled


@pytest.mark.parametrize(
    ("kind", "place", "spread"),
    [
        ("search", "{zone: az-a}, product: opensearch-service", {"scope": "regional", "zone": "eu"}),
        ("search", "{scope: zonal}, product: opensearch-service", {"scope": "regional"}),
        # its provider may have no more than one place for it
        ("search", "{zone: az-a}", {"zone": "az-a"}),
        ("load-balancer", "{zone: az-a}, product: hetzner-load-balancer", {"zone": "az-a"}),
        ("nat-gateway", "{zone: az-a}", {"zone": "az-a"}),
        ("external-service", "{zone: az-a}", {"zone": "az-a"}),
        ("file-storage", "{zone: az-a}, product: amazon-fsx", {"scope": "regional", "zone": "eu"}),
        ("cache", "{zone: az-a}", {"scope": "regional", "zone": "eu"}),
        ("cache", "{scope: zonal}", {"scope": "zonal"}),
        ("cache", "{zone: az-a}, product: elasticache-memcached", {"scope": "regional", "zone": "eu"}),
    ],
)
def test_what_a_provider_runs_in_one_zone_is_spread_over_its_region(
    kind: str, place: str, spread: dict[str, str]
) -> None:
    text = model(
        f"job: {{kind: scheduler, managed: {{scope: regional, zone: eu}}, replicas: 2}}\nindex: {{kind: {kind}, managed: {place}}}",
        "job -> index: https",
        "job -> index: PUT",
        more="zones: {world: {kind: provider}, eu: {kind: region, in: world}, az-a: {kind: availability-zone, in: eu}}\n",
    )
    index = fixed(text, "single-point-of-failure")["components"]["index"]
    assert index["managed"] == spread
    # what is kept there once has a copy that its provider promotes
    copied = {"replicas": 2, "replication": {"primary": "index#1", "failover": "automatic"}}
    assert (copied.items() <= index.items()) == (kind == "cache" and "memcached" not in place)


@pytest.mark.parametrize(
    ("more", "value"),
    [("", "app"), ("  see:\n    domain: www.a.example\n    steps: [user -> mail: GET]\n", "203.0.113.31")],
)
def test_a_name_leads_to_the_address_that_moves_unless_it_leads_elsewhere_too(more: str, value: str) -> None:
    text = model(
        "user: {kind: client}\n"
        "dns: {kind: dns, managed: true, records: [{name: www.a.example, type: A, value: 203.0.113.31}]}\n"
        "app: {kind: app-server, runs_on: a, sessions: none}\nmail: {kind: mail, runs_on: a}",
        "user -> dns: dns\nuser -> app: https\nuser -> mail: https",
        "user -> dns: A\nuser -> app: GET",
        "{a: {address: 203.0.113.31}}",
    ).replace("    access: write\n", "    domain: www.a.example\n")
    data = (text + more).encode()
    done = apply_fixes(
        data, checker(Input(NAME, data), Policy(), TODAY), lambda each: each.rule == "single-point-of-failure"
    )
    components = yaml.safe_load(done.data)["components"]
    assert components["dns"]["records"][0]["value"] == value


def test_no_second_backup_reads_the_same_data_into_the_same_place() -> None:
    backup = "dump: {kind: backup, runs_on: a, backs_up: [db]}\ndb: {kind: database, managed: true}"
    alone = model(backup, "dump -> db: {protocol: postgresql, tls: true}", "dump -> db: SELECT", "{a: {}, b: {}}")
    assert fixed(alone, "single-point-of-failure") == yaml.safe_load(alone)
    beside = model(
        f"{JOB}\napi: {{kind: service, runs_on: a}}\n{backup}",
        "job -> api: https\ndump -> db: {protocol: postgresql, tls: true}",
        "job -> api: start",
        "{a: {}, b: {}}",
    )
    text = f"{beside}  copy:\n    steps:\n      - dump -> db: SELECT\n"
    # what is left is a warning
    done = apply_fixes(
        text.encode(), checker(Input(NAME, text.encode()), Policy(), TODAY), lambda each: each.code == "REL001"
    )
    components = yaml.safe_load(done.data)["components"]
    assert (components["api"]["runs_on"], components["dump"]["runs_on"]) == (["a", "b"], "a")


@pytest.mark.parametrize(("system", "by"), [("Windows Server 2022", None), ("Debian 13", "vrrp")])
def test_an_address_moves_by_vrrp_where_something_speaks_it(system: str, by: str | None) -> None:
    text = model(
        "clerk: {kind: client}\nweb: {kind: web-server, runs_on: a, sessions: none}",
        "clerk -> web: https",
        "clerk -> web: open",
        f"{{a: {{os: {system}}}}}",
    )
    web = fixed(text, "single-point-of-failure")["components"]["web"]
    assert web["cluster"]["mode"] == "active-passive"
    assert web["cluster"].get("by") == by


@pytest.mark.parametrize("kind", ["stream", "queue"])
def test_a_worker_that_takes_its_work_shares_it_with_a_second_one(kind: str) -> None:
    parts = f"puller: {{kind: worker, runs_on: w}}\njobs: {{kind: {kind}, managed: true, replicas: 2}}"
    after = fixed(model(parts, "puller -> jobs: https", "puller -> jobs: poll", "{w: {}}"), "single-point-of-failure")
    assert after["components"]["puller"] == {"kind": "worker", "runs_on": ["w", "w-2"]}


@pytest.mark.parametrize(
    ("change", "rack"),
    [
        (("", ""), "r-3"),
        # a flow that uses nothing there, and an address that stays on its site
        (("c: {zone: r-3}", "c: {}"), "r-2"),
        (("runs_on: a", "runs_on: a, cluster: {mode: active-passive, address: {shared: 10.0.0.9}}"), "r-2"),
    ],
)
def test_a_rack_of_the_other_site_that_the_flow_uses_comes_first(change: tuple[str, str], rack: str) -> None:
    text = model(
        "ui: {kind: service, runs_on: [b, c]}\nit: {kind: worker, runs_on: a}",
        "ui -> it: https",
        "ui -> it: start",
        "{a: {zone: r-1}, b: {zone: r-2}, c: {zone: r-3}}",
        "zones: {east: {kind: datacenter}, west: {kind: datacenter}, r-1: {kind: rack, in: east}, r-2: {kind: rack, in: east}, "
        "r-3: {kind: rack, in: west}}\n",
    )
    topology = Topology(load(NAME, text.replace(*change).encode()).architecture)
    assert zones_beside(topology, "a", [topology.components["it"]]) == (rack,)
