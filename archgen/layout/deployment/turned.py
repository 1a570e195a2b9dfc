"""Diagrams that are read from the top: rows are roles or layers of calls, and hosts stand side by side.

Everything is laid out as it is from the left, with x and y exchanged: only words lie as ever.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from archgen.layout.deployment.arrangement import shifted
from archgen.layout.deployment.bundles import Bundle, busiest
from archgen.layout.deployment.cards import SLOT, SizedCard, fit_heading, size_cards
from archgen.layout.deployment.columns import assign_columns
from archgen.layout.deployment.docks import straighten
from archgen.layout.deployment.grid import Grid, label_size_of
from archgen.layout.deployment.labels import touches, worded
from archgen.layout.deployment.layered import block_of, graph_of, passes_of
from archgen.layout.deployment.levels import CLEAR, Levels
from archgen.layout.deployment.lines import EdgePlacer
from archgen.layout.deployment.placing import cleared, headed, seated
from archgen.layout.deployment.routing import LANE, route_edges
from archgen.layout.deployment.tracks import trunks
from archgen.layout.hanging import beside_cards
from archgen.layout.layering.core import is_ranked_so, layers, ranks_of
from archgen.layout.layering.straight import LayerSpacing
from archgen.layout.measures import USUAL, Measures
from archgen.layout.placed import Box, Placed, PlacedEdge, PlacedGroup, PlacedNode, Point, tidy
from archgen.views.diagram import Diagram, Group, Node

_WORDS = 28.0
"""What a line between two cards side by side wants beside its words: its ends and the head of its arrow."""


def by_roles(diagram: Diagram, measures: Measures = USUAL) -> Placed:
    """Lay a diagram out from the top down with a row for each role."""
    return _turned(diagram, assign_columns(diagram), measures)


def by_calls(diagram: Diagram, measures: Measures = USUAL) -> Placed:
    """Lay a diagram out from the top down with a row for each layer of calls."""
    return _turned(diagram, None, measures)


def has_rows_of_calls(diagram: Diagram, measures: Measures = USUAL) -> bool:
    """Return True if the rows of roles are those of calls, so that both layouts are the same."""
    return is_ranked_so(graph_of(diagram, measures)[0], assign_columns(diagram))


def _turned(diagram: Diagram, rows: Mapping[str, int] | None, measures: Measures) -> Placed:
    drawing = _Drawing(diagram, rows, measures)
    turning = drawing.turned({})
    # a group whose heading lines leave no room has it beside its cards
    crowded = {
        group.group.id: fit_heading(replace(group.group, detail=""), _LONGEST, measures)[2] + 2 * measures.pad
        for group in turning.crowded()
    }
    return (drawing.turned(crowded) if crowded else turning).placed()


_LONGEST = 320.0
"""No group is made wider than that for its words."""


class _Drawing:
    """A diagram in rows; some groups may want more room before their first card."""

    def __init__(self, diagram: Diagram, rows: Mapping[str, int] | None, measures: Measures) -> None:
        self._diagram = diagram
        self._measures = measures
        self._graph, self._bundles = graph_of(diagram, measures)
        self._rows = rows
        self._sizes = _sizes(
            diagram, self._bundles, rows or ranks_of(self._graph, self._graph.nodes, self._graph.links), measures
        )
        self._rooms = {
            bundle.id: label_size_of(bundle, len(bundle.first.badges), measures)[0] + _WORDS
            for bundle in self._bundles
            if bundle.label or bundle.first.badges
        }

    def turned(self, before: Mapping[str, float]) -> _Turning:
        """Return the diagram without its words, with so much room before what is in some groups."""
        spacing = self._spacing(before)
        layered = layers(self._graph, spacing, self._rows)
        root = block_of(self._diagram, layered, spacing)
        levels = Levels(root, self._diagram, layered.ranks, turned=True, corners=self._corners())
        ways = route_edges(self._bundles, levels, passes_of(self._bundles, layered), self._rooms)
        straighten(ways, levels)
        channels = trunks(ways, layered.ranks)
        grid = Grid(
            self._diagram, root, levels, self._heights(layered.ranks), ways, channels, self._measures, turned=True
        )
        edges = EdgePlacer(levels, grid, ways, channels, self._measures).edges()
        return _Turning(self._diagram, self._sizes, levels, grid, self._measures, edges)

    def _corners(self) -> dict[str, float]:
        """Return the room that badges take at the right of the upper side of cards."""
        sizes = self._measures.sizes
        return {node.id: sizes.badge_row(len(node.badges)) - sizes.hang for node in self._diagram.nodes if node.badges}

    def _heights(self, ranks: Mapping[str, int]) -> list[float]:
        """Return the height of each row: that of its highest card."""
        heights = [0.0] * (max(ranks.values(), default=-1) + 1)
        for name, rank in ranks.items():
            heights[rank] = max(heights[rank], self._sizes[name].height)
        return heights

    def _spacing(self, before: Mapping[str, float]) -> LayerSpacing:
        pads = {group.id: self._measures.pad for group in self._diagram.groups}
        return LayerSpacing(
            sizes={name: card.width for name, card in self._sizes.items()},
            node=self._measures.node_gap,
            lane=LANE,
            beside=CLEAR,
            group=self._measures.group_gap,
            before={**pads, **before},
            after=pads,
            crest={},
            least={
                group.id: fit_heading(group, _LONGEST, self._measures)[2] + self._measures.heading
                for group in self._diagram.groups
            },
            words={
                (edge.source, edge.target): self._rooms[bundle.id]
                for bundle in self._bundles
                for edge in bundle.edges
                if bundle.id in self._rooms
            },
            behind=beside_cards(self._diagram.nodes, self._measures),
        )


def _sizes(
    diagram: Diagram, together: list[Bundle], rows: Mapping[str, int], measures: Measures
) -> dict[str, SizedCard]:
    """Return the cards, as wide as all lines that start or end at one side of them want."""
    busy = busiest(together, rows)
    return {
        name: replace(card, width=max(card.width, SLOT * (busy.get(name, 0) + 1)))
        for name, card in size_cards(diagram, measures=measures).items()
    }


class _Turning:
    """Exchanges x and y of all that was placed from the left."""

    def __init__(
        self,
        diagram: Diagram,
        sizes: Mapping[str, SizedCard],
        levels: Levels,
        grid: Grid,
        measures: Measures,
        turned: list[PlacedEdge],
    ) -> None:
        self._measures = measures
        self._diagram = diagram
        self._sizes = sizes
        self._levels = levels
        self._grid = grid
        self._parents = {group.id: group.parent for group in diagram.groups}
        self._nodes = [self._node(node) for node in diagram.nodes if node.id in levels.nodes]
        boxes = {node.node.id: node.box for node in self._nodes}
        self._edges = [_edge(edge, boxes) for edge in turned]
        self._ways = [edge.points for edge in self._edges]
        groups = [self._group(group) for group in diagram.groups if group.id in levels.groups]
        self._groups = sorted(cleared(groups, self._ways, self._nodes, measures), key=lambda group: group.depth)

    def crowded(self) -> list[PlacedGroup]:
        """Return the groups whose names are cut off, or have a line through them."""
        return [
            group
            for group in self._groups
            if group.heading
            and (group.title != group.group.label or any(touches(group.heading, way) for way in self._ways))
        ]

    def placed(self) -> Placed:
        """Return the diagram, with headings and shields where lines leave them room."""
        groups, edges = self._groups, self._edges
        nodes = seated(self._diagram, self._sizes, self._nodes, groups, self._ways, self._measures)
        return shifted(self._diagram, nodes, groups, worded(edges, nodes, groups, self._measures), self._measures)

    def _node(self, node: Node) -> PlacedNode:
        card, (start, width) = self._sizes[node.id], self._levels.nodes[node.id]
        # a small card stands in the middle of its row
        middle = self._grid.middle(self._levels.columns[node.id])
        box = Box(start, middle - card.height / 2, width, card.height)
        return PlacedNode(node, box, card.title, card.detail, card.compact)

    def _group(self, group: Group) -> PlacedGroup:
        level = self._levels.groups[group.id]
        before, beyond = self._grid.reaches[group.id]
        top, bottom = self._grid.edge(level.first, False) - before, self._grid.edge(level.last, True) + beyond
        box = Box(level.top, top, level.bottom - level.top, bottom - top)
        return headed(group, box, self._parents, self._measures)


def _edge(edge: PlacedEdge, boxes: Mapping[str, Box]) -> PlacedEdge:
    """Return a line with x and y exchanged, up to the sides of its cards, which may be lower than their rows."""
    first, last = _exchange(edge.points[0]), _exchange(edge.points[-1])
    docked = {first: _dock(first, boxes[edge.edge.source]), last: _dock(last, boxes[edge.edge.target])}

    def turn(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tidy(docked.get(point, point) for point in map(_exchange, points))

    return replace(edge, points=turn(edge.points), pieces=tuple(map(turn, edge.pieces)), label=None)


def _exchange(point: Point) -> Point:
    return point[1], point[0]


def _dock(end: Point, box: Box) -> Point:
    """Return the end of a line at the upper or lower side of its card."""
    x, y = end
    return x, box.y if y <= box.y else box.bottom if y >= box.bottom else y
