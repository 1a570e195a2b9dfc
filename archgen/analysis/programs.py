"""The code bases of components, installations of a product's processes, servers that others hand out, and who asks or fills a store."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archgen.analysis.exposure import hands_on_queries, stores_reached
from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection
from archgen.model.products import product_name, product_of
from archgen.model.runtimes import is_build_agent, runs_any_code
from archgen.reliability.requests import takes_job


def codebase_of(topology: Topology, component: str) -> str:
    """Return the code base of a component: the declared one, its image, or the first of those that take turns with it."""
    own = topology.components[component]
    return own.codebase or _repository(own) or topology.first_in_turn.get(component, component)


def holds_sessions(topology: Topology, component: Component) -> bool:
    """Return True for a cache that a program with shared sessions asks for them, as a step says."""
    asking = (
        hop for hop in topology.hops_to[component.id] if topology.components[hop.step.source].sessions == "shared"
    )
    return component.kind == "cache" and any("session" in (hop.step.message or "").casefold() for hop in asking)


def is_spread_by_clients(component: Component) -> bool:
    """Return True for a cache of which each client knows all servers, and asks another one for the keys of one that is gone."""
    return component.kind == "cache" and not component.managed and product_name(component.product) == "memcached"


def installations(topology: Topology, processes: list[str]) -> dict[str, str]:
    """Return the first process of the installation of each process of a product.

    What works together is one installation. Processes apart are one too if each has a task of its own, as a site and its worker; two of
    one kind are two sites.
    """
    installations: list[list[str]] = []
    for process in processes:
        joined = [own for own in installations if any(_work_together(topology, process, other) for other in own)]
        installations = [own for own in installations if own not in joined]
        installations.append([*(other for own in joined for other in own), process])
    kinds = [kind for own in installations for kind in {topology.kind(process).id for process in own}]
    if len(kinds) == len(set(kinds)):
        installations = [processes]
    return {process: min(own, key=processes.index) for own in installations for process in own}


def _work_together(topology: Topology, process: str, other: str) -> bool:
    """Return True if one of two components calls the other, a flow needs both, or visitors come to both by one name."""
    calls = any(other in call.targets for call in topology.outgoing[process])
    is_called = any(process in call.targets for call in topology.outgoing[other])
    return (
        calls
        or is_called
        or not set(topology.flows_of[process]).isdisjoint(topology.flows_of[other])
        or not _domains(topology, process).isdisjoint(_domains(topology, other))
    )


def _domains(topology: Topology, component: str) -> set[str]:
    """Return the names by which visitors come to a component."""
    domains = (topology.flows[flow].domain for flow in topology.flows_of[component])
    return {domain for domain in domains if domain is not None}


def known_application(component: Component) -> str | None:
    """Return the application that others make and of which a component is a process; a runtime runs anybody's code.

    The agents of a build server are apart from it, since they run the code of every job.
    """
    if runs_any_code(component.product) or component.product is None:
        return None
    name = product_name(component.product)
    return f"agents of {name}" if is_build_agent(component) else name


def tried_out_versions(topology: Topology, components: list[str]) -> list[str]:
    """Return the tags of the one image that some components run, if some of them try another version out apart from the others.

    Only names tell that of what shares a database: a canary, or a worker that is half rolled out, is one installation with the rest.
    """
    own = [topology.components[name] for name in components]
    images = {_repository(each) for each in own if each.codebase is None}
    tags = list(dict.fromkeys(_tag(each) for each in own))
    tried = {_version(_tag(each)) for each in own if _is_tried_out(topology, each)}
    used = {_version(_tag(each)) for each in own if not _is_tried_out(topology, each)}
    if len(images) != 1 or None in images or "" in tags or not (tried and used and tried.isdisjoint(used)):
        return []
    return tags if len(set(installations(topology, components).values())) > 1 else []


def one_of_each_version(topology: Topology, components: list[str]) -> list[str]:
    """Return some components; if one tries another version of their image out, the first of each installation alone."""
    if not tried_out_versions(topology, components):
        return components
    return list(dict.fromkeys(installations(topology, components).values()))


def tell_versions(topology: Topology, components: list[str]) -> str:
    """Return the words for the versions of one image that some components run; the empty text if none tries another one out."""
    tags = tried_out_versions(topology, components)
    return f", {len(tags)} versions of one image ({', '.join(tags)})," if tags else ""


_TRIALS = re.compile(r"(?<![a-z])(staging|stg|uat|qa|preprod|tests?|testing|dev|devel|develop|development)(?![a-z])")
"""The words by which what is tried out is told from what visitors use."""


def _is_tried_out(topology: Topology, component: Component) -> bool:
    """Return True if a component's name, or each of its hosts, is called so that it isn't what visitors use."""
    own = f"{component.id} {component.name or ''} {component.group or ''} {component.network or ''}"
    hosts = [topology.hosts[host] for host in topology.hosts_of(component.id)]
    places = [f"{host.id} {' '.join(host.zones)} {host.network or ''}" for host in hosts]
    return _is_trial(own) or (bool(places) and all(map(_is_trial, places)))


def _is_trial(name: str) -> bool:
    return _TRIALS.search(name.casefold()) is not None


def _version(tag: str) -> str:
    """Return the version that a tag names beside a role or an architecture, as `2.1` in `v2.1` and `api-2.1-amd64`; else the tag."""
    found = re.search(r"\d+(\.\d+)+", tag)
    return found.group() if found is not None else tag


def _tag(component: Component) -> str:
    return (component.image or "").partition("@")[0].rpartition("/")[2].partition(":")[2]


def _repository(component: Component) -> str | None:
    """Return the name of the image that a team builds itself, without its tag; an official one holds any team's code."""
    name = (component.image or "").partition("@")[0]
    path, slash, last = name.rpartition("/")
    return f"{path}/{last.partition(':')[0]}" if slash and path != "docker.io/library" else None


def is_handed_out(topology: Topology, component: Component) -> bool:
    """Return True if visitors get a replica of their own from another component, as players a game server from a matchmaker."""
    flows = {flow: topology.hops[flow] for flow in topology.flows_of[component.id]}
    if any(_hands_out_before(topology, component, hops) for hops in flows.values()):
        return True
    visits = (
        [hops for flow, hops in flows.items() if topology.clients_in[flow]] if component.sessions == "local" else []
    )
    return any(component.id in hop.targets and _hands_out(topology, hop.step.source) for hops in visits for hop in hops)


def _hands_out_before(topology: Topology, component: Component, hops: Sequence[Hop]) -> bool:
    """Return True if an application asks a balancer for a server, and a client calls the server itself later in the flow."""
    asked: set[str] = set()
    allocated = False
    for hop in hops:
        caller = hop.step.source
        if component.id in hop.targets:
            if allocated and topology.kind(caller).id == "client":
                return True
            allocated = allocated or caller in asked
        if _hands_out(topology, caller):
            asked.update(target for target in hop.targets if topology.kind(target).role == "balancer")
    return False


def _hands_out(topology: Topology, caller: str) -> bool:
    kind = topology.kind(caller)
    return kind.role not in ("visitor", "balancer", "edge", "web")


def asks_stores(topology: Topology, connection: Connection) -> bool:
    """Return True for a call of an application to its stores, which hands on no part of a visitor's request."""
    roles = {topology.kind(target).role for target in connection.targets}
    return topology.kind(connection.source).role == "application" and roles == {"data"}


def asking(topology: Topology, flow: str, component: str) -> list[Hop]:
    """Return the hops of a flow in which programs ask a component, or a proxy that hands their questions on to it."""
    asked, waiting = {component}, [component]
    hops: list[Hop] = []
    while waiting:
        target = waiting.pop()
        for hop in topology.hops[flow]:
            source = hop.step.source
            if target not in hop.targets:
                continue
            if not hands_on_queries(topology, source):
                hops.append(hop)
            elif source not in asked:
                asked.add(source)
                waiting.append(source)
    return hops


def keeps_sessions_alone(facts: Topology, component: Component) -> bool:
    """Return True for a store that applications with shared sessions alone ask, in steps that say so of each."""
    if component.kind != "key-value-store":
        return False
    hops = [hop for flow in facts.flows_of[component.id] for hop in asking(facts, flow, component.id)]
    return (
        bool(hops)
        and all(facts.components[hop.step.source].sessions == "shared" for hop in hops)
        and all("session" in (hop.step.message or "").casefold() for hop in hops)
    )


def streams_before(facts: Topology, store: Component) -> list[Component]:
    """Return the streams that all writes to a store come from, out of which programs can write them again; none if others come too."""
    streams: dict[str, None] = {}
    writers: set[str] = set()
    for flow in facts.flows_writing[store.id]:
        for hop in asking(facts, flow, store.id):
            taken = _taken_by(facts, flow, hop) if hop.access != "read" else None
            if taken is not None and not taken:
                return []
            if taken is not None:
                writers.add(hop.step.source)
                streams |= dict.fromkeys(taken)
    calls = (call for call in facts.incoming[store.id] if call.access != "read" and call.source not in writers)
    kinds = [facts.kind(call.source) for call in calls if not hands_on_queries(facts, call.source)]
    return (
        [facts.components[name] for name in streams]
        if all(kind.id == "backup" or kind.observes for kind in kinds)
        else []
    )


def _taken_by(facts: Topology, flow: str, write: Hop) -> list[str]:
    """Return the streams from which what a hop writes was taken before in its flow; none if something else asks its source to."""
    source, filled, taken = write.step.source, set[str](), list[str]()
    for hop in facts.hops[flow]:
        caller, streams = hop.step.source, [target for target in hop.targets if facts.kind(target).id == "stream"]
        if source in hop.targets:
            if facts.kind(caller).id != "stream":
                return []
            taken.append(caller)
        if caller == source:
            jobs = takes_job(facts.index, facts.flows[flow], hop.step)
            taken += [stream for stream in streams if stream in filled or jobs]
        filled.update(streams)
        if hop == write:
            break
    return taken


_HANDED_ON = re.compile(r"p?(publish|subscribe)|pub/?sub\b", re.IGNORECASE)
"""The first word of a step that hands a message on to whoever listens now."""


def hands_on_messages(facts: Topology, component: Component) -> bool:
    """Return True for a store of keys and values in which programs publish and subscribe alone: it keeps no message."""
    if component.kind != "key-value-store":
        return False
    hops = [hop for flow in facts.flows_of[component.id] for hop in asking(facts, flow, component.id)]
    return bool(hops) and all(_HANDED_ON.match(hop.step.message or "") for hop in hops)


def is_beside_database(facts: Topology, component: Component) -> bool:
    """Return True for a store in memory of an application with a database, which keeps the records: here are jobs and sessions.

    So for one that no flow uses, and that workers fill, each of which has another store to read from.
    """
    if component.kind != "key-value-store" or not product_of(component.product).in_memory:
        return False
    flows = facts.flows_of[component.id]
    if not flows:
        calls = (call for call in facts.incoming[component.id] if call.access != "read")
        jobs = [call.source for call in calls if facts.kind(call.source).id == "worker"]
        return bool(jobs) and all(_reads_elsewhere(facts, job, component.id) for job in jobs)
    callers = {hop.step.source for flow in flows for hop in asking(facts, flow, component.id)}
    reached = {store for caller in callers for call in facts.outgoing[caller] for store in stores_reached(facts, call)}
    return any(facts.kind(store).id == "database" for store in reached)


def _reads_elsewhere(facts: Topology, job: str, store: str) -> bool:
    targets = (target for call in facts.outgoing[job] for target in call.targets)
    return any(facts.kind(target).stores for target in targets if target != store)


def is_dispensable(facts: Topology, component: Component) -> bool:
    """Return True for a store of keys and values that every program is declared to work without; files and records are more."""
    if component.kind != "key-value-store":
        return False
    kinds = ((call, facts.kind(call.source)) for call in facts.incoming[component.id])
    calls = [call for call, kind in kinds if kind.id != "backup" and not kind.observes]
    steps = facts.hops_to[component.id]
    return bool(calls) and not any(call.required for call in calls) and all(hop.optional for hop in steps)


_SUPERUSERS = {
    "mssql": ("sa",),
    "mysql": ("root",),
    "mariadb": ("root",),
    "postgresql": ("postgres",),
    "mongodb": ("root", "admin"),
    "oracle": ("sys", "system"),
}
"""The accounts that a database is delivered with and that may do everything, by its protocol."""


def is_superuser(facts: Topology, target: str, account: str) -> bool:
    """Return True for an account of a component that may do everything in it."""
    spoken = {port.protocol for call in facts.incoming[target] for port in call.ports}
    return any(account.casefold() in _SUPERUSERS.get(protocol, ()) for protocol in spoken)


_COPIES = re.compile(r"(?<![a-z])(off[-_ ]?site|mirror|cop(?:y|ies))(?![a-z])")
"""The words by which the name of a storage says that it is for copies."""


def copied_from(facts: Topology, store: Component) -> tuple[list[str], list[str]]:
    """Return who writes to a storage that is for copies by its name, and what they read in each flow before they do; else nothing."""
    named = _COPIES.search(f"{store.id} {store.name or ''}".casefold()) is not None
    writers: dict[str, None] = {}
    sources: dict[str, None] = {}
    for flow in facts.flows_writing[store.id] if named else ():
        hops = facts.hops[flow]
        for number, hop in enumerate(hops):
            if store.id in hop.targets and hop.access != "read":
                before = (
                    each for each in hops[:number] if each.step.source == hop.step.source and each.access == "read"
                )
                read = [name for each in before for name in each.targets]
                if not read:
                    return [], []
                writers[hop.step.source] = None
                sources.update(dict.fromkeys(read))
    return list(writers), list(sources)


def keeps_elsewhere(topology: Topology, component: Component) -> bool:
    """Return True for a component that keeps what it knows in a store behind it: not one of which it only reads.

    Measurements are what a dashboard shows: it keeps its own records beside them only if a step writes them.
    """
    return any(
        call.access != "read" and topology.kind(target).stores and not _only_shows(topology, component, target)
        for call in topology.outgoing[component.id]
        for target in call.targets
    )


def _only_shows(topology: Topology, component: Component, store: str) -> bool:
    """Return True for a store of measurements, or a warehouse, from which each step of a dashboard reads."""
    shown = product_name(topology.components[store].product)
    dashboard = product_name(component.product) in _DASHBOARDS
    if not ((shown in _SERIES and product_of(component.product).shows) or (shown in _WAREHOUSES and dashboard)):
        return False
    own = [hop for hop in topology.hops_to[store] if hop.step.source == component.id]
    return all(hop.access == "read" for hop in own)


_DASHBOARDS = ("metabase", "superset", "grafana")
"""Dashboards of what is in databases, which keep their own records in another."""

_WAREHOUSES = (
    "clickhouse",
    "snowflake",
    "bigquery",
    "redshift",
    "databricks",
    "druid",
    "pinot",
    "trino",
    "presto",
    "athena",
    "vertica",
)
"""Databases for analysis, in which no dashboard keeps records of its own."""

_SERIES = (
    *("timescaledb", "influxdb", "questdb", "victoriametrics", "prometheus", "thanos", "mimir", "graphite", "opentsdb"),
    *("loki", "tempo", "elasticsearch", "opensearch", "clickhouse", "timestream"),
)
"""Stores of measurements, logs and traces, which dashboards show."""


def works_for_itself(facts: Topology, connection: Connection) -> bool:
    """Return True for the call of an application, or of a person in a flow: administrators and backups need all rights."""
    source = facts.components[connection.source]
    if all(port.admin for port in connection.ports):
        return False
    if source.kind == "client":
        named = f"{source.id} {source.name or ''}".casefold()
        return bool(facts.flows_over[connection.id]) and _ADMINISTRATORS.search(named) is None
    return facts.kind(connection.source).role in ("web", "application")


_ADMINISTRATORS = re.compile(
    r"(?<![a-z])(?:admin|dba|root|ops|operator|operations|engineer|sysop|system|tech|sre|devops)"
)
