"""New racks, feeds and sites, of which no more are built than it takes."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from archgen.edits.changes import AddHost, AddReplica, Edit, FormQuorum, MoveHost, MoveReplica
from archgen.edits.names import same_series
from archgen.model.architecture import Architecture


def in_fewer_zones(
    architecture: Architecture,
    edits: tuple[Edit, ...],
    applied: Callable[[tuple[Edit, ...]], Architecture],
    is_as_good: Callable[[tuple[Edit, ...]], bool],
) -> tuple[Edit, ...]:
    """Return the edits with one new zone in place of two of a series, where that leaves no more single points."""
    declared = len(architecture.zones)
    added = [zone.id for zone in applied(edits).zones[declared:]]
    for zone in reversed(added):
        for other in added[: added.index(zone)]:
            changed = tuple(_renamed(edit, zone, other) for edit in edits) if same_series(zone, other) else edits
            if changed != edits and is_as_good(changed):
                edits = changed
                break
    return edits


def _renamed(edit: Edit, zone: str, other: str) -> Edit:
    """Return an edit with another zone in place of one."""

    def put(zones: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(other if each == zone else each for each in zones))

    match edit:
        case MoveHost():
            return replace(edit, zones=put(edit.zones), machine_zones=put(edit.machine_zones))
        case FormQuorum():
            return replace(edit, zones=tuple(map(put, edit.zones)))
        case AddHost() | AddReplica() | MoveReplica():
            return replace(edit, zones=put(edit.zones))
        case _:
            return edit
