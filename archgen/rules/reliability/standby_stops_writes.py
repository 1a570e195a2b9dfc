"""Writes wait for one synchronous standby, and stop when it is gone."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.subject import Subject
from archgen.model.wording import listed

_WAITING = ("postgresql", "timescaledb")
"""The products whose commits wait for a standby that is gone, by default."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each such store with a single standby, and nothing that would let it go on without."""
    facts = context.topology
    for component in facts.architecture.components:
        standby = _only_standby(component)
        if standby is not None:
            writing = [
                flow
                for flow in facts.flows_of[component.id]
                if any(component.id in hop.targets and hop.access != "read" for hop in facts.hops[flow])
            ]
            stopped = listed(writing) if writing else "each write"
            yield Hit(
                subject=Subject("component", component.id),
                message=(
                    f"If {standby} fails, {stopped} {'waits' if len(writing) < 2 else 'wait'} until it is back: a commit of "
                    f"{component.id} waits for a synchronous standby, and there is no other"
                ),
                related=((Subject("replica", standby), "is the only standby"),),
                flows=tuple(writing),
                confidence="medium",
            )


def _only_standby(component: Component) -> str | None:
    replication = component.replication
    if replication is None or replication.mode != "synchronous" or replication.by is not None or component.managed:
        return None
    standbys = [replica.id for replica in component.replicas if replica.id not in replication.primary]
    waits = (component.product or "").casefold() in _WAITING and len(replication.primary) == 1
    return standbys[0] if waits and len(standbys) == 1 else None


RULE = Rule(
    id="standby-stops-writes",
    code="REL017",
    title="Standby that stops writes",
    severity="warning",
    category="reliability",
    summary="Writes wait for the only synchronous standby, and stop when it is gone.",
    why=(
        "A synchronous standby protects against the loss of the primary's last writes. With one standby, PostgreSQL's default is to "
        "wait for it for as long as it takes: the loss of the copy stops the original, and two servers fail more often than one."
    ),
    fix=(
        "Add a second standby, of which any one has to answer (`ANY 1 (a, b)`); or let what manages the pair go on without "
        "(Patroni's `synchronous_mode` without strict), and name it: `by: …`."
    ),
    limits=(
        "Checks PostgreSQL with one standby and no `by`. Whether `synchronous_standby_names` was changed, no model says; products "
        "that go on without the standby (MySQL) aren't reported."
    ),
    references=(
        (
            "PostgreSQL documentation, Synchronous Replication",
            "https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: Commits wait for one standby  # finding: unmonitored, maintenance-downtime
hosts:
  db-1: {}
  db-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  postgres:  # finding: single-writer-database, standby-stops-writes
    kind: database
    product: postgresql
    runs_on: [db-1, db-2]
    replication: {primary: db-1, failover: manual, mode: synchronous}
  copies: {kind: backup, managed: true, backs_up: [postgres], every: 1h, keeps: 30d, restore_tested: 2026-10-01}
connections:
  job -> postgres: {protocol: postgresql, tls: true}
flows:
  nightly:
    title: The nightly job
    access: write
    steps:
      - job -> postgres: INSERT
""",
    edits=(
        ("name: Commits wait for one standby", "name: Commits wait for one standby of two"),
        ("  db-2: {}", "  db-2: {}\n  db-3: {}"),
        ("[db-1, db-2]", "[db-1, db-2, db-3]"),
    ),
)
