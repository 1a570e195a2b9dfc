"""The findings that an acceptance covers."""

from __future__ import annotations

from archgen.analysis.topology import Topology
from archgen.model.requirements import Acceptance
from archgen.model.subject import Subject

LOSSES = frozenset({"single-point-of-failure", "REL001", "colocated-redundancy", "REL002", "single-zone", "REL009"})
"""The rules, by id and code, one of which reports the loss of a zone: which of them, depends on what the flows need elsewhere."""


def accepts(topology: Topology, acceptance: Acceptance, rule: str, subject: Subject) -> bool:
    """Return True if an acceptance covers the findings of a rule, by id or code, about a subject.

    To live with the loss of a zone is one decision, whichever rule reports it.
    """
    is_loss = bool(acceptance.subject) and subject.kind == "zone" and LOSSES.issuperset((rule, acceptance.rule))
    return (is_loss or rule == acceptance.rule) and covers(topology, acceptance, subject)


def covers(topology: Topology, acceptance: Acceptance, subject: Subject) -> bool:
    """Return True if an acceptance of a rule covers its findings about a subject: a component stands for its replicas."""
    if not acceptance.subject:
        return True
    names = {subject.id, f"{subject.kind}:{subject.id}"}
    replica = topology.replicas.get(subject.id) if subject.kind == "replica" else None
    if replica is not None:
        names |= {replica.component, f"component:{replica.component}"}
    return acceptance.subject in names
