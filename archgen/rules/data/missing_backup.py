"""A persistent store without a backup, or with one whose restore was never tested."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from archgen.analysis.backups import (
    disks_of,
    fillers,
    holds_files,
    is_copied_with_others,
    is_filled_on_request,
    is_for_exchange,
    keeps_alone,
    keeps_mailboxes,
    keeps_uploads,
    mistake_in,
    passes_files_on,
    takes_files,
    undeclared_backup,
)
from archgen.analysis.programs import (
    copied_from,
    hands_on_messages,
    is_beside_database,
    is_dispensable,
    keeps_sessions_alone,
)
from archgen.analysis.topology import Topology
from archgen.edits.backups import add_backup, backup_for_more, can_be_copied_in_time
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change
from archgen.model.durations import spell_duration
from archgen.model.kinds import FILE_STORES, KINDS
from archgen.model.products import product_of
from archgen.model.reasons import is_fleeting, seals_keys, tells_that_it_comes_again, tells_that_versions_are_off
from archgen.model.subject import Subject
from archgen.model.wording import listed

_DAYS = 365.0
"""The age at which a tested restore no longer counts: versions, sizes and people have changed since."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each store, or server with uploads, without a backup or a recently tested restore."""
    facts = context.topology
    outdated: list[Hit] = []
    for component in facts.architecture.components:
        backups = facts.backups.get(component.id, ())
        below = (backup for disk in disks_of(facts, component.id) for backup in facts.backups.get(disk.id, ()))
        dates = sorted(each.restore_tested for each in (*backups, *below) if each.restore_tested is not None)
        planned = [each for each in dates if each > context.today]
        tested = max(set(dates).difference(planned), default="")
        if component.managed:
            # its provider keeps copies of a database, and the date of a test is the team's own
            if tested and _is_old(context, tested):
                outdated.append(_outdated(facts, component, tested, backups))
            elif not backups and takes_files(facts, component):
                yield from _unversioned(facts, component)
            elif not backups and _is_uncopied(facts, component):
                yield _uncopied(facts, component)
            elif not tested and any(backup.every is not None for backup in backups) and component.kind == "database":
                yield replace(_untested(facts, component, backups, planned), case="unrehearsed", fix=_REHEARSE)
        elif _keeps(facts, component):
            if not backups:
                yield _missing(facts, component)
            elif not tested:
                yield _untested(facts, component, backups, planned)
            elif _is_old(context, tested):
                outdated.append(_outdated(facts, component, tested, backups))
    # one restore of what matters most tests the backup
    grave = {hit.related for hit in outdated if hit.case == "untested"}
    yield from (hit for hit in outdated if hit.case == "untested" or hit.related not in grave)


_REHEARSE = "Restore it once to another instance, and declare the date: `restore_tested: 2026-10-01`."


def _keeps(facts: Topology, component: Component) -> bool:
    if component.replication is not None and component.replication.copy_of is not None:
        return False
    if product_of(component.product).files_alone and component.kind not in FILE_STORES:
        return False
    # an import draws or asks about each call: what has none is for something else, or for nothing
    if facts.architecture.sources and not (facts.incoming[component.id] or facts.outgoing[component.id]):
        return False
    stores = KINDS[component.kind].stores and not passes_files_on(facts, component)
    keeps = stores or keeps_uploads(facts, component) or keeps_alone(facts, component)
    return keeps and component.id not in facts.coordinators and not is_copied_with_others(facts, component)


def _is_uncopied(facts: Topology, component: Component) -> bool:
    """Return True for a provider's store that flows write to, of which it keeps no copy until it is asked to."""
    written = KINDS[component.kind].stores and bool(facts.flows_writing[component.id])
    return (
        written
        and product_of(component.product).copied_on_request
        and not (keeps_sessions_alone(facts, component) or is_fleeting(component))
    )


def _is_old(context: RuleContext, tested: str) -> bool:
    days = context.threshold("missing-backup", "days", _DAYS)
    return date.fromisoformat(context.today) - date.fromisoformat(tested) > timedelta(days)


def _missing(facts: Topology, component: Component) -> Hit:
    case = _case(facts, component)
    repeats = len(component.replicas) > 1 and (
        component.replication is not None or product_of(component.product).agrees
    )
    lag = component.replication.lag if component.replication is not None else None
    soon = "within seconds" if lag is None or lag < 60 else f"within {spell_duration(lag)}"
    beside = f"; its replicas repeat a mistaken {mistake_in(component)} {soon}" if repeats else ""
    what = component.title
    if component.uploads == "local" and not KINDS[component.kind].stores:
        what, beside = f"the uploads that {component.title} keeps on its server", ""
    caller = undeclared_backup(facts, component) if case not in _LESSER else None
    message = f"Nothing backs up {what}{beside}"
    fix = _MAYBE_CACHE if case in _LESSER else _in_time(facts, component)
    if case == "fleeting":
        again = tells_that_it_comes_again(component.why)
        reason = "what it loses comes again" if again else "what it keeps is soon worth nothing"
        message = f"Nothing backs up {what}; by its `why`, {reason}"
        fix = _IF_FLEETING if component.kind not in FILE_STORES else _IF_ANY.format("can't be made again")
    if case == "copied":
        writers, sources = map(listed, copied_from(facts, component))
        message = (
            f"Nothing backs up {what}; what {writers} read from {sources} and put there may be nowhere else by now"
        )
        fix = _IF_ANY.format("is nowhere else")
    if case == "sealed":
        message = f"Nothing declares where the key components of {what} are, and who can load them after its loss"
        fix = _LOAD.format(component.id)
    if case is None and component.kind == "key-value-store" and product_of(component.product).in_memory:
        fix = f"{RULE.fix} {_AGAIN}"
    if caller is not None:
        message = (
            f"{caller.id} calls {what} and names nothing in `backs_up`, so nothing is declared to back it up{beside}"
        )
        fix = f"Add `backs_up: [{component.id}]` to {caller.id} if it copies it, with `every`, `keeps` and `restore_tested`."
    return Hit(
        subject=Subject("component", component.id),
        message=message,
        flows=facts.flows_of[component.id],
        fix=fix,
        case=case,
        # most streams hand on what others keep; whether this one is the only place of it is not declared
        confidence="low"
        if case == "passing"
        else "medium"
        if caller is not None or case in ("index", "exchange", "application", "sessions", "copied", *_LESSER)
        else "high",
    )


_LET_IT = "Let {} back it up too, if it can reach it (`backs_up`){}, and test a restore of it (`restore_tested`)."
_DUMPED = ", from a dump or a snapshot that is made before"


def _in_time(facts: Topology, component: Component) -> str | None:
    """Return the fix for what a backup can copy as well, or no job copies as often as an objective asks; None for the rule's own."""
    if component.kind not in FILE_STORES or can_be_copied_in_time(facts, component):
        backup = backup_for_more(facts, component)
        return None if backup is None else _LET_IT.format(backup.id, "" if holds_files(component) else _DUMPED)
    return (
        "Take snapshots, which copy only what changed, and send each to storage elsewhere: a job that copies all of it seldom ends within "
        f"{spell_duration(facts.architecture.objectives.recovery_point or 0)}. Declare them and a tested restore (`kind: backup` with "
        "`backs_up`, `every`, `keeps` and `restore_tested`)."
    )


def _case(facts: Topology, component: Component) -> str | None:
    """Return the case of a store without a backup: an index that a caller fills on request is where its data is first."""
    if component.kind == "secrets":
        return "sealed" if seals_keys(component) else "secrets"
    if component.kind == "search":
        return None if not _may_be_filled(facts, component) else "passing" if fillers(facts, component) else "index"
    if is_for_exchange(facts, component):
        return "exchange"
    if keeps_sessions_alone(facts, component):
        return "sessions"
    if hands_on_messages(facts, component):
        return "passing"
    if is_fleeting(component):
        return "fleeting"
    if component.kind in FILE_STORES and copied_from(facts, component)[0]:
        return "copied"
    if is_beside_database(facts, component):
        return "beside"
    if is_dispensable(facts, component):
        return "dispensable"
    product = product_of(component.product)
    application = (product.keeps_data or product.file_database) and not keeps_mailboxes(facts, component.id)
    return "application" if application else _LESS.get(component.kind)


_LESSER = ("fleeting", "beside", "dispensable")
"""The cases of keys and values that may all be made again; a backup that calls them may be for something else."""
_IF_ANY = (
    "If any of it {}, back it up, and test a restore (`kind: backup` with `backs_up`, `every`, `keeps` and "
    "`restore_tested`)."
)
_IF_FLEETING = (
    "If all of it may be lost at any time, declare `kind: cache`: a cache needs no backup. If not, back it up, and test a restore "
    "(`kind: backup` with `backs_up`, `every`, `keeps` and `restore_tested`)."
)
_AGAIN = "If all of it comes again by itself, as the last positions of vehicles do, declare `kind: cache`."
_MAYBE_CACHE = (
    "Back it up if jobs or records are nowhere else, and test a restore (`kind: backup` with `backs_up`, `every`, `keeps` and "
    "`restore_tested`). If all of it can be made again, declare `kind: cache`."
)


_LESS = {"stream": "passing"}
"""The cases of what seldom keeps data that is nowhere else; an untested backup of it is no graver than none."""

_LOAD = (
    "Keep the components (smart cards, sealed envelopes) in two places under dual control, rehearse loading them into a spare device, and "
    "declare it: `{{kind: backup, backs_up: [{}], restore_tested: 2026-10-01}}`, with the places in `why`."
)


def _unversioned(facts: Topology, component: Component) -> Iterator[Hit]:
    """Yield a hit for files that nothing is declared to bring back, unless the owner says that they can be made again."""
    if is_fleeting(component):
        return
    days = product_of(component.product).soft_delete
    kept = f", once the {days} days of its soft delete are over" if days else ""
    off = tells_that_versions_are_off(component.why)
    lacking = (
        "older versions of it are off, and no backup is declared"
        if off
        else "no backup and no older versions of it are declared"
    )
    yield Hit(
        subject=Subject("component", component.id),
        message=f"A file that is deleted from {component.title} by mistake may be lost{kept}: {lacking}",
        flows=facts.flows_of[component.id],
        fix=(
            f"Keep older versions or a backup, and declare it: `{{kind: backup, managed: true, backs_up: [{component.id}], keeps: 30d}}`. "
            "If each file can be made again, say so in `why`."
        ),
        case="unversioned" if off and not days else "provided",
        # versions of objects are a setting that models seldom have, unless they declare the backups of other data; a file system has none
        confidence="high" if component.kind == "file-storage" or facts.backups else "medium",
    )


def _uncopied(facts: Topology, component: Component) -> Hit:
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"What is deleted from {component.title} by mistake may be lost: {component.product} keeps no backup until it is switched on, "
            "and none is declared"
        ),
        flows=facts.flows_of[component.id],
        fix=(
            "Switch backups or point-in-time recovery on, and declare it: "
            f"`{{kind: backup, managed: true, backs_up: [{component.id}], keeps: 30d}}`."
        ),
        case="provided",
        confidence="medium",
    )


def _untested(facts: Topology, component: Component, backups: tuple[Component, ...], planned: list[str]) -> Hit:
    when = f": {planned[0]} is in the future" if planned else ""
    return Hit(
        subject=Subject("component", component.id),
        message=f"No tested restore of {component.title} from {listed([each.title for each in backups])} is declared{when}",
        related=tuple((Subject("component", backup.id), "declares no tested restore") for backup in backups),
        flows=facts.flows_of[component.id],
        fix="Restore it once to another host, and declare the date: `restore_tested: 2026-10-01`.",
        case=_untested_case(facts, component),
    )


def _untested_case(facts: Topology, component: Component) -> str:
    """Return the case of a backup whose restore wasn't tested: it is no graver than none."""
    if is_fleeting(component):
        return "fleeting"
    return "index" if _may_be_filled(facts, component) else _LESS.get(component.kind, "untested")


def _may_be_filled(facts: Topology, component: Component) -> bool:
    """Return True for an index that no caller fills on request; an untested backup of it is no graver than none."""
    return component.kind == "search" and not is_filled_on_request(facts, component)


def _outdated(facts: Topology, component: Component, tested: str, backups: tuple[Component, ...]) -> Hit:
    return Hit(
        subject=Subject("component", component.id),
        message=f"No restore of {component.title} has been tested since {tested}",
        related=tuple((Subject("component", backup.id), "declares no later test") for backup in backups),
        flows=facts.flows_of[component.id],
        fix="Restore it to another host again, at least every year, and declare the date in `restore_tested`.",
        case=_untested_case(facts, component),
    )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Add a backup of what is certain to need one; only people can state that a restore works."""
    facts = context.topology
    return add_backup(facts, facts.components[hit.subject.id]) if hit.case in (None, "provided") else ()


RULE = Rule(
    id="missing-backup",
    code="DAT001",
    title="No backup",
    severity="error",
    cases=(
        ("untested", "warning"),
        ("passing", "info"),
        ("secrets", "warning"),
        ("sealed", "info"),
        ("index", "info"),
        ("exchange", "info"),
        ("sessions", "info"),
        ("fleeting", "info"),
        ("copied", "info"),
        ("beside", "warning"),
        ("dispensable", "warning"),
        ("application", "warning"),
        ("provided", "info"),
        ("unversioned", "warning"),
        ("unrehearsed", "info"),
    ),
    category="data",
    summary="A persistent store has no backup, or none whose restore was tested within a year.",
    why=(
        "Replicas protect against the loss of a host. They don't protect against a mistaken DELETE, a bad migration "
        "or an attacker, because they repeat it faithfully. Only a copy that is kept apart, and that was restored "
        "once, brings the data back."
    ),
    fix=(
        "Back it up, and declare where, how often, how long, and when a restore was tested (`kind: backup` with "
        "`backs_up`, `every`, `keeps` and `restore_tested`)."
    ),
    limits=(
        "Counts uploads that are declared to be on the one server (`uploads: local`). Managed databases are left to their provider, but "
        "backups of them that declare how often they run (`every`) and no tested restore are reported as info; managed storage that flows "
        "write files to is reported as info (a warning if its `why` says that versioning is off), unless that says that they can be made "
        "again, and so is a database of which the "
        "provider keeps no backup until somebody switches it on (DynamoDB, Bigtable, Firestore). A copy of another component is covered "
        "by that component's backup, and so is a disk or share that only stores with a backup call, such as the LUN of a database; "
        "servers and indexes may have disks there (iSCSI), too. The backup of a disk covers the store that calls it over iSCSI, and a "
        "restore of the disk tests that of a store that has a backup of its own as well. Skips storage that only backups call, and stores "
        "that others only agree by, such as the etcd of an automatic failover: they fill themselves again. Reports streams as info at low "
        "confidence, since most only pass on data that others keep. A search engine counts as the place of its data if a caller fills it "
        "on request and has no other store, as info if a worker does. A directory of accounts (LDAP, Kerberos, Active Directory) is data, "
        "and so are mailboxes (a product that keeps them, replication, IMAP or POP3), and what an application such as a forge or a "
        "registry keeps without a store. Files that are handed to others over SFTP are reported as info, and so is storage that is for "
        "copies by its name (`offsite`, `mirror`), to which programs write what they read before, and a store of which each step says "
        "that it keeps sessions, or that it publishes and subscribes, and keys and values of which the `why` says that they come again or "
        "are worth nothing after an hour or less, or files that can be made again. A store in memory, such as Redis, of an application "
        "with a database is a warning: the records are in the database. So is one that no flow uses, and that workers fill which have "
        "another store to read from, and one of keys and values that every program is declared to work without (`required: false`). Asks, "
        "as info, for the key components of a hardware security module, which no job can copy. Skips a store of an imported model that "
        "has no connection: nothing calls it, or a question is open."
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
  job: {kind: service, runs_on: [db-1, db-2]}
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
