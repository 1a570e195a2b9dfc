"""Changes that several rules propose: another replica, a similar host, a free name."""

from __future__ import annotations

from collections.abc import Iterable

from archgen.analysis.topology import Topology
from archgen.edits.changes import (
    AGENTS,
    AddHost,
    AddReplica,
    AutomateFailover,
    Edit,
    needs_moving_address,
)
from archgen.edits.names import next_name, unused_name
from archgen.edits.patch import patch_of
from archgen.edits.placement import find_host
from archgen.edits.promotion import agrees_by_vote, can_be_promoted, has_primary, keeps_files, promoter_of
from archgen.model.architecture import Component, Connection
from archgen.model.change import Change
from archgen.model.kinds import KINDS, QUEUES
from archgen.model.products import product_name, product_of, zone_of
from archgen.model.subject import Subject


def free_name(name: str, topology: Topology) -> str:
    """Return the name where no component, host or zone has it, else the next one with a number."""
    return unused_name(name, topology.element_names)


def connection_of(topology: Topology, name: str) -> Connection:
    """Return the connection of an id."""
    return topology.connections[name]


def add_replica(topology: Topology, component: Component) -> tuple[Change, ...]:
    """Return the changes for another replica, on a host without one; none where people have to decide."""
    return patch_of(topology, *replica_edits(topology, component))


def replica_edits(topology: Topology, component: Component) -> tuple[Edit, ...]:
    """Return the edits for another replica, on a host without one; none where people have to decide."""
    hosts = topology.hosts_of(component.id)
    alone = len(component.replicas) == 1 and not component.managed
    if alone and component.kind == "queue" and agrees_by_vote(component):
        return () if component.replicas[0].floating else _quorum_of_three(topology, component)
    if _needs_more_than_a_replica(topology, component):
        return ()
    if alone and product_of(component.product).agrees and component.kind == "search":
        return _quorum_of_three(topology, component)
    if any(replica.floating for replica in component.replicas):
        # the model names where they may run; data does not follow a replica there by itself
        return () if KINDS[component.kind].stores else (AddReplica(component.id, None),)
    if agrees_by_vote(component) and KINDS[component.kind].stores and len(component.replicas) == 1:
        return _quorum_of_three(topology, component)
    if not component.placed or component.managed or not hosts:
        return (AddReplica(component.id, None),)
    host = find_host(topology.index, component, lambda _: False)
    if host is None:
        return _similar_host(topology, hosts[0], (component,))
    automated = _automated(topology, (component,))
    return () if automated is None else (AddReplica(component.id, host), *automated)


def _needs_more_than_a_replica(topology: Topology, component: Component) -> bool:
    """Return True if only people know what makes a second replica useful.

    That is what copies files, what starts a job on one of two schedulers alone, and what moves the traffic between replicas
    whose hosts aren't declared.
    """
    if component.managed:
        return False
    return (
        keeps_files(component)
        or not may_get_second(topology, component)
        or (component.kind == "scheduler" and len(component.replicas) == 1)
        or (not topology.hosts_of(component.id) and needs_moving_address(component, topology.index.callers))
    )


def may_get_second(topology: Topology, component: Component) -> bool:
    """Return True unless a component is alone, and a second replica would do harm as far as the model says what it keeps."""
    alone = len(component.replicas) == 1
    return not alone or (may_run_twice(topology, component) and not _keeps_sessions(topology, component))


def _keeps_sessions(topology: Topology, component: Component) -> bool:
    """Return True for a cache that holds sessions: a second one would know half of the visitors."""
    if component.kind != "cache":
        return False
    hops = [
        hop for flow in topology.flows_of[component.id] for hop in topology.hops[flow] if component.id in hop.targets
    ]
    shared = [hop for hop in hops if topology.components[hop.step.source].sessions == "shared"]
    return any("session" in (hop.step.message or "").casefold() for hop in shared)


_RUNTIMES = (
    *("java", "spring", "spring-boot", "quarkus", "tomcat", "jetty", "wildfly", "weblogic", "go", "golang"),
    *("rust", "c++", "python", "django", "flask", "fastapi", "gunicorn", "uvicorn", "uwsgi", "celery"),
    *("node", "express", "nestjs", "nextjs", "deno", "bun", "php", "php-fpm", "laravel", "symfony", "ruby"),
    *("rails", "puma", "sidekiq", "elixir", "phoenix", "erlang", "dotnet", "aspnet", "aspnet-core", "iis"),
    *("scala", "kotlin", "clojure", "perl"),
)
"""What runs the code of a system's own makers, who know if it keeps anything; other products keep what their makers chose."""

_PROGRAMS = ("app-server", "service", "web-server", "worker", "identity-provider")
"""The kinds whose product may keep data, elect a leader or share out work by itself."""


def may_run_twice(topology: Topology, component: Component) -> bool:
    """Return True if a second replica of a component does no harm, as far as the model says what it keeps.

    Two monitorings send each alert twice; two queues, indexes or servers of mail and secrets have half of what was sent
    each, unless they are set up as a cluster. A product that others make may keep an embedded database, or take half of the work,
    unless it says that it keeps no sessions, stands behind a balancer, or takes its work from a queue.
    """
    kind = KINDS[component.kind]
    if kind.id in _KEEPING and not component.managed:
        return kind.id == "mail" and product_name(component.product) in _RELAYS
    if kind.id == "search" and not component.managed:
        return product_of(component.product).agrees
    if kind.id not in _PROGRAMS or component.managed or (kind.entry and product_name(component.product) in _SERVERS):
        return True
    own = component.product is None or product_name(component.product) in _RUNTIMES
    spread = any(KINDS[caller.kind].role in ("balancer", "web") for caller in topology.index.callers(component.id))
    queued = any(
        topology.kind(target).id in QUEUES for call in topology.outgoing[component.id] for target in call.targets
    )
    if kind.id == "worker":
        return own or queued or component.sessions == "none"
    return own or spread or component.sessions in ("none", "shared")


_KEEPING = ("monitoring", "log-collector", "queue", "secrets", "mail")
"""The kinds that keep what they get, and copy it to a second one only as parts of a cluster."""

_RELAYS = ("postfix", "exim", "opensmtpd", "sendmail", "haraka", "msmtp", "nullmailer")
"""Mail servers that hand on what they get."""

_SERVERS = ("nginx", "apache", "caddy", "traefik", "envoy", "haproxy", "openresty", "lighttpd")
"""Web servers that keep nothing by themselves."""


def _quorum_of_three(topology: Topology, component: Component) -> tuple[Edit, ...]:
    """Return the edits for two more members, which elect with the first; none where the hosts of others are needed."""
    hosts = topology.hosts_of(component.id)
    if component.managed or not component.placed or not hosts or component.replicas[0].floating:
        return (AddReplica(component.id, None),) if component.managed else (AddReplica(component.id, None),) * 2
    second = next_name(hosts[0], topology.element_names)
    third = next_name(hosts[0], {*topology.element_names, second})
    carried = (component.id, *(agent.id for agent in _agents_on(topology, hosts[0])))
    return tuple(AddHost(host, hosts[0], carried, topology.hosts[hosts[0]].zones) for host in (second, third))


def _agents_on(topology: Topology, host: str) -> list[Component]:
    agents = (component for kind in AGENTS for component in topology.of_kind(kind))
    return [agent for agent in agents if host in topology.hosts_of(agent.id)]


def add_similar_host(topology: Topology, host: str, components: Iterable[Component]) -> tuple[Change, ...]:
    """Return the changes for a similar host with a replica of each component, of their code and of its agents."""
    carried = tuple(components)
    if any(_needs_more_than_a_replica(topology, component) for component in carried):
        return ()
    return patch_of(topology, *_similar_host(topology, host, carried))


def _similar_host(topology: Topology, host: str, components: Iterable[Component]) -> tuple[Edit, ...]:
    new = next_name(host, topology.element_names)
    carried = list(dict.fromkeys(components))
    code = [topology.components[component.codebase] for component in carried if component.codebase is not None]
    carried += [component for component in code if host in topology.hosts_of(component.id)]
    carried = list(dict.fromkeys((*carried, *_agents_on(topology, host))))
    names = tuple(component.id for component in carried)
    automated = _automated(topology, carried)
    return () if automated is None else (AddHost(new, host, names, _zones_beside(topology, host, carried)), *automated)


def _zones_beside(topology: Topology, host: str, carried: Iterable[Component]) -> tuple[str, ...]:
    """Return the zones for a similar host: the same ones, but another rack or availability zone where that takes down a flow by itself.

    That is a declared one, best without the components, else a new rack; nobody builds a datacenter for a fix. Another availability zone
    is one that the host's network reaches, another datacenter one that the same flows use already.
    """
    if not topology.hosts[host].zones:
        return ()
    carried = tuple(carried)
    flows = topology.flows_through([component.id for component in carried if component.kind not in AGENTS])
    points = {element for flow in flows for element in topology.losses.points[flow]}
    # every host has an agent
    hosts = {own for component in carried if component.kind not in AGENTS for own in topology.hosts_of(component.id)}
    taken = {zone for own in hosts for zone in topology.index.zones_around(own)}
    chosen: list[str] = []
    for zone in topology.hosts[host].zones:
        kind = topology.zones[zone].kind
        others = [each.id for each in topology.architecture.zones if each.kind == kind and each.id not in taken]
        sound = [other for other in others if Subject("zone", other) not in points]
        shared = Subject("zone", zone) in points
        if shared and kind in ("rack", "power"):
            beside = [each.id for each in topology.architecture.zones if each.kind == kind and each.id != zone]
            chosen.append(next(iter((*sound, *others, *beside)), next_name(zone, topology.element_names)))
        elif shared and kind == "availability-zone":
            chosen.append(next((other for other in sound if _reaches(topology, host, other)), zone))
        elif shared and kind == "datacenter":
            used = _zones_used(topology, flows)
            chosen.append(next((other for other in sound if other in used), zone))
        else:
            chosen.append(zone)
    return tuple(chosen)


def _zones_used(topology: Topology, flows: Iterable[str]) -> set[str]:
    """Return the zones around the hosts of what flows use."""
    used = {name for flow in flows for hop in topology.hops[flow] for name in (hop.step.source, *hop.targets)}
    hosts = {host for name in used for host in topology.hosts_of(name)}
    return {zone for host in hosts for zone in topology.index.zones_around(host)}


def _reaches(topology: Topology, host: str, zone: str) -> bool:
    """Return True if a host's network reaches a zone in the same place as that of the host.

    It has a host there already, or nothing has and a provider runs a part of the system there.
    """
    own, zones = topology.hosts[host], topology.zones
    beside = any(zones[each].within == zones[zone].within for each in own.zones)
    there = [each for each in topology.hosts.values() if zone in each.zones]
    rented = not there and any(zone_of(each) == zone for each in topology.architecture.components)
    return beside and (rented or any(each.network == own.network for each in there))


def automate(topology: Topology, *components: Component) -> tuple[Edit, ...] | None:
    """Return the edits that automate the failover of components, with what promotes; None if that isn't known of each."""
    if not all(can_be_promoted(topology.index, component) for component in components):
        return None
    if any(_moves_by_name(component) for component in components):
        # the name server has to check them, and which does is for people to say
        return None
    return tuple(AutomateFailover(component.id, promoter_of(topology.index, component)) for component in components)


def _moves_by_name(component: Component) -> bool:
    cluster = component.cluster
    return cluster is not None and cluster.failover == "manual" and cluster.address == "dns" and cluster.by is None


def _automated(topology: Topology, components: Iterable[Component]) -> tuple[Edit, ...] | None:
    """Return automatic failover for the data that the second replica makes a replicated store; None where nothing moves it."""
    stores = (
        component
        for component in components
        if component.replication is None and len(component.replicas) == 1 and has_primary(component)
    )
    return automate(topology, *stores)
