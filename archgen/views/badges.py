"""The place of each finding's number in a diagram: on a node, a group or a line."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import assert_never

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.linting.finding_groups import number_findings
from archgen.model.finding import SEVERITIES, Finding
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.views.diagram import Badge, Diagram, Edge, Group, Node
from archgen.views.folding import Folding

WHOLE = "model:"
"""The place of the findings on the whole model or on a flow: beside the title of a picture."""

_MOST = 3
"""The most badges of a card or a line that stands for several."""


def badges(topology: Topology, findings: Sequence[Finding], folding: Folding) -> dict[str, tuple[Badge, ...]]:
    """Return the badges of each node id, group id (`host:x`) and connection id (`connection:a -> b`).

    Findings of one rule, severity and fix have one number, so a place has a badge of it once. Those on a flow or on the
    model are at `WHOLE`. Accepted findings have no badge.
    """
    by_place: dict[str, dict[int, Badge]] = {}
    for number, finding in number_findings(findings):
        place = _place(topology, finding, folding)
        if place is not None and finding.accepted is None:
            by_place.setdefault(place, {}).setdefault(number, Badge(number, finding.severity, finding.message))
    return {place: tuple(marks[number] for number in sorted(marks)) for place, marks in by_place.items()}


def beside_title(marks: Mapping[str, tuple[Badge, ...]], shown: Container[str]) -> tuple[Badge, ...]:
    """Return the badges of the whole system, and of the zones and networks that a picture doesn't show."""
    places = (place for place in marks if place.startswith(("zone:", "network:")) and place not in shown)
    every = {badge.number: badge for place in (WHOLE, *places) for badge in marks.get(place, ())}
    return tuple(every[number] for number in sorted(every))


def merged_badges(groups: Iterable[tuple[Badge, ...]]) -> tuple[Badge, ...]:
    """Return the badges of several elements, each once, in the order of their numbers."""
    every = {badge.number: badge for badge in chain.from_iterable(groups)}
    return tuple(every[number] for number in sorted(every))


def with_every_badge(topology: Topology, findings: Sequence[Finding], diagram: Diagram, whole: bool = True) -> Diagram:
    """Return a diagram with the badges of what it shows only as a part of a card, on that card.

    A card or a line of several has its gravest findings, and counts the others. What a `whole` system's diagram doesn't
    show at all has its badges beside the title.
    """
    holders = _Holders(topology, diagram)
    named: dict[int, Badge] = {}
    shown: dict[str, dict[int, Badge]] = {WHOLE: {badge.number: badge for badge in diagram.badges}}
    items: list[Node | Group | Edge] = [*diagram.nodes, *diagram.groups, *diagram.edges]
    for item in items:
        shown[item.id] = {badge.number: badge for badge in item.badges if not badge.others}
        shown[item.id] |= {number: badge for badge in item.badges for number in badge.others}
    for number, finding in number_findings(findings):
        if finding.accepted is not None:
            continue
        badge = Badge(number, finding.severity, finding.message)
        named.setdefault(number, badge)
        places = tuple(holders.of(finding))
        if not any(number in shown.get(place, ()) for alike in places for place in alike):
            for place in next((alike for alike in places if alike), (WHOLE,)):
                shown.setdefault(place, {})[number] = badge

    def marked(place: str, several: bool) -> tuple[Badge, ...]:
        own = shown[place]
        every = tuple(named.get(number, own[number]) if own[number].others else own[number] for number in sorted(own))
        return _counted(every) if several else every

    return replace(
        diagram,
        nodes=tuple(replace(node, badges=marked(node.id, _is_of_several(node))) for node in diagram.nodes),
        groups=tuple(replace(group, badges=marked(group.id, False)) for group in diagram.groups),
        edges=tuple(replace(edge, badges=marked(edge.id, bool(edge.bundled))) for edge in diagram.edges),
        badges=marked(WHOLE, False) if whole else diagram.badges,
    )


def _is_of_several(node: Node) -> bool:
    return bool(node.opens or node.holds) or node.is_stack


def _counted(badges: tuple[Badge, ...]) -> tuple[Badge, ...]:
    """Return the gravest of some badges, in the order of their numbers, and one that counts the others."""
    if len(badges) <= _MOST:
        return badges
    gravest = sorted(badges, key=lambda badge: (SEVERITIES.index(badge.severity), badge.number))
    others = tuple(sorted(badge.number for badge in gravest[_MOST - 1 :]))
    words = f"issues {listed([str(number) for number in others])}"
    last = Badge(others[0], gravest[_MOST - 1].severity, words, others)
    return (*sorted(gravest[: _MOST - 1], key=lambda badge: badge.number), last)


class _Holders:
    """The elements of a diagram that stand for the subjects of findings."""

    def __init__(self, topology: Topology, diagram: Diagram) -> None:
        self._topology = topology
        self._ids = {*(node.id for node in diagram.nodes), *(group.id for group in diagram.groups)}
        self._cards: dict[str, list[str]] = {}
        self._lines: dict[str, str] = {}
        self._chips: dict[str, str] = {}
        for node in diagram.nodes:
            hosts = [f"host:{name}" for name in (node.subject, *node.stands_for)] if node.holds else []
            for name in (*node.holds, *hosts) if hosts else (node.subject, *node.stands_for):
                self._cards.setdefault(name, []).append(node.id)
            for chip in node.chips:
                for subject in chip.subjects:
                    self._chips.setdefault(subject, node.id)
        for edge in diagram.edges:
            for subject in edge.bundled or (edge.subject,):
                self._lines.setdefault(subject, edge.id)

    def of(self, finding: Finding) -> Iterator[tuple[str, ...]]:
        """Yield the ids of the elements that show a finding's subject, the closest ones first."""
        topology, subject = self._topology, finding.subject
        match subject.kind:
            case "connection" | "step":
                place = f"connection:{subject.id}" if subject.kind == "connection" else _step(topology, subject.id)
                yield from self._on_connection((place or "").partition(":")[2])
            case "component":
                if (replica := _named_replica(topology, finding)) is not None:
                    yield from self._on_replica(replica)
                yield self._on(subject.id)[:1]
            case "replica":
                yield from self._on_replica(subject.id)
            case "record" | "certificate":
                yield self._on(next(iter(_holders(topology, subject)), ""))[:1]
            case "host":
                yield tuple({f"host:{subject.id}"} & self._ids) or self._on(f"host:{subject.id}")
                carried = named_components(topology, finding) or carried_components(topology, subject.id)
                yield tuple(dict.fromkeys(card for name in carried for card in self._on(name)[:1]))
            case "zone" | "network" | "group":
                place = f"{subject.kind}:{subject.id}"
                yield tuple(name for name in self._ids if name == place or name.endswith(f"/{place}"))
            case "flow" | "model" | "change" | "move":
                return
            case _:
                assert_never(subject.kind)

    def _on(self, name: str) -> tuple[str, ...]:
        return tuple(self._cards.get(name, ()))

    def _on_replica(self, name: str) -> Iterator[tuple[str, ...]]:
        yield (name,) if name in self._ids else ()
        replica = self._topology.replicas.get(name)
        if replica is not None:
            for host in replica.hosts:
                yield self._on(f"host:{host}")
            yield self._on(replica.component)[:1]

    def _on_connection(self, name: str) -> Iterator[tuple[str, ...]]:
        yield (self._lines[name],) if name in self._lines else ()
        yield (self._chips[name],) if name in self._chips else ()
        for connection in self._topology.architecture.connections:
            if connection.id == name:
                ends = [self._on(end) for end in (connection.source, *connection.targets)]
                yield tuple(card for card in ends[0] if any(card in cards for cards in ends[1:]))[:1]
                yield from (cards[:1] for cards in ends)


def _named_replica(topology: Topology, finding: Finding) -> str | None:
    """Return the first replica of a finding's component that it names, or that runs where it says; None without one."""
    component = topology.components.get(finding.subject.id)
    for related in finding.related:
        name = related.subject.id
        for replica in component.replicas if component is not None else ():
            zones = (zone for host in replica.hosts for zone in topology.index.zones_around(host))
            if name in {"replica": (replica.id,), "host": replica.hosts, "zone": zones}.get(related.subject.kind, ()):
                return replica.id
    return None


def named_components(topology: Topology, finding: Finding) -> tuple[str, ...]:
    """Return the components of the replicas that a finding on a host speaks of: on a machine below, they stand on its guests."""
    replicas = (each.subject.id for each in finding.related if each.subject.kind == "replica")
    return tuple(dict.fromkeys(topology.replicas[name].component for name in replicas if name in topology.replicas))


def carried_components(topology: Topology, host: str) -> tuple[str, ...]:
    """Return the components that run on a host alone, or the first on it if all of them run elsewhere too."""
    names = tuple(dict.fromkeys(replica.component for replica in topology.replicas_on[host]))
    working = tuple(name for name in names if not topology.kind(name).observes)
    alone = tuple(name for name in working if len(set(topology.hosts_of(name))) == 1)
    return alone or working[:1] or names[:1]


def _place(topology: Topology, finding: Finding, folding: Folding) -> str | None:
    subject = finding.subject
    match subject.kind:
        case "component":
            named = _named_replica(topology, finding)
            return folding.node(named) if named else _component(topology, subject.id, folding)
        case "replica":
            return folding.node(subject.id)
        case "host":
            return f"host:{folding.hosts.get(subject.id, subject.id)}"
        case "zone":
            return f"zone:{folding.zones.get(subject.id, subject.id)}"
        case "network" | "connection":
            return f"{subject.kind}:{subject.id}"
        case "step":
            return _step(topology, subject.id)
        case "record" | "certificate":
            holders = _holders(topology, subject)
            return _component(topology, holders[0], folding) if holders else None
        case "flow" | "model":
            return WHOLE
        case "group" | "change" | "move":
            return None
        case _:
            assert_never(subject.kind)


def _component(topology: Topology, component: str, folding: Folding) -> str | None:
    holder = topology.components.get(component)
    if holder is None:
        return None
    primary = holder.replication.primary if holder.replication else ()
    replicas = [*primary, *(replica.id for replica in holder.replicas), component]
    return folding.node(replicas[0])


def _step(topology: Topology, step: str) -> str | None:
    hops = (hop for flow_hops in topology.hops.values() for hop in flow_hops if hop.step.id == step and hop.connection)
    return next((f"connection:{hop.connection.id}" for hop in hops if hop.connection), None)


def _holders(topology: Topology, subject: Subject) -> list[str]:
    """Return the components that have a record, or that a certificate is installed on."""
    architecture = topology.architecture
    if subject.kind == "record":
        return [
            component.id
            for component in architecture.components
            if any(record.id == subject.id for record in component.records)
        ]
    installed = (each.installed_on for each in architecture.certificates if each.id == subject.id)
    return list(chain.from_iterable(installed))
