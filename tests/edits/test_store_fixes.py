"""Fixes of stores as those who run them would write them: where copies go, what replicates, which account a program has."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.edits.fixed_models import JOB, fixed, model

UNPLACED = model(
    f"{JOB}\nredis: {{kind: key-value-store, product: redis}}",
    "job -> redis: {protocol: redis, tls: true}",
    "job -> redis: SET",
)


def backups(text: str) -> dict[str, Any]:
    """Return the backups of a model after its fix, and the storage that each of them calls."""
    after = fixed(text, "missing-backup")
    called = {call.partition(" -> ")[0]: call.partition(" -> ")[2] for call in after.get("connections", {})}
    return {
        name: (value.get("runs_on"), tuple(value["backs_up"]), called.get(name))
        for name, value in after["components"].items()
        if value["kind"] == "backup"
    }


def test_a_backup_of_an_own_store_runs_beside_it_and_sends_its_copies_to_a_provider() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: mysql, runs_on: [a, b], replication: {{primary: a, failover: automatic}}}}",
        "job -> db: {protocol: mysql, tls: true}",
        "job -> db: INSERT",
        "{a: {}, b: {}}",
    )
    after = fixed(text, "missing-backup")
    # beside the copy, which has less to do than the primary
    assert after["components"]["backup"] == {
        "kind": "backup",
        "runs_on": "b",
        "backs_up": ["db"],
        "every": "24h",
        "keeps": "30d",
    }
    assert after["components"]["backup-storage"] == {"kind": "object-storage", "managed": True}
    assert after["connections"]["backup -> backup-storage"] == "https"


def test_stores_on_several_hosts_have_a_job_each_and_one_storage() -> None:
    text = model(
        f"{JOB}\none: {{kind: database, runs_on: a}}\ntwo: {{kind: database, runs_on: b}}\nthree: {{kind: database, runs_on: a}}",
        "job -> one: {protocol: mysql, tls: true}\njob -> two: {protocol: mysql, tls: true}\n"
        "job -> three: {protocol: mysql, tls: true}",
        "job -> one: x\njob -> two: x\njob -> three: x",
        "{a: {}, b: {}}",
    )
    assert backups(text) == {
        "backup": ("a", ("one", "three"), "backup-storage"),
        "backup-2": ("b", ("two",), "backup-storage"),
    }


def test_a_store_without_a_host_gets_a_backup_without_one() -> None:
    assert backups(UNPLACED) == {"backup": (None, ("redis",), "backup-storage")}


def test_what_a_provider_runs_is_backed_up_by_a_provider() -> None:
    text = model(
        "job: {kind: scheduler, managed: true, replicas: 2}\nfiles: {kind: file-storage, managed: true}",
        "job -> files: {protocol: nfs, tls: true}",
        "job -> files: write",
    )
    after = fixed(text, "missing-backup")["components"]
    assert after["backup"] == {
        "kind": "backup",
        "managed": True,
        "backs_up": ["files"],
        "every": "24h",
        "keeps": "30d",
    }
    assert "backup-storage" not in after


def test_a_store_without_a_host_is_replicated_too() -> None:
    after = fixed(UNPLACED, "single-writer-database")
    assert after["components"]["redis"]["replicas"] == 2
    assert after["components"]["redis"]["replication"] == {
        "primary": "redis#1",
        "failover": "automatic",
        "by": "sentinel",
    }
    assert after["components"]["sentinel"]["replicas"] == 3


def test_a_store_with_a_read_only_copy_gets_no_second_primary() -> None:
    text = UNPLACED.replace(
        "connections:", "  copy: {kind: key-value-store, product: redis, replication: {of: redis}}\nconnections:"
    )
    assert fixed(text, "single-writer-database") == yaml.safe_load(text)


@pytest.mark.parametrize("image", [False, True])
@pytest.mark.parametrize(
    ("account", "accounts"),
    [("sa", ["sa", "app", "batch"]), ("shop", ["shop", "shop-app", "shop-batch"])],
)
def test_no_account_of_an_application_is_named_after_the_one_that_may_do_everything(
    account: str, accounts: list[str], image: bool
) -> None:
    text = model(
        "jump: {kind: bastion, runs_on: a}\napp: {kind: app-server, runs_on: b}\nbatch: {kind: worker, runs_on: b}\n"
        "sql: {kind: database, product: mssql, runs_on: c}",
        "".join(
            f"{caller} -> sql: {{protocol: mssql, tls: true, credentials: {account}{more}}}\n"
            for caller, more in (("jump", ", admin: true"), ("app", ""), ("batch", ""))
        ),
        "app -> sql: SELECT\nbatch -> sql: SELECT",
        "{a: {}, b: {}, c: {}}",
    )
    for caller in ("app-server", "worker") if image else ():
        text = text.replace(f"kind: {caller},", f"kind: {caller}, image: 'r.example/shop/web-{caller}:1',")
    after = fixed(text, "shared-credentials")["connections"]
    assert [after[f"{caller} -> sql"]["credentials"] for caller in ("jump", "app", "batch")] == accounts


def test_a_program_keeps_a_shared_account_at_all_that_it_calls_and_a_build_agent_at_nothing() -> None:
    text = model(
        "ci: {kind: scheduler, product: jenkins, runs_on: a}\nagent: {kind: worker, product: jenkins, runs_on: b}\n"
        "bot: {kind: worker, runs_on: b}\ncode: {kind: database, product: perforce, runs_on: c}\nfiles: {kind: app-server, runs_on: d}",
        "".join(
            f"{caller} -> {target}: {{protocol: https, credentials: build}}\n"
            for target, callers in (("code", ("agent", "ci")), ("files", ("bot", "agent", "ci")))
            for caller in callers
        ),
        "ci -> code: read\nagent -> code: read\nagent -> files: put\nci -> files: put\nbot -> files: get",
        "{a: {}, b: {}, c: {}, d: {}}",
    )
    after = fixed(text, "shared-credentials")["connections"]
    assert {name: value["credentials"] for name, value in after.items()} == {
        "agent -> code": "build-agent",
        "ci -> code": "build",
        "bot -> files": "build-bot",
        "agent -> files": "build-agent",
        "ci -> files": "build",
    }


def test_what_takes_from_a_queue_gets_an_account_of_its_own_there() -> None:
    text = model(
        "web: {kind: service, runs_on: a}\nq: {kind: queue, product: rabbitmq, runs_on: b}\nw: {kind: worker, runs_on: c}",
        "web -> q: {protocol: amqp, tls: true, credentials: mq}\nq -> w: {protocol: amqp, tls: true, credentials: mq}",
        "web -> q: put\nq -> w: take",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "shared-credentials")["connections"]
    assert [after[name]["credentials"] for name in ("web -> q", "q -> w")] == ["mq", "mq-w"]


@pytest.mark.parametrize(("product", "parts"), [("lustre", 0), ("nfs", 2)])
def test_the_parts_of_one_file_system_are_not_copied_apart(product: str, parts: int) -> None:
    text = model(
        f"{JOB}\nmds: {{kind: file-storage, product: {product}, runs_on: a}}\noss: {{kind: file-storage, product: {product}, runs_on: b}}\n"
        "home: {kind: file-storage, product: nfs, runs_on: c}\n"
        "veeam: {kind: backup, product: veeam, runs_on: d, backs_up: [home], every: 24h, restore_tested: 2026-10-01}",
        "job -> mds: {protocol: tcp, port: 988, tls: true}\njob -> oss: {protocol: tcp, port: 988, tls: true}\n"
        "job -> home: {protocol: nfs, tls: true}",
        "job -> mds: x\njob -> oss: x\njob -> home: x",
        "{a: {}, b: {}, c: {}, d: {}}",
    )
    assert len(backups(text)) == 1 + parts


def test_a_tool_that_copies_anything_copies_one_store_more() -> None:
    """Where its restores are tested, the new one's would count as tested, too."""
    text = model(
        f"{JOB}\nmail: {{kind: mail, product: dovecot, runs_on: a}}\nrows: {{kind: database, product: mariadb, runs_on: a}}\n"
        "borg: {kind: backup, product: borg, runs_on: a, backs_up: [mail], every: 24h}\nbox: {kind: file-storage, runs_on: b}",
        "job -> mail: {protocol: imaps, tls: true}\njob -> rows: {protocol: mysql, tls: true}\nborg -> box: ssh",
        "job -> mail: x\njob -> rows: x",
        "{a: {}, b: {}}",
    )
    assert fixed(text, "missing-backup")["components"]["borg"]["backs_up"] == ["mail", "rows"]
    tested = text.replace("every: 24h}", "every: 24h, restore_tested: 2026-10-01}")
    apart = text.replace("product: mariadb, runs_on: a", "product: mariadb, runs_on: c").replace(
        "b: {}}", "b: {}, c: {}}"
    )
    for left in (tested, apart):
        assert fixed(left, "missing-backup") == yaml.safe_load(left)


@pytest.mark.parametrize(
    ("product", "promoter", "caller"),
    [
        ("postgresql", "etcd", "db -> etcd"),
        ("PostgreSQL", "etcd", "db -> etcd"),
        ("redis", "sentinel", "sentinel -> db"),
        ("mssql", "wsfc", "wsfc -> db"),
    ],
)
def test_a_store_is_replicated_with_what_moves_it(product: str, promoter: str, caller: str) -> None:
    store = f"db: {{kind: database, product: {product}, runs_on: db-1}}"
    after = fixed(
        model(f"{JOB}\n{store}", "job -> db: {protocol: tcp, port: 1000, tls: true}", "job -> db: x", "{db-1: {}}"),
        "single-writer-database",
    )
    replication = {"primary": "db-1", "failover": "automatic", "by": promoter}
    assert after["components"]["db"]["replication"] == replication
    assert after["components"]["db"]["runs_on"] == ["db-1", "db-2"]
    assert after["components"][promoter]["runs_on"] == ["db-1", "db-2", "witness-1"]
    assert after["components"][promoter]["quorum"] == "majority"
    assert caller in after["connections"]


@pytest.mark.parametrize(
    "place", ["db-1", "[db-1, db-2], replication: {primary: db-1, failover: manual, without: continue}"]
)
def test_an_observer_away_from_the_databases_decides_for_oracle(place: str) -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: oracle, runs_on: {place}}}",
        "job -> db: {protocol: oracle, tls: true}",
        "job -> db: x",
        "{db-1: {}}" if place == "db-1" else "{db-1: {}, db-2: {}}",
    )
    after = fixed(text, "single-writer-database")
    assert after["components"]["db"]["runs_on"] == ["db-1", "db-2"]
    assert after["components"]["db"]["replication"]["by"] == "observer"
    assert after["components"]["observer"] == {"kind": "other", "product": "data-guard", "runs_on": ["witness-1"]}
    assert "observer -> db" in after["connections"]


@pytest.mark.parametrize("product", ["mysql", "db2", "gitaly", ""])
@pytest.mark.parametrize("place", ["db-1", "[db-1, db-2], replication: {primary: db-1, failover: manual}"])
def test_a_store_whose_callers_do_not_find_another_primary_is_left_to_people(product: str, place: str) -> None:
    made_by = f"product: {product}, " if product else ""
    text = model(
        f"{JOB}\ndb: {{kind: database, {made_by}runs_on: {place}}}",
        "job -> db: {protocol: tcp, port: 1000, tls: true}",
        "job -> db: x",
        "{db-1: {}, db-2: {}, db-3: {}}",
    )
    assert fixed(text, "single-writer-database", "single-point-of-failure") == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("between", "caller", "led"),
    [
        ("kind: load-balancer, product: proxysql", "lb -> db: {protocol: mysql, tls: true}", True),
        ("kind: service", "lb -> db: {protocol: mysql, tls: true}", False),
        ("kind: service", "lb -> db: {protocol: postgresql, tls: true}", True),
    ],
)
def test_a_proxy_or_a_driver_that_looks_for_the_primary_leads_callers_to_it(
    between: str, caller: str, led: bool
) -> None:
    text = model(
        f"{JOB}\nlb: {{{between}, managed: true, replicas: 2}}\n"
        "db: {kind: database, runs_on: [a, b], replication: {primary: a, failover: manual}}",
        f"job -> lb: https\n{caller}",
        "job -> lb: x\nlb -> db: y",
        "{a: {}, b: {}}",
    )
    replication = fixed(text, "single-writer-database")["components"]["db"]["replication"]
    assert replication["failover"] == ("automatic" if led else "manual")


def test_an_address_that_moves_leads_callers_to_the_primary() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: mysql, runs_on: [a, b], replication: {{primary: a, failover: manual}}, "
        "cluster: {address: {shared: 192.0.2.9}, failover: automatic, by: orchestrator, watches: process}}",
        "job -> db: {protocol: mysql, tls: true}",
        "job -> db: x",
        "{a: {}, b: {}}",
    )
    assert fixed(text, "single-writer-database")["components"]["db"]["replication"]["by"] == "orchestrator"


@pytest.mark.parametrize(
    ("replication", "failover"),
    [
        ("{mode: synchronous}", "manual"),
        ("{writers: all}", "automatic"),
        ("{primary: a, failover: manual}", "automatic"),
    ],
)
def test_no_address_moves_to_a_copy_that_nothing_promotes(replication: str, failover: str) -> None:
    cluster = "cluster: {active: a, failover: manual}"
    store = f"{{kind: database, product: postgresql, runs_on: [a, b], replication: {replication}, {cluster}}}"
    text = model(f"{JOB}\ndb: {store}", "job -> db: https", "job -> db: x", "{a: {}, b: {}}")
    database = fixed(text, "single-point-of-failure", "single-writer-database")["components"]["db"]
    assert database["cluster"]["failover"] == failover


def test_a_promoter_that_is_there_promotes_the_next_store_too() -> None:
    text = model(
        f"{JOB}\none: {{kind: database, product: postgresql, runs_on: [a, b], "
        "replication: {primary: a, failover: automatic, by: keeper}}\n"
        "keeper: {kind: other, runs_on: [a, b, c], quorum: majority}\n"
        "two: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: a, failover: manual}}",
        "job -> one: {protocol: mysql, tls: true}\njob -> two: {protocol: mysql, tls: true}\n"
        "keeper -> one: {protocol: mysql, tls: true, required: false}",
        "job -> one: x\njob -> two: y",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "single-writer-database")
    assert after["components"]["two"]["replication"]["by"] == "keeper"
    assert "keeper -> two" in after["connections"]
    assert after["hosts"] == {"a": {}, "b": {}, "c": {}}


def test_a_store_asks_consul_for_its_lease_as_it_asks_etcd() -> None:
    text = model(
        f"{JOB}\none: {{kind: database, product: postgresql, runs_on: [a, b], "
        "replication: {primary: a, failover: automatic, by: leases}}\n"
        "leases: {kind: key-value-store, product: Consul, runs_on: [a, b, c], quorum: majority}\n"
        "two: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: a, failover: manual}}",
        "job -> one: {protocol: postgresql, tls: true}\njob -> two: {protocol: postgresql, tls: true}\none -> leases: https",
        "job -> one: x\none -> leases: lease\njob -> two: y",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "single-writer-database")
    assert after["components"]["two"]["replication"]["by"] == "leases"
    assert after["connections"]["two -> leases"] == {"protocol": "https", "port": 8501}
    assert "leases -> two" not in after["connections"]


@pytest.mark.parametrize(("near", "far"), [("rack-a", "rack-b"), ("rack-b", "rack-a")])
def test_a_replica_goes_to_a_rack_without_one(near: str, far: str) -> None:
    text = model(
        f"{JOB}\none: {{kind: database, product: postgresql, runs_on: [a, b, c], "
        "replication: {primary: a, failover: automatic, by: leases}}\n"
        "leases: {kind: key-value-store, product: etcd, runs_on: [a, b, c], quorum: majority}\n"
        "two: {kind: database, product: postgresql, runs_on: d}",
        "job -> one: {protocol: postgresql, tls: true}\njob -> two: {protocol: postgresql, tls: true}\none -> leases: https",
        "job -> one: x\none -> leases: lease\njob -> two: y",
        f"{{a: {{zone: {near}}}, b: {{zone: {far}}}, c: {{zone: rack-c}}, d: {{zone: {near}}}}}",
        "zones: {rack-a: {kind: rack}, rack-b: {kind: rack}, rack-c: {kind: rack}}\n",
    )
    assert fixed(text, "single-writer-database")["components"]["two"]["runs_on"] == ["d", "b"]


def test_a_witness_stands_in_the_zone_that_is_free() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: postgresql, runs_on: [a, b], replication: {{primary: a, failover: manual}}}}",
        "job -> db: {protocol: mysql, tls: true}",
        "job -> db: x",
        "{a: {zone: z-1}, b: {zone: z-2}}",
        "zones: {z-1: {kind: availability-zone}, z-2: {kind: availability-zone}, z-3: {kind: availability-zone}}\n",
    )
    after = fixed(text, "single-writer-database")
    assert after["hosts"]["witness-1"] == {"zone": "z-3"}
    assert list(after["zones"]) == ["z-1", "z-2", "z-3"]


def test_a_store_that_elects_by_itself_gets_a_quorum_of_three() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: mongodb, runs_on: m-1}}",
        "job -> db: {protocol: mongodb, tls: true}",
        "job -> db: x",
        "{m-1: {}}",
    )
    after = fixed(text, "single-point-of-failure", "single-writer-database")
    assert after["components"]["db"]["runs_on"] in ("m-1", ["m-1", "m-2", "m-3"])


def test_files_get_no_arbiter_that_would_promote_them() -> None:
    text = model(
        f"{JOB}\nfiles: {{kind: file-storage, product: nfs, runs_on: nas}}",
        "job -> files: nfs",
        "job -> files: x",
        "{nas: {}}",
    )
    assert fixed(text, "single-point-of-failure", "single-writer-database") == yaml.safe_load(text)


VIRTUAL = "{hv-1: {}, hv-2: {zone: z}, vm-db: {runs_on: hv-1}, vm-app: {runs_on: hv-2}}"


def test_a_new_virtual_machine_stands_on_another_machine_and_the_witness_on_a_third() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: postgresql, runs_on: vm-db}}\napp: {{kind: service, runs_on: vm-app}}",
        "job -> db: {protocol: postgresql, tls: true}\njob -> app: https",
        "job -> db: x",
        VIRTUAL,
        "zones: {z: {kind: rack}}\n",
    )
    hosts = fixed(text, "single-writer-database")["hosts"]
    assert hosts["vm-db-2"] == {"runs_on": "hv-2"}
    assert hosts["witness-1"] == {"runs_on": "hv-3"}
    assert hosts["hv-3"] == {}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("other, product: tieline", False),
        ("other, product: haproxy", True),
        ("other", True),
        ("router, product: x", True),
    ],
)
def test_people_automate_the_failover_of_a_device(kind: str, changes: bool) -> None:
    device = f"{{kind: {kind}, runs_on: [a, b], cluster: {{active: a, failover: manual, recovery: 30m}}}}"
    text = model(
        f"{JOB}\ncodec: {device}",
        "job -> codec: https",
        "job -> codec: x",
        "{a: {}, b: {}}",
        "objectives: {recovery_time: 15m}\n",
    )
    assert (fixed(text, "manual-failover") != yaml.safe_load(text)) is changes
    alone = model(f"{JOB}\ncodec: {{kind: {kind}, runs_on: a}}", "job -> codec: https", "job -> codec: x", "{a: {}}")
    assert (fixed(alone, "single-point-of-failure") != yaml.safe_load(alone)) is changes


@pytest.mark.parametrize(("product", "by"), [("haproxy", {"by": "vrrp"}), ("f5", {})])
def test_automatic_failover_drops_the_time_that_a_person_needs(product: str, by: dict[str, str]) -> None:
    """A device has a failover of its own."""
    lb = f"kind: load-balancer, product: {product}, runs_on: [a, b], cluster: {{active: a, failover: manual, recovery: 30m}}"
    text = model(
        f"{JOB}\nlb: {{{lb}}}",
        "job -> lb: https",
        "job -> lb: x",
        "{a: {}, b: {}}",
        "objectives: {recovery_time: 15m}\n",
    )
    after = fixed(text, "manual-failover")["components"]["lb"]["cluster"]
    assert after == {"active": "a", "failover": "automatic", **by, "watches": "process"}


def test_a_backup_of_another_kind_of_store_or_with_a_tested_restore_is_not_extended() -> None:
    text = model(
        f"{JOB}\none: {{kind: database, product: postgresql, runs_on: a}}\ntwo: {{kind: database, product: mysql, runs_on: a}}\n"
        "files: {kind: object-storage, product: minio, runs_on: a}\n"
        "dumps: {kind: backup, managed: true, backs_up: [one], every: 1h, restore_tested: 2026-10-01}",
        "job -> one: {protocol: postgresql, tls: true}\njob -> two: {protocol: postgresql, tls: true}\njob -> files: https",
        "job -> one: x\njob -> two: x\njob -> files: x",
        "{a: {}}",
        "objectives: {recovery_point: 4h}\n",
    )
    after = fixed(text, "missing-backup")["components"]
    assert after["dumps"]["backs_up"] == ["one"]
    assert after["backup"] == {"kind": "backup", "runs_on": "a", "backs_up": ["two"], "every": "4h", "keeps": "30d"}
    assert after["backup-2"]["backs_up"] == ["files"]
    untested = text.replace(", restore_tested: 2026-10-01", "")
    assert fixed(untested, "missing-backup")["components"]["dumps"]["backs_up"] == ["one", "two"]
    of_one = untested.replace("kind: backup", "kind: backup, product: wal-g")
    assert fixed(of_one, "missing-backup")["components"]["dumps"]["backs_up"] == ["one"]


@pytest.mark.parametrize(
    ("zones", "host"),
    [("{dc-1: {kind: datacenter}, dc-2: {kind: datacenter}}", "dc-2"), ("{dc-1: {kind: datacenter}}", "dc-1")],
)
def test_a_backup_moves_into_a_zone_without_its_data(zones: str, host: str) -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, runs_on: a}}\ndump: {{kind: backup, runs_on: a, backs_up: [db]}}",
        "job -> db: {protocol: mysql, tls: true}",
        "job -> db: x",
        "{a: {zone: dc-1, network: lan}}",
        f"networks: {{lan: {{trust: private}}}}\nzones: {zones}\n",
    )
    after = fixed(text, "colocated-backup")
    assert after["hosts"]["backup-host"] == {"zone": host, "network": "lan"}
    tested = text.replace("backs_up: [db]}", "backs_up: [db], restore_tested: 2026-10-01}")
    assert fixed(tested, "colocated-backup") == yaml.safe_load(tested)


@pytest.mark.parametrize(
    ("others", "rack"),
    [
        # dc-2 has no replica, or one that isn't the first
        ("b: {zone: rack-12}, c: {zone: rack-12}", "rack-21"),
        ("b: {zone: rack-12}, c: {zone: rack-21}", "rack-22"),
        ("b: {zone: rack-12}, c: {zone: [rack-21, rack-22]}", "rack-21"),
    ],
)
def test_a_backup_moves_to_the_site_without_the_primary(others: str, rack: str) -> None:
    racks = {"rack-11": "dc-1", "rack-12": "dc-1", "rack-13": "dc-1", "rack-21": "dc-2", "rack-22": "dc-2"}
    zones = ", ".join(f"{name}: {{kind: rack, in: {site}}}" for name, site in racks.items())
    text = model(
        f"{JOB}\ndb: {{kind: database, runs_on: [a, b, c], replication: {{primary: a, failover: automatic}}}}\n"
        "dump: {kind: backup, runs_on: b, backs_up: [db]}",
        "job -> db: {protocol: mysql, tls: true}",
        "job -> db: x",
        f"{{a: {{zone: rack-11}}, {others}}}",
        f"zones: {{dc-1: {{kind: datacenter}}, dc-2: {{kind: datacenter}}, {zones}}}\n",
    )
    assert fixed(text, "colocated-backup")["hosts"]["backup-host"]["zone"] == rack


def test_older_versions_of_objects_at_a_provider_are_kept_as_each_is_written() -> None:
    text = model(
        f"{JOB}\nfiles: {{kind: object-storage, managed: true}}\ndb: {{kind: database, managed: true}}\n"
        "old: {kind: backup, managed: true, backs_up: [db], restore_tested: 2026-10-01}",
        "job -> files: s3\njob -> db: postgresql",
        "job -> files: PUT\njob -> db: INSERT",
        "{}",
        "objectives: {recovery_point: 5m}\n",
    )
    kept = {"kind": "backup", "managed": True, "backs_up": ["files"], "keeps": "30d"}
    assert kept in fixed(text, "missing-backup")["components"].values()


def test_a_witness_of_two_datacenters_is_in_a_third_one() -> None:
    text = model(
        f"{JOB}\nweb: {{kind: service, runs_on: c}}\n"
        "db: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: a, failover: manual}}",
        "job -> db: {protocol: postgresql, tls: true}\njob -> web: https",
        "job -> db: x\njob -> web: x",
        "{a: {zone: dc-1}, b: {zone: dc-2}, c: {zone: dc-1}}",
        "zones: {dc-1: {kind: datacenter}, dc-2: {kind: datacenter}}\n",
    )
    after = fixed(text, "single-writer-database")
    assert after["components"]["etcd"]["runs_on"] == ["a", "b", "witness-1"]
    assert (after["hosts"]["witness-1"], after["zones"]["dc-3"]) == ({"zone": "dc-3"}, {"kind": "datacenter"})


@pytest.mark.parametrize(
    ("idle", "members"),
    [
        ("v: {zone: r-2}, w: {zone: r-3}", ["v", "w"]),
        ("u: {zone: r-1}, v: {zone: r-2}, w: {zone: r-3}", ["v", "w"]),
        ("v: {zone: r-1}, w: {zone: r-1}", ["v", "w"]),
        # one of three elsewhere would leave two in the rack
        ("v: {zone: r-2}", ["a-2", "a-3"]),
        ("v: {zone: r-2}, w: {runs_on: v}", ["a-2", "a-3"]),
    ],
)
def test_hosts_that_are_there_stay_as_they_are_when_they_get_a_voter(idle: str, members: list[str]) -> None:
    """The fix is made from a part of the model, in which the hosts have to be."""
    text = model(
        f"{JOB}\netcd: {{kind: key-value-store, product: etcd, runs_on: a}}",
        "job -> etcd: {protocol: https}",
        "job -> etcd: x",
        f"{{a: {{zone: r-1}}, {idle}}}",
        "zones: {r-1: {kind: rack}, r-2: {kind: rack}, r-3: {kind: rack}}\n",
    )
    after = fixed(text, "single-writer-database")
    assert after["components"]["etcd"]["runs_on"] == ["a", *members]
    assert yaml.safe_load(text)["hosts"].items() <= after["hosts"].items()


def test_a_witness_that_is_there_stays_as_it_is() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: postgresql, runs_on: [a, b], replication: {{primary: a, failover: manual}}}}",
        "job -> db: {protocol: postgresql, tls: true}",
        "job -> db: x",
        "{a: {zone: r-1}, b: {zone: r-2}, w: {zone: r-3}}",
        "zones: {r-1: {kind: rack}, r-2: {kind: rack}, r-3: {kind: rack}}\n",
    )
    after = fixed(text, "single-writer-database")
    assert after["components"]["etcd"]["runs_on"] == ["a", "b", "w"]
    assert after["hosts"] == yaml.safe_load(text)["hosts"]


@pytest.mark.parametrize(
    ("copied", "store", "name", "product"),
    [
        ("[cassandra]", "mysql", "backup", None),
        ("[cassandra, mariadb]", "oracle", "tool-2", "tool"),
        ("[mariadb]", "mysql", "tool-2", "tool"),
        ("[mariadb]", "MariaDB Galera", "tool-2", "tool"),
    ],
)
def test_another_job_has_the_product_of_a_backup_that_can_read_the_store(
    copied: str, store: str, name: str, product: str | None
) -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: {store}, runs_on: a}}\ncassandra: {{kind: database, product: cassandra}}\n"
        f"tool: {{kind: backup, product: tool, runs_on: b, backs_up: {copied}}}\nmariadb: {{kind: database, product: mariadb}}",
        "job -> db: {protocol: tcp, port: 1000, tls: true}",
        "job -> db: x",
        "{a: {}, b: {}}",
    )
    after = fixed(text, "missing-backup")["components"][name]
    assert (after["backs_up"], after.get("product")) == (["db"], product)


def test_a_store_that_an_own_backup_could_copy_gets_another_job_of_it() -> None:
    text = model(
        f"{JOB}\nimages: {{kind: file-storage, runs_on: a}}\nfiles: {{kind: file-storage, runs_on: a}}\n"
        "veeam: {kind: backup, product: veeam, runs_on: b, backs_up: [files], every: 24h, restore_tested: 2026-10-01}\n"
        "repo: {kind: object-storage, runs_on: c}",
        "job -> images: {protocol: nfs, tls: true}\njob -> files: {protocol: nfs, tls: true}\nveeam -> repo: s3",
        "job -> images: x\njob -> files: x",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "missing-backup")
    assert after["components"]["veeam-2"] == {
        "kind": "backup",
        "product": "veeam",
        "runs_on": "b",
        "backs_up": ["images"],
        "every": "24h",
        "keeps": "30d",
    }
    assert after["connections"]["veeam-2 -> repo"] == "s3"
    beside = text.replace("repo: {kind: object-storage, runs_on: c}", "repo: {kind: object-storage, runs_on: a}")
    assert fixed(beside, "missing-backup")["components"]["backup"]["runs_on"] == "a"
    of_files = text.replace("images: {kind: file-storage", "images: {kind: identity-provider, product: openldap")
    assert fixed(of_files, "missing-backup")["components"]["backup"]["backs_up"] == ["images"]


@pytest.mark.parametrize("product", ["", "product: tool, "])
@pytest.mark.parametrize(
    ("store", "runs_on", "called"),
    [
        ("kind: identity-provider, product: active-directory, runs_on: [a, b]", "b", "dumps"),
        ("kind: identity-provider, product: active-directory", None, None),
        ("kind: mail, product: dovecot, runs_on: a", "a", "dumps"),
        ("kind: database, product: cassandra, runs_on: [a, b]", ["a", "b"], "dumps"),
        ("kind: database, product: postgresql, runs_on: a", "c", "data"),
    ],
)
def test_what_its_callers_can_not_copy_is_copied_where_it_runs(
    store: str, runs_on: object, called: str | None, product: str
) -> None:
    # a product keeps no copies but its own
    called = None if product and called == "dumps" else called
    text = model(
        f"{JOB}\ndata: {{{store}}}\ndb: {{kind: database, product: mysql, runs_on: d}}\n"
        "pages: {kind: app-server, uploads: local, runs_on: d}\n"
        f"dumps: {{kind: backup, {product}runs_on: c, backs_up: [db, pages], restore_tested: 2026-10-01}}",
        "job -> data: {protocol: tls, port: 1000}\njob -> db: {protocol: mysql, tls: true}\ndumps -> db: {protocol: mysql, tls: true}",
        "job -> data: x\njob -> db: x",
        "{a: {}, b: {}, c: {}, d: {}}",
    )
    jobs = [value for name, value in backups(text).items() if name != "dumps"]
    assert jobs == ([(runs_on, ("data",), called)] if called is not None else [])


@pytest.mark.parametrize(
    ("rules", "ports"),
    [
        ("{from: dumps, to: db, ports: [3306]}", [22]),
        ("{from: [a, c], to: c, ports: [ssh]}", []),
        ("{from: a, to: c, action: deny}", None),
    ],
    ids=["a rule more lets it in", "let in already", "kept out on purpose"],
)
def test_a_new_backup_is_let_in_to_where_its_copies_go(rules: str, ports: list[int] | None) -> None:
    text = model(
        f"{JOB}\ndata: {{kind: identity-provider, product: active-directory, runs_on: a}}\n"
        "db: {kind: database, product: mysql, runs_on: d}\n"
        "dumps: {kind: backup, runs_on: c, backs_up: [db], restore_tested: 2026-10-01}\n"
        f"wall: {{kind: firewall, guards: inner, default: deny, rules: [{rules}]}}",
        "job -> data: {protocol: tls, port: 1000}\njob -> db: {protocol: mysql, tls: true}\ndumps -> db: {protocol: mysql, tls: true}",
        "job -> data: x\njob -> db: x",
        "{a: {network: outer}, c: {network: inner}, d: {network: inner}}",
        "networks: {inner: {trust: private}, outer: {trust: private}}\n",
    )
    after = fixed(text, "missing-backup")
    assert ("backup" in after["components"]) is (ports is not None)
    added = [rule["ports"] for rule in after["components"]["wall"]["rules"] if rule["from"] == "backup"]
    assert added == ([ports] if ports else [])


@pytest.mark.parametrize(("called", "is_backed_up"), [("files", True), ("nas", False)])
def test_a_store_of_copies_is_backed_up_by_a_provider_where_no_other_place_is_known(
    called: str, is_backed_up: bool
) -> None:
    text = model(
        "job: {kind: scheduler, runs_on: [a, c]}\ndb: {kind: database, product: postgresql, runs_on: a}\n"
        "files: {kind: object-storage, product: minio, runs_on: b}\nnas: {kind: file-storage, runs_on: c}\n"
        "dumps: {kind: backup, product: pgbackrest, runs_on: c, backs_up: [db], every: 1h, restore_tested: 2026-10-01}",
        f"job -> db: {{protocol: postgresql, tls: true}}\njob -> files: https\ndumps -> db: ssh\ndumps -> {called}: https",
        "job -> db: x\njob -> files: x",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "missing-backup")
    assert ("backup" in after["components"]) == is_backed_up
    assert ("backup -> backup-storage" in after["connections"]) == is_backed_up


def test_no_patch_copies_objects_every_minute_or_one_shard_alone() -> None:
    text = model(
        f"{JOB}\nfiles: {{kind: object-storage, runs_on: a}}\nmongos: {{kind: reverse-proxy, product: mongodb, runs_on: b}}\n"
        "shard: {kind: database, product: MongoDB, runs_on: a}\ndb: {kind: database, product: postgresql, runs_on: a}",
        "job -> files: s3\njob -> mongos: {protocol: mongodb, tls: true}\nmongos -> shard: {protocol: mongodb, tls: true}\n"
        "job -> db: {protocol: postgresql, tls: true}",
        "job -> files: x\njob -> mongos: x\nmongos -> shard: x\njob -> db: x",
        "{a: {}, b: {}}",
        "objectives: {recovery_point: 1m}\n",
    )
    after = fixed(text, "missing-backup")["components"]
    copied = {name: value["backs_up"] for name, value in after.items() if value["kind"] == "backup"}
    assert copied == {"backup": ["db"]}
    assert after["backup"]["every"] == "1m"
    for objective, every in (("5m", "5m"), ("3d", "24h"), ("0s", "24h")):
        after = fixed(text.replace("recovery_point: 1m", f"recovery_point: {objective}"), "missing-backup")[
            "components"
        ]
        assert [after[name]["every"] for name in ("backup", "backup-2")] == [every, every]


@pytest.mark.parametrize(
    ("product", "managed", "count"),
    [("nfs-server", "", 1), ("NetApp ONTAP", "", 0), ("NetApp ONTAP", "managed: true, ", 1)],
)
def test_a_storage_array_takes_no_job(product: str, managed: str, count: int) -> None:
    place = managed or "runs_on: a, "
    text = model(
        f"{JOB}\nfiles: {{kind: file-storage, {place}product: {product}}}",
        "job -> files: {protocol: nfs, tls: true}",
        "job -> files: write",
        "{a: {}}",
    )
    assert len(backups(text)) == count


CALL = {"protocol": "postgresql", "port": 5432, "tls": True}


@pytest.mark.parametrize("between", ["lb: {kind: load-balancer, runs_on: c}", "lb: {kind: router, runs_on: c}"])
def test_another_job_reads_its_store_by_no_connection_that_leads_to_the_first_one(between: str) -> None:
    text = model(
        f"{JOB}\none: {{kind: database, runs_on: a}}\ntwo: {{kind: database, runs_on: d}}\n{between}\n"
        "dump: {kind: backup, runs_on: b, backs_up: [one], every: 24h, restore_tested: 2026-10-01}\n"
        "repo: {kind: object-storage, managed: true}",
        "job -> one: {protocol: mysql, tls: true}\njob -> two: {protocol: mysql, tls: true}\nlb -> one: {protocol: mysql, tls: true}\n"
        "dump -> lb: {protocol: mysql, tls: true}\ndump -> repo: https",
        "job -> one: x\njob -> two: x",
        "{a: {}, b: {}, c: {}, d: {}}",
    )
    after = fixed(text, "missing-backup")
    assert after["components"]["dump-2"]["backs_up"] == ["two"]
    assert [call for call in after["connections"] if call.startswith("dump-2")] == ["dump-2 -> repo", "dump-2 -> two"]
    # the name of what copies another product may be that of its tool
    other = text.replace("one: {kind: database,", "one: {kind: database, product: oracle,")
    assert fixed(other, "missing-backup")["components"]["backup"]["backs_up"] == ["two"]


@pytest.mark.parametrize(
    ("beside", "call", "job", "calls"),
    [
        # a host for backups takes another job, which calls its store as the first one does
        ("", "dump -> one: {protocol: postgresql, tls: true}", "b", {"dump-2 -> repo": "https", "dump-2 -> two": CALL}),
        ("", "", "b", {"dump-2 -> repo": "https"}),
        ("watch: {kind: monitoring-agent, runs_on: b}", "", "b", {"dump-2 -> repo": "https"}),
        # the host of something else is no place for it
        ("other: {kind: service, runs_on: b}", "", "d", {"backup -> repo": "https"}),
    ],
)
def test_another_job_stands_with_the_first_one_where_there_is_room_for_backups(
    beside: str, call: str, job: str, calls: dict[str, object]
) -> None:
    text = model(
        f"{JOB}\none: {{kind: database, product: postgresql, runs_on: a}}\ntwo: {{kind: database, product: postgresql, runs_on: d}}\n"
        "dump: {kind: backup, runs_on: b, backs_up: [one], every: 24h, restore_tested: 2026-10-01}\n"
        f"repo: {{kind: object-storage, managed: true}}\n{beside}",
        "job -> one: {protocol: postgresql, port: 5432, tls: true}\njob -> two: {protocol: postgresql, port: 5432}\n"
        f"dump -> repo: https\n{call}",
        "job -> one: x\njob -> two: x",
        "{a: {}, b: {}, d: {}}",
    )
    after = fixed(text, "missing-backup")
    new = next(value for value in after["components"].values() if value.get("backs_up") == ["two"])
    assert new["runs_on"] == job
    before = yaml.safe_load(text)["connections"]
    assert {name: value for name, value in after["connections"].items() if name not in before} == calls


def test_a_storage_of_copies_is_not_copied_into_itself() -> None:
    text = model(
        f"{JOB}\nfiles: {{kind: file-storage, runs_on: a}}\nobjects: {{kind: object-storage, managed: true}}\n"
        "dump: {kind: backup, runs_on: b, backs_up: [files], every: 24h, restore_tested: 2026-10-01}",
        "job -> files: {protocol: nfs, tls: true}\njob -> objects: https\ndump -> objects: https",
        "job -> files: x\njob -> objects: x",
        "{a: {}, b: {}}",
    )
    assert backups(text)["backup"] == (None, ("objects",), None)
    untested = text.replace("dump: {kind: backup, runs_on: b", "dump: {kind: backup, managed: true")
    untested = untested.replace("files: {kind: file-storage, runs_on: a}", "files: {kind: file-storage, managed: true}")
    untested = untested.replace(", restore_tested: 2026-10-01", "")
    assert backups(untested)["dump"] == (None, ("files",), "objects")
    assert backups(untested)["backup"] == (None, ("objects",), None)


def test_a_flow_renews_the_lease_of_its_store_once() -> None:
    text = model(
        "app: {kind: service, runs_on: [c, d]}\ndb: {kind: database, product: postgresql, runs_on: a}",
        "app -> db: {protocol: postgresql, tls: true}",
        "app -> db: put",
        "{a: {}, c: {}, d: {}}",
    )
    (put, *renewals) = fixed(text, "single-writer-database")["flows"]["work"]["steps"]
    assert (put, renewals) == ({"app -> db": "put"}, [{"db -> etcd": "renew the lease"}])


@pytest.mark.parametrize(
    ("declared", "added"),
    [
        ("s3", "s3"),
        ("{protocol: sftp, port: 23}", {"protocol": "sftp", "port": 23}),
        ("{protocol: s3, port: 9000, tls: false}", {"protocol": "s3", "port": 9000, "tls": False}),
        ("{protocol: s3, tls: true}", {"protocol": "s3", "tls": True}),
        ("{protocol: s3, tls: {verify: true}}", {"protocol": "s3", "tls": {"verify": True}}),
    ],
)
def test_another_job_reaches_its_storage_as_the_first_one_does(declared: str, added: object) -> None:
    text = model(
        f"{JOB}\nimages: {{kind: file-storage, runs_on: a}}\nfiles: {{kind: file-storage, runs_on: a}}\n"
        "veeam: {kind: backup, product: veeam, runs_on: b, backs_up: [files], every: 24h, restore_tested: 2026-10-01}\n"
        "repo: {kind: object-storage, runs_on: c}",
        f"job -> images: {{protocol: nfs, tls: true}}\njob -> files: {{protocol: nfs, tls: true}}\nveeam -> repo: {declared}",
        "job -> images: x\njob -> files: x",
        "{a: {}, b: {}, c: {}}",
    )
    assert fixed(text, "missing-backup")["connections"]["veeam-2 -> repo"] == added


def test_a_new_job_reaches_a_storage_that_is_there_as_another_does() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, runs_on: a}}\nfiles: {{kind: file-storage, runs_on: b}}\n"
        "dump: {kind: backup, runs_on: b, backs_up: [files], every: 24h, restore_tested: 2026-10-01}\n"
        "box: {kind: file-storage, managed: true}",
        "job -> db: {protocol: mysql, tls: true}\njob -> files: {protocol: nfs, tls: true}\ndump -> box: {protocol: sftp, port: 23}",
        "job -> db: x\njob -> files: x",
        "{a: {}, b: {}}",
    )
    assert fixed(text, "missing-backup")["connections"]["backup -> box"] == {"protocol": "sftp", "port": 23}


@pytest.mark.parametrize(
    ("hosts", "runs_on"), [("a-1, a-2", ["a-1", "a-2", "a-3"]), ("a-1, a-2, b", ["a-1", "a-2", "b"])]
)
def test_members_of_a_broker_that_can_vote_replicate_its_queues(hosts: str, runs_on: list[str]) -> None:
    text = model(
        f"{JOB}\nmq: {{kind: queue, product: rabbitmq, runs_on: [{hosts}], replication: {{primary: a-1, failover: manual}}}}",
        "job -> mq: amqps",
        "job -> mq: publish",
        "{a-1: {}, a-2: {}, b: {}}",
    )
    after = fixed(text, "node-bound-data")["components"]["mq"]
    assert after == {"kind": "queue", "product": "rabbitmq", "runs_on": runs_on, "quorum": "majority"}
    other = text.replace("rabbitmq", "activemq")
    assert fixed(other, "node-bound-data") == yaml.safe_load(other)


def test_objects_are_copied_from_the_host_for_backups_and_by_no_program_for_databases() -> None:
    text = model(
        f"{JOB}\ndb: {{kind: database, product: postgresql, runs_on: a}}\nfiles: {{kind: object-storage, product: minio, runs_on: b}}\n"
        "copies: {kind: backup, product: pgbackrest, runs_on: c, backs_up: [db], every: 1h, restore_tested: 2026-10-01}",
        "job -> db: {protocol: postgresql, tls: true}\njob -> files: {protocol: s3, port: 9000, tls: true}\ncopies -> db: ssh",
        "job -> db: x\njob -> files: x",
        "{a: {}, b: {}, c: {}}",
    )
    after = fixed(text, "missing-backup")
    assert after["components"]["backup"] == {
        "kind": "backup",
        "runs_on": "c",
        "backs_up": ["files"],
        "every": "24h",
        "keeps": "30d",
    }
    assert after["connections"]["backup -> files"] == {"protocol": "s3", "port": 9000, "tls": True}
    shares = text.replace("object-storage, product: minio", "file-storage").replace("s3, port: 9000", "nfs")
    assert fixed(shares, "missing-backup")["components"]["backup"]["runs_on"] == "b"


@pytest.mark.parametrize(
    ("product", "runs_on", "every"),
    [("scylladb", ["a", "b", "c"], None), ("clickhouse", "c", None), ("postgresql", "c", "5m"), (None, "c", "5m")],
)
def test_each_node_with_files_of_its_own_is_copied_and_no_interval_stands_for_a_log_that_is_not_shipped(
    product: str | None, runs_on: object, every: str | None
) -> None:
    of_product = f", product: {product}" if product is not None else ""
    text = model(
        f"{JOB}\ndb: {{kind: database{of_product}, runs_on: [a, b, c], replication: {{writers: all}}}}\n"
        "lake: {kind: object-storage, managed: true}\nother: {kind: database, managed: true}\n"
        "old: {kind: backup, managed: true, backs_up: [other], restore_tested: 2026-10-01}",
        "job -> db: {protocol: tcp, tls: true}\njob -> lake: s3\nold -> lake: s3",
        "job -> db: x\njob -> lake: x",
        "{a: {}, b: {}, c: {}}",
        "objectives: {recovery_point: 5m}\n",
    )
    after = fixed(text, "missing-backup")
    job = next(
        value for value in after["components"].values() if value["kind"] == "backup" and "db" in value["backs_up"]
    )
    assert (job["runs_on"], job.get("every")) == (runs_on, every)
    # a bucket that holds copies already has room for these
    assert "backup-storage" not in after["components"]
    assert sum(call.endswith("-> lake") for call in after["connections"]) == 3


VAULT = (
    "{{kind: database, product: postgresql, runs_on: [a, b], replication: {{primary: a, failover: manual, mode: {0}}}}}"
)


@pytest.mark.parametrize(
    ("mode", "objective", "failover"),
    [
        ("asynchronous", "0s", "manual"),
        ("asynchronous", "1h", "automatic"),
        ("semi-synchronous", "0s", "automatic"),
    ],
)
def test_no_fix_loses_by_itself_what_is_to_be_kept(mode: str, objective: str, failover: str) -> None:
    text = model(
        f"{JOB}\ndb: {VAULT.format(mode)}",
        "job -> db: {protocol: postgresql, tls: true}",
        "job -> db: x",
        "{a: {}, b: {}, c: {}, d: {}, e: {}}",
        f"objectives: {{recovery_point: {objective}, recovery_time: 1m}}\n",
    )
    after = fixed(text, "single-writer-database", "manual-failover")
    assert after["components"]["db"]["replication"]["failover"] == failover
