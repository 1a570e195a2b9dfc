"""Ranks that would be towers are spread over several: their leaves stand in ranks of their own beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, sqrt

from archgen.layout.layering.ranking import GraphLink

TALLEST = 24
"""A rank of so many nodes is no tower."""


def spread_leaves(ranks: Mapping[str, int], links: Sequence[GraphLink]) -> dict[str, int]:
    """Return the same ranks, but for leaves of those with very many nodes: what is called stands further on, what calls before.

    The ranks that it takes make the diagram about as wide as high.
    """
    sides = _sides(ranks, links)
    members: dict[int, list[str]] = {}
    for node, rank in ranks.items():
        members.setdefault(rank, []).append(node)
    moved: dict[str, int] = {}
    start = 0
    for rank in range(max(ranks.values(), default=-1) + 1):
        nodes = members.get(rank, [])
        height = max(TALLEST, ceil(sqrt(1.5 * len(nodes))))
        callers = _columns([node for node in nodes if sides.get(node) == "before"], len(nodes), height)
        called = _columns([node for node in nodes if sides.get(node) == "after"], len(nodes), height)
        start += len(callers)
        moved.update(dict.fromkeys(nodes, start))
        for step, column in enumerate(callers, 1):
            moved.update(dict.fromkeys(column, start - step))
        for step, column in enumerate(called, 1):
            moved.update(dict.fromkeys(column, start + step))
        start += len(called) + 1
    return {node: moved[node] for node in ranks}


def _columns(leaves: Sequence[str], count: int, height: int) -> list[list[str]]:
    """Return the leaves that stand aside, column by column, when no more than a height of a rank stays where it is."""
    aside = leaves[min(max(height - (count - len(leaves)), 0), len(leaves)) :]
    columns = ceil(len(aside) / height)
    even = ceil(len(aside) / columns) if columns else 1
    return [list(aside[place : place + even]) for place in range(0, len(aside), even)]


def _sides(ranks: Mapping[str, int], links: Sequence[GraphLink]) -> dict[str, str]:
    """Return the side of its rank on which a leaf may stand: away from what it is joined to."""
    near: dict[str, set[str]] = {}
    for link in links:
        near.setdefault(link.source, set()).add(link.target)
        near.setdefault(link.target, set()).add(link.source)
    leaves = {node: next(iter(others)) for node, others in near.items() if len(others) == 1}
    return {node: "before" if ranks[node] < ranks[other] else "after" for node, other in leaves.items()}
