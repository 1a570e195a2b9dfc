"""What moves traffic or counts votes as a user meets it, and what a loss leaves open: the word, the reason, the condition."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.test_meaning import Told

MOVED = """\
archgen: 1
name: A pair that a lock moves
hosts: {a: {}, b: {}, c: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: [a, b], cluster: {mode: active-passive, active: a, failover: automatic, by: lock}}
  lock: {kind: key-value-store, product: consul, runs_on: [a, b, c], quorum: majority}
connections: {user -> lb: https}
flows: {page: {access: read, steps: [{user -> lb: GET}]}}
"""
GROUP = """\
archgen: 1
name: An availability group
zones: {room-a: {kind: datacenter}, room-b: {kind: datacenter}}
hosts: {a: {zone: room-a}, b: {zone: room-b}, w: {zone: room-b}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, product: mssql, runs_on: [a, b], replication: {primary: a, failover: automatic, by: witness}}
  witness: {kind: file-storage, runs_on: w}
connections: {job -> db: mssql}
flows: {save: {access: write, steps: [{job -> db: INSERT}]}}
"""
STANDBYS = """\
archgen: 1
name: Two standbys
hosts: {a: {}, b: {}, c: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, product: postgresql, runs_on: [a, b, c], replication: {primary: a, failover: automatic, mode: synchronous}}
connections: {job -> db: postgresql}
flows: {save: {access: write, steps: [{job -> db: INSERT}]}}
"""
FLOATING = """\
archgen: 1
name: Pods in two zones
zones: {az-a: {kind: availability-zone}, az-b: {kind: availability-zone}}
hosts: {vm-1: {zone: az-a}, node-1: {runs_on: vm-1}, node-2: {zone: az-a}, node-3: {zone: az-b}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: {any: [node-1, node-2, node-3]}}
connections: {user -> web: https}
flows: {page: {access: read, steps: [{user -> web: GET}]}}
"""
QUEUE = """\
archgen: 1
name: Queues on two hosts
hosts: {a: {}, b: {}, c: {}, d: {}}
components:
  shop: {kind: scheduler, managed: true, replicas: 2}
  orders: {kind: queue, product: rabbitmq, runs_on: [a, b]}
  packer: {kind: worker, runs_on: [c, d]}
  stock: {kind: database, product: mysql, runs_on: c}
connections: {shop -> orders: amqp, packer -> orders: amqp, packer -> stock: mysql}
flows:
  order:
    access: write
    steps:
      - shop -> orders: an order
      - packer -> orders: {message: an order, async: true}
      - packer -> stock: {message: UPDATE, async: true}
"""


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(tmp_path, capsys)


def test_traffic_moves_only_while_what_moves_it_works(told: Told) -> None:
    assert told.outcome(MOVED, "a")[0] == "degraded"
    assert told.outcome(MOVED, "lock")[0] == "degraded"
    status, reason = told.outcome(MOVED, "a", "c")
    assert status == "down"
    assert reason.endswith("; lock is down, so nothing moves the traffic of lb to lb@b")
    assert told.outcome(MOVED.replace("by: lock", "by: vrrp"), "a", "c")[0] == "degraded"
    assert told.outcome(MOVED.replace("active-passive, active: a,", "active-active,"), "a", "c")[0] == "degraded"


@pytest.mark.parametrize(
    ("zones", "by", "status"),
    [
        (
            "eu: {kind: region}, r: {kind: availability-zone, in: eu}, s: {kind: availability-zone, in: eu}",
            "vrrp",
            "down",
        ),
        ("r: {kind: region}, s: {kind: region}", "vrrp", "down"),
        ("r: {kind: region}, s: {kind: region}", "dns", "degraded"),
        ("r: {kind: region}, s: {kind: region}", "lock", "degraded"),
        ("r: {kind: availability-zone}, s: {kind: availability-zone}", "vrrp", "degraded"),
        ("r: {kind: datacenter}, s: {kind: datacenter}", "vrrp", "degraded"),
    ],
)
def test_an_address_stays_where_no_local_network_leads_elsewhere(told: Told, zones: str, by: str, status: str) -> None:
    apart = (
        MOVED.replace("hosts:", f"zones: {{{zones}}}\nnetworks: {{lan: {{trust: private}}}}\nhosts:")
        .replace("a: {}, b: {}", "a: {zone: r, network: lan}, b: {zone: s, network: lan}")
        .replace("by: lock", f"by: {by}")
    )
    outcome, reason = told.outcome(apart, "a")
    assert outcome == status
    if status == "down":
        assert reason.endswith("; the address of lb can't move to lb@b, which is on another local network")
    assert told.outcome(apart, "b")[0] in ("degraded", "ok")


def test_what_moves_traffic_counts_for_figures_and_single_points(told: Told) -> None:
    assert told.points(MOVED)[0] == set()
    beside = MOVED.replace("[a, b, c]", "[a]").replace(", quorum: majority", "")
    assert told.points(beside)[0] == {"a"}
    assert told.outcome(MOVED.replace("quorum: majority", "quorum: {write: majority}"), "a", "c")[0] == "down"
    assert told.analyzed(beside)["availability"] < told.analyzed(MOVED)["availability"]


def test_the_quorum_of_what_moves_traffic_breaks_flows(told: Told) -> None:
    racks = MOVED.replace("hosts:", "zones: {r: {kind: rack}, s: {kind: rack}}\nhosts:").replace(
        "{a: {}, b: {}, c: {}}", "{a: {zone: r}, b: {zone: s}, c: {zone: r}}"
    )
    (message,) = told.lint(racks, "fragile-quorum")
    assert message.endswith("; losing r takes down page")


def test_an_availability_group_is_offline_without_a_majority(told: Told) -> None:
    assert told.outcome(GROUP, "a")[0] == told.outcome(GROUP, "b")[0] == told.outcome(GROUP, "w")[0] == "degraded"
    status, reason = told.outcome(GROUP, "room-b")
    assert status == "down"
    assert reason.endswith("; 1 of 3 votes of db and witness is up, and it takes 2")
    assert told.outcome(GROUP.replace("access: write", "access: read"), "room-b")[0] == "down"
    assert told.points(GROUP)[0] == {"room-b"}
    assert told.outcome(GROUP.replace("mssql, runs", "mysql, runs"), "room-b")[0] == "degraded"
    expected = GROUP + "expect: [survives any one datacenter for save]\n"
    assert told.lint(expected, "unmet-expectation")


def test_a_witness_votes_beside_an_even_number_and_three_voters_alone(told: Told) -> None:
    three = GROUP.replace("w: {zone: room-b}", "c: {zone: room-b}, w: {zone: room-b}").replace("[a, b]", "[a, b, c]")
    assert told.outcome(three, "w", "b")[0] == "degraded"
    assert told.outcome(three, "b", "c")[0] == "down"
    cluster = GROUP.replace("runs_on: w", "runs_on: [a, b, w]")
    assert told.outcome(cluster, "witness@w", "witness@b")[0] == "down"
    assert told.outcome(cluster, "b")[0] == "degraded"


def test_a_cluster_service_on_the_nodes_adds_no_vote_but_that_of_its_witness(told: Told) -> None:
    nodes = GROUP.replace("by: witness", "by: wsfc").replace(
        "  witness:", "  wsfc: {kind: service, runs_on: [a, b]}\n  witness:"
    )
    for node in ("a", "b"):
        assert told.outcome(nodes, node)[1].endswith("; 1 of 2 replicas of db is up, and it takes 2")
    asked = nodes.replace("{job -> db: mssql}", "{job -> db: mssql, wsfc -> witness: {protocol: smb, required: false}}")
    assert told.outcome(asked, "a")[0] == told.outcome(asked, "b")[0] == told.outcome(asked, "w")[0] == "degraded"
    assert told.outcome(asked, "room-b")[1].endswith("; 1 of 3 votes of db and witness is up, and it takes 2")
    assert told.points(asked)[0] == {"room-b"}


def test_votes_that_leave_in_order_are_not_counted(told: Told) -> None:
    text = told.run("simulate", str(told.write(GROUP)), "--maintain", "room-b")
    assert "\ndegraded  save" in text
    text = told.run("simulate", str(told.write(GROUP)), "--maintain", "job")
    assert "\ndown " in text


def test_a_lost_standby_leaves_a_condition(told: Told) -> None:
    condition = "; only if db takes writes without a copy (`without` isn't declared): a commit waits for a synchronous standby by default"
    assert told.outcome(STANDBYS, "b", "c") == ("degraded", "served without db@b and db@c" + condition)
    assert told.outcome(STANDBYS, "b")[1] == "served without db@b"
    assert condition not in told.outcome(STANDBYS.replace("access: write", "access: read"), "b", "c")[1]
    for declared in ("synchronous, without: continue", "asynchronous", "synchronous, by: job"):
        assert condition not in told.outcome(STANDBYS.replace("synchronous", declared), "b", "c")[1]
    assert condition in told.outcome(STANDBYS.replace("synchronous}", "synchronous, waits_for: all}"), "b")[1]


def test_a_floating_replica_may_be_in_a_lost_zone_or_on_a_lost_machine(told: Told) -> None:
    moved = "is started elsewhere after about 5.8 min (assumed)"
    assert told.outcome(FLOATING, "vm-1") == ("ok", f"if web runs on node-1, it {moved}")
    assert told.outcome(FLOATING, "az-a") == ("ok", f"if web runs on node-1 or node-2, it {moved}")
    several = FLOATING.replace("node-3]}}", "node-3]}, replicas: 3}")
    moved = "are started elsewhere after about 5.8 min (assumed)"
    assert told.outcome(several, "az-b") == ("ok", f"replicas of web on node-3 {moved}")
    assert told.outcome(several, "az-a", "az-b")[0] == "down"


def test_members_of_an_active_cluster_get_requests_until_their_traffic_has_moved(told: Told) -> None:
    pair = MOVED.replace("active-passive, active: a", "active-active").replace("by: lock", "by: vrrp, recovery: 60s")
    assert told.outcome(pair, "a")[1] == (
        "served without lb@a; about 1 in 2 requests fails for about 60 s, until the traffic of lb has moved"
    )
    assert "until" not in told.outcome(pair, "c")[1]


def test_a_queue_keeps_what_was_taken_from_it(told: Told) -> None:
    shared = QUEUE.replace("[a, b]}", "[a, b], quorum: 1}")
    assert told.outcome(shared, "stock") == ("delayed", "accepted; stock is down, so orders keeps what is sent")
    asked = "  site: {kind: scheduler, managed: true, replicas: 2}\nconnections: {site -> shop: https, "
    sent = "- site -> shop: an order\n      - shop -> orders: {message: an order, async: true}"
    pushed = shared.replace("connections: {", asked).replace("- shop -> orders: an order", sent)
    assert told.outcome(pushed, "orders")[1] == "accepted; orders is down, so shop has to keep what is sent"


def test_queues_of_unknown_copies_leave_a_condition(told: Told) -> None:
    condition = (
        "only if the queues of orders are on its other replicas too (neither `quorum` nor `replication` is declared)"
    )
    assert condition in told.outcome(QUEUE, "a")[1]
    assert condition not in told.outcome(QUEUE.replace("[a, b]}", "[a, b], quorum: 1}"), "a")[1]
    pair = QUEUE.replace("[a, b]}", "[a, b], cluster: {mode: active-passive, active: a, failover: automatic}}")
    assert condition in told.outcome(pair, "a")[1]
    disk = "connections: {orders -> disk: iscsi, "
    shared = pair.replace("connections: {", disk).replace("components:", "components:\n  disk: {kind: other}")
    assert condition not in told.outcome(shared, "a")[1]
    assert condition not in told.outcome(QUEUE, "c")[1]
    assert condition not in told.outcome(QUEUE, "orders")[1]


def test_a_copy_that_nothing_promotes_is_named(told: Told) -> None:
    copied = STANDBYS.replace(
        "[a, b, c], replication: {primary: a, failover: automatic, mode: synchronous}", "a"
    ).replace(
        "connections:", "  copy: {kind: database, product: postgresql, runs_on: b, replication: {of: db}}\nconnections:"
    )
    sentence = "; copy has a copy of its data, and nothing in the model promotes it"
    assert told.outcome(copied, "db")[1].endswith(sentence)
    assert sentence not in told.outcome(copied, "db", "copy")[1]


def test_a_store_that_no_flow_shows_leaves_a_condition(told: Told) -> None:
    hidden = QUEUE.replace("      - packer -> stock: {message: UPDATE, async: true}\n", "")
    sentence = "only if order doesn't need stock, which packer calls and no flow shows"
    assert sentence in told.outcome(hidden, "stock")[1]
    assert (
        sentence
        not in told.outcome(
            hidden.replace("packer -> stock: mysql", "packer -> stock: {protocol: mysql, required: false}"), "stock"
        )[1]
    )


@pytest.mark.parametrize("line", ["db -> copy: postgresql", "copy -> db: postgresql"])
def test_what_a_store_sends_to_its_copy_leaves_no_condition(told: Told, line: str) -> None:
    report = f"""\
archgen: 1
name: Reports from a copy
hosts: {{a: {{}}, b: {{}}, c: {{}}}}
components:
  user: {{kind: client}}
  shop: {{kind: app-server, runs_on: [a, b]}}
  db: {{kind: database, product: postgresql, runs_on: a}}
  copy: {{kind: database, product: postgresql, runs_on: c, replication: {{of: db}}}}
connections:
  user -> shop: https
  shop -> db | copy: {{protocol: postgresql, access: read}}
  {line}
flows:
  order:
    title: A visitor reads
    access: read
    steps: [{{user -> shop: GET}}, {{shop -> db | copy: SELECT}}]
"""
    assert told.outcome(report, "c") == ("degraded", "served without copy@c")
    assert told.outcome(report, "db")[1] == "served without db@a"
    other = report.replace(", replication: {of: db}", "")
    lost = "c" if line.startswith("db") else "db"
    assert "which" in told.outcome(other, lost)[1]


def test_a_service_that_only_starts_a_flow_never_fails(told: Told) -> None:
    hook = MOVED.replace("user: {kind: client}", "user: {kind: external-service}").replace(
        ", failover: automatic, by: lock", ""
    )
    assert "user#1" not in told.points(hook)[0]
    called = hook.replace("connections: {", "connections: {lb -> user: https, ").replace(
        "{user -> lb: GET}", "{user -> lb: GET}, {lb -> user: done}"
    )
    assert "user#1" in told.points(called)[0]
    assert "user#1" in told.points(hook.replace("external-service", "service"))[0]


STARTING = """\
archgen: 1
name: Nobody calls a job
hosts: {a: {}, b: {}, c: {}}
components:
  job: {kind: scheduler, runs_on: [a, b, c], cluster: {mode: active-passive, active: a, failover: automatic, by: vrrp, watches: host}}
  core: {kind: service, managed: true, replicas: 2}
connections: {job -> core: https}
flows: {night: {access: write, steps: [job -> core: run]}}
"""


def test_a_standby_starts_nothing_behind_a_failed_process_that_nobody_watches(told: Told) -> None:
    assert told.points(STARTING)[0] == {"job@a"}
    assert told.outcome(STARTING, "job@a") == (
        "down",
        "step night/1 fails: job -> core: run; job@a, which makes this request, is down",
    )
    assert told.outcome(STARTING, "a")[0] == "degraded"
    assert told.outcome(STARTING, "job@b")[0] == "degraded"
    # the next in order is the one whose process failed
    assert told.outcome(STARTING, "a", "job@b")[0] == "down"
    assert told.points(STARTING.replace("kind: scheduler,", "kind: scheduler, managed: true,"))[0] == set()
    watched = STARTING.replace("watches: host", "watches: process")
    assert told.points(watched)[0] == set()
    assert told.outcome(watched, "a", "job@b")[0] == "degraded"
    assert told.analyzed(STARTING)["availability"] < told.analyzed(watched)["availability"]


@pytest.mark.parametrize("called", [False, True])
def test_an_active_member_goes_on_beside_a_failed_one(told: Told, called: bool) -> None:
    both = STARTING.replace("active: a,", "active: [a, b],")
    if called:
        both = (
            both.replace("  core:", "  user: {kind: client}\n  core:")
            .replace("connections: {", "connections: {user -> job: https, ")
            .replace("[job -> core: run]", "[user -> job: run, job -> core: run]")
        )
    assert told.points(both)[0] == set()
    assert told.outcome(both, "job@a")[0] == "degraded"
    assert told.outcome(both, "a", "job@b")[0] == "down"
    assert told.outcome(both, "job@a", "job@b")[0] == "down"


def test_a_balancer_that_keeps_targets_which_fail_its_check_leaves_a_condition(told: Told) -> None:
    kept = """\
archgen: 1
name: A check that asks the database
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, product: aws-alb, managed: true, replicas: 2, balance: {health_check: {request: GET /, asks: [db, log]}}}
  app: {kind: app-server, managed: true, replicas: 2}
  db: {kind: database, runs_on: [a, b], replication: {primary: a, failover: automatic}}
  log: {kind: service, managed: true, replicas: 2}
connections:
  user -> lb: https
  lb -> app: https
  app -> db: {protocol: postgresql, required: false}
  app -> log: {protocol: https, required: false}
flows: {about: {access: read, steps: [user -> lb: GET, lb -> app: GET]}}
"""
    condition = "since the check asks db, and lb keeps them all (`fail_open`)"
    assert told.outcome(kept, "db")[0] == "ok"
    assert told.outcome(kept, "db")[1].endswith(condition)
    assert condition not in told.outcome(kept, "a")[1]
    assert told.outcome(kept.replace("product: aws-alb, ", ""), "db")[0] == "down"
    assert condition not in told.outcome(kept.replace("{request: GET /, asks: [db, log]}", "GET /"), "db")[1]
