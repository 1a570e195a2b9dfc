"""Fixes that move a virtual machine from the physical host of its like, or a voter from the zone of another."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.edits.fixed_models import JOB, fixed, model

MACHINES = "hv-1: {}, vm-1: {runs_on: hv-1}, vm-2: {runs_on: hv-1}"


@pytest.mark.parametrize(
    ("hosts", "moved"),
    [
        (f"{{{MACHINES}, hv-2: {{}}, vm-3: {{runs_on: hv-2}}}}", {"vm-2": {"runs_on": "hv-2"}}),
        # where none is free, another one is like the first
        (f"{{{MACHINES}}}", {"vm-2": {"runs_on": "hv-2"}, "hv-2": {}}),
        # what else is alone on it stays where it is
        (f"{{{MACHINES}, vm-0: {{runs_on: hv-1}}}}", {"vm-1": {"runs_on": "hv-2"}, "hv-2": {}}),
    ],
)
def test_one_of_two_virtual_machines_leaves_their_physical_host(hosts: str, moved: dict[str, Any]) -> None:
    beside = "files: {kind: service, runs_on: vm-2}" if "vm-0" in hosts else ""
    text = model(
        f"{JOB}\nweb: {{kind: service, runs_on: [vm-1, vm-2]}}\n{beside}", "job -> web: https", "job -> web: x", hosts
    )
    after = fixed(text, "colocated-redundancy")
    assert after["hosts"] == yaml.safe_load(text)["hosts"] | moved


@pytest.mark.parametrize(
    "beside", ["kind: database, replication: {primary: vm-3, failover: automatic}", "kind: service"]
)
def test_a_virtual_machine_leaves_for_no_host_with_a_replica_of_what_is_in_no_flow(beside: str) -> None:
    hosts = f"{{{MACHINES}, hv-2: {{}}, hv-3: {{}}, vm-3: {{runs_on: hv-2}}, vm-4: {{runs_on: hv-3}}}}"
    text = model(
        f"{JOB}\nweb: {{kind: service, runs_on: [vm-1, vm-2]}}\nit: {{{beside}, runs_on: [vm-2, vm-3]}}",
        "job -> web: https",
        "job -> web: x",
        hosts,
    )
    after = fixed(text, "colocated-redundancy")
    assert after["hosts"] == yaml.safe_load(text)["hosts"] | {"vm-2": {"runs_on": "hv-3"}}


def test_two_processes_of_one_host_are_for_people_to_part() -> None:
    text = model(
        f"{JOB}\nweb: {{kind: service, runs_on: {{a: 2}}}}", "job -> web: https", "job -> web: x", "{a: {}, b: {}}"
    )
    assert fixed(text, "colocated-redundancy") == yaml.safe_load(text)


def test_members_of_a_majority_on_two_hosts_get_a_third_for_all() -> None:
    text = model(
        f"{JOB}\netcd: {{kind: other, runs_on: {{a-1: 2, a-2: 1}}, quorum: majority}}\n"
        "lock: {kind: other, runs_on: {a-1: 2, a-2: 1}, quorum: majority}",
        "job -> etcd: https\njob -> lock: https",
        "job -> etcd: x\njob -> lock: x",
        "{a-1: {}, a-2: {}, b-1: {}}",
    )
    after = fixed(text, "fragile-quorum")
    assert after["hosts"] == {"a-1": {}, "a-2": {}, "b-1": {}, "a-3": {}}
    assert [after["components"][name]["runs_on"] for name in ("etcd", "lock")] == [["a-1", "a-3", "a-2"]] * 2


RACKS = "zones: {r-1: {kind: rack}, r-2: {kind: rack}}\n"
VOTERS = f"{JOB}\netcd: {{kind: other, runs_on: [a, b, c], quorum: QUORUM}}"


@pytest.mark.parametrize(
    ("quorum", "hosts", "zone"),
    [
        ("majority", "{a: {zone: r-1}, b: {zone: r-2}, c: {zone: r-2}}", "r-3"),
        ("2", "{a: {zone: r-1}, b: {zone: r-2}, c: {zone: r-2}}", "r-2"),  # a number of replicas is no vote
    ],
)
def test_a_voter_beside_another_moves_to_a_third_rack(quorum: str, hosts: str, zone: str) -> None:
    text = model(VOTERS.replace("QUORUM", quorum), "job -> etcd: https", "job -> etcd: lock", hosts, RACKS)
    assert fixed(text, "fragile-quorum")["hosts"]["c"] == {"zone": zone}


@pytest.mark.parametrize(
    ("web", "moved"),
    [
        ("[c, x]", ["c"]),  # x may leave the rack as well, and is no voter's
        ("[a, c]", []),  # its other replica is in the rack of a
        ("[y, c]", []),
    ],
)
def test_what_else_stands_on_the_host_of_a_voter_decides_whether_it_moves(web: str, moved: list[str]) -> None:
    text = model(
        f"{VOTERS.replace('QUORUM', 'majority')}\nweb: {{kind: service, runs_on: {web}}}",
        "job -> etcd: https\njob -> web: https",
        "job -> etcd: lock\njob -> web: x",
        "{a: {zone: r-1}, b: {zone: r-2, runs_on: m}, c: {zone: r-2}, x: {zone: r-2}, y: {zone: r-1}, m: {zone: r-2}}",
        RACKS,
    )
    before, after = yaml.safe_load(text)["hosts"], fixed(text, "fragile-quorum")["hosts"]
    assert [host for host in before if after[host] != before[host]] == moved


def test_a_voter_moves_to_a_host_with_nothing_on_it() -> None:
    hosts = "{a: {zone: r-1}, b: {zone: r-2}, c: {zone: r-2}, d: {zone: r-3}}"
    components = f"{VOTERS.replace('QUORUM', 'majority')}\nweb: {{kind: service, runs_on: [a, c]}}"
    text = model(
        components,
        "job -> etcd: https\njob -> web: https",
        "job -> etcd: lock\njob -> web: x",
        hosts,
        "zones: {r-1: {kind: rack}, r-2: {kind: rack}, r-3: {kind: rack}}\n",
    )
    after = fixed(text, "fragile-quorum")
    assert after["components"]["etcd"]["runs_on"] == ["a", "b", "d"]
    assert after["hosts"] == yaml.safe_load(text)["hosts"]


def test_a_voter_moves_to_no_host_of_which_no_place_is_declared() -> None:
    hosts = "{a: {zone: r-1}, b: {zone: r-2}, c: {zone: r-2}, d: {}}"
    zones = "zones: {r-1: {kind: rack}, r-2: {kind: rack}, r-3: {kind: rack}}\n"
    text = model(VOTERS.replace("QUORUM", "majority"), "job -> etcd: https", "job -> etcd: lock", hosts, zones)
    after = fixed(text, "fragile-quorum")
    assert after["components"]["etcd"]["runs_on"] == ["a", "b", "c"]
    assert after["hosts"] == yaml.safe_load(text)["hosts"] | {"c": {"zone": "r-3"}}


@pytest.mark.parametrize(("place", "members"), [("{zone: r-1}", ["a", "a-2", "a-3"]), ("{}", ["a", "b", "c"])])
def test_members_beside_one_with_a_place_stand_on_hosts_with_one(place: str, members: list[str]) -> None:
    zones = "zones: {r-1: {kind: rack}, r-2: {kind: rack}}\n" if "zone" in place else ""
    text = model(
        f"{JOB}\nit: {{kind: search, product: elasticsearch, runs_on: a}}",
        "job -> it: https",
        "job -> it: x",
        f"{{a: {place}, b: {{}}, c: {{}}}}",
        zones,
    )
    assert fixed(text, "single-point-of-failure")["components"]["it"]["runs_on"] == members


def test_a_voter_on_the_host_of_something_else_gets_a_host_of_its_own() -> None:
    text = model(
        f"{JOB}\nweb: {{kind: service, runs_on: [y, c]}}\nagent: {{kind: monitoring-agent, runs_on: [a, b, c, y]}}\n"
        "etcd: {kind: key-value-store, product: etcd, runs_on: [a, b, c], quorum: majority}\n"
        "db: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: a, failover: automatic, by: etcd}}",
        "job -> web: https\nweb -> db: {protocol: postgresql, tls: true}\ndb -> etcd: https",
        "job -> web: x\nweb -> db: INSERT\ndb -> etcd: lease",
        "{a: {zone: r-1}, b: {zone: r-2}, c: {zone: r-2}, y: {zone: r-1}}",
        RACKS,
    )
    after = fixed(text, "fragile-quorum")
    assert after["components"]["etcd"]["runs_on"] == ["a", "b", "witness-1"]
    assert after["components"]["agent"]["runs_on"] == ["a", "b", "c", "y", "witness-1"]
    assert after["hosts"] == yaml.safe_load(text)["hosts"] | {"witness-1": {"zone": "r-3"}}
