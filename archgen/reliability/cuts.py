"""Minimal cut sets of a flow up to a bounded order, from truncated families of failing sets.

Each value is the family of the smallest sets of elements whose loss makes a thing fail (MOCUS turned bottom-up;
NUREG-0492, ch. VII). Larger sets are dropped on the way, which loses nothing below the bound because joining sets
never makes one smaller.

Cut sets of interchangeable elements are told as products: any of these with any of those.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import product

from msgspec import Struct

from archgen.model.subject import Subject
from archgen.reliability.evaluation import Evaluation, places
from archgen.reliability.failure import single_failures
from archgen.reliability.plan import Plan

FAMILY_LIMIT = 20_000
"""Sets that one family may hold before the search is cut short."""

WORK_LIMIT = 200_000
"""Sets that a search may look at before it is given up for one of a lower order."""


CutProduct = tuple[tuple[Subject, ...], ...]
"""One element of each part, whichever, is a cut set; the parts are disjoint."""

_Set = frozenset[int]
_Links = dict[_Set, set[int]]
"""For all of a cut set but one element, the elements that complete it."""


class CutSets(Struct, frozen=True):
    """The minimal cut sets of a flow, smallest first; `truncated` if there may be more of up to `order` elements.

    Larger cut sets than `order` may always exist; they are not looked for.
    """

    sets: tuple[tuple[Subject, ...], ...]
    order: int
    truncated: bool


class _Exhausted(Exception):
    """The search would take too long."""


class Families:
    """An algebra of sets of elements as bit masks: at most `order` elements each, none containing another."""

    def __init__(
        self, elements: Sequence[Subject], order: int, gone: Collection[Subject] = (), settling: bool = False
    ) -> None:
        self.never: frozenset[int] = frozenset()
        self.always = frozenset({0})
        self.truncated = False
        self._work = 0
        self._settling = settling
        self._order = order
        self._mask = {element: 1 << place for place, element in enumerate(elements)}
        # what is gone already needs no failure
        self._mask.update(dict.fromkeys(gone, 0))

    def element(self, subject: Subject) -> frozenset[int]:
        """Return the element alone; one that is not among the elements never fails."""
        mask = self._mask.get(subject)
        return self.never if mask is None else frozenset({mask})

    def any_of(self, values: Iterable[frozenset[int]]) -> frozenset[int]:
        """Return the smallest sets of all families."""
        return self._minimal({cut for family in values for cut in family})

    def at_least(self, count: int, values: Sequence[frozenset[int]]) -> frozenset[int]:
        """Return every union of a set of each of `count` families."""
        reached = [self.always] + [self.never] * count
        for family in values:
            for level in range(count, 0, -1):
                if reached[level - 1]:
                    reached[level] = self.any_of((reached[level], self._both(reached[level - 1], family)))
        return reached[count]

    def _both(self, first_family: frozenset[int], second_family: frozenset[int]) -> frozenset[int]:
        if len(first_family) * len(second_family) > FAMILY_LIMIT * 20:
            self._cut_short()
            return self.never
        return frozenset(first | second for first in first_family for second in second_family)

    def _cut_short(self) -> None:
        # replicas that depend on each other are walked until nothing changes, which a family that lost sets need not do
        if self._settling:
            raise _Exhausted
        self.truncated = True

    def _minimal(self, sets: set[int]) -> frozenset[int]:
        self._work += len(sets)
        if self._work > WORK_LIMIT:
            raise _Exhausted
        minimal: set[int] = set()
        for mask in sorted(sets, key=lambda each: (each.bit_count(), each)):
            if mask.bit_count() > self._order:
                break
            if len(minimal) >= FAMILY_LIMIT:
                self._cut_short()
                break
            if not _contains_any(mask, minimal):
                minimal.add(mask)
        return frozenset(minimal)


def _contains_any(mask: int, family: set[int]) -> bool:
    """Return True if a proper subset of the mask, such as the empty set, is in the family; tries all, as masks have few bits."""
    subset = mask
    while subset:
        subset = (subset - 1) & mask
        if subset in family:
            return True
    return False


def cut_sets(plan: Plan, order: int = 2, gone: Collection[Subject] = ()) -> CutSets:
    """Return the minimal cut sets of a flow of up to `order` elements; none if it fails with nothing failed.

    `gone` are elements that are out already, as in maintenance: the sets are what breaks the flow besides.
    """
    failing = single_failures(plan, gone).flow
    if failing & 1:
        return CutSets((), order, False)
    points = dict.fromkeys(element for place, element in enumerate(plan.elements, 1) if failing >> place & 1)
    sets, truncated = _larger(plan, order, gone, points)
    place = {element: number for number, element in enumerate(plan.elements)}
    ordered = sorted([*((cut,) for cut in points), *sets], key=lambda cut: (len(cut), [place[each] for each in cut]))
    return CutSets(tuple(ordered), order, truncated)


def _larger(
    plan: Plan, order: int, gone: Collection[Subject], points: Collection[Subject]
) -> tuple[list[tuple[Subject, ...]], bool]:
    """Return the minimal cut sets of two elements and more, and whether there may be others.

    A search that takes too long is followed by one of a lower order, whose result is complete as far as it goes. A
    larger minimal set has no single point in it, so these count as what never fails.
    """
    elements = [element for element in plan.elements if element not in points]
    for lower in range(order, 1, -1):
        families = Families(elements, lower, gone, plan.cyclic)
        try:
            family = Evaluation(plan, families).flow
        except _Exhausted:
            continue
        sets = [tuple(elements[place] for place in places(mask)) for mask in family]
        return sets, families.truncated or lower < order
    return [], order > 1


def products(sets: Iterable[tuple[Subject, ...]]) -> tuple[CutProduct, ...]:
    """Return the cut sets as products that cover each of them and nothing else, smallest sets first.

    Each is as large as it can be; a cut set may lie in several. Those that fit together with the fewest others choose
    first, which keeps the products few; they are not always the fewest there could be.
    """
    cuts = tuple(sets)
    elements = list(dict.fromkeys(element for cut in cuts for element in cut))
    place = {element: number for number, element in enumerate(elements)}
    masks = [frozenset(place[element] for element in cut) for cut in cuts]
    links: _Links = {}
    for mask in masks:
        for element in mask:
            links.setdefault(mask - {element}, set()).add(element)
    fits = [sum(len(links[mask - {element}]) for element in mask) for mask in masks]
    grown: list[list[list[int]]] = []
    covered: set[_Set] = set()
    for number in sorted(range(len(masks)), key=lambda number: (len(masks[number]), fits[number], number)):
        if masks[number] not in covered:
            grown.append(_grown(sorted(masks[number]), links))
            covered.update(frozenset(combination) for combination in product(*grown[-1]))
    ordered = sorted(grown, key=lambda parts: (len(parts), parts))
    return tuple(tuple(tuple(elements[element] for element in part) for part in parts) for parts in ordered)


def _grown(start: Sequence[int], links: _Links) -> list[list[int]]:
    """Return the largest product around a cut set, one part after the other taking all that leaves only cut sets."""
    parts = [[element] for element in start]
    for number in range(len(parts)):
        others = product(*parts[:number], *parts[number + 1 :])
        parts[number] = sorted(set.intersection(*(links[frozenset(rest)] for rest in others)))
    return parts
