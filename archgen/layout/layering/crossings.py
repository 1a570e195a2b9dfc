"""Crossings of the links between two rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence


def inversions(places: Iterable[int]) -> int:
    """Count the pairs of a sequence of places that are in the wrong order.

    Insertion moves a block of memory, so that for rows of some thousand items it takes less time than a tree would.
    """
    earlier: list[int] = []
    crossed, last = 0, -1
    for place in places:
        if place >= last:
            earlier.append(place)
            last = place
            continue
        behind = bisect_right(earlier, place)
        crossed += len(earlier) - behind
        earlier.insert(behind, place)
    return crossed


def crossings(row: Sequence[int], below: Sequence[Sequence[int]], places: Sequence[int]) -> int:
    """Return the crossings between a row and the row below it, whose `places` are known."""
    ends: list[int] = []
    for item in row:
        beneath = below[item]
        if len(beneath) > 1:
            ends += sorted(map(places.__getitem__, beneath))
        elif beneath:
            ends.append(places[beneath[0]])
    return inversions(ends)
