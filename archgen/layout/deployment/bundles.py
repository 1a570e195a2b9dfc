"""Lines that run together: one connection's lines from one source, to one target, or from every one to every other;
and many alike at one node."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Literal

from msgspec import Struct

from archgen.layout.deployment.columns import calls
from archgen.layout.identity import Itself
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
    hanging = _hanging_together(diagram, frozenset(shown))
    gathered = [*_buses(_buses(hanging, "targets", many), "sources", many)]
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


_End = Literal["sources", "targets"]


def _buses(gathered: tuple[Bundle, ...], end: _End, many: int) -> tuple[Bundle, ...]:
    """Join connections of the same words and meaning that meet in large numbers, as if they were one.

    They meet at one node, or each reaches all of the same replicas. Four hundred lines beside each other say less than one
    that gathers them. A line with an issue keeps its own way.
    """
    large = [group for group, lines in _meetings(Itself(gathered), end) if lines > many]
    bus = {bundle.id: group for group in large for bundle in group}
    if not bus:
        return gathered
    joined: list[Bundle] = []
    for bundle in gathered:
        group = bus.get(bundle.id, [bundle])
        if group[0] is bundle:
            joined.append(Bundle(bundle.id, tuple(edge for member in group for edge in member.edges)))
    return tuple(joined)


@lru_cache(maxsize=_REMEMBERED)
def _meetings(gathered: Itself[tuple[Bundle, ...]], end: _End) -> list[tuple[list[Bundle], int]]:
    """Return the complete bundles of the same words, without an issue, that meet at the same nodes, with their lines there."""
    meeting: dict[tuple[str, str, str | None, tuple[str, ...]], list[Bundle]] = {}
    for bundle in gathered.value:
        if bundle.is_complete and not any(edge.badges for edge in bundle.edges):
            first, nodes = bundle.first, tuple(sorted(_ends(bundle, end)))
            meeting.setdefault((first.label, first.meaning, first.change, nodes), []).append(bundle)
    return [(group, _lines(group, end)) for group in meeting.values() if len(group) > 1]


def _ends(bundle: Bundle, end: _End) -> tuple[str, ...]:
    return bundle.targets if end == "targets" else bundle.sources


def _lines(group: Sequence[Bundle], end: _End) -> int:
    """Count the lines of several connections that meet at a node; those of one run together anyway."""
    return len(group) if len(_ends(group[0], end)) == 1 else sum(len(bundle.edges) for bundle in group)


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
