"""The vertical parts of lines between two columns: one trunk a bundle, in the order with the fewest crossings."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping
from typing import Literal

from archgen.layout.deployment.routing import STRAIGHT, EdgeRoute

Half = Literal["", "left", "right"]
HALVES: tuple[Half, Half] = ("left", "right")
NEAR = 8.0
_OVERLAP = 50
_SWEEPS = 12
_ROUNDS = 8


class Trunk:
    """The heights at which a bundle meets the two sides of a channel; `track` counts from the left.

    Where two bundles change places at the same heights one of them needs two upright parts: its left `half` and its
    right one, which meet at the height `link`.
    """

    def __init__(self, bundle: str, left: Iterable[float], right: Iterable[float], half: Half = "") -> None:
        self.bundle = bundle
        self.half: Half = half
        self.left = sorted(set(left))
        self.right = sorted(set(right))
        self.link = 0.0
        self.track = 0
        self.top = min(self.left[:1] + self.right[:1])
        """Its upper end."""
        self.bottom = max(self.left[-1:] + self.right[-1:])
        """Its lower end."""

    @property
    def straight(self) -> bool:
        """True if it needs no vertical part."""
        return bool(self.left) and bool(self.right) and self.bottom - self.top < STRAIGHT

    @property
    def rises(self) -> bool:
        """True if it leads up from left to right."""
        return bool(self.left) and bool(self.right) and _middle(self.right) < _middle(self.left)


def _middle(heights: list[float]) -> float:
    return sum(heights) / len(heights)


def trunks(ways: Iterable[EdgeRoute], columns: Mapping[str, int]) -> dict[int, list[Trunk]]:
    """Return the trunks of each channel, straight ones included, with their tracks; trunks that share none may share one."""
    heights_of: dict[int, dict[str, tuple[list[float], list[float]]]] = {}
    for way in ways:
        for step in way.steps(columns):
            left, right = heights_of.setdefault(step.channel, {}).setdefault(way.bundle.id, ([], []))
            (right if step.start_right else left).append(step.start)
            (right if step.end_right else left).append(step.end)
    return {
        channel: _tracked([Trunk(bundle, *heights) for bundle, heights in heights_by_bundle.items()])
        for channel, heights_by_bundle in heights_of.items()
    }


def _tracked(trunks: list[Trunk]) -> list[Trunk]:
    straight = [trunk for trunk in trunks if trunk.straight]
    turning = _ordered([trunk for trunk in trunks if not trunk.straight])
    for _ in range(_ROUNDS):
        tangled = _tangled(turning)
        if not tangled:
            break
        heights = sorted({height for trunk in turning + straight for height in (*trunk.left, *trunk.right)})
        halves = [half for trunk in tangled for half in _halves(trunk, heights)]
        halved = set(map(id, tangled))
        turning = _ordered([trunk for trunk in turning + halves if id(trunk) not in halved and not trunk.straight])
    _assign(turning)
    return turning + straight


def _assign(turning: list[Trunk]) -> None:
    """Assign the leftmost track right of all trunks before it that a trunk meets; a skyline keeps the last at each height."""
    if not turning:
        return
    starts, tracks = [-1e9], [-1]
    for trunk in turning:
        top, bottom = trunk.top - NEAR, trunk.bottom + NEAR
        first, last = bisect_right(starts, top) - 1, bisect_left(starts, bottom)
        trunk.track = max(tracks[first:last]) + 1
        begins = first if starts[first] == top else first + 1
        after = tracks[last - 1]
        starts[begins:last] = [top, bottom]
        tracks[begins:last] = [trunk.track, after]
        if begins + 2 < len(starts) and starts[begins + 2] == bottom:
            del starts[begins + 1], tracks[begins + 1]


def _tangled(order: list[Trunk]) -> list[Trunk]:
    """Return the trunks to be halved: one of each two that would lie on each other in any order."""
    tangled: dict[int, Trunk] = {}
    for place, others in enumerate(_coverings(order)):
        trunk = order[place]
        for follower in sorted(others):
            other = order[follower]
            if follower < place or id(trunk) in tangled or id(other) in tangled:
                continue
            breakable = [each for each in (trunk, other) if each.left and each.right and not each.half]
            if breakable:
                least = min(breakable, key=lambda each: (len(each.left) + len(each.right), each.top))
                tangled[id(least)] = least
    return list(tangled.values())


def _halves(trunk: Trunk, heights: list[float]) -> tuple[Trunk, Trunk]:
    """Return two halves that meet at a free height, as near to the middle as there is one; `heights` are sorted and gain it."""
    link = _free(heights, (trunk.left[0] + trunk.right[0]) / 2)
    insort(heights, link)
    halves = Trunk(trunk.bundle, trunk.left, [link], "left"), Trunk(trunk.bundle, [link], trunk.right, "right")
    for half in halves:
        half.link = link
    return halves


def _free(heights: list[float], middle: float) -> float:
    """Return the height nearest to a middle that is apart from all of some sorted heights."""
    start = bisect_left(heights, middle)
    reach = 4
    while True:
        near = heights[max(start - reach, 0) : start + reach]
        tries = [round(height) + way * NEAR for height in near for way in (1.25, -1.25)]
        free = [height for height in (middle, *tries) if _is_free(heights, height)]
        if free:
            return min(free, key=lambda height: (abs(height - middle), height))
        if len(near) == len(heights):
            return middle
        reach *= 2


def _is_free(heights: list[float], height: float) -> bool:
    start = bisect_left(heights, height)
    return all(abs(height - other) >= NEAR for other in heights[max(start - 1, 0) : start + 1])


def _ordered(trunks: list[Trunk]) -> list[Trunk]:
    """Let neighbors change places while that saves crossings.

    They start as a fan has none: those that lead up from the highest, those that lead down from the lowest.
    """
    order = sorted(trunks, key=lambda trunk: (trunk.top, trunk.bottom) if trunk.rises else (-trunk.bottom, -trunk.top))
    costs: dict[tuple[int, int], int] = {}
    for _ in range(_SWEEPS):
        changed = False
        for place in range(len(order) - 1):
            gain = 0
            for to in range(place + 1, min(len(order), place + 6)):
                gain += _gain(order[place], order[to], costs)
                if gain > 0:
                    order.insert(to, order.pop(place))
                    changed = True
                    break
        if not changed:
            break
    return _kept_apart(order)


def _kept_apart(order: list[Trunk]) -> list[Trunk]:
    """Return the same order, except where one trunk must stand left of another so that their lines do not lie on each other."""
    waits = _coverings(order)
    behind: list[list[int]] = [[] for _ in order]
    for place, others in enumerate(waits):
        for follower in others:
            behind[follower].append(place)
    ready = [place for place, others in enumerate(waits) if not others]
    left = dict.fromkeys(range(len(order)))
    ordered: list[Trunk] = []
    while left:
        chosen = ready.pop(0) if ready else next(iter(left))
        if chosen not in left:
            continue
        del left[chosen]
        for place in behind[chosen]:
            waits[place].discard(chosen)
            if not waits[place] and place in left:
                insort(ready, place)
        ordered.append(order[chosen])
    return ordered


def _coverings(order: list[Trunk]) -> list[set[int]]:
    """Return for each trunk the places of those that it would lie on, standing left of them."""
    ends = sorted((height, place) for place, trunk in enumerate(order) for height in trunk.left)
    heights = [height for height, _ in ends]
    first_halves = {trunk.bundle: place for place, trunk in enumerate(order) if trunk.half == "left"}
    coverings: list[set[int]] = []
    for trunk in order:
        near: set[int] = set()
        for height in trunk.right:
            low, high = bisect_right(heights, height - NEAR), bisect_left(heights, height + NEAR)
            near.update(other for _, other in ends[low:high] if order[other].bundle != trunk.bundle)
        if trunk.half == "right" and trunk.bundle in first_halves:
            near.add(first_halves[trunk.bundle])
        coverings.append(near)
    return coverings


def _gain(trunk: Trunk, passed: Trunk, costs: dict[tuple[int, int], int]) -> int:
    """Return what is saved when a trunk moves to the right of one that follows it."""
    if trunk.bottom <= passed.top - NEAR or passed.bottom <= trunk.top - NEAR:
        return 0
    key = (id(trunk), id(passed))
    if key not in costs:
        costs[key] = _cost(trunk, passed) - _cost(passed, trunk)
        costs[key[::-1]] = -costs[key]
    return costs[key]


def _cost(left: Trunk, right: Trunk) -> int:
    """Return crossings between two trunks when the first stands left of the second; lines that would lie on each other cost most."""
    crossed = _between(left.right, right.top, right.bottom) + _between(right.left, left.top, left.bottom)
    return crossed + _OVERLAP * _covered(left, right)


def _between(heights: list[float], top: float, bottom: float) -> int:
    return max(bisect_left(heights, bottom) - bisect_right(heights, top), 0)


def _covered(left: Trunk, right: Trunk) -> int:
    """Count the lines that would lie on each other if the first trunk were left of the second."""
    if left.bundle == right.bundle:
        return _SWEEPS if right.half == "left" else 0
    return sum(
        bisect_left(right.left, height + NEAR) - bisect_right(right.left, height - NEAR) for height in left.right
    )
