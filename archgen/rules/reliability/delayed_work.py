"""Work that a flow leaves for later waits for a repair that takes longer than the recovery objective allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.analysis.element_numbers import number_of
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.durations import spell_duration
from archgen.model.subject import Subject
from archgen.model.wording import listed

_BETTER = 3
"""An assumed repair may be so many times shorter, as in the range of a figure that rests on it."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model that lists the elements for whose repair work waits for longer than the objective allows."""
    facts = context.topology
    objective = facts.architecture.objectives.recovery_time
    if objective is None:
        return
    waiting: dict[Subject, list[str]] = {}
    for flow, elements in facts.losses.delaying.items():
        for element in _causes(facts, elements):
            waiting.setdefault(element, []).append(flow)
    ending = {element for points in facts.losses.points.values() for element in points}
    lasting: dict[Subject, tuple[float, bool]] = {}
    for element in waiting:
        seconds, assumed = _repair(facts, element)
        if element not in ending and seconds > objective * (_BETTER if assumed else 1):
            lasting[element] = (seconds, assumed)
    if lasting:
        yield _hit(facts, waiting, lasting, objective)


def _causes(facts: Topology, elements: tuple[Subject, ...]) -> Iterator[Subject]:
    """Yield the hosts and replicas of the system itself, without those that are lost with a host that is another of them."""
    every = {element.id for element in elements}
    for element in elements:
        if element.kind == "replica":
            replica = facts.replicas[element.id]
            own, below = not facts.components[replica.component].managed, replica.hosts
        else:
            own = element.kind == "host" and not facts.is_place_of_service(element.id)
            below = facts.index.hosts_below(element.id)
        if own and every.isdisjoint(below):
            yield element


def _repair(facts: Topology, element: Subject) -> tuple[float, bool]:
    """Return the seconds until an element is repaired, and whether they are assumed."""
    owner = facts.hosts if element.kind == "host" else facts.components
    name = element.id if element.kind == "host" else facts.replicas[element.id].component
    declared = owner[name].availability
    if declared is not None and declared.mttr is not None:
        return 3600 * declared.mttr, False
    return 3600 * number_of(facts, element).mttr, True


def _hit(
    facts: Topology,
    waiting: Mapping[Subject, list[str]],
    lasting: Mapping[Subject, tuple[float, bool]],
    objective: float,
) -> Hit:
    groups: dict[tuple[str, ...], list[str]] = {}
    for element in lasting:
        groups.setdefault(tuple(waiting[element]), []).append(_with_replicas(facts, element, waiting[element]))
    (first, repaired), *others = groups.items()
    waits = [f"Work of {listed(first)} waits for the repair of {listed(repaired, 'or')}"]
    waits += [f"that of {listed(flows)} for the repair of {listed(elements, 'or')}" for flows, elements in others]
    seconds, assumed = max(lasting.values())
    return Hit(
        subject=Subject("model", facts.architecture.id),
        message=(
            f"{'; '.join(waits)}: about {_rounded(seconds)}{' (assumed)' if assumed else ''}; "
            f"the recovery objective is {spell_duration(objective)}"
        ),
        related=tuple((element, f"is what {listed(waiting[element])} waits for") for element in lasting),
        flows=tuple(flow for flow in facts.flows if any(flow in waiting[element] for element in lasting)),
        fix=_fix(facts, [each for element in lasting for each in _needed_on(facts, element, waiting[element])]),
    )


def _rounded(seconds: float) -> str:
    """Return a time, of some hours to a tenth of one."""
    return spell_duration(360.0 * round(seconds / 360) if seconds > 3600 else seconds)


def _needed_on(facts: Topology, element: Subject, flows: list[str]) -> list[str]:
    """Return the replicas that are lost with an element and that work of some flows waits for by themselves."""
    delaying = dict.fromkeys(each for flow in flows for each in facts.losses.delaying[flow])
    needed = (each.id for each in delaying if each.kind == "replica")
    if element.kind == "replica":
        return [element.id]
    return [
        each for each in needed if any(facts.index.takes_down(element, host) for host in facts.replicas[each].hosts)
    ]


def _with_replicas(facts: Topology, element: Subject, flows: list[str]) -> str:
    """Return an element, and the replicas for which it counts."""
    on = _needed_on(facts, element, flows)
    return element.id if element.kind == "replica" or not on else f"{element.id} (with {listed(on)})"


def _fix(facts: Topology, replicas: list[str]) -> str | None:
    """Return the fix for replicas by what their components lack: another replica, or its failover; None for the rule's own."""
    names = dict.fromkeys(facts.replicas[replica].component for replica in replicas)
    alone = [name for name in names if len(facts.components[name].replicas) == 1]
    others = [name for name in names if name not in alone]
    advice = [f"give {listed(alone)} a second replica on another host"] if alone else []
    advice += [f"let another replica of {listed(others)} take over automatically"] if others else []
    words = "; ".join(advice)
    return f"{words[0].upper()}{words[1:]}." if words else None


RULE = Rule(
    id="delayed-work",
    code="REL020",
    title="Delayed work",
    severity="info",
    category="reliability",
    summary="Work that a flow leaves for later waits for a repair that takes longer than the recovery objective allows.",
    why=(
        "A queue keeps what is sent while its worker is down, so nothing fails and nobody is told. A report may wait until the "
        "machine is repaired; an alarm, a payment or a mail with a link that expires may not."
    ),
    fix="Give what the work waits for a second replica on another host, or let a platform start it elsewhere.",
    limits=(
        "Checks hosts, and replicas that a provider doesn't run, in models with a `recovery_time`. Where no `mttr` is declared, the "
        "repair is assumed and has to take three times as long as the objective. What takes down another flow is reported by "
        "`single-point-of-failure`."
    ),
    references=(
        (
            "Enterprise Integration Patterns, Competing Consumers",
            "https://www.enterpriseintegrationpatterns.com/patterns/messaging/CompetingConsumers.html",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: An alarm that waits for a machine  # finding: delayed-work, unmonitored, provider-dependency
hosts: {w-1: {}, w-2: {}}
components:
  sensors: {kind: queue, product: sqs, managed: true}
  alarm: {kind: worker, runs_on: w-1}
  sms: {kind: external-service}
connections:
  sensors -> alarm: {protocol: https, async: true}
  alarm -> sms: https
flows:
  leak:
    title: An alarm
    steps:
      - sensors -> alarm: receive
      - alarm -> sms: POST
objectives: {recovery_time: 1h}
""",
    edits=(
        (
            "An alarm that waits for a machine  # finding: delayed-work, unmonitored, provider-dependency",
            "Two workers  # finding: unmonitored, provider-dependency",
        ),
        ("runs_on: w-1", "runs_on: [w-1, w-2]"),
    ),
)
