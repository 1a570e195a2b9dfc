"""A component that nobody answers for, in a model that names owners elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model that lists the elements without an owner; silent if the model names no owner at all."""
    facts = context.topology
    components = facts.architecture.components
    if not any(component.owner for component in components) and not any(
        host.owner for host in facts.architecture.hosts
    ):
        return
    unowned = [
        component.id
        for component in components
        if not _is_outside(facts, component) and not _is_owned(facts, component)
    ]
    if unowned:
        yield Hit(
            subject=Subject("model", facts.architecture.id),
            message=f"{listed(unowned)} {'has' if len(unowned) == 1 else 'have'} no owner",
            related=tuple((Subject("component", component), "has no owner") for component in unowned),
            flows=facts.flows_through(unowned),
        )


def _is_outside(facts: Topology, component: Component) -> bool:
    return component.kind == "client" or facts.kind(component.id).foreign


def _is_owned(facts: Topology, component: Component) -> bool:
    """Itself, by whoever owns what runs it as its code base, or by the owners of all its hosts."""
    hosts = [facts.hosts[host] for host in facts.hosts_of(component.id)]
    runners = (runner for runner in facts.architecture.components if runner.codebase == component.id)
    owned_hosts = bool(hosts) and all(host.owner for host in hosts)
    return bool(component.owner) or owned_hosts or any(runner.owner for runner in runners)


RULE = Rule(
    id="unowned-component",
    code="OPS003",
    title="No owner",
    severity="info",
    category="operations",
    summary="A component has no owner, although others in the model do.",
    why=(
        "A component without an owner isn't patched, renewed or paid for, and the person on call has nobody to ask "
        "about it. In a model that names owners, the components without one are the forgotten ones."
    ),
    fix="Add `owner` to each of them: a team or a role rather than a person.",
    limits=(
        "Doesn't check models without any owner. Visitors and external services need none. The owner of all hosts of "
        "a component, or of the component that runs a code base, counts as its owner."
    ),
    references=(
        ("NIST Cybersecurity Framework 2.0, GV.RR (roles and responsibilities)", "https://www.nist.gov/cyberframework"),
        ("CIS Controls v8, Control 1 and 2 (inventories with owners)", "https://www.cisecurity.org/controls"),
    ),
    check=check,
    bad="""\
archgen: 1
name: One owner of two  # finding: unowned-component
components:
  job: {kind: scheduler, managed: true, replicas: 2, owner: data team}
  api: {kind: service, managed: true, replicas: 2}
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: One owner of two", "name: Each has its owner"),
        ("kind: service, managed: true, replicas: 2", "kind: service, managed: true, replicas: 2, owner: shop team"),
    ),
)
