"""Conditions of an outcome that the model leaves open: what moves the traffic, and which lease is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import RuleContext
from archgen.model.architecture import Component
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.members import keeps_lease
from archgen.reliability.simulation import FlowOutcome
from archgen.rules import BY_NAME

_UNMOVED = "untracked-failover"
"""The rule that reports traffic which nothing moves to another replica."""


def conditions(topology: Topology, outcome: FlowOutcome, gone: Collection[Subject]) -> tuple[str, ...]:
    """Return the conditions under which a flow that is served without some elements is."""
    if outcome.status == "down":
        return ()
    components = dict.fromkeys(
        name
        for hop in topology.hops[outcome.flow]
        for name in (hop.step.source, *hop.targets)
        if topology.kind(name).id != "client"
    )
    used = [topology.components[name] for name in components]
    return (
        *_moved(topology, outcome),
        *(words for component in used for words in _leases(topology, outcome.flow, component, gone)),
    )


def _moved(topology: Topology, outcome: FlowOutcome) -> Iterator[str]:
    """Yield the components whose lost replicas had visitors that nothing moves to the others."""
    visited = {
        target
        for hop in topology.hops[outcome.flow]
        if topology.kind(hop.step.source).id == "client"
        for target in hop.targets
    }
    check = BY_NAME[_UNMOVED].check
    for hit in check(RuleContext(topology)) if check is not None and outcome.lost else ():
        cluster = topology.components[hit.subject.id].cluster
        lost = [each for each in outcome.lost if topology.replicas[each].component == hit.subject.id]
        if lost and hit.subject.id in visited and (cluster is None or cluster.watches != "host"):
            yield f"only if the traffic of {listed(lost)} moves to another replica ({_UNMOVED})"


def _leases(topology: Topology, flow: str, component: Component, gone: Collection[Subject]) -> Iterator[str]:
    """Yield a store whose primary can't renew its lease, which no step of the flow asks for."""
    by = topology.components.get(component.replication.by or "") if component.replication is not None else None
    if by is None or not keeps_lease(component, by):
        return
    writes = any(component.id in hop.targets and hop.access != "read" for hop in topology.hops[flow])
    up = sum(not _is_lost(topology, replica.id, gone) for replica in by.replicas)
    if writes and not topology.states_lease(component.id, by.id) and 2 * up <= len(by.replicas):
        yield (
            f"only if {component.id} keeps no lease in {by.id}, which has no majority: under Patroni, its primary takes no "
            "writes then"
        )


def _is_lost(topology: Topology, replica: str, gone: Collection[Subject]) -> bool:
    hosts = topology.replicas[replica].hosts
    return Subject("replica", replica) in gone or (
        bool(hosts) and all(_is_gone(topology, host, gone) for host in hosts)
    )


def _is_gone(topology: Topology, host: str, gone: Collection[Subject]) -> bool:
    return any(element.kind != "replica" and topology.index.takes_down(element, host) for element in gone)
