"""The vertical parts of lines between two columns: one trunk a bundle, in the order with the fewest crossings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archgen.layout.routing import STRAIGHT, Way

NEAR = 8.0
_OVERLAP = 50
_SWEEPS = 12


class Trunk:
    """The heights at which a bundle meets the two sides of a channel; `track` counts from the left."""

    def __init__(self, bundle: str) -> None:
        self.bundle = bundle
        self.left: list[float] = []
        self.right: list[float] = []
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
    turning = _ordered([trunk for trunk in found if not trunk.straight])
    for place, trunk in enumerate(turning):
        beside = [one.track + 1 for one in turning[:place] if _meet(one, trunk)]
        trunk.track = max(beside, default=0)
    return turning + [trunk for trunk in found if trunk.straight]


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
    return order


def _gain(one: Trunk, passed: list[Trunk]) -> int:
    """What is saved when a trunk moves to the right of those that follow it."""
    return sum(_cost(one, other) - _cost(other, one) for other in passed)


def _cost(left: Trunk, right: Trunk) -> int:
    """Crossings between two trunks when the first stands left of the second; lines that would lie on each other cost most."""
    crossed = sum(right.top < height < right.bottom for height in set(left.right))
    crossed += sum(left.top < height < left.bottom for height in set(right.left))
    covered = sum(abs(one - other) < NEAR for one in set(left.right) for other in set(right.left))
    return crossed + _OVERLAP * covered
