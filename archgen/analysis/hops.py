"""Hops: request steps with the connection and the port under each, and what a port alone says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from archgen.model.architecture import Architecture, Component, Connection, Port
from archgen.model.kinds import KINDS
from archgen.model.protocols import ADMINISTRATION, MEDIA, PROTOCOLS, RELAYS_OF_MEDIA, WEB, relays
from archgen.model.reasons import tells_tunnel
from archgen.model.steps import Access, Request

Meaning = Literal["encrypted", "plaintext", "local", "replication", "monitoring", "lookup", "code", "unknown"]
"""The meaning of a line: encrypted or plaintext across hosts, local within a host, a name look-up, a code base, or unknown."""


class Hop(Struct, frozen=True):
    """A request step with the connection and port under it; both are None where the model has none.

    `targets` are those of the step's that it calls over the connection, which the port and the access apply to.
    `optional` is True if the flow can do without what the connection leads to, whatever the step's other alternatives.
    """

    flow: str
    step: Request
    connection: Connection | None
    targets: tuple[str, ...]
    port: Port | None
    access: Access
    meaning: Meaning
    optional: bool


def is_for_one_host(hop: Hop, *, is_spread: bool) -> bool:
    """Return True for a request to a host by its own name: to a replica that the step names, or of an administrator.

    A shell is an administrator's, unless the model says that it isn't or a balancer leads to one of several (`is_spread`).
    """
    port = hop.port
    if hop.step.pinned or port is None or port.admin is not None:
        return bool(hop.step.pinned) or (port is not None and bool(port.admin))
    return port.protocol in ADMINISTRATION and not is_spread


def encrypted(port: Port) -> bool | None:
    """Return True if a port's traffic is encrypted; None where neither `tls` nor the protocol decides."""
    if port.tls is not None:
        return port.tls.mode != "off"
    protocol = PROTOCOLS.get(port.protocol)
    if protocol is None:
        return None
    # 443, 8443 and 9443 are for TLS; MinIO and Ceph take S3 in plaintext on the others unless they have a certificate
    return None if protocol.either and port.port is not None and port.port % 1000 != 443 else protocol.encrypted


def is_tunnelled(port: Port) -> bool:
    """Return True for a port whose traffic a tunnel encrypts: what listens there takes plaintext, and shows no certificate."""
    return port.tls is not None and port.tls.tunnel is not None


def is_said_to_be_tunnelled(connection: Connection) -> bool:
    """Return True if the reason that is given for a connection alone says that a tunnel carries it: `incomplete-model` asks for the key."""
    return connection.why is not None and tells_tunnel(connection.why) is not None


def is_passed_through(port: Port) -> bool:
    """Return True for a port whose TLS is declared to be passed through."""
    return port.tls is not None and port.tls.mode == "pass-through"


_PASSING = ("balancer", "edge", "web")
"""The roles of what passes people's requests on, as a bastion does; a web server is a proxy too."""


def find_looks(architecture: Architecture, flows: Iterable[Sequence[Hop]]) -> frozenset[str]:
    """Return the connections by which people look at monitoring through a bastion or a proxy, which delivers nothing there itself."""
    components = {component.id: component for component in architecture.components}
    monitoring = {component.id for component in architecture.components if component.kind == "monitoring"}
    possible = {
        connection.id: connection
        for connection in (architecture.connections if monitoring else ())
        if monitoring.issuperset(connection.targets)
        and connection.ports
        and _passes_on(components[connection.source])
        and {port.protocol for port in connection.ports} <= set(WEB)
    }
    if not possible:
        return frozenset()
    serving = {
        connection.source
        for connection in architecture.connections
        if not all(KINDS[components[target].kind].observes for target in connection.targets)
    }
    looks = {name for name, connection in possible.items() if _is_declared_look(components, connection, serving)}
    for hops in flows if possible.keys() - looks else ():
        looks.update(possible.keys() & _looks_in(components, hops))
    return frozenset(looks)


def _passes_on(component: Component) -> bool:
    return component.kind == "bastion" or KINDS[component.kind].role in _PASSING


def _is_declared_look(components: Mapping[str, Component], connection: Connection, serving: Collection[str]) -> bool:
    """Return True for a port for administrators, and for one of monitoring that collects from others, which it names.

    What a proxy calls there that also serves others may be its own traces.
    """
    if all(port.admin for port in connection.ports):
        return True
    if connection.source in serving and components[connection.source].kind != "bastion":
        return False
    for target in map(components.__getitem__, connection.targets):
        named = {source for collection in target.collects for source in collection.sources}
        if (
            target.managed
            or not named
            or connection.source in named
            or not all(each.sources for each in target.collects)
        ):
            return False
    return True


def _looks_in(components: Mapping[str, Component], hops: Sequence[Hop]) -> set[str]:
    """Return the connections over which a flow passes on what it asked of their callers.

    What a proxy sends to monitoring while it passes requests on to others are measurements of these.
    """
    reached = {target for hop in hops for target in hop.targets}
    called: dict[str, set[str]] = {}
    for hop in hops:
        called.setdefault(hop.step.source, set()).update(hop.targets)
    elsewhere = {
        source
        for source, targets in called.items()
        if not all(KINDS[components[name].kind].observes for name in targets)
    }
    return {
        hop.connection.id
        for hop in hops
        if hop.connection is not None
        and hop.step.source in reached
        and hop.access != "write"
        and (components[hop.step.source].kind == "bastion" or hop.step.source not in elsewhere)
    }


def is_signaled(port: Port) -> bool:
    """Return True if signaling gives the callers of a port its address, for each call: of media and their relays."""
    return port.protocol in (*MEDIA, *RELAYS_OF_MEDIA)


def is_sent_on(port: Port, further: Iterable[Connection]) -> bool:
    """Return True for what the further connections of a firewall or router are for, too: no administration of that itself."""
    return not port.admin and any(each.protocol == port.protocol for connection in further for each in connection.ports)


def port_of(connection: Connection, request: Request | None = None) -> Port | None:
    """Return the port of a step: the one it names, else the first without a redirect."""
    if request is not None and request.protocol is not None:
        return next((port for port in connection.ports if port.protocol == request.protocol), None)
    ahead = (port for port in connection.ports if port.redirect is None)
    return next(ahead, connection.ports[0] if connection.ports else None)


_WITH_A_LIST = ("dns", "radius", "diameter", "ldap", "ldaps", "udp")
"""Protocols whose clients know several servers and try the next by themselves; over bare UDP that is their own matter."""


def tries_the_next(port: Port) -> bool:
    """Return True if the clients of a port know several servers and try the next by themselves, or signaling names another to them."""
    return port.protocol in _WITH_A_LIST or relays(port) or is_signaled(port)
