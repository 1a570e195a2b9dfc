"""The models of a run as the systems that pages, diagrams and slides show."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from archgen.app.config.settings import configured_min_confidence, configured_persona
from archgen.linting.checked_model import CheckedModel, Model, broken_models, valid_models, visible_to
from archgen.model.problems import ModelError, UsageError
from archgen.model.slug import same_place, slug
from archgen.report.common.terminal import brief


def visible_systems(models: tuple[Model, ...], taken: Collection[str] = ()) -> tuple[CheckedModel, ...]:
    """Return the models with the findings that their reader sees, each after the one that it follows.

    `taken` are names that the site uses itself. Raises ModelError with every problem of the invalid models.
    """
    problems = tuple(problem for model in broken_models(models) for problem in model.problems)
    if problems:
        raise ModelError(problems)
    persona, least = configured_persona(), configured_min_confidence()
    systems = tuple(visible_to(persona, model, least) for model in valid_models(models))
    check_names(((system.id, system.file) for system in systems), taken)
    return _previous_first(systems)


def _previous_first(systems: tuple[CheckedModel, ...]) -> tuple[CheckedModel, ...]:
    """Return the systems in their order, but each behind the one that it follows, whatever their files are called."""
    by_id = {system.id: system for system in systems}
    ordered: dict[str, CheckedModel] = {}
    for system in systems:
        chain: dict[str, CheckedModel] = {}
        step: CheckedModel | None = system
        while step is not None and step.id not in ordered and step.id not in chain:
            chain[step.id] = step
            step = by_id.get(step.architecture.follows or "")
        ordered.update(reversed(chain.items()))
    return tuple(ordered.values())


def check_names(models: Iterable[tuple[str, str]], taken: Collection[str] = ()) -> None:
    """Raise UsageError if the slugs of models, as pairs of id and file, are empty, taken or not unique."""
    files: dict[str, str] = {}
    for id, path in models:
        name, file = slug(id), brief(path)
        if not name:
            raise UsageError(
                f"the name of {file} must have a letter or a digit to name pages and images by; rename the file"
            )
        if same_place(name) in taken:
            raise UsageError(f"{file} can't have the name `{name}`, which the site uses itself; rename the file")
        other = files.setdefault(same_place(name), path)
        if other is not path:
            raise UsageError(
                f"{brief(other)} and {file} would share the name `{name}` in pages and images; rename a file"
            )
