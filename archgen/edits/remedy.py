"""Changes that several rules propose: another replica, a similar host, a free name."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from archgen.analysis.topology import Topology
from archgen.edits.changes import AddHost, AddReplica, AutomateFailover, Edit, next_name
from archgen.edits.patch import patch_of
from archgen.edits.placement import find_host
from archgen.model.architecture import Component, Connection
from archgen.model.change import Change

_PORTS = {"http": 80, "https": 443, "smtp": 25}
"""The ports of the protocols that need not state one: those of the web (RFC 9110, 4.2) and of mail servers (RFC 5321)."""


def free_name(name: str, topology: Topology) -> str:
    """Return the name where no component, host or zone has it, else the next one with a number."""
    taken = {*topology.components, *topology.hosts, *topology.zones}
    return next_name(name, taken) if name in taken else name


def connection_of(topology: Topology, name: str) -> Connection:
    """Return the connection of an id, found among those of its source."""
    return next(one for one in topology.outgoing[name.partition(" -> ")[0]] if one.id == name)


def called_ports(topology: Topology, components: Collection[str]) -> list[int]:
    """Return the ports that components are called on from other hosts; none if a port is unknown."""
    called: set[int | None] = set()
    for connection in topology.architecture.connections:
        ports = {port.port or _PORTS.get(port.protocol) for port in connection.ports}
        # ports that are known to be called, as nearly all are, need no check of the hosts
        if not ports <= called and any(target in components for target in connection.targets):
            called |= ports if topology.crosses(connection) is not False else set()
    return [] if None in called else sorted(port for port in called if port)


def add_replica(topology: Topology, component: Component) -> tuple[Change, ...]:
    """Return the changes for another replica, on a host without one; none where the replicas float over hosts."""
    return patch_of(topology, *replica_edits(topology, component))


def replica_edits(topology: Topology, component: Component) -> tuple[Edit, ...]:
    """Return the edits for another replica, on a host without one; none where the replicas float over hosts."""
    hosts = topology.hosts_of(component.id)
    if any(replica.floating for replica in component.replicas):
        return ()
    if not component.placed or component.managed or not hosts:
        return (AddReplica(component.id, None),)
    host = find_host(topology.index, component, lambda _: False)
    if host is None:
        return _similar_host(topology, hosts[0], (component,))
    return (AddReplica(component.id, host), *_automated((component,)))


def add_similar_host(topology: Topology, host: str, components: Iterable[Component]) -> tuple[Change, ...]:
    """Return the changes for a similar host with a replica of each component, of their code and of its agents."""
    return patch_of(topology, *_similar_host(topology, host, components))


def _similar_host(topology: Topology, host: str, components: Iterable[Component]) -> tuple[Edit, ...]:
    new = next_name(host, {*topology.hosts, *topology.components, *topology.zones})
    carried = list(dict.fromkeys(components))
    code = [topology.components[component.codebase] for component in carried if component.codebase is not None]
    agents = [
        component
        for component in topology.architecture.components
        if component.kind in ("monitoring-agent", "log-collector")
    ]
    carried += [one for one in (*code, *agents) if host in topology.hosts_of(one.id) and one not in carried]
    names = tuple(component.id for component in carried)
    return (AddHost(new, host, names, topology.hosts[host].zones), *_automated(carried))


def _automated(components: Iterable[Component]) -> Iterable[Edit]:
    """Return automatic failover for the data that the second replica makes a replicated store."""
    return tuple(
        AutomateFailover(component.id)
        for component in components
        if component.replication is None and len(component.replicas) == 1
    )
