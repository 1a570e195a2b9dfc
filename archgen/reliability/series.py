"""Stretches of a flow in which each replica needs one other and nothing else, so the path along them is fixed.

The path to a cause through a long chain is as long as the chain, and there are as many causes: a search that takes each
replica of each path on its own takes quadratic time.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

from msgspec import Struct

from archgen.reliability.evaluation import Evaluation, single_bits
from archgen.reliability.plan import Plan


class Ahead(Struct, frozen=True):
    """Replicas behind another on a stretch, up to the first that is `down` or to the end; `step` is the last step taken."""

    replicas: list[str]
    step: str
    down: bool


class SeriesStretches:
    """The stretches of a flow, and where on them a replica is down in a state."""

    def __init__(self, evaluation: Evaluation[int]) -> None:
        self._down = evaluation.down
        self._needs = evaluation.plan.structure.needs
        self._stretches = _stretches(evaluation.plan)
        self._places = {
            replica: (stretch, place) for stretch in self._stretches for place, replica in enumerate(stretch[:-1])
        }
        self._causes: dict[int, dict[int, list[int]]] = {}

    def ahead(self, replica: str, bit: int) -> Ahead | None:
        """Return what lies behind a replica in a state; None if it is on no stretch."""
        if replica not in self._places:
            return None
        stretch, place = self._places[replica]
        places = self._down_on(stretch).get(bit.bit_length(), [])
        nearest = bisect_left(places, place + 1)
        down = nearest < len(places)
        last = places[nearest] if down else len(stretch) - 1
        return Ahead(stretch[place + 1 : last + 1], self._needs[stretch[last - 1]][0].step, down)

    def _down_on(self, stretch: list[str]) -> dict[int, list[int]]:
        """Return for each state, by the length of its bit, the places of a stretch that are down in it."""
        if id(stretch) not in self._causes:
            places: dict[int, list[int]] = {}
            for place, replica in enumerate(stretch):
                for bit in single_bits(self._down[replica]):
                    places.setdefault(bit.bit_length(), []).append(place)
            self._causes[id(stretch)] = places
        return self._causes[id(stretch)]


@lru_cache(maxsize=2)
def series(evaluation: Evaluation[int]) -> SeriesStretches:
    """Return the stretches of an evaluation, cached while its states are asked about in turn."""
    return SeriesStretches(evaluation)


def _stretches(plan: Plan) -> list[list[str]]:
    """Return the longest stretches; each ends with a replica that needs something else, or that is on another already."""
    stretches: list[list[str]] = []
    seen: set[str] = set()
    # replicas that depend on each other have no end to go to
    for replica in () if plan.cyclic else reversed(plan.order):
        stretch = [replica]
        while stretch[-1] not in seen and (callee := _only(plan, stretch[-1])) is not None:
            seen.add(stretch[-1])
            stretch.append(callee)
        if len(stretch) > 1:
            stretches.append(stretch)
    return stretches


def _only(plan: Plan, replica: str) -> str | None:
    """Return the replica that another needs; None if it needs anything else too."""
    needs = plan.structure.needs.get(replica, ())
    if len(needs) != 1 or needs[0].places or needs[0].guarded or len(needs[0].candidates) != 1 or needs[0].count != 1:
        return None
    return needs[0].candidates[0]
