"""The effects of a change on each flow: its single points of failure, the hosts it survives, its availability."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.topology import Topology
from archgen.linting.checked_model import CheckedModel
from archgen.model.steps import Access
from archgen.model.subject import Subject

Direction = Literal["better", "worse", "same"]

TOLERANCE = 1e-9
"""The least difference of availabilities that counts: a thirtieth of a second per year."""


class FlowFacts(Struct, frozen=True):
    """A flow of a model: `stops` are its single points of failure, `survives` the hosts whose loss doesn't take it down.

    A host stands for the replicas on it. `assessment` is None where availability was not asked for.
    """

    possible: bool
    access: Access
    stops: tuple[Subject, ...]
    survives: tuple[str, ...]
    assessment: FlowAssessment | None


class FlowChange(Struct, frozen=True):
    """A flow before (None: it is new) and after (None: it is gone), and its single points of failure that came and went.

    One that is down with nothing failed, before or after, has none to compare.

    `facts` are those of the flow as it is now, or as it was.
    """

    flow: str
    title: str
    facts: FlowFacts
    before: FlowFacts | None
    after: FlowFacts | None
    gone: tuple[Subject, ...]
    left: tuple[Subject, ...]
    new: tuple[Subject, ...]

    @property
    def direction(self) -> Direction | None:
        """The direction of its availability; None where that isn't known in both models."""
        numbers = self._assessments()
        if numbers is None:
            return None
        return _direction(numbers[0].result.availability, numbers[1].result.availability)

    @property
    def firm(self) -> bool | None:
        """Return True if the direction stays the same with all assumed numbers three times better, and three times worse."""
        numbers = self._assessments()
        if numbers is None:
            return None
        better, worse = (tuple(_shifted(assessment, how) for assessment in numbers) for how in ("better", "worse"))
        return _direction(*better) == _direction(*worse) == self.direction

    @property
    def changed(self) -> bool:
        """Return True if any fact about the flow changed."""
        if self.before is None or self.after is None:
            return True
        same = (self.before.possible, self.before.survives) == (self.after.possible, self.after.survives)
        return not same or bool(self.gone or self.new) or self.direction not in (None, "same")

    def _assessments(self) -> tuple[FlowAssessment, FlowAssessment] | None:
        if self.before is None or self.after is None:
            return None
        if self.before.assessment is None or self.after.assessment is None:
            return None
        return self.before.assessment, self.after.assessment


def _direction(before: float, after: float) -> Direction:
    if abs(after - before) < TOLERANCE:
        return "same"
    return "better" if after > before else "worse"


def _shifted(assessment: FlowAssessment, how: Literal["better", "worse"]) -> float:
    if assessment.sensitivity is None:
        return assessment.result.availability
    return assessment.sensitivity.better if how == "better" else assessment.sensitivity.worse


def compare_flows(before: CheckedModel, after: CheckedModel) -> tuple[FlowChange, ...]:
    """Return every flow of both models once, in the order of the later model, removed ones last."""
    old, new = before.topology.flows, after.topology.flows
    return tuple(_compare(before, after, flow) for flow in dict.fromkeys((*new, *old)))


def _compare(before: CheckedModel, after: CheckedModel, flow: str) -> FlowChange:
    last = after if flow in after.topology.flows else before
    facts = _facts(last, flow)
    was = _facts(before, flow) if flow in before.topology.flows else None
    now = facts if last is after else None
    old, new = (was.stops, now.stops) if was and now and was.possible and now.possible else ((), ())
    return FlowChange(
        flow=flow,
        title=last.topology.flows[flow].title,
        facts=facts,
        before=was,
        after=now,
        gone=tuple(element for element in old if element not in new),
        left=tuple(element for element in new if element in old),
        new=tuple(element for element in new if element not in old),
    )


def _facts(model: CheckedModel, flow: str) -> FlowFacts:
    topology = model.topology
    return FlowFacts(
        possible=topology.losses.failures[flow].possible,
        access=access(topology, flow),
        stops=stops(topology, flow),
        survives=survivors(topology, flow),
        assessment=next((assessment for assessment in model.assessments if assessment.flow == flow), None),
    )


def stops(topology: Topology, flow: str) -> tuple[Subject, ...]:
    """Return the single points of failure of a flow, a host standing for what is on it."""
    return tuple(cause.element for cause in topology.losses.causes[flow])


def called(topology: Topology, element: Subject) -> str:
    """Return the id of an element; that of its component for an only replica without a host."""
    replica = topology.replicas.get(element.id) if element.kind == "replica" else None
    if replica is None or replica.hosts or len(topology.components[replica.component].replicas) > 1:
        return element.label
    return replica.component


def survivors(topology: Topology, flow: str) -> tuple[str, ...]:
    """Return the hosts of a flow whose loss alone doesn't take it down; none of one that is down with nothing lost."""
    failures = topology.losses.failures[flow]
    if not failures.possible:
        return ()
    fatal = topology.losses.points[flow]
    return tuple(element.id for element in failures.elements if element.kind == "host" and element not in fatal)


def access(topology: Topology, flow: str) -> Access:
    """Return the access of a flow: write if any of its steps writes, else read."""
    declared = topology.flows[flow].access
    if declared is not None:
        return declared
    kinds = {hop.access for hop in topology.hops[flow]}
    return "read" if kinds == {"read"} else "write" if "read" not in kinds else "read-write"
