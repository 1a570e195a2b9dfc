"""Changes to an architecture that make it survive more: another replica, a machine like another, failover by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from archgen.model.architecture import Architecture, Cluster, Component, Host, Replica, Replication, Zone
from archgen.model.kinds import KINDS
from archgen.reliability.index import Index


class AddReplica(Struct, frozen=True):
    """One more replica of a component: on a host, which is made in `zones` if there is none, or anywhere (None)."""

    component: str
    host: str | None
    zones: tuple[str, ...] = ()


class AddHost(Struct, frozen=True):
    """One more host in `zones`, with a replica of each of the components."""

    host: str
    like: str
    components: tuple[str, ...]
    zones: tuple[str, ...] = ()


class Automatic(Struct, frozen=True):
    """Failover by itself of a component's data or address, instead of by hand."""

    component: str


Edit = AddReplica | AddHost | Automatic


Callers = Callable[[str], Iterable[Component]]
"""Who may call a component, by its id."""


def apply(architecture: Architecture, edit: Edit, callers: Callers | None = None) -> Architecture:
    """Return the architecture with one change.

    Give `callers` of the whole model where the architecture is a part of it, which may lack some of them.
    """
    components = {one.id: one for one in architecture.components}
    match edit:
        case AddReplica():
            if edit.host is not None:
                own = [host for one in components[edit.component].replicas for host in one.hosts]
                architecture = _with_host(architecture, edit.host, edit.zones, own[0] if own else None)
            changed = [edit.component]
        case AddHost():
            architecture = _with_host(architecture, edit.host, edit.zones, edit.like)
            changed = list(edit.components)
        case Automatic():
            return _changed(architecture, {edit.component: _automatic(components[edit.component])})
        case _:
            assert_never(edit)
    callers = callers or Index(architecture).callers
    return _changed(architecture, {one: _with_replica(components[one], edit.host, callers) for one in changed})


def told(edit: Edit) -> str:
    """The change in words."""
    match edit:
        case AddReplica(component=component, host=None):
            return f"one more replica of {component}"
        case AddReplica():
            return f"a replica of {edit.component} on {edit.host}{_inside(edit.zones)}"
        case AddHost():
            return f"a host {edit.host} like {edit.like}{_inside(edit.zones)}, with {', '.join(edit.components)}"
        case Automatic():
            return f"automatic failover of {edit.component}"
        case _:
            assert_never(edit)


def worded(before: Architecture, edit: Edit) -> str:
    """A change in words, with whether it needs a machine that the model does not have: a typo shows there."""
    managed = {one.id for one in before.components if one.managed}
    if isinstance(edit, AddReplica) and edit.host is None and edit.component in managed:
        return f"another provider beside that of {edit.component}"
    if isinstance(edit, AddReplica) and edit.host is not None and all(one.id != edit.host for one in before.hosts):
        return f"{told(edit)}, a new host"
    return told(edit)


def _inside(zones: tuple[str, ...]) -> str:
    return f" in {', '.join(zones)}" if zones else ""


def _changed(architecture: Architecture, changed: dict[str, Component]) -> Architecture:
    return replace(architecture, components=tuple(changed.get(one.id, one) for one in architecture.components))


def _with_host(architecture: Architecture, host: str, zones: tuple[str, ...], like: str | None) -> Architecture:
    """Add the host, in the network of the one that it is like and as available; new zones are like the model's first."""
    if any(one.id == host for one in architecture.hosts):
        return architecture
    known = {one.id for one in architecture.zones}
    fresh = tuple(_like(architecture, one) for one in zones if one not in known)
    twin = next((one for one in architecture.hosts if one.id == like), Host(host))
    added = Host(host, zones=zones, network=twin.network, availability=twin.availability)
    return replace(architecture, zones=(*architecture.zones, *fresh), hosts=(*architecture.hosts, added))


def _like(architecture: Architecture, zone: str) -> Zone:
    """A zone beside the one that it is named after (`dc-2` after `dc-1`), and as available."""
    twin = next((one for one in architecture.zones if stem(one.id) == stem(zone)), Zone(zone, "datacenter"))
    return Zone(zone, twin.kind, within=twin.within, availability=twin.availability)


def stem(name: str) -> str:
    """A name without its number: `lb` of `lb-1`."""
    return name.rstrip("0123456789").rstrip("-_.")


def fresh(name: str, known: set[str]) -> str:
    """The next free name of the same stem: `lb-2` after `lb-1` and after `lb`, `web2` after `web1`."""
    rest = name[len(stem(name)) :]
    between = rest.rstrip("0123456789") if rest[-1:].isdigit() else "-"
    begun = stem(name) + between
    number = 2
    while f"{begun}{number}" in known:
        number += 1
    return f"{begun}{number}"


def _with_replica(component: Component, host: str | None, callers: Callers) -> Component:
    """The component with one more replica; data that had one gets a primary, and a balancer an address that moves."""
    name = component.id
    known = {one.id for one in component.replicas}
    if host is None:
        number = len(known) + 1
        while f"{name}#{number}" in known:
            number += 1
        added = Replica(f"{name}#{number}", name)
    else:
        added = Replica(f"{name}@{host}" if f"{name}@{host}" not in known else f"{name}@{host}#2", name, (host,))
    grown = replace(component, replicas=(*component.replicas, added))
    if KINDS[component.kind].stores and component.replication is None and len(known) == 1 and host is not None:
        return replace(grown, replication=Replication(primary=(component.replicas[0].id,), failover="manual"))
    if wants_moving_address(component, callers):
        return replace(grown, cluster=Cluster(mode="active-passive", failover="automatic"))
    return grown


def wants_moving_address(component: Component, callers: Callers) -> bool:
    """Whether a second replica is of no use unless something moves the traffic to it: at the door, where nothing does yet."""
    if component.cluster is not None or component.managed:
        return False
    kind = KINDS[component.kind]
    return kind.role == "balancer" or (kind.serves and _meets_visitors(component.id, callers))


def _meets_visitors(component: str, callers: Callers) -> bool:
    """Whether clients call a component, directly or through firewalls."""
    queue = [component]
    seen = {component}
    for one in queue:
        for caller in callers(one):
            if caller.kind == "client":
                return True
            if caller.kind in ("firewall", "router") and caller.id not in seen:
                seen.add(caller.id)
                queue.append(caller.id)
    return False


def _automatic(component: Component) -> Component:
    cluster, replication = component.cluster, component.replication
    if cluster is not None and cluster.failover == "manual":
        component = replace(component, cluster=replace(cluster, failover="automatic"))
    if replication is not None and replication.primary and replication.failover != "automatic":
        component = replace(component, replication=replace(replication, failover="automatic"))
    return component


def by_hand(component: Component) -> bool:
    """Whether a component's failover waits for a person, or for nobody."""
    cluster, replication = component.cluster, component.replication
    if cluster is not None and cluster.failover == "manual":
        return True
    return replication is not None and bool(replication.primary) and replication.failover != "automatic"
