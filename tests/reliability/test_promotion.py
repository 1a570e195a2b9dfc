"""What a promoter needs to promote: the way to the coordinator that keeps its state, and nothing else that it calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.test_meaning import Told

OPERATOR = """\
archgen: 1
name: A database that an operator promotes through the API of its cluster
hosts: {a: {}, b: {}, c: {}, d: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: a, failover: automatic, by: operator}}
  operator: {kind: other, runs_on: {any: [a, b, c, d]}, replicas: 1}
  api: {kind: service, runs_on: [a, b, c]}
  etcd: {kind: key-value-store, product: etcd, runs_on: [a, c, d]}
  mail: {kind: mail, runs_on: d}
connections:
  job -> db: {protocol: postgresql, tls: true}
  operator -> api: https
  operator -> mail: smtps
  operator -> db: {protocol: postgresql, tls: true}
  api -> etcd: {protocol: grpc, tls: true}
flows: {save: {access: write, steps: [{job -> db: INSERT}]}}
"""


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(tmp_path, capsys)


def test_an_operator_promotes_only_while_its_api_answers(told: Told) -> None:
    assert told.outcome(OPERATOR, "a")[0] == "degraded"
    status, reason = told.outcome(OPERATOR, "a", "c")
    assert status == "down"
    assert "step save/1 fails: job -> db: INSERT, on the way job#1 → db@b → operator#1 → api@b → etcd@" in reason
    assert reason.endswith("; 1 of 3 replicas of etcd is up, and it takes 2")
    assert told.outcome(OPERATOR, "db@a", "api")[0] == "down"
    assert told.outcome(OPERATOR, "etcd")[0] == "degraded"
    assert told.outcome(OPERATOR.replace("access: write", "access: read"), "a", "c")[0] == "degraded"


def test_what_leads_to_no_coordinator_is_no_part_of_a_promotion(told: Told) -> None:
    assert told.outcome(OPERATOR, "db@a", "mail")[0] == "degraded"
    assert told.outcome(OPERATOR.replace("product: etcd", "product: redis"), "db@a", "api")[0] == "degraded"
    for optional in ("https, required: false", "https, async: true"):
        weak = OPERATOR.replace("operator -> api: https", f"operator -> api: {{protocol: {optional}}}")
        assert told.outcome(weak, "db@a", "api")[0] == "degraded"
    through = OPERATOR.replace("operator -> api: https", "db -> api: https")
    assert told.outcome(through, "db@a", "api")[0] == "degraded"


def test_the_api_of_a_platform_has_a_coordinator_that_no_model_shows(told: Told) -> None:
    api = OPERATOR.replace("  api -> etcd: {protocol: grpc, tls: true}\n", "")
    assert told.outcome(api, "db@a", "api")[0] == "degraded"
    for product in ("kubernetes", "K3s", "openshift", "eks"):
        known = api.replace("api: {kind: service", f"api: {{kind: service, product: {product}")
        status, reason = told.outcome(known, "db@a", "api")
        assert status == "down"
        assert "on the way job#1 → db@b → operator#1 → api@a" in reason
        assert told.outcome(known, "db@a", "etcd")[0] == "degraded"
        assert told.outcome(known, "db@a", "api@a")[0] == "degraded"
    shown = OPERATOR.replace("api: {kind: service", "api: {kind: service, product: kubernetes")
    assert told.outcome(shown, "db@a", "etcd")[0] == "down"


def test_a_promoter_asks_a_platform_itself_and_nothing_else(told: Told) -> None:
    known = OPERATOR.replace("  api -> etcd: {protocol: grpc, tls: true}\n", "").replace(
        "api: {kind: service", "api: {kind: service, product: kubernetes"
    )
    assert told.outcome(known, "db@a", "api")[0] == "down"
    for other, status in (("patroni", "down"), ("cloudnative-pg", "down"), ("repmgr", "degraded")):
        made = known.replace("operator: {kind: other", f"operator: {{kind: other, product: {other}")
        assert told.outcome(made, "db@a", "api")[0] == status
    # what it calls may ask the platform for something else
    around = known.replace("mail: {kind: mail", "vault: {kind: secrets").replace(
        "operator -> mail: smtps", "operator -> vault: https"
    )
    around = around.replace("operator -> api: https", "vault -> api: https")
    assert told.outcome(around, "db@a", "api")[0] == "degraded"
    coordinated = known.replace("operator -> api: https", "operator -> api: https\n  operator -> etcd: https")
    assert told.outcome(coordinated, "db@a", "api")[0] == "degraded"
    assert told.outcome(coordinated, "db@a", "etcd")[0] == "down"


@pytest.mark.parametrize(("lost", "awaited"), [("operator", "operator"), ("api", "api"), ("etcd", "etcd")])
def test_a_failover_waits_for_what_its_promoter_lacks(told: Told, lost: str, awaited: str) -> None:
    status, reason = told.outcome(OPERATOR, lost)
    assert status == "degraded"
    assert f"db can't fail over until {awaited} is back" in reason
    assert "can't fail over" not in told.outcome(OPERATOR, f"{lost}@a" if lost != "operator" else "mail")[1]


def test_a_coordinator_needs_nobody_to_promote(told: Told) -> None:
    own = OPERATOR.replace("by: operator", "by: etcd").replace("api -> etcd", "etcd -> api")
    assert told.outcome(own, "db@a", "api")[0] == "degraded"
    assert told.outcome(own, "db@a", "etcd")[0] == "down"


def test_what_the_flow_calls_itself_needs_what_its_steps_say(told: Told) -> None:
    asked = OPERATOR.replace("job -> db: {", "job -> api: https\n  job -> db: {").replace(
        "[{job -> db: INSERT}]", "[{job -> api: GET}, {job -> db: INSERT}]"
    )
    assert told.outcome(asked, "db@a", "etcd")[0] == "degraded"
    called = OPERATOR.replace("job -> db: {", "job -> operator: https\n  job -> db: {").replace(
        "[{job -> db: INSERT}]", "[{job -> operator: GET}, {job -> db: INSERT}]"
    )
    assert told.outcome(called, "db@a", "etcd")[0] == "degraded"


def test_a_lock_moves_an_address_only_while_its_state_answers(told: Told) -> None:
    cluster = "cluster: {mode: active-passive, active: a, failover: automatic, by: operator}"
    moved = OPERATOR.replace("replication: {primary: a, failover: automatic, by: operator}", cluster)
    assert told.outcome(moved, "db@a")[0] == "degraded"
    assert told.outcome(moved, "db@a", "etcd")[0] == "down"


def test_figures_and_gains_know_what_a_promotion_needs(told: Told) -> None:
    weak = OPERATOR.replace("operator -> api: https", "operator -> api: {protocol: https, required: false}")
    assert told.analyzed(OPERATOR)["availability"] < told.analyzed(weak)["availability"]
    assert told.points(OPERATOR)[0] == set()
    racks = OPERATOR.replace("hosts: {a: {}", "zones: {r: {kind: rack}}\nhosts: {a: {zone: r}").replace(
        "c: {}", "c: {zone: r}"
    )
    assert told.points(racks)[0] == {"r"}


STANDBY = """\
archgen: 1
name: A pair of a provider whose standby is silent
hosts: {a: {}, b: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, product: rds, managed: true, runs_on: [a, b], replication: {primary: a, failover: automatic}}
connections: {job -> db: {protocol: postgresql, tls: true}}
flows: {look: {access: read, steps: [{job -> db: SELECT}]}}
"""


LOST = "; the last writes that db@a confirmed and no replica has yet are lost (asynchronous)"


def test_a_read_waits_until_a_silent_standby_is_promoted(told: Told) -> None:
    waiting = "served without db@a; after about 2 min, when db has failed over (assumed)"
    assert told.outcome(STANDBY, "a") == ("degraded", waiting)
    assert told.outcome(STANDBY.replace("automatic", "automatic, mode: synchronous"), "a")[1] == waiting
    assert told.outcome(STANDBY.replace("automatic", "manual, mode: synchronous"), "a")[0] == "down"
    assert told.outcome(STANDBY, "b") == ("degraded", "served without db@b")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("product: rds", "product: aurora"),
        ("managed: true, runs_on", "runs_on"),
        ("failover: automatic", "failover: automatic, mode: asynchronous"),
        ("primary: a, failover: automatic", "writers: all"),
        ("failover: automatic", "failover: manual"),
    ],
)
def test_any_other_copy_is_read_at_once(told: Told, old: str, new: str) -> None:
    assert told.outcome(STANDBY.replace(old, new), "a") == ("degraded", "served without db@a")


def test_a_cluster_of_three_and_a_step_that_names_a_replica_read_at_once(told: Told) -> None:
    three = STANDBY.replace("b: {}}", "b: {}, c: {}}").replace("[a, b]", "[a, b, c]")
    assert told.outcome(three, "a") == ("degraded", "served without db@a")
    assert told.outcome(STANDBY.replace("{job -> db: SELECT}", "{job -> db@b: SELECT}"), "a")[0] == "ok"


@pytest.mark.parametrize(
    ("product", "by"), [("mongodb", ""), ("vault", ""), ("redis", ", by: watch"), ("Valkey", ", by: watch")]
)
def test_a_read_waits_where_clients_ask_the_primary_at_first(told: Told, product: str, by: str) -> None:
    three = STANDBY.replace("product: rds, managed: true", f"product: {product}").replace("automatic", f"automatic{by}")
    three = three.replace("b: {}}", "b: {}, c: {}}").replace("[a, b]", "[a, b, c]")
    watch = "  watch: {kind: other, managed: true, replicas: 3}\nconnections: {watch -> db: {protocol: redis, required: false}, "
    three = three.replace("connections: {", watch if by else "connections: {")
    assert "when db has failed over" in told.outcome(three, "a")[1]
    assert told.outcome(three.replace("automatic", "manual"), "a")[0] == "down"
    for step in ("job -> db@b: SELECT", "job -> db@a | db@b: SELECT"):
        assert "failed over" not in told.outcome(three.replace("job -> db: SELECT", step), "a")[1]
    near = three.replace("tls: true", "tls: true, locality: same-host").replace(
        "managed: true, replicas: 2}", "runs_on: b}", 1
    )
    assert "failed over" not in told.outcome(near, "a")[1]
    alone = three.replace(by, "", 1) if by else three.replace(f"product: {product}", "product: mysql")
    assert "failed over" not in told.outcome(alone, "a")[1]
    every = three.replace("primary: a, failover: automatic", "writers: all")
    assert "failed over" not in told.outcome(every, "a")[1]
    for words in ("SELECT from a secondary", "GET from any replica"):
        assert "failed over" not in told.outcome(three.replace("SELECT", words), "a")[1]
    assert "failed over" in told.outcome(three.replace("SELECT", "SELECT from the replica set"), "a")[1]
    why = three.replace("{kind: database", "{kind: database, why: reads go to the secondaries")
    assert "failed over" not in told.outcome(why, "a")[1]
    # a balancer asks no Sentinel, while the standbys of Vault hand on what it leads to them
    balanced = three.replace("kind: scheduler", "kind: load-balancer")
    assert ("failed over" in told.outcome(balanced, "a")[1]) == (not by)


@pytest.mark.parametrize("mode", ["", ", mode: asynchronous"])
@pytest.mark.parametrize("product", ["memorystore", "Memorystore for Redis"])
def test_a_read_of_a_pair_that_is_always_written_later_waits(told: Told, product: str, mode: str) -> None:
    pair = STANDBY.replace("product: rds", f"product: {product}").replace("automatic", f"automatic{mode}")
    waiting = "served without db@a; after about 2 min, when db has failed over (assumed)"
    assert told.outcome(pair, "a") == ("degraded", waiting + (LOST if mode else ""))
    assert told.outcome(pair.replace("automatic", "manual"), "a") == ("degraded", "served without db@a")
    # copies that are read are more than one, or have an address of their own
    three = pair.replace("b: {}}", "b: {}, c: {}}").replace("[a, b]", "[a, b, c]")
    assert told.outcome(three, "a") == ("degraded", "served without db@a")
    assert told.outcome(pair.replace("{job -> db: SELECT}", "{job -> db@b: SELECT}"), "a")[0] == "ok"


@pytest.mark.parametrize("mode", ["", ", mode: synchronous", ", mode: asynchronous"])
@pytest.mark.parametrize("product", ["Azure SQL Database", "azure-sql", "Azure SQL Managed Instance"])
def test_a_read_by_the_name_of_a_failover_group_waits(told: Told, product: str, mode: str) -> None:
    group = STANDBY.replace("product: rds", f"product: {product}").replace("automatic", f"automatic{mode}")
    waiting = "served without db@a; after about 2 min, when db has failed over (assumed)"
    waiting += LOST if "asynchronous" in mode else ""
    assert told.outcome(group, "a") == ("degraded", waiting)
    three = group.replace("b: {}}", "b: {}, c: {}}").replace("[a, b]", "[a, b, c]")
    assert told.outcome(three, "a") == ("degraded", waiting)


def test_a_copy_of_a_group_is_read_by_its_own_name_or_by_locality(told: Told) -> None:
    group = STANDBY.replace("product: rds", "product: azure-sql").replace("automatic", "automatic, mode: asynchronous")
    assert told.outcome(group.replace("{job -> db: SELECT}", "{job -> db@b: SELECT}"), "a")[0] == "ok"
    # a copy without a failover has no group
    assert told.outcome(group.replace("automatic", "manual"), "a") == ("degraded", "served without db@a")
    sites = group.replace("hosts: {a: {}, b: {}}", HOME).replace("managed: true, replicas: 2}", "runs_on: [a, b]}")
    near = sites.replace("tls: true", "tls: true, locality: same-region")
    assert told.outcome(near, "db@a") == ("degraded", "served without db@a; job@a can no longer do its part")
    assert told.outcome(sites, "db@a")[1].startswith("served without db@a; after about 2 min")


FILES = STANDBY.replace("kind: database, product: rds, managed: true", "kind: file-storage").replace(
    "postgresql", "nfs"
)


def test_a_read_of_files_waits_for_the_server_that_they_are_mounted_from(told: Told) -> None:
    status, reason = told.outcome(FILES, "a")
    assert (status, reason.partition("; ")[0]) == ("degraded", "served without db@a")
    assert "when db has failed over" in reason
    manual = FILES.replace("automatic", "manual, mode: asynchronous")
    assert told.outcome(manual, "a")[0] == "down"
    assert told.outcome(manual, "b")[0] == "ok"


def test_other_files_are_read_at_once(told: Told) -> None:
    manual = FILES.replace("automatic", "manual")
    objects = manual.replace("file-storage", "object-storage")
    named = manual.replace("primary: a, failover: manual", "writers: all")
    near = manual.replace("hosts: {a: {}, b: {}}", HOME).replace("managed: true, replicas: 2}", "runs_on: [a, b]}")
    near = near.replace("tls: true", "tls: true, locality: same-region")
    provided = manual.replace("runs_on", "managed: true, runs_on")
    gluster = manual.replace("kind: file-storage", "kind: file-storage, product: glusterfs")
    assert [told.outcome(text, "db@a")[0] for text in (objects, named, near, provided, gluster)] == ["degraded"] * 5
    assert told.outcome(manual.replace("{job -> db: SELECT}", "{job -> db@b: SELECT}"), "a")[0] == "ok"


HOME = "zones: {r: {kind: region}, s: {kind: region}}\nhosts: {a: {zone: r}, b: {zone: s}}"

GROUP = """\
archgen: 1
name: Members that elect among themselves, and what leads to the one that they elected
hosts: {a: {}, b: {}, c: {}, d: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  router: {kind: reverse-proxy, product: mysql-router, runs_on: [d]}
  db: {kind: database, product: galera, runs_on: [a, b, c], replication: {primary: a, failover: automatic, by: router}}
connections: {job -> db: {protocol: mysql, tls: true}}
flows: {save: {access: write, steps: [{job -> db: INSERT}]}}
"""


@pytest.mark.parametrize("product", ["galera", "mysql-innodb-cluster", "mysql-group-replication", "mongodb"])
@pytest.mark.parametrize("router", ["reverse-proxy, product: mysql-router", "other, product: ProxySQL"])
def test_what_leads_to_the_elected_member_has_no_vote(told: Told, product: str, router: str) -> None:
    group = GROUP.replace("galera", product).replace("reverse-proxy, product: mysql-router", router)
    assert told.outcome(group, "a")[0] == "degraded"
    status, reason = told.outcome(group, "a", "b")
    assert status == "down"
    assert "1 of 3 replicas of db is up, and it takes 2" in reason


def test_an_arbitrator_votes_beside_members_of_which_one_is_written_to(told: Told) -> None:
    two = GROUP.replace("[a, b, c]", "[a, b]").replace("product: mysql-router", "product: garbd")
    assert told.outcome(two.replace("kind: reverse-proxy", "kind: other"), "a")[0] == "degraded"
    assert told.outcome(two, "a")[0] == "down"
    assert told.outcome(two.replace("kind: reverse-proxy, product: garbd", "kind: other"), "a")[0] == "down"


STARTER = """\
archgen: 1
name: A pair of which the active member starts a job
changes: false
hosts: {a: {}, b: {}, c: {}}
components:
  job: {kind: scheduler, runs_on: [a, b], cluster: {mode: active-passive, active: a, failover: manual, recovery: 5m}}
  core: {kind: service, runs_on: c}
connections: {job -> core: https}
flows: {night: {steps: [{job -> core: run}]}}
"""


def test_a_standby_starts_a_job_once_it_has_taken_over(told: Told) -> None:
    status, reason = told.outcome(STARTER, "a")
    assert status == "down"
    assert reason.endswith(
        "; job@a, which makes this request, is down; until the manual failover of job, which takes about 5 min"
    )
    never = STARTER.replace(", recovery: 5m", "")
    at_once = STARTER.replace("manual, recovery: 5m", "automatic, recovery: 0s")
    in_an_hour = STARTER.replace("manual, recovery: 5m", "automatic, recovery: 1h")
    shares = [told.analyzed(model)["availability"] for model in (never, in_an_hour, STARTER, at_once)]
    assert shares == sorted(set(shares))


LEASED = """\
archgen: 1
name: A primary that keeps its lease in what its manager asks as well
hosts: {a: {}, b: {}, c: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  proxy: {kind: load-balancer, runs_on: c}
  db: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: a, failover: automatic, by: manager}}
  manager: {kind: other, product: patroni, runs_on: [a, b]}
  etcd: {kind: key-value-store, product: etcd, managed: true, replicas: 3}
connections:
  job -> proxy: {protocol: postgresql, tls: true}
  proxy -> db: {protocol: postgresql, tls: true}
  manager -> etcd: https
  db -> etcd: https
flows: {save: {access: write, steps: [{job -> proxy: INSERT}, {proxy -> db: INSERT}, {db -> etcd: the lease}]}}
"""


def test_the_path_to_a_failure_passes_what_would_be_promoted_and_no_promoter_of_a_primary_that_is_up(
    told: Told,
) -> None:
    _, reason = told.outcome(LEASED, "etcd")
    assert "step save/3 fails: db -> etcd: the lease, on the way job#1 → proxy@c → db@a → etcd#1" in reason
    _, reason = told.outcome(LEASED, "etcd", "db@a")
    assert "step save/2 fails: proxy -> db: INSERT, on the way job#1 → proxy@c → db@b → manager@a → etcd#1" in reason


OBSERVED = """\
archgen: 1
name: A primary that shuts down without its observer and a standby
zones: {east: {kind: datacenter}, west: {kind: datacenter}}
hosts: {a: {zone: east}, b: {zone: west}, o: {zone: west}, p: {zone: east}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  observer: {kind: service, runs_on: [o, p]}
  db: {kind: database, product: oracle, runs_on: [a, b], replication: {primary: a, failover: automatic, by: observer}}
connections: {job -> db: {protocol: oracle, tls: true}, observer -> db: {protocol: oracle, tls: true}}
flows: {save: {access: write, steps: [{job -> db: INSERT}]}}
"""


def test_a_primary_shuts_down_without_its_master_observer_and_the_standby(told: Told) -> None:
    assert [told.outcome(OBSERVED, lost)[0] for lost in ("a", "b", "o", "p")] == ["degraded"] * 4
    status, reason = told.outcome(OBSERVED, "b", "o")
    assert status == "down"
    assert reason.endswith("; 1 of 3 votes of db and observer is up, and it takes 2")
    assert told.outcome(OBSERVED, "a", "o")[0] == "down"
    # the other observer is no master yet
    assert [told.outcome(OBSERVED, lost, "p")[0] for lost in ("a", "b")] == ["degraded"] * 2
    assert told.points(OBSERVED)[0] == {"west"}
    # another program lets the primary go on
    other = OBSERVED.replace("kind: service", "kind: service, product: pacemaker")
    assert told.outcome(other, "b", "o", "p")[0] == "degraded"


@pytest.mark.parametrize(
    ("name", "words", "status"),
    [
        ("watcher", "", "degraded"),
        ("clusterware", "name: Oracle Clusterware, ", "degraded"),
        ("watcher", "product: oracle-observer, ", "down"),
        ("watcher", "name: Observer of Data Guard, ", "down"),
        ("dgmgrl-1", "", "down"),
        ("fsfo", "", "down"),
    ],
)
def test_an_observer_is_called_one(told: Told, name: str, words: str, status: str) -> None:
    text = OBSERVED.replace("  observer: {", f"  {name}: {{{words}").replace("by: observer", f"by: {name}")
    assert told.outcome(text.replace("observer ->", f"{name} ->"), "b", "o")[0] == status
