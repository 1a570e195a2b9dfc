"""The result of `what-if` for all its formats: the changes, each flow before and after, the YAML to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.topology import Topology
from archgen.edits.patch import (
    cluster_value,
    component_value,
    connection_value,
    host_value,
    is_pinned,
    moved_host_value,
    quorum_value,
    replication_value,
    runs_on_value,
    zone_value,
)
from archgen.edits.promotion import finds_primary, is_promoted_by_unknown
from archgen.edits.records import failed_over_below
from archgen.edits.replicas import TO_OTHER, called_nearby, is_led_to_one_side, is_tried, lacks_chooser, waits_its_turn
from archgen.edits.services import led_to_own, managed_value, serves_own_zone
from archgen.language.write.values import block, inline
from archgen.model.architecture import Architecture, Component
from archgen.model.change import Append
from archgen.model.kinds import ROUTING
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.index import Index
from archgen.reliability.locality import zones_apart


class WhatIfReport(Struct, frozen=True):
    """A model before and after some changes.

    `changes` are in words; `won` are, for each, the hours a year that it wins each flow over the changes before it, empty
    where that was too much to work out. `before` and `after` the same flows in the same order. `smallest` is None where the changes
    were given, else whether no fewer would do; `left` are single points that no change of the known kinds removes, and `accepted`
    those for which none was sought, with what is lost with them; so `practiced` are components that people fail over in time.
    `asked` are flows, each with single points that take it down only under a condition that the model leaves open; `waiting` are, for
    each change, those that it saves something only under such a condition.
    """

    file: str
    name: str
    changes: tuple[str, ...]
    won: tuple[tuple[tuple[str, float], ...], ...]
    before: tuple[FlowAssessment, ...]
    after: tuple[FlowAssessment, ...]
    yaml: str
    smallest: bool | None = None
    left: tuple[tuple[str, tuple[Subject, ...]], ...] = ()
    accepted: tuple[Subject, ...] = ()
    practiced: tuple[str, ...] = ()
    asked: tuple[tuple[str, tuple[str, ...], str], ...] = ()
    waiting: tuple[frozenset[str], ...] = ()


class ChangedCalls(Struct, frozen=True):
    """Connections whose lines change with a model, as they are to be written.

    `freed` are bound to their own host no longer; what is `encrypted` takes TLS from its callers from now on, and `plain` are those
    that start to leave their host in plaintext, or share a port with TLS, and whose lines nothing writes.
    """

    lines: Mapping[str, Any] = {}
    freed: tuple[str, ...] = ()
    encrypted: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()


def changed_yaml(
    before: Architecture,
    after: Architecture,
    leases: Iterable[tuple[str, str, str]] = (),
    admitted: Iterable[Append] = (),
    opened: Mapping[str, Iterable[str]] | None = None,
    led: Iterable[Append] = (),
    calls: ChangedCalls = ChangedCalls(),  # noqa: B008  frozen
) -> str:
    """Return the parts of a model that the changes touch, as they are to be written into its file; empty if none.

    `leases` are the flows that write to a store which asks for one from now on, with the store and what keeps the lease. `admitted`
    are the rules that let added connections through firewalls, and `opened` what asks for no account on the network from now on, with
    its callers; `led` are the records of names that list the hosts of what has another one from now on.
    `calls` are those that change along.
    """
    zones = {zone.id for zone in before.zones}
    hosts = {host.id: host for host in before.hosts}
    components = {component.id: component for component in before.components}
    starting_jobs = Index(before).starting_jobs
    sections = {
        "zones": {zone.id: zone_value(zone) for zone in after.zones if zone.id not in zones},
        "hosts": {
            host.id: moved_host_value(hosts[host.id], host) if host.id in hosts else host_value(host)
            for host in after.hosts
            if host != hosts.get(host.id)
        },
    }
    lines = list(block({key: section for key, section in sections.items() if section}))
    changed = [component for component in after.components if component != components.get(component.id)]
    lines += ["components:"] if changed else []
    for component in changed:
        if component.id not in components:
            lines += block({component.id: component_value(component)}, 1, "  ")
            continue
        lines += block({component.id: _component(components[component.id], component)}, 1, "  ")
        cluster = component.cluster
        if cluster and cluster.failover == "manual" and components[component.id].cluster is None:
            lines.append(f"    # {_moved_by_people(after, component)}")
        if cluster != components[component.id].cluster and cluster and not (cluster.shared_address or cluster.address):
            # what routes packets is found by its address
            by_name = "" if component.kind in ROUTING else _by_name(after, component)
            address = f"add the address that moves: `address: {{shared: …}}`{by_name}"
            if component.kind in ROUTING and any(zones_apart(Index(after), component.replicas)):
                address = "add what moves the routes to the one that is left, BGP or a script: `by: …`"
            lease = "add what holds the lease, so that no job starts twice: `by: …`"
            lines.append(f"    # {lease if component.id in starting_jobs else address}")
            if waits_its_turn(component):
                lines.append("    # add what decides which one works, if its makers support that: `by: …`")
        if is_tried(after, component) and len(component.replicas) > len(components[component.id].replicas):
            lines.append("    # hand the addresses of all to each client (`iceServers`): it tries each")
        if cluster != components[component.id].cluster and cluster and cluster.watches == "service":
            called = listed(called_nearby(after, component))
            way = " (keepalived: `vrrp_script`)" if cluster.by == "vrrp" else ""
            lines.append(f"    # let its check{way} send a request through to {called}")
        if cluster != components[component.id].cluster and cluster and cluster.address == "dns" and cluster.by == "dns":
            cached = _cached_for(before, component)
            slow = (
                f"; lower its `ttl`, by which callers keep the first address for {cached:,g} s"
                if cached > _SHORT
                else ""
            )
            lines.append(f"    # let the name server check the replicas and change the record{slow}")
        more = len(component.replicas) > len(components[component.id].replicas)
        if more and lacks_chooser(Index(after), component):
            lines.append(f"    # add {TO_OTHER}")
        if serves_own_zone(component) and len(component.replicas) > len(components[component.id].replicas):
            lines.append(f"    # {led_to_own(component)}")
        for key, words in _KEPT.items():
            if getattr(component, key) != getattr(components[component.id], key):
                lines.append(f"    # {words}")
        if more and component.sessions == "local" and is_led_to_one_side(after, component, Index(after).callers):
            lines.append("    # visitors sign in again after a failover: each replica keeps the sessions of its own")
        if component.replication is None and components[component.id].replication is not None:
            lines.append("    # remove its `replication`: what waits is on a majority")
        if component.replication != components[component.id].replication and _is_decided_by_nobody(component):
            lines.append("    # add what decides which replica is promoted, best at a third site: `by: …`")
        if leading := what_leads_callers(components[component.id], after, component):
            lines.append(f"    # add what leads its callers to the new primary: {leading}")
    lines += (f"  # first, {ask_for_account(name, callers)}" for name, callers in (opened or {}).items())
    added = {each.id: connection_value(each) for each in after.connections[len(before.connections) :]}
    lines += block({"connections": {**calls.lines, **added}}) if calls.lines or added else []
    lines += _calls_to_change(calls)
    lines += _lease_steps(leases)
    lines += (f"# add to the rules of {rule.path[1]}: `- {inline(rule.value)}`" for rule in admitted)
    lines += (f"# add to the records of {record.path[1]}: `- {inline(record.value)}`" for record in led)
    return "".join(f"{line}\n" for line in lines)


def _calls_to_change(calls: ChangedCalls) -> Iterator[str]:
    """Yield what the changed lines of connections are for, and what they leave open."""
    if calls.encrypted:
        several = len(calls.encrypted) > 1
        what, whose = ("certificates", "their") if several else ("a certificate", "its")
        yield f"  # first, give {listed([*calls.encrypted])} {what}: from now on {whose} callers speak TLS"
    if freed := [name for name in calls.freed if name in calls.lines]:
        yield f"  # {listed(freed)} without `locality`: the primary may be on another host"
    if bound := [name for name in calls.freed if name not in calls.lines]:
        yield f"  # remove `locality` of {listed(bound)}: the primary may be on another host"
    if calls.plain:
        verb = "crosses" if len(calls.plain) == 1 else "cross"
        yield f"  # from now on {listed([*calls.plain])} {verb} hosts in plaintext: add TLS, or a tunnel (`tls: {{tunnel: …}}`)"


_KEPT = {
    "uploads": "add the storage of the uploads, and its connection",
    "sessions": "add the store of the sessions, and its connection; or let the balancer bring each visitor back (`stickiness`)",
}
"""What a second replica finds where both reach it, and what that takes."""


def _moved_by_people(after: Architecture, component: Component) -> str:
    """Return why people move the traffic of a component to another replica."""
    below = sorted(each.id for each in failed_over_below(Index(after), component))
    return (
        f"people move it together with {listed(below)}"
        if below
        else "people change its records, which the name server doesn't check"
    )


def _by_name(after: Architecture, component: Component) -> str:
    """Return the other way to lead callers; between sites, and when it is the only one."""
    apart = next(zones_apart(Index(after), component.replicas), None)
    if apart is None:
        return " or `address: dns`"
    _, here, _, there = apart
    return f" if one local network (a VLAN) spans {here} and {there}, else `address: dns`"


def _lease_steps(leases: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Yield what to add to the flows that write to a store, whose primary a lease keeps from now on."""
    flows: dict[str, list[str]] = {}
    for flow, store, promoter in leases:
        flows.setdefault(f"{store} -> {promoter}", []).append(flow)
    for step, writing in flows.items():
        yield f"# add to the steps of {listed(writing)}: `- {step}: renew the lease`"


_SHORT = 300
"""The seconds for which a record may be cached that leads to what may fail over."""


def _cached_for(architecture: Architecture, component: Component) -> float:
    """Return the longest declared `ttl`, in seconds, of the records with an address of the component's hosts; 0 without any."""
    on = {host for replica in component.replicas for host in replica.hosts}
    addresses = {host.address for host in architecture.hosts if host.id in on}
    records = (record for each in architecture.components for record in each.records)
    return max((record.ttl for record in records if record.ttl is not None and record.value in addresses), default=0)


def _is_decided_by_nobody(component: Component) -> bool:
    """Return True for a store of two whose product promotes a replica by means that aren't known here."""
    replication = component.replication
    automatic = replication is not None and replication.failover == "automatic" and replication.by is None
    return automatic and len(component.replicas) == 2 and is_promoted_by_unknown(component)


def what_leads_callers(before: Component, architecture: Architecture, component: Component) -> str:
    """Return what leads the callers of a store to the primary that its changed replication promotes; empty where they learn of it."""
    if component.replication == before.replication or _is_followed(architecture, component):
        return ""
    if _asks_each(component):
        return "an address that moves, a proxy that knows it, or drivers that try each host (`target_session_attrs`)"
    return "an address that moves, or a proxy that knows it"


def _is_followed(architecture: Architecture, component: Component) -> bool:
    """Return True unless another component promotes a replica of a store, and the callers don't learn of it."""
    by = component.replication.by if component.replication is not None else None
    promoter = next((each for each in architecture.components if each.id == by), None)
    return promoter is None or finds_primary(Index(architecture), component, promoter.product)


def _asks_each(component: Component) -> bool:
    """Return True for a store whose drivers can look for the primary among several hosts, as libpq does."""
    return product_of(component.product).keeps_lease


_FOR_EVERYBODY = ("dns",)
"""The protocols of what answers everybody in a network."""


def opened_to_network(before: Topology, after: Topology) -> dict[str, tuple[str, ...]]:
    """Return what asks its callers for no account, and is first called over a network after a change, with these callers.

    On one host alone, whoever isn't there reached none of it.
    """
    opened: dict[str, dict[str, None]] = {}
    calls = {call.id: call for call in before.architecture.connections}
    for call in after.architecture.connections:
        is_open = call.authentication is False and any(port.protocol not in _FOR_EVERYBODY for port in call.ports)
        if is_open and call.id in calls and after.crosses(call) and before.crosses(calls[call.id]) is False:
            for target in call.targets:
                opened.setdefault(target, {})[call.source] = None
    return {target: tuple(callers) for target, callers in opened.items()}


def ask_for_account(name: str, callers: Iterable[str]) -> str:
    """Return what has to come before a component that lets anybody in is called over a network."""
    return f"let {name} ask {listed([*callers])} for an account (`authentication: password`): other machines reach it from now on"


def _component(before: Component, after: Component) -> dict[str, Any]:
    """Return the keys of a component that differ, each with its complete value."""
    values: dict[str, Any] = {}
    if after.replicas != before.replicas:
        hosts = runs_on_value(after)
        values |= {"runs_on": hosts} if hosts is not None else {}
        values |= (
            {"replicas": len(after.replicas)} if hosts is None or after.replicas[0].floating or is_pinned(after) else {}
        )
    if after.managed != before.managed:
        values["managed"] = managed_value(after.managed)
    if after.replication is not None and after.replication != before.replication:
        values["replication"] = replication_value(after)
    if after.cluster is not None and after.cluster != before.cluster:
        values["cluster"] = cluster_value(after)
    values |= {key: getattr(after, key) for key in _KEPT if getattr(after, key) != getattr(before, key)}
    if after.deploy != before.deploy:
        values["deploy"] = after.deploy
    if after.quorum != before.quorum:
        values["quorum"] = quorum_value(after)
    if after.guards != before.guards:
        values["guards"] = after.guards
    return values
