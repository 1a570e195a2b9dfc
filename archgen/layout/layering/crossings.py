"""Crossings of the links between two rows.

Counted in O(|E| log |V|) with an accumulator tree: W. Barth, P. Mutzel and M. Jünger, "Simple and Efficient Bilayer
Cross Counting", Journal of Graph Algorithms and Applications 8(2), 2004.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def inversions(places: Iterable[int], width: int) -> int:
    """Count the pairs of a sequence of places below a width that are in the wrong order."""
    first = 1
    while first < width:
        first *= 2
    tree = [0] * (2 * first)
    crossed = 0
    for place in places:
        node = place + first
        tree[node] += 1
        while node > 1:
            if not node & 1:
                crossed += tree[node + 1]
            node >>= 1
            tree[node] += 1
    return crossed


def crossings(row: Sequence[int], below: Sequence[Mapping[int, int]], places: Sequence[int], width: int) -> int:
    """Return the crossings between a row and the row below it, which is `width` items wide; `places` are of the latter."""
    return inversions((place for item in row for place in sorted(places[other] for other in below[item])), width)
