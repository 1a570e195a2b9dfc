"""Cut sets of interchangeable elements told as products: any of these with any of those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from archgen.model.subject import Subject

CutProduct = tuple[tuple[Subject, ...], ...]
"""One element of each part, whichever, is a cut set; the parts are disjoint."""

_Set = frozenset[int]
_Links = dict[_Set, set[int]]
"""For all of a cut set but one element, the elements that complete it."""


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
