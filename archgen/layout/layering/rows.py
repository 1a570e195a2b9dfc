"""The rows of a layered layout: the items of each rank in the order of the children of every group."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.layout.layering.crossings import crossings
from archgen.layout.layering.net import Net


class OrderedRows:
    """An order of the children of every group, by numbers, and the rows that follow from it.

    `held` are the items of each item and group by their rank, in no order.
    """

    def __init__(self, net: Net) -> None:
        self.net = net
        self._count = net.count
        self.height = max(net.ranks, default=-1) + 1
        vertices = net.root + 1
        self.spans: list[tuple[int, int]] = [(rank, rank) for rank in net.ranks]
        self.spans += [(self.height, -1)] * (vertices - net.count)
        for vertex in [*range(net.count), *self._groups_from_within()]:
            group = net.parents[vertex]
            (first, last), (low, high) = self.spans[group], self.spans[vertex]
            self.spans[group] = (min(first, low), max(last, high))
        self.children: list[dict[int, list[int]]] = [{} for _ in range(self.height)]
        for vertex in range(net.root):
            for rank in range(self.spans[vertex][0], self.spans[vertex][1] + 1):
                self.children[rank].setdefault(net.parents[vertex], []).append(vertex)
        self.held: list[dict[int, list[int]]] = [{} for _ in range(vertices)]
        for item, rank in enumerate(net.ranks):
            vertex = item
            while vertex != net.root:
                self.held[vertex].setdefault(rank, []).append(item)
                vertex = net.parents[vertex]
        self.keys: list[float] = [float(key) for key in _first_keys(net)] + [0.0]
        self.places = [0] * net.count
        self.rows: list[list[int]] = [[] for _ in range(self.height)]
        self._crossed: list[int | None] = [None] * self.height
        self.take(self.keys)

    def _groups_from_within(self) -> list[int]:
        groups = range(self.net.count, self.net.root)
        return sorted(groups, key=self._depth, reverse=True)

    def _depth(self, vertex: int) -> int:
        depth = 0
        while vertex != self.net.root:
            vertex, depth = self.net.parents[vertex], depth + 1
        return depth

    def take(self, keys: Sequence[float]) -> None:
        """Put everything into the order of some numbers."""
        self.keys = list(keys)
        for rank in range(self.height):
            self.renew(rank)

    def renew(self, rank: int) -> None:
        """Write down the row of a rank after its order has changed."""
        row = self._within(self.net.root, rank) if self.children[rank] else []
        if row != self.rows[rank]:
            self.put(rank, row)

    def put(self, rank: int, row: list[int]) -> None:
        """Set the row of a rank."""
        self.rows[rank] = row
        for place, item in enumerate(row):
            self.places[item] = place
        self.recount(rank)

    def recount(self, rank: int) -> None:
        """Forget the crossings beside a rank whose row has changed."""
        self._crossed[rank] = None
        if rank:
            self._crossed[rank - 1] = None

    def _within(self, group: int, rank: int) -> list[int]:
        """Return the items of a group in a rank, in their order, without recursion."""
        if self.net.root == self._count:
            return self.ordered(group, rank)
        items: list[int] = []
        waiting = [group]
        while waiting:
            vertex = waiting.pop()
            if vertex < self._count:
                items.append(vertex)
            else:
                waiting += self.ordered(vertex, rank)[::-1]
        return items

    def ordered(self, group: int, rank: int) -> list[int]:
        """Return the items and groups right in a group, in their order in a rank; of two with one key the first comes first."""
        return sorted(self.children[rank].get(group, ()), key=self.keys.__getitem__)

    def crossings(self) -> int:
        """Count the links that cross; those beside rows that have not changed are known."""
        total = 0
        for rank in range(self.height - 1):
            crossed = self._crossed[rank]
            if crossed is None:
                crossed = self._crossed[rank] = crossings(self.rows[rank], self.net.below, self.places)
            total += crossed
        return total

    def sort(self, rank: int, near: Sequence[dict[int, int]], turn: bool) -> None:
        """Sort what stands in a rank by the mean place of its neighbors; what has none keeps its place.

        With a `turn` what has the same mean changes places.
        """
        means = self._means(rank, near)
        position = self.keys.__getitem__
        for children in self.children[rank].values():
            movable = [vertex for vertex in children if vertex in means]
            if len(movable) > 1:
                movable.sort(key=position, reverse=turn)
                keys = sorted([self.keys[vertex] for vertex in movable])
                movable.sort(key=means.__getitem__)
                for key, vertex in zip(keys, movable, strict=True):
                    self.keys[vertex] = key
        self.renew(rank)

    def _means(self, rank: int, near: Sequence[dict[int, int]]) -> dict[int, float]:
        places, parents, root = self.places, self.net.parents, self.net.root
        if root == self._count:
            # without groups
            return {
                item: sum([places[other] for other in others]) / len(others)
                for item in self.rows[rank]
                if (others := near[item])
            }
        sums: dict[int, float] = {}
        counts: dict[int, int] = {}
        for item in self.rows[rank]:
            if others := near[item]:
                total, count = sum([places[other] for other in others]), len(others)
                vertex = item
                while vertex != root:
                    sums[vertex] = sums.get(vertex, 0) + total
                    counts[vertex] = counts.get(vertex, 0) + count
                    vertex = parents[vertex]
        return {vertex: total / counts[vertex] for vertex, total in sums.items()}


def _first_keys(net: Net) -> list[int]:
    """Return numbers for all vertices in the order of a search from the first nodes on; a group has that of its first item."""
    keys: dict[int, int] = {net.root: 0}
    seen = [False] * net.count
    for start in sorted(range(len(net.nodes)), key=lambda item: (net.ranks[item], item)):
        waiting = [start]
        while waiting:
            item = waiting.pop()
            if seen[item]:
                continue
            seen[item] = True
            vertex = item
            while vertex not in keys:
                keys[vertex] = len(keys)
                vertex = net.parents[vertex]
            waiting += [*reversed(net.above[item]), *reversed(net.beside[item]), *reversed(net.below[item])]
    return [keys.get(vertex, 0) for vertex in range(net.root)]
