"""Connections inside a system that cross the internet all the same: between providers, from public address to public address."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address, ip_network
from itertools import product

from archgen.analysis.dns_names import address
from archgen.analysis.encryption import clear_ports
from archgen.analysis.failover_times import leading_ends
from archgen.analysis.record_paths import is_private
from archgen.analysis.topology import Topology
from archgen.model.architecture import Connection, Host
from archgen.model.products import product_name
from archgen.model.protocols import TUNNELS, relays


def shows_plaintext(topology: Topology, connection: Connection) -> bool:
    """Return True if what crosses the internet now, without a failover, can be read there: no tunnel is declared for it.

    On port 25, mail servers may encrypt without a word of it in the model, and STUN shows what a packet shows.
    """
    readable = any(not relays(port) and port.protocol != "stun" for port in clear_ports(connection))
    if not readable or connection.locality is not None or _has_tunnels(topology):
        return False
    callers, *callees = leading_ends(topology, connection)
    pairs = (pair for hosts in callees for pair in product(callers, hosts))
    return any(_are_apart(topology, topology.hosts[here], topology.hosts[there]) for here, there in pairs)


def _are_apart(topology: Topology, here: Host, there: Host) -> bool:
    """Return True for two hosts of different providers that know each other by public addresses."""
    ours, theirs = _providers(topology, here), _providers(topology, there)
    return bool(ours and theirs) and ours.isdisjoint(theirs) and _is_open(topology, here) and _is_open(topology, there)


def _providers(topology: Topology, host: Host) -> set[str]:
    return {zone for zone in topology.index.zones_around(host.id) if topology.zones[zone].kind == "provider"}


def _is_open(topology: Topology, host: Host) -> bool:
    """Return True for a host with a public address that is in no private network, which may reach to another provider."""
    network = topology.networks[host.network] if host.network is not None else None
    return is_public_address(host.address) and (network is None or network.trust != "private")


@lru_cache(4096)
def is_public_address(text: str | None) -> bool:
    """Return True for an address that the internet reaches; those for documentation stand for one."""
    parsed = address(text) if text is not None else None
    if parsed is None:
        return False
    own = ip_address(parsed[1])
    return not (is_private(parsed[1]) or any(own in inner for inner in _INNER))


_INNER = tuple(map(ip_network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/3", "e000::/3")))
"""The ranges beside private ones that no router of the internet knows (RFC 6890), or that many share."""


@lru_cache(maxsize=1)
def _has_tunnels(topology: Topology) -> bool:
    """Return True if anything in a model is, or speaks, a tunnel: which calls take it, the model doesn't say."""
    model = topology.architecture
    spoken = (port.protocol for connection in model.connections for port in connection.ports)
    return any(protocol in TUNNELS for protocol in spoken) or any(
        product_name(each.product or each.id) in _TUNNELS for each in model.components
    )


_TUNNELS = (
    *("wireguard", "openvpn", "ipsec", "strongswan", "libreswan", "vpn", "vpn-gateway", "aws-vpn", "transit-gateway"),
    *(
        "tailscale",
        "headscale",
        "netbird",
        "netmaker",
        "zerotier",
        "nebula",
        "tinc",
        "innernet",
        "cilium",
        "istio",
        "linkerd",
    ),
)
"""Products that encrypt between hosts below the protocols of a model's connections."""
