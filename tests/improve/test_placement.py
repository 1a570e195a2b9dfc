"""Where one more replica is put, by fixes and by what-if: on a machine of its kind, else on a new one in the same network."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from yaml import safe_load

from archgen.edits.changes import AddHost, AddReplica, AutomateFailover, apply_edit
from archgen.edits.description import describe_edit
from archgen.edits.names import next_name
from archgen.edits.placement import find_host, idle_host
from archgen.improve.repair import find_smallest_repair
from archgen.language.load import load
from archgen.model.change import Append, Put
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.report.what_if.comparison import changed_yaml
from tests.edges import all_findings, model
from tests.edits.fixed_models import fixed


@pytest.mark.parametrize(
    ("components", "hosts", "found"),
    [
        ("api: {kind: database, runs_on: s-1}\nbeside: {kind: cache, runs_on: s-2}", "", None),
        ("api: {kind: cache, runs_on: s-1}\nbeside: {kind: cache, runs_on: s-2}", "", "s-2"),
        # two servers on one port, and the load of both
        ("api: {kind: database, runs_on: s-1}\nbeside: {kind: database, runs_on: s-2}", "", None),
        (
            "api: {kind: database, runs_on: s-1}\n"
            "beside: {kind: database, runs_on: [s-2, s-3], replication: {primary: s-2, failover: manual}}",
            "",
            "s-3",
        ),
        (
            "api: {kind: database, runs_on: s-1}\nbeside: {kind: database, runs_on: [s-2, s-3], replication: {writers: all}}",
            "",
            None,
        ),
        # a node of the platform runs anything
        ("api: {kind: database, runs_on: s-1}\nbeside: {kind: service, runs_on: {any: [s-1, s-3]}}", "", "s-3"),
        ("api: {kind: database, runs_on: s-1}\nbeside: {kind: service, runs_on: {any: [s-2, s-3]}}", "", None),
        # what promotes a store judges it from apart
        (
            "api: {kind: service, runs_on: s-1}\nbeside: {kind: service, runs_on: s-2}\n"
            "db: {kind: database, runs_on: [s-3, s-4], replication: {primary: s-3, failover: automatic, by: beside}}",
            "s-1: {}, s-2: {}, s-3: {}, s-4: {}",
            None,
        ),
        (
            "api: {kind: service, runs_on: s-2}\nbeside: {kind: service, runs_on: s-1}\n"
            "db: {kind: database, runs_on: [s-3, s-4], replication: {primary: s-3, failover: automatic, by: api}}",
            "s-1: {}, s-2: {}, s-3: {}, s-4: {}",
            None,
        ),
        (
            "api: {kind: reverse-proxy, runs_on: s-1}\nbeside: {kind: reverse-proxy, runs_on: s-2}\n"
            "db: {kind: database, runs_on: [s-3, s-4], replication: {primary: s-3, failover: automatic, by: beside}}",
            "s-1: {}, s-2: {}, s-3: {}, s-4: {}",
            "s-2",
        ),
        *(
            (
                f"api: {{kind: service{uploads}, runs_on: s-1}}\nbeside: {{kind: cache, runs_on: s-3}}\n"
                "db: {kind: database, runs_on: [s-1, s-2], replication: {primary: s-1, failover: automatic, by: api}}",
                "s-1: {}, s-2: {}, s-3: {}",
                found,
            )
            for uploads, found in (("", None), (", uploads: local", "s-2"))
        ),
        (
            "api: {kind: database, product: mysql, runs_on: s-1}\n"
            "beside: {kind: database, product: postgresql, runs_on: s-2}",
            "",
            None,
        ),
        ("api: {kind: database, managed: true, runs_on: s-1}\nbeside: {kind: database, runs_on: s-2}", "", None),
        ("api: {kind: database, runs_on: s-1}\nbeside: {kind: database, managed: true, runs_on: s-2}", "", None),
        (
            "api: {kind: service, managed: true, runs_on: s-1}\nbeside: {kind: service, managed: true, runs_on: s-2}",
            "",
            "s-2",
        ),
        ("api: {kind: app-server, runs_on: s-1}\nbeside: {kind: firewall, runs_on: s-2}", "", None),
        ("api: {kind: firewall, runs_on: s-1}\nbeside: {kind: firewall, runs_on: s-2}", "", None),
        ("api: {kind: other, runs_on: s-1}\nbeside: {kind: other, runs_on: s-2}", "", None),
        ("api: {kind: other, runs_on: s-1}\nbeside: {kind: worker, runs_on: [s-1, s-3]}", "", "s-3"),
        ("api: {kind: other, runs_on: s-1}\nbeside: {kind: monitoring-agent, runs_on: [s-1, s-3]}", "", None),
        ("api: {kind: other, runs_on: s-1}\nbeside: {kind: code-base, runs_on: [s-1, s-3]}", "", None),
        (
            "api: {kind: service, runs_on: s-1}\nbeside: {kind: service, runs_on: s-2}",
            "s-1: {}, s-2: {network: n}",
            None,
        ),
        (
            "api: {kind: service, runs_on: s-1}\nbeside: {kind: service, runs_on: [s-2, s-3]}",
            "s-1: {network: n}, s-2: {}, s-3: {network: n}",
            "s-3",
        ),
    ],
)
def test_room_is_where_the_same_work_is_done(components: str, hosts: str, found: str | None) -> None:
    text = model(components, hosts=hosts or "s-1: {}, s-2: {}, s-3: {}", more="networks: {n: {trust: private}}")
    index = Index(load("edge.arch.yaml", text.encode()).architecture)
    assert find_host(index, index.components["api"], lambda _: False) == found
    assert find_host(index, index.components["api"], lambda host: host == found) is None


@pytest.mark.parametrize(
    ("beside", "port", "found"),
    [
        ("[s-2, s-3]", 443, "s-4"),
        ("[s-2, s-3]", 8443, "s-2"),
        # each has an address of its own
        ("[s-1, s-2, s-3]", 443, "s-2"),
        ("{any: [s-1, s-2]}", 443, "s-2"),
    ],
)
def test_two_servers_do_not_share_a_port(beside: str, port: int, found: str) -> None:
    text = model(
        "api: {kind: api-gateway, runs_on: s-1}\n"
        f"beside: {{kind: api-gateway, runs_on: {beside}}}\nother: {{kind: api-gateway, runs_on: s-4}}",
        connections=f"job -> api: {{protocol: https, port: 443}}\njob -> beside: {{protocol: https, port: {port}}}",
        hosts="s-1: {}, s-2: {}, s-3: {}, s-4: {}",
    )
    index = Index(load("edge.arch.yaml", text.encode()).architecture)
    assert find_host(index, index.components["api"], lambda _: False) == found


@pytest.mark.parametrize(("taken", "found"), [("", "s-3"), ("s-3", "s-2")])
def test_a_replica_stays_in_its_region_where_it_may(taken: str, found: str) -> None:
    text = model(
        "api: {kind: service, runs_on: s-1}\nbeside: {kind: service, runs_on: [s-2, s-3]}",
        hosts="s-1: {zone: a}, s-2: {zone: c}, s-3: {zone: a}",
        zones="r: {kind: region}, q: {kind: region}, a: {kind: rack, in: r}, c: {kind: rack, in: q}",
    )
    index = Index(load("edge.arch.yaml", text.encode()).architecture)
    assert find_host(index, index.components["api"], lambda host: host == taken) == found


@pytest.mark.parametrize(
    ("api", "found"),
    [
        ("kind: router", None),
        ("kind: load-balancer, cluster: {by: vrrp}", None),
        ("kind: load-balancer, cluster: {by: pair}", None),
        ("kind: load-balancer, cluster: {address: {shared: 192.0.2.1}}", None),
        ("kind: load-balancer, cluster: {address: {shared: 192.0.2.1}, by: anycast}", "s-2"),
        ("kind: load-balancer, cluster: {address: dns}", "s-2"),
        ("kind: service", "s-2"),
    ],
)
def test_what_is_bound_to_its_site_stays_there(api: str, found: str | None) -> None:
    kind = api.partition(",")[0]
    text = model(
        f"api: {{{api}, runs_on: s-1}}\nbeside: {{{kind}, runs_on: s-2}}\npair: {{kind: other, product: pacemaker}}",
        hosts="s-1: {zone: a}, s-2: {zone: b}",
        zones="a: {kind: datacenter}, b: {kind: datacenter}",
    )
    index = Index(load("edge.arch.yaml", text.encode()).architecture)
    assert find_host(index, index.components["api"], lambda _: False) == found


@pytest.mark.parametrize("kind", ["cache", "other"])
def test_virtual_machine_is_in_the_zone_of_the_machine_below(kind: str) -> None:
    text = model(
        f"api: {{kind: {kind}, runs_on: v-1}}\nbeside: {{kind: {kind}, runs_on: [v-2, v-3]}}\n"
        "both: {kind: database, runs_on: [v-1, v-2, v-3]}",
        hosts="p-1: {zone: a}, p-2: {zone: a}, p-3: {zone: b}, v-1: {runs_on: p-1}, v-2: {runs_on: p-2}, v-3: {runs_on: p-3}",
        zones="a: {kind: rack}, b: {kind: rack}",
    )
    index = Index(load("edge.arch.yaml", text.encode()).architecture)
    assert find_host(index, index.components["api"], lambda _: False) == "v-3"
    assert find_host(index, index.components["api"], lambda host: host == "v-3") == "v-2"


ONE_ALONE = model(
    "api: {kind: other, runs_on: s-1}\n"
    "store: {kind: other, runs_on: [s-1, s-2, s-3], quorum: majority}\n"
    "beside: {kind: service, runs_on: s-4}",
    connections="job -> api: https\napi -> store: https\njob -> beside: https",
    steps="job -> api: x\napi -> store: y\njob -> beside: z",
    hosts="s-1: {}, s-2: {}, s-3: {}, s-4: {network: n}",
    more="networks: {n: {trust: private}}",
)


def test_what_has_replicas_elsewhere_gets_no_second_machine() -> None:
    before = load("edge.arch.yaml", ONE_ALONE.encode()).architecture
    found = find_smallest_repair(before)
    assert found.smallest
    assert not any(points for _, points in found.left)
    after = before
    for edit in found.edits:
        after = apply_edit(after, edit)
    assert "hosts:\n  s-5: {network: n}\ncomponents:" in changed_yaml(before, after)
    assert [
        (type(edit).__name__, getattr(edit, "component", None), getattr(edit, "host", None)) for edit in found.edits
    ] == [
        ("AddReplica", "api", "s-2"),
        ("AddReplica", "beside", "s-5"),
    ]


def test_a_server_that_visitors_reach_gets_what_moves_them() -> None:
    text = model(
        "user: {kind: client}\nweb: {kind: web-server, runs_on: s-1}\napi: {kind: service, runs_on: s-2}",
        connections="user -> web: https\nweb -> api: https",
        steps="user -> web: x\nweb -> api: y",
    )
    before = load("edge.arch.yaml", text.encode()).architecture
    after = before
    for edit in find_smallest_repair(before).edits:
        after = apply_edit(after, edit)
    moved = {one.id for one in after.components if one.cluster is not None and one.cluster.failover == "automatic"}
    assert moved == {"web"}
    mended = {
        str(change) for one in all_findings(text) if one.rule == "single-point-of-failure" for change in one.changes
    }
    assert any("'web', 'cluster'" in one for one in mended)
    assert not any("'api', 'cluster'" in one for one in mended)


HOSTED = model(
    "user: {kind: client}\nweb: {kind: web-server, runs_on: s-1}\nfw: {kind: firewall, guards: [s-1]}",
    connections="user -> web: https",
    steps="user -> web: x",
    hosts="s-1: {network: n, owner: ops, availability: 99.9%}",
    more="networks: {n: {trust: private}}",
)
SIMILAR = {"network": "n", "owner": "ops", "availability": 0.999}


def test_a_similar_host_is_as_available_and_as_guarded_for_fixes_and_for_what_if() -> None:
    (found,) = (
        each for each in all_findings(HOSTED) if (each.rule, each.subject.kind) == ("single-point-of-failure", "host")
    )
    assert Put(("hosts", "s-2"), SIMILAR) in found.changes
    assert Append(("components", "fw", "guards"), "s-2") in found.changes
    before = load("edge.arch.yaml", HOSTED.encode()).architecture
    after = apply_edit(before, AddHost("s-2", "s-1", ("web",)))
    written = safe_load(changed_yaml(before, after))
    assert written["hosts"] == {"s-2": SIMILAR}
    assert written["components"]["fw"] == {"guards": ["s-1", "s-2"]}
    assert describe_edit(before, AddHost("s-2", "s-1", ("web",))) == "a host s-2 like s-1, with web"
    assert describe_edit(before, AddHost("s-2", "s-1", ())) == "a host s-2 like s-1"


IN_ONE_ZONE = model(
    "web: {kind: web-server, runs_on: [s-1, s-2]}\nworker: {kind: service, runs_on: w-1}",
    connections="job -> web: https\nweb -> worker: https",
    steps="job -> web: x\nweb -> worker: x",
    hosts="s-1: {zone: az-a, network: n}, s-2: {zone: az-b, network: n}, w-1: {zone: az-a, network: n}",
    zones="eu: {kind: region}, us: {kind: region}, az-a: {kind: availability-zone, in: eu}, "
    "az-b: {kind: availability-zone, in: eu}",
    more="networks: {n: {trust: private}, m: {trust: private}}",
)


@pytest.mark.parametrize(
    ("old", "new", "zone"),
    [
        ("", "", "az-b"),
        ("s-2: {zone: az-b, network: n}", "s-2: {zone: az-b, network: m}", "az-a"),
        ("w-1: {zone: az-a, network: n}", "w-1: {zone: az-a, network: m}", "az-b"),
        ("az-b: {kind: availability-zone, in: eu}", "az-b: {kind: availability-zone, in: us}", "az-a"),
    ],
)
def test_a_second_host_stands_in_another_zone_that_its_network_reaches(old: str, new: str, zone: str) -> None:
    findings = all_findings(IN_ONE_ZONE.replace(old, new))
    (lost,) = (each for each in findings if (each.rule, each.subject.id) == ("single-point-of-failure", "w-1"))
    network = "m" if "w-1" in new else "n"
    assert Put(("hosts", "w-2"), {"zone": zone, "network": network}) in lost.changes


def test_a_zone_that_stops_the_flow_for_another_reason_is_as_good_as_any() -> None:
    """What is alone in az-b brings it down, and what is alone in az-a need not."""
    both = IN_ONE_ZONE.replace("runs_on: [s-1, s-2]}", "runs_on: s-2}")
    (lost,) = (
        each for each in all_findings(both) if (each.rule, each.subject.id) == ("single-point-of-failure", "w-1")
    )
    assert Put(("hosts", "w-2"), {"zone": "az-b", "network": "n"}) in lost.changes


@pytest.mark.parametrize("host", ["s-1", "s-2", None])
def test_each_replica_that_is_added_has_an_id_of_its_own(host: str | None) -> None:
    changed = load("edge.arch.yaml", HOSTED.encode()).architecture
    for _ in range(3):
        changed = apply_edit(changed, AddReplica("web", host))
    ids = [replica.id for component in changed.components for replica in component.replicas]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("like", "known", "name"),
    [
        ("lb-1", {"lb-1"}, "lb-2"),
        ("lb", {"lb"}, "lb-2"),
        ("web1", {"web1", "web2"}, "web3"),
        ("db_1", {"db_1"}, "db_2"),
        ("node-a", {"node-a"}, "node-a-2"),
        ("10.0.0.1", {"10.0.0.1"}, "10.0.0.2"),
        ("7", {"7"}, "8"),
        ("web-11", {"web-11", "web-12"}, "web-13"),
        ("web-12", {"web-11", "web-12", "web-0x"}, "web-13"),
        ("web-5", {"web-1", "web-2"}, "web-3"),
        ("db-01", {"db-01", "db-02"}, "db-03"),
    ],
)
def test_a_new_machine_is_named_like_the_others(like: str, known: set[str], name: str) -> None:
    assert next_name(like, known) == name


def test_a_balancer_that_waits_for_a_person_is_told_to_fail_over_by_itself() -> None:
    text = model(
        "user: {kind: client}\n"
        "lb: {kind: load-balancer, runs_on: [s-1, s-2], cluster: {active: s-1, failover: manual}}\n"
        "api: {kind: service, managed: true, replicas: 2}",
        connections="user -> lb: https\nlb -> api: https",
        steps="user -> lb: x\nlb -> api: y",
    )
    (found,) = (one for one in all_findings(text) if one.rule == "single-point-of-failure")
    assert [str(found.subject), *found.changes] == [
        str(Subject("host", "s-1")),
        Put(("components", "lb", "cluster", "failover"), "automatic"),
        Put(("components", "lb", "cluster", "by"), "vrrp"),
        Put(("components", "lb", "cluster", "watches"), "process"),
    ]


@pytest.mark.parametrize(("caller", "moved"), [("user", True), ("fw", True), ("job", False)])
def test_a_second_server_gets_an_address_that_moves_where_visitors_come(caller: str, moved: bool) -> None:
    before = load(
        "door.arch.yaml",
        f"""archgen: 1
name: Door
hosts: {{edge: {{}}, s-1: {{}}, s-2: {{}}, s-3: {{}}}}
components:
  user: {{kind: client}}
  fw: {{kind: firewall, runs_on: edge}}
  job: {{kind: scheduler, runs_on: s-3}}
  web: {{kind: web-server, runs_on: s-1}}
connections:
  user -> fw: https
  {caller} -> web: https
""".encode(),
    ).architecture
    after = apply_edit(before, AddReplica("web", "s-2"))
    assert (next(one for one in after.components if one.id == "web").cluster is not None) is moved


@pytest.mark.parametrize(
    ("store", "automated"), [("file-storage, product: nfs", False), ("database, product: postgresql", True)]
)
def test_no_takeover_of_files_is_proposed(store: str, automated: bool) -> None:
    """The second copy of files and its takeover are the work of the storage system below."""
    text = f"""archgen: 1
name: Files
hosts: {{a: {{}}, b: {{}}, c: {{}}}}
components:
  job: {{kind: scheduler, managed: true, replicas: 2}}
  store: {{kind: {store}, runs_on: [a, b], replication: {{primary: a, failover: manual}}}}
connections:
  job -> store: tcp
flows:
  keep: {{access: write, steps: [job -> store: write]}}
"""
    edits = find_smallest_repair(load("files.arch.yaml", text.encode()).architecture).edits
    assert any(isinstance(edit, AutomateFailover) for edit in edits) == automated


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        ("db-1: {}, db-2: {}", "db-2"),
        ("db-1: {zone: a}, db-2: {zone: a}, db-3: {zone: b}", "db-3"),
        # what another name is for nobody knows, a network is elsewhere, and a virtual one is lost with the first
        ("db-1: {}, desk: {}", None),
        ("db-1: {}, witness-1: {}", None),
        ("db-1: {}, db-2: {network: n}", None),
        ("m: {}, db-1: {runs_on: m}, db-2: {runs_on: m}", None),
        # a host that is lost, or that something runs on
        ("db-1: {}, db-9: {}", None),
        ("db-1: {}, db-8: {}", None),
    ],
)
def test_a_machine_with_nothing_on_it_is_used_before_a_new_one(hosts: str, found: str | None) -> None:
    declared = hosts if "db-8" in hosts else f"{hosts}, db-8: {{}}"
    components = "api: {kind: database, runs_on: db-1}\nother: {kind: cache, runs_on: db-8}"
    zones, more = "a: {kind: rack}, b: {kind: rack}", "networks: {n: {trust: private}}"
    text = model(components, hosts=declared, zones=zones, more=more)
    index = Index(load("edge.arch.yaml", text.encode()).architecture)
    assert idle_host(index, index.components["api"], lambda host: host == "db-9") == found
    managed = replace(index.components["api"], managed=True)
    assert idle_host(index, managed, lambda _: False) is None


def test_what_runs_together_goes_to_an_idle_machine_together() -> None:
    text = model(
        "api: {kind: service, runs_on: s-1}\nside: {kind: service, runs_on: s-1}",
        connections="job -> api: https\napi -> side: {protocol: http, locality: same-host}",
        steps="job -> api: x\napi -> side: x",
        hosts="s-1: {}, s-2: {}",
    )
    (edit,) = find_smallest_repair(load("edge.arch.yaml", text.encode()).architecture).edits
    assert edit == AddHost("s-2", "s-1", ("api", "side"))


@pytest.mark.parametrize(("networks", "rack"), [("m, n", "r-2"), ("n, m", "r-1"), ("m, m", "r-1")])
def test_a_new_host_stands_in_a_rack_where_its_network_is(networks: str, rack: str) -> None:
    x, y = networks.split(", ")
    racks = ", ".join(f"r-{number}: {{kind: rack}}" for number in (1, 2, 3))
    hosts = f"a: {{zone: r-3, network: n}}, x: {{zone: r-1, network: {x}}}, y: {{zone: r-2, network: {y}}}"
    text = (
        f"archgen: 1\nname: Racks\nzones: {{{racks}}}\nnetworks: {{m: {{trust: private}}, n: {{trust: private}}}}\n"
        f"hosts: {{{hosts}, l: {{zone: r-3, network: n}}}}\n"
        "components:\n  job: {kind: scheduler, managed: true, replicas: 2}\n  web: {kind: service, sessions: none, runs_on: a}\n"
        "  far: {kind: cache, runs_on: [x, y]}\n  log: {kind: search, product: solr, runs_on: l}\n"
        "connections: {job -> web: https, job -> far: redis, web -> log: https}\n"
        "flows: {do: {steps: [job -> web: GET, web -> log: add]}, see: {steps: [job -> far: GET]}}\n"
    )
    (edit,) = (
        each
        for each in find_smallest_repair(load("racks.arch.yaml", text.encode()).architecture).edits
        if getattr(each, "component", None) == "web"
    )
    assert edit == AddReplica("web", "a-2", (rack,))
    assert fixed(text, "single-point-of-failure")["hosts"]["a-2"]["zone"] == rack
