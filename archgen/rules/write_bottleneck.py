"""All writes of all flows go through one replica, while what is before it has been spread over several."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.finding import Subject
from archgen.rule import Hit, Rule
from archgen.topology import Topology
from archgen.wording import listed


def check(facts: Topology) -> Iterator[Hit]:
    """One hit the store that takes every write on one replica; silent unless a writing flow states its demand."""
    written: dict[str, dict[str, None]] = {}
    for flow, hops in facts.hops.items():
        for hop in hops:
            for target in hop.step.targets:
                if hop.access != "read" and facts.kind(target).stores:
                    written.setdefault(target, {})[flow] = None
    if len(written) != 1:
        return
    ((store, found),) = written.items()
    now, _ = facts.writers(store)
    demands = [facts.flows[flow].demand for flow in found]
    rate = sum(demand for demand in demands if demand is not None)
    spread = _spread_before(facts, store, tuple(found))
    if len(now) == 1 and rate and spread and not facts.components[store].managed:
        yield Hit(
            subject=Subject("component", store),
            message=(
                f"every write of {listed(list(found))}, {'at least ' if None in demands else ''}{rate:.4g}/s, goes "
                f"through {now[0]} alone: {listed(spread)} can grow by adding replicas, the writes cannot"
            ),
            related=((Subject("replica", now[0]), "takes every write"),),
            flows=tuple(found),
        )


def _spread_before(facts: Topology, store: str, flows: tuple[str, ...]) -> tuple[str, ...]:
    """The serving components of the flows that already run on several replicas."""
    ends = dict.fromkeys(end for flow in flows for hop in facts.hops[flow] for end in hop.step.targets)
    return tuple(
        one for one in ends if one != store and facts.kind(one).serves and len(facts.components[one].replicas) > 1
    )


RULE = Rule(
    id="write-bottleneck",
    code="SCA005",
    title="Write bottleneck",
    severity="warning",
    category="scalability",
    summary="All writes of all flows go through one replica, while what is before it has been spread over several.",
    why=(
        "Web and application servers can be added as the traffic grows, and read replicas as the reads do. Every write "
        "still goes to one machine, and the only way to get more of them is a larger machine. Who finds that out at the "
        "limit has to change the data's layout under load."
    ),
    fix="Know the limit (`capacity`), queue what may wait, split the data (shards) or use a store that takes writes on several members.",
    limits="Silent unless a writing flow states its `demand`; a store that somebody else runs is left to its provider.",
    references=(
        (
            "Martin Kleppmann, Designing Data-Intensive Applications, chapters 5 and 6",
            "https://dataintensive.net/",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: Two applications, one writer  # finding: unmonitored
hosts:
  app-1: {}
  app-2: {}
  db-1: {}
  db-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: service, runs_on: [app-1, app-2]}
  mysql:  # finding: write-bottleneck
    kind: database
    runs_on: [db-1, db-2]
    replication: {primary: db-1, failover: automatic, mode: asynchronous}
  copies: {kind: backup, managed: true, backs_up: [mysql], restore_tested: 2026-10-01}
connections:
  job -> api: https
  api -> mysql: {protocol: mysql, tls: true}
flows:
  order:
    title: An order
    access: write
    demand: 400/s
    steps:
      - job -> api: POST /orders
      - api -> mysql: INSERT
""",
    good="""\
archgen: 1
name: Two applications, a store of three writers  # finding: unmonitored
hosts:
  app-1: {}
  app-2: {}
  db-1: {}
  db-2: {}
  db-3: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: service, runs_on: [app-1, app-2]}
  store:
    kind: database
    runs_on: [db-1, db-2, db-3]
    replication: {writers: all, mode: synchronous}
    quorum: majority
  copies: {kind: backup, managed: true, backs_up: [store], restore_tested: 2026-10-01}
connections:
  job -> api: https
  api -> store: {protocol: mysql, tls: true}
flows:
  order:
    title: An order
    access: write
    demand: 400/s
    steps:
      - job -> api: POST /orders
      - api -> store: INSERT
""",
)
