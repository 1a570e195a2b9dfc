"""Engines that lay a diagram out by given measures, and a choice between two of them."""

from __future__ import annotations

from collections.abc import Callable

from archgen.layout.measures import USUAL, Measures
from archgen.layout.placed import Placed
from archgen.views.diagram import Diagram

MeasuredEngine = Callable[[Diagram, Measures], Placed]
"""A layout of any diagram by given measures."""


class EngineChoice:
    """An engine that lays each diagram out by the one of two that suits it."""

    def __init__(self, choose: Callable[[Diagram, Measures], MeasuredEngine]) -> None:
        self._choose = choose

    def __call__(self, diagram: Diagram, measures: Measures = USUAL) -> Placed:
        """Lay a diagram out by the engine that suits it."""
        return self.settled(diagram, measures)(diagram, measures)

    def settled(self, diagram: Diagram, measures: Measures) -> MeasuredEngine:
        """Return the engine that suits a diagram; it hardly suits it less by other measures of the same form of cards."""
        return self._choose(diagram, measures)


def settled(engine: MeasuredEngine, diagram: Diagram, measures: Measures) -> MeasuredEngine:
    """Return the engine that lays a diagram out: one of two, or the engine itself if it is no choice."""
    return engine.settled(diagram, measures) if isinstance(engine, EngineChoice) else engine
