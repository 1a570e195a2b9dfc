"""A balancer does not look whether its targets work, or looks in a way that cannot see that they do not."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule
from archgen.model.architecture import Component
from archgen.model.change import Change, Put
from archgen.model.finding import Subject
from archgen.model.wording import listed

_WEB = ("http", "https", "http2", "http3", "ws", "wss", "grpc")
_PORT_ONLY = ("tcp", "port", "connect", "ping", "icmp", "syn", "l4", "layer 4", "tcp-check")
_ANSWERS = ("get ", "head ", "options ", "http", "/", "grpc", "200")


def check(facts: Topology) -> Iterator[Hit]:
    """One hit a balancer with several targets to choose from."""
    for component in facts.architecture.components:
        if component.balance is None or component.balance.backup:
            continue
        pool = _pool(facts, component)
        if len(pool) < 2:
            continue
        targets = tuple(dict.fromkeys(facts.replicas[one].component for one in pool))
        if component.balance.health_check is False:
            yield _hit(
                facts,
                component,
                targets,
                f"{component.id} checks nobody's health: while one of {listed(pool)} is down, its share of the requests "
                "fails",
            )
        elif _sees_ports_only(component.balance.health_check) and _speaks_http(facts, component):
            yield _hit(
                facts,
                component,
                targets,
                f"the health check of {component.id} ({component.balance.health_check}) sees an open port only, so one "
                f"of {listed(pool)} that answers every request with an error keeps its share of them",
            )


def _pool(facts: Topology, component: Component) -> tuple[str, ...]:
    """The replicas that a component spreads requests of flows over."""
    found: dict[str, None] = {}
    for connection in facts.outgoing[component.id]:
        if connection.locality is None and facts.flows_over[connection.id]:
            for target in connection.targets:
                one = facts.components[target]
                if one.kind != "dns" and not facts.kind(target).observes and not one.managed:
                    found.update(dict.fromkeys(replica.id for replica in one.replicas))
    return tuple(found)


def _sees_ports_only(check: str | bool | None) -> bool:
    if not isinstance(check, str):
        return False
    text = check.strip().lower()
    return text.startswith(_PORT_ONLY) and not any(word in text for word in _ANSWERS)


def _speaks_http(facts: Topology, component: Component) -> bool:
    used = (one for one in facts.outgoing[component.id] if facts.flows_over[one.id])
    return any(port.protocol in _WEB for connection in used for port in connection.ports)


def _hit(facts: Topology, component: Component, targets: tuple[str, ...], message: str) -> Hit:
    return Hit(
        subject=Subject("component", component.id),
        message=message,
        related=tuple((Subject("component", one), "takes requests unchecked") for one in targets),
        flows=facts.flows_through([component.id]),
    )


def mend(facts: Topology, hit: Hit) -> tuple[Change, ...]:
    """A check that asks the targets for an answer, where they speak HTTP."""
    if not _speaks_http(facts, facts.components[hit.subject.id]):
        return ()
    return (Put(("components", hit.subject.id, "balance", "health_check"), "GET /health"),)


RULE = Rule(
    id="unchecked-backend",
    code="REL010",
    title="Unchecked backend",
    severity="warning",
    category="reliability",
    summary="A balanced pool has no health check, or one that cannot see the failure.",
    why=(
        "Redundancy behind a balancer works only if the balancer learns that a server is gone. Without a check every "
        "second visitor of two servers meets the dead one; with a check of the port alone, a server whose application "
        "fails, and answers that very fast, even draws the traffic to itself under least-connections."
    ),
    fix="Check what the visitors ask for: `health_check: GET /health`, answered by the application with its database.",
    limits="Silent where the model does not say how health is checked, and on pools that somebody else runs.",
    references=(
        (
            "HAProxy Configuration Tutorials, Health checks",
            "https://www.haproxy.com/documentation/haproxy-configuration-tutorials/reliability/health-checks/",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Nobody looks  # finding: unmonitored
hosts:
  app-1: {}
  app-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  lb:  # finding: unchecked-backend
    kind: load-balancer
    managed: true
    replicas: 2
    balance: {algorithm: round-robin, health_check: false}
  api: {kind: service, runs_on: [app-1, app-2]}
connections:
  job -> lb: https
  lb -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> lb: POST /run
      - lb -> api: POST /run
""",
    good="""\
archgen: 1
name: Somebody looks  # finding: unmonitored
hosts:
  app-1: {}
  app-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  lb:
    kind: load-balancer
    managed: true
    replicas: 2
    balance: {algorithm: round-robin, health_check: GET /health}
  api: {kind: service, runs_on: [app-1, app-2]}
connections:
  job -> lb: https
  lb -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> lb: POST /run
      - lb -> api: POST /run
""",
)
