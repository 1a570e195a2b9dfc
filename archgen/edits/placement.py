"""The place of another replica: a host that does the same kind of work in the same network, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from archgen.edits.names import same_series
from archgen.edits.witnesses import hosts_for_members, is_for_voters, platform_hosts, sites_of_voters, spare_hosts
from archgen.model.architecture import WIDE_ZONES, Component, Replication, ZoneKind
from archgen.model.kinds import FILE_STORES, FORWARDING, KINDS, QUEUES, ROUTING
from archgen.model.products import scope_of
from archgen.model.requirements import Survival
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.reliability.locality import SAME_HOST, SITES, possible_homes
from archgen.reliability.members import moves_by_layer_2
from archgen.reliability.promoters import promotion_calls
from archgen.reliability.requests import requests


def find_host(index: Index, component: Component, is_taken: Callable[[str], bool]) -> str | None:
    """Return the first host for another replica, of those that aren't taken; None where a new host is needed.

    It is in the network of a host that the component runs on, and carries the same kind of component, or something
    that runs beside the component as well: a database isn't put on the host of a cache, and nothing on a firewall or beside a voter.
    Where it stands beside replicas that float, it may be any of their hosts. One in the region of the replicas comes first, then the
    first of those that share the fewest zones with them, and what is bound to its site stays there; what should survive the loss of
    a zone that holds it all leaves that. Nothing shares a provider's instance, or a port, no store the host of another that takes its
    writes there, and nothing that promotes by its own judgement a host of what it judges.
    """
    kind = KINDS[component.kind]
    if component.managed and kind.role == "data":
        return None
    own = dict.fromkeys(host for replica in component.replicas for host in replica.hosts)
    networks = {index.hosts[host].network for host in own}
    below = {*own, *(each for host in own for each in index.hosts_below(host))}
    judged = _judged_hosts(index, component) if judges_alone(index, component) else ()
    left = _zones_to_leave(index, component)

    def fits(host: str) -> bool:
        return (
            below.isdisjoint((host, *index.hosts_below(host)))
            and host not in index.instances
            and index.hosts[host].network in networks
            and not is_for_voters(index, host, component)
            and not (kind.stores and _is_led_there(index, component, host))
            and not is_port_taken(index, component, host)
            and host not in judged
            and not is_taken(host)
            and left.isdisjoint(index.zones_around(host))
            and not leaves_site(index, component, index.zones_around(host))
        )

    pools: list[tuple[tuple[str, ...], Sequence[str]]] = [
        (index.nearest_zones(host), (host,))
        for pool in dict.fromkeys(pool for host in own for pool in index.neighbours.get(host, ()))
        for host in pool
    ]
    if kind.id != "other" and not kind.protects and component.id not in index.promoting:
        pools += index.carrying.get((component.kind, component.product), {}).items()
    pools += [(index.nearest_zones(host), (host,)) for host in platform_hosts(index, component)]
    fitting = [host for _, hosts in pools for host in islice(filter(fits, hosts), 1)]

    def rank(host: str) -> tuple[bool, int, int]:
        leaves = is_apart(index, component, index.zones_around(host), within=WIDE_ZONES)
        return leaves, len(zones_shared(index, host, own)), index.host_order[host]

    return min(fitting, key=rank, default=None)


def idle_host(index: Index, component: Component, is_taken: Callable[[str], bool]) -> str | None:
    """Return a host with nothing on it that is named after those of a component, and fits it otherwise; None if there is none."""
    own = [host for replica in component.replicas for host in replica.hosts]
    if component.managed or not own:
        return None
    idle = hosts_for_members(index, component, spare_hosts(index, component))
    unused = (host for host in idle if not (is_for_voters(index, host) or is_taken(host)))
    left = _zones_to_leave(index, component)
    near = (
        host
        for host in unused
        if left.isdisjoint(index.zones_around(host)) and not leaves_site(index, component, index.zones_around(host))
    )
    return min(near, key=lambda host: len(zones_shared(index, host, own)), default=None)


def zones_shared(index: Index, host: str, others: Iterable[str]) -> set[str]:
    """Return the zones that a host declares, or the one below it, and any of some others does too."""
    return set(index.nearest_zones(host)).intersection(zone for other in others for zone in index.nearest_zones(other))


def judges_alone(index: Index, component: Component) -> bool:
    """Return True for a single program that promotes by its own judgement; one that asks a coordinator goes anywhere, and twice.

    What keeps files of its own does more than that.
    """
    if component.id not in index.promoting or len(component.replicas) > 1 or component.uploads is not None:
        return False
    return not (KINDS[component.kind].balances or promotion_calls(index, component.id))


def _judged_hosts(index: Index, promoter: Component) -> set[str]:
    """Return the hosts of the stores that a component promotes."""
    stores = (each for each in index.components.values() if each.replication and each.replication.by == promoter.id)
    return {host for store in stores for replica in store.replicas for host in replica.hosts}


def is_port_taken(index: Index, component: Component, host: str) -> bool:
    """Return True if another has a port of a component on a host; what runs beside it elsewhere has an address of its own."""
    ports = index.ports.get(component.id)
    if not ports:
        return False
    own = {each for replica in component.replicas for each in replica.hosts}
    others = (index.components[name] for name in index.standing_on.get(host, ()) if name != component.id)
    same = (each for each in others if not ports.isdisjoint(index.ports.get(each.id, ())))
    return any(own.isdisjoint(used for replica in each.replicas for used in replica.hosts) for each in same)


def _is_led_there(index: Index, component: Component, host: str) -> bool:
    """Return True if another store of the kind and product of one takes its writes on a host: it has the port, and needs the host."""
    for other in map(index.components.__getitem__, index.standing_on.get(host, ())):
        if other.id != component.id and (other.kind, other.product) == (component.kind, component.product):
            how = other.replication
            here = [replica.id for replica in other.replicas if host in replica.hosts]
            if how is None or how.all_write or not set(how.primary).isdisjoint(here):
                return True
    return False


def leaves_site(index: Index, component: Component, zones: Iterable[str], beside: Collection[str] = ()) -> bool:
    """Return True if zones are on another site than a component whose address moves by its local network, or that routes there.

    So they are if a caller gets to none but those in its own zone, unless it comes along (`beside`), or if writes would wait for it.
    """
    zones = tuple(zones)
    if _is_out_of_reach(index, component, zones, beside):
        return True
    beyond = is_apart(index, component, zones, within=(*WIDE_ZONES, "datacenter"))
    routes = component.kind in ROUTING
    if (component.kind in FORWARDING and component.managed) or (routes and _is_to_survive_zones(index, component)):
        # a provider's network spans the zones of its region and ends in one's own; who expects to survive a zone leads the route elsewhere
        return beyond
    far = beyond and _writes_wait(component.replication) and not _zones_holding(index, component)
    return far or ((routes or has_local_address(index, component)) and is_apart(index, component, zones))


def _writes_wait(how: Replication | None) -> bool:
    """Return True for members that all take writes, each of which waits for others: one far away would slow all of them down."""
    return how is not None and bool(how.all_write) and how.mode == "synchronous"


def _is_to_survive_zones(index: Index, component: Component) -> bool:
    """Return True if a flow that names a component is expected to survive the loss of its availability zone."""
    around = {zone for replica in component.replicas for host in replica.hosts for zone in index.zones_around(host)}
    survived = _survived_by_component(index).get(component.id, frozenset())
    return any(index.zone_kinds[zone] == "availability-zone" for zone in around & survived)


@lru_cache(maxsize=2)
def zones_survived(index: Index) -> Mapping[str, frozenset[str]]:
    """Return for each flow of an expectation the zones whose loss it should survive.

    Nobody means a region or a provider who doesn't name it or its kind.
    """
    by_flow: dict[str, frozenset[str]] = {}
    for expected in index.architecture.expect:
        if isinstance(expected, Survival):
            meant = frozenset(
                zone
                for zone, kind in index.zone_kinds.items()
                if expected.kind == kind
                or f"zone:{zone}" in expected.lost
                or (expected.kind in ("element", "zone") and kind not in WIDE_ZONES)
            )
            by_flow |= {flow: meant.union(by_flow.get(flow, ())) for flow in expected.flows}
    return by_flow


@lru_cache(maxsize=2)
def _survived_by_component(index: Index) -> Mapping[str, frozenset[str]]:
    """Return for each component that flows name the zones whose loss one of these should survive."""
    by_component: dict[str, frozenset[str]] = {}
    for flow, zones in zones_survived(index).items():
        asked = [request for request, _ in requests(index.flows[flow].steps)]
        for name in {end for request in asked for end in (request.source, *request.targets)}:
            by_component[name] = zones.union(by_component.get(name, ()))
    return by_component


def zones_expected(
    index: Index, host: str, carried: Collection[str], breaking: Collection[Subject] = ()
) -> tuple[str, ...]:
    """Return the zones of a similar host in another place than that whose loss flows of what it carries should survive, and don't.

    That is the widest one beside which the model has another with room for the host; a sound one where any is, and none of a vote
    alone. None where nothing is expected, or no place is left.
    """
    lost = frozenset[str]().union(*(_zones_holding(index, index.components[name]) for name in carried))
    around = index.zones_around(host)
    for place in reversed(around) if lost else ():
        if place not in lost:
            continue
        parent = next(index.zones_outside(place), None)
        beside = [each for each in index.zones_like(place) if each.id not in around]
        for_votes = sites_of_voters(index)
        beside.sort(
            key=lambda each: (each.id in for_votes, Subject("zone", each.id) in breaking, each.within != parent)
        )
        for other in beside:
            zones = _zones_in(index, host, place, other.id)
            if zones:
                return zones
    return ()


def _zones_in(index: Index, host: str, place: str, other: str) -> tuple[str, ...]:
    """Return the zones of a similar host in another place than one of those around it; none where its network isn't there."""
    zones: list[str] = []
    for zone in index.hosts[host].zones:
        if zone != place and not index.inside(zone, place):
            zones.append(zone)
            continue
        like = [each.id for each in index.zones_like(zone) if index.inside(each.id, other)] if zone != place else []
        there = zones_led_to(index, host, like or [other])
        if not there:
            return ()
        zones.append(there[0])
    return tuple(dict.fromkeys(zones))


def zones_led_to(index: Index, host: str, zones: Iterable[str]) -> list[str]:
    """Return those of some zones to which a host's network leads, as far as the model says.

    One that is in several zones of a kind, or in one of these, isn't in others of the kind where only hosts of other networks are.
    """
    zones, network = [*zones], index.hosts[host].network
    if network is None:
        return zones
    networks: dict[str, set[str | None]] = {}
    for each in index.hosts.values():
        for zone in index.zones_around(each.id):
            networks.setdefault(zone, set()).add(each.network)
    led = {zone for zone, own in networks.items() if network in own}
    spanned = Counter(index.zone_kinds[zone] for zone in led)
    spanned += Counter(index.zone_kinds[zone] for zone in led.intersection(zones))
    return [zone for zone in zones if zone in led or zone not in networks or spanned[index.zone_kinds[zone]] < 2]


def _zones_holding(index: Index, component: Component) -> frozenset[str]:
    """Return the zones that hold all replicas of a component, and whose loss a flow should survive."""
    return (
        _survived_by_component(index)
        .get(component.id, frozenset())
        .intersection(*map(index.shared_zones, component.replicas))
    )


def _zones_to_leave(index: Index, component: Component) -> frozenset[str]:
    """Return the zones that hold all of a component, and that its next replica leaves, as it should survive their loss."""
    holding, hosts = _zones_holding(index, component), component.replicas[0].hosts
    apart = zones_expected(index, hosts[0], (component.id,)) if holding and hosts else ()
    return holding if apart and not leaves_site(index, component, apart) else frozenset()


def _is_out_of_reach(index: Index, component: Component, zones: Iterable[str], beside: Collection[str]) -> bool:
    """Return True if a caller that needs a component calls it in its own zone alone, and stands in none of some zones."""
    calls = (index.connections.get((caller.id, component.id)) for caller in index.callers(component.id))
    bound = [
        call
        for call in calls
        if call and call.required and call.locality not in (None, SAME_HOST) and call.source not in beside
    ]
    there: frozenset[str] | None = None
    for call in bound:
        if there is None:
            declared = [zone for zone in zones if zone in index.zone_kinds]
            there = frozenset((*declared, *(outer for zone in declared for outer in index.zones_outside(zone))))
        callers = index.components[call.source].replicas
        homes = [each for caller in callers for each in possible_homes(index, caller, call.locality or "")]
        if any(homes) and all(map(there.isdisjoint, homes)):
            return True
    return False


def bound_callers(index: Index, carried: Collection[str]) -> Iterator[str]:
    """Yield the callers that reach some components on their own host alone: a copy elsewhere is of use with them."""
    for name in carried:
        for caller in index.callers(name):
            call = index.connections[caller.id, name]
            if call.required and call.locality == SAME_HOST and caller.id not in carried:
                yield caller.id


def has_local_address(index: Index, component: Component) -> bool:
    """Return True for what shares an address that its local network moves, which stays on its site; routes and names lead anywhere."""
    cluster = component.cluster
    shared = cluster is not None and cluster.shared_address is not None and cluster.by not in ("anycast", "dns")
    return shared or (cluster is not None and moves_by_layer_2(index.components, cluster))


def is_led_by_route(index: Index, component: Component, zones: Iterable[str]) -> bool:
    """Return True if routes would have to lead to a second router in some zones: no address moves between two zones of a provider."""
    return component.kind in ROUTING and not component.managed and is_apart(index, component, zones)


def is_apart(
    index: Index,
    component: Component,
    zones: Iterable[str],
    network: str | None = None,
    within: tuple[ZoneKind, ...] = SITES,
) -> bool:
    """Return True if zones are on another site than the first replica of a component; those that are new are on one of their own.

    A private `network` of a host that is there, and of the first replica, is one over both where only their datacenters differ:
    those may be rooms of one campus, but no provider's network moves an address between its zones. So is one in which the address of
    a pair moves between these datacenters already.
    """
    hosts = component.replicas[0].hosts
    kinds = dict(index.zone_kinds)
    here = set(index.zones_around(hosts[0])) if hosts else set()
    there = dict.fromkeys(zones)
    for zone in tuple(there):
        there |= dict.fromkeys(index.zones_outside(zone)) if zone in kinds else {}
    kinds |= {
        zone: next((kinds[each] for each in kinds if same_series(each, zone)), "")
        for zone in there
        if zone not in kinds
    }
    private = {each.id for each in index.architecture.networks if each.trust == "private"}
    own = index.hosts.get(hosts[0]) if hosts else None
    joined = own is not None and (
        (network in private and own.network == network) or pair_between(index, own.network, here, there) is not None
    )
    return any(_differ(here, there, kinds, kind) for kind in within if not (joined and kind == "datacenter"))


def pair_between(index: Index, network: str | None, here: Collection[str], there: Collection[str]) -> str | None:
    """Return the pair, if any, whose address moves in a network between datacenters of two places: a VLAN spans both."""
    for pair in spanning_pairs(index):
        hosts = [host for replica in index.components[pair].replicas for host in replica.hosts]
        rooms = [_datacenters(index, host) for host in hosts if index.hosts[host].network == network]
        if any(not room.isdisjoint(here) for room in rooms) and any(
            room.intersection(there) - {*here} for room in rooms
        ):
            return pair
    return None


@lru_cache(maxsize=2)
def spanning_pairs(index: Index) -> tuple[str, ...]:
    """Return the components whose address moves by the local network between hosts in several datacenters."""
    pairs = []
    for component in index.components.values():
        hosts = [host for replica in component.replicas for host in replica.hosts]
        if has_local_address(index, component) and all(host in index.hosts for host in hosts):
            pairs += [component.id] if len({_datacenters(index, host) for host in hosts}) > 1 else []
    return tuple(pairs)


def _datacenters(index: Index, host: str) -> frozenset[str]:
    return frozenset(zone for zone in index.zones_around(host) if index.zone_kinds[zone] == "datacenter")


def _differ(here: Iterable[str], there: Iterable[str], kinds: Mapping[str, str], kind: str) -> bool:
    """Return True if two places have zones of a kind, and none of them in common."""
    first = {zone for zone in here if kinds[zone] == kind}
    second = {zone for zone in there if kinds[zone] == kind}
    return bool(first and second) and first.isdisjoint(second)


def can_be_doubled(component: Component) -> bool:
    """Return False for what has no second provider or needs none: payment, sign-in and mail of others, services over zones.

    Nobody runs a second one of a service in front of others, or of one that keeps what it is sent, before its provider has said in how
    many places the first one is, or the model on which hosts.
    """
    if not component.managed:
        return True
    scope = scope_of(component)
    if component.kind in _ALONE or scope in ("regional", "global"):
        return False
    return scope == "zonal" or component.kind not in _OF_UNKNOWN_SCOPE or _is_placed(component)


def _is_placed(component: Component) -> bool:
    return all(replica.hosts for replica in component.replicas)


_ALONE = ("external-service", "identity-provider", "mail")
"""The kinds whose users, accounts or contracts are with their provider, so that another can't stand in."""

_OF_UNKNOWN_SCOPE = (
    *("dns", "cdn", "waf", "firewall", "router", "nat-gateway", "load-balancer", "reverse-proxy", "api-gateway"),
    *(*QUEUES, *FILE_STORES, "secrets"),
)
"""The kinds that providers seldom run in one place only."""
