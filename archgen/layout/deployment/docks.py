"""Heights at which lines meet the sides of cards, such that as many as can be run straight to their next stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from archgen.layout.deployment.cards import SLOT
from archgen.layout.deployment.levels import Levels, Side
from archgen.layout.deployment.routing import STRAIGHT, EdgeRoute

_ROUNDS = 3
_CENTRAL = 0.01
"""What a pixel from the middle of a card costs beside a line that is straight."""

_COVERED = 0.5
"""What a straight line costs whose head is under a badge."""

Dock = tuple[str, Side, str]
"""A side of a card, and the bundle that meets it."""


def straighten(ways: Iterable[EdgeRoute], levels: Levels) -> None:
    """Move the ends of lines along the sides of their cards, in their order, to where the lines are straight."""
    _Docks(list(ways), levels).settle()


class _Docks:
    def __init__(self, ways: list[EdgeRoute], levels: Levels) -> None:
        self._ways = ways
        self._levels = levels
        self._heights: dict[Dock, float] = {}
        self._ahead: dict[Dock, dict[Dock | float, None]] = {}
        for way in ways:
            source: Dock = (way.edge.source, way.sides[0], way.bundle.id)
            target: Dock = (way.edge.target, way.sides[1], way.bundle.id)
            self._heights[source], self._heights[target] = way.start, way.end
            stops: list[Dock | float] = [source, *(height for _, height in way.passes), target]
            self._ahead.setdefault(source, {})[stops[1]] = None
            self._ahead.setdefault(target, {})[stops[-2]] = None
        self._sides: dict[tuple[str, Side], list[Dock]] = {}
        self._wished: dict[tuple[str, Side], list[list[float]]] = {}
        for dock in self._heights:
            self._sides.setdefault(dock[:2], []).append(dock)

    def settle(self) -> None:
        """Settle each side in turn, from the left and back, since each wishes for the heights of the other."""
        order = sorted(self._sides, key=lambda side: (self._levels.columns[side[0]], side[1] == "right"))
        for _ in range(_ROUNDS):
            moved = [self._settle(side) for side in (*order, *reversed(order))]
            if not any(moved):
                break
        for way in self._ways:
            way.start = self._heights[way.edge.source, way.sides[0], way.bundle.id]
            way.end = self._heights[way.edge.target, way.sides[1], way.bundle.id]

    def _settle(self, side: tuple[str, Side]) -> bool:
        """Move the ends of lines at a side; return False if they have no room, or wish for what they did before."""
        low, high, clear = self._levels.docks(*side)
        docks = self._sides[side]
        if high - low < SLOT * (len(docks) - 1):
            return False
        if len(docks) > 1:
            docks = sorted(docks, key=self._heights.__getitem__)
        wishes = [self._wishes(dock) for dock in docks]
        if self._wished.get(side) == wishes:
            return False
        self._wished[side] = wishes
        settled = straightest([self._heights[dock] for dock in docks], wishes, low, high, clear)
        self._heights.update(zip(docks, settled, strict=True))
        return True

    def _wishes(self, dock: Dock) -> list[float]:
        return [ahead if isinstance(ahead, float) else self._heights[ahead] for ahead in self._ahead[dock]]


def straightest(
    heights: Sequence[float], wishes: Sequence[Sequence[float]], low: float, high: float, clear: float
) -> list[float]:
    """Return heights in the same order, a slot apart and within bounds, of which as many as can be are among their wishes.

    Badges cover those beyond the last `clear` height, which only a straight line takes.
    """
    last = len(heights) - 1
    states: list[tuple[int, float, float, int]] = [(-1, low - SLOT, 0.0, -1)]
    for place, wished in enumerate(wishes):
        least, most = low + SLOT * place, high - SLOT * (last - place)
        for wish in wished:
            if not least <= wish <= most:
                continue
            fitting = [
                (worth, number)
                for number, (before, height, worth, _) in enumerate(states)
                if before < place and wish - height >= SLOT * (place - before) - STRAIGHT
            ]
            worth, number = max(fitting)
            worth += 1 - _CENTRAL * abs(wish - (low + high) / 2) / (high - low + 1) - _COVERED * (wish > clear)
            states.append((place, wish, worth, number))
    chosen: dict[int, float] = {}
    number = max(range(len(states)), key=lambda number: states[number][2])
    while number > 0:
        place, wish, _, number = states[number]
        chosen[place] = wish
    seen = max(clear, low + SLOT * last, *chosen.values()) if chosen else max(clear, low + SLOT * last)
    return _between(heights, chosen, low, high if seen > clear else clear)


def _between(heights: Sequence[float], chosen: Mapping[int, float], low: float, high: float) -> list[float]:
    """Return the chosen heights, and the others as near to where they were as those leave them."""
    settled = list(heights)
    for place in range(len(settled)):
        least = settled[place - 1] + SLOT if place else low
        if place in chosen:
            settled[place] = chosen[place]
            continue
        following = next((other for other in range(place + 1, len(settled)) if other in chosen), len(settled))
        bound = chosen.get(following, high + SLOT) - SLOT * (following - place)
        settled[place] = min(max(settled[place], least), bound)
    return settled
