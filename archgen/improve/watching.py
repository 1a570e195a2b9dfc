"""The clusters whose failover would notice a loss if it watched more than it does: processes too, or what they call nearby."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archgen.edits.changes import MoveAddress
from archgen.model.architecture import Component
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.reliability.locality import callers_nearby, is_watched_alone


def deeper_watches(
    index: Index, target: Subject, hit: Collection[Component], used: Collection[str]
) -> Iterator[MoveAddress]:
    """Yield the edits against the loss of an element by which a failover notices it, which hits some components."""
    names = {component.id for component in hit}
    for component in index.architecture.components:
        cluster = component.cluster
        if component.id not in used or cluster is None:
            continue
        itself = cluster.watches == "host" and cluster.failover == "automatic" and component.id in names
        if (itself and target.kind == "replica") or (
            is_watched_alone(component) and component.id in callers_nearby(index) and names & _behind(index, component)
        ):
            yield MoveAddress(component.id)


def _behind(index: Index, component: Component) -> set[str]:
    """Return what a component calls on its own host or in its own zone, and what lies behind that."""
    calls = ((target, index.connections[component.id, target]) for target in index.callees(component.id))
    queue = [target for target, call in calls if call.locality is not None]
    seen = {component.id, *queue}
    for name in queue:
        fresh = [each for each in index.callees(name) if each not in seen]
        queue += fresh
        seen.update(fresh)
    return {*queue}
