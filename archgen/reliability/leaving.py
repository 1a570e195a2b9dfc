"""Replicas that leave a cluster in order, for maintenance: some products no longer count their votes then."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from archgen.model.architecture import Architecture, Component, Replica
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.reliability.members import quorum_of
from archgen.reliability.promoters import electorate


def left_in_order(index: Index, leaving: Collection[Subject]) -> Architecture:
    """Return the architecture with the quorums that are left when elements leave in order; the same one if none shrinks."""
    architecture = index.architecture
    shrunk = {component.id: _shrunk(index, component, leaving) for component in index.shrinking}
    if all(component is shrunk[component.id] for component in index.shrinking):
        return architecture
    components = tuple(shrunk.get(component.id, component) for component in architecture.components)
    return replace(architecture, components=components)


def _shrunk(index: Index, component: Component, leaving: Collection[Subject]) -> Component:
    if product_of(component.product).steps_down == "everything":
        return _without_votes(index, component, leaving)
    if not product_of(component.product).forgets_who_leaves or quorum_of(component) != "majority":
        return component
    left = [replica for replica in component.replicas if not _is_leaving(index, replica, leaving)]
    gone = len(component.replicas) - len(left)
    return replace(component, quorum=len(left) // 2 + 1) if gone and left else component


def _without_votes(index: Index, component: Component, leaving: Collection[Subject]) -> Component:
    """Return the store without the votes beside it: those that stay count anew when another leaves."""
    replication = component.replication
    counted = electorate(component, index, "write")
    voters = [index.replicas[member] for votes in counted for member in votes.members]
    if replication is None or not any(_is_leaving(index, voter, leaving) for voter in voters):
        return component
    return replace(component, replication=replace(replication, by=None))


def _is_leaving(index: Index, replica: Replica, leaving: Collection[Subject]) -> bool:
    return any(_leaves(index, element, replica.id, replica.hosts) for element in leaving)


def _leaves(index: Index, element: Subject, replica: str, hosts: tuple[str, ...]) -> bool:
    if element.kind == "replica":
        return element.id == replica
    return bool(hosts) and all(index.takes_down(element, host) for host in hosts)
