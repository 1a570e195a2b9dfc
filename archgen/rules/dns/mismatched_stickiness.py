"""A balancer's weights or stickiness do not fit what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Balance, Component
from archgen.model.change import Change, Put
from archgen.model.protocols import WEB
from archgen.model.runtimes import is_serverless
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.traffic import has_choice, is_sticky, traffic_weights

_IN_COOKIES = ("cookie", "session")

_ONE_CONNECTION = ("ws", "wss")
"""The protocols of one connection that stays at the replica that took it (RFC 6455, 1.2)."""

_Flaw = tuple[str, str, tuple[str, ...]]
"""The message of a mismatch, its fix, and the flows that it concerns."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each balancer, with all mismatches."""
    facts = context.topology
    for component in facts.architecture.components:
        balance = component.balance
        if balance is not None:
            faults = [
                *_weightless(facts, component, balance),
                *_scattered(facts, component, balance),
                *_blind(facts, component, balance),
            ]
            if faults:
                # several connections to a target are one mismatch
                yield Hit(
                    subject=Subject("component", component.id),
                    message="; ".join(dict.fromkeys(message for message, _, _ in faults)),
                    flows=facts.in_order({flow for _, _, flows in faults for flow in flows}),
                    fix=" ".join(dict.fromkeys(fix for _, fix, _ in faults)),
                )


def _weightless(facts: Topology, component: Component, balance: Balance) -> Iterator[_Flaw]:
    """Yield the weights that leave every target without a share."""
    targets = dict.fromkeys(target for connection in facts.outgoing[component.id] for target in connection.targets)
    members = [replica for target in targets for replica in facts.components[target].replicas]
    weights = traffic_weights(balance, {member.id: member.component for member in members})
    if members and not any(weights.values()):
        yield (
            f"None of {listed([member.id for member in members])} gets a request: all weights of {component.id} are 0",
            "Give each target that should take requests a weight above 0.",
            facts.flows_of[component.id],
        )


def _scattered(facts: Topology, component: Component, balance: Balance) -> Iterator[_Flaw]:
    """Yield the targets with local sessions behind an algorithm that moves visitors between replicas."""
    if balance.algorithm is None or is_sticky(balance):
        return
    for connection in facts.outgoing[component.id]:
        if all(port.protocol in _ONE_CONNECTION for port in connection.ports):
            continue
        targets = [facts.components[target] for target in connection.targets]
        several = has_choice(facts.index, balance, connection)
        for target in targets:
            if target.sessions == "local" and several and not is_serverless(target):
                yield (
                    f"Visitors lose their sessions: {target.id} keeps them on each replica, and {component.id} chooses a replica "
                    f"anew for each request ({balance.algorithm})",
                    f"Add `stickiness` to {component.id}, or keep the sessions of {target.id} where all replicas see them.",
                    facts.flows_over[connection.id],
                )


def _blind(facts: Topology, component: Component, balance: Balance) -> Iterator[_Flaw]:
    """Yield the stickiness by cookie in traffic that the balancer passes through encrypted."""
    if not isinstance(balance.stickiness, str) or not balance.stickiness.lower().startswith(_IN_COOKIES):
        return
    for connection in facts.outgoing[component.id]:
        if any(port.tls is not None and port.tls.mode == "pass-through" for port in connection.ports):
            yield (
                f"{component.id} can't tell visitors apart by {balance.stickiness}: it passes {connection.id} through encrypted "
                "and sees no cookie",
                "End TLS at the balancer, or tell visitors apart by their address.",
                facts.flows_over[connection.id],
            )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Add stickiness by cookie, where sessions are the only mismatch and the balancer can read requests."""
    facts = context.topology
    component = facts.components[hit.subject.id]
    balance = component.balance
    if balance is None or any((*_weightless(facts, component, balance), *_blind(facts, component, balance))):
        return ()
    ports = [port for connection in facts.outgoing[component.id] for port in connection.ports]
    if not ports or any(port.protocol not in WEB or (port.tls and port.tls.mode == "pass-through") for port in ports):
        return ()
    return (Put(("components", component.id, "balance", "stickiness"), "cookie"),)


RULE = Rule(
    id="mismatched-stickiness",
    code="DNS007",
    title="Mismatched stickiness",
    severity="warning",
    category="dns",
    summary="Local sessions need stickiness that the algorithm doesn't give, or all weights are 0.",
    why=(
        "A visitor who logged in on one server is a stranger on the next. If sessions stay on the server, the "
        "balancer has to send each visitor back to it. Round robin sends half of the requests elsewhere with two "
        "servers, and the visitor sees a site that logs them out at random."
    ),
    fix="Declare what keeps a visitor on one target, or keep sessions where every target sees them.",
    limits=(
        "Doesn't check components without `sessions`, balancers without an `algorithm`, nor pools in which one "
        "replica takes all requests while the others wait. A WebSocket stays at the replica that took "
        "it. Sessions on a serverless platform are reported by `server-bound-sessions`."
    ),
    references=(
        (
            "HAProxy Configuration Tutorials, Session persistence",
            "https://www.haproxy.com/documentation/haproxy-configuration-tutorials/proxying-essentials/session-persistence/",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: A visitor sent from one to the other
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  lb: {kind: load-balancer, managed: true, replicas: 2, balance: round-robin}  # finding: mismatched-stickiness
  api: {kind: external-service, managed: true, replicas: 2, sessions: local}
connections:
  job -> lb: https
  lb -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> lb: start
      - lb -> api: start
""",
    edits=(
        ("name: A visitor sent from one to the other", "name: A visitor sent back to the same"),
        ("balance: round-robin", "balance: {algorithm: round-robin, stickiness: cookie}"),
    ),
)
