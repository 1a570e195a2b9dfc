"""The default engine, which knows the domain: roles are columns, hosts are rows, and equal hosts are equal rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from archgen.layout.deployment.alignment import Block
from archgen.layout.deployment.blocks import Stacking, common
from archgen.layout.deployment.bundles import bundles, busiest
from archgen.layout.deployment.cards import Card, cards, heading
from archgen.layout.deployment.columns import columns as columns_of
from archgen.layout.deployment.grid import BAND_PAD, Grid
from archgen.layout.deployment.headings import lengthened
from archgen.layout.deployment.levels import Level, Levels
from archgen.layout.deployment.lines import Lines
from archgen.layout.deployment.routing import Way, route
from archgen.layout.deployment.tracks import Trunk, trunks
from archgen.layout.measures import USUAL, Measures
from archgen.layout.placed import Box, Placed, PlacedEdge, PlacedGroup, PlacedNode, Point
from archgen.style.theme import SIZES
from archgen.views.diagram import Diagram, Group, Node

_NO_PANELS: Mapping[int, int] = {}


def domain(diagram: Diagram) -> Placed:
    """Lays a diagram out as a textbook draws it: the request from left to right, one row a host, zones as bands."""
    return arranged(diagram, columns_of(diagram))


def arranged(
    diagram: Diagram, columns: Mapping[str, int], measures: Measures = USUAL, panels: Mapping[int, int] = _NO_PANELS
) -> Placed:
    """Lays a diagram out over given columns; nodes of a column stand in the order of `columns` until lines say more.

    Rows of hosts whose columns are in several `panels` stand beside each other like columns of print.
    """
    together = bundles(diagram, columns)
    sizes = cards(diagram, busiest(together, columns), measures)
    root = Stacking(diagram, sizes, columns, measures, panels).root()
    levels = Levels(root, diagram, columns)
    ways = route(together, levels)
    return completed(diagram, sizes, root, levels, ways, measures)


def completed(
    diagram: Diagram,
    sizes: Mapping[str, Card],
    root: Block,
    levels: Levels,
    ways: list[Way],
    measures: Measures = USUAL,
) -> Placed:
    """Lays a diagram out whose heights and ways are settled: adds the widths, and with them the places of all words."""
    channels = trunks(ways, levels.columns)
    width = next(iter(sizes.values())).width if sizes else 0.0
    grid = Grid(diagram, root, levels, width, ways, channels, measures)
    return _Placing(diagram, sizes, levels, grid, ways, channels, measures).placed()


class _Placing:
    """Puts heights and widths together."""

    def __init__(
        self,
        diagram: Diagram,
        sizes: Mapping[str, Card],
        levels: Levels,
        grid: Grid,
        ways: list[Way],
        channels: Mapping[int, list[Trunk]],
        measures: Measures,
    ) -> None:
        self._diagram = diagram
        self._measures = measures
        self._sizes = sizes
        self._levels = levels
        self._grid = grid
        self._lines = Lines(levels, grid, ways, channels, measures)
        self._parents = {group.id: group.parent for group in diagram.groups}

    def placed(self) -> Placed:
        """The whole picture, moved so that its margin is even."""
        nodes = [self._node(node) for node in self._diagram.nodes if node.id in self._levels.nodes]
        groups = self._groups(nodes)
        edges = self._lines.edges()
        heights = [one.box.y for one in groups] + [one.box.y for one in nodes]
        heights += [y for one in edges for _, y in one.points]
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
        found: list[PlacedGroup] = []
        for group in self._diagram.groups:
            level = self._levels.groups.get(group.id)
            if level is not None:
                found.append(self._group(group, level))
        for group in self._diagram.groups:
            if group.across:
                found += self._band(group, nodes)
        return sorted(found, key=lambda one: one.depth)

    def _depth(self, group: Group) -> int:
        depth, at = 0, group.parent
        while at is not None:
            depth, at = depth + 1, self._parents.get(at)
        return depth

    def _group(self, group: Group, level: Level) -> PlacedGroup:
        before, beyond = self._grid.reaches[group.id]
        left, right = self._grid.edge(level.first, False) - before, self._grid.edge(level.last, True) + beyond
        box = Box(left, level.top, right - left, level.bottom - level.top)
        measures = self._measures
        inset = min(12.0, measures.pad)
        room = right - left - 2 * inset if level.first == level.last else self._grid.edge(level.first, True) - left - 8
        name, detail, wide = heading(group, max(room, 40), measures)
        words = Box(left + inset, level.heading - measures.heading - measures.under, wide, measures.heading)
        return PlacedGroup(group, box, self._depth(group), words, name, detail)

    def _band(self, group: Group, nodes: list[PlacedNode]) -> list[PlacedGroup]:
        """A group that cuts across: one band over its members, if nothing else stands under it."""
        members = [one for one in nodes if one.node.id in group.across]
        if not members:
            return []
        parents = self._parents | {one.node.id: one.node.group for one in nodes}
        around = common(parents, [one.node.id for one in members])
        spans = [self._outermost(one, around) for one in members]
        left = min(one.box.x for one in members) - BAND_PAD
        right = max(one.box.right for one in members) + BAND_PAD
        tag = self._measures.tag
        top = min(span[0] for span in spans) - self._measures.overhang - 6
        bottom = max(span[1] for span in spans) + tag - 2
        box = Box(left, top, right - left, bottom - top)
        name, detail, wide = heading(group, box.width - 16, self._measures)
        words = Box(box.x + (box.width - wide) / 2 - 4, bottom - tag / 2, wide + 8, tag)
        others = [one.box for one in nodes if one.node.id not in group.across]
        if any(box.overlaps(other) or words.overlaps(other) for other in others):
            return []
        return [PlacedGroup(group, box, 9, words, name, detail)]

    def _outermost(self, one: PlacedNode, around: str | None) -> tuple[float, float]:
        """The vertical extent of the outermost group around a node that is still inside `around`."""
        extent = (one.box.y, one.box.bottom)
        at = one.node.group
        while at is not None and at != around:
            level = self._levels.groups[at]
            extent = (level.top, level.bottom)
            at = self._parents.get(at)
        return extent

    def _guards(self, groups: list[PlacedGroup], top: float) -> list[PlacedNode]:
        """Shields on the upper border of what they guard, one a column; what finds no room stands above the picture."""
        found: list[PlacedNode] = []
        boxes = {one.group.id: one for one in groups}
        taken: dict[str, int] = {}
        above = 0
        for node in self._diagram.nodes:
            if node.id in self._levels.nodes:
                continue
            card = self._sizes[node.id]
            guarded = next((name for name in node.guards if name in boxes), "")
            place = taken.get(guarded, 0)
            taken[guarded] = place + 1
            at = self._seat(boxes[guarded], place) if guarded else None
            if at is None:
                at = (above * (card.width + 16), top - self._measures.chip - SIZES.margin)
                above += 1
            found.append(PlacedNode(node, Box(*at, card.width, card.height), card.title, card.detail, card.compact))
        return found

    def _seat(self, one: PlacedGroup, place: int) -> Point | None:
        """Where the shield after `place` others stands on a group's border."""
        y = one.box.y - self._measures.chip / 2
        if one.group.across:
            return (one.box.x + BAND_PAD, y) if place == 0 else None
        level = self._levels.groups[one.group.id]
        if place == 0:
            return one.box.x + 12, y
        column = level.first + place
        return (self._grid.column(column), y) if column <= level.last else None


def shifted(
    diagram: Diagram,
    nodes: list[PlacedNode],
    groups: list[PlacedGroup],
    edges: list[PlacedEdge],
    measures: Measures = USUAL,
) -> Placed:
    """Moves everything so that the picture starts at its margin."""
    boxes = [one.box for one in nodes] + [one.box for one in groups]
    boxes += [one.heading for one in groups if one.heading]
    boxes += [one.label.box for one in edges if one.label]
    points = [point for one in edges for point in one.points]
    if not boxes:
        return Placed(diagram, 2.0 * SIZES.margin, 2.0 * SIZES.margin, measures=measures)
    dx = SIZES.margin - min([one.x for one in boxes] + [x for x, _ in points])
    dy = SIZES.margin - min([one.y for one in boxes] + [y for _, y in points])
    width = max([one.right for one in boxes] + [x for x, _ in points]) + dx + SIZES.margin
    height = max([one.bottom for one in boxes] + [y for _, y in points]) + dy + SIZES.margin
    return Placed(
        diagram,
        round(width),
        round(height),
        tuple(PlacedNode(one.node, _moved(one.box, dx, dy), one.title, one.detail, one.compact) for one in nodes),
        tuple(_moved_group(one, dx, dy) for one in groups),
        tuple(_moved_edge(one, dx, dy) for one in edges),
        measures,
    )


def _moved(box: Box, dx: float, dy: float) -> Box:
    return Box(box.x + dx, box.y + dy, box.width, box.height)


def _moved_group(one: PlacedGroup, dx: float, dy: float) -> PlacedGroup:
    words = _moved(one.heading, dx, dy) if one.heading else None
    return PlacedGroup(one.group, _moved(one.box, dx, dy), one.depth, words, one.title, one.detail)


def _moved_edge(one: PlacedEdge, dx: float, dy: float) -> PlacedEdge:
    def move(points: Iterable[Point]) -> tuple[Point, ...]:
        return tuple((x + dx, y + dy) for x, y in points)

    label = replace(one.label, box=_moved(one.label.box, dx, dy)) if one.label else None
    return replace(one, points=move(one.points), pieces=tuple(move(piece) for piece in one.pieces), label=label)
