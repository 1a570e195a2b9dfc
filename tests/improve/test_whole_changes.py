"""Changes that a reader can make as they stand: a copy with what promotes it, on machines that are there, and apart from voters."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.edits.changes import AddReplica, AutomateFailover, Edit, MoveHost, apply_edit
from archgen.edits.promotion import Promoter
from archgen.improve.numbering import renumber
from archgen.improve.recommendation import recommend
from archgen.language.load import load
from archgen.model.architecture import Zone
from tests.edits.fixed_models import fixed

HEAD = "archgen: 1\nname: Whole changes\n"
NODES = """\
archgen: 1
name: What floats over three nodes
hosts: {node-1: {}, node-2: {}, node-3: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, managed: {scope: global}, balance: {health_check: GET /}}
  web: {kind: app-server, runs_on: {any: [node-1, node-2, node-3]}, replicas: 3}
  redis: {kind: cache, product: redis, runs_on: {any: [node-1, node-2, node-3], replicas: 1}}
  minio: {kind: object-storage, product: minio, runs_on: node-3}
connections:
  user -> lb: https
  lb -> web: https
  web -> redis: {protocol: redis, tls: true}
  web -> minio: {protocol: s3, tls: true}
flows:
  browse: {access: read, steps: [user -> lb: GET /, lb -> web: GET /, web -> redis: the session]}
  order: {access: write, steps: [user -> lb: POST /, lb -> web: POST /, web -> redis: the session]}
  picture: {access: read, steps: [user -> lb: GET /, lb -> web: GET /, web -> minio: GET]}
"""
SITES = """\
archgen: 1
name: A service and a witness
zones: {dc-a: {kind: datacenter}, dc-b: {kind: datacenter}}
hosts: {core-1: {zone: dc-a}, ora-a: {zone: dc-a}, ora-b: {zone: dc-b}, obs: {zone: dc-a}, web-a: {zone: dc-a}, web-b: {zone: dc-b}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  web: {kind: app-server, runs_on: [web-a, web-b], balance: {health_check: GET /}}
  core: {kind: service, runs_on: core-1}
  observer: {kind: service, runs_on: obs}
  oracle:
    kind: database
    product: oracle
    runs_on: [ora-a, ora-b]
    replication: {primary: ora-a, failover: automatic, by: observer, mode: synchronous, without: continue}
connections:
  job -> web: https
  web -> core: https
  web -> oracle: {protocol: oracle, tls: true}
  observer -> oracle: {protocol: oracle, tls: true}
flows:
  pay: {access: write, steps: [job -> web: POST, web -> core: reserve, web -> oracle: INSERT]}
"""
VOTES = """\
archgen: 1
name: Two votes in one site, twice
zones: {east: {kind: datacenter}, west: {kind: datacenter}}
networks: {data: {trust: private}, votes: {trust: private}}
hosts:
  o-e: {zone: east, network: data}
  o-w: {zone: west, network: data}
  s-e: {zone: east}
  s-w: {zone: west}
  fs-e: {zone: east, network: votes}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  oracle: {kind: database, product: oracle, runs_on: [o-e, o-w], replication: {primary: o-e, failover: manual, mode: asynchronous}}
  mssql:
    kind: database
    product: mssql
    runs_on: [s-e, s-w]
    replication: {primary: s-e, failover: automatic, by: wsfc, mode: synchronous, without: continue}
  wsfc: {kind: service, runs_on: [s-e, s-w, fs-e], quorum: majority}
connections: {job -> oracle: {protocol: oracle, tls: true}, job -> mssql: {protocol: mssql, tls: true}}
flows:
  order: {access: write, steps: [job -> oracle: INSERT]}
  file: {access: write, steps: [job -> mssql: INSERT]}
"""
VPN = """\
archgen: 1
name: One gateway for packets
zones: {east: {kind: datacenter}, west: {kind: datacenter}}
hosts: {vpn-1: {zone: east}, e-1: {zone: east}, e-2: {zone: west}}
components:
  lab: {kind: external-service}
  vpn: {kind: firewall, product: fortinet, runs_on: vpn-1}
  engine: {kind: service, runs_on: [e-1, e-2], balance: {health_check: GET /}}
connections: {lab -> vpn: ipsec, vpn -> engine: {protocol: hl7, tls: true}}
flows:
  result: {access: write, steps: [lab -> vpn: ORU, vpn -> engine: ORU]}
"""
ZONES = """\
archgen: 1
name: A worker and a cache in one zone
zones: {r: {kind: region}, az-a: {kind: availability-zone, in: r}, az-b: {kind: availability-zone, in: r}}
hosts: {host-a: {zone: az-a}, host-b: {zone: az-b}, redis-a: {zone: az-a}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, product: aws-alb, managed: {zone: r}, balance: {health_check: GET /}}
  api: {kind: app-server, runs_on: [host-a, host-b]}
  redis: {kind: cache, product: redis, runs_on: redis-a}
  jobs: {kind: queue, product: aws-sqs, managed: {zone: r}}
  worker: {kind: worker, runs_on: host-a}
connections: {user -> lb: https, lb -> api: https, api -> redis: redis, worker -> jobs: https}
flows:
  order: {steps: [user -> lb: POST, lb -> api: POST, {api -> redis: {message: GET, access: read}}]}
  mail: {steps: [worker -> jobs: receive]}
"""


def changes(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the changes of a model as `what-if` writes them, in one line each."""
    file = tmp_path / "whole.arch.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["what-if", str(file)]) == 0
    lines = capsys.readouterr().out.split("\n\n")[1].splitlines()
    found: list[str] = []
    for line in lines:
        words = line.strip()
        if line.startswith("  ") and words[:1].isdigit() and words[1:3] == ". ":
            found.append(words[3:])
        elif not any(words.startswith(verb) for verb in ("saves", "loses")) and not found[-1].endswith("|"):
            found[-1] += f" {words}"
        else:
            found[-1] += "|"
    return [change.partition("|")[0] for change in found]


def test_a_copy_comes_with_what_promotes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The nodes of the platform have room for both, and for members of what votes."""
    assert sorted(changes(NODES, tmp_path, capsys)) == [
        "one more replica of redis, and automatic failover of redis by a new sentinel of three",
        "two more members of minio on node-1 and node-2, which hold its data with the first",
    ]
    made = {change.words for change in recommend(Topology(load("a.arch.yaml", NODES.encode()).architecture)).changes}
    assert "one more replica of redis, and automatic failover of redis by a new sentinel of three" in made


def test_a_fix_lets_sentinel_float_with_the_copy_that_it_promotes() -> None:
    after = fixed(NODES, "single-point-of-failure")["components"]
    nodes = ["node-1", "node-2", "node-3"]
    assert after["redis"]["runs_on"] == {"any": nodes, "replicas": 2, "spread": "host"}
    assert after["redis"]["replication"] == {"primary": "redis#1", "failover": "automatic", "by": "sentinel"}
    assert after["sentinel"]["runs_on"] == {"any": nodes, "spread": "host"}
    assert after["sentinel"]["replicas"] == 3
    assert after["minio"]["runs_on"] == ["node-3", "node-1", "node-2"]


@pytest.mark.parametrize(
    "hosts",
    [
        "hosts: {node-1: {}, node-2: {}}",
        # two machines of three nodes
        "hosts: {m-1: {}, m-2: {}, node-1: {runs_on: m-1}, node-2: {runs_on: m-1}, node-3: {runs_on: m-2}}",
    ],
)
def test_three_that_vote_do_not_float_over_two_machines(
    hosts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second one that is lost with a machine takes the majority along."""
    text = NODES.replace("hosts: {node-1: {}, node-2: {}, node-3: {}}", hosts)
    text = text if "node-3: {runs" in text else text.replace(", node-3]", "]").replace("on: node-3", "on: node-2")
    assert not any("sentinel" in change for change in changes(text, tmp_path, capsys))
    after = fixed(text, "single-point-of-failure")["components"]
    assert after["redis"]["runs_on"]["replicas"] == 1
    assert "sentinel" not in after


@pytest.mark.parametrize(
    ("op", "change"),
    [
        ("kind: service", "a move of op@a to y"),
        ("kind: other, product: repmgr", "a move of op@a to y"),
        ("kind: monitoring, product: zabbix", None),
        ("kind: service, uploads: local", None),
    ],
)
@pytest.mark.parametrize("asks", [True, False])
def test_what_does_nothing_but_judge_moves(op: str, change: str | None, asks: bool) -> None:
    """What asks a coordinator may be there twice, on any host."""
    text = f"""\
archgen: 1
name: A promoter beside the primary
hosts: {{a: {{}}, b: {{}}, x: {{}}, y: {{}}}}
components:
  job: {{kind: scheduler, managed: true, replicas: 2}}
  op: {{{op}, runs_on: a}}
  etcd: {{kind: key-value-store, product: etcd, runs_on: [a, b, x]}}
  db:
    kind: database
    product: postgresql
    runs_on: [a, b]
    replication: {{primary: a, failover: automatic, by: op, mode: semi-synchronous, without: continue}}
connections: {{op -> {"etcd" if asks else "db"}: https, job -> db: postgresql}}
flows: {{page: {{access: write, steps: [job -> db: INSERT]}}}}
"""
    made = recommend(Topology(load("a.arch.yaml", text.encode()).architecture)).changes
    moved = [each.words for each in made if each.words.startswith("a move of op")]
    assert moved == ([] if asks or change is None else [change])


def test_what_judges_a_primary_moves_away_and_shares_its_host_with_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of several observers one alone decides, so that a second is of no use."""
    assert changes(SITES, tmp_path, capsys) == [
        "a replica of core on core-2 in dc-b, a new host",
        "a move of observer@obs to witness-1, a new host in dc-c, a new datacenter",
    ]
    assert fixed(SITES, "single-point-of-failure")["components"]["core"]["runs_on"] == ["core-1", "core-2"]
    # a place of its own is there
    third = SITES.replace("dc-b: {kind: datacenter}", "dc-b: {kind: datacenter}, dc-c: {kind: datacenter}")
    third = third.replace("obs: {zone: dc-a}", "obs: {zone: dc-a}, witness-9: {zone: dc-c}")
    assert changes(third, tmp_path, capsys)[-1] == "a move of observer@obs to witness-9"
    # a host with the third vote of another store, in the network from which it judges already
    voted = third.replace(
        "obs: {zone: dc-a}, witness-9: {zone: dc-c}", "obs: {zone: dc-a, network: ops}, v: {zone: dc-c, network: ops}"
    )
    voted = voted.replace("hosts:", "networks: {ops: {trust: private}}\nhosts:").replace(
        "connections:",
        "  redis: {kind: cache, product: redis, runs_on: [web-a, web-b], "
        "replication: {primary: web-a, failover: automatic, by: sentinel}}\n"
        "  sentinel: {kind: other, product: sentinel, runs_on: [web-a, web-b, v], quorum: majority}\nconnections:",
    )
    assert changes(voted, tmp_path, capsys)[-1] == "a move of observer@obs to v"
    # beside the standby it goes down with no primary
    apart = SITES.replace("obs: {zone: dc-a}", "obs: {zone: dc-c}").replace(
        "dc-b: {kind", "dc-c: {kind: datacenter}, dc-b: {kind"
    )
    assert changes(apart, tmp_path, capsys) == ["a replica of core on core-2 in dc-b, a new host"]


def test_two_votes_share_a_host_in_a_new_rack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What else stands on their host stays there, so that each of them moves alone."""
    text = f"""{HEAD}zones: {{rack-1: {{kind: rack}}, rack-2: {{kind: rack}}}}
hosts: {{d1: {{zone: rack-1}}, d2: {{zone: rack-2}}, e1: {{zone: rack-1}}, e2: {{zone: rack-2}}, e3: {{zone: rack-2}}}}
components:
  job: {{kind: scheduler, managed: {{scope: global}}}}
  etcd: {{kind: key-value-store, product: etcd, runs_on: [d1, d2, e3]}}
  side: {{kind: service, runs_on: [e3, d1]}}
  pg: {{kind: database, product: postgresql, runs_on: [d1, d2], replication: {{primary: d2, failover: automatic, by: etcd}}}}
  redis: {{kind: cache, product: redis, runs_on: [e1, e2], replication: {{primary: e2, failover: automatic, by: sentinel}}}}
  sentinel: {{kind: service, product: redis-sentinel, runs_on: [e1, e2, e3], quorum: majority}}
connections: {{job -> pg: postgresql, job -> redis: redis, sentinel -> redis: redis, job -> side: https}}
flows:
  f: {{access: write, steps: [job -> pg: INSERT]}}
  g: {{access: write, steps: [job -> redis: SET, job -> side: GET]}}
"""
    assert changes(text, tmp_path, capsys) == [
        "a move of etcd@e3 to witness-1, a new host in rack-3, a new rack, and a move of sentinel@e3 to witness-1"
    ]


def test_two_votes_share_a_third_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is none of the series of the two, of which only people know another."""
    assert sorted(changes(VOTES, tmp_path, capsys)) == [
        "a move of fs-e to third-site",
        "automatic failover of oracle by a new observer on witness-1, a new host in third-site, a new datacenter",
    ]
    after = fixed(VOTES, "fragile-quorum")
    assert after["hosts"]["fs-e"]["zone"] == "third-site"
    assert after["zones"]["third-site"] == {"kind": "datacenter"}
    series = VOTES.replace("east", "dc-a").replace("west", "dc-b")
    assert fixed(series, "fragile-quorum")["hosts"]["fs-e"]["zone"] == "dc-c"


def test_a_gateway_for_packets_stays_on_its_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its peers know its address and no name, so that a fix puts the second one where a change does."""
    assert changes(VPN, tmp_path, capsys) == ["a replica of vpn on vpn-2 in east, a new host"]
    file = tmp_path / "whole.arch.yaml"
    assert main(["what-if", str(file)]) == 0
    assert "# add the address that moves: `address: {shared: …}`\n" in capsys.readouterr().out
    assert main(["lint", "--fix", "--unsafe-fixes", "--fail-on", "never", str(file)]) == 0
    after = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert after["hosts"]["vpn-2"] == {"zone": "east"}
    assert after["components"]["vpn"]["cluster"] == {
        "mode": "active-passive",
        "failover": "automatic",
        "watches": "process",
    }


def test_a_declared_host_comes_before_a_new_zone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its flow alone reads the cache, whose copy is promoted all the same."""
    assert changes(ZONES, tmp_path, capsys) == [
        "a replica of worker on host-b",
        "a replica of redis on redis-a-2 in az-b, a new host, and automatic failover of redis by a new sentinel of three, "
        "one of them on witness-1, a new host in az-c, a new availability zone",
    ]


@pytest.mark.parametrize(
    ("watches", "failover", "proposed"),
    [
        ("host", "automatic", ["failover of lb when its process fails, not its host alone"]),
        ("process", "automatic", []),
        ("host", "manual", ["automatic failover of lb"]),
    ],
)
def test_an_address_moves_with_the_process(
    watches: str, failover: str, proposed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        f"{HEAD}hosts: {{a: {{}}, b: {{}}}}\ncomponents:\n  user: {{kind: client}}\n"
        f"  lb: {{kind: web-server, runs_on: [a, b], cluster: {{mode: active-passive, active: a, failover: {failover}, by: vrrp, "
        f"watches: {watches}, address: {{shared: 192.0.2.1}}}}}}\n"
        "connections: {user -> lb: https}\nflows: {page: {steps: [user -> lb: GET]}}\n"
    )
    if proposed:
        assert changes(text, tmp_path, capsys)[:1] == proposed
        return
    file = tmp_path / "whole.arch.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["what-if", str(file)]) == 0
    assert "no change is needed" in capsys.readouterr().out


BESIDE = (
    f"{HEAD}hosts: {{a: {{}}, b: {{}}}}\ncomponents:\n  user: {{kind: client}}\n"
    "  lb: {kind: web-server, runs_on: [a, b], cluster: {mode: active-passive, active: a, failover: automatic, by: vrrp, "
    "watches: process, address: {shared: 192.0.2.1}}}\n  app: {kind: app-server, runs_on: [a, b]}\n"
    "connections: {user -> lb: https, lb -> app: {protocol: fastcgi, locality: same-host}}\n"
    "flows: {page: {steps: [user -> lb: GET, lb -> app: run]}}\n"
)


@pytest.mark.parametrize("watches", ["process", "host"])
def test_an_address_moves_with_what_is_called_beside_it(
    watches: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = BESIDE.replace("watches: process", f"watches: {watches}")
    assert changes(text, tmp_path, capsys) == [f"failover of lb when its requests fail, not its {watches} alone"]
    assert main(["what-if", str(tmp_path / "whole.arch.yaml")]) == 0
    assert "# let its check (keepalived: `vrrp_script`) send a request through to app\n" in capsys.readouterr().out
    assert fixed(text, "untracked-failover")["components"]["lb"]["cluster"]["watches"] == "service"


def test_a_new_pair_asks_through_to_what_is_called_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else the address would stay where the application has failed, and the second host would save less."""
    cluster = BESIDE[BESIDE.index(", cluster:") : BESIDE.index("1}}}") + 3]
    alone = BESIDE.replace(cluster, "").replace("[a, b]", "a").replace(", b: {}", "")
    for text, watched in ((alone, "service"), (alone.replace(", locality: same-host", ""), "process")):
        assert changes(text, tmp_path, capsys) == ["a host a-2 like a, with lb, app"]
        assert main(["what-if", str(tmp_path / "whole.arch.yaml")]) == 0
        assert f"by: vrrp, watches: {watched}}}\n" in capsys.readouterr().out


def test_hosts_that_move_to_one_place_are_one_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        f"{HEAD}zones: {{r-1: {{kind: rack}}}}\nhosts: {{a: {{zone: r-1}}, b: {{zone: r-1}}, c: {{zone: r-1}}, d: {{zone: r-1}}}}\n"
        "components:\n  user: {kind: client}\n  lb: {kind: load-balancer, managed: {scope: global}, balance: {health_check: GET /}}\n"
        "  web: {kind: web-server, runs_on: [a, b], balance: {health_check: GET /}}\n  app: {kind: app-server, runs_on: [c, d]}\n"
        "connections: {user -> lb: https, lb -> web: https, web -> app: https}\n"
        "flows: {page: {steps: [user -> lb: GET, lb -> web: GET, web -> app: GET]}}\n"
    )
    assert changes(text, tmp_path, capsys) == ["a move of d to r-2, a new rack, and a move of b to r-2"]


RACKED = """\
archgen: 1
name: Two of three members in one rack
zones: {dc: {kind: datacenter}, rack-1: {kind: rack, in: dc}, rack-2: {kind: rack, in: dc}}
hosts:
  hv-1: {zone: rack-1}
  hv-2: {zone: rack-2}
  db-1: {runs_on: hv-1}
  db-2: {runs_on: hv-2}
  db-3: {runs_on: hv-2}
  app-1: {runs_on: hv-1}
  app-2: {runs_on: hv-2}
components:
  user: {kind: client}
  lb: {kind: load-balancer, managed: {scope: global}, balance: {health_check: GET /}}
  app: {kind: app-server, runs_on: [app-1, app-2]}
  db: {kind: database, product: galera, runs_on: [db-1, db-2, db-3], replication: {writers: all}}
  agent: {kind: monitoring-agent, runs_on: [hv-1, hv-2, db-1, db-2, db-3, app-1, app-2]}
connections: {user -> lb: https, lb -> app: https, app -> db: {protocol: mysql, tls: true}}
flows:
  page: {steps: [user -> lb: GET, lb -> app: GET, app -> db: SELECT]}
"""


def test_a_member_moves_out_of_the_rack_that_holds_the_majority(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine in the same rack would leave the rack as it is; the agent watches the new one too."""
    assert changes(RACKED, tmp_path, capsys) == ["a move of db-3 to hv-3, a new host in rack-3, a new rack"]
    after = fixed(RACKED, "fragile-quorum")
    assert after["hosts"]["hv-3"] == {"zone": "rack-3"}
    assert after["hosts"]["db-3"] == {"runs_on": "hv-3"}
    assert after["components"]["agent"]["runs_on"][-1] == "hv-3"
    # a rack that is there comes first
    third = RACKED.replace("rack-2: {kind", "rack-9: {kind: rack, in: dc}, rack-2: {kind")
    assert changes(third, tmp_path, capsys) == ["a move of db-3 to hv-3, a new host in rack-9"]


def test_new_zones_are_numbered_without_gaps() -> None:
    """Edits that were tried and dropped took names."""
    zones = (Zone("rack-1", "rack"), Zone("room-a", "rack"))
    before = replace(load("a.arch.yaml", RACKED.encode()).architecture, zones=zones)
    before = replace(
        before, hosts=tuple(replace(host, zones=("rack-1",)) for host in before.hosts if host.runs_on is None)
    )
    tried: tuple[Edit, ...] = (
        MoveHost("hv-1", ("rack-4",)),
        MoveHost("hv-2", ("room-d",)),
        AddReplica("app", "hv-7", ("rack-4",)),
        AddReplica("app", "hv-8", ("site",)),
    )
    edits, after = renumber(before, tried, apply_edit)
    assert edits == (
        MoveHost("hv-1", ("rack-2",)),
        MoveHost("hv-2", ("room-b",)),
        AddReplica("app", "hv-3", ("rack-2",)),
        AddReplica("app", "hv-4", ("site",)),
    )
    assert [zone.id for zone in after.zones] == ["rack-1", "room-a", "rack-2", "room-b", "site"]


def test_a_witness_is_named_as_one_whatever_was_tried_there_before() -> None:
    database = "product: galera, runs_on: [db-1, db-2, db-3], replication: {writers: all}"
    pair = "product: postgresql, runs_on: [db-1, db-2], replication: {primary: db-1, failover: manual}"
    before = load("a.arch.yaml", RACKED.replace(database, pair).encode()).architecture
    promoter = Promoter("etcd", "etcd", "db-4", new=True)
    (edit,), after = renumber(before, (AutomateFailover("db", promoter),), apply_edit)
    assert edit == AutomateFailover("db", replace(promoter, witness="witness-1"))
    assert "witness-1" in [host.id for host in after.hosts]
    # one that is there keeps its name
    there = AutomateFailover("db", replace(promoter, witness="app-2"))
    assert renumber(before, (there,), apply_edit)[0] == (there,)


CALLERS = f"""{HEAD}hosts: {{a: {{}}}}
networks: {{lan: {{trust: private}}}}
components:
  job: {{kind: scheduler, managed: true, replicas: 2}}
  web: {{kind: app-server, runs_on: a}}
  worker: {{kind: worker, runs_on: a}}
  store: {{kind: STORE, runs_on: a}}
connections:
  job -> web: https
  web -> store: CALL
  worker -> store: CALL
flows:
  f: {{access: write, steps: [job -> web: POST, web -> store: write]}}
"""


@pytest.mark.parametrize(
    ("store", "call", "written", "noted"),
    [
        # Sentinel tells the callers the port on which it watches the store, which takes TLS or plaintext
        (
            "key-value-store, product: redis",
            "redis",
            "{protocol: redis, tls: {verify: true}}",
            "give store a certificate",
        ),
        ("key-value-store, product: redis", "rediss", None, ""),
        (
            "database, product: mysql",
            "{protocol: mysql, locality: same-host, access: read-write}",
            "{protocol: mysql, access: read-write, tls: {verify: true}}",
            "without `locality`: the primary",
        ),
        ("database, product: mysql", "{protocol: mysql, locality: same-host, access: read}", None, ""),
        (
            "cache, product: memcached",
            "memcached",
            None,
            "from now on web -> store and worker -> store cross hosts in plaintext",
        ),
    ],
)
def test_the_callers_of_a_store_change_along(
    store: str,
    call: str,
    written: str | None,
    noted: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "whole.arch.yaml"
    file.write_text(CALLERS.replace("STORE", store).replace("CALL", call), encoding="utf-8")
    assert main(["what-if", str(file), "--add", "host b like a"]) == 0
    out = capsys.readouterr().out
    if written is None:
        assert "web -> store: {" not in out
        assert noted in out
    else:
        assert f"    web -> store: {written}\n" in out
        assert noted in out


@pytest.mark.parametrize(
    ("failover", "cluster", "freed"),
    [
        ("automatic", "manual", True),
        ("manual", "manual", False),
        ("manual", "automatic", True),
        ("manual", None, True),
    ],
)
def test_callers_that_people_move_with_a_store_stay_beside_it(
    failover: str, cluster: str | None, freed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = "{protocol: mysql, locality: same-host, access: read-write}"
    store = f"runs_on: [a, b], replication: {{primary: a, failover: {failover}}}"
    text = CALLERS.replace("STORE, runs_on: a", f"STORE, {store}").replace("STORE", "database, product: mysql")
    text = text.replace("{a: {}}", "{a: {}, b: {}}").replace("CALL", call)
    pair = "" if cluster is None else f", cluster: {{mode: active-passive, active: a, failover: {cluster}}}"
    file = tmp_path / "beside.arch.yaml"
    file.write_text(text.replace("app-server, runs_on: a", f"app-server, runs_on: a{pair}"), encoding="utf-8")
    assert main(["what-if", str(file), "--add", "replica of web on b"]) == 0
    assert ("web -> store without `locality`" in capsys.readouterr().out) is freed


@pytest.mark.parametrize(("failover", "freed"), [("manual", False), ("automatic", True)])
def test_callers_behind_what_people_move_stay_beside_their_store(
    failover: str, freed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = "database, product: mysql, runs_on: [a, b], replication: {primary: a, failover: manual}"
    pair = f"cluster: {{mode: active-passive, active: a, failover: {failover}}}"
    text = CALLERS.replace("STORE, runs_on: a", store).replace("{a: {}}", "{a: {}, b: {}}")
    text = text.replace("  web: {", f"  front: {{kind: reverse-proxy, runs_on: [a, b], {pair}}}\n  web: {{")
    text = text.replace(
        "job -> web: https", "job -> front: https\n  front -> web: {protocol: http, locality: same-host}"
    )
    text = text.replace("job -> web: POST", "job -> front: POST, front -> web: POST")
    file = tmp_path / "behind.arch.yaml"
    file.write_text(text.replace("CALL", "{protocol: mysql, locality: same-host}"), encoding="utf-8")
    assert main(["what-if", str(file), "--add", "replica of web on b"]) == 0
    assert ("web -> store without `locality`" in capsys.readouterr().out) is freed
