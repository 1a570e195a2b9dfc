"""Changes that several rules propose: another replica, a similar host, a free name."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from archgen.analysis.monitoring import alerted_people, measuring_monitoring
from archgen.analysis.topology import Topology
from archgen.edits.changes import (
    AddHost,
    AddReplica,
    AutomateFailover,
    Edit,
    FormQuorum,
    apply_edit,
    needs_new_site,
    serve_zones,
    with_witness,
)
from archgen.edits.firewalls import admit_agent
from archgen.edits.names import next_name, unused_name
from archgen.edits.new_hosts import name_like, with_bound
from archgen.edits.patch import patch_of
from archgen.edits.placement import find_host, idle_host, is_led_by_route, is_port_taken
from archgen.edits.promotion import (
    agrees_by_vote,
    can_be_promoted,
    has_primary,
    keeps_files,
    moves_with_address,
    promoter_of,
)
from archgen.edits.replicas import lacks_chooser, needs_moving_address, needs_selection
from archgen.edits.second_replicas import may_get_second
from archgen.edits.service_advice import gateway_of_zone, is_only_spread, is_own_service_of_zone, own_store
from archgen.edits.services import is_disk, serves_own_zone
from archgen.edits.witnesses import platform_hosts, spare_hosts, two_hosts_for_members
from archgen.edits.zones import spread_over_zones, zones_beside
from archgen.model.architecture import Component, Connection, Port, Replica
from archgen.model.change import Change, Put, Remove
from archgen.model.kinds import AGENTS, KINDS
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.reliability.failure import failures
from archgen.reliability.index import Index
from archgen.reliability.plan import Plan
from archgen.reliability.structure import build


def free_name(name: str, topology: Topology) -> str:
    """Return the name where no component, host or zone has it, else the next one with a number."""
    return unused_name(name, topology.element_names)


def connection_of(topology: Topology, name: str) -> Connection:
    """Return the connection of an id."""
    return topology.connections[name]


def add_replica(topology: Topology, component: Component) -> tuple[Change, ...]:
    """Return the changes for another replica, on a host without one; none where people have to decide."""
    if lacks_chooser(topology.index, component):
        return ()
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
        automated = None if KINDS[component.kind].stores else _automated(topology, (component,))
        return () if automated is None else (AddReplica(component.id, None), *automated)
    if agrees_by_vote(component) and KINDS[component.kind].stores and len(component.replicas) == 1:
        return _quorum_of_three(topology, component)
    if not component.placed or component.managed or not hosts:
        return (AddReplica(component.id, None),)
    host = find_host(topology.index, component, lambda host: _is_port_taken(topology, component, hosts[0], host))
    if host is None:
        return _similar_host(topology, hosts[0], (component,))
    carried = _with_bound(topology, (component,), hosts[0], host)
    automated = _automated(topology, carried)
    if automated is None or not _may_come_along(topology, carried[1:]):
        return ()
    names = tuple(each.id for each in carried)
    zones = topology.hosts[host].zones
    if any(is_led_by_route(topology.index, each, topology.index.zones_around(host)) for each in carried):
        return ()
    added = AddHost(host, hosts[0], names, zones) if len(names) > 1 else AddReplica(component.id, host)
    return (added, *automated)


def _with_bound(topology: Topology, components: Iterable[Component], like: str, host: str) -> list[Component]:
    """Return components with what they call on their host, and with what calls them there alone and may run twice."""
    names = tuple(component.id for component in components)
    together = with_bound(
        topology.index, names, like, host, lambda name: not _may_come_along(topology, (topology.components[name],))
    )
    return [topology.components[name] for name in together]


def _may_come_along(topology: Topology, components: Iterable[Component]) -> bool:
    return not any(_needs_more_than_a_replica(topology, component) for component in components)


def _is_port_taken(topology: Topology, component: Component, like: str, host: str) -> bool:
    """Return True for a host on which another has the port of what comes along with a replica of a component."""
    return any(
        is_port_taken(topology.index, each, host) for each in _with_bound(topology, (component,), like, host)[1:]
    )


def stops_with(
    topology: Topology, component: Component, element: Subject, flows: Iterable[str], edits: Iterable[Edit]
) -> bool:
    """Return True if the loss of an element takes down each of some flows after edits as well: no caller gets to what they add.

    That is so where one with a `locality` stays where it is; no other component is looked at.
    """
    if all(call.locality is None for call in topology.incoming[component.id]):
        return False
    after = topology.architecture
    for edit in edits:
        after = apply_edit(after, edit, topology.index.callers)
    index = Index(after)
    plans = (Plan(index, build(index, index.flows[flow])) for flow in flows)
    return all(element in {point.element for point in failures(plan).points} for plan in plans)


def form_majority(topology: Topology, component: Component) -> tuple[Change, ...]:
    """Return the changes that replicate over a majority of its members what each of them keeps alone; with one more of an even number.

    None for a product whose members can't vote.
    """
    if not product_of(component.product).votes_if_set_up or component.managed or len(component.replicas) < 2:
        return ()
    even = len(component.replicas) % 2 == 0
    added = add_replica(topology, component) if even else ()
    if even and not added:
        return ()
    path = ("components", component.id)
    return (*added, Put((*path, "quorum"), "majority"), Remove((*path, "replication")))


def copy_elsewhere(topology: Topology, component: Component) -> tuple[Change, ...]:
    """Return the changes for a copy that a provider keeps in another zone and promotes; none for a read-only copy, or on hosts."""
    copied = component.replication is not None or len(component.replicas) > 1
    return () if copied or topology.hosts_of(component.id) else patch_of(topology, AddReplica(component.id, None))


def second_service(topology: Topology, element: Subject) -> tuple[Change, ...]:
    """Return the changes for what a provider runs in one place: in each zone, spread over several, or a copy that it promotes."""
    gateway = gateway_of_zone(topology, element)
    served = serve_zones(topology.index, gateway) if gateway is not None else None
    used = {zone for host in topology.hosts for zone in topology.index.zones_around(host)}
    if served is not None and element.kind == "host" and used.issuperset(served.zones):
        return patch_of(topology, served)
    if not is_own_service_of_zone(topology, element):
        return ()
    component = topology.components[topology.replicas[element.id].component]
    if is_disk(component):
        return ()
    if own_store(topology, element) is not None and not is_only_spread(component):
        return copy_elsewhere(topology, component)
    # routes lead to a gateway in each zone
    return spread_over_zones(topology, component) if not serves_own_zone(component) else ()


def _needs_more_than_a_replica(topology: Topology, component: Component) -> bool:
    """Return True if only people know what makes a second replica useful.

    That is what copies files, what lets one of two replicas alone start a job, and what moves the traffic between replicas
    whose hosts aren't declared, or which are of unknown make.
    """
    if component.managed:
        return False
    return (
        keeps_files(component)
        or not may_get_second(topology, component)
        or (component.id in topology.index.starting_jobs and len(component.replicas) == 1)
        or needs_selection(component, topology.index.callers)
        or (not topology.hosts_of(component.id) and needs_moving_address(component, topology.index.callers))
    )


def _quorum_of_three(topology: Topology, component: Component) -> tuple[Edit, ...]:
    """Return the edits for two more members, which agree with the first; none where the hosts of others are needed."""
    hosts = topology.hosts_of(component.id)
    if component.managed:
        return (AddReplica(component.id, None),)
    if not component.placed or not hosts or component.replicas[0].floating:
        return (FormQuorum(component.id),)
    free = (*spare_hosts(topology.index, component), *platform_hosts(topology.index, component))
    there = two_hosts_for_members(topology.index, component, free)
    if there:
        return (FormQuorum(component.id, there, ((), ())),)
    second = next_name(hosts[0], topology.element_names)
    third = next_name(hosts[0], {*topology.element_names, second})
    return (FormQuorum(component.id, (second, third), (topology.hosts[hosts[0]].zones,) * 2),)


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
    wanted = list(dict.fromkeys(components))
    carried = _with_bound(topology, wanted, host, "")
    if not _may_come_along(topology, carried[len(wanted) :]):
        return ()
    code = [topology.components[component.codebase] for component in carried if component.codebase is not None]
    carried += [component for component in code if host in topology.hosts_of(component.id)]
    carried = list(dict.fromkeys((*carried, *_agents_on(topology, host))))
    # a second member of what agrees by vote is no majority without a third one
    voting = [component for component in carried if _forms_quorum(component)]
    names = tuple(component.id for component in carried if component not in voting)
    automated = _automated(topology, carried)
    if automated is None:
        return ()
    members = tuple(edit for component in voting for edit in _quorum_of_three(topology, component))
    machine = topology.hosts[host]
    # two of three in one zone and one in another are lost with the first of these
    zones = machine.zones if voting else zones_beside(topology, host, carried)
    if any(is_led_by_route(topology.index, component, zones) for component in carried):
        # what moves a route, people know
        return ()
    idle = None if voting else idle_host(topology.index, carried[0], lambda _: False)
    new = idle or name_like(topology.index, host, zones, topology.element_names)
    added = (AddHost(new, host, names, zones),) if names else ()
    thirds = [edit.hosts[1] for edit in members if isinstance(edit, FormQuorum) and edit.hosts]
    if thirds and machine.runs_on is None:
        # the third machine has room for a vote, too
        automated = tuple(with_witness(edit, thirds[0], topology.hosts) for edit in automated)
    return (*added, *members, *automated)


def _forms_quorum(component: Component) -> bool:
    """Return True for a single replica of a store or a queue that agrees by vote, or of an index of such a product."""
    if len(component.replicas) > 1 or component.managed:
        return False
    if component.kind == "search":
        return product_of(component.product).agrees
    return agrees_by_vote(component) and (KINDS[component.kind].stores or component.kind == "queue")


def automate(topology: Topology, *components: Component) -> tuple[Edit, ...] | None:
    """Return the edits that automate the failover of components, with what promotes; None if that isn't known of each."""
    if not all(can_be_promoted(topology.index, component) for component in components):
        return None
    if any(not moves_with_address(component) for component in components):
        # which name server checks them, or what moves the data, is for people to say
        return None
    if any(_loses_by_itself(topology, component) for component in components):
        return None
    promoters = [(component, promoter_of(topology.index, component)) for component in components]
    if any(needs_new_site(topology.index, component, promoter) for component, promoter in promoters):
        return None
    return tuple(AutomateFailover(component.id, promoter) for component, promoter in promoters)


def _loses_by_itself(topology: Topology, component: Component) -> bool:
    """Return True if an automatic failover would lose what the model's objective is to keep, without a person who decides that."""
    objective, replication = topology.architecture.objectives.recovery_point, component.replication
    nothing = objective is not None and objective < 1
    return nothing and replication is not None and replication.mode == "asynchronous"


def _automated(topology: Topology, components: Iterable[Component]) -> tuple[Edit, ...] | None:
    """Return automatic failover for the data that the second replica makes a replicated store; None where nothing moves it."""
    stores = (
        component
        for component in components
        if component.replication is None and len(component.replicas) == 1 and has_primary(component)
    )
    return automate(topology, *stores)


def new_agent(facts: Topology, hosts: Collection[str], components: Collection[str]) -> list[Change]:
    """Return a new agent on some hosts and beside some components, and the monitoring that it reports to."""
    if not hosts and not components:
        return []
    watcher = measuring_monitoring(facts)
    product = watcher.product if watcher is not None else None
    # what an agent is told of requests is for people to say: by itself it measures its host
    everything = {"what": ["metrics"] if product_of(product).figures_only else MEASURED["what"]}
    collects = [everything] if hosts else []
    collects += [{"from": [*components]} | everything] if components else []
    places = {"runs_on": [*hosts] if len(hosts) > 1 else next(iter(hosts))} if hosts else {}
    agent = free_name("agent", facts)
    changes: list[Change] = [Put(("components", agent), {"kind": "monitoring-agent"} | places | {"collects": collects})]
    if watcher is None:
        taker = free_name("monitoring", facts)
        return [
            *changes,
            Put(("components", taker), _monitoring(facts)),
            Put(("connections", f"{agent} -> {taker}"), "https"),
        ]
    replicas = tuple(Replica(f"{agent}@{host}", agent, (host,)) for host in hosts)
    call, value = _call(agent, watcher)
    admitted = admit_agent(facts, Component(id=agent, kind="monitoring-agent", replicas=replicas), call)
    return [] if admitted is None else [*changes, Put(("connections", call.id), value), *admitted]


def _call(agent: str, watcher: Component) -> tuple[Connection, object]:
    """Return the call between a monitoring and its new agent, and its value in a model: some ask, others wait for what is sent."""
    agents_at = product_of(watcher.product).agents_at
    if agents_at is None:
        return Connection(f"{agent} -> {watcher.id}", agent, (watcher.id,), (Port("https"),)), "https"
    protocol, port = agents_at
    value = {"protocol": protocol, "port": port} | ({"tls": True} if protocol == "tcp" else {})
    return Connection(f"{watcher.id} -> {agent}", watcher.id, (agent,), (Port(protocol, port),)), value


MEASURED: dict[str, list[str]] = {"what": ["metrics", "logs"], "measures": ["requests-per-second", "errors", "latency"]}
"""What is taken by name from what answers requests."""


def _monitoring(facts: Topology) -> dict[str, object]:
    """Return a monitoring of a provider, which asks for the site's names as visitors do."""
    names = dict.fromkeys(flow.domain for flow in facts.architecture.flows if flow.domain is not None)
    return {"kind": "monitoring", "managed": True, "alerts": [*alerted_people(facts)]} | (
        {"probes": [*names]} if names else {}
    )
