"""The review of a change: its verdict, the losses that take flows down now and did not, its hours, its findings by weight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.capacity import Load
from archgen.analysis.topology import Topology
from archgen.compare import Evolution
from archgen.compare.findings import FindingChange
from archgen.compare.flows import FlowChange, called
from archgen.compare.reach import Opening, find_openings
from archgen.compare.stops import StopChange, flows_by_element, group_elements
from archgen.linting.checked_model import CheckedModel
from archgen.model.durations import HOURS_PER_YEAR
from archgen.model.finding import SEVERITIES, Finding
from archgen.model.subject import Subject

State = Literal["changed", "added", "removed", "broken", "mended"]
"""`broken`: the later model is invalid. `mended`: the earlier one was, so that there is nothing to compare with."""

Tendency = Literal["broken", "worse", "mixed", "added", "unchanged", "mended", "better", "removed"]
TENDENCIES: tuple[Tendency, ...] = ("broken", "worse", "mixed", "added", "mended", "unchanged", "better", "removed")
"""The order in which a reviewer wants to know of models."""

MORE_LOAD = 1.25
"""How many times the requests of before are worth a word."""

LEAST = 1 / 60
"""Hours per year, a minute, below which a flow's downtime counts as unchanged."""


class LossChange(Struct, frozen=True):
    """Elements each of which alone takes flows down now and did not, or the reverse.

    `absent` elements stand in one of the two models only.
    """

    elements: tuple[str, ...]
    flows: tuple[str, ...]
    absent: bool


class HoursChange(Struct, frozen=True):
    """The downtime of a flow, in hours per year.

    `least` and `most` are the ends of the change if all assumed numbers were three times better, and three times worse; they are
    equal where nothing is assumed. `before` is None for a new flow, `after` for a removed one.
    """

    flow: str
    before: float | None
    after: float | None
    least: float
    most: float
    assumed: bool

    @property
    def change(self) -> float:
        """The hours per year that the flow is down more; 0 for a flow of one model alone."""
        return self.after - self.before if self.before is not None and self.after is not None else 0.0


class LoadChange(Struct, frozen=True):
    """A component that gets more requests per second at peak than it did."""

    component: str
    before: float
    after: float

    @property
    def factor(self) -> float:
        """How many times as many they are, without the noise of sums."""
        return round(self.after / self.before, 6)


class RankedFinding(Struct, frozen=True):
    """A finding that is new, or worse than it was, with the hours per year that the loss of its element costs a flow."""

    finding: Finding
    is_new: bool
    hours: float
    what: tuple[str, ...] = ()


class ModelReview(Struct, frozen=True, kw_only=True):
    """The review of one model.

    `before` and `after` are its paths, None where it isn't. `findings` are ranked; those of an invalid model are its
    problems, in their order. `evolution` is None where there is nothing to compare.
    """

    name: str
    state: State
    tendency: Tendency
    before: str | None
    after: str | None
    evolution: Evolution | None = None
    breaks: tuple[LossChange, ...] = ()
    relieved: tuple[LossChange, ...] = ()
    openings: tuple[Opening, ...] = ()
    loads: tuple[LoadChange, ...] = ()
    hours: tuple[HoursChange, ...] = ()
    findings: tuple[RankedFinding, ...] = ()
    resolved: tuple[Finding, ...] = ()

    @property
    def is_renamed(self) -> bool:
        """Return True if the model's file has another path now."""
        return self.before is not None and self.after is not None and self.before != self.after


def review_evolution(evolution: Evolution, state: State, before: str | None, after: str | None) -> ModelReview:
    """Return the review of a model that can be read."""
    hours = tuple(_hours(flow) for flow in evolution.flows)
    breaks, relieved = (tuple(_losses(evolution, how)) for how in ("new", "gone"))
    findings = tuple(_ranked(evolution))
    resolved = tuple(change.finding for change in evolution.findings_of("resolved"))
    shown = evolution.after if state != "removed" else evolution.before
    before_after = (evolution.before.topology, evolution.after.topology)
    openings = find_openings(*before_after) if state == "changed" else ()
    loads = tuple(_loads(*before_after)) if state == "changed" else ()
    return ModelReview(
        name=shown.architecture.name,
        state=state,
        tendency=_tendency(evolution, state, hours, findings, openings),
        before=before,
        after=after,
        evolution=evolution,
        breaks=breaks,
        relieved=relieved,
        openings=openings,
        loads=loads,
        hours=hours,
        findings=findings,
        resolved=resolved,
    )


def review_problems(name: str, before: str | None, after: str, problems: Iterable[Finding]) -> ModelReview:
    """Return the review of a model whose later version is invalid."""
    findings = tuple(RankedFinding(problem, True, 0.0) for problem in problems)
    return ModelReview(name=name, state="broken", tendency="broken", before=before, after=after, findings=findings)


def by_weight(models: Iterable[ModelReview]) -> tuple[ModelReview, ...]:
    """Return the models in the order in which a reviewer wants to know of them."""

    def weight(model: ModelReview) -> tuple[int, float, int]:
        hours = max((abs(each.change) for each in model.hours), default=0.0)
        return TENDENCIES.index(model.tendency), -hours, -len(model.findings)

    return tuple(sorted(models, key=weight))


def _tendency(
    evolution: Evolution,
    state: State,
    hours: Iterable[HoursChange],
    findings: Iterable[RankedFinding],
    openings: tuple[Opening, ...],
) -> Tendency:
    if state != "changed":
        return state
    both = [flow for flow in evolution.flows if flow.before is not None and flow.after is not None]
    changes = [each.change for each in hours]
    worse = any(flow.new or _possible(flow) == (True, False) for flow in both) or max(changes, default=0.0) >= LEAST
    better = any(flow.gone or _possible(flow) == (False, True) for flow in both) or min(changes, default=0.0) <= -LEAST
    new_errors = any(ranked.is_new and ranked.finding.severity == "error" for ranked in findings)
    if worse or new_errors or openings:
        return "mixed" if better else "worse"
    return "better" if better else "unchanged"


def _possible(flow: FlowChange) -> tuple[bool, bool]:
    return bool(flow.before and flow.before.possible), bool(flow.after and flow.after.possible)


# Losses


def _losses(evolution: Evolution, how: StopChange) -> Iterator[LossChange]:
    """Yield the elements by their flows, those with the most flows first."""
    table = flows_by_element(evolution.flows, how)
    model = evolution.after if how == "new" else evolution.before
    absent = {entity.subject for entity in evolution.entities_of("added" if how == "new" else "removed")}
    groups = sorted(group_elements(table, {}, absent), key=lambda group: -len(group[0][0]))
    for (flows, _, is_absent), elements in groups:
        yield LossChange(tuple(called(model.topology, element) for element in elements), flows, is_absent)


# Load


def _loads(before: Topology, after: Topology) -> Iterator[LoadChange]:
    """Yield the components of both models that get more requests, in the order of the later one."""
    was, now = (_by_component(model) for model in (before, after))
    for component in after.components:
        if component in was and now.get(component, 0.0) >= MORE_LOAD * was[component]:
            yield LoadChange(component, was[component], now[component])


def _by_component(model: Topology) -> dict[str, float]:
    """Return the requests per second that all flows bring to each component at their peak."""
    rates: dict[str, float] = {}
    for replica, rate in Load(model).totals().items():
        component = model.replicas[replica].component
        rates[component] = rates.get(component, 0.0) + rate
    return {component: rate for component, rate in rates.items() if rate}


# Hours


def _hours(flow: FlowChange) -> HoursChange:
    was, now = (
        facts.assessment if facts is not None and facts.possible else None for facts in (flow.before, flow.after)
    )
    ends = (0.0, 0.0)
    if was is not None and now is not None:
        nominal = now.result.downtime - was.result.downtime
        shifted = [_shifted(now, factor) - _shifted(was, factor) for factor in (False, True)]
        ends = min(nominal, *shifted), max(nominal, *shifted)
    assumed = any(assessment is not None and assessment.assumed for assessment in (was, now))
    before, after = (each.result.downtime if each is not None else None for each in (was, now))
    return HoursChange(flow.flow, before, after, *ends, assumed)


def _shifted(assessment: FlowAssessment, worse: bool) -> float:
    """Return a flow's hours with all assumed numbers three times better, or three times worse."""
    if assessment.sensitivity is None:
        return assessment.result.downtime
    share = assessment.sensitivity.worse if worse else assessment.sensitivity.better
    return (1.0 - share) * HOURS_PER_YEAR


# Findings


def _ranked(evolution: Evolution) -> Iterator[RankedFinding]:
    """Yield new findings before worsened ones, each by its hours, then by severity."""
    ranked = []
    for change in evolution.findings:
        is_new = change.verdict == "introduced"
        if is_new or _is_worse(change):
            ranked.append(RankedFinding(change.finding, is_new, _cost(evolution.after, change.finding), change.what))
    yield from sorted(ranked, key=lambda each: (not each.is_new, -each.hours, SEVERITIES.index(each.finding.severity)))


def _is_worse(change: FindingChange) -> bool:
    if change.verdict != "left" or change.before is None or change.after is None:
        return False
    was, now = change.before[1], change.after[1]
    if was.severity != now.severity:
        return SEVERITIES.index(now.severity) < SEVERITIES.index(was.severity)
    return was.accepted is not None or not set(now.flows) <= set(was.flows)


def _cost(model: CheckedModel, finding: Finding) -> float:
    """Return the hours per year that the elements of a finding cost the flow that suffers most."""
    elements = set(finding.proof.kill) if finding.proof else set(_elements(model, finding.subject))
    return max(
        (
            sum(each.hours_per_year for each in assessment.result.importance if each.element in elements)
            for assessment in model.assessments
            if assessment.flow in finding.flows
        ),
        default=0.0,
    )


def _elements(model: CheckedModel, subject: Subject) -> Iterator[Subject]:
    component = model.topology.components.get(subject.id) if subject.kind == "component" else None
    if component is not None:
        yield from (Subject("replica", replica.id) for replica in component.replicas)
    else:
        yield subject
