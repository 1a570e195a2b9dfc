"""Recipes of images with names of their own, such as `Dockerfile.web` or `k8s/web-Dockerfile`, and the images that are built by them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from archgen.importers.packages import DOCKERFILES
from archgen.importers.products import image_name, is_product
from archgen.importers.sources.build_statements import WORD, images_of_statement, statements_with, with_variables
from archgen.importers.stages import UNNAMED, stage_of

_NAME = re.compile(r"(?:(\w[\w.-]*)[._-])?(?:Dockerfile|Containerfile)(?:[._-](\w[\w.-]*))?", re.IGNORECASE)
"""The name of a recipe, with what tells it from others beside it."""


class NamedRecipes:
    """The recipes with names of their own among files, and what builds images by them; `files` are texts with their directories."""

    def __init__(self, names: Iterable[str]) -> None:
        words = ((name, _word_of(name)) for name in names if "file" in name.lower())
        self._words = {name: word for name, word in words if word}
        self._stated: dict[str, set[str]] = {}

    def read(self, files: Iterable[tuple[str, str]]) -> None:
        """Learn from texts, each with its directory, which images are built by which recipe: of a statement that names one alone."""
        named = {posixpath.basename(path) for path in self._words}
        for place, text in files if named else ():
            is_likely = any(name in text for name in named)
            for statement in statements_with(with_variables(text), named) if is_likely else ():
                paths = [
                    posixpath.normpath(posixpath.join(above, word))
                    for word in WORD.findall(statement)
                    for above in ("", place)
                ]
                recipes = self._words.keys() & paths
                if len(recipes) == 1:
                    recipe = next(iter(recipes))
                    for image in map(image_name, images_of_statement(statement)):
                        self._stated.setdefault(image, set()).add(recipe)

    def recipe_of(self, image: str) -> tuple[str, bool] | None:
        """Return the path of the recipe of an image, and True if a build states it; None where there is none, or several may be.

        Else it has the name of the image, or the end of that: `Dockerfile.web` of `shop-web`.
        """
        stated = self._stated.get(image, set())
        if stated:
            return (next(iter(stated)), True) if len(stated) == 1 else None
        named = [path for path, word in self._words.items() if image == word or image.endswith(f"-{word}")]
        return (named[0], False) if len(named) == 1 and not is_product(image) else None


def _word_of(path: str) -> str:
    """Return what tells a recipe from others by its name; nothing for the usual names, and for those with a stage."""
    name = posixpath.basename(path)
    match = _NAME.fullmatch(name) if name not in DOCKERFILES else None
    word = (match[1] or match[2] or "").lower() if match is not None else ""
    return word if word and stage_of(word) == UNNAMED else ""
