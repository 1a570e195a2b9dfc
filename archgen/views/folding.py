"""Large diagrams say "×3": identical hosts and identical replicas fold into one."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from archgen.analysis.topology import Topology

LIMIT = 60
"""The largest diagram, in nodes, in which every replica is shown."""


class Folding(Struct, frozen=True):
    """The node that stands for each replica, and the host that stands for each host."""

    nodes: dict[str, str]
    hosts: dict[str, str]
    alike: dict[str, int] = {}
    """The number of replicas of each node."""

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


def fold(topology: Topology) -> Folding:
    """Fold hosts with the same components in the same place, above `LIMIT` replicas.

    A primary or active replica isn't identical to its standbys.
    """
    if len(topology.replicas) <= LIMIT:
        return Folding({}, {})
    leads = _leading(topology)
    hosts = _hosts(topology, leads)
    first: dict[tuple[str, bool, tuple[str, ...]], str] = {}
    nodes = {
        replica.id: first.setdefault(
            (replica.component, replica.id in leads, tuple(hosts.get(host, host) for host in replica.hosts)), replica.id
        )
        for replica in topology.replicas.values()
    }
    return Folding(nodes, hosts, dict(Counter(nodes.values())))


def _leading(topology: Topology) -> frozenset[str]:
    """Return the replicas with a role of their own: primaries, and the active ones of a cluster."""
    parts = topology.architecture.components
    primaries = (replica for part in parts if part.replication for replica in part.replication.primary)
    return frozenset(primaries).union(*(part.cluster.active for part in parts if part.cluster))


def _hosts(topology: Topology, leads: frozenset[str]) -> dict[str, str]:
    first: dict[tuple[object, ...], str] = {}
    shown: dict[str, str] = {}
    for host in topology.architecture.hosts:
        load = tuple(
            dict.fromkeys((replica.component, replica.id in leads) for replica in topology.replicas_on[host.id])
        )
        shown[host.id] = first.setdefault((host.zones, host.network, load), host.id)
    return shown
