"""A public web entry of which nobody knows how many requests come, how long they take and how many fail."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.monitoring import collection_of
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.change import Append, Change
from archgen.model.subject import Subject


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each entry, for the flows whose requests no web server on their path counts."""
    facts = context.topology
    for name, ways in facts.entries.items():
        taken = collection_of(facts, name)
        if taken is None:
            continue
        unseen = tuple(flow for flow, before in ways.items() if not _may_be_counted(facts, flow, before))
        if unseen:
            yield Hit(
                subject=Subject("component", name),
                message=f"Nothing measures the requests at {name}: how many come, how long they take, how many fail",
                related=tuple((Subject("component", observer), "takes no such figure") for observer in taken.observers),
                flows=unseen,
                confidence="high" if taken.named else "medium",
            )


def _may_be_counted(facts: Topology, flow: str, before: tuple[str, ...]) -> bool:
    """Return True if a component on the flow's path counts web requests, or its provider may."""
    on_way = dict.fromkeys((*before, *(target for hop in facts.hops[flow] for target in hop.step.targets)))
    for component in on_way:
        if facts.kind(component).entry:
            taken = collection_of(facts, component)
            if facts.components[component].managed or (taken is not None and taken.requests is not False):
                return True
    return False


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """The rate of requests beside what is measured at the entry already; nothing where no figure is named yet."""
    return tuple(
        Append(("components", observer.id, "collects", at, "measures"), "requests-per-second")
        for observer in (context.topology.components[subject.id] for subject, _ in hit.related)
        for at, part in enumerate(observer.collects)
        if part.measures and (not part.sources or hit.subject.id in part.sources)
    )[:1]


RULE = Rule(
    id="unmeasured-requests",
    code="OBS003",
    title="Requests are not measured",
    severity="info",
    category="observability",
    summary="A web entry without a request-rate, latency or error metric.",
    why=(
        "Processor and memory usage tell how a host is doing, not how visitors are doing. Alerts on the site's "
        "health need the number of requests per second, their duration and the share of them that fails. The same "
        "numbers tell when the site has to grow."
    ),
    fix="Measure at the entry or behind it: `measures: [requests-per-second, latency, error-rate]`.",
    limits=(
        "One measured web server, balancer or application on the flow is enough, and a managed one may be measured. "
        "Doesn't check monitorings without `measures` (requests can be counted in logs too), nor unmonitored "
        "entries, which `unmonitored` reports."
    ),
    references=(
        (
            "Google SRE Book, Monitoring Distributed Systems: the four golden signals",
            "https://sre.google/sre-book/monitoring-distributed-systems/",
        ),
        (
            "nginx documentation, ngx_http_stub_status_module",
            "https://nginx.org/en/docs/http/ngx_http_stub_status_module.html",
        ),
    ),
    topic="monitoring",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: The machine is measured
hosts:
  server-1: {}
  server-2: {}
components:
  user: {kind: client}
  filter: {kind: firewall, guards: [server-1, server-2], default: deny}
  site:  # finding: unmeasured-requests
    kind: service
    runs_on: [server-1, server-2]
    cluster: {address: {shared: 192.0.2.10}, by: vrrp, watches: process}
    rate_limit: 10/s
  agent:
    kind: monitoring-agent
    runs_on: [server-1, server-2]
    collects: [{from: site, what: [metrics, logs], measures: [cpu, memory]}]
connections:
  user -> site: https
flows:
  read-page:
    title: A visitor opens a page
    steps:
      - user -> site: GET /
""",
    edits=(
        ("name: The machine is measured", "name: The requests are measured"),
        ("memory", "memory, requests-per-second"),
    ),
)
