"""Which DNS records the fix for a single server leads to the address that moves, and which it leaves."""

from __future__ import annotations

import pytest
import yaml

from archgen.edits.changes import AddReplica, apply_edit
from archgen.edits.records import lead_to_moving_address, records_of_new_hosts
from archgen.language.write.patch import apply_changes
from archgen.linting.checked_model import CheckedModel
from tests.checked import read_model
from tests.edits.fixed_models import fixed, judged, model

OWN = "{name: www.a.example, type: A, value: 203.0.113.31}"
HOST = "{name: a.a.example, type: A, value: 203.0.113.31}"
ALIAS = "{name: www.a.example, type: CNAME, value: a.a.example}"
FLOW = "  more:\n    domain: %s\n    steps: [{user -> %s: {message: GET, protocol: %s}}]\n"


def _records(records: str, flows: str = "", kind: str = "app-server", shell: str = "ssh") -> list[str]:
    """Return the records of a model after the component's address moves, as type and value."""
    text = model(
        f"user: {{kind: client}}\ndns: {{kind: dns, managed: true, domain: a.example, records: [{records}]}}\n"
        f"app: {{kind: {kind}, runs_on: a}}\nchat: {{kind: service, runs_on: a}}",
        f"user -> dns: dns\nuser -> app: [https, {shell}]\nuser -> chat: wss",
        "user -> app: {message: GET, protocol: https}",
        "{a: {address: 203.0.113.31}}",
    ).replace("    access: write\n", "    domain: www.a.example\n")
    checked = judged(text + flows)
    assert isinstance(checked, CheckedModel)
    topology = checked.topology
    made = yaml.safe_load(apply_changes(text + flows, lead_to_moving_address(topology, topology.components["app"])))
    return [f"{record['type']} {record['value']}" for record in made["components"]["dns"]["records"]]


@pytest.mark.parametrize(
    ("old", "new", "moves"),
    [
        ("", "", True),
        ("lb: {address", "lb: {network: n, address", True),
        # the host's own name is for those who administer it
        ("[{name: www", f"[{HOST}, {{name: www", False),
        ("value: 203.0.113.31}]", "value: lb}]", False),
        # visitors reach something else there
        ("user -> front: https", "user -> front: https\n  user -> chat: wss", False),
        ("web -> chat: https", "web -> chat: https\n  chat -> front: https", False),
        ("address: 203.0.113.31", "address: 203.0.113.30", False),
    ],
)
def test_the_address_that_records_lead_to_moves_from_its_only_host(old: str, new: str, moves: bool) -> None:
    text = model(
        f"user: {{kind: client}}\ndns: {{kind: dns, managed: true, domain: a.example, records: [{OWN}]}}\n"
        "front: {kind: load-balancer, product: haproxy, runs_on: lb}\nweb: {kind: web-server, runs_on: [a, b]}\n"
        "chat: {kind: service, runs_on: [lb, a]}",
        "user -> dns: dns\nuser -> front: https\nfront -> web: https\nweb -> chat: https",
        "user -> front: GET\nfront -> web: GET\nweb -> chat: GET",
        "{lb: {address: 203.0.113.31}, a: {}, b: {}}",
        "networks: {n: {trust: dmz}}\n",
    ).replace("    access: write\n", "    domain: www.a.example\n")
    assert not old or old in text
    checked = judged(text.replace(old, new) if old else text)
    assert isinstance(checked, CheckedModel)
    topology = checked.topology
    changes = lead_to_moving_address(topology, topology.components["front"])
    made = yaml.safe_load(apply_changes(checked.data.decode(), changes))
    shared = made["components"]["front"].get("cluster", {}).get("address")
    assert shared == ({"shared": "203.0.113.31"} if moves else None)
    assert ("address" not in made["hosts"]["lb"]) is moves
    assert (made["components"]["dns"]["records"] == [yaml.safe_load(OWN)]) is (moves or "113.30" in new)


def test_the_address_moves_too_where_visitors_come_over_a_firewall() -> None:
    text = model(
        f"user: {{kind: client}}\ndns: {{kind: dns, managed: true, domain: a.example, records: [{OWN}]}}\n"
        "wall: {kind: firewall, runs_on: [v, w], cluster: {mode: active-active}}\nweb: {kind: web-server, runs_on: [a, b]}\n"
        "front: {kind: load-balancer, product: haproxy, runs_on: lb}",
        "user -> dns: dns\nuser -> wall: https\nwall -> front: https\nfront -> web: https",
        "user -> wall: GET\nwall -> front: GET\nfront -> web: GET",
        "{lb: {address: 203.0.113.31}, a: {}, b: {}, v: {}, w: {}}",
    ).replace("    access: write\n", "    domain: www.a.example\n")
    after = fixed(text, "single-point-of-failure")
    assert after["components"]["front"]["cluster"]["address"] == {"shared": "203.0.113.31"}
    assert after["hosts"]["lb"] == {}
    assert after["components"]["dns"]["records"] == [yaml.safe_load(OWN)]


@pytest.mark.parametrize(
    "other",
    ["type: A, value: 198.51.100.7", 'type: AAAA, value: "2001:db8::1"', "type: TXT, value: 203.0.113.31"],
)
def test_a_record_that_leads_to_no_host_of_the_component_is_left(other: str) -> None:
    left = yaml.safe_load(f"{{{other}}}")
    assert _records(f"{OWN}, {{name: www.a.example, {other}}}") == ["A app", f"{left['type']} {left['value']}"]


@pytest.mark.parametrize("before", [True, False])
def test_no_record_is_there_twice_after_it(before: bool) -> None:
    there = "{name: www, type: A, value: app}"
    after = "{name: old.a.example, type: A, value: 203.0.113.31}"
    records = f"{there}, {OWN}" if before else f"{OWN}, {there}"
    assert _records(f"{records}, {after}") == ["A app", "A 203.0.113.31"]
    assert _records(f"{OWN}, {OWN.replace('203.0.113.31', 'a')}, {after}") == ["A app", "A 203.0.113.31"]


def test_the_alias_moves_and_the_hosts_own_name_stays() -> None:
    assert _records(f"{HOST}, {ALIAS}") == ["A 203.0.113.31", "A app"]


def test_an_alias_of_what_leads_elsewhere_too_is_left() -> None:
    elsewhere = '{name: a.a.example, type: AAAA, value: "2001:db8::1"}'
    assert _records(f"{HOST}, {elsewhere}, {ALIAS}")[2] == "CNAME a.a.example"


def test_an_alias_of_a_name_of_two_types_is_left() -> None:
    both = "{name: a.a.example, type: AAAA, value: a}"
    assert _records(f"{HOST}, {both}, {ALIAS}")[2] == "CNAME a.a.example"


def test_an_alias_of_a_name_that_moves_itself_is_left() -> None:
    shop = "{name: shop.a.example, type: CNAME, value: www.a.example}"
    assert _records(f"{OWN}, {shop}", FLOW % ("shop.a.example", "app", "https")) == ["A app", "CNAME www.a.example"]


def test_aliases_in_a_circle_are_left() -> None:
    circle = (
        "{name: x.a.example, type: CNAME, value: y.a.example}, {name: y.a.example, type: CNAME, value: x.a.example}"
    )
    assert _records(circle, FLOW % ("x.a.example", "app", "https")) == ["CNAME y.a.example", "CNAME x.a.example"]


@pytest.mark.parametrize(("kind", "shell"), [("load-balancer", "ssh"), ("app-server", "{protocol: ssh, admin: false}")])
def test_the_name_by_which_users_work_over_ssh_moves(kind: str, shell: str) -> None:
    push = FLOW % ("www.a.example", "app", "ssh")
    assert _records(OWN, push, kind, shell) == ["A app"]
    assert _records(OWN, push, kind, "{protocol: ssh, admin: true}") == ["A 203.0.113.31"]


@pytest.mark.parametrize(("target", "protocol"), [("app@a", "https"), ("app", "ssh")])
def test_the_name_by_which_somebody_asks_for_the_host_is_left(target: str, protocol: str) -> None:
    assert _records(f"{HOST}, {OWN}", FLOW % ("a.a.example", target, protocol)) == ["A 203.0.113.31", "A app"]
    assert _records(f"{HOST}, {OWN}", FLOW % ("a.a.example", "app", "https")) == ["A app", "A app"]


@pytest.mark.parametrize(
    ("zone", "objective", "ttls"),
    [("dc-a", "15m", ["1d", "30s"]), ("dc-b", "15m", ["60s", "30s"]), ("dc-b", "5m", ["30s", "30s"])],
)
def test_a_name_that_moves_is_not_kept_for_a_day(zone: str, objective: str, ttls: list[str]) -> None:
    text = model(
        "user: {kind: client}\ndns: {kind: dns, managed: true, domain: a.example, records: "
        "[{name: www.a.example, type: A, value: l, ttl: 1d}, {name: www.a.example, type: CAA, value: x, ttl: 30s}]}\n"
        "lb: {kind: load-balancer, product: haproxy, runs_on: l}\nweb: {kind: web-server, runs_on: [a, b]}",
        "user -> dns: dns\nuser -> lb: https\nlb -> web: https",
        "user -> lb: GET\nlb -> web: GET",
        f"{{l: {{zone: dc-a}}, a: {{zone: dc-a}}, b: {{zone: {zone}}}}}",
        f"zones: {{dc-a: {{kind: datacenter}}, dc-b: {{kind: datacenter}}}}\nobjectives: {{recovery_time: {objective}}}\n",
    ).replace("    access: write\n", "    domain: www.a.example\n")
    after = fixed(text, "single-point-of-failure")["components"]
    assert [record["ttl"] for record in after["dns"]["records"]] == ttls
    assert after["lb"]["cluster"].get("address") == ("dns" if zone == "dc-b" else None)


@pytest.mark.parametrize(
    ("old", "new", "added"),
    [
        ("", "", [{"name": "shop.example", "type": "A", "value": "c", "ttl": 300}]),
        # a record of each host's own, one host of two, and one that stands for all
        ("domain: shop.example", "domain: a.example", []),
        (", {name: shop.example, type: A, value: 192.0.2.2, ttl: 5m}", "", []),
        ("value: a", "value: app", []),
        ("runs_on: [a, b]", "runs_on: [a, b], cluster: {address: {shared: 192.0.2.9}, by: vrrp}", []),
    ],
)
def test_a_name_that_lists_hosts_gets_a_record_of_each_new_one(old: str, new: str, added: list[object]) -> None:
    text = (
        "archgen: 1\nname: A shop\nhosts: {a: {}, b: {address: 192.0.2.2}}\ncomponents:\n  user: {kind: client}\n"
        "  app: {kind: app-server, runs_on: [a, b]}\n"
        "  dns: {kind: dns, managed: true, domain: example, records: [{name: a.example, type: A, value: a}, "
        "{name: shop.example, type: A, value: a}, {name: shop.example, type: A, value: 192.0.2.2, ttl: 5m}]}\n"
        "connections: {user -> app: https}\n"
        "flows: {buy: {domain: shop.example, steps: [user -> app: POST]}}\n"
    ).replace(old, new)
    topology = read_model("shop.arch.yaml", text.encode()).topology
    after = apply_edit(topology.architecture, AddReplica("app", "c"))
    assert [each.value for each in records_of_new_hosts(topology, after)] == added
