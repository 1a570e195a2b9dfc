"""Cut sets of interchangeable elements told as products: any of these with any of those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from archgen.model.subject import Subject

Product = tuple[tuple[Subject, ...], ...]
"""One element of each part, whichever, is a cut set; the parts are disjoint."""

_Set = frozenset[int]
_Links = dict[_Set, set[int]]
"""For all of a cut set but one element, the elements that complete it."""


def products(sets: Iterable[tuple[Subject, ...]]) -> tuple[Product, ...]:
    """The cut sets as products that cover each of them and nothing else, smallest sets first.

    Each is as large as it can be; a cut set may lie in several. Those that fit together with the fewest others choose
    first, which keeps the products few; they are not always the fewest there could be.
    """
    given = tuple(sets)
    elements = list(dict.fromkeys(element for one in given for element in one))
    place = {element: at for at, element in enumerate(elements)}
    masks = [frozenset(place[element] for element in one) for one in given]
    links: _Links = {}
    for one in masks:
        for element in one:
            links.setdefault(one - {element}, set()).add(element)
    fits = [sum(len(links[one - {element}]) for element in one) for one in masks]
    found: list[list[list[int]]] = []
    covered: set[_Set] = set()
    for at in sorted(range(len(masks)), key=lambda at: (len(masks[at]), fits[at], at)):
        if masks[at] not in covered:
            found.append(_grown(sorted(masks[at]), links))
            covered.update(frozenset(one) for one in product(*found[-1]))
    told = sorted(found, key=lambda parts: (len(parts), parts))
    return tuple(tuple(tuple(elements[at] for at in part) for part in parts) for parts in told)


def _grown(start: Sequence[int], links: _Links) -> list[list[int]]:
    """The largest product around a cut set, one part after the other taking all that leaves only cut sets."""
    parts = [[one] for one in start]
    for at in range(len(parts)):
        others = product(*parts[:at], *parts[at + 1 :])
        parts[at] = sorted(set.intersection(*(links[frozenset(rest)] for rest in others)))
    return parts
