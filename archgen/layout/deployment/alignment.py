"""Blocks beside each other at heights at which the lines between them run straight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

Join = tuple[str, str, int]
"""A line from block to block and how much it wants to be straight."""

HeightWish = tuple[int, float]
"""How much a card wants its middle to stand at a height, and the height."""


class ColumnBlock:
    """A node, a group or the room for a line that passes, over the columns `first` to `last`; `y` is within its parent.

    A group has an `overhang` for what stands on its upper border, a `header` from there to what is in it, of which the
    lower part is a `crown` for what stands on the border of a band in its first column, and a `foot`.
    """

    def __init__(self, name: str, first: int, last: int, height: float) -> None:
        self.name = name
        self.first = first
        self.last = last
        self.height = height
        self.y = 0.0
        self.header = 0.0
        self.crown = 0.0
        self.overhang = 0.0
        self.foot = 0.0
        self.children: list[ColumnBlock] = []
        self.passing = False


def clusters_of(blocks: list[ColumnBlock]) -> list[list[ColumnBlock]]:
    """Return blocks that share columns, directly or through others; what shares none can stand side by side."""
    clusters: list[list[ColumnBlock]] = []
    last = -1
    for block in sorted(blocks, key=lambda each: each.first):
        if clusters and block.first <= last:
            clusters[-1].append(block)
        else:
            clusters.append([block])
        last = max(last, block.last)
    order = {id(block): place for place, block in enumerate(blocks)}
    for cluster in clusters:
        cluster.sort(key=lambda block: order[id(block)])
    return clusters


def names_in(blocks: Iterable[ColumnBlock]) -> Iterable[str]:
    """Yield every node and passing line in some blocks."""
    for block in blocks:
        if block.children:
            yield from names_in(block.children)
        else:
            yield block.name


def levels_in(blocks: Iterable[ColumnBlock], above: float = 0.0) -> Iterable[tuple[str, float]]:
    """Yield the height of the middle of every node and passing line in some blocks."""
    for block in blocks:
        if block.children:
            yield from levels_in(block.children, above + block.y)
        else:
            yield block.name, above + block.y + block.height / 2


def extent(cluster: list[ColumnBlock]) -> float:
    """Return the height of some blocks together."""
    return max(block.y + block.height for block in cluster) - min(block.y for block in cluster)


def hang(blocks: list[ColumnBlock]) -> None:
    """Move some blocks together so that the highest of them starts at the top."""
    top = min((block.y for block in blocks), default=0.0)
    for block in blocks:
        block.y -= top


def _middle(cluster: list[ColumnBlock]) -> float:
    return min(block.y for block in cluster) + extent(cluster) / 2


def _line(cluster: list[ColumnBlock]) -> float:
    """Return the line that a cluster is aligned by when no other says more: its first card, or the middle of its groups."""
    highest = min(cluster, key=lambda block: block.y)
    if not highest.children:
        return highest.y + highest.height / 2
    return _middle(cluster)


def wishes_of(
    joins: list[Join], where: Mapping[str, int], levels: Mapping[str, float], number: int, placed: set[int]
) -> dict[str, HeightWish]:
    """Return for each card of a cluster its weightiest lines' weight, and the mean height of their other ends."""
    heights_of: dict[str, list[HeightWish]] = {}
    for source, target, weight in joins:
        if where[source] == number and where[target] in placed:
            heights_of.setdefault(source, []).append((weight, levels[target]))
        elif where[target] == number and where[source] in placed:
            heights_of.setdefault(target, []).append((weight, levels[source]))
    wishes: dict[str, HeightWish] = {}
    for name, heights in heights_of.items():
        heaviest = max(weight for weight, _ in heights)
        weightiest = [height for weight, height in heights if weight == heaviest]
        wishes[name] = (heaviest, round(sum(weightiest) / len(weightiest)))
    return wishes


def drop(
    cluster: list[ColumnBlock], levels: Mapping[str, float], wishes: Mapping[str, HeightWish], first: list[ColumnBlock]
) -> float:
    """Return how much lower a whole cluster must be for the mean of its weightiest lines to be straight."""
    if not wishes:
        return round(_line(first) - _line(cluster))
    heaviest = max(weight for weight, _ in wishes.values())
    drops = [height - levels[name] for name, (weight, height) in wishes.items() if weight == heaviest]
    return round(sum(drops) / len(drops))


def level(islands: list[list[ColumnBlock]]) -> None:
    """Align the middles of parts that no line joins with the largest; what is low stays in line with the top of the first."""
    if len(islands) > 1:
        main = max(islands, key=len)
        for island in islands:
            lower = round(_middle(main) - _middle(island)) if 2 * extent(island) > extent(main) else 0.0
            for block in island:
                block.y += lower


class _Run:
    """Cards that stand as near to each other as may be: each one's wish, its component, and the run's top by its wish."""

    def __init__(self, cards: list[tuple[HeightWish, str | None, float]]) -> None:
        self.cards = cards
        heaviest = max(weight for (weight, _), _, _ in cards)
        weightiest = [(height, subject, top) for (weight, height), subject, top in cards if weight == heaviest]
        tops = sorted(top for _, _, top in weightiest)
        siblings = len({(height, subject) for height, subject, _ in weightiest}) == 1
        self.top = round(sum(tops) / len(tops)) if siblings else tops[len(tops) // 2]
        """Siblings stand around the place that they want; of others one stands where its line is straight."""


def settle(
    order: list[ColumnBlock],
    wishes: list[HeightWish],
    subjects: Mapping[str, str],
    gap: Callable[[ColumnBlock, ColumnBlock], float],
) -> None:
    """Set the cards of a column, in their order, as near as may be to their wishes and a gap from each other."""
    down = [0.0]
    for above, below in pairwise(order):
        down.append(down[-1] + above.height + gap(above, below))
    runs: list[_Run] = []
    for block, wish, below_first in zip(order, wishes, down, strict=True):
        runs.append(_Run([(wish, subjects.get(block.name), wish[1] - block.height / 2 - below_first)]))
        while len(runs) > 1 and runs[-2].top > runs[-1].top:
            runs[-2:] = [_Run(runs[-2].cards + runs[-1].cards)]
    tops = [run.top for run in runs for _ in run.cards]
    for block, top, below_first in zip(order, tops, down, strict=True):
        block.y = top + below_first
