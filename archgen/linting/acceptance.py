"""The findings that an acceptance covers."""

from __future__ import annotations

from archgen.analysis.topology import Topology
from archgen.model.requirements import Acceptance
from archgen.model.subject import Subject
from archgen.reliability.losses import RootCause

LOSSES = frozenset({"single-point-of-failure", "REL001", "colocated-redundancy", "REL002", "single-zone", "REL009"})
"""The rules, by id and code, one of which reports the loss of a zone: which of them, depends on what the flows need elsewhere."""

_ALONE = LOSSES | {"single-writer-database", "REL006"}
"""The rules, by id and code, that report the loss of an element alone."""


def in_force(topology: Topology, today: str) -> tuple[Acceptance, ...]:
    """Return the acceptances of a model that haven't expired as of an ISO date."""
    accept = topology.architecture.accept
    return tuple(acceptance for acceptance in accept if acceptance.until is None or acceptance.until >= today)


def accepted_loss(topology: Topology, cause: RootCause, today: str) -> Acceptance | None:
    """Return the acceptance of the loss of an element, or of all that is lost with it and breaks flows; None if it's open.

    It covers planned restarts too: they take no longer than the repair after a loss, and come when they do least harm.
    """
    lost = tuple(Subject("replica", name) for name in cause.absorbed)
    for acceptance in in_force(topology, today):
        if acceptance.rule in _ALONE and (
            covers(topology, acceptance, cause.element)
            or (lost and all(covers(topology, acceptance, each) for each in lost))
        ):
            return acceptance
    return None


def accepted_elements(topology: Topology, today: str) -> frozenset[Subject]:
    """Return the single points of failure that are accepted: what is lost with them, and zones that are none without them."""
    if not in_force(topology, today):
        return frozenset()
    causes = topology.losses.root_causes
    accepted = frozenset(cause for cause in causes if accepted_loss(topology, cause, today))
    rest = tuple(cause for cause in causes if cause not in accepted and cause.element.kind != "zone")
    implied = (
        cause.element
        for cause in causes
        if accepted and cause.element.kind == "zone" and not _breaks_by_itself(topology, cause, rest)
    )
    lost = (Subject("replica", name) for cause in accepted for name in cause.absorbed)
    return frozenset((*(cause.element for cause in accepted), *lost, *implied))


def _breaks_by_itself(topology: Topology, cause: RootCause, rest: tuple[RootCause, ...]) -> bool:
    """Return True if a zone takes down a flow by what fails together in it, or by one of the other causes in it."""
    zone = cause.element.id
    return any(
        topology.losses.breaks_as_zone(zone, flow)
        or any(flow in each.flows and zone in _zones_of(topology, each.element) for each in rest)
        for flow in cause.flows
    )


def _zones_of(topology: Topology, element: Subject) -> frozenset[str]:
    index = topology.index
    around = (
        index.zones_around(element.id) if element.kind == "host" else index.shared_zones(index.replicas[element.id])
    )
    return frozenset(around)


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
