"""The kustomizations of a directory that is imported: what each names, and whether it is there."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping

from msgspec import Struct

from archgen.app.importing.directories import FoundFiles, path_in, project_of
from archgen.importers.kubernetes.kustomize.kustomization import (
    PATCHES,
    PLUGINS,
    RESOURCES,
    is_elsewhere,
    is_in_repository,
)
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.tree import Map, Seq, TreeNode
from archgen.system.files import ResolvedDirectory, lies_in

_BASES = [key for key in RESOURCES if key != "components"]


class Kustomization(Struct, frozen=True):
    """The file by which Kustomize knows a directory, its text, what it names, each with the key for it, and its namespace.

    One that `holds_others` has more documents than Kustomize takes of it: it takes the first.
    A component changes what names it, and nobody applies it by itself.
    """

    path: str
    text: str
    names: tuple[tuple[str, str], ...]
    namespace: str = ""
    holds_others: bool = False
    is_component: bool = False

    @property
    def directory(self) -> str:
        """Return the directory that it stands for."""
        return os.path.dirname(self.path)

    @property
    def has_outer_base(self) -> bool:
        """Return True for a kustomization that changes one of another directory."""
        return any(key in _BASES and name.startswith("../") for key, name in self.names)

    @property
    def named(self) -> list[str]:
        """Return the paths that it names."""
        return [path_in(self.directory, name) for _, name in self.names]

    @property
    def resources(self) -> list[str]:
        """Return the paths of what it puts together, without those of patches."""
        return [path_in(self.directory, name) for key, name in self.names if key in RESOURCES]

    @property
    def missing(self) -> list[str]:
        """Return what it calls by a path of its own machine at which nothing is."""
        return [name for name, place in self._places if not os.path.lexists(place)]

    @property
    def is_broken(self) -> bool:
        """Return True for one that can't be applied: a resource isn't there, and isn't kept out of the repository."""
        resources = {name for key, name in self.names if key in RESOURCES}
        return any(name in resources and is_in_repository(name) for name in self.missing)

    @property
    def existing(self) -> list[tuple[str, str]]:
        """Return what it calls by a path of its own machine at which something is, with that path."""
        return [(name, place) for name, place in self._places if os.path.lexists(place)]

    @property
    def _places(self) -> list[tuple[str, str]]:
        names = dict.fromkeys(name for _, name in self.names if not is_elsewhere(name))
        return [(name, path_in(self.directory, name)) for name in names]


class Kustomizations:
    """The kustomizations of a directory, each read once: they are asked for bases, for overlays and for what is missing."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._read: dict[str, Kustomization] = {}

    @functools.cached_property
    def project(self) -> ResolvedDirectory:
        """Return the project of the directory, which what they name may not lead out of."""
        return ResolvedDirectory.of(project_of(self._directory))

    @functools.cached_property
    def found(self) -> FoundFiles:
        """Return the files of the project that they lead to."""
        return FoundFiles(self.project)

    def outside(self, path: str) -> list[str]:
        """Return what the kustomization in a file names outside the project."""
        named = self.at(path).existing
        return [name for name, place in named if not lies_in(os.path.realpath(place), self.project)]

    def at(self, path: str) -> Kustomization:
        """Return the kustomization in a file; one that can't be read names nothing."""
        if path not in self._read:
            text = self.found.text(path)
            roots = _documents_in(text)
            spaces = (root.get("namespace") for root in roots if isinstance(root, Map))
            namespace = next((each for each in spaces if isinstance(each, str)), "")
            holds_others = sum(isinstance(root, Map) for root in roots) > 1
            is_component = any(isinstance(root, Map) and root.get("kind") == "Component" for root in roots)
            self._read[path] = Kustomization(path, text, tuple(_names_in(roots)), namespace, holds_others, is_component)
        return self._read[path]


def _documents_in(text: str) -> list[TreeNode]:
    try:
        return [*read_documents(text.encode())]
    except Unreadable:
        return []


def _names_in(roots: list[TreeNode]) -> Iterator[tuple[str, str]]:
    for root in roots:
        for key in (*RESOURCES, *PATCHES, *PLUGINS):
            for item in _list(root, key):
                name = item.get("path") if isinstance(item, Map) else item
                if isinstance(name, str) and "\n" not in name:
                    yield key, name


def _list(root: TreeNode, key: str) -> list[TreeNode]:
    value = root.get(key) if isinstance(root, Map) else None
    return value if isinstance(value, Seq) else []


def only_named_by(unread: list[str], read: list[str], named: Mapping[str, list[str]]) -> list[str]:
    """Return the directories of kustomizations that nothing but overlays which are not read leads to."""
    inner = {path for paths in named.values() for path in paths}
    # an overlay that is read may be named by one that isn't
    reached = reached_from([*read, *(each for each in named if each not in inner and each not in unread)], named)
    return [each for each in reached_from(unread, named) if each not in reached]


def reached_from(directories: list[str], named: Mapping[str, list[str]]) -> dict[str, None]:
    """Return directories with all kustomizations that they lead to."""
    reached, waiting = dict.fromkeys(directories), [*directories]
    while waiting:
        for path in named[waiting.pop()]:
            if path in named and path not in reached:
                reached[path] = None
                waiting.append(path)
    return reached
