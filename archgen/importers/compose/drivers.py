"""The lists of packages of services: those that their Dockerfiles copy or install, else those in their sources."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from msgspec.structs import replace

from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.sources import directories_by_argument, source_directories
from archgen.importers.facts import Configuration, Opener
from archgen.importers.packages import PACKAGE_LISTS, PackageLists, built_upon, join_lists, lists_in
from archgen.importers.products import image_name
from archgen.importers.sources.modules import with_modules

_OTHER_LISTS = re.compile(r"^requirements[\w.-]*\.txt$|^[\w-]*requirements\.txt$|\.(cs|fs|vb)proj$")
"""Names that lists of packages have otherwise."""

_INSTALLED = re.compile(r"\s(?:-r|--requirement)[ =]?\s*([\w./-]+\.txt)")
"""A list of packages that `pip install` takes."""

_OF_WORKSPACE = re.compile(rb'^\s*\{(?=[^\0]*"workspaces"\s*:)')
_MOST_COPIED = 60
_OF_LANGUAGES = {
    "node": ("package.json",),
    "bun": ("package.json",),
    "php": ("composer.json",),
    "golang": ("go.mod",),
    "ruby": ("Gemfile",),
    "python": ("requirements", "pyproject.toml", "Pipfile", "setup.py"),
}
"""The beginnings of the names of lists of packages, by the images of languages: other lists are those of other programs."""


def libraries_of(opener: Opener) -> Callable[[ServicePart], PackageLists]:
    """Return the function that gives the lists of packages in the source of a service."""
    lists: dict[str, PackageLists] = {}

    def lists_of(part: ServicePart) -> PackageLists:
        if part.id not in lists:
            lists[part.id] = with_modules(_lists(part, opener), opener)
        return lists[part.id]

    return lists_of


def _lists(part: ServicePart, opener: Opener) -> PackageLists:
    commands = part.recipe.commands_that_install
    lists = _listed(part, commands, opener)
    # an image of one's own may bring any package
    return lists if part.recipe.is_bare else replace(lists, complete=False)


def _listed(part: ServicePart, commands: str, opener: Opener) -> PackageLists:
    image = image_name(part.recipe.image if part.service.built else part.service.image)
    language = _OF_LANGUAGES.get(image, ())
    names = [name for name in PACKAGE_LISTS if name.startswith(language)] if language else PACKAGE_LISTS

    def first_in(directories: Iterable[str]) -> PackageLists | None:
        listed = (lists_in(each, part.service.source.path, opener, commands, names) for each in directories)
        return next((lists for lists in listed if lists is not None), None)

    copied, is_own = _copied(part, commands, opener)
    if not copied:
        return first_in(source_directories(part, opener)) or PackageLists()
    lists = join_lists(copied, commands, copied[:1] if is_own else [])
    # what a recipe for several programs copies is the list of their repository
    own = first_in(directories_by_argument(part)) if not is_own else None
    if own is None:
        return lists
    text = f"{own.text}\n{lists.text}"
    return PackageLists(text, own.complete and lists.complete, (*own.paths, *lists.paths), own.first or own.text)


def _copied(part: ServicePart, commands: str, opener: Opener) -> tuple[list[Configuration], bool]:
    """Return the lists of packages that the Dockerfile of a service copies by their names, or that its `commands` install.

    Of the packages of one repository, those count that the one named like the service is built upon, after it: then True.
    """
    installed = _INSTALLED.findall(commands)[:5]
    paths = [path for source in part.recipe.sources[:_MOST_COPIED] for path in _lists_at(source)]
    if installed:
        names = {*map(posixpath.basename, installed)}
        paths = [path for path in paths if not path.endswith(".txt") or posixpath.basename(path) in names]
    files = [file for path in dict.fromkeys(paths) for file in opener(part.service.source.path, path)[:1]]
    beside = posixpath.normpath(posixpath.dirname(part.service.dockerfile) or ".")
    if files and beside != "." and all(_OF_WORKSPACE.search(file.data) is not None for file in files):
        # the list of a repository names none of the packages that a program of it takes
        inner = [posixpath.join(source, "package.json") for source in part.recipe.sources[:_MOST_COPIED]]
        files += [
            file
            for path in dict.fromkeys(inner)
            if path not in paths
            for file in opener(part.service.source.path, path)[:1]
        ]
        return built_upon(beside, files, opener)
    if not files:
        folders = dict.fromkeys((part.service.built, *part.recipe.sources))
        named = [posixpath.join(folder, name) for name in installed for folder in folders]
        files = [file for path in named[:_MOST_COPIED] for file in opener(part.service.source.path, path)[:1]][:1]
    return built_upon(part.recipe.directory or part.service.name, files, opener)


def _lists_at(source: str) -> list[str]:
    """Return the lists of packages that the source of a copy names, which may be a pattern."""
    directory, pattern = posixpath.split(source)
    if "*" not in pattern:
        return [source] if pattern in PACKAGE_LISTS or _OTHER_LISTS.search(pattern) is not None else []
    return [posixpath.join(directory, name) for name in PACKAGE_LISTS if fnmatchcase(name, pattern[:100])]
