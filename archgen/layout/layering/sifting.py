"""Sifting: each item and group goes to the place among its siblings where the fewest links cross."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from archgen.layout.layering.rows import OrderedRows

WORK = 400_000
"""Comparisons of two links that sifting may take."""


class Sifting:
    """Takes each item and group to the place among its siblings where the fewest links cross, while that helps."""

    def __init__(self, rows: OrderedRows) -> None:
        self._rows = rows
        self._work = WORK
        self._remembered: dict[int, tuple[int, list[int], list[int]]] = {}
        self._stamps = [0] * (rows.height + 2)
        self._settled: dict[int, int] = {}

    def run(self) -> None:
        """Sift everything until nothing moves or the work is done; what stands among the same rows as before stays."""
        net = self._rows.net
        degrees = [len(net.above[item]) + len(net.below[item]) for item in range(net.count)]
        order = sorted(range(net.count), key=lambda item: -degrees[item])
        moved = True
        while moved and self._work > 0:
            moved = False
            for vertex in [*range(net.count, net.root), *order]:
                stamp = self._stamp(vertex)
                if self._work <= 0 or self._settled.get(vertex) == stamp:
                    continue
                if self._sift(vertex):
                    moved = True
                else:
                    self._settled[vertex] = stamp

    def _stamp(self, vertex: int) -> int:
        """Return a number that grows with each change of the rows that a vertex stands in or beside."""
        first, last = self._rows.spans[vertex]
        return sum(self._stamps[max(first - 1, 0) : last + 2])

    def _sift(self, vertex: int) -> bool:
        siblings = self.siblings(vertex)
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
        """Sift a group by passing its siblings: links within it and within what it passes move with both ends."""
        place = siblings.index(group)
        first, last = self._rows.spans[group]
        before = [list(row) for row in self._rows.rows[first : last + 1]]
        changes = {place: 0}
        for to in range(place + 1, len(siblings)):
            changes[to] = changes[to - 1] + self.exchange(group, siblings[to])
            if self._work <= 0:
                break
        self._restore(first, before)
        for to in range(place - 1, -1, -1):
            changes[to] = changes[to + 1] + self.exchange(siblings[to], group)
            if self._work <= 0:
                break
        best = min(changes, key=lambda to: (changes[to], to != place, to))
        if best == place:
            self._restore(first, before)
            return False
        del siblings[place]
        self._move(group, siblings, best)
        return True

    def _restore(self, first: int, before: Sequence[list[int]]) -> None:
        """Put back some rows from the first on."""
        places = self._rows.places
        for rank, row in enumerate(before, first):
            self._rows.rows[rank] = list(row)
            for place, item in enumerate(row):
                places[item] = place

    def exchange(self, vertex: int, other: int) -> int:
        """Let a vertex and the one that follows it change places in the rows; return how many more crossings there are.

        Of two links that change places at both ends the crossing stays as it is.
        """
        rows, places = self._rows, self._rows.places
        held, others = rows.held[vertex], rows.held[other]
        starts = {rank: min([places[item] for item in held[rank]]) for rank in held if rank in others}
        change = 0
        for rank in starts:
            for near, neighbor in ((rows.net.above, rank - 1), (rows.net.below, rank + 1)):
                ends, passed = self._ends(held[rank], near), self._ends(others[rank], near)
                change += _inverted(passed, ends) - _inverted(ends, passed)
                self._work -= len(ends) + len(passed) + 1
                if neighbor in starts:
                    start = starts[neighbor]
                    middle = start + len(held[neighbor])
                    end = middle + len(others[neighbor])
                    change -= _within(ends, start, middle) * _within(passed, middle, end)
                    change += _within(ends, middle, end) * _within(passed, start, middle)
        for rank, start in starts.items():
            self._turn(rank, start, len(held[rank]), len(others[rank]))
        return change

    def _ends(self, items: Sequence[int], near: Sequence[Mapping[int, int]]) -> list[int]:
        """Return the places of the neighbors of some items, sorted."""
        places = self._rows.places
        return sorted([places[end] for item in items for end in near[item]])

    def _turn(self, rank: int, start: int, count: int, following: int) -> None:
        """Put some items of a row behind those that follow them."""
        row, places = self._rows.rows[rank], self._rows.places
        middle, end = start + count, start + count + following
        row[start:end] = row[middle:end] + row[start:middle]
        for place in range(start, end):
            places[row[place]] = place

    def siblings(self, vertex: int) -> list[int]:
        """Return what shares the group of a vertex and a rank with it, in its order, itself included."""
        rows = self._rows
        group, (first, last) = rows.net.parents[vertex], rows.spans[vertex]
        near = {other for rank in range(first, last + 1) for other in rows.children[rank].get(group, ())}
        return sorted(near, key=lambda other: (rows.keys[other], other))

    def _change(self, vertex: int, other: int) -> int:
        """Return how many more crossings there are when a vertex moves behind the one that follows it."""
        held, others = self._rows.held[vertex], self._rows.held[other]
        change = 0
        for rank in held.keys() & others.keys():
            for item in held[rank]:
                up, down = self._near(item)
                for passed in others[rank]:
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
    if len(first) <= len(second):
        return sum([bisect_left(second, place) for place in first])
    return len(first) * len(second) - sum([bisect_right(first, place) for place in second])


def _within(places: list[int], start: int, end: int) -> int:
    """Count the places from a start to before an end; they are sorted."""
    return bisect_left(places, end) - bisect_left(places, start)
