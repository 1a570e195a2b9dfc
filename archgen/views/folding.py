"""Large diagrams say "×3": equal zones, hosts and replicas fold into one."""

from __future__ import annotations

from collections import Counter
from functools import cache

from msgspec import Struct

from archgen.analysis.topology import Topology

LIMIT = 60
"""The largest diagram, in nodes, in which every placed replica is shown."""


class Folding(Struct, frozen=True):
    """The node that stands for each replica, and the host and the zone that stand for each host and zone."""

    nodes: dict[str, str]
    hosts: dict[str, str]
    alike: dict[str, int] = {}
    """The number of replicas of each node."""
    zones: dict[str, str] = {}

    def node(self, replica: str) -> str:
        """Return the node that stands for a replica."""
        return self.nodes.get(replica, replica)

    def keeps_host(self, host: str) -> bool:
        """Return True if a host is shown itself."""
        return self.hosts.get(host, host) == host

    def nodes_like(self, replica: str) -> int:
        """Return the number of replicas that a node stands for."""
        return self.alike.get(replica, 0) if self.nodes else 1

    def hosts_like(self, host: str) -> int:
        """Return the number of hosts that a group stands for."""
        return sum(1 for shown in self.hosts.values() if shown == host) if self.hosts else 1

    def zones_like(self, zone: str) -> int:
        """Return the number of zones that a group stands for."""
        return sum(1 for shown in self.zones.values() if shown == zone) if self.zones else 1


def fold(topology: Topology) -> Folding:
    """Fold floating replicas with the same candidate hosts; above `LIMIT` replicas, fold equal zones and hosts too.

    A primary or active replica isn't equal to its standbys.
    """
    if len(topology.replicas) > LIMIT:
        return fold_equal(topology)
    floating = [(replica.component, replica.hosts) for replica in topology.replicas.values() if replica.floating]
    if len(set(floating)) == len(floating):
        return Folding({}, {})
    leads = _leading(topology)
    first: dict[object, str] = {}
    nodes = {
        replica.id: first.setdefault(
            (replica.component, replica.hosts, replica.id in leads) if replica.floating else replica.id, replica.id
        )
        for replica in topology.replicas.values()
    }
    return Folding(nodes, {}, dict(Counter(nodes.values())))


def fold_equal(topology: Topology) -> Folding:
    """Fold equal zones, hosts and replicas of a diagram of any size."""
    leads = _leading(topology)
    zones = _zones(topology, leads)
    return _folding(topology, leads, _hosts(topology, leads, zones), zones)


def _folding(topology: Topology, leads: frozenset[str], hosts: dict[str, str], zones: dict[str, str]) -> Folding:
    first: dict[tuple[str, bool, tuple[str, ...]], str] = {}
    nodes = {
        replica.id: first.setdefault(
            (replica.component, replica.id in leads, tuple(hosts.get(host, host) for host in replica.hosts)), replica.id
        )
        for replica in topology.replicas.values()
    }
    return Folding(nodes, hosts, dict(Counter(nodes.values())), zones)


def _leading(topology: Topology) -> frozenset[str]:
    """Return the replicas with a role of their own: primaries, and the active ones of a cluster."""
    parts = topology.architecture.components
    primaries = (replica for part in parts if part.replication for replica in part.replication.primary)
    return frozenset(primaries).union(*(part.cluster.active for part in parts if part.cluster))


HostLoad = tuple[tuple[str, bool], ...]
"""The components on a host, each with its role."""


def _loads(topology: Topology, leads: frozenset[str]) -> dict[str, HostLoad]:
    return {
        host.id: tuple(
            dict.fromkeys((replica.component, replica.id in leads) for replica in topology.replicas_on[host.id])
        )
        for host in topology.architecture.hosts
    }


def _hosts(topology: Topology, leads: frozenset[str], zones: dict[str, str]) -> dict[str, str]:
    loads = _loads(topology, leads)
    carrying = {host.runs_on for host in topology.architecture.hosts}
    first: dict[tuple[object, ...], str] = {}
    return {
        host.id: first.setdefault(
            (
                tuple(zones.get(zone, zone) for zone in host.zones),
                host.network,
                host.runs_on,
                loads[host.id],
                # what carries other hosts is drawn around them
                host.id if host.id in carrying else None,
            ),
            host.id,
        )
        for host in topology.architecture.hosts
    }


def _zones(topology: Topology, leads: frozenset[str]) -> dict[str, str]:
    """Return the zone that stands for each: of one kind, in the same zone, with equal hosts and zones inside."""
    loads, content = _loads(topology, leads), _content(topology)
    hosts: dict[str, list[str]] = {zone: [] for zone in topology.zones}
    carrying = {host.runs_on for host in topology.architecture.hosts}
    for host in topology.architecture.hosts:
        for zone in host.zones:
            hosts[zone].append(str((host.network, loads[host.id], host.id if host.id in carrying else None)))
    for replica in topology.replicas.values():
        for zone in topology.index.zones_with(replica)[:1]:
            hosts[zone].append(replica.id)

    @cache
    def look(zone: str) -> str:
        inside = sorted(look(inner) for inner in content.get(zone, ()))
        return str((topology.zones[zone].kind, sorted(hosts[zone]), inside))

    shown: dict[str, str] = {}
    first: dict[tuple[str | None, str], str] = {}
    outermost = [zone.id for zone in topology.architecture.zones if zone.within is None]
    for zone in (inner for outer in outermost for inner in _walk(outer, content)):
        around = topology.zones[zone].within
        shown[zone] = first.setdefault((shown.get(around, around) if around else None, look(zone)), zone)
    return shown


def _content(topology: Topology) -> dict[str, list[str]]:
    content: dict[str, list[str]] = {}
    for zone in topology.architecture.zones:
        if zone.within is not None:
            content.setdefault(zone.within, []).append(zone.id)
    return content


def _walk(zone: str, content: dict[str, list[str]]) -> list[str]:
    return [zone, *(name for inner in content.get(zone, ()) for name in _walk(inner, content))]
