"""Changes that several rules propose alike: one more replica somewhere else, a machine like another, a name that is free."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from archgen.analysis.topology import Topology
from archgen.edits.changes import fresh, wants_moving_address
from archgen.edits.placement import room
from archgen.model.architecture import Component, Connection, Host
from archgen.model.change import Append, Change, Put

_PORTS = {"http": 80, "https": 443, "smtp": 25}
"""The ports of the protocols that need not state one: those of the web (RFC 9110, 4.2) and of mail servers (RFC 5321)."""


def free(name: str, facts: Topology) -> str:
    """A name that no component, host or zone has yet: the one that is wanted, or that with a number."""
    taken = name in facts.components or name in facts.hosts or name in facts.zones
    return fresh(name, {*facts.components, *facts.hosts, *facts.zones}) if taken else name


def connection_of(facts: Topology, name: str) -> Connection:
    """The connection of an id, sought among those of its source."""
    return next(one for one in facts.outgoing[name.partition(" -> ")[0]] if one.id == name)


def called_ports(facts: Topology, components: Collection[str]) -> list[int]:
    """The ports that components are called on from elsewhere; none if one of them is not known."""
    found: set[int | None] = set()
    for connection in facts.architecture.connections:
        ports = {port.port or _PORTS.get(port.protocol) for port in connection.ports}
        # what is known already, as nearly all is, is not asked again whether it leaves a host
        if not ports <= found and any(one in components for one in connection.targets):
            found |= ports if facts.crosses(connection) is not False else set()
    return [] if None in found else sorted(one for one in found if one)


def one_more(facts: Topology, component: Component) -> tuple[Change, ...]:
    """One more replica of a component, on a host where none of it stands; none where it floats over hosts."""
    if any(replica.floating for replica in component.replicas):
        return ()
    if not component.placed or component.managed or not facts.hosts_of(component.id):
        return (
            Put(("components", component.id, "replicas"), len(component.replicas) + 1),
            *_joined(facts, component, ()),
        )
    host = room(facts.index, component, lambda _: False)
    if host is not None:
        return on(facts, (component,), host)
    return beside(facts, facts.hosts_of(component.id)[0], (component,))


def beside(facts: Topology, host: str, components: Iterable[Component]) -> tuple[Change, ...]:
    """A new host like another, with one more replica of each component, what they run and what watches them."""
    new = fresh(host, {*facts.hosts, *facts.components, *facts.zones})
    carried = list(dict.fromkeys(components))
    files = [facts.components[one.codebase] for one in carried if one.codebase is not None]
    agents = [one for one in facts.architecture.components if one.kind in ("monitoring-agent", "log-collector")]
    others = [one for one in (*files, *agents) if host in facts.hosts_of(one.id) and one not in carried]
    guards = [one for one in facts.architecture.components if host in one.guards or f"host:{host}" in one.guards]
    return (
        Put(("hosts", new), _like(facts.hosts[host])),
        *on(facts, (*carried, *others), new),
        *(Append(("components", one.id, "guards"), new) for one in guards),
    )


def on(facts: Topology, components: Iterable[Component], host: str) -> tuple[Change, ...]:
    """One more replica of each component on a host, and what lets it stand in for the others."""
    changes: list[Change] = []
    for component in components:
        changes.append(Append(("components", component.id, "runs_on"), host))
        changes += _joined(facts, component, facts.hosts_of(component.id))
    return tuple(changes)


def _joined(facts: Topology, component: Component, hosts: Collection[str]) -> tuple[Change, ...]:
    """What a component says that had one replica and gets another: who writes, and what moves the traffic."""
    if len(component.replicas) > 1:
        return ()
    kind = facts.kind(component.id)
    if kind.stores and component.replication is None and len(hosts) == 1:
        value = {"primary": next(iter(hosts)), "failover": "automatic"}
        return (Put(("components", component.id, "replication"), value),)
    if wants_moving_address(component, facts.index.callers):
        moving = {"mode": "active-passive", "failover": "automatic", "by": "vrrp", "watches": "process"}
        return (Put(("components", component.id, "cluster"), moving),)
    return ()


def _like(host: Host) -> dict[str, Any]:
    """What another host in the same place says of itself; its address is its own."""
    said: dict[str, Any] = {}
    if host.zones:
        said["zone"] = host.zones[0] if len(host.zones) == 1 else list(host.zones)
    if host.network is not None:
        said["network"] = host.network
    if host.owner is not None:
        said["owner"] = host.owner
    return said
