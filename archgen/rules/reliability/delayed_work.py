"""Work that a flow leaves for later waits for a repair that takes longer than the recovery objective allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from archgen.analysis.element_numbers import is_too_long, longest_wait, repair_of
from archgen.analysis.failover_times import after_all_manual_failovers, delaying_points_at
from archgen.analysis.topology import Topology
from archgen.edits.promotion import agrees_by_vote
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.durations import spell_duration, spell_repair
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed, listed_replicas, zone_words
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.failure import States
from archgen.reliability.members import quorum

_NAMED = 3
"""The elements, and the flows where each has its own, that a message names; more are counted."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model that lists the elements for whose repair work waits for longer than the objective allows."""
    facts = context.topology
    limits = {flow: limit for flow in facts.flows if (limit := longest_wait(facts, flow)) is not None}
    # what work waits for, by the flows of that work, with the replicas that it is
    waiting: dict[Subject, dict[str, list[str]]] = {}
    after = after_all_manual_failovers(facts)
    for flow in limits:
        elements = facts.losses.delaying.get(flow, ())
        lost = _lost_with(facts, flow, elements)
        if after.promotions:
            # people bring back the others sooner than a repair does
            lasting = delaying_points_at(facts, facts.flows[flow], after)
            elements = tuple(element for element in elements if element in lasting)
        for element in _causes(facts, elements):
            working = [replica for replica in lost.get(element, ()) if not _only_keeps(facts, replica)]
            # no replica is needed alone where several are lost together
            if working or element not in lost:
                waiting.setdefault(element, {})[flow] = working
        for place in sorted({Subject("zone", zone) for zone in facts.zones}.intersection(elements)):
            inside = _all_inside(facts, flow, place, elements)
            if inside:
                waiting.setdefault(place, {})[flow] = inside
    ending = {element for points in facts.losses.points.values() for element in points}
    repairs: dict[Subject, tuple[float, bool]] = {}
    for element in [*waiting]:
        repair = repair_of(facts, element)
        late = {flow: needed for flow, needed in waiting[element].items() if is_too_long(repair, limits[flow])}
        if element not in ending and late:
            repairs[element], waiting[element] = repair, late
    if repairs:
        yield _hit(facts, {element: waiting[element] for element in repairs}, repairs, limits)


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


def _all_inside(facts: Topology, flow: str, zone: Subject, elements: tuple[Subject, ...]) -> list[str]:
    """Return the replicas of what is in a zone alone, for which work of a flow waits by no host or inner zone in it.

    What is managed counts in one of several availability zones: elsewhere its provider may have further places for it.
    """
    told = {each.id for each in _causes(facts, elements)}
    if any(zone.id in facts.index.zones_around(host) for host in facts.hosts if host in told):
        return []
    if any(facts.index.inside(each.id, zone.id) for each in elements if each.kind == "zone"):
        return []
    counts_managed = facts.zones[zone.id].kind == "availability-zone" and facts.index.zones_like(zone.id)
    lying = [
        each for each in facts.losses.levels[flow].full.structure.replicas if zone.id in facts.index.shared_zones(each)
    ]
    count = Counter(replica.component for replica in lying)
    whole = {name for name, inside in count.items() if inside == len(facts.components[name].replicas)}
    run = {name for name in whole if counts_managed or not facts.components[name].managed}
    own = [each for each in lying if each.component in run]
    kept = dict.fromkeys(each.component for each in own if not _only_keeps(facts, each.id))
    places = {name: place for place, name in enumerate(kept)}
    states = {Subject("replica", each.id): 1 << places[each.component] for each in own if each.component in kept}
    waiting = Evaluation(facts.losses.levels[flow].full, States(states, (1 << len(kept)) - 1)).flow
    return [each.id for each in own if each.component in kept and waiting >> places[each.component] & 1]


def _lost_with(facts: Topology, flow: str, elements: tuple[Subject, ...]) -> dict[Subject, list[str]]:
    """Return the replicas that work of a flow waits for by themselves, by the elements that they are lost with."""
    plan = facts.losses.levels[flow].full
    lost: dict[Subject, list[str]] = {}
    for element in elements:
        for cause in plan.causes(element.id) if element.kind == "replica" else ():
            lost.setdefault(cause, []).append(element.id)
    return lost


def _only_keeps(facts: Topology, replica: str) -> bool:
    """Return True for what collects logs or keeps copies: what comes there later is no work of a flow."""
    kind = facts.kind(facts.replicas[replica].component)
    return kind.observes or kind.id == "backup"


def _hit(
    facts: Topology,
    waiting: Mapping[Subject, Mapping[str, list[str]]],
    repairs: Mapping[Subject, tuple[float, bool]],
    limits: Mapping[str, float],
) -> Hit:
    needed = {element: [*dict.fromkeys(chain.from_iterable(own.values()))] for element, own in waiting.items()}
    # assumptions are rough: the longest stands for all of them
    assumption = max((seconds for seconds, assumed in repairs.values() if assumed), default=0.0)
    groups: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for element, (seconds, assumed) in repairs.items():
        about = f"about {spell_repair(assumption)} (assumed)" if assumed else f"about {spell_repair(seconds)}"
        named = _with_replicas(facts, element, needed[element])
        groups.setdefault((tuple(waiting[element]), about), []).append(named)
    several = len({about for _, about in groups}) > 1
    clauses = [
        f"{listed(flows)}{' waits' if not place else ''} for the repair of {listed(first_few(elements, _NAMED), 'or')}"
        f"{f': {about}' if several else ''}"
        for place, ((flows, about), elements) in enumerate(groups.items())
    ]
    shared = "" if several else f": {next(iter(groups))[1]}"
    if len(groups) > _NAMED:
        flows = list(dict.fromkeys(flow for element in repairs for flow in waiting[element]))
        elements = listed(first_few([element.id for element in repairs], _NAMED), "or")
        clauses = [f"{listed(first_few(flows, _NAMED))} waits for the repair of {elements}"]
        longest, assumed = max(repairs.values())
        shared = f": {'up to ' if several else ''}about {spell_repair(longest)}{' (assumed)' if assumed else ''}"
    late = [flow for flow in facts.flows if any(flow in own for own in waiting.values())]
    return Hit(
        subject=Subject("model", facts.architecture.id),
        message=(
            f"Work of {'; that of '.join(clauses)}{shared}; {_limits(facts, {flow: limits[flow] for flow in late})}"
        ),
        related=tuple(
            (element, f"has to be repaired before work of {listed([*waiting[element]])} goes on") for element in repairs
        ),
        flows=tuple(late),
        fix=f"{_fix(facts, needed) or RULE.fix}{_longer(facts, late)}",
        causes=frozenset((element.id, flow) for element in repairs for flow in waiting[element]),
    )


def _limits(facts: Topology, limits: Mapping[str, float]) -> str:
    """Return how long work of some flows may wait: by the recovery objective, or for longer or shorter."""
    objective = facts.architecture.objectives.recovery_time
    own = [f"{flow} may wait for {spell_duration(limit)}" for flow, limit in limits.items() if limit != objective]
    goals = {limit for limit in limits.values() if limit == objective}
    shared = [f"the recovery objective is {spell_duration(goal)}" for goal in goals]
    return listed([*shared, *first_few(own, _NAMED)])


def _longer(facts: Topology, flows: Collection[str]) -> str:
    """Return the advice on flows whose work may wait for longer than the objective; none where each declares that it may not."""
    names = [flow for flow in flows if facts.flows[flow].within is None]
    return (
        f" If work of {listed(first_few(names, _NAMED), 'or')} may wait for so long, declare for how long (`within: 1d` at the flow)."
        if names
        else ""
    )


def _with_replicas(facts: Topology, element: Subject, replicas: list[str]) -> str:
    """Return an element, and the replicas for which it counts."""
    if element.kind == "replica" or not replicas:
        return element.id
    return f"{element.id} (with {listed_replicas(facts.in_components(replicas))})"


def _votes(component: Component) -> bool:
    """Return True for what answers with a majority of its members, or keeps its queues on one if it is set up so."""
    if product_of(component.product).quorum == "half-to-read":
        return False
    return quorum(component) > len(component.replicas) // 2 > 0 or agrees_by_vote(component)


def _members(component: Component) -> str:
    """Return how many members a store has with the next odd number of them, in words."""
    size = len(component.replicas)
    return "three members" if size < 3 else f"{size + 1 + size % 2} members"


def _fix(facts: Topology, needed: Mapping[Subject, list[str]]) -> str | None:
    """Return the fix by what components lack: a second replica, one fewer that is enough, another place; None for the rule's own."""
    places = {place: replicas for place, replicas in needed.items() if place.kind == "zone"}
    names = dict.fromkeys(
        facts.replicas[replica].component
        for element, replicas in needed.items()
        for replica in replicas
        if element not in places
    )
    voting = [name for name in names if _votes(facts.components[name])]
    alone = [name for name in names if name not in voting and len(facts.components[name].replicas) == 1]
    others = [name for name in names if name not in (*voting, *alone)]
    leased = [name for name in alone if name in facts.index.starting_jobs]
    doubled = [name for name in alone if name not in leased]
    advice = [f"give {listed(doubled)} a second replica on another host"] if doubled else []
    advice += [
        f"let a second {name} on another host wait for a lease: two at work would do each job twice" for name in leased
    ]
    advice += [
        f"run {name} with {_members(facts.components[name])}, each on a host of its own: a majority has to be left"
        for name in voting
    ]
    advice += [f"add a replica of {listed(others)}, or let one fewer be enough"] if others else []
    for place, replicas in places.items():
        kept = list(dict.fromkeys(facts.replicas[replica].component for replica in replicas))
        kind = zone_words(facts.zones[place.id].kind)
        advice.append(f"run {listed(kept)} in another {kind} as well as in {place.id}")
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
        "Checks hosts, zones that hold all of something, and replicas that a provider doesn't run, or runs in one of several availability "
        "zones, in models with a `recovery_time` or in flows that declare how long their work may wait (`within`), "
        "but not what collects logs or keeps backups, nor what `manual-failover` reports because people let another replica take "
        "over. Where no `mttr` is declared, the repair is assumed and has to take three times as long as the objective. What takes "
        "down another flow is reported by `single-point-of-failure`, and a quorum alone for which work waits by `fragile-quorum`."
    ),
    references=(
        (
            "Enterprise Integration Patterns, Competing Consumers",
            "https://www.enterpriseintegrationpatterns.com/patterns/messaging/CompetingConsumers.html",
        ),
    ),
    hidden_by=("single-point-of-failure",),
    repeats=True,
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
