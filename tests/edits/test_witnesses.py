"""The third member of what promotes a store: on a host that stays when the primary is lost, and on one that is there if any fits."""

from __future__ import annotations

import pytest

from archgen.edits.changes import AutomateFailover, apply_edit, describe_edit
from archgen.edits.promotion import promoter_of
from archgen.language.load import load
from archgen.model.architecture import Host
from archgen.reliability.index import Index
from tests.edits.fixed_models import JOB, model

MANUAL = "{{kind: database, product: postgresql, runs_on: [{0}, {1}], replication: {{primary: {2}, failover: manual}}}}"
RACKS = "zones: {r-1: {kind: rack, in: dc-1}, r-2: {kind: rack, in: dc-1}, dc-1: {kind: datacenter}}\n"


def witness(store: str, hosts: str, more: str, beside: str = "") -> tuple[list[str], dict[str, Host]]:
    """Return the hosts of what promotes a store once its failover is automatic, and the hosts of the model."""
    text = model(f"{JOB}\ndb: {store}\n{beside}", "job -> db: https", "job -> db: x", hosts, more)
    before = load("a.arch.yaml", text.encode()).architecture
    index = Index(before)
    promoter = promoter_of(index, index.components["db"])
    assert promoter is not None
    after = apply_edit(before, AutomateFailover("db", promoter))
    members = next(component for component in after.components if component.id == promoter.id)
    return [host for replica in members.replicas for host in replica.hosts], {host.id: host for host in after.hosts}


@pytest.mark.parametrize(("primary", "zone"), [("a", "r-2"), ("b", "r-1")])
def test_a_witness_is_not_lost_with_the_zone_of_the_primary(primary: str, zone: str) -> None:
    store = MANUAL.format("a", "b", primary).replace("postgresql", "redis")
    members, hosts = witness(store, "{a: {zone: r-1}, b: {zone: r-2}}", RACKS)
    assert members == ["a", "b", "witness-1"]
    assert hosts["witness-1"].zones == (zone,)


def test_a_free_zone_in_the_same_place_is_the_first_for_a_witness() -> None:
    more = RACKS.replace(
        "dc-1: {kind", "r-3: {kind: rack, in: dc-2}, r-4: {kind: rack, in: dc-1}, dc-2: {kind: datacenter}, dc-1: {kind"
    )
    _, hosts = witness(MANUAL.format("a", "b", "a"), "{a: {zone: r-1}, b: {zone: r-2}}", more)
    assert hosts["witness-1"].zones == ("r-4",)


@pytest.mark.parametrize(("primary", "below"), [("a", "hv-4"), ("b", "hv-3")])
def test_a_virtual_witness_stands_on_a_machine_away_from_the_primary(primary: str, below: str) -> None:
    machines = "hv-1: {zone: r-1}, hv-2: {zone: r-2}, hv-3: {zone: r-1}, hv-4: {zone: r-2}"
    hosts = f"{{{machines}, a: {{runs_on: hv-1}}, b: {{runs_on: hv-2}}, c: {{runs_on: hv-3}}, d: {{runs_on: hv-4}}}}"
    _, after = witness(MANUAL.format("a", "b", primary).replace("postgresql", "redis"), hosts, RACKS)
    assert after["witness-1"].runs_on == below


ELSEWHERE = (
    "other: {{kind: key-value-store, product: redis, runs_on: [{0}], replication: {{primary: {1}, failover: automatic, by: votes}}}}\n"
    "votes: {{kind: other, product: sentinel, runs_on: [{2}], quorum: majority}}"
)


@pytest.mark.parametrize(
    ("others", "votes", "place", "witness_host"),
    [
        ("c, d", "c, d, w", "zone: r-2", "w"),
        ("c, d", "c, d, w", "zone: r-1", "witness-1"),  # lost with the primary
        ("c, d", "c, d, w", "runs_on: a", "witness-1"),
        ("c, w", "c, w, d", "zone: r-2", "d"),  # a store's host is no witness
        ("c, d", "c, d", "zone: r-2", "witness-1"),  # two have none
    ],
)
def test_the_witness_of_another_store_serves_this_one_too(
    others: str, votes: str, place: str, witness_host: str
) -> None:
    beside = ELSEWHERE.format(others, "c", votes)
    hosts = f"{{a: {{zone: r-1}}, b: {{zone: r-2}}, c: {{zone: r-1}}, d: {{zone: r-2}}, w: {{{place}}}}}"
    members, after = witness(MANUAL.format("a", "b", "a"), hosts, RACKS, beside)
    assert members == ["a", "b", witness_host]
    assert ("witness-1" in after) == (witness_host == "witness-1")


@pytest.mark.parametrize(
    ("zones", "words"),
    [
        ("r-3: {kind: rack, in: dc-1}, dc-1: {kind", "witness-1, a new host in r-3"),
        ("dc-1: {kind", "witness-1, a new host in r-2, best at a third site"),
    ],
)
def test_an_observer_stands_alone_and_best_beside_no_database(zones: str, words: str) -> None:
    store = MANUAL.format("a", "b", "a").replace("postgresql", "oracle")
    more = RACKS.replace("dc-1: {kind", zones)
    members, _ = witness(store, "{a: {zone: r-1}, b: {zone: r-2}}", more)
    assert members == ["witness-1"]
    text = model(f"{JOB}\ndb: {store}", "job -> db: https", "job -> db: x", "{a: {zone: r-1}, b: {zone: r-2}}", more)
    before = load("a.arch.yaml", text.encode()).architecture
    promoter = promoter_of(Index(before), Index(before).components["db"])
    assert (
        describe_edit(before, AutomateFailover("db", promoter))
        == f"automatic failover of db by a new observer on {words}"
    )
