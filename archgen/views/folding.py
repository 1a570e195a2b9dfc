"""Large pictures say "×3": equal hosts and equal replicas fold into one."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from archgen.analysis.topology import Topology

LIMIT = 60
"""Above so many nodes a picture of every replica is read by nobody."""


class Folding(Struct, frozen=True):
    """Which node stands for each replica, and which host for each host."""

    nodes: dict[str, str]
    hosts: dict[str, str]
    alike: dict[str, int] = {}
    """How many replicas each node stands for."""

    def node(self, replica: str) -> str:
        """The node that stands for a replica."""
        return self.nodes.get(replica, replica)

    def keeps_host(self, host: str) -> bool:
        """Whether a host is shown itself."""
        return self.hosts.get(host, host) == host

    def nodes_like(self, replica: str) -> int:
        """How many replicas a node stands for."""
        return self.alike.get(replica, 0) if self.nodes else 1

    def hosts_like(self, host: str) -> int:
        """How many hosts a group stands for."""
        return sum(1 for shown in self.hosts.values() if shown == host) if self.hosts else 1


def fold(topology: Topology) -> Folding:
    """No folding up to `LIMIT` replicas; above, hosts that carry the same components in the same place are one.

    A replica that takes the writes, or the requests, is not the same as those that wait for it to fail.
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
    """The replicas that play another part than their siblings: primaries, and the active ones of a cluster."""
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
