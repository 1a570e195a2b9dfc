"""The verdict on a flow's objective is based on availabilities that the model does not declare."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.assessment import verdicts
from archgen.analysis.moments import component_of, shown_element
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.percentages import format_availability, write_percentage
from archgen.model.subject import EVENTS, Subject
from archgen.model.wording import listed

_NAMED = 5


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model, with the elements whose assumed availabilities change the verdict most."""
    facts = context.topology
    objective = facts.architecture.objectives.availability
    if objective is None:
        return
    won: dict[Subject, float] = {}
    numbers: dict[Subject, float] = {}
    flows: list[str] = []
    for flow in verdicts(facts):
        if flow.sensitivity is not None and flow.sensitivity.worse < objective <= flow.sensitivity.better:
            flows.append(flow.flow)
            costs = {share.element: share.hours_per_year for share in flow.result.importance}
            for assumption in flow.assumed:
                numbers[assumption.element] = assumption.availability
                won[assumption.element] = max(won.get(assumption.element, 0.0), costs.get(assumption.element, 0.0))
    if numbers:
        ranked = sorted(numbers, key=lambda element: (-won[element], element))
        yield _hit(facts, objective, tuple(flows), ranked, numbers)


def _hit(
    facts: Topology, objective: float, flows: tuple[str, ...], ranked: list[Subject], numbers: dict[Subject, float]
) -> Hit:
    names = [f"{element.label} {format_availability(numbers[element])}" for element in ranked[:_NAMED]]
    more = f" and {len(ranked) - _NAMED} more" if len(ranked) > _NAMED else ""
    verb = "meets" if len(flows) == 1 else "meet"
    return Hit(
        subject=Subject("model", facts.architecture.id),
        message=(
            f"Whether {listed(flows)} {verb} the {write_percentage(objective)} objective depends on assumed availabilities: "
            f"{', '.join(names)}{more}"
        ),
        related=tuple(
            (shown_element(facts, element), f"is assumed to work {format_availability(numbers[element])} of the time")
            for element in ranked[:_NAMED]
        ),
        flows=flows,
        fix=_fix(facts, ranked[0]),
    )


def _fix(facts: Topology, element: Subject) -> str:
    if element.kind in EVENTS:
        return f"Add `changes: {{every: …, bad: …, recovery: …}}` first to {component_of(facts, element)}."
    return f"Add `availability`, or `{{mtbf: …, mttr: …}}`, first to {_owner(facts, element)}."


def _owner(facts: Topology, element: Subject) -> str:
    return facts.replicas[element.id].component if element.kind == "replica" else element.id


RULE = Rule(
    id="assumed-number",
    code="MOD006",
    title="Result depends on assumptions",
    severity="info",
    category="model",
    summary="Assumed availabilities decide whether a flow meets its objective.",
    why=(
        "If the model doesn't declare an availability, archgen assumes one by the kind of element. That is fine as "
        "long as the result stays the same with all assumptions three times worse, or three times better. "
        "If the result changes, it is only as good as the assumption."
    ),
    fix="Declare `availability`, or `{mtbf: …, mttr: …}`, for the elements in the message.",
    limits="Considers only `objectives: {availability: …}`. Scales all assumptions together, by three.",
    check=check,
    bad="""\
archgen: 1
name: Three nines, perhaps  # finding: assumed-number
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true}  # finding: single-point-of-failure
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
objectives: {availability: 99.8%}
""",
    edits=(
        ("name: Three nines, perhaps", "name: Three nines by the provider's word"),
        ("kind: external-service, managed: true", "kind: external-service, managed: true, availability: 99.99%"),
    ),
)
