"""Sifting: each item and group goes to the place among its siblings where the fewest links cross."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import repeat

from archgen.layout.layering.rows import OrderedRows

WORK = 400_000
"""Comparisons of two links that sifting may take."""


class Sifting:
    """Takes each item and group to the place among its siblings where the fewest links cross, while that helps."""

    def __init__(self, rows: OrderedRows) -> None:
        self._rows = rows
        self._work = WORK
        self._joined: list[dict[int, tuple[list[int], list[int]]]] = [{} for _ in range(rows.height)]
        self._passed: list[dict[int, tuple[list[int], int]]] = [{} for _ in range(rows.height)]
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
        best = self._best_place(vertex, siblings, place)
        if best == place:
            return False
        del siblings[place]
        self._move(vertex, siblings, best)
        return True

    def _best_place(self, item: int, siblings: Sequence[int], place: int) -> int:
        """Return the place among its siblings at which the links of an item cross the fewest others."""
        rank = self._rows.net.ranks[item]
        passed, excess_of = self._passed[rank], self._excess(item, rank).__getitem__
        degree = len(self._passed_by(item, rank)[0]) + 1
        best, least, work = place, 0, self._work
        for way, others in ((1, range(place + 1, len(siblings))), (-1, range(place - 1, -1, -1))):
            change = 0
            for to in others:
                vertex = siblings[to]
                ends, count = passed.get(vertex) or self._passed_by(vertex, rank)
                if ends:
                    change += way * sum(map(excess_of, ends))
                    if change < least:
                        best, least = to, change
                work -= degree * count + len(ends)
                if work <= 0:
                    break
        self._work = work
        return best

    def _ends_of(self, vertex: int, rank: int) -> tuple[list[int], list[int]]:
        """Return what the items of a vertex in a rank are joined to in the ranks above and below it."""
        joined = self._joined[rank].get(vertex)
        if joined is None:
            net, held = self._rows.net, self._rows.held[vertex].get(rank, ())
            joined = (
                [end for item in held for end in net.above[item]],
                [end for item in held for end in net.below[item]],
            )
            self._joined[rank][vertex] = joined
        return joined

    def _passed_by(self, vertex: int, rank: int) -> tuple[list[int], int]:
        """Return all that the items of a vertex in a rank are joined to beside it, and how many items these are."""
        if vertex not in self._passed[rank]:
            above, below = self._ends_of(vertex, rank)
            self._passed[rank][vertex] = above + below, len(self._rows.held[vertex].get(rank, ()))
        return self._passed[rank][vertex]

    def _excess(self, item: int, rank: int) -> dict[int, int]:
        """Return for all ends in the rows above and below an item: how many more of its own stand before them than behind.

        So many more crossings a link to that end has when the item moves behind the link's other end.
        """
        rows, excess = self._rows, dict[int, int]()
        for near, beside in ((rows.net.above, rank - 1), (rows.net.below, rank + 1)):
            if 0 <= beside < rows.height:
                row = rows.rows[beside]
                places = sorted(map(rows.places.__getitem__, near[item]))
                excess.update(zip(row, _excesses(places, len(row)), strict=True))
        return excess

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
        for rank, row in enumerate(before, first):
            self._rows.put(rank, list(row))

    def exchange(self, vertex: int, other: int) -> int:
        """Let a vertex and the one that follows it change places in the rows; return how many more crossings there are.

        Of two links that change places at both ends the crossing stays as it is.
        """
        rows, places = self._rows, self._rows.places
        held, others = rows.held[vertex], rows.held[other]
        starts = {rank: min(map(places.__getitem__, held[rank])) for rank in held if rank in others}
        change = 0
        for rank in starts:
            joined, joined_other = self._ends_of(vertex, rank), self._ends_of(other, rank)
            for side, neighbor in ((0, rank - 1), (1, rank + 1)):
                self._work -= len(joined[side]) + len(joined_other[side]) + 1
                if not (joined[side] and joined_other[side]):
                    continue
                ends = sorted(map(places.__getitem__, joined[side]))
                passed = sorted(map(places.__getitem__, joined_other[side]))
                change += _inverted(passed, ends) - _inverted(ends, passed)
                if neighbor in starts:
                    start = starts[neighbor]
                    middle = start + len(held[neighbor])
                    end = middle + len(others[neighbor])
                    change -= _within(ends, start, middle) * _within(passed, middle, end)
                    change += _within(ends, middle, end) * _within(passed, start, middle)
        for rank, start in starts.items():
            self._turn(rank, start, len(held[rank]), len(others[rank]))
        return change

    def _turn(self, rank: int, start: int, count: int, following: int) -> None:
        """Put some items of a row behind those that follow them."""
        row, places = self._rows.rows[rank], self._rows.places
        middle, end = start + count, start + count + following
        row[start:end] = row[middle:end] + row[start:middle]
        for place in range(start, end):
            places[row[place]] = place
        self._rows.recount(rank)

    def siblings(self, vertex: int) -> list[int]:
        """Return what shares the group of a vertex and a rank with it, in its order, itself included."""
        rows = self._rows
        group, (first, last) = rows.net.parents[vertex], rows.spans[vertex]
        if first == last:
            return rows.ordered(group, first)
        near = {other for rank in range(first, last + 1) for other in rows.children[rank].get(group, ())}
        return sorted(sorted(near), key=rows.keys.__getitem__)

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


def _excesses(places: Sequence[int], count: int) -> list[int]:
    """Return for each place of a row how many more of some sorted places are before it than behind it."""
    excess, excesses, at = -len(places), list[int](), 0
    for place in places:
        excesses += [excess] * (place - at)
        excesses.append(excess + 1)
        excess, at = excess + 2, place + 1
    return excesses + [excess] * (count - at)


def _inverted(first: list[int], second: list[int]) -> int:
    """Count the pairs of a place of the first and one of the second with the first behind the second; both are sorted."""
    if len(first) <= len(second):
        return sum(map(bisect_left, repeat(second), first))
    return len(first) * len(second) - sum(map(bisect_right, repeat(first), second))


def _within(places: list[int], start: int, end: int) -> int:
    """Count the places from a start to before an end; they are sorted."""
    return bisect_left(places, end) - bisect_left(places, start)
