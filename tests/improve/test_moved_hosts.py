"""Moves that `what-if` and the savings propose: only to hosts that are there, and with no harm to what else stands on a host."""

from __future__ import annotations

from typing import Literal

import pytest

from archgen.analysis.assessment import assess
from archgen.analysis.topology import Topology
from archgen.edits.changes import MoveHost, MoveReplica, apply_edit
from archgen.edits.moves import moves
from archgen.improve.gains import gains
from archgen.improve.repair import find_smallest_repair
from archgen.model.architecture import Architecture
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from tests.improve.test_moves import HEAD, JOB, PAIR, RACKS, read, repair, serving


@pytest.mark.parametrize("name", ["h0", "m"])
def test_each_host_that_an_edit_names_is_there_by_then(name: str) -> None:
    """Hosts of edits that were tried and dropped leave gaps in the numbers, and a new virtual machine brings one below it."""
    text = (
        f"{HEAD}zones: {{z0: {{kind: rack}}}}\nhosts: {{{name}: {{zone: z0}}, h1: {{runs_on: {name}}}, h2: {{runs_on: {name}}}, "
        "h4: {zone: z0}}\ncomponents:\n  job: {kind: scheduler, managed: {scope: regional}}\n  user: {kind: client}\n"
        f"  app: {{kind: service, product: consul, runs_on: {{{name}: 2}}}}\n"
        f"  cache: {{kind: cache, product: redis, runs_on: [h1, h2, {name}]}}\n"
        "connections: {user -> cache: http, job -> app: https, job -> cache: https}\n"
        "flows: {f0: {steps: [user -> cache: x]}, f1: {steps: [job -> app: x, job -> cache: x]}}\n"
    )
    model = read(text)
    for edit in find_smallest_repair(model).edits:
        there = {host.id for host in model.hosts}
        assert not isinstance(edit, MoveReplica) or edit.host in there
        assert not isinstance(edit, MoveHost) or edit.host in there
        is_new = isinstance(edit, MoveHost) and bool(edit.machine_zones)
        assert not isinstance(edit, MoveHost) or is_new or (edit.runs_on or edit.host) in there
        model = apply_edit(model, edit)
    hosts = {host.id: host for host in model.hosts}
    for host in model.hosts:
        assert host.runs_on is None or (host.runs_on != host.id and hosts[host.runs_on].runs_on is None)
    named = {host for each in model.components for replica in each.replicas for host in replica.hosts}
    assert named <= set(hosts)
    assert len(hosts) == len(model.hosts)


@pytest.mark.parametrize(
    ("other", "moves"),
    [
        ("files: {kind: file-storage, product: nfs, runs_on: b}", False),
        ("files: {kind: file-storage, product: nfs, runs_on: {b: 2}}", False),
        ("files: {kind: service, runs_on: [a, b]}", True),
        ("files: {kind: log-collector, runs_on: b}", True),
    ],
)
def test_what_no_flow_of_it_uses_keeps_a_host_where_its_neighbors_are(other: str, moves: bool) -> None:
    """Of two hosts that could move, the one that carries the only replica of something stays, for changes and for savings."""
    model = serving(f"{PAIR}\n  {other}", "a: {zone: r-1}, b: {zone: r-1}")
    host = "b" if moves else "a"
    assert repair(model) == [f"a move of {host} to r-2"]
    assert _saved(model, "zone", "r-1") == f"a move of {host} to r-2"


def test_a_replica_that_a_step_names_stays_with_its_host() -> None:
    text = (
        f"{HEAD}{RACKS}hosts: {{a: {{zone: r-1}}, b: {{zone: r-1}}}}\ncomponents:\n{JOB}{PAIR}\n"
        "connections: {job -> web: https}\nflows: {do: {steps: [job -> web: GET]}, own: {steps: [job -> web@b: GET]}}\n"
    )
    assert "a move of a to r-2" in _saved(read(text), "zone", "r-1")
    text = text.replace("web@b", "web@a#2").replace("[a, b]", "{a: 2}")
    text = text.replace(JOB, f"{JOB}  too: {{kind: web-server, runs_on: b}}\n")
    assert "a move of web@a#1 to b" in _saved(read(text), "host", "a")


def _saved(model: Architecture, kind: Literal["host", "zone"], name: str) -> str:
    """Return the change that saves the flow `do` most of the downtime by an element, in words."""
    topology = Topology(model)
    saved = gains(topology, assess(topology, 1))["do"][Subject(kind, name)]
    assert saved is not None
    return saved.change


VOTERS = (
    "  web: {kind: key-value-store, product: etcd, runs_on: [d-1, d-2, w-1], quorum: majority}\n"
    "  db: {kind: database, product: postgresql, runs_on: [d-1, d-2], replication: {primary: d-1, failover: automatic, by: web}}"
)
TWO_OF_THREE = "d-1: {zone: r-1}, d-2: {zone: r-2}, w-1: {zone: r-2}"


@pytest.mark.parametrize(
    ("voters", "hosts", "zones", "words"),
    [
        (VOTERS, TWO_OF_THREE, "r-1: {kind: rack}, r-2: {kind: rack}", ["a move of w-1 to r-3, a new rack"]),
        (
            VOTERS,
            TWO_OF_THREE,
            "r-1: {kind: datacenter}, r-2: {kind: datacenter}",
            ["a move of w-1 to r-3, a new datacenter"],
        ),
        # its data doesn't move to a site that isn't there
        (
            VOTERS.replace("etcd", "galera").replace("key-value-store", "database").partition("\n")[0],
            TWO_OF_THREE,
            "r-1: {kind: datacenter}, r-2: {kind: datacenter}",
            [],
        ),
        # a broker's, a vault's and a coordinator's do
        *(
            (
                VOTERS.replace("etcd", product).replace("key-value-store", kind).partition("\n")[0],
                TWO_OF_THREE,
                "r-1: {kind: datacenter}, r-2: {kind: datacenter}",
                ["a move of w-1 to r-3, a new datacenter"],
            )
            for kind, product in (("stream", "kafka"), ("queue", "rabbitmq"), ("secrets", "vault"), ("other", "consul"))
        ),
        # but not with what else stands there
        (
            VOTERS.replace("etcd", "kafka").replace("key-value-store", "stream").partition("\n")[0]
            + "\n  app: {kind: service, runs_on: [d-1, d-2, w-1]}",
            TWO_OF_THREE,
            "r-1: {kind: datacenter}, r-2: {kind: datacenter}",
            [],
        ),
        # a host with nothing on it is there
        (
            f"{VOTERS}\n  app: {{kind: service, runs_on: w-1}}",
            f"{TWO_OF_THREE}, x: {{zone: r-1}}, y: {{zone: r-3}}",
            "r-1: {kind: rack}, r-2: {kind: rack}, r-3: {kind: rack}",
            ["a move of web@w-1 to y"],
        ),
        # what else stands there stays
        (
            f"{VOTERS}\n  app: {{kind: service, runs_on: w-1}}",
            TWO_OF_THREE.replace("d-1: {zone: r-1}", "d-1: {zone: r-1}, e-1: {zone: r-1}"),
            "r-1: {kind: rack}, r-2: {kind: rack}",
            ["a move of web@w-1 to witness-1, a new host in r-3, a new rack"],
        ),
        # in another network
        (
            f"{VOTERS}\n  app: {{kind: service, runs_on: w-1}}",
            f"{TWO_OF_THREE}, y: {{zone: r-3, network: n}}",
            "r-1: {kind: rack}, r-2: {kind: rack}, r-3: {kind: rack}",
            ["a move of web@w-1 to witness-1, a new host in r-3"],
        ),
    ],
)
def test_a_voter_beside_another_one_goes_to_a_third_place(
    voters: str, hosts: str, zones: str, words: list[str]
) -> None:
    model = serving(voters, hosts, f"networks: {{n: {{trust: private}}}}\nzones: {{{zones}}}\n")
    assert repair(model) == words


@pytest.mark.parametrize(
    ("network", "carried", "place"),
    [
        ("n", "", "res"),
        ("other", "", "rack-1-b"),
        # a store's data stays with those that read it
        (
            "n",
            "  rows: {kind: database, runs_on: [v-2, v-3], replication: {primary: v-3, failover: manual}}\n",
            "rack-1-b",
        ),
    ],
)
def test_votes_alone_go_to_another_site_where_their_network_is(network: str, carried: str, place: str) -> None:
    zones = (
        "zones: {main: {kind: datacenter}, rack-1: {kind: rack, in: main}, rack-2: {kind: rack, in: main}, "
        "reserve: {kind: datacenter}}\nnetworks: {n: {trust: private}, other: {trust: private}}\n"
    )
    hosts = (
        "rack-1-a: {zone: rack-1}, rack-1-b: {zone: rack-1}, rack-2-a: {zone: rack-2}, res: {zone: reserve}, "
        "v-1: {runs_on: rack-1-a, network: n}, v-2: {runs_on: rack-1-a, network: n}, v-3: {runs_on: rack-2-a, network: n}, "
        f"there: {{runs_on: res, network: {network}}}, beside: {{runs_on: rack-1-b, network: n}}"
    )
    etcd = "  etcd: {kind: key-value-store, product: etcd, runs_on: [v-1, v-2, v-3], quorum: majority}\n"
    text = f"{etcd}{carried}  web: {{kind: service, runs_on: [there, beside]}}"
    model = serving(text, hosts, zones, "job -> etcd: GET")
    lost, built = Subject("host", "rack-1-a"), {host.id for host in model.hosts}
    moved = list(moves(Index(model), lost, [each for each in model.components if each.id == "etcd"], (), built))
    assert moved[0] == MoveHost("v-2", (), place)


def test_a_voter_goes_to_another_host_of_its_platform() -> None:
    zones = (
        "zones: {az-a: {kind: availability-zone}, az-b: {kind: availability-zone}, az-c: {kind: availability-zone}}\n"
    )
    hosts = "n1: {zone: az-a}, n2: {zone: az-a}, n3: {zone: az-b}, n5: {zone: az-c}"
    keeper = "  keeper: {kind: key-value-store, product: etcd, runs_on: [n1, n2, n5], quorum: majority}\n"
    web = "  web: {kind: service, runs_on: {any: [n1, n2, n3, n5], spread: host}, replicas: 2}"
    model = serving(keeper + web, hosts, zones, "job -> web: GET, web -> keeper: GET")
    assert repair(model) == ["a move of keeper@n2 to n3"]
