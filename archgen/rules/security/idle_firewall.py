"""A firewall that stops nothing: it allows everything, or all that comes to something inside, or nothing lies behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archgen.analysis.exposure import STORES
from archgen.analysis.firewalls import is_for_everybody, is_unlimited, leads_anywhere, lets_in
from archgen.analysis.topology import Topology
from archgen.edits.firewalls import firewall_rules
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, FirewallRule
from archgen.model.change import Append, Change, Path, Put, Remove
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each firewall, with every reason."""
    facts = context.topology
    for component in facts.architecture.components:
        if component.kind == "firewall":
            idle = [*_open(component), *_aside(facts, component)]
            reasons = [*idle, *_open_inside(facts, component)]
            if reasons:
                yield Hit(
                    subject=Subject("component", component.id),
                    message=f"{component.id} {', and it '.join(reasons)}",
                    flows=facts.flows_of[component.id],
                    fix=_fix(facts, component)
                    if idle
                    else "Name who may come in there (`from`), and on which ports (`ports`).",
                )


def _fix(facts: Topology, component: Component) -> str | None:
    """Return the fix of a firewall that is in its place and refuses by default what no rule allows; None for the rule's own."""
    if component.default != "deny" or any(_aside(facts, component)):
        return None
    return "In the place of the rule that allows everything, allow only what the flows need (`from`, `to`, `ports`)."


def _open(component: Component) -> Iterator[str]:
    """The directions in which everything passes."""
    for rule in component.rules:
        if rule.action == "deny":
            break
        if is_unlimited(rule):
            way = "comes in" if rule.direction == "in" else "goes out"
            yield f"allows everything that {way}, from anywhere to anywhere on any port"
    if component.default == "allow" and all(rule.action == "allow" for rule in component.rules):
        yield "allows everything: what no rule matches passes, and no rule denies anything"


def _open_inside(facts: Topology, component: Component) -> Iterator[str]:
    """The targets in private networks that everybody may reach on each port; stores are the subject of `exposed-database`."""
    opened = dict.fromkeys(
        target
        for _, rule in _rules_for_everybody(component)
        if not is_unlimited(rule)
        for target in (component.guards if leads_anywhere(rule) else rule.targets)
        if _is_private(facts, target)
    )
    if opened:
        yield f"lets everybody in to every port of {listed([*opened])}, inside a private network"


def _rules_for_everybody(component: Component) -> Iterator[tuple[int, FirewallRule]]:
    """Yield the rules, with their places, for everybody on each port, up to the first rule that denies something."""
    for at, rule in enumerate(component.rules):
        if rule.action == "deny":
            return
        if lets_in(rule) and is_for_everybody(rule) and not rule.ports:
            yield at, rule


def _is_private(facts: Topology, target: str) -> bool:
    """Return True for what a rule means that is in a private network, other than a store."""
    kind, _, name = facts.qualified(target).partition(":")
    if kind == "component":
        network = facts.network_of(name) if facts.kind(name).id not in STORES else None
    else:
        own = facts.hosts[name].network if kind == "host" else name
        network = facts.networks.get(own or "")
    return network is not None and network.trust == "private"


def _aside(facts: Topology, component: Component) -> Iterator[str]:
    if not facts.architecture.flows or facts.flows_of[component.id]:
        return
    if not component.guards:
        yield "lies on the path of no flow and guards no host, network or component"
    elif not any(_holds(facts, guarded) for guarded in component.guards):
        yield f"guards {listed(component.guards)}, where nothing runs"


def _holds(facts: Topology, guarded: str) -> bool:
    """Return True if a guarded element runs, or holds an element that runs; a host counts if a replica runs on it."""
    kind, _, name = facts.qualified(guarded).partition(":")
    if kind == "network":
        hosted = any(host.network == name for host in facts.architecture.hosts)
        return hosted or any(component.network == name for component in facts.architecture.components)
    if kind == "host":
        return any(name in replica.hosts for replica in facts.replicas.values())
    return True


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """The ports that what it guards is called on, in the place of any; deny what no rule allows."""
    facts = context.topology
    component = facts.components[hit.subject.id]
    if any(_aside(facts, component)):
        return ()
    held = [name for name in facts.components if _is_guarded(facts, component, name)]
    rules = firewall_rules(facts, held)
    way: Path = ("components", component.id, "rules")
    open_ = [at for at, rule in enumerate(component.rules) if lets_in(rule) and is_unlimited(rule)]
    if open_ and rules:
        changes = _written(component, [(at, rules[: None if at == open_[0] else 1]) for at in open_])
        if not changes:
            return ()
    else:
        is_empty = component.default == "allow" and not component.rules
        changes = [Append(way, rule) for rule in rules] if is_empty else []
    if component.default == "allow" and rules:
        changes.append(Put(("components", component.id, "default"), "deny"))
    return tuple(changes or _written(component, list(_narrowed(facts, component))))


def _narrowed(facts: Topology, component: Component) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield the place of each rule for everybody on every port, with the rules for who calls its targets, on which ports.

    What nothing calls in the model, such as a monitoring that agents report to, somebody may need all the same.
    """
    for at, rule in _rules_for_everybody(component):
        private = [target for target in rule.targets if _is_private(facts, target)]
        called = [firewall_rules(facts, _meant(facts, target)) for target in private]
        if private and len(private) == len(rule.targets) and all(called):
            yield at, [each for rules in called for each in rules]


def _written(component: Component, placed: list[tuple[int, list[dict[str, Any]]]]) -> list[Change]:
    """Return the changes that write rules in the place of wide ones: the first of them there, and the others behind all rules.

    A last rule that denies everything stays the last. Behind any other that denies, a rule might match no more: nothing is changed.
    """
    way: Path = ("components", component.id, "rules")
    changes: list[Change] = [Put((*way, at), rules[0]) for at, rules in placed]
    others = [rule for _, rules in placed for rule in rules[1:]]
    behind = list(enumerate(component.rules))[placed[0][0] + 1 :] if others else []
    denying = [(at, rule) for at, rule in behind if rule.action == "deny" and rule.direction == "in"]
    if not denying:
        return [*changes, *(Append(way, rule) for rule in others)]
    last, deny = denying[0]
    if last < len(component.rules) - 1 or not is_unlimited(deny):
        return []
    everything = {"from": "any", "to": "any", "action": "deny"}
    return [*changes, Remove((*way, last)), *(Append(way, rule) for rule in (*others, everything))]


def _meant(facts: Topology, target: str) -> list[str]:
    return [name for name in facts.components if target in facts.firewalls.places(name)]


def _is_guarded(facts: Topology, firewall: Component, component: str) -> bool:
    return component != firewall.id and any(
        firewall.id in facts.guarding(replica) for replica in facts.components[component].replicas
    )


RULE = Rule(
    id="idle-firewall",
    code="SEC005",
    title="Idle firewall",
    severity="warning",
    category="security",
    summary="A firewall allows everything, also to something inside, or is on the path of no flow and guards nothing.",
    why=(
        "A firewall that lets everything through, or that no traffic passes, exists in the diagram only. It costs "
        "money and attention, and your team believes that it protects the system. Outgoing traffic counts as well, "
        "because an intruder has to send out the data."
    ),
    fix="Allow only what the flows need (`default: deny`), and put the firewall on the path or declare what it `guards`.",
    limits=(
        "Reads rules in order, up to the first that denies. Doesn't check paths in models without flows. Of what a rule opens to everybody "
        "on every port, reports what is in a private network; stores are reported by `exposed-database`."
    ),
    references=(
        (
            "NIST SP 800-41 Rev. 1, Guidelines on Firewalls and Firewall Policy",
            "https://csrc.nist.gov/pubs/sp/800/41/r1/final",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Everything passes
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true, replicas: 2}
  filter:  # finding: idle-firewall
    kind: firewall
    guards: [api]
    rules:
      - {from: any, to: any, action: allow}
    default: deny
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: Everything passes", "name: One port passes"),
        ("from: any, to: any", "from: job, to: api, ports: [443]"),
    ),
)
