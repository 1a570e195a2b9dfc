"""The words of owners that fixes may make untrue: reasons (`why`) and notes that tell of what was before.

Nobody but the owner can write them anew, and a note is drawn: so they are named, with their lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from archgen.analysis.encryption import clear_ports
from archgen.analysis.topology import Topology
from archgen.linting.checked_model import CheckedModel, SourcePlaces
from archgen.model.architecture import Architecture, Component, Connection, Host
from archgen.model.change import Path
from archgen.model.problems import Place
from archgen.model.steps import Note, Step, steps_in_order
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed

_PLAIN = (
    r"in (?:the )?clear|clear[- ]?text|plain[- ]?text|in plain|plain (?:http|tcp)|unencrypted|unsecured|not encrypted|http only|only http"
    r"|(?:no|without|lacks?) (?:tls|ssl|encryption)|(?:tls|ssl|https) (?:ends|stops|is (?:ended|terminated))"
)
"""The words for a connection that nothing encrypts, and for the end of what encrypts those before it."""

_LONE = (
    r"(?:a|the|only) single|single[- ](?:node|host|instance|server|replica|zone|copy)|only (?:one|copy|node|instance|replica)"
    r"|one (?:\w+ )?(?:machine|host|server|node|instance|replica|member|box|vm|copy|container|zone|disk)|(?:basic|free) (?:tier|plan)"
    r"|stand-?alone|not (?:replicated|redundant)|(?:no|without|lacks?) (?:an? )?(?:second|spare|replicas?|cop(?:y|ies)|standby|failover)"
)
"""The words for what there is one of."""

_TWO = r"both|two of (?:them|these)|a pair|neither"
"""The words for what there are two of."""

_BY_PEOPLE = (
    r"manual(?:ly)?|by hand|by a person|somebody|someone|on[- ]call|an (?:admin(?:istrator)?|operator)|moves? the"
    r"|switch(?:es)? (?:it )?over|fails? (?:it )?over|promotes?"
)
"""The words for a failover that people do."""

_NO_BACKUP = r"(?:no|without|lacks?) (?:an? )?(?:backups?|dumps?|snapshots?)|(?:not|n't) backed up|nothing backs"

_Key = tuple[str, ...]
"""What words are about: an entry of a section, or a component in a flow (`notes`)."""


class StaleWords(Struct, frozen=True):
    """Words that fixes may make untrue, and their place in the model after these."""

    text: str
    place: Place


def stale_words(before: CheckedModel, after: CheckedModel) -> tuple[StaleWords, ...]:
    """Return the reasons and notes that tell, or seem to, of what some fixes have changed."""
    patterns: dict[_Key, set[str]] = {}
    for key, words in _changed(before.topology, after.topology):
        patterns.setdefault(key, set()).add(words)
    return tuple(
        StaleWords(text, _place(after.source, path))
        for path, text, about in (_told(before.architecture) if patterns else ())
        if any(_tells(words, text) for key in about for words in patterns.get(key, ()))
    )


def check_words(stale: Iterable[StaleWords]) -> str:
    """Return the advice to correct words; their lines are those of the file as it is with the fixes."""
    places: dict[str, list[str]] = {}
    for each in stale:
        places.setdefault(_short(each.text), []).append(f"{each.place.file}:{each.place.line}")
    named = [f"{listed(first_few(own, _NAMED))} ({text})" for text, own in places.items()]
    return f"correct what may no longer hold: {listed(first_few(named, _NAMED))}"


_NAMED = 5
_LENGTH = 80


def _short(text: str) -> str:
    """Return the beginning of a text, in a line."""
    line = " ".join(text.split())
    return line if len(line) <= _LENGTH else f"{line[:_LENGTH].rsplit(' ', 1)[0]} …"


def _changed(before: Topology, after: Topology) -> Iterator[tuple[_Key, str]]:
    """Yield what differs after the fixes, with the words that tell of it as it was."""
    calls = {call.id: call for call in after.architecture.connections}
    for call in before.architecture.connections:
        if call.id in calls and len(clear_ports(calls[call.id])) < len(clear_ports(call)):
            ends = (call.source, *call.targets)
            yield from ((key, _PLAIN) for key in (("connections", call.id), *(("components", name) for name in ends)))
            yield from ((("notes", flow, name), _PLAIN) for flow in before.flows_over[call.id] for name in ends)
    saved = {name for each in after.architecture.components for name in each.backs_up}
    saved.difference_update(name for each in before.architecture.components for name in each.backs_up)
    for component in before.architecture.components:
        words = list(_of_component(before, component, after.components.get(component.id, component)))
        words += [_NO_BACKUP] if component.id in saved else []
        for each in words:
            yield ("components", component.id), each
            yield from ((("notes", flow, component.id), each) for flow in before.flows_of[component.id])
            if each == _LONE:
                yield from ((("hosts", host), each) for host in before.hosts_of(component.id))
    hosts = {host.id: host for host in after.architecture.hosts}
    for host in before.architecture.hosts:
        yield from ((("hosts", host.id), each) for each in _of_host(host, hosts.get(host.id, host)))


def _of_component(topology: Topology, old: Component, new: Component) -> Iterator[str]:
    if len(new.replicas) > len(old.replicas) or (old.managed != new.managed and len(old.replicas) < 2):
        yield _LONE if len(old.replicas) < 2 else _TWO
        # such as the machine on whose disk its volume lies
        yield from (map(re.escape, topology.hosts_of(old.id)) if len(old.replicas) == 1 else ())
    was_automatic = {each.failover for each in (old.cluster, old.replication) if each is not None}
    is_automatic = {each.failover for each in (new.cluster, new.replication) if each is not None}
    if "manual" in was_automatic and "automatic" in is_automatic - was_automatic:
        yield _BY_PEOPLE


def _of_host(old: Host, new: Host) -> Iterator[str]:
    """Yield the names of the places that a host has left."""
    yield from (re.escape(zone) for zone in old.zones if zone not in new.zones)
    if old.runs_on is not None and old.runs_on != new.runs_on:
        yield re.escape(old.runs_on)


def _told(architecture: Architecture) -> Iterator[tuple[Path, str, tuple[_Key, ...]]]:
    """Yield the reasons and notes of a model, each with its path and what it is about."""
    sections: tuple[tuple[str, Iterable[Host | Component | Connection]], ...] = (
        ("hosts", architecture.hosts),
        ("components", architecture.components),
        ("connections", architecture.connections),
    )
    for section, entries in sections:
        for entry in entries:
            if entry.why:
                yield (section, entry.id, "why"), entry.why, ((section, entry.id),)
    for flow in architecture.flows:
        for number, step in enumerate(flow.steps):
            for note in _notes(step):
                yield (
                    ("flows", flow.id, "steps", number),
                    note.text,
                    tuple(("notes", flow.id, name) for name in note.over),
                )


def _notes(step: Step) -> Iterator[Note]:
    return (each for each in steps_in_order((step,)) if isinstance(each, Note))


def _place(source: SourcePlaces, path: Path) -> Place:
    """Return the place of words; of a connection that of its entry, whose key may be written otherwise than its id."""
    return source.place(Subject("connection", str(path[1]))) if path[0] == "connections" else source.at(*path)


def _tells(words: str, text: str) -> bool:
    return re.search(rf"(?<![\w-])(?:{words})(?![\w-])", text.casefold()) is not None
