"""Edits in words: what each of them adds or moves, and what of that is new."""

from __future__ import annotations

from collections.abc import Collection
from typing import assert_never

from archgen.edits.changes import (
    AddHost,
    AddReplica,
    AutomateFailover,
    Edit,
    FormQuorum,
    MoveAddress,
    MoveHost,
    MoveReplica,
    ServeZones,
    SpreadService,
)
from archgen.edits.new_hosts import new_zones
from archgen.edits.promotion import (
    Promoter,
    arbiter_of,
    finds_primary,
    is_of_unknown_make,
    is_promoted_by_unknown,
    is_promoted_late,
    mirrors_itself,
    promotes_nothing,
)
from archgen.edits.replicas import (
    copies_instead,
    is_led_to_one_side,
    is_tried,
    kept_alone,
    lacks_deployment,
    needed_watch,
    needs_selection,
    waits_its_turn,
)
from archgen.edits.second_replicas import replicates_itself
from archgen.edits.services import has_zones_beside, is_of_one_zone
from archgen.edits.witnesses import hosts_from_primary, settled_witness, witness_has_machine, witness_zones
from archgen.model.architecture import Architecture, Component
from archgen.model.products import product_of, scope_of, zone_of
from archgen.model.wording import listed, zone_words
from archgen.reliability.index import Index


def describe_edit(architecture: Architecture, edit: Edit) -> str:
    """Return the edit in words; a host that the architecture doesn't have is called new, which exposes a typo."""
    match edit:
        case AddReplica(component=component, host=None):
            own = _component(architecture, component)
            more = f"one more replica of {component}{copies_instead(architecture, (component,))}{_cautions(architecture, own)}"
            if own is None or not own.managed or scope_of(own) is not None:
                if own is None or not is_of_one_zone(own):
                    return more
                return (
                    f"{more} {'in another zone' if has_zones_beside(Index(architecture), own) else 'by its provider'}"
                )
            # it may run in several places, and need none
            return f"{more} (no `scope` is declared)"
        case AddReplica():
            new = "" if any(host.id == edit.host for host in architecture.hosts) else ", a new host"
            instead = copies_instead(architecture, (edit.component,))
            own = _component(architecture, edit.component)
            voter = _replaced_voter(architecture, own)
            return f"a replica of {edit.component} on {edit.host}{_in_zones(edit.zones)}{new}{voter}{instead}{_cautions(architecture, own)}"
        case FormQuorum():
            places = [f"{host}{_in_zones(zones)}" for host, zones in zip(edit.hosts, edit.zones, strict=True)]
            count = len(set(edit.hosts).difference(host.id for host in architecture.hosts))
            new = ("", ", a new host", ", new hosts")[count]
            on = f" on {listed(places)}{new}" if places else ""
            own = _component(architecture, edit.component)
            leaderless = own is not None and product_of(own.product).leaderless
            together = "hold its data with the first" if leaderless else "elect with the first"
            if len(edit.hosts) == 1:
                return f"a third member of {edit.component}{on}, and a vote of the three on what waits (quorum queues)"
            return f"two more members of {edit.component}{on}, which {together}"
        case MoveHost():
            new = _new_zones(architecture, edit.zones)
            if edit.runs_on is not None and all(host.id != edit.runs_on for host in architecture.hosts):
                new = f", a new host{_in_zones(edit.machine_zones)}{_new_zones(architecture, edit.machine_zones)}"
            return f"a move of {edit.host} to {edit.runs_on or ', '.join(edit.zones)}{new}"
        case MoveReplica():
            is_there = any(host.id == edit.host for host in architecture.hosts)
            place = "" if is_there else f", a new host{_in_zones(edit.zones)}{_new_zones(architecture, edit.zones)}"
            return f"a move of {edit.replica} to {edit.host}{place}"
        case AddHost():
            # in one pass: a host may carry all components of a model
            names = set(edit.components)
            shared = _shared(architecture, [each for each in architecture.components if each.id in names])
            shared += _deployed(architecture, edit)
            if any(host.id == edit.host for host in architecture.hosts):
                return f"replicas of {listed(edit.components)} on {edit.host}{shared}"
            instead = f"{copies_instead(architecture, edit.components)}{shared}"
            carried = f", with {', '.join(edit.components)}" if edit.components else ""
            return f"a host {edit.host} like {edit.like}{_in_zones(edit.zones)}{carried}{instead}"
        case AutomateFailover():
            return f"automatic failover of {edit.component}{_decided_by(architecture, edit)}{_confirmed(architecture, edit)}"
        case MoveAddress():
            own = _component(architecture, edit.component)
            watches = own.cluster.watches if own is not None and own.cluster is not None else None
            if own is not None and watches in ("process", "host"):
                notices = "its process fails" if needed_watch(architecture, own) == "process" else "its requests fail"
                return f"failover of {edit.component} when {notices}, not its {watches} alone"
            return f"a moving address of {edit.component}"
        case ServeZones():
            own = _component(architecture, edit.component)
            there = {zone_of(own)} if own is not None else set()
            added = [zone for zone in edit.zones if zone not in there]
            if len(added) == 1:
                return f"a replica of {edit.component} in {added[0]}, for the callers of that zone"
            return f"replicas of {edit.component} in {listed(added)}, each for the callers of its zone"
        case SpreadService():
            return f"{edit.component} in several zones, by its provider"
        case _:
            assert_never(edit)


def _replaced_voter(architecture: Architecture, component: Component | None) -> str:
    """Return the arbiter whose vote the next member of a store has, which has data as well."""
    components = {each.id: each for each in architecture.components}
    arbiter = arbiter_of(components, component) if component is not None and len(component.replicas) % 2 == 0 else None
    return f", in the place of {arbiter}" if arbiter is not None else ""


def _component(architecture: Architecture, name: str) -> Component | None:
    """Return a component, None where the architecture has none of that id yet."""
    return next((each for each in architecture.components if each.id == name), None)


def _cautions(architecture: Architecture, component: Component | None) -> str:
    return (
        f"{_waiting(architecture, component)}{_selected(architecture, component)}{_shared(architecture, (component,))}"
    )


def _shared(architecture: Architecture, grown: Collection[Component | None]) -> str:
    """Return the caution for second replicas of what keeps uploads or sessions on its host, and of directories."""
    joined = tuple(each.id for each in grown if each is not None and replicates_itself(each))
    joins = f", with {listed(joined)} joined to the first server, and both addresses at each caller" if joined else ""
    local = [each for each in grown if each is not None and "local" in (each.uploads, each.sessions)]
    callers = Index(architecture).callers
    kept = {
        each.id: kept_alone(each, callers, is_one_sided=is_led_to_one_side(architecture, each, callers))
        for each in local
    }
    names = {key: tuple(name for name, own in kept.items() if key in own) for key in _PLACES}
    files = tuple(each.id for each in grown if each is not None and mirrors_itself(each) and len(each.replicas) == 1)
    copies = f", to which the storage system copies the files of {listed(files)}, and which takes over" if files else ""
    return (
        joins
        + copies
        + "".join(
            f", and {place} that both reach for the {key} of {listed(names[key])}"
            for key, place in _PLACES.items()
            if names[key]
        )
    )


_PLACES = {"uploads": "storage", "sessions": "a store"}
"""Where replicas keep what all of them need."""


def _deployed(architecture: Architecture, edit: AddHost) -> str:
    """Return what keeps the second copies of code alike."""
    carried = (each for each in architecture.components if each.id in set(edit.components))
    names = tuple(each.id for each in carried if len(each.replicas) == 1 and lacks_deployment(architecture, each))
    return f", and one tool that deploys both copies of {listed(names)}" if names else ""


def _waiting(architecture: Architecture, component: Component | None) -> str:
    """Return the caution for a second replica of what starts jobs, or passes messages on in order: two are never at work."""
    if component is None or component.managed or component.cluster is not None or len(component.replicas) > 1:
        return ""
    if waits_its_turn(component):
        return ", which waits until the first is gone, if its makers support that"
    return ", which waits for a lease" if component.id in Index(architecture).starting_jobs else ""


def _selected(architecture: Architecture, component: Component | None) -> str:
    """Return the caution for a second one of what may be a device, or of what clients try one after the other."""
    if component is not None and is_tried(architecture, component):
        return ", with the addresses of all at each client"
    if component is None or not needs_selection(component, Index(architecture).callers):
        return ""
    return ", with what selects one of the two"


def _decided_by(architecture: Architecture, edit: AutomateFailover) -> str:
    promoter = edit.promoter
    component = _component(architecture, edit.component)
    if promoter is None or component is None:
        return _own_means(component)
    is_led = finds_primary(Index(architecture), component, promoter.product)
    led = "" if is_led else ", with what leads its callers to the new primary"
    return f"{_by(architecture, component, promoter)}{led}"


def _confirmed(architecture: Architecture, edit: AutomateFailover) -> str:
    """Return that a store's writes have to wait for a copy that is to be promoted by itself; else the empty text."""
    component = _component(architecture, edit.component)
    late = component is not None and is_promoted_late(Index(architecture), component)
    return ", with writes that wait for a standby (`mode: synchronous`)" if late else ""


def _own_means(component: Component | None) -> str:
    """Return that a store's product has to promote a replica itself, where it isn't known here how; else the empty text."""
    replication = component.replication if component is not None else None
    cluster = component.cluster if component is not None else None
    if component is not None and cluster is not None and cluster.by is None and is_of_unknown_make(component):
        return f" by {component.product}'s own means, if it has any, or by a switch before it"
    if component is None or replication is None or replication.by is not None:
        return ""
    if promotes_nothing(component):
        return f" by a cluster manager beside it, since {component.product} promotes no copy"
    return f" by {component.product}'s own means, if it has any" if is_promoted_by_unknown(component) else ""


def _by(architecture: Architecture, component: Component, promoter: Promoter) -> str:
    if any(each.id == promoter.id for each in architecture.components):
        return f" by {promoter.id}"
    size = "" if promoter.observes else " of three"
    if promoter.witness is None:
        return f" by a new {promoter.id}{size}"
    index = Index(architecture)
    witness = settled_witness(index, component, promoter.witness, promoter.product, chosen=promoter.chosen)
    is_new = witness not in index.hosts
    zones = () if not is_new or witness_has_machine(index, component) else witness_zones(index, component)
    new = f", a new host{_in_zones(zones)}{_new_zones(architecture, zones)}" if is_new else ""
    if promoter.observes:
        taken = {zone for host in hosts_from_primary(component) for zone in index.zones_around(host)}
        best = "" if taken.isdisjoint(zones) else ", best at a third site"
        return f" by a new {promoter.id} on {witness}{new}{best}"
    return f" by a new {promoter.id} of three, one of them on {witness}{new}"


def _in_zones(zones: tuple[str, ...]) -> str:
    return f" in {', '.join(zones)}" if zones else ""


def _new_zones(architecture: Architecture, zones: tuple[str, ...]) -> str:
    """Return what zones are that the architecture doesn't have."""
    kinds = dict.fromkeys(zone.kind for zone in new_zones(architecture, zones))
    return "".join(f", a new {zone_words(kind)}" for kind in kinds)
