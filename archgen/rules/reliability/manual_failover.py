"""Failover is manual, and the recovery objective leaves less time than a person needs."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.failover_times import REACTION, declared_recovery, manual_standby
from archgen.analysis.topology import Topology
from archgen.edits.patch import patch_of
from archgen.edits.remedy import automate
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change
from archgen.model.durations import spell_duration
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.simulation import simulate


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component whose manual failover takes longer than the recovery objective allows."""
    facts = context.topology
    objective = facts.architecture.objectives.recovery_time
    if objective is None:
        return
    for component in facts.architecture.components:
        standby = manual_standby(component)
        flows = _waiting(facts, component, standby) if standby else ()
        if flows:
            declared = declared_recovery(component)
            reaction = 60 * context.threshold("manual-failover", "minutes", REACTION / 60)
            if objective < (declared if declared is not None else reaction):
                yield _hit(facts, component, standby, flows, objective, declared, reaction)


def _waiting(facts: Topology, component: Component, standby: tuple[str, ...]) -> tuple[str, ...]:
    """Return the flows that stop with the replicas that work, rather than go on with the others or without the component.

    A flow that is only put off with them says nothing more than one that is down.
    """
    lost = tuple(Subject("replica", replica.id) for replica in component.replicas if replica.id not in standby)
    outcomes = {
        flow: simulate(facts.index, facts.flows[flow], facts.losses.plans[flow], lost)
        for flow in facts.flows_of[component.id]
    }
    down = tuple(flow for flow, outcome in outcomes.items() if outcome.status == "down")
    return down or tuple(flow for flow, outcome in outcomes.items() if outcome.status not in ("ok", "degraded"))


def _told_as(facts: Topology, component: Component, replica: str) -> list[str]:
    """Return the elements as whose loss others tell of the loss of a replica at work: of a store the replica, else its host."""
    told = [
        cause.element.id
        for cause in facts.losses.awaited_causes
        if component.replication is None and replica in cause.absorbed
    ]
    return told or [replica]


def _hit(
    facts: Topology,
    component: Component,
    standby: tuple[str, ...],
    flows: tuple[str, ...],
    objective: float,
    declared: float | None,
    reaction: float,
) -> Hit:
    need = (
        f"which takes {spell_duration(declared)}"
        if declared is not None
        else f"and a person on call needs about {spell_duration(reaction)}"
    )
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"{component.title} needs manual failover to {listed(standby, 'or')}, {need}; the recovery objective is "
            f"{spell_duration(objective)}"
        ),
        related=tuple((Subject("replica", replica), "needs manual failover") for replica in standby),
        flows=flows,
        fix=None
        if declared is None
        else f"Automate failover (`failover: automatic`), or practice it until it takes no more than {spell_duration(objective)}.",
        confidence="high" if declared is not None else "medium",
        # of a store with one writer, `single-writer-database` tells of the objective as well
        causes=frozenset(
            (element, flow)
            for replica in component.replicas
            if replica.id not in standby
            for element in _told_as(facts, component, replica.id)
            for flow in flows
        ),
    )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Make the failover automatic."""
    return patch_of(context.topology, *(automate(context.topology, context.topology.components[hit.subject.id]) or ()))


RULE = Rule(
    id="manual-failover",
    code="REL007",
    title="Manual failover",
    severity="warning",
    category="reliability",
    summary="Failover is manual, and the recovery objective is shorter than a person's reaction.",
    why=(
        "A person has to wake up, find the cause, decide that the primary is really dead and promote a replica "
        "without a mistake. At night that takes the better part of an hour, so an objective of a few minutes is "
        "missed every time."
    ),
    fix=(
        "Automate failover (`failover: automatic`), declare the duration of your practiced failover (`recovery: "
        "10m`), or declare an objective that a person can meet."
    ),
    limits=(
        "Assumes half an hour from the alarm to the promoted replica where `recovery` isn't declared. Doesn't check "
        "models without `objectives: {recovery_time: …}`. Of a store whose only writer takes down the same flows, "
        "`single-writer-database` names the missed objective, and this is shown to the personas `strict` and `auditor` only."
    ),
    references=(("Google SRE Book, Being On-Call", "https://sre.google/sre-book/being-on-call/"),),
    check=check,
    mend=mend,
    repeats=True,
    thresholds=(("minutes", REACTION / 60, "minutes that a person on call needs"),),
    bad="""\
archgen: 1
name: Back within five minutes, by hand  # finding: unmonitored, maintenance-downtime
hosts:
  db-1: {}
  db-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  postgres:  # finding: manual-failover, single-writer-database
    kind: database
    product: postgresql
    runs_on: [db-1, db-2]
    replication: {primary: db-1, failover: manual, mode: asynchronous}
  copies: {kind: backup, managed: true, backs_up: [postgres], restore_tested: 2026-10-01}
connections:
  job -> postgres: {protocol: postgresql, tls: true}
flows:
  report:
    title: The nightly report
    access: write
    steps:
      - job -> postgres: INSERT
objectives: {recovery_time: 5m}
""",
    edits=(
        ("by hand  # finding: unmonitored, maintenance-downtime", "by itself  # finding: unmonitored"),
        ("  postgres:  # finding: manual-failover, single-writer-database", "  postgres:"),
        ("failover: manual", "failover: automatic, by: etcd"),
        ("  copies: {", "  etcd: {kind: key-value-store, product: etcd, managed: true, replicas: 3}\n  copies: {"),
        ("connections:", "connections:\n  postgres -> etcd: https"),
        ("postgres: INSERT", "postgres: INSERT\n      - postgres -> etcd: the lease"),
    ),
)
