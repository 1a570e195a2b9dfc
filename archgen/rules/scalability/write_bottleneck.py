"""All writes of all flows go through one replica, and take most of what it can do."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.durations import format_rate
from archgen.model.subject import Subject
from archgen.model.wording import listed

_ROOM = 2.0
"""By how much the writes should be able to grow before their one replica is full."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each store whose only writer is near its capacity."""
    facts = context.topology
    if not facts.states_load:
        return
    written: dict[str, dict[str, None]] = {}
    rates: dict[str, float] = {}
    for flow, hops in facts.hops.items():
        for hop in hops:
            for target in hop.targets:
                if hop.access != "read" and facts.kind(target).stores:
                    written.setdefault(target, {})[flow] = None
                    rates[target] = rates.get(target, 0.0) + (facts.flows[flow].busiest or 0.0)
    if len(written) == 1:
        ((store, flows),) = written.items()
        yield from _judge(facts, store, rates[store], tuple(flows))


def _judge(facts: Topology, store: str, rate: float, flows: tuple[str, ...]) -> Iterator[Hit]:
    component, (now, _) = facts.components[store], facts.writers(store)
    if component.capacity is None or not rate <= component.capacity < rate * _ROOM:
        return
    spread = _spread_before(facts, flows)
    if len(now) == 1 and spread and not component.managed:
        yield Hit(
            subject=Subject("component", store),
            message=(
                f"Writes can't even double: all go through {now[0]}, {format_rate(rate)} of the "
                f"{format_rate(component.capacity)} that it can handle, while {listed(spread)} can grow by adding replicas"
            ),
            related=((Subject("replica", now[0]), "takes every write"),),
            flows=flows,
        )


def _spread_before(facts: Topology, flows: tuple[str, ...]) -> tuple[str, ...]:
    """Return the serving components of the flows that already run on several replicas."""
    ends = dict.fromkeys(end for flow in flows for hop in facts.hops[flow] for end in hop.step.targets)
    return tuple(name for name in ends if facts.kind(name).serves and len(facts.components[name].replicas) > 1)


RULE = Rule(
    id="write-bottleneck",
    code="SCA005",
    title="Write bottleneck",
    severity="warning",
    category="scalability",
    summary="All writes of all flows go through one replica, and use most of its capacity.",
    why=(
        "Web and application servers can be added as traffic grows, and read replicas as reads grow. Every write "
        "still goes to one host, and only a larger host takes more of them. A team that learns this at the limit has "
        "to change the data's layout under load."
    ),
    fix=(
        "Know the limit (`capacity`), queue writes that can wait, shard the data, or use a store that takes writes on "
        "several members."
    ),
    limits=(
        "Needs `demand` and `capacity`, and writes that use more than half of the capacity. Reports only stores "
        "behind a component with several replicas, and no managed stores."
    ),
    references=(
        (
            "Martin Kleppmann, Designing Data-Intensive Applications, chapters 5 and 6",
            "https://dataintensive.net/",
        ),
    ),
    topic="writers",
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
  mysql:  # finding: two-node-election, write-bottleneck
    kind: database
    runs_on: [db-1, db-2]
    replication: {primary: db-1, failover: automatic, mode: asynchronous}
    capacity: 600/s
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
    edits=(
        ("one writer", "a store of three writers"),
        ("db-2: {}", "db-2: {}\n  db-3: {}"),
        ("mysql:  # finding: two-node-election, write-bottleneck", "store:  # finding: write-bottleneck"),
        (
            "    runs_on: [db-1, db-2]\n    replication: {primary: db-1, failover: automatic, mode: asynchronous}",
            "    runs_on: [db-1, db-2, db-3]\n    replication: {writers: all, mode: synchronous}\n    quorum: majority",
        ),
        ("backs_up: [mysql", "backs_up: [store"),
        ("api -> mysql: {protocol: mysql", "api -> store: {protocol: mysql"),
        ("- api -> mysql: INSERT", "- api -> store: INSERT"),
    ),
)
