"""The third member of what promotes a store: on a host that stays when the primary is lost, and on one that is there if any fits."""

from __future__ import annotations

import pytest

from archgen.edits.changes import AutomateFailover, apply_edit
from archgen.edits.description import describe_edit
from archgen.edits.promotion import promoter_connection, promoter_of
from archgen.improve.repair import find_smallest_repair
from archgen.language.load import load
from archgen.model.architecture import Host, Port, Tls
from archgen.reliability.index import Index
from tests.edits.fixed_models import JOB, fixed, model

MANUAL = "{{kind: database, product: postgresql, runs_on: [{0}, {1}], replication: {{primary: {2}, failover: manual}}}}"
RACKS = "zones: {r-1: {kind: rack, in: dc-1}, r-2: {kind: rack, in: dc-1}, dc-1: {kind: datacenter}}\n"


def witness(store: str, hosts: str, more: str, beside: str = "") -> tuple[list[str], dict[str, Host]]:
    """Return the hosts of what promotes a store once its failover is automatic, and the hosts of the model."""
    text = model(f"{JOB}\ndb: {store}\n{beside}", "job -> db: https", "job -> db: x", hosts, more)
    before = load("a.arch.yaml", text.encode()).architecture
    index = Index(before)
    promoter = promoter_of(index, index.components["db"])
    assert promoter is not None
    after = apply_edit(before, AutomateFailover("db", promoter))
    members = next(component for component in after.components if component.id == promoter.id)
    return [host for replica in members.replicas for host in replica.hosts], {host.id: host for host in after.hosts}


@pytest.mark.parametrize(
    ("zones", "third"),
    [
        (RACKS, "r-3"),
        (
            RACKS.replace("r-", "room-")
            .replace("-1: {kind: rack", "-a: {kind: rack")
            .replace("-2: {kind", "-b: {kind"),
            "room-c",
        ),
        ("zones: {r-1: {kind: availability-zone}, r-2: {kind: availability-zone}}\n", "r-3"),
        # a third rack in one of the two datacenters would leave that the majority
        (
            f"{RACKS.replace('r-2: {kind: rack, in: dc-1}', 'r-2: {kind: rack, in: dc-2}')[:-2]}, dc-2: {{kind: datacenter}}}}\n",
            "dc-3",
        ),
    ],
)
def test_a_witness_is_in_a_third_place_which_may_be_new(zones: str, third: str) -> None:
    first, second = ("room-a", "room-b") if "room" in zones else ("r-1", "r-2")
    members, hosts = witness(MANUAL.format("a", "b", "a"), f"{{a: {{zone: {first}}}, b: {{zone: {second}}}}}", zones)
    assert members == ["a", "b", "witness-1"]
    assert hosts["witness-1"].zones == (third,)


@pytest.mark.parametrize(
    ("kind", "names", "third"),
    [
        ("datacenter", ("paris", "lyon"), "third-site"),
        ("datacenter", ("site-a", "site-b"), "site-c"),
        ("region", ("eu-1", "eu-2"), "third-site"),
        ("provider", ("p-1", "p-2"), "third-site"),
        ("rack", ("left", "right"), "left-2"),
        ("rack", ("d", "e"), "f"),
    ],
)
def test_only_people_know_a_third_site(kind: str, names: tuple[str, str], third: str) -> None:
    zones = f"zones: {{{names[0]}: {{kind: {kind}}}, {names[1]}: {{kind: {kind}}}}}\n"
    hosts = f"{{a: {{zone: {names[0]}}}, b: {{zone: {names[1]}}}}}"
    store = MANUAL.format("a", "b", "a")
    _, after = witness(store, hosts, zones)
    assert after["witness-1"].zones == (third,)
    text = model(f"{JOB}\ndb: {store}", "job -> db: https", "job -> db: x", hosts, zones)
    written = (
        fixed(text, "single-point-of-failure", "single-writer-database")["components"]["db"]["replication"]["failover"]
        == "automatic"
    )
    assert written == (third != "third-site")


def test_a_witness_of_a_pair_in_one_rack_is_there_too() -> None:
    _, hosts = witness(MANUAL.format("a", "b", "a"), "{a: {zone: r-1}, b: {zone: r-1}}", "zones: {r-1: {kind: rack}}\n")
    assert hosts["witness-1"].zones == ("r-1",)


def test_a_free_zone_in_the_same_place_is_the_first_for_a_witness() -> None:
    more = RACKS.replace(
        "dc-1: {kind", "r-3: {kind: rack, in: dc-2}, r-4: {kind: rack, in: dc-1}, dc-2: {kind: datacenter}, dc-1: {kind"
    )
    _, hosts = witness(MANUAL.format("a", "b", "a"), "{a: {zone: r-1}, b: {zone: r-2}}", more)
    assert hosts["witness-1"].zones == ("r-4",)


@pytest.mark.parametrize(("rack", "below", "zones"), [("r-3", "hv-3", ()), ("r-2", None, ("r-3",))])
def test_a_virtual_witness_stands_on_a_machine_in_a_third_place_else_on_none(
    rack: str, below: str | None, zones: tuple[str, ...]
) -> None:
    machines = f"hv-1: {{zone: r-1}}, hv-2: {{zone: r-2}}, hv-3: {{zone: {rack}}}"
    hosts = f"{{{machines}, a: {{runs_on: hv-1}}, b: {{runs_on: hv-2}}, c: {{runs_on: hv-3}}}}"
    more = RACKS.replace("{r-1", "{r-3: {kind: rack, in: dc-1}, r-1") if below else RACKS
    _, after = witness(MANUAL.format("a", "b", "a"), hosts, more, "web: {kind: service, runs_on: c}")
    assert (after["witness-1"].runs_on, after["witness-1"].zones) == (below, zones)


@pytest.mark.parametrize(
    ("host", "beside", "member"),
    [
        ("w: {zone: r-3}", "", "w"),
        ("w: {zone: r-3}", "agent: {kind: monitoring-agent, runs_on: [a, w]}", "w"),
        ("w: {zone: r-3}", "logs: {kind: log-collector, runs_on: w}", "witness-1"),  # a server of its own
        ("w: {zone: r-3}", "web: {kind: service, runs_on: w}", "witness-1"),
        ("w: {zone: r-3}", "web: {kind: service, runs_on: {any: [w, a]}}", "w"),  # a node of the same platform
        ("w: {zone: r-3}", "web: {kind: service, runs_on: {any: [w]}}", "witness-1"),
        ("w: {zone: r-3}, vm: {runs_on: w}", "web: {kind: service, runs_on: vm}", "witness-1"),
        ("w: {zone: r-2}", "", "witness-1"),  # beside the second replica
        ("w: {runs_on: a}", "", "witness-1"),
        ("w: {}", "", "witness-1"),  # it may stand in any of the racks
        ("nas: {zone: r-3}", "", "witness-1"),  # nobody says that it is spare
        ("quorum-1: {zone: r-3}", "", "quorum-1"),
        ("w: {zone: r-3, network: n}", "", "witness-1"),
    ],
)
def test_a_host_with_nothing_on_it_in_a_third_place_is_the_witness(host: str, beside: str, member: str) -> None:
    more = RACKS.replace("{r-1", "{r-3: {kind: rack, in: dc-1}, r-1") + "networks: {n: {trust: private}}\n"
    hosts = f"{{a: {{zone: r-1}}, b: {{zone: r-2}}, {host}}}"
    members, after = witness(MANUAL.format("a", "b", "a"), hosts, more, beside)
    assert members == ["a", "b", member]
    assert ("witness-1" in after) == (member == "witness-1")


ELSEWHERE = (
    "other: {{kind: key-value-store, product: redis, runs_on: [{0}], replication: {{primary: {1}, failover: automatic, by: votes}}}}\n"
    "votes: {{kind: other, product: sentinel, runs_on: [{2}], quorum: majority}}"
)


@pytest.mark.parametrize(
    ("others", "votes", "place", "witness_host"),
    [
        ("c, d", "c, d, w", "zone: r-3", "w"),
        ("c, d", "c, d, w", "zone: r-1", "witness-1"),  # lost with the primary
        ("c, d", "c, d, w", "zone: r-2", "witness-1"),  # lost with the copy
        ("c, d", "c, d, w", "runs_on: a", "witness-1"),
        ("c, w", "c, w, d", "zone: r-3", "witness-1"),  # a store's host is no witness
        ("c, d", "c, w", "zone: r-3", "witness-1"),  # two have none
    ],
)
def test_the_witness_of_another_store_serves_this_one_too(
    others: str, votes: str, place: str, witness_host: str
) -> None:
    beside = ELSEWHERE.format(others, "c", votes)
    hosts = f"{{a: {{zone: r-1}}, b: {{zone: r-2}}, c: {{zone: r-1}}, d: {{zone: r-2}}, w: {{{place}}}}}"
    more = RACKS.replace("{r-1", "{r-3: {kind: rack, in: dc-1}, r-1")
    members, after = witness(MANUAL.format("a", "b", "a"), hosts, more, beside)
    assert members == ["a", "b", witness_host]
    assert ("witness-1" in after) == (witness_host == "witness-1")


@pytest.mark.parametrize(
    ("zones", "hosts", "words"),
    [
        ("r-3: {kind: rack, in: dc-1}, dc-1: {kind", "b: {zone: r-2}", "witness-1, a new host in r-3"),
        ("dc-1: {kind", "b: {zone: r-2}", "witness-1, a new host in r-3, a new rack"),
        ("dc-1: {kind", "b: {zone: r-1}", "witness-1, a new host in r-2"),
    ],
)
def test_an_observer_stands_alone_and_best_beside_no_database(zones: str, hosts: str, words: str) -> None:
    store = MANUAL.format("a", "b", "a").replace("postgresql", "oracle")
    more = RACKS.replace("dc-1: {kind", zones)
    members, _ = witness(store, f"{{a: {{zone: r-1}}, {hosts}}}", more)
    assert members == ["witness-1"]
    text = model(f"{JOB}\ndb: {store}", "job -> db: https", "job -> db: x", f"{{a: {{zone: r-1}}, {hosts}}}", more)
    before = load("a.arch.yaml", text.encode()).architecture
    promoter = promoter_of(Index(before), Index(before).components["db"])
    assert (
        describe_edit(before, AutomateFailover("db", promoter))
        == f"automatic failover of db by a new observer on {words}"
    )


@pytest.mark.parametrize(
    ("called", "port"),
    [
        ("unix", Port("mysql", None, tls=Tls("on"))),
        ("file", Port("mysql", None, tls=Tls("on"))),
        ("[unix, {protocol: tcp, port: 3307}]", Port("tcp", 3307, tls=Tls("on"))),
    ],
)
def test_what_promotes_a_store_calls_it_over_the_network(called: str, port: Port) -> None:
    store = "db: {kind: database, product: mariadb, runs_on: a}"
    before = load("a.arch.yaml", model(f"{JOB}\n{store}", f"job -> db: {called}", "job -> db: x", "{a: {}}").encode())
    index = Index(before.architecture)
    promoter = promoter_of(index, index.components["db"])
    assert promoter is not None
    assert promoter_connection(promoter, "db").ports == (port,)


THREE_STORES = model(
    f"{JOB}\nlog: {{kind: stream, product: kafka, runs_on: a-1}}\nkv: {{kind: key-value-store, product: redis, runs_on: a-1}}\n"
    "db: {kind: database, product: postgresql, runs_on: a-1}",
    "job -> log: {protocol: kafka, tls: true}\njob -> kv: {protocol: redis, tls: true}\njob -> db: {protocol: postgresql, tls: true}",
    "job -> log: x\njob -> kv: x\njob -> db: x",
    "{a-1: {}}",
)


def test_what_votes_beside_other_stores_gets_three_members_and_the_third_machine_has_the_votes_of_the_others() -> None:
    after = fixed(THREE_STORES, "single-point-of-failure", "single-writer-database")
    assert [*after["hosts"]] == ["a-1", "a-2", "a-3"]
    hosts = {name: after["components"][name]["runs_on"] for name in ("log", "kv", "db", "etcd", "sentinel")}
    assert [hosts[name] for name in ("log", "etcd", "sentinel")] == [["a-1", "a-2", "a-3"]] * 3
    assert [hosts[name] for name in ("kv", "db")] == [["a-1", "a-2"]] * 2


def test_the_smallest_repair_uses_the_machines_that_it_adds_for_votes() -> None:
    before = load("a.arch.yaml", THREE_STORES.encode()).architecture
    after = before
    for edit in find_smallest_repair(before).edits:
        after = apply_edit(after, edit)
    assert [host.id for host in after.hosts] == ["a-1", "a-2", "a-3"]


def test_no_zone_of_two_has_two_of_three_members() -> None:
    zoned = THREE_STORES.replace("{a-1: {}}", "{a-1: {zone: r-1}, c-1: {zone: r-2}}").replace(
        "archgen: 1\n", f"archgen: 1\n{RACKS}"
    )
    after = fixed(zoned, "single-point-of-failure", "single-writer-database")
    assert after["components"]["log"]["runs_on"] == ["a-1", "a-2", "a-3"]
    assert {after["hosts"][host]["zone"] for host in ("a-1", "a-2", "a-3")} == {"r-1"}


@pytest.mark.parametrize(
    ("carried", "machines", "third"),
    [
        ("{kind: backup, runs_on: box, backs_up: db}", "box: {}", "box"),
        ("{kind: mail, runs_on: box}", "box: {}", "box"),
        ("{kind: service, runs_on: box}", "box: {}", "witness-1"),
        ("{kind: monitoring-agent, runs_on: box}", "box: {}", "witness-1"),
        ("{kind: backup, runs_on: box, backs_up: db}", "box: {runs_on: hv-1}", "witness-1"),
        # a third machine for virtual hosts has room for one more
        ("{kind: backup, runs_on: box, backs_up: db}", "box: {}, hv-3: {}, guest: {runs_on: hv-3}", "witness-1"),
    ],
)
def test_nobody_buys_a_third_machine_for_virtual_hosts_for_a_vote(carried: str, machines: str, third: str) -> None:
    hosts = f"{{hv-1: {{}}, hv-2: {{}}, a: {{runs_on: hv-1}}, b: {{runs_on: hv-2}}, {machines}}}"
    members, _ = witness(MANUAL.format("a", "b", "a"), hosts, "", f"aside: {carried}")
    assert members == ["a", "b", third]


@pytest.mark.parametrize(
    ("carried", "third"),
    [("{kind: backup, runs_on: box, backs_up: db}", "box"), ("{kind: service, runs_on: box}", "witness-1")],
)
def test_the_third_vote_of_two_machines_stands_beside_what_stands_aside(carried: str, third: str) -> None:
    members, _ = witness(MANUAL.format("a", "b", "a"), "{a: {}, b: {}, box: {}}", "", f"aside: {carried}")
    assert members == ["a", "b", third]


@pytest.mark.parametrize(
    ("carried", "third"),
    [
        ("kafka: {kind: stream, product: kafka, runs_on: [c, d, w], quorum: majority}", "w"),
        # what keeps secrets shares its machine with nothing new
        ("vault: {kind: secrets, product: vault, runs_on: [c, d, w]}", "witness-1"),
        (
            "vault: {kind: secrets, product: vault, runs_on: [c, d, w]}\n"
            "masters: {kind: other, product: kubernetes, runs_on: [c, d, w], quorum: majority}",
            "w",
        ),
        ("kafka: {kind: stream, product: kafka, runs_on: [c, w], quorum: majority}", "witness-1"),
        ("api: {kind: service, runs_on: [c, d, w]}", "witness-1"),
        # two coordinators on one machine, each with the same ports: a platform's is its own
        ("kube-etcd: {kind: key-value-store, product: etcd, runs_on: [c, d, w], quorum: majority}", "witness-1"),
    ],
)
def test_a_vote_in_the_third_place_stands_beside_a_member_of_another_majority(carried: str, third: str) -> None:
    more = RACKS.replace("{r-1", "{r-3: {kind: rack, in: dc-1}, r-1")
    hosts = "{a: {zone: r-1}, b: {zone: r-2}, c: {zone: r-1}, d: {zone: r-2}, w: {zone: r-3}}"
    members, _ = witness(MANUAL.format("a", "b", "a"), hosts, more, carried)
    assert members == ["a", "b", third]


NETWORKS = "networks: {n: {trust: private}, o: {trust: private}}\n"


@pytest.mark.parametrize(
    ("product", "there", "by"),
    [
        ("postgresql", "keys: {kind: key-value-store, product: etcd, runs_on: [c, d, e]}", "keys"),
        ("postgresql", "consul: {kind: key-value-store, runs_on: [c, d, e]}", "consul"),
        ("postgresql", "keys: {kind: key-value-store, product: zookeeper, runs_on: [a, b, c]}", "keys"),
        ("postgresql", "keys: {kind: key-value-store, product: etcd, managed: true, replicas: 3}", "keys"),
        ("valkey", "watch: {kind: other, product: redis-sentinel, runs_on: [c, d, e]}", "watch"),
        # another store, too few, all of them on one machine, in another network, or a platform's own
        ("valkey", "keys: {kind: key-value-store, product: etcd, runs_on: [c, d, e]}", "sentinel"),
        ("mysql", "keys: {kind: key-value-store, product: etcd, runs_on: [c, d, e]}", "orchestrator"),
        ("postgresql", "keys: {kind: key-value-store, product: etcd, runs_on: [c, d]}", "etcd"),
        ("postgresql", "keys: {kind: key-value-store, product: etcd, runs_on: {c: 3}}", "etcd"),
        ("postgresql", "keys: {kind: key-value-store, product: etcd, runs_on: [x, y, z]}", "etcd"),
        ("postgresql", "k8s: {kind: key-value-store, product: etcd, runs_on: [c, d, e]}", "etcd"),
    ],
)
def test_what_decides_is_a_quorum_that_is_there_at_work_or_not(product: str, there: str, by: str) -> None:
    near = ", ".join(f"{host}: {{network: n}}" for host in "abcde")
    hosts = f"{{{near}, x: {{network: o}}, y: {{network: o}}, z: {{network: o}}}}"
    store = f"{{kind: database, product: {product}, runs_on: [a, b], replication: {{primary: a, failover: manual}}}}"
    text = model(f"{JOB}\ndb: {store}\n{there}", "job -> db: https", "job -> db: x", hosts, NETWORKS)
    index = Index(load("a.arch.yaml", text.encode()).architecture)
    promoter = promoter_of(index, index.components["db"])
    assert promoter is not None
    assert (promoter.id, promoter.new) == (by, by in ("etcd", "sentinel", "orchestrator"))


def test_a_vote_that_makes_room_for_a_replica_goes_to_another_machine_that_is_there() -> None:
    web = "web: {kind: service, runs_on: {any: [a, b, c], spread: host}, replicas: 3}"
    text = model(
        f"{JOB}\n{web}\ndb: {{kind: key-value-store, product: redis, runs_on: c}}",
        "web -> db: redis\njob -> web: https",
        "job -> web: x\nweb -> db: x",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "single-writer-database")
    assert after["components"]["sentinel"]["runs_on"] == ["c", "a", "b"]
    assert list(after["hosts"]) == ["a", "b", "c"]


def test_a_third_site_lies_in_the_region_of_the_others() -> None:
    """Beside the region it would leave too many of the votes in there."""
    zones = "zones: {r: {kind: region}, north: {kind: datacenter, in: r}, south: {kind: datacenter, in: r}}\n"
    store = "etcd: {kind: key-value-store, product: etcd, runs_on: [a, b, c]}"
    hosts = "{a: {zone: north}, b: {zone: north}, c: {zone: south}}"
    after = fixed(model(f"{JOB}\n{store}", "job -> etcd: https", "job -> etcd: x", hosts, zones), "fragile-quorum")
    assert after["zones"]["third-site"] == {"kind": "datacenter", "in": "r"}
