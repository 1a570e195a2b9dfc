"""Replicas that a platform places may all run on one host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from archgen.analysis.moments import moments
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change, Put
from archgen.model.durations import round_duration
from archgen.model.requirements import Survival
from archgen.model.subject import Subject
from archgen.model.wording import all_of, first_few, listed, zone_words
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.failure import States

_NAMED = 3
"""Components that a message names; the others are counted."""

_SOUND = 1


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component whose replicas are not spread, and one for all that don't say whether they are."""
    facts = context.topology
    placed = [component for component in facts.architecture.components if _may_share(component)]
    needed = _needed(facts, placed)
    for component in placed:
        if component.id in needed and _spread(component) == "none":
            yield _stated(facts, component, needed[component.id])
    unstated = [component for component in placed if component.id in needed and _spread(component) is None]
    if unstated:
        flows = {flow for component in unstated for flow in needed[component.id]}
        yield _unstated(facts, unstated, [flow for flow in facts.flows if flow in flows])
    apart = [component for component in placed if component.id in needed and _spread(component) == "host"]
    yield from _in_one_zone(facts, apart, needed)


def _may_share(component: Component) -> bool:
    """Return True if a component has several replicas, each of which may run on any of several hosts."""
    replicas = component.replicas
    return len(replicas) > 1 and all(len(replica.hosts) > 1 for replica in replicas)


def _spread(component: Component) -> str | None:
    return component.placement.spread if component.placement is not None else None


def _needed(facts: Topology, placed: Iterable[Component]) -> dict[str, list[str]]:
    """Return the flows that fail without all replicas of each of some components; those that fail anyway are left out."""
    needed: dict[str, list[str]] = {}
    for flow, plan in facts.losses.plans.items():
        within = [component for component in placed if flow in facts.flows_of[component.id]]
        states = {
            Subject("replica", replica.id): 2 << place
            for place, component in enumerate(within)
            for replica in component.replicas
        }
        failing = Evaluation(plan, States(states, (2 << len(within)) - 1)).flow if within else _SOUND
        for place, component in enumerate(within):
            if failing >> place + 1 & 1 and not failing & _SOUND:
                needed.setdefault(component.id, []).append(flow)
    return needed


def _stated(facts: Topology, component: Component, flows: list[str]) -> Hit:
    every = all_of(len(component.replicas), "replicas").capitalize()
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"{every} of {component.id} may run on one host: losing it takes down {listed(flows)} {_until(facts, [component])}"
        ),
        flows=tuple(flows),
    )


def _unstated(facts: Topology, components: list[Component], flows: list[str]) -> Hit:
    names = [component.id for component in components]
    return Hit(
        subject=Subject("model", facts.architecture.id),
        message=(
            f"Nothing says that the replicas of {listed(list(first_few(names, _NAMED)))} run on different hosts: if all of one run on "
            f"the same host, losing it takes down {listed(list(first_few(flows, _NAMED)))} {_until(facts, components)}"
        ),
        related=tuple((Subject("component", name), "has no `spread`") for name in names),
        flows=tuple(flows),
        case="unstated",
        confidence="low",
    )


def _in_one_zone(facts: Topology, components: Iterable[Component], needed: dict[str, list[str]]) -> Iterator[Hit]:
    """Yield a hit for what is spread over hosts alone, and may all be in a zone without which the model has a goal for its flows."""
    objective = facts.architecture.objectives.recovery_time
    zones: dict[str, list[str]] = {}
    flows: set[str] = set()
    for component in components:
        quick = objective is None or moments(facts).rescheduling(component).seconds <= objective
        for zone in _holding_all(facts, component):
            place = Subject("zone", zone)
            lost = [flow for flow in needed[component.id] if place not in facts.losses.points[flow]]
            lost = [flow for flow in lost if not quick or _is_to_survive(facts, place, flow)]
            if lost:
                zones.setdefault(component.id, []).append(zone)
                flows.update(lost)
    if zones:
        names = listed(list(first_few([*zones], _NAMED)))
        inside = list(dict.fromkeys(zone for own in zones.values() for zone in own))
        kinds = {facts.zones[zone].kind for zone in inside}
        kind = kinds.pop() if len(kinds) == 1 else "zone"
        places = f"{'on' if kind == 'power' else 'in'} {listed(inside, 'or')}"
        told = [flow for flow in facts.flows if flow in flows]
        late = [facts.components[name] for name in zones]
        goal = "" if objective is None else f"; the recovery objective is {round_duration(objective)}"
        yield Hit(
            subject=Subject("model", facts.architecture.id),
            message=(
                f"The replicas of {names} are spread over hosts alone: if all of one run {places}, losing that "
                f"{zone_words(kind)} takes down {listed(list(first_few(told, _NAMED)))} {_until(facts, late)}{goal}"
            ),
            related=tuple(
                (Subject("component", name), f"may all run in {listed(own, 'or')}") for name, own in zones.items()
            ),
            flows=tuple(told),
            fix=_over_zones(kind),
            case="zones",
            confidence="medium",
        )


def _over_zones(kind: str) -> str:
    """Return the fix for zones of a kind: nodes have a label of their own for those of a cloud alone."""
    label = f"a label of the nodes for their {zone_words(kind)}"
    if kind in ("zone", "availability-zone"):
        label = "`topology.kubernetes.io/zone`"
    elif kind == "region":
        label = "`topology.kubernetes.io/region`"
    return (
        f"Spread them over {zone_words(kind)}s, too: `topologySpreadConstraints` with {label} as `topologyKey` and `maxSkew: 1`. "
        "Declare it with `runs_on: {any: […], spread: zone}`."
    )


def _holding_all(facts: Topology, component: Component) -> list[str]:
    """Return the zones with a host for each replica of a component, beside which it has others."""
    hosts = facts.hosts_of(component.id)
    inside = Counter(zone for host in hosts for zone in facts.index.zones_around(host))
    return [zone for zone, count in inside.items() if len(component.replicas) <= count < len(hosts)]


def _is_to_survive(facts: Topology, place: Subject, flow: str) -> bool:
    """Return True if a flow is expected to survive the loss of a zone, or of any of its kind."""
    kinds = ("zone", facts.zones[place.id].kind)
    survivals = (each for each in facts.architecture.expect if isinstance(each, Survival) and flow in each.flows)
    return any(each.kind in kinds or f"zone:{place.id}" in each.lost for each in survivals)


def _until(facts: Topology, components: list[Component]) -> str:
    """Return the time until they run elsewhere, the longest of several."""
    seconds = max(moments(facts).rescheduling(component).seconds for component in components)
    return f"until they start elsewhere, about {round_duration(seconds)}"


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Spread the replicas over hosts where the model says that they aren't; what it doesn't say only people know."""
    if hit.case is not None:
        return ()
    return (Put(("components", hit.subject.id, "runs_on", "spread"), "host"),)


RULE = Rule(
    id="unspread-replicas",
    code="REL019",
    title="Replicas that may share a host",
    severity="warning",
    cases=(("unstated", "info"), ("zones", "info")),
    category="reliability",
    summary="Replicas that a platform places may all run on one host.",
    why=(
        "A scheduler puts a pod where there is room. Unless it has to spread the replicas, all of them may stand on one node, after "
        "an upgrade of the nodes most of all. Losing that node then takes the flow down for the minutes until they start elsewhere, "
        "though there are enough replicas and enough nodes."
    ),
    fix=(
        "Spread them: `topologySpreadConstraints` or a pod anti-affinity over hosts in Kubernetes, a spread placement strategy in "
        "ECS. Declare it with `runs_on: {any: […], spread: host}`, or `spread: zone`."
    ),
    limits=(
        "Where the model doesn't say how they are spread it is one piece of information for the model: Kubernetes spreads softly by "
        "itself. A spread that the scheduler may give up is taken as declared. That `spread: host` may leave all in one zone is told "
        "of flows that are expected to survive its loss, or where a restart elsewhere takes longer than the recovery objective."
    ),
    references=(
        (
            "Kubernetes, Pod Topology Spread Constraints",
            "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Three pods on one node  # finding: unmonitored
hosts: {node-1: {}, node-2: {}, node-3: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  web:  # finding: unspread-replicas
    kind: service
    runs_on: {any: [node-1, node-2, node-3], spread: none}
    replicas: 3
    rollback: deploy the previous image
connections:
  job -> web: https
flows:
  page:
    title: A page
    steps:
      - job -> web: GET /
""",
    edits=(
        ("name: Three pods on one node", "name: A pod on each node"),
        ("spread: none", "spread: host"),
    ),
)
