"""Backups are kept for a shorter time than it takes to notice a mistake."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change, Put
from archgen.model.durations import spell_duration
from archgen.model.subject import Subject
from archgen.model.wording import listed

_DAYS = 7.0
"""A weekend, a holiday on either side of it, and a day to find out what is missing."""

_MONTH = 30.0
"""The days that the fix proposes: most mistakes are noticed by then, as at the end of a month."""

_DAY = 86_400.0


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component whose backups are all deleted too soon."""
    least = context.threshold("short-retention", "days", _DAYS) * _DAY
    for source, backups in context.topology.backups.items():
        retentions = [backup.keeps for backup in backups if backup.keeps is not None]
        if len(retentions) == len(backups) and max(retentions) < least:
            yield _hit(context.topology, source, backups, max(retentions))


def _hit(facts: Topology, source: str, backups: tuple[Component, ...], retention: float) -> Hit:
    keep = "keeps" if len(backups) == 1 else "keep"
    return Hit(
        subject=Subject("component", source),
        message=(
            f"{listed([backup.title for backup in backups])} {keep} the copies of {facts.components[source].title} for "
            f"{spell_duration(retention)}: a mistake noticed later is in every copy"
        ),
        related=tuple((Subject("component", backup.id), "deletes its copies too soon") for backup in backups),
        flows=facts.flows_of[source],
    )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Keep the copies of the first of the backups for a month, or as long as the rule asks: the least is no advice."""
    days = max(_MONTH, context.threshold("short-retention", "days", _DAYS))
    return (Put(("components", hit.related[0][0].id, "keeps"), f"{days:g}d"),)


RULE = Rule(
    id="short-retention",
    code="DAT010",
    title="Short backup retention",
    severity="warning",
    category="data",
    summary="Backups are deleted sooner than it takes to notice a mistake.",
    why=(
        "A bad migration, a deleted customer or an attacker is seldom noticed on the same day. If the oldest copy is "
        "younger than the mistake, every copy has it, and nothing brings the data back."
    ),
    fix="Keep copies for at least a week; a month is common: `keeps: 30d`.",
    limits=(
        "Doesn't report data with a backup that doesn't declare `keeps`, or with another backup that is kept longer."
    ),
    references=(
        ("NIST SP 800-34 Rev. 1, Contingency Planning Guide", "https://csrc.nist.gov/pubs/sp/800/34/r1/upd1/final"),
        (
            "CISA, Data Backup Options (the 3-2-1 rule)",
            "https://www.cisa.gov/sites/default/files/publications/data_backup_options.pdf",
        ),
    ),
    check=check,
    mend=mend,
    thresholds=(("days", _DAYS, "days for which copies must be kept"),),
    bad="""\
archgen: 1
name: Copies for one day
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, managed: true, replicas: 2}  # finding: short-retention
  copies: {kind: backup, managed: true, backs_up: [db], every: 24h, keeps: 1d, restore_tested: 2026-10-01}
connections:
  job -> db: {protocol: mysql, tls: true}
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> db: INSERT
""",
    edits=(
        ("name: Copies for one day", "name: Copies for a month"),
        ("keeps: 1d", "keeps: 30d"),
    ),
)
