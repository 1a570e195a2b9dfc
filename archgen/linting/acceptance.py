"""The findings that an acceptance covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit
from archgen.model.requirements import Acceptance
from archgen.model.subject import Subject
from archgen.reliability.losses import RootCause

LOSSES = frozenset({"single-point-of-failure", "REL001", "colocated-redundancy", "REL002", "single-zone", "REL009"})
"""The rules, by id and code, one of which reports the loss of a zone: which of them, depends on what the flows need elsewhere."""

_ALONE = frozenset({"single-point-of-failure", "REL001"})
"""The rule, by id and code, of an acceptance that is for the loss of an element, whichever rule reports it."""

_BY_KIND = {
    "zone": LOSSES,
    "host": _ALONE | {"single-writer-database", "REL006", "colocated-redundancy", "REL002"},
    "replica": _ALONE | {"single-writer-database", "REL006"},
}
"""The rules, by id and code, that report the loss of an element alone, by its kind."""

_TELLING = frozenset(
    (
        *("single-point-of-failure", "single-writer-database", "colocated-redundancy", "single-zone"),
        *("hidden-shared-dependency", "fragile-quorum", "manual-failover"),
    )
)
"""The rules, by id, whose findings say no more than that the loss of an element takes down flows, and for how long."""


def in_force(topology: Topology, today: str) -> tuple[Acceptance, ...]:
    """Return the acceptances of a model that haven't expired as of an ISO date."""
    accept = topology.architecture.accept
    return tuple(acceptance for acceptance in accept if acceptance.until is None or acceptance.until >= today)


def is_exposure_accepted(topology: Topology, connection: str, today: str) -> bool:
    """Return True if administration over a connection from the internet is accepted as of an ISO date: it is there by design."""
    subject = Subject("connection", connection)
    return any(each.rule in _EXPOSED and covers(topology, each, subject) for each in in_force(topology, today))


_EXPOSED = ("exposed-admin", "SEC010")
"""The rule that reports consoles that the internet reaches, by its names in an acceptance."""


def accepted_loss(topology: Topology, cause: RootCause, today: str) -> Acceptance | None:
    """Return the acceptance of the loss of an element, or of all that is lost with it and breaks flows; None if it's open.

    It covers planned restarts too: they take no longer than the repair after a loss, and come when they do least harm.
    """
    return _accepting(topology, cause, in_force(topology, today))


def _accepting(topology: Topology, cause: RootCause, acceptances: Sequence[Acceptance]) -> Acceptance | None:
    lost = [Subject("replica", name) for name in cause.absorbed]
    own, *others = (
        next((each for each in acceptances if _is_for_loss(each, element) and covers(topology, each, element)), None)
        for element in (cause.element, *lost)
    )
    return own or (others[0] if others and all(others) else None)


def _is_for_loss(acceptance: Acceptance, element: Subject) -> bool:
    """Return True if an acceptance is of a rule that reports the loss of an element; of all findings, single points of failure are."""
    return acceptance.rule in (_BY_KIND[element.kind] if acceptance.subject else _ALONE)


def accepted_elements(topology: Topology, today: str) -> frozenset[Subject]:
    """Return the single points of failure that are accepted: what is lost with them, and zones that are none without them."""
    return frozenset(accepted_losses(topology, in_force(topology, today)))


def accepted_losses(topology: Topology, acceptances: Sequence[Acceptance]) -> dict[Subject, Acceptance]:
    """Return the accepted single points of failure, each with the acceptance that covers it or what it follows from."""
    causes = topology.losses.root_causes if acceptances else ()
    covering = {cause: _accepting(topology, cause, acceptances) for cause in causes}
    accepted = {cause: acceptance for cause, acceptance in covering.items() if acceptance is not None}
    rest = tuple(cause for cause in causes if cause not in accepted and cause.element.kind != "zone")
    losses = {cause.element: acceptance for cause, acceptance in accepted.items()}
    for cause, acceptance in accepted.items():
        losses |= dict.fromkeys((Subject("replica", name) for name in cause.absorbed), acceptance)
    implied = (
        cause.element
        for cause in causes
        if accepted and cause.element.kind == "zone" and not _breaks_by_itself(topology, cause, rest)
    )
    for zone in implied:
        losses.setdefault(zone, next(iter(accepted.values())))
    return losses


def accepts_loss(
    topology: Topology,
    acceptances: Sequence[Acceptance],
    losses: Mapping[Subject, Acceptance],
    rule: str,
    hit: Hit,
) -> Acceptance | None:
    """Return the acceptance of a loss that a hit of a rule, by its id, only tells of; None if it says anything else.

    `losses` are the accepted ones. To live with the loss of an element is one decision, whichever rule reports it.
    """
    if rule not in _TELLING:
        return None
    elements = sorted({element for element, _ in hit.causes})
    accepted = {element.id: acceptance for element, acceptance in losses.items()}
    covering = [accepted.get(element) for element in elements]
    if hit.subject in losses or (covering and all(covering)):
        return losses.get(hit.subject) or covering[0]
    if hit.subject.kind != "component":
        return None
    # of a component beside others on a host, the acceptance may name it, or its only replica that matters
    replicas = [Subject("replica", element) for element in elements if element in topology.replicas]
    named = [hit.subject, *(replicas if len(replicas) == 1 else ())]
    alone = (each for each in acceptances if each.subject and each.rule in _ALONE)
    return next((each for each in alone if any(covers(topology, each, subject) for subject in named)), None)


def names_loss(topology: Topology, acceptance: Acceptance) -> bool:
    """Return True if an acceptance of a single point of failure names what takes down flows, by itself or with its host."""
    lost = (
        element
        for cause in topology.losses.root_causes
        for element in (cause.element, *(Subject("replica", name) for name in cause.absorbed))
    )
    return (
        bool(acceptance.subject)
        and acceptance.rule in _ALONE
        and any(covers(topology, acceptance, element) for element in lost)
    )


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
