"""What `what-if` proposes instead of more machines: moves, members of a quorum at once, and nothing that helps on paper alone."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.edits.changes import AddReplica, Edit, FormQuorum, MoveHost, MoveReplica, apply_edit
from archgen.edits.description import describe_edit
from archgen.edits.moves import moves
from archgen.improve.recommendation import added_parts
from archgen.improve.repair import find_smallest_repair
from archgen.language.load import load
from archgen.model.architecture import Architecture
from archgen.model.subject import Subject
from archgen.report.what_if.comparison import changed_yaml

HEAD = "archgen: 1\nname: Moves\n"
JOB = "  job: {kind: scheduler, managed: true, replicas: 2}\n"
RACKS = "zones: {r-1: {kind: rack}, r-2: {kind: rack}}\n"


def read(text: str) -> Architecture:
    return load("moves.arch.yaml", text.encode()).architecture


def serving(components: str, hosts: str, zones: str = RACKS, steps: str = "job -> web: GET") -> Architecture:
    calls = "".join(f"  {step.partition(':')[0]}: https\n" for step in steps.split(", "))
    flow = f"flows: {{do: {{access: write, steps: [{steps}]}}}}\n"
    return read(f"{HEAD}{zones}hosts: {{{hosts}}}\ncomponents:\n{JOB}{components}\nconnections:\n{calls}{flow}")


def repair(model: Architecture) -> list[str]:
    """Return the edits of the smallest repair in words, each on what those before it made."""
    words: list[str] = []
    for edit in find_smallest_repair(model).edits:
        words.append(describe_edit(model, edit))
        model = apply_edit(model, edit)
    return words


PAIR = "  web: {kind: web-server, runs_on: [a, b]}"


@pytest.mark.parametrize(
    ("hosts", "zones", "words"),
    [
        ("a: {zone: r-1}, b: {zone: r-1}", RACKS, "a move of b to r-2"),
        ("a: {zone: r-1}, b: {zone: r-1}", RACKS.replace(", r-2: {kind: rack}", ""), "a move of b to r-2, a new rack"),
        (
            "a: {zone: r-1}, b: {zone: r-1}",
            RACKS.replace("rack}}", "rack, in: other}, other: {kind: datacenter}}"),
            "a move of b to r-2",
        ),
        (
            "a: {zone: r-1}, b: {zone: r-1}",
            "zones: {r-1: {kind: rack}, r-2: {kind: rack, in: z}, r-3: {kind: rack}, z: {kind: region}}\n",
            "a move of b to r-3",
        ),
        (
            "m: {zone: r-1}, n: {zone: r-2}, a: {runs_on: m}, b: {runs_on: m}, c: {runs_on: n}",
            RACKS,
            "a move of b to n",
        ),
        ("m: {}, n: {}, a: {runs_on: m}, b: {runs_on: m}, c: {runs_on: n}", RACKS, "a move of b to n"),
    ],
)
def test_one_of_two_hosts_moves_where_that_is_enough(hosts: str, zones: str, words: str) -> None:
    assert repair(serving(PAIR, hosts, zones)) == [words]


@pytest.mark.parametrize(
    ("networks", "places"),
    [
        # by the networks of x in r-1 and y in r-2: to a rack where that of the host is
        ("m, n", ["r-2"]),
        ("n, m", ["r-1"]),
        # one that is in one rack alone may be led to another
        ("m, m", ["r-1"]),
        # nobody lays one that is in two racks to another, nor to a new one: r-4 has a vote already
        ("m, m, n", []),
    ],
)
def test_a_host_moves_to_a_rack_where_its_network_is(networks: str, places: list[str]) -> None:
    used = dict(zip(("x", "y", "w"), networks.split(", "), strict=False))
    racks = {"r-3": "ab", "r-1": "x", "r-2": "y", "r-4": "w"}
    hosts = ", ".join(
        f"{host}: {{zone: {rack}, network: {used.get(host, 'n' if rack == 'r-3' else 'm')}}}"
        for rack, own in racks.items()
        for host in own
    )
    zones = f"zones: {{{', '.join(f'{rack}: {{kind: rack}}' for rack in racks)}}}\n"
    zones += "networks: {m: {trust: private}, n: {trust: private}}\n"
    model = serving("  web: {kind: key-value-store, product: etcd, runs_on: [a, b, w]}", hosts, zones)
    facts = Topology(model)
    moved = moves(facts.index, Subject("zone", "r-3"), [facts.components["web"]], (), facts.element_names)
    assert [edit.zones for edit in moved if isinstance(edit, MoveHost)] == [(place,) for place in places] * 2


@pytest.mark.parametrize(
    ("each", "words"),
    [
        # what stands on every machine loses nothing where two of it are together on another one
        ("other: {kind: web-server, runs_on: [a, b, c, d]}", "a move of b to n"),
        # a majority does
        (
            "other: {kind: key-value-store, product: etcd, runs_on: [a, b, c], quorum: majority}",
            "a move of b to o",
        ),
    ],
)
def test_a_virtual_machine_moves_where_its_like_is_on_every_machine(each: str, words: str) -> None:
    hosts = "m: {}, n: {}, o: {}, a: {runs_on: m}, b: {runs_on: m}, c: {runs_on: n}, d: {runs_on: o}"
    model = serving(f"{PAIR}\n  {each}", hosts, "")
    facts = Topology(model)
    affected = [component for component in model.components if facts.hosts_of(component.id)]
    move, *_ = moves(facts.index, Subject("host", "m"), affected, (), facts.element_names)
    assert describe_edit(model, move) == words


@pytest.mark.parametrize(
    ("hosts", "zones"),
    [
        # nobody leaves a region with one of two
        ("a: {zone: one}, b: {zone: one}", "zones: {one: {kind: region}, two: {kind: region}}\n"),
        # nor builds a datacenter for it
        ("a: {zone: one}, b: {zone: one}", "zones: {one: {kind: datacenter}}\n"),
        # the network of the host isn't there: a host of another is, or none
        (
            "a: {zone: one, network: n}, b: {zone: one, network: n}",
            "zones: {one: {kind: datacenter}, two: {kind: datacenter}}\nnetworks: {n: {trust: private}}\n",
        ),
        (
            "a: {zone: one, network: n}, b: {zone: one, network: n}, c: {zone: two, network: m}",
            "zones: {one: {kind: datacenter}, two: {kind: datacenter}}\nnetworks: {n: {trust: private}, m: {trust: private}}\n",
        ),
    ],
)
def test_no_host_moves_where_it_could_not_serve(hosts: str, zones: str) -> None:
    assert not any(isinstance(edit, MoveHost) for edit in find_smallest_repair(serving(PAIR, hosts, zones)).edits)


def test_a_host_moves_to_a_datacenter_that_its_network_reaches() -> None:
    zones = "zones: {one: {kind: datacenter}, two: {kind: datacenter}}\nnetworks: {n: {trust: private}}\n"
    model = serving(
        f"{PAIR}\n  other: {{kind: worker, runs_on: c}}",
        "a: {zone: one, network: n}, b: {zone: one, network: n}, c: {zone: two, network: n}",
        zones,
    )
    assert repair(model) == ["a move of b to two"]


@pytest.mark.parametrize(
    ("third", "words"),
    [
        # a network in two of the sites is led to the third as well, and the moved host keeps it
        ("c: {zone: two, network: n}", ["a move of b to three"]),
        # one in a single site stays there
        ("c: {zone: two, network: m}", []),
    ],
)
def test_a_network_that_spans_two_sites_reaches_a_third(third: str, words: list[str]) -> None:
    zones = "zones: {one: {kind: datacenter}, two: {kind: datacenter}, three: {kind: datacenter}}\n"
    model = serving(
        "  api: {kind: service, runs_on: [a, b, c]}\n  etcd: {kind: key-value-store, product: etcd, runs_on: [a, b, c]}",
        f"a: {{zone: one, network: n}}, b: {{zone: one, network: n}}, {third}, d: {{zone: three, network: m}}",
        f"{zones}networks: {{n: {{trust: private}}, m: {{trust: private}}}}\n",
        "job -> api: PUT, api -> etcd: PUT",
    )
    assert [each for each in repair(model) if each.startswith("a move of b")] == words


def test_what_a_pair_with_a_shared_address_keeps_beside_it_stays_on_its_site() -> None:
    """A depot's queue on the hosts of its edge: a copy of it in another city would take the address there."""
    model = serving(
        "  edge: {kind: service, runs_on: [a, b], cluster: {mode: active-passive, active: a, address: {shared: 10.20.0.5}, "
        "failover: automatic, by: vrrp, watches: process}}\n"
        "  outbox: {kind: queue, product: rabbitmq, runs_on: [a, b], replication: {primary: a, failover: manual}}\n"
        "  app: {kind: app-server, runs_on: [c, d]}",
        "a: {zone: one, network: n}, b: {zone: one, network: n}, c: {zone: two}, d: {zone: two}",
        "zones: {one: {kind: datacenter}, two: {kind: datacenter}, three: {kind: datacenter}}\nnetworks: {n: {trust: private}}\n",
        "job -> edge: POST, edge -> outbox: keep",
    )
    calls = (replace(call, locality="same-host") if call.source == "edge" else call for call in model.connections)
    third = "a third member of outbox on a-2 in one, a new host, and a vote of the three on what waits (quorum queues)"
    asking = "failover of edge when its requests fail, not its process alone"
    assert repair(replace(model, connections=tuple(calls))) == [third, asking]


def test_a_pair_that_shares_an_address_stays_on_its_site() -> None:
    zones = "zones: {one: {kind: datacenter}, two: {kind: datacenter}}\n"
    cluster = "{mode: active-passive, failover: automatic, by: vrrp, address: {shared: 192.0.2.1}}"
    pair = f"  web: {{kind: load-balancer, runs_on: [a, b], cluster: {cluster}}}"
    assert repair(serving(pair, "a: {zone: one}, b: {zone: one}", zones)) == []
    racks = serving(pair, "a: {zone: r-1}, b: {zone: r-1}")
    assert repair(racks) == ["a move of b to r-2"]


def test_the_primary_stays_and_the_standby_moves() -> None:
    store = (
        "  web: {{kind: database, product: postgresql, runs_on: [a, b], replication: {{primary: {0}, failover: automatic, by: votes}}}}\n"
        "  votes: {{kind: key-value-store, product: etcd, runs_on: [x, y, z], quorum: majority}}"
    )
    hosts = "a: {zone: r-1}, b: {zone: r-1}, x: {zone: r-1}, y: {zone: r-2}, z: {zone: r-3}"
    zones = RACKS.replace("r-2: {", "r-3: {kind: rack}, r-2: {")
    assert repair(serving(store.format("a"), hosts, zones)) == ["a move of b to r-3"]
    assert repair(serving(store.format("b"), hosts, zones)) == ["a move of a to r-3"]


def test_what_is_alone_on_the_host_is_not_moved_from_one_point_of_failure_to_another() -> None:
    model = serving(
        f"{PAIR}\n  files: {{kind: file-storage, product: nfs, runs_on: b}}",
        "a: {zone: r-1}, b: {zone: r-1}",
        steps="job -> web: GET, web -> files: read",
    )
    assert not any(isinstance(edit, MoveHost) and edit.host == "b" for edit in find_smallest_repair(model).edits)


def test_a_host_of_others_does_not_move() -> None:
    hosts = "m: {zone: r-1}, n: {zone: r-1}, a: {runs_on: m}, b: {runs_on: n}"
    edits = find_smallest_repair(serving(PAIR, hosts)).edits
    assert not any(isinstance(edit, MoveHost) and edit.host in ("m", "n") for edit in edits)
    # what runs on it does, to a machine in another rack
    assert MoveHost("b", (), "m-2", ("r-2",)) in edits or MoveHost("b", (), "n-2", ("r-2",)) in edits


def test_a_witness_moves_away_from_the_primary() -> None:
    store = (
        "  web: {kind: database, product: mysql, runs_on: [a, b], replication: {primary: a, failover: automatic, by: votes}}\n"
        "  votes: {kind: other, product: orchestrator, runs_on: [a, b, w], quorum: majority}"
    )
    hosts = "a: {zone: r-1}, b: {zone: r-2}, w: {zone: r-1}"
    assert repair(serving(store, hosts)) == ["a move of w to r-3, a new rack"]


def test_the_second_replica_on_a_host_moves_to_a_host_that_is_there() -> None:
    model = serving(
        "  web: {kind: web-server, runs_on: {a: 2}}\n  too: {kind: web-server, runs_on: b}", "a: {}, b: {}", ""
    )
    (edit,) = find_smallest_repair(model).edits
    assert edit == MoveReplica("web", "web@a#2", "b")
    after = apply_edit(model, edit)
    assert changed_yaml(model, after) == "components:\n  web:\n    runs_on: [a, b]\n"
    assert added_parts(model, after) == "a setting"


def test_a_moved_host_is_written_and_counted() -> None:
    model = serving(PAIR, "a: {zone: r-1}, b: {zone: r-1}", RACKS.replace(", r-2: {kind: rack}", ""))
    (edit,) = find_smallest_repair(model).edits
    after = apply_edit(model, edit)
    assert changed_yaml(model, after) == "zones:\n  r-2: {kind: rack}\nhosts:\n  b: {zone: r-2}\n"
    assert added_parts(model, after) == "1 host elsewhere"


THREE = RACKS.replace("r-2: {", "r-3: {kind: rack}, r-2: {")


@pytest.mark.parametrize(
    ("store", "hosts", "zones", "words"),
    [
        (
            "queue, product: rabbitmq, runs_on: q-1",
            "q-1: {}",
            "",
            ["two more members of web on q-2 and q-3, new hosts, which elect with the first"],
        ),
        (
            "stream, product: kafka, runs_on: q-1",
            "q-1: {}",
            "",
            ["two more members of web on q-2 and q-3, new hosts, which elect with the first"],
        ),
        ("search, product: elasticsearch", "q-1: {}", "", ["two more members of web, which elect with the first"]),
        (
            "queue, product: rabbitmq, runs_on: q-1",
            "q-1: {zone: r-1}",
            THREE,
            ["two more members of web on q-2 in r-3 and q-3 in r-2, new hosts, which elect with the first"],
        ),
        # an even number is one short of a majority
        (
            "stream, product: kafka, runs_on: [q-1, q-2], quorum: majority",
            "q-1: {}, q-2: {}",
            "",
            ["a replica of web on q-3, a new host"],
        ),
    ],
)
def test_what_agrees_by_vote_gets_three_members(store: str, hosts: str, zones: str, words: list[str]) -> None:
    assert repair(serving(f"  web: {{kind: {store}}}", hosts, zones)) == words


@pytest.mark.parametrize("quorum", ["", ", quorum: majority", ", quorum: 2"])
def test_three_that_vote_get_no_fourth_and_no_majority_in_another_rack(quorum: str) -> None:
    members = f"  web: {{kind: queue, product: rabbitmq, runs_on: [a, b, c]{quorum}}}"
    assert repair(serving(members, "a: {zone: r-1}, b: {zone: r-1}, c: {zone: r-1}")) == []
    assert repair(serving(members, "a: {zone: r-1}, b: {zone: r-1}, c: {zone: r-2}", THREE)) == (
        ["a move of b to r-3"] if quorum else []
    )


@pytest.mark.parametrize(
    ("hosts", "quorum", "after"),
    [
        ("[a, b, c]", "2", "quorum: 3\n"),
        ("[a, b]", "2", ""),
        ("[a, b]", "1", ""),
        ("a", "1", ""),
        ("[a, b, c]", "3", ""),
        ("[a, b, c]", "{read: 1, write: 2}", "quorum: {read: 1, write: 3}\n"),
        ("[a, b, c]", "{read: 2, write: 2}", "quorum: {read: 3, write: 3}\n"),
        ("[a, b, c]", "{read: 1, write: 3}", "quorum: {read: 1, write: 4}\n"),
    ],
)
def test_a_number_that_is_a_majority_grows_with_the_members(hosts: str, quorum: str, after: str) -> None:
    members = f"  web: {{kind: other, product: ceph, runs_on: {hosts}, quorum: {quorum}}}"
    before = serving(members, "a: {}, b: {}, c: {}, d: {}")
    written = changed_yaml(before, apply_edit(before, AddReplica("web", "d")))
    assert "".join(line.lstrip() for line in written.splitlines(keepends=True) if "quorum:" in line) == after


def test_members_of_a_quorum_are_written_with_their_agents() -> None:
    model = serving(
        "  web: {kind: queue, product: rabbitmq, runs_on: q-1}\n  agent: {kind: monitoring-agent, runs_on: q-1}",
        "q-1: {}",
        "",
    )
    after = apply_edit(model, FormQuorum("web", ("q-2", "q-3"), ((), ())))
    assert changed_yaml(model, after).partition("components:\n")[2] == (
        "  web:\n    runs_on: [q-1, q-2, q-3]\n    quorum: majority\n  agent:\n    runs_on: [q-1, q-2, q-3]\n"
    )


def test_a_copy_that_nothing_promotes_may_become_the_second_replica() -> None:
    stores = (
        "  web: {kind: key-value-store, product: redis}\n"
        "  copy: {kind: key-value-store, product: redis, replication: {of: web}}"
    )
    words = repair(serving(stores, ""))
    assert words[0] == "one more replica of web (or copy, its read-only copy, as a replica)"
    placed = stores.replace("redis}", "redis, runs_on: a}").replace("redis, rep", "redis, runs_on: b, rep")
    words = repair(serving(placed, "a: {}, b: {}", ""))
    assert words[0] == "a replica of web on b (or copy, its read-only copy, as a replica)"
    assert not any("copy, its" in word for word in words[1:])


@pytest.mark.parametrize(
    ("zones", "cluster"),
    [
        (RACKS, "{mode: active-passive, failover: automatic, by: vrrp, watches: process}"),
        (
            "zones: {eu: {kind: region}, r-1: {kind: availability-zone, in: eu}, r-2: {kind: availability-zone, in: eu}}\n",
            "{mode: active-passive, address: dns, failover: automatic, by: dns, watches: process}",
        ),
    ],
)
def test_between_sites_a_name_moves_and_no_address(zones: str, cluster: str) -> None:
    model = read(
        f"{HEAD}{zones}hosts: {{a: {{zone: r-1}}}}\ncomponents:\n  user: {{kind: client}}\n  web: {{kind: web-server, runs_on: a}}\n"
        "connections: {user -> web: https}\nflows: {do: {steps: [user -> web: GET]}}\n"
    )
    after: Architecture = model
    edits: tuple[Edit, ...] = find_smallest_repair(model).edits
    for edit in edits:
        after = apply_edit(after, edit)
    assert f"cluster: {cluster}" in changed_yaml(model, after)


@pytest.mark.parametrize(
    ("product", "noted"),
    [
        ("mysql", True),
        # Patroni moves no address
        ("postgresql", True),
        ("redis", False),
        ("mysql, cluster: {address: dns}", False),
        ("postgresql, cluster: {address: dns}", False),
    ],
)
def test_callers_that_no_promoter_leads_are_named(product: str, noted: bool) -> None:
    store = (
        f"  web: {{kind: database, product: {product}, runs_on: [a, b], replication: {{primary: a, failover: manual}}}}"
    )
    model = serving(store, "a: {}, b: {}", "")
    after = model
    (words,) = repair(model)
    for edit in find_smallest_repair(model).edits:
        after = apply_edit(after, edit)
    assert ("with what leads its callers to the new primary" in words) is noted
    assert ("# add what leads its callers to the new primary" in changed_yaml(model, after)) is noted


BOX = (
    "  web: {kind: web-server, runs_on: a}\n  app: {kind: service, runs_on: a}\n  files: {kind: file-storage, product: nfs, runs_on: a}\n"
    "  cache: {kind: cache, product: redis, runs_on: a}"
)


def test_nothing_is_doubled_that_fails_with_its_host_all_the_same() -> None:
    steps = "job -> web: GET, web -> cache: GET, web -> files: read"
    assert repair(serving(BOX, "a: {}", "", steps)) == []
    apart = BOX.replace("product: nfs, runs_on: a", "product: nfs, runs_on: b")
    assert repair(serving(apart, "a: {}, b: {}", "", steps))[0].startswith("a host a-2 like a, with web, cache")


def test_a_host_carries_what_a_flow_needs_there_and_no_more() -> None:
    text = (
        f"{HEAD}hosts: {{a: {{}}}}\ncomponents:\n{JOB}{BOX}\n"
        "connections: {job -> web: https, job -> app: https, web -> app: https, app -> cache: redis, cache -> files: nfs}\n"
        "flows: {page: {steps: [job -> web: GET, web -> app: GET]}, keep: {steps: [job -> app: x, app -> cache: y, cache -> files: z]}}\n"
    )
    assert repair(read(text)) == ["a host a-2 like a, with web, app"]


def test_a_host_carries_nothing_for_flows_that_fail_without_the_first_one_all_the_same() -> None:
    """So many changes that the first that helps are taken: what only `keep` needs, which the files bring down, is left out."""
    many = [f"s-{number}" for number in range(32)]
    text = (
        f"{HEAD}hosts: {{a: {{}}, {', '.join(f'{name}-host: {{}}' for name in many)}}}\ncomponents:\n{JOB}{BOX}\n"
        + "".join(f"  {name}: {{kind: service, runs_on: {name}-host}}\n" for name in many)
        + "connections:\n  job -> web: https\n  web -> app: https\n  app -> cache: redis\n  cache -> files: nfs\n  job -> app: https\n"
        + "".join(f"  job -> {name}: https\n" for name in many)
        + "flows:\n  page: {steps: [job -> web: GET, web -> app: GET]}\n"
        "  keep: {steps: [job -> app: x, app -> cache: y, cache -> files: z]}\n"
        f"  wide: {{steps: [{', '.join(f'job -> {name}: x' for name in many)}]}}\n"
    )
    assert "a host a-2 like a, with web, app" in repair(read(text))


def test_a_host_that_is_added_for_one_serves_the_others_too() -> None:
    steps = "job -> web: GET, web -> app: GET, app -> queue: put"
    queue = BOX.replace("cache: {kind: cache, product: redis", "queue: {kind: queue, product: rabbitmq")
    assert repair(serving(queue, "a: {}", "", steps)) == [
        "two more members of queue on a-2 and a-3, new hosts, which elect with the first",
        "replicas of web and app on a-2",
    ]
    # the host of a balancer is none for an application
    front = "  lb: {kind: load-balancer, runs_on: b}\n" + BOX.replace(
        "product: nfs, runs_on: a", "product: nfs, managed: true"
    )
    page = "job -> lb: GET, lb -> web: GET, web -> app: GET"
    assert any(word.startswith("a host a-2 like a") for word in repair(serving(front, "a: {}, b: {}", "", page)))
    other = queue.replace("runs_on: a}\n  files", "runs_on: b}\n  more: {kind: service, runs_on: b}\n  files")
    networks = "networks: {n: {trust: private}, m: {trust: private}}\n"
    words = repair(serving(other, "a: {network: n}, b: {network: m}", networks, f"{steps}, job -> more: GET"))
    assert any(word.startswith("a host b-2 like b, with app, more") for word in words)


@pytest.mark.parametrize(
    ("zones", "place"),
    [
        ("z-1: {kind: availability-zone, in: eu}, z-9: {kind: availability-zone, in: us}", "z-2"),
        (
            "z-1: {kind: availability-zone, in: eu}, z-9: {kind: availability-zone, in: us}, z-5: {kind: availability-zone, in: eu}",
            "z-5",
        ),
        ("z-1: {kind: datacenter, in: eu}, z-9: {kind: datacenter, in: us}", "z-9"),
    ],
)
def test_another_zone_is_one_in_the_same_place(zones: str, place: str) -> None:
    regions = f"zones: {{eu: {{kind: region}}, us: {{kind: region}}, {zones}}}\n"
    more = "  too: {kind: file-storage, product: nfs, runs_on: c}"
    steps = "job -> web: GET, web -> too: read"
    model = serving(f"  web: {{kind: service, runs_on: a}}\n{more}", "a: {zone: z-1}, c: {zone: eu}", regions, steps)
    assert f"a replica of web on a-2 in {place}, a new host" in repair(model)


def test_a_router_gets_no_second_one_on_another_site() -> None:
    zones = "zones: {one: {kind: datacenter}, two: {kind: datacenter}}\n"
    model = serving("  web: {kind: router, runs_on: a}", "a: {zone: one}", zones)
    assert repair(model) == ["a replica of web on a-2 in one, a new host"]
    other = "  web: {kind: router, runs_on: a}\n  too: {kind: router, runs_on: b}"
    there = repair(serving(other, "a: {zone: one}, b: {zone: two}", zones, "job -> web: GET, job -> too: GET"))
    assert there == ["a replica of web on a-2 in one, a new host", "a replica of too on b-2 in two, a new host"]


@pytest.mark.parametrize(("product", "grown"), [("synapse", False), ("jenkins", False), ("", True)])
def test_what_its_makers_support_once_gets_no_second_replica(product: str, grown: bool) -> None:
    made_by = f"product: {product}, " if product else ""
    components = f"  lb: {{kind: load-balancer, managed: true}}\n  web: {{kind: app-server, {made_by}runs_on: a}}"
    words = repair(serving(components, "a: {}", "", "job -> lb: GET, lb -> web: GET"))
    assert any("web" in word for word in words) is grown


ARBITER = (
    "automatic failover of web by a new arbiter of three, one of them on witness-1, a new host, with what leads its callers to "
    "the new primary"
)


@pytest.mark.parametrize(
    ("product", "words"),
    [
        ("product: db2, ", ["automatic failover of web by db2's own means, if it has any"]),
        ("product: perforce, ", []),
        ("", [ARBITER]),
    ],
)
def test_a_product_promotes_by_its_own_means_where_no_other_is_known(product: str, words: list[str]) -> None:
    pair = f"  web: {{kind: database, {product}runs_on: [a, b], replication: {{primary: a, failover: manual}}}}"
    assert repair(serving(pair, "a: {}, b: {}", "")) == words
    single = f"  web: {{kind: database, {product}runs_on: a}}"
    assert bool(repair(serving(single, "a: {}", ""))) is not bool(product)


@pytest.mark.parametrize(
    ("far", "mode", "words"),
    [
        ("r-2", "asynchronous", ", with writes that wait for a standby (`mode: synchronous`)"),
        ("r-2", "synchronous", ""),
        ("us", "asynchronous", None),
    ],
)
def test_writes_wait_for_a_copy_that_is_promoted_only_in_step(far: str, mode: str, words: str | None) -> None:
    zones = "zones: {eu: {kind: region}, us: {kind: region}, r-1: {kind: rack, in: eu}, r-2: {kind: rack, in: eu}}\n"
    pair = f"  web: {{kind: database, product: mssql, runs_on: [a, b], replication: {{primary: a, failover: manual, mode: {mode}}}}}"
    edits = repair(serving(pair, f"a: {{zone: r-1}}, b: {{zone: {far}}}, c: {{zone: eu}}", zones))
    automated = [edit for edit in edits if edit.startswith("automatic failover of web by a new wsfc of three")]
    assert bool(automated) is (words is not None)
    assert all(edit.endswith(f"{words}") for edit in automated)


@pytest.mark.parametrize(("product", "known"), [("tieline", False), ("kubernetes", True), ("", True)])
def test_people_know_what_selects_one_of_two_devices(product: str, known: bool) -> None:
    made_by = f", product: {product}" if product else ""
    single = repair(serving(f"  web: {{kind: other{made_by}, runs_on: a}}", "a: {}", ""))
    assert single == [f"a replica of web on a-2, a new host{'' if known else ', with what selects one of the two'}"]
    spread = f"  lb: {{kind: load-balancer, managed: true}}\n  web: {{kind: other{made_by}, runs_on: a}}"
    steps = "job -> lb: GET, lb -> web: GET"
    assert "a replica of web on a-2, a new host" in repair(serving(spread, "a: {}", "", steps))
    cluster = "runs_on: [a, b], cluster: {mode: active-passive, active: a, failover: manual}"
    words = "" if known else " by tieline's own means, if it has any, or by a switch before it"
    assert repair(serving(f"  web: {{kind: other{made_by}, {cluster}}}", "a: {}, b: {}", "")) == [
        f"automatic failover of web{words}"
    ]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("dns", []),
        ("cdn", []),
        ("database", ["one more replica of web (no `scope` is declared)"]),
        ("database, product: aurora", ["one more replica of web"]),
    ],
)
def test_no_second_provider_is_bought_since_a_model_is_silent(kind: str, words: list[str]) -> None:
    assert repair(serving(f"  web: {{kind: {kind}, managed: true}}", "", "")) == words


@pytest.mark.parametrize(
    ("component", "written"),
    [
        (
            "{kind: reverse-proxy, runs_on: [a, b], cluster: {mode: active-passive, active: a, address: dns, failover: manual}}",
            "components:\n  web:\n    runs_on: [c, b]\n    cluster: {mode: active-passive, active: c, address: dns, failover: manual}\n",
        ),
        (
            "{kind: database, runs_on: [a, b], replication: {primary: a, failover: manual}}",
            "components:\n  web:\n    runs_on: [c, b]\n    replication: {primary: c, failover: manual}\n",
        ),
    ],
)
def test_a_replica_that_moves_stays_the_active_one_or_the_primary(component: str, written: str) -> None:
    model = serving(f"  web: {component}", "a: {}, b: {}, c: {}", "")
    after = apply_edit(model, MoveReplica("web", "web@a", "c"))
    assert changed_yaml(model, after) == written
