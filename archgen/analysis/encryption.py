"""The ends of encryption along a flow, and the connections that carry plaintext between hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from archgen.analysis.exposure import past_application
from archgen.analysis.hops import Hop, encrypted, is_passed_through, is_said_to_be_tunnelled, is_tunnelled
from archgen.analysis.programs import asks_stores
from archgen.analysis.topology import Topology
from archgen.model.architecture import Certificate, Connection, Port
from archgen.model.dns_zones import covers_name, normalize_name
from archgen.model.kinds import FORWARDING
from archgen.model.products import is_edge_elsewhere, is_setting_of_balancer, passes_on_unread, scope_of
from archgen.model.protocols import LOOK_UPS, PROTOCOLS, UNCERTIFIED, WITH_ACCOUNTS
from archgen.model.reasons import tells_internet
from archgen.reliability.requests import turns

NO_NETWORK = ("dns", "file", "unix")
"""Protocols that carry nothing of a request over a network, or names alone."""

_OF_OTHERS = ("syslog", "snmp")
"""Protocols of monitoring that carry more than measurements: log lines, and the settings of devices."""


class Termination(Struct, frozen=True):
    """A component at which TLS ends, with the connections that carry on in plaintext between hosts, and their flows.

    `before` are the components at which the TLS ended and began again on the way there.
    """

    component: str
    clear: tuple[str, ...]
    flows: tuple[str, ...]
    before: tuple[str, ...] = ()


@lru_cache(1)
def terminations(topology: Topology) -> tuple[Termination, ...]:
    """Return the components, other than applications, that end TLS and pass requests on in plaintext, and not to stores alone."""
    clear: dict[str, dict[str, None]] = {}
    flows: dict[str, dict[str, None]] = {}
    before: dict[str, dict[str, None]] = {}
    for flow, hops in topology.hops.items():
        terminators = tuple(_terminators(topology, hops))
        passed = _passed_on(topology, flow) if terminators else {}
        for terminator in terminators:
            connections = tuple(_clear_behind(topology, hops, terminator, passed))
            if connections:
                clear.setdefault(terminator, {}).update(dict.fromkeys(connections))
                flows.setdefault(terminator, {})[flow] = None
                before.setdefault(terminator, {}).update(dict.fromkeys(_again_before(topology, hops, terminator)))
    return tuple(
        Termination(component, tuple(connections), tuple(flows[component]), tuple(before[component]))
        for component, connections in clear.items()
        if not all(asks_stores(topology, topology.connections[name]) for name in connections)
    )


def _terminators(topology: Topology, hops: tuple[Hop, ...]) -> Iterator[str]:
    """Yield the components of the system, other than applications and mail servers, at which an encrypted hop arrives."""
    ending = dict.fromkeys(target for hop in hops if _ends(hop) for target in hop.targets)
    for component in ending:
        kind = topology.kind(component)
        if (
            component not in topology.external_services
            and kind.role not in ("application", "data")
            and kind.id != "mail"
        ):
            yield component


def _ends(hop: Hop) -> bool:
    """Return True if TLS ends after a hop; the session of SSH or a tunnel is another one than what follows."""
    if hop.port is None or hop.meaning != "encrypted" or hop.port.protocol in UNCERTIFIED or is_tunnelled(hop.port):
        return False
    return not is_passed_through(hop.port)


def _passed_on(topology: Topology, flow: str) -> dict[str, frozenset[str]]:
    """Return the requests that a balancer or its like passes on with each of its own, by their ids."""
    turned = turns(topology.index, topology.flows[flow])
    return {turn.request.id: frozenset(each.id for each in turn.passes_on) for turn in turned if turn.passes_on}


def _clear_behind(
    topology: Topology, hops: tuple[Hop, ...], terminator: str, passed: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    """Yield the plaintext connections inside the system behind a terminator, up to the next encrypted hop.

    A balancer that also gets requests in plaintext passes these on apart from those whose TLS it ended.
    """
    came = {hop.port.protocol for hop in hops if terminator in hop.targets and hop.port is not None}
    reached: set[str] = set()
    ended: set[str] = set()
    behind: set[str] = set()
    for hop in hops:
        source, got = hop.step.source, passed.get(hop.step.id)
        decrypted = behind | ended if source == terminator else behind
        goes_on = source in reached if got is None else not got.isdisjoint(decrypted)
        # what it looks up or mounts is no request that it hands on
        if source == terminator and hop.port is not None and hop.port.protocol in LOOK_UPS - came:
            continue
        if goes_on and hop.connection is not None and hop.meaning != "encrypted":
            behind.add(hop.step.id)
            # what a service of others sends later is a call over the internet of its own
            reached.update(set(hop.targets) - topology.external_services)
            # of access to files, the name says nothing of what carries them
            named = hop.port is None or hop.port.protocol not in NO_NETWORK
            if hop.meaning == "plaintext" and named and not _crosses_internet(topology, hop.connection):
                yield hop.connection.id
        if terminator in hop.targets and _ends(hop):
            ended.add(hop.step.id)
            reached.add(terminator)


def _again_before(topology: Topology, hops: tuple[Hop, ...], terminator: str) -> Iterator[str]:
    """Yield the components before a terminator that ended TLS themselves and encrypted again towards it."""
    ending = list(_terminators(topology, hops))
    wanted = {terminator}
    for hop in reversed(hops):
        if wanted.intersection(hop.targets) and _ends(hop) and hop.step.source in ending:
            wanted.add(hop.step.source)
    wanted.remove(terminator)
    yield from (component for component in ending if component in wanted and _decrypts(topology, component))


def _decrypts(topology: Topology, component: str) -> bool:
    """Return True if a component with TLS on both sides reads what passes: packets and connections are passed on unread."""
    if passes_on_unread(topology.components[component]):
        return _has_certificate(topology, component)
    return topology.kind(component).terminates_tls and not is_attached(topology, component)


def passes_tls_on(topology: Topology, component: str) -> bool:
    """Return True for what passes connections on unread and has no certificate, so that TLS ends behind it.

    A balancer says so by its product, or by `pass-through` at a connection that leaves it.
    """
    leaving = (port for call in topology.outgoing[component] for port in call.ports)
    declared = topology.kind(component).role == "balancer" and any(map(is_passed_through, leaving))
    return (declared or passes_on_unread(topology.components[component])) and not _has_certificate(topology, component)


def _has_certificate(topology: Topology, component: str) -> bool:
    """Return True if a certificate is installed on a component; one that is installed nowhere is where connections name it."""
    declared = (port.tls for call in topology.incoming[component] for port in call.ports)
    named = {tls.certificate for tls in declared if tls is not None}
    return any(
        component in each.installed_on if each.installed_on else each.id in named
        for each in topology.architecture.certificates
    )


def is_attached(topology: Topology, component: str) -> bool:
    """Return True for a provider's firewall of requests that is a part of the balancer or CDN behind it, and ends no TLS.

    One that a provider runs in all the world is an edge with certificates of its own, unless its product is such a part; so is one
    that has a certificate.
    """
    own = topology.components[component]
    of_balancer = is_setting_of_balancer(own)
    if own.kind != "waf" or not (of_balancer or (own.managed and scope_of(own) != "global")):
        return False
    certificates = topology.architecture.certificates
    behind = (target for call in topology.outgoing[component] for target in call.targets)
    return not any(component in each.installed_on for each in certificates) and any(
        topology.kind(target).balances and bool(topology.components[target].managed) for target in behind
    )


def plaintext_between_hosts(topology: Topology) -> tuple[Connection, ...]:
    """Return the connections inside the system that carry plaintext between hosts.

    Plaintext over the internet, behind the end of TLS, and past an application into its store are the subject of other rules.
    """
    behind = {connection for termination in terminations(topology) for connection in termination.clear}
    clear = [
        call
        for call in topology.architecture.connections
        if clear_ports(call) and call.id not in behind and topology.crosses(call) is not False
        if _is_inside(topology, call) and past_application(topology, call) is None and not _measures(topology, call)
        # what asks for its own address shows no more than the packet does (RFC 8489)
        if any(port.protocol != "stun" for port in clear_ports(call))
    ]
    # a server that is to take only TLS from the others takes no plaintext from a caller whose host is unknown
    crossing = {call.id for call in clear if _may_cross(topology, call)}
    others = [call for call in clear if call.id not in crossing]
    listening = {listener for call in clear if others and call.id in crossing for listener in _listeners(call)}
    crossing.update(call.id for call in others if not listening.isdisjoint(_listeners(call)))
    return tuple(call for call in clear if call.id in crossing)


def undeclared_between_hosts(topology: Topology) -> tuple[Connection, ...]:
    """Return the connections inside the system between hosts of which nothing says whether they are encrypted."""
    return tuple(
        call
        for call in topology.architecture.connections
        if _is_undeclared(call.ports) and _is_inside(topology, call)
        if (_may_cross(topology, call) or _is_of_unknown_hosts(topology, call)) and not _measures(topology, call)
        if not _goes_on(topology, call)
    )


def _goes_on(topology: Topology, connection: Connection) -> bool:
    """Return True if a connection leads to what passes packets on as they come: its calls declare their protocols."""
    return all(topology.kind(name).id in FORWARDING and topology.outgoing[name] for name in connection.targets)


@lru_cache(4096)
def _is_undeclared(ports: tuple[Port, ...]) -> bool:
    return any(port.redirect is None and encrypted(port) is None for port in ports)


def _is_of_unknown_hosts(topology: Topology, connection: Connection) -> bool:
    """Return True if a model declares no host at all, so that nothing speaks for a connection that stays in one."""
    return not topology.hosts and topology.crosses(connection) is None


def _listeners(connection: Connection) -> set[tuple[str, str]]:
    ports = clear_ports(connection)
    return {(target, port.protocol) for target in connection.targets for port in ports}


_PLAIN = frozenset(
    protocol.id
    for protocol in PROTOCOLS.values()
    if protocol.encrypted is False and not protocol.either and protocol.id not in NO_NETWORK
)
"""Protocols that are plaintext on any port that says nothing of TLS."""


def clear_ports(connection: Connection) -> tuple[Port, ...]:
    """Return the ports of a connection that carry plaintext, as far as its owner doesn't say that a tunnel carries it."""
    ports = () if is_said_to_be_tunnelled(connection) else connection.ports
    if len(ports) == 1:
        # nearly all have one, and to look at it costs less than its hash
        port = ports[0]
        if port.protocol in _PLAIN and port.tls is None and port.redirect is None:
            return ports
    return _clear(ports)


@lru_cache(4096)
def _clear(ports: tuple[Port, ...]) -> tuple[Port, ...]:
    return tuple(port for port in ports if _is_clear(port))


def _is_clear(port: Port) -> bool:
    return port.protocol not in NO_NETWORK and port.redirect is None and encrypted(port) is False


def is_public(topology: Topology, connection: Connection) -> bool:
    """Return True if a connection crosses the internet: from an untrusted network or a provider's edge, or to a service of others."""
    return connection.source in topology.outsiders or _crosses_internet(topology, connection)


def comes_from_edge(topology: Topology, connection: Connection) -> bool:
    """Return True if a provider's CDN or firewall of requests, on a network of its own, calls a server outside of private networks.

    A service of a provider may be in the same network, and a private network is reached by a tunnel.
    """
    if not is_edge_elsewhere(topology.components[connection.source]):
        return False
    return any(
        not topology.components[target].managed and topology.trust(target) != "private" for target in connection.targets
    )


def _crosses_internet(topology: Topology, connection: Connection) -> bool:
    """Return True for a hop that others carry over the internet: of a provider's edge, to a service of others, or as its reason says."""
    leaves = not topology.external_services.isdisjoint(connection.targets)
    return leaves or tells_internet(connection.why) or comes_from_edge(topology, connection)


def is_http_challenge(topology: Topology, connection: Connection, port: Port) -> bool:
    """Return True for a port on which a certificate authority asks for a proof of the name, which has to come by HTTP (RFC 8555, 8.3)."""
    if port.protocol != "http" or port.port not in (80, None) or port.tls is not None:
        return False
    source = topology.components[connection.source]
    # not whoever issues a certificate: a CDN, or a cloud, does that and sends requests of its own
    if any(_letters(name).startswith(_AUTHORITIES) for name in (source.id, source.product, source.name) if name):
        return True
    over = [
        hop.step.message.casefold()
        for flow in topology.flows_over[connection.id]
        for hop in topology.hops[flow]
        if hop.connection is connection
    ]
    return bool(over) and all("acme-challenge" in message or "http-01" in message for message in over)


_AUTHORITIES = (
    *("letsencrypt", "zerossl", "buypass", "googletrustservices", "sectigo", "digicert", "globalsign", "actalis"),
)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _is_inside(topology: Topology, connection: Connection) -> bool:
    """Return True if the connection's data neither crosses the internet nor comes from it unchanged."""
    source = connection.source
    if is_public(topology, connection):
        return False
    if topology.kind(source).id in FORWARDING:
        return not any(
            topology.trust(call.source) == "internet" for call in topology.incoming[source] if clear_ports(call)
        )
    return True


def _may_cross(topology: Topology, connection: Connection) -> bool:
    """Return True if a connection leaves a host, or if hosts are unknown and an end has several replicas."""
    crosses = topology.crosses(connection)
    if crosses is not None:
        return crosses
    ends = (topology.components[component] for component in (connection.source, *connection.targets))
    return any(len(component.replicas) > 1 for component in ends)


def _measures(topology: Topology, connection: Connection) -> bool:
    """Return True if a connection carries nothing but measurements for monitoring, rather than an account.

    People sign in to monitoring, also through a proxy, and it signs in to databases. On a flow, one monitoring sends another alerts.
    """
    ends = (connection.source, *connection.targets)
    if topology.observing.isdisjoint(ends) or any(topology.kind(name).id == "log-collector" for name in ends):
        return False
    if connection.id in topology.looks:
        return False
    if topology.flows_over[connection.id] and all(topology.kind(name).id == "monitoring" for name in ends):
        return False
    protocols = {port.protocol for port in connection.ports}
    if not protocols.isdisjoint(_OF_OTHERS):
        return False
    if connection.credentials is None and connection.authentication is False:
        return True
    if connection.credentials is not None or _passes_people_on(topology, connection.source):
        return False
    return protocols.isdisjoint(WITH_ACCOUNTS)


def _passes_people_on(topology: Topology, source: str) -> bool:
    """Return True for visitors, and for a balancer unless all that call it, through others too, are known to be monitoring."""
    if topology.kind(source).role != "balancer":
        return topology.kind(source).role == "visitor"
    reaching = [source]
    for name in reaching:
        if topology.kind(name).role == "balancer":
            reaching += [call.source for call in topology.incoming[name] if call.source not in reaching]
    callers = [name for name in reaching if topology.kind(name).role != "balancer"]
    return not callers or not topology.observing.issuperset(callers)


def shown_certificates(topology: Topology, port: Port, end: str, domain: str | None = None) -> tuple[Certificate, ...]:
    """Return the certificate that a connection names, else those that are installed where TLS ends.

    A server with several shows the one for the domain that visitors ask for (SNI), although a connection can name only one.
    """
    installed = tuple(certificate for certificate in topology.certificates.values() if end in certificate.installed_on)
    named = port.tls.certificate if port.tls is not None else None
    shown = installed if named is None else (topology.certificates[named],)
    if domain is None:
        return shown
    for choice in (shown, installed):
        fitting = tuple(each for each in choice if not each.names or is_certificate_for(each, domain))
        if fitting:
            return fitting
    return shown


def is_certificate_for(certificate: Certificate, domain: str) -> bool:
    """Return True if one of a certificate's names covers a domain."""
    return any(covers_name(normalize_name(name), domain) for name in certificate.names)


def flows_by_certificate(topology: Topology) -> dict[str, tuple[str, ...]]:
    """Return the flows in which each certificate is shown: their step names it, or ends TLS where it is installed."""
    shown: dict[str, dict[str, None]] = {}
    for flow, hops in topology.hops.items():
        asked = topology.flows[flow].domain
        domain = normalize_name(asked) if asked is not None else None
        for hop in hops:
            port = hop.port
            if (
                port is None
                or hop.meaning != "encrypted"
                or (is_passed_through(port) and not passes_tls_on(topology, hop.step.source))
            ):
                continue
            for target in hop.targets:
                for certificate in shown_certificates(topology, port, target, domain):
                    shown.setdefault(certificate.id, {})[flow] = None
    return {certificate: tuple(flows) for certificate, flows in shown.items()}
