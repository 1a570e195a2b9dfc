"""Changes that encrypt connections, with all that has to change at the same time for them to work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from archgen.analysis.encryption import clear_ports, is_public
from archgen.analysis.firewalls import port_number
from archgen.analysis.hops import encrypted, is_tunnelled
from archgen.analysis.topology import Topology
from archgen.edits.firewalls import moved_rules
from archgen.edits.step_paths import renamed_in_steps
from archgen.model.architecture import Component, Connection, Port
from archgen.model.change import Change, Path, Put, Remove
from archgen.model.product_facts.tls_table import (
    ALSO_USUAL,
    OTHER_NAMES,
    PROGRAMS_WITHOUT_TLS,
    SPEAKING,
    TLS_OF_THE_WEB,
    TLS_PORTS,
    UNVERIFYING,
    WITHOUT_TLS,
)
from archgen.model.products import passes_on_unread, product_name
from archgen.model.protocols import PROTOCOLS, WEB
from archgen.model.reasons import may_be_hardware, tells_internet
from archgen.model.wording import listed

ASKED_FOR = ("postgresql", "mysql", "mssql", "oracle")
"""Protocols in which the client asks for TLS, so that a proxy that passes bytes on can neither begin nor end it."""

_UNVERIFIED = ("smb", "nfs", "snmp")
"""Protocols with an encryption of their own, in which no certificate is verified."""

_APART = {"ldap": "ldaps", "imap": "imaps", "pop3": "pop3s"}
"""Protocols with another name where TLS has a port of its own; on the plaintext port it begins by STARTTLS."""

_INSTEAD_OF = {
    "ajp": "AJP has no TLS: call {targets} over https (Tomcat: a connector with TLS on port 8443), or put both ends in a tunnel.",
    "fastcgi": "FastCGI has no TLS: put both ends in a tunnel, or run a web server beside {targets} and call it over https.",
    "iscsi": "iSCSI has no TLS: keep it in a storage network of its own, or carry it over IPsec.",
    "memcached": "Few clients of memcached speak TLS, and {targets} only if it is built with it: keep it on the hosts of its callers, "
    "or put both ends in a tunnel (stunnel, WireGuard).",
    "modbus": "Few controllers speak Modbus/TCP Security: keep it in a network of its own, or put both ends in a tunnel.",
    "radius": "Not every RADIUS server has TLS (RadSec; Windows' NPS hasn't): keep it in a network of its own, or carry it over IPsec.",
    **dict.fromkeys(
        ("udp", "tftp", "statsd", "mgcp", "iax"),
        "TLS doesn't run over UDP: use DTLS, QUIC or the encryption of {targets} itself and declare it (`tls: true`), or put both "
        "ends in a tunnel.",
    ),
}
"""What to do for protocols that have no TLS, whatever speaks them, or that few programs can speak with it."""

_Place = tuple[str, int]
"""A connection, and the position of one of its ports."""


def encrypt(topology: Topology, calls: Iterable[Connection]) -> tuple[Change, ...]:
    """Return the changes that encrypt what connections carry in plaintext, and the server's certificate is checked where it can be.

    Along with them go the other callers of the same listeners, the other side of a proxy that passes bytes on, and the rules of
    firewalls for ports that move.
    """
    places = _places(topology, calls)
    silent = _silent(topology)
    places = {
        place: (call, port)
        for place, (call, port) in places.items()
        if not instead_of(topology, call, port) and silent.isdisjoint((call.source, *call.targets))
        if taken_by(topology, call, port) is None
    }
    numbers = {
        place: _tls_number(topology, call, port) or _usual_number(port) for place, (call, port) in places.items()
    }
    moved = _moved(places, numbers)
    following = dict(_following(topology, places, numbers))
    numbers |= {place: number for place, number in following.items() if place in places}
    changes: list[Change] = []
    for (name, at), (connection, port) in places.items():
        number = numbers[name, at]
        tls = _tls(topology, connection, port)
        changes += encrypted_port(("connections", name, at), port, tls, number, _renamed(port, number))
    changes += (
        Put(("connections", *place, "port"), number) for place, number in following.items() if place not in places
    )
    renamed = {
        (call.source, target, port.protocol): secured
        for place, (call, port) in places.items()
        if (secured := _renamed(port, numbers[place])) is not None
        for target in call.targets
    }
    return (*changes, *renamed_in_steps(topology, renamed), *moved_rules(topology, moved, {*places, *following}))


def _moved(
    places: Mapping[_Place, tuple[Connection, Port]], numbers: Mapping[_Place, int | None]
) -> dict[str, dict[int, Port]]:
    """Return the ports in the place of declared ones, by the component that listens and the number before; it may stay."""
    moved: dict[str, dict[int, Port]] = {}
    for place, (call, port) in places.items():
        if port.port is not None:
            for target in call.targets:
                moved.setdefault(target, {})[port.port] = Port(port.protocol, numbers[place] or port.port)
    return moved


def _following(
    topology: Topology, places: Mapping[_Place, tuple[Connection, Port]], numbers: Mapping[_Place, int | None]
) -> Iterator[tuple[_Place, int]]:
    """Yield the ports that declare no number, and reach a listener that moves: those of other callers, encrypted already or with it.

    Without the new number they would go on to the usual one, which nothing listens on.
    """
    for place, (call, port) in places.items():
        number = numbers[place]
        if port.port is None or number is None or number == port.port:
            continue
        for target in call.targets:
            for other in topology.incoming[target]:
                if (other.source in other.targets) != (call.source in call.targets):
                    continue
                for at, each in enumerate(other.ports):
                    is_alike = each.port is None and each.protocol == port.protocol and port_number(each) == port.port
                    if is_alike and ((other.id, at) in places or encrypted(each)):
                        yield (other.id, at), number


def what_takes_no_tls(topology: Topology, calls: Iterable[Connection]) -> str:
    """Return the advice for protocols and ends of connections without TLS of their own; empty if all of them have it."""
    calls = tuple(calls)
    speechless = _silent(topology)
    ends = dict.fromkeys(
        name for call in (calls if speechless else ()) for name in (call.source, *call.targets) if name in speechless
    )
    unread = [name for name in ends if passes_on_unread(topology.components[name])]
    without = [name for name in ends if name not in unread]
    advice = []
    if without:
        verb = "speaks" if len(without) == 1 else "speak"
        advice.append(f"{listed(without)} {verb} no TLS: put a proxy that does beside it, such as Hitch or stunnel.")
    if unread:
        verb = "passes" if len(unread) == 1 else "pass"
        advice.append(f"{listed(unread)} {verb} connections on unread: TLS goes from its callers to what is behind it.")
    called: dict[str, dict[str, None]] = {}
    programs: dict[str, None] = {}
    devices: dict[str, None] = {}
    for call in calls:
        for port in clear_ports(call):
            if port.protocol in _INSTEAD_OF:
                called.setdefault(port.protocol, {}).update(dict.fromkeys(call.targets))
            elif asked := _devices(topology, call, port):
                devices |= dict.fromkeys(asked)
            elif instead := instead_of(topology, call, port):
                programs[instead] = None
    advice += [_replace(protocol, called[protocol]) for protocol in _INSTEAD_OF if protocol in called]
    advice += [*programs, _ASK_MAKERS.format(listed([*devices]))] if devices else programs
    advice += [choose] if (choose := choose_port(topology, calls)) else []
    return " ".join(dict.fromkeys(advice))


def by_other_names(calls: Iterable[Connection]) -> str:
    """Return the advice for protocols whose encryption goes by another name than TLS of the connection; empty if none does."""
    spoken = dict.fromkeys(port.protocol for call in calls for port in clear_ports(call))
    names = [OTHER_NAMES[protocol] for protocol in spoken if protocol in OTHER_NAMES]
    return f"{'; '.join(names)}." if names else ""


def instead_of(topology: Topology, call: Connection, port: Port) -> str:
    """Return the advice for a port whose protocol has no TLS, or what a program speaks there; empty for one that has."""
    if port.protocol == "tcp" and port.port is not None:
        asked = [topology.components[target] for target in call.targets]
        names = (product_name(name) for each in asked for name in (each.product, each.id) if name)
        spoken = next(filter(None, (PROGRAMS_WITHOUT_TLS.get((name, port.port)) for name in names)), None)
        if spoken:
            return f"{spoken} has no TLS: put both ends in a tunnel (`tls: {{tunnel: …}}`)."
    if devices := _devices(topology, call, port):
        return _ASK_MAKERS.format(listed(devices))
    return _replace(port.protocol, call.targets)


_ASK_MAKERS = "Ask the makers of {} for encryption, or put both ends in a tunnel (`tls: {{tunnel: …}}`)."


def _devices(topology: Topology, call: Connection, port: Port) -> list[str]:
    """Return the ends of a connection that are hardware, where its protocol doesn't say what they speak."""
    if port.protocol not in ("tcp", "rtp", "rtcp"):
        return []
    return [name for name in (call.source, *call.targets) if may_be_hardware(topology.components[name])]


def _replace(protocol: str, targets: Iterable[str]) -> str:
    return _INSTEAD_OF.get(protocol, "").format(targets=listed(list(targets)))


@lru_cache(1)
def _silent(topology: Topology) -> frozenset[str]:
    """Return the components that speak no TLS; of those with a product, each product is looked at once."""
    alike: dict[tuple[str, bool], bool] = {}
    silent = []
    for component in topology.architecture.components:
        kind = (component.product or "", bool(component.managed))
        is_silent = alike.get(kind)
        if is_silent is None:
            is_silent = _speaks_no_tls(component)
            if component.product:
                alike[kind] = is_silent
        if is_silent:
            silent.append(component.id)
    return frozenset(silent)


def _speaks_no_tls(component: Component) -> bool:
    """Return True for a component that needs another program beside it for TLS, which people have to choose.

    What passes connections on unread begins none either: TLS goes from its caller to what is behind it.
    """
    if passes_on_unread(component) and product_name(component.product) not in UNVERIFYING:
        return True
    return not component.managed and product_name(component.product or component.id) in WITHOUT_TLS


def _places(topology: Topology, calls: Iterable[Connection]) -> dict[_Place, tuple[Connection, Port]]:
    places: dict[_Place, tuple[Connection, Port]] = {}
    queue = [(call, port) for call in calls for port in clear_ports(call)]
    for call, port in queue:
        place = (call.id, call.ports.index(port))
        if place not in places:
            places[place] = (call, port)
            if port.port is not None:
                queue += _same_listener(topology, call, port)
            if port.protocol in ASKED_FOR:
                queue += _other_side(topology, call, port)
    return places


def _same_listener(topology: Topology, call: Connection, port: Port) -> Iterator[tuple[Connection, Port]]:
    """Yield what else reaches a port in plaintext, which speaks either the one or the other.

    A port on which the client asks for TLS takes both, and what stays on a host needs none.
    """
    for target in call.targets:
        for other in topology.incoming[target]:
            # the ports of the call itself are taken together
            if other is call or (port.protocol in ASKED_FOR and topology.crosses(other) is False):
                continue
            yield from (
                (other, each)
                for each in clear_ports(other)
                if each.protocol == port.protocol and port_number(each) == port_number(port)
            )


def _other_side(topology: Topology, call: Connection, port: Port) -> Iterator[tuple[Connection, Port]]:
    """Yield the connections before and behind a proxy that passes bytes on: TLS goes from end to end, or there is none."""
    proxies = [name for name in (call.source, *call.targets) if _passes_bytes_on(topology, name)]
    for proxy in proxies:
        for other in (*topology.incoming[proxy], *topology.outgoing[proxy]):
            yield from ((other, each) for each in clear_ports(other) if each.protocol == port.protocol)


def _passes_bytes_on(topology: Topology, component: str) -> bool:
    if topology.kind(component).role != "balancer":
        return False
    return product_name(topology.components[component].product or component) not in SPEAKING


def _tls(topology: Topology, call: Connection, port: Port) -> Any:
    """Return the value of `tls`: passed through by a proxy, verified where the caller can be told to, else just on."""
    if port.protocol in ASKED_FOR and any(_passes_bytes_on(topology, target) for target in call.targets):
        return "pass-through"
    caller = topology.components[call.source]
    verifies = product_name(caller.product or caller.id) not in UNVERIFYING and port.protocol not in _UNVERIFIED
    # of two programs of one's own, one can be told whom to trust, wherever their packets go
    ours = not is_public(topology, call) or (tells_internet(call.why) and topology.kind(call.source).id != "client")
    return {"verify": True} if verifies and ours else True


def _tls_number(topology: Topology, call: Connection, port: Port) -> int | None:
    """Return the port on which the targets take TLS from other callers already, else that of their products.

    None if there is neither, or several, or the call declares no port. A protocol without a port of its own for TLS keeps its port:
    that of another caller is another listener, such as another channel of HL7. So does a port that was chosen for one listener, such
    as an API's beside that of a console.
    """
    if port.port is None:
        return None
    protocol = PROTOCOLS[port.protocol]
    names = (port.protocol, protocol.secured) if protocol.secured_port is not None else ()
    products = {product_name(topology.components[target].product) for target in call.targets}
    is_first = port.port == protocol.port
    is_usual = is_first or port.port in ALSO_USUAL or any((product, port.port) in TLS_PORTS for product in products)
    # 443 is the port beside 80, and not that of another program on 8080; administrators have listeners of their own
    numbers: set[int | None] = {
        each.port
        for _, each in (_ports_beside(topology, call) if is_usual and names else ())
        if each.protocol in names and encrypted(each) and each.port is not None and each.admin == port.admin
        if not is_tunnelled(each)
        if is_first or each.port != protocol.secured_port
    }
    if not numbers or (port.protocol in WEB and numbers.isdisjoint(TLS_OF_THE_WEB)):
        numbers = {TLS_PORTS.get((product, port.port)) for product in products}
        taken = _ports_beside(topology, call) if numbers != {None} else ()
        if any(each.port != port.port and each.port in numbers for _, each in taken):
            # another protocol has the port
            return None
    return numbers.pop() if len(numbers) == 1 else None


def _also_called(protocol: str) -> tuple[str | None, ...]:
    """Return the names of a protocol and of its encrypted form, whose callers share one listener: `sips` for `sip`."""
    return (protocol, PROTOCOLS[protocol].secured, f"{protocol}s")


def _ports_beside(topology: Topology, call: Connection) -> Iterator[tuple[Connection, Port]]:
    """Yield the ports on which the targets of a call are called, its own too; replicas talk to each other on a port of their own."""
    among_replicas = call.source in call.targets
    for target in call.targets:
        for other in topology.incoming[target]:
            if (other.source in other.targets) == among_replicas:
                yield from ((other, port) for port in other.ports)


def _usual_number(port: Port) -> int | None:
    """Return the port that servers listen on for the encrypted form of a protocol on its usual port; None to stay there."""
    protocol = PROTOCOLS[port.protocol]
    return protocol.secured_port if port.port == protocol.port else None


def taken_by(topology: Topology, call: Connection, port: Port) -> tuple[Connection, Port] | None:
    """Return the call, and its port, of another listener of a target on the usual port of a protocol's encrypted form, if any.

    Which port is free then, nobody knows. What browsers speak, and gRPC, which is HTTP/2, share one listener.
    """
    number = _usual_number(port)
    names = (*WEB, "grpc") if port.protocol in WEB else _also_called(port.protocol)
    return next(
        (
            (other, each)
            for other, each in (_ports_beside(topology, call) if number is not None else ())
            if each.port == number and (each.protocol not in names or each.admin != port.admin)
        ),
        None,
    )


def choose_port(topology: Topology, calls: Iterable[Connection]) -> str:
    """Return the advice for ports whose number for TLS is another listener's already; empty if none is."""
    # each listener once, however many call it
    listeners = {(call.targets, port): call for call in calls for port in clear_ports(call)}
    advice: dict[str, None] = {}
    for (targets, port), call in listeners.items():
        if (taken := taken_by(topology, call, port)) is not None:
            other, use = taken
            what = f"Port {use.port} of {listed(targets)} has another use ({use.protocol} of {other.id})"
            advice[f"{what}: choose a free one."] = None
    return " ".join(advice)


def encrypted_port(
    path: Path, port: Port, tls: Any, number: int | None = None, name: str | None = None
) -> Iterator[Change]:
    """Yield a protocol that is encrypted, or TLS, and the port for it where that is another: the number, else the usual one.

    A `name` is that of the protocol on that port, where steps that name the other one change with it.
    """
    number = number or _usual_number(port)
    secured = name or _named_otherwise(port)
    if secured is not None:
        yield Put((*path, "protocol"), secured)
    if number is not None and number != port.port:
        # its servers take TLS on a port of its own: on the plaintext one the handshake would fail
        yield Put((*path, "port"), number)
    if secured is None or (secured in (*WEB, *_APART.values()) and tls is not True):
        yield Put((*path, "tls"), tls)
    elif port.tls is not None:
        yield Remove((*path, "tls"))


def _named_otherwise(port: Port) -> str | None:
    """Return the name of a protocol's encrypted form; with `tls: false` of one alone that is no TLS, as of sound and pictures."""
    secured = PROTOCOLS[port.protocol].secured
    return secured if port.tls is None or secured in _NO_FORM_OF_TLS else None


_NO_FORM_OF_TLS = ("srtp", "srtcp", "ssh")
"""The encrypted forms of protocols that aren't the same inside TLS."""


def _renamed(port: Port, number: int | None) -> str | None:
    """Return the protocol that a port speaks once it is encrypted, on a number that may be another; None for the same."""
    if port.tls is not None:
        return _named_otherwise(port)
    protocol = PROTOCOLS[port.protocol]
    moves = number is not None and number != port.port and number == protocol.secured_port
    return protocol.secured or (_APART.get(port.protocol) if moves else None)
