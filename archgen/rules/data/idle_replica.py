"""No flow reads a replica of a store, and no failover is declared for it."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.members import eligible


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each store, with its replicas that no flow uses."""
    facts = context.topology
    for component in facts.architecture.components:
        replication = component.replication
        if replication is None or not replication.primary or replication.failover is not None or component.managed:
            continue
        used = _used(facts, component)
        idle = tuple(
            replica.id
            for replica in component.replicas
            if replica.id not in used and replica.id not in replication.primary
        )
        if idle and facts.flows_of[component.id]:
            yield _hit(facts, component.id, idle, replication.primary)


def _used(facts: Topology, component: Component) -> frozenset[str]:
    """Return the replicas that can answer a step of a flow."""
    used: set[str] = set()
    for hop in facts.hops_to[component.id]:
        now, later = eligible(component, hop.access)
        used.update(replica for replica in (*now, *later) if not hop.step.pinned or replica in hop.step.pinned)
    return frozenset(used)


def _hit(facts: Topology, component: str, idle: tuple[str, ...], primary: tuple[str, ...]) -> Hit:
    verb = "serves" if len(idle) == 1 else "serve"
    return Hit(
        subject=Subject("component", component),
        message=(f"{listed(idle)} {verb} no reads of any flow, and no failover from {listed(primary)} is declared"),
        related=tuple((Subject("replica", replica), "serves no flow") for replica in idle),
        flows=facts.flows_of[component],
    )


RULE = Rule(
    id="idle-replica",
    code="DAT006",
    title="Idle replica",
    severity="info",
    category="data",
    summary="A replica serves no reads, and no failover to it is declared.",
    why=(
        "A replica costs a host. It is worth it if it answers reads, or if it takes over when the primary fails. A "
        "replica that does neither is a copy of the data that repeats every mistake within seconds: a worse backup."
    ),
    fix="Let flows read from it, or declare how it takes over: `failover: automatic` or `failover: manual`.",
    limits=(
        "Counts any declared `failover` as use, manual failover too. Counts reads as the flows declare them (`access: "
        "read`)."
    ),
    references=(("PostgreSQL documentation, Hot Standby", "https://www.postgresql.org/docs/current/hot-standby.html"),),
    check=check,
    bad="""\
archgen: 1
name: A replica that nobody reads  # finding: unmonitored, maintenance-downtime
hosts:
  db-1: {}
  db-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  mysql:  # finding: idle-replica, single-writer-database
    kind: database
    runs_on: [db-1, db-2]
    replication: {primary: db-1}
  copies: {kind: backup, managed: true, backs_up: [mysql], restore_tested: 2026-10-01}
connections:
  job -> mysql: {protocol: mysql, tls: true}
flows:
  order:
    title: An order
    access: write
    steps:
      - job -> mysql: INSERT
""",
    edits=(
        ("name: A replica that nobody reads", "name: A replica that answers reads"),
        (
            "- job -> mysql: INSERT",
            "- job -> mysql: INSERT\n"
            "  report:\n"
            "    title: The report\n"
            "    access: read\n"
            "    steps:\n"
            "      - job -> mysql: SELECT from either",
        ),
    ),
)
