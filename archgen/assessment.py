"""The reliability of every flow of a model: possible or not, cut sets, availability, importance, what was assumed."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from archgen import assumptions
from archgen.finding import Subject
from archgen.reliability.availability import ROUGH, Calculation, FlowAvailability
from archgen.reliability.cuts import CutSets, cut_sets
from archgen.reliability.failure import failures
from archgen.topology import Topology


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
    """What is known of one flow; an impossible one has no cut sets and availability 0."""

    flow: str
    possible: bool
    points: tuple[Subject, ...]
    cuts: CutSets
    result: FlowAvailability
    assumed: tuple[Assumed, ...]
    sensitivity: Sensitivity | None


class Probabilities:
    """How likely each element of a model is up: as stated, or as assumed."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology

    def of(self, element: Subject) -> tuple[float, Assumed | None]:
        """The probability of an element, and the assumption where the model states none."""
        stated, assumption = self._find(element)
        if stated is not None:
            return stated, None
        return assumption.availability, Assumed(element, assumption.availability, assumption.source)

    def _find(self, element: Subject) -> tuple[float | None, assumptions.Assumption]:
        if element.kind == "host":
            availability = self._topology.hosts[element.id].availability
            assumption = assumptions.HOST
        elif element.kind == "zone":
            zone = self._topology.zones[element.id]
            availability = zone.availability
            assumption = assumptions.of_zone(zone.kind)
        else:
            component = self._topology.components[self._topology.replicas[element.id].component]
            availability = component.availability
            assumption = assumptions.of_replica(component.kind, component.managed)
        return (availability.probability if availability else None), assumption


def assess(topology: Topology, order: int = 2, gone: tuple[Subject, ...] = ()) -> tuple[FlowAssessment, ...]:
    """Every flow of a model, with cut sets of up to `order` elements.

    `gone` are elements in maintenance: all that is said of a flow holds while they are out, and a flow that they break
    is not possible then.
    """
    probabilities = Probabilities(topology)
    return tuple(_flow(topology, probabilities, flow, order, gone) for flow in topology.flows)


@lru_cache(maxsize=1)
def verdicts(topology: Topology) -> tuple[FlowAssessment, ...]:
    """Every flow without its pairs, worked out once for all rules that hold a model against its objectives."""
    return assess(topology, order=1)


def _flow(
    topology: Topology, probabilities: Probabilities, flow: str, order: int, gone: tuple[Subject, ...]
) -> FlowAssessment:
    plan = topology.plans[flow]
    single = failures(plan, gone) if gone else topology.failures[flow]
    found = {element: probabilities.of(element) for element in plan.elements}
    up = {element: chance for element, (chance, _) in found.items()} | dict.fromkeys(gone, 0.0)
    calculation = Calculation(plan, single)
    result = calculation.availability(up)
    result = replace(result, importance=tuple(one for one in result.importance if one.element not in gone))
    moving = {one.element for one in result.importance} if result.method == "exact" else set(plan.elements)
    assumed = tuple(one for _, one in found.values() if one is not None and one.element in moving.difference(gone))

    def shifted(factor: float) -> float:
        moved = {one.element: max(0.0, 1.0 - (1.0 - one.availability) * factor) for one in assumed}
        return calculation.availability({**up, **moved}, ROUGH).availability

    return FlowAssessment(
        flow=flow,
        possible=single.possible,
        points=tuple(point.element for point in single.points),
        cuts=cut_sets(plan, order, gone),
        result=result,
        assumed=assumed if single.possible else (),
        sensitivity=Sensitivity(shifted(0.1), shifted(10.0)) if assumed and single.possible else None,
    )
