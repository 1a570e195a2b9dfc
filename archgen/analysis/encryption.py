"""Where encryption ends on the way of a request, and which connections carry plaintext between hosts."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archgen.analysis.hops import Hop, encrypted
from archgen.analysis.topology import Topology
from archgen.model.architecture import Connection, Port
from archgen.model.products import product_of

_NO_NETWORK = ("dns", "file", "unix")
"""Protocols that carry nothing of a request over a network, or names alone."""

_FORWARDING = ("firewall", "router", "nat-gateway")
"""The kinds that pass packets on as they come."""

_OF_OTHERS = ("syslog", "snmp")
"""Protocols of monitoring that carry more than measurements: log lines, and the settings of devices."""


class Termination(Struct, frozen=True):
    """A component at which TLS ends, with what goes on from there in plaintext between hosts, and in which flows.

    `before` are the components at which the TLS ended and began again on the way there.
    """

    component: str
    clear: tuple[str, ...]
    flows: tuple[str, ...]
    before: tuple[str, ...] = ()


def terminations(facts: Topology) -> tuple[Termination, ...]:
    """The components that end TLS and from which a request goes on in plaintext, applications apart."""
    clear: dict[str, dict[str, None]] = {}
    flows: dict[str, dict[str, None]] = {}
    before: dict[str, dict[str, None]] = {}
    for flow, hops in facts.hops.items():
        for terminator in _terminators(facts, hops):
            for connection in _clear_behind(hops, terminator):
                clear.setdefault(terminator, {})[connection] = None
                flows.setdefault(terminator, {})[flow] = None
                before.setdefault(terminator, {}).update(dict.fromkeys(_again_before(facts, hops, terminator)))
    return tuple(
        Termination(one, tuple(connections), tuple(flows[one]), tuple(before[one]))
        for one, connections in clear.items()
    )


def _terminators(facts: Topology, hops: tuple[Hop, ...]) -> Iterator[str]:
    """The components at which an encrypted hop arrives and from which a request goes on, applications apart."""
    ending = dict.fromkeys(target for hop in hops if _ends(hop) for target in hop.targets)
    for component in ending:
        if facts.kind(component).role not in ("application", "data"):
            yield component


def _ends(hop: Hop) -> bool:
    passes = hop.port is not None and hop.port.tls is not None and hop.port.tls.mode == "pass-through"
    return hop.meaning == "encrypted" and not passes


def _clear_behind(hops: tuple[Hop, ...], terminator: str) -> Iterator[str]:
    """The plaintext connections that what arrived encrypted goes on over, up to the next encrypted hop."""
    reached = {terminator}
    for hop in hops:
        if hop.step.source in reached and hop.connection is not None and hop.meaning != "encrypted":
            reached.update(hop.targets)
            if hop.meaning == "plaintext":
                yield hop.connection.id


def _again_before(facts: Topology, hops: tuple[Hop, ...], terminator: str) -> Iterator[str]:
    """The components before a terminator that ended TLS themselves and encrypted again towards it."""
    ending = list(_terminators(facts, hops))
    wanted = {terminator}
    for hop in reversed(hops):
        if wanted.intersection(hop.targets) and _ends(hop) and hop.step.source in ending:
            wanted.add(hop.step.source)
    wanted.remove(terminator)
    yield from (one for one in ending if one in wanted and _decrypts(facts, one))


def _decrypts(facts: Topology, component: str) -> bool:
    """Return True if a component with TLS on both sides reads what passes: packets and connections are passed on unread."""
    if product_of(facts.components[component].product).forwards:
        stated = (port.tls for call in facts.incoming[component] for port in call.ports)
        return any(tls is not None and tls.certificate is not None for tls in stated)
    return facts.kind(component).terminates_tls


def plaintext_between_hosts(facts: Topology) -> tuple[Connection, ...]:
    """The connections that carry plaintext between hosts, those apart that no TLS of a visitor ever reached or left.

    What comes in plaintext from the internet, and what lies behind the end of TLS, is told elsewhere.
    """
    behind = {one for each in terminations(facts) for one in each.clear}
    calls = (one for one in facts.architecture.connections if one.id not in behind and _is_inside(facts, one))
    return tuple(one for one in calls if clear_ports(one) and _may_cross(facts, one) and not _measures(facts, one))


def clear_ports(connection: Connection) -> tuple[Port, ...]:
    """The ports of a connection that are spoken to in plaintext."""
    return tuple(one for one in connection.ports if _is_clear(one))


def _is_clear(port: Port) -> bool:
    return port.protocol not in _NO_NETWORK and port.redirect is None and encrypted(port) is False


def _is_inside(facts: Topology, connection: Connection) -> bool:
    """Return True if what the connection carries does not come from the internet as it is."""
    source = connection.source
    if facts.kind(source).id in _FORWARDING:
        return not any(facts.trust(call.source) == "internet" for call in facts.incoming[source] if clear_ports(call))
    return facts.trust(source) != "internet"


def _may_cross(facts: Topology, connection: Connection) -> bool:
    """Return True if a connection leaves a host, or if hosts are not told and an end has several replicas."""
    crosses = facts.crosses(connection)
    ends = (facts.components[one] for one in (connection.source, *connection.targets))
    return bool(crosses) or (crosses is None and any(len(one.replicas) > 1 for one in ends))


def _measures(facts: Topology, connection: Connection) -> bool:
    """Return True if nothing but measurements of the monitoring goes over a connection."""
    kinds = [facts.kind(one) for one in (connection.source, *connection.targets)]
    observed = any(one.observes for one in kinds) and all(one.id != "log-collector" for one in kinds)
    return observed and not any(one.protocol in _OF_OTHERS for one in connection.ports)
