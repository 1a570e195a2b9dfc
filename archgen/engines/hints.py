"""Hints of a model for the places of cards, kept where they cost a reader no tangle of lines."""

from __future__ import annotations

from msgspec.structs import replace

from archgen.engines.best import best, best_turned
from archgen.engines.score import score
from archgen.views.diagram import Diagram

_TIMES, _MORE = 2, 3
"""A view that hints of the deployment reach may have twice as many crossings for them, or three more."""


def without_costly_hints(diagram: Diagram) -> Diagram:
    """Return a view without the places that a model asks for, where its lines cross much more often for them.

    Who writes a hint sees the deployment; other views show other cards beside those that the hint names.
    """
    if not diagram.asks_for_places:
        return diagram
    free = replace(diagram, rank=(), near=())
    asked, least = least_crossings(diagram), least_crossings(free)
    return free if asked > max(_TIMES * least, least + _MORE) else diagram


def least_crossings(diagram: Diagram) -> int:
    """Return the crossings of a diagram in the direction that has fewer of them, of those that it may be read in."""
    nameless = replace(diagram, id="", title="", alt="")
    ways = {"left-right": (best,), "top-down": (best_turned,)}.get(diagram.direction or "", (best, best_turned))
    return min(score(way(nameless)).crossings for way in ways)
