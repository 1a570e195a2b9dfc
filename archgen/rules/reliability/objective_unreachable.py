"""The computed availability of a flow is below the model's objective."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archgen.analysis.assessment import verdicts
from archgen.analysis.moments import shown_element
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.durations import HOURS_PER_YEAR, format_duration
from archgen.model.finding import Confidence
from archgen.model.percentages import write_percentage
from archgen.model.subject import EVENTS, Subject
from archgen.model.wording import listed

if TYPE_CHECKING:
    from archgen.analysis.assessment import FlowAssessment
    from archgen.analysis.topology import Topology

_NAMED = 3
"""The number of elements that a message names."""

_WORTH_NAMING = 0.01
"""The share of the downtime from which an element is worth naming."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each flow below the objective; impossible flows have another finding."""
    objective = context.topology.architecture.objectives.availability
    if objective is None:
        return
    for flow in verdicts(context.topology):
        highest = flow.result.bounds[1] if flow.result.bounds else flow.result.availability
        if flow.possible and highest < objective and not context.topology.is_fed_by_queue(flow.flow):
            yield _hit(context.topology, flow, objective)


def _is_started_at_set_times(facts: Topology, flow: str) -> bool:
    """Return True for what schedulers and backups alone start, inside: what fails runs again, and nobody waits for its answer."""
    return facts.starting_kinds[flow] <= {"scheduler", "backup"}


def _rests_on_providers(facts: Topology, flow: FlowAssessment, allowed: float) -> bool:
    """Return True if the flow would meet the objective with all services always up whose figures nobody declares."""
    services = {each.element for each in flow.assumed if facts.rented(each.element)}
    hours = sum(loss.hours_per_year for loss in flow.result.importance if loss.element in services)
    return flow.result.downtime - hours <= allowed


def _hit(facts: Topology, flow: FlowAssessment, objective: float) -> Hit:
    decided = flow.sensitivity is None or flow.sensitivity.better < objective
    confidence: Confidence = "low" if not decided else "medium" if flow.sensitivity is not None else "high"
    down, allowed = flow.result.downtime, (1.0 - objective) * HOURS_PER_YEAR
    provided = decided and _rests_on_providers(facts, flow, allowed)
    costly = [loss for loss in flow.result.importance if loss.hours_per_year > _WORTH_NAMING * down][:_NAMED]
    most = [f"{loss.element.label} ({format_duration(loss.hours_per_year)})" for loss in costly]
    return Hit(
        subject=Subject("flow", flow.flow),
        message=(
            f"{flow.flow} misses its {write_percentage(objective)} objective by {format_duration(down - allowed)} per year "
            f"(down {format_duration(down)}{_range(flow)}){_costs(most)}{_assumption(flow, decided)}"
            + ("; without the downtime assumed of providers it would be met" if provided else "")
        ),
        related=tuple(
            (shown_element(facts, loss.element), f"costs {format_duration(loss.hours_per_year)} per year")
            for loss in costly
        ),
        flows=(flow.flow,),
        case="provided"
        if provided
        else "assumed"
        if not decided
        else "job"
        if _is_started_at_set_times(facts, flow.flow)
        else None,
        confidence=confidence,
    )


def _range(flow: FlowAssessment) -> str:
    return (
        "" if flow.sensitivity is None else f"; assumed, {' to '.join(map(format_duration, flow.sensitivity.downtime))}"
    )


def _costs(most: list[str]) -> str:
    return f"; the largest shares: {listed(most)}" if most else ""


def _assumption(flow: FlowAssessment, decided: bool) -> str:
    if all(each.element.kind in EVENTS for each in flow.assumed):
        return ""
    costs = {loss.element: loss.hours_per_year for loss in flow.result.importance}
    declared = [each for each in flow.assumed if each.element.kind not in EVENTS]
    ranked = sorted(declared, key=lambda assumption: (-costs.get(assumption.element, 0.0), assumption.element))
    names = [f"{each.element.id} {write_percentage(each.availability)}" for each in ranked[:_NAMED]]
    more = f" and {len(ranked) - _NAMED} more" if len(ranked) > _NAMED else ""
    verdict = (
        "the objective would be missed if they were three times better, too" if decided else "they decide the result"
    )
    return f" (assumed: {', '.join(names)}{more}; {verdict})"


RULE = Rule(
    id="objective-unreachable",
    code="REL008",
    title="Objective out of reach",
    severity="error",
    cases=(("assumed", "warning"), ("provided", "warning"), ("job", "warning")),
    category="reliability",
    summary="The computed availability of a flow is below the model's objective.",
    why=(
        "An objective that the architecture can't reach is missed however well your team works. The availability is "
        "computed from the flow's structure function. It covers what is needed together, what stands in for what and "
        "what fails together; no failure is treated as independent if it isn't."
    ),
    fix=(
        "Start with the element that costs most: add a second one elsewhere, or one with a better availability. Or "
        "declare an objective that the architecture can meet."
    ),
    limits=(
        "Assumes that elements fail independently, except for hosts and zones. Availabilities that the model doesn't "
        "declare are assumed and listed. If they decide the result, it is a warning of low confidence. It is a warning, too, "
        "if the objective would be met without the downtime assumed of providers, whose promises are no measurements. Skips "
        "flows that a worker starts by taking from a queue: they are late, not down."
    ),
    references=(
        (
            "NUREG-0492, Fault Tree Handbook (quantitative evaluation)",
            "https://www.nrc.gov/reading-rm/doc-collections/nuregs/staff/sr0492/index.html",
        ),
        ("Google SRE Workbook, Implementing SLOs", "https://sre.google/workbook/implementing-slos/"),
    ),
    check=check,
    bad="""\
archgen: 1
name: Three nines through one service of two nines
components:
  job: {kind: scheduler, managed: true, replicas: 2, availability: 99.99%}
  api: {kind: external-service, managed: true, availability: 99%}  # finding: single-point-of-failure
connections:
  job -> api: https
flows:
  nightly:  # finding: objective-unreachable
    title: The nightly job
    steps:
      - job -> api: start
objectives: {availability: 99.9%}
""",
    edits=(
        (
            "name: Three nines through one service of two nines",
            "name: Three nines through two services of two nines",
        ),
        ("availability: 99%}  # finding: single-point-of-failure", "replicas: 2, availability: 99%}"),
    ),
)
