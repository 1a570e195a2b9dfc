"""Hosts that an edit adds, each like another one with its network, owner, guards and agents; and what comes along to a host."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from msgspec.structs import replace

from archgen.edits.names import next_name, same_series
from archgen.edits.promotion import asking_callers
from archgen.edits.replicas import with_components, with_replica
from archgen.model.architecture import Architecture, Component, Host, Replica, Zone
from archgen.model.kinds import AGENTS
from archgen.reliability.index import Index
from archgen.reliability.locality import SAME_HOST


def with_host(
    architecture: Architecture,
    host: str,
    zones: tuple[str, ...],
    beside: Sequence[str],
    named: tuple[str, ...] = (),
    *,
    is_machine: bool = False,
) -> Architecture:
    """Add the host in the network of the first of others, as available, with its owner and guards; new zones as the first.

    A virtual machine stands on another machine than the others, unless the host is to be a machine.
    """
    if any(existing.id == host for existing in architecture.hosts):
        return architecture
    like = beside[0] if beside else None
    added_zones = new_zones(architecture, zones)
    twin = next((existing for existing in architecture.hosts if existing.id == like), Host(host))
    below, machine = (None, ()) if is_machine else _machine_below(architecture, (host, *named), twin, beside)
    added = Host(
        host, zones=zones, network=twin.network, owner=twin.owner, availability=twin.availability, runs_on=below
    )
    hosts = (*architecture.hosts, *machine, added)
    architecture = replace(architecture, zones=(*architecture.zones, *added_zones), hosts=hosts)
    return with_guards(architecture, host, like) if like is not None else architecture


def name_like(index: Index, like: str, zones: tuple[str, ...], taken: Collection[str]) -> str:
    """Return the next free name after a host; in other zones after the last host there that carries some of the same for its network."""
    standing = index.standing_on.get(like, frozenset()) - index.agents - index.promoting
    on = {each for each in standing if index.components[each].kind not in AGENTS}

    def is_twin(host: Host) -> bool:
        return (host.zones, host.network) == (zones, index.hosts[like].network) and not on.isdisjoint(
            index.standing_on.get(host.id, ())
        )

    twins = [host.id for host in index.hosts.values() if is_twin(host)] if zones != index.hosts[like].zones else []
    return next_name(twins[-1] if twins else like, taken)


def with_guards(architecture: Architecture, host: str, like: str) -> Architecture:
    """Return the architecture with a new host behind the firewalls that guard a similar one by its name."""
    guards = (each for each in architecture.components if like in each.guards or f"host:{like}" in each.guards)
    return with_components(architecture, *(replace(guard, guards=(*guard.guards, host)) for guard in guards))


def _machine_below(
    architecture: Architecture, named: Iterable[str], twin: Host, beside: Iterable[str]
) -> tuple[str | None, tuple[Host, ...]]:
    """Return the machine under a virtual host like another, none of the `named`, below none beside it; a new one is a host more.

    One in other zones than those comes first, then one in other zones than the first of them.
    """
    if twin.runs_on is None:
        return None, ()
    hosts = {host.id: host for host in architecture.hosts}
    index = Index(architecture)
    there = [name for name in beside if name in hosts]
    taken = {below for name in there for below in index.hosts_below(name)}
    machines = {host.runs_on for host in architecture.hosts if host.runs_on is not None}
    free = [host.id for host in architecture.hosts if host.id in machines - taken]
    if free:
        around = {zone for name in there for zone in index.zones_around(name)}
        first = set(index.zones_around(there[0])) if there else set()

        def shared(machine: str) -> tuple[int, int]:
            zones = set(index.zones_around(machine))
            return len(zones & around), len(zones & first)

        return min(free, key=shared), ()
    like = hosts[twin.runs_on]
    new = machine_like(like, next_name(like.id, architecture.element_names.union(named)))
    return new.id, (new,)


def machine_like(machine: Host, name: str) -> Host:
    """Return another machine for virtual ones."""
    return replace(machine, id=name, name=None, address=None, why=None, links=())


def new_zones(architecture: Architecture, zones: Iterable[str]) -> tuple[Zone, ...]:
    """Return those zones that aren't declared, each like the first of its name."""
    declared = {zone.id for zone in architecture.zones}
    return tuple(_similar_zone(architecture, zone) for zone in zones if zone not in declared)


def _similar_zone(architecture: Architecture, zone: str) -> Zone:
    """Return a zone beside the last one before it in its series (`dc-3` after `dc-2`), and as available.

    A site of no series lies in the region that holds all hosts, if one does: who has two sites there looks for a third one there.
    """
    series = [existing for existing in architecture.zones if same_series(existing.id, zone)]
    before = [existing for existing in series if (len(existing.id), existing.id) < (len(zone), zone)]
    twin = max(before, key=lambda existing: (len(existing.id), existing.id), default=None)
    twin = twin or next(iter(series), Zone(zone, "datacenter", within=_region_of_all(architecture)))
    return Zone(zone, twin.kind, within=twin.within, availability=twin.availability)


def _region_of_all(architecture: Architecture) -> str | None:
    """Return the region in which every datacenter is declared and every host lies; None without one."""
    regions = {zone.id for zone in architecture.zones if zone.kind == "region"}
    outer = {zone.within for zone in architecture.zones if zone.kind == "datacenter"}
    index = Index(architecture)
    if (
        len(outer) != 1
        or not outer <= regions
        or any(outer.isdisjoint(index.zones_around(host)) for host in index.hosts)
    ):
        return None
    return next(iter(outer))


def with_agents(architecture: Architecture, host: str, like: str) -> Architecture:
    """Return the architecture with those agents on a new host that a similar one has."""
    agents = (each for each in architecture.components if each.kind in AGENTS and has_replica_on(each, like))
    missing = (agent for agent in agents if not has_replica_on(agent, host))
    return with_components(architecture, *(with_replica(agent, host, lambda _: ()) for agent in missing))


def has_replica_on(component: Component, host: str) -> bool:
    """Return True if a replica of a component runs on a host, and floats over no others."""
    return any(replica.hosts == (host,) for replica in component.replicas)


def with_moved_replica(
    architecture: Architecture, component: Component, old: str, host: str, zones: tuple[str, ...]
) -> Architecture:
    """Return the architecture with a replica elsewhere; on a host that isn't there, with agents as that which it leaves."""
    left = next(replica.hosts[0] for replica in component.replicas if replica.id == old)
    is_new = all(each.id != host for each in architecture.hosts)
    name = f"{component.id}@{host}"
    moved = Replica(name, component.id, (host,))
    replicas = tuple(moved if replica.id == old else replica for replica in component.replicas)
    if is_new:
        architecture = with_host(architecture, host, zones, [left], is_machine=True)
    cluster, replication = component.cluster, component.replication
    if cluster is not None:
        cluster = replace(cluster, active=_renamed(cluster.active, old, name))
    if replication is not None:
        replication = replace(replication, primary=_renamed(replication.primary, old, name))
    component = replace(component, replicas=replicas, cluster=cluster, replication=replication)
    architecture = with_components(architecture, component)
    return with_agents(architecture, host, left) if is_new else architecture


def _renamed(replicas: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    """Return the ids of replicas where one of them has moved, which is named by its host."""
    return tuple(new if each == old else each for each in replicas)


def with_bound(
    index: Index, components: tuple[str, ...], like: str, host: str, is_lone: Callable[[str], bool]
) -> tuple[str, ...]:
    """Return components with all that they call on a host, or that calls them there alone, and that isn't on another yet.

    Of what is `is_lone` a second replica would do harm, and no caller comes along that is.
    """
    together = list(components)
    for name in together:
        near = [*_called_there(index, name), *(each for each in _calling_there(index, name) if not is_lone(each))]
        together += [
            each
            for each in dict.fromkeys(near)
            if each not in together
            and has_replica_on(index.components[each], like)
            and not has_replica_on(index.components[each], host)
        ]
    return tuple(together)


def _called_there(index: Index, name: str) -> Iterator[str]:
    return (target for target in index.callees(name) if _is_bound(index, name, target))


def _calling_there(index: Index, name: str) -> Iterator[str]:
    """Yield the callers that stand on each host of a component and reach no other one; not those that copy or watch it."""
    component = index.components[name]
    for caller in asking_callers(index, component):
        if not _is_bound(index, caller.id, name) or any(replica.floating for replica in caller.replicas):
            continue
        if all(has_replica_on(caller, host) for replica in component.replicas for host in replica.hosts):
            yield caller.id


def _is_bound(index: Index, source: str, target: str) -> bool:
    call = index.connections[source, target]
    return call.required and call.locality == SAME_HOST
