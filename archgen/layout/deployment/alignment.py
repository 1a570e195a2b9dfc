"""Blocks beside each other at heights at which the lines between them run straight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

Join = tuple[str, str, int]
"""A line from block to block and how much it wants to be straight."""

Wish = tuple[int, float]
"""How much a card wants its middle to stand at a height, and the height."""


class Block:
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
        self.children: list[Block] = []
        self.passing = False


def clusters_of(blocks: list[Block]) -> list[list[Block]]:
    """Blocks that share columns, directly or through others; what shares none can stand side by side."""
    found: list[list[Block]] = []
    last = -1
    for one in sorted(blocks, key=lambda block: block.first):
        if found and one.first <= last:
            found[-1].append(one)
        else:
            found.append([one])
        last = max(last, one.last)
    order = {id(one): place for place, one in enumerate(blocks)}
    for cluster in found:
        cluster.sort(key=lambda one: order[id(one)])
    return found


def names_in(blocks: Iterable[Block]) -> Iterable[str]:
    """Every node and passing line in some blocks."""
    for one in blocks:
        if one.children:
            yield from names_in(one.children)
        else:
            yield one.name


def levels_in(blocks: Iterable[Block], above: float = 0.0) -> Iterable[tuple[str, float]]:
    """The height of the middle of every node and passing line in some blocks."""
    for one in blocks:
        if one.children:
            yield from levels_in(one.children, above + one.y)
        else:
            yield one.name, above + one.y + one.height / 2


def extent(cluster: list[Block]) -> float:
    """How high some blocks are together."""
    return max(one.y + one.height for one in cluster) - min(one.y for one in cluster)


def hang(blocks: list[Block]) -> None:
    """Moves some blocks together so that the highest of them starts at the top."""
    top = min((one.y for one in blocks), default=0.0)
    for one in blocks:
        one.y -= top


def _middle(cluster: list[Block]) -> float:
    return min(one.y for one in cluster) + extent(cluster) / 2


def _line(cluster: list[Block]) -> float:
    """What a cluster is aligned by when no line says more: its first card, or the middle of its groups."""
    highest = min(cluster, key=lambda one: one.y)
    if not highest.children:
        return highest.y + highest.height / 2
    return _middle(cluster)


def wishes_of(
    joins: list[Join], where: Mapping[str, int], levels: Mapping[str, float], at: int, placed: set[int]
) -> dict[str, Wish]:
    """For each card of a cluster its weightiest lines' weight, and the mean height of their other ends."""
    found: dict[str, list[Wish]] = {}
    for source, target, weight in joins:
        if where[source] == at and where[target] in placed:
            found.setdefault(source, []).append((weight, levels[target]))
        elif where[target] == at and where[source] in placed:
            found.setdefault(target, []).append((weight, levels[source]))
    wishes: dict[str, Wish] = {}
    for name, heights in found.items():
        heaviest = max(weight for weight, _ in heights)
        kept = [height for weight, height in heights if weight == heaviest]
        wishes[name] = (heaviest, round(sum(kept) / len(kept)))
    return wishes


def drop(cluster: list[Block], levels: Mapping[str, float], wishes: Mapping[str, Wish], first: list[Block]) -> float:
    """How much lower a whole cluster must stand for the mean of its weightiest lines to be straight."""
    if not wishes:
        return round(_line(first) - _line(cluster))
    heaviest = max(weight for weight, _ in wishes.values())
    kept = [height - levels[name] for name, (weight, height) in wishes.items() if weight == heaviest]
    return round(sum(kept) / len(kept))


def level(islands: list[list[Block]]) -> None:
    """Parts that no line joins have the middle of the largest one; what is low stays in line with the top of the first."""
    if len(islands) > 1:
        main = max(islands, key=len)
        for island in islands:
            lower = round(_middle(main) - _middle(island)) if 2 * extent(island) > extent(main) else 0.0
            for block in island:
                block.y += lower


class _Run:
    """Cards that stand as near to each other as may be: each one's wish, its component, and the run's top by its wish."""

    def __init__(self, cards: list[tuple[Wish, str | None, float]]) -> None:
        self.cards = cards
        heaviest = max(weight for (weight, _), _, _ in cards)
        kept = [(height, subject, top) for (weight, height), subject, top in cards if weight == heaviest]
        tops = sorted(top for _, _, top in kept)
        siblings = len({(height, subject) for height, subject, _ in kept}) == 1
        self.top = round(sum(tops) / len(tops)) if siblings else tops[len(tops) // 2]
        """Siblings stand around the place that they want; of others one stands where its line is straight."""


def settle(
    order: list[Block], wishes: list[Wish], subjects: Mapping[str, str], gap: Callable[[Block, Block], float]
) -> None:
    """Sets the cards of a column, in their order, as near as may be to their wishes and a gap from each other."""
    down = [0.0]
    for above, below in pairwise(order):
        down.append(down[-1] + above.height + gap(above, below))
    runs: list[_Run] = []
    for one, wish, below_first in zip(order, wishes, down, strict=True):
        runs.append(_Run([(wish, subjects.get(one.name), wish[1] - one.height / 2 - below_first)]))
        while len(runs) > 1 and runs[-2].top > runs[-1].top:
            runs[-2:] = [_Run(runs[-2].cards + runs[-1].cards)]
    tops = [run.top for run in runs for _ in run.cards]
    for one, top, below_first in zip(order, tops, down, strict=True):
        one.y = top + below_first
