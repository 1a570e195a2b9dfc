"""Places of the items of all rows, such that as many links as can be are straight and the others are short.

Which links are straight is decided between two rows at a time: the heaviest set of links that do not cross each other.
What is joined by them is a block, and the blocks stand where the least weighted length is left, by the network simplex
method, as in section 4 of Gansner et al., 1993.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from archgen.layout.layering.ranking import connected_parts
from archgen.layout.layering.rows import OrderedRows
from archgen.layout.layering.simplex import Arc, shortest

WORK = 3_000_000
_PULL = 16
"""How much more a link wants to be short than two neighbors want to stand side by side."""
_BORDER = 1 << 30


class LayerSpacing(Struct, frozen=True):
    """Lengths across the ranks: of each node, and between nodes, lanes and groups.

    `before` and `after` are the rooms between the border of a group and what is in it, `crest` is that of what stands
    on its first border; a group is at least as wide as `least` says. Between two neighbors that a link joins there is
    at least the room of its `words`. What stands out of a node has the room `ahead` of it or `behind` it.
    """

    sizes: Mapping[str, float]
    node: float
    lane: float
    beside: float
    group: float
    before: Mapping[str, float]
    after: Mapping[str, float]
    crest: Mapping[str, float]
    least: Mapping[str, float]
    words: Mapping[tuple[str, str], float] = {}
    ahead: Mapping[str, float] = {}
    behind: Mapping[str, float] = {}


class Positions(Struct, frozen=True):
    """The middle of each item by its number, and the two borders of each group."""

    items: tuple[float, ...]
    groups: dict[str, tuple[float, float]]


def positions(rows: OrderedRows, spacing: LayerSpacing) -> Positions:
    """Return the place of every item and group across the ranks, from 0."""
    return _Straightening(rows, spacing).positions()


class _Straightening:
    """Rows with the borders of the groups in them: numbers above `net.root`, two a group."""

    def __init__(self, rows: OrderedRows, spacing: LayerSpacing) -> None:
        self._net = rows.net
        self._spacing = spacing
        self._names = {number: name for name, number in self._net.groups.items()}
        self._sizes = [0.0] * self._net.count
        self._ahead, self._behind = [0.0] * self._net.count, [0.0] * self._net.count
        for name, number in self._net.nodes.items():
            self._sizes[number] = spacing.sizes[name]
            self._ahead[number], self._behind[number] = spacing.ahead.get(name, 0.0), spacing.behind.get(name, 0.0)
        items = self._net.nodes
        self._words = {
            (items[first], items[second]): room
            for pair, room in spacing.words.items()
            if pair[0] in items and pair[1] in items
            for first, second in (pair, pair[::-1])
        }
        self._rows = [list(self._entries(rows, rank)) for rank in range(rows.height)]
        entries = self._net.root + 1 + 2 * len(self._net.groups)
        self._blocks = list(range(entries))
        for straight in self._straight():
            self._blocks[straight[1]] = self._blocks[straight[0]]

    def _open(self, group: int) -> int:
        return self._net.root + 1 + 2 * (group - self._net.count)

    def _entries(self, rows: OrderedRows, rank: int) -> Iterator[int]:
        """Yield the items of a rank, and the borders around them."""
        waiting = [self._net.root] if rows.children[rank] else []
        while waiting:
            vertex = waiting.pop()
            if vertex < self._net.count or vertex > self._net.root:
                yield vertex
                continue
            inside = rows.ordered(vertex, rank)[::-1]
            if vertex < self._net.root:
                opening = self._open(vertex)
                inside = [opening + 1, *inside, opening]
            waiting += inside

    # Straight links

    def _straight(self) -> Iterator[tuple[int, int]]:
        """Yield the pairs of entries of neighboring rows that stand at one height, from the first row on."""
        for row, following in pairwise(self._rows):
            places = {entry: place for place, entry in enumerate(following)}
            yield from heaviest(list(self._links(row, places)))

    def _links(self, row: Sequence[int], places: Mapping[int, int]) -> Iterator[Choice]:
        for place, entry in enumerate(row):
            if entry > self._net.root:
                if entry in places:
                    yield Choice(place, places[entry], _BORDER, entry, entry)
                continue
            below = sorted(self._net.below[entry], key=lambda other: places[other])
            for number, other in enumerate(below):
                above = self._net.above[other]
                central = _central(number, len(below))
                if len(above) > 1:
                    order = sorted(above, key=row.index) if len(above) < 50 else list(above)
                    central += _central(order.index(entry), len(above))
                yield Choice(place, places[other], self._worth(entry, other) * 16 + central, entry, other)

    def _worth(self, entry: int, other: int) -> int:
        """Return the value of a straight link: the middle of a long one has most."""
        nodes = len(self._net.nodes)
        inner = (entry >= nodes) + (other >= nodes)
        return self._net.below[entry][other] * (2, 3, 6)[inner]

    # Places

    def positions(self) -> Positions:
        """Return the places of all entries; parts that nothing joins start at 0."""
        leaders = sorted({self._blocks[entry] for row in self._rows for entry in row})
        number = {leader: place for place, leader in enumerate(leaders)}
        arcs = list(self._arcs(number))
        count = len(leaders) + sum(1 for arc in arcs if arc.tail >= len(leaders)) // 2
        where = [0] * count
        for part in connected_parts(count, [(arc.tail, arc.head) for arc in arcs]):
            local = {node: place for place, node in enumerate(part)}
            own = [Arc(local[arc.tail], local[arc.head], arc.length, arc.weight) for arc in arcs if arc.tail in local]
            for node, place in zip(part, shortest(len(part), own, WORK), strict=True):
                where[node] = place
        return self._written(lambda entry: float(where[number[self._blocks[entry]]]))

    def _written(self, place) -> Positions:  # type: ignore[no-untyped-def]
        items = [0.0] * self._net.count
        for row in self._rows:
            for entry in row:
                if entry < self._net.root:
                    items[entry] = place(entry)
        tops = [middle - size / 2 for middle, size in zip(items, self._sizes, strict=True)]
        least = min([*tops, *(place(self._open(group)) for group in self._net.groups.values())], default=0.0)
        groups = {
            name: (place(self._open(group)) - least, place(self._open(group) + 1) - least)
            for name, group in self._net.groups.items()
        }
        return Positions(tuple(middle - least for middle in items), groups)

    def _arcs(self, number: Mapping[int, int]) -> Iterator[Arc]:
        """Return the arcs that keep entries apart and those that draw them together."""
        apart: dict[tuple[int, int], int] = {}
        for row in self._rows:
            for entry, following in pairwise(row):
                pair = number[self._blocks[entry]], number[self._blocks[following]]
                apart[pair] = max(apart.get(pair, 0), round(self._apart(entry, following)))
        for name, group in self._net.groups.items():
            opening = self._open(group)
            pair = number[self._blocks[opening]], number[self._blocks[opening + 1]]
            apart[pair] = max(apart.get(pair, 0), round(self._spacing.least.get(name, 0.0)))
        for (tail, head), length in apart.items():
            yield Arc(tail, head, length, 1)
        extra = len(number)
        for item in range(self._net.count):
            for other, weight in self._net.below[item].items():
                ends = number[self._blocks[item]], number[self._blocks[other]]
                if ends[0] != ends[1]:
                    for end in ends:
                        yield Arc(extra, end, 0, _PULL * weight)
                    extra += 1

    def _apart(self, entry: int, following: int) -> float:
        """Return the least distance between the middles of two neighbors in a row."""
        crest = self._spacing.crest if following > self._net.root and self._opens(following) else {}
        return self._between(entry, following) + (crest.get(self._group(following), 0.0) if crest else 0.0)

    def _between(self, entry: int, following: int) -> float:
        root, spacing = self._net.root, self._spacing
        size = sum(self._sizes[item] for item in (entry, following) if item < root) / 2
        out = (self._behind[entry] if entry < root else 0.0) + (self._ahead[following] if following < root else 0.0)
        if entry >= root and self._opens(entry):
            return size + spacing.before[self._group(entry)]
        if following >= root and not self._opens(following):
            return size + max(spacing.after[self._group(following)], out)
        nodes = len(self._net.nodes)
        lanes = [item for item in (entry, following) if nodes <= item < root]
        if len(lanes) == 2:
            return spacing.lane
        if lanes:
            return size + max(spacing.beside, out)
        if max(entry, following) > root:
            return size + max(spacing.group, out)
        return size + max(spacing.node, out, self._words.get((entry, following), 0.0))

    def _opens(self, border: int) -> bool:
        return (border - self._net.root) % 2 == 1

    def _group(self, border: int) -> str:
        return self._names[self._net.count + (border - self._net.root - 1) // 2]


class Choice(Struct, frozen=True, array_like=True):
    """A link between the places of two rows: what it is worth, and the entries that it joins."""

    upper: int
    lower: int
    worth: int
    entry: int
    other: int


def _central(number: int, count: int) -> int:
    """Return from 0 to 4 how near to the middle of some neighbors an item is."""
    return 4 - round(8 * abs(number - (count - 1) / 2) / count) if count > 1 else 4


def heaviest(choices: Sequence[Choice]) -> list[tuple[int, int]]:
    """Return the entries of links that do not cross and share no end, and are worth most together."""
    order = sorted(choices, key=lambda choice: (choice.upper, -choice.lower))
    frontier: list[tuple[int, int, int]] = []
    before: list[int] = []
    for place, choice in enumerate(order):
        slot = bisect_left(frontier, (choice.lower, -1, -1))
        worth, link = (frontier[slot - 1][1], frontier[slot - 1][2]) if slot else (0, -1)
        before.append(link)
        worth += choice.worth
        if slot < len(frontier) and frontier[slot][0] == choice.lower and frontier[slot][1] >= worth:
            continue
        end = slot
        while end < len(frontier) and frontier[end][1] <= worth:
            end += 1
        frontier[slot:end] = [(choice.lower, worth, place)]
    chosen: list[tuple[int, int]] = []
    place = frontier[-1][2] if frontier else -1
    while place >= 0:
        chosen.append((order[place].entry, order[place].other))
        place = before[place]
    return chosen[::-1]
