"""Columns are layers of calls, whatever the roles: for graphs that have neither hosts nor roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from archgen.layout.deployment.alignment import ColumnBlock
from archgen.layout.deployment.arrangement import completed
from archgen.layout.deployment.bundles import Bundle, bundles, busiest
from archgen.layout.deployment.cards import SizedCard, size_cards
from archgen.layout.deployment.columns import calls
from archgen.layout.deployment.docks import straighten
from archgen.layout.deployment.levels import CLEAR, Levels
from archgen.layout.deployment.routing import LANE, route_edges
from archgen.layout.hanging import above_cards
from archgen.layout.layering.core import Graph, Layers, layers, ranks_of
from archgen.layout.layering.net import net
from archgen.layout.layering.ordering import untangled
from archgen.layout.layering.ranking import GraphLink
from archgen.layout.layering.straight import LayerSpacing
from archgen.layout.measures import USUAL, Measures
from archgen.layout.placed import Placed
from archgen.views.diagram import Diagram, Edge


def layered(diagram: Diagram, measures: Measures = USUAL) -> Placed:
    """Lay a diagram out in layers of calls: few crossings first, then straight lines."""
    graph, together = graph_of(diagram, measures)
    sizes = size_cards(diagram, busiest(together, ranks_of(graph, graph.nodes, graph.links)), measures)
    spacing = _spacing(diagram, sizes, measures)
    placed = layers(graph, spacing)
    root = block_of(diagram, placed, spacing)
    levels = Levels(root, diagram, placed.ranks)
    ways = route_edges(together, levels, passes_of(together, placed))
    straighten(ways, levels)
    return completed(diagram, sizes, root, levels, ways, measures)


def promise(diagram: Diagram) -> float:
    """Return the part of its crossings that an order of a diagram spares, in a tenth of the time that layers take."""
    graph, _ = graph_of(diagram, USUAL)
    return untangled(net(ranks_of(graph, graph.nodes, graph.links), graph.links, graph.around))


def graph_of(diagram: Diagram, measures: Measures) -> tuple[Graph, list[Bundle]]:
    """Return the graph of the cards that do not merely guard others, visitors first, and the bundles of its links as requests use them."""
    graph, together = _gathered(diagram, measures.many)
    return graph, [*together]


_REMEMBERED = 16
"""Diagrams whose graphs are remembered: each is laid out by several measures, by roles and by calls."""


@lru_cache(maxsize=_REMEMBERED)
def _gathered(diagram: Diagram, many: int) -> tuple[Graph, tuple[Bundle, ...]]:
    nodes = [node for node in diagram.nodes if not node.guards]
    nodes.sort(key=lambda node: node.role != "visitor")
    together = bundles(diagram, {node.id for node in nodes}, many)
    flows = dict(diagram.used)
    order = {subject: place for place, subject in enumerate(flows)}
    together.sort(key=lambda bundle: order.get(bundle.first.subject, len(order)))
    links = tuple(
        GraphLink(edge.source, edge.target, bundle.id, _weight(edge, flows))
        for bundle in together
        for edge in bundle.edges
    )
    around: dict[str, str | None] = {node.id: node.group for node in nodes}
    around.update((group.id, group.parent) for group in diagram.groups)
    graph = Graph(tuple(node.id for node in nodes), links, around, {node.id: node.subject for node in nodes})
    return graph, tuple(together)


_MOST_FLOWS = 4
"""Flows beyond which a line is no straighter: what all requests use is one road, however many they are."""


def _weight(edge: Edge, flows: Mapping[str, int]) -> int:
    """Return how much a line wants to be short and straight: the more flows use a call, the more."""
    used = max(flows.get(connection, 1) for connection in (edge.subject, *edge.bundled))
    return 2 + min(used, _MOST_FLOWS) if calls(edge) else 1


def passes_of(together: Sequence[Bundle], placed: Layers) -> dict[str, list[tuple[int, float]]]:
    """Return the ranks and heights that each line passes, by its edge."""
    edges = (edge.id for bundle in together for edge in bundle.edges)
    return {edge: list(passed) for edge, passed in zip(edges, placed.passes, strict=True)}


def _spacing(diagram: Diagram, sizes: Mapping[str, SizedCard], measures: Measures) -> LayerSpacing:
    guarded = guarded_by(diagram)
    return LayerSpacing(
        sizes={name: card.height for name, card in sizes.items()},
        node=measures.node_gap,
        lane=LANE,
        beside=CLEAR,
        group=measures.group_gap,
        before={group.id: header(group.id in guarded, measures) for group in diagram.groups},
        after={group.id: measures.pad for group in diagram.groups},
        crest=dict.fromkeys(guarded, measures.overhang),
        least={},
        ahead=above_cards(diagram.nodes, measures),
    )


def header(guarded: bool, measures: Measures = USUAL) -> float:
    """Return the room for the words of a group, and for the shield on its border."""
    return measures.header + (measures.overhang if guarded else 0.0)


def guarded_by(diagram: Diagram) -> frozenset[str]:
    """Return the groups behind shields."""
    return frozenset(name for node in diagram.nodes for name in node.guards)


def block_of(diagram: Diagram, placed: Layers, spacing: LayerSpacing) -> ColumnBlock:
    """Return the cards and groups of a layered layout as blocks within the block of everything."""
    return _Blocks(diagram, placed, spacing).root()


class _Blocks:
    def __init__(self, diagram: Diagram, placed: Layers, spacing: LayerSpacing) -> None:
        self._placed = placed
        self._spacing = spacing
        self._parents = {group.id: group.parent for group in diagram.groups}
        self._nodes = {node.id: node.group for node in diagram.nodes if node.id in placed.ranks}
        self._blocks: dict[str, ColumnBlock] = {}
        self._tops: dict[str | None, float] = {None: 0.0}
        self._root = ColumnBlock("", 0, max(placed.ranks.values(), default=0), 0.0)

    def root(self) -> ColumnBlock:
        """Return the block of everything."""
        for name in self._parents:
            if name in self._placed.borders:
                self._group(name)
        for name, group in self._nodes.items():
            rank, height = self._placed.ranks[name], self._spacing.sizes[name]
            self._put(ColumnBlock(name, rank, rank, height), group, self._placed.middles[name] - height / 2)
            while group is not None:
                block = self._blocks[group]
                block.first, block.last = min(block.first, rank), max(block.last, rank)
                group = self._parents[group]
        return self._root

    def _put(self, block: ColumnBlock, group: str | None, top: float) -> None:
        block.y = top - self._tops[group]
        (self._root if group is None else self._blocks[group]).children.append(block)

    def _group(self, name: str) -> None:
        """Add the block of a group after those around it."""
        waiting = [name]
        while waiting:
            parent = self._parents[waiting[-1]]
            if parent is not None and parent not in self._blocks:
                waiting.append(parent)
                continue
            group = waiting.pop()
            if group in self._blocks:
                continue
            overhang = self._spacing.crest.get(group, 0.0)
            top, bottom = self._placed.borders[group]
            block = ColumnBlock(group, self._root.last, 0, bottom - top + overhang)
            block.overhang, block.header = overhang, self._spacing.before[group]
            self._put(block, parent, top - overhang)
            self._blocks[group], self._tops[group] = block, top - overhang
