"""The components that a replica calls on its own host: another replica elsewhere is of no use without them."""

from __future__ import annotations

from archgen.edits.changes import AddHost, AddReplica, Edit
from archgen.edits.new_hosts import has_replica_on
from archgen.model.architecture import Component
from archgen.reliability.index import Index
from archgen.reliability.locality import SAME_HOST


def with_neighbours(index: Index, edit: Edit) -> Edit:
    """Return an edit whose new replicas find on their host what those that are there call on theirs, whichever flow calls it."""
    if isinstance(edit, AddHost):
        return AddHost(edit.host, edit.like, _together(index, edit.components, edit.like, edit.host), edit.zones)
    own = index.components[edit.component].replicas[0].hosts if isinstance(edit, AddReplica) else ()
    if not isinstance(edit, AddReplica) or edit.host is None or len(own) != 1:
        return edit
    together = _together(index, (edit.component,), own[0], edit.host)
    zones = edit.zones if edit.host not in index.hosts else index.hosts[edit.host].zones
    return edit if len(together) == 1 else AddHost(edit.host, own[0], together, zones)


def _together(index: Index, components: tuple[str, ...], like: str, host: str) -> tuple[str, ...]:
    """Return components with all that they call on a host and that isn't on another yet, and what those call there."""
    together = list(components)
    for name in together:
        calls = (call for (source, _), call in index.connections.items() if source == name)
        near = [target for call in calls if call.required and call.locality == SAME_HOST for target in call.targets]
        together += [each for each in near if each not in together and _is_missing(index.components[each], like, host)]
    return tuple(together)


def _is_missing(component: Component, like: str, host: str) -> bool:
    return has_replica_on(component, like) and not has_replica_on(component, host)
