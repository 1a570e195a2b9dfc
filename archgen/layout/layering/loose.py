"""Ranks of nodes that no call leads to or from: among those of their group, which would be mostly empty otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archgen.layout.layering.net import chain_of
from archgen.layout.layering.ranking import GraphLink

LOOSE = 1
"""The weight of a link that is no call, as from monitoring to an agent: nothing is read from its direction."""


def gathered(
    ranking: Mapping[str, int], links: Iterable[GraphLink], around: Mapping[str, str | None]
) -> dict[str, int]:
    """Return ranks with each node that has no call moved between the first and the last of its group that has some."""
    firm = {end for link in links if link.weight > LOOSE for end in (link.source, link.target)}
    spans: dict[str, tuple[int, int]] = {}
    for node, rank in ranking.items():
        for group in chain_of(around, node) if node in firm else ():
            low, high = spans.get(group, (rank, rank))
            spans[group] = min(low, rank), max(high, rank)
    moved = dict(ranking)
    for node, rank in ranking.items():
        span = next((spans[group] for group in chain_of(around, node) if group in spans), None)
        if node not in firm and span is not None:
            moved[node] = min(max(rank, span[0]), span[1])
    return moved
