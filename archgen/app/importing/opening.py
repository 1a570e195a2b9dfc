"""The files that imported configurations name."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Set
from typing import Any

from archgen.app.importing.compose_files import is_compose_file
from archgen.app.importing.directories import (
    MOST_FILES,
    files_below,
    holds_no_address,
    path_in,
    path_prefix,
    project_of,
)
from archgen.app.importing.source_files import SourceFiles
from archgen.importers.compose.environment import STAND_INS
from archgen.importers.compose.mounts import CONFIGURATIONS
from archgen.importers.facts import Configuration, FileTree, Opener
from archgen.importers.stages import EXAMPLES
from archgen.system.files import FOUND, ResolvedDirectory, UnreadableFile, lies_in, read_file

_DEEPEST_MOUNT = 2
_DEEPEST_SOURCE = 12
_MOST_MOUNTED = 40
_BESIDE = frozenset((".env", *STAND_INS))
"""Files that are looked for beside every compose file."""


def opener_of(paths: tuple[str, ...], collection: SourceFiles) -> Opener:
    """Return what opens the names in configurations, inside the project of each configuration."""
    return _Opener(paths, collection)


class _Opener:
    def __init__(self, paths: tuple[str, ...], collection: SourceFiles) -> None:
        self._paths = paths
        self._names_by_directory, self._resolved = collection.names_by_directory, collection.resolved
        self._scanned = collection.scanned
        self.answers: dict[tuple[object, ...], Any] = {}
        self._asked: dict[tuple[str, str], tuple[Configuration, ...]] = {}
        self._cache: dict[str, tuple[Configuration, ...]] = {}
        self._projects: dict[str, ResolvedDirectory] = {}
        self._entries: dict[str, frozenset[str]] = {}
        self._beside: dict[tuple[str, str], frozenset[str]] = {}
        self._trees: dict[str, FileTree] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    def __call__(self, path: str, name: str, /) -> tuple[Configuration, ...]:
        asked = path, name
        if asked not in self._asked:
            self._asked[asked] = self._opened(os.path.dirname(path), name)
        return self._asked[asked]

    def _opened(self, directory: str, name: str) -> tuple[Configuration, ...]:
        names = self._names_by_directory.get(directory)
        if name in _BESIDE and names is not None and name not in names:
            return ()
        if not _may_lead(name):
            return ()
        target = path_in(directory, name)
        if target not in self._cache:
            folder, file = os.path.split(target)
            if file not in self._entries_of(folder):
                return ()
            self._cache[target] = _open(target, self._project_of(directory))
        return self._cache[target]

    def holds(self, path: str, name: str, /) -> bool:
        if not _may_lead(name):
            return False
        return self._is_there(path_in(os.path.dirname(path), name))

    def find(self, path: str, directory: str, names: Iterable[str], /) -> Iterator[tuple[Configuration, ...]]:
        place = path, directory
        if place not in self._beside:
            may_lead = not directory or _may_lead(directory)
            self._beside[place] = (
                self._entries_of(path_in(os.path.dirname(path), directory)) if may_lead else frozenset()
            )
        present = self._beside[place]
        for name in names if present else ():
            if name.partition("/")[0] in present and (files := self(path, posixpath.join(directory, name))):
                yield files

    def tree(self, path: str, /) -> FileTree:
        directory = os.path.dirname(path)
        if directory not in self._trees:
            project = str(self._project_of(directory))
            if project not in self._names:
                root, entries = self._scanned.get(project, (project, None))
                start = len(path_prefix(root))
                below = (name[start:].replace(os.sep, "/") for name in files_below(root, _DEEPEST_SOURCE, entries))
                self._names[project] = tuple(below)
            names = self._names[project]
            place = os.path.relpath(os.path.realpath(directory or "."), project).replace(os.sep, "/")
            self._trees[directory] = FileTree(project, place, names, len(names) < MOST_FILES)
        return self._trees[directory]

    def _is_there(self, target: str) -> bool:
        folder, name = os.path.split(target)
        return name in self._entries_of(folder) and os.path.exists(target)

    def _entries_of(self, folder: str) -> frozenset[str]:
        if folder not in self._entries:
            above, name = os.path.split(folder)
            # of most directories that are sought, what lies around them tells that they aren't there
            is_there = above == folder or name in self._entries.get(above, (name,))
            self._entries[folder] = _entries_of(folder) if is_there else frozenset()
        return self._entries[folder]

    def _project_of(self, directory: str) -> ResolvedDirectory:
        if directory not in self._projects:
            project = _project_of(os.path.abspath(directory), self._paths)
            self._projects[directory] = self._resolved.get(project) or ResolvedDirectory.of(project)
        return self._projects[directory]


def _may_lead(name: str) -> bool:
    """Return True for a relative name that a file may have."""
    return bool(name) and not os.path.isabs(name) and "\0" not in name and len(name) <= 1000


def _entries_of(folder: str) -> frozenset[str]:
    """Return the names in a directory: most that is sought is not there, and is not asked for one by one."""
    try:
        return frozenset((*os.listdir(folder or "."), "", ".", ".."))
    except OSError:
        return frozenset()


def _project_of(directory: str, paths: tuple[str, ...]) -> str:
    """Return the directory that files may not lead out of: the project, or a directory that was named and holds it."""
    project = project_of(directory)
    named = [os.path.abspath(path) for path in paths if os.path.isdir(path)]
    return next((path for path in named if lies_in(project, path)), project)


def _open(target: str, inside: ResolvedDirectory) -> tuple[Configuration, ...]:
    # most of what is opened is a file, and isn't asked for twice
    opened = (*_read([target], inside),)
    if opened or not os.path.isdir(target) or not lies_in(os.path.realpath(target), inside):
        return opened
    below = dict.fromkeys(files_below(target, _DEEPEST_MOUNT))
    return (*_read([path for path in below if _is_configuration(path, below.keys())][:_MOST_MOUNTED], inside),)


def _read(files: Iterable[str], inside: ResolvedDirectory) -> Iterator[Configuration]:
    for file in files:
        try:
            yield Configuration(file, read_file(file, FOUND, inside))
        except UnreadableFile:
            continue


def _is_configuration(path: str, below: Set[str]) -> bool:
    """Return True for a configuration, and for the example of one that isn't there."""
    stem, end = os.path.splitext(path)
    if is_compose_file(os.path.basename(path)) or holds_no_address(path):
        return False
    return path.endswith(CONFIGURATIONS) or (end in EXAMPLES and stem.endswith(CONFIGURATIONS) and stem not in below)
