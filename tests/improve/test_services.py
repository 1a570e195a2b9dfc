"""Services that a provider runs in one zone: `what-if` proposes what lint advises, a copy in another zone or several zones."""

from __future__ import annotations

import pytest

from archgen.edits.changes import apply_edit
from archgen.improve.repair import find_smallest_repair
from archgen.model.subject import Subject
from archgen.report.what_if.comparison import changed_yaml
from tests.improve.test_moves import repair, serving

ZONES = "zones: {r: {kind: region}, z-1: {kind: availability-zone, in: r}, z-2: {kind: availability-zone, in: r}}\n"


DATACENTER = "zones: {z-1: {kind: datacenter}}\n"


@pytest.mark.parametrize(
    ("store", "words"),
    [
        ("kind: database, managed: {scope: zonal, zone: z-1}", ["one more replica of web by its provider"]),
        ("kind: load-balancer, managed: {scope: zonal, zone: z-1}", []),
    ],
)
def test_what_a_provider_runs_in_a_datacenter_gets_a_standby_there(store: str, words: list[str]) -> None:
    model = serving(f"  web: {{{store}}}", "a: {zone: z-1}", DATACENTER)
    assert repair(model) == words
    for edit in find_smallest_repair(model).edits:
        assert "managed" not in changed_yaml(model, apply_edit(model, edit))


@pytest.mark.parametrize(
    ("store", "words"),
    [
        ("kind: cache, product: memorystore, managed: {zone: z-1}", "one more replica of web in another zone"),
        ("kind: database, managed: {scope: zonal, zone: z-1}", "one more replica of web in another zone"),
        ("kind: service, managed: {scope: zonal, zone: z-1}", "one more replica of web in another zone"),
        ("kind: database, managed: {scope: zonal}", "one more replica of web"),
        (
            "kind: file-storage, product: azure-files, managed: {scope: zonal, zone: z-1}",
            "web in several zones, by its provider",
        ),
        ("kind: file-storage, product: hetzner-storage-box, managed: {scope: zonal, zone: z-1}", None),
        ("kind: stream, product: kafka, managed: {scope: zonal, zone: z-1}", None),
        (
            "kind: database, product: cloud-sql, managed: {scope: zonal, zone: z-1}, replicas: 2, "
            "replication: {primary: 'web#1', failover: automatic}",
            "web in several zones, by its provider",
        ),
        ("kind: file-storage, product: nfs, runs_on: a", None),
        (
            "kind: file-storage, product: isilon, runs_on: a",
            "a replica of web on a-2 in s, a new host, to which the storage system copies the files of web, and which takes over",
        ),
        ("kind: file-storage, product: aws-ebs, managed: {scope: zonal, zone: z-1}", None),
        (
            "kind: cache, product: varnish, managed: {scope: zonal, zone: z-1}",
            "one more replica of web in another zone",
        ),
    ],
)
def test_what_a_provider_runs_in_one_zone_gets_another(store: str, words: str | None) -> None:
    assert repair(serving(f"  web: {{{store}}}", "a: {zone: z-1}", ZONES)) == ([words] if words else [])


def test_a_copy_in_another_zone_is_written_as_lint_advises() -> None:
    model = serving("  web: {kind: cache, product: memorystore, managed: {zone: z-1}}", "a: {zone: z-1}", ZONES)
    (edit,) = find_smallest_repair(model).edits
    after = apply_edit(model, edit)
    assert find_smallest_repair(after).left == (("do", (Subject("zone", "r"),)),)
    lines = changed_yaml(model, after)
    assert "managed: {scope: regional, zone: r}" in lines
    assert 'replication: {primary: "web#1", failover: automatic}' in lines


def test_a_cache_of_answers_has_no_primary() -> None:
    model = serving("  web: {kind: cache, product: varnish, managed: {zone: z-1}}", "a: {zone: z-1}", ZONES)
    (edit,) = find_smallest_repair(model).edits
    assert "replication" not in changed_yaml(model, apply_edit(model, edit))


@pytest.mark.parametrize(
    ("zones", "hosts", "other"),
    [
        (ZONES, "a: {zone: z-1}", "z-2"),
        (
            ZONES.replace("z-2: {", "z-0: {kind: availability-zone, in: r}, z-2: {"),
            "a: {zone: z-1}, b: {zone: z-2}",
            "z-2",
        ),
        (
            ZONES.replace("zones: {", "zones: {s: {kind: region}, ").replace(
                "z-2: {kind: availability-zone, in: r}", "y: {kind: availability-zone, in: s}"
            ),
            "a: {zone: z-1}",
            "z-2",
        ),
    ],
)
def test_each_of_two_nat_gateways_of_a_provider_stands_in_a_zone(zones: str, hosts: str, other: str) -> None:
    model = serving("  web: {kind: nat-gateway, product: aws-nat-gateway, managed: {zone: z-1}}", hosts, zones)
    (edit,) = find_smallest_repair(model).edits
    lines = changed_yaml(model, apply_edit(model, edit))
    assert f"  web-z-1: {{zone: z-1}}\n  web-{other}: {{zone: {other}}}" in lines
    assert f"runs_on: [web-z-1, web-{other}]" in lines
    assert "managed: true" in lines
    assert ("kind: availability-zone, in: r" in lines) is (other not in zones)
