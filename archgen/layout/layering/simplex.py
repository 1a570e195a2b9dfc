"""Whole numbers for the nodes of an acyclic graph that keep its edges as short as may be: the network simplex method.

From E. R. Gansner, E. Koutsofios, S. C. North and K.-P. Vo, "A Technique for Drawing Directed Graphs", IEEE
Transactions on Software Engineering 19(3), 1993, section 2.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from msgspec import Struct


class Arc(Struct, frozen=True, array_like=True):
    """An edge whose head stands at least `length` after its tail; each step more costs its weight."""

    tail: int
    head: int
    length: int = 1
    weight: int = 1


def shortest(count: int, arcs: Sequence[Arc], work: int) -> list[int]:
    """Return a number from 0 for each node of a connected acyclic graph, with the least weighted length of all arcs.

    `work` bounds the steps of the improvement; a graph that wants more gets numbers that are merely good.
    """
    if count < 2:
        return [0] * count
    tree = _Tree(count, arcs)
    tree.improve(work)
    least = min(tree.ranks)
    return [rank - least for rank in tree.ranks]


def longest_path(count: int, arcs: Sequence[Arc]) -> list[int]:
    """Return the least number from 0 that each node of an acyclic graph may have."""
    ahead: list[list[Arc]] = [[] for _ in range(count)]
    waiting = [0] * count
    for arc in arcs:
        ahead[arc.tail].append(arc)
        waiting[arc.head] += 1
    ranks = [0] * count
    ready = deque(node for node in range(count) if not waiting[node])
    while ready:
        for arc in ahead[ready.popleft()]:
            ranks[arc.head] = max(ranks[arc.head], ranks[arc.tail] + arc.length)
            waiting[arc.head] -= 1
            if not waiting[arc.head]:
                ready.append(arc.head)
    return ranks


class _Tree:
    """A spanning tree of arcs that are as short as they may be; `cuts` say what a longer arc of it would cost.

    A node's `last` is its number in postorder, `first` the least one below it: so one comparison tells whether a node
    stands below another.
    """

    def __init__(self, count: int, arcs: Sequence[Arc]) -> None:
        self._arcs = [(arc.tail, arc.head, arc.length, arc.weight) for arc in arcs]
        self.ranks = longest_path(count, arcs)
        self._near: list[list[int]] = [[] for _ in range(count)]
        for place, (tail, head, _, _) in enumerate(self._arcs):
            self._near[tail].append(place)
            self._near[head].append(place)
        self._branches: list[set[int]] = [set() for _ in range(count)]
        self._up = [-1] * count
        self._first, self._last = [0] * count, [0] * count
        self._cuts: dict[int, int] = {}
        self._span()
        self._number(0, -1, 1)
        for node in sorted(range(count), key=self._last.__getitem__):
            if self._up[node] >= 0:
                self._cuts[self._up[node]] = self._cut(node)
        self._negative = dict.fromkeys(place for place, cut in self._cuts.items() if cut < 0)

    # The first tree

    def _span(self) -> None:
        """Grow the tree from the first node by the shortest slack, and move it by that until the arc is tight."""
        inside = [False] * len(self._near)
        shift = 0
        heaps: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
        node = 0
        for _ in range(len(self._near) - 1):
            inside[node] = True
            self.ranks[node] -= shift
            self._reach(node, inside, shift, heaps)
            leaving, place = self._least(heaps, inside, shift)
            tail, head, _, _ = self._arcs[place]
            slack = self._slack_of(place, tail if leaving else head, shift)
            shift += slack if leaving else -slack
            self._branches[tail].add(place)
            self._branches[head].add(place)
            node = head if leaving else tail
        inside[node] = True
        self.ranks[node] -= shift
        self.ranks = [rank + shift for rank in self.ranks]

    def _slack_of(self, place: int, inner: int, shift: int) -> int:
        """Return the slack of an arc with one end in the tree, whose numbers are stored without the shift of the tree."""
        tail, head, length, _ = self._arcs[place]
        return self.ranks[head] - self.ranks[tail] - length + (shift if head == inner else -shift)

    def _reach(
        self, node: int, inside: list[bool], shift: int, heaps: tuple[list[tuple[int, int]], list[tuple[int, int]]]
    ) -> None:
        for place in self._near[node]:
            tail, head, length, _ = self._arcs[place]
            if not inside[head if tail == node else tail]:
                key = self.ranks[head] - self.ranks[tail] - length
                heappush(heaps[tail != node], (key, place))

    def _least(
        self, heaps: tuple[list[tuple[int, int]], list[tuple[int, int]]], inside: list[bool], shift: int
    ) -> tuple[bool, int]:
        """Return the arc with the least slack that leaves the tree, and whether it leads out of it."""
        for heap in heaps:
            while heap and inside[self._arcs[heap[0][1]][0]] and inside[self._arcs[heap[0][1]][1]]:
                heappop(heap)
        outward, inward = heaps
        if not inward or (outward and outward[0][0] - shift <= inward[0][0] + shift):
            return True, outward[0][1]
        return False, inward[0][1]

    def _number(self, root: int, up: int, number: int) -> int:
        """Number the nodes below a node in postorder from a number on; return the next number."""
        self._up[root] = up
        self._first[root] = number
        path = [(root, iter(self._branches[root]))]
        while path:
            node, ahead = path[-1]
            place = next(ahead, -1)
            if place < 0:
                self._last[node] = number
                number += 1
                path.pop()
            elif place != self._up[node]:
                tail, head, _, _ = self._arcs[place]
                child = head if tail == node else tail
                self._up[child] = place
                self._first[child] = number
                path.append((child, iter(self._branches[child])))
        return number

    def _cut(self, node: int) -> int:
        """Return the cost of a longer arc above a node, from the cuts of the arcs below the node."""
        above = self._up[node]
        direction = 1 if self._arcs[above][0] == node else -1
        cut = 0
        for place in self._near[node]:
            tail, _, _, weight = self._arcs[place]
            sign = direction if tail == node else -direction
            if place == above:
                cut += weight
            elif place in self._branches[node]:
                cut += sign * (weight - self._cuts[place])
            else:
                cut += sign * weight
        return cut

    # Improvement

    def improve(self, work: int) -> None:
        """Exchange arcs of the tree while one of them would better be longer."""
        while self._negative and work > 0:
            leaving = next(iter(self._negative))
            tail, head, _, _ = self._arcs[leaving]
            below = tail if self._up[tail] == leaving else head
            entering, seen = self._entering(below, tail == below)
            if entering < 0:
                del self._negative[leaving]
                continue
            work -= seen + self._exchange(leaving, entering, below)

    def _below(self, node: int, root: int) -> bool:
        return self._first[root] <= self._last[node] <= self._last[root]

    def _under(self, root: int) -> Iterator[int]:
        """Return the nodes below a node, itself included."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            yield node
            for place in self._branches[node]:
                if place != self._up[node]:
                    tail, head, _, _ = self._arcs[place]
                    waiting.append(head if tail == node else tail)

    def _entering(self, below: int, tailed: bool) -> tuple[int, int]:
        """Return the shortest arc across the cut in the other direction, and how many were looked at."""
        best, least, seen = -1, 0, 0
        for node in self._under(below):
            for place in self._near[node]:
                seen += 1
                tail, head, length, _ = self._arcs[place]
                if (head if tailed else tail) != node or self._below(tail if tailed else head, below):
                    continue
                slack = self.ranks[head] - self.ranks[tail] - length
                if best < 0 or (slack, place) < (least, best):
                    best, least = place, slack
        return best, seen

    def _exchange(self, leaving: int, entering: int, below: int) -> int:
        """Put an arc into the tree in the place of another; return how many nodes were touched."""
        tail, head, length, _ = self._arcs[entering]
        slack = self.ranks[head] - self.ranks[tail] - length
        delta = slack if self._below(tail, below) else -slack
        moved = list(self._under(below)) if delta else []
        for node in moved:
            self.ranks[node] += delta
        cut = self._cuts.pop(leaving)
        self._negative.pop(leaving, None)
        join = self._raise(tail, head, cut, True, leaving)
        self._raise(head, tail, cut, False, leaving)
        self._set_cut(entering, -cut)
        for place, change in ((leaving, set.discard), (entering, set.add)):
            for end in self._arcs[place][:2]:
                change(self._branches[end], place)
        before = self._first[join]
        return len(moved) + self._number(join, self._up[join], before) - before

    def _raise(self, node: int, other: int, cut: int, forward: bool, leaving: int) -> int:
        """Change the cuts from a node up to the first that is above another, too; return that."""
        while not self._below(other, node):
            place = self._up[node]
            tail, head, _, _ = self._arcs[place]
            along = (tail == node) == forward
            if place != leaving:
                self._set_cut(place, self._cuts[place] + (cut if along else -cut))
            node = head if tail == node else tail
        return node

    def _set_cut(self, place: int, cut: int) -> None:
        self._cuts[place] = cut
        if cut < 0:
            self._negative[place] = None
        else:
            self._negative.pop(place, None)
