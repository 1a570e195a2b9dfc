"""The components that decide which replica of another answers: those that promote it, those whose votes are counted, platforms.

A store that steps down answers nothing without a majority of its nodes, of what votes beside them, and of a witness. What floats
stays down on a lost host without the control plane of its platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from archgen.model.architecture import Component, Connection, Replica
from archgen.model.kinds import FILE_STORES, KINDS
from archgen.model.products import product_of
from archgen.reliability.index import Index
from archgen.reliability.members import Asking, Votes, has_arbitrator, keeps_lease, keeps_lease_elsewhere, mover, quorum

_WITNESSES = (*FILE_STORES, "other")
"""The kinds of which a witness is: a share, a disk, storage of a cloud."""

_OBSERVERS = ("observer", "dgmgrl", "fsfo")
"""Parts of the names of Oracle's observer, which DGMGRL starts for its fast-start failover."""

_OPERATORS = ("operator", "cloudnative", "cnpg")
"""Parts of the products that promote by the API of a platform; others of a product, but managers of leases, keep what they know."""


def electorate(component: Component, index: Index, access: Asking) -> tuple[Votes, ...]:
    """Return the votes without which no replica of a store answers an access, as its product steps down without a majority.

    They are those of the component that `by` names, if it has three or more of which some are elsewhere; else the replicas
    vote, and what is elsewhere beside them. Of a store whose replicas take writes on a majority, they always vote, and `by` is an
    arbitrator. What spreads the requests over them has no vote, but for an availability group it stands for the witness that
    each needs and few models show. A primary that shuts down without its observer and a standby needs two of these.
    """
    by = index.components.get(component.replication.by or "") if component.replication is not None else None
    if by is None:
        return ()
    if watches_primary(component, by):
        # of several observers one is the master, and its primary and standby have to agree on another; open standbys are read
        return (Votes(2, (*_ids(component.replicas), *_ids(by.replicas[:1]))),) if access != "read" else ()
    arbitrated = has_arbitrator(component)
    stops = "all" if arbitrated else product_of(component.product).steps_down
    if stops is None or (stops == "writes" and access == "read"):
        return ()
    if isinstance(by.quorum, int) and not arbitrated:
        return (Votes(by.quorum, _ids(by.replicas)),)
    if stops != "everything" and (_spreads(by) or (arbitrated and not _arbitrates(component, by))):
        return (_majority(_ids(component.replicas)),)
    # a witness votes only where the number of the others is even
    odd = len(component.replicas) % 2 == 1 and stops == "everything"
    beside = _elsewhere(component, by)
    if arbitrated:
        voters = (*_ids(component.replicas), *_ids(beside))
    elif beside and len(by.replicas) > 2:
        voters = _ids(by.replicas)
    elif odd:
        voters = _ids(component.replicas)
    else:
        voters = tuple(dict.fromkeys((*_ids(component.replicas), *_ids(beside or _witness(component, by, index)))))
    return (_majority(voters),)


def watches_primary(component: Component, by: Component) -> bool:
    """Return True for the observer of a primary that shuts down without it and a standby, by its product, or else its id or name."""
    replication = component.replication
    automatic = replication is not None and bool(replication.primary) and replication.failover == "automatic"
    words = (by.product or f"{by.id} {by.name or ''}").casefold()
    observes = by is not component and any(word in words for word in _OBSERVERS)
    return automatic and observes and product_of(component.product).needs_witness


def _majority(voters: tuple[str, ...]) -> Votes:
    return Votes(len(voters) // 2 + 1, voters)


def _arbitrates(component: Component, by: Component) -> bool:
    """Return True for an arbitrator: what promotes one of several that elect by themselves has no vote, unless it is known for that."""
    all_write = component.replication is not None and component.replication.all_write
    return all_write or product_of(by.product or by.id).arbitrates


def _spreads(component: Component) -> bool:
    """Return True for a balancer, and for a proxy of databases under whatever kind."""
    return KINDS[component.kind].balances or product_of(component.product or component.id).spreads


def _ids(replicas: tuple[Replica, ...]) -> tuple[str, ...]:
    return tuple([replica.id for replica in replicas])


def _elsewhere(component: Component, voter: Component) -> tuple[Replica, ...]:
    """Return the replicas of a voter on no host of a store: a host has one vote, whatever runs on it."""
    own = {replica.hosts for replica in component.replicas}
    return (
        () if voter is component else tuple(each for each in voter.replicas if not each.hosts or each.hosts not in own)
    )


def _witness(component: Component, by: Component, index: Index) -> tuple[Replica, ...]:
    """Return the replica that votes beside the nodes of a store, as their cluster asks it: of one witness, on none of them."""
    asked = (index.components[target] for target in index.callees(by.id)) if by is not component else ()
    witnesses = (_elsewhere(component, each) for each in asked if each.kind in _WITNESSES and each is not component)
    return next((replicas[:1] for replicas in witnesses if replicas), ())


def promoting_component(index: Index, component: Component) -> str | None:
    """Return the component that promotes the replicas of another, if any does; votes that are counted need none."""
    replication = component.replication
    by = index.components.get(replication.by or "") if replication is not None else None
    if replication is None or by is None or replication.failover != "automatic":
        return None
    return None if electorate(component, index, "write") and not watches_primary(component, by) else by.id


def helpers(index: Index, component: Component, access: Asking) -> tuple[str, ...]:
    """Return the components that decide which replicas of another answer an access, and whether any do."""
    counted = electorate(component, index, access)
    voting = [index.replicas[member].component for votes in counted for member in votes.members]
    names = (*acting(index, component, access), *voting)
    return tuple(dict.fromkeys(name for name in names if name != component.id))


def acting(index: Index, component: Component, access: Asking) -> tuple[str, ...]:
    """Return the components that move the traffic or the writes of another to a replica that waits; votes alone move nothing."""
    promoting = promoting_component(index, component) if access != "read" else None
    return tuple(name for name in (mover(component, index.components), promoting) if name not in (None, component.id))


def promotion_calls(index: Index, promoter: str) -> dict[str, tuple[Connection, ...]]:
    """Return the required calls from a promoter to coordinators, by their sources: an operator calls an API, and that etcd.

    A way ends at stores of data, some of which the promoter promotes; one that coordinates by itself needs nobody. The API of a
    platform that it calls itself is one too, where the model shows no other.
    """
    if coordinates(index.components[promoter]):
        return {}
    reached = {promoter: _calls(index, promoter)}
    queue = [promoter]
    for source in queue:
        for target in (target for call in reached[source] for target in call.targets):
            if target not in reached:
                ends = KINDS[index.components[target].kind].stores
                reached[target] = () if ends else _calls(index, target)
                queue.append(target)
    leading = {name for name in reached if coordinates(index.components[name])}
    if not leading:
        calls = _platform_calls(index, promoter)
        return {promoter: calls} if calls else {}
    for name in (grown := list(leading)):
        callers = (caller.id for caller in index.callers(name) if caller.id in reached and caller.id not in leading)
        for caller in callers:
            if any(name in call.targets for call in reached[caller]):
                leading.add(caller)
                grown.append(caller)
    ways = ((name, [call for call in calls if leading.intersection(call.targets)]) for name, calls in reached.items())
    return {name: tuple(calls) for name, calls in ways if calls}


def _platform_calls(index: Index, promoter: str) -> tuple[Connection, ...]:
    """Return the calls of a promoter to the API of a platform, as an operator's; what keeps its own state decides without."""
    product = (index.components[promoter].product or "").casefold()
    if product and not (product_of(product).leases or any(word in product for word in _OPERATORS)):
        return ()
    asked = (call for call in _calls(index, promoter) if any(orchestrates(index.components[to]) for to in call.targets))
    return tuple(asked)


def lease_keeper(index: Index, store: Component) -> str | None:
    """Return the component in which the primary of a store keeps a lease: its promoter, or the coordinator of its manager."""
    promoter = index.components.get(store.replication.by or "") if store.replication is not None else None
    if promoter is None:
        return None
    if keeps_lease(store, promoter):
        return promoter.id
    if not keeps_lease_elsewhere(store, promoter):
        return None
    called = (target for call in promotion_calls(index, promoter.id).get(promoter.id, ()) for target in call.targets)
    return next((target for target in called if coordinates(index.components[target])), None)


def _calls(index: Index, source: str) -> tuple[Connection, ...]:
    calls = {(call := index.connections[source, target]).id: call for target in index.callees(source)}
    return tuple(call for call in calls.values() if call.required and not call.deferred)


def orchestrates(component: Component) -> bool:
    """Return True for the servers of a platform, which start what floats on another host."""
    return product_of(component.product).orchestrates


def coordinates(component: Component) -> bool:
    """Return True for what keeps leases of others, by its product or a name that is a product's."""
    return product_of(component.product or component.id).coordinates


class Restart(Struct, frozen=True):
    """The groups of hosts over which a platform spreads a component: a replica is on a lost host once so many groups have one."""

    groups: tuple[tuple[str, ...], ...]
    hit: int


@lru_cache(maxsize=64)
def control_plane(index: Index) -> tuple[Votes, ...]:
    """Return the numbers of replicas that must be up for the platform of a model to start anything; none where it isn't shown.

    A provider runs its own, and of two platforms nobody knows which one starts what.
    """
    shown = [each for each in index.components.values() if orchestrates(each) and any(r.hosts for r in each.replicas)]
    if len(shown) != 1:
        return ()
    called = (
        (index.components[target], index.connections[shown[0].id, target]) for target in index.callees(shown[0].id)
    )
    stores = [
        to
        for to, call in called
        if coordinates(to) and call.required and not call.deferred and call.targets == (to.id,)
    ]
    own = Votes(quorum(shown[0]) or 1, _ids(shown[0].replicas))
    needed = (own, *map(_majority_of, stores))
    members = [index.replicas[member] for votes in needed for member in votes.members]
    is_fixed = all(len(each.hosts) < 2 for each in members)
    return needed if is_fixed and all(votes.count <= len(votes.members) for votes in needed) else ()


def _majority_of(store: Component) -> Votes:
    return Votes(quorum(store) or len(store.replicas) // 2 + 1, _ids(store.replicas))


def restarts(index: Index, replicas: Iterable[Replica]) -> dict[str, Restart]:
    """Return for each replica that floats when it is on a lost host, at worst, where the model shows what starts it elsewhere."""
    floating = dict.fromkeys(each.component for each in replicas if each.floating and len(each.hosts) > 1)
    if not floating or not control_plane(index):
        return {}
    return {replica: restart for name in floating for replica, restart in _of(index, index.components[name])}


def _of(index: Index, component: Component) -> Iterator[tuple[str, Restart]]:
    alike: dict[tuple[str, ...], list[str]] = {}
    for replica in component.replicas:
        alike.setdefault(replica.hosts, []).append(replica.id)
    for hosts, names in alike.items():
        groups = _groups(index, component, hosts)
        fewest, more = divmod(len(names), len(groups))
        # the groups with the most replicas are lost first
        sizes = [fewest + 1] * more + [fewest] * (len(groups) - more)
        hits = [number for number, size in enumerate(sizes, 1) for _ in range(size)]
        yield from ((name, Restart(groups, hit)) for name, hit in zip(names, hits, strict=True))


def _groups(index: Index, component: Component, hosts: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the hosts in groups, of which a platform takes another for each replica: zones, or hosts where these are in one."""
    spread = component.placement.spread if component.placement is not None else None
    if spread == "none":
        return (hosts,)
    zones: dict[tuple[str, ...], list[str]] = {}
    for host in hosts:
        zones.setdefault(index.nearest_zones(host) or (host,), []).append(host)
    apart = spread == "host" or len(zones) < 2
    return tuple((host,) for host in hosts) if apart else tuple(map(tuple, zones.values()))
