"""Places that replicas share for sure, losses that decide a quorum, and regions and providers with all of a system's services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from archgen.analysis.monitoring import collected_from
from archgen.analysis.topology import Topology
from archgen.model.architecture import SMALL_ZONES, WIDE_ZONES, Component, Replica
from archgen.model.kinds import RELAYING
from archgen.model.products import product_of, zone_of
from archgen.model.subject import Subject
from archgen.reliability.failure import SinglePoint
from archgen.reliability.index import Index
from archgen.reliability.locality import SITES
from archgen.reliability.losses import Losses, RootCause
from archgen.reliability.members import spares_no_copy
from archgen.reliability.needs import Need, answering_of
from archgen.reliability.promoters import electorate


def zones_of_all(topology: Topology, component: Component) -> frozenset[str]:
    """Return the zones in which each replica of a component surely lies."""
    return frozenset.intersection(*(topology.index.shared_zones(replica) for replica in component.replicas))


def members_by_host(topology: Topology, members: Iterable[Replica]) -> dict[str, int]:
    """Return how many of some replicas each host surely holds, by itself and by the hosts that run on it."""
    alone = (replica.hosts[0] for replica in members if len(replica.hosts) == 1)
    return dict(Counter(each for host in alone for each in (host, *topology.index.hosts_below(host))))


def members_by_zone(topology: Topology, members: Iterable[Replica]) -> dict[str, int]:
    """Return how many of some replicas are surely in each zone, in the order of the zones."""
    held = Counter(zone for replica in members for zone in topology.index.shared_zones(replica))
    return {zone: held[zone] for zone in topology.zones if held[zone]}


def crowded(held: Mapping[str, int], size: int, needed: int) -> dict[str, int]:
    """Return the places that hold so many of all members that the rest is no quorum, if others are elsewhere."""
    return {place: count for place, count in held.items() if 1 < count < size and size - count < needed}


def zones_used_like(topology: Topology, zone: str) -> list[str]:
    """Return the zones of the same kind in which components of the system run too, so that a second one is paid for."""
    places = {place for host in topology.hosts if topology.load(host) for place in topology.index.zones_around(host)}
    return [other.id for other in topology.index.zones_like(zone) if other.id in places]


def stack_beside(topology: Topology, zone: str, names: Sequence[str]) -> tuple[str, dict[str, str]] | None:
    """Return another zone with a component for each of some of a zone, and all pairs of components named like them; None without.

    Their ids are the same but for a word, as those of `web-eu` and `web-us`, and so are kind and product.
    """
    for other in zones_used_like(topology, zone):
        for words in _words_apart(topology, names[0]) if names else ():
            beside = [_named_with(topology, name, words) for name in names]
            if all(each is not None and _is_all_in(topology, each, other) for each in beside):
                pairs = ((name, _named_with(topology, name, words)) for name in topology.components)
                return other, {name: twin for name, twin in pairs if twin is not None}
    return None


def entries_into(
    topology: Topology, flows: Sequence[str], names: Iterable[str], twins: Collection[str]
) -> dict[str, str]:
    """Return the components by which flows come to some that another zone has too, each with its caller.

    What leads to them and has a twin itself, such as a balancer in the region, is taken for one of them.
    """
    calls = [call for flow in flows for hop in topology.hops[flow] if (call := hop.connection) is not None]
    inside = dict.fromkeys(names)
    queue = list(inside)
    for name in queue:
        before = dict.fromkeys(call.source for call in calls if name in call.targets and call.source in twins)
        queue += [source for source in before if source not in inside]
        inside |= before
    return {
        target: call.source
        for call in calls
        for target in call.targets
        if target in inside and call.source not in inside
    }


def _is_all_in(topology: Topology, component: str, zone: str) -> bool:
    hosts = topology.hosts_of(component)
    return bool(hosts) and all(zone in topology.index.zones_around(host) for host in hosts)


def _words_apart(topology: Topology, name: str) -> dict[tuple[str, str], None]:
    """Return the pairs of words in one of which the id of a component and that of another one of its kind differ."""
    first = name.split("-")
    apart: dict[tuple[str, str], None] = {}
    for each in topology.of_kind(topology.components[name].kind):
        second = each.id.split("-")
        words = [pair for pair in zip(first, second, strict=False) if pair[0] != pair[1]]
        if len(first) == len(second) > 1 and len(words) == 1:
            apart[words[0]] = None
    return apart


def _named_with(topology: Topology, name: str, words: tuple[str, str]) -> str | None:
    """Return the component with another word in its id, of the same kind and product."""
    parts = name.split("-")
    if words[0] not in parts:
        return None
    twin = topology.components.get("-".join(words[1] if part == words[0] else part for part in parts))
    own = topology.components[name]
    return twin.id if twin is not None and (twin.kind, twin.product) == (own.kind, own.product) else None


def zones_served(topology: Topology) -> frozenset[str]:
    """Return the zones of managed components that flows need."""
    managed = (each for each in topology.architecture.components if topology.flows_of[each.id])
    return frozenset(place for each in managed if (place := zone_of(each)) is not None)


def is_spread_within(topology: Topology, zone: str, flow: str, served: frozenset[str]) -> bool:
    """Return True if a flow in one region, or at one provider, runs in several smaller places there, and the system in no other.

    Where the loss of one of these takes it down, what is there alone is the fault, not the region. What a provider runs in the region
    is in several places there too; `served` are the zones of managed components that flows need. A place of another kind, as an office,
    is no second region.
    """
    if zones_used_like(topology, zone):
        return False
    replicas = topology.losses.structures[flow].replicas
    hosts = [host for replica in replicas for host in replica.hosts]
    if not hosts:
        spread = [each.component for each in replicas if topology.provided(Subject("replica", each.id))]
        elsewhere = any(other.id in served for other in topology.index.zones_like(zone))
        in_zone = any(zone_of(topology.components[name]) == zone for name in spread)
        return not elsewhere and (in_zone or _is_served_apart(topology, zone, replicas))
    return topology.are_apart_in(zone, (place for host in hosts for place in topology.index.zones_around(host)))


def _is_served_apart(topology: Topology, zone: str, replicas: Iterable[Replica]) -> bool:
    """Return True if what a provider runs for a flow is in several whole places of a wide one: regions, or availability zones."""
    placed = {each for replica in replicas if (each := zone_of(topology.components[replica.component])) is not None}
    innermost = [each for each in placed if not any(topology.index.inside(other, each) for other in placed)]
    return topology.are_apart_in(zone, innermost)


def lies_in_region(topology: Topology, breaking: RootCause) -> bool:
    """Return True for a wide place outside which each flow has nothing of some component that it needs, as a design."""
    zone = breaking.element
    if zone.kind != "zone" or topology.zones[zone.id].kind not in WIDE_ZONES:
        return False
    return all(topology.lies_wholly_in(zone, flow) for flow in breaking.flows)


def is_only_region(topology: Topology, breaking: RootCause) -> bool:
    """Return True for a region in which all flows that its loss takes down are spread, and beside which the system uses no other."""
    if not breaking.flows or not lies_in_region(topology, breaking):
        return False
    served = zones_served(topology)
    return all(is_spread_within(topology, breaking.element.id, flow, served) for flow in breaking.flows)


def is_single_site(topology: Topology, breaking: RootCause) -> bool:
    """Return True for a zone of flows of which nothing but what hands requests on runs in several zones of its kind, or on several sites.

    Nobody means them to survive its loss: a second balancer elsewhere is the first step to that, and worsens nothing. Nor does a
    second server of a directory, which each site has for its own people.
    """
    zone, index = breaking.element, topology.index
    if zone.kind != "zone":
        return False
    kinds = (*SITES, topology.zones[zone.id].kind)
    needed = (replica.component for flow in breaking.flows for replica in topology.losses.structures[flow].replicas)
    for name in dict.fromkeys(needed):
        if topology.kind(name).id in RELAYING or product_of(topology.components[name].product).directory:
            continue
        replicas = topology.components[name].replicas
        hosts = [frozenset(index.zones_around(host)) for replica in replicas for host in replica.hosts]
        around = hosts or [frozenset(index.shared_zones(replica)) for replica in replicas]
        apart = frozenset().union(*around) - frozenset.intersection(*around)
        if any(topology.zones[each].kind in kinds for each in apart):
            return False
    return True


def half_second_site(topology: Topology, breaking: RootCause) -> dict[str, list[str]]:
    """Return the flows of an innermost site with copies in a second one that lacks others that they need, with the components copied.

    A rack in it may be a cause of its own: the next place for that may be in the site too. A host or replica that is one is
    reported alone.
    """
    zone = breaking.element.id
    copied = {
        flow: _copied_in_part(topology, zone, flow)
        for flow in breaking.flows
        if _is_innermost_site(topology, zone, flow)
    }
    return {flow: names for flow, names in copied.items() if names}


def _is_innermost_site(topology: Topology, zone: str, flow: str) -> bool:
    inner = (each.id for each in topology.losses.points[flow] if each.kind == "zone")
    return all(topology.zones[each].kind in SMALL_ZONES for each in inner if topology.index.inside(each, zone))


def _copied_in_part(topology: Topology, zone: str, flow: str) -> list[str]:
    """Return a flow's components with replicas in a zone and in others like it; none if it works without all others of the zone.

    Those of which a replica or its host breaks the flow by itself don't count among the others.
    """
    points = topology.losses.points[flow]
    lying = {replica.id: replica for replica in topology.losses.lying_in(Subject("zone", zone), flow)}
    others = {each.id for each in topology.index.zones_like(zone)}
    alone, beside = [], []
    for name in dict.fromkeys(each.component for each in lying.values()):
        replicas = topology.components[name].replicas
        if any(not others.isdisjoint(topology.index.shared_zones(each)) for each in replicas):
            beside.append(name)
        elif points.keys().isdisjoint(place for each in replicas for place in _carriers(topology.index, each)):
            alone += [each for each in replicas if each.id in lying]
    return beside if topology.losses.breaks_with(flow, alone) else []


def _carriers(index: Index, replica: Replica) -> Iterator[Subject]:
    """Yield a replica, the hosts on which it is or may be, and those under them."""
    yield Subject("replica", replica.id)
    yield from (Subject("host", below) for host in replica.hosts for below in (host, *index.hosts_below(host)))


def outnumbered(topology: Topology, place: Subject, flow: str) -> Iterator[tuple[str, Need, tuple[str, ...]]]:
    """Yield each caller and need that too few, and yet some, are left to meet without a place, and those who are there."""
    lost = {replica.id for replica in topology.losses.lying_in(place, flow)}
    for caller, needs in topology.losses.structures[flow].needs.items():
        for need in (each for each in needs if each.kind == "some"):
            answering = answering_of(need)
            inside = tuple([each for each in answering if each in lost])
            if inside and 0 < len(answering) - len(inside) < need.count:
                yield caller, need, inside


def providers_unseen(topology: Topology) -> dict[str, list[str]]:
    """Return the providers whose services no monitoring watches that takes measurements, as each is another provider's, with these.

    A provider's monitoring measures what is there, and what it is told of elsewhere.
    """
    observers = [each for each in topology.of_kind("monitoring") if not topology.only_probes(each.id)]
    seen = [_providers(topology, each) for each in observers]
    if not seen or not all(seen):
        return {}
    watched = collected_from(topology)
    places = [topology.index.zones_around(host) for host in topology.hosts if Subject("host", host) in watched]
    parts = {each.id: each for each in topology.architecture.components if _providers(topology, each)}
    seen += [_providers(topology, each) for each in parts.values() if Subject("component", each.id) in watched]
    reached = set[str]().union(*seen, *places)
    unseen: dict[str, list[str]] = {}
    for component in parts.values():
        for provider in _providers(topology, component) - reached if topology.flows_of[component.id] else ():
            unseen.setdefault(provider, []).append(component.id)
    return unseen


def _providers(topology: Topology, component: Component) -> set[str]:
    """Return the declared providers of a managed component."""
    zone = zone_of(component)
    around = () if zone is None else (zone, *topology.index.zones_outside(zone))
    return {each for each in around if topology.zones[each].kind == "provider"}


def zones_alike_beside(topology: Topology, zone: str, members: Sequence[Replica]) -> list[str]:
    """Return the other zones of the kind of a zone, inside all wider ones that the members share: another region is too far away."""
    index = topology.index
    wider = [
        each for each in index.zones_outside(zone) if all(each in index.shared_zones(replica) for replica in members)
    ]
    return [other.id for other in index.zones_like(zone) if all(index.inside(other.id, outer) for outer in wider)]


def broken_by_quorum(
    facts: Topology, component: str, fragile: frozenset[str], voting: Iterable[str]
) -> tuple[dict[str, tuple[SinglePoint, ...]], frozenset[str]]:
    """Return the single points of failure of flows that the component's quorum creates, were each other fragile one whole.

    Beside them, the flows that such a point breaks at the quorum, and elsewhere too.
    """
    points = {flow: facts.losses.failures[flow].points for flow in facts.flows if _stands_on(facts, flow, component)}
    flows = tuple(flow for flow, own in points.items() if own)
    if not flows:
        return {}, frozenset()
    alone, none = _losses(facts, fragile - {component}, flows), _losses(facts, fragile, flows)
    broken = {
        flow: tuple(
            point
            for point in points[flow]
            if _breaks(alone, point.element, flow) and not _breaks(none, point.element, flow)
        )
        for flow in flows
    }
    elements = dict.fromkeys(point.element for own in broken.values() for point in own)
    ends = {component, *promoted_by(facts, component), *voting}
    also = (flow for flow in flows for element in elements if _breaks_besides(alone, none, element, flow, ends))
    return broken, frozenset(also)


def _stands_on(facts: Topology, flow: str, component: str) -> bool:
    """Return True for a component that a flow needs, or that starts its replicas on another host."""
    leading = (member for votes in facts.losses.plans[flow].votes for member in votes.members)
    return component in facts.losses.members[flow] or component in {facts.replicas[each].component for each in leading}


def promoted_by(facts: Topology, component: str) -> Iterator[str]:
    """Yield the stores whose replicas a component promotes."""
    data = ((name, each.replication) for name, each in facts.components.items())
    yield from (name for name, own in data if own is not None and own.by == component)


def _breaks_besides(alone: Losses, none: Losses, element: Subject, flow: str, ends: Collection[str]) -> bool:
    """Return True if what an element takes of a quorum and of what it promotes would break a flow by itself."""
    lost = [replica for replica in alone.lying_in(element, flow) if replica.component in ends]
    return alone.breaks_with(flow, lost) and not none.breaks_with(flow, lost)


def _breaks(losses: Losses, element: Subject, flow: str) -> bool:
    """Return True if the loss of an element breaks a flow: of a zone by what fails together in it, and not by one host alone."""
    if element not in losses.points[flow]:
        return False
    return element.kind != "zone" or losses.breaks_as_zone(element.id, flow)


def _losses(facts: Topology, leading: frozenset[str], flows: tuple[str, ...]) -> Losses:
    """Return what losses break in some flows as if any replica of some components could work without the others or their votes."""
    if not leading:
        return facts.losses
    components = tuple(_without_votes(facts, each, leading) for each in facts.components.values())
    asked = tuple(facts.flows[flow] for flow in flows)
    return Losses(Index(replace(facts.architecture, components=components, flows=asked)))


def _without_votes(facts: Topology, component: Component, leading: frozenset[str]) -> Component:
    if component.id in leading:
        component = replace(component, quorum=1)
        if component.replication is not None and not spares_no_copy(component):
            # the copies that a write waits for are left where a majority is
            component = replace(component, replication=replace(component.replication, without="continue"))
    counted = electorate(component, facts.index, "write")
    undirected = component.replication and replace(component.replication, by=None)
    if any(facts.replicas[member].component in leading for votes in counted for member in votes.members):
        return replace(component, product=None, quorum=1, replication=undirected)
    return component


def delayed_by_quorum(facts: Topology, component: str, fragile: frozenset[str]) -> dict[str, tuple[Subject, ...]]:
    """Return the hosts and zones whose loss lets work of flows wait at the component's quorum, were each other fragile one whole."""
    flows = tuple(facts.losses.delaying)
    if not flows:
        return {}
    alone, none = _losses(facts, fragile - {component}, flows), _losses(facts, fragile, flows)
    waiting = {
        flow: tuple(
            element
            for element in alone.delaying.get(flow, ())
            if element.kind != "replica" and element not in none.delaying.get(flow, ())
        )
        for flow in flows
    }
    return {flow: elements for flow, elements in waiting.items() if elements}
