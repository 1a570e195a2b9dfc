"""Lines that run together: one connection's lines from one source, to one target, or from every one to every other;
and many alike at one node."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Literal

from msgspec import Struct

from archgen.layout.deployment.columns import calls
from archgen.views.diagram import Diagram, Edge


class Bundle(Struct, frozen=True, dict=True):
    """Lines that may share their way, because together they say no more than each alone."""

    id: str
    edges: tuple[Edge, ...]

    @property
    def first(self) -> Edge:
        """The line that speaks for all: they share subject, label and meaning."""
        return self.edges[0]

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Nodes at which its lines start, each once."""
        return tuple(dict.fromkeys(edge.source for edge in self.edges))

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Nodes at which its lines end, each once."""
        return tuple(dict.fromkeys(edge.target for edge in self.edges))

    @property
    def is_complete(self) -> bool:
        """True if every source reaches every target, which it does at one end of all lines."""
        return len(self.edges) == 1 or len(self.edges) == len(self.sources) * len(self.targets)

    @property
    def label(self) -> str:
        """Its words; a double line between a primary and a replica needs none."""
        return "" if self.first.meaning == "replication" and self.first.label == "replication" else self.first.label


def bundles(diagram: Diagram, shown: Collection[str], many: int) -> list[Bundle]:
    """Return all lines between shown nodes in bundles; what is on the way of a request comes first.

    More than `many` lines of the same words at one node are one bundle.
    """
    gathered = [*_hanging_together(diagram, frozenset(shown))]
    gathered = _buses(_buses(gathered, "targets", many), "sources", many)
    gathered.sort(key=lambda bundle: (not calls(bundle.first), bundle.first.meaning == "monitoring"))
    return gathered


_REMEMBERED = 16
"""Diagrams whose bundles are remembered: each is laid out in several ways, and its lines are gathered more or less."""


@lru_cache(maxsize=_REMEMBERED)
def _hanging_together(diagram: Diagram, shown: frozenset[str]) -> tuple[Bundle, ...]:
    """Return the lines of each connection between shown nodes in bundles."""
    alike: dict[tuple[str, str, str, str | None], list[Edge]] = {}
    for edge in diagram.edges:
        if edge.source in shown and edge.target in shown and edge.source != edge.target:
            alike.setdefault((edge.subject, edge.meaning, edge.label, edge.change), []).append(edge)
    return tuple(
        Bundle(group[0].id, tuple(group))
        for edges in alike.values()
        for part in _parts(edges)
        for group in _split(part)
    )


def _buses(gathered: list[Bundle], end: Literal["sources", "targets"], many: int) -> list[Bundle]:
    """Join connections of the same words and meaning that meet in large numbers, as if they were one.

    They meet at one node, or each reaches all of the same replicas. Four hundred lines beside each other say less than one
    that gathers them. A line with an issue keeps its own way.
    """
    words: dict[tuple[str, str, str | None], list[Bundle]] = {}
    for bundle in gathered:
        first = bundle.edges[0]
        words.setdefault((first.label, first.meaning, first.change), []).append(bundle)
    bus: dict[str, list[Bundle]] = {}
    for same in words.values():
        # most words are those of so few lines that no node has many of them
        if len(same) > 1 and sum([len(bundle.edges) for bundle in same]) > many:
            for group in _meeting(same, end).values():
                if _lines(group, end) > many:
                    bus.update((bundle.id, group) for bundle in group)
    if not bus:
        return gathered
    joined: list[Bundle] = []
    for bundle in gathered:
        group = bus.get(bundle.id, [bundle])
        if group[0] is bundle:
            joined.append(Bundle(bundle.id, tuple(edge for member in group for edge in member.edges)))
    return joined


def _meeting(same: Iterable[Bundle], end: Literal["sources", "targets"]) -> dict[tuple[str, ...], list[Bundle]]:
    """Return the complete bundles without an issue by the nodes at which they meet."""
    meeting: dict[tuple[str, ...], list[Bundle]] = {}
    for bundle in same:
        if bundle.is_complete and not any(edge.badges for edge in bundle.edges):
            ends = bundle.targets if end == "targets" else bundle.sources
            meeting.setdefault(tuple(sorted(ends)), []).append(bundle)
    return meeting


def _lines(group: Sequence[Bundle], end: Literal["sources", "targets"]) -> int:
    """Count the lines of several connections that meet at a node; those of one run together anyway."""
    if len(group) < 2:
        return 0
    first = group[0]
    return (
        len(group)
        if len(first.targets if end == "targets" else first.sources) == 1
        else sum(len(bundle.edges) for bundle in group)
    )


def busiest(bundles: Iterable[Bundle], columns: Mapping[str, int]) -> dict[str, int]:
    """Return for each node how many bundles at most meet one side of it."""
    sides: dict[tuple[str, bool], set[str]] = {}
    for bundle in bundles:
        for edge in bundle.edges:
            source, target = columns[edge.source], columns[edge.target]
            sides.setdefault((edge.source, source <= target), set()).add(bundle.id)
            sides.setdefault((edge.target, target <= source), set()).add(bundle.id)
    most: dict[str, int] = {}
    for (node, _), met in sides.items():
        most[node] = max(most.get(node, 0), len(met))
    return most


def _parts(edges: list[Edge]) -> Iterable[list[Edge]]:
    """Return the lines that hang together."""
    leader: dict[str, str] = {}

    def lead(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for edge in edges:
        leader[lead("from " + edge.source)] = lead("to " + edge.target)
    parts: dict[str, list[Edge]] = {}
    for edge in edges:
        parts.setdefault(lead("from " + edge.source), []).append(edge)
    return parts.values()


def _split(edges: list[Edge]) -> Iterable[list[Edge]]:
    """Return lines that hang together as they are if every source reaches every target, else by source or by target."""
    sources: dict[str, list[Edge]] = {}
    targets: dict[str, list[Edge]] = {}
    for edge in edges:
        sources.setdefault(edge.source, []).append(edge)
        targets.setdefault(edge.target, []).append(edge)
    if len(edges) == len(sources) * len(targets) and not sources.keys() & targets.keys():
        return [edges]
    return sources.values() if len(sources) <= len(targets) else targets.values()
