"""The layers of a diagram: one question each, answered on every card and line by a word and a tone."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from archgen.analysis.monitoring import monitored
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection
from archgen.model.subject import Subject
from archgen.site.interactive.cards import guards
from archgen.views.deployment_folding import fold

Tone = tuple[str, str]
"""A tone, which a style sheet colors and shapes, and the word that says the same."""

TONES = 6
"""Failure domains that differ by tint; the word on each card tells all of them apart."""


class DiagramLayer(Struct, frozen=True):
    """A layer; tones are by replica or component, by connection's id, and by group as `kind:id`.

    A line without a tone fades; with `fades` cards without one do too. `legend` explains the tones that occur.
    """

    id: str
    title: str
    says: str
    nodes: dict[str, Tone] = {}
    lines: dict[str, Tone] = {}
    groups: dict[str, Tone] = {}
    legend: tuple[Tone, ...] = ()
    fades: bool = False


def model_layers(topology: Topology, findings: bool) -> tuple[DiagramLayer, ...]:
    """Return the layers that show anything of a model; the first is shown until another is chosen."""
    candidates = (
        DiagramLayer("findings", "Findings", "Numbered badges are the issues of this page.") if findings else None,
        DiagramLayer("plain", "Plain", "The architecture without findings."),
        _security(topology),
        _data(topology),
        _monitoring(topology),
        _domains(topology),
    )
    return tuple(layer for layer in candidates if layer is not None)


def _legend(tones: Iterable[Tone], words: dict[str, str]) -> tuple[Tone, ...]:
    used = {tone for tone, _ in tones}
    return tuple((tone, word) for tone, word in words.items() if tone in used)


# Security

TRUST = {"internet": "open", "dmz": "dmz", "private": "safe"}
_SECURITY = {
    "open": "on the internet",
    "dmz": "in a DMZ",
    "safe": "in a private network",
    "none": "network not declared",
    "guard": "firewall",
}
_LINES: dict[str, Tone] = {
    "plaintext": ("bad", "unencrypted"),
    "unknown": ("unsure", "not declared"),
    "encrypted": ("good", "encrypted"),
}
"""The tones of connections, the worst first."""


def _security(topology: Topology) -> DiagramLayer:
    architecture = topology.architecture
    nodes = {part.id: tone for part in architecture.components if (tone := _trust(topology, part))}
    lines = {link.id: tone for link in architecture.connections if (tone := _encryption(topology, link))}
    groups: dict[str, Tone] = {
        f"network:{network.id}": (TRUST[network.trust], network.trust) for network in architecture.networks
    }
    says = "Encryption of connections, trust of networks, and components behind a firewall."
    return DiagramLayer("security", "Security", says, nodes, lines, groups, _legend(nodes.values(), _SECURITY))


def _trust(topology: Topology, component: Component) -> Tone | None:
    if component.kind == "firewall":
        return "guard", "firewall"
    trust, guarded = topology.trust(component.id), bool(guards(topology, component.id))
    if trust is not None or topology.architecture.networks:
        word = trust or "no network"
        return TRUST[trust] if trust else "none", f"{word}, guarded" if guarded else word
    return ("safe", "guarded") if guarded else None


def _encryption(topology: Topology, connection: Connection) -> Tone | None:
    meanings = {topology.meaning(connection, port) for port in connection.ports if port.redirect is None}
    return next((tone for meaning, tone in _LINES.items() if meaning in meanings), None)


# Data

_DATA = {
    "write": "takes writes",
    "read": "serves reads only",
    "copy": "replication and backups",
    "both": "reads and writes",
}


def _data(topology: Topology) -> DiagramLayer | None:
    components = topology.architecture.components
    nodes: dict[str, Tone] = {}
    stores = {part.id for part in components if topology.kind(part.id).stores}
    for part in components:
        if part.id in stores:
            nodes |= _stored(topology, part)
        elif part.backs_up:
            nodes[part.id] = ("copy", "keeps backups")
    if not nodes:
        return None
    lines = {
        connection.id: _access(topology, connection)
        for connection in topology.architecture.connections
        if stores.intersection(connection.targets)
    }
    for part in components:
        if part.replication is not None:
            lines[f"{part.id} replication"] = ("copy", "replication")
        if part.backs_up:
            lines[f"{part.id} backup"] = ("copy", "backup")
            lines |= {call.id: ("copy", "backup") for call in topology.outgoing[part.id] if stores & {*call.targets}}
    legend = _legend([*nodes.values(), *lines.values()], _DATA)
    says = "Reads and writes of data, its replication and its backups."
    return DiagramLayer("data", "Data", says, nodes, lines, {}, legend, fades=True)


def _stored(topology: Topology, store: Component) -> dict[str, Tone]:
    backup = "" if topology.backups.get(store.id) else ", no backup"
    writers, promoted = topology.writers(store.id)
    tones: dict[str, Tone] = {}
    for replica in store.replicas:
        if not writers or replica.id in writers or len(store.replicas) == 1:
            tones[replica.id] = ("write", f"takes writes{backup}")
        else:
            tones[replica.id] = ("read", "reads, standby" if replica.id in promoted else "reads only")
    return tones


def _access(topology: Topology, connection: Connection) -> Tone:
    used = {
        hop.access
        for hops in topology.hops.values()
        for hop in hops
        if hop.connection is not None and hop.connection.id == connection.id
    } or {connection.access or "read-write"}
    if used == {"read"}:
        return "read", "reads"
    return ("write", "writes") if used == {"write"} else ("both", "reads and writes")


# Monitoring

_MONITORING = {"good": "monitored", "bad": "not monitored", "copy": "monitoring"}


def _monitoring(topology: Topology) -> DiagramLayer:
    nodes: dict[str, Tone] = {}
    for part in topology.architecture.components:
        kind = topology.kind(part.id)
        if kind.observes:
            nodes[part.id] = ("copy", "monitors")
        elif part.kind != "client" and not part.managed and not kind.passive:
            nodes[part.id] = _watched(topology, Subject("component", part.id))
    lines = {
        connection.id: ("copy", "monitoring")
        for connection in topology.architecture.connections
        if any(topology.kind(end).observes for end in (connection.source, *connection.targets))
    }
    groups = {f"host:{host}": _watched(topology, Subject("host", host)) for host in topology.hosts}
    legend = _legend([*nodes.values(), *lines.values(), *groups.values()], _MONITORING)
    says = "Hosts and components that monitoring collects from."
    return DiagramLayer("monitoring", "Monitoring", says, nodes, lines, groups, legend, fades=True)


def _watched(topology: Topology, subject: Subject) -> Tone:
    return ("good", "monitored") if subject in monitored(topology) else ("bad", "not monitored")


# Failure domains


def _domains(topology: Topology) -> DiagramLayer | None:
    if not topology.hosts:
        return None
    tones: dict[str, str] = {}
    nodes: dict[str, Tone] = {}
    groups: dict[str, Tone] = {}
    folding = fold(topology)
    for host in topology.architecture.hosts:
        if folding.keeps_host(host.id):
            domain = host.zones[0] if host.zones else host.id
            alike = len(folding.hosts_like(host.id))
            tone = tones.setdefault(domain, f"d{len(tones) % TONES}")
            groups[f"host:{host.id}"] = (tone, domain if host.zones or alike == 1 else f"each of {alike}")
    for zone in topology.architecture.zones:
        if zone.id in tones:
            groups[f"zone:{zone.id}"] = (tones[zone.id], zone.id)
    for replica in topology.replicas.values():
        if len(replica.hosts) == 1:
            if folding.node(replica.id) == replica.id:
                nodes[replica.id] = groups[f"host:{folding.host(replica.hosts[0])}"]
        elif replica.hosts:
            nodes[replica.id] = ("none", "floating")
    zoned = any(host.zones for host in topology.architecture.hosts)
    says = f"Elements that fail together: each {'zone' if zoned else 'host'} has its own tint, and its name on every card in it."
    legend = tuple((tone, domain) for domain, tone in tones.items())[:TONES]
    return DiagramLayer("domains", "Failure domains", says, nodes, {}, groups, legend, fades=True)
