"""The default engine, which knows the domain: roles are columns, hosts are rows, and equal hosts are equal rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from archgen.layout.deployment.alignment import ColumnBlock
from archgen.layout.deployment.blocks import Stacking, common
from archgen.layout.deployment.bundles import bundles, busiest
from archgen.layout.deployment.cards import SizedCard, fit_heading, size_cards
from archgen.layout.deployment.columns import assign_columns
from archgen.layout.deployment.grid import BAND_PAD, Grid
from archgen.layout.deployment.headings import lengthened
from archgen.layout.deployment.levels import Level, Levels
from archgen.layout.deployment.lines import EdgePlacer
from archgen.layout.deployment.routing import EdgeRoute, route_edges
from archgen.layout.deployment.tracks import Trunk, trunks
from archgen.layout.layering.net import chain_of
from archgen.layout.measures import USUAL, Measures
from archgen.layout.placed import Box, Placed, PlacedEdge, PlacedGroup, PlacedNode, Point
from archgen.style.theme import SIZES
from archgen.views.diagram import Diagram, Group, Node

_NO_PANELS: Mapping[int, int] = {}


def domain(diagram: Diagram, measures: Measures = USUAL) -> Placed:
    """Lay a diagram out as a textbook draws it: the request from left to right, one row a host, zones as bands."""
    return arranged(diagram, assign_columns(diagram, tallest=measures.tallest), measures)


def arranged(
    diagram: Diagram, columns: Mapping[str, int], measures: Measures = USUAL, panels: Mapping[int, int] = _NO_PANELS
) -> Placed:
    """Lay a diagram out over given columns; nodes of a column stand in the order of `columns` until lines say more.

    Rows of hosts whose columns are in several `panels` stand beside each other like columns of print.
    """
    together = bundles(diagram, columns, measures.many)
    sizes = size_cards(diagram, busiest(together, columns), measures)
    root = Stacking(diagram, sizes, columns, measures, panels).root()
    levels = Levels(root, diagram, columns)
    ways = route_edges(together, levels)
    return completed(diagram, sizes, root, levels, ways, measures)


def completed(
    diagram: Diagram,
    sizes: Mapping[str, SizedCard],
    root: ColumnBlock,
    levels: Levels,
    ways: list[EdgeRoute],
    measures: Measures = USUAL,
) -> Placed:
    """Lay a diagram out whose heights and ways are settled: adds the widths, and with them the places of all words."""
    channels = trunks(ways, levels.columns)
    width = next(iter(sizes.values())).width if sizes else 0.0
    widths = [width] * (max(levels.columns.values(), default=-1) + 1)
    grid = Grid(diagram, root, levels, widths, ways, channels, measures)
    return _Placing(diagram, sizes, levels, grid, ways, channels, measures).placed()


class _Placing:
    """Puts heights and widths together."""

    def __init__(
        self,
        diagram: Diagram,
        sizes: Mapping[str, SizedCard],
        levels: Levels,
        grid: Grid,
        ways: list[EdgeRoute],
        channels: Mapping[int, list[Trunk]],
        measures: Measures,
    ) -> None:
        self._diagram = diagram
        self._measures = measures
        self._sizes = sizes
        self._levels = levels
        self._grid = grid
        self._lines = EdgePlacer(levels, grid, ways, channels, measures)
        self._parents = {group.id: group.parent for group in diagram.groups}

    def placed(self) -> Placed:
        """Return the whole diagram, moved so that its margin is even."""
        nodes = [self._node(node) for node in self._diagram.nodes if node.id in self._levels.nodes]
        groups = self._groups(nodes)
        edges = self._lines.edges()
        heights = [item.box.y for item in groups] + [item.box.y for item in nodes]
        heights += [y for edge in edges for _, y in edge.points]
        nodes += self._guards(groups, min(heights, default=0.0))
        groups = lengthened(groups, nodes, edges, self._measures)
        return shifted(self._diagram, nodes, groups, edges, self._measures)

    def _node(self, node: Node) -> PlacedNode:
        card = self._sizes[node.id]
        box = Box(
            self._grid.column(self._levels.columns[node.id]), self._levels.nodes[node.id][0], card.width, card.height
        )
        return PlacedNode(node, box, card.title, card.detail, card.compact)

    # Groups

    def _groups(self, nodes: list[PlacedNode]) -> list[PlacedGroup]:
        placed: list[PlacedGroup] = []
        for group in self._diagram.groups:
            level = self._levels.groups.get(group.id)
            if level is not None:
                placed.append(self._group(group, level))
        for group in self._diagram.groups:
            if group.across:
                placed += self._band(group, nodes)
        return sorted(placed, key=lambda group: group.depth)

    def _group(self, group: Group, level: Level) -> PlacedGroup:
        before, beyond = self._grid.reaches[group.id]
        left, right = self._grid.edge(level.first, False) - before, self._grid.edge(level.last, True) + beyond
        box = Box(left, level.top, right - left, level.bottom - level.top)
        measures = self._measures
        inset = min(12.0, measures.pad)
        room = right - left - 2 * inset if level.first == level.last else self._grid.edge(level.first, True) - left - 8
        name, detail, wide = fit_heading(group, max(room, 40), measures)
        words = Box(left + inset, level.heading - measures.heading - measures.under, wide, measures.heading)
        return PlacedGroup(group, box, len(chain_of(self._parents, group.id)), words, name, detail)

    def _band(self, group: Group, nodes: list[PlacedNode]) -> list[PlacedGroup]:
        """Return a group that cuts across: one band over its members, if nothing else stands under it."""
        members = [node for node in nodes if node.node.id in group.across]
        if not members:
            return []
        parents = self._parents | {node.node.id: node.node.group for node in nodes}
        around = common(parents, [member.node.id for member in members])
        spans = [self._outermost(member, around) for member in members]
        left = min(member.box.x for member in members) - BAND_PAD
        right = max(member.box.right for member in members) + BAND_PAD
        tag = self._measures.tag
        top = min(span[0] for span in spans) - self._measures.overhang - 6
        bottom = max(span[1] for span in spans) + tag - 2
        box = Box(left, top, right - left, bottom - top)
        name, detail, wide = fit_heading(group, box.width - 16, self._measures)
        words = Box(box.x + (box.width - wide) / 2 - 4, bottom - tag / 2, wide + 8, tag)
        others = [node.box for node in nodes if node.node.id not in group.across]
        if any(box.overlaps(other) or words.overlaps(other) for other in others):
            return []
        return [PlacedGroup(group, box, 9, words, name, detail)]

    def _outermost(self, node: PlacedNode, around: str | None) -> tuple[float, float]:
        """Return the vertical extent of the outermost group around a node that is still inside `around`."""
        extent = (node.box.y, node.box.bottom)
        name = node.node.group
        while name is not None and name != around:
            level = self._levels.groups[name]
            extent = (level.top, level.bottom)
            name = self._parents.get(name)
        return extent

    def _guards(self, groups: list[PlacedGroup], top: float) -> list[PlacedNode]:
        """Return shields on the upper border of what they guard, one a column; what finds no room stands above the diagram."""
        shields: list[PlacedNode] = []
        boxes = {group.group.id: group for group in groups}
        taken: dict[str, int] = {}
        above = 0
        for node in self._diagram.nodes:
            if node.id in self._levels.nodes:
                continue
            card = self._sizes[node.id]
            guarded = next((name for name in node.guards if name in boxes), "")
            place = taken.get(guarded, 0)
            taken[guarded] = place + 1
            point = self._seat(boxes[guarded], place) if guarded else None
            if point is None:
                point = (above * (card.width + 16), top - self._measures.chip - SIZES.margin)
                above += 1
            shields.append(
                PlacedNode(node, Box(*point, card.width, card.height), card.title, card.detail, card.compact)
            )
        return shields

    def _seat(self, group: PlacedGroup, place: int) -> Point | None:
        """Return the place of the shield after `place` others on a group's border."""
        y = group.box.y - self._measures.chip / 2
        if group.group.across:
            return (group.box.x + BAND_PAD, y) if place == 0 else None
        level = self._levels.groups[group.group.id]
        if place == 0:
            return group.box.x + 12, y
        column = level.first + place
        return (self._grid.column(column), y) if column <= level.last else None


def shifted(
    diagram: Diagram,
    nodes: list[PlacedNode],
    groups: list[PlacedGroup],
    edges: list[PlacedEdge],
    measures: Measures = USUAL,
) -> Placed:
    """Move everything so that the diagram starts at its margin."""
    boxes = [item.box for item in nodes] + [item.box for item in groups]
    boxes += [group.heading for group in groups if group.heading]
    boxes += [edge.label.box for edge in edges if edge.label]
    points = [point for edge in edges for point in edge.points]
    if not boxes:
        return Placed(diagram, 2.0 * SIZES.margin, 2.0 * SIZES.margin, measures=measures)
    dx = SIZES.margin - min([box.x for box in boxes] + [x for x, _ in points])
    dy = SIZES.margin - min([box.y for box in boxes] + [y for _, y in points])
    width = max([box.right for box in boxes] + [x for x, _ in points]) + dx + SIZES.margin
    height = max([box.bottom for box in boxes] + [y for _, y in points]) + dy + SIZES.margin
    return Placed(
        diagram,
        round(width),
        round(height),
        tuple(replace(node, box=node.box.moved(dx, dy)) for node in nodes),
        tuple(moved_group(group, dx, dy) for group in groups),
        tuple(moved_edge(edge, dx, dy) for edge in edges),
        measures,
    )


def moved_group(group: PlacedGroup, dx: float, dy: float) -> PlacedGroup:
    """Return a group so much further right and down."""
    words = group.heading.moved(dx, dy) if group.heading else None
    return replace(group, box=group.box.moved(dx, dy), heading=words)


def moved_edge(edge: PlacedEdge, dx: float, dy: float) -> PlacedEdge:
    """Return a line with its words so much further right and down."""

    def move(points: Iterable[Point]) -> tuple[Point, ...]:
        return tuple([(x + dx, y + dy) for x, y in points])

    label = replace(edge.label, box=edge.label.box.moved(dx, dy)) if edge.label else None
    return replace(edge, points=move(edge.points), pieces=tuple(map(move, edge.pieces)), label=label)
