"""What a change did to each flow: the elements that stop it alone, the hosts it survives, its availability."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.topology import Topology
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Access
from archgen.model.subject import Subject

Direction = Literal["better", "worse", "same"]

TOLERANCE = 1e-9
"""Availabilities that differ by less are the same: a thirtieth of a second a year."""


class FlowFacts(Struct, frozen=True):
    """One flow of one model: `stops` are the elements whose loss alone breaks it, `survives` hosts whose loss does not.

    A host stands for the replicas on it. `assessment` is None where availability was not asked for.
    """

    possible: bool
    access: Access
    stops: tuple[Subject, ...]
    survives: tuple[str, ...]
    assessment: FlowAssessment | None


class FlowChange(Struct, frozen=True):
    """A flow before (None: it is new) and after (None: it is gone), and which single points of failure came and went."""

    flow: str
    title: str
    before: FlowFacts | None
    after: FlowFacts | None
    gone: tuple[Subject, ...]
    left: tuple[Subject, ...]
    new: tuple[Subject, ...]

    @property
    def facts(self) -> FlowFacts:
        """The flow as it is now, or as it was."""
        facts = self.after or self.before
        assert facts is not None
        return facts

    @property
    def direction(self) -> Direction | None:
        """Which way its availability went; None where that is not known of both sides."""
        numbers = self._assessments()
        if numbers is None:
            return None
        return _direction(numbers[0].result.availability, numbers[1].result.availability)

    @property
    def firm(self) -> bool | None:
        """Whether the direction is the same with all assumed numbers ten times better, and ten times worse."""
        numbers = self._assessments()
        if numbers is None:
            return None
        better, worse = (tuple(_shifted(one, how) for one in numbers) for how in ("better", "worse"))
        return _direction(*better) == _direction(*worse) == self.direction

    @property
    def changed(self) -> bool:
        """Whether anything that is asked of a flow has another answer now."""
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


def _shifted(one: FlowAssessment, how: Literal["better", "worse"]) -> float:
    if one.sensitivity is None:
        return one.result.availability
    return one.sensitivity.better if how == "better" else one.sensitivity.worse


def compare_flows(before: CheckedModel, after: CheckedModel) -> tuple[FlowChange, ...]:
    """Every flow of both sides once, in the order of the later side, those that are gone last."""
    old, new = before.topology.flows, after.topology.flows
    return tuple(_compare(before, after, flow) for flow in dict.fromkeys((*new, *old)))


def _compare(before: CheckedModel, after: CheckedModel, flow: str) -> FlowChange:
    was, now = _facts(before, flow), _facts(after, flow)
    old, new = was.stops if was else (), now.stops if now else ()
    both = was is not None and now is not None
    last = (after if now else before).topology.flows[flow]
    return FlowChange(
        flow=flow,
        title=last.title,
        before=was,
        after=now,
        gone=tuple(one for one in old if one not in new) if both else (),
        left=tuple(one for one in new if one in old) if both else (),
        new=tuple(one for one in new if one not in old) if both else (),
    )


def _facts(side: CheckedModel, flow: str) -> FlowFacts | None:
    topology = side.topology
    if flow not in topology.flows:
        return None
    return FlowFacts(
        possible=topology.losses.failures[flow].possible,
        access=access(topology, flow),
        stops=stops(topology, flow),
        survives=survivors(topology, flow),
        assessment=next((one for one in side.assessments if one.flow == flow), None),
    )


def stops(topology: Topology, flow: str) -> tuple[Subject, ...]:
    """The elements whose loss alone breaks a flow, a host standing for what is on it."""
    return tuple(one.element for one in topology.losses.causes[flow])


def called(topology: Topology, element: Subject) -> str:
    """The id of an element; that of its component for a replica which is the only one and has no host."""
    replica = topology.replicas.get(element.id) if element.kind == "replica" else None
    if replica is None or replica.hosts or len(topology.components[replica.component].replicas) > 1:
        return element.id
    return replica.component


def survivors(topology: Topology, flow: str) -> tuple[str, ...]:
    """The hosts of a flow whose loss alone does not break it."""
    failures = topology.losses.failures[flow]
    fatal = topology.losses.points[flow]
    return tuple(one.id for one in failures.elements if one.kind == "host" and one not in fatal)


def access(topology: Topology, flow: str) -> Access:
    """What a flow does to data: write if any of its steps does, else read."""
    stated = topology.flows[flow].access
    if stated is not None:
        return stated
    kinds = {hop.access for hop in topology.hops[flow]}
    return "read" if kinds == {"read"} else "write" if "read" not in kinds else "read-write"
