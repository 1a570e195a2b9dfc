"""Something that the model says should hold does not; the proof is a counterexample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from msgspec.structs import replace

from archgen.analysis.assessment import FlowAssessment, Sensitivity, verdicts
from archgen.analysis.moments import component_of, shown_element
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Connection
from archgen.model.durations import HOURS_PER_YEAR, format_duration
from archgen.model.finding import Confidence, Proof
from archgen.model.kinds import FORWARDING
from archgen.model.requirements import Ban, DowntimeLimit, Survival
from archgen.model.subject import EVENTS, Subject
from archgen.model.wording import MOST_NAMED, first_few, listed
from archgen.reliability.cuts import cut_sets
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.failure import States, prove

_EVERY = ("host", "zone", "replica")

_DENIED = ("don't", "doesn't")
"""The denial after several expectations, and after one."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each flow or connection, with every expectation that it doesn't meet."""
    facts = context.topology
    hits_by_subject: dict[Subject, list[tuple[str, Hit]]] = {}
    for number, expected in enumerate(facts.architecture.expect):
        match expected:
            case Survival():
                hits = [hit for flow in expected.flows if (hit := _fallen(facts, expected, flow)) is not None]
            case Ban():
                hits = list(_crossing(facts, expected))
            case DowntimeLimit():
                hits = list(_too_long(facts, expected))
            case _:
                assert_never(expected)
        for hit in hits:
            stated = replace(hit, places=((("expect", number), "breaks this expectation, too"),))
            hits_by_subject.setdefault(hit.subject, []).append((expected.text, stated))
    for stated_hits in hits_by_subject.values():
        yield _joined(stated_hits)


def _joined(stated: Sequence[tuple[str, Hit]]) -> Hit:
    """Return a hit of all expectations of a subject, whose messages are the reasons; those with one reason stand together."""
    by_reason: dict[str, list[str]] = {}
    for text, hit in stated:
        by_reason.setdefault(hit.message, []).append(f'"{text}"')
    sentences = [
        f"{listed(list(dict.fromkeys(texts)))} {_DENIED[len(texts) == 1]} hold: {reason}"
        for reason, texts in by_reason.items()
    ]
    hits = [hit for _, hit in stated]
    order: tuple[Confidence, ...] = ("low", "medium", "high")
    return Hit(
        subject=hits[0].subject,
        message="; ".join(sentences),
        related=tuple(dict.fromkeys(subject for hit in hits for subject in hit.related)),
        flows=hits[0].flows,
        confidence=order[max(order.index(hit.confidence) for hit in hits)],
        # one fix serves all of them, or the rule's own does
        fix=hits[0].fix if len({hit.fix for hit in hits}) == 1 else None,
        case=hits[0].case if len({hit.case for hit in hits}) == 1 else None,
        proof=next((hit.proof for hit in hits if hit.proof is not None), None),
        places=tuple(dict.fromkeys(place for hit in hits for place in hit.places)),
    )


# Survival


def _fallen(facts: Topology, expected: Survival, flow: str) -> Hit | None:
    if not facts.losses.failures[flow].possible:
        return _hit(flow, _always(flow), ())
    alone = [] if expected.lost else _alone(facts, expected, flow)
    lost = _named(facts, expected, flow) if expected.lost else tuple(alone[:1]) or _together(facts, expected, flow)
    if lost is None:
        return None
    proof = _proof(facts, flow, lost)
    if proof is None:
        return None
    names = [element.id for element in alone or lost]
    any_of_them = listed(first_few(names, MOST_NAMED), "or") if alone else listed(names)
    hit = _hit(flow, f"losing {any_of_them} takes down {flow}", lost, proof)
    return replace(hit, fix=_OF_ONE if len(lost) == 1 else None)


_OF_ONE = (
    "Change what fails with the counterexample, on which `single-point-of-failure` or a more specific rule advises, or change the "
    "expectation."
)
"""The fix for the loss of one element, of which other findings tell what to do."""


def _always(flow: str) -> str:
    return f"{flow} fails with nothing lost"


def _hit(flow: str, reason: str, lost: tuple[Subject, ...], proof: Proof | None = None) -> Hit:
    return Hit(
        subject=Subject("flow", flow),
        message=reason,
        related=tuple((element, "is the counterexample") for element in lost),
        flows=(flow,),
        proof=proof,
    )


def _named(facts: Topology, expected: Survival, flow: str) -> tuple[Subject, ...] | None:
    """The elements of a flow that are meant; None where the flow has none of them."""
    elements = facts.losses.plans[flow].elements
    subjects: list[Subject] = []
    for reference in expected.lost:
        kind, _, name = reference.partition(":")
        if kind == "component":
            subjects += [Subject("replica", replica.id) for replica in facts.components[name].replicas]
        else:
            subjects += [element for element in elements if (element.kind, element.id) == (kind, name)]
    return tuple(subject for subject in subjects if subject in elements) or None


def _alone(facts: Topology, expected: Survival, flow: str) -> list[Subject]:
    """Return the elements of the kind each of whose loss breaks the flow, if possible without replicas lost with their hosts."""
    points = (point.element for point in facts.losses.failures[flow].points)
    own = [each for each in points if _is_of(facts, each, expected.kind) and not facts.provided(each)]
    causes = {point.element for point in facts.losses.causes[flow]}
    return [each for each in own if each in causes] or own


def _together(facts: Topology, expected: Survival, flow: str) -> tuple[Subject, ...] | None:
    """Return the first elements of the kind whose joint loss breaks the flow; None where there are none."""
    if expected.count < 2:
        return None
    for cut in cut_sets(facts.losses.plans[flow], expected.count).sets:
        if all(_is_of(facts, element, expected.kind) and not facts.provided(element) for element in cut):
            return cut
    return None


def _is_of(facts: Topology, element: Subject, kind: str | None) -> bool:
    if kind in _EVERY:
        return element.kind == kind
    return kind == "element" or (element.kind == "zone" and facts.zones[element.id].kind == kind)


def _proof(facts: Topology, flow: str, lost: tuple[Subject, ...]) -> Proof | None:
    """Return the proof that the flow fails without all of these elements; None if it survives."""
    evaluation = Evaluation(facts.losses.plans[flow], States(dict.fromkeys(lost, 2), 3))
    return prove(evaluation, 2, lost) if evaluation.flow & 2 else None


# Connections that should not be


def _crossing(facts: Topology, expected: Ban) -> Iterator[Hit]:
    """Connections from one end to the other; what only passes traffic on is looked through."""
    queue = [component.id for component in facts.architecture.components if _is_end(facts, component, expected.source)]
    seen = set(queue)
    for source in queue:
        for connection in facts.outgoing[source]:
            for target in connection.targets:
                component = facts.components[target]
                if _is_end(facts, component, expected.target):
                    yield _banned(facts, connection)
                elif component.kind in FORWARDING and target not in seen:
                    seen.add(target)
                    queue.append(target)


def _is_end(facts: Topology, component: Component, end: str) -> bool:
    if end == "internet":
        return facts.trust(component.id) == "internet"
    kind, _, name = end.partition(":")
    if kind == "component":
        return component.id == name
    if kind == "host":
        return name in facts.hosts_of(component.id)
    network = facts.network_of(component.id)
    return network is not None and network.id == name


def _banned(facts: Topology, connection: Connection) -> Hit:
    return Hit(
        subject=Subject("connection", connection.id),
        message=f"{connection.id} leads there",
        flows=facts.flows_over[connection.id],
    )


# Downtime


def _too_long(facts: Topology, expected: DowntimeLimit) -> Iterator[Hit]:
    for flow in verdicts(facts):
        highest = flow.result.bounds[1] if flow.result.bounds else flow.result.availability
        if flow.flow in expected.flows and (1.0 - highest) * HOURS_PER_YEAR > expected.hours * (1.0 + 1e-9):
            decided = flow.sensitivity is None or flow.sensitivity.downtime[0] > expected.hours
            costly = [share for share in flow.result.importance if share.hours_per_year > 0.01 * flow.result.downtime][
                :3
            ]
            names = [f"{share.element.label} ({format_duration(share.hours_per_year)})" for share in costly]
            most = f", most of it by {listed(names)}" if names else ""
            guess = "" if flow.sensitivity is None else f" (assumed; {_ends(flow.sensitivity)})"
            yield Hit(
                subject=Subject("flow", flow.flow),
                message=(
                    f"{flow.flow} is down {format_duration(flow.result.downtime)} per year{guess}{most}"
                    if flow.possible
                    else _always(flow.flow)
                ),
                related=tuple(
                    (shown_element(facts, share.element), f"adds {format_duration(share.hours_per_year)} per year")
                    for share in costly
                ),
                flows=(flow.flow,),
                fix=_fix(facts, flow, costly[0].element) if costly else None,
                case=None if decided else "undecided",
                confidence="high" if flow.sensitivity is None else "medium",
            )


def _fix(facts: Topology, flow: FlowAssessment, element: Subject) -> str:
    """Return what to do about what adds most to a downtime; a number that is assumed may be wrong."""
    if element.kind in EVENTS:
        name = component_of(facts, element)
        rarer = f"Make changes of {name} rarer, or shorter to undo (`changes: {{every: …, bad: …, recovery: …}}`)"
        shorter = f"Let {name} start elsewhere sooner, and declare how long that takes (`recovery`)"
        return f"{rarer if element.kind == 'change' else shorter}, or change the expectation."
    name = facts.replicas[element.id].component if element.kind == "replica" else element.id
    if element.kind != "replica":
        act = f"run what is needed of {name} in a second place"
    elif facts.kind(name).foreign:
        act = f"add a second provider beside {name}"
    else:
        act = f"run {name} in a second place"
    if any(assumption.element == element for assumption in flow.assumed):
        known = f"Declare the number for {name} if you know a better one (`availability`, or `{{mtbf: …, mttr: …}}`)"
        return f"{known}, {act}, or change the expectation."
    return f"{act[0].upper()}{act[1:]}, or change the expectation."


def _ends(sensitivity: Sensitivity) -> str:
    return " to ".join(map(format_duration, sensitivity.downtime))


RULE = Rule(
    id="unmet-expectation",
    code="MOD011",
    title="Unmet expectation",
    severity="error",
    cases=(("undecided", "warning"),),
    category="model",
    summary="An expectation that the model declares isn't met.",
    why=(
        "An expectation is a promise that every change is checked against: a page can be read although any one host "
        "is down, or nothing on the internet reaches the database. When a change breaks it, you learn so on the same "
        "day, with the case in which it fails."
    ),
    fix="Change the architecture where it breaks the expectation, or change the expectation.",
    limits=(
        "`never a -> b` looks at connections, through firewalls and routers; a request that reaches b by way of an "
        "application doesn't break it. Downtime is based on assumptions for availabilities that the model doesn't "
        "declare, and says so. It is a warning where the limit is within the range of what follows from them."
    ),
    check=check,
    bad="""\
archgen: 1
name: One service, and it should not matter
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
expect:
  - survives any one replica for nightly  # finding: unmet-expectation
""",
    edits=(
        ("name: One service, and it should not matter", "name: Two services, and one does not matter"),
        ("managed: true}  # finding: single-point-of-failure", "managed: true, replicas: 2}"),
        (
            "- survives any one replica for nightly  # finding: unmet-expectation",
            "- survives any one replica for nightly\n  - never internet -> api",
        ),
    ),
)
