"""Advice on what has to leave a zone, or to move: of flows that its loss takes down, and of pairs that watch their hosts alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from archgen.analysis.regions import members_by_zone, outnumbered, zones_alike_beside, zones_of_all
from archgen.analysis.topology import Topology
from archgen.edits.placement import pair_between, zones_led_to, zones_survived
from archgen.edits.replicas import called_nearby
from archgen.edits.second_advice import advise_needed_whole
from archgen.edits.second_replicas import advise_elsewhere, share_disks
from archgen.model.architecture import WIDE_ZONES, Cluster, Component, Replica, ZoneKind
from archgen.model.finding import Proof
from archgen.model.kinds import ROUTING
from archgen.model.products import product_name, product_of
from archgen.model.steps import Access
from archgen.model.subject import Subject
from archgen.model.wording import MOST_NAMED, first_few, listed, plural, zone_words
from archgen.reliability.failure import single_points
from archgen.reliability.locality import ends_between, home, zones_apart
from archgen.reliability.losses import RootCause
from archgen.reliability.members import asks_majority, quorum, quorum_of, votes
from archgen.reliability.needs import answering_of


def leave_zone(topology: Topology, zone: Subject, flows: Collection[str], spared: Collection[str]) -> str:
    """Return the fix for a zone whose hosts fail together; `spared` are the kinds of which one takes nothing down."""
    kind = topology.zones[zone.id].kind
    # feeds that each take something down are named together, and another than these is meant
    others = spared if kind == "power" else {other.kind for other in topology.zones.values() if other.id != zone.id}
    declare = "" if kind in others else ", and declare it as a zone"
    if kind == "power":
        return f"Put one of the hosts that back each other up on another power feed than {zone.id}{declare}."
    groups, short = _lost(topology, zone, flows)
    other = f"another {zone_words(kind)}"
    single = [name for group in groups if len(group) == 1 for name in group]
    voting = {name: spread for name in single if (spread := spread_members(topology.components[name], kind))}
    # another replica of what is needed whole is one more that has to be up, and what has a copy elsewhere is copied already
    whole = [name for name in single if _is_needed_whole(topology, name, flows)]
    disks = [
        name for name in single if name not in voting and share_disks(topology, name, is_one_site=kind not in _SITES)
    ]
    copies = {
        name: copy
        for name in single
        if name not in {*voting, *whole, *disks} and (copy := _copy_outside(topology, name, zone.id))
    }
    alone = [name for name in single if name not in {*voting, *whole, *disks, *copies}]
    either = [listed(group, "or") for group in groups if len(group) > 1]
    advice = advise_elsewhere(topology, alone, either, kind, f"{other}{declare}")
    advice += [f"Spread {spread}." for spread in voting.values()]
    advice += [_PROMOTE.format(copy=copy, name=name) for name, copy in copies.items()]
    if beside := [name for name in disks if name not in whole]:
        apart = "" if kind in _SITES else _APART.format(zone=zone.id)
        advice.append(
            f"The servers of {listed(beside)} share disks: keep in {other} a copy of what these hold, with a server of its own."
            f"{apart}"
        )
    if whole:
        advice.append(
            f"Another replica of {listed(whole)} would be one more that must answer: keep in {other} a copy of what each has."
        )
    if short or not advice:
        of = f" of {listed(short)}" if short else ""
        advice.append(
            f"Spread the replicas{of} so that enough of {'them' if len(short) == 1 else 'each'} are left without {zone.id}."
        )
    moved = {*short, *(name for group in groups for name in group)}
    expected = any(zone.id in zones for flow, zones in zones_survived(topology.index).items() if flow in flows)
    accept = [f"Or accept the loss of {zone.id} (`accept`)."] if kind in _SITES and not expected else []
    return " ".join([*advice, *stays_down(topology, zone, flows, moved), *accept])


_SITES: tuple[ZoneKind, ...] = ("datacenter", *WIDE_ZONES)
"""The zones to which no cable of a disk array reaches."""

_APART = " Or place one of them there, if the disks stand outside {zone} and both still reach them."


_PROMOTE = (
    "Let {copy} be promoted when {name} is lost: declare it as a replica of {name}, with `replication: {{primary: …, failover: "
    "automatic, by: …}}`."
)


def _is_needed_whole(topology: Topology, name: str, flows: Collection[str]) -> bool:
    """Return True for a store of which callers need each of several replicas."""
    several = topology.kind(name).stores and len(topology.components[name].replicas) > 1
    return several and advise_needed_whole(topology, name, flows) is not None


def _copy_outside(topology: Topology, name: str, zone: str) -> str | None:
    """Return a read-only copy of a store in another zone."""
    copies = (
        each
        for each in topology.architecture.components
        if each.replication is not None and each.replication.copy_of == name
    )
    return next(
        (
            copy.id
            for copy in copies
            if not any(zone in topology.index.shared_zones(replica) for replica in copy.replicas)
        ),
        None,
    )


def spread_members(component: Component, kind: ZoneKind) -> str | None:
    """Return over how many zones of a kind members that agree have to be spread, with their name; None where two zones are enough.

    Of n members k have to answer, so no zone may hold more than n - k, and the loss of the larger of two would stop a majority.
    """
    size = len(component.replicas)
    by_access = (each.count for access in _ACCESSES for each in votes(component, access))
    spare = size - max((quorum(component), *by_access))
    if component.managed or quorum_of(component) is None or spare < 1 or -(-size // spare) < 3:
        return None
    zones = plural(-(-size // spare), zone_words(kind))
    return f"{component.id} over at least {zones}, none with more than {spare} of its {size} replicas"


_ACCESSES: tuple[Access, ...] = ("read", "write")

ADD_REPLICA = "Add a replica on another host{}, with something that moves the traffic there, and restart them in turn."
"""The advice for what is alone on a host, with a place for words on where the other host should be."""


def add_elsewhere(topology: Topology, breaking: RootCause) -> str:
    """Return that advice with the kind of zone to leave at best; that a datacenter is lost as well is said once, of all of them."""
    zone, flows = _held_in(topology, breaking)
    is_told = zone is None or _is_told_once(topology, zone, flows)
    return ADD_REPLICA.format("" if zone is None or is_told else f", best in {_another(topology, zone)}")


def leave_zone_too(topology: Topology, breaking: RootCause, fix: str | None) -> str | None:
    """Return a fix, or the rule's, with the kind of zone to leave too where all of a flow is in one: the next loss would be its own."""
    zone, flows = _held_in(topology, breaking)
    if zone is None:
        return fix
    other, lost = _another(topology, zone), listed(first_few(flows, MOST_NAMED))
    if _is_told_once(topology, zone, flows):
        return f"{fix or ADD_REPLICA.format('')} Losing {zone} takes down {lost} as well: use {other}, or accept that."
    own = fix or ADD_REPLICA.format(f", best in {other}")
    return own if other in own else f"{own} Use {other} too: losing {zone} takes down {lost}."


def _held_in(topology: Topology, breaking: RootCause) -> tuple[str | None, Sequence[str]]:
    """Return the zone that holds all of some flows with the element, and these flows; a region is left to `single-zone`.

    It is the widest whose loss these should survive, if the model has another one, else the nearest.
    """
    is_rented = topology.rented(breaking.element)
    held = {} if is_rented else topology.losses.zones_to_leave(breaking.element, breaking.flows)
    small = {zone: flows for zone, flows in held.items() if topology.zones[zone].kind not in WIDE_ZONES}
    expected = (zone for zone in reversed(small) if _is_to_survive(topology, zone, small[zone]))
    zone = next(expected, next(iter(small), None))
    return zone, () if zone is None else small[zone]


def _is_told_once(topology: Topology, zone: str, flows: Iterable[str]) -> bool:
    """Return True for a datacenter whose loss may be accepted, as no flow should survive it."""
    return topology.zones[zone].kind == "datacenter" and not _is_to_survive(topology, zone, flows)


def _is_to_survive(topology: Topology, zone: str, flows: Iterable[str]) -> bool:
    """Return True if a flow should survive the loss of a zone beside which the model has another."""
    survived = zones_survived(topology.index)
    return bool(topology.index.zones_like(zone)) and any(zone in survived.get(flow, ()) for flow in flows)


def _another(topology: Topology, zone: str) -> str:
    return f"another {zone_words(topology.zones[zone].kind)}"


def _lost(topology: Topology, zone: Subject, flows: Collection[str]) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return the components that flows lose as a whole, those together that stand in for each other, and those short of a quorum."""
    groups: dict[tuple[str, ...], None] = {}
    short: dict[str, None] = {}
    for flow in flows:
        structure = topology.losses.structures[flow]
        lost = {replica.id: replica.component for replica in topology.losses.lying_in(zone, flow)}
        groups.update(dict.fromkeys(_groups(topology, flow, lost)))
        for component in dict.fromkeys(lost.values()):
            count, members = structure.quorums.get(component, (0, ()))
            if sum(member not in lost for member in members) < count:
                short[component] = None
    needed = [group for group in groups if not any(set(other) < set(group) for other in groups)]
    return needed, [name for name in short if (name,) not in needed]


def _groups(topology: Topology, flow: str, lost: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield each component that starts a flow, and those of each need of it, of which no replica is left."""
    for initiator in topology.losses.structures[flow].initiators:
        if _is_lost(topology, initiator.component, lost):
            yield (initiator.component,)
    answering = topology.losses.answering(flow)
    asked = dict.fromkeys(members for replica in lost for members in answering.get(replica, ()))
    for members in asked:
        names = dict.fromkeys(lost[member] for member in members if member in lost)
        if all(member in lost for member in members) and all(_is_lost(topology, name, lost) for name in names):
            yield tuple(names)


def _is_lost(topology: Topology, component: str, lost: Collection[str]) -> bool:
    return all(replica.id in lost for replica in topology.components[component].replicas)


def stays_down(topology: Topology, zone: Subject, flows: Iterable[str], moved: Collection[str]) -> list[str]:
    """Return a sentence on the hosts in a zone that still take down flows if some components leave it; none if there are none."""
    losses = topology.losses
    left: dict[str, list[str]] = {}
    for flow in flows:
        points = single_points(losses.plans[flow].sparing(moved))
        causes = [each.element for each in losses.causes[flow] if each.element in points]
        for host in (
            each for each in causes if each.kind == "host" and zone.id in topology.index.zones_around(each.id)
        ):
            names = dict.fromkeys(each.component for each in losses.breaking_in(host, flow))
            left.setdefault(f"{host.id} ({listed([name for name in names if name not in moved])})", []).append(flow)
    takes = [f"{host} still takes down {listed(first_few(names, MOST_NAMED))}" for host, names in left.items()]
    return [f"Even so, {'; '.join(first_few(takes, MOST_NAMED))}."] if takes else []


def add_zones(topology: Topology, zone: Subject, flow: str) -> str | None:
    """Return the advice for replicas of which zones like one can't each be lost, wherever they stand in them; None where they can.

    Of n replicas k have to answer, so no zone may hold more than n - k, and all n need n / (n - k) zones.
    """
    kind = topology.zones[zone.id].kind
    for caller, need, inside in outnumbered(topology, zone, flow):
        size = len(answering_of(need))
        spare = size - need.count
        within = _reach(topology, caller, need.connection)
        members = [topology.replicas[each] for each in answering_of(need)]
        zones = [
            each
            for each in (zone.id, *zones_alike_beside(topology, zone.id, members))
            if not within or any(topology.index.inside(each, outer) for outer in within)
        ]
        missing = -(-size // spare) - len(zones) if spare else 0
        if missing > 0:
            place = zone_words(kind)
            more = f"a third {place}" if len(zones) == 2 and missing == 1 else plural(missing, f"more {place}")
            names = listed([*dict.fromkeys(topology.replicas[each].component for each in inside)])
            return (
                f"Run replicas of {names} in {more} as well: {need.count} of {size} must answer, "
                f"so no {place} may hold more than {spare} of them."
            )
    return None


def move_to_zone(topology: Topology, zone: str, replicas: Sequence[str], flows: Iterable[str]) -> str | None:
    """Return the advice to move one of some replicas that share a zone to one of its kind beside it; None where there is none.

    Of the flows that the zone takes down, those that this leaves down are named with their hosts.
    """
    members = [topology.replicas[each] for each in replicas]
    others = _led_to(topology, zones_alike_beside(topology, zone, members), members)
    if not others:
        return None
    names = list(dict.fromkeys(topology.replicas[each].component for each in replicas))
    place = f"another {zone_words(topology.zones[zone].kind)}" if len(others) > _NAMED else listed(others, "or")
    calls = _calls_on_hosts(topology, zone, names)
    move = f"Move a replica {'each ' if len(names) > 1 else ''}of {listed(names)} to {place}."
    if calls:
        move = f"Move a replica each of {listed(names)} to one host in {place}: {listed(calls)} stays on a host (`locality`)."
    return " ".join([move, *stays_down(topology, Subject("zone", zone), flows, names)])


def _calls_on_hosts(topology: Topology, zone: str, names: list[str]) -> list[str]:
    """Return the calls that stay on a host of components to move, and add to these what is at their other ends, all of it in the zone."""
    calls: dict[str, None] = {}
    for name in names:
        for call in (*topology.incoming[name], *topology.outgoing[name]):
            if call.locality != "same-host":
                continue
            ends = [each for each in dict.fromkeys((call.source, *call.targets)) if each != name]
            held = [each for each in ends if zone in zones_of_all(topology, topology.components[each])]
            calls |= dict.fromkeys([call.id] if held else [])
            names += [each for each in held if each not in names]
    return [*calls]


def _led_to(topology: Topology, zones: Iterable[str], replicas: Iterable[Replica]) -> list[str]:
    """Return those of some zones to which the networks of replicas lead."""
    led = [*zones]
    for host in dict.fromkeys(host for replica in replicas for host in replica.hosts):
        led = zones_led_to(topology.index, host, led)
    return led


def third_place(topology: Topology, component: Component, crowded: Collection[str]) -> str:
    """Return the further place that a majority in two zones of a kind needs, as the end of a sentence; else ""."""
    held = members_by_zone(topology, component.replicas)
    for zone in crowded if asks_majority(component) else ():
        beside = _led_to(topology, zones_alike_beside(topology, zone, component.replicas), component.replicas)
        if sum(each in held for each in beside) == 1:
            free = [each for each in beside if each not in held]
            return f", with one in {listed(free, 'or') or 'a third place'}"
    return ""


_NAMED = 3
"""The most zones that an advice names."""


def _reach(topology: Topology, caller: str, connection: str | None) -> frozenset[str]:
    """Return the zones that a caller's targets are in by the locality of a connection; none if it has no locality."""
    locality = topology.connections[connection].locality if connection is not None else None
    return home(topology.index, topology.replicas[caller], locality) if locality is not None else frozenset()


def move_between_sites(topology: Topology, component: Component) -> str | None:
    """Return how the traffic of replicas on several sites moves; None for those that are on one, or may be."""
    first, here, second, there = next(zones_apart(topology.index, component.replicas), (None, "", None, ""))
    if first is None or second is None:
        return None
    if ends_between(topology.index, here, there):
        before = (
            "Put the provider's balancer, which spans both, before them, or let DNS with a health check move their name"
        )
        return f"{before}: no address moves from {here} to {there} by itself."
    networks = {topology.hosts[host].network for replica in (first, second) for host in replica.hosts}
    alone = networks.pop() if len(networks) == 1 else None
    pair = pair_between(topology.index, alone, (here,), (there,)) if not networks else None
    if pair is not None:
        return f"Let an address move between {here} and {there}, as that of {pair} does, or let DNS with a health check move their name."
    before = "Let DNS with a health check move their name, or an address if one local network (a VLAN) spans both"
    return f"{before}: no address moves from {here} to {there} by itself."


def advise_move(facts: Topology, component: Component) -> str:
    """Return the fix for replicas that visitors reach without a balancer, and of which nothing moves the traffic."""
    apart = move_between_sites(facts, component)
    if facts.kind(component.id).balances:
        return (
            apart
            or "Declare how traffic moves: `cluster: {address: {shared: …}, by: vrrp}`, or DNS with a health check."
        )
    used = (
        each for each in facts.of_kind("load-balancer") if facts.flows_of[each.id] and (each.managed or each.cluster)
    )
    spoken = _protocols(facts, component)
    there = next((each.id for each in used if spoken <= _protocols(facts, each)), None)
    if there is not None:
        moves = apart or "Declare how traffic moves: `cluster: {address: {shared: …}, by: vrrp}`."
        return f"Send these requests through {there} too, or {moves[0].lower()}{moves[1:]}"
    return (
        apart
        or "Put a load balancer before them, or declare how traffic moves: `cluster: {address: {shared: …}, by: vrrp}`."
    )


def _protocols(facts: Topology, component: Component) -> set[str]:
    return {port.protocol for call in facts.incoming[component.id] for port in call.ports}


def watch_deeper(facts: Topology, component: Component, cluster: Cluster) -> str:
    """Return the fix for a pair of which failover watches only the hosts, or only processes that call what is on their hosts."""
    # firewalls have CARP or a protocol of their own; some serve with a process, such as a VPN's
    mover = facts.components.get(cluster.by or "")
    of_keepalived = component.kind not in ROUTING if mover is None else product_name(mover.product) == "keepalived"
    way = " (keepalived: `vrrp_script`)" if of_keepalived else ""
    if component.id in facts.losses.kept:
        called = listed(called_nearby(facts.architecture, component))
        return (
            f"Let its check send a request through to {called}{way}, and declare `watches: service`. Or let {component.id} "
            f"call each replica of {called}, without `locality`."
        )
    product = product_of(component.product)
    if product.forwards or product.appliance:
        return "Declare `watches: process`: it watches its own processes, or forwards in its kernel."
    return f"Let it watch the process too{way}, and declare `watches: process`."


def advise_restart(facts: Topology, element: Subject, proof: Proof) -> str | None:
    """Return the fix where a replica that floats stays down as the loss takes the control plane that would start it elsewhere."""
    plan, replica = facts.losses.plans[proof.flow], facts.replicas[proof.path[-1]]
    lost = [host for host in replica.hosts if element.kind != "replica" and facts.index.takes_down(element, host)]
    if replica.id not in plan.restarts or not 0 < len(lost) < len(replica.hosts):
        return None
    component = facts.components[replica.component]
    apart = "zone" if element.kind == "zone" else "host"
    spread = (
        f"Run a second replica of {component.title} (`replicas: 2`, `spread: {apart}`)"
        if len(component.replicas) == 1
        else f"Spread the replicas of {component.title} (`spread: {apart}`)"
    )
    deciding = dict.fromkeys(facts.replicas[votes.members[0]].component for votes in plan.votes)
    return (
        f"{spread}, and place {listed([*deciding])} so that enough is left without {element.id} to start it elsewhere."
    )
