"""The flows bring more requests to a replica than it can answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil, floor
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archgen.analysis.capacity import Load, kept_work
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change, Put
from archgen.model.durations import format_rate
from archgen.model.kinds import QUEUES
from archgen.model.steps import first_request
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.reliability.traffic import traffic_weights

if TYPE_CHECKING:
    from archgen.analysis.capacity import Overload, Overloads


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component, with its replicas that get too much with every element up."""
    facts = context.topology
    if not facts.states_load:
        return
    over: dict[str, list[Overload]] = {}
    load = Load(facts)
    for overload in load.overloads():
        over.setdefault(facts.replicas[overload.replica].component, []).append(overload)
    for component, overloads in over.items():
        flows = tuple(dict.fromkeys(flow for overload in overloads for flow in overload.flows))
        yield Hit(
            subject=Subject("component", component),
            message=(
                f"{listed(flows)} {'brings' if len(flows) == 1 else 'bring'} {_brought(overloads)}, "
                f"which can handle {format_rate(overloads[0].capacity)}{' each' if len(overloads) > 1 else ''}"
            ),
            related=tuple(
                (
                    Subject("replica", overload.replica),
                    f"gets {format_rate(overload.load)} of {format_rate(overload.capacity)}",
                )
                for overload in overloads
            ),
            flows=flows,
            fix=_even_weights(facts, load, component) or _backlog(facts, component, flows),
        )
    yield from (hit for hit in _outrun(facts) if hit.subject.id not in over)
    for split in load.split():
        components = list(dict.fromkeys(facts.replicas[replica].component for replica in split.replicas))
        if over.keys().isdisjoint(components):
            yield _split_hit(split, components)


def _brought(overloads: Sequence[Overload]) -> str:
    """Return the load with the replicas that get it: `20/s to web@a`, `20/s to each of web@a and web@b`, `30/s to web@a and 20/s to …`."""
    worst_first = sorted(overloads, key=lambda overload: -overload.load)
    worst = worst_first[0]
    peak = " at peak" if worst.at_peak else ""
    rates = {format_rate(overload.load) for overload in overloads}
    if len(rates) == 1 or len(overloads) > _NAMED:
        most = "" if len(rates) == 1 else "up to "
        names = listed(first_few([overload.replica for overload in worst_first], _NAMED))
        return f"{most}{format_rate(worst.load)} to {'each of ' if len(overloads) > 1 else ''}{names}{peak}"
    return f"{listed([f'{format_rate(each.load)} to {each.replica}' for each in worst_first])}{peak}"


_NAMED = 3
"""The most replicas that a message names one by one."""


def _split_hit(split: Overloads, components: Sequence[str]) -> Hit:
    """Return the hit of an `alt` of which the branches together can't handle what comes, however it is split."""
    return Hit(
        subject=Subject("component", components[0]),
        message=(
            f"However {split.flow} is split over the branches of an `alt`, {listed(components, 'or')} gets too much: together they "
            f"can handle at most {floor(100 * split.share)}% of it"
        ),
        related=tuple((Subject("component", name), "is on another branch") for name in components[1:]),
        flows=(split.flow,),
    )


def _outrun(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each component that starts flows itself, as workers do that poll, more often than all of its replicas can."""
    rates = Load(facts, peak=False).rates()
    for name, started in _started(facts).items():
        component = facts.components[name]
        called = {
            flow: sum(each.get(replica.id, 0.0) for replica in component.replicas) for flow, each in rates.items()
        }
        flows = facts.in_order({*started, *(flow for flow, rate in called.items() if rate)})
        load = sum(started.values()) + sum(called.values())
        most = (component.capacity or 0.0) * len(component.replicas)
        if component.capacity is None or load <= most * (1 + 1e-9):
            continue
        several = f"whose {len(component.replicas)} replicas" if len(component.replicas) > 1 else "which"
        yield Hit(
            subject=Subject("component", name),
            message=(
                f"{listed(flows)} {'brings' if len(flows) == 1 else 'bring'} {format_rate(load)} to {name}, "
                f"{several} can handle {format_rate(most)}"
            ),
            related=tuple(
                (Subject("replica", replica.id), f"can handle {format_rate(component.capacity)}")
                for replica in component.replicas
            ),
            flows=flows,
            fix=_MORE if _works_off(facts, name) else None,
        )


def _works_off(facts: Topology, name: str) -> bool:
    """Return True for a worker that calls a queue which others call that are no workers: they fill it, and it takes from it."""
    queues = {target for call in facts.outgoing[name] for target in call.targets if facts.kind(target).id in QUEUES}
    return any(
        facts.kind(name).id == "worker" and {facts.kind(caller).id for caller in others}.isdisjoint({"worker"})
        for queue in queues
        if (others := {call.source for call in facts.incoming[queue]} - {name})
    )


def _started(facts: Topology) -> dict[str, dict[str, float]]:
    """Return the demand of the flows that each component starts and isn't called in; that of visitors comes from outside."""
    started: dict[str, dict[str, float]] = {}
    for flow in facts.architecture.flows:
        first = first_request(flow.steps)
        if first is None or flow.demand is None or first.source in _called(facts, flow.id):
            continue
        kind = facts.kind(first.source)
        if kind.id != "client" and not kind.foreign:
            started.setdefault(first.source, {})[flow.id] = flow.demand
    return started


def _called(facts: Topology, flow: str) -> set[str]:
    return {target for hop in facts.hops[flow] for target in hop.targets}


_MORE = "Add replicas, or raise their capacity: each day leaves more in the queue."


def _backlog(facts: Topology, component: str, flows: Iterable[str]) -> str | None:
    """Return the fix for what works off queues alone, so that no cache takes load off it."""
    if any(component not in kept_work(facts, facts.flows[flow])[1] for flow in flows):
        return None
    return _MORE


def _even_weights(facts: Topology, load: Load, component: str) -> str | None:
    """Return the fix where the replicas could handle the load in even shares, and a caller's weights keep it from being even."""
    called = facts.components[component]
    callers = [each.id for each in facts.components.values() if _has_weights(each, called)]
    if not callers or facts.kind(component).stores:
        return None
    loads = load.totals()
    share = sum(loads.get(replica.id, 0.0) for replica in called.replicas) / len(called.replicas)
    if share > (called.capacity or 0.0):
        return None
    even = f"Even out the `weights` of {listed(callers)}: each replica of {component} then gets {format_rate(share)}."
    left = _left(facts, component)
    if left is None:
        return f"{even} Or add replicas, or raise their capacity."
    lost, overload = left
    return (
        f"{even} If {lost.id} fails, {overload.replica} still gets {format_rate(overload.load)}: "
        "add replicas elsewhere too, or raise their capacity."
    )


def _left(facts: Topology, component: str) -> tuple[Subject, Overload] | None:
    """Return the worst overload of a component after a loss if all weights were even."""
    components = (
        replace(each, balance=replace(each.balance, weights=())) if each.balance else each
        for each in facts.architecture.components
    )
    load = Load(Topology(replace(facts.architecture, components=tuple(components))))
    left = (
        (element, overload)
        for element in load.losses
        for overload in load.overloads(element)
        if facts.replicas[overload.replica].component == component
    )
    return max(left, key=lambda each: each[1].load, default=None)


def _has_weights(caller: Component, called: Component) -> bool:
    """Return True if a caller gives the replicas of a component different weights."""
    return (
        len(set(traffic_weights(caller.balance, {replica.id: called.id for replica in called.replicas}).values())) > 1
    )


MOST_REPLICAS = 10_000
"""The largest number of replicas that the schema of the language allows."""


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """As many replicas as the load needs and one more, where they are counted and stand on no host.

    Nothing for what keeps data: more replicas take no writes off the others. Nothing where no number is enough, or where
    it is more than a model may state.
    """
    facts = context.topology
    component = facts.components[hit.subject.id]
    counted = component.managed or not (component.placed or facts.hosts_of(component.id))
    if not component.capacity or facts.kind(component.id).stores or not counted or len(component.replicas) < 2:
        return ()
    loads = Load(facts).totals()
    load = sum(loads.get(replica.id, 0.0) for replica in component.replicas)
    load += sum(_started(facts).get(component.id, {}).values())
    count = ceil(load / component.capacity - 1e-9) + 1
    return (
        (Put(("components", component.id, "replicas"), count),)
        if len(component.replicas) < count <= MOST_REPLICAS
        else ()
    )


RULE = Rule(
    id="over-capacity",
    code="SCA001",
    title="Over capacity",
    severity="error",
    category="scalability",
    summary="The flows bring more requests to a replica than it can handle.",
    why=(
        "A replica that gets more requests than it can handle queues them, and the queue only grows until callers "
        "give up, retry and add even more. The load is computed from the flows. Each step brings its flow's demand to "
        "the replicas that can answer it, writes to the writers only, in the shares that the balancer gives."
    ),
    fix=(
        "Add replicas, raise their capacity, take load off with a cache, state the `hits` of one that is there, or correct "
        "`demand` and `capacity`."
    ),
    limits=(
        "Uses a flow's `peak` where it is declared; what a queue keeps is worked off later, so its workers count with "
        "`demand`, and so does what starts a flow itself, for all of its replicas together. Counts every call as one request, "
        "whatever it costs. Steps inside `opt` and flows without `demand` don't count. Of an `alt` the load common to all branches "
        "counts, and a branch of cache misses with the share that `hits` leaves. Else the branches are reported if they can't "
        "handle the load however it is split. So the load is at least the number in the finding."
    ),
    references=(
        (
            "Google SRE Book, Addressing Cascading Failures",
            "https://sre.google/sre-book/addressing-cascading-failures/",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: More than two can answer
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true, replicas: 2, capacity: 100/s}  # finding: over-capacity
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    demand: 300/s
    steps:
      - job -> api: start
""",
    edits=(
        ("name: More than two can answer", "name: As much as four can answer"),
        ("kind: external-service, managed: true, replicas: 2", "kind: external-service, managed: true, replicas: 4"),
    ),
)
