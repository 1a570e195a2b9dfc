"""The edits that can help against the loss of an element, the most natural first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator

from archgen.analysis.programs import copied_from
from archgen.analysis.topology import Topology
from archgen.edits.changes import (
    AddHost,
    AddReplica,
    AutomateFailover,
    Edit,
    FormQuorum,
    MoveHost,
    MoveReplica,
    SpreadService,
    needs_manual_failover,
    serve_zones,
    with_witness,
)
from archgen.edits.moves import BUILT, moves, moves_of_promoters
from archgen.edits.names import next_name, next_place
from archgen.edits.new_hosts import has_replica_on, name_like
from archgen.edits.placement import can_be_doubled, find_host, idle_host, zones_led_to
from archgen.edits.promotion import (
    agrees_by_vote,
    arbiter_of,
    can_keep_step,
    has_primary,
    is_bound_to_one,
    is_promoted_by_none,
    is_promoted_by_unknown,
    is_promoted_late,
    keeps_files,
    lacks_third_host,
    mirrors_itself,
    observer_of,
    promoter_of,
)
from archgen.edits.records import stays_by_hand
from archgen.edits.second_replicas import may_share_with_second
from archgen.edits.service_advice import is_only_spread
from archgen.edits.services import can_be_spread, has_zones_beside, is_of_one_zone, own_zones, serves_own_zone
from archgen.edits.witnesses import (
    hosts_for_members,
    is_for_voters,
    is_third_place,
    platform_hosts,
    takes_requests,
    two_hosts_for_members,
)
from archgen.improve.places import zones_for_host
from archgen.improve.watching import deeper_watches
from archgen.model.architecture import Component, Host
from archgen.model.kinds import KEEPING, KINDS
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.reliability.members import asks_majority


def lone_components(topology: Topology) -> frozenset[str]:
    """Return the components of which a second replica would do harm, or stand in for nothing: only people know what it takes.

    What can agree by vote gets two at once. Of a store that its product promotes by means of its own no copy is of use without these.
    One arbiter or observer is enough for any store. Beside what it copies, a storage for copies would be none outside any more.
    """
    voters = {
        voter(topology.components, store)
        for store in topology.architecture.components
        for voter in (arbiter_of, observer_of)
    }
    return frozenset(
        component.id
        for component in topology.architecture.components
        if component.id in topology.index.agents
        or component.id in voters
        or any(copied_from(topology, component))
        or not (forms_quorum(component) or may_share_with_second(topology, component))
        or (len(component.replicas) == 1 and _is_of_no_use_twice(component))
    )


def _is_of_no_use_twice(component: Component) -> bool:
    """Return True for what has its data in one place, whatever is beside it; how a provider's members vote is its own matter."""
    if mirrors_itself(component):
        return False
    voting = component.managed and agrees_by_vote(component)
    return voting or keeps_files(component) or is_promoted_by_unknown(component)


def forms_quorum(component: Component) -> bool:
    """Return True for a single replica of what agrees by vote, on a host of its own: two can't elect when one of them fails."""
    return len(component.replicas) == 1 and not component.managed and agrees_by_vote(component)


def against(
    index: Index,
    target: Subject,
    used: Collection[str],
    breaking: Collection[Subject],
    lone: Collection[str],
    built: Collection[str],
) -> Iterator[Edit]:
    """Yield the edits of the used components that can help against the loss of an element, the most natural first.

    `breaking` are elements that nothing new should run on or in, `lone` components that get no second replica, `built` the zones
    and hosts that are there without any edit.
    """
    hit = [
        component
        for component in index.architecture.components
        if component.id in used and _hits(index, component, target)
    ]
    zonal = [each for each in hit if is_of_one_zone(each) and (is_only_spread(each) or len(each.replicas) > 1)]
    spread = [each for each in zonal if can_be_spread(each) and not serves_own_zone(each)]
    yield from (SpreadService(component.id) for component in spread)
    affected = [component for component in hit if component.id not in lone and component not in zonal]
    affected = [component for component in affected if component.kind != "client" and can_be_doubled(component)]
    affected = [component for component in affected if not _is_bound_to_datacenter(index, component)]
    serving = [component for component in affected if own_zones(index, component)]
    yield from (edit for component in serving if (edit := serve_zones(index, component)) is not None)
    affected = [component for component in affected if component not in serving]
    floating = [component for component in affected if any(replica.floating for replica in component.replicas)]
    affected = [component for component in affected if component not in floating]
    pairs = [component for component in affected if is_bound_to_one(component)]
    thirds = (edit for each in pairs for edit in _elsewhere(index, each, target, breaking))
    yield from (FormQuorum(each.component, (each.host,), (each.zones,)) for each in thirds if each.host)
    forming = [component for component in affected if forms_quorum(component) or component in pairs]
    affected = [component for component in affected if component not in forming]
    yield from (
        automated(index, component, built)
        for component in (
            *affected,
            *(each for each in floating if not (_keeps(each) or lacks_third_host(index, each))),
        )
        if needs_manual_failover(component) and len(component.replicas) > 1 and _can_be_automated(index, component)
    )
    yield from deeper_watches(index, target, hit, used)
    yield from moves_of_promoters(index, target, used) if target.kind != "replica" else ()
    yield from (edit for each in forming if each not in pairs for edit in _quorums(index, each, target, built))
    moved = tuple(moves(index, target, affected, breaking, built)) if target.kind != "replica" else ()
    # one more member of an odd number lets no more of them fail
    affected = [component for component in affected if not _is_odd_majority(component)]
    first: list[AddReplica] = []
    yield from (edit for edit in moved if isinstance(edit, MoveReplica))
    if target.kind != "replica":
        # what has replicas left elsewhere needs no second machine
        ended = [component for component in affected if _ends(index, component, target)]
        alone = len(ended) == 1
        if alone or target.kind == "zone":
            # what one host carries goes to another together
            hosts = {each.id: {host for replica in each.replicas for host in replica.hosts} for each in ended}
            carried = Counter(host for own in hosts.values() for host in own)
            apart = (each for each in ended if all(carried[host] == 1 for host in hosts[each.id]))
            options = (edit for each in apart for edit in _elsewhere(index, each, target, breaking))
            first = [edit for edit in options if alone or edit.host in index.hosts]
        yield from (edit for edit in first if index.standing_on.get(edit.host or ""))
        yield from (edit for edit in moved if isinstance(edit, MoveHost))
        yield from (edit for edit in first if not index.standing_on.get(edit.host or ""))
        yield from _machines(index, target, affected, breaking, built)
    if target.kind == "replica":
        # the model names where they may run; data does not follow a replica there by itself
        yield from (
            FormQuorum(each.id) if forms_quorum(each) else AddReplica(each.id, None)
            for each in floating
            if not _keeps(each) and not _is_odd_majority(each)
        )
    for component in affected:
        yield from (edit for edit in _elsewhere(index, component, target, breaking) if edit not in first)


def _is_bound_to_datacenter(index: Index, component: Component) -> bool:
    """Return True for a service of one datacenter that has no standby: another has an address of its own, to which people lead."""
    return is_of_one_zone(component) and not has_primary(component) and not has_zones_beside(index, component)


def automated(index: Index, component: Component, built: Collection[str]) -> Edit:
    """Return automatic failover of a component; a new promoter's third voter goes to a host that an edit has added, where one fits."""
    edit = AutomateFailover(component.id, None if is_promoted_by_unknown(component) else promoter_of(index, component))
    networks = {index.hosts[host].network for replica in component.replicas for host in replica.hosts}
    added = (host for host in index.hosts.values() if host.id not in built and host.network in networks)
    fitting = (each.id for each in added if is_third_place(index, component, each.id))
    place = next((each for each in fitting if not takes_requests(index, each, component)), None)
    return edit if place is None else with_witness(edit, place, index.hosts)


def _can_be_automated(index: Index, component: Component) -> bool:
    """Return True unless it is left to people, nothing promotes a copy by itself, or one for which writes would wait over a long way."""
    is_late = is_promoted_late(index, component) and not can_keep_step(index, component)
    return not (is_late or is_promoted_by_none(component) or stays_by_hand(index, component))


def _keeps(component: Component) -> bool:
    """Return True for what keeps data, which doesn't follow a replica that is started elsewhere."""
    return KINDS[component.kind].stores or component.kind in KEEPING


def _ends(index: Index, component: Component, target: Subject) -> bool:
    """Return True if no replica of a component is left when a host or a zone is lost."""
    return all(
        replica.hosts and all(index.takes_down(target, host) for host in replica.hosts)
        for replica in component.replicas
    )


def _hits(index: Index, component: Component, target: Subject) -> bool:
    """Return True if a component has a replica that the loss of an element takes down, alone or with others."""
    if target.kind == "replica":
        return any(replica.id == target.id for replica in component.replicas)
    if target.kind == "zone" and is_of_one_zone(component):
        return any(target.id in index.zones_with(replica) for replica in component.replicas)
    return any(index.takes_down(target, host) for replica in component.replicas for host in replica.hosts)


def _machines(
    index: Index,
    target: Subject,
    affected: list[Component],
    breaking: Collection[Subject],
    built: Collection[str],
) -> Iterator[Edit]:
    """Yield a host similar to each that the element takes down and that carries several components of the flow.

    One that an edit has added there for others is used before a new one.
    """
    carrying: dict[str, dict[str, None]] = {}
    for component in affected:
        for replica in component.replicas:
            for host in replica.hosts:
                here = carrying.setdefault(host, {})
                if len(replica.hosts) == 1:
                    here[component.id] = None
    for host, here in carrying.items():
        if target.kind != "replica" and not index.takes_down(target, host):
            continue
        carried = list(here)
        files = [
            component.codebase for component in affected if component.id in here and component.codebase is not None
        ]
        yield from _on_host_there(index, [index.components[name] for name in carried], host, target, breaking)
        if len(carried) > 1:
            carried += [code for code in dict.fromkeys(files) if has_replica_on(index.components[code], host)]
            for zones in zones_for_host(index, host, carried, breaking, target):
                added = (each for each in index.hosts.values() if each.id not in built and each.zones == zones)
                place = next((each.id for each in added if _has_room(index, each, host, carried)), None)
                yield AddHost(
                    place or name_like(index, host, zones, {*index.hosts}), host, tuple(dict.fromkeys(carried)), zones
                )


def _on_host_there(
    index: Index, carried: list[Component], host: str, target: Subject, breaking: Collection[Subject]
) -> Iterator[AddHost]:
    """Yield replicas of what an element takes down with a host, on the host that is there and suits each; none of one alone."""
    ended = [component for component in carried if _ends(index, component, target)]
    there = {_host_there(index, component, target, breaking) for component in ended}
    place = there.pop() if len(ended) > 1 and len(there) == 1 else None
    if place is not None:
        yield AddHost(place, host, tuple(component.id for component in ended), index.hosts[place].zones)


def _host_there(index: Index, component: Component, target: Subject, breaking: Collection[Subject]) -> str | None:
    """Return a declared host for another replica, best one with similar work on it; None where a new one is needed."""
    taken = _taken(index, target, breaking)
    return find_host(index, component, taken) or idle_host(index, component, taken)


def _taken(index: Index, target: Subject, breaking: Collection[Subject]) -> Callable[[str], bool]:
    """Return whether a host is one on which nothing new should run: an element takes it down, or it is a single point."""

    def is_taken(host: str) -> bool:
        gone = target.kind != "replica" and index.takes_down(target, host)
        return gone or Subject("host", host) in breaking

    return is_taken


def _quorums(index: Index, component: Component, target: Subject, built: Collection[str]) -> Iterator[FormQuorum]:
    """Yield two more members of what agrees by vote; against the loss of a zone, each in another one, where there are two.

    Another rack or feed is at hand where the model declares none. Members go to hosts with nothing on them, else to those that an
    edit has added for others of the same host.
    """
    hosts = component.replicas[0].hosts
    if not hosts:
        yield FormQuorum(component.id)
        return
    own = index.hosts[hosts[0]].zones
    places: list[tuple[str, ...]] = [own, own]
    if target.kind == "zone":
        if index.hosts[hosts[0]].runs_on is not None:
            # a virtual machine is in the zones of the one below
            return
        zones = {zone.id: zone for zone in index.architecture.zones}
        around = index.zones_around(hosts[0])
        kind = zones[target.id].kind
        others = [
            zone.id
            for zone in index.zones_like(target.id)
            if zone.within == zones[target.id].within and zone.id not in around
        ]
        led = zones_led_to(index, hosts[0], others)
        others.sort(key=lambda each: each not in led)
        while kind in BUILT and len(others) < 2:
            others.append(next_place(target.id, {*index.element_names, *others}))
        if len(others) < 2:
            return
        places = [(zone,) for zone in others[:2]]
    free_for = hosts_for_members if target.kind == "zone" else two_hosts_for_members
    there = free_for(index, component, (*index.idle_hosts, *platform_hosts(index, component)))
    idle = [each for each in there if each in built and not index.takes_down(target, each)]
    members: list[str] = []
    for number, place in enumerate(places):
        free = (each for each in idle if target.kind != "zone" or place[0] in index.zones_around(each))
        member = next((each for each in free if each not in members), None)
        if member is not None:
            members.append(member)
            places[number] = ()
            continue
        added = (each for each in index.hosts.values() if each.id not in built and each.zones == place)
        shared = (each.id for each in added if _has_room(index, each, hosts[0], (component.id,)))
        taken = {*members, *(host.id for host in index.architecture.hosts)}
        members.append(next((each for each in shared if each not in members), None) or next_name(hosts[0], taken))
    yield FormQuorum(component.id, tuple(members), tuple(places))


def _has_room(index: Index, added: Host, like: str, carried: Collection[str]) -> bool:
    """Return True for a host in the network of another that carries others of its components, and none of some.

    A machine that carries virtual ones alone is no place for anything else.
    """
    there = index.standing_on.get(added.id, frozenset())
    alike = added.network == index.hosts[like].network and there <= index.standing_on[like]
    return bool(there) and alike and there.isdisjoint(carried) and not is_for_voters(index, added.id)


def _is_odd_majority(component: Component) -> bool:
    """Return True if one more replica lets no more of them fail: an even number needs a larger majority."""
    size, agrees = len(component.replicas), not component.managed and agrees_by_vote(component)
    return (agrees or asks_majority(component) or component.quorum == size // 2 + 1) and size % 2 == 1 and size > 1


def _elsewhere(
    index: Index, component: Component, target: Subject, breaking: Collection[Subject]
) -> Iterator[AddReplica]:
    """Yield another replica on a host that it fits on and that is no single point, else on one that is idle, else on a new one."""
    own = [host for replica in component.replicas for host in replica.hosts]
    free_host = _host_there(index, component, target, breaking) if own else None
    if free_host is not None or not own:
        yield AddReplica(component.id, free_host)
        return
    for zones in zones_for_host(index, own[0], (component.id,), breaking, target):
        yield AddReplica(component.id, name_like(index, own[0], zones, {*index.hosts}), zones)
