"""Certain bounds on a flow's availability where its decision diagram would grow too large.

What ties a flow's parts together, so that no diagram of it stays small, are mostly the zones around several hosts; and of
these few are lost at once. So the diagram is made for each of the likeliest states of the zones, in which it is small,
and what the other states weigh is the width of the bounds: in the best case the flow survives all of them, in the
worst none (Li and Silvester, Performance Analysis of Networks with Unreliable Components, IEEE Transactions on
Communications, 1984).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, combinations
from math import prod

from archgen.model.subject import Subject
from archgen.reliability.bdd import ALWAYS, Bdd, BudgetExceeded
from archgen.reliability.evaluation import Evaluation, Plan

Variables = Sequence[tuple[Subject, ...]]

NODES = 50_000
"""Nodes of the diagrams of all states together, which share what they have in common."""

STATES = 20_000
"""States that are looked at, times the flow's elements: about a quarter of a second."""


def all_up(elements: Sequence[Subject], up: Mapping[Subject, float]) -> float:
    """Return the chance that all of some elements are up, which fail independently."""
    return prod([up[element] for element in elements])


class _Conditioned(Bdd):
    """Diagrams in a state in which some elements have failed for certain."""

    gone: frozenset[Subject] = frozenset()

    def element(self, subject: Subject) -> int:
        """Return the function that is true if the element has failed: always, for one that is gone."""
        return ALWAYS if subject in self.gone else super().element(subject)


class Expansion:
    """A flow in the states of the zones in which none, one or two groups of them are lost, as many as were made."""

    def __init__(self, plan: Plan, variables: Variables, states: int = STATES) -> None:
        zones = [parts for parts in variables if all(element.kind == "zone" for element in parts)]
        self._zones = zones
        self._inner = [parts for parts in variables if parts not in zones]
        self._diagram = _Conditioned(self._inner, NODES)
        self._roots: dict[tuple[int, ...], int] = {}
        places = range(len(zones))
        # without zones the one state would be the diagram that grew too large
        likeliest = chain([()], ((place,) for place in places), combinations(places, 2)) if zones else ()
        for state, _ in zip(likeliest, range(states // max(1, len(plan.elements))), strict=False):
            self._diagram.gone = frozenset(zone for place in state for zone in zones[place])
            try:
                self._roots[state] = Evaluation(plan, self._diagram).flow
            except BudgetExceeded:
                break

    def bounds(self, up: Mapping[Subject, float]) -> tuple[float, float]:
        """Return the least and the most that the chance of the flow to succeed can be, what the variables leave out being up."""
        lost = [1.0 - all_up(parts, up) for parts in self._zones]
        chances = [1.0 - all_up(parts, up) for parts in self._inner]
        weight, low = 0.0, 0.0
        for state, root in self._roots.items():
            own = 1.0
            for place, chance in enumerate(lost):
                own *= chance if place in state else 1.0 - chance
            weight += own
            low += own * (1.0 - self._diagram.probability(root, chances))
        return low, min(1.0, low + max(0.0, 1.0 - weight))
