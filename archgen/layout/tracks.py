"""The vertical parts of lines between two columns: one trunk a bundle, in the order with the fewest crossings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from archgen.layout.routing import STRAIGHT, Way

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

    def __init__(self, bundle: str, half: Half = "") -> None:
        self.bundle = bundle
        self.half: Half = half
        self.left: list[float] = []
        self.right: list[float] = []
        self.link = 0.0
        self.track = 0

    @property
    def top(self) -> float:
        """Its upper end."""
        return min(self.left + self.right)

    @property
    def bottom(self) -> float:
        """Its lower end."""
        return max(self.left + self.right)

    @property
    def straight(self) -> bool:
        """Whether it needs no vertical part."""
        return bool(self.left) and bool(self.right) and self.bottom - self.top < STRAIGHT


def trunks(ways: Iterable[Way], columns: Mapping[str, int]) -> dict[int, list[Trunk]]:
    """The trunks of each channel, straight ones included, with their tracks; trunks that share none may share one."""
    found: dict[int, dict[str, Trunk]] = {}
    for way in ways:
        for step in way.steps(columns):
            trunk = found.setdefault(step.channel, {}).setdefault(way.bundle.id, Trunk(way.bundle.id))
            (trunk.right if step.start_right else trunk.left).append(step.start)
            (trunk.right if step.end_right else trunk.left).append(step.end)
    return {channel: _tracked(list(one.values())) for channel, one in found.items()}


def _tracked(found: list[Trunk]) -> list[Trunk]:
    straight = [trunk for trunk in found if trunk.straight]
    turning = _ordered([trunk for trunk in found if not trunk.straight])
    for _ in range(_ROUNDS):
        tangled = _tangled(turning)
        if not tangled:
            break
        heights = turning + straight
        for one in tangled:
            heights += _halves(one, heights)
        turning = _ordered([one for one in heights if one not in tangled and not one.straight])
    for place, trunk in enumerate(turning):
        beside = [one.track + 1 for one in turning[:place] if _meet(one, trunk)]
        trunk.track = max(beside, default=0)
    return turning + straight


def _tangled(order: list[Trunk]) -> list[Trunk]:
    """The trunks to be halved: one of each two that would lie on each other in any order."""
    found: list[Trunk] = []
    for place, one in enumerate(order):
        for other in order[place + 1 :]:
            if one in found or other in found or not _covered(one, other):
                continue
            whole = [trunk for trunk in (one, other) if trunk.left and trunk.right and not trunk.half]
            if whole:
                found.append(min(whole, key=lambda trunk: (len(set(trunk.left + trunk.right)), trunk.top)))
    return found


def _halves(trunk: Trunk, beside: list[Trunk]) -> tuple[Trunk, Trunk]:
    """Two halves that meet at a free height, as near to both ends as there is one."""
    heights = {height for one in beside for height in (*one.left, *one.right)}
    middle = (trunk.left[0] + trunk.right[0]) / 2
    tries = sorted({round(height) + way * NEAR for height in heights for way in (1.25, -1.25)} | {middle})
    free = [height for height in tries if all(abs(height - other) >= NEAR for other in heights)]
    left, right = Trunk(trunk.bundle, "left"), Trunk(trunk.bundle, "right")
    left.link = right.link = min(free, key=lambda height: (abs(height - middle), height))
    left.left, left.right = trunk.left, [left.link]
    right.left, right.right = [left.link], trunk.right
    return left, right


def _meet(one: Trunk, other: Trunk) -> bool:
    return one.top - 2 * NEAR < other.bottom and other.top - 2 * NEAR < one.bottom


def _ordered(found: list[Trunk]) -> list[Trunk]:
    """Neighbours change places while that saves crossings; few enough trunks stand in a channel for that to be good."""
    order = sorted(found, key=lambda trunk: (trunk.top, trunk.bottom))
    for _ in range(_SWEEPS):
        changed = False
        for at in range(len(order) - 1):
            for to in range(at + 1, min(len(order), at + 6)):
                moved = [*order[:at], *order[at + 1 : to + 1], order[at], *order[to + 1 :]]
                if _gain(order[at], order[at + 1 : to + 1]) > 0:
                    order = moved
                    changed = True
                    break
        if not changed:
            break
    return _kept_apart(order)


def _kept_apart(order: list[Trunk]) -> list[Trunk]:
    """The same order, except where one trunk must stand left of another so that their lines do not lie on each other."""
    before = {
        place: {at for at, other in enumerate(order) if at != place and _covered(one, other)}
        for place, one in enumerate(order)
    }
    found: list[Trunk] = []
    while before:
        chosen = next((place for place, waits in before.items() if not waits), next(iter(before)))
        del before[chosen]
        for waits in before.values():
            waits.discard(chosen)
        found.append(order[chosen])
    return found


def _gain(one: Trunk, passed: list[Trunk]) -> int:
    """What is saved when a trunk moves to the right of those that follow it."""
    return sum(_cost(one, other) - _cost(other, one) for other in passed)


def _cost(left: Trunk, right: Trunk) -> int:
    """Crossings between two trunks when the first stands left of the second; lines that would lie on each other cost most."""
    crossed = sum(right.top < height < right.bottom for height in set(left.right))
    crossed += sum(left.top < height < left.bottom for height in set(right.left))
    return crossed + _OVERLAP * _covered(left, right)


def _covered(left: Trunk, right: Trunk) -> int:
    """How many lines would lie on each other when the first trunk stands left of the second."""
    if left.bundle == right.bundle:
        return _SWEEPS if right.half == "left" else 0
    return sum(abs(one - other) < NEAR for one in set(left.right) for other in set(right.left))
