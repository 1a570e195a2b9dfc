"""Which edges of a graph close a cycle, so that the others lead one way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NodePair = tuple[int, int]
"""An edge by the numbers of its source and its target."""


def closing_edges(count: int, edges: Sequence[NodePair]) -> set[int]:
    """Return the places of the edges that lead back to a node on their own path; without them the graph has no cycle.

    A depth-first search takes nodes and edges in their order: the search that starts at the client and takes
    connections as the flows use them keeps the direction that a reader expects.
    """
    search = _Search(count, edges)
    entered = {target for source, target in edges if source != target}
    for start in (*(node for node in range(count) if node not in entered), *range(count)):
        search.visit(start)
    return search.back


class _Search:
    """A depth-first search without recursion, since a chain may be longer than the interpreter's stack."""

    def __init__(self, count: int, edges: Sequence[NodePair]) -> None:
        self._leaving: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        for place, (source, target) in enumerate(edges):
            self._leaving[source].append((place, target))
        self._seen = [False] * count
        self._open = [False] * count
        self.back: set[int] = set()

    def visit(self, start: int) -> None:
        """Search everything that can be reached from a node."""
        if self._seen[start]:
            return
        path = [self._enter(start)]
        while path:
            node, ahead = path[-1]
            target = self._next(ahead)
            if target is None:
                self._open[node] = False
                path.pop()
            else:
                path.append(self._enter(target))

    def _enter(self, node: int) -> tuple[int, Iterable[tuple[int, int]]]:
        self._seen[node] = self._open[node] = True
        return node, iter(self._leaving[node])

    def _next(self, ahead: Iterable[tuple[int, int]]) -> int | None:
        for place, target in ahead:
            if self._open[target]:
                self.back.add(place)
            elif not self._seen[target]:
                return target
        return None
