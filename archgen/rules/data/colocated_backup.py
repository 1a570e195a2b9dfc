"""A backup is in the same place as its data, and is lost with it."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.edits.remedy import free_name
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change, Put
from archgen.model.subject import Subject
from archgen.model.wording import listed

_KEEPING = ("object-storage", "file-storage", "backup", "external-service")
"""The kinds of storage to which a backup sends its copies."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each backup, for the first component whose every backup shares its place."""
    facts = context.topology
    reported: set[str] = set()
    for source, backups in facts.backups.items():
        component = facts.components[source]
        shared = {backup.id: place for backup in backups if (place := _shared(facts, component, backup)) is not None}
        if len(shared) == len(backups):
            for backup in backups:
                if backup.id not in reported:
                    reported.add(backup.id)
                    yield _hit(facts, component, backup, shared[backup.id])


def _shared(facts: Topology, source: Component, backup: Component) -> Subject | None:
    """Return the host, or else the innermost zone, that the copies share with the data; None if a copy is elsewhere.

    The copies are in the storage that the backup calls, and on the backup itself if it calls none.
    """
    places = [_shared_with(facts, source, keeper) for keeper in _keepers(facts, backup)]
    return places[0] if None not in places else None


def _keepers(facts: Topology, backup: Component) -> tuple[Component, ...]:
    """Return the components that hold the copies: the storage that a backup calls, or the backup itself."""
    called = dict.fromkeys(target for call in facts.outgoing[backup.id] for target in call.targets)
    stores = [facts.components[name] for name in called if name not in backup.backs_up]
    return tuple(store for store in stores if store.kind in _KEEPING) or (backup,)


def _shared_with(facts: Topology, source: Component, keeper: Component) -> Subject | None:
    own = facts.hosts_of(keeper.id)
    if keeper.managed or not own:
        return None
    if set(own) <= set(facts.hosts_of(source.id)):
        return Subject("host", own[0])
    machines = {facts.index.machine(host) for host in own}
    if machines <= {facts.index.machine(host) for host in facts.hosts_of(source.id)}:
        return Subject("host", facts.index.machine(own[0]))
    around = [facts.index.shared_zones(replica) for replica in (*source.replicas, *keeper.replicas)]
    common = frozenset.intersection(*around)
    inner = [zone for zone in facts.zones if zone in common and not _holds_inner(facts, zone, common)]
    small = [zone for zone in inner if facts.zones[zone].kind in ("rack", "power", "datacenter", "availability-zone")]
    return Subject("zone", small[0]) if small else None


def _holds_inner(facts: Topology, zone: str, common: frozenset[str]) -> bool:
    return any(facts.index.inside(other, zone) for other in common)


def _hit(facts: Topology, source: Component, backup: Component, place: Subject) -> Hit:
    keepers = _keepers(facts, backup)
    case = None if place.kind == "host" else "zone"
    held = "" if backup in keepers else f"in {listed([keeper.title for keeper in keepers])}, "
    if place.kind == "host":
        hosts = dict.fromkeys(host for keeper in keepers for host in facts.hosts_of(keeper.id))
        machines = {facts.index.machine(host) for host in hosts}
        lost = [
            replica.id
            for replica in source.replicas
            if not machines.isdisjoint(map(facts.index.machine, replica.hosts))
        ]
        below = "" if place.id in hosts else f", which runs on {place.id}"
        message = f"{backup.title} keeps its copies of {source.title} {held}on {listed([*hosts])}{below}, beside {listed(lost)}"
        if _has_primary_elsewhere(source, lost):
            case = "copy"
            message += f": losing {listed([*hosts])} leaves the primary without a backup"
    else:
        kind = facts.zones[place.id].kind
        message = (
            f"{backup.title} keeps its copies of {source.title} {held}in the {kind} {place.id}, with all of "
            f"{source.title}: they are lost together"
        )
    return Hit(
        subject=Subject("component", backup.id),
        message=message,
        related=((Subject("component", source.id), "is its source"), (place, "holds both")),
        flows=facts.flows_of[source.id],
        case=case,
    )


def _has_primary_elsewhere(source: Component, lost: list[str]) -> bool:
    """Return True if the replica that takes the writes survives the loss of a host that takes the backup."""
    replication = source.replication
    return replication is not None and bool(replication.primary) and not set(replication.primary) & set(lost)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Give the backup a host of its own, if it holds the copies itself and shares a host with the data."""
    facts = context.topology
    backup = facts.components[hit.subject.id]
    if hit.case == "zone" or backup not in _keepers(facts, backup):
        return ()
    host = free_name("backup-host", facts)
    return (Put(("hosts", host), {}), Put(("components", hit.subject.id, "runs_on"), host))


RULE = Rule(
    id="colocated-backup",
    code="DAT002",
    title="Backup beside its source",
    severity="error",
    cases=(("zone", "warning"), ("copy", "warning")),
    category="data",
    summary="The backup shares a host or a zone with its source.",
    why=(
        "A backup is for the day the host is gone: its disks broken, its owner locked out, its files encrypted by an "
        "attacker. Copies on the same host are gone with it, and copies in the same room with the room."
    ),
    fix="Keep the copies on another host, in another datacenter, and with other credentials.",
    limits=(
        "Assumes that the copies are in the storage that the backup calls, and beside the backup if it calls none. "
        "Doesn't report data that another backup keeps elsewhere or that a managed backup keeps, nor components "
        "without hosts. Counts racks, power, datacenters and availability zones; a common region or provider doesn't "
        "count."
    ),
    references=(
        (
            "CISA, Data Backup Options (the 3-2-1 rule)",
            "https://www.cisa.gov/sites/default/files/publications/data_backup_options.pdf",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: The copies on the same machine  # finding: unmonitored, maintenance-downtime
hosts:
  db-1: {}  # finding: single-point-of-failure
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  mysql: {kind: database, runs_on: db-1}
  copies: {kind: backup, runs_on: db-1, backs_up: [mysql], restore_tested: 2026-10-01}  # finding: colocated-backup
connections:
  job -> mysql: {protocol: mysql, tls: true}
flows:
  report:
    title: The report
    access: read
    steps:
      - job -> mysql: SELECT
""",
    edits=(
        ("name: The copies on the same machine", "name: The copies on another machine"),
        ("components:", "  store-1: {}\ncomponents:"),
        ("kind: backup, runs_on: db-1", "kind: backup, runs_on: store-1"),
    ),
)
