"""After the loss of one element the others cannot answer what the flows bring."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from archgen.analysis.topology import Topology
from archgen.edits.remedy import add_replica
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.change import Change
from archgen.model.subject import Subject
from archgen.model.wording import listed

if TYPE_CHECKING:
    from archgen.analysis.capacity import Overload


def check(context: RuleContext) -> Iterator[Hit]:
    """One hit a component that bears the load today, and not after the loss of some one element."""
    facts = context.topology
    if not facts.states_load:
        return
    # only here: a model without demands and capacities does not pay for the import
    from archgen.analysis.capacity import Load

    load = Load(facts)
    today = {facts.replicas[one.replica].component for one in load.overloads()}
    found: dict[str, dict[Subject, list[Overload]]] = {}
    for element in load.losses:
        for one in load.overloads(element):
            component = facts.replicas[one.replica].component
            if component not in today:
                found.setdefault(component, {}).setdefault(element, []).append(one)
    for component, after in found.items():
        yield _hit(facts, component, after)


def _hit(facts: Topology, component: str, after: dict[Subject, list[Overload]]) -> Hit:
    """A hit from what is too much after the loss of each element."""
    elements = _causes(facts, after)
    lost, worst = max(((lost, one) for lost in elements for one in after[lost]), key=lambda each: each[1].load)
    others = [one.id for one in elements if one != lost]
    also = f"; the same holds for {listed(others[:5])}{' and more' if len(others) > 5 else ''}" if others else ""
    return Hit(
        subject=Subject("component", component),
        message=(
            f"after the loss of {lost.id}, {worst.replica} gets {_rate(worst.load)}{_when(facts, worst)} and can answer "
            f"{_rate(worst.capacity)}{also}"
        ),
        related=tuple((one, f"leaves too little of {component}") for one in elements),
        flows=tuple(dict.fromkeys(flow for over in after.values() for one in over for flow in one.flows)),
    )


def _causes(facts: Topology, found: Collection[Subject]) -> tuple[Subject, ...]:
    """The elements whose loss is too much; a replica is left out where its host is one of them."""
    return tuple(one for one in found if one.kind != "replica" or not any(host in found for host in _under(facts, one)))


def _under(facts: Topology, replica: Subject) -> tuple[Subject, ...]:
    return tuple(Subject("host", host) for host in facts.replicas[replica.id].hosts)


def _when(facts: Topology, one: Overload) -> str:
    return " at peak" if any(facts.flows[flow].peak is not None for flow in one.flows) else ""


def _rate(rate: float) -> str:
    return f"{rate:.4g}/s"


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """One replica more, elsewhere."""
    return add_replica(context.topology, context.topology.components[hit.subject.id])


RULE = Rule(
    id="no-spare-capacity",
    code="SCA002",
    title="No spare capacity",
    severity="error",
    category="scalability",
    summary="After the loss of one element the others cannot answer what the flows bring.",
    why=(
        "Redundancy is worth what is left when a part of it is gone. If two servers are both needed for the load, the "
        "loss of one does not halve the service: the other gets twice of what it can answer and falls as well. So each "
        "element is taken away in turn and the load is spread anew over what still works."
    ),
    fix="Add one replica more than the load needs (N+1), each on a host of its own, or take load off them.",
    limits=(
        "A flow that states its `peak` counts with that. "
        "Flows that the loss breaks altogether bring no load any more and are reported by `single-point-of-failure`. "
        "Counts as `over-capacity` does, and is silent on a component that it speaks of. Above 5,000 elements, hosts stand "
        "for the replicas on them."
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
