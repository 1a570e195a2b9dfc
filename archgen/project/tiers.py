"""The models of a run as the tiers that pages, pictures and slides are made of."""

from __future__ import annotations

from archgen.errors import ModelError, UsageError
from archgen.project.models import Model
from archgen.site.page import RESERVED, Tier


def tiers(models: tuple[Model, ...]) -> tuple[Tier, ...]:
    """The models as tiers of a site; ModelError with every problem of those that have no meaning."""
    problems = tuple(problem for model in models for problem in model.problems)
    if problems:
        raise ModelError(problems)
    found: dict[str, Tier] = {}
    for model in models:
        assert model.topology is not None
        tier = Tier(model.topology, model.findings, model.text.decode("utf-8", "replace"))
        if tier.id in RESERVED:
            raise UsageError(
                f"the site has a directory {tier.id} of its own; rename the file of the model ({model.file})"
            )
        if tier.id in found:
            raise UsageError(f"two models are called {tier.id}; rename the file of one of them ({model.file})")
        found[tier.id] = tier
    return tuple(found.values())
