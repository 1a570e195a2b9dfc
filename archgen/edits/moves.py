"""The moves that can help against the loss of a host or zone: what stands there twice goes elsewhere, which takes no machine more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from archgen.edits.changes import Edit, MoveHost, MoveReplica
from archgen.edits.names import next_name, next_place
from archgen.edits.placement import find_host, has_local_address, judges_alone, zones_led_to, zones_shared
from archgen.edits.promotion import agrees_by_vote
from archgen.edits.witnesses import is_for_voters, new_place, new_witness, platform_hosts, witness_there, witness_zones
from archgen.model.architecture import Component, Replica
from archgen.model.kinds import AGENTS, QUEUES
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.reliability.locality import SITES
from archgen.reliability.members import asks_majority
from archgen.reliability.requests import requests

BUILT = ("rack", "power")
"""The kinds of zones of which another is at hand where the model declares none."""

_LEFT = ("region", "provider")
"""The kinds of zones that nobody leaves with one of two replicas."""

_MOST = 4
"""The most hosts that are tried to move away from an element."""


def moves(
    index: Index,
    target: Subject,
    affected: Collection[Component],
    breaking: Collection[Subject],
    built: Collection[str],
) -> Iterator[Edit]:
    """Yield the moves of a replica, or else of a host, out of an element that takes down another replica of the same component."""
    twice = [component for component in affected if len(_lost(index, component, target)) > 1]
    if not twice:
        return
    named = frozenset(
        replica
        for flow in index.architecture.flows
        for request, _ in requests(flow.steps)
        for replica in request.pinned
    )
    if target.kind == "host":
        yield from _of_replicas(index, target, twice, breaking, named)
    else:
        yield from _of_voters(index, target, twice, breaking, named, built)
    hosts = [
        host
        for host in reversed(index.hosts)
        if host in built
        and Subject("host", host) != target
        and index.takes_down(target, host)
        and _may_leave(index, target, host, affected, twice, named)
    ]
    together = [
        component
        for component in twice
        if asks_majority(component) or len(_lost(index, component, target)) == len(component.replicas)
    ]
    # what carries others alone helps only where a flow needs several of them
    carried = {component.id for component in together}
    hosts.sort(key=lambda host: carried.isdisjoint(index.standing_on.get(host, ())))
    for host in hosts[:_MOST]:
        if index.hosts[host].runs_on is not None:
            yield from to_another_machine(index, target, host, together)
        elif target.kind == "zone" and index.zone_kinds[target.id] not in _LEFT:
            yield from _to_another_zone(index, target.id, host, affected, breaking, built)


def _lost(index: Index, component: Component, target: Subject) -> list[Replica]:
    return [replica for replica in component.replicas if any(index.takes_down(target, host) for host in replica.hosts)]


def _leads(component: Component) -> tuple[str, ...]:
    """Return the replicas that take the writes or the traffic before a failover; where it isn't said, the first."""
    cluster, replication = component.cluster, component.replication
    leading = (cluster.active if cluster is not None else ()) + (replication.primary if replication is not None else ())
    return leading or ((component.replicas[0].id,) if cluster is not None else ())


def _of_replicas(
    index: Index,
    target: Subject,
    twice: Iterable[Component],
    breaking: Collection[Subject],
    named: frozenset[str],
) -> Iterator[MoveReplica]:
    """Yield the moves of the last of several replicas on a host, that no step names, to another host that is there.

    A member of a majority goes to a new one where there is none, as one more member would be of no use.
    """
    for component in twice:
        here = [replica for replica in component.replicas if replica.hosts == (target.id,)]
        free = [replica for replica in here if replica.id not in named]
        if len(here) < 2 or not free or free[-1].id in _leads(component):
            continue
        place = find_host(index, component, lambda host: Subject("host", host) in breaking)
        own = index.hosts[target.id]
        if place is not None:
            yield MoveReplica(component.id, free[-1].id, place)
        elif len(component.replicas) > 2 and asks_majority(component) and own.runs_on is None:
            yield MoveReplica(component.id, free[-1].id, next_name(own.id, index.element_names), own.zones)


def _of_voters(
    index: Index,
    target: Subject,
    twice: Iterable[Component],
    breaking: Collection[Subject],
    named: frozenset[str],
    built: Collection[str],
) -> Iterator[MoveReplica]:
    """Yield the moves of the last voter in a zone to a host with nothing or others' votes, or of its platform, so that no zone has half.

    Where none is at hand, what promotes a store, and keeps none of its data, gets a new host in another rack or on another feed.
    """
    for component in twice:
        here = [
            replica for replica in _lost(index, component, target) if replica.id not in {*named, *_leads(component)}
        ]
        if not here or not _votes(component):
            continue
        stay = [host for replica in component.replicas if replica != here[-1] for host in replica.hosts]
        machines = {index.machine(host) for host in stay}
        held = Counter(zone for host in stay for zone in index.zones_around(host))
        most = {zone for zone, count in held.items() if len(stay) > count and (count + 1) * 2 > len(stay)}
        networks = {index.hosts[host].network for host in here[-1].hosts}
        promotes = component.id in index.promoting
        # what promotes, and keeps no data, has room beside the votes of others
        voting = [host for host in index.hosts if is_for_voters(index, host)] if promotes else []
        free = (
            host
            for host in (*index.idle_hosts, *voting, *platform_hosts(index, component))
            if index.hosts[host].network in networks
            and index.machine(host) not in machines
            # a host of which no place is declared may stand in the zone to leave
            and index.zones_around(host)
            and most.isdisjoint(index.zones_around(host))
            and not index.takes_down(target, host)
            and Subject("host", host) not in breaking
        )
        place = next(free, None)
        if place is not None:
            # the edit that adds a host may turn out to be of no other use
            yield MoveReplica(component.id, here[-1].id, place, () if place in built else index.hosts[place].zones)
        elif (
            index.zone_kinds[target.id] in BUILT
            and promotes
            and not any(is_for_voters(index, host) for replica in here for host in replica.hosts)
        ):
            # what else stands on its host stays there; a host of voters moves itself
            third = _beside(index, target.id, held)
            yield MoveReplica(component.id, here[-1].id, new_witness(index.element_names), (third,))


_PROMOTING = ("other", "service")
"""The kinds of programs that may have nothing to do but promote."""


def moves_of_promoters(index: Index, target: Subject, used: Collection[str]) -> Iterator[MoveReplica]:
    """Yield the moves of what alone promotes a store out of an element that takes down a replica of the store with it, and not each.

    It judges from apart: what takes the primary down leaves it, and its loss takes no other replica along. What asks a coordinator
    may stand anywhere, and a monitoring or another program with work of its own isn't moved for this.
    """
    for store in index.components.values():
        promoter = index.components.get(store.replication.by or "") if store.replication is not None else None
        if promoter is None or store.id not in used or promoter.kind not in _PROMOTING:
            continue
        if not judges_alone(index, promoter):
            continue
        (replica,), lost = promoter.replicas, _lost(index, store, target)
        is_alone = len(replica.hosts) == 1 and index.takes_down(target, replica.hosts[0])
        if is_alone and 0 < len(lost) < len(store.replicas):
            place = witness_there(index, store, promoter.product, replica.hosts)
            zones = witness_zones(index, store) if place is None else ()
            yield MoveReplica(promoter.id, replica.id, place or new_witness(index.element_names), zones)


def _votes(component: Component) -> bool:
    """Return True for what agrees by vote, which a model need not say."""
    return asks_majority(component) or (component.quorum is None and agrees_by_vote(component))


def _may_leave(
    index: Index,
    target: Subject,
    host: str,
    affected: Iterable[Component],
    twice: Iterable[Component],
    named: frozenset[str],
) -> bool:
    """Return True for a host whose components have another replica in the element that stays, and lead nothing there.

    Of all that it carries, for whichever flow: what is alone there, or what a step names, its neighbors need where it is.
    """
    on = index.standing_on.get(host, frozenset())
    if not any(component.id in on for component in twice):
        return False
    for component in affected:
        here = [replica for replica in component.replicas if host in replica.hosts]
        if here and (
            len(here) == len(_lost(index, component, target)) or {each.id for each in here} & set(_leads(component))
        ):
            return False
    for component in (index.components[name] for name in on):
        here = [replica for replica in component.replicas if host in replica.hosts]
        is_alone = len(here) == len(component.replicas) and component.kind not in AGENTS
        if is_alone or not named.isdisjoint(replica.id for replica in here):
            return False
    return not any(host in index.hosts_below(each) for each in index.hosts)


def to_another_machine(index: Index, target: Subject, host: str, together: Collection[Component]) -> Iterator[MoveHost]:
    """Yield the move of a virtual machine to another machine for such, away from the element and from its like.

    Its like is whatever has a replica on it, for whichever flow, but agents; where each machine has some of it, what
    shares the machine below with a replica of its own anyway doesn't count, unless all of it is there `together`.
    """
    below = index.hosts[host].runs_on
    machines = dict.fromkeys(each.runs_on for each in index.hosts.values() if each.runs_on is not None)
    like = [index.components[name] for name in index.standing_on.get(host, ()) if name not in index.agents]
    parted = [
        component for component in like if component in together or below not in _machines(index, component, host)
    ]
    for kept in (like, parted):
        taken = {machine for component in kept for machine in _machines(index, component, host)}
        free = [
            machine
            for machine in machines
            if machine not in taken and not index.takes_down(target, machine) and not _is_far(index, host, machine)
        ]
        if free:
            place = min(free, key=lambda machine: len(zones_shared(index, machine, taken)))
            yield MoveHost(host, index.hosts[host].zones, place)
            return
    if below is None:
        return
    # where each machine carries one of its like already
    new = next_name(below, index.element_names)
    if target.kind == "host":
        yield MoveHost(host, index.hosts[host].zones, new)
    elif index.zone_kinds[target.id] in BUILT and not index.hosts[host].zones:
        around = {
            zone
            for component in like
            for machine in _machines(index, component, host)
            for zone in index.zones_around(machine)
        }
        zones = (
            _beside(index, zone, around)
            if zone == target.id
            or (index.zone_kinds[zone] in BUILT and any(_holds_too_many(index, each, zone) for each in together))
            else zone
            for zone in index.hosts[below].zones
        )
        yield MoveHost(host, (), new, tuple(zones))


def _holds_too_many(index: Index, component: Component, zone: str) -> bool:
    """Return True for a zone without which no majority of a component is left, or nothing of what needs none."""
    size, lost = len(component.replicas), len(_lost(index, component, Subject("zone", zone)))
    return lost * 2 >= size if _votes(component) else lost == size


def _beside(index: Index, zone: str, taken: Collection[str]) -> str:
    """Return another zone of the kind in the same place, which isn't taken: a declared one, else the next of its series."""
    zones = {each.id: each for each in index.architecture.zones}
    beside = (each for each in index.zones_like(zone) if each.within == zones[zone].within)
    declared = next((each.id for each in beside if each.id not in taken), None)
    return declared or next_place(zone, index.element_names)


def _machines(index: Index, component: Component, host: str) -> set[str]:
    """Return the hosts below those of a component's replicas on other hosts."""
    hosts = {other for replica in component.replicas for other in replica.hosts if other != host}
    return {below for other in hosts for below in index.hosts_below(other)}


def _is_far(index: Index, host: str, machine: str) -> bool:
    """Return True if a machine is on another site than a host: its addresses stay behind, unless votes alone go where its network is."""
    here = {zone for zone in index.zones_around(host) if index.zone_kinds[zone] in SITES}
    there = {zone for zone in index.zones_around(machine) if index.zone_kinds[zone] in SITES}
    reached = there and all(_is_reached(index, host, zone) for zone in there - here)
    return here != there and not (reached and _may_be_apart(index, host))


def _to_another_zone(
    index: Index,
    zone: str,
    host: str,
    affected: Iterable[Component],
    breaking: Collection[Subject],
    built: Collection[str],
) -> Iterator[MoveHost]:
    """Yield the move of a host to another zone of the kind: a declared one that nothing depends on, else a new rack or feed.

    Its network leads there, as far as the model says. What only votes may go to a new site, which is what it takes where each of
    two has a voter. So may members of a broker, a vault or a coordinator; the data of a database stays with those that read it.
    """
    zones = {each.id: each for each in index.architecture.zones}
    own = index.hosts[host].zones
    inner = next(each for each in own if each == zone or index.inside(each, zone))
    kind = zones[zone].kind
    around = index.zones_around(host)
    others = [each for each in index.zones_like(zone) if not index.inside(each.id, zone) and each.id not in around]
    stays = False
    if kind in SITES:
        shared = any(
            has_local_address(index, component) for component in affected if component.id in index.standing_on[host]
        )
        # a site that an edit adds for one vote has room for another
        reached = (
            each
            for each in others
            if (_is_reached(index, host, each.id, built) if each.id in built else _may_be_apart(index, host))
        )
        others = [] if shared else list(reached)
    else:
        led = zones_led_to(index, host, [each.id for each in others])
        # nobody lays its network for a move, to a new rack beside those without it either
        stays = len(led) < len(others)
        others = [each for each in others if each.id in led]
    others.sort(key=lambda each: (each.within != zones[zone].within, Subject("zone", each.id) in breaking))
    others = [each for each in others if not _decides(index, zone, each.id, host, affected)]
    if others:
        place = others[0].id
    elif (
        not stays and (kind in BUILT or _may_be_apart(index, host)) and not _decides(index, zone, None, host, affected)
    ):
        place = new_place(index, zone, [each.id for each in index.zones_like(zone)])
    else:
        return
    yield MoveHost(host, tuple(place if each == inner else each for each in own))


def _may_be_apart(index: Index, host: str) -> bool:
    """Return True for a host of nothing but votes, or of members that pass on or agree on little, of which a majority goes on."""
    on = [index.components[name] for name in index.standing_on.get(host, ()) if name not in index.agents]
    return is_for_voters(index, host) or (bool(on) and all(map(_goes_on_apart, on)))


def _goes_on_apart(component: Component) -> bool:
    """Return True for three members or more that need no neighbors on their site, as those of a broker, a vault or a coordinator."""
    keeps_little = component.kind in (*QUEUES, "secrets") or product_of(component.product).coordinates
    return keeps_little and len(component.replicas) > 2 and _votes(component)


def _decides(index: Index, zone: str, other: str | None, host: str, affected: Iterable[Component]) -> bool:
    """Return True if, after a move, a zone holds half of the members that agree by vote, which a model need not say."""
    for component in affected:
        hosts = [each for replica in component.replicas for each in replica.hosts]
        if host not in hosts or not _votes(component):
            continue
        left = sum(zone in index.zones_around(each) for each in hosts) - 1
        there = sum(other in index.zones_around(each) for each in hosts) + 1
        if max(left, there) * 2 >= len(hosts):
            return True
    return False


def _is_reached(index: Index, host: str, zone: str, built: Collection[str] = ()) -> bool:
    """Return True if a host of the same network is in a zone; where none is at all, if it has no network that stays behind.

    A network with hosts that are `built` in two other zones of the kind is led to one more.
    """
    network = index.hosts[host].network
    there = [each for each in index.hosts.values() if zone in index.zones_around(each.id)]
    if any(each.network == network for each in there):
        return True
    own = (
        each for each in index.hosts.values() if network is not None and each.network == network and each.id in built
    )
    around = {outer for each in own for outer in index.zones_around(each.id)}
    spanned = around.intersection(other.id for other in index.zones_like(zone))
    return len(spanned) > 1 or (not there and network is None)
