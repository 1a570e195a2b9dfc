"""What leads callers to another replica: DNS records that follow the address that moves, and people who change them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from msgspec.structs import replace

from archgen.analysis.dns_names import ADDRESS_TYPES, pointee, readings
from archgen.analysis.record_paths import ALIASES, hosts_named, record_ends, records_behind
from archgen.analysis.topology import Topology
from archgen.model.architecture import Architecture, Component, Host, Record
from archgen.model.change import Append, Change, Put, Remove
from archgen.model.dns_zones import normalize_name, servers_of
from archgen.model.kinds import ROUTING
from archgen.model.products import product_of
from archgen.reliability.index import Index
from archgen.reliability.locality import SAME_HOST
from archgen.reliability.members import manual_failovers
from archgen.reliability.requests import requests


def lead_to_moving_address(topology: Topology, *components: Component) -> tuple[Change, ...]:
    """Return the changes of records that lead the components' visitors to one host; what leads elsewhere stays as it is.

    The address of its only host moves from now on, if the records name that: it is the one that visitors and others have stored.
    Else nobody knows the address yet: the record names the component, which has it.
    """
    puts: list[Change] = []
    removals: dict[tuple[str, int], Change] = {}
    for component in components:
        own = topology.own_names.get(component.id, ())
        names = [name for name in own if len(hosts_named(topology, component, name)) == 1]
        leading = {record for name in names for record in topology.names.leading(name)}
        host = _host_that_gives_its_address(topology, component)
        if host is not None:
            address = topology.hosts[host].address
            puts.append(Put(("components", component.id, "cluster", "address"), {"shared": address}))
            others = replace(topology.hosts[host], address=None) != Host(host)
            # without its only key a host would not be there
            puts.append(Remove(("hosts", host, "address")) if others else Put(("hosts", host), {}))
            continue
        for server in topology.names.servers if leading else ():
            there = {
                (readings(record.name, server)[-1], record.type.upper())
                for record in server.records
                if pointee(record).removeprefix("component:") == component.id
            }
            for index, record in enumerate(server.records):
                wanted = _moved(topology, component, record, names) if record in leading else None
                path = ("components", server.id, "records", index)
                if wanted is None:
                    continue
                entry = (readings(record.name, server)[-1], wanted)
                if entry in there:
                    removals[server.id, index] = Remove(path)
                    continue
                there.add(entry)
                puts.append(Put((*path, "value"), component.id))
                if wanted != record.type.upper():
                    puts.append(Put((*path, "type"), wanted))
    # the last one first: a removal changes the position of what follows
    return (*puts, *(removals[key] for key in sorted(removals, reverse=True)))


def _host_that_gives_its_address(topology: Topology, component: Component) -> str | None:
    """Return the only host of a component if records of its flows' names lead to its address alone, and nothing else is called there.

    Visitors may come to that over a firewall. A name of the host's own is for those who administer it.
    """
    hosts = topology.hosts_of(component.id)
    address = topology.hosts[hosts[0]].address if len(hosts) == 1 else None
    domains = {topology.flows[flow].domain for flow in topology.flows_of[component.id]}
    names = {normalize_name(domain) for domain in domains if domain is not None}
    leading = [record for name in names for record in topology.names.leading(name)]
    if address is None or not leading or any(record_ends(topology, record) != {address} for record in leading):
        return None
    servers = topology.names.servers
    meant = {readings(each.name, server)[-1] for server in servers for each in server.records if each.value == address}
    beside = [each.component for each in topology.replicas_on[hosts[0]] if each.component != component.id]
    called = (call.source for name in beside for call in topology.incoming[name])
    visited = any(topology.trust(source) == "internet" for source in called) or any(
        call.source in beside for call in topology.incoming[component.id]
    )
    return hosts[0] if meant <= names and not visited else None


def failover_ttl(topology: Topology) -> int:
    """Return the seconds for which resolvers may keep a name that moves: a tenth of the objective, a minute at most."""
    return max(1, int(min(60.0, (topology.architecture.objectives.recovery_time or 600.0) / 10)))


def shorten_ttls(topology: Topology, *components: Component) -> tuple[Change, ...]:
    """Return the times to live of the records that lead to components whose name moves, where resolvers keep them for longer."""
    names = [name for component in components for name in topology.own_names.get(component.id, ())]
    leading = {record for name in names for record in topology.names.leading(name)}
    longest = failover_ttl(topology)
    return tuple(
        Put(("components", server.id, "records", index, "ttl"), f"{longest}s")
        for server in topology.names.servers
        for index, record in enumerate(server.records if leading else ())
        if record in leading and (record.ttl or 0.0) > longest
    )


def records_of_new_hosts(topology: Topology, after: Architecture) -> tuple[Append, ...]:
    """Return the records that lead visitors to new replicas, where a name has one for each host of the others."""
    added: dict[tuple[str, str, str], Append] = {}
    for grown in after.components:
        own = topology.hosts_of(grown.id) if grown.id in topology.components and grown.cluster is None else ()
        hosts = dict.fromkeys(host for replica in grown.replicas for host in replica.hosts if host not in own)
        more = len(own) > 1 and len(grown.replicas) > len(topology.components[grown.id].replicas)
        names = _names_led_to(topology, grown.id) if hosts and more else []
        for server in topology.names.servers:
            for name in names:
                leading = topology.names.leading(name)
                listing = [each for each in server.records if each in leading and each.type.upper() in ADDRESS_TYPES]
                ends = {pointee(each).removeprefix("host:"): each for each in listing}
                if all(host in ends or topology.hosts[host].address in ends for host in own):
                    last = listing[-1]
                    value: dict[str, Any] = {"name": last.name, "type": last.type}
                    ttl = {} if last.ttl is None else {"ttl": int(last.ttl)}
                    for host in hosts:
                        added[server.id, name, host] = Append(
                            ("components", server.id, "records"), {**value, "value": host, **ttl}
                        )
    return tuple(added.values())


def _names_led_to(topology: Topology, component: str) -> list[str]:
    """Return the names by which clients ask for a component, themselves or through what passes packets on."""
    calls = [
        (topology.flows[flow].domain, hop.step.source)
        for flow in topology.flows_of[component]
        for hop in topology.hops[flow]
        if component in hop.targets
    ]
    outside = ("client", *ROUTING)
    led = (name for name, source in calls if name is not None and topology.kind(source).id in outside)
    return [*dict.fromkeys(map(normalize_name, led))]


def _moved(topology: Topology, component: Component, record: Record, names: Collection[str]) -> str | None:
    """Return the type of a record that leads to the hosts alone once it leads to the moving address; None to leave it as it is.

    Where it stands for another name, such as that of the host, that name stays the host's.
    """
    own = {place for host in topology.hosts_of(component.id) for place in (host, topology.hosts[host].address)}
    kind = record.type.upper()
    if not record_ends(topology, record) <= own:
        return None
    if kind in ADDRESS_TYPES:
        return kind
    if kind not in ALIASES or normalize_name(pointee(record)) in names:
        return None
    kinds = {end.type.upper() for end in records_behind(topology, record)} & ADDRESS_TYPES.keys() or {"A"}
    return kinds.pop() if len(kinds) == 1 else None


def left_to_people(index: Index, grown: Component) -> Component:
    """Return a component with another replica whose traffic people lead to it, where nothing else could; as it is elsewhere.

    They do so with what they fail over on its host and it calls there alone, as a replica on another host would ask a standby.
    On another site they change its records where the name servers check nothing.
    """
    before, cluster = index.components[grown.id], grown.cluster
    if cluster is None or before.cluster is not None or cluster.watches is None:
        return grown
    bound = failed_over_below(index, before)
    if not bound and not (cluster.address == "dns" and is_led_by_hand(index, before)):
        return grown
    hosts = {host for replica in before.replicas for host in replica.hosts}
    beside = bound or [each for host in hosts for each in _on(index, host)]
    times = [failover.recovery for each in beside for failover in manual_failovers(each)]
    known = max((seconds for seconds in times if seconds is not None), default=None)
    active = (before.replicas[0].id,)
    return replace(
        grown,
        cluster=replace(cluster, active=active, failover="manual", by=None, watches=None, recovery=known),
    )


def failed_over_below(index: Index, component: Component) -> list[Component]:
    """Return what people fail over of all that a component reaches by calls that stay on its host, itself or through others there."""
    reached = [component.id]
    for name in reached:
        calls = (index.connections[name, target] for target in index.callees(name))
        bound = (call for call in calls if call.required and call.locality == SAME_HOST)
        reached += dict.fromkeys(target for call in bound for target in call.targets if target not in reached)
    below = (index.components.get(name) for name in reached[1:])
    return [each for each in below if each is not None and len(each.replicas) > 1 and any(manual_failovers(each))]


def stays_by_hand(index: Index, component: Component) -> bool:
    """Return True for a failover that people do, and that does nobody any good by itself, or that nothing there can do."""
    cluster = component.cluster
    if cluster is None or cluster.failover != "manual":
        return False
    is_led = cluster.address == "dns" and cluster.by is None and is_led_by_hand(index, component)
    return is_led or bool(failed_over_below(index, component))


def is_led_by_hand(index: Index, component: Component) -> bool:
    """Return True if the name servers of a component's flows answer with their records whether these lead to what is up or not.

    Where something changes records of its host already, it does so for those of the component too.
    """
    domains = {
        flow.domain
        for flow in index.architecture.flows
        for request, _ in requests(flow.steps)
        if flow.domain is not None and component.id in (request.source, *request.targets)
    }
    # an edit may know a part of the model alone, without those that ask them
    servers = {server for name in domains for server in servers_of(name, index.components.values())}
    products = [product_of(index.components[server].product) for server in servers]
    if not products or not all(product.unchecking for product in products):
        return False
    on = {host for replica in component.replicas for host in replica.hosts}
    clusters = (each.cluster for host in on for each in _on(index, host))
    return not any(each and each.address == "dns" and each.failover == "automatic" for each in clusters)


def _on(index: Index, host: str) -> Iterable[Component]:
    return map(index.components.__getitem__, sorted(index.standing_on.get(host, ())))
