"""Ports for administration, and the callers whom they are reached by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.analysis.firewalls import EVERYWHERE, is_for_everybody, lets_in
from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection, FirewallRule, Port
from archgen.model.firewall_ports import read_firewall_port
from archgen.model.kinds import FORWARDING, PASSING, RELAYING
from archgen.model.products import product_of
from archgen.model.protocols import ADMINISTRATION, PROTOCOLS, TUNNELS, WEB


def is_exposed_console(topology: Topology, connection: Connection, port: Port) -> bool:
    """Return True if callers outside use a port for administration that is no bastion's, whether a firewall lets them in or not."""
    return bool(port.admin) and connection.source in topology.outsiders and not is_way_in(topology, connection, port)


def is_way_in(topology: Topology, connection: Connection, port: Port) -> bool:
    """Return True if a port is what a bastion is there for: a shell, a tunnel, or a page that is all it offers, not a console."""
    if port.protocol not in _WAYS_IN and (port.protocol not in WEB or _offers_more(topology, connection, port)):
        return False
    calls = (connection, *administered_behind(topology, connection, port))
    through = {call.source for call in calls[1:]}
    ends = {target for call in calls for target in call.targets} - through
    return all(topology.kind(end).id == "bastion" for end in ends)


_WAYS_IN = ("ssh", "rdp", *TUNNELS)
"""The protocols of bastions; telnet, SNMP and IPMI administer the bastion itself, or let everybody read along."""


def _offers_more(topology: Topology, connection: Connection, port: Port) -> bool:
    """Return True if the connection has another port, or its targets have one for callers from the internet."""
    calls = [call for target in connection.targets for call in topology.incoming[target]]
    public = [call for call in calls if topology.trust(call.source) == "internet"]
    offered = (other for call in (connection, *public) for other in call.ports)
    return any((other.protocol, other.port) != (port.protocol, port.port) for other in offered)


def administered_behind(topology: Topology, connection: Connection, port: Port) -> Iterator[Connection]:
    """The connections over which what is called hands the port on: to one that is for administration too, of that number."""
    queue = [connection]
    seen = {connection.id}
    for call in queue:
        for onward in (
            onward for target in call.targets if hands_on(topology, target) for onward in topology.outgoing[target]
        ):
            if onward.id not in seen and any(_is_same(port, other) for other in onward.ports):
                seen.add(onward.id)
                queue.append(onward)
                yield onward


def _is_same(port: Port, other: Port) -> bool:
    numbers = {port.port, other.port} - {None}
    return bool(other.admin) and other.protocol == port.protocol and len(numbers) < 2


def hands_on(topology: Topology, component: str) -> bool:
    """Return True if a component hands on what it gets: it passes connections on, or balances."""
    kind = topology.kind(component)
    return kind.id in PASSING or kind.balances


def is_for_named_callers(topology: Topology, connection: Connection, port: Port) -> bool:
    """Return True if firewalls let in to a port, from the internet, whom their rules name alone: administrators, or addresses.

    Packets that are passed on keep the addresses of those who sent them; what a balancer sends comes from the balancer.
    """
    callers = [name for name in topology.senders(connection.source) if topology.kind(name).id not in FORWARDING]
    return bool(callers) and all(
        caller in topology.outsiders
        and topology.denied(connection, target, port) is None
        and _keeps_out(topology, connection, caller, target, port)
        for caller in callers
        for target in connection.targets
    )


def _keeps_out(topology: Topology, connection: Connection, caller: str, target: str, port: Port) -> bool:
    """Return True if a firewall before a target, or on the way to it, keeps everybody out whom its rules don't name."""
    firewalls = topology.firewalls
    passed: list[tuple[str, str | None]] = [(firewall, target) for firewall in firewalls.between(caller, target)]
    if topology.kind(connection.source).id == "firewall":
        passed.append((connection.source, target))
    if topology.kind(target).id == "firewall":
        # what comes to a firewall is for itself or for something behind it
        passed.append((target, None))
    return any(
        firewalls.keeps_out(firewall, _everybody(topology, topology.components[firewall]), place, port)
        for firewall, place in passed
    )


def _everybody(topology: Topology, firewall: Component) -> set[str]:
    """Return the names that mean the internet in a firewall's rules: where none says so, those of visitors, too."""
    if any(lets_in(rule) and is_for_everybody(rule) for rule in firewall.rules):
        return {*EVERYWHERE}
    visitors = (name for name in topology.outsiders if _visits(topology, name))
    return {*EVERYWHERE, *(name for visitor in visitors for name in topology.firewalls.places(visitor))}


def _visits(topology: Topology, client: str) -> bool:
    """Return True for a client that calls more than what is for administrators."""
    ports = (port for call in topology.outgoing[client] for port in call.ports)
    return topology.kind(client).id == "client" and any(
        not port.admin and port.protocol not in (*ADMINISTRATION, *TUNNELS) for port in ports
    )


def goes_on(topology: Topology, connection: Connection, port: Port) -> bool:
    """Return True for a port that a firewall passes on in each flow that takes it: no console of the firewall itself."""
    if port.admin or any(topology.kind(target).id not in _FILTERS for target in connection.targets):
        return False
    taking = [
        topology.hops[flow]
        for flow in topology.flows_over[connection.id]
        if any(hop.connection is connection and _speaks(hop, port) for hop in topology.hops[flow])
    ]
    return bool(taking) and all(
        any(hop.step.source in connection.targets and _speaks(hop, port) for hop in hops) for hops in taking
    )


def _speaks(hop: Hop, port: Port) -> bool:
    return hop.port is not None and hop.port.protocol == port.protocol


_FILTERS = ("firewall", "nat-gateway")
"""The kinds that pass packets on, and that administrators reach from inside; people sign in to a router on the way."""


def console_ports(topology: Topology, rule: FirewallRule, component: Component) -> Iterator[tuple[str, int]]:
    """Yield the protocols and numbers of a component's consoles: those of its product, and what a rule opens at one by its name.

    What clients outside call, or a balancer for them, is a page of theirs, whatever it is called.
    """
    known = product_of(component.product).consoles
    yield from (("tcp", number) for number in known)
    words = re.findall(r"[a-z]+", f"{component.id} {component.product or ''}".casefold())
    if _CONSOLES.isdisjoint(words) or any(_is_for_visitors(topology, call) for call in topology.incoming[component.id]):
        return
    taken = (*known, *(PROTOCOLS[protocol].port for protocol in ADMINISTRATION))
    for port in map(read_firewall_port, rule.ports):
        if port is not None and port.first == port.last and port.first is not None and port.first not in taken:
            yield port.protocol or port.transport or "tcp", port.first


def _is_for_visitors(topology: Topology, call: Connection) -> bool:
    source = topology.kind(call.source)
    return topology.trust(call.source) == "internet" or source.id in RELAYING or source.balances


_CONSOLES = {
    *("admin", "administration", "console", "dashboard", "phpmyadmin", "pgadmin", "adminer", "portainer", "webmin"),
    *("cockpit", "proxmox", "vcenter", "rancher", "argocd", "idrac", "ilo", "ipmi", "bmc"),
    *("grafana", "kibana", "prometheus", "alertmanager"),
}
"""Words by which the name or product of a component says that administrators alone use it."""
