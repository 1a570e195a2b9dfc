"""The edits that can help against the loss of an element, the most natural first."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archgen.analysis.topology import Topology
from archgen.edits.changes import AddHost, AddReplica, AutomateFailover, Edit, needs_manual_failover
from archgen.edits.names import next_name
from archgen.edits.placement import can_be_doubled, find_host
from archgen.edits.promotion import keeps_files, promoter_of
from archgen.edits.second_replicas import may_get_second
from archgen.model.architecture import Component, Quorum
from archgen.model.kinds import KEEPING, KINDS
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.reliability.members import quorum_of


def lone_components(topology: Topology) -> frozenset[str]:
    """Return the components of which a second replica would do harm, or stand in for nothing: only people know what it takes."""
    return frozenset(
        component.id
        for component in topology.architecture.components
        if not may_get_second(topology, component) or (keeps_files(component) and len(component.replicas) == 1)
    )


def against(
    index: Index, target: Subject, used: Collection[str], breaking: Collection[Subject], lone: Collection[str]
) -> Iterator[Edit]:
    """Yield the edits of the used components that can help against the loss of an element, the most natural first.

    `breaking` are elements that nothing new should run on or in, `lone` components that get no second replica.
    """
    affected = [
        component
        for component in index.architecture.components
        if component.id in used and component.id not in lone and _hits(index, component, target)
    ]
    affected = [component for component in affected if component.kind != "client" and can_be_doubled(component)]
    floating = [component for component in affected if any(replica.floating for replica in component.replicas)]
    affected = [component for component in affected if component not in floating]
    yield from (
        AutomateFailover(component.id, promoter_of(index, component))
        for component in affected
        if needs_manual_failover(component) and len(component.replicas) > 1 and not keeps_files(component)
    )
    first: tuple[Edit, ...] = ()
    if target.kind != "replica":
        # what has replicas left elsewhere needs no second machine
        ended = [component for component in affected if _ends(index, component, target)]
        if len(ended) == 1:
            first = tuple(_elsewhere(index, ended[0], target, breaking))
            yield from first
        yield from _machines(index, target, affected, breaking)
    if target.kind == "replica":
        # the model names where they may run; data does not follow a replica there by itself
        yield from (AddReplica(each.id, None) for each in floating if not _keeps(each))
    for component in affected:
        yield from (edit for edit in _elsewhere(index, component, target, breaking) if edit not in first)


def _keeps(component: Component) -> bool:
    """Return True for what keeps data, which doesn't follow a replica that is started elsewhere."""
    return KINDS[component.kind].stores or component.kind in KEEPING


def _ends(index: Index, component: Component, target: Subject) -> bool:
    """Return True if no replica of a component is left when a host or a zone is lost."""
    return all(
        replica.hosts and all(index.takes_down(target, host) for host in replica.hosts)
        for replica in component.replicas
    )


def _hits(index: Index, component: Component, target: Subject) -> bool:
    """Return True if a component has a replica that the loss of an element takes down, alone or with others."""
    if target.kind == "replica":
        return any(replica.id == target.id for replica in component.replicas)
    return any(index.takes_down(target, host) for replica in component.replicas for host in replica.hosts)


def _machines(
    index: Index, target: Subject, affected: list[Component], breaking: Collection[Subject]
) -> Iterator[Edit]:
    """Yield a host similar to each that the element takes down and that carries several components of the flow."""
    carrying: dict[str, dict[str, None]] = {}
    for component in affected:
        for replica in component.replicas:
            for host in replica.hosts:
                here = carrying.setdefault(host, {})
                if len(replica.hosts) == 1 and not _is_odd_majority(component):
                    here[component.id] = None
    for host, here in carrying.items():
        if target.kind != "replica" and not index.takes_down(target, host):
            continue
        carried = list(here)
        files = [
            component.codebase for component in affected if component.id in here and component.codebase is not None
        ]
        if len(carried) > 1:
            carried += [code for code in dict.fromkeys(files) if _runs_on(index.components[code], host)]
            for zones in _zones(index, host, carried, breaking, target):
                yield AddHost(_new_host(index, host), host, tuple(dict.fromkeys(carried)), zones)


def _is_odd_majority(component: Component) -> bool:
    """Return True if one more replica lets no more of them fail: an even number needs a larger majority."""
    quorum = quorum_of(component)
    sides = (quorum.read, quorum.write) if isinstance(quorum, Quorum) else (quorum,)
    return "majority" in sides and len(component.replicas) % 2 == 1 and len(component.replicas) > 1


def _runs_on(component: Component, host: str) -> bool:
    return any(replica.hosts == (host,) for replica in component.replicas)


def _elsewhere(
    index: Index, component: Component, target: Subject, breaking: Collection[Subject]
) -> Iterator[AddReplica]:
    """Yield another replica on a host that it fits on and that is no single point, else on a new one."""
    own = [host for replica in component.replicas for host in replica.hosts]

    def is_taken(host: str) -> bool:
        gone = target.kind != "replica" and index.takes_down(target, host)
        return gone or Subject("host", host) in breaking

    free_host = find_host(index, component, is_taken) if own else None
    if free_host is not None or not own:
        yield AddReplica(component.id, free_host)
        return
    for zones in _zones(index, own[0], (component.id,), breaking, target):
        yield AddReplica(component.id, _new_host(index, own[0]), zones)


def _new_host(index: Index, like: str) -> str:
    return next_name(like, {host.id for host in index.architecture.hosts})


def _zones(
    index: Index, host: str, carried: Collection[str], breaking: Collection[Subject], target: Subject
) -> Iterator[tuple[str, ...]]:
    """Yield the zones of a new host like this one.

    A zone that is, or lies in, a single point of failure is replaced: by a sound declared zone, else by one with none of the
    components. Where there is neither, a new one takes the place of the zone whose loss the host is against, of no other; or
    of the outermost one around it that is a single point, too.
    """
    zones = {zone.id: zone for zone in index.architecture.zones}
    replicas = (replica for component in carried for replica in index.components[component].replicas)
    taken = {zone for replica in replicas for own in replica.hosts for zone in index.zones_around(own)}
    options: list[list[str]] = [[], []]
    for zone in index.hosts[host].zones:
        chain = (zone, *index.zones_outside(zone))
        broken = [outer for outer in chain if Subject("zone", outer) in breaking]
        lost = target.id if target.kind == "zone" and target.id in chain else None
        for option, outer in zip(options, (lost or zone, broken[-1] if broken and lost else zone), strict=True):
            kinds = (zones[zone].kind, zones[outer].kind)
            beside = [other for kind in kinds for other in zones if zones[other].kind == kind]
            beside = [other for other in beside if lost is None or lost not in (other, *index.zones_outside(other))]
            sound = [other for other in beside if not _is_broken(index, other, breaking)]
            declared = next(iter((*sound, *(other for other in beside if other not in taken))), None)
            new = zone if lost is None else next_name(outer, set(zones))
            option.append((declared or new) if broken else zone)
    yield from dict.fromkeys(tuple(dict.fromkeys(option)) for option in options)


def _is_broken(index: Index, zone: str, breaking: Collection[Subject]) -> bool:
    return any(Subject("zone", outer) in breaking for outer in (zone, *index.zones_outside(zone)))
