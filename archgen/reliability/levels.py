"""The three functions of a flow as plans, and the elements that only the stricter ones need.

full ⇒ every ⇒ serves: whatever serves a share of the requests alone is no single point of failure, and worth a word.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from msgspec import Struct

from archgen.model.architecture import Flow
from archgen.model.subject import Subject
from archgen.reliability.failure import single_points
from archgen.reliability.index import Index
from archgen.reliability.members import keeps_address
from archgen.reliability.plan import Plan
from archgen.reliability.requests import connections_under, is_deferred, requests
from archgen.reliability.structure import build
from archgen.reliability.traffic import unchecked

REMEMBERED = 64
"""Flows whose plans are kept: more than most models have."""


class ServiceLevels(Struct, frozen=True):
    """A flow's functions; two that are equal by construction are the same plan.

    serves: some request is answered. every: each one is. full: what is left for later can be done now, too.
    """

    serves: Plan
    every: Plan
    full: Plan


def levels(index: Index, flow: Flow, serves: Plan) -> ServiceLevels:
    """Return the functions of a flow, of which the first is built already."""
    every, full = _stricter(index, flow)
    return ServiceLevels(serves, every or serves, full or every or serves)


@lru_cache(REMEMBERED)
def _stricter(index: Index, flow: Flow) -> tuple[Plan | None, Plan | None]:
    """Return the stricter functions of a flow, where they differ from the one before; they are the same in every state."""
    every = Plan(index, build(index, flow, level="every")) if may_fail_in_part(index, flow) else None
    full = Plan(index, build(index, flow, level="full")) if may_wait(index, flow) else None
    return every, full


def may_wait(index: Index, flow: Flow) -> bool:
    """Return True if nobody waits for some step of a flow."""
    return any(is_deferred(index, request) for request, _ in requests(flow.steps))


def may_fail_in_part(index: Index, flow: Flow) -> bool:
    """Return True if a share of a flow's requests can fail while others are answered.

    A caller checks none of its targets, or members of a target keep their addresses when they fail.
    """
    asked = [request for request, _ in requests(flow.steps)]
    targets = {
        target for request in asked for connection in connections_under(index, request) for target in connection.targets
    }
    return any(unchecked(index, flow, request) is not None for request in asked) or any(
        keeps_address(component, replica.id)
        for component in map(index.components.__getitem__, targets)
        if component.cluster is not None
        for replica in component.replicas
    )


def partial_points(plans: ServiceLevels, gone: Collection[Subject] = ()) -> tuple[Subject, ...]:
    """Return the elements whose loss alone leaves a flow served, though not each request or not all of it in time."""
    if plans.full is plans.serves:
        return ()
    breaking = frozenset(single_points(plans.serves, gone))
    return tuple(element for element in single_points(plans.full, gone) if element not in breaking)


def delaying_points(plans: ServiceLevels) -> tuple[Subject, ...]:
    """Return the elements whose loss alone leaves each request accepted, and some of what is asked to be done later."""
    if plans.full is plans.every:
        return ()
    failing = frozenset(single_points(plans.every))
    return tuple(element for element in single_points(plans.full) if element not in failing)
