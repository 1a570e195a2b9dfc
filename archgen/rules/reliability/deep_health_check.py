"""A health check that asks what a flow can do without takes the flow down with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from archgen.analysis.failover_times import lacks
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Flow
from archgen.model.products import product_name
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.reliability.failure import SinglePoint, single_points
from archgen.reliability.index import Index
from archgen.reliability.members import deep_asks
from archgen.reliability.plan import Plan
from archgen.reliability.structure import build

_NAMED = 3
"""Elements that the message names; the others are counted."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each balancer whose check asks something that takes down a flow by that alone."""
    facts = context.topology
    for component in facts.architecture.components:
        points = tuple(_only_by_check(facts, component)) if deep_asks(component) else ()
        if points:
            yield _hit(component, points)
        elif asked := dict(_asked_as_a_whole(facts, component)):
            yield _whole(component, asked)
        elif component.balance is not None:
            closed = replace(component, balance=replace(component.balance, fail_open=False))
            tasks = _replaced_tasks(facts, component)
            if tasks and (asked := dict(_asked_as_a_whole(facts, closed))):
                yield _replacing(facts, component, tasks, asked)


_REPLACING = ("ecs", "aws-fargate")
"""Products that stop and replace each task that fails the check of its balancer, whether that still sends it requests or not."""


def _replaced_tasks(facts: Topology, component: Component) -> list[str]:
    """Return the targets of a balancer that are replaced when they fail its check, surely or by the words of the model."""
    targets = dict.fromkeys(target for call in facts.outgoing[component.id] for target in call.targets)
    return [name for name in targets if _is_replaced(facts, name) or _is_said_to_be(facts, name)]


def _is_replaced(facts: Topology, name: str) -> bool:
    return product_name(facts.components[name].product) in _REPLACING


def _is_said_to_be(facts: Topology, name: str) -> bool:
    """Return True for hosts that are named after ECS or Fargate, and for a reason that tells so or of what replaces it."""
    why = (facts.components[name].why or "").casefold()
    words = {*_WORD.findall(why), *(word for host in facts.hosts_of(name) for word in _WORD.findall(host.casefold()))}
    return not words.isdisjoint(("ecs", "fargate")) or ("replaces" in words and "check" in words)


_WORD = re.compile(r"[a-z]+")


def _only_by_check(facts: Topology, component: Component) -> Iterator[SinglePoint]:
    """Yield the single points of flows that the check of a component makes, and that are none without any such check."""
    with_it, without = _with_check_of(facts, component), _with_check_of(facts, None)
    for flow in facts.flows_of[component.id]:
        caused = set(_points(with_it, facts.flows[flow])).difference(_points(without, facts.flows[flow]))
        yield from (point for element, point in facts.losses.points[flow].items() if element in caused)


def _asked_as_a_whole(facts: Topology, component: Component) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what the check of a component asks, with the flows that its loss as a whole takes down only by the check."""
    for name, _ in deep_asks(component):
        gone = [Subject("replica", replica.id) for replica in facts.components[name].replicas]
        with_it, without = _with_check_of(facts, component), _with_check_of(facts, None)
        flows = tuple(
            flow
            for flow in facts.flows_of[component.id]
            if lacks(with_it, facts.flows[flow], gone) and not lacks(without, facts.flows[flow], gone)
        )
        if flows:
            yield name, flows


def _with_check_of(facts: Topology, component: Component | None) -> Index:
    """Return the model in which one component's health check, or none, asks more than its targets."""
    components = tuple(
        component if component is not None and each.id == component.id else replace(each, balance=None)
        for each in facts.architecture.components
    )
    return Index(replace(facts.architecture, components=components))


def _points(index: Index, flow: Flow) -> tuple[Subject, ...]:
    return single_points(Plan(index, build(index, flow)))


def _hit(component: Component, points: tuple[SinglePoint, ...]) -> Hit:
    elements = list(dict.fromkeys(point.element for point in points))
    flows = tuple(dict.fromkeys(point.flow for point in points))
    lost = listed(list(first_few([element.id for element in elements], _NAMED)), "or")
    asked = listed([name for name, _ in deep_asks(component)])
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"Losing {lost} takes down {listed(flows)} only because the health check of {component.id} asks {asked}: "
            "every target fails it at once"
        ),
        related=tuple((element, "takes every target out of balance") for element in elements),
        flows=flows,
        proof=points[0].proof,
        causes=frozenset((point.element.id, point.flow) for point in points),
    )


def _whole(component: Component, asked: dict[str, tuple[str, ...]]) -> Hit:
    """Return the hit for what has replicas, which a bad change or a lost quorum takes down all the same."""
    flows = tuple(dict.fromkeys(flow for own in asked.values() for flow in own))
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"Losing all of {listed([*asked], 'or')} takes down {listed(flows)} only because the health check of {component.id} asks it: "
            "every target fails it at once"
        ),
        related=tuple((Subject("component", name), "takes every target out of balance") for name in asked),
        flows=flows,
        case="whole",
    )


def _replacing(facts: Topology, component: Component, tasks: list[str], asked: dict[str, tuple[str, ...]]) -> Hit:
    """Return the hit for a balancer that keeps sending requests when all targets fail, though their platform stops these."""
    sure = [name for name in tasks if _is_replaced(facts, name)]
    flows = tuple(dict.fromkeys(flow for own in asked.values() for flow in own))
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"Losing all of {listed([*asked], 'or')} takes down {listed(flows)} only because the health check of {component.id} asks it: "
            f"every task of {listed(sure or tasks)} fails it, and is stopped and replaced again and again"
        ),
        related=tuple((Subject("component", name), "fails the check of every task") for name in asked),
        flows=flows,
        fix="Let the check ask the task alone, or only what every flow needs.",
        case=None if sure else "whole",
    )


RULE = Rule(
    id="deep-health-check",
    code="REL017",
    title="Health check that asks too much",
    severity="warning",
    cases=(("whole", "info"),),
    category="reliability",
    summary="A flow goes down with something that only the health check needs.",
    why=(
        "A check that asks the database takes out a server that lost its connection. If the database itself fails, it takes "
        "out every server at once, and with them the pages that need no data, or that a replica could answer."
    ),
    fix=(
        "Let the check ask the target alone, or only what every flow needs; or keep the targets when all fail (`fail_open: "
        "true`)."
    ),
    limits=(
        "Knows what a check asks by `health_check: {asks: …}`. A flow that needs the same anyway goes down in either case, and "
        "isn't reported. What has replicas is info: it has to fail as a whole, as with a bad change. "
        "Tasks of Amazon ECS (`product: ecs`) are replaced when they fail the check of their balancer, even if that keeps all targets "
        "then; info where only hosts or `why` name ECS or Fargate, or `why` says that it replaces what fails the check."
    ),
    references=(
        (
            "Amazon Builders' Library, Implementing health checks",
            "https://aws.amazon.com/builders-library/implementing-health-checks/",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: The page without data goes down with the database
components:
  user: {kind: client}
  lb:  # finding: deep-health-check
    kind: load-balancer
    managed: true
    replicas: 2
    balance: {health_check: {request: GET /ready, asks: data}}
  app: {kind: external-service, managed: true, replicas: 2}
  data: {kind: external-service, managed: true}
connections:
  user -> lb: https
  lb -> app: https
  app -> data: {protocol: https, required: false}
flows:
  about:
    title: A page without data
    steps:
      - user -> lb: GET /about
      - lb -> app: GET /about
""",
    edits=(("{request: GET /ready, asks: data}", "GET /ready"),),
)
