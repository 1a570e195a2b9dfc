"""What a deck is made from: a model, what is found in it, its pictures, and what its step of the ladder bought."""

from __future__ import annotations

from msgspec import Struct

from archgen.layout.placed import Placed
from archgen.linting.checked_model import CheckedModel
from archgen.views.diagram import Sequence


class ChangeSummary(Struct, frozen=True):
    """What is between two tiers, as ids: of components and hosts, of rules, and per flow of what alone stops it."""

    follows: str
    added: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    introduced: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()


class DeckSection(Struct, frozen=True):
    """One system with its pictures; `whys` tells why a rule matters.

    A deployment whose words are small is told three times: before it the components without machines, after it each
    of its `parts`, a slide each. What is in `failed`, the deployment or the title of a flow, could not be made.
    """

    model: CheckedModel
    placed: Placed | None
    flows: tuple[Sequence, ...]
    change: ChangeSummary | None = None
    whys: dict[str, str] = {}
    overview: Placed | None = None
    parts: tuple[Placed, ...] = ()
    failed: tuple[str, ...] = ()
