"""The reliability of every flow of a model: possible or not, cut sets, availability, importance, assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.moments import moments
from archgen.analysis.probabilities import Assumed, AssumedTime, Probabilities
from archgen.analysis.topology import Topology
from archgen.model.durations import HOURS_PER_YEAR
from archgen.model.subject import Subject
from archgen.reliability.availability import NODE_BUDGET, Calculation, FlowAvailability
from archgen.reliability.cuts import CutSets, cut_sets
from archgen.reliability.failure import Failures, failures, failures_at
from archgen.reliability.levels import partial_points
from archgen.reliability.members import is_active_passive
from archgen.reliability.plan import Plan
from archgen.reliability.structure import ServiceLevel, build

FACTOR = 3.0
"""How far assumed numbers are moved, to the better and to the worse, to see what rests on them."""


class Sensitivity(Struct, frozen=True):
    """The flow's availability if all assumed numbers were three times better, and three times worse.

    `hours` are, by element, the least and the most hours per year that it costs then, as far as these are known.
    """

    better: float
    worse: float
    hours: dict[Subject, tuple[float, float]] = {}

    @property
    def downtime(self) -> tuple[float, float]:
        """The least and the most hours per year that the flow is down."""
        return (1.0 - self.better) * HOURS_PER_YEAR, (1.0 - self.worse) * HOURS_PER_YEAR


class Downtime(Struct, frozen=True):
    """The parts of a flow's downtime, in hours per year: what lasts, failovers under way, bad changes. They add up."""

    failures: float
    failovers: float
    changes: float


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
    downtime: Downtime
    assumed: tuple[Assumed, ...]
    times: tuple[AssumedTime, ...]
    sensitivity: Sensitivity | None
    work: int
    partial_points: tuple[Subject, ...]
    full: FlowAvailability


def conditional_points(topology: Topology, flow: str) -> dict[str, tuple[str, ...]]:
    """Return the single points that take a flow down only if it waits for what is taken from a queue, by that condition."""
    points: dict[str, tuple[str, ...]] = {}
    for point in topology.losses.points[flow]:
        if condition := topology.if_waiting(point, (flow,), named=True).removeprefix(", "):
            points[condition] = (*points.get(condition, ()), point.id)
    return points


def assess(topology: Topology, order: int = 2, gone: tuple[Subject, ...] = ()) -> tuple[FlowAssessment, ...]:
    """Return the reliability of every flow, with cut sets of up to `order` elements.

    `gone` are elements in maintenance: each assessment holds while they are out, and a flow that they take down
    is impossible then.
    """
    return tuple(assessing(topology, order, gone))


def assessing(topology: Topology, order: int = 2, gone: tuple[Subject, ...] = ()) -> Iterator[FlowAssessment]:
    """Yield the reliability flow by flow, so that a caller can report progress."""
    for flow in topology.flows:
        yield _flow(topology, flow, order, gone)


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
    level: ServiceLevel = "serves",
) -> tuple[Plan, dict[Subject, float]]:
    """Return the structure that a flow's availability is computed from, and the probability that each event doesn't occur.

    It is the flow's own at a moment: with bad changes, replicas that are being moved, and failovers that take time.
    """
    plan = _plan(topology, flow, level)
    return plan, probabilities.up(plan, gone)


def _plan(topology: Topology, flow: str, level: ServiceLevel = "serves") -> Plan:
    moment = moments(topology).value
    lasting = topology.losses.plans[flow] if level == "serves" else topology.losses.levels[flow].full
    if not any(name in moment.promotions or name in moment.takeovers for name in lasting.members):
        return lasting.at(moment)
    return Plan(topology.index, build(topology.index, topology.flows[flow], moment, level), moment)


def calculation(
    topology: Topology,
    plan: Plan,
    gone: tuple[Subject, ...] = (),
    budget: int = NODE_BUDGET,
    level: ServiceLevel = "serves",
) -> Calculation:
    """Return a flow's plan at a moment, prepared to compute its availability."""
    if plan.windows() or level != "serves":
        return Calculation(plan, failures(plan, gone), budget)
    flow = plan.structure.flow
    single = failures(topology.losses.plans[flow], gone) if gone else topology.losses.failures[flow]
    return Calculation(plan, failures_at(plan, single, gone), budget)


def _flow(topology: Topology, flow: str, order: int, gone: tuple[Subject, ...]) -> FlowAssessment:
    single = failures(topology.losses.plans[flow], gone) if gone else topology.losses.failures[flow]
    probabilities = Probabilities(topology)
    plan, up = quantified(topology, probabilities, flow, gone)
    prepared = calculation(topology, plan, gone)
    result = prepared.availability(up)
    result = replace(
        result, importance=tuple(importance for importance in result.importance if importance.element not in gone)
    )
    moving = (
        {importance.element for importance in result.importance} if result.method == "exact" else set(plan.elements)
    )
    moving.difference_update(gone)
    assumed = tuple(probabilities.assumptions(plan, moving)) if single.possible else ()
    times = probabilities.times(plan, moving) if single.possible else ()

    return FlowAssessment(
        flow=flow,
        possible=single.possible,
        points=tuple(point.element for point in single.points),
        cuts=cut_sets(topology.losses.plans[flow], order, gone) if order > 1 else _points_alone(single),
        result=result,
        downtime=_parts(prepared, plan, up, result),
        assumed=assumed,
        times=times,
        sensitivity=_sensitivity(topology, prepared, plan, gone) if assumed or times else None,
        work=prepared.work,
        partial_points=_partial_points(topology, flow, gone),
        full=_full(topology, flow, gone) or result,
    )


def _sensitivity(topology: Topology, prepared: Calculation, plan: Plan, gone: tuple[Subject, ...]) -> Sensitivity:
    ups = [Probabilities(topology, factor).up(plan, gone) for factor in (1.0 / FACTOR, FACTOR)]
    if not prepared.exact:
        return Sensitivity(prepared.share(ups[0]), prepared.share(ups[1]))
    better, worse = (prepared.availability(up) for up in ups)
    hours = [{each.element: each.hours_per_year for each in result.importance} for result in (better, worse)]
    ends = {element: sorted((hours[0].get(element, 0.0), most)) for element, most in hours[1].items()}
    return Sensitivity(
        better.availability, worse.availability, {element: (low, high) for element, (low, high) in ends.items()}
    )


def _parts(prepared: Calculation, plan: Plan, up: dict[Subject, float], result: FlowAvailability) -> Downtime:
    """Return the downtime in its parts: what is gone without bad changes, then without failovers and moves, and the rest."""
    steady = up | {event: 1.0 for event in plan.elements if event.kind == "change"}
    settled = steady | {event: 1.0 for event in up if event.kind in ("step", "move")}
    unchanged = result.availability if steady == up else max(result.availability, prepared.share(steady))
    lasting = unchanged if settled == steady else max(unchanged, prepared.share(settled))
    changes, failovers = (
        (after - before) * HOURS_PER_YEAR for before, after in ((result.availability, unchanged), (unchanged, lasting))
    )
    return Downtime((1.0 - lasting) * HOURS_PER_YEAR, failovers, changes)


def _partial_points(topology: Topology, flow: str, gone: tuple[Subject, ...]) -> tuple[Subject, ...]:
    return tuple(point for point in partial_points(topology.losses.levels[flow], gone) if point not in gone)


def _full(topology: Topology, flow: str, gone: tuple[Subject, ...]) -> FlowAvailability | None:
    """Return the availability of each request, all of it in time; None where the flow has no other function for that."""
    plans = topology.losses.levels[flow]
    taking = moments(topology).value.takeovers
    settling = (topology.components[name].cluster for name in plans.serves.members if name in taking)
    if plans.full is plans.serves and all(map(is_active_passive, settling)):
        return None
    plan, up = quantified(topology, Probabilities(topology), flow, gone, "full")
    return calculation(topology, plan, gone, level="full").availability(up)
