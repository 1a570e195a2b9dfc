"""Large diagrams say "×3": equal zones, hosts and replicas fold into one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import chain, combinations
from typing import Literal

from archgen.analysis.topology import Topology
from archgen.model.architecture import Host, Replica
from archgen.views.equal.twins import twins
from archgen.views.folding import Folding

Closeness = Literal["apart", "close", "closest"]
"""How much elements may differ that fold.

The host and the zone of a primary stand `apart`, as do those of a component that runs once and on a flow; `close` its card
alone does, and says where it is. The `closest` fold hosts and zones that share half of what they hold.
"""

_SHARED, _NEARLY, _SEVERAL = 0.5, 0.8, 2
"""The least shares and number of components that hosts and zones have in common to fold closest."""


def fold_equal(topology: Topology, closeness: Closeness = "apart") -> Folding:
    """Fold equal zones, hosts and replicas of a diagram of any size; zones that are equal up to names fold too."""
    return _Equality(topology, closeness).folding()


def _leading(topology: Topology) -> frozenset[str]:
    """Return the replicas with a role of their own: primaries, and the active ones of a cluster."""
    parts = topology.architecture.components
    primaries = (replica for part in parts if part.replication for replica in part.replication.primary)
    return frozenset(primaries).union(*(part.cluster.active for part in parts if part.cluster))


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


class _Equality:
    """Compares what stands where: components by their twins, each with its role."""

    def __init__(self, topology: Topology, closeness: Closeness) -> None:
        self._topology = topology
        self._closeness = closeness
        self._leads = _leading(topology)
        self._twins = twins(topology)
        self._networks = self._network_twins()
        self._incidental = frozenset(filter(self._is_incidental, topology.components))
        self._below: dict[str, list[str]] = {}
        for host in topology.architecture.hosts:
            if host.runs_on is not None:
                self._below.setdefault(host.runs_on, []).append(host.id)
        self._roles = {host: self._roles_on(host) for host in topology.hosts}
        self._carriers: dict[str, str] = {}
        """What stands for each host that carries others, where they are joined."""
        if closeness == "closest":
            self._join_hosts()
            self._carriers = self._joined_carriers()
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
        return component, leads and self._closeness == "apart"

    def _zone(self, replica: Replica, zones: dict[str, str]) -> str | None:
        """Return what stands for the innermost zone of a replica without a host."""
        around = () if replica.hosts else self._topology.index.zones_with(replica)
        return zones.get(around[0], around[0]) if around else None

    def _is_incidental(self, component: str) -> bool:
        """Return True for a component that makes its zone no other one, as a bastion in the first of three."""
        replicas = self._topology.components[component].replicas
        if self._closeness != "apart":
            return len(replicas) == 1
        helps = self._topology.kind(component).role in ("edge", "support", "observer")
        return len(replicas) == 1 and helps and not self._topology.flows_of[component]

    def _roles_on(self, host: str) -> frozenset[tuple[str, bool]]:
        """Return what runs on a host; one that holds nothing else but agents is no equal of others for a single component."""
        replicas = self._topology.replicas_on[host]
        steady = [replica for replica in replicas if replica.component not in self._incidental]
        works = any(not self._topology.kind(replica.component).observes for replica in steady)
        return frozenset(self._look(replica) for replica in (steady if works else replicas))

    def _join_hosts(self) -> None:
        """Give hosts of one network that share half of their components the roles of all of them."""
        held = {host: self._components(roles) for host, roles in self._roles.items()}
        pairs = (combinations(self._topology.hosts_of(part), 2) for part in self._topology.components)
        leads = _joined(
            held,
            (
                (host, other)
                for host, other in chain.from_iterable(pairs)
                if self._are_beside(host, other) and _share_several(held[host], held[other])
            ),
        )
        joint: dict[str, frozenset[tuple[str, bool]]] = {}
        for host, roles in self._roles.items():
            joint[leads[host]] = joint.get(leads[host], frozenset()) | roles
        self._roles = {host: joint[leads[host]] for host in self._roles}

    def _joined_carriers(self) -> dict[str, str]:
        """Return what stands for each host that carries others, where those of one network carry mostly the same."""
        by_network: dict[tuple[str | None, bool], list[str]] = {}
        for host in self._below:
            carrier = self._topology.hosts[host]
            by_network.setdefault((self._network(carrier), carrier.runs_on is None), []).append(host)
        pairs = chain.from_iterable(combinations(hosts, 2) for hosts in by_network.values())
        return _joined(self._below, (pair for pair in pairs if _share_more_than_half(*map(self._held_by, pair))))

    def _held_by(self, host: str) -> frozenset[str]:
        """Return the components on a host and on the hosts that it carries."""
        return self._components(self._roles[host]).union(*map(self._held_by, self._below.get(host, ())))

    def _components(self, roles: Iterable[tuple[str, bool]]) -> frozenset[str]:
        """Return the components of some roles without those that watch the others."""
        return frozenset(component for component, _ in roles if not self._topology.kind(component).observes)

    def _are_beside(self, host: str, other: str) -> bool:
        first, second = self._topology.hosts[host], self._topology.hosts[other]
        return self._network(first) == self._network(second) and (first.runs_on is None) == (second.runs_on is None)

    def _network(self, host: Host) -> str | None:
        return self._networks.get(host.network or "", host.network)

    def _load(self, host: Host) -> str:
        """Return what runs on a host and on the hosts that it carries, for joined ones on all of them."""
        lead = self._carriers.get(host.id)
        if lead is None:
            carried = sorted(self._load(self._topology.hosts[inner]) for inner in self._below.get(host.id, ()))
            return str((self._network(host), sorted(self._roles[host.id]), carried))
        return str((self._network(host), lead))

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
        inside, held = self._inside()

        @cache
        def look(zone: str) -> str:
            inner = [*inside[zone], *(look(below) for below in content.get(zone, ()))]
            return str(sorted(inner if self._closeness == "apart" else set(inner)))

        @cache
        def components(zone: str) -> frozenset[str]:
            return held[zone].union(*(components(below) for below in content.get(zone, ())))

        def is_equal(zone: str, first: str) -> bool:
            if look(zone) == look(first):
                return True
            return self._closeness == "closest" and _share_most(components(zone), components(first))

        shown: dict[str, str] = {}
        firsts: dict[tuple[str | None, str], list[str]] = {}
        outermost = [zone.id for zone in topology.architecture.zones if zone.within is None]
        for zone in (inner for outer in outermost for inner in _walk(outer, content)):
            around = topology.zones[zone].within
            beside = firsts.setdefault((shown.get(around, around) if around else None, topology.zones[zone].kind), [])
            shown[zone] = next((first for first in beside if is_equal(zone, first)), zone)
            if shown[zone] == zone:
                beside.append(zone)
        return shown

    def _inside(self) -> tuple[dict[str, list[str]], dict[str, frozenset[str]]]:
        """Return the looks and the components of what is right in each zone."""
        topology = self._topology
        looks: dict[str, list[str]] = {zone: [] for zone in topology.zones}
        held: dict[str, frozenset[str]] = dict.fromkeys(topology.zones, frozenset())
        for host in topology.architecture.hosts:
            for zone in host.zones:
                looks[zone].append(self._loads[host.id])
                held[zone] |= self._held_by(host.id)
        for replica in topology.replicas.values():
            for zone in () if replica.hosts else topology.index.zones_with(replica)[:1]:
                looks[zone].append(str(self._look(replica)))
                held[zone] |= self._components((self._look(replica),))
        return looks, held


def _share_most(first: frozenset[str], second: frozenset[str]) -> bool:
    """Return True if two zones share half of what the larger of them holds, or nearly all that the smaller does."""
    shared, fewer, more = len(first & second), *sorted((len(first), len(second)))
    return 0 < shared >= _SHARED * more or _SEVERAL <= shared >= _NEARLY * fewer


def _share_several(first: frozenset[str], second: frozenset[str]) -> bool:
    """Return True if two hosts share several components, and half of what the smaller of them holds."""
    shared = len(first & second)
    return shared >= _SEVERAL and shared >= _SHARED * min(len(first), len(second))


def _share_more_than_half(first: frozenset[str], second: frozenset[str]) -> bool:
    """Return True if two hosts that carry others share several components, and more than half of what the larger holds."""
    shared = len(first & second)
    return shared >= _SEVERAL and shared > _SHARED * max(len(first), len(second))


def _joined(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the first of the group that each name belongs to, where pairs belong together."""
    leader = {name: name for name in names}

    def lead(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for name, other in pairs:
        leader[lead(other)] = lead(name)
    return {name: lead(name) for name in leader}


def _content(topology: Topology) -> dict[str, list[str]]:
    content: dict[str, list[str]] = {}
    for zone in topology.architecture.zones:
        if zone.within is not None:
            content.setdefault(zone.within, []).append(zone.id)
    return content


def _walk(zone: str, content: dict[str, list[str]]) -> list[str]:
    return [zone, *(name for inner in content.get(zone, ()) for name in _walk(inner, content))]
