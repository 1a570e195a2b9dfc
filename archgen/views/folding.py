"""The nodes, hosts and zones of a diagram that stand for several: "×3"."""

from __future__ import annotations

from msgspec import Struct


class Folding(Struct, frozen=True):
    """The node that stands for each replica, and the host and the zone that stand for each host and zone."""

    nodes: dict[str, str]
    hosts: dict[str, str]
    alike: dict[str, int] = {}
    """The number of replicas of each node."""
    zones: dict[str, str] = {}
    twins: dict[str, str] = {}
    """The component that stands for its twin in an equal zone."""

    def component(self, name: str) -> str:
        """Return the component that stands for one."""
        return self.twins.get(name, name)

    def components_like(self, name: str) -> tuple[str, ...]:
        """Return the components that one stands for, itself first."""
        return (name, *(twin for twin, first in self.twins.items() if first == name))

    def node(self, replica: str) -> str:
        """Return the node that stands for a replica."""
        return self.nodes.get(replica, replica)

    def host(self, name: str) -> str:
        """Return the host that stands for one."""
        return self.hosts.get(name, name)

    def keeps_host(self, host: str) -> bool:
        """Return True if a host is shown itself."""
        return self.hosts.get(host, host) == host

    def nodes_like(self, replica: str) -> int:
        """Return the number of replicas that a node stands for."""
        return self.alike.get(replica, 0) if self.nodes else 1

    def hosts_like(self, host: str) -> tuple[str, ...]:
        """Return the hosts that a group stands for."""
        return tuple(like for like, shown in self.hosts.items() if shown == host) if self.hosts else (host,)

    def zones_like(self, zone: str) -> tuple[str, ...]:
        """Return the zones that a group stands for."""
        return tuple(like for like, shown in self.zones.items() if shown == zone) if self.zones else (zone,)
