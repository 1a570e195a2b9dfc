"""The reliability of every flow of a model: possible or not, cut sets, availability, importance, assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.probabilities import Assumed, Probabilities
from archgen.analysis.topology import Topology
from archgen.model.subject import Subject
from archgen.reliability.availability import Calculation, FlowAvailability
from archgen.reliability.cuts import CutSets, cut_sets
from archgen.reliability.evaluation import Plan, unanswered
from archgen.reliability.failure import Failures, failures
from archgen.reliability.levels import partial_points
from archgen.reliability.members import promoted_by_hand
from archgen.reliability.structure import build

FACTOR = 3.0
"""How far assumed numbers are moved, to the better and to the worse, to see what rests on them."""


class Sensitivity(Struct, frozen=True):
    """The flow's availability if every assumed element failed three times as rarely, and three times as often."""

    better: float
    worse: float


class FlowAssessment(Struct, frozen=True):
    """The reliability of a flow; an impossible one has no cut sets and availability 0.

    `work` is roughly the cost of the computation, in nodes of decision diagrams. `partial_points` are the elements whose
    loss alone leaves it served, but not each request, or not all of it in time; `full` is the availability with each
    request answered and all of it in time, the same value as `result` where nothing can come between them.
    """

    flow: str
    possible: bool
    points: tuple[Subject, ...]
    cuts: CutSets
    result: FlowAvailability
    assumed: tuple[Assumed, ...]
    sensitivity: Sensitivity | None
    work: int
    partial_points: tuple[Subject, ...]
    full: FlowAvailability


def assess(topology: Topology, order: int = 2, gone: tuple[Subject, ...] = ()) -> tuple[FlowAssessment, ...]:
    """Return the reliability of every flow, with cut sets of up to `order` elements.

    `gone` are elements in maintenance: each assessment holds while they are out, and a flow that they take down
    is impossible then.
    """
    return tuple(assessing(topology, order, gone))


def assessing(topology: Topology, order: int = 2, gone: tuple[Subject, ...] = ()) -> Iterator[FlowAssessment]:
    """Yield the reliability flow by flow, so that a caller can report progress."""
    probabilities = Probabilities(topology)
    for flow in topology.flows:
        yield _flow(topology, probabilities, flow, order, gone)


@lru_cache(maxsize=1)
def verdicts(topology: Topology) -> tuple[FlowAssessment, ...]:
    """Return the reliability of every flow without pairs, computed once for all rules that compare it with objectives."""
    return assess(topology, order=1)


def _points_alone(single: Failures) -> CutSets:
    return CutSets(tuple((point.element,) for point in single.points), 1, False)


def quantified(
    topology: Topology,
    probabilities: Probabilities,
    flow: str,
    gone: tuple[Subject, ...] = (),
    level: Literal["serves", "full"] = "serves",
) -> tuple[Plan, dict[Subject, float]]:
    """Return the structure that a flow's availability is computed from, and the probability that each event doesn't occur.

    It is the flow's own; where people promote replicas in a declared time, it includes these promotions.
    """
    plan = topology.losses.plans[flow] if level == "serves" else topology.losses.levels[flow].full
    up = {element: probabilities.of(element)[0] for element in plan.elements} | dict.fromkeys(gone, 0.0)
    if any(promoted_by_hand(topology.components[component]) for component in plan.members):
        plan = Plan(topology.index, build(topology.index, topology.flows[flow], by_hand=True, level=level))
        up |= {unanswered(loss): probabilities.answered(plan, loss) for loss in plan.awaiting()}
    return plan, up


def _flow(
    topology: Topology, probabilities: Probabilities, flow: str, order: int, gone: tuple[Subject, ...]
) -> FlowAssessment:
    single = failures(topology.losses.plans[flow], gone) if gone else topology.losses.failures[flow]
    plan, up = quantified(topology, probabilities, flow, gone)
    calculation = Calculation(plan, failures(plan, gone) if plan.awaiting() else single)
    result = calculation.availability(up)
    result = replace(
        result, importance=tuple(importance for importance in result.importance if importance.element not in gone)
    )
    moving = (
        {importance.element for importance in result.importance} if result.method == "exact" else set(plan.elements)
    )
    moving.difference_update(gone)
    assumptions_of = (probabilities.of(element)[1] for element in plan.elements if element in moving)
    assumed = tuple(assumption for assumption in assumptions_of if assumption is not None)

    def shifted(factor: float) -> float:
        moved = {assumption.element: max(0.0, 1.0 - (1.0 - assumption.availability) * factor) for assumption in assumed}
        return calculation.share({**up, **moved})

    return FlowAssessment(
        flow=flow,
        possible=single.possible,
        points=tuple(point.element for point in single.points),
        cuts=cut_sets(topology.losses.plans[flow], order, gone) if order > 1 else _points_alone(single),
        result=result,
        assumed=assumed if single.possible else (),
        sensitivity=Sensitivity(shifted(1.0 / FACTOR), shifted(FACTOR)) if assumed and single.possible else None,
        work=calculation.work,
        partial_points=_partial_points(topology, flow, gone),
        full=_full(topology, probabilities, flow, gone) or result,
    )


def _partial_points(topology: Topology, flow: str, gone: tuple[Subject, ...]) -> tuple[Subject, ...]:
    return tuple(point for point in partial_points(topology.losses.levels[flow], gone) if point not in gone)


def _full(
    topology: Topology, probabilities: Probabilities, flow: str, gone: tuple[Subject, ...]
) -> FlowAvailability | None:
    """Return the availability of each request, all of it in time; None where the flow has no other function for that."""
    plans = topology.losses.levels[flow]
    if plans.full is plans.serves:
        return None
    plan, up = quantified(topology, probabilities, flow, gone, "full")
    return Calculation(plan, failures(plan, gone)).availability(up)
