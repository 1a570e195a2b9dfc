"""The findings that an acceptance covers."""

from __future__ import annotations

from archgen.analysis.topology import Topology
from archgen.model.requirements import Acceptance
from archgen.model.subject import Subject


def covers(topology: Topology, acceptance: Acceptance, subject: Subject) -> bool:
    """Return True if an acceptance of a rule covers its findings about a subject: a component stands for its replicas."""
    if not acceptance.subject:
        return True
    names = {subject.id, f"{subject.kind}:{subject.id}"}
    replica = topology.replicas.get(subject.id) if subject.kind == "replica" else None
    if replica is not None:
        names |= {replica.component, f"component:{replica.component}"}
    return acceptance.subject in names
