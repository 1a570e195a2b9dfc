"""Managed services that their provider spreads over zones: nothing in the model can make up for their loss."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Scope
from archgen.model.products import is_setting_of_balancer, scope_of
from archgen.model.subject import Subject
from archgen.model.wording import listed, plural
from archgen.reliability.losses import RootCause

_NAMED = 6
"""Services that the message names; the others are counted."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield one hit for the model, with every service and the flows that need it."""
    facts = context.topology
    needed = [breaking for breaking in facts.losses.awaited_causes if facts.provided(breaking.element)]
    if needed:
        yield _hit(facts, needed)


def _hit(facts: Topology, needed: list[RootCause]) -> Hit:
    services = {facts.replicas[breaking.element.id].component: breaking.element for breaking in needed}
    flows = {flow for breaking in needed for flow in breaking.flows}
    conditions = {
        facts.replicas[breaking.element.id].component: facts.if_waiting(breaking.element, breaking.flows)
        if all(facts.losses.breaks_if_waiting(breaking.element, flow) for flow in breaking.flows)
        else ""
        for breaking in needed
    }
    named = [
        f"{name} ({_scope(facts, name) or 'no `scope` declared'}{conditions[name]})" for name in list(services)[:_NAMED]
    ]
    named += [f"{len(services) - _NAMED} more"] if len(services) > _NAMED else []
    depend = "depends" if len(flows) == 1 else "depend"
    what = "a service that only its provider" if len(services) == 1 else "services that only their providers"
    return Hit(
        subject=Subject("model", facts.architecture.id),
        message=f"{plural(len(flows), 'flow')} {depend} on {what} can restore: {listed(named)}",
        related=tuple((Subject("component", name), _evidence(facts, name)) for name in services),
        flows=facts.in_order(flows),
        proof=needed[0].points[0].proof,
        causes=frozenset((breaking.element.id, flow) for breaking in needed for flow in breaking.flows),
    )


def _evidence(facts: Topology, name: str) -> str:
    """Return what is known of a service; of a service of others, and one of unknown scope, no more than who runs it."""
    spread = _scope(facts, name) is not None and not facts.kind(name).foreign
    return "is spread over zones by its provider" if spread else "is run by its provider"


def _scope(facts: Topology, name: str) -> Scope | None:
    """Return the scope of a service; a firewall that is a setting of a CDN runs wherever the CDN does."""
    component = facts.components[name]
    if is_setting_of_balancer(component):
        behind = [facts.components[target] for call in facts.outgoing[name] for target in call.targets]
        return next((scope for each in behind if (scope := scope_of(each)) == "global"), scope_of(component))
    return scope_of(component)


RULE = Rule(
    id="provider-dependency",
    code="REL014",
    title="Dependency on one provider",
    severity="info",
    category="reliability",
    summary="Flows need managed services that their provider spreads over several zones.",
    why=(
        "A regional or global service survives the loss of a server or a zone, so it isn't a single point of failure "
        "as a server is. But now and then it fails for all its customers at once, and your flows are down until the "
        "provider has fixed it. The downtime that its SLA allows is part of the flow's downtime."
    ),
    fix="Know each provider's SLA and status page, and decide what your visitors see while the service is down.",
    limits=(
        "Knows the scope by `managed: {scope: …}`, by `product`, or by an id that is a product's name; a provider has the name servers of "
        "a domain in several places, whether the scope is known or not. A zonal service, or another one whose scope isn't known, is "
        "reported by `single-point-of-failure`."
    ),
    references=(
        (
            "Google SRE, The Calculus of Service Availability",
            "https://queue.acm.org/detail.cfm?id=3096459",
        ),
    ),
    check=check,
    explains=True,
    bad="""\
archgen: 1
name: A site behind CloudFront  # finding: provider-dependency
components:
  user: {kind: client}
  cdn: {kind: cdn, product: cloudfront, managed: true}
  site: {kind: external-service, managed: true, replicas: 2}
connections:
  user -> cdn: https
  cdn -> site: https
flows:
  read-page:
    title: A visitor opens a page
    steps:
      - user -> cdn: GET /
      - cdn -> site: GET /
""",
    edits=(
        ("name: A site behind CloudFront", "name: A site behind two CDNs"),
        ("  site: {", "  other: {kind: cdn, product: fastly, managed: true}\n  site: {"),
        ("user -> cdn: https", "user -> cdn | other: https"),
        ("  cdn -> site: https", "  cdn -> site: https\n  other -> site: https"),
        ("- user -> cdn: GET /", "- user -> cdn | other: GET /"),
        ("- cdn -> site: GET /", "- cdn -> site: GET /\n      - other -> site: GET /"),
    ),
)
