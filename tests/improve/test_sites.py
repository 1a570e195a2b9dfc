"""What a second replica on another site gets: an address that moves where a network is on both, a name elsewhere."""

from __future__ import annotations

import pytest
from yaml import safe_dump as dump

from archgen.analysis.topology import Topology
from archgen.edits.changes import AddReplica, AutomateFailover, ServeZones, apply_edit
from archgen.edits.description import describe_edit
from archgen.edits.patch import leases_of, patch_of
from archgen.edits.promotion import promoter_of
from archgen.improve.repair import find_smallest_repair
from archgen.language.write.values import inline
from archgen.model.architecture import Architecture
from archgen.model.change import Put
from archgen.reliability.index import Index
from archgen.report.what_if.comparison import changed_yaml
from tests.edits.fixed_models import fixed
from tests.improve.test_moves import HEAD, read

ADDRESS = "by: vrrp"
NAME = "address: dns"


def _rooms(
    kind: str = "datacenter", trust: str = "private", networks: tuple[str, str] = ("lan", "lan")
) -> Architecture:
    """Return a model with a web server in one place, and a host of the same kind in another."""
    first, second = networks
    return read(
        f"{HEAD}zones: {{a: {{kind: {kind}}}, b: {{kind: {kind}}}}}\n"
        f"networks: {{lan: {{trust: {trust}}}, other: {{trust: {trust}}}}}\n"
        f"hosts: {{h1: {{zone: a, network: {first}}}, h2: {{zone: b, network: {second}}}}}\n"
        "components:\n  user: {kind: client}\n  web: {kind: web-server, runs_on: h1}\n"
        "connections: {user -> web: https}\nflows: {do: {steps: [user -> web: GET]}}\n"
    )


@pytest.mark.parametrize(
    ("model", "moving"),
    [
        (_rooms(), ADDRESS),
        (_rooms("rack"), ADDRESS),
        (_rooms("availability-zone"), NAME),
        (_rooms("region"), NAME),
        (_rooms(trust="internet"), NAME),
        (_rooms(trust="dmz"), NAME),
        (_rooms(networks=("lan", "other")), NAME),
    ],
)
def test_an_address_moves_between_rooms_that_share_a_private_network(model: Architecture, moving: str) -> None:
    after = apply_edit(model, AddReplica("web", "h2"))
    assert moving in changed_yaml(model, after)


def test_a_network_that_only_a_new_host_would_bring_moves_no_address() -> None:
    model = _rooms(networks=("lan", "other"))
    after = apply_edit(model, AddReplica("web", "h3", ("b",)))
    assert "h3: {zone: b, network: lan}" in changed_yaml(model, after)
    assert NAME in changed_yaml(model, after)


@pytest.mark.parametrize(
    ("cluster", "network", "zone"),
    [
        ("address: {shared: 10.1.0.10}, failover: automatic, by: vrrp", "lan", "b"),
        ("address: {shared: 10.1.0.10}, failover: automatic, by: vrrp", "other", "a"),
        ("address: {shared: 10.1.0.10}, failover: automatic, by: anycast", "lan", "a"),
        ("failover: automatic, by: dns", "lan", "a"),
    ],
)
def test_a_network_in_which_an_address_moves_between_two_rooms_is_on_both(
    cluster: str, network: str, zone: str
) -> None:
    model = read(
        f"{HEAD}zones: {{a: {{kind: datacenter}}, b: {{kind: datacenter}}}}\n"
        "networks: {lan: {trust: dmz}, other: {trust: dmz}}\n"
        f"hosts: {{lb-a: {{zone: a, network: {network}}}, lb-b: {{zone: b, network: {network}}}, vpn-1: {{zone: a, network: lan}}}}\n"
        "components:\n  user: {kind: client}\n  vpn: {kind: router, product: strongswan, runs_on: vpn-1}\n"
        f"  lb: {{kind: load-balancer, product: haproxy, runs_on: [lb-a, lb-b], cluster: {{mode: active-passive, {cluster}}}}}\n"
        "connections: {user -> vpn: ipsec, vpn -> lb: https}\nflows: {do: {steps: [user -> vpn: a, vpn -> lb: b]}}\n"
    )
    assert AddReplica("vpn", "vpn-2", (zone,)) in find_smallest_repair(model).edits
    assert (ADDRESS in changed_yaml(model, apply_edit(model, AddReplica("vpn", "vpn-2", ("b",))))) is (zone == "b")


@pytest.mark.parametrize(("ttl", "slow"), [("ttl: 1d", True), ("ttl: 5m", False), ("type: A", False)])
def test_a_record_that_is_cached_for_long_is_to_be_lowered(ttl: str, slow: bool) -> None:
    value = "type: A, value: 10.0.0.1" if ttl != "type: A" else "value: 10.0.0.1"
    model = read(
        f"{HEAD}zones: {{a: {{kind: datacenter}}, b: {{kind: datacenter}}}}\n"
        "hosts: {h1: {zone: a, address: 10.0.0.1}, h2: {zone: b, address: 10.0.0.2}}\n"
        "components:\n  user: {kind: client}\n  web: {kind: web-server, runs_on: h1}\n"
        f"  ns: {{kind: dns, managed: true, records: [{{name: www.a.example, {value}, {ttl}}}]}}\n"
        "connections: {user -> web: https}\nflows: {do: {steps: [user -> web: GET]}}\n"
    )
    written = changed_yaml(model, apply_edit(model, AddReplica("web", "h2")))
    assert NAME in written
    assert ("lower its `ttl`, by which callers keep the first address for 86,400 s" in written) is slow


def _named(product: str, beside: str = "", call: str = "") -> Architecture:
    """Return a model with a web server whose name a name server of this make knows, what is beside it, and a call of that."""
    return read(
        f"{HEAD}zones: {{a: {{kind: datacenter}}, b: {{kind: datacenter}}}}\n"
        "hosts: {h1: {zone: a, address: 192.0.2.1}, h2: {zone: b, address: 198.51.100.2}}\n"
        "components:\n  user: {kind: client}\n  web: {kind: web-server, runs_on: h1}\n"
        f"  ns: {{kind: dns, product: {product}, managed: true, domain: a.example, "
        "records: [{name: www.a.example, type: A, value: h1}]}\n"
        f"{beside}connections:\n  user -> web: https\n  user -> ns: dns\n{call}"
        f"flows: {{do: {{domain: www.a.example, steps: [user -> web: GET{', web -> db: q' if call else ''}]}}}}\n"
    )


_BY_HAND = "address: dns, failover: manual"
_BY_ITSELF = "address: dns, failover: automatic, by: dns"
_PAIR = "  db: {kind: database, product: mariadb, runs_on: [h1, h2], replication: {primary: h1, failover: manual, recovery: 20m}}\n"
_BESIDE = (
    "  db: {kind: mail, runs_on: [h1, h2], cluster: {mode: active-passive, active: h1, address: dns, failover: HOW}}\n"
)


@pytest.mark.parametrize(
    ("model", "moving", "said"),
    [
        (_named("desec"), _BY_HAND, "people change its records, which the name server doesn't check"),
        (_named("route53"), _BY_ITSELF, "let the name server check"),
        (_named("unheard-of"), _BY_ITSELF, "let the name server check"),
        (
            _named("desec", _BESIDE.replace("HOW", "manual, recovery: 30m")),
            f"{_BY_HAND}, recovery: 30m",
            "people change",
        ),
        (_named("desec", _BESIDE.replace("HOW", "automatic")), _BY_ITSELF, "let the name server check"),
        (
            _named("route53", _PAIR, "  web -> db: {protocol: mysql, locality: same-host}\n"),
            f"{_BY_HAND}, recovery: 20m",
            "people move it together with db",
        ),
        (_named("route53", _PAIR, "  web -> db: {protocol: mysql}\n"), _BY_ITSELF, "let the name server check"),
    ],
)
def test_people_move_a_name_where_nothing_else_can(model: Architecture, moving: str, said: str) -> None:
    edit = AddReplica("web", "h2")
    written = changed_yaml(model, apply_edit(model, edit))
    assert f"active-passive, {'active: h1, ' if moving.startswith(_BY_HAND) else ''}{moving}" in written
    assert said in written
    # a fix, which works with a part of the model, writes the same
    (put,) = (each for each in patch_of(Topology(model), edit) if isinstance(each, Put) and each.path[-1] == "cluster")
    assert moving in inline(put.value)
    automated = [edit for edit in find_smallest_repair(model).edits if isinstance(edit, AutomateFailover)]
    assert not (moving.startswith(_BY_HAND) and any(edit.component == "web" for edit in automated))


_GATEWAY = f"""{HEAD}zones:
  r: {{kind: region}}
  az-a: {{kind: availability-zone, in: r}}
  az-b: {{kind: availability-zone, in: r}}
hosts: {{a: {{zone: az-a}}, b: {{zone: az-b}}, gw: {{zone: az-a}}}}
components:
  job: {{kind: scheduler, managed: {{scope: global}}}}
  app: {{kind: service, runs_on: [a, b]}}
  out: {{kind: nat-gateway, managed: true, runs_on: gw}}
  pay: {{kind: external-service}}
connections: {{job -> app: https, app -> out: https, out -> pay: https}}
flows: {{do: {{steps: [job -> app: POST, app -> out: POST, out -> pay: POST]}}}}
"""


@pytest.mark.parametrize("kind", ["nat-gateway", "firewall"])
def test_a_provider_s_gateway_that_stands_in_one_zone_gets_a_second_in_another_of_its_region(kind: str) -> None:
    found = find_smallest_repair(read(_GATEWAY.replace("nat-gateway", kind)))
    second = AddReplica("out", "gw-2", ("az-b",))
    assert found.edits == (ServeZones("out", ("gw-2",), ("az-b",)) if kind == "nat-gateway" else second,)


@pytest.mark.parametrize(
    ("gateway", "hosts"),
    [
        ("runs_on: gw, managed: true", {"gw": "az-a", "gw-2": "az-b", "gw-4": "az-c"}),
        ("managed: {zone: az-a}", {"out-az-a": "az-a", "out-az-b": "az-b", "out-az-c": "az-c"}),
        ("product: vpc-endpoint, managed: {zone: az-a}", {"out-az-a": "az-a", "out-az-b": "az-b", "out-az-c": "az-c"}),
    ],
)
def test_each_zone_of_callers_gets_what_serves_its_own_zone_alone(gateway: str, hosts: dict[str, str]) -> None:
    """Nothing fails over to that of another zone, and a zone without callers needs none."""
    text = _GATEWAY.replace("managed: true, runs_on: gw", gateway).replace("runs_on: [a, b]", "runs_on: [a, b, c]")
    more = "  az-c: {kind: availability-zone, in: r}\n  az-d: {kind: availability-zone, in: r}\n"
    text = text.replace("hosts: {", f"{more}hosts: {{c: {{zone: az-c}}, gw-3: {{zone: az-d}}, ")
    text = text.replace("nat-gateway, product", "other, product")
    model = read(text)
    (edit,) = find_smallest_repair(model).edits
    assert describe_edit(model, edit) == "replicas of out in az-b and az-c, each for the callers of its zone"
    index = Index(apply_edit(model, edit))
    placed = {
        host: index.hosts[host].zones[0] for replica in index.components["out"].replicas for host in replica.hosts
    }
    assert placed == hosts
    led = "let the callers of each zone call its own" if "vpc" in gateway else "lead the routes of each zone to its own"
    assert f"    # {led}\n" in changed_yaml(model, index.architecture)
    if "gw" in gateway:
        written = fixed(text, "single-point-of-failure")
        assert written["components"]["out"]["runs_on"] == [*hosts]
        assert {host: written["hosts"][host]["zone"] for host in hosts} == hosts


def test_a_router_of_a_provider_in_a_datacenter_of_one_s_own_gets_its_second_there() -> None:
    own = read(_GATEWAY.replace("availability-zone", "datacenter").replace("nat-gateway", "router"))
    assert find_smallest_repair(own).edits == (AddReplica("out", "gw-2", ("az-a",)),)


def test_nobody_runs_a_second_gateway_of_a_provider_where_its_place_is_unknown() -> None:
    edits = find_smallest_repair(read(_GATEWAY.replace(", runs_on: gw", ""))).edits
    assert all(getattr(edit, "component", None) != "out" for edit in edits)


def test_a_store_of_two_that_its_product_promotes_needs_something_that_decides() -> None:
    pair = "runs_on: [h1, h2], replication: {primary: h1, failover: manual, without: stop, waits_for: all}"
    model = read(
        f"{HEAD}hosts: {{h1: {{}}, h2: {{}}}}\ncomponents:\n  job: {{kind: scheduler}}\n  db: {{kind: database, product: db2, {pair}}}\n"
        "connections: {job -> db: tcp}\nflows: {do: {steps: [job -> db: INSERT]}}\n"
    )
    yaml = changed_yaml(model, apply_edit(model, AutomateFailover("db")))
    assert "replication: {primary: h1, failover: automatic, waits_for: all, without: stop}" in yaml
    assert "# add what decides which replica is promoted, best at a third site: `by: …`" in yaml


@pytest.mark.parametrize(
    ("product", "flows", "added"),
    [
        (
            "postgresql",
            "flows: {do: {steps: [job -> db: INSERT]}, see: {access: read, steps: [job -> db: SELECT]}}",
            True,
        ),
        ("postgresql", "flows: {see: {access: read, steps: [job -> db: SELECT]}}", False),
        ("postgresql", "", False),
        ("redis", "flows: {do: {steps: [job -> db: SET]}}", False),
    ],
)
def test_the_flows_that_write_to_a_store_get_the_step_of_its_lease(product: str, flows: str, added: bool) -> None:
    model = read(
        f"{HEAD}hosts: {{h1: {{}}, h2: {{}}}}\ncomponents:\n  job: {{kind: scheduler}}\n"
        f"  db: {{kind: database, product: {product}, runs_on: [h1, h2], replication: {{primary: h1, failover: manual}}}}\n"
        f"connections: {{job -> db: tcp}}\n{flows}\n"
    )
    index = Index(model)
    edit = AutomateFailover("db", promoter_of(index, index.components["db"]))
    after = apply_edit(model, edit)
    written = changed_yaml(model, after, leases_of(Topology(model), edit))
    step = "# add to the steps of do: `- db -> etcd: renew the lease`\n"
    assert (written.endswith(step), "lease" in written) == (added, added)


_CUT_OFF = """\
archgen: 1
name: Batch and scheduler
zones:
  dc-1: {kind: datacenter}
  dc-2: {kind: datacenter}
  rack-11: {kind: rack, in: dc-1}
  rack-12: {kind: rack, in: dc-1}
  rack-21: {kind: rack, in: dc-2}
networks: {lan: {trust: private}, dmz: {trust: dmz}}
hosts:
  batch-1: {zone: rack-12, network: lan}
  ops-1: {zone: rack-12, network: lan}
  app-1: {zone: rack-11, network: lan}
  app-2: {zone: rack-21, network: lan}
components:
  user: {kind: client}
  ui: {kind: web-server, runs_on: [app-1, app-2], cluster: {mode: active-passive, active: app-1, failover: automatic, by: vrrp}}
  scheduler: {kind: scheduler, runs_on: ops-1}
  batch: {kind: worker, runs_on: batch-1}
  far: {kind: worker, runs_on: app-1}
  files: {kind: object-storage, managed: {zone: dc-1}}
connections: {user -> ui: https, scheduler -> batch: ssh, batch -> files: https, user -> far: https}
flows:
  page: {steps: [user -> ui: GET]}
  cut-off: {access: write, steps: [scheduler -> batch: start, batch -> files: PUT]}
expect: [survives any one datacenter for cut-off]
"""
"""A flow that ends in dc-1 whatever is added."""


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ("", "", {"rack-21"}),
        ("any one datacenter", "dc-1", {"rack-21"}),
        ("any one datacenter", "any one zone", {"rack-21"}),
        # where nothing is expected of it, it is near the rest, and in another rack all the same
        ("for cut-off", "for page", {"rack-11"}),
        ("any one datacenter", "any one host", {"rack-11"}),
        # a network isn't led to another site for it
        ("app-2: {zone: rack-21, network: lan", "app-2: {zone: rack-21, network: dmz", {"rack-11"}),
        # hosts that are there
        ("app-1: {zone: rack-11", "batch-2: {zone: rack-21, network: lan}\n  app-1: {zone: rack-11", {"rack-21"}),
        ("app-1: {zone: rack-11", "batch-2: {zone: rack-11, network: lan}\n  app-1: {zone: rack-11", {"rack-21"}),
        ("far: {kind: worker, runs_on: app-1", "far: {kind: worker, runs_on: [app-1, app-2]", {"rack-21"}),
    ],
)
def test_what_should_survive_a_site_has_its_second_replica_in_another(old: str, new: str, places: set[str]) -> None:
    text = _CUT_OFF.replace(old, new, 1)
    repaired = read(text)
    for edit in find_smallest_repair(repaired).edits:
        repaired = apply_edit(repaired, edit)
    written = [read(dump(fixed(text, "single-point-of-failure")))] if places == {"rack-21"} else []
    for after in (repaired, *written):
        index = Index(after)
        beside = {host for replica in index.components["batch"].replicas for host in replica.hosts} - {"batch-1"}
        assert {zone for host in beside for zone in index.nearest_zones(host)} == places
