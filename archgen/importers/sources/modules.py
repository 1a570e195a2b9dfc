"""Libraries that a program takes from modules of its repository: in Go by its imports, in Maven, Gradle and Cargo by what it requires."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.facts import Configuration, FileTree, Opener
from archgen.importers.packages import PackageLists, join_lists, lists_in
from archgen.importers.sources.reading import ReadNames, names_read

_PACKAGE = re.compile(r'"([\w./@~-]+)"[ \t]*$', re.MULTILINE)
_BEFORE_PACKAGE = re.compile(r"[ \t]*(?:import +)?(?:[\w.]+ +)?")
"""A package at the end of a line, and what stands before it where a file of Go imports that."""

_MODULE = re.compile(r"^module +(\S+)", re.MULTILINE)
_TEST = re.compile(r"_test\.go$|(^|/)(testdata|vendor|mocks?|examples?)/")

_OF_GRADLE = ("build.gradle", "build.gradle.kts")
_ROOTS_OF_GRADLE = ("settings.gradle", "settings.gradle.kts")
_FOR_ALL = re.compile(r"^[ \t]*(?:subprojects|allprojects)[ \t]*\{", re.MULTILINE)
_PROJECT = re.compile(
    r"""^[ \t]*(?:api|implementation|compile|runtimeOnly)\b[^\n]*\bproject\([^"'\n]*["']:([\w:.-]+)["']""", re.MULTILINE
)

_PARENT = re.compile(r"<parent>(.{0,2000}?)</parent>", re.DOTALL)
_WITHOUT = re.compile(r"<!--.*?-->|<(dependencyManagement|build|profiles|parent)>.*?</\1>", re.DOTALL)
_DEPENDENCY = re.compile(r"<dependency>.*?</dependency>", re.DOTALL)
_ARTIFACT = re.compile(r"<artifactId>\s*([\w.-]+)\s*</artifactId>")
_RELATIVE = re.compile(r"<relativePath>\s*([\w./-]+)\s*</relativePath>")
_FOR_TESTS = re.compile(r"<scope>\s*test\s*</scope>")

_MEMBERS = re.compile(r"^members *= *\[([^\]]*)\]", re.MULTILINE)
_OF_PATH = re.compile(r'^[\w-]+ *= *\{[^}\n]*\bpath *= *"([^"\n]{1,200})"', re.MULTILINE)
"""The members of a workspace of Cargo, and a package that lies at a path."""

_MOST_MODULES = 200
_MOST_NAMED = 400
_MOST_FILES = 400
_LARGEST = 256 * 1024


def with_modules(lists: PackageLists, opener: Opener) -> PackageLists:
    """Return the lists of packages of a program with the libraries that it takes from modules of the same repository."""
    added = [text for path in lists.paths for text in _Modules(path, opener).libraries()]
    if not added:
        return lists
    text = "\n".join((lists.text, *added)).lower()
    return replace(lists, text=text, first=lists.first or lists.text)


def modules_required(lists: PackageLists, opener: Opener) -> list[str]:
    """Return the directories in the repository of the modules of Maven and Gradle that a program requires, without its own."""
    found: dict[str, None] = {}
    for path in lists.paths:
        modules = _Modules(path, opener)
        question = modules_required, opener.tree(path).project, path
        if question not in opener.answers:
            opener.answers[question] = [*modules.places()]
        found |= dict.fromkeys(opener.answers[question])
    return [*found]


def lists_at(names: list[str], path: str, opener: Opener) -> PackageLists:
    """Return the lists of packages of a directory by their paths in the repository, in which a file at a path lies, with what they name."""
    seen = [posixpath.relpath(name, opener.tree(path).place or ".") for name in names]
    lists = lists_in(posixpath.dirname(seen[0]), path, opener) if seen else None
    files = [file for name in seen for file in opener(path, name)[:1]]
    lists = lists if lists is not None else join_lists(files, "", files)
    # a project of Gradle hands on what those have that it requires
    return with_modules(lists, opener) if any(posixpath.basename(each) in _OF_GRADLE for each in lists.paths) else lists


def imports_of(text: str) -> Iterator[str]:
    """Yield the packages that a file of Go imports."""
    for match in _PACKAGE.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if _BEFORE_PACKAGE.fullmatch(text, start, match.start()) is not None:
            yield match[1]


class Packages(Struct):
    """The names that the packages of a program of Go read, and the libraries that these import."""

    names: ReadNames
    libraries: PackageLists


def packages_imported(
    module: tuple[str, str],
    place: str,
    files: Mapping[str, list[str]],
    read: Callable[[list[str]], list[tuple[str, str]]],
    answers: dict[tuple[object, ...], Any],
) -> Packages:
    """Return the packages that a program at a place is built of; `module` has the directory and the text of its `go.mod`.

    `files` are those of Go by their directories, and `read` gives the texts of such files. `answers` are those of a run.
    """
    match = _MODULE.search(module[1])
    prefix = f"{match[1] if match else ''}/"
    waiting, seen, libraries = [place], dict[str, None](), set[str]()
    texts: list[tuple[str, str]] = []
    while waiting and len(texts) < _MOST_FILES:
        package = waiting.pop()
        if package in seen:
            continue
        seen[package] = None
        own = read(files.get(package, []))
        texts += own
        for name in (name for _, text in own for name in imports_of(text)):
            if name.startswith(prefix):
                waiting.append(posixpath.join(module[0], name.removeprefix(prefix)))
            else:
                libraries.add(name)
    names = names_read(texts, answers)
    return Packages(names, PackageLists("\n".join(sorted(libraries)).lower(), complete=not waiting))


class _Modules:
    """The modules of the repository in which a list of packages lies."""

    def __init__(self, path: str, opener: Opener) -> None:
        self._path, self._opener = path, opener

    def libraries(self) -> Iterator[str]:
        """Yield texts with the libraries that other modules bring."""
        name = posixpath.basename(self._path)
        if name == "go.mod":
            yield from sorted(self._imported())
        elif name in _OF_GRADLE:
            yield from self._of_gradle()
        elif name == "pom.xml":
            yield from self._of_maven()
        elif name == "Cargo.toml":
            yield from self._of_cargo()

    def places(self) -> Iterator[str]:
        """Yield the directories of other modules that the program is built of, as far as its list of packages names them."""
        name, own = posixpath.basename(self._path), posixpath.normpath(self._tree().place or ".")
        if name == "pom.xml":
            yield from (posixpath.dirname(each) for each in self._poms() if posixpath.dirname(each) not in ("", own))
        elif name in _OF_GRADLE:
            yield from (each for each in self._projects(self._root_of_gradle() or own) if each not in (".", own))

    def _tree(self) -> FileTree:
        return self._opener.tree(self._path)

    def _text(self, name: str) -> str:
        """Return the text of a file, by its path in the repository."""
        opened = self._opener(self._path, posixpath.relpath(name, self._tree().place or "."))[:1]
        return "".join(_text_of(each) for each in opened)

    def _imports_in(self, name: str) -> tuple[str, ...]:
        """Return the packages that a file of Go imports: several programs may import its own."""
        question = imports_of, self._tree().project, name
        if question not in self._opener.answers:
            self._opener.answers[question] = (*imports_of(self._text(name)),)
        found: tuple[str, ...] = self._opener.answers[question]
        return found

    def _named(self, file: str) -> dict[str, str]:
        """Return the files of modules in the repository by the names of these."""
        key = with_modules, file, self._tree().project
        if key not in self._opener.answers:
            files = [each for each in self._tree().names if posixpath.basename(each) == file][:_MOST_NAMED]
            named = {_own_name(file, self._text(each)): each for each in files}
            self._opener.answers[key] = {name: each for name, each in named.items() if name}
        found: dict[str, str] = self._opener.answers[key]
        return found

    def _imported(self) -> set[str]:
        """Return the libraries that packages of other modules import, as far as the program imports these."""
        own = posixpath.normpath(self._tree().place or ".")
        modules = {name: posixpath.dirname(file) or "." for name, file in self._named("go.mod").items()}
        if len(modules) < 2 or own not in modules.values():
            return set()
        places = sorted(modules.values(), key=len, reverse=True)
        packages: dict[str, list[str]] = {}
        for name in self._tree().names:
            if name.endswith(".go") and _TEST.search(name) is None:
                packages.setdefault(posixpath.dirname(name) or ".", []).append(name)
        waiting = [each for each in packages if _module_of(each, places) == own]
        seen, libraries, count = set[str](), set[str](), 0
        while waiting and count < _MOST_FILES:
            package = waiting.pop()
            if package in seen:
                continue
            seen.add(package)
            count += len(packages.get(package, ()))
            for name in (name for file in packages.get(package, ()) for name in self._imports_in(file)):
                module = max((each for each in modules if f"{name}/".startswith(f"{each}/")), key=len, default=None)
                if module is not None:
                    waiting.append(posixpath.normpath(posixpath.join(modules[module], name[len(module) :].strip("/"))))
                elif _module_of(package, places) != own:
                    libraries.add(name)
        return libraries

    def _of_gradle(self) -> Iterator[str]:
        """Yield what the root has for all its projects, and the lists of those that the program requires."""
        place, root = posixpath.normpath(self._tree().place or "."), self._root_of_gradle()
        if root is None or root == place:
            return
        top = self._list_of_gradle(root)
        yield from (_block(top, match.end()) for match in _FOR_ALL.finditer(top))
        yield from (self._list_of_gradle(each) for each in self._projects(root) if each != place)

    def _root_of_gradle(self) -> str | None:
        names = set(self._tree().names)
        above = _above(posixpath.normpath(self._tree().place or "."))
        return next((each for each in above if any(_join(each, name) in names for name in _ROOTS_OF_GRADLE)), None)

    def _list_of_gradle(self, place: str) -> str:
        names = set(self._tree().names)
        return next((self._text(_join(place, name)) for name in _OF_GRADLE if _join(place, name) in names), "")

    def _projects(self, root: str) -> Iterator[str]:
        """Yield the directory of the program, and those of the projects that it requires."""
        waiting, seen = [posixpath.normpath(self._tree().place or ".")], set[str]()
        while waiting and len(seen) < _MOST_MODULES:
            module = waiting.pop()
            if module in seen:
                continue
            seen.add(module)
            yield module
            waiting += [_join(root, each.replace(":", "/")) for each in _PROJECT.findall(self._list_of_gradle(module))]

    def _of_cargo(self) -> Iterator[str]:
        """Yield the lists of the members of a workspace, and those of the packages that a program names by their paths."""
        lists = [each for each in self._tree().names if posixpath.basename(each) == "Cargo.toml"]
        start = _join(self._tree().place or ".", "Cargo.toml")
        waiting, seen = [start], dict[str, None]()
        while waiting and len(seen) < _MOST_MODULES:
            name = waiting.pop()
            if name in seen:
                continue
            seen[name] = None
            text, place = self._text(name), posixpath.dirname(name)
            if name != start:
                yield text
            for members in _MEMBERS.findall(text)[:1]:
                patterns = [_join(place, f"{each}/Cargo.toml") for each in re.findall(r'"([^"\n]{1,200})"', members)]
                waiting += [each for each in lists if any(fnmatchcase(each, pattern) for pattern in patterns)]
            waiting += [
                each for path in _OF_PATH.findall(text) if (each := _join(place, f"{path}/Cargo.toml")) in lists
            ]

    def _of_maven(self) -> Iterator[str]:
        """Yield the dependencies of the parents, and those of the modules that the program requires."""
        start = _join(self._tree().place or ".", "pom.xml")
        yield from (each for name in self._poms() if name != start for each in _dependencies(self._text(name)))

    def _poms(self) -> Iterator[str]:
        """Yield the files of the program, of its parents, and of the modules that it requires."""
        by_name = self._named("pom.xml")
        names = {*by_name.values()}
        waiting, seen = [_join(self._tree().place or ".", "pom.xml")], set[str]()
        while waiting and len(seen) < _MOST_MODULES:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            yield name
            text = self._text(name)
            required = [match[1] for each in _dependencies(text) if (match := _ARTIFACT.search(each)) is not None]
            waiting += [by_name[each] for each in required if each in by_name]
            for parent in _PARENT.findall(text)[:1]:
                match, artifact = _RELATIVE.search(parent), _ARTIFACT.search(parent)
                above = posixpath.normpath(
                    _join(posixpath.dirname(name), match[1] if match is not None else "../pom.xml")
                )
                above = above if above.endswith(".xml") else _join(above, "pom.xml")
                if above in names and artifact is not None and by_name.get(artifact[1]) == above:
                    waiting.append(above)


def _dependencies(text: str) -> list[str]:
    """Return what a file of Maven requires of others, but for its tests."""
    return [each for each in _DEPENDENCY.findall(_WITHOUT.sub("", text)) if not _FOR_TESTS.search(each)]


def _text_of(file: Configuration) -> str:
    return file.data.decode("utf-8", "replace") if len(file.data) <= _LARGEST else ""


def _join(directory: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(directory, name))


def _above(place: str) -> Iterator[str]:
    """Yield a directory and those above it."""
    while place not in ("", "."):
        yield place
        place = posixpath.dirname(place)
    yield "."


def _module_of(package: str, places: list[str]) -> str | None:
    """Return the directory of the module that a package is of, among those of which the longest come first."""
    return next((each for each in places if each == "." or f"{package}/".startswith(f"{each}/")), None)


def _block(text: str, start: int) -> str:
    """Return what stands between a brace and the one that closes it."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[start:place]
    return ""


def _own_name(file: str, text: str) -> str:
    """Return the name of a module of Go or of Maven, by the text of its file."""
    is_go = file == "go.mod"
    match = _MODULE.search(text) if is_go else _ARTIFACT.search(_DEPENDENCY.sub("", _WITHOUT.sub("", text)))
    return match[1] if match is not None else ""
