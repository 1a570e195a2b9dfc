"""Large diagrams say "×3": equal zones, hosts and replicas fold into one."""

from __future__ import annotations

from collections import Counter
from functools import cache

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.model.architecture import Host, Replica
from archgen.views.twins import twins


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


def fold_floating(topology: Topology) -> Folding:
    """Fold floating replicas with the same candidate hosts."""
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


def fold_equal(topology: Topology, closely: bool = False) -> Folding:
    """Fold equal zones, hosts and replicas of a diagram of any size; zones that are equal up to names fold too.

    The host and the zone of a primary stand apart, or `closely` its card alone does.
    """
    return _Equality(topology, closely).folding()


def _leading(topology: Topology) -> frozenset[str]:
    """Return the replicas with a role of their own: primaries, and the active ones of a cluster."""
    parts = topology.architecture.components
    primaries = (replica for part in parts if part.replication for replica in part.replication.primary)
    return frozenset(primaries).union(*(part.cluster.active for part in parts if part.cluster))


class _Equality:
    """Compares what stands where: components by their twins, each with its role."""

    def __init__(self, topology: Topology, closely: bool) -> None:
        self._topology = topology
        self._closely = closely
        self._leads = _leading(topology)
        self._twins = twins(topology)
        self._networks = self._network_twins()
        self._incidental = frozenset(filter(self._is_incidental, topology.components))
        self._below: dict[str, list[str]] = {}
        for host in topology.architecture.hosts:
            if host.runs_on is not None:
                self._below.setdefault(host.runs_on, []).append(host.id)
        self._loads = {host.id: self._load(host) for host in topology.architecture.hosts}

    def folding(self) -> Folding:
        """Return what stands for each zone, host and replica."""
        zones = self._zones()
        hosts = self._hosts(zones)
        first: dict[object, str] = {}
        nodes = {
            replica.id: first.setdefault(
                (
                    *self._role(replica),
                    tuple(hosts.get(host, host) for host in replica.hosts),
                    self._zone(replica, zones),
                ),
                replica.id,
            )
            for replica in self._topology.replicas.values()
        }
        return Folding(nodes, hosts, dict(Counter(nodes.values())), zones, self._twins)

    def _role(self, replica: Replica) -> tuple[str, bool]:
        return self._twins.get(replica.component, replica.component), replica.id in self._leads

    def _look(self, replica: Replica) -> tuple[str, bool]:
        """Return the role of a replica, as far as it tells hosts and zones apart."""
        component, leads = self._role(replica)
        return component, leads and not self._closely

    def _zone(self, replica: Replica, zones: dict[str, str]) -> str | None:
        """Return what stands for the innermost zone of a replica without a host."""
        around = () if replica.hosts else self._topology.index.zones_with(replica)
        return zones.get(around[0], around[0]) if around else None

    def _is_incidental(self, component: str) -> bool:
        """Return True for a single helper on no flow: a bastion in the first of three zones makes it no other zone."""
        replicas = self._topology.components[component].replicas
        helps = self._topology.kind(component).role in ("edge", "support", "observer")
        return len(replicas) == 1 and helps and not self._topology.flows_of[component]

    def _load(self, host: Host) -> str:
        """Return what runs on a host and on the hosts that it carries."""
        roles = (
            self._look(replica)
            for replica in self._topology.replicas_on[host.id]
            if replica.component not in self._incidental
        )
        network = self._networks.get(host.network or "", host.network)
        carried = sorted(self._load(self._topology.hosts[inner]) for inner in self._below.get(host.id, ()))
        return str((network, sorted(set(roles)), carried))

    def _network_twins(self) -> dict[str, str]:
        """Map the network of each twin to that of the component it is the twin of, if both have one alone."""
        pairs: dict[str, set[str]] = {}
        for twin, first in self._twins.items():
            for network, other in zip(self._networks_of(twin), self._networks_of(first), strict=False):
                pairs.setdefault(network, set()).add(other)
        trust = {network.id: network.trust for network in self._topology.architecture.networks}
        single = {network: next(iter(others)) for network, others in pairs.items() if len(others) == 1}
        return {network: other for network, other in single.items() if trust.get(network) == trust.get(other)}

    def _networks_of(self, component: str) -> tuple[str, ...]:
        hosts = (self._topology.hosts[host].network for host in self._topology.hosts_of(component))
        named = (self._topology.components[component].network, *hosts)
        return tuple(dict.fromkeys(network for network in named if network is not None))

    def _hosts(self, zones: dict[str, str]) -> dict[str, str]:
        first: dict[tuple[object, ...], str] = {}
        shown: dict[str, str] = {}

        def place(host: Host) -> str:
            if host.id not in shown:
                below = place(self._topology.hosts[host.runs_on]) if host.runs_on is not None else None
                around = tuple(dict.fromkeys(zones.get(zone, zone) for zone in host.zones))
                shown[host.id] = first.setdefault((around, below, self._loads[host.id]), host.id)
            return shown[host.id]

        return {host.id: place(host) for host in self._topology.architecture.hosts}

    def _zones(self) -> dict[str, str]:
        """Return the zone that stands for each: of one kind, in the same zone, with equal hosts and zones inside."""
        topology, content = self._topology, _content(self._topology)
        inside: dict[str, list[str]] = {zone: [] for zone in topology.zones}
        for host in topology.architecture.hosts:
            for zone in host.zones:
                inside[zone].append(self._loads[host.id])
        for replica in topology.replicas.values():
            for zone in () if replica.hosts else topology.index.zones_with(replica)[:1]:
                inside[zone].append(str(self._look(replica)))

        @cache
        def look(zone: str) -> str:
            zones = sorted(look(inner) for inner in content.get(zone, ()))
            return str((topology.zones[zone].kind, sorted(inside[zone]), zones))

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
