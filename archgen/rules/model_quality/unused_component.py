"""A component that stands on no flow and does nothing for those that do."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Architecture, Component, Connection
from archgen.model.kinds import KINDS
from archgen.model.subject import Subject
from archgen.reliability.structure import answers

# what these do for others shows in their connections, and seldom as a step of a flow
_BESIDE = ("backup", "bastion", "secrets", "identity-provider", "mail", "router", "nat-gateway", "dns")

# what the callers can do without for a while: a control plane, a service of flags or settings
_STEERING = ("other", "service", "external-service")


def check(context: RuleContext) -> Iterator[Hit]:
    """One hit a component; silent where no flow is stated: none at all, or assumed ones."""
    facts = context.topology
    if all(flow.assumed for flow in facts.architecture.flows):
        return
    used = _used(facts)
    idle: dict[str, list[Connection]] = {one: [] for one in facts.components if one not in used}
    for connection in facts.architecture.connections:
        for end in (connection.source, *connection.targets):
            if end in idle:
                idle[end].append(connection)
    for component, calls in idle.items():
        yield _hit(component, calls)


def _used(facts: Topology) -> frozenset[str]:
    """The components on flows, and in turn whatever works for one of those already found."""
    used = set(_on_flows(facts))
    helps = _helps(facts)
    queue = sorted(used)
    while queue:
        for helper in helps.get(queue.pop(), ()):
            for one in (helper, *_beyond(facts, helper)):
                if one not in used:
                    used.add(one)
                    queue.append(one)
    return frozenset(used)


def _beyond(facts: Topology, helper: str) -> Iterator[str]:
    """What a helper calls to do its work, and the people who use it: no flow need tell of either."""
    for connection in facts.outgoing[helper]:
        yield from connection.targets
    for connection in facts.incoming[helper]:
        if facts.components[connection.source].kind == "client":
            yield connection.source


def _on_flows(facts: Topology) -> Iterator[str]:
    for hops in facts.hops.values():
        for hop in hops:
            yield from (hop.step.source, *hop.step.targets)
            yield from hop.connection.targets if hop.connection else ()
    for flow in facts.architecture.flows:
        for answer in answers(flow.steps):
            yield from (answer.source, answer.target)
    for component in facts.architecture.components:
        if _works_for_all(facts.architecture, component):
            yield component.id


def _works_for_all(architecture: Architecture, component: Component) -> bool:
    """What serves the flows without being named by one: records for their names, guarding, probing from outside.

    A firewall that guards nothing is a finding of its own (`idle-firewall`).
    """
    if component.kind == "dns":
        return bool(component.records) or any(flow.domain is not None for flow in architecture.flows)
    return component.kind == "firewall" or bool(component.guards) or bool(component.probes)


def _helps(facts: Topology) -> dict[str, list[str]]:
    """For each component, those that it gives a use to."""
    found: dict[str, list[str]] = {}
    around: dict[str, list[str]] = {}
    for component in facts.architecture.components:
        for host in facts.hosts_of(component.id):
            around.setdefault(host, []).append(component.id)
    for component in facts.architecture.components:
        for helper in _named(facts, component):
            found.setdefault(component.id, []).append(helper)
        for helped in _served(facts, component, around):
            found.setdefault(helped, []).append(component.id)
    for one in facts.architecture.components:
        if KINDS[one.kind].observes or one.kind in _BESIDE:
            called = [target for connection in facts.outgoing[one.id] for target in connection.targets]
            for other in (*called, *(connection.source for connection in facts.incoming[one.id])):
                found.setdefault(other, []).append(one.id)
                if one.kind == "backup":
                    found.setdefault(one.id, []).append(other)
        if one.kind in _STEERING:
            for connection in facts.incoming[one.id]:
                if not connection.required:
                    found.setdefault(connection.source, []).append(one.id)
    return found


def _named(facts: Topology, component: Component) -> Iterator[str]:
    """The components that one names because it needs them: its code, its promoter, the data that it copies."""
    if component.codebase is not None:
        yield component.codebase
    # traffic may be moved by what is no component, such as VRRP
    if component.cluster is not None and component.cluster.by in facts.components:
        yield component.cluster.by
    if component.replication is not None:
        yield from (one for one in (component.replication.by, component.replication.copy_of) if one is not None)


def _served(facts: Topology, component: Component, around: dict[str, list[str]]) -> Iterator[str]:
    """The components that one says it works for: whose data it copies or backs up, from which it collects.

    An observer collects from what stands on its hosts, or may float to them; `around` has the components of each host.
    """
    if component.replication is not None and component.replication.copy_of is not None:
        yield component.replication.copy_of
    yield from component.backs_up
    yield from (source for part in component.collects for source in part.sources)
    if KINDS[component.kind].observes:
        yield from (one for host in facts.hosts_of(component.id) for one in around[host])


def _hit(component: str, calls: list[Connection]) -> Hit:
    idle = f", although {calls[0].id} connects it" if calls else ""
    return Hit(
        subject=Subject("component", component),
        message=(
            f"{component} takes part in no flow{idle}, and it neither observes, stores for nor protects anything "
            "that does"
        ),
        related=tuple((Subject("connection", one.id), "no flow uses it") for one in calls),
    )


RULE = Rule(
    id="unused-component",
    code="MOD003",
    title="Unused component",
    severity="warning",
    category="model",
    summary="A component that stands on no flow and does nothing for those that do.",
    why=(
        "Either the model forgets a request that needs the component, and then what it says of reliability is too good; "
        "or nobody needs the component, and then it costs money, wants updates and can be attacked for nothing."
    ),
    fix="Add the flow, or the step, that uses it; or remove it.",
    limits=(
        "A connection alone is no use, except of what stands beside the flows: monitoring, backups, secrets, mail and "
        "the like, and of a service that its callers can do without (`required: false`), such as a control plane. Silent on "
        "a model without flows, and where all flows are assumed."
    ),
    check=check,
    bad="""\
archgen: 1
name: A cache that no request asks
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: service, managed: true, replicas: 2}
  cache: {kind: cache, managed: true, replicas: 2}  # finding: unused-component
connections:
  job -> api: https
  api -> cache: rediss
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: A cache that no request asks", "name: A cache that is asked"),
        ("connections:", "  monitor: {kind: monitoring, managed: true}\nconnections:"),
        (
            "  api -> cache: rediss",
            "  api -> cache: {protocol: rediss, required: false}\n  monitor -> api: https",
        ),
        ("- job -> api: start", "- job -> api: start\n      - api -> cache: done yesterday?"),
    ),
)
