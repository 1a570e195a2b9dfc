"""Edits as changes to a model's text: what differs between two architectures, by paths and values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.edits.changes import (
    AddHost,
    AddReplica,
    AutomateFailover,
    Edit,
    FormQuorum,
    MoveAddress,
    MoveHost,
    MoveReplica,
    ServeZones,
    SpreadService,
    apply_edit,
)
from archgen.edits.firewalls import admit_added, admit_members
from archgen.edits.placement import spanning_pairs
from archgen.edits.records import failed_over_below, lead_to_moving_address, shorten_ttls
from archgen.edits.replicas import needs_moving_address
from archgen.edits.services import managed_value
from archgen.model.architecture import (
    Architecture,
    Availability,
    Component,
    Connection,
    Host,
    Port,
    Quorum,
    Replica,
    Zone,
)
from archgen.model.change import Append, Change, Put, Remove
from archgen.model.durations import write_duration
from archgen.model.kinds import AGENTS
from archgen.model.steps import first_request


def patch_of(topology: Topology, *edits: Edit) -> tuple[Change, ...]:
    """Return the changes to a model's text that some edits amount to."""
    before = after = _part(topology, edits)
    for edit in edits:
        after = apply_edit(after, edit, topology.index.callers)
    pairs = zip(before.components, after.components, strict=False)
    moving = {component.id: component.cluster for old, component in pairs if _moves(old, component)}
    renamed = [name for name, cluster in moving.items() if cluster is not None and cluster.address == "dns"]
    # two edits may automate the same failover, and it is automated once
    return (
        *_changes(before, after),
        *shorten_ttls(topology, *(topology.components[name] for name in renamed)),
        *(
            rule
            for name, cluster in moving.items()
            if cluster and cluster.by == "vrrp"
            for rule in admit_members(topology, name)
        ),
        *lead_to_moving_address(topology, *(topology.components[name] for name in moving)),
        *_rules_for_members(topology, edits),
        *(step for edit in dict.fromkeys(edits) for step in _lease_steps(topology, edit)),
    )


def _asked_first(topology: Topology, components: Iterable[str]) -> Iterator[str]:
    """Yield what workers call first: from a queue or a stream they take jobs, and a second one shares these."""
    for name in components:
        for flow in topology.flows_of[name] if topology.components[name].kind == "worker" else ():
            request = first_request(topology.flows[flow].steps)
            if request is not None and request.source == name:
                yield from request.targets


def _rules_for_members(topology: Topology, edits: tuple[Edit, ...]) -> tuple[Change, ...]:
    """Return the rules of firewalls for what promotes or agrees from now on: its members, and who asks it or is told by it."""
    electing = any(isinstance(edit, AutomateFailover | FormQuorum) for edit in edits)
    if not electing or not topology.firewalls.with_rules:
        return ()
    after = topology.architecture
    for edit in edits:
        after = apply_edit(after, edit, topology.index.callers)
    return admit_added(topology.architecture, Topology(after))


def _moves(before: Component, after: Component) -> bool:
    """Return True if an edit gives a component an address that moves between its hosts."""
    cluster = after.cluster
    return before.cluster is None and cluster is not None and (cluster.by == "vrrp" or cluster.address == "dns")


def _lease_steps(topology: Topology, edit: Edit) -> Iterator[Change]:
    """Yield the step in which a store asks a promoter for its lease, in each flow that writes to the store."""
    for flow, store, promoter in leases_of(topology, edit):
        yield Append(("flows", flow, "steps"), {f"{store} -> {promoter}": "renew the lease"})


def leases_of(topology: Topology, edit: Edit) -> Iterator[tuple[str, str, str]]:
    """Yield each flow that writes to a store whose primary an edit lets ask a promoter for its lease, with both of them."""
    if not isinstance(edit, AutomateFailover) or edit.promoter is None or not edit.promoter.asked:
        return
    for flow in topology.architecture.flows:
        if flow.id in topology.flows_writing[edit.component] and flow.assumed is None:
            yield flow.id, edit.component, edit.promoter.id


def _part(topology: Topology, edits: tuple[Edit, ...]) -> Architecture:
    """Return the model with the hosts and components that the edits touch alone, so that a large one costs no more."""
    hosts: dict[str, None] = {}
    components: dict[str, None] = {}
    for edit in edits:
        match edit:
            case AddHost():
                components.update(dict.fromkeys(edit.components))
                hosts[edit.like] = None
            case AddReplica():
                components[edit.component] = None
                hosts.update(dict.fromkeys((*topology.hosts_of(edit.component), *filter(None, (edit.host,)))))
            case AutomateFailover():
                components[edit.component] = None
                components.update(dict.fromkeys(_beside(topology, edit)))
                hosts.update(dict.fromkeys(topology.hosts_of(edit.component)))
                if edit.promoter is not None and edit.promoter.witness in topology.hosts:
                    # where a second replica has come to it, another one gets a name that no host has
                    hosts.update(dict.fromkeys(topology.hosts))
            case ServeZones():
                components[edit.component] = None
                hosts.update(dict.fromkeys(topology.hosts_of(edit.component)))
            case FormQuorum():
                components[edit.component] = None
                hosts.update(dict.fromkeys((*topology.hosts_of(edit.component), *edit.hosts)))
                components.update(dict.fromkeys(each.id for kind in AGENTS for each in topology.of_kind(kind)))
            case MoveHost():
                # a new machine is watched and guarded like the one that the host leaves
                hosts.update(dict.fromkeys(filter(None, (edit.host, topology.hosts[edit.host].runs_on))))
                if edit.runs_on is not None and edit.runs_on not in topology.hosts:
                    components.update(dict.fromkeys(each.id for kind in AGENTS for each in topology.of_kind(kind)))
            case MoveReplica():
                components[edit.component] = None
                hosts.update(dict.fromkeys((*topology.hosts_of(edit.component), edit.host)))
                components.update(dict.fromkeys(each.id for kind in AGENTS for each in topology.of_kind(kind)))
            case MoveAddress() | SpreadService():
                components[edit.component] = None
    if any(isinstance(edit, AddHost | AddReplica) for edit in edits):
        # so do people who move what is called there, or lead a name to it
        beside = dict.fromkeys(each for name in components for each in _deciding(topology, name))
        components.update(beside)
        hosts.update(dict.fromkeys(host for name in beside for host in topology.hosts_of(name)))
        # they say whether an address moves to another datacenter
        pairs = spanning_pairs(topology.index)
        components.update(dict.fromkeys(pairs))
        hosts.update(dict.fromkeys(host for pair in pairs for host in topology.hosts_of(pair)))
    for host in hosts:
        components.update(dict.fromkeys(topology.firewalls.guards.get(f"host:{host}", ())))
    components.update(dict.fromkeys(_asked_first(topology, tuple(components))))
    touched = [topology.hosts[host] for host in hosts if host in topology.hosts]
    if any(host.runs_on for host in touched):
        # a new virtual machine stands on one of the others
        touched = [*topology.architecture.hosts]
    return replace(
        topology.architecture,
        hosts=tuple(touched),
        components=tuple(map(topology.components.__getitem__, components)),
    )


def _deciding(topology: Topology, name: str) -> Iterator[str]:
    """Yield what decides whether people move the traffic of a component to another replica, and how long it takes them."""
    component = topology.components[name]
    if not needs_moving_address(component, topology.index.callers, is_addressed=component.kind == "mail"):
        return
    yield from (each.id for each in failed_over_below(topology.index, component))
    yield from (each.id for each in topology.of_kind("dns"))
    for host in topology.hosts_of(name):
        on = (topology.components[replica.component] for replica in topology.replicas_on[host])
        yield from (each.id for each in on if each.cluster is not None or each.replication is not None)


def _beside(topology: Topology, edit: AutomateFailover) -> Iterator[str]:
    """Yield the promoter where it is there, and the agents that a new witness gets too."""
    if edit.promoter is None:
        return
    if edit.promoter.id in topology.components:
        yield edit.promoter.id
    elif edit.promoter.witness is not None:
        yield from (each.id for each in topology.architecture.components if each.kind in AGENTS)


def _changes(before: Architecture, after: Architecture) -> Iterator[Change]:
    hosts = {host.id for host in before.hosts}
    yield from (Put(("zones", zone.id), zone_value(zone)) for zone in after.zones[len(before.zones) :])
    yield from (Put(("hosts", host.id), host_value(host)) for host in after.hosts if host.id not in hosts)
    for host, moved in zip(before.hosts, after.hosts, strict=False):
        yield from (Put(("hosts", moved.id, key), value) for key, value in moved_host_value(host, moved).items())
    for old, new in zip(before.components, after.components, strict=False):
        path = ("components", new.id)
        if old.replicas != new.replicas:
            yield from _replica_changes(old, new)
        for key, was, now in (
            ("replication", replication_value(old), replication_value(new)),
            ("cluster", cluster_value(old), cluster_value(new)),
        ):
            if now is not None and was is None:
                yield Put((*path, key), now)
            elif now is not None and was is not None:
                yield from (Put((*path, key, name), now[name]) for name in now if now[name] != was.get(name))
                yield from (Remove((*path, key, name)) for name in was if name not in now)
        if new.managed != old.managed:
            yield Put((*path, "managed"), managed_value(new.managed))
        if new.deploy != old.deploy:
            yield Put((*path, "deploy"), new.deploy)
        if new.quorum != old.quorum:
            yield Put((*path, "quorum"), quorum_value(new))
        yield from (Append((*path, "guards"), host) for host in new.guards[len(old.guards) :])
    for added in after.components[len(before.components) :]:
        yield Put(("components", added.id), component_value(added))
    for connection in after.connections[len(before.connections) :]:
        yield Put(("connections", connection.id), connection_value(connection))


def _replica_changes(old: Component, new: Component) -> Iterator[Change]:
    added = new.replicas[len(old.replicas) :]
    if not added or is_pinned(new):
        # one has moved, or what was bound to one host has a list of them now
        places = runs_on_value(new)
        yield Put(("components", new.id, "runs_on"), _one_or_all(places) if isinstance(places, tuple) else places)
        if added:
            yield Put(("components", new.id, "replicas"), len(new.replicas))
    elif any(replica.hosts and not replica.floating for replica in added):
        yield from (Append(("components", new.id, "runs_on"), replica.hosts[0]) for replica in added)
    else:
        yield Put(("components", new.id, "replicas"), len(new.replicas))
        if new.placement is not None and new.placement != old.placement:
            yield Put(("components", new.id, "runs_on", "spread"), new.placement.spread)


# Values as the model language has them


def zone_value(zone: Zone) -> dict[str, Any]:
    """Return a zone as its entry in a model."""
    return _declared(kind=zone.kind, in_=zone.within, availability=_availability(zone.availability))


def host_value(host: Host) -> dict[str, Any]:
    """Return a host as its entry in a model."""
    zones = _one_or_all(host.zones) if host.zones else None
    availability = _availability(host.availability)
    return _declared(
        zone=zones, runs_on=host.runs_on, network=host.network, owner=host.owner, availability=availability
    )


def moved_host_value(before: Host, after: Host) -> dict[str, Any]:
    """Return the keys of a host that differ once it has moved: its zones, or the machine that it runs on."""
    zones = _one_or_all(after.zones) if after.zones != before.zones else None
    return _declared(zone=zones, runs_on=after.runs_on if after.runs_on != before.runs_on else None)


def component_value(component: Component) -> dict[str, Any]:
    """Return a component that an edit adds as its entry in a model."""
    hosts = runs_on_value(component)
    return _declared(
        kind=component.kind,
        product=component.product,
        runs_on=hosts,
        replicas=len(component.replicas) if hosts is None or component.replicas[0].floating else None,
        quorum=quorum_value(component),
    )


def connection_value(connection: Connection) -> dict[str, Any]:
    """Return a connection that an edit adds as its entry in a model."""
    port = connection.ports[0]
    return _declared(
        protocol=port.protocol,
        port=port.port,
        tls=True if port.tls is not None else None,
        required=None if connection.required else False,
        access=connection.access,
    )


def port_value(port: Port) -> str | dict[str, Any]:
    """Return a port as others have it, with its number and TLS, as the entry of another connection to the same target."""
    tls: Any = None
    if port.tls is not None:
        plain = {"on": True, "off": False, "pass-through": "pass-through"}[port.tls.mode]
        tls = _declared(version=port.tls.version, verify=port.tls.verify, tunnel=port.tls.tunnel) or plain
    value = _declared(protocol=port.protocol, port=port.port, tls=tls)
    return port.protocol if len(value) == 1 else value


def is_pinned(component: Component) -> bool:
    """Return True for replicas of a platform that may run on one host alone: `any` of one is written as a list once there are two."""
    return component.placement is not None and not component.replicas[0].floating


def runs_on_value(component: Component) -> dict[str, Any] | tuple[str, ...] | None:
    """Return the hosts of a component, with counts where one has several replicas; None where hosts aren't known."""
    first, placement = component.replicas[0], component.placement
    if first.floating:
        recovery = None if placement is None or placement.recovery is None else write_duration(placement.recovery)
        return _declared(any=first.hosts, recovery=recovery, spread=placement.spread if placement is not None else None)
    hosts = Counter(replica.hosts[0] for replica in component.replicas if replica.hosts)
    return (dict(hosts) if max(hosts.values()) > 1 else tuple(hosts)) if hosts else None


def replication_value(component: Component) -> dict[str, Any] | None:
    """Return the replication of a component as its entry in a model."""
    replication = component.replication
    if replication is None:
        return None
    return _declared(
        primary=_places(replication.primary, component.replicas),
        writers="all" if replication.all_write else None,
        of=replication.copy_of,
        failover=replication.failover,
        by=replication.by,
        mode=replication.mode,
        recovery=None if replication.recovery is None else write_duration(replication.recovery),
        lag=None if replication.lag is None else write_duration(replication.lag),
        conflicts=replication.conflicts,
        waits_for=replication.waits_for,
        without=replication.without,
    )


def quorum_value(component: Component) -> Any:
    """Return the quorum of a component as its entry in a model."""
    quorum = component.quorum
    return _declared(read=quorum.read, write=quorum.write) if isinstance(quorum, Quorum) else quorum


def cluster_value(component: Component) -> dict[str, Any] | None:
    """Return the cluster of a component as its entry in a model."""
    cluster = component.cluster
    if cluster is None:
        return None
    return _declared(
        mode=cluster.mode,
        active=_places(cluster.active, component.replicas),
        address=cluster.address if cluster.shared_address is None else {"shared": cluster.shared_address},
        failover=cluster.failover,
        by=cluster.by,
        watches=cluster.watches,
        recovery=None if cluster.recovery is None else write_duration(cluster.recovery),
    )


def _places(ids: tuple[str, ...], replicas: tuple[Replica, ...]) -> Any:
    """Return replicas by their hosts where these say which, else by their own ids; None for no replicas."""
    hosts = Counter(replica.hosts for replica in replicas)
    own = {replica.id: replica.hosts for replica in replicas}
    names = [own[name][0] if len(own[name]) == 1 and hosts[own[name]] == 1 else name for name in ids]
    return _one_or_all(tuple(names)) if names else None


def _availability(declared: Availability | None) -> Any:
    if declared is not None and declared.mtbf is not None and declared.mttr is not None:
        return {"mtbf": write_duration(declared.mtbf * 3600), "mttr": write_duration(declared.mttr * 3600)}
    return None if declared is None else declared.probability


def _one_or_all(names: tuple[str, ...]) -> Any:
    return names[0] if len(names) == 1 else names


def _declared(**values: Any) -> dict[str, Any]:
    """Return the values that are declared, by their keys."""
    return {key.rstrip("_"): value for key, value in values.items() if value is not None}
