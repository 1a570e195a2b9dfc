"""The order of the items of each rank, such that few links cross and groups keep together.

Barycenter sweeps over the tree of groups find an order, and sifting betters it: what stands in a group changes places
with what stands beside it in the group, over all ranks at once. Two groups therefore have the same order in every rank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random

from archgen.layout.layering.crossings import crossings
from archgen.layout.layering.net import Net

SWEEPS = 24
PATIENCE = 6
"""Sweeps without a better order after which the next will find none."""

WORK = 400_000
"""Comparisons of two links that sifting may take."""


LARGE = 600
"""A net of at most so many items whose links cross is swept from more orders: a single one leads to bad ends."""

STARTS, KEPT = 10, 4
"""Further orders to sweep from, and how many of the best are sifted."""


def ordered(net: Net) -> OrderedRows:
    """Return the items of each rank in the order with the fewest crossings that is found."""
    rows = OrderedRows(net)
    first = list(rows.keys)
    least, keys = _best(rows, (first, [-key for key in first]), 1)
    if least and net.count <= LARGE:
        further, others = _best(rows, tuple(_shuffled(first, STARTS)), KEPT)
        keys = others if further < least else keys
    rows.take(keys)
    return rows


def _best(rows: OrderedRows, starts: Sequence[Sequence[float]], kept: int) -> tuple[int, list[float]]:
    """Return the crossings of the best order from some starts, of which so many are sifted, and that order."""
    swept = sorted((_swept(rows, start) for start in starts), key=lambda order: order[0])
    return min((_sifted(rows, keys) for _, keys in swept[:kept]), key=lambda order: order[0])


def _shuffled(first: Sequence[float], count: int) -> Iterator[list[float]]:
    """Yield some orders that have nothing to do with the first, the same in every run."""
    shuffle = Random(len(first))
    for _ in range(count):
        keys = [float(key) for key in range(len(first))]
        shuffle.shuffle(keys)
        yield keys


def _sifted(rows: OrderedRows, keys: Sequence[float]) -> tuple[int, list[float]]:
    rows.take(keys)
    _Sifting(rows).run()
    return rows.crossings(), list(rows.keys)


class OrderedRows:
    """An order of the children of every group, by numbers, and the rows that follow from it."""

    def __init__(self, net: Net) -> None:
        self.net = net
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
        self.keys: list[float] = [float(key) for key in _first_keys(net)] + [0.0]
        self.places = [0] * net.count
        self.rows: list[list[int]] = []
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
        self.rows = [[] for _ in range(self.height)]
        for rank in range(self.height):
            self.renew(rank)

    def renew(self, rank: int) -> None:
        """Write down the row of a rank after its order has changed."""
        row = list(self._within(self.net.root, rank)) if self.children[rank] else []
        self.rows[rank] = row
        for place, item in enumerate(row):
            self.places[item] = place

    def _within(self, group: int, rank: int) -> Iterator[int]:
        """Yield the items of a group in a rank, in their order, without recursion."""
        waiting = [group]
        while waiting:
            vertex = waiting.pop()
            if vertex < self.net.count:
                yield vertex
            else:
                waiting += self.ordered(vertex, rank)[::-1]

    def ordered(self, group: int, rank: int) -> list[int]:
        """Return the items and groups right in a group, in their order in a rank."""
        return sorted(self.children[rank].get(group, ()), key=self._key)

    def _key(self, vertex: int) -> tuple[float, int]:
        return self.keys[vertex], vertex

    def items(self, vertex: int, rank: int) -> list[int]:
        """Return the items of an item or group in a rank."""
        return [vertex] if vertex < self.net.count else list(self._within(vertex, rank))

    def crossings(self, first: int = 0, last: int | None = None) -> int:
        """Count the links that cross between some ranks."""
        shown = self.rows[max(first, 0) :] if last is None else self.rows[max(first, 0) : last + 1]
        return sum(crossings(row, self.net.below, self.places, len(following)) for row, following in pairwise(shown))

    def sort(self, rank: int, near: Sequence[dict[int, int]], turn: bool) -> None:
        """Sort what stands in a rank by the mean place of its neighbors; what has none keeps its place.

        With a `turn` what has the same mean changes places.
        """
        means = self._means(rank, near)
        for children in self.children[rank].values():
            movable = [vertex for vertex in children if vertex in means]
            if len(movable) > 1:
                movable.sort(key=self._key, reverse=turn)
                keys = sorted(self.keys[vertex] for vertex in movable)
                for key, vertex in zip(keys, sorted(movable, key=means.__getitem__), strict=True):
                    self.keys[vertex] = key
        self.renew(rank)

    def _means(self, rank: int, near: Sequence[dict[int, int]]) -> dict[int, float]:
        sums: dict[int, tuple[float, int]] = {}
        for item in self.rows[rank]:
            if not near[item]:
                continue
            total, count = sum(self.places[other] for other in near[item]), len(near[item])
            vertex = item
            while vertex != self.net.root:
                before, counted = sums.get(vertex, (0.0, 0))
                sums[vertex] = (before + total, counted + count)
                vertex = self.net.parents[vertex]
        return {vertex: total / count for vertex, (total, count) in sums.items()}


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


def _swept(rows: OrderedRows, start: Sequence[float]) -> tuple[int, list[float]]:
    """Return the crossings of the best order of some sweeps down and up from a start, and that order."""
    rows.take(start)
    best, least, waited = list(rows.keys), rows.crossings(), 0
    for sweep in range(SWEEPS):
        if not least or waited == PATIENCE:
            break
        _sweep(rows, sweep)
        crossed = rows.crossings()
        waited += 1
        if crossed < least:
            best, least, waited = list(rows.keys), crossed, 0
    return least, best


def _sweep(rows: OrderedRows, sweep: int) -> None:
    turn = sweep % 4 > 1
    down = sweep % 2 == 0
    ranks = range(1, rows.height) if down else range(rows.height - 2, -1, -1)
    for rank in ranks:
        rows.sort(rank, rows.net.above if down else rows.net.below, turn)


class _Sifting:
    """Takes each item and group to the place among its siblings where the fewest links cross, while that helps."""

    def __init__(self, rows: OrderedRows) -> None:
        self._rows = rows
        self._work = WORK
        self._remembered: dict[int, tuple[int, list[int], list[int]]] = {}
        self._stamps = [0] * (rows.height + 2)

    def run(self) -> None:
        net = self._rows.net
        degrees = [len(net.above[item]) + len(net.below[item]) for item in range(net.count)]
        order = sorted(range(net.count), key=lambda item: -degrees[item])
        moved = True
        while moved and self._work > 0:
            moved = False
            for vertex in [*range(net.count, net.root), *order]:
                if self._work > 0 and self._sift(vertex):
                    moved = True

    def _sift(self, vertex: int) -> bool:
        siblings = self._siblings(vertex)
        if len(siblings) < 2:
            return False
        if vertex >= self._rows.net.count:
            return self._sift_group(vertex, siblings)
        place = siblings.index(vertex)
        best, least = place, 0
        for way, others in ((1, range(place + 1, len(siblings))), (-1, range(place - 1, -1, -1))):
            change = 0
            for to in others:
                change += way * self._change(vertex, siblings[to])
                if change < least:
                    best, least = to, change
                if self._work <= 0:
                    break
        if best == place:
            return False
        del siblings[place]
        self._move(vertex, siblings, best)
        return True

    def _sift_group(self, group: int, siblings: list[int]) -> bool:
        """Sift a group: links within it and within what it passes move with both ends, so all are counted anew."""
        rows = self._rows
        first, last = rows.spans[group]
        before, least = rows.keys[group], rows.crossings(first - 1, last + 1)
        best = before
        others = [other for other in siblings if other != group]
        for to in range(len(others) + 1):
            self._move(group, others, to)
            crossed = rows.crossings(first - 1, last + 1)
            self._work -= sum(len(row) + 1 for row in rows.rows[max(first - 1, 0) : last + 2])
            if crossed < least:
                best, least = rows.keys[group], crossed
            if self._work <= 0:
                break
        self._put(group, best)
        return best != before

    def _siblings(self, vertex: int) -> list[int]:
        """Return what shares the group of a vertex and a rank with it, in its order, itself included."""
        rows = self._rows
        group, (first, last) = rows.net.parents[vertex], rows.spans[vertex]
        near = {other for rank in range(first, last + 1) for other in rows.children[rank].get(group, ())}
        return sorted(near, key=lambda other: (rows.keys[other], other))

    def _change(self, vertex: int, other: int) -> int:
        """Return how many more crossings there are when a vertex moves behind the one that follows it."""
        (first, last), (low, high) = self._rows.spans[vertex], self._rows.spans[other]
        change = 0
        for rank in range(max(first, low), min(last, high) + 1):
            for item in self._rows.items(vertex, rank):
                up, down = self._near(item)
                for passed in self._rows.items(other, rank):
                    above, below = self._near(passed)
                    change += (
                        _inverted(above, up) - _inverted(up, above) + _inverted(below, down) - _inverted(down, below)
                    )
                    self._work -= len(up) + len(down) + len(above) + len(below) + 1
        return change

    def _near(self, item: int) -> tuple[list[int], list[int]]:
        """Return the places of the neighbors of an item in the rows above and below it, sorted."""
        rows = self._rows
        rank = rows.net.ranks[item]
        stamp = self._stamps[rank - 1] + self._stamps[rank + 1]
        near = self._remembered.get(item)
        if near is None or near[0] != stamp:
            above = sorted(rows.places[other] for other in rows.net.above[item])
            below = sorted(rows.places[other] for other in rows.net.below[item])
            near = self._remembered[item] = (stamp, above, below)
        return near[1], near[2]

    def _move(self, vertex: int, others: Sequence[int], to: int) -> None:
        """Put a vertex between some others."""
        keys = self._rows.keys
        before = keys[others[to - 1]] if to else keys[others[0]] - 2
        after = keys[others[to]] if to < len(others) else keys[others[-1]] + 2
        self._put(vertex, (before + after) / 2)

    def _put(self, vertex: int, key: float) -> None:
        rows = self._rows
        rows.keys[vertex] = key
        for rank in range(rows.spans[vertex][0], rows.spans[vertex][1] + 1):
            rows.renew(rank)
            self._stamps[rank] += 1


def _inverted(first: list[int], second: list[int]) -> int:
    """Count the pairs of a place of the first and one of the second with the first behind the second; both are sorted."""
    count = behind = 0
    for place in first:
        while behind < len(second) and second[behind] < place:
            behind += 1
        count += behind
    return count
