"""Fixes of stores as those who run them would write them: where copies go, what replicates, which account a program has."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.edits.test_signable_fixes import JOB, RULE, fixed, model

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
    after = fixed(UNPLACED, RULE)
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
    assert fixed(text, RULE) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("account", "accounts"),
    [("sa", ["sa", "app", "batch"]), ("shop", ["shop", "shop-app", "shop-batch"])],
)
def test_no_account_of_an_application_is_named_after_the_one_that_may_do_everything(
    account: str, accounts: list[str]
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
    after = fixed(text, "shared-credentials")["connections"]
    assert [after[f"{caller} -> sql"]["credentials"] for caller in ("jump", "app", "batch")] == accounts


@pytest.mark.parametrize(("product", "parts"), [("lustre", 0), ("nfs", 2)])
def test_the_parts_of_one_file_system_are_not_copied_apart(product: str, parts: int) -> None:
    text = model(
        f"{JOB}\nmds: {{kind: file-storage, product: {product}, runs_on: a}}\noss: {{kind: file-storage, product: {product}, runs_on: b}}\n"
        "home: {kind: file-storage, product: nfs, runs_on: c}\n"
        "bacula: {kind: backup, product: bacula, runs_on: d, backs_up: [home], every: 24h, restore_tested: 2026-10-01}",
        "job -> mds: {protocol: tcp, port: 988, tls: true}\njob -> oss: {protocol: tcp, port: 988, tls: true}\n"
        "job -> home: {protocol: nfs, tls: true}",
        "job -> mds: x\njob -> oss: x\njob -> home: x",
        "{a: {}, b: {}, c: {}, d: {}}",
    )
    assert len(backups(text)) == 1 + parts
