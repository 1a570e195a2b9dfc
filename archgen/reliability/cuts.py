"""Minimal cut sets of a flow up to a bounded order, from truncated families of failing sets.

Each replica carries the family of the smallest sets of elements whose loss stops it: its own element, its host, its
zones, and what stops each of its needs (MOCUS turned bottom-up; NUREG-0492, ch. VII). Larger sets are dropped on the
way, which loses nothing below the bound because joining sets never makes one smaller.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from archgen.finding import Subject
from archgen.reliability.failure import Sweep
from archgen.reliability.structure import Need

FAMILY_LIMIT = 20_000
"""Sets that one family may hold before the search is cut short."""


class CutSets(Struct, frozen=True):
    """The minimal cut sets of a flow, smallest first; `truncated` if there may be more of up to `order` elements.

    Larger cut sets than `order` may always exist; they are not looked for.
    """

    sets: tuple[tuple[Subject, ...], ...]
    order: int
    truncated: bool


class Family:
    """Sets of elements as bit masks, at most `order` elements each, none containing another."""

    def __init__(self, order: int) -> None:
        self.order = order
        self.truncated = False

    def minimal(self, sets: Iterable[int]) -> frozenset[int]:
        """The sets that contain no other of them, largest dropped first where there are too many."""
        kept: set[int] = set()
        for one in sorted(set(sets), key=lambda mask: (mask.bit_count(), mask)):
            if one.bit_count() > self.order:
                break
            if len(kept) >= FAMILY_LIMIT:
                self.truncated = True
                break
            if not _contains_any(one, kept):
                kept.add(one)
        return frozenset(kept)

    def both(self, one: frozenset[int], other: frozenset[int]) -> frozenset[int]:
        """What stops both: every union of a set of each."""
        if len(one) * len(other) > FAMILY_LIMIT * 20:
            self.truncated = True
            return frozenset()
        return self.minimal(first | second for first in one for second in other)

    def at_least(self, count: int, families: Iterable[frozenset[int]]) -> frozenset[int]:
        """What stops at least `count` of them."""
        reached: list[frozenset[int]] = [frozenset({0})] + [frozenset()] * count
        for family in families:
            for level in range(count, 0, -1):
                if reached[level - 1]:
                    reached[level] = self.minimal(reached[level] | self.both(reached[level - 1], family))
        return reached[count]


def _contains_any(mask: int, kept: set[int]) -> bool:
    """Whether a proper subset of the mask, or the empty set, is kept; masks have few bits."""
    subset = (mask - 1) & mask
    while True:
        if subset in kept:
            return True
        if subset == 0:
            return False
        subset = (subset - 1) & mask


class CutSearch:
    """The families of one flow, callees before callers, repeated only where replicas depend on each other."""

    def __init__(self, sweep: Sweep, order: int) -> None:
        self.sweep = sweep
        self.family = Family(order)
        self.place = {element: 1 << number for number, element in enumerate(sweep.elements)}
        self.failing = {one.id: self._down(one.id) for one in sweep.structure.replicas}
        while self._pass() and sweep.cyclic:
            pass

    def flow(self) -> frozenset[int]:
        """What stops any initiator."""
        found: frozenset[int] = frozenset()
        for initiator in self.sweep.structure.initiators:
            found = self.family.minimal(found | self.component(initiator.component))
        return found

    def component(self, component: str) -> frozenset[int]:
        """What stops every replica of a component."""
        members = self.sweep.members[component]
        return self.family.at_least(len(members), (self.failing[one] for one in members))

    def _down(self, replica: str) -> frozenset[int]:
        states = self.family.minimal(self._up(replica))
        quorum = self.sweep.structure.quorums.get(self.sweep.replicas[replica].component)
        if quorum is None:
            return states
        count, members = quorum
        own = [self.family.minimal(self._up(one)) for one in members]
        if count > len(members):
            return frozenset({0})
        return self.family.minimal(states | self.family.at_least(len(members) - count + 1, own))

    def _up(self, replica: str) -> Iterable[int]:
        one = self.sweep.replicas[replica]
        if one.component in self.sweep.structure.clients:
            return ()
        found = {self.place[Subject("replica", replica)]}
        homes = [
            frozenset(
                [self.place[Subject("host", host)]]
                + [self.place[Subject("zone", zone)] for zone in self.sweep.index.zones_around(host)]
            )
            for host in one.hosts
        ]
        if homes:
            found |= self.family.at_least(len(homes), homes)
        return found

    def _pass(self) -> bool:
        known: dict[int, frozenset[int]] = {}
        changed = False
        for replica in self.sweep.order:
            before = after = self.failing[replica]
            for need in self.sweep.structure.needs.get(replica, ()):
                if id(need) not in known:
                    known[id(need)] = self._need(need)
                after = after | known[id(need)]
            after = self.family.minimal(after)
            if after != before:
                self.failing[replica] = after
                changed = True
        return changed

    def _need(self, need: Need) -> frozenset[int]:
        families = [self.failing[one] for one in need.candidates]
        for standby in need.standbys:
            asleep = self.component(standby.promoter) if standby.promoter is not None else frozenset()
            families.append(self.family.minimal(self.failing[standby.replica] | asleep))
        if need.count > len(families):
            return frozenset({0})
        return self.family.at_least(len(families) - need.count + 1, families)


def cut_sets(sweep: Sweep, order: int = 2) -> CutSets:
    """The minimal cut sets of a flow of up to `order` elements; none where the flow is impossible."""
    if sweep.flow & 1:
        return CutSets((), order, False)
    search = CutSearch(sweep, order)
    found = sorted(search.flow(), key=lambda mask: (mask.bit_count(), _places(mask)))
    elements = sweep.elements
    sets = tuple(tuple(elements[place] for place in _places(mask)) for mask in found)
    return CutSets(sets, order, search.family.truncated)


def _places(mask: int) -> list[int]:
    return [place for place in range(mask.bit_length()) if mask >> place & 1]
