"""The monitoring stands on a host, or in a zone, of what it watches, and goes down with it."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule
from archgen.model.architecture import Component
from archgen.model.finding import Subject
from archgen.model.wording import listed


def check(facts: Topology) -> Iterator[Hit]:
    """One hit a monitoring, unless another one stands apart from what the flows need."""
    monitors = [one for one in facts.architecture.components if one.kind == "monitoring"]
    shared = {one.id: _shared(facts, one) for one in monitors}
    if all(shared.values()):
        for monitor in monitors:
            yield _hit(facts, monitor, shared[monitor.id])


def _shared(facts: Topology, monitor: Component) -> tuple[Subject, ...]:
    """The hosts that the monitoring has in common with what it watches, if it has no other; else such a zone."""
    if monitor.managed:
        return ()
    own = facts.hosts_of(monitor.id)
    if all(_works(facts, host) for host in own):
        return tuple(Subject("host", host) for host in own)
    inside = frozenset.intersection(*(facts.index.shared_zones(one) for one in monitor.replicas))
    for zone in facts.zones:
        several = sum(one.kind == facts.zones[zone].kind for one in facts.zones.values()) > 1
        if zone in inside and several and any(facts.losses.holds_all(zone, flow) for flow in facts.flows):
            return (Subject("zone", zone),)
    return ()


def _works(facts: Topology, host: str) -> bool:
    """Whether something that a flow needs stands on a host that is watched."""
    on_flows = any(facts.flows_of[one.component] for one in facts.replicas_on[host])
    return on_flows and Subject("host", host) in facts.watched


def _hit(facts: Topology, monitor: Component, shared: tuple[Subject, ...]) -> Hit:
    places = listed([one.id for one in shared])
    if shared[0].kind == "host":
        stands = f"on {places}, which it watches"
        flows = facts.flows_through([one.component for place in shared for one in facts.replicas_on[place.id]])
    else:
        flows = tuple(flow for flow in facts.flows if facts.losses.holds_all(shared[0].id, flow))
        stands = f"in {places} with every replica of {listed(flows)}"
    return Hit(
        subject=Subject("component", monitor.id),
        message=f"{monitor.title} stands {stands}, so it is silent when {places} {'goes' if len(shared) == 1 else 'go'} down",
        related=tuple((one, "is watched from within") for one in shared),
        flows=flows,
    )


RULE = Rule(
    id="monitoring-shares-fate",
    code="OBS002",
    title="Monitoring shares the fate of what it watches",
    severity="warning",
    category="observability",
    summary="The monitoring lives on a host or in a zone of what it watches.",
    why=(
        "The outage that a monitoring has to report is the one that takes it along: the host is gone, the screen is green "
        "because nothing arrives any more, and nobody is called."
    ),
    fix="Run the monitoring on a host of its own in another zone, or let somebody else run it; and let it be watched in turn.",
    limits="Silent where a second monitoring stands apart, and where the monitoring's hosts are not told.",
    references=(
        (
            "Prometheus documentation, Alerting best practices (metamonitoring)",
            "https://prometheus.io/docs/practices/alerting/",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: The watch stands on what it watches
hosts:
  server-1: {}
  server-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: other, runs_on: [server-1, server-2]}
  watch: {kind: monitoring, runs_on: server-1, alerts: [operations]}  # finding: monitoring-shares-fate
connections:
  job -> api: https
  watch -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    good="""\
archgen: 1
name: The watch stands apart
hosts:
  server-1: {}
  server-2: {}
  watch-1: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: other, runs_on: [server-1, server-2]}
  watch: {kind: monitoring, runs_on: watch-1, alerts: [operations]}
connections:
  job -> api: https
  watch -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
)
