"""A backup is in the same place as its data, and is lost with it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from archgen.analysis.backups import copy_holders, shared_place
from archgen.analysis.topology import Topology
from archgen.edits.changes import MoveReplica
from archgen.edits.encryption import encrypt
from archgen.edits.patch import patch_of
from archgen.edits.remedy import free_name
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change
from archgen.model.products import product_of, zone_of
from archgen.model.subject import Subject
from archgen.model.wording import MOST_NAMED, first_few, in_zone, listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each backup that shares a place with components, whose every backup does."""
    facts = context.topology
    beside: dict[str, dict[str, Subject]] = {}
    for source, backups in facts.backups.items():
        component = facts.components[source]
        shared = {
            backup.id: place for backup in backups if (place := shared_place(facts, component, backup)) is not None
        }
        if len(shared) == len(backups) and not any(_is_copied_on(facts, component, backup) for backup in backups):
            for backup, place in shared.items():
                beside.setdefault(backup, {})[source] = place
    for backup, places in beside.items():
        hits = [
            _hit(facts, facts.components[source], facts.components[backup], place) for source, place in places.items()
        ]
        # the gravest speaks for all
        gravest = min(hits, key=lambda hit: hit.case is not None)
        first = gravest.related[0][0].id
        yield _with_others(facts, gravest, {source: place for source, place in places.items() if source != first})
    for backup, sources in _in_one_region(facts).items():
        yield _of_region(facts, facts.components[backup], sources)


def _in_one_region(facts: Topology) -> dict[str, dict[str, str]]:
    """Return, by backup, the stores of which a provider keeps every copy in the region that holds all of them, with the region."""
    together: dict[str, dict[str, str]] = {}
    for source, backups in facts.backups.items():
        component = facts.components[source]
        if component.kind == "backup":
            continue
        regions = {backup.id: _region_of_all(facts, component, backup) for backup in backups}
        further = any(
            _region_of_all(facts, component, each) is None
            for backup in backups
            for name in (backup.id, *(keeper.id for keeper in copy_holders(facts, backup)))
            for each in facts.backups.get(name, ())
        )
        for name, region in regions.items():
            if None not in regions.values() and not further:
                together.setdefault(name, {})[source] = region or ""
    return together


def _region_of_all(facts: Topology, source: Component, backup: Component) -> str | None:
    """Return the region that is declared for a provider's storage of copies, if all of the source is there too."""
    zone, *others = (zone_of(keeper) for keeper in copy_holders(facts, backup))
    if zone is None or facts.zones[zone].kind != "region" or any(other != zone for other in others):
        return None
    return zone if all(zone in facts.index.shared_zones(replica) for replica in source.replicas) else None


def _of_region(facts: Topology, backup: Component, sources: dict[str, str]) -> Hit:
    region = next(iter(sources.values()))
    names = [facts.components[source].title for source in sources]
    return Hit(
        subject=Subject("component", backup.id),
        message=(
            f"{backup.title} keeps its copies of {listed(first_few(names, MOST_NAMED))} in the region {region}, with all of "
            f"{'it' if len(names) == 1 else 'them'}: an outage of the region, or a mistake in the account there, takes both"
        ),
        related=(
            *((Subject("component", source), "is its source") for source in sources),
            (Subject("zone", region), "holds both"),
        ),
        flows=facts.flows_through(sources),
        fix="Copy the backups to another region, best to another account, or accept that.",
        case="region",
        confidence="high" if facts.index.zones_like(region) else "medium",
    )


def _is_copied_on(facts: Topology, source: Component, backup: Component) -> bool:
    """Return True if a backup of a backup, or of the storage that holds its copies, has them elsewhere."""
    seen, waiting = {backup.id}, [backup]
    while waiting:
        copied = waiting.pop()
        holding = dict.fromkeys([copied.id, *(keeper.id for keeper in copy_holders(facts, copied))])
        for further in (each for name in holding for each in facts.backups.get(name, ())):
            if shared_place(facts, source, further) is None:
                return True
            if further.id not in seen:
                seen.add(further.id)
                waiting.append(further)
    return False


def _with_others(facts: Topology, hit: Hit, others: dict[str, Subject]) -> Hit:
    """Return the hit with the other components whose copies a backup keeps beside them, or in the same zone."""
    where: dict[str, list[str]] = {}
    for other, place in others.items():
        zone = in_zone(facts.zones[place.id].kind, place.id) if place.kind == "zone" else ""
        where.setdefault(zone, []).append(other)
    message = hit.message
    for zone, names in where.items():
        own, all_of = ("its source", "it") if len(names) == 1 else ("their sources", "them")
        words = f"{zone} with all of {all_of}" if zone else f"beside {own}, too"
        message += f"; the copies of {listed([facts.components[name].title for name in names])} are {words}"
    return replace(
        hit,
        message=message,
        related=(*hit.related, *((Subject("component", other), "is its source, too") for other in others)),
        flows=facts.flows_through([hit.related[0][0].id, *others]),
    )


def _hit(facts: Topology, source: Component, backup: Component, place: Subject) -> Hit:
    holding = copy_holders(facts, backup)
    case = "zone" if place.kind == "zone" else None
    held = "" if backup in holding else f"in {listed([keeper.title for keeper in holding])}, "
    if place.kind == "host":
        hosts = dict.fromkeys(host for keeper in holding for host in facts.hosts_of(keeper.id))
        machines = {facts.index.machine(host) for host in hosts}
        lost = [
            replica.id
            for replica in source.replicas
            if not machines.isdisjoint(map(facts.index.machine, replica.hosts))
        ]
        below = "" if place.id in hosts else f", which runs on {place.id}"
        if_there = _if_it_runs_there(facts, source, lost, machines)
        message = f"{backup.title} keeps its copies of {source.title} {held}on {listed([*hosts])}{below}, beside {listed(lost)}{if_there}"
        if if_there:
            case = "floating"
        left = _complete_elsewhere(source, lost)
        if left:
            case = "copy"
            message += f": losing {listed([*hosts])} leaves {listed(left)} without a backup"
    elif place.kind == "component":
        disk = facts.components[place.id]
        on = (
            f"in {disk.title}"
            if disk in holding
            else f"{held}on {listed(facts.hosts_of(holding[0].id))}, beside {disk.title}"
        )
        message = f"{backup.title} keeps its copies of {source.title} {on}, which has the data of {source.title}: they are lost together"
    else:
        where = in_zone(facts.zones[place.id].kind, place.id)
        message = (
            f"{backup.title} keeps its copies of {source.title} {held}{where}, with all of "
            f"{source.title}: they are lost together"
        )
    return Hit(
        subject=Subject("component", backup.id),
        message=message,
        related=((Subject("component", source.id), "is its source"), (place, "holds both")),
        flows=facts.flows_of[source.id],
        case=case,
    )


def _if_it_runs_there(facts: Topology, source: Component, lost: list[str], machines: set[str]) -> str:
    """Return the condition under which replicas that float are beside the copies; empty if one of them always is."""
    elsewhere = [not machines.issuperset(map(facts.index.machine, replica.hosts)) for replica in source.replicas]
    if not all(elsewhere):
        return ""
    there = dict.fromkeys(
        host for replica in source.replicas for host in replica.hosts if facts.index.machine(host) in machines
    )
    return f" if {'it runs' if len(lost) == 1 else 'they run'} on {listed([*there], 'or')}"


def _complete_elsewhere(source: Component, lost: list[str]) -> list[str]:
    """Return the replicas with all of the data that survive the loss of a host that takes the backup."""
    replication = source.replication
    left = [replica.id for replica in source.replicas if replica.id not in lost]
    if source.quorum is not None or product_of(source.product).agrees:
        return left if len(left) > 1 else []
    if replication is None:
        return []
    if replication.all_write or replication.mode == "synchronous":
        return left
    return [name for name in left if name in replication.primary]


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Give the backup a host of its own, if it holds the copies itself and shares a host with the data.

    A restore that was tested was one from where the copies are now, so only people can move those. Where one of several replicas
    that float runs is for the platform to say.
    """
    facts = context.topology
    backup = facts.components[hit.subject.id]
    if hit.case in ("zone", "region") or backup.restore_tested is not None or backup not in copy_holders(facts, backup):
        return ()
    if len(backup.replicas) > 1 and backup.replicas[0].floating:
        return ()
    moved = MoveReplica(backup.id, backup.replicas[0].id, free_name("backup-host", facts), _apart(facts, backup))
    # what it reads crosses the network from there
    reading = [
        call for call in (*facts.outgoing[backup.id], *facts.incoming[backup.id]) if facts.crosses(call) is False
    ]
    return (*patch_of(facts, moved), *encrypt(facts, reading))


def _apart(facts: Topology, backup: Component) -> tuple[str, ...]:
    """Return a declared zone without the data, of the kind of those that hold it, best in no place around them, nor around the primary.

    Where there is none, it is one without the primary, else the zones of the backup's host.
    """
    hosts = [host for source in backup.backs_up for host in facts.hosts_of(source)]
    leading = {host for source in backup.backs_up for host in facts.hosts_of(source)[:1]}
    kinds = {facts.zones[zone].kind for host in hosts for zone in facts.hosts[host].zones}

    def shared(zone: str) -> tuple[int, ...]:
        places = {zone, *facts.index.zones_outside(zone)}
        return tuple(
            sum(len(places.intersection(facts.index.zones_around(host))) for host in some) for some in (leading, hosts)
        )

    own = facts.hosts[facts.hosts_of(backup.id)[0]].zones
    zones = [zone.id for zone in facts.architecture.zones if zone.kind in kinds]
    best = min(zones, key=shared, default=None)
    return own if best is None or all(shared(zone) <= shared(best) for zone in own) else (best,)


RULE = Rule(
    id="colocated-backup",
    code="DAT002",
    title="Backup beside its source",
    severity="error",
    cases=(("zone", "warning"), ("copy", "warning"), ("floating", "warning"), ("region", "info")),
    category="data",
    summary="The backup shares a host, a zone or the storage with its source.",
    why=(
        "A backup is for the day the host is gone: its disks broken, its owner locked out, its files encrypted by an "
        "attacker. Copies on the same host are gone with it, and copies in the same room with the room."
    ),
    fix="Keep the copies on another host, in another datacenter, and with other credentials.",
    limits=(
        "Assumes that the copies are in the storage that the backup calls, which may be a component of kind `other`, such as a tape "
        "library, that only backups call; and beside the backup if it calls none. "
        "Doesn't report data that another backup, or one of the backup, keeps elsewhere, or that a managed backup keeps, nor components "
        "of which neither hosts nor a zone are declared. Data on a volume, or on a disk of another machine, is there. Counts racks, "
        "power, datacenters and availability zones. A common region is information, and only of a provider's backup or storage that "
        "declares it as its zone; a common provider doesn't count."
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
  mysql: {kind: database, runs_on: db-1}  # finding: missing-backup
  copies: {kind: backup, runs_on: db-1, backs_up: [mysql]}  # finding: colocated-backup
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
