"""Heights of everything: groups are blocks within blocks, and what feeds several is centered before them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from archgen.layout.deployment.alignment import (
    ColumnBlock,
    HeightWish,
    Join,
    clusters_of,
    drop,
    extent,
    hang,
    level,
    levels_in,
    names_in,
    settle,
    wishes_of,
)
from archgen.layout.deployment.cards import SizedCard
from archgen.layout.deployment.columns import calls
from archgen.layout.hanging import above_cards
from archgen.layout.layering.net import shared
from archgen.layout.measures import Measures
from archgen.views.diagram import Diagram, Edge, Group

PASS = 16.0
MOST_PASSES = 12


class Stacking:
    """The blocks of one diagram and the lines that say how they want to be aligned."""

    def __init__(
        self,
        diagram: Diagram,
        cards: Mapping[str, SizedCard],
        columns: Mapping[str, int],
        measures: Measures,
        panels: Mapping[int, int],
    ) -> None:
        self._measures = measures
        self._panels = panels
        self._edges = [edge for edge in diagram.edges if edge.source in columns and edge.target in columns]
        self._cards = cards
        self._columns = columns
        self._parents: dict[str, str | None] = {group.id: group.parent for group in diagram.groups}
        self._groups = {group.id: group for group in diagram.groups if not group.across}
        self._parents |= {node.id: node.group for node in diagram.nodes}
        lookups = [edge for edge in diagram.edges if edge.meaning == "lookup"]
        self._looked_up = {edge.target for edge in lookups}
        self._under = {
            edge.target for edge in lookups if self._parents.get(edge.source) and not self._parents.get(edge.target)
        }
        self._above = above_cards(diagram.nodes, measures)
        self._subjects = {node.id: node.subject for node in diagram.nodes}
        self._guarded = {guarded for node in diagram.nodes for guarded in node.guards}
        worded = [edge for edge in self._edges if edge.label]
        self._worded = {pair for edge in worded for pair in ((edge.source, edge.target), (edge.target, edge.source))}
        self._beside = _neighbours(diagram)
        self._worded_with: dict[str, list[str]] = {}
        for upper, lower in self._worded:
            self._worded_with.setdefault(upper, []).append(lower)
        self._banded = self._band_parents(diagram)
        self._joins = [(edge.source, edge.target, _weight(edge)) for edge in self._edges]

    def _band_parents(self, diagram: Diagram) -> dict[str | None, list[Group]]:
        """Return the groups, or None for the whole diagram, that have groups cut across what is in them, with these."""
        bands: dict[str | None, list[Group]] = {}
        for group in diagram.groups:
            members = [member for member in group.across if member in self._columns]
            if members:
                bands.setdefault(common(self._parents, members), []).append(group)
        return bands

    def root(self) -> ColumnBlock:
        """Return the whole diagram as a block, with every block in it placed."""
        members: dict[str | None, list[str]] = {}
        for name in [*self._groups, *self._columns]:
            members.setdefault(self._parents.get(name), []).append(name)
        root = self._group(None, members)
        assert root is not None
        return root

    def _block(self, name: str, members: Mapping[str | None, list[str]]) -> ColumnBlock | None:
        if name in self._columns:
            column = self._columns[name]
            return ColumnBlock(name, column, column, self._cards[name].height)
        return self._group(name, members)

    def _group(self, name: str | None, members: Mapping[str | None, list[str]]) -> ColumnBlock | None:
        children = [block for member in members.get(name, ()) if (block := self._block(member, members))]
        if name is not None and not children:
            return None
        block = ColumnBlock(name or "", min((child.first for child in children), default=0), 0, 0.0)
        block.last = max((child.last for child in children), default=0)
        block.children = children
        if name is None:
            block.children += self._passes(children)
        self._arrange(block)
        self._frame(block, name)
        return block

    def _frame(self, block: ColumnBlock, name: str | None) -> None:
        banded, measures = name in self._banded, self._measures
        block.foot = measures.band if banded else 0.0
        if name is None:
            block.header = measures.band + measures.overhang if banded else 0.0
            block.height += block.header + block.foot
        else:
            guarded = name in self._guarded
            block.overhang = measures.overhang if guarded else 0.0
            block.crown = self._crown(block)
            block.header = measures.header + block.overhang + max(block.crown, measures.band if banded else 0.0)
            block.height += block.overhang + block.header + measures.pad + block.foot
        for child in block.children:
            child.y += block.header + block.overhang

    def _crown(self, block: ColumnBlock) -> float:
        """Return the room between a heading and a band below it, and the shield on the band."""
        bands = [
            band
            for band in self._banded.get(block.name, ())
            if any(self._columns.get(member) == block.first for member in band.across)
        ]
        shield = any(band.id in self._guarded for band in bands)
        return (self._measures.overhang if bands else 0.0) + (self._measures.overhang if shield else 0.0)

    # Rooms for lines that pass

    def _passes(self, children: list[ColumnBlock]) -> list[ColumnBlock]:
        """Return room in the columns of single nodes for the way in to pass straight through."""
        single = {child.first for child in children if not child.children}
        single -= {column for child in children if child.children for column in range(child.first, child.last + 1)}
        blocks: dict[tuple[str, int], ColumnBlock] = {}
        for edge in self._edges:
            if not calls(edge):
                continue
            for column in range(self._columns[edge.source] + 1, self._columns[edge.target]):
                name = f"{edge.source}\0{column}"
                if column not in single or len(blocks) == MOST_PASSES:
                    continue
                if (edge.source, column) not in blocks:
                    blocks[edge.source, column] = ColumnBlock(name, column, column, PASS)
                    blocks[edge.source, column].passing = True
                self._joins += [(edge.source, name, 4), (name, edge.target, 4)]
        return list(blocks.values())

    # Arranging what is in a block

    def _arrange(self, block: ColumnBlock) -> None:
        clusters = clusters_of(block.children)
        for cluster in clusters:
            self._pile(cluster)
        self._align(self._paneled(clusters))
        hang(block.children)
        block.height = max((child.y + child.height for child in block.children), default=0.0)

    def _pile(self, cluster: list[ColumnBlock]) -> None:
        """Pile the blocks of a cluster, each as high as its columns allow; look-ups first.

        A name service outside of its visitors' group stands below it, so that the way there misses the group's heading.
        """
        cluster.sort(
            key=lambda block: (block.name in self._under, block.name not in self._looked_up, not block.passing)
        )
        cluster[:] = self._together(cluster)
        bottoms: dict[int, float] = {}
        before: dict[int, ColumnBlock] = {}
        for block in cluster:
            span = range(block.first, block.last + 1)
            tops = [bottoms[column] + self._gap(before[column], block) for column in span if column in bottoms]
            block.y = max(tops, default=0.0)
            for column in span:
                bottoms[column] = block.y + block.height
                before[column] = block

    def _gap(self, above: ColumnBlock, below: ColumnBlock) -> float:
        if above.passing or below.passing:
            return PASS
        if (above.name, below.name) in self._worded or (below.name in self._under and above.children):
            return self._measures.label_gap
        gap = self._measures.group_gap if above.children or below.children else self._measures.node_gap
        return max(gap, self._above.get(below.name, 0.0))

    def _align(self, clusters: list[list[ColumnBlock]]) -> None:
        """Align clusters beside each other so that lines between them run straight; the tallest is first."""
        if len(clusters) < 2:
            return
        where = {name: number for number, cluster in enumerate(clusters) for name in names_in(cluster)}
        levels = {name: y for cluster in clusters for name, y in levels_in(cluster)}
        joins: dict[int, list[Join]] = {number: [] for number in range(len(clusters))}
        for join in self._joins:
            if join[0] in where and join[1] in where and where[join[0]] != where[join[1]]:
                joins[where[join[0]]].append(join)
                joins[where[join[1]]].append(join)
        first = max(range(len(clusters)), key=lambda number: (extent(clusters[number]), -number))
        placed: set[int] = set()
        strength = dict.fromkeys(range(len(clusters)), 0)
        islands: list[list[int]] = [[]]
        current = first
        while strength:
            if current != first and not strength[current]:
                islands.append([])
            islands[-1].append(current)
            wishes = wishes_of(joins[current], where, levels, current, placed)
            if len(clusters[current]) > 1 and self._loose(clusters[current]) and wishes:
                self._settle(clusters[current], wishes)
            elif current != first:
                lower = drop(clusters[current], levels, wishes, clusters[first])
                for block in clusters[current]:
                    block.y += lower
            levels.update(levels_in(clusters[current]))
            placed.add(current)
            del strength[current]
            for source, target, weight in joins[current]:
                other = where[target] if where[source] == current else where[source]
                if other in strength:
                    strength[other] += 10**weight
            current = max(strength, key=lambda current: (strength[current], -current), default=0)
        level([[block for number in island for block in clusters[number]] for island in islands if len(island) > 1])

    def _paneled(self, clusters: list[list[ColumnBlock]]) -> list[list[ColumnBlock]]:
        """Return the clusters, those in panels as one: each panel is aligned in itself, and all of them hang from one height."""
        panels: dict[int | None, list[list[ColumnBlock]]] = {}
        for cluster in clusters:
            panels.setdefault(self._panels.get(cluster[0].first), []).append(cluster)
        outside = panels.pop(None, [])
        if len(panels) < 2:
            return clusters
        together: list[ColumnBlock] = []
        for panel in panels.values():
            self._align(panel)
            blocks = [block for cluster in panel for block in cluster]
            hang(blocks)
            together += blocks
        return [together, *outside]

    def _loose(self, cluster: list[ColumnBlock]) -> bool:
        """Return True if a cluster is a column of single cards that may change places."""
        names = {block.name for block in cluster}
        if any(block.children for block in cluster):
            return False
        return not any(other in names for name in names for other in self._worded_with.get(name, ()))

    def _settle(self, cluster: list[ColumnBlock], wishes: Mapping[str, HeightWish]) -> None:
        """Settle each card of a column near where its own lines run straight; the weightiest exactly there.

        Replicas that want the same place stand around it, as near to each other as may be.
        """
        spread = [height for _, height in wishes.values()]
        other = (0, round(sum(spread) / len(spread)))
        place = {block.name: number for number, block in enumerate(cluster)}
        wishes = {**wishes, **{name: wishes.get(by, other) for name, by in self._beside.items() if name in place}}
        order = self._together(sorted(cluster, key=lambda block: (wishes.get(block.name, other)[1], place[block.name])))
        settle(order, [wishes.get(block.name, other) for block in order], self._subjects, self._gap)

    def _together(self, order: list[ColumnBlock]) -> list[ColumnBlock]:
        """Return the same order, but with what a model asks to stand beside another directly after it."""
        names = {block.name for block in order}
        after: dict[str, list[ColumnBlock]] = {}
        free: list[ColumnBlock] = []
        for block in order:
            by = self._beside.get(block.name)
            if by in names and by is not None:
                after.setdefault(by, []).append(block)
            else:
                free.append(block)
        together: list[ColumnBlock] = []
        waiting = free[::-1]
        while waiting:
            together.append(waiting.pop())
            waiting += after.pop(together[-1].name, [])[::-1]
        return together if len(together) == len(order) else order


def _neighbours(diagram: Diagram) -> dict[str, str]:
    """Map each node that wants to be near a component to the node of that component in its own group."""
    wanted = dict(diagram.near)
    if not wanted:
        return {}
    stand: dict[tuple[str, str | None], str] = {}
    for node in diagram.nodes:
        stand.setdefault((node.subject, node.group), node.id)
    neighbors = {node.id: stand.get((wanted.get(node.subject, ""), node.group), "") for node in diagram.nodes}
    return {node: by for node, by in neighbors.items() if by and by != node}


def common(parents: Mapping[str, str | None], members: list[str]) -> str | None:
    """Return the nearest group around all members; None if that is the whole diagram."""
    return next(iter(shared(parents, members)), None)


def _weight(edge: Edge) -> int:
    """Return how much a line wants to be straight, compared with others."""
    if calls(edge):
        return 3
    match edge.meaning:
        case "monitoring":
            return 1
        case "lookup":
            return 0
        case "replication" | "local" | "encrypted" | "plaintext" | "code" | "unknown":
            return 2
        case _:
            assert_never(edge.meaning)
