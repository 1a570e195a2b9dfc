"""A whole layered layout: the rank of each node, its place across the ranks, and where long links pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import ceil, sqrt

from msgspec import Struct

from archgen.layout.identity import Itself
from archgen.layout.layering.loose import gathered
from archgen.layout.layering.net import Net, chain_of, net
from archgen.layout.layering.ordering import ordered
from archgen.layout.layering.ranking import GraphLink, connected_parts, ranks
from archgen.layout.layering.rows import OrderedRows
from archgen.layout.layering.spreading import spread_leaves
from archgen.layout.layering.straight import LayerSpacing, Positions, positions

_REMEMBERED = 16
"""Graphs whose orders are remembered: a diagram is laid out by several measures, which change its lengths alone."""

_APART = 2
"""How many gaps more nodes without links stand from the others."""

Extent = tuple[float, float]

Passes = tuple[tuple[int, float], ...]
"""The ranks that a link passes on its way, and the heights at which it does."""


class Graph(Struct, frozen=True):
    """Nodes in reading order, links in the order in which requests use them, and the group around each node and group.

    Nodes of one `kin` stand in one rank, as the replicas of a component do.
    """

    nodes: tuple[str, ...]
    links: tuple[GraphLink, ...]
    around: Mapping[str, str | None] = {}
    kin: Mapping[str, str] = {}


class Layers(Struct, frozen=True):
    """The rank and the middle of each node, and the borders of each group across the ranks.

    `passes` are those of each link, in their order.
    """

    ranks: dict[str, int]
    middles: dict[str, float]
    passes: tuple[Passes, ...]
    borders: dict[str, Extent]


def layers(graph: Graph, spacing: LayerSpacing, ranked: Mapping[str, int] | None = None) -> Layers:
    """Return the layout of a graph, also with ranks of one's own.

    Parts that nothing joins stand by themselves: the largest first, each other one as far up below it as it has room.
    """
    orders = _orders(Itself(graph), tuple(ranked.items()) if ranked else None)
    parts = [_part(order, spacing) for order in orders]
    gap = max([spacing.group, *spacing.ahead.values(), *spacing.behind.values()])
    moved = [part.moved(*by) for part, by in zip(parts, _packed(parts, gap, ranked is None), strict=True)]
    ranking = {node: rank for part in moved for node, rank in part.ranks.items()}
    passes = {link: passed for part in moved for link, passed in part.passes.items()}
    return Layers(
        {node: ranking[node] for node in graph.nodes},
        {node: middle for part in moved for node, middle in part.middles.items()},
        tuple(passes[link] for link in range(len(graph.links))),
        {group: borders for part in moved for group, borders in part.borders.items()},
    )


class _Part(Struct, frozen=True):
    """A part of a graph by itself, from height 0; `passes` are by the place of their links in the graph.

    `bottoms` are where its ranks end, from the `first` on.
    """

    ranks: dict[str, int]
    middles: dict[str, float]
    passes: dict[int, Passes]
    borders: dict[str, Extent]
    first: int
    bottoms: tuple[float, ...]

    def moved(self, rank: int, height: float) -> _Part:
        """Return the same part from another rank on, and so much lower."""
        on = rank - self.first
        return _Part(
            {node: own + on for node, own in self.ranks.items()},
            {node: middle + height for node, middle in self.middles.items()},
            {
                link: tuple((own + on, own_height + height) for own, own_height in passed)
                for link, passed in self.passes.items()
            },
            {group: (low + height, high + height) for group, (low, high) in self.borders.items()},
            rank,
            self.bottoms,
        )


def _parts(graph: Graph) -> list[list[str]]:
    """Return the nodes that links, groups or kinship join."""
    number = {node: place for place, node in enumerate(graph.nodes)}
    pairs = [(number[link.source], number[link.target]) for link in graph.links]
    members: dict[tuple[str, str], int] = {}
    for node, place in number.items():
        keys = [("group", group) for group in chain_of(graph.around, node)[-1:]]
        keys += [("kin", graph.kin[node])] if node in graph.kin else []
        pairs += [(members.setdefault(key, place), place) for key in keys]
    return [[graph.nodes[place] for place in part] for part in connected_parts(len(graph.nodes), pairs)]


class _PartOrder(Struct, frozen=True):
    """A part of a graph in its ranks, and in the order of each rank; `links` are by their place in the graph."""

    ranking: dict[str, int]
    links: dict[int, GraphLink]
    joined: Net
    rows: OrderedRows


@lru_cache(maxsize=_REMEMBERED)
def _orders(graph: Itself[Graph], ranked: tuple[tuple[str, int], ...] | None) -> tuple[_PartOrder, ...]:
    """Return the parts of a graph in order, which no length changes."""
    given = dict(ranked) if ranked else None
    return tuple(_part_order(graph.value, nodes, given) for nodes in _parts(graph.value))


def _part_order(graph: Graph, nodes: Sequence[str], ranked: Mapping[str, int] | None) -> _PartOrder:
    inside = set(nodes)
    links = {place: link for place, link in enumerate(graph.links) if link.source in inside}
    ranking = {node: ranked[node] for node in nodes} if ranked else _own_ranks(graph, nodes, [*links.values()])
    joined = net(ranking, [*links.values()], graph.around)
    return _PartOrder(ranking, links, joined, ordered(joined))


def _part(order: _PartOrder, spacing: LayerSpacing) -> _Part:
    ranking, joined, rows = order.ranking, order.joined, order.rows
    where = positions(rows, spacing)
    first = min(ranking.values())
    bottoms = [0.0] * (max(ranking.values()) + 1 - first)
    for vertex, low in _lows(joined, where, spacing):
        for rank in range(rows.spans[vertex][0] - first, rows.spans[vertex][1] + 1 - first):
            bottoms[rank] = max(bottoms[rank], low)
    return _Part(
        ranking,
        {node: where.items[item] for node, item in joined.nodes.items()},
        {place: _passes(joined, where, link) for place, link in order.links.items()},
        where.groups,
        first,
        tuple(bottoms),
    )


def _own_ranks(graph: Graph, nodes: Sequence[str], links: Sequence[GraphLink]) -> dict[str, int]:
    ranking = gathered(ranks_of(graph, nodes, links), links, graph.around)
    return ranking if any(graph.around.get(node) for node in nodes) else spread_leaves(ranking, [*links])


def ranked_parts(graph: Graph) -> Iterator[dict[str, int]]:
    """Yield the ranks of the nodes in each part of a graph by itself."""
    for nodes in _parts(graph):
        inside = set(nodes)
        yield _own_ranks(graph, nodes, [link for link in graph.links if link.source in inside])


def is_ranked_so(graph: Graph, ranked: Mapping[str, int]) -> bool:
    """Return True if a graph of one part has the same layout with some ranks as without."""
    if len(_parts(graph)) != 1 or ranks_of(graph, graph.nodes, graph.links) != ranked:
        return False
    return _own_ranks(graph, graph.nodes, graph.links) == ranked


def ranks_of(graph: Graph, nodes: Sequence[str], links: Sequence[GraphLink]) -> dict[str, int]:
    """Return the ranks of some nodes of a graph: those of their kin."""
    kin = graph.kin
    between = [
        GraphLink(source, target, link.bundle, link.weight)
        for link in links
        if (source := kin.get(link.source, link.source)) != (target := kin.get(link.target, link.target))
    ]
    ranking = ranks(list(dict.fromkeys(kin.get(node, node) for node in nodes)), between)
    return {node: ranking[kin.get(node, node)] for node in nodes}


def _passes(joined: Net, where: Positions, link: GraphLink) -> Passes:
    return tuple((joined.ranks[item], where.items[item]) for item in joined.chain(link)[1:-1])


def _lows(joined: Net, where: Positions, spacing: LayerSpacing) -> Iterator[tuple[int, float]]:
    """Return the lower end of each node, lane and group."""
    sizes = {item: spacing.sizes[node] / 2 for node, item in joined.nodes.items()}
    for item, middle in enumerate(where.items):
        yield item, middle + sizes.get(item, 0.0)
    for group, (_, high) in where.groups.items():
        yield joined.groups[group], high


def _packed(parts: Sequence[_Part], gap: float, free: bool) -> list[tuple[int, float]]:
    """Return the rank and the height at which each part starts; they have all ranks to choose from where they are `free`."""
    width = max((part.first + len(part.bottoms) for part in parts), default=0)
    if free:
        width = max(width, ceil(sqrt(len(parts))))
    ends = [0.0] * width
    places: dict[int, tuple[int, float]] = {}
    order = sorted(range(len(parts)), key=lambda number: -len(parts[number].ranks))
    loose = {number for number in order[1:] if len(parts[number].ranks) == 1}
    for number in [number for number in order if number not in loose]:
        part = parts[number]
        tall = len(part.bottoms)
        starts = range(width - tall + 1) if free else (part.first,)
        top, start = min((max(ends[start : start + tall]), start) for start in starts)
        ends[start : start + tall] = [top + bottom + gap for bottom in part.bottoms]
        places[number] = start, top
    places |= _shelves([(number, parts[number].bottoms[0] + gap) for number in order if number in loose], ends, gap)
    return [places[number] for number in range(len(parts))]


def _shelves(loose: Sequence[tuple[int, float]], ends: list[float], gap: float) -> dict[int, tuple[int, float]]:
    """Return the places of nodes without links, each with its height: apart from the rest, at the ends of the last ranks.

    Where no rank has room, they stand as far up as they can below the others.
    """
    bottom = max(ends, default=0.0)
    tops = [bottom] * len(ends)
    places: dict[int, tuple[int, float]] = {}
    for number, tall in reversed(loose):
        room = (rank for rank, end in enumerate(ends) if end + _APART * gap + tall <= tops[rank])
        rank = max(room, default=None)
        if rank is None:
            lows = [end if top == bottom else max(end, bottom) for end, top in zip(ends, tops, strict=True)]
            start, rank = min((low, rank) for rank, low in enumerate(lows))
            ends[rank] = start + tall
        else:
            start = tops[rank] = tops[rank] - tall
        places[number] = rank, start
    return places
