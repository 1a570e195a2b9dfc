"""A persistent store without a backup, or with one whose restore was never tested."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from archgen.analysis.topology import Topology
from archgen.edits.remedy import free_name
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Append, Change, Put
from archgen.model.kinds import KINDS
from archgen.model.subject import Subject
from archgen.model.wording import listed

_DAYS = 365.0
"""The age at which a tested restore no longer counts: versions, sizes and people have changed since."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each store, or server with uploads, without a backup or a recently tested restore."""
    facts = context.topology
    for component in facts.architecture.components:
        backups = facts.backups.get(component.id, ())
        tested = max((backup.restore_tested or "" for backup in backups), default="")
        if component.managed:
            # its provider keeps copies, and the date of a test is the team's own
            if tested and _is_old(context, tested):
                yield _outdated(facts, component, tested, backups)
        elif _keeps(facts, component):
            if not backups:
                yield _missing(facts, component)
            elif not tested:
                yield _untested(facts, component, backups)
            elif _is_old(context, tested):
                yield _outdated(facts, component, tested, backups)


def _keeps(facts: Topology, component: Component) -> bool:
    copy = component.replication is not None and component.replication.copy_of is not None
    # what several servers keep each for itself is `server-bound-sessions`
    uploads = component.uploads == "local" and len(component.replicas) == 1
    return (KINDS[component.kind].stores or uploads) and not copy and component.id not in facts.coordinators


def _is_old(context: RuleContext, tested: str) -> bool:
    days = context.threshold("missing-backup", "days", _DAYS)
    return date.fromisoformat(context.today) - date.fromisoformat(tested) > timedelta(days)


def _missing(facts: Topology, component: Component) -> Hit:
    passing = component.kind == "stream"
    mistake = "deletion" if passing else "DELETE"
    beside = f"; its replicas repeat a mistaken {mistake} within seconds" if len(component.replicas) > 1 else ""
    what = component.title
    if not KINDS[component.kind].stores:
        what, beside = f"the uploads that {component.title} keeps on its server", ""
    return Hit(
        subject=Subject("component", component.id),
        message=f"Nothing backs up {what}{beside}",
        flows=facts.flows_of[component.id],
        case="passing" if passing else None,
        # most streams hand on what others keep; whether this one is the only place of it is not stated
        confidence="low" if passing else "high",
    )


def _untested(facts: Topology, component: Component, backups: tuple[Component, ...]) -> Hit:
    return Hit(
        subject=Subject("component", component.id),
        message=f"No tested restore of {component.title} from {listed([backup.title for backup in backups])} is declared",
        related=tuple((Subject("component", backup.id), "declares no tested restore") for backup in backups),
        flows=facts.flows_of[component.id],
        fix="Restore it once to another host, and declare the date: `restore_tested: 2026-10-01`.",
        case="untested",
    )


def _outdated(facts: Topology, component: Component, tested: str, backups: tuple[Component, ...]) -> Hit:
    return Hit(
        subject=Subject("component", component.id),
        message=f"The last tested restore of {component.title} was on {tested}",
        related=tuple((Subject("component", backup.id), "declares no later test") for backup in backups),
        flows=facts.flows_of[component.id],
        fix="Restore it to another host again, at least every year, and declare the date in `restore_tested`.",
        case="untested",
    )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Add a daily managed backup; only people can state that a restore of it works."""
    if hit.case == "untested":
        return ()
    managed = next(
        (backup.id for backups in context.topology.backups.values() for backup in backups if backup.managed), None
    )
    if managed is not None:
        return (Append(("components", managed, "backs_up"), hit.subject.id),)
    backup = {"kind": "backup", "managed": True, "backs_up": [hit.subject.id], "every": "24h", "keeps": "30d"}
    return (Put(("components", free_name("backup", context.topology)), backup),)


RULE = Rule(
    id="missing-backup",
    code="DAT001",
    title="No backup",
    severity="error",
    cases=(("untested", "warning"), ("passing", "warning")),
    category="data",
    summary="A persistent store has no backup, or none whose restore was tested within a year.",
    why=(
        "Replicas protect against the loss of a host. They don't protect against a mistaken DELETE, a bad migration "
        "or an attacker, because they repeat it faithfully. Only a copy that is kept apart, and that was restored "
        "once, brings the data back."
    ),
    fix=(
        "Add a component of `kind: backup` with `backs_up`, how often (`every`), how long (`keeps`) and "
        "`restore_tested`."
    ),
    limits=(
        "Counts uploads that are declared to be on the one server (`uploads: local`). Managed stores are left to "
        "their provider, and a copy of another component is covered by that component's backup. Skips stores that "
        "others only agree by, such as the etcd of an automatic failover: they fill themselves again. Reports streams "
        "at low confidence, since most only pass on data that others keep."
    ),
    references=(
        ("NIST SP 800-34 Rev. 1, Contingency Planning Guide", "https://csrc.nist.gov/pubs/sp/800/34/r1/upd1/final"),
    ),
    topic="backups",
    check=check,
    mend=mend,
    thresholds=(("days", _DAYS, "days after which a tested restore no longer counts"),),
    bad="""\
archgen: 1
name: Replicas without a backup  # finding: unmonitored
hosts:
  db-1: {}
  db-2: {}
components:
  job: {kind: scheduler, runs_on: [db-1, db-2]}
  mysql: {kind: database, runs_on: [db-1, db-2], replication: {writers: all, mode: synchronous}}  # finding: missing-backup
connections:
  job -> mysql: {protocol: mysql, tls: true}
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> mysql: INSERT
""",
    edits=(
        ("name: Replicas without a backup", "name: Replicas and a backup"),
        (
            "connections:",
            "  copies: {kind: backup, managed: true, backs_up: [mysql], every: 24h, keeps: 30d, restore_tested: 2026-10-01}\n"
            "connections:",
        ),
    ),
)
