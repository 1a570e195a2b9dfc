"""The reliability of every flow of a model: possible or not, cut sets, availability, importance, what was assumed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis import assumptions
from archgen.analysis.topology import Topology
from archgen.model.architecture import Availability
from archgen.model.subject import Subject
from archgen.reliability.availability import Calculation, FlowAvailability
from archgen.reliability.cuts import CutSets, cut_sets
from archgen.reliability.evaluation import Plan, unanswered
from archgen.reliability.failure import Failures, failures
from archgen.reliability.structure import build, promoted_by_hand

_SECONDS_PER_HOUR = 3600.0


class Assumed(Struct, frozen=True):
    """An element whose availability the model does not state, the number taken instead, and its source.

    Only what moves the flow's availability is listed.
    """

    element: Subject
    availability: float
    source: str


class Sensitivity(Struct, frozen=True):
    """The flow's availability if every assumed element failed ten times as rarely, and ten times as often."""

    better: float
    worse: float


class FlowAssessment(Struct, frozen=True):
    """What is known of one flow; an impossible one has no cut sets and availability 0.

    `work` is roughly what it took, in nodes of decision diagrams.
    """

    flow: str
    possible: bool
    points: tuple[Subject, ...]
    cuts: CutSets
    result: FlowAvailability
    assumed: tuple[Assumed, ...]
    sensitivity: Sensitivity | None
    work: int


class Probabilities:
    """How likely each element of a model is up: as stated, or as assumed."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology

    def of(self, element: Subject) -> tuple[float, Assumed | None]:
        """The probability of an element, and the assumption where the model states none."""
        stated = self._stated(element)
        if stated is not None:
            return stated.probability, None
        assumption = self._assumption(element)
        return assumption.availability, Assumed(element, assumption.availability, assumption.source)

    def answered(self, plan: Plan, loss: Subject) -> float:
        """The share of an element's outages, by time, after a person has promoted a replica in its place.

        An outage lasts the element's mean time to repair, and the person needs the stated time of it; where the mean
        time to repair is not stated, all of it, so that nothing is won.
        """
        availability = self._stated(loss)
        if availability is None or not availability.mttr:
            return 0.0
        needed = max(map(self._recovery, plan.awaiting()[loss]))
        return max(0.0, 1.0 - needed / (availability.mttr * _SECONDS_PER_HOUR))

    def _recovery(self, replica: str) -> float:
        replication = self._topology.components[self._topology.replicas[replica].component].replication
        return (replication.recovery if replication else None) or 0.0

    def _stated(self, element: Subject) -> Availability | None:
        if element.kind == "host":
            return self._topology.hosts[element.id].availability
        if element.kind == "zone":
            return self._topology.zones[element.id].availability
        return self._topology.components[self._topology.replicas[element.id].component].availability

    def _assumption(self, element: Subject) -> assumptions.Assumption:
        if element.kind == "host":
            return assumptions.HOST
        if element.kind == "zone":
            return assumptions.of_zone(self._topology.zones[element.id].kind)
        component = self._topology.components[self._topology.replicas[element.id].component]
        return assumptions.of_replica(component.kind, component.managed)


def assess(topology: Topology, order: int = 2, gone: tuple[Subject, ...] = ()) -> tuple[FlowAssessment, ...]:
    """Every flow of a model, with cut sets of up to `order` elements.

    `gone` are elements in maintenance: all that is said of a flow holds while they are out, and a flow that they break
    is not possible then.
    """
    return tuple(assessing(topology, order, gone))


def assessing(topology: Topology, order: int = 2, gone: tuple[Subject, ...] = ()) -> Iterator[FlowAssessment]:
    """The same flow by flow, for who tells how far it is."""
    probabilities = Probabilities(topology)
    for flow in topology.flows:
        yield _flow(topology, probabilities, flow, order, gone)


@lru_cache(maxsize=1)
def verdicts(topology: Topology) -> tuple[FlowAssessment, ...]:
    """Every flow without its pairs, worked out once for all rules that hold a model against its objectives."""
    return assess(topology, order=1)


def _points_alone(single: Failures) -> CutSets:
    return CutSets(tuple((point.element,) for point in single.points), 1, False)


def quantified(
    topology: Topology, probabilities: Probabilities, flow: str, gone: tuple[Subject, ...] = ()
) -> tuple[Plan, dict[Subject, float]]:
    """The structure that a flow's availability is computed from, and how likely each of its events is not to happen.

    It is the flow's own; where people promote replicas in a stated time it counts these too, once they are done.
    """
    plan = topology.losses.plans[flow]
    up = {element: probabilities.of(element)[0] for element in plan.elements} | dict.fromkeys(gone, 0.0)
    if any(promoted_by_hand(topology.components[one]) for one in plan.members):
        plan = Plan(topology.index, build(topology.index, topology.flows[flow], by_hand=True))
        up |= {unanswered(one): probabilities.answered(plan, one) for one in plan.awaiting()}
    return plan, up


def _flow(
    topology: Topology, probabilities: Probabilities, flow: str, order: int, gone: tuple[Subject, ...]
) -> FlowAssessment:
    single = failures(topology.losses.plans[flow], gone) if gone else topology.losses.failures[flow]
    plan, up = quantified(topology, probabilities, flow, gone)
    calculation = Calculation(plan, failures(plan, gone) if plan.awaiting() else single)
    result = calculation.availability(up)
    result = replace(result, importance=tuple(one for one in result.importance if one.element not in gone))
    moving = {one.element for one in result.importance} if result.method == "exact" else set(plan.elements)
    moving.difference_update(gone)
    found = (probabilities.of(element)[1] for element in plan.elements if element in moving)
    assumed = tuple(one for one in found if one is not None)

    def shifted(factor: float) -> float:
        moved = {one.element: max(0.0, 1.0 - (1.0 - one.availability) * factor) for one in assumed}
        return calculation.share({**up, **moved})

    return FlowAssessment(
        flow=flow,
        possible=single.possible,
        points=tuple(point.element for point in single.points),
        cuts=cut_sets(topology.losses.plans[flow], order, gone) if order > 1 else _points_alone(single),
        result=result,
        assumed=assumed if single.possible else (),
        sensitivity=Sensitivity(shifted(0.1), shifted(10.0)) if assumed and single.possible else None,
        work=calculation.work,
    )
