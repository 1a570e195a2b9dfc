"""What `archgen simulate` says of the time until a flow is served again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archgen.cli import main

STORE = """\
archgen: 1
name: Two of a store, and one service that floats
hosts: {a: {}, b: {}, c: {}, n-1: {}, n-2: {}}
components:
  user: {kind: client}
  web: {kind: service, runs_on: {any: [n-1, n-2], RECOVERY}}
  redis: {kind: key-value-store, product: redis, runs_on: [a, b], replication: {primary: a, failover: automatic, by: sentinel}}
  sentinel: {kind: other, product: sentinel, runs_on: [a, b, c], quorum: {read: 1, write: majority}}
connections:
  user -> web: https
  web -> redis: redis
flows:
  get:
    title: A value is read
    access: read
    steps:
      - user -> web: GET /
      - web -> redis: GET
  set:
    title: A value is set
    access: write
    steps:
      - user -> web: POST /
      - web -> redis: SET
"""
FAILED_OVER = "after about 40 s, when redis has failed over (assumed)"
MOVED = "if web runs on n-1, it is started elsewhere after about 5.8 min (assumed)"


@pytest.mark.parametrize(
    ("promoter", "seconds"),
    [
        ("product: sentinel", "40 s"),
        ("product: etcd", "40 s"),
        ("product: Patroni", "40 s"),
        ("product: stolon", "60 s"),
    ],
)
def test_what_promotes_decides_how_long_a_failover_takes(
    promoter: str, seconds: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "store.arch.yaml"
    text = STORE.replace(", RECOVERY", "").replace("product: sentinel", promoter)
    model.write_text(text.replace("key-value-store, product: redis", "database, product: postgresql"), encoding="utf-8")
    assert main(["simulate", str(model), "--kill", "redis@a"]) == 0
    assert f"after about {seconds}, when redis has failed over" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("options", "reads", "writes"),
    [
        (("--kill", "redis@a"), [], [FAILED_OVER]),
        (("--kill", "a"), [], [FAILED_OVER]),
        (("--kill", "redis@b"), [], []),
        (("--maintain", "redis@a"), [], []),
        (("--kill", "n-1"), [MOVED], [MOVED]),
        (("--kill", "redis@a", "--kill", "n-1"), [MOVED], [MOVED, FAILED_OVER]),
    ],
)
def test_it_says_when_a_flow_is_served_again(
    options: tuple[str, ...], reads: list[str], writes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "store.arch.yaml"
    text = STORE.replace(", RECOVERY", "").replace("product: sentinel", "product: etcd")
    model.write_text(text.replace("key-value-store, product: redis", "database, product: postgresql"), encoding="utf-8")
    assert main(["simulate", str(model), *options, "--format", "json"]) == 0
    flows = json.loads(capsys.readouterr().out)["flows"]
    assert (flows["get"]["hints"], flows["set"]["hints"]) == (reads, writes)


STANDBY = """archgen: 1
name: A dump of the standby
hosts: {a: {}, b: {}, other: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  store:
    kind: database
    runs_on: [a, b]
    cluster: {mode: active-passive, active: a, address: {shared: 192.0.2.9}, failover: automatic, by: vrrp, watches: process}
    replication: {primary: a, failover: automatic}
  dump: {kind: backup, runs_on: b, backs_up: store}
  beside: {kind: worker, runs_on: other}
connections: {job -> store: postgresql, dump -> store: {protocol: postgresql, locality: same-host}}
flows:
  write: {access: write, steps: [job -> store: INSERT]}
  dump: {access: read, steps: [dump -> store: dump]}
"""


@pytest.mark.parametrize(("lost", "waits"), [("other", False), ("a", True)])
def test_what_reads_the_standby_beside_it_waits_for_no_failover(
    lost: str, waits: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "standby.arch.yaml"
    model.write_text(STANDBY, encoding="utf-8")
    assert main(["simulate", str(model), "--kill", lost, "--format", "json"]) == 0
    flows = json.loads(capsys.readouterr().out)["flows"]
    assert flows["dump"]["hints"] == []
    assert bool(flows["write"]["hints"]) is waits


def test_a_declared_time_is_not_assumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "store.arch.yaml"
    model.write_text(STORE.replace("RECOVERY", "recovery: 90s"), encoding="utf-8")
    assert main(["simulate", str(model), "--kill", "n-2"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "if web runs on n-2, it is started elsewhere after about 90 s" in words
    assert "assumed" not in words


MANAGED = "managed: true, replicas: 2, replication: {primary: 'redis#1'"


@pytest.mark.parametrize(
    ("product", "documented"),
    [("rds", True), ("aws-rds-postgresql", True), ("cloud-sql", False), ("memorystore", False)],
)
def test_what_the_provider_of_rds_documents_is_a_convention_for_others(
    product: str, documented: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "store.arch.yaml"
    managed = STORE.replace(
        "product: redis, runs_on: [a, b], replication: {primary: a", f"product: {product}, {MANAGED}"
    )
    model.write_text(managed.replace(", by: sentinel", "").replace(", RECOVERY", ""), encoding="utf-8")
    assert main(["what-if", str(model), "--add", "replica of redis"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "failover after 2 min for redis" in words
    assert ("documented: RDS Multi-AZ: 60 to 120 s" in words) is documented


def test_what_is_down_for_good_is_not_served_after_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "store.arch.yaml"
    model.write_text(STORE.replace(", RECOVERY", ""), encoding="utf-8")
    assert main(["simulate", str(model), "--kill", "a", "--kill", "c"]) == 0
    assert "after about" not in capsys.readouterr().out


PROMOTED = """\
archgen: 1
name: What promotes floats over the hosts of the store
hosts: {n-1: {}, n-2: {}, n-3: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, runs_on: [n-1, n-2], replication: {primary: n-1, failover: automatic, by: operator, mode: synchronous}}
  operator: {kind: other, replicas: 1, runs_on: {any: [n-1, n-2, n-3]}}
connections:
  job -> db: postgresql
flows:
  set:
    title: A value is set
    access: write
    steps:
      - job -> db: INSERT
"""
MORE = "if operator runs on n-1, about 5.8 min more (assumed), until it is started elsewhere and can promote a replica of db"


@pytest.mark.parametrize(
    ("lost", "old", "new", "hedged"),
    [
        ("n-1", "", "", True),
        ("n-2", "", "", False),
        ("db@n-1", "", "", False),
        ("n-1", "any: [n-1, n-2, n-3]", "any: [n-2, n-3]", False),
        ("n-1", "replicas: 1, runs_on: {any: [n-1, n-2, n-3]}", "replicas: 2, runs_on: {any: [n-1, n-2, n-3]}", False),
    ],
)
def test_it_says_that_what_promotes_may_be_lost_as_well(
    lost: str, old: str, new: str, hedged: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "promoted.arch.yaml"
    model.write_text(PROMOTED.replace(old, new), encoding="utf-8")
    assert main(["simulate", str(model), "--kill", lost, "--format", "json"]) == 0
    flow = json.loads(capsys.readouterr().out)["flows"]["set"]
    assert (MORE in flow["hints"]) == hedged


BESIDE = """\
archgen: 1
name: A firewall beside the path
networks: {wards: {trust: private}, servers: {trust: private}}
hosts: {edge-1: {}, edge-2: {}, s-1: {network: servers}, s-2: {network: servers}}
components:
  nurse: {kind: client, network: wards}
  wall: {kind: firewall, runs_on: [edge-1, edge-2], guards: [servers], rules: [{from: wards, to: his, ports: [443]}], default: deny}
  his: {kind: app-server, runs_on: [s-1, s-2]}
  db: {kind: database, runs_on: [s-1, s-2]}
connections:
  nurse -> his: https
  his -> db: postgresql
flows:
  record: {title: A record is opened, steps: [nurse -> his: GET]}
  inside: {title: Inside, access: read, steps: [his -> db: SELECT]}
"""
PASSED = (
    "only if its traffic doesn't pass edge-1 and edge-2: no step goes through wall, which guards servers from there"
)


@pytest.mark.parametrize(("lost", "hedged"), [(("edge-1", "edge-2"), True), (("edge-1",), False)])
def test_it_says_that_a_flow_may_pass_a_lost_firewall(
    lost: tuple[str, ...], hedged: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "beside.arch.yaml"
    model.write_text(BESIDE, encoding="utf-8")
    words = [word for element in lost for word in ("--kill", element)]
    assert main(["simulate", str(model), *words, "--format", "json"]) == 0
    flows = json.loads(capsys.readouterr().out)["flows"]
    assert (PASSED in flows["record"]["hints"]) == hedged
    assert PASSED not in flows["inside"]["hints"]


@pytest.mark.parametrize(
    ("old", "new", "hedged"),
    [("runs_on: [edge-1, edge-2], ", "", True), ("runs_on: [edge-1, edge-2]", "managed: true", False)],
)
def test_it_says_so_of_a_lost_firewall_whose_hosts_are_not_declared(
    old: str, new: str, hedged: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "beside.arch.yaml"
    model.write_text(BESIDE.replace(old, new), encoding="utf-8")
    assert main(["simulate", str(model), "--kill", "wall", "--format", "json"]) == 0
    flows = json.loads(capsys.readouterr().out)["flows"]
    words = "only if its traffic doesn't pass wall, which guards servers: no step goes through it"
    assert (words in flows["record"]["hints"]) == hedged
    assert words not in flows["inside"]["hints"]


CLUSTER = """\
archgen: 1
name: A cluster with its control plane
hosts: {cp-1: {}, cp-2: {}, cp-3: {}, n-1: {}, n-2: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  app: {kind: app-server, runs_on: {any: [n-1, n-2]}, replicas: 2}
  api: {kind: service, product: kubernetes, runs_on: [cp-1, cp-2, cp-3]}
  etcd: {kind: key-value-store, product: etcd, runs_on: [cp-1, cp-2, cp-3]}
connections:
  job -> app: https
  api -> etcd: https
flows:
  read: {access: read, steps: [job -> app: GET]}
"""
SHORT = "replicas of app on n-1 stay down until etcd has a majority again, which api needs"
DOWN = "replicas of app on n-1 stay down until api is up again"


@pytest.mark.parametrize(
    ("lost", "old", "new", "hint"),
    [
        (("n-1", "cp-1", "cp-2"), "", "", SHORT),
        (("n-1", "cp-1"), "", "", None),
        (("cp-1", "cp-2"), "", "", None),
        (("n-1", "api"), "", "", DOWN),
        (("n-1", "cp-1", "cp-2"), "product: kubernetes", "product: go", None),
        (
            ("n-1", "cp-1", "cp-2"),
            "api: {kind: service, product: kubernetes, runs_on",
            "api: {kind: service, product: kubernetes, managed: true, runs_on",
            SHORT,
        ),
        (("n-1", "api"), "product: kubernetes, runs_on: [cp-1, cp-2, cp-3]", "product: kubernetes", None),
        (("n-1", "cp-1", "cp-2"), "runs_on: {any: [n-1, n-2]}, replicas: 2", "runs_on: [n-1, n-2]", None),
    ],
)
def test_it_says_that_nothing_is_started_while_the_control_plane_is_down(
    lost: tuple[str, ...], old: str, new: str, hint: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "cluster.arch.yaml"
    model.write_text(CLUSTER.replace(old, new), encoding="utf-8")
    assert main(["simulate", str(model), "--kill", *lost, "--format", "json"]) == 0
    hints = json.loads(capsys.readouterr().out)["flows"]["read"]["hints"]
    assert [each for each in hints if "stay down" in each] == ([hint] if hint else [])


WORKER = """archgen: 1
name: A worker that floats
hosts: {n-1: {}, n-2: {}}
components:
  sensors: {kind: queue, managed: true}
  worker: {kind: worker, runs_on: {any: [n-1, n-2]}}
  sms: {kind: external-service}
connections: {sensors -> worker: {protocol: amqps, async: true}, worker -> sms: https}
flows: {mail: {steps: [sensors -> worker: receive, worker -> sms: POST]}}
"""


@pytest.mark.parametrize(
    ("lost", "word", "hints"),
    [
        (
            ["n-1"],
            "ok",
            ["if worker runs on n-1, its work waits until it is started elsewhere, after about 5.8 min (assumed)"],
        ),
        (["n-1", "n-2"], "delayed", []),
        (["worker"], "delayed", []),
    ],
)
def test_the_work_of_a_worker_that_floats_waits_until_it_is_started_elsewhere(
    lost: list[str], word: str, hints: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "worker.arch.yaml"
    model.write_text(WORKER, encoding="utf-8")
    options = [option for element in lost for option in ("--kill", element)]
    assert main(["simulate", str(model), *options, "--format", "json"]) == 0
    flow = json.loads(capsys.readouterr().out)["flows"]["mail"]
    assert (flow["status"], flow["hints"]) == (word, hints)


SITES = """archgen: 1
name: Two sites behind one name
zones: {a: {kind: datacenter}, b: {kind: datacenter}}
hosts: {a-1: {zone: a}, a-2: {zone: a}, a-3: {zone: a}, b-1: {zone: b}, b-3: {zone: b}}
components:
  user: {kind: client}
  names: {kind: dns, managed: true, domain: x.org, records: [LA, LB]BALANCE}
  lb-a: {kind: load-balancer, runs_on: [a-1, a-2]}
  lb-b: {kind: load-balancer, runs_on: b-1}
  web: {kind: web-server, runs_on: [a-3, b-3]}
connections:
  user -> lb-a | lb-b: https
  lb-a -> web: {protocol: https, locality: same-datacenter}
  lb-b -> web: {protocol: https, locality: same-datacenter}
flows: {page: {domain: x.org, steps: [user -> lb-a | lb-b: GET, lb-a -> web: GET, lb-b -> web: GET]}}
""".replace("LA, LB", "{name: x.org, type: A, value: lb-a}, {name: x.org, type: A, value: lb-b}")


@pytest.mark.parametrize(
    ("balance", "lost", "hints"),
    [
        ("", "a-3", ["if names runs no health checks on lb-a and lb-b, about 1 in 2 requests fails"]),
        (
            ", balance: {health_check: false}",
            "a-3",
            ["as names runs no health checks on lb-a and lb-b, about 1 in 2 requests fails"],
        ),
        (
            ", balance: {health_check: GET /}",
            "a-3",
            ["if the health check of names asks nothing behind lb-a, about 1 in 2 requests fails"],
        ),
        (
            ", balance: {health_check: tcp}",
            "a-3",
            ["the health check of names (tcp) asks nothing behind lb-a, so about 1 in 2 requests fails"],
        ),
        (", balance: {backup: [lb-b], health_check: GET /}", "a-3", []),
        ("", "a-1", []),
        ("", "b", []),
    ],
)
def test_an_entry_that_answers_with_errors_keeps_its_share_unless_its_name_server_sees_it(
    balance: str, lost: str, hints: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "sites.arch.yaml"
    model.write_text(SITES.replace("BALANCE", balance), encoding="utf-8")
    assert main(["simulate", str(model), "--kill", lost, "--format", "json"]) == 0
    flow = json.loads(capsys.readouterr().out)["flows"]["page"]
    status = "partial" if "false" in balance else "degraded"
    assert (flow["status"], [hint for hint in flow["hints"] if "names" in hint]) == (status, hints)


@pytest.mark.parametrize(
    ("cluster", "hints"),
    [
        ("by: vrrp", []),
        ("mode: active-active, by: vrrp", ["if names runs no health checks on lb, about 1 in 2 requests fails"]),
        ("mode: active-active, address: {shared: 192.0.2.9}", []),
    ],
)
def test_a_name_server_chooses_among_addresses_and_not_among_those_that_share_one(
    cluster: str, hints: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "pair.arch.yaml"
    model.write_text(PAIR.replace("CLUSTER", cluster), encoding="utf-8")
    assert main(["simulate", str(model), "--kill", "web@a", "--format", "json"]) == 0
    flow = json.loads(capsys.readouterr().out)["flows"]["page"]
    assert (flow["status"], [hint for hint in flow["hints"] if "names" in hint]) == ("degraded", hints)


PAIR = """archgen: 1
name: A pair behind two addresses
hosts: {a: {address: 192.0.2.1}, b: {address: 192.0.2.2}}
components:
  user: {kind: client}
  names:
    kind: dns
    managed: true
    domain: x.org
    records: [{name: x.org, type: A, value: 192.0.2.1}, {name: x.org, type: A, value: 192.0.2.2}]
  lb: {kind: load-balancer, runs_on: [a, b], cluster: {CLUSTER}}
  web: {kind: web-server, runs_on: [a, b]}
connections: {user -> lb: https, lb -> web: {protocol: http, locality: same-host}}
flows: {page: {domain: x.org, steps: [user -> lb: GET, lb -> web: GET]}}
"""


CHECKED = """\
archgen: 1
name: A primary that only the health check asks
objectives: {recovery_time: 1m}
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, managed: true, balance: {health_check: {request: GET /health, asks: [db]}}}
  web: {kind: app-server, managed: true, replicas: 2}
  db: {kind: database, product: rds, managed: true, runs_on: [a, b], replication: {primary: a, failover: automatic, recovery: 2m}}
connections: {user -> lb: https, lb -> web: https, web -> db: {protocol: postgresql, tls: true}}
flows: {about: {access: read, steps: [{user -> lb: GET}, {lb -> web: GET}]}}
"""


def test_a_flow_waits_for_the_failover_of_what_its_health_check_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "checked.arch.yaml"
    model.write_text(CHECKED, encoding="utf-8")
    assert main(["simulate", str(model), "--kill", "a"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert words.endswith(
        "served without db@a; after about 2 min, when db has failed over, which the health check of lb asks"
    )
    assert main(["lint", str(model), "--select", "slow-failover", "--format", "concise"]) == 0
    assert "about is down for 2 min until db has failed over" in capsys.readouterr().out
    model.write_text(CHECKED.replace("{request: GET /health, asks: [db]}", "GET /health"), encoding="utf-8")
    assert main(["simulate", str(model), "--kill", "a"]) == 0
    assert "failed over" not in capsys.readouterr().out
