"""A component that stands on no flow, has no connection and does nothing for those that do."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.monitoring import observers_of_unknown_reach
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Architecture, Component
from archgen.model.kinds import KINDS
from archgen.model.products import product_name, product_of
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.requests import answers


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit per component; silent where no flow is declared: none at all, or assumed ones."""
    topology = context.topology
    if all(flow.assumed for flow in topology.architecture.flows):
        return
    used = _used(topology)
    for component in topology.components:
        if component not in used:
            yield _hit(topology, component)


def _used(topology: Topology) -> frozenset[str]:
    """Return the components on flows and connections, and in turn all that works for these."""
    used = {*_on_flows(topology), *_connected(topology.architecture), *observers_of_unknown_reach(topology)}
    others = topology.components.keys() - used
    used.update(name for name in others if _works_for_all(topology.architecture, topology.components[name]))
    if used.issuperset(topology.components):
        return frozenset(used)
    helps = _helps(topology)
    queue = sorted(used)
    while queue:
        for helper in helps.get(queue.pop(), ()):
            if helper not in used:
                used.add(helper)
                queue.append(helper)
    return frozenset(used)


def _connected(architecture: Architecture) -> Iterator[str]:
    """Yield the ends of connections: a model seldom has a flow for every call."""
    for connection in architecture.connections:
        yield from (connection.source, *connection.targets)


def _on_flows(topology: Topology) -> Iterator[str]:
    for hops in topology.hops.values():
        for hop in hops:
            yield from (hop.step.source, *hop.step.targets)
    for flow in topology.architecture.flows:
        for answer in answers(flow.steps):
            yield from (answer.source, answer.target)


_CONTROLLERS = (
    *(
        "cert-manager",
        "external-dns",
        "external-secrets",
        "sealed-secrets",
        "metrics-server",
        "cluster-autoscaler",
        "karpenter",
        "keda",
    ),
    *(
        "kured",
        "reloader",
        "descheduler",
        "kyverno",
        "gatekeeper",
        "cloudnative-pg",
        "strimzi",
        "node-problem-detector",
    ),
)
"""Controllers of Kubernetes: they watch its API, and no flow calls them."""


def _works_for_all(architecture: Architecture, component: Component) -> bool:
    """Return True for a component that serves flows which don't name it: by DNS records, guarding, probing or controlling.

    A firewall that guards nothing is a finding of its own (`idle-firewall`).
    """
    if component.kind == "dns":
        return bool(component.records) or any(flow.domain is not None for flow in architecture.flows)
    if product_name(component.product or component.id) in _CONTROLLERS:
        return True
    return component.kind == "firewall" or bool(component.guards) or bool(component.probes)


def _helps(topology: Topology) -> dict[str, list[str]]:
    """Return for each component those that it gives a use to."""
    helps: dict[str, list[str]] = {}
    around: dict[str, list[str]] = {}
    for component in topology.architecture.components if topology.observing else ():
        for host in topology.hosts_of(component.id):
            around.setdefault(host, []).append(component.id)
    for component in topology.architecture.components:
        for helper in _named(component):
            helps.setdefault(component.id, []).append(helper)
        for helped in _served(topology, component, around):
            helps.setdefault(helped, []).append(component.id)
    return helps


def _named(component: Component) -> Iterator[str]:
    """Return what a component names since it needs it: its code, its promoter, the data that it copies, whose logs it keeps.

    Traffic may be moved by what is no component, such as VRRP. Monitoring needs nothing of what it measures.
    """
    names = [component.codebase]
    if component.cluster is not None:
        names.append(component.cluster.by)
    if component.replication is not None:
        names += [component.replication.by, component.replication.copy_of]
    names += component.backs_up
    if component.kind == "log-collector":
        names += [source for part in component.collects for source in part.sources]
    return (name for name in names if name is not None)


def _served(topology: Topology, component: Component, around: dict[str, list[str]]) -> Iterator[str]:
    """Yield the components that a component declares to work for: it copies or backs up their data, or collects from them.

    An observer collects from what stands on its hosts, or may float to them; `around` has the components of each host.
    """
    if component.replication is not None and component.replication.copy_of is not None:
        yield component.replication.copy_of
    yield from component.backs_up
    yield from (source for part in component.collects for source in part.sources)
    if KINDS[component.kind].observes:
        yield from (name for host in topology.hosts_of(component.id) for name in around[host])


_DOORS = ("bastion", "nat-gateway", "router")
_BESIDE = (*_DOORS, "secrets", "other")
"""The kinds that administrators and machines use, for which a model seldom has a connection."""


def _hit(topology: Topology, component: str) -> Hit:
    if product_of(topology.components[component].product).orchestrates and topology.index.nodes:
        return Hit(
            subject=Subject("component", component),
            message=(
                f"{component} takes part in no flow, so its loss changes nothing: replicas that float over several hosts are started "
                "elsewhere in every analysis, whether it is up or not"
            ),
            fix=f"If a flow needs its API, as an operator does that promotes a database, add the step to {component}.",
            case="beside",
        )
    case = "beside" if topology.kind(component).id in _BESIDE else None
    opening = [
        firewall.id
        for firewall in topology.firewalls.with_rules
        for rule, _ in topology.firewalls.opened(firewall)
        if component in rule.targets
    ]
    if opening and topology.kind(component).id not in _DOORS:
        named = listed(list(dict.fromkeys(opening)))
        return Hit(
            subject=Subject("component", component),
            message=f"{component} takes part in no flow and has no connection, and {named} lets the internet in to it",
            fix=f"Add the flow, or the step, that uses it; or remove it, and the rule of {named} with it.",
            case=case,
        )
    return Hit(
        subject=Subject("component", component),
        message=(
            f"{component} takes part in no flow and has no connection, and it neither observes, stores for nor protects "
            "anything that does"
        ),
        case=case,
    )


RULE = Rule(
    id="unused-component",
    code="MOD003",
    title="Unused component",
    severity="warning",
    cases=(("beside", "info"),),
    category="model",
    summary="A component is on no flow, has no connection and does nothing for components that are.",
    why=(
        "Either a request that needs the component is missing from the model, and the computed reliability is too "
        "good. Or nothing needs the component: it still costs money, needs updates and can be attacked."
    ),
    fix="Add the flow, or the step, that uses it; or remove it.",
    limits=(
        "Doesn't report components with a connection, since few models have a flow for every call. Doesn't check "
        "models without flows, or in which all flows are assumed. Skips the only monitoring, "
        "if it doesn't say what it collects from: `incomplete-model` or `unmonitored` tells of that."
    ),
    check=check,
    bad="""\
archgen: 1
name: A cache that nothing calls
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: service, managed: true, replicas: 2}
  cache: {kind: cache, managed: true, replicas: 2}  # finding: unused-component
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: A cache that nothing calls", "name: A cache that the service calls"),
        ("  job -> api: https", "  job -> api: https\n  api -> cache: rediss"),
        ("- job -> api: start", "- job -> api: start\n      - api -> cache: done yesterday?"),
    ),
)
