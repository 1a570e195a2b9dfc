"""A host or component on a flow that no monitoring collects metrics from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from archgen.analysis.access.scraping import scraped
from archgen.analysis.exposure import gateways
from archgen.analysis.monitoring import (
    agent_of_hosts,
    answers_requests,
    asks_agents,
    collected_from,
    collector_by_name,
    hosts_of_sources,
    is_appliance,
    measuring_monitoring,
    monitored,
    observers_of_unknown_reach,
    takes_measurements,
    takes_metrics,
    tells_sources,
)
from archgen.analysis.regions import providers_unseen
from archgen.analysis.topology import Topology
from archgen.edits.changes import AddReplica
from archgen.edits.firewalls import admit_from, admit_scrapes, admit_to, refuse_scrapes
from archgen.edits.patch import patch_of
from archgen.edits.remedy import MEASURED, new_agent
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.change import Append, Change, Put
from archgen.model.kinds import AGENTS, FILE_STORES
from archgen.model.products import product_name, product_of
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model that lists the unmonitored elements; an error without any monitoring."""
    facts = context.topology
    if any(facts.kind(name).id in AGENTS for name in observers_of_unknown_reach(facts)):
        # they may collect from everything, which is asked for (`incomplete-model`)
        return
    yield from _at_other_providers(facts)
    ways_in = gateways(facts)
    running = _running(facts, ways_in)
    on_flows, bare = _own(facts, running)
    watched = monitored(facts)
    hosts = {host: subject for host in on_flows if (subject := Subject("host", host)) not in watched}
    hosts |= {host: Subject("host", host) for host in _log_servers(facts)}
    forgotten = _forgotten(facts)
    bare += forgotten
    parts = {part: subject for part in bare if (subject := Subject("component", part)) not in watched}
    if not hosts and not parts:
        return
    names = listed([*hosts, *parts])
    nobody = not facts.observers
    lacking = "nothing" if collected_from(facts).isdisjoint((*hosts.values(), *parts.values())) else "no metrics"
    unseen = [
        component.id
        for component in running
        if component.id in parts or not hosts.keys().isdisjoint(facts.hosts_of(component.id))
    ]
    yield Hit(
        subject=Subject("model", facts.architecture.id),
        message=f"Nothing monitors {names}" if nobody else f"The monitoring collects {lacking} from {names}",
        related=tuple((element, "is not monitored") for element in (*hosts.values(), *parts.values())),
        flows=_flows(facts, running, unseen, ways_in),
        fix=_advise(
            facts,
            [*hosts, *parts],
            [*hosts],
            rented=not hosts and parts.keys() <= {*forgotten},
            nobody=nobody,
        ),
        case="nothing" if nobody else None,
    )


def _at_other_providers(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each provider whose services the monitoring of another one isn't told of."""
    for provider, names in providers_unseen(facts).items():
        yield Hit(
            subject=Subject("zone", provider),
            message=f"No monitoring is declared that sees {listed(names)} at {provider}",
            related=tuple((Subject("component", name), "is not monitored") for name in names),
            flows=facts.flows_through(names),
            fix=f"Let the monitoring of {provider} alert the same people, and declare it (`kind: monitoring`), or collect from there.",
            case="provider",
        )


def _advise(facts: Topology, names: Sequence[str], hosts: Sequence[str], *, rented: bool, nobody: bool) -> str | None:
    """Return the fix in the way in which the model's own monitoring works; None for the rule's."""
    if rented:
        return f"List {listed(names)} under `from` of what collects from others of the same product."
    each = names[0] if len(names) == 1 else "each of them"
    if nobody:
        return _FIX.replace("each of them", each) if len(names) == 1 else None
    below, asking = _hypervisors(facts, hosts), _asking(facts)
    if asking is None or not below:
        advice = _in_its_way(facts, each, names, [host for host in hosts if not is_appliance(facts, host)])
        return f"{advice}{refuse_scrapes(facts, hosts)}"
    others = [name for name in names if name not in below]
    if not others:
        return _ask_manager(asking, each)
    running = [host for host in hosts if host not in below and not is_appliance(facts, host)]
    advice = f"{_ask_manager(asking, listed(below))} {_in_its_way(facts, listed(others), others, running)}"
    return f"{advice}{refuse_scrapes(facts, hosts)}"


def _hypervisors(facts: Topology, hosts: Iterable[str]) -> list[str]:
    """Return those of some hosts that carry virtual ones: few take an agent (ESXi, Hyper-V). None if the model's agent is on any."""
    below = {host.runs_on for host in facts.hosts.values()}
    agents = {host for each in facts.of_kind("monitoring-agent") for host in facts.hosts_of(each.id)}
    return [host for host in hosts if host in below] if below.isdisjoint(agents) else []


def _asking(facts: Topology) -> Component | None:
    """Return what can ask the manager of hypervisors: the monitoring that measures, else what takes measurements by name."""
    return measuring_monitoring(facts) or collector_by_name(facts)


def _ask_manager(asking: Component, each: str) -> str:
    return (
        f"Let {asking.id} collect from {each} through the interface of what manages it (vCenter, SCVMM, Proxmox VE), by `from` of its "
        "`collects`: few hypervisors take an agent."
    )


def _in_its_way(facts: Topology, each: str, names: Sequence[str], hosts: Sequence[str]) -> str:
    """Return whom the model's agents, or its monitoring that collects without any, have to watch too; agents suit no device."""
    agent, collector = agent_of_hosts(facts, hosts), collector_by_name(facts)
    if hosts and agent is not None:
        return f"Run {agent.id} on {each} too, by its `runs_on`."
    collector = collector or agent
    if collector is not None and (not hosts or tells_sources(collector)):
        return f"Let {collector.id} collect from {each} too, by `from` of its `collects`."
    if (called := _called_by_monitoring(facts)) is not None:
        own = f"Let {called[0]} collect from {each}, as it does from {called[1]}"
        return f"{own}, or run a monitoring client there (`kind: monitoring-agent`)."
    asking = asks_agents(facts)
    if asking is not None:
        name, port = asking[0].id, asking[1].port
        rest = listed([element for element in names if element not in hosts])
        if not hosts:
            return f"Let {name} collect from {each}, by `from` of its `collects`."
        own, devices = (
            (listed(hosts), f"; let it collect from {rest} by `from` of its `collects`") if rest else (each, "")
        )
        return (
            f"Run an agent of {name} on {own} (`kind: monitoring-agent`), which {name} calls on port {port}{devices}."
        )
    watcher = measuring_monitoring(facts)
    if watcher is not None:
        return f"Run a monitoring client on {each} (`kind: monitoring-agent`), which sends what it collects to {watcher.id}."
    return _FIX.replace("each of them", each)


def _called_by_monitoring(facts: Topology) -> tuple[str, str] | None:
    """Return a monitoring that collects by its own calls, and from what; None for one that calls agents, or nothing."""
    observers = (each for each in facts.of_kind("monitoring") if takes_measurements(facts, each))
    calls = ((each.id, target) for each in observers for call in facts.outgoing[each.id] for target in call.targets)
    return next(((name, target) for name, target in calls if not facts.kind(target).observes), None)


def _running(facts: Topology, ways_in: Iterable[str]) -> list[Component]:
    """Return what has to be watched: what takes part in flows, or stands behind, backs up their stores, and leads or guards the ways in."""
    running = [component for component in facts.architecture.components if facts.flows_of[component.id]]
    running += _behind(facts, running)
    running += _backups(facts)
    running += _bastions(facts)
    return running + [facts.components[name] for name in ways_in]


def _flows(
    facts: Topology, running: list[Component], unseen: list[str], ways_in: dict[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Return the flows of what is not monitored, of what it promotes, and of the networks that it guards."""
    silent = frozenset(unseen)
    own = {*facts.flows_through([*unseen, *(each.id for each in running if _promoter(each) in silent)])}
    own.update(flow for flow, members in facts.losses.members.items() if not members.isdisjoint(silent))
    own.update(flow for name in unseen for flow in ways_in.get(name, ()))
    own.update(facts.flows_through([source for name in unseen for source in facts.components[name].backs_up]))
    return facts.in_order(own)


def _backups(facts: Topology) -> list[Component]:
    """Return what backs up the data of flows on a host, beside a monitoring: one that isn't watched fails until it is needed."""
    if not facts.observers:
        return []
    return [
        each
        for each in facts.architecture.components
        if not each.alerts and facts.hosts_of(each.id) and facts.flows_through(each.backs_up)
    ]


def _bastions(facts: Topology) -> list[Component]:
    """Return the bastions beside a monitoring that nothing watches: who attacks one, or fills its disk, locks administrators out."""
    bastions = facts.of_kind("bastion") if facts.observers else ()
    used = (each for each in bastions if facts.incoming[each.id] or facts.outgoing[each.id])
    return _beside_monitoring(facts, (each for each in used if facts.hosts_of(each.id)))


def _beside_monitoring(facts: Topology, components: Iterable[Component]) -> list[Component]:
    """Return which of some components stand on no host of a monitoring, which people watch; an agent watches its own host alone."""
    observers = (each for each in facts.observers if each.kind not in AGENTS and takes_metrics(facts, each))
    seers = {host for observer in observers for host in facts.hosts_of(observer.id)}
    return [each for each in components if seers.isdisjoint(facts.hosts_of(each.id))]


def _forgotten(facts: Topology) -> list[str]:
    """Return the managed stores of flows that nothing collects from, though it does from others of the same product.

    A provider measures the memory of each of them, and who isn't told doesn't look.
    """
    if any(each.kind == "monitoring" and not _names_all(each) for each in facts.observers):
        return []
    named = {name for each in facts.observers for collection in each.collects for name in collection.sources}
    rented = [each for each in facts.architecture.components if each.managed and each.product is not None]
    seen = {product_name(each.product) for each in rented if each.id in named}
    return [
        each.id
        for each in rented
        if product_name(each.product) in seen and facts.kind(each.id).stores and each.kind not in FILE_STORES
        if facts.flows_of[each.id] and not facts.hosts_of(each.id)
    ]


def _names_all(observer: Component) -> bool:
    """Return True for what is told of each component from which it collects."""
    return bool(observer.collects) and all(collection.sources for collection in observer.collects)


def _log_servers(facts: Topology) -> list[str]:
    """Return the hosts of what takes the logs of others, and of nothing that measures: while it is down unnoticed, they are lost.

    It watches others, and itself as little as its host does. The host of a monitoring is watched by people.
    """
    servers = [each for each in facts.of_kind("log-collector") if _takes_logs(facts, each)]
    others = [each for each in facts.observers if each.kind != "log-collector"]
    if not others:
        return []
    named = {name for each in others for collection in each.collects for name in collection.sources}
    called = {name for each in others for call in facts.outgoing[each.id] for name in call.targets}
    seen = hosts_of_sources(facts, (*named, *called, *(each.id for each in others)))
    replicas = (replica for server in servers for replica in server.replicas)
    hosts = dict.fromkeys(replica.hosts[0] for replica in replicas if len(replica.hosts) == 1)
    return [host for host in hosts if host not in seen]


def _takes_logs(facts: Topology, component: Component) -> bool:
    """Return True for a server of logs, which others send to it or it collects; an agent has those of its own host."""
    return component.id not in facts.index.agents and bool(component.collects or facts.incoming[component.id])


def _promoter(component: Component) -> str | None:
    return component.replication.by if component.replication is not None else None


def _behind(facts: Topology, running: list[Component]) -> list[Component]:
    """Return what stands behind flows, and in no step: what resolves their names, promotes their stores, and what that asks.

    While a promoter is down unnoticed, the next failover doesn't happen.
    """
    names = {_promoter(each) for each in running}.union(*facts.losses.members.values()).difference(
        each.id for each in running
    )
    return _beside_monitoring(facts, (each for each in facts.architecture.components if each.id in names))


def _own(facts: Topology, running: list[Component]) -> tuple[list[str], list[str]]:
    """The hosts of what takes part in a flow, the machines below them, and the parts without a host; not what others run."""
    own = [component for component in running if component.kind != "client" and not component.managed]
    hosts = {host for component in own for host in facts.hosts_of(component.id)}
    hosts |= {below for host in hosts for below in facts.index.hosts_below(host)}
    return [host for host in facts.hosts if host in hosts], [
        component.id for component in own if not facts.hosts_of(component.id)
    ]


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """An agent on each host that is not watched; what has no host is named to what collects already, or to a new agent."""
    facts = context.topology
    hosts = [subject.id for subject, _ in hit.related if subject.kind == "host"]
    bare = [subject.id for subject, _ in hit.related if subject.kind == "component"]
    if hit.case == "provider" or any(facts.kind(component).observes for component in bare):
        # who watches the monitoring, or at another provider, is for people to say: a call of it is no observation
        return ()
    closed = [host for host in hosts if is_appliance(facts, host)]
    below, asking = _hypervisors(facts, hosts), _asking(facts)
    below = below if asking is not None else []
    hosts = [host for host in hosts if host not in (*closed, *below)]
    bare += dict.fromkeys(replica.component for host in closed for replica in facts.replicas_on[host])
    agent, collector = agent_of_hosts(facts, hosts), collector_by_name(facts)
    if hosts and agent is None and collector is not None and tells_sources(collector):
        bare += [name for name in _on_hosts(facts, hosts) if name not in bare]
        hosts = []
    changes: list[Change] = []
    if asking is not None and below:
        path, statement = ("components", asking.id, "collects"), {"from": below, "what": ["metrics"]}
        changes.append(Append(path, statement) if asking.collects else Put(path, [statement]))
    if agent is not None:
        changes += patch_of(facts, *(AddReplica(agent.id, host) for host in hosts))
        changes += (*admit_from(facts, agent.id, hosts), *admit_to(facts, agent.id, hosts))
    collector = collector or (agent if bare else None)
    bare = scraped(facts, collector, bare)
    if bare and collector is not None:
        changes += _collect(facts, collector, bare)
        admitted = admit_scrapes(facts, collector.id, bare) if collector.kind == "monitoring" else ()
        if admitted is None:
            return ()
        changes += admitted
        bare = []
    return (*changes, *new_agent(facts, () if agent is not None else hosts, bare))


def _on_hosts(facts: Topology, hosts: list[str]) -> list[str]:
    """Return the own components on some hosts that have to be watched."""
    running = {component.id: component for component in _running(facts, gateways(facts)) if not component.managed}
    running |= {each.id: each for each in facts.of_kind("log-collector") if _takes_logs(facts, each)}
    return [name for name in running if not set(hosts).isdisjoint(facts.hosts_of(name))]


def _collect(facts: Topology, collector: Component, components: list[str]) -> list[Change]:
    """Return the changes with which a collector takes data from components too; only of what answers requests, their numbers."""
    path = ("components", collector.id, "collects")
    what = ["metrics"] if product_of(collector.product).figures_only else MEASURED["what"]
    # a witness or an observer votes, and answers nobody else
    voting = {each.replication.by for each in facts.components.values() if each.replication is not None}
    voting = {name for name in components if name in voting and not facts.hops_to[name]}
    silent = [name for name in components if name in voting or not answers_requests(facts, name)]
    answering = [name for name in components if name not in silent]
    statements: list[dict[str, list[str]]] = [{"from": answering} | MEASURED | {"what": what}] if answering else []
    statements += [{"from": silent, "what": what}] if silent else []
    if not collector.collects:
        return [Put(path, statements)]
    return [Append(path, statement) for statement in statements]


_FIX = (
    "Run a monitoring client on each of them (`kind: monitoring-agent`), and a monitoring that takes what it collects and alerts "
    "(`kind: monitoring`)."
)

RULE = Rule(
    id="unmonitored",
    code="OBS001",
    title="Not monitored",
    severity="warning",
    cases=(("nothing", "error"), ("provider", "info")),
    category="observability",
    summary="No monitoring collects metrics from a host or component of a flow, or from a host of its backups, logs or bastions.",
    why=(
        "A component without monitoring fails unnoticed: visitors are the first to know, the disk fills up, and "
        "after the outage there are no measurements to learn from. A host is monitored when a client on it collects, "
        "or when the monitoring collects from a component on it: metrics, as errors, traces and logs show no full disk."
    ),
    fix=_FIX,
    limits=(
        "Skips managed components, which their provider monitors, unless another store of the same product is collected from, or all "
        "monitoring is that of another provider. "
        "Doesn't check models with a collector that doesn't say what it "
        "collects from, which `incomplete-model` asks for. Doesn't check whether the collected measurements "
        "are the right ones."
    ),
    references=(
        (
            "Google SRE Book, Monitoring Distributed Systems",
            "https://sre.google/sre-book/monitoring-distributed-systems/",
        ),
    ),
    topic="monitoring",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: One server is not watched  # finding: unmonitored
hosts:
  server-1: {}
  server-2: {}
components:
  job: {kind: service, runs_on: [server-1, server-2]}
  api: {kind: other, runs_on: [server-1, server-2]}
  agent: {kind: monitoring-agent, runs_on: server-1}
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: One server is not watched", "name: Both servers are watched"),
        ("runs_on: server-1", "runs_on: [server-1, server-2]"),
    ),
)
