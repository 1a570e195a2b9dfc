"""Second replicas as their makers and people would run them, on machines that are there, and in no more new places than it takes."""

from __future__ import annotations

import pytest

from archgen.edits.changes import AddReplica, Edit, apply_edit
from archgen.edits.placement import leaves_site
from archgen.improve.new_zones import in_fewer_zones
from archgen.improve.repair import find_smallest_repair
from archgen.model.architecture import Architecture
from archgen.reliability.index import Index
from archgen.report.what_if.comparison import changed_yaml
from tests.edits.fixed_models import judged
from tests.improve.test_moves import HEAD, read, repair

CALLED = f"""{HEAD}hosts: {{a: {{}}, b: {{}}}}
components:
  visitor: {{kind: client}}
  clinic: {{kind: external-service}}
  it: {{KIND, runs_on: a}}
  api: {{kind: service, runs_on: b}}
connections: {{CALLER -> it: PROTOCOL}}
flows: {{do: {{steps: [CALLER -> it: x]}}}}
"""


@pytest.mark.parametrize(
    ("kind", "caller", "protocol", "words", "written"),
    [
        (
            "kind: other, product: coturn",
            "visitor",
            "turns",
            ", with the addresses of all at each client",
            "runs_on: [a, a-2]\n    # hand the addresses of all to each client (`iceServers`): it tries each\n",
        ),
        (
            "kind: service, product: coturn",
            "visitor",
            "[turn, turns]",
            ", with the addresses of all at each client",
            "iceServers",
        ),
        # what people set up chooses among servers of media
        ("kind: service, product: livekit", "visitor", "webrtc", None, ""),
        (
            "kind: service, product: mirth",
            "clinic",
            "hl7",
            ", which waits until the first is gone, if its makers support that",
            "    # add what decides which one works, if its makers support that: `by: …`\n",
        ),
        ("kind: app-server, product: gitlab", "visitor", "https", None, ""),
    ],
)
def test_a_second_one_waits_or_is_tried_where_two_at_work_would_do_harm(
    kind: str, caller: str, protocol: str, words: str | None, written: str
) -> None:
    model = read(CALLED.replace("KIND", kind).replace("CALLER", caller).replace("PROTOCOL", protocol))
    assert repair(model) == ([] if words is None else [f"a replica of it on a-2, a new host{words}"])
    after = model
    for edit in find_smallest_repair(model).edits:
        after = apply_edit(after, edit)
    assert written in changed_yaml(model, after)
    assert "address:" not in changed_yaml(model, after) or "mirth" in kind


BESIDE = f"""{HEAD}hosts: {{a: {{}}}}
components:
  job: {{kind: scheduler, managed: true, replicas: 2}}
  it: {{kind: app-server, PRODUCT, runs_on: a}}
  db: {{kind: database, product: postgresql, runs_on: a}}
connections: {{job -> it: https, it -> db: {{protocol: postgresql, locality: same-host}}}}
flows: {{do: {{access: write, steps: [job -> it: PUT, it -> db: INSERT]}}}}
"""


@pytest.mark.parametrize(("product", "doubled"), [("product: nexus", False), ("sessions: none", True)])
def test_a_copy_of_a_store_brings_along_nothing_of_which_there_may_be_one(product: str, doubled: bool) -> None:
    words = " ".join(repair(read(BESIDE.replace("PRODUCT", product))))
    assert ("it" in words.split() or "with db, it" in words or "with it, db" in words) is doubled
    assert bool(words) is doubled


OUTSIDE = f"""{HEAD}zones: {{studio: {{kind: datacenter}}, colo: {{kind: datacenter}}}}
hosts: {{s-1: {{zone: studio}}, s-2: {{zone: studio}}, c-1: {{zone: colo}}, c-2: {{zone: colo}}}}
components:
  job: {{kind: worker, runs_on: [s-1, s-2]}}
  store: {{kind: object-storage, product: minio, runs_on: [s-1, s-2], replication: {{writers: all}}}}
  NAME: {{kind: object-storage, product: minio, runs_on: [c-1, c-2], replication: {{writers: all, mode: asynchronous}}}}
connections: {{job -> store: s3, job -> NAME: s3}}
flows: {{release: {{steps: [{{job -> store: {{message: GET, access: read}}}}, {{job -> NAME: {{message: PUT, access: write}}}}]}}}}
"""


@pytest.mark.parametrize(("name", "doubled"), [("offsite", False), ("releases", True)])
def test_a_copy_outside_is_not_brought_home(name: str, doubled: bool) -> None:
    text = OUTSIDE.replace("NAME", name)
    words = " ".join(repair(read(text)))
    assert doubled or name not in words
    shared = [
        each for each in judged(text).findings if each.rule == "colocated-redundancy" and each.subject.id == "colo"
    ]
    assert [(each.fix or "").startswith("Let job go on without") for each in shared] == [not doubled]
    assert all(doubled or not each.changes for each in shared)


PAIRED = f"""{HEAD}networks: {{dmz: {{trust: dmz}}}}
hosts:
  hv-1: {{}}
  hv-2: {{}}
  lb-1: {{runs_on: hv-1, network: dmz}}
  lb-2: {{runs_on: PLACE, network: dmz}}
  app-1: {{runs_on: hv-1}}
  app-2: {{runs_on: hv-2}}
components:
  user: {{kind: client}}
  vpn: {{kind: router, product: wireguard, runs_on: lb-1}}
  lb: {{kind: load-balancer, product: haproxy, runs_on: [lb-1, lb-2], cluster: {{address: {{shared: 10.1.0.10}}, by: vrrp}}}}
  app: {{kind: app-server, sessions: none, runs_on: [app-1, app-2]}}
connections: {{user -> vpn: wireguard, vpn -> lb: https, lb -> app: http}}
flows: {{do: {{steps: [user -> vpn: x, vpn -> lb: x, lb -> app: x]}}}}
"""


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("hv-1", ["a move of lb-2 to hv-2", "a replica of vpn on lb-2"]),
        ("hv-2", ["a replica of vpn on lb-2"]),
    ],
)
def test_a_pair_that_is_kept_apart_needs_no_third_machine(place: str, words: list[str]) -> None:
    assert repair(read(PAIRED.replace("PLACE", place))) == words


STORED = f"""{HEAD}zones:
  north: {{kind: datacenter}}
  house: {{kind: datacenter}}
  r-1: {{kind: rack, in: north}}
  r-2: {{kind: rack, in: north}}
hosts: {{k-1: {{zone: r-1}}, k-2: {{zone: r-1}}, k-3: {{zone: r-2}}, k-4: {{zone: r-2}}, h-1: {{zone: house}}}}
components:
  job: {{kind: scheduler, managed: true, replicas: 2}}
  web: {{kind: web-server, runs_on: h-1}}
  files: {{kind: file-storage, product: ceph, runs_on: [k-1, k-2, k-3, k-4], quorum: 3, replication: {{writers: all, mode: MODE}}}}
connections: {{job -> files: nfs}}
flows: {{do: {{access: write, steps: [job -> files: PUT]}}}}
"""


@pytest.mark.parametrize(
    ("mode", "expected", "stays"),
    [
        ("synchronous", "", True),
        ("asynchronous", "", False),
        ("synchronous", "expect: [survives north for do]\n", False),
    ],
)
def test_no_member_for_which_writes_wait_goes_far_away(mode: str, expected: str, stays: bool) -> None:
    index = Index(read(STORED.replace("MODE", mode) + expected))
    assert leaves_site(index, index.components["files"], ("house",)) is stays
    assert not leaves_site(index, index.components["files"], ("r-1",))


TWO_VOTES = f"""{HEAD}zones: {{r-1: {{kind: rack}}, r-2: {{kind: rack}}}}
hosts: {{a: {{zone: r-1}}}}
components:
  user: {{kind: client}}
  one: {{kind: service, runs_on: a}}
connections: {{user -> one: https}}
flows: {{do: {{steps: [user -> one: x]}}}}
"""


@pytest.mark.parametrize(("good", "zones"), [(True, [("r-3",), ("r-3",)]), (False, [("r-3",), ("r-4",)])])
def test_two_changes_share_a_new_rack_where_that_is_as_good(good: bool, zones: list[tuple[str, ...]]) -> None:
    model = read(TWO_VOTES)
    edits = (AddReplica("one", "b", ("r-3",)), AddReplica("one", "c", ("r-4",)))

    def apply(changed: tuple[Edit, ...]) -> Architecture:
        after = model
        for edit in changed:
            after = apply_edit(after, edit)
        return after

    found = in_fewer_zones(model, edits, apply, lambda _: good)
    assert [edit.zones for edit in found if isinstance(edit, AddReplica)] == zones
