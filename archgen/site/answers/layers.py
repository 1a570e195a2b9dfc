"""The layers of a picture: one question each, answered on every card and line by a word and a tone."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection
from archgen.model.subject import Subject
from archgen.site.answers.cards import guards
from archgen.views.folding import fold

Mark = tuple[str, str]
"""A tone, which a style sheet colours and shapes, and the word that says the same."""

TONES = 6
"""Failure domains that are told apart by tint; the word on each card tells them all."""


class Layer(Struct, frozen=True):
    """A layer; marks are by replica or component, by connection's id, and by group as `kind:id`.

    A line without a mark fades; `fades` says that cards without one do too. `legend` explains the tones that occur.
    """

    id: str
    title: str
    says: str
    nodes: dict[str, Mark] = {}
    lines: dict[str, Mark] = {}
    groups: dict[str, Mark] = {}
    legend: tuple[Mark, ...] = ()
    fades: bool = False
    badges: bool = False


def layers(topology: Topology, findings: bool) -> tuple[Layer, ...]:
    """The layers that say anything about a model; the first is shown until another is chosen."""
    found = [
        Layer("findings", "Findings", "Numbered marks are the issues of this page.", badges=True) if findings else None,
        Layer("plain", "Plain", "The architecture alone."),
        _security(topology),
        _data(topology),
        _monitoring(topology),
        _domains(topology),
    ]
    return tuple(one for one in found if one is not None)


def _used(marks: Iterable[Mark], words: dict[str, str]) -> tuple[Mark, ...]:
    tones = {tone for tone, _ in marks}
    return tuple((tone, word) for tone, word in words.items() if tone in tones)


# Security

TRUST = {"internet": "open", "dmz": "dmz", "private": "safe"}
_TRUSTED = {"open": "on the internet", "dmz": "in a DMZ", "safe": "in a private network", "none": "network not stated"}


def _security(topology: Topology) -> Layer:
    nodes: dict[str, Mark] = {}
    for one in topology.architecture.components:
        trust = topology.trust(one.id)
        behind = guards(topology, one.id)
        word = trust or "no network"
        if one.kind == "firewall":
            nodes[one.id] = ("guard", "firewall")
        elif trust is not None or topology.architecture.networks:
            nodes[one.id] = (TRUST[trust] if trust else "none", f"{word}, guarded" if behind else word)
        elif behind:
            nodes[one.id] = ("safe", "guarded")
    lines = {one.id: mark for one in topology.architecture.connections if (mark := _way(topology, one))}
    groups: dict[str, Mark] = {
        f"network:{one.id}": (TRUST[one.trust], one.trust) for one in topology.architecture.networks
    }
    legend = _used(nodes.values(), {**_TRUSTED, "guard": "firewall"})
    says = "What travels encrypted, how far each part's network is trusted, and what stands behind a firewall."
    return Layer("security", "Security", says, nodes, lines, groups, legend)


def _way(topology: Topology, one: Connection) -> Mark | None:
    meanings = {topology.meaning(one, port) for port in one.ports if port.redirect is None}
    for meaning, tone, word in (
        ("plaintext", "bad", "in clear"),
        ("unknown", "unsure", "not stated"),
        ("encrypted", "good", "encrypted"),
    ):
        if meaning in meanings:
            return tone, word
    return None


# Data

_STORES = {
    "write": "takes writes",
    "read": "answers reads only",
    "copy": "keeps backups",
    "both": "reads and writes",
}


def _data(topology: Topology) -> Layer | None:
    nodes: dict[str, Mark] = {}
    stores = {one.id for one in topology.architecture.components if topology.kind(one.id).stores}
    for one in topology.architecture.components:
        if one.id in stores:
            saved = topology.backups.get(one.id)
            nodes |= _stored(topology, one, "" if saved else ", no backup")
        elif one.backs_up:
            nodes[one.id] = ("copy", "keeps backups")
    if not nodes:
        return None
    lines: dict[str, Mark] = {}
    for connection in topology.architecture.connections:
        if stores.intersection(connection.targets):
            lines[connection.id] = _access(topology, connection)
    for one in topology.architecture.components:
        if one.replication is not None:
            lines[f"{one.id} replication"] = ("copy", "replication")
        if one.backs_up:
            lines[f"{one.id} backup"] = ("copy", "backup")
            lines |= {call.id: ("copy", "backup") for call in topology.outgoing[one.id] if stores & {*call.targets}}
    words = {**_STORES, "copy": "replication and backups"}
    legend = _used([*nodes.values(), *lines.values()], words)
    says = "Who reads and writes data, where it is copied and what is backed up."
    return Layer("data", "Data", says, nodes, lines, {}, legend, fades=True)


def _stored(topology: Topology, one: Component, backup: str) -> dict[str, Mark]:
    writers, promoted = topology.writers(one.id)
    found: dict[str, Mark] = {}
    for replica in one.replicas:
        if not writers or replica.id in writers or len(one.replicas) == 1:
            found[replica.id] = ("write", f"takes writes{backup}")
        elif replica.id in promoted:
            found[replica.id] = ("read", "reads, stands by")
        else:
            found[replica.id] = ("read", "reads only")
    return found


def _access(topology: Topology, one: Connection) -> Mark:
    used = {
        hop.access
        for hops in topology.hops.values()
        for hop in hops
        if hop.connection is not None and hop.connection.id == one.id
    } or {one.access or "read-write"}
    if used == {"read"}:
        return "read", "reads"
    return ("write", "writes") if used == {"write"} else ("both", "reads and writes")


# Monitoring


def _monitoring(topology: Topology) -> Layer:
    nodes: dict[str, Mark] = {}
    for one in topology.architecture.components:
        kind = topology.kind(one.id)
        if kind.observes:
            nodes[one.id] = ("copy", "observes")
        elif one.kind != "client" and not one.managed and not kind.passive:
            seen = Subject("component", one.id) in topology.watched
            nodes[one.id] = ("good", "watched") if seen else ("bad", "not watched")
    lines = {
        one.id: ("copy", "monitoring")
        for one in topology.architecture.connections
        if any(topology.kind(end).observes for end in (one.source, *one.targets))
    }
    groups = {
        f"host:{host}": ("good", "watched") if Subject("host", host) in topology.watched else ("bad", "not watched")
        for host in topology.hosts
    }
    words = {"good": "watched", "bad": "not watched", "copy": "monitoring"}
    legend = _used([*nodes.values(), *lines.values(), *groups.values()], words)
    says = "Which machines and components something collects from."
    return Layer("monitoring", "Monitoring", says, nodes, lines, groups, legend, fades=True)


# Failure domains


def _domains(topology: Topology) -> Layer | None:
    if not topology.hosts:
        return None
    tones: dict[str, str] = {}
    nodes: dict[str, Mark] = {}
    groups: dict[str, Mark] = {}

    def tone(domain: str) -> str:
        return tones.setdefault(domain, f"d{len(tones) % TONES}")

    folding = fold(topology)
    for host in topology.architecture.hosts:
        if folding.keeps_host(host.id):
            alike = folding.hosts_like(host.id)
            domain = host.zones[0] if host.zones else host.id if alike == 1 else f"each of {alike}"
            groups[f"host:{host.id}"] = (tone(host.zones[0] if host.zones else host.id), domain)
    for zone in topology.architecture.zones:
        if zone.id in tones:
            groups[f"zone:{zone.id}"] = (tones[zone.id], zone.id)
    for replica in topology.replicas.values():
        if len(replica.hosts) == 1:
            if folding.keeps_host(replica.hosts[0]):
                nodes[replica.id] = groups[f"host:{replica.hosts[0]}"]
        elif replica.hosts:
            nodes[replica.id] = ("none", "floats")
    zoned = any(host.zones for host in topology.architecture.hosts)
    says = f"What is lost together: each {'zone' if zoned else 'host'} in a tint of its own, named on every card in it."
    legend = tuple((tones[one], one) for one in tones)[:TONES]
    return Layer("domains", "Failure domains", says, nodes, {}, groups, legend, fades=True)
