"""Edits that are of use together: a copy of a store with what promotes it, hosts that move to the same place."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.edits.changes import (
    AddHost,
    AddReplica,
    AutomateFailover,
    Edit,
    MoveHost,
    MoveReplica,
    apply_edit,
    needs_manual_failover,
)
from archgen.edits.promotion import has_primary
from archgen.edits.remedy import automate
from archgen.improve.candidates import automated
from archgen.model.architecture import Architecture
from archgen.reliability.index import Index


def with_failover(architecture: Architecture, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return edits with automatic failover of each store that gets its first copy by them, as a fix writes it.

    No flow may need it where all of them read; a copy that nothing promotes is still half of a change.
    """
    built = {host.id for host in architecture.hosts}
    alone = {each.id for each in architecture.components if each.replication is None and len(each.replicas) == 1}
    topology = Topology(applied(architecture, edits))
    grown = [each for each in topology.architecture.components if each.id in alone and len(each.replicas) > 1]
    for component in grown:
        waits = has_primary(component) and needs_manual_failover(component) and not component.managed
        if waits and automate(topology, component):
            edit = automated(topology.index, component, built)
            edits, topology = (*edits, edit), Topology(apply_edit(topology.architecture, edit))
    for edit in reversed(edits):
        if isinstance(edit, AutomateFailover):
            edits = _beside_its_copy(architecture, edits, edit)
    return edits


def _beside_its_copy(architecture: Architecture, edits: tuple[Edit, ...], edit: AutomateFailover) -> tuple[Edit, ...]:
    """Return edits with automatic failover right behind the copy that it promotes, if they make the same in that order."""
    place = edits.index(edit)
    copy = next((number for number, each in enumerate(edits) if _belongs(edit, each)), place)
    if copy >= place - 1:
        return edits
    others = (*edits[:copy], *edits[copy + 1 : place], *edits[place + 1 :])
    reached = parts_of(applied(architecture, edits))
    for start in (copy, place - 1):
        ordered = (*others[:start], edits[copy], edit, *others[start:])
        if parts_of(applied(architecture, ordered)) == reached:
            return ordered
    return edits


def grouped(edits: Collection[Edit]) -> list[tuple[Edit, ...]]:
    """Return edits as the changes that people make: each alone, but copies with their promotion, and moves to one place together."""
    groups: list[tuple[Edit, ...]] = []
    for edit in edits:
        if groups and any(_belongs(edit, before) for before in groups[-1]):
            groups[-1] = (*groups[-1], edit)
        else:
            groups.append((edit,))
    return groups


def _belongs(edit: Edit, before: Edit) -> bool:
    match before, edit:
        case AddReplica(), AutomateFailover():
            return before.component == edit.component
        case AddHost(), AutomateFailover():
            return edit.component in before.components
        case MoveHost(), AddReplica() | AddHost():
            return before.host == edit.host
        case MoveHost(), MoveHost():
            return (before.zones, before.runs_on) == (edit.zones, edit.runs_on)
        case MoveReplica(), MoveReplica():
            return before.host == edit.host
        case _:
            return False


def applied(architecture: Architecture, edits: Iterable[Edit]) -> Architecture:
    """Return an architecture with some edits."""
    callers = Index(architecture).callers
    for edit in edits:
        architecture = apply_edit(architecture, edit, callers)
    return architecture


def parts_of(architecture: Architecture) -> tuple[frozenset[object], ...]:
    """Return the parts of an architecture without their order, nor that of replicas and of what a firewall guards."""
    components = (
        replace(each, replicas=tuple(sorted(each.replicas, key=lambda own: own.id)), guards=tuple(sorted(each.guards)))
        for each in architecture.components
    )
    sections = (architecture.zones, architecture.hosts, components, architecture.connections)
    return tuple(frozenset(map(repr, section)) for section in sections)
