"""The images that scripts and pipelines build from the root of a repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from archgen.importers.packages import DOCKERFILES
from archgen.importers.products import image_name

_BUILD = re.compile(r"\bdocker (?:buildx |image )?build\b([^\n;|&]*)")
_TAG = re.compile(r"(?:-t|--tag)[ =]+[\"']?([^\s\"']+)")
_RECIPE = re.compile(r"(?:-f|--file)[ =]+[\"']?([^\s\"']+)")
_ROOT = re.compile(r"(?<=\s)[\"']?\./?[\"']?(?=\s|$)")
_PUT_IN = re.compile(r"\$\{\{[^{}\n]{0,200}\}\}")
_ACTION = re.compile(
    r"^( *)(?:- )?uses: *docker/build-push-action\b[^\n]*\n((?:\1(?!- )[^\n]*\n|[ \t]*\n)*)", re.MULTILINE
)
_WITH = re.compile(r"^ *(context|file|tags): *(\|?[^\n]*(?:\n {10,}[^\s:]+:[^\s:]+$)*)", re.MULTILINE)
_MOVES = re.compile(r"(?<![\w-])(?:cd|pushd) +[^\s.]|working-directory:")
"""What makes another directory the one that commands run in."""


def images_of_root(text: str) -> Iterator[str]:
    """Yield the images that a script or pipeline in the root of a repository builds from there, by the recipe that lies there."""
    if _MOVES.search(text) is not None:
        return
    text = _PUT_IN.sub("$", re.sub(r"\\\n", " ", text))
    for match in _BUILD.finditer(text):
        if _ROOT.search(match[1]) is not None and _is_of_root(*_RECIPE.findall(match[1])):
            yield from _names(_TAG.findall(match[1]))
    for match in _ACTION.finditer(f"{text}\n"):
        given = {key: value.strip("\"' ") for key, value in _WITH.findall(match[2])}
        if given.get("context", ".") in (".", "./") and _is_of_root(given.get("file", DOCKERFILES[0])):
            yield from _names(re.split(r"[\s,|]+", given.get("tags", "")))


def _is_of_root(*recipes: str) -> bool:
    return all(posixpath.normpath(each) in DOCKERFILES for each in recipes)


def _names(tags: list[str]) -> Iterator[str]:
    """Yield the names of images; one that a variable holds is none."""
    for name in map(image_name, tags):
        if re.fullmatch(r"[a-z0-9][\w.-]*", name) is not None:
            yield name
