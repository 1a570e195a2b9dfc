"""The rows of a layered layout: the items of each rank in the order of the children of every group."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.layout.layering.crossings import crossings
from archgen.layout.layering.net import Net


class OrderedRows:
    """An order of the children of every group, by numbers, and the rows that follow from it.

    `held` are the items of each item and group by their rank, in no order. `above` and `below` are the neighbors of each
    item.
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
        self.above, self.below = list(map(tuple, net.above)), list(map(tuple, net.below))
        # what stands alone in its group has no place to change
        self._movable = [[several for several in held.values() if len(several) > 1] for held in self.children]
        self._moved = self._vertices_moved()
        self._backwards = [{group: held[::-1] for group, held in within.items()} for within in self.children]
        self.keys: list[float] = [float(key) for key in _first_keys(net)] + [0.0]
        self.places = [0] * net.count
        self.rows: list[list[int]] = [[] for _ in range(self.height)]
        self._crossed: list[int | None] = [None] * self.height
        # how often groups have changed places, in all and when each row was written down
        self._regrouped, self._written = 0, [0] * self.height
        self.take(self.keys)

    def _vertices_moved(self) -> list[tuple[int, ...]]:
        """Return for each item the vertices that it stands in, itself included, which have siblings in its rank."""
        moved: list[tuple[int, ...]] = []
        movable = [{vertex for several in all_several for vertex in several} for all_several in self._movable]
        for item, rank in enumerate(self.net.ranks):
            around, vertex = list[int](), item
            while vertex != self.net.root:
                if vertex in movable[rank]:
                    around.append(vertex)
                vertex = self.net.parents[vertex]
            moved.append(tuple(around))
        return moved

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
        self._written[rank] = self._regrouped
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
        backwards, position, count = self._backwards[rank], self.keys.__getitem__, self._count
        waiting = [group]
        while waiting:
            vertex = waiting.pop()
            if vertex < count:
                items.append(vertex)
                continue
            inner = backwards.get(vertex, [])
            waiting += inner if len(inner) == 1 else sorted(inner, key=position, reverse=True)
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
                crossed = self._crossed[rank] = crossings(self.rows[rank], self.below, self.places)
            total += crossed
        return total

    def sort(self, rank: int, near: Sequence[Sequence[int]], turn: bool) -> None:
        """Sort what stands in a rank by the mean place of its neighbors; what has none keeps its place.

        With a `turn` what has the same mean changes places.
        """
        keys, moved = self.keys, False
        means = self._means(rank, near) if self._movable[rank] else {}
        for children in self._movable[rank]:
            movable = [vertex for vertex in children if vertex in means]
            if len(movable) > 1:
                movable.sort(key=keys.__getitem__, reverse=turn)
                taken = [keys[vertex] for vertex in movable]
                if turn:
                    taken.reverse()
                movable.sort(key=means.__getitem__)
                for key, vertex in zip(taken, movable, strict=True):
                    if keys[vertex] != key:
                        keys[vertex], moved = key, True
                        self._regrouped += vertex >= self._count
        if moved or self._written[rank] != self._regrouped:
            self.renew(rank)

    def _means(self, rank: int, near: Sequence[Sequence[int]]) -> dict[int, float]:
        """Return the mean place of the neighbors of whatever has some, and siblings in a rank."""
        places, moved = self.places, self._moved
        sums: dict[int, int] = {}
        counts: dict[int, int] = {}
        for item in self.rows[rank]:
            others, around = near[item], moved[item]
            if not others or not around:
                continue
            total, count = sum([places[other] for other in others]), len(others)
            for vertex in around:
                if vertex in sums:
                    sums[vertex] += total
                    counts[vertex] += count
                else:
                    sums[vertex], counts[vertex] = total, count
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
