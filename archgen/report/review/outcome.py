"""The outcome of a review, as its writers read it: the models by weight, their places on the forge, their diagrams."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from archgen.compare.review import ModelReview, Tendency
from archgen.model.finding import Finding


class ReviewReport(Struct, frozen=True):
    """The reviews of all models that changed, those first that matter most.

    `place` gives a finding's path and line, and `address` where the forge shows it, empty where that isn't known. `diagram`
    is the neighborhood of the first model's change in Mermaid, empty if `picture` is the file that shows it instead, or if
    there is none.
    """

    base: str
    head: str
    models: tuple[ModelReview, ...]
    place: Callable[[Finding], tuple[str, int]]
    address: Callable[[Finding], str]
    diagram: str = ""
    picture: str = ""

    @property
    def tendency(self) -> Tendency:
        """The tendency of the model that matters most."""
        return self.models[0].tendency if self.models else "unchanged"
