"""The rank of each node: how many steps it stands behind the first."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from archgen.layout.layering.cycles import closing_edges
from archgen.layout.layering.simplex import Arc, shortest

WORK = 2_000_000
"""Steps that the improvement of all ranks may take: some seconds."""


class GraphLink(Struct, frozen=True):
    """A line from node to node; those of one `bundle` share their way. The heavier it is, the shorter and straighter."""

    source: str
    target: str
    bundle: str
    weight: int = 1


def ranks(nodes: Sequence[str], links: Sequence[GraphLink], work: int = WORK) -> dict[str, int]:
    """Return a rank from 0 for each node, such that links lead onward but for those that close a cycle, and are short.

    The first nodes are where a reader starts, and links stand in the order in which requests use them. What hangs
    together starts at rank 0.
    """
    number = {node: place for place, node in enumerate(nodes)}
    pairs = [(number[link.source], number[link.target]) for link in links]
    back = closing_edges(len(nodes), pairs)
    weights: dict[tuple[int, int], int] = {}
    for place, ((source, target), link) in enumerate(zip(pairs, links, strict=True)):
        if source != target:
            pair = (target, source) if place in back else (source, target)
            weights[pair] = weights.get(pair, 0) + link.weight
    ranked = [0] * len(nodes)
    for part, arcs in _parts(len(nodes), weights):
        for node, rank in zip(part, shortest(len(part), arcs, work), strict=True):
            ranked[node] = rank
    return {node: ranked[place] for node, place in number.items()}


def _parts(count: int, weights: dict[tuple[int, int], int]) -> list[tuple[list[int], list[Arc]]]:
    """Return the nodes that hang together, and the arcs between them by their places in the part."""
    parts = connected_parts(count, weights)
    place: dict[int, tuple[int, int]] = {}
    for number, part in enumerate(parts):
        place.update((node, (number, local)) for local, node in enumerate(part))
    arcs: list[list[Arc]] = [[] for _ in parts]
    for (source, target), weight in weights.items():
        number, tail = place[source]
        arcs[number].append(Arc(tail, place[target][1], 1, weight))
    return list(zip(parts, arcs, strict=True))


def connected_parts(count: int, pairs: Sequence[tuple[int, int]] | dict[tuple[int, int], int]) -> list[list[int]]:
    """Return the nodes that hang together, each part in the order of its nodes, the parts by their first nodes."""
    leader = list(range(count))

    def lead(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for source, target in pairs:
        first, second = sorted((lead(source), lead(target)))
        leader[second] = first
    parts: dict[int, list[int]] = {}
    for node in range(count):
        parts.setdefault(lead(node), []).append(node)
    return list(parts.values())
