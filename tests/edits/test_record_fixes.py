"""Which DNS records the fix for a single server leads to the address that moves, and which it leaves."""

from __future__ import annotations

import pytest
import yaml

from archgen.edits.records import lead_to_moving_address
from archgen.language.write.patch import apply_changes
from archgen.linting.checked_model import CheckedModel
from tests.edits.fixed_models import fixed, judged, model

OWN = "{name: www.a.example, type: A, value: 203.0.113.31}"
HOST = "{name: a.a.example, type: A, value: 203.0.113.31}"
ALIAS = "{name: www.a.example, type: CNAME, value: a.a.example}"
FLOW = "  more:\n    domain: %s\n    steps: [{user -> %s: {message: GET, protocol: %s}}]\n"


def _records(records: str, flows: str = "", kind: str = "app-server", shell: str = "ssh") -> list[str]:
    """Return the records of a model after the component's address moves, as type and value."""
    text = model(
        f"user: {{kind: client}}\ndns: {{kind: dns, managed: true, domain: a.example, records: [{records}]}}\n"
        f"app: {{kind: {kind}, runs_on: a}}",
        f"user -> dns: dns\nuser -> app: [https, {shell}]",
        "user -> app: {message: GET, protocol: https}",
        "{a: {address: 203.0.113.31}}",
    ).replace("    access: write\n", "    domain: www.a.example\n")
    checked = judged(text + flows)
    assert isinstance(checked, CheckedModel)
    topology = checked.topology
    made = yaml.safe_load(apply_changes(text + flows, lead_to_moving_address(topology, topology.components["app"])))
    return [f"{record['type']} {record['value']}" for record in made["components"]["dns"]["records"]]


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
