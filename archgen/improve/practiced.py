"""Manual failovers that are quick enough: people practiced them, and nothing that the model asks for is missed by them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.failover_times import declared_recovery, manual_standby
from archgen.analysis.topology import Topology
from archgen.edits.replicas import with_components
from archgen.model.architecture import Architecture, Component
from archgen.model.requirements import DowntimeLimit, Survival
from archgen.model.subject import Subject


def practiced_failovers(topology: Topology, assessed: Iterable[FlowAssessment]) -> tuple[str, ...]:
    """Return the components that people fail over within the recovery objective, and with which no flow misses what is asked of it."""
    objective = topology.architecture.objectives.recovery_time
    if objective is None:
        return ()
    missed = {flow.flow for flow in assessed if _is_missed(topology, flow)}
    return tuple(
        component.id
        for component in topology.architecture.components
        if manual_standby(component)
        and (recovery := declared_recovery(component)) is not None
        and recovery <= objective
        and not any(component.id in topology.losses.members[flow] for flow in missed)
    )


def _is_missed(topology: Topology, flow: FlowAssessment) -> bool:
    """Return True for a flow that misses the objective, or an expectation."""
    architecture = topology.architecture
    objective = architecture.objectives.availability
    if objective is not None and flow.result.availability < objective:
        return True
    own = [expected for expected in architecture.expect if flow.flow in getattr(expected, "flows", ())]
    limits = (expected.hours for expected in own if isinstance(expected, DowntimeLimit))
    survivals = [expected for expected in own if isinstance(expected, Survival)]
    return any(flow.result.downtime > hours for hours in limits) or any(
        _is_asked_of(topology, expected, point) for expected in survivals for point in flow.points
    )


def _is_asked_of(topology: Topology, expected: Survival, point: Subject) -> bool:
    """Return True if a flow should survive the loss of an element."""
    if expected.kind is None:
        own = {f"{point.kind}:{point.id}"}
        if point.kind == "replica":
            own.add(f"component:{topology.replicas[point.id].component}")
        return not own.isdisjoint(expected.lost)
    kinds = {"element", point.kind}
    if point.kind == "zone":
        kinds.add(topology.zones[point.id].kind)
    return expected.kind in kinds


def with_practiced(architecture: Architecture, names: Collection[str]) -> Architecture:
    """Return an architecture in which the failovers of some components are done at once, as if nobody had to wait for people."""
    done = (_done(component) for component in architecture.components if component.id in names)
    return with_components(architecture, *done) if names else architecture


def _done(component: Component) -> Component:
    cluster, replication = component.cluster, component.replication
    if cluster is not None and cluster.failover == "manual":
        cluster = replace(cluster, failover="automatic")
    if replication is not None and replication.primary:
        replication = replace(replication, failover="automatic")
    return replace(component, cluster=cluster, replication=replication)
