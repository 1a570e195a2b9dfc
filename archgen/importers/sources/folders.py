"""The directories of a repository that hold sources, and which of them use each other, as far as names tell."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cached_property
from itertools import pairwise
from typing import Any

from msgspec import Struct

from archgen.importers.packages import DOCKERFILES, PACKAGE_LISTS
from archgen.importers.sources.reading import code_text, is_like_any

PROJECT = re.compile(r"\.(cs|fs|vb)proj$")
"""The end of the name of a project of .NET, which lists its packages."""

_SHORTEST = 4
_NAMES_OF_ALL = frozenset(
    ("index", "main", "init", "server", "program", "package", "src", "lib", "app", "cmd", "java", "internal", "pkg")
)
"""Names of files and directories in the source of any program."""

_NAME = re.compile(r"""(?:^name *= *|"name" *: *|<artifactId>)["']?@?([\w./-]{2,100})""", re.MULTILINE)
"""The name of a package in its list."""

_PARENT = re.compile(r"<parent>.{0,2000}?</parent>", re.DOTALL)
"""The module from which one of Maven inherits, which has a name too."""

_KEPT = {"_": "-", "-": "-", "\\": "/", ":": "/", "/": "/", ".": "."}
_SIGNS = bytes(ord(_KEPT.get(chr(code), chr(code) if chr(code).isalnum() else " ")) for code in range(128)).ljust(
    256, b" "
)
"""Signs between the parts of a path stay, as well as those within a word."""

_ENDS = re.compile(r"-(service|svc|api|app|server|backend)$")
_PARTS = re.compile(r"[/.]+")


class _Folder(Struct):
    """The text of the files of a directory in small letters, without comments, and the names by which others use it.

    It `binds_any` variable if a framework may read any for one of the files.
    """

    text: str
    names: frozenset[str]
    binds_any: bool

    @property
    def words(self) -> Set[str]:
        """Return the words of the text, and the pairs of words that make a path."""
        words: set[str] = set()
        # most of what a text holds it holds many times
        for path in {*self.text.encode("ascii", "replace").translate(_SIGNS).decode().split()}:
            if "." not in path and "/" not in path:
                words.add(path.strip("-"))
                continue
            parts = [part.strip("-") for part in _PARTS.split(path)]
            words.update(parts, map("/".join, pairwise(parts)))
            if "../" in path:
                words.update(f"./{part}" for part in parts[:2])
        return words


class Folders:
    """The directories of files, each with its path and text; programs lie in those that are `owned`, with a slash at the end.

    `answers` are those of a run.
    """

    def __init__(
        self, files: Iterable[tuple[str, str]], owned: tuple[str, ...], answers: dict[tuple[object, ...], Any]
    ) -> None:
        by_place: dict[str, list[tuple[str, str]]] = {}
        for name, text in files:
            by_place.setdefault(posixpath.dirname(name), []).append((name, text))
        packages = {place: [*filter(None, map(package_of, each))] for place, each in by_place.items()}
        # what uses a crate or a project has to name its package
        declared = tuple(
            f"{place}/" for place, each in by_place.items() if packages[place] and any(map(_is_declared, each))
        )
        sources = {place: [code_text(*file, answers) for file in each] for place, each in by_place.items()}
        self._folders = {
            place: _Folder(
                "\n".join(source.lower for source in sources[place]),
                frozenset(_names_of(place, each, packages, owned + declared)),
                any(source.binds_any for source in sources[place]),
            )
            for place, each in by_place.items()
        }
        self._used: dict[str, list[str]] = {}
        self._words: dict[str, Set[str]] = {}
        self._like: dict[str, frozenset[str]] = {}

    def may_read_for(self, directory: str, variable: str) -> bool:
        """Return True if one of the directories that the source in a directory may use, or that these use, may read a variable."""
        if variable not in self._like:
            like = (place for place, each in self._folders.items() if is_like_any(variable, each.text))
            self._like[variable] = frozenset((*like, *self._binding))
        return not self._like[variable].isdisjoint(self._used_by(directory))

    @cached_property
    def _binding(self) -> frozenset[str]:
        return frozenset(place for place, each in self._folders.items() if each.binds_any)

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        by_name: dict[str, list[str]] = {}
        for place, folder in self._folders.items():
            for name in folder.names:
                by_name.setdefault(name, []).append(place)
        return by_name

    def _words_of(self, place: str) -> Set[str]:
        if place not in self._words:
            self._words[place] = self._folders[place].words & self._by_name.keys()
        return self._words[place]

    def _used_by(self, directory: str) -> list[str]:
        """Return the directories elsewhere that the source in a directory may use."""
        if directory not in self._used:
            own = {place for place in self._folders if f"{place}/".startswith(f"{directory}/")}
            seen, waiting = set(own), [*own]
            while waiting:
                words = self._words_of(waiting.pop())
                used = {place for name in words for place in self._by_name[name]}
                waiting += used - seen
                seen |= used
            self._used[directory] = [*(seen - own)]
        return self._used[directory]


def is_list(file: str) -> bool:
    """Return True for the name of a list of packages."""
    return file in PACKAGE_LISTS or (file.endswith("proj") and PROJECT.search(file) is not None)


def title_of(name: str, is_short: bool) -> str:
    """Return the name of a directory or a program in one writing, if it is short without the word for what any program is."""
    title = re.sub(r"[_.]", "-", name.lower())
    return _ENDS.sub("", title) if is_short else title


def folders_above(name: str) -> list[str]:
    """Return the directories that hold a file, the nearest one first."""
    parts = name.split("/")[:-1]
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]


def code_of_image(place: str, code: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the source files below a directory, all for the empty text, without those that an image of another recipe is built of."""
    beginning = f"{place}/" if place else ""
    # of most files the end already tells that they are no recipe
    recipes = (name for name in names if name.endswith(DOCKERFILES))
    others = {posixpath.dirname(name) for name in recipes if posixpath.basename(name) in DOCKERFILES}
    inner = {each for each in others if each.startswith(beginning) and each != place}
    return [name for name in code if name.startswith(beginning) and inner.isdisjoint(folders_above(name))]


def _is_declared(file: tuple[str, str]) -> bool:
    return posixpath.basename(file[0]) == "Cargo.toml" or PROJECT.search(file[0]) is not None


def package_of(file: tuple[str, str]) -> str | None:
    """Return the name of the package that a list of packages is of."""
    name, text = file
    if PROJECT.search(name) is not None:
        return posixpath.basename(name).rpartition(".")[0]
    match = _NAME.search(_PARENT.sub("", text)) if is_list(posixpath.basename(name)) else None
    return match[1] if match is not None else None


def _names_of(
    place: str, files: list[tuple[str, str]], packages: Mapping[str, list[str]], roots: tuple[str, ...]
) -> Iterator[str]:
    """Yield the names by which others use what lies in a directory: its own, those of its files and its package.

    What lies below one of the `roots`, which are packages or programs, is meant by the path of that, and not by a name alone.
    """
    above = folders_above(f"{place}/")
    yield from (_written(name) for each in above for name in packages.get(each, ()))
    root = next((each for each in above if f"{each}/" in roots), None)
    if root is not None:
        parts = _written(root).split("/")
        yield from (f"./{parts[-1]}", "/".join(parts) if len(parts) > 1 else f"./{parts[-1]}")
        return
    stems = (posixpath.basename(name).partition(".")[0] for name, _ in files if not is_list(posixpath.basename(name)))
    named = [each for each in above if posixpath.basename(each).lower() not in _NAMES_OF_ALL or each in packages]
    for name in (*map(posixpath.basename, named[:1]), *(stem for stem in stems if len(stem) >= _SHORTEST)):
        written = _written(name)
        if written and written not in _NAMES_OF_ALL:
            yield written


def _written(name: str) -> str:
    """Return a name in small letters, with one sign between words and the last two parts of a path."""
    return "/".join(re.split(r"[/.\\:]+", re.sub(r"_+", "-", name.lower()).strip("-/."))[-2:])


def is_of_another(path: str, packages: tuple[str, ...]) -> bool:
    """Return True for a file below the `cmd` of a module of Go that belongs to none of the programs that are built."""
    _, sign, inner = f"/{path}".rpartition("/cmd/")
    return (
        sign != ""
        and "/" in inner
        and not any(f"{inner}/".startswith(f"{each.rpartition('cmd/')[2]}/") for each in packages)
    )


_STARTS = re.compile(r"(?:src/)?(?:main|server|manage|__main__|program)\.\w{1,5}|src/bin/.*|cmd/.*", re.IGNORECASE)


def library_folders(names: Iterable[str]) -> frozenset[str]:
    """Return the folders of libraries alone: crates, and those in `libs`, without a program and without a recipe.

    A client is often called as the server whose image others build.
    """
    listed = {*names}
    folders = set[str]()
    for name in listed:
        folder, file = posixpath.split(name)
        is_crate = file == "Cargo.toml" and f"{folder}/src/lib.rs" in listed
        if is_crate or (is_list(file) and posixpath.basename(posixpath.dirname(folder)) == "libs"):
            folders.add(folder)
    if not folders:
        return frozenset()
    for name in listed:
        for place in folders_above(name)[:4]:
            inner = name[len(place) + 1 :]
            if place in folders and (inner in DOCKERFILES or _STARTS.fullmatch(inner) is not None):
                folders.discard(place)
    return frozenset(folders)
