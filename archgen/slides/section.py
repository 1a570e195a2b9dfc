"""The input of a deck: systems with their diagrams and what changed since the previous system."""

from __future__ import annotations

from msgspec import Struct

from archgen.improve.recommendation import Recommendation
from archgen.layout.placed import Placed
from archgen.linting.checked_model import CheckedModel
from archgen.slides.layout.steps import StepForm
from archgen.views.diagram import Sequence


class ChangeSummary(Struct, frozen=True):
    """The changes since the previous system: ids of components, hosts and rules, and a sentence per flow.

    `reasons` pair the title of each added component with the reason that the model gives for it.
    """

    follows: str
    added: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    introduced: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()


class RouteDiagram(Struct, frozen=True):
    """The route of a flow, laid out for a slide, with its steps as far as there is room for them."""

    flow: str
    placed: Placed
    steps: tuple[tuple[str, str], ...] = ()
    form: StepForm = StepForm()


class DeckSection(Struct, frozen=True):
    """A system with its diagrams; `whys` are the reasons why rules matter, `rules` their titles.

    `system` is the most detailed diagram of the system whose text is readable on a slide. `deployment` is the complete one
    if it is readable, else the system in groups and each group opened. `failed` names what archgen can't make: the
    deployment or the title of a flow.
    """

    model: CheckedModel
    flows: tuple[Sequence, ...]
    system: Placed | None = None
    deployment: tuple[Placed, ...] = ()
    routes: tuple[RouteDiagram, ...] = ()
    recommendation: Recommendation | None = None
    change: ChangeSummary | None = None
    whys: dict[str, str] = {}
    rules: dict[str, str] = {}
    failed: tuple[str, ...] = ()
