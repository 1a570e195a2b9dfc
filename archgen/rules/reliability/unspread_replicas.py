"""Replicas that a platform places may all run on one host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archgen.analysis.moments import moments
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Change, Put
from archgen.model.durations import round_duration
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
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
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"All {len(component.replicas)} replicas of {component.id} may run on one host: losing it takes down {listed(flows)} "
            f"{_until(facts, [component])}"
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
    cases=(("unstated", "info"),),
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
        "itself. A spread that the scheduler may give up is taken as declared."
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
