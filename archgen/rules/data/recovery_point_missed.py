"""The copies of a store's data are older than the recovery point objective allows."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from archgen.analysis.backups import (
    fillers,
    has_others_apart,
    is_copied_with_others,
    keeps_alone,
    keeps_data,
    keeps_uploads,
    least_interval,
    mistake_in,
    passes_files_on,
    replications_of,
)
from archgen.analysis.programs import streams_before
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change, Put
from archgen.model.durations import spell_duration, spell_interval, write_duration
from archgen.model.kinds import FILE_STORES
from archgen.model.products import product_of, service_name
from archgen.model.reasons import copied_every, is_fleeting, kept_for, may_archive_log, tells_of_images, tells_schedule
from archgen.model.subject import Subject
from archgen.model.wording import listed

_NOTHING = 1.0
"""An objective below a second means that no answered write may be lost."""

_AT_ONCE = 900.0
"""The longest time between two copies, a quarter of an hour, after which a log counts as shipped at once."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each store whose copies are all too old, as far as the model declares their age."""
    facts = context.topology
    objective = facts.architecture.objectives.recovery_point
    if objective is None:
        return
    for component in facts.architecture.components:
        replication = component.replication
        copy = replication is not None and replication.copy_of is not None
        if copy or component.id in facts.coordinators or not _keeps(facts, component):
            continue
        hit = (
            _lost_at_provider(facts, component, objective) if component.managed else _lost(facts, component, objective)
        )
        if hit is not None:
            yield replace(hit, case=hit.case or ("read" if _is_seldom_written(facts, component) else None))


def _keeps(facts: Topology, component: Component) -> bool:
    """Return True for what keeps data that is written all the time; an index may be filled again, and secrets seldom change."""
    if component.kind == "secrets" or is_fleeting(component):
        return False
    if component.kind == "search":
        return not fillers(facts, component)
    stores = keeps_data(facts, component.id) and not passes_files_on(facts, component)
    return stores or keeps_uploads(facts, component) or keeps_alone(facts, component)


def _is_seldom_written(facts: Topology, component: Component) -> bool:
    """Return True for what all declare that they only read, such as accounts, and for a tool beside the flows, as builds have.

    The objective is that of what the flows write.
    """
    if facts.flows_writing[component.id]:
        return False
    if facts.kind(component.id).role == "application":
        return True
    calls = [call for call in facts.incoming[component.id] if facts.kind(call.source).id != "backup"]
    calls = [call for call in calls if not facts.kind(call.source).observes]
    return bool(calls) and all(call.access == "read" for call in calls)


def _lost(facts: Topology, component: Component, objective: float) -> Hit | None:
    modes = _modes(facts, component)
    hit = _lost_with_primary(facts, component, objective, modes) or _lost_with_place(facts, component, objective)
    return hit or _lost_by_mistake(facts, component, objective, apart=bool(modes))


def _lost_at_provider(facts: Topology, component: Component, objective: float) -> Hit | None:
    """Return the hit for a managed database whose declared backups are too rare, unless its provider may always keep its log."""
    if not _is_logged_on_request(component) and service_name(component) not in _ENGINES:
        return None
    return _lost_by_mistake(facts, component, objective, apart=True)


_LOG_ON_REQUEST = ("cloud-sql",)
"""Managed databases that are backed up every day and recover a point in time only if that is switched on."""

_ENGINES = ("postgresql", "mysql", "mariadb", "mssql", "mongodb", "oracle")
"""Databases of which many are providers, which differ; a provider's own name tells what it keeps, which is mostly the log."""


def _is_logged_on_request(component: Component) -> bool:
    return product_of(service_name(component)).copied_on_request or service_name(component) in _LOG_ON_REQUEST


def _lost_with_primary(facts: Topology, component: Component, objective: float, modes: set[str | None]) -> Hit | None:
    """Return the hit for a store whose replicas, all of them, may lack more of its last writes than may be lost."""
    if modes != {"asynchronous"}:
        return None
    if objective < _NOTHING:
        return _hit(
            component,
            f"{component.title} loses its last writes with the primary: it confirms a write before any replica has it "
            f"(asynchronous), and the objective is to lose nothing",
            (),
            _later_only(component) or (_SYNCHRONOUS if _spares_one(component) else _ONE_STANDBY),
        )
    lags = [replication.lag for replication in replications_of(facts, component)]
    declared = [lag for lag in lags if lag is not None]
    if len(declared) < len(lags) or min(declared) <= objective:
        return None
    lag = spell_duration(min(declared))
    return _hit(
        component,
        f"{component.title} may lose up to {lag} of writes with the primary: its replicas may lag by as much "
        f"(asynchronous); the objective is {spell_duration(objective)}",
        (),
        _BOUNDED if product_of(component.product).copies_later else _BOUNDED_OR_SYNCHRONOUS,
    )


def _lost_with_place(facts: Topology, component: Component, objective: float) -> Hit | None:
    """Return the hit for a store whose copies alone survive the loss of a zone, and lag by more than may be lost."""
    declared = ((each, each.replication) for each in facts.architecture.components)
    copies = {copy: how.lag for copy, how in declared if how is not None and how.copy_of == component.id}
    for zone in facts.zones:
        left = [copy for copy in copies if not _is_in(facts, copy, zone)]
        behind = [lag for copy in left if (lag := copies[copy]) is not None and lag > objective]
        if left and len(behind) == len(left) and _is_in(facts, component, zone):
            names = listed([copy.title for copy in left])
            return _hit(
                component,
                f"Losing {zone} leaves {names} alone of {component.title}, which may lag by {spell_duration(min(behind))}; the "
                f"objective is {spell_duration(objective)}",
                (),
                "Bound the lag by the objective, confirm a write once a copy elsewhere has it, or declare how much may be lost "
                "(`recovery_point`).",
            )
    return None


def _is_in(facts: Topology, component: Component, zone: str) -> bool:
    return all(zone in facts.index.shared_zones(replica) for replica in component.replicas)


def _lost_by_mistake(facts: Topology, component: Component, objective: float, apart: bool) -> Hit | None:
    """Return the hit for a store whose backups, all of them, are too rare: for its one copy, or for what replicas repeat."""
    backups = facts.backups.get(component.id, ())
    ages = [copied_every(backup) for backup in backups]
    declared = [age for age in ages if age is not None]
    # no copies meet an objective of losing nothing, and a log that is shipped at once comes near to it
    shipped = apart and objective < _NOTHING and not all(product_of(backup.product).copies_files for backup in backups)
    enough = _AT_ONCE if shipped else objective
    if not declared or len(declared) < len(ages) or min(declared) <= enough or is_copied_with_others(facts, component):
        return None
    # the rare ones beside them, as on tapes, are for other mistakes
    backups = tuple(backup for backup, age in zip(backups, ages, strict=True) if age == min(declared))
    names, age, least = listed([backup.title for backup in backups]), *map(spell_duration, (min(declared), objective))
    often, verb = spell_interval(min(declared)), "copies" if len(backups) == 1 else "copy"
    streams = [(stream, kept_for(stream)) for stream in streams_before(facts, component)]
    if streams and all(kept is None or kept >= min(declared) for _, kept in streams):
        # what came since the last copy can be written again from there
        unsure = [stream.title for stream, kept in streams if kept is None]
        return _unsure(component, listed(unsure), age, least, backups) if unsure else None
    if component.managed and not _is_logged_on_request(component):
        return _hit(
            component,
            f"{names} {verb} {component.title} {often}, and the model doesn't declare if its "
            f"provider keeps the log between two copies (point-in-time recovery): without that, up to {age} of writes are lost with "
            f"it; the objective is {least}",
            backups,
            _POINTS_OF_PROVIDER if all(backup.managed for backup in backups) else _COPIES_OF_PROVIDER,
            "archived",
        )
    if component.kind == "database" and all(may_archive_log(backup) for backup in backups):
        tools = listed(list(dict.fromkeys(backup.product or "" for backup in backups)))
        return _hit(
            component,
            f"{names} {verb} {component.title} {often}, and the model doesn't declare how often its "
            f"log is archived between two copies, as {tools} can: without that, up to {age} of writes are lost with it; the "
            f"objective is {least}",
            backups,
            "Declare in `every` how often the log is archived (PostgreSQL: at most `archive_timeout`), not how often all of it is copied; "
            "or, if it isn't, `why: no archive of the log`.",
            "archived",
        )
    if apart:
        logged = component.kind == "database"
        # a snapshot of etcd or Redis holds all of it
        copied = _COPIED_FILES if component.kind in FILE_STORES else _COPIED_WHOLE
        cause, fix = _PROVIDED if component.managed else _REPEATED if logged else copied
        undone = _undone(facts, component)
        mistake = "A mistaken" if undone is None else f"Unless {undone[0]}, a mistaken"
        message = (
            f"{mistake} {mistake_in(component)} in {component.title} costs up to {age} of writes{cause}{names} "
            f"{verb} it {often}; the objective is {least}"
        )
        case = "mistake" if undone is None or component.managed else "kept"
        return _hit(component, message, backups, fix if undone is None else undone[1], case)
    if keeps_uploads(facts, component):
        message = (
            f"The uploads of {component.title} are on its one server and backed up by {names} {often}, so losing it costs up to {age} "
            f"of them; the objective is {least}"
        )
        return _hit(
            component, message, backups, "Copy them more often, or keep them in object storage (`uploads: shared`)."
        )
    message = (
        f"{component.title} has one copy and is backed up by {names} {often}, so losing that copy costs up to {age} of writes; the "
        f"objective is {least}"
    )
    log = "ship its log, " if component.kind == "database" else ""
    return _hit(component, message, backups, f"Back it up more often, {log}or run a replica on another host.")


def _unsure(component: Component, streams: str, age: str, least: str, backups: tuple[Component, ...]) -> Hit:
    """Return the hit for a store that streams fill of which nobody says for how long they keep a message."""
    message = (
        f"Up to {age} of writes to {component.title} are younger than its last copy, and the model doesn't declare if {streams} keeps "
        f"them as long, to write them again; the objective is {least}"
    )
    fix = f"Add `keeps` to {streams}: for how long it keeps a message that can be taken again. Else copy {component.title} more often."
    return _hit(component, message, backups, fix, "archived")


def _undone(facts: Topology, component: Component) -> tuple[str, str] | None:
    """Return what undoes a mistake without a backup if it is so, and the fix that asks for it; None where nothing does.

    A database keeps the log on its disks that its primary sends to others. What all replicas write to may be kept in step by other
    means, as by Galera, without such a log.
    """
    product = product_of(component.product)
    if component.managed:
        return "point-in-time recovery is on", _PROVIDED[1]
    if product.replays and any(not replication.all_write for replication in replications_of(facts, component)):
        return f"its {product.replays} reaches back to the last copy", _KEPT
    if product.undeletes:
        return f"its {product.undeletes} is on", _UNDELETED.format(setting=product.undeletes)
    return None


_POINTS_OF_PROVIDER = (
    "Declare in `every` how far apart the points are to which it recovers (often `5m`), not how often all of it "
    "is copied."
)
_COPIES_OF_PROVIDER = (
    "If it does, declare the provider's copies as a backup of their own, with how far apart the points are to which it recovers "
    "(`managed: true`, often `every: 5m`)."
)
_REPEATED = (
    ": its replicas repeat it, and ",
    "Ship its log as well (point-in-time recovery), and declare how often in `every`, or accept the rest (`accept`).",
)
_KEPT = (
    "Ship that log away from the database as well, since on its disks it undoes a mistake and is lost with them, and declare how often "
    "in `every`; or accept the rest (`accept`)."
)
_UNDELETED = "Switch its {setting} on, or copy it more often; or accept the rest (`accept`)."
_COPIED_WHOLE = (_REPEATED[0], "Copy it more often, or accept the rest (`accept`).")
_COPIED_FILES = _REPEATED[0], _COPIED_WHOLE[1].replace(",", ", in snapshots that take only what changed,", 1)
_PROVIDED = (
    ": ",
    "Switch point-in-time recovery on, and declare how far apart its copies are in `every`, or accept the rest (`accept`).",
)
"""The reasons for which a mistake costs what was written since the last backup, with their fixes."""
_SYNCHRONOUS = (
    "Confirm a write once any of the standbys has it (`mode: synchronous`; PostgreSQL: `ANY 1 (…)`), or declare how much may "
    "be lost (`recovery_point`)."
)
_ONE_STANDBY = (
    "Add a second standby, and confirm a write once either has it (`mode: synchronous`): with one, its loss stops every "
    "write. Or declare how much may be lost (`recovery_point`)."
)


_BOUNDED = "Bound the lag by the objective (`lag`), or declare how much may be lost (`recovery_point`)."
_BOUNDED_OR_SYNCHRONOUS = (
    "Bound the lag by the objective (`lag`), confirm a write once a standby has it, or declare how much may be lost "
    "(`recovery_point`)."
)


def _later_only(component: Component) -> str | None:
    """Return the fix for a product without a synchronous mode."""
    if not product_of(component.product).copies_later:
        return None
    return f"Declare how much may be lost (`recovery_point`): {component.product} has no mode in which every write waits for a replica."


def _spares_one(component: Component) -> bool:
    """Return True if a standby can be lost and another one still has each write."""
    return len(component.replicas) > 2


def _modes(facts: Topology, component: Component) -> set[str | None]:
    """Return the replication modes of the replicas on other hosts and of the copies; empty without any."""
    modes: set[str | None] = {replication.mode for replication in replications_of(facts, component)}
    return {None, *modes} if has_others_apart(facts, component) and component.replication is None else modes


def _hit(component: Component, message: str, backups: tuple[Component, ...], fix: str, case: str | None = None) -> Hit:
    return Hit(
        subject=Subject("component", component.id),
        message=message,
        related=tuple((Subject("component", backup.id), "copies too rarely") for backup in backups),
        fix=fix,
        case=case,
    )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Back up as often as the objective asks, or replicate synchronously where a replica can be lost."""
    seconds = context.topology.architecture.objectives.recovery_point or 0.0
    if hit.case not in (None, "read"):
        # a copy of everything that often is seldom meant: the log is shipped between two of them
        return ()
    component = context.topology.components[hit.subject.id]
    if hit.related:
        backups = [context.topology.components[subject.id] for subject, _ in hit.related]
        bound = any(tells_schedule(backup.why) or tells_of_images(backup.why) for backup in backups)
        frequent = not bound and all(least_interval(component, backup.product) <= seconds for backup in backups)
        return tuple(Put(("components", backup.id, "every"), write_duration(seconds)) for backup in backups if frequent)
    replication = component.replication
    declared = replication is not None and replication.mode == "asynchronous" and _spares_one(component)
    # how far replicas may lag is a fact that people measure
    declared = declared and seconds < _NOTHING and not product_of(component.product).copies_later
    return (Put(("components", hit.subject.id, "replication", "mode"), "synchronous"),) if declared else ()


RULE = Rule(
    id="recovery-point-missed",
    code="DAT003",
    title="Recovery point missed",
    severity="error",
    cases=(("mistake", "warning"), ("kept", "info"), ("read", "warning"), ("archived", "info")),
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
        "Assumes that asynchronous replication without a declared `lag` meets every objective of a second or more. "
        "Reports backups of replicated stores, which bring back only what a mistake destroyed, as a warning, as those of an application "
        "that no flow writes to and those of a managed store if its provider keeps a log on request only. Of other managed stores, asks "
        "for the log, as info, where the product names no provider (`postgresql`). "
        "Says of a mistake, as info, what it costs where the primary replicates by a log that it keeps itself (MySQL, MariaDB, Oracle, SQL "
        "Server): with the last copy, that log undoes it while it reaches back far enough. "
        "Directories of accounts and mailboxes of your own count as stores. "
        "Doesn't check stores without a declared `mode` or `every`. Asks for the interval of the log, as info, where a backup archives it "
        "between its copies (pgBackRest, Barman, WAL-G), unless its `why` says how often, or that it doesn't. Skips what programs fill "
        "from a stream alone that keeps its messages until the next copy (`keeps`); where nothing says so, asks, as info, for how long."
    ),
    references=(
        (
            "NIST SP 800-34 Rev. 1, Contingency Planning Guide (recovery point objective)",
            "https://csrc.nist.gov/pubs/sp/800/34/r1/upd1/final",
        ),
    ),
    hidden_by=("missing-backup",),
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
