"""The data that monitoring collects from a component, as far as it is declared: logs and measurements of requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.model.architecture import Collection, Component, Connection, Port
from archgen.model.kinds import AGENTS, FILE_STORES, FORWARDING
from archgen.model.products import product_name, product_of
from archgen.model.protocols import UNCOUNTED
from archgen.model.subject import Subject
from archgen.reliability.failure import single_points

_OF_REQUESTS = (
    "request",
    "quer",
    "rps",
    "qps",
    "latency",
    "duration",
    "response",
    "error",
    "5xx",
    "throughput",
    "traffic",
)
"""Parts of the names of measurements of requests: their rate, their duration or their errors."""


@lru_cache(maxsize=2)
def collected_from(topology: Topology) -> frozenset[Subject]:
    """Return the hosts and components that something collects data of any kind from, unless it merely probes."""
    return _seen(topology, metrics=False)


@lru_cache(maxsize=2)
def asked_by_probes(topology: Topology) -> frozenset[Subject]:
    """Return the components that something merely asks for answers, and their hosts."""
    probers = [each for each in topology.observers if topology.only_probes(each.id)]
    names = {name for each in probers for collection in each.collects for name in collection.sources}
    names.update(name for each in probers for call in topology.outgoing[each.id] for name in call.targets)
    hosts = hosts_of_sources(topology, names)
    names.intersection_update(topology.components)
    return frozenset([*(Subject("host", host) for host in hosts), *(Subject("component", name) for name in names)])


@lru_cache(maxsize=2)
def monitored(topology: Topology) -> frozenset[Subject]:
    """Return the hosts and components that something may take metrics from: errors, traces and logs show no full disk."""
    return _seen(topology, metrics=True)


def _seen(topology: Topology, *, metrics: bool) -> frozenset[Subject]:
    """Return what observers collect from.

    An agent sees the hosts it runs on and the components it names, and any observer its callees and its callers as well.
    A host is seen if a component on it is, and a component if all its hosts are. Metrics that end in files, for which no
    monitoring asks, alert nobody.
    """
    names = {
        source
        for observer in topology.architecture.components
        if observer.collects and not topology.only_probes(observer.id)
        for collection in observer.collects
        for source in collection.sources
        if not metrics or _takes_metrics(topology, (collection,), source)
    }
    for connection in topology.architecture.connections if topology.observers else ():
        names.update(end for end, by in _observed(topology, connection) if not metrics or _measures(topology, by, end))
    hosts = hosts_of_sources(topology, names)
    names.intersection_update(topology.components)
    for observer in topology.observers:
        if observer.kind in AGENTS and not (
            metrics and (_keeps_to_logs(topology, observer) or _feeds_files_alone(topology, observer))
        ):
            hosts.update(topology.hosts_of(observer.id))
    places = {each.id: topology.hosts_of(each.id) for each in topology.architecture.components} if hosts else {}
    names.update(name for name, around in places.items() if around and hosts.issuperset(around))
    return frozenset([*(Subject("host", host) for host in hosts), *(Subject("component", name) for name in names)])


def hosts_of_sources(topology: Topology, names: Iterable[str]) -> set[str]:
    """Return the hosts of components, and those that are named themselves."""
    hosts: set[str] = set()
    for name in names:
        hosts.update(topology.hosts_of(name) if name in topology.components else (name,))
    return hosts


def _takes_metrics(topology: Topology, collections: tuple[Collection, ...], source: str | None = None) -> bool:
    """Return True if collections may include metrics, also such as are taken from logs; a device's log is what it measures."""
    if source is not None and source in topology.components and is_device(topology, source):
        return True
    return any(not each.what or each.measures or "metrics" in each.what for each in collections)


def is_device(topology: Topology, component: str) -> bool:
    """Return True for a component on a device that takes no agent, and sends its measurements and its log itself (SNMP, syslog).

    So does what passes packets on where no product is known, and nothing runs beside it: few are computers.
    """
    return _may_be_device(topology.components[component]) and all(
        is_appliance(topology, host) for host in topology.hosts_of(component)
    )


def is_appliance(topology: Topology, host: str) -> bool:
    """Return True for a host on which nothing runs but what devices do."""
    running = topology.replicas_on[host]
    return bool(running) and all(_may_be_device(topology.components[each.component]) for each in running)


def _may_be_device(component: Component) -> bool:
    forwards = component.kind in FORWARDING and product_name(component.product) not in _ON_COMPUTERS
    return product_of(component.product).appliance or forwards


_ON_COMPUTERS = (
    *(
        "ufw",
        "iptables",
        "nftables",
        "firewalld",
        "pf",
        "ipfw",
        "shorewall",
        "csf",
        "windows-firewall",
        "linux",
        "debian",
        "ubuntu",
    ),
    *(
        "openbsd",
        "freebsd",
        "pfsense",
        "opnsense",
        "vyos",
        "ipfire",
        "frr",
        "frrouting",
        "bird",
        "quagga",
        "calico",
        "cilium",
    ),
    *("wireguard", "openvpn", "strongswan", "tailscale", "headscale", "kubernetes"),
)
"""Programs that pass packets on, on a computer that runs others too."""


def takes_metrics(topology: Topology, observer: Component) -> bool:
    """Return True for an observer that may measure something: one that doesn't declare to take other data alone."""
    return not observer.collects or _takes_metrics(topology, observer.collects)


def _measures(topology: Topology, observer: str, source: str) -> bool:
    """Return True unless an observer declares to take other data than metrics from a component that it is connected with."""
    collects = topology.components[observer].collects
    own = tuple(_of(collects, source)) or collects
    return not own or _takes_metrics(topology, own, source)


def _keeps_to_logs(topology: Topology, agent: Component) -> bool:
    """Return True for an agent that takes no metrics of the hosts that it runs on; many a collector of logs does as well.

    One that says that it takes logs alone of what runs beside it takes nothing else of its host, unless monitoring asks it.
    """
    own = tuple(each for each in agent.collects if not each.sources)
    if own:
        return not _takes_metrics(topology, own)
    if agent.kind != "log-collector":
        return False
    beside = tuple(each for each in agent.collects if any(_shares_host(topology, agent, name) for name in each.sources))
    alone = bool(beside) and not _takes_metrics(topology, agent.collects) and not _gives_metrics(topology, agent)
    return alone or agent.product is None or product_of(agent.product).logs_only


def _feeds_files_alone(topology: Topology, agent: Component) -> bool:
    """Return True for an agent beside a monitoring, if all that it sends ends in files, and no monitoring asks it, or for these."""
    monitorings = {each.id for each in topology.observers if each.kind not in AGENTS}
    fed, waiting = {agent.id: None}, [agent.id]
    for name in waiting:
        calls = topology.outgoing[name]
        asking = (call.source for call in topology.incoming[name])
        ends_elsewhere = not calls and topology.kind(name).id not in FILE_STORES
        if ends_elsewhere or not monitorings.isdisjoint((name, *asking)):
            return False
        further = dict.fromkeys(target for call in calls for target in call.targets if target not in fed)
        waiting += further
        fed |= further
    return bool(monitorings)


def _gives_metrics(topology: Topology, agent: Component) -> bool:
    """Return True for an agent that monitoring asks for what it measures."""
    asking = {call.source for call in topology.incoming[agent.id] if topology.kind(call.source).id == "monitoring"}
    return any(not topology.only_probes(name) and _measures(topology, name, agent.id) for name in asking)


def _observed(topology: Topology, connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield the ends of a connection that an observer at its other end collects data from, and the observer."""
    source = connection.source
    if topology.kind(source).observes:
        if not topology.only_probes(source):
            yield from ((target, source) for target in connection.targets if not topology.kind(target).observes)
    elif connection.id not in topology.looks:
        for target in connection.targets:
            if topology.kind(target).observes and not topology.only_probes(target):
                yield source, target


def observers_of_unknown_reach(topology: Topology) -> tuple[str, ...]:
    """Return the observers that run on no declared host and name nothing that they collect from.

    An agent or collector calls none of it either; a monitoring has no connection at all, and is the only one that may collect.
    """
    reaching = [each for each in topology.observers if not each.collects and not topology.hosts_of(each.id)]
    alone = sum(_may_collect(each) for each in topology.observers) == 1
    return tuple(
        each.id for each in reaching if (each.kind in AGENTS or alone) and _is_of_unknown_reach(topology, each)
    )


def _is_of_unknown_reach(topology: Topology, observer: Component) -> bool:
    calls = (*topology.outgoing[observer.id], *topology.incoming[observer.id])
    if observer.kind in AGENTS:
        return not any(any(_observed(topology, call)) for call in calls)
    return not calls and _may_collect(observer)


def _may_collect(observer: Component) -> bool:
    """Return True unless an observer asks for answers, shows what others measured, or passes alerts on."""
    product = product_of(observer.product)
    return not (observer.probes or product.probes_only or product.shows)


class Collected(Struct, frozen=True):
    """The data collected from a component: None where something collects and doesn't declare what.

    `observers` are the components that collect; `named` is True if any of them names this component or its host.
    """

    observers: tuple[str, ...]
    logs: bool | None
    requests: bool | None
    named: bool


def collection_of(topology: Topology, component: str) -> Collected | None:
    """Return the data collected from a component; None where nothing collects from it at all."""
    observers = tuple(observer for observer in topology.observers if _watches(topology, observer, component))
    if not observers:
        return None
    logs: list[bool | None] = []
    requests: list[bool | None] = []
    named = False
    for observer in observers:
        statements = tuple(_of(observer.collects, component))
        named = named or bool(statements)
        if observer.kind == "log-collector" and not statements:
            logs.append(True)
            requests.append(None)
        elif not observer.collects:
            logs.append(None)
            requests.append(None)
        for statement in statements:
            logs.append("logs" in statement.what if statement.what else None)
            requests.append(_counts_requests(statement))
    return Collected(tuple(observer.id for observer in observers), _any(logs), _any(requests), named)


def _counts_requests(collection: Collection) -> bool | None:
    """Return True if a collection counts requests; None where it takes metrics or logs, and names no measurement."""
    if "traces" in collection.what or any(
        word in measure.lower() for measure in collection.measures for word in _OF_REQUESTS
    ):
        return True
    if collection.measures:
        return False
    return None if {"metrics", "logs"}.intersection(collection.what) or not collection.what else False


def _any(answers: list[bool | None]) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False


def _watches(topology: Topology, observer: Component, component: str) -> bool:
    """Return True if an observer names a component, runs on a host of it as an agent, or is connected with it to collect."""
    if observer.id == component or topology.only_probes(observer.id):
        return False
    if any(component in collection.sources for collection in observer.collects) or _shares_host(
        topology, observer, component
    ):
        return True
    calls = any(component in call.targets for call in topology.outgoing[observer.id])
    return calls or any(
        observer.id in call.targets and call.id not in topology.looks for call in topology.outgoing[component]
    )


def _shares_host(topology: Topology, observer: Component, component: str) -> bool:
    hosts = topology.hosts_of(component)
    return observer.kind != "monitoring" and any(host in hosts for host in topology.hosts_of(observer.id))


def _of(collects: tuple[Collection, ...], component: str) -> Iterator[Collection]:
    """Yield the collections that are declared for a component, by its name or for all that an observer watches."""
    for collection in collects:
        if component in collection.sources or not collection.sources:
            yield collection


def keeps_logs_alone(topology: Topology, component: Component) -> bool:
    """Return True for a store of logs: collectors of logs alone feed it, and it alerts nobody."""
    feeding = {topology.kind(call.source).id for call in topology.incoming[component.id]}
    return feeding == {"log-collector"} and not (component.alerts or component.probes)


@lru_cache(maxsize=2)
def points_beside_monitoring(topology: Topology) -> Mapping[str, frozenset[Subject]]:
    """Return the single points of failure of the flows that look at monitoring, as they were if no monitoring ever failed."""
    plans = topology.losses.plans.items()
    used = {flow: (plan, topology.observing.intersection(plan.members)) for flow, plan in plans}
    return {flow: frozenset(single_points(plan.sparing(own))) for flow, (plan, own) in used.items() if own}


def alerted_people(facts: Topology) -> tuple[str, ...]:
    """Return whom a new monitoring may alert: those whom another does, else those on call."""
    return next((each.alerts for each in facts.architecture.components if each.alerts), ("on-call",))


def measuring_monitoring(topology: Topology) -> Component | None:
    """Return the monitoring that takes measurements of others."""
    watchers = (each for each in topology.architecture.components if each.kind == "monitoring")
    return next((each for each in watchers if takes_measurements(topology, each)), None)


def asks_agents(topology: Topology) -> tuple[Component, Port] | None:
    """Return that monitoring and the port on which its product asks agents; None for one that waits for what they send."""
    watcher = measuring_monitoring(topology)
    agents_at = product_of(watcher.product).agents_at if watcher is not None else None
    return (watcher, Port(*agents_at)) if watcher is not None and agents_at is not None else None


def takes_measurements(topology: Topology, observer: Component) -> bool:
    """Return True unless an observer only asks for answers, takes other data, shows measurements or passes alerts on."""
    measures = takes_metrics(topology, observer) and not topology.only_probes(observer.id)
    return measures and not product_of(observer.product).shows


def agent_of_hosts(topology: Topology, unwatched: Iterable[str]) -> Component | None:
    """Return the agent that runs on each host that it watches; one on those that nothing measures takes other data than metrics."""
    agents = (each for each in topology.of_kind("monitoring-agent") if each.replicas)
    placed = (each for each in agents if all(len(own.hosts) == 1 and not own.floating for own in each.replicas))
    return next((each for each in placed if {*topology.hosts_of(each.id)}.isdisjoint(unwatched)), None)


def collector_by_name(topology: Topology) -> Component | None:
    """Return what takes measurements of components wherever they are: an agent of no host, else a monitoring that pulls."""
    collectors = (each for each in topology.architecture.components if _collects_by_name(each))
    measuring = (each for each in collectors if takes_measurements(topology, each))
    return min(measuring, key=lambda component: component.kind != "monitoring-agent", default=None)


def _collects_by_name(component: Component) -> bool:
    if component.kind == "monitoring-agent":
        return not any(replica.hosts for replica in component.replicas) and not component.managed
    return component.kind == "monitoring" and (tells_sources(component) or not component.managed)


def tells_sources(collector: Component) -> bool:
    """Return True for what is told from where it collects, and can be told of more."""
    return collector.kind == "monitoring-agent" or any(collection.sources for collection in collector.collects)


_WITHOUT_REQUESTS = (*FORWARDING, "bastion", "backup", "worker", "scheduler", "log-collector")
"""The kinds that answer no requests: packets, sessions of administrators, jobs and logs are none."""


def answers_requests(topology: Topology, name: str) -> bool:
    """Return True for what others call, in a protocol that has requests to count: a controller gets orders, and a sensor no call."""
    calls = (call for call in topology.incoming[name] if not topology.kind(call.source).observes)
    spoken = (not call.ports or any(port.protocol not in UNCOUNTED for port in call.ports) for call in calls)
    return topology.kind(name).id not in _WITHOUT_REQUESTS and any(spoken)
