"""A job or backup of which the monitoring knows the host alone: nobody calls it, so nobody notices that it no longer runs."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.access.scraping import scraped
from archgen.analysis.monitoring import monitored, observers_of_unknown_reach
from archgen.analysis.topology import Topology
from archgen.edits.firewalls import admit_scrapes
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Append, Change
from archgen.model.kinds import AGENTS
from archgen.model.subject import Subject


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each job and backup that no observer names, where they name most of what takes part in flows."""
    facts = context.topology
    if observers_of_unknown_reach(facts):
        return
    named = _named(facts)
    if not _names_most(facts, named):
        return
    watched = monitored(facts)
    for component in (*_jobs(facts), *_backups(facts)):
        hosts = facts.hosts_of(component.id)
        # what has no host that is watched is `unmonitored`
        seen = Subject("component", component.id) in watched and named.isdisjoint((component.id, *hosts))
        if seen and not component.alerts and not _may_be_watched(facts, hosts):
            yield _hit(facts, component)


def _hit(facts: Topology, component: Component) -> Hit:
    collector = _collector(facts)
    told = (
        f"Let {collector.id} collect from {component.id} as well, by `from` of its `collects`"
        if collector
        else "Collect from it as well"
    )
    last = "the last copy" if component.kind == "backup" else "the last run"
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"If {component.id} stops, no request fails, and the monitoring collects nothing from it, only from its host and from others"
        ),
        flows=facts.flows_of[component.id] or facts.flows_through(component.backs_up),
        fix=f"{told}, and alert when {last} is too old.",
    )


def _named(facts: Topology) -> set[str]:
    """Return what observers are told to collect from or to ask, and what they call or are called by."""
    named = {name for each in facts.observers for collection in each.collects for name in collection.sources}
    for each in facts.observers:
        named.update(target for call in facts.outgoing[each.id] for target in call.targets)
        named.update(call.source for call in facts.incoming[each.id])
    return named


def _names_most(facts: Topology, named: set[str]) -> bool:
    """Return True if most components of flows on own hosts are named: then one that isn't was left out."""
    own = [each for each in facts.architecture.components if facts.flows_of[each.id] and facts.hosts_of(each.id)]
    return 2 * sum(each.id in named for each in own) > len(own)


def _jobs(facts: Topology) -> Iterator[Component]:
    """Yield what begins a flow by itself on hosts of its own, and is called in none."""
    for component in facts.architecture.components:
        kind, flows = facts.kind(component.id), facts.flows_of[component.id]
        if kind.observes or kind.foreign or facts.hops_to[component.id]:
            continue
        starts = any(hop.step.source == component.id for flow in flows for hop in facts.hops[flow][:1])
        if starts and not facts.takes_from_queue(component.id):
            yield component


def _backups(facts: Topology) -> Iterator[Component]:
    """Yield the backups on own hosts of what flows use, beside jobs of flows."""
    for component in facts.of_kind("backup"):
        if facts.flows_through(component.backs_up) and not facts.flows_of[component.id]:
            yield component


def _may_be_watched(facts: Topology, hosts: tuple[str, ...]) -> bool:
    """Return True for an agent on a host that doesn't say of each collection what it is from: that may be all there."""
    agents = (each for each in facts.observers if each.kind in AGENTS)
    return any(
        not set(hosts).isdisjoint(facts.hosts_of(agent.id))
        and not (agent.collects and all(collection.sources for collection in agent.collects))
        for agent in agents
    )


def _collector(facts: Topology) -> Component | None:
    """Return the observer that is told of most components."""
    telling = [each for each in facts.observers if any(collection.sources for collection in each.collects)]
    return max(telling, key=lambda each: sum(len(collection.sources) for collection in each.collects), default=None)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Name the job to what collects from the others, and let that in."""
    collector = _collector(context.topology)
    if collector is None:
        return ()
    admitted = admit_scrapes(context.topology, collector.id, [hit.subject.id]) if collector.kind == "monitoring" else ()
    if admitted is None or not scraped(context.topology, collector, [hit.subject.id]):
        return ()
    return (
        Append(("components", collector.id, "collects"), {"from": [hit.subject.id], "what": ["metrics"]}),
        *admitted,
    )


RULE = Rule(
    id="unwatched-job",
    code="OBS007",
    title="Job that may stop unnoticed",
    severity="info",
    category="observability",
    summary="The monitoring collects from the host of a job or a backup, and not from the job itself.",
    why=(
        "When a server stops, requests fail, and visitors or its load balancer notice. Nobody calls a job: when it no longer runs, its "
        "host is as healthy as before, and the first sign is a report that is missing, or a backup when it is needed."
    ),
    fix="Collect from the job as well, and alert when its last run is too old.",
    limits=(
        "Checks what begins a flow by itself and is called in none, and backups on own hosts, in models in which `collects` names more "
        "than half of what takes part in flows there. What stands on a host from which nothing is collected is reported by `unmonitored`. "
        "Workers that take from a queue aren't checked: its length shows that they have stopped."
    ),
    references=(
        (
            "Google SRE Book, Data Processing Pipelines: Monitoring Problems",
            "https://sre.google/sre-book/data-processing-pipelines/",
        ),
    ),
    topic="monitoring",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: The nightly report isn't watched
hosts: {s-1: {}, s-2: {}}
components:
  prices: {kind: service, runs_on: [s-1, s-2]}
  mails: {kind: service, runs_on: [s-1, s-2]}
  report: {kind: worker, runs_on: [s-1, s-2]}  # finding: unwatched-job, incomplete-model
  zabbix: {kind: monitoring, managed: true, alerts: [ops], collects: [{from: [prices, mails]}]}
connections:
  report -> prices: https
  report -> mails: https
flows:
  nightly:
    title: The nightly report
    steps:
      - report -> prices: GET
      - report -> mails: the report
""",
    edits=(
        ("isn't watched", "is watched"),
        ("from: [prices, mails]", "from: [prices, mails, report]"),
    ),
)
