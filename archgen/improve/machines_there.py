"""A virtual machine that is there, moved to another machine, instead of one more beside it: two that stay together are one too many."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archgen.edits.changes import AddHost, AddReplica, AutomateFailover, Edit
from archgen.edits.moves import to_another_machine
from archgen.edits.placement import find_host
from archgen.model.architecture import Architecture
from archgen.model.subject import Subject
from archgen.reliability.index import Index


def with_machines_there(
    architecture: Architecture,
    edits: tuple[Edit, ...],
    applied: Callable[[tuple[Edit, ...]], Architecture],
    is_as_good: Callable[[tuple[Edit, ...]], bool],
) -> tuple[Edit, ...]:
    """Return the edits with moves instead of new virtual machines, where these leave no more single points."""
    index = Index(architecture)
    for edit in edits:
        if not isinstance(edit, AddHost) or edit.host in index.hosts or index.hosts[edit.like].runs_on is None:
            continue
        if any(_needs(other, edit.host) for other in edits if other != edit):
            continue
        for instead in _moves(index, edit):
            place = edits.index(edit)
            changed = (*edits[:place], *(each for each in instead if each not in edits), *edits[place + 1 :])
            if _find_room(Index(applied(changed[: place + 1])), instead) and is_as_good(changed):
                edits = changed
                break
    return edits


def _needs(edit: Edit, host: str) -> bool:
    """Return True for an edit of what another edit adds."""
    if isinstance(edit, AutomateFailover):
        return edit.promoter is not None and edit.promoter.witness == host
    return host in (getattr(edit, "host", None), *getattr(edit, "hosts", ()))


def _moves(index: Index, edit: AddHost) -> Iterator[tuple[Edit, ...]]:
    """Yield the move of each other host beside that which a new one is like, and what it then has to carry too."""
    machine = index.hosts[edit.like].runs_on
    for host in index.hosts.values():
        on = index.standing_on.get(host.id, frozenset())
        carried = tuple(name for name in edit.components if name not in on)
        if host.id == edit.like or host.runs_on != machine or len(carried) == len(edit.components) or not carried:
            continue
        together = [index.components[name] for name in edit.components if name in on]
        for move in to_another_machine(index, Subject("host", machine or ""), host.id, together):
            if move.runs_on in index.hosts:
                zones = index.hosts[host.id].zones
                more: Edit = AddHost(host.id, edit.like, carried, zones)
                yield move, AddReplica(carried[0], host.id) if len(carried) == 1 else more


def _find_room(index: Index, edits: tuple[Edit, ...]) -> bool:
    """Return True if what a host has to carry too fits on it once it has moved."""
    *_, added = edits
    names = (
        added.components if isinstance(added, AddHost) else (added.component,) if isinstance(added, AddReplica) else ()
    )
    place = added.host if isinstance(added, AddHost | AddReplica) else None
    return all(find_host(index, index.components[name], lambda host: host != place) == place for name in names)
