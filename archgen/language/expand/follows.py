"""Models that follow one another: checks of `follows`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from archgen.language.expand.context import suggestion
from archgen.language.yaml.scalars import shorten
from archgen.model.architecture import Architecture
from archgen.model.problems import Place, Problem


class _Places(Protocol):
    def at(self, *path: str | int) -> Place: ...


class _Model(Protocol):
    @property
    def architecture(self) -> Architecture: ...

    @property
    def source(self) -> _Places: ...


def check_follows(models: Sequence[_Model]) -> tuple[Problem, ...]:
    """Return the models that follow an unknown model, and those that follow each other in a circle, as problems."""
    by_id = {loaded.architecture.id: loaded for loaded in models}
    follows = {name: loaded.architecture.follows for name, loaded in by_id.items()}
    problems = []
    for loaded in models:
        after = loaded.architecture.follows
        if after is not None and after not in by_id:
            others = [name for name in by_id if name != loaded.architecture.id]
            message = f"`follows` names an unknown model `{shorten(after)}`"
            choices = ", ".join(f"`{name}`" for name in others[:8])
            fix = suggestion(after, others) or (
                f"Name one of {choices}." if choices else "Pass the model that it follows, too."
            )
            problems.append(_problem(loaded, message, fix))
    return (*problems, *(_circle(by_id, ring) for ring in _rings(follows)))


def _rings(follows: dict[str, str | None]) -> list[list[str]]:
    seen: set[str] = set()
    rings = []
    for start in follows:
        path: list[str] = []
        name: str | None = start
        while name in follows and name not in seen:
            seen.add(name)
            path.append(name)
            name = follows[name]
        if name in path:
            rings.append(path[path.index(name) :])
    return rings


def _circle(by_id: dict[str, _Model], ring: list[str]) -> Problem:
    chain = " follows ".join(f"`{name}`" for name in (*ring, ring[0]))
    message = f"models follow each other in a circle: {chain}"
    return _problem(by_id[ring[0]], message, "Remove `follows` from the first model.")


def _problem(loaded: _Model, message: str, fix: str) -> Problem:
    place = loaded.source.at("follows")
    return Problem("dangling-reference", message, fix, place, ("model", loaded.architecture.id))
