"""Edits of an architecture that make it survive more: another replica, a similar host, automatic failover."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from archgen.edits.names import next_name, unused_name
from archgen.edits.new_hosts import (
    machine_like,
    new_zones,
    with_agents,
    with_bound,
    with_guards,
    with_host,
    with_moved_replica,
)
from archgen.edits.placement import is_apart
from archgen.edits.promotion import (
    Promoter,
    asking_connections,
    is_bound_to_one,
    is_promoted_late,
    moves_with_address,
    promoter_component,
    promoter_connection,
    without_needless_arbiter,
)
from archgen.edits.records import left_to_people
from archgen.edits.replicas import (
    Callers,
    is_led_to_one_side,
    is_tried,
    lacks_deployment,
    moved_by_address,
    mover_on,
    needed_watch,
    takes_mail_of_people,
    with_components,
    with_replica,
)
from archgen.edits.services import has_zones_beside, is_of_one_zone, regional, zones_to_serve
from archgen.edits.witnesses import (
    hosts_from_primary,
    settled_witness,
    third_site,
    witness_has_machine,
    witness_zones,
)
from archgen.model.architecture import Architecture, Component, Host, Replica
from archgen.model.job_starters import has_work_from
from archgen.model.products import zone_of
from archgen.reliability.index import Index
from archgen.reliability.members import manual_failovers


class AddReplica(Struct, frozen=True):
    """Another replica of a component on a host, or without one (None); a host that is new stands in `zones`."""

    component: str
    host: str | None
    zones: tuple[str, ...] = ()


class AddHost(Struct, frozen=True):
    """Another host in `zones`, with a replica of each of the components."""

    host: str
    like: str
    components: tuple[str, ...]
    zones: tuple[str, ...] = ()


class FormQuorum(Struct, frozen=True):
    """Two more members of what agrees by vote, each on a host that is there or in zones of its own; no hosts where the model has none.

    Of a pair of which one keeps all, a third member that lets them vote.
    """

    component: str
    hosts: tuple[str, ...] = ()
    zones: tuple[tuple[str, ...], ...] = ()


class MoveHost(Struct, frozen=True):
    """A host in other zones, or, if it is virtual, on another machine (`runs_on`), which stands in `machine_zones` if it is new."""

    host: str
    zones: tuple[str, ...] = ()
    runs_on: str | None = None
    machine_zones: tuple[str, ...] = ()


class MoveReplica(Struct, frozen=True):
    """A replica of a component that moves from a host to another; one that is new stands in `zones`."""

    component: str
    replica: str
    host: str
    zones: tuple[str, ...] = ()


class AutomateFailover(Struct, frozen=True):
    """Automatic instead of manual failover of a component's data or address; a promoter chooses who takes the writes."""

    component: str
    promoter: Promoter | None = None


class MoveAddress(Struct, frozen=True):
    """An address of a component that moves to another replica when the process fails; one that moves with the host does so too."""

    component: str


class SpreadService(Struct, frozen=True):
    """A service of one zone that its provider runs in several."""

    component: str


class ServeZones(Struct, frozen=True):
    """A replica in each of some zones, on a new host, of what serves the callers of its own zone alone."""

    component: str
    hosts: tuple[str, ...]
    zones: tuple[str, ...]


Edit = (
    AddReplica
    | AddHost
    | FormQuorum
    | MoveHost
    | MoveReplica
    | AutomateFailover
    | MoveAddress
    | SpreadService
    | ServeZones
)


def apply_edit(architecture: Architecture, edit: Edit, callers: Callers | None = None) -> Architecture:
    """Return the architecture with one edit.

    Pass the `callers` of the complete model where the architecture is a part of it, which may lack some of them.
    """
    components = {component.id: component for component in architecture.components}
    callers = callers or Index(architecture).callers
    if not isinstance(edit, AddHost | MoveHost) and edit.component not in components:
        # a promoter that an edit before this one would have added
        return architecture
    match edit:
        case AddReplica():
            component = components[edit.component]
            served = serve_zones(Index(architecture), component) if edit.host is None else None
            if served is not None and len(served.zones) > 1:
                # one more, in the first of them
                first = ServeZones(component.id, served.hosts[:2], served.zones[:2])
                return _with_one_in_each(architecture, component, first)
            after = _with_replicas(architecture, edit.host, edit.zones, _hosts_of(component), [component], callers)
            # a copy in the zone of the first would be lost with it
            return _with_spread(after, edit.component) if is_of_one_zone(component) else after
        case AddHost():
            carried = [components[name] for name in edit.components if name in components]
            hosts = [edit.like, *(host for component in carried for host in _hosts_of(component))]
            return _with_replicas(architecture, edit.host, edit.zones, hosts, carried, callers)
        case FormQuorum():
            return _with_members(architecture, edit, callers)
        case MoveHost():
            return _with_moved_host(architecture, edit)
        case MoveReplica():
            return with_moved_replica(architecture, components[edit.component], edit.replica, edit.host, edit.zones)
        case AutomateFailover():
            return _automated(architecture, components[edit.component], edit.promoter, callers)
        case MoveAddress():
            return with_components(architecture, moved_by_address(architecture, components[edit.component]))
        case ServeZones():
            return _with_one_in_each(architecture, components[edit.component], edit)
        case SpreadService():
            return _with_spread(architecture, edit.component)
        case _:
            assert_never(edit)


def _hosts_of(component: Component) -> list[str]:
    return [host for replica in component.replicas for host in replica.hosts]


def _with_replicas(
    architecture: Architecture,
    host: str | None,
    zones: tuple[str, ...],
    beside: list[str],
    carried: Iterable[Component],
    callers: Callers,
    named: tuple[str, ...] = (),
) -> Architecture:
    """Return the architecture with a replica of each component on a host, which is added with the agents of others if it is new."""
    before = architecture
    if host is not None:
        architecture = with_host(architecture, host, zones, beside, named)
    is_new = host is not None and len(architecture.hosts) > len(before.hosts)
    index = Index(architecture)
    there = index.zones_around(host) if host is not None else ()
    network = index.hosts[host].network if host is not None and not is_new else None
    grown = (
        without_needless_arbiter(
            index.components,
            with_replica(
                component,
                host,
                callers,
                is_apart=is_apart(index, component, there, network),
                by=mover_on(architecture, component),
                starts_jobs=component.id in index.starting_jobs and not has_work_from(component, callers(component.id)),
                is_deployed=not lacks_deployment(architecture, component),
                is_addressed=takes_mail_of_people(architecture, component, callers),
                is_tried=is_tried(architecture, component),
                is_one_sided=is_led_to_one_side(architecture, component, callers),
                watches=needed_watch(architecture, component),
            ),
        )
        for component in carried
    )
    architecture = with_components(architecture, *(left_to_people(index, component) for component in grown))
    return with_agents(architecture, host, beside[0]) if is_new and host is not None and beside else architecture


def serve_zones(index: Index, component: Component) -> ServeZones | None:
    """Return the edit that gives each zone of callers its own of what serves one zone alone; None where none is missing.

    A host stands for each, since a service without hosts has one zone.
    """
    zones = zones_to_serve(index, component)
    hosts, taken = _hosts_of(component), set(index.element_names)
    own = zone_of(component) if zones and not hosts else None
    zones = zones if own is None else (own, *zones)
    named = []
    for zone in zones:
        named.append(next_name(hosts[0], taken) if hosts else unused_name(f"{component.id}-{zone}", taken))
        taken.add(named[-1])
    return ServeZones(component.id, tuple(named), zones) if zones else None


def _with_one_in_each(architecture: Architecture, component: Component, edit: ServeZones) -> Architecture:
    """Return the architecture with new hosts in zones, and a replica on each; the only one without a host has one of them."""
    beside = _hosts_of(component)
    for host, zone in zip(edit.hosts, edit.zones, strict=True):
        architecture = with_host(architecture, host, (zone,), beside[:1])
    added = tuple(Replica(f"{component.id}@{host}", component.id, (host,)) for host in edit.hosts)
    there = component.replicas if beside else ()
    return with_components(architecture, replace(component, replicas=(*there, *added), managed=True))


def _with_spread(architecture: Architecture, name: str) -> Architecture:
    """Return the architecture with a service in several zones, if its provider has any."""
    index = Index(architecture)
    component = index.components[name]
    if not has_zones_beside(index, component):
        return architecture
    return with_components(architecture, replace(component, managed=regional(index, component)))


def _with_members(architecture: Architecture, edit: FormQuorum, callers: Callers) -> Architecture:
    """Return the architecture with two more members of a component, each on its host or where the platform puts it."""
    places = zip(edit.hosts, edit.zones, strict=True) if edit.hosts else ((None, ()), (None, ()))
    pair = next(each for each in architecture.components if each.id == edit.component)
    if is_bound_to_one(pair):
        architecture = with_components(architecture, replace(pair, replication=None))
    for host, zones in places:
        component = next(each for each in architecture.components if each.id == edit.component)
        beside = _hosts_of(component)
        architecture = _with_replicas(architecture, host, zones, beside, [component], callers, edit.hosts)
    return architecture


def _with_moved_host(architecture: Architecture, edit: MoveHost) -> Architecture:
    """Return the architecture with a host elsewhere; a machine that isn't there is one like that which it leaves."""
    by_id = {host.id: host for host in architecture.hosts}
    below = by_id[edit.host].runs_on if edit.host in by_id else None
    added: tuple[Host, ...] = ()
    if below is not None and edit.runs_on is not None and edit.runs_on not in by_id:
        machine = machine_like(by_id[below], edit.runs_on)
        added = (replace(machine, zones=edit.machine_zones or machine.zones),)
    hosts = tuple(
        replace(host, zones=edit.zones, runs_on=edit.runs_on) if host.id == edit.host else host
        for host in (*architecture.hosts, *added)
    )
    zones = (*architecture.zones, *new_zones(architecture, (*edit.zones, *edit.machine_zones)))
    moved = replace(architecture, zones=zones, hosts=hosts)
    if not added or below is None:
        return moved
    return with_agents(with_guards(moved, added[0].id, below), added[0].id, below)


def _automated(
    architecture: Architecture, component: Component, promoter: Promoter | None, callers: Callers
) -> Architecture:
    """Return the architecture with automatic failover of a component, and with the promoter where it is new."""
    cluster, replication = component.cluster, component.replication
    if cluster is not None and cluster.failover == "manual":
        by = cluster.by or (mover_on(architecture, component) if moves_with_address(component) else None)
        watches = cluster.watches or needed_watch(architecture, component)
        moved = replace(cluster, failover="automatic", by=by, watches=watches, recovery=None)
        component = replace(component, cluster=moved)
    if replication is None or not replication.primary or replication.failover == "automatic":
        return with_components(architecture, component)
    by = replication.by or (promoter.id if promoter is not None else None)
    if is_promoted_late(Index(architecture), component):
        replication = replace(replication, mode="synchronous", lag=None)
    component = replace(component, replication=replace(replication, failover="automatic", by=by, recovery=None))
    architecture = with_components(architecture, component)
    if promoter is None or promoter.id != by:
        return architecture
    return _with_promoter(architecture, component, promoter, callers(component.id))


def _with_promoter(
    architecture: Architecture, component: Component, promoter: Promoter, callers: Iterable[Component]
) -> Architecture:
    """Return the architecture with a promoter that is not there yet, its witness, and its connection with a store."""
    if not promoter.new and all(each.id != promoter.id for each in architecture.components):
        return architecture
    connection = promoter_connection(promoter, component.id)
    there = {each.id for each in architecture.connections}
    if connection.id in there:
        return architecture
    asking = (each for each in asking_connections(promoter, callers) if each.id not in there)
    architecture = replace(architecture, connections=(*architecture.connections, connection, *asking))
    if not promoter.new or any(each.id == promoter.id for each in architecture.components):
        return architecture
    index = Index(architecture)
    witness = settled_witness(index, component, promoter.witness, promoter.product, chosen=promoter.chosen)
    added = promoter_component(replace(promoter, witness=witness), component)
    architecture = replace(architecture, components=(*architecture.components, added))
    if witness is None or witness in index.hosts:
        return architecture
    return _with_witness(architecture, index, component, witness)


def _with_witness(architecture: Architecture, index: Index, component: Component, witness: str) -> Architecture:
    """Add the witness as a host like that of the store's primary, with its agents."""
    beside = hosts_from_primary(component)
    on_machine = witness_has_machine(index, component)
    zones = () if on_machine else witness_zones(index, component)
    architecture = with_host(architecture, witness, zones, beside, is_machine=not on_machine)
    return with_agents(architecture, witness, beside[0])


def needs_new_site(index: Index, component: Component, promoter: Promoter | None) -> bool:
    """Return True if what promotes a store needs a voter at a site that isn't there, and that people have to choose."""
    if promoter is None or not promoter.new or promoter.witness is None or promoter.witness in index.hosts:
        return False
    return not witness_has_machine(index, component) and third_site(index) in witness_zones(index, component)


def with_witness(edit: Edit, host: str, there: Container[str]) -> Edit:
    """Return an edit whose new promoter would have had a new host for its third voter, with a host that other edits add."""
    promoter = edit.promoter if isinstance(edit, AutomateFailover) else None
    if promoter is None or not promoter.new or promoter.witness is None or promoter.witness in there:
        return edit
    return replace(edit, promoter=replace(promoter, witness=host))


def with_neighbours(index: Index, edit: Edit, is_lone: Callable[[str], bool] = lambda _: False) -> Edit:
    """Return an edit whose new replicas find on their host what those that are there call on theirs, whichever flow calls it.

    So do those that call a replica on their own host alone, and would never reach another one without them; but for those that
    are `is_lone`, of which a second replica would do harm.
    """
    if isinstance(edit, AddHost):
        together = with_bound(index, edit.components, edit.like, edit.host, is_lone)
        return AddHost(edit.host, edit.like, together, edit.zones)
    own = index.components[edit.component].replicas[0].hosts if isinstance(edit, AddReplica) else ()
    if not isinstance(edit, AddReplica) or edit.host is None or len(own) != 1:
        return edit
    together = with_bound(index, (edit.component,), own[0], edit.host, is_lone)
    zones = edit.zones if edit.host not in index.hosts else index.hosts[edit.host].zones
    return edit if len(together) == 1 else AddHost(edit.host, own[0], together, zones)


def needs_manual_failover(component: Component) -> bool:
    """Return True if a component's failover is manual, or nothing triggers it."""
    return any(manual_failovers(component))
