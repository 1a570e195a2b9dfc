"""The sources of which compose files build services, also such files that aren't read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from archgen.app.importing.candidates import ENOUGH, ComposeCandidate
from archgen.app.importing.compose_sketch import ComposeSketch, ServiceSketch
from archgen.importers.products import image_name
from archgen.importers.stages import TRIAL, stage_of

_ALIKE = 2
"""How many programs of one name tell that files of two directories run one system: one alone is called `api` in many."""


def is_of_one_system(path: str, chosen: Sequence[ComposeCandidate], other: ComposeCandidate) -> bool:
    """Return True for a file beside those that are read, or one that runs mostly the same: more than a program that is called alike."""
    if any(os.path.dirname(path) == os.path.dirname(file) for each in chosen for file in each.files):
        return True
    return any(
        len(other.own) * part >= _ALIKE and part >= ENOUGH and other.covers(each) >= ENOUGH
        for each in chosen
        for part in (each.covers(other),)
    )


def built_elsewhere(
    files: Iterable[str], sketches: Mapping[str, ComposeSketch]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the services that all files which build them build of the same source, each with its directory and its recipe."""
    sources: dict[str, set[tuple[str, str]]] = {}
    for path in files:
        for name, service in sketches[path].services.items():
            if _is_built_here(service):
                sources.setdefault(name, set()).add((service.built, service.recipe))
    yield from ((name, next(iter(each))) for name, each in sources.items() if len(each) == 1)


def built_images(projects: Iterable[ComposeCandidate]) -> dict[str, tuple[str, str]]:
    """Return the directory and the recipe by which projects that aren't read build images, by the names of these."""
    return {
        image_name(each.image): (each.built, each.recipe)
        for project in projects
        for each in project.services.values()
        if each.image and _is_built_here(each)
    }


def _is_built_here(service: ServiceSketch) -> bool:
    """Return True for a service with a source in the files; a recipe for those who work on a program tells nothing of its image."""
    is_here = service.built and "$" not in service.built and "://" not in service.built
    return bool(is_here) and stage_of(service.recipe) != TRIAL
