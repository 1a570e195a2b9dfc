"""Edits of an architecture that make it survive more: another replica, a similar host, automatic failover."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from archgen.model.architecture import Architecture, Cluster, Component, Host, Replica, Replication, Zone
from archgen.model.kinds import KINDS
from archgen.reliability.index import Index


class AddReplica(Struct, frozen=True):
    """Another replica of a component on a host, or without one (None); a host that is new stands in `zones`."""

    component: str
    host: str | None
    zones: tuple[str, ...] = ()


class AddHost(Struct, frozen=True):
    """Another host in `zones`, with a replica of each of the components."""

    host: str
    like: str
    components: tuple[str, ...]
    zones: tuple[str, ...] = ()


class AutomateFailover(Struct, frozen=True):
    """Automatic instead of manual failover of a component's data or address."""

    component: str


class MoveAddress(Struct, frozen=True):
    """An address of a component that moves to another replica when the process fails."""

    component: str


Edit = AddReplica | AddHost | AutomateFailover | MoveAddress


Callers = Callable[[str], Iterable[Component]]
"""The callers of a component, by its id."""


def apply_edit(architecture: Architecture, edit: Edit, callers: Callers | None = None) -> Architecture:
    """Return the architecture with one edit.

    Pass the `callers` of the complete model where the architecture is a part of it, which may lack some of them.
    """
    components = {component.id: component for component in architecture.components}
    callers = callers or Index(architecture).callers
    match edit:
        case AddReplica():
            component = components[edit.component]
            if edit.host is not None:
                hosts = [host for replica in component.replicas for host in replica.hosts]
                architecture = _with_host(architecture, edit.host, edit.zones, hosts[0] if hosts else None)
            return _with_components(architecture, _with_replica(component, edit.host, callers))
        case AddHost():
            architecture = _with_host(architecture, edit.host, edit.zones, edit.like)
            grown = (_with_replica(components[name], edit.host, callers) for name in edit.components)
            return _with_components(architecture, *grown)
        case AutomateFailover():
            return _with_components(architecture, _with_automatic_failover(components[edit.component]))
        case MoveAddress():
            return _with_components(architecture, _with_moving_address(components[edit.component]))
        case _:
            assert_never(edit)


def describe_edit(architecture: Architecture, edit: Edit) -> str:
    """Return the edit in words; a host that the architecture doesn't have is called new, which exposes a typo."""
    match edit:
        case AddReplica(component=component, host=None):
            managed = any(one.id == component and one.managed for one in architecture.components)
            return f"another provider beside that of {component}" if managed else f"one more replica of {component}"
        case AddReplica():
            new = "" if any(host.id == edit.host for host in architecture.hosts) else ", a new host"
            return f"a replica of {edit.component} on {edit.host}{_in_zones(edit.zones)}{new}"
        case AddHost():
            return f"a host {edit.host} like {edit.like}{_in_zones(edit.zones)}, with {', '.join(edit.components)}"
        case AutomateFailover():
            return f"automatic failover of {edit.component}"
        case MoveAddress():
            return f"a moving address of {edit.component}"
        case _:
            assert_never(edit)


def _in_zones(zones: tuple[str, ...]) -> str:
    return f" in {', '.join(zones)}" if zones else ""


def _with_components(architecture: Architecture, *changed: Component) -> Architecture:
    by_id = {component.id: component for component in changed}
    components = tuple(by_id.get(component.id, component) for component in architecture.components)
    return replace(architecture, components=components)


def _with_host(architecture: Architecture, host: str, zones: tuple[str, ...], like: str | None) -> Architecture:
    """Add the host in the network of a similar one, as available, with its owner and guards; new zones as the first."""
    if any(one.id == host for one in architecture.hosts):
        return architecture
    zone_ids = {zone.id for zone in architecture.zones}
    new_zones = tuple(_similar_zone(architecture, zone) for zone in zones if zone not in zone_ids)
    twin = next((one for one in architecture.hosts if one.id == like), Host(host))
    added = Host(host, zones=zones, network=twin.network, owner=twin.owner, availability=twin.availability)
    guards = (one for one in architecture.components if like in one.guards or f"host:{like}" in one.guards)
    architecture = replace(architecture, zones=(*architecture.zones, *new_zones), hosts=(*architecture.hosts, added))
    return _with_components(architecture, *(replace(guard, guards=(*guard.guards, host)) for guard in guards))


def _similar_zone(architecture: Architecture, zone: str) -> Zone:
    """Return a zone beside the one that it is named after (`dc-2` after `dc-1`), and as available."""
    twin = next((one for one in architecture.zones if stem(one.id) == stem(zone)), Zone(zone, "datacenter"))
    return Zone(zone, twin.kind, within=twin.within, availability=twin.availability)


def stem(name: str) -> str:
    """Return a name without its number: `lb` for `lb-1`."""
    return name.rstrip("0123456789").rstrip("-_.")


def next_name(name: str, taken: Collection[str]) -> str:
    """Return the next free name of the same stem: `lb-2` after `lb-1` and after `lb`, `web2` after `web1`."""
    rest = name[len(stem(name)) :]
    between = rest.rstrip("0123456789") if rest[-1:].isdigit() else "-"
    return _next_number(stem(name) + between, 2, taken)


def _next_number(prefix: str, number: int, taken: Collection[str]) -> str:
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"


def _with_replica(component: Component, host: str | None, callers: Callers) -> Component:
    """Return the component with another replica; a second one gets what lets it stand in for the first."""
    taken = {replica.id for replica in component.replicas}
    if host is None:
        added = Replica(_next_number(f"{component.id}#", len(taken) + 1, taken), component.id)
    else:
        place = f"{component.id}@{host}"
        added = Replica(_next_number(f"{place}#", 2, taken) if place in taken else place, component.id, (host,))
    grown = replace(component, replicas=(*component.replicas, added))
    if len(taken) > 1:
        return grown
    if KINDS[component.kind].stores and component.replication is None and len(taken) == 1 and host is not None:
        return replace(grown, replication=Replication(primary=(component.replicas[0].id,), failover="manual"))
    return _with_moving_address(grown) if needs_moving_address(component, callers) else grown


def needs_moving_address(component: Component, callers: Callers) -> bool:
    """Return True if a second replica is of no use unless something moves the traffic to it, and nothing does yet."""
    if component.cluster is not None or component.managed:
        return False
    kind = KINDS[component.kind]
    return kind.role == "balancer" or (kind.serves and _is_called_by_visitors(component.id, callers))


def _is_called_by_visitors(component: str, callers: Callers) -> bool:
    """Return True if clients call a component, directly or through firewalls."""
    queue = [component]
    seen = {component}
    for callee in queue:
        for caller in callers(callee):
            if caller.kind == "client":
                return True
            if caller.kind in ("firewall", "router") and caller.id not in seen:
                seen.add(caller.id)
                queue.append(caller.id)
    return False


def _with_moving_address(component: Component) -> Component:
    cluster = component.cluster or Cluster()
    moving = replace(cluster, mode="active-passive", failover="automatic", by="vrrp", watches="process")
    return replace(component, cluster=moving)


def _with_automatic_failover(component: Component) -> Component:
    cluster, replication = component.cluster, component.replication
    if cluster is not None and cluster.failover == "manual":
        component = replace(component, cluster=replace(cluster, failover="automatic"))
    if replication is not None and replication.primary and replication.failover != "automatic":
        component = replace(component, replication=replace(replication, failover="automatic"))
    return component


def needs_manual_failover(component: Component) -> bool:
    """Return True if a component's failover is manual, or nothing triggers it."""
    cluster, replication = component.cluster, component.replication
    if cluster is not None and cluster.failover == "manual":
        return True
    return replication is not None and bool(replication.primary) and replication.failover != "automatic"
