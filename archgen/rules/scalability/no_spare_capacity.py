"""After the loss of one element the others cannot answer what the flows bring, for good or until a platform has replaced it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import ceil
from typing import TYPE_CHECKING

from archgen.analysis.capacity import Load
from archgen.analysis.headroom import LoadsByLoss, LoadUntilRestart, load_until_restart
from archgen.analysis.topology import Topology
from archgen.edits.patch import patch_of
from archgen.edits.remedy import add_replica, replica_edits
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change
from archgen.model.durations import format_rate, round_duration
from archgen.model.finding import Confidence
from archgen.model.products import product_name
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed, zone_words

if TYPE_CHECKING:
    from archgen.analysis.capacity import Overload


_ROUNDED = 1.001
"""The load, as a share of the capacity, up to which it is no more than that after rounding."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component that carries the load today, but not after the loss of an element."""
    facts = context.topology
    if not facts.states_load:
        return
    load = Load(facts)
    today = {facts.replicas[overload.replica].component for overload in load.overloads()}
    overloads: dict[str, dict[Subject, list[Overload]]] = {}
    for element in load.losses:
        for overload in load.overloads(element):
            component = facts.replicas[overload.replica].component
            if component not in today and overload.load > overload.capacity * _ROUNDED:
                overloads.setdefault(component, {}).setdefault(element, []).append(overload)
    losses = LoadsByLoss(load)
    for component, after in overloads.items():
        yield _hit(facts, losses, component, after)
    for each in facts.architecture.components:
        waiting = load_until_restart(facts, losses, each) if each.id not in (*today, *overloads) else None
        if waiting is not None and waiting.places:
            yield _moving(facts, each, waiting)


def _hit(facts: Topology, losses: LoadsByLoss, component: str, after: dict[Subject, list[Overload]]) -> Hit:
    """Return the hit of a component, by its overloads after the loss of each element."""
    elements = _causes(facts, after)
    lost, worst = max(
        ((lost, overload) for lost in elements for overload in after[lost]), key=lambda each: each[1].load
    )
    others = [element.id for element in elements if element != lost]
    also = f"; the same holds for {listed(first_few(others, 5))}" if others else ""
    feeding = _feeding(facts, facts.components[component])
    waits = f"; what is too much waits at {listed(feeding)}" if feeding else ""
    return Hit(
        subject=Subject("component", component),
        message=(
            f"If {lost.id} fails, {worst.replica} gets {format_rate(worst.load)}{' at peak' if worst.at_peak else ''} but can handle only "
            f"{format_rate(worst.capacity)}{also}{waits}"
        ),
        related=tuple((element, f"leaves too little capacity of {component}") for element in elements),
        flows=tuple(dict.fromkeys(flow for over in after.values() for overload in over for flow in overload.flows)),
        fix=_moving_fix(facts, load_until_restart(facts, losses, facts.components[component]))
        or _fix(facts, losses.load, {element: after[element][0] for element in elements if element.kind == "zone"}),
        case="waiting" if feeding else None,
    )


def _feeding(facts: Topology, component: Component) -> list[str]:
    """Return the schedulers that hand an agent of their own product its work when it is free; none if others call it as well."""
    callers = list(dict.fromkeys(call.source for call in facts.incoming[component.id] if call.required))
    own = [
        name for name in callers if facts.kind(name).id == "scheduler" and _is_alike(facts.components[name], component)
    ]
    return own if component.kind == "worker" and own == callers else []


def _is_alike(scheduler: Component, agent: Component) -> bool:
    return agent.product is not None and product_name(scheduler.product) == product_name(agent.product)


def _moving(facts: Topology, component: Component, waiting: LoadUntilRestart) -> Hit:
    """Return the hit of a component whose replicas carry the load after each loss, but not until a platform has replaced them."""
    objective = facts.architecture.objectives.recovery_time
    goal, case = "", "moving"
    confidence: Confidence = "medium"
    if objective is not None and waiting.seconds <= objective:
        goal, case, confidence = f", within the {round_duration(objective)} of the recovery objective", "within", "high"
    others = [place.id for place in waiting.places if place != waiting.place]
    also = f"; the same holds for {listed(first_few(others, 5))}" if others else ""
    at_peak = " at peak" if waiting.at_peak else ""
    each = "the other one" if waiting.left == 1 else "each of the others"
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"If {waiting.place.id} fails, {waiting.away} of {len(component.replicas)} replicas of {component.id} may be gone until "
            f"they start elsewhere, about {round_duration(waiting.seconds)}{goal}: {each} gets {format_rate(waiting.rate)}{at_peak} "
            f"but can handle only {format_rate(component.capacity or 0.0)}{also}"
        ),
        related=tuple((place, f"leaves too little capacity of {component.id} for a while") for place in waiting.places),
        flows=waiting.flows,
        fix=_moving_fix(facts, waiting),
        case=case,
        confidence=confidence,
    )


def _moving_fix(facts: Topology, waiting: LoadUntilRestart | None) -> str | None:
    """Return how many replicas carry the load also while a platform starts some of them elsewhere."""
    if waiting is None:
        return None
    kind = "host" if waiting.place.kind == "host" else zone_words(facts.zones[waiting.place.id].kind)
    return (
        f"Run {waiting.needed} replicas: those left carry the load while those of a lost {kind} start elsewhere. Or take load off "
        "them."
    )


def _fix(facts: Topology, load: Load, after: Mapping[Subject, Overload]) -> str | None:
    """Return how many replicas are needed in each zone, where the loss of a zone is too much: one more cures no zone."""
    needed = [
        each for zone, overload in after.items() if (each := _in_each_zone(facts, load, zone, overload)) is not None
    ]
    if not needed:
        return None
    number, zones, lost, more = max(needed, key=lambda each: each[0])
    places = f"each of {listed(zones)}" if zones[1:] else zones[0]
    left = "those left carry the load when one of these is gone"
    carry = left if lost in zones else f"they carry the load without {lost}"
    fewer = f"{more[0]} in each of {listed([*zones, more[1]])}, or " if more is not None else ""
    return f"Run {fewer}{number} in {places}: {carry}. Or take load off them."


_Needed = tuple[int, list[str], str, tuple[int, str] | None]
"""Replicas in each of some zones without a lost one; and the lesser number with another zone, where fewer suffice in all."""


def _in_each_zone(facts: Topology, load: Load, lost: Subject, overload: Overload) -> _Needed | None:
    """Return how many replicas a component needs in each of its zones without the lost one; None if it has no other."""
    component = facts.components[facts.replicas[overload.replica].component]
    around = dict.fromkeys(zone for replica in component.replicas for zone in facts.index.zones_of(replica))
    totals = load.totals(lost)
    load_left = sum(totals.get(replica.id, 0.0) for replica in component.replicas)
    zones = [zone for zone in around if facts.zones[zone].kind == facts.zones[lost.id].kind]
    carrying = len(zones) - (lost.id in zones)
    if not carrying:
        return None
    number, spread = (
        ceil(load_left / (overload.capacity * _ROUNDED) / each - 1e-9) for each in (carrying, carrying + 1)
    )
    # what stands in a region serves that one: a zone of another is no place for more of it
    own = {facts.zones[zone].within for zone in zones}
    beside = (zone for zone in facts.index.zones_like(lost.id) if zone.within in own)
    others = [zone.id for zone in beside if zone.id not in zones]
    fewer = spread * (len(zones) + 1) < number * len(zones)
    return number, zones, lost.id, (spread, others[0]) if others and fewer else None


def _causes(facts: Topology, elements: Collection[Subject]) -> tuple[Subject, ...]:
    """Return the elements whose loss is too much, without the replicas of a host among them."""
    return tuple(
        element
        for element in elements
        if element.kind != "replica" or not any(host in elements for host in _under(facts, element))
    )


def _under(facts: Topology, replica: Subject) -> tuple[Subject, ...]:
    return tuple(Subject("host", host) for host in facts.replicas[replica.id].hosts)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Add a replica elsewhere, unless that is too few; as many as it takes where a platform finds their places."""
    facts, component = context.topology, context.topology.components[hit.subject.id]
    waiting = load_until_restart(facts, LoadsByLoss(Load(facts)), component)
    if waiting is not None:
        edits = replica_edits(facts, component)
        return patch_of(facts, *edits[:1] * (waiting.needed - len(component.replicas)), *edits[1:])
    if hit.fix is not None:
        # how many more are needed, and where, is the advice
        return ()
    return add_replica(facts, component)


RULE = Rule(
    id="no-spare-capacity",
    code="SCA002",
    title="No spare capacity",
    severity="error",
    cases=(("waiting", "warning"), ("moving", "warning"), ("within", "info")),
    category="scalability",
    summary="After the loss of one element, the others can't handle the load of the flows.",
    why=(
        "Redundancy is worth only as much as remains when an element fails. If the load needs both of two servers, "
        "losing one doesn't halve the service: the other gets twice as much as it can handle and fails too. So each "
        "element is removed in turn, and the load is spread anew over the rest."
    ),
    fix="Add one replica more than the load needs (N+1), each on a host of its own, or take load off them.",
    limits=(
        "Uses a flow's `peak` where it is declared. Flows that the loss takes down bring no load; "
        "`single-point-of-failure` reports them. Where a platform spreads replicas over zones or hosts "
        "(`runs_on: {any: …, spread: …}`), counts those that are left while it starts the others elsewhere: a warning, and "
        "information within the recovery objective. So are the agents of a scheduler of the same product a warning, as of builds: what is "
        "too much waits. Passes over a load of up to 0.1% more. Counts as `over-capacity` "
        "does, and skips components that it reports. Above 5,000 elements, hosts represent the replicas on them."
    ),
    references=(
        (
            "Google SRE Book, Software Engineering in SRE (N+2 capacity)",
            "https://sre.google/sre-book/software-engineering-in-sre/",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Two servers, both needed  # finding: unmonitored
hosts:
  server-1: {}
  server-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: other, runs_on: [server-1, server-2], capacity: 100/s}  # finding: no-spare-capacity
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    demand: 150/s
    steps:
      - job -> api: start
""",
    edits=(
        ("name: Two servers, both needed", "name: Three servers, of which two are needed"),
        ("server-2: {}", "server-2: {}\n  server-3: {}"),
        ("server-1, server-2", "server-1, server-2, server-3"),
    ),
)
