"""The replicas that the locality of a connection leaves to a caller: those on its host, or in its zone.

A caller that floats may stand on any of its hosts. Where these share no such zone, it has a home on each. An address that a local
network moves stays where that network ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, KeysView, Sequence
from functools import lru_cache
from itertools import combinations

from msgspec.structs import replace

from archgen.model.architecture import Component, Connection, Replica, ZoneKind
from archgen.reliability.index import Index
from archgen.reliability.members import active_members, is_active_passive, moves_by_layer_2, order_of_takeover

NEAREST = "same-zone"
SAME_HOST = "same-host"


def homes(index: Index, replica: Replica, locality: str) -> dict[str, frozenset[str]]:
    """Return by host what a replica's partner must share with it, if that differs by the host on which it stands; else nothing."""
    if len(replica.hosts) < 2:
        return {}
    key = (replica.hosts, locality)
    if key not in index.homes:
        index.homes[key] = _by_host(index, replica, locality)
    return index.homes[key]


def _by_host(index: Index, replica: Replica, locality: str) -> dict[str, frozenset[str]]:
    if home(index, replica, locality):
        return {}
    by_host = {host: home(index, replace(replica, hosts=(host,)), locality) for host in replica.hosts}
    return by_host if len(set(by_host.values())) > 1 else {}


def home(index: Index, replica: Replica, locality: str) -> frozenset[str]:
    """Return the host, or the nearest zones of the locality's kind, that a replica's partner must share with it, wherever it stands."""
    if locality == SAME_HOST:
        return frozenset(replica.hosts) if len(replica.hosts) == 1 else frozenset()
    kind = None if locality == NEAREST else locality.removeprefix("same-")
    shared = index.shared_zones(replica)
    levels = index.zone_levels(replica.hosts[0]) if replica.hosts else index.service_levels(replica)
    for level in levels:
        match = [zone for zone in level if zone in shared and kind in (None, index.zone_kinds.get(zone))]
        if match:
            return frozenset(match)
    return frozenset()


def near(
    index: Index, replicas: Iterable[str], locality: str | None, caller: Replica | None, host: str | None = None
) -> list[str]:
    """Return those of the replicas that the locality of a connection leaves to a caller: on a host, or on any that it may stand on."""
    if caller is None or locality is None:
        return list(replicas)
    by_host = homes(index, caller, locality)
    own = home(index, caller, locality)
    own = own.union(*by_host.values()) if host is None else by_host.get(host, own)
    return [replica for replica in replicas if certain_places(index, index.replicas[replica], locality) & own]


@lru_cache(maxsize=64)
def callers_nearby(index: Index) -> frozenset[str]:
    """Return the components that call others on their own host or in their own zone, so that each replica may reach others."""
    return frozenset([source for (source, _), call in index.connections.items() if call.locality is not None])


def keeping(index: Index, component: Component, replica: str) -> tuple[str, ...]:
    """Return the members that keep the traffic from a member while they are up, as nothing asks whether they can do their part.

    What watches their processes or hosts doesn't see that what they call nearby is down. Of one that floats nobody knows what that is.
    """
    if not is_watched_alone(component) or component.id not in callers_nearby(index):
        return ()
    order = order_of_takeover(component)
    placed = {each.id for each in component.replicas if len(each.hosts) == 1}
    before = order[: order.index(replica)] if replica not in active_members(component) else ()
    return tuple([each for each in before if each in placed])


def is_watched_alone(component: Component) -> bool:
    """Return True if what moves the traffic of an active-passive cluster sees its processes or hosts, and nothing behind them."""
    cluster = component.cluster
    if cluster is None or not is_active_passive(cluster) or component.managed or cluster.failover == "manual":
        return False
    return cluster.watches in ("process", "host")


def possible_homes(index: Index, replica: Replica, locality: str) -> KeysView[frozenset[str]]:
    """Return what is shared with a replica on each of its hosts; one that stays within a wider place has that alone."""
    return dict.fromkeys(homes(index, replica, locality).values() or (home(index, replica, locality),)).keys()


def caller_pools(index: Index, connection: Connection, replicas: Collection[str]) -> list[list[str]]:
    """Return the replicas that the callers over a connection choose among: one pool for each home of a caller."""
    locality = connection.locality
    if locality is None:
        return [list(replicas)]
    own: dict[frozenset[str], None] = {}
    for caller in index.components[connection.source].replicas:
        own |= dict.fromkeys(possible_homes(index, caller, locality))
    return [[name for name in replicas if certain_places(index, index.replicas[name], locality) & each] for each in own]


def certain_places(index: Index, replica: Replica, locality: str) -> frozenset[str]:
    """Return the hosts or zones a replica is surely in, to be compared with the home of its caller."""
    if locality == SAME_HOST:
        return frozenset(replica.hosts) if len(replica.hosts) == 1 else frozenset()
    return index.shared_zones(replica)


SITES: tuple[ZoneKind, ...] = ("provider", "region", "datacenter", "availability-zone")
"""The kinds of zones that have local networks (layer 2) of their own, the widest first."""


def zones_apart(index: Index, replicas: Iterable[Replica]) -> Iterator[tuple[Replica, str, Replica, str]]:
    """Yield pairs of replicas that surely stand on different sites of a kind, each with its own: the widest first."""
    pairs = list(combinations(replicas, 2))
    for kind in SITES:
        for first, second in pairs:
            zones = _of_kind_apart(index, first, second, kind)
            if zones is not None:
                yield first, zones[0], second, zones[1]


def _of_kind_apart(index: Index, first: Replica, second: Replica, kind: ZoneKind) -> tuple[str, str] | None:
    """Return two zones of a kind in which two replicas surely stand, if they surely share none."""
    here, there = (
        {zone for zone in index.shared_zones(each) if index.zone_kinds[zone] == kind} for each in (first, second)
    )
    if not (here and there) or here & there:
        return None
    order = [*index.zone_kinds]
    return min(here, key=order.index), min(there, key=order.index)


def ends_between(index: Index, here: str, there: str) -> bool:
    """Return True if no local network spans two zones: providers, regions, and availability zones in a provider's region.

    One may span datacenters, and zones of a private cloud.
    """
    if index.zone_kinds[here] in ("provider", "region"):
        return True
    in_regions = all(
        any(index.zone_kinds[each] == "region" for each in index.zones_outside(zone)) for zone in (here, there)
    )
    return index.zone_kinds[here] == "availability-zone" and in_regions


def are_divided(index: Index, first: Replica, second: Replica) -> bool:
    """Return True if no local network reaches from a replica to another."""
    return any(ends_between(index, here, there) for _, here, _, there in zones_apart(index, (first, second)))


def out_of_reach(index: Index, component: Component) -> frozenset[str]:
    """Return the replicas that get no traffic although they are up: the address of their cluster can't move to where they stand."""
    if component.id not in index.unreached:
        index.unreached[component.id] = _out_of_reach(index, component)
    return index.unreached[component.id]


def _out_of_reach(index: Index, component: Component) -> frozenset[str]:
    cluster = component.cluster
    if cluster is None or cluster.mode == "active-active" or cluster.failover == "manual" or component.managed:
        return frozenset()
    if len(component.replicas) < 2 or not moves_by_layer_2(index.components, cluster):
        return frozenset()
    names = active_members(component) or (component.replicas[0].id,)
    leading = [replica for replica in component.replicas if replica.id in names]
    others = (replica for replica in component.replicas if replica.id not in names)
    return frozenset(each.id for each in others if all(are_divided(index, first, each) for first in leading))


def within_reach(index: Index, replicas: Sequence[str]) -> Sequence[str]:
    """Return the replicas of a component to which its address, if one moves between them, gets at all."""
    away = out_of_reach(index, index.components[index.replicas[replicas[0]].component]) if replicas else None
    return [replica for replica in replicas if replica not in away] if away else replicas


def stands_afar(index: Index, component: Component) -> bool:
    """Return True for what is in none of the model's networks, and in a region or at a provider in which none of them is.

    Its calls come in over the internet, or by a tunnel or a line that the model doesn't have.
    """
    hosts = (index.hosts[host] for replica in component.replicas for host in replica.hosts)
    if component.network is not None or any(host.network for host in hosts):
        return False
    zones = {zone for replica in component.replicas for zone in index.zones_of(replica)}
    inside = _zones_with_networks(index)
    return any(index.zone_kinds[zone] in _WIDE for zone in zones) and bool(inside) and zones.isdisjoint(inside)


_WIDE = ("region", "provider")


@lru_cache(maxsize=1)
def _zones_with_networks(index: Index) -> frozenset[str]:
    """Return the zones around what stands in a network."""
    hosts = (host.id for host in index.architecture.hosts if host.network is not None)
    services = (each for component in index.architecture.components if component.network for each in component.replicas)
    return frozenset(
        (
            *(zone for host in hosts for zone in index.zones_around(host)),
            *(zone for replica in services for zone in index.zones_of(replica)),
        )
    )
