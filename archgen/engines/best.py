"""The default engine: the domain's columns or rows, unless layers of calls are much better by their score."""

from __future__ import annotations

from functools import lru_cache

from archgen.engines.choice import EngineChoice, MeasuredEngine
from archgen.engines.score import cost, crossings_of
from archgen.layout.deployment.arrangement import domain
from archgen.layout.deployment.layered import layered, promise
from archgen.layout.deployment.turned import by_calls, by_roles, has_rows_of_calls
from archgen.layout.measures import Measures
from archgen.layout.placed import Placed
from archgen.views.diagram import Diagram

LARGEST = 80
"""Up to so many nodes and twice as many lines another layout is worth its time; sizes decide, and nothing that is
installed, so that the choice is the same on every machine."""

_MOST = 200
"""Up to so many nodes and twice as many lines another layout is tried for a tangle."""

_BETTER = 0.75
"""The domain's columns have a meaning: another diagram has to spare a quarter of what is counted."""

_PROMISING = 0.2
"""Where sweeps spare less, lines cross in every order: many hosts that all call each other."""

_LARGER = 1.25
"""A diagram that fills a page with so much smaller words is no better for its straight lines: a tower has few bends."""

_NARROWER = 0.9
"""A diagram that is read from the top scrolls, and its width decides how large its words are."""

_REMEMBERED = 16
"""Layouts that are remembered: what is laid out to choose a diagram's level is then drawn."""

_PAGE = 1.6
"""The form of a page or a screen, width by height."""


_domain, _layered, _by_roles, _by_calls = (
    lru_cache(maxsize=_REMEMBERED)(engine) for engine in (domain, layered, by_roles, by_calls)
)


def _better(diagram: Diagram, measures: Measures) -> MeasuredEngine:
    """Choose roles, or layers of calls where they spare many crossings and bends.

    With groups the roles stay unless they are a tangle: layers put an agent, which nobody calls, first, and a network's
    frame around the whole.
    """
    usual = _domain(diagram, measures)
    few = _few(diagram) and not diagram.groups
    if not (few or _tangled(diagram, usual)) or not (least := _BETTER * cost(usual)):
        return _domain
    other = _layered(diagram, measures)
    return _layered if cost(other) < least and _span(other) <= _LARGER * _span(usual) else _domain


def _better_turned(diagram: Diagram, measures: Measures) -> MeasuredEngine:
    """Choose roles from the top down, or layers of calls where these are much better.

    Groups stand side by side either way, so that they speak for neither.
    """
    usual = _by_roles(diagram, measures)
    if not _few(diagram) or not (least := _BETTER * cost(usual)) or has_rows_of_calls(diagram, measures):
        return _by_roles
    other = _by_calls(diagram, measures)
    no_worse = cost(other) <= cost(usual)
    narrower = no_worse and other.width < _NARROWER * usual.width
    clearer = no_worse and crossings_of(other) < crossings_of(usual)
    return _by_calls if cost(other) < least or narrower or clearer else _by_roles


best, best_turned = EngineChoice(_better), EngineChoice(_better_turned)
"""Layouts from the left and from the top down: by roles, or in layers of calls where these are much better."""


def _few(diagram: Diagram) -> bool:
    """Return True if another layout is worth its time, and no model asks for a card's place."""
    few = len(diagram.nodes) <= LARGEST and len(diagram.edges) <= 2 * LARGEST
    return few and not diagram.asks_for_places


def _tangled(diagram: Diagram, usual: Placed) -> bool:
    """Return True if a diagram has more crossings than cards, so that nobody follows its lines, and layers may have fewer.

    It isn't too large to try; of many cards the layers are laid out only if sweeps spare a fifth of the crossings.
    """
    few = len(diagram.nodes) <= _MOST and len(diagram.edges) <= 2 * _MOST
    if not few or diagram.asks_for_places or crossings_of(usual) <= len(usual.nodes):
        return False
    return len(diagram.nodes) <= LARGEST or promise(diagram) > _PROMISING


def _span(placed: Placed) -> float:
    """Return the height of the page that a diagram fits."""
    return max(placed.width / _PAGE, placed.height)
