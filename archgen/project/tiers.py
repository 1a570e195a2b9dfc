"""The models of a run as the tiers that pages, pictures and slides are made of."""

from __future__ import annotations

from archgen.errors import ModelError, UsageError
from archgen.policy import told
from archgen.project.models import Model
from archgen.project.settings import reader
from archgen.site.page import RESERVED, Tier


def tiers(models: tuple[Model, ...]) -> tuple[Tier, ...]:
    """The models as tiers of a site, with the findings that its reader is told.

    ModelError has every problem of the models without a meaning.
    """
    problems = tuple(problem for model in models for problem in model.problems)
    if problems:
        raise ModelError(problems)
    found: dict[str, Tier] = {}
    persona = reader()
    for model in models:
        assert model.topology is not None
        tier = Tier(model.topology, told(persona, model.findings), model.text.decode("utf-8", "replace"))
        if tier.id in RESERVED:
            raise UsageError(
                f"the site has a directory {tier.id} of its own; rename the file of the model ({model.file})"
            )
        if tier.id in found:
            raise UsageError(f"two models are called {tier.id}; rename the file of one of them ({model.file})")
        found[tier.id] = tier
    return tuple(found.values())
