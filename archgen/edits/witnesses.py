"""The host of the third voter of what promotes a store: in a place of its own, so that no loss takes two of the three."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, islice

from archgen.edits.names import next_place, same_series, stem, unused_name
from archgen.model.architecture import SMALL_ZONES, Component, Zone, ZoneKind
from archgen.model.kinds import AGENTS, KINDS
from archgen.model.products import product_name, product_of
from archgen.reliability.index import Index
from archgen.reliability.members import asks_majority


def hosts_from_primary(component: Component) -> list[str]:
    """Return the hosts of a component, that of the primary first."""
    primary = component.replication.primary if component.replication is not None else ()
    replicas = sorted(component.replicas, key=lambda replica: replica.id not in primary)
    return [host for replica in replicas for host in replica.hosts]


def first_two_hosts(component: Component) -> list[str]:
    """Return the hosts of the first two replicas, which carry two voters of a new promoter."""
    return list(dict.fromkeys(host for replica in component.replicas for host in replica.hosts))[:2]


def new_witness(taken: Iterable[str]) -> str:
    """Return the name of a new host for a witness."""
    return unused_name("witness-1", frozenset(taken))


def witness_there(index: Index, component: Component, product: str | None, promoters: Iterable[str] = ()) -> str | None:
    """Return a host that is there for the third voter: one with a voter of another store, or a spare one.

    It is lost with none of the first two, and in the network of one of them, or of the hosts of `promoters` that judge it already: the
    firewalls let those in. What stands aside leaves room for a vote on its machine,
    and so does a member of another majority, unless it is of the `product` that votes, whose ports it has.
    """
    networks = {index.hosts[host].network for host in (*first_two_hosts(component), *promoters)}
    own = {host for replica in component.replicas for host in replica.hosts}
    free = (
        host
        for host in (
            *_voting(index),
            *spare_hosts(index, component),
            *platform_hosts(index, component),
            *_hosts_aside(index, component),
            *_hosts_of_majorities(index, product),
        )
        if host not in own and index.hosts[host].network in networks
    )
    return next((host for host in free if is_third_place(index, component, host)), None)


def _hosts_aside(index: Index, component: Component) -> Iterator[str]:
    """Yield the machines that only back up, observe or send mail; for virtual hosts none where a third machine for such is there."""
    machines = {host.runs_on for host in index.hosts.values() if host.runs_on is not None}
    on_machines = not machines.isdisjoint(index.hosts[host].runs_on for host in first_two_hosts(component))
    if on_machines and any(is_third_place(index, component, machine) for machine in machines):
        return
    for host in index.hosts.values():
        on = [KINDS[index.components[name].kind] for name in index.standing_on.get(host.id, ())]
        kinds = [kind for kind in on if kind.id not in AGENTS]
        if host.runs_on is None and kinds and all(kind.observes or kind.id in _ASIDE for kind in kinds):
            yield host.id


def _hosts_of_majorities(index: Index, product: str | None) -> Iterator[str]:
    """Yield the hosts that carry members of majorities of three or more, none of a product, and nothing else but agents and secrets."""
    for host in index.hosts:
        on = [index.components[name] for name in index.standing_on.get(host, ()) if name not in index.agents]
        names = {product_name(each.product) for each in on}
        is_vault = all(each.kind == "secrets" for each in on)
        if not is_vault and all(map(_is_of_majority, on)) and product_name(product) not in names:
            yield host


def _is_of_majority(component: Component) -> bool:
    """Return True for three members or more that decide by vote; those of a vault do so, or stand by."""
    votes = asks_majority(component) or product_of(component.product).agrees or component.kind == "secrets"
    return len(component.replicas) > 2 and votes


_ASIDE = ("backup", "bastion", "mail")
"""The kinds that stand beside the flows, whose machine isn't lost with a store nor busy with its requests."""


def settled_witness(
    index: Index, component: Component, witness: str | None, product: str | None, *, chosen: bool = False
) -> str | None:
    """Return the witness that was `chosen`, else another one: a second replica may have come to it, or beside it."""
    if witness is None or witness not in index.hosts or chosen or is_third_place(index, component, witness):
        return witness
    return witness_there(index, component, product) or new_witness(index.element_names)


def spare_hosts(index: Index, component: Component) -> Iterator[str]:
    """Yield the hosts with nothing on them that are named as those of a component are, or as witnesses.

    Others may be declared without what they are for, as a desk or a disk is: they are proposed where a reader chooses, and
    written by no fix.
    """
    own = [host for replica in component.replicas for host in replica.hosts]
    for host in index.idle_hosts:
        if stem(host) in _FOR_VOTERS or any(same_series(host, each) for each in own):
            yield host


_FOR_VOTERS = ("arbiter", "observer", "quorum", "tiebreaker", "voter", "witness")


def hosts_for_members(index: Index, component: Component, idle: Iterable[str]) -> Iterator[str]:
    """Yield those of some idle hosts, each on a machine of its own, that more members of a component may stand on."""
    own = [host for replica in component.replicas for host in replica.hosts]
    networks = {index.hosts[host].network for host in own}
    machines = {index.machine(host) for host in own}
    for host in idle:
        if index.hosts[host].network in networks and index.machine(host) not in machines:
            machines.add(index.machine(host))
            yield host


def two_hosts_for_members(index: Index, component: Component, idle: Iterable[str]) -> tuple[str, ...]:
    """Return two of some idle hosts for members beside the first, so that no zone has two of the three; none without such."""
    first = index.zones_around(component.replicas[0].hosts[0])
    # beside a host with a place, one of which none is declared may stand in the same
    fitting = (host for host in hosts_for_members(index, component, idle) if index.zones_around(host) or not first)
    for pair in combinations(islice(fitting, _MOST), 2):
        held = Counter(zone for zones in (first, *map(index.zones_around, pair)) for zone in zones)
        if 2 not in held.values():
            return pair
    return ()


_MOST = 8
"""The most hosts of which two are chosen."""


def is_for_voters(index: Index, host: str, store: Component | None = None) -> bool:
    """Return True for a host that carries nothing but voters and agents: it judges others from apart, and is small.

    One more member of a `store` may stand beside its own voter, if the host isn't named as those of votes are.
    """
    on = index.standing_on.get(host, frozenset()) - index.agents
    own = store.replication.by if store is not None and store.replication is not None else None
    return (stem(host) in _FOR_VOTERS or bool(on - {own})) and all(_only_votes(index, name) for name in on)


def _only_votes(index: Index, name: str) -> bool:
    """Return True for what promotes stores, and passes no requests on as a proxy that promotes does."""
    return name in index.promoting and not KINDS[index.components[name].kind].balances


def platform_hosts(index: Index, component: Component) -> tuple[str, ...]:
    """Return the other hosts over which replicas float that may run on a host of a component too: its platform runs anything on each."""
    own = {host for replica in component.replicas for host in replica.hosts}
    pools = (pool for pool in index.nodes if not own.isdisjoint(pool))
    return tuple(dict.fromkeys(host for pool in pools for host in pool if host not in own))


def sites_of_voters(index: Index) -> frozenset[str]:
    """Return the sites with hosts for voters and no others, which were chosen for a vote: nobody has servers there.

    A rack or an availability zone is as good as the next.
    """
    voters: set[str] = set()
    others: set[str] = set()
    for host in index.hosts:
        (voters if is_for_voters(index, host) else others).update(index.zones_around(host))
    return frozenset(zone for zone in voters - others if index.zone_kinds[zone] not in _BUILT)


def is_third_place(index: Index, component: Component, host: str) -> bool:
    """Return True for a host that is lost with none of the first two of a store, but by what takes down both.

    Where these are in places of their own, one of which no place is declared may stand in any.
    """
    voters = first_two_hosts(component)
    machines = {index.machine(voter) for voter in voters}
    apart, around = _apart(index, voters), index.zones_around(host)
    is_placed = bool(around) or not apart
    return index.machine(host) not in machines and is_placed and apart.isdisjoint(around)


def takes_requests(index: Index, host: str, store: Component) -> bool:
    """Return True for a host that takes requests of clients, themselves or through a balancer, and has nothing of a store.

    Who breaks into it would have the promoter's account there, which the store obeys.
    """
    if any(host in replica.hosts for replica in store.replicas):
        return False
    on = [index.components[name] for name in index.standing_on.get(host, ())]
    return any(KINDS[each.kind].balances for each in on) or any(
        caller.kind == "client" or KINDS[caller.kind].balances for each in on for caller in index.callers(each.id)
    )


def _voting(index: Index) -> Iterator[str]:
    """Yield the hosts of what promotes stores, with three voters or more, where nothing else stands but what watches."""
    for store in index.components.values():
        by = index.components.get(store.replication.by or "") if store.replication is not None else None
        for replica in by.replicas if by is not None and len(by.replicas) > 2 else ():
            host = replica.hosts[0] if len(replica.hosts) == 1 else None
            others = index.standing_on.get(host or "", frozenset()) - {replica.component}
            if host is not None and all(KINDS[index.components[name].kind].observes for name in others):
                yield host


def _apart(index: Index, hosts: Iterable[str]) -> frozenset[str]:
    """Return the zones around some of the hosts, and not around each of them."""
    around = [frozenset(index.zones_around(host)) for host in hosts]
    return frozenset().union(*around) - frozenset.intersection(*around) if around else frozenset()


def witness_zones(index: Index, component: Component) -> tuple[str, ...]:
    """Return the zones of a new witness: a third place beside those of the first two of a store, which is new where none is declared.

    A declared one has the kind of the primary's zones, and is best in the same place. Voters in one place have the witness there.
    A new one is the next of its series. Only people know a further provider or region: then it is a third site.
    """
    first = hosts_from_primary(component)[0]
    apart = _apart(index, dict.fromkeys((first, *first_two_hosts(component))))
    own = index.hosts[first].zones
    around = [zone for zone in index.zones_around(first) if zone in apart]
    declared = {zone.id: zone for zone in index.architecture.zones}
    kinds = {declared[zone].kind for zone in (*own, *around)}
    beside = {declared[zone].within for zone in (*own, *around)}
    taken = {zone for host in first_two_hosts(component) for zone in index.zones_around(host)}
    free = [
        zone
        for zone in declared.values()
        if zone.kind in kinds and zone.id not in taken and apart.isdisjoint(index.zones_outside(zone.id))
    ]
    if free:
        return (min(free, key=lambda zone: zone.within not in beside).id,)
    outermost = [zone for zone in around if apart.isdisjoint(index.zones_outside(zone))]
    new = dict.fromkeys(new_place(index, zone, apart) for zone in outermost)
    site = third_site(index)
    return (site,) if site in new else tuple(new) or own


def new_place(index: Index, zone: str, apart: Iterable[str]) -> str:
    """Return the name of a new place for a vote, neither a zone nor those `apart`: the next of its series, else a third site."""
    declared = {each.id: each for each in index.architecture.zones}
    if declared[zone].kind not in _BUILT and not _is_in_series(declared, zone, apart):
        return third_site(index)
    return next_place(zone, index.element_names)


_BUILT: tuple[ZoneKind, ...] = (*SMALL_ZONES, "availability-zone")
"""The kinds of zones of which there is a further one wherever there is one."""


def third_site(index: Index) -> str:
    """Return the name of a new place that people have to choose."""
    return unused_name("third-site", index.element_names)


def _is_in_series(declared: Mapping[str, Zone], zone: str, zones: Iterable[str]) -> bool:
    """Return True for a datacenter that is named as another of some zones is: there may be a third."""
    alike = (each for each in zones if each != zone and declared[each].kind == declared[zone].kind)
    return declared[zone].kind == "datacenter" and any(same_series(zone, each) for each in alike)


def witness_has_machine(index: Index, component: Component) -> bool:
    """Return True if the witness of a store on virtual hosts stands on another machine for such, which is a third place."""
    first = hosts_from_primary(component)[0]
    if index.hosts[first].runs_on is None:
        return False
    machines = {host.runs_on for host in index.hosts.values() if host.runs_on is not None}
    return not witness_zones(index, component) or any(is_third_place(index, component, machine) for machine in machines)
