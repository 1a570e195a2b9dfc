"""New hosts that one change shares with another, and new racks and machines where none of those that are there is free."""

from __future__ import annotations

import pytest

from archgen.edits.changes import AddReplica, apply_edit
from archgen.edits.new_hosts import name_like
from archgen.improve import repair as repairs
from archgen.improve.repair import find_smallest_repair
from archgen.reliability.index import Index
from archgen.report.what_if.comparison import changed_yaml
from tests.improve.test_moves import PAIR, read, repair, serving

VOTES = (
    "  web: {kind: service, runs_on: a}\n  keys: {kind: key-value-store, product: etcd, runs_on: a}\n"
    "  rows: {kind: database, product: cockroachdb, runs_on: NODE}"
)
STEPS = "job -> web: GET, web -> keys: GET, web -> rows: INSERT"


def test_members_of_two_quorums_on_one_host_share_the_new_ones() -> None:
    assert repair(serving(VOTES.replace("NODE", "a"), "a: {}", "", STEPS)) == [
        "two more members of keys on a-2 and a-3, new hosts, which elect with the first",
        "two more members of rows on a-2 and a-3, which elect with the first",
        "a replica of web on a-2",
    ]


@pytest.mark.parametrize(("hosts", "networks"), [("a: {}, b: {}", ""), ("a: {network: n}, b: {network: m}", "n, m")])
def test_members_of_a_quorum_on_another_host_get_their_own(hosts: str, networks: str) -> None:
    declared = ", ".join(f"{name}: {{trust: private}}" for name in networks.split(", ") if name)
    words = repair(serving(VOTES.replace("NODE", "b"), hosts, f"networks: {{{declared}}}\n" if declared else "", STEPS))
    assert "two more members of rows on b-2 and b-3, new hosts, which elect with the first" in words


@pytest.mark.parametrize(
    ("zones", "words"),
    [
        (
            "r-1: {kind: rack}, r-2: {kind: rack}",
            "two more members of web on q-2 in r-2 and q-3 in r-3, new hosts, which elect with the first",
        ),
        (
            "r-1: {kind: power}",
            "two more members of web on q-2 in r-2 and q-3 in r-3, new hosts, which elect with the first",
        ),
        # nobody builds a datacenter for it
        (
            "r-1: {kind: datacenter}, r-2: {kind: datacenter}",
            "two more members of web on q-2 in r-1 and q-3 in r-1, new hosts, which elect with the first",
        ),
    ],
)
def test_members_of_a_quorum_get_racks_that_are_not_there(zones: str, words: str) -> None:
    store = "  web: {kind: queue, product: rabbitmq, runs_on: q-1}"
    assert repair(serving(store, "q-1: {zone: r-1}", f"zones: {{{zones}}}\n")) == [words]


@pytest.mark.parametrize(
    ("hosts", "on"),
    [
        ("x: {zone: r-2}, y: {zone: r-3}, z: {zone: r-1}", "x and y"),
        ("x: {zone: r-3}, y: {zone: r-1}", "q-2 in r-2 and x, a new host"),
        ("x: {zone: r-2, network: n}", "q-2 in r-2 and q-3 in r-3, new hosts"),
    ],
)
def test_members_of_a_quorum_go_to_hosts_with_nothing_on_them(hosts: str, on: str) -> None:
    zones = "zones: {r-1: {kind: rack}, r-2: {kind: rack}, r-3: {kind: rack}}\nnetworks: {n: {trust: private}}\n"
    model = serving("  web: {kind: queue, product: rabbitmq, runs_on: q-1}", f"q-1: {{zone: r-1}}, {hosts}", zones)
    assert repair(model) == [f"two more members of web on {on}, which elect with the first"]


def test_virtual_members_of_a_quorum_are_where_their_machines_are() -> None:
    store = "  web: {kind: queue, product: rabbitmq, runs_on: q-1}"
    store += "\n  app: {kind: service, runs_on: [x, y]}"
    hosts = "m: {zone: r-1}, n: {zone: r-1}, o: {zone: r-2}, q-1: {runs_on: m}, x: {runs_on: n}, y: {runs_on: o}"
    after = serving(store, hosts)
    for edit in find_smallest_repair(after).edits:
        after = apply_edit(after, edit)
    added = [host for host in after.hosts if host.id in ("q-2", "q-3")]
    assert [(host.zones, host.runs_on) for host in added] == [((), "o"), ((), "n")]


def test_a_virtual_machine_moves_to_a_new_machine_where_none_is_free() -> None:
    hosts = "m: {zone: r-1}, a: {runs_on: m}, b: {runs_on: m}"
    model = serving(PAIR, hosts, "zones: {r-1: {kind: rack, availability: 100%}}\n")
    assert repair(model)[0] == "a move of b to m-2, a new host in r-2, a new rack"
    # in one datacenter, of which nobody builds another
    assert repair(serving(PAIR, hosts, "zones: {r-1: {kind: datacenter}}\n"))[0] == "a move of b to m-2, a new host"
    after = apply_edit(model, find_smallest_repair(model).edits[0])
    assert "hosts:\n  b: {runs_on: m-2}\n  m-2: {zone: r-2}\n" in changed_yaml(model, after)


@pytest.mark.parametrize(("kind", "place"), [("rack", "r-2"), ("datacenter", "r-1")])
def test_a_second_host_gets_a_new_rack_where_all_are_in_the_only_one(kind: str, place: str) -> None:
    pair = "  web: {kind: web-server, runs_on: a}\n  app: {kind: queue, product: rabbitmq, runs_on: [b, c, d], quorum: majority}"
    zones = f"zones: {{r-1: {{kind: {kind}}}}}\n"
    model = serving(
        pair,
        "a: {zone: r-1}, b: {zone: r-1}, c: {zone: r-1}, d: {zone: r-1}",
        zones,
        "job -> web: GET, web -> app: GET",
    )
    (edit,) = (each for each in find_smallest_repair(model).edits if isinstance(each, AddReplica))
    assert edit.zones == (place,)


def test_a_standby_leaves_the_machine_of_its_primary_and_of_the_witness() -> None:
    store = "  web: {kind: database, product: mysql, runs_on: [a, b], replication: {primary: a, failover: manual}}"
    model = serving(store, "m-1: {}, a: {runs_on: m-1}, b: {runs_on: m-1}", "")
    found = find_smallest_repair(model)
    assert repair(model)[1:] == ["a move of b to m-3, a new host"]
    assert not any(points for _, points in found.left)


def test_a_new_machine_below_is_no_place_for_members_or_for_what_stands_beside_them() -> None:
    """The new machine below the virtual one of `web` is in the same zones as the hosts of the other components."""
    components = (
        "  web: {kind: service, runs_on: a}\n  keys: {kind: key-value-store, product: etcd, runs_on: k}\n"
        "  one: {kind: worker, runs_on: w}\n  two: {kind: service, runs_on: w}"
    )
    steps = "job -> web: GET, web -> keys: GET, job -> one: x, one -> two: x"
    after = serving(components, "m: {}, a: {runs_on: m}, k: {}, w: {}", "", steps)
    for edit in find_smallest_repair(after).edits:
        after = apply_edit(after, edit)
    below = {host.runs_on for host in after.hosts if host.runs_on is not None}
    assert len(below) == 2
    assert not any(below & set(replica.hosts) for component in after.components for replica in component.replicas)


def test_members_of_a_quorum_and_the_machines_below_them_have_names_of_their_own() -> None:
    """The machine of the first member is not named as the second member is to be."""
    model = serving(
        "  web: {kind: queue, product: rabbitmq, runs_on: h1}\n  too: {kind: service, replicas: 1}",
        "h0: {}, h1: {runs_on: h0}",
        "",
        "job -> web: GET, job -> too: x",
    )
    after = model
    for edit in find_smallest_repair(model).edits:
        after = apply_edit(after, edit)
    below = {host.id: host.runs_on for host in after.hosts}
    members = [replica.hosts[0] for each in after.components if each.id == "web" for replica in each.replicas]
    assert len({below[member] for member in members} - {None}) == 3


SERVERS = """\
archgen: 1
name: Two servers of one provider
zones: {p: {kind: provider}, fsn: {kind: datacenter, in: p}, nbg: {kind: datacenter, in: p}}
hosts: {srv-1: {zone: fsn}, srv-2: {zone: nbg}}
components:
  user: {kind: client}
  cdn: {kind: cdn, managed: {scope: global}}
  caddy: {kind: reverse-proxy, runs_on: srv-1}
  app: {kind: app-server, runs_on: srv-1}
  redis: {kind: key-value-store, product: redis, runs_on: srv-1}
  worker: {kind: worker, runs_on: [srv-1, srv-2]}
  timer: {kind: scheduler, runs_on: srv-1}
  db: {kind: database, product: postgresql, runs_on: [srv-1, srv-2], replication: {primary: srv-1, failover: manual, recovery: 1h}}
  copies: {kind: backup, runs_on: srv-2, backs_up: db}
connections:
  {user -> cdn: https, cdn -> caddy: https, caddy -> app: http, app -> redis: redis, app -> db: postgresql, copies -> db: ssh,
   timer -> redis: redis, worker -> redis: redis, worker -> db: postgresql}
flows:
  look: {access: read, steps: [user -> cdn: GET, cdn -> caddy: GET, caddy -> app: GET, app -> redis: x, app -> db: SELECT]}
  save: {access: write, steps: [user -> cdn: POST, cdn -> caddy: POST, caddy -> app: POST, app -> redis: x, app -> db: INSERT]}
  mail: {access: read, steps: [worker -> redis: next, worker -> db: SELECT]}
  remind: {access: write, steps: [timer -> redis: x]}
  copy: {access: read, steps: [copies -> db: the WAL]}
"""
VOTED = (
    "automatic failover of db by a new etcd of three, one of them on witness-1, a new host in third-site, a new datacenter, "
    "with what leads its callers to the new primary"
)


@pytest.mark.parametrize("helpers", [repairs.MOST_HELPERS, 3])
def test_what_one_server_carries_goes_to_the_other_and_not_to_a_witness(
    helpers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that a flow of its own depends on is there for others; of many changes, only the first that help are tried."""
    monkeypatch.setattr(repairs, "MOST_HELPERS", helpers)
    replicas = "replicas of caddy, app, redis and timer on srv-2"
    sentinel = "automatic failover of redis by a new sentinel of three, one of them on witness-1"
    assert repair(read(SERVERS)) == [VOTED, replicas, sentinel]


def test_what_fits_on_no_server_gets_one_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repairs, "MOST_HELPERS", 3)
    apart = SERVERS.replace("{zone: nbg}", "{zone: nbg, network: n}") + "networks: {n: {trust: private}}\n"
    assert repair(read(apart))[1] == "a host srv-3 like srv-1 in third-site, with caddy, app, redis, worker, timer, db"


def test_what_suits_different_servers_stays_together() -> None:
    two = (
        "  lb: {kind: load-balancer, managed: {scope: regional}}\n  web: {kind: service, product: a, runs_on: a}\n"
        "  rows: {kind: service, product: z, runs_on: a}\n  old-web: {kind: service, product: a, runs_on: [b, d]}\n"
        "  old-rows: {kind: service, product: z, runs_on: c}"
    )
    words = repair(serving(two, "a: {}, b: {}, c: {}, d: {}", "", "job -> lb: x, lb -> web: x, lb -> rows: x"))
    assert words == ["a host a-2 like a, with web, rows"]


def test_a_server_that_is_named_like_a_voter_and_carries_more_has_room() -> None:
    web = "  web: {kind: service, runs_on: observer-1}\n  lb: {kind: reverse-proxy, runs_on: [observer-1, observer-2]}"
    words = repair(serving(web, "observer-1: {}, observer-2: {}", "", "job -> lb: x, lb -> web: x"))
    assert words == ["a replica of web on observer-2"]


@pytest.mark.parametrize(("kind", "place"), [("datacenter", "a-1"), ("availability-zone", "a-3")])
def test_a_site_that_was_chosen_for_a_vote_gets_no_server_where_another_is_left(kind: str, place: str) -> None:
    """A flow that ends in a-1 whatever is added has its second server there, not in a third datacenter."""
    text = f"""\
archgen: 1
name: Two servers
zones: {{a-1: {{kind: {kind}}}, a-2: {{kind: {kind}}}}}
networks: {{m: {{trust: private}}, n: {{trust: private}}}}
hosts: {{big: {{zone: a-1, network: m}}, other: {{zone: a-2, network: n}}}}
components:
  job: {{kind: client}}
  web: {{kind: app-server, runs_on: big}}
  db: {{kind: database, product: mariadb, runs_on: big}}
  staging: {{kind: app-server, runs_on: other}}
  cache: {{kind: cache, product: redis, runs_on: other}}
  box: {{kind: mail, managed: {{scope: zonal, zone: a-1}}}}
connections: {{job -> web: https, web -> db: mysql, job -> staging: https, staging -> cache: redis, staging -> box: smtp}}
flows:
  buy: {{access: write, steps: [job -> web: POST, web -> db: INSERT]}}
  try: {{steps: [job -> staging: POST, staging -> cache: SET, staging -> box: DATA]}}
"""
    words = repair(read(text))
    assert f"a host other-2 like other in {place}, with staging, cache" in words


@pytest.mark.parametrize(("licenses", "place"), [("lic", "dc-1"), ("lic, far", "dc-2")])
def test_a_new_host_is_near_the_rest_where_another_zone_resolves_no_more(licenses: str, place: str) -> None:
    text = f"""\
archgen: 1
name: One balancer
zones: {{dc-1: {{kind: datacenter}}, dc-2: {{kind: datacenter}}}}
hosts: {{edge-1: {{zone: dc-1}}, app-1: {{zone: dc-1}}, app-2: {{zone: dc-2}}, far: {{zone: dc-2}}, lic: {{zone: dc-1}}}}
components:
  user: {{kind: client}}
  lb: {{kind: load-balancer, runs_on: edge-1, balance: {{health_check: GET /}}}}
  app: {{kind: app-server, runs_on: [app-1, app-2]}}
  erp: {{kind: service, product: sap, runs_on: [{licenses}]}}
connections: {{user -> lb: https, lb -> app: https, app -> erp: https}}
flows:
  page: {{steps: [user -> lb: GET, lb -> app: GET, app -> erp: price]}}
"""
    assert repair(read(text)) == [f"a replica of lb on edge-2 in {place}, a new host"]


def test_a_member_with_data_takes_the_place_of_an_arbiter_and_none_gets_a_second() -> None:
    text = """\
archgen: 1
name: Primary, secondary, arbiter
hosts: {hv-1: {}, hv-2: {}, m-1: {runs_on: hv-1}, m-2: {runs_on: hv-2}, arb-1: {runs_on: hv-1}}
components:
  job: {kind: client}
  mongo:
    kind: database
    product: mongodb
    runs_on: [m-1, m-2]
    replication: {primary: m-1, failover: automatic, by: arbiter, mode: semi-synchronous, waits_for: 1, without: stop}
  arbiter: {kind: other, product: mongodb, runs_on: arb-1}
connections: {job -> mongo: mongodb, mongo -> arbiter: {protocol: mongodb, required: false}}
flows: {save: {access: write, steps: [job -> mongo: insert]}}
"""
    (edit,) = find_smallest_repair(read(text)).edits
    assert repair(read(text)) == ["a replica of mongo on m-3, a new host, in the place of arbiter"]
    (mongo,) = (each for each in apply_edit(read(text), edit).components if each.id == "mongo")
    assert mongo.replication is not None
    assert mongo.replication.by is None
    # an operator promotes a member, and has no vote that one could take
    operated = text.replace("arbiter", "operator").replace("other, product: mongodb", "other")
    assert all("in the place of" not in each for each in repair(read(operated)))


@pytest.mark.parametrize(("zone", "name"), [("ams", "ams-3"), ("rtm", "rtm-2"), ("lab", "ams-3")])
def test_a_new_host_is_named_as_those_of_its_zone(zone: str, name: str) -> None:
    zones = "zones: {ams: {kind: datacenter}, rtm: {kind: datacenter}, lab: {kind: datacenter}}\n"
    hosts = "ams-1: {zone: ams}, ams-2: {zone: ams}, rtm-1: {zone: rtm}, lab-1: {zone: lab}"
    web = "  web: {kind: service, runs_on: [ams-1, ams-2, rtm-1]}\n  db: {kind: database, runs_on: lab-1}"
    index = Index(serving(web, hosts, zones))
    assert name_like(index, "ams-1", (zone,), index.element_names) == name
