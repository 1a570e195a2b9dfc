"""The ports that a rule of a firewall names: `443`, `8000-8100`, `udp/53`, `https`, `icmp`."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from archgen.model.protocols import OVER_BOTH, OVER_UDP, PROTOCOLS

HIGHEST = 65535
"""The highest port."""

_PORTLESS = ("icmp", "icmpv6", "igmp", "esp", "ah", "gre", "ipip", "ospf", "vrrp", "carp", "sctp")
"""The protocols beside TCP and UDP: a rule for them lets no call in on a port."""

_SERVICES = {
    "ntp": 123,
    "bgp": 179,
    "kerberos": 88,
    "ike": 500,
    "dhcp": 67,
    "mdns": 5353,
    "whois": 43,
    "docker": 2375,
}
"""The ports of services that firewalls name and no connection speaks."""

_TRANSPORTS = ("tcp", "udp")


class FirewallPort(Struct, frozen=True):
    """A range of ports, or a protocol's usual port; no `first` for any port of the protocol or the transport."""

    transport: str | None = None
    first: int | None = None
    last: int | None = None
    protocol: str | None = None


@cache
def read_firewall_port(text: str) -> FirewallPort | None:
    """Return the ports that a text names; None if it names none, as `blah`, `99999` and `8100-8000` do."""
    transport, slash, numbers = text.rpartition("/")
    if slash and transport not in _TRANSPORTS:
        return None
    if not slash and text in _TRANSPORTS:
        return FirewallPort(transport=text)
    if not slash and (text in PROTOCOLS or text in _SERVICES or text in _PORTLESS):
        port = PROTOCOLS[text].port if text in PROTOCOLS else _SERVICES.get(text)
        return FirewallPort(None, port, port, text)
    first, dash, last = numbers.partition("-")
    last = last if dash else first
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last) <= HIGHEST):
        return None
    return FirewallPort(transport or None, int(first), int(last))


def is_port_in(text: str, number: int | None) -> bool:
    """Return True if a rule's text names a port by its number, in a range, or by the protocol whose port it is."""
    port = read_firewall_port(text)
    if port is None or port.first is None or port.last is None or number is None:
        return False
    return port.first <= number <= port.last


def names_port(text: str, protocol: str | None, number: int | None, over_tls: bool = False) -> bool | None:
    """Return True if a rule's text means the port of a protocol with a number; None where that isn't known.

    What is spoken `over_tls` comes over TCP, however a server is set up.
    """
    port = read_firewall_port(text)
    if port is None or port.protocol in _PORTLESS:
        return None if port is None else False
    if protocol is not None and protocol == port.protocol:
        return True
    if over_tls and port.transport == "udp":
        return False
    if port.transport is not None and _differs(port.transport, protocol):
        # a server may be set up otherwise, unless the model names nothing but the transport
        return False if protocol in _TRANSPORTS else None
    if port.first is None or port.last is None:
        return None if port.transport is None else True
    return None if number is None else port.first <= number <= port.last


def _differs(transport: str, protocol: str | None) -> bool:
    """Return True for a protocol over the other transport alone."""
    if protocol is None or protocol in OVER_BOTH:
        return False
    return transport != ("udp" if protocol in OVER_UDP else "tcp")


def plain_number(text: str) -> str:
    """Return a rule's text without its transport: `443` for `tcp/443`."""
    return text.rpartition("/")[2]
