"""The copies of a store's data are older than the recovery point objective allows."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change, Put
from archgen.model.subject import Subject
from archgen.model.wording import listed

_NOTHING = 1.0
"""An objective below a second means that no answered write may be lost."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each store whose copies are all too old, as far as the model declares their age."""
    facts = context.topology
    objective = facts.architecture.objectives.recovery_point
    if objective is None:
        return
    for component in facts.architecture.components:
        replication = component.replication
        copy = replication is not None and replication.copy_of is not None
        if facts.kind(component.id).stores and not component.managed and not copy:
            hit = _judge(facts, component, objective)
            if hit is not None:
                yield hit


def _judge(facts: Topology, component: Component, objective: float) -> Hit | None:
    modes = _modes(facts, component)
    if modes:
        if objective >= _NOTHING or modes != {"asynchronous"}:
            return None
        return _hit(
            component,
            f"{component.title} loses its last writes with the primary: it confirms a write before any replica has it "
            f"(asynchronous), and the objective is to lose nothing",
            (),
            _SYNCHRONOUS if _spares_one(component) else _ONE_STANDBY,
        )
    backups = facts.backups.get(component.id, ())
    ages = [backup.every for backup in backups]
    stated = [age for age in ages if age is not None]
    if not stated or len(stated) < len(ages) or min(stated) <= objective:
        return None
    return _hit(
        component,
        f"{component.title} has one copy and is backed up by {listed([backup.title for backup in backups])} every "
        f"{_span(min(stated))}, so up to {_span(min(stated))} of writes are lost with it; the objective is {_span(objective)}",
        tuple(backups),
        "Back it up more often, ship its log, or run a replica on another host.",
    )


_SYNCHRONOUS = (
    "Confirm a write once any of the standbys has it (`mode: synchronous`; PostgreSQL: `ANY 1 (…)`), or declare how much may "
    "be lost."
)
_ONE_STANDBY = (
    "Add a second standby, and confirm a write once either has it (`mode: synchronous`): with one, its loss stops every "
    "write. Or declare how much may be lost."
)


def _spares_one(component: Component) -> bool:
    """Return True if a standby can be lost and another one still has each write."""
    return len(component.replicas) > 2


def _modes(facts: Topology, component: Component) -> set[str | None]:
    """Return the replication modes of the replicas on other hosts and of the copies; empty without any."""
    modes: set[str | None] = set()
    apart = len(component.replicas) > 1 and len(facts.hosts_of(component.id)) != 1
    if apart and component.replication is not None:
        modes.add(component.replication.mode)
    elif apart:
        modes.add(None)
    for other in facts.architecture.components:
        if other.replication is not None and other.replication.copy_of == component.id:
            modes.add(other.replication.mode)
    return modes


def _hit(component: Component, message: str, backups: tuple[Component, ...], fix: str) -> Hit:
    return Hit(
        subject=Subject("component", component.id),
        message=message,
        related=tuple((Subject("component", backup.id), "copies too rarely") for backup in backups),
        fix=fix,
    )


def _span(seconds: float) -> str:
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Back up as often as the objective asks, or replicate synchronously where a replica can be lost."""
    seconds = context.topology.architecture.objectives.recovery_point or 0.0
    if hit.related:
        often = next((f"{seconds / size:g}{unit}" for unit, size in _UNITS if seconds % size == 0), f"{seconds:g}s")
        return tuple(Put(("components", subject.id, "every"), often) for subject, _ in hit.related)
    component = context.topology.components[hit.subject.id]
    replication = component.replication
    stated = replication is not None and replication.mode == "asynchronous" and _spares_one(component)
    return (Put(("components", hit.subject.id, "replication", "mode"), "synchronous"),) if stated else ()


_UNITS = (("d", 86400), ("h", 3600), ("m", 60))


RULE = Rule(
    id="recovery-point-missed",
    code="DAT003",
    title="Recovery point missed",
    severity="error",
    category="data",
    summary="The replication mode or the backup interval can't meet the recovery point objective.",
    why=(
        "The recovery point is how much of the newest data may be lost. A nightly backup loses up to a day of it, "
        "whatever the objective says. Asynchronous replication loses the writes that the primary had confirmed and "
        "not yet passed on when it failed."
    ),
    fix="Copy as often as the objective asks, or declare an objective that the copies can meet.",
    limits=(
        "Recommends synchronous replication only with two standbys or more: with one, its loss stops every write. "
        "Assumes that asynchronous replication meets every objective of a second or more. A mistaken DELETE, which "
        "replicas repeat, is left to the backup. Doesn't check stores without a declared `mode` or `every`."
    ),
    references=(
        (
            "NIST SP 800-34 Rev. 1, Contingency Planning Guide (recovery point objective)",
            "https://csrc.nist.gov/pubs/sp/800/34/r1/upd1/final",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: An hour may be lost, a day is  # finding: unmonitored, maintenance-downtime
hosts:
  db-1: {}  # finding: single-point-of-failure
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  mysql: {kind: database, runs_on: db-1}  # finding: recovery-point-missed
  copies: {kind: backup, managed: true, backs_up: [mysql], every: 24h, restore_tested: 2026-10-01}
connections:
  job -> mysql: {protocol: mysql, tls: true}
flows:
  report:
    title: The report
    access: read
    steps:
      - job -> mysql: SELECT
objectives: {recovery_point: 1h}
""",
    edits=(
        ("a day is", "and no more is"),
        ("every: 24h", "every: 30m"),
    ),
)
