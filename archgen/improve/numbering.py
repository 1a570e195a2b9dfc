"""The names of the hosts and zones that edits add: numbered without the gaps of edits that were tried and dropped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from msgspec.structs import replace

from archgen.edits.changes import (
    AddHost,
    AddReplica,
    AutomateFailover,
    Edit,
    FormQuorum,
    MoveHost,
    MoveReplica,
    ServeZones,
)
from archgen.edits.names import next_name, next_place, same_series
from archgen.edits.promotion import Promoter
from archgen.edits.witnesses import new_witness
from archgen.model.architecture import Architecture


def renumber(
    architecture: Architecture, edits: tuple[Edit, ...], apply: Callable[[Architecture, Edit], Architecture]
) -> tuple[tuple[Edit, ...], Architecture]:
    """Return the edits with new names in order, and what they make.

    A new virtual machine may bring the one below it, and a new promoter a witness in a place of its own, which are no part of the
    edit, but of those that use them.
    """
    names: dict[str, str] = {}
    renamed: list[Edit] = []
    before = after = architecture
    for edit in edits:
        there, known = _elements(after), _elements(before)
        for host in _hosts_of(edit):
            if host not in names and host not in known:
                names[host] = next_name(host, {*there, *names.values()})
        witness = _witness_of(edit)
        if witness is not None and witness not in names and witness not in known:
            # it may have been that of a replica that nothing adds any more
            names[witness] = new_witness({*there, *names.values()})
        for zone in _zones_of(edit):
            if zone not in names and zone not in known:
                names[zone] = _next_zone(zone, after, {*there, *names.values()})
        renamed.append(_renamed(edit, names))
        before, after = apply(before, edit), apply(after, renamed[-1])
        added = [name for name in _elements(before) if name not in known]
        now = [name for name in _elements(after) if name not in there]
        if len(added) != len(now):
            # a new name was taken by a machine below: the gaps do no harm
            for each in edits:
                architecture = apply(architecture, each)
            return edits, architecture
        names |= zip(added, now, strict=True)
    return tuple(renamed), after


def _elements(architecture: Architecture) -> list[str]:
    """Return the zones and hosts of an architecture, in its order."""
    return [*(zone.id for zone in architecture.zones), *(host.id for host in architecture.hosts)]


def _next_zone(zone: str, architecture: Architecture, taken: Collection[str]) -> str:
    """Return the next name of the series of a zone; its own where it has none."""
    first = next((each.id for each in architecture.zones if same_series(each.id, zone)), None)
    return zone if first is None else next_place(first, taken)


def _hosts_of(edit: Edit) -> tuple[str, ...]:
    """Return the hosts on which an edit puts something."""
    match edit:
        case AddReplica(host=str(host)) | AddHost(host=host):
            return (host,)
        case FormQuorum():
            return edit.hosts
        case MoveHost(runs_on=str(machine)):
            return (machine,)
        case _:
            return ()


def _witness_of(edit: Edit) -> str | None:
    """Return the host of a vote that an edit gives to what promotes."""
    return edit.promoter.witness if isinstance(edit, AutomateFailover) and edit.promoter is not None else None


def _zones_of(edit: Edit) -> tuple[str, ...]:
    """Return the zones that an edit names, of which some may be new."""
    match edit:
        case AddReplica() | AddHost() | MoveReplica() | ServeZones():
            return edit.zones
        case FormQuorum():
            return tuple(zone for zones in edit.zones for zone in zones)
        case MoveHost():
            return (*edit.zones, *edit.machine_zones)
        case _:
            return ()


def _renamed(edit: Edit, names: Mapping[str, str]) -> Edit:
    def name(old: str) -> str:
        return names.get(old, old)

    def places(zones: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(name, zones))

    match edit:
        case AddReplica(host=str(host)):
            return replace(edit, host=name(host), zones=places(edit.zones))
        case FormQuorum():
            return replace(edit, hosts=places(edit.hosts), zones=tuple(map(places, edit.zones)))
        case ServeZones():
            return replace(edit, zones=places(edit.zones))
        case AddHost():
            return replace(edit, host=name(edit.host), like=name(edit.like), zones=places(edit.zones))
        case MoveReplica():
            return replace(edit, host=name(edit.host), zones=places(edit.zones))
        case AutomateFailover(promoter=Promoter(witness=str(witness)) as promoter):
            return replace(edit, promoter=replace(promoter, witness=name(witness)))
        case MoveHost():
            below = name(edit.runs_on) if edit.runs_on is not None else None
            moved = replace(edit, host=name(edit.host), runs_on=below)
            return replace(moved, zones=places(edit.zones), machine_zones=places(edit.machine_zones))
        case _:
            return edit
