"""The input of a deck: systems with their diagrams and what changed since the previous system."""

from __future__ import annotations

from msgspec import Struct

from archgen.layout.placed import Placed
from archgen.linting.checked_model import CheckedModel
from archgen.views.diagram import Sequence


class ChangeSummary(Struct, frozen=True):
    """The changes since the previous system: ids of components, hosts and rules, and a sentence per flow."""

    follows: str
    added: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    introduced: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()


class DeckSection(Struct, frozen=True):
    """A system with its diagrams; `whys` are the reasons why rules matter.

    A deployment with small text has an `overview` before it and its `parts` after it, on a slide each. `failed` names
    what archgen can't make: the deployment or the title of a flow.
    """

    model: CheckedModel
    placed: Placed | None
    flows: tuple[Sequence, ...]
    change: ChangeSummary | None = None
    whys: dict[str, str] = {}
    overview: Placed | None = None
    parts: tuple[Placed, ...] = ()
    failed: tuple[str, ...] = ()
