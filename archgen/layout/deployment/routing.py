"""The way of every line over the columns: the side and slot it leaves and enters by, and the lane it passes each column in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from msgspec import Struct

from archgen.layout.deployment.bundles import Bundle
from archgen.layout.deployment.cards import SLOT
from archgen.layout.deployment.columns import calls
from archgen.layout.deployment.levels import Levels, Side
from archgen.views.diagram import Edge

LANE = 12.0
LABELLED = 40.0
STRAIGHT = 0.5
_BEND, _STRANGER, _OWN = 20.0, 15.0, -8.0
_NEAREST = 3
_KEPT = 6


class ChannelStep(Struct, frozen=True):
    """A channel that a line crosses: where it comes in and goes out, and whether that is on the channel's right side.

    Channel n is the room between columns n and n + 1.
    """

    channel: int
    start: float
    start_right: bool
    end: float
    end_right: bool


class EdgeRoute:
    """A line's way: `passes` are (column, height) from source to target; none and `direct` is straight up or down."""

    def __init__(self, edge: Edge, bundle: Bundle, sides: tuple[Side, Side]) -> None:
        self.edge = edge
        self.bundle = bundle
        self.sides = sides
        self.start = 0.0
        self.end = 0.0
        self.passes: list[tuple[int, float]] = []

    @property
    def direct(self) -> bool:
        """True if it stays in its column, straight from card to card."""
        return self.sides[0] in ("top", "bottom")

    def steps(self, columns: Mapping[str, int]) -> Iterator[ChannelStep]:
        """Yield the channels it crosses, in its own order."""
        if self.direct:
            return
        stops = [(columns[self.edge.source], self.start), *self.passes, (columns[self.edge.target], self.end)]
        for (column, height), (following, after) in pairwise(stops):
            yield ChannelStep(min(column, following), height, column > following, after, following > column)


LanePasses = Mapping[str, list[tuple[int, float]]]
"""Where lines pass columns on their way, by the ids of their edges."""


def route_edges(
    bundles: list[Bundle], levels: Levels, passes: LanePasses | None = None, rooms: Mapping[str, float] | None = None
) -> list[EdgeRoute]:
    """Return the ways of all lines, in the order of the bundles; their lanes are those of `passes`, or free ones.

    A line with words runs straight up or down where it has room for them: for each bundle as `rooms` tell.
    """
    upright = _upright(bundles, levels, rooms or {})
    ways = [
        EdgeRoute(edge, bundle, upright.get(bundle.id) or _sides(edge, levels))
        for bundle in bundles
        for edge in bundle.edges
    ]
    if passes is not None:
        for way in ways:
            way.passes = passes[way.edge.id]
        _dock(ways, levels)
        return ways
    _dock(ways, levels)
    lanes = LaneFinder(levels)
    for way in sorted(ways, key=lambda way: (not calls(way.edge), _span(way, levels))):
        way.passes = lanes.passes(way)
    return ways


def _span(way: EdgeRoute, levels: Levels) -> int:
    return abs(levels.columns[way.edge.source] - levels.columns[way.edge.target])


def _sides(edge: Edge, levels: Levels) -> tuple[Side, Side]:
    source, target = levels.columns[edge.source], levels.columns[edge.target]
    if source == target:
        return "right", "right"
    return ("right", "left") if source < target else ("left", "right")


def _upright(bundles: list[Bundle], levels: Levels, rooms: Mapping[str, float]) -> dict[str, tuple[Side, Side]]:
    """Return the bundles that run straight up or down: at most one between two cards, single, and with room for its label."""
    upright: dict[str, tuple[Side, Side]] = {}
    pairs: set[tuple[str, str]] = set()
    for bundle in bundles:
        edge = bundle.first
        if len(bundle.edges) > 1 or levels.columns[edge.source] != levels.columns[edge.target]:
            continue
        down = levels.middle(edge.source) < levels.middle(edge.target)
        pair = (edge.source, edge.target) if down else (edge.target, edge.source)
        room = levels.nodes[pair[1]][0] - sum(levels.nodes[pair[0]])
        worded = bool(bundle.label or edge.badges)
        if pair in pairs or not levels.open_between(*pair) or (worded and room < rooms.get(bundle.id, LABELLED)):
            continue
        pairs.add(pair)
        if worded:
            middle = (levels.nodes[pair[1]][0] + sum(levels.nodes[pair[0]])) / 2
            levels.block(levels.columns[edge.source], middle - SLOT, middle + SLOT)
        upright[bundle.id] = ("bottom", "top") if down else ("top", "bottom")
    return upright


# Slots on the sides of cards


def _dock(ways: list[EdgeRoute], levels: Levels) -> None:
    """Give each bundle a slot of its own on every side of a card that it uses; the straightest has the middle."""
    wishes: dict[tuple[str, Side], dict[str, list[float]]] = {}
    order: dict[str, tuple[bool, int]] = {}
    for place, way in enumerate(ways):
        if way.direct:
            continue
        order.setdefault(way.bundle.id, (not calls(way.edge), place))
        source, target = levels.middle(way.edge.source), levels.middle(way.edge.target)
        after, before = (way.passes[0][1], way.passes[-1][1]) if way.passes else (target, source)
        ends = (way.edge.source, way.sides[0], after - source), (way.edge.target, way.sides[1], before - target)
        for node, side, wish in ends:
            wishes.setdefault((node, side), {}).setdefault(way.bundle.id, []).append(wish)
    slots = {
        (node, side, bundle): slot
        for (node, side), bundle_wishes in wishes.items()
        for bundle, slot in _slots(bundle_wishes, order, levels.nodes[node][1] - SLOT).items()
    }
    for way in ways:
        if not way.direct:
            way.start = levels.middle(way.edge.source) + slots[way.edge.source, way.sides[0], way.bundle.id]
            way.end = levels.middle(way.edge.target) + slots[way.edge.target, way.sides[1], way.bundle.id]
    _straighten([way for way in ways if not way.direct], levels)


def _straighten(ways: list[EdgeRoute], levels: Levels) -> None:
    """Move an end that has a side of a card to itself to the height of its other end, if that is beside the card."""
    met = Counter((node, side) for way in ways for node, side in _ends(way))
    for way in ways:
        source, target = _ends(way)
        if way.passes:
            (_, first), (_, last) = way.passes[0], way.passes[-1]
            way.start = first if met[source] == 1 and _beside(levels, way.edge.source, first) else way.start
            way.end = last if met[target] == 1 and _beside(levels, way.edge.target, last) else way.end
        elif met[target] == 1 and _beside(levels, way.edge.target, way.start):
            way.end = way.start
        elif met[source] == 1 and _beside(levels, way.edge.source, way.end):
            way.start = way.end


def _ends(way: EdgeRoute) -> tuple[tuple[str, Side], tuple[str, Side]]:
    return (way.edge.source, way.sides[0]), (way.edge.target, way.sides[1])


def _beside(levels: Levels, node: str, height: float) -> bool:
    top, tall = levels.nodes[node]
    return top + SLOT / 2 <= height <= top + tall - SLOT / 2


def _slots(wishes: dict[str, list[float]], order: dict[str, tuple[bool, int]], room: float) -> dict[str, float]:
    mean = {bundle: sum(heights) / len(heights) for bundle, heights in wishes.items()}
    ranked = sorted(mean, key=lambda bundle: (round(mean[bundle]), order[bundle]))
    middle = ranked.index(min(ranked, key=lambda bundle: (abs(round(mean[bundle])), order[bundle])))
    reach = max(middle, len(ranked) - 1 - middle) * SLOT
    if reach <= room / 2:
        return {bundle: (place - middle) * SLOT for place, bundle in enumerate(ranked)}
    step = min(SLOT, room // (len(ranked) - 1))
    return {bundle: (place - (len(ranked) - 1) / 2) * step for place, bundle in enumerate(ranked)}


# Lanes past the cards of a column


class LaneFinder:
    """Finds lanes between the cards of the columns that a line passes, and keeps those of different bundles apart."""

    def __init__(self, levels: Levels) -> None:
        self._levels = levels
        self._taken: dict[int, list[tuple[float, str]]] = {}

    def passes(self, way: EdgeRoute) -> list[tuple[int, float]]:
        """Return the cheapest row of lanes, by bends first, then by what it passes through and how far it goes round."""
        source, target = self._levels.columns[way.edge.source], self._levels.columns[way.edge.target]
        step = 1 if source < target else -1
        columns = list(range(source + step, target, step))
        best: list[tuple[float, float, int]] = [(0.0, way.start, -1)]
        rows: list[list[tuple[float, float, int]]] = []
        for column in columns:
            rows.append(best)
            cheapest = sorted(best)[:_KEPT]
            wishes = dict.fromkeys((way.start, way.end, *(height for _, height, _ in cheapest)))
            own = [height for height, bundle in self._lanes(column) if bundle == way.bundle.id]
            heights = self._candidates(column, way, wishes, own)
            best = [self._cheapest(best, height, column, way, own) for height in heights]
        return self._trace(columns, rows, best, way)

    def _cheapest(
        self, before: list[tuple[float, float, int]], height: float, column: int, way: EdgeRoute, own: list[float]
    ) -> tuple[float, float, int]:
        costs = _onward(before, height)
        cost = min(costs)
        place = costs.index(cost)
        cost += _STRANGER * self._levels.strangers(column, height, (way.edge.source, way.edge.target))
        if own and any(abs(lane - height) < STRAIGHT for lane in own):
            cost += _OWN
        return cost, height, place

    def _trace(
        self,
        columns: list[int],
        rows: list[list[tuple[float, float, int]]],
        best: list[tuple[float, float, int]],
        way: EdgeRoute,
    ) -> list[tuple[int, float]]:
        lane: list[tuple[int, float]] = []
        costs = _onward(best, way.end)
        place = costs.index(min(costs))
        for column, row in zip(reversed(columns), reversed(rows), strict=True):
            _, height, before = best[place]
            lane.append((column, height))
            insort(self._taken.setdefault(column, []), (height, way.bundle.id))
            best, place = row, before
        return lane[::-1]

    def _lanes(self, column: int) -> list[tuple[float, str]]:
        return self._taken.get(column, [])

    def _candidates(self, column: int, way: EdgeRoute, wishes: Iterable[float], own: list[float]) -> list[float]:
        heights: dict[float, None] = dict.fromkeys(own)
        ranges, lanes = self._levels.free(column), self._lanes(column)
        # most wishes lead to the ends of the same few ranges
        nearest: dict[tuple[float, float, float], None] = {}
        for wish in wishes:
            for low, high in (*_nearest(ranges, wish), ranges[0], ranges[-1]):
                nearest[low if wish < low else high if wish > high else wish, low, high] = None
        for wish, low, high in nearest:
            height = _clear(lanes, wish, low, high, way.bundle.id)
            if height is not None:
                heights.setdefault(height)
        return list(heights)


def _clear(lanes: list[tuple[float, str]], wish: float, low: float, high: float, bundle: str) -> float | None:
    """Return the height nearest to a wish within a range that is a lane's width from the lanes of other bundles."""
    up, down = _walk(lanes, wish, -LANE, bundle), _walk(lanes, wish, LANE, bundle)
    fine = [height for height in (up, down) if low <= height <= high]
    return (
        min(fine, key=lambda height: (abs(height - wish), height))
        if up != down and len(fine) > 1
        else next(iter(fine), None)
    )


def _walk(lanes: list[tuple[float, str]], wish: float, step: float, bundle: str) -> float:
    """Return the first height from a wish in one direction that is clear of the lanes of other bundles; `lanes` are sorted."""
    place = bisect_left(lanes, (wish - LANE, "")) if step > 0 else bisect_right(lanes, (wish + LANE, "\U0010ffff")) - 1
    height, way = wish, 1 if step > 0 else -1
    while 0 <= place < len(lanes) and (lanes[place][0] - height) * way < LANE:
        taken, other = lanes[place]
        if other != bundle and abs(taken - height) < LANE - 0.01:
            height = taken + step
        place += way
    return height


def _nearest(ranges: list[tuple[float, float]], height: float) -> list[tuple[float, float]]:
    """Return the ranges that a height is in or next to, of sorted ranges that do not touch."""
    place = bisect_left(ranges, (height, height))
    return sorted(
        ranges[max(place - _NEAREST, 0) : place + _NEAREST], key=lambda span: (_distance(span, height), span)
    )[:_NEAREST]


def _distance(span: tuple[float, float], height: float) -> float:
    return max(span[0] - height, height - span[1], 0.0)


def _onward(lanes: Iterable[tuple[float, float, int]], height: float) -> list[float]:
    """Return what it costs to come to a height by each of some lanes of the column before."""
    return [cost + (0.0 if (apart := abs(last - height)) < STRAIGHT else _BEND + apart / 10) for cost, last, _ in lanes]
