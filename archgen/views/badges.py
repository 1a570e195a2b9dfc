"""The place of each finding's number in a diagram: on a node, a group or a line."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import assert_never

from archgen.analysis.topology import Topology
from archgen.linting.finding_groups import number_findings
from archgen.model.finding import Finding
from archgen.model.subject import Subject
from archgen.views.diagram import Badge
from archgen.views.folding import Folding

WHOLE = "model:"
"""The place of the findings on the whole model or on a flow: beside the title of a picture."""


def badges(topology: Topology, findings: Sequence[Finding], folding: Folding) -> dict[str, tuple[Badge, ...]]:
    """Return the badges of each node id, group id (`host:x`) and connection id (`connection:a -> b`).

    Findings of one rule, severity and fix have one number, so a place has a badge of it once. Those on a flow or on the
    model are at `WHOLE`. Accepted findings have no badge.
    """
    by_place: dict[str, dict[int, Badge]] = {}
    for number, finding in number_findings(findings):
        place = _place(topology, finding.subject, folding)
        if place is not None and finding.accepted is None:
            by_place.setdefault(place, {}).setdefault(number, Badge(number, finding.severity, finding.message))
    return {place: tuple(marks[number] for number in sorted(marks)) for place, marks in by_place.items()}


def beside_title(marks: Mapping[str, tuple[Badge, ...]], shown: Container[str]) -> tuple[Badge, ...]:
    """Return the badges of the whole system, and of the zones and networks that a picture doesn't show."""
    places = (place for place in marks if place.startswith(("zone:", "network:")) and place not in shown)
    every = {badge.number: badge for place in (WHOLE, *places) for badge in marks.get(place, ())}
    return tuple(every[number] for number in sorted(every))


def _place(topology: Topology, subject: Subject, folding: Folding) -> str | None:
    match subject.kind:
        case "component":
            return _component(topology, subject.id, folding)
        case "replica":
            return folding.node(subject.id)
        case "host":
            return f"host:{folding.hosts.get(subject.id, subject.id)}"
        case "zone":
            return f"zone:{folding.zones.get(subject.id, subject.id)}"
        case "network" | "connection":
            return f"{subject.kind}:{subject.id}"
        case "step":
            return _step(topology, subject.id)
        case "record":
            return _holder(topology, "record", subject.id, folding)
        case "certificate":
            return _holder(topology, "certificate", subject.id, folding)
        case "flow" | "model":
            return WHOLE
        case "group" | "change" | "move":
            return None
        case _:
            assert_never(subject.kind)


def _component(topology: Topology, component: str, folding: Folding) -> str | None:
    holder = topology.components.get(component)
    if holder is None:
        return None
    primary = holder.replication.primary if holder.replication else ()
    replicas = [*primary, *(replica.id for replica in holder.replicas), component]
    return folding.node(replicas[0])


def _step(topology: Topology, step: str) -> str | None:
    hops = (hop for flow_hops in topology.hops.values() for hop in flow_hops if hop.step.id == step and hop.connection)
    return next((f"connection:{hop.connection.id}" for hop in hops if hop.connection), None)


def _holder(topology: Topology, kind: str, name: str, folding: Folding) -> str | None:
    """Return the component that has a record, or the first that a certificate is installed on."""
    architecture = topology.architecture
    if kind == "record":
        holders = [
            component.id
            for component in architecture.components
            if any(record.id == name for record in component.records)
        ]
    else:
        holders = [
            component
            for certificate in architecture.certificates
            if certificate.id == name
            for component in certificate.installed_on
        ]
    return _component(topology, holders[0], folding) if holders else None
