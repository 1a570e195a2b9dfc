"""The rows of a layered layout: the items of each rank in the order of the children of every group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archgen.layout.layering.crossings import crossings
from archgen.layout.layering.net import Net

_Drawn = dict[int, list[int]]
"""Siblings in a rank, and the neighbors of what stands in each of them."""


class OrderedRows:
    """An order of the children of every group, by numbers, and the rows that follow from it.

    `held` are the items of each item and group by their rank, in no order; `below` are the neighbors of each item.
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
        self.below = list(map(tuple, net.below))
        self._drawn_up, self._drawn_down = self._drawn(net.above), self._drawn(net.below)
        self._backwards = [{group: held[::-1] for group, held in within.items()} for within in self.children]
        self.keys: list[float] = [float(key) for key in _first_keys(net)] + [0.0]
        self.places = [0] * net.count
        self.rows: list[list[int]] = [[] for _ in range(self.height)]
        self._crossed: list[int | None] = [None] * self.height
        # how often groups have changed places, in all and when each row was written down
        self._regrouped, self._written = 0, [0] * self.height
        self.take(self.keys)

    def _drawn(self, near: Sequence[Iterable[int]]) -> list[list[_Drawn]]:
        """Return for each rank the siblings that have neighbors on one side of it, with these: several, or none has a choice."""
        ranks: list[list[_Drawn]] = []
        for rank, children in enumerate(self.children):
            every = [
                {
                    vertex: ends
                    for vertex in several
                    if (ends := [end for item in self.held[vertex].get(rank, ()) for end in near[item]])
                }
                for several in children.values()
            ]
            ranks.append([drawn for drawn in every if len(drawn) > 1])
        return ranks

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

    def sort(self, rank: int, down: bool, turn: bool) -> None:
        """Sort what stands in a rank by the mean place of its neighbors in the rank before it on the way; others keep theirs.

        With a `turn` what has the same mean changes places.
        """
        key_of, place_of, moved = self.keys.__getitem__, self.places.__getitem__, False
        for drawn in (self._drawn_up if down else self._drawn_down)[rank]:
            means = {
                vertex: sum(map(place_of, ends)) / len(ends) if len(ends) > 1 else place_of(ends[0])
                for vertex, ends in drawn.items()
            }
            ordered = sorted(drawn, key=key_of, reverse=turn)
            taken = list(map(key_of, ordered))
            if turn:
                taken.reverse()
            ordered.sort(key=means.__getitem__)
            if taken == list(map(key_of, ordered)):
                continue
            moved = True
            for key, vertex in zip(taken, ordered, strict=True):
                if self.keys[vertex] != key:
                    self.keys[vertex] = key
                    self._regrouped += vertex >= self._count
        if moved or self._written[rank] != self._regrouped:
            self.renew(rank)


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
