"""The order of the items of each rank, such that few links cross and groups keep together.

Barycenter sweeps over the tree of groups find an order, and sifting betters it: what stands in a group changes places
with what stands beside it in the group, over all ranks at once. Two groups therefore have the same order in every rank.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from random import Random

from archgen.layout.layering.net import Net
from archgen.layout.layering.rows import OrderedRows
from archgen.layout.layering.sifting import Sifting

SWEEPS = 24
PATIENCE = 6
"""Sweeps without a better order after which the next will find none."""

LARGE = 600
"""A net of at most so many items whose links cross is swept from more orders: a single one leads to bad ends."""

STARTS, KEPT = 10, 4
"""Further orders to sweep from, and how many of the best are sifted."""

TANGLE_STARTS, TANGLE_KEPT = 3, 1
"""The same for a tangle of long links, which nobody follows: more starts spare as many crossings there as they add bends,
and take four times as long."""

REMEMBERED = 64
"""Nets whose orders are remembered: a diagram is laid out by several measures, and its net is often the same."""

_Order = tuple[int, Sequence[float]]
"""Crossings, and the numbers of all vertices that lead to them."""


def ordered(net: Net) -> OrderedRows:
    """Return the items of each rank in the order with the fewest crossings that is found."""
    rows = OrderedRows(net)
    rows.take(best_numbers(_Structure(rows)))
    return rows


def untangled(net: Net) -> float:
    """Return the part of the crossings that sweeps from the first order spare: little where lines cross in every order."""
    rows = OrderedRows(net)
    crossed = rows.crossings()
    return 1.0 - _swept(rows, rows.keys)[0] / crossed if crossed else 0.0


class _Structure:
    """A net by what decides its order, so that nets of other names and measures are equal to it."""

    def __init__(self, rows: OrderedRows) -> None:
        net = rows.net
        self.rows = rows
        self._parts = (
            len(net.nodes),
            net.root,
            tuple(net.ranks),
            tuple(net.parents),
            *(tuple(map(tuple, near)) for near in (net.above, net.below, net.beside)),
        )

    def __hash__(self) -> int:
        return hash(self._parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Structure) and self._parts == other._parts


@lru_cache(maxsize=REMEMBERED)
def best_numbers(structure: _Structure) -> tuple[float, ...]:
    """Return the numbers of the order with the fewest crossings that is found."""
    rows, first = structure.rows, tuple(structure.rows.keys)
    least, numbers = _best(rows, (first, [-key for key in first]), 1)
    if least and rows.net.count <= LARGE:
        starts, kept = (TANGLE_STARTS, TANGLE_KEPT) if _is_tangle(rows.net, least) else (STARTS, KEPT)
        further, others = _best(rows, _shuffled(len(first), starts), kept)
        numbers = others if further < least else numbers
    return tuple(numbers)


def _is_tangle(net: Net, crossed: int) -> bool:
    """Return True if links cross more often than there are items, most of which are lanes."""
    return crossed > net.count > 2 * len(net.nodes)


def _best(rows: OrderedRows, starts: Iterable[Sequence[float]], count: int) -> _Order:
    """Return the best order from some starts, of which so many are sifted; none is better than one without crossings."""
    swept = sorted(_until_none(_swept(rows, start) for start in starts), key=_crossings)
    return min(_until_none(_sifted(rows, keys) for _, keys in swept[:count]), key=_crossings)


def _crossings(order: _Order) -> int:
    return order[0]


def _until_none(orders: Iterable[_Order]) -> Iterator[_Order]:
    """Yield orders up to the first without crossings."""
    for order in orders:
        yield order
        if not order[0]:
            break


def _shuffled(count: int, starts: int) -> Iterator[list[float]]:
    """Yield some orders that have nothing to do with the first, the same in every run."""
    shuffle = Random(count)
    for _ in range(starts):
        keys = [float(key) for key in range(count)]
        shuffle.shuffle(keys)
        yield keys


def _sifted(rows: OrderedRows, keys: Sequence[float]) -> _Order:
    rows.take(keys)
    Sifting(rows).run()
    return rows.crossings(), list(rows.keys)


def _swept(rows: OrderedRows, start: Sequence[float]) -> _Order:
    """Return the best order of some sweeps down and up from a start."""
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
        rows.sort(rank, down, turn)
