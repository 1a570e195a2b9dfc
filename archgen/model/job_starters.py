"""The components of which one alone may be at work: what starts by itself, and what a model says there is one of at a time."""

from __future__ import annotations

from collections.abc import Iterable

from archgen.model.architecture import Architecture, Component, Connection
from archgen.model.kinds import JOB_KEEPERS, KINDS, QUEUES, RELAYING
from archgen.model.reasons import tells_of_one
from archgen.model.steps import Request, first_request


def job_starters(architecture: Architecture) -> frozenset[str]:
    """Return the components of which each replica does all of the work by itself: two at work would do each job twice.

    Those are schedulers, workers that start a flow with a request to what keeps no jobs for them, services that start one and that
    nothing calls, and programs of which the model says that there is one at a time.
    """
    components = {each.id: each for each in architecture.components}
    firsts = [first_request(flow.steps) for flow in architecture.flows]
    # a part of a model may lack those that call it
    requests = [request for request in firsts if request is not None and request.source in components]
    starting = {request.source for request in requests if _starts(components[request.source], request, components)}
    called = _called(components, architecture.connections) if starting else frozenset[str]()
    return frozenset(starting - called).union(each.id for each in architecture.components if _is_single(each))


def _starts(component: Component, request: Request, components: dict[str, Component]) -> bool:
    """Return True for a worker or service that begins with a request to what keeps no jobs for it.

    A worker takes its jobs from a database, too; a service that reads one by itself seeks what it has to send.
    """
    keeping = {"worker": JOB_KEEPERS, "service": _HANDING_OUT}.get(component.kind)
    kinds = [components[target].kind for target in request.targets if target in components]
    return keeping is not None and all(kind not in keeping for kind in kinds)


_HANDING_OUT = (*QUEUES, "cache", "key-value-store")
"""The kinds that hand each job to one of several that ask."""


def _called(components: dict[str, Component], connections: Iterable[Connection]) -> frozenset[str]:
    """Return the services that others call with work."""
    return frozenset(
        target
        for connection in connections
        for target in connection.targets
        if target in components
        and connection.source in components
        and has_work_from(components[target], (components[connection.source],))
    )


def has_work_from(component: Component, callers: Iterable[Component]) -> bool:
    """Return True for a service that some of its callers call with work: not to watch, copy or administer it.

    Whoever calls it, there is one of what a model says there is one of.
    """
    if component.kind != "service" or _is_single(component):
        return False
    return any(not KINDS[caller.kind].observes and caller.kind not in ("backup", "bastion") for caller in callers)


def _is_single(component: Component) -> bool:
    kind = KINDS[component.kind]
    program = kind.role == "application" and not kind.passive and kind.id not in RELAYING
    return kind.id == "scheduler" or (program and tells_of_one(component.why))
