"""The third vote of what promotes a store, where a new place would save nothing more."""

from __future__ import annotations

import pytest

from archgen.edits.changes import AutomateFailover
from archgen.improve import repair as repairs
from archgen.improve.repair import find_smallest_repair
from tests.improve.test_moves import read, repair

RACKS = """\
archgen: 1
name: Virtual machines in two racks
zones: {dc: {kind: datacenter}, rack-11: {kind: rack, in: dc}, rack-12: {kind: rack, in: dc}}
hosts:
  pve-1: {zone: rack-11}
  pve-2: {zone: rack-11}
  pve-3: {zone: rack-12}
  nas-1: {zone: rack-11}
  db-1: {runs_on: pve-1}
  db-2: {runs_on: pve-3}
  lb-1: {runs_on: pve-2}
  web-1: {runs_on: pve-2}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  lb: {kind: load-balancer, runs_on: lb-1}
  files: FILES
  db: {kind: database, product: mysql, runs_on: [db-1, db-2], replication: {primary: db-1, failover: manual}}
connections: {job -> files: https, job -> db: mysql}
flows: {save: {access: write, steps: [{job -> files: PUT}, {job -> db: INSERT}]}}
"""


@pytest.mark.parametrize(
    ("files", "host"),
    [
        # only people copy files: the rack of their machine takes the flow down, whatever votes elsewhere
        ("{kind: file-storage, runs_on: web-1}", "nas-1"),
        # what people sign in at runs nothing else
        ("{kind: file-storage, runs_on: web-1}\n  ad: {kind: identity-provider, runs_on: nas-1}", "web-1"),
        # an appliance runs nothing else
        ("{kind: file-storage, runs_on: nas-1}", "web-1"),
        ("{kind: object-storage, managed: {scope: regional}, product: s3}", "witness-1"),
    ],
)
def test_a_vote_gets_a_new_rack_where_that_saves_something(files: str, host: str) -> None:
    edits = find_smallest_repair(read(RACKS.replace("FILES", files))).edits
    promoters = [edit.promoter for edit in edits if isinstance(edit, AutomateFailover)]
    assert [promoter.witness for promoter in promoters if promoter is not None] == [host]


@pytest.mark.parametrize(("calls", "host"), [("", "web-1"), ("lb -> files: https, ", "witness-1")])
def test_no_vote_over_a_store_stands_where_requests_come_in(calls: str, host: str) -> None:
    files = "{kind: file-storage, runs_on: web-1}\n  ad: {kind: identity-provider, runs_on: nas-1}"
    text = RACKS.replace("FILES", files).replace("connections: {", f"connections: {{{calls}")
    edits = find_smallest_repair(read(text)).edits
    promoters = [edit.promoter for edit in edits if isinstance(edit, AutomateFailover)]
    assert [promoter.witness for promoter in promoters if promoter is not None] == [host]


SHARED = """\
archgen: 1
name: A witness that two votes may share
zones: {dc-a: {kind: datacenter}, dc-b: {kind: datacenter}}
hosts: {pg-a: {zone: dc-a}, pg-b: {zone: dc-b}, red-a: {zone: dc-a}, red-b: {zone: dc-b}, mq-a: {zone: dc-a}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, product: postgresql, runs_on: [pg-a, pg-b], replication: {primary: pg-a, failover: manual}}
  phones: {kind: key-value-store, product: redis, runs_on: [red-a, red-b], replication: {primary: red-a, failover: automatic, by: sentinel}}
  sentinel: {kind: other, product: redis-sentinel, runs_on: [red-a, red-b, mq-a], quorum: majority}
  web: {kind: service, runs_on: mq-a}
connections: {job -> db: postgresql, job -> phones: redis, sentinel -> phones: redis, job -> web: https}
flows:
  register: {access: write, steps: [{job -> db: {message: SELECT, access: read}}, {job -> phones: SET}]}
  bill: {access: read, steps: [{job -> db: SELECT}, {job -> web: GET}]}
"""


def test_a_vote_that_moves_needs_no_other_change_for_its_new_host() -> None:
    words = repair(read(SHARED))
    assert "a move of sentinel@mq-a to witness-1, a new host in dc-c, a new datacenter" in words
    assert not any("failover of db" in each for each in words)


ONE_ETCD = """\
archgen: 1
name: A promoter that goes with the change that added it
zones: {north: {kind: datacenter}, south: {kind: datacenter}}
hosts: {ts-1: {zone: north}, ts-2: {zone: south}, pg-1: {zone: north}, web-1: {zone: north}, web-2: {zone: south}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  web: {kind: service, runs_on: [web-1, web-2]}
  readings: {kind: database, product: postgresql, runs_on: [ts-1, ts-2], replication: {primary: ts-1, failover: manual}}
  db: {kind: database, product: postgresql, runs_on: pg-1}
  files: {kind: file-storage, product: nfs, runs_on: web-1}
connections: {job -> web: https, web -> readings: postgresql, web -> db: postgresql, web -> files: nfs}
flows:
  look: {access: read, steps: [job -> web: GET, web -> db: SELECT, web -> readings: SELECT]}
  save: {access: write, steps: [job -> web: POST, web -> db: INSERT, web -> files: PUT]}
  keep: {access: write, steps: [{job -> web: POST}, {web -> readings: {message: INSERT, async: true}}]}
"""


def test_what_promotes_is_new_where_the_change_that_added_it_is_superfluous(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repairs, "MOST_HELPERS", 3)
    edits = find_smallest_repair(read(ONE_ETCD)).edits
    promoters = [edit.promoter for edit in edits if isinstance(edit, AutomateFailover)]
    assert [(each.id, each.new) for each in promoters if each is not None] == [("etcd", True)]
