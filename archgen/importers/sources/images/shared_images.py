"""The directories of images that no program alone tells: of one that several run, or that is the only one of a system."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from archgen.importers.facts import Opener
from archgen.importers.sources.built_images import image_builds
from archgen.importers.sources.declared_programs import Program
from archgen.importers.sources.file_kinds import OF_FRAMEWORKS
from archgen.importers.sources.folders import is_list, title_of
from archgen.importers.stages import UNNAMED, is_example, stage_of

_OF_SPRING = re.compile(r"(^|/)src/main/resources/(application|bootstrap)(-prod\w*)?\.(ya?ml|properties)$")

_OF_RECIPES = ("docker", ".docker", "build", "deploy", "deployment", "docker/app", "ops", "infra")
"""Directories in which a recipe lies alone, so that the image is built from the root."""


def places_of_images(
    programs: Mapping[str, Program], found: Mapping[str, str | None], opener: Opener
) -> Iterator[tuple[str, str]]:
    """Yield the directories of the images of programs of which none is found by its own names."""
    by_image: dict[str, list[str]] = {}
    for key, each in programs.items():
        by_image.setdefault(each.identity, []).append(key)
    for keys in by_image.values():
        first = programs[keys[0]]
        if first.image and all(found[key] is None for key in keys):
            place = _place_of_image(first, opener, is_only=len(by_image) == 1)
            yield from ((key, place) for key in keys if place is not None)


def _place_of_image(program: Program, opener: Opener, *, is_only: bool) -> str | None:
    """Return the directory that the image of a program is built from, None where several may be.

    Where nothing names it, the only recipe of a repository is that of its only image, or of one that is called like the repository.
    """
    images, tree = image_builds(program.path, opener), opener.tree(program.path)
    place = images.directory_of(program.image, "")
    if place is None:
        recipes = [each for each in images.recipes if stage_of(each) == UNNAMED and not is_example(f"{each}/")]
        is_own = title_of(posixpath.basename(tree.project), True) == title_of(program.image, True)
        if len(recipes) != 1 or not (is_only or is_own):
            return None
        place = recipes[0]
    lists = {posixpath.dirname(name) for name in tree.names if is_list(posixpath.basename(name))}
    inner = (place, *(("",) if place in _OF_RECIPES else ()))
    return next((each for each in inner if each in lists), None)


def settings_below(place: str, names: Iterable[str]) -> list[str]:
    """Return the files of settings below a directory that frameworks read by their names."""
    start = f"{place}/" if place else ""
    below = (name for name in names if name.startswith(start) and name.endswith((".yml", ".yaml", ".properties")))
    return [name for name in below if OF_FRAMEWORKS.fullmatch(name) is not None or _OF_SPRING.search(name) is not None]
