"""The programs of a repository that process managers start on a machine, with the directories of their sources."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.facts import FileTree, Opener, Origin
from archgen.importers.products import guess
from archgen.importers.sources.file_kinds import NO_CODE
from archgen.importers.sources.folders import is_list
from archgen.importers.sources.process_managers.pm2 import PM2, read_pm2
from archgen.importers.sources.process_managers.process import Process
from archgen.importers.sources.process_managers.procfile import PROCFILE, read_procfile
from archgen.importers.sources.process_managers.supervisor import SUPERVISOR, read_supervisor
from archgen.importers.sources.reading import CodeText
from archgen.importers.sources.started_modules import started_modules
from archgen.importers.stages import STAGING, stage_of

_RECIPE = re.compile(r"(^|/)([\w.-]*\.)?Dockerfile(\.[\w.-]*)?$", re.IGNORECASE)
_OF_IMAGE = re.compile(r"(^|/)\.?(docker|containers?)/", re.IGNORECASE)
"""Directories of what runs in an image."""

_NO_PROGRAM = re.compile(
    r"(?<![\w./-])(docker(-compose)?|podman|ngrok|cloudflared|stripe|tail)(?![\w/-])|--?watch\b|\bwatch:|:watch\b|tailwind|(?<![\w-])(webpack|vite|esbuild|sass|tsc)(?![\w-])(?!.*\b(preview|serve)\b)"
)
"""Commands of those who work on a system, and of what others run."""

_PATH = re.compile(
    r"(?<![\w@-])(?:\.{0,2}/)?[\w@.-]+(?:/[\w@.-]+)+/?|(?<!\S)[\w.-]+\.(?:[cm]?[jt]s|py|rb|php|jar|sh)(?!\S)"
)
_BUILT = re.compile(r"(^|/)(dist|build|out|lib)/")
_ENDS = (".ts", ".js", ".mjs", ".cjs", ".tsx", "/index.ts", "/index.js")
_IMPORT = re.compile(r"""(?:\bfrom|\brequire\(|\bimport\(?)\s{0,9}["'](\.{1,2}/[^"'\n]{1,200})["']""")
_MOST_FILES = 20
_MOST_RECIPES = 40
_MOST = 60
_LONGEST = 2000
_LARGEST = 128 * 1024


class Started(Struct, frozen=True):
    """A program with the directory of its sources, the file that it begins with if it is there, and where it is declared."""

    process: Process
    place: str
    entrance: str
    source: Origin
    is_shared: bool = False

    @property
    def title(self) -> str:
        """The name that the process manager has for it."""
        return self.process.name


def started_programs(path: str, opener: Opener) -> list[Started]:
    """Return the programs that process managers start, by the files for visitors where others are for those who work on a system.

    A file with a program that another one starts too is another version of that. What a recipe copies runs in an image.
    """
    tree = opener.tree(path)
    found = [name for name in tree.names if _sort_of(name) and NO_CODE.search(name) is None]
    paths = sorted((name for name in found if _OF_IMAGE.search(name) is None), key=_rank)[:_MOST_FILES]
    recipes = "\n".join(_texts((name for name in tree.names if _RECIPE.search(name)), path, opener)) if paths else ""
    programs: list[Started] = []
    for name in paths:
        if posixpath.basename(name) in recipes or (programs and stage_of(name) >= STAGING):
            continue
        known = {key for each in programs for key in (each.title, (each.place, each.entrance, each.process.command))}
        own = [
            each for text in _texts([name], path, opener) for each in _located(_read(name, text), name, path, opener)
        ]
        if not any(
            key in known for each in own for key in (each.title, (each.place, each.entrance, each.process.command))
        ):
            programs += own
    places = Counter(each.place for each in programs[:_MOST])
    return [replace(each, is_shared=places[each.place] > 1) for each in programs[:_MOST]]


def own_sources(program: Started, sources: list[CodeText]) -> list[CodeText]:
    """Return the sources of a program out of those of its directory: where several begin there, what it imports, if it is known."""
    if not program.is_shared:
        return sources
    return started_modules(program.process.command, sources) or _imported(program.entrance, sources) or sources


def _sort_of(name: str) -> bool:
    return any(pattern.search(name) is not None for pattern in (PM2, PROCFILE, SUPERVISOR))


def _rank(name: str) -> tuple[int, int, int, str]:
    """Return the order of files: those for visitors first, those of PM2 before Procfiles, the outer ones before the inner ones."""
    sort = next(
        number for number, pattern in enumerate((PM2, PROCFILE, SUPERVISOR)) if pattern.search(name) is not None
    )
    return stage_of(name), sort, name.count("/"), name


def _read(name: str, text: str) -> list[Process]:
    if PM2.search(name) is not None:
        return read_pm2(name, text)
    return read_procfile(text) if PROCFILE.search(name) is not None else read_supervisor(text)


def _located(processes: Iterable[Process], name: str, path: str, opener: Opener) -> Iterator[Started]:
    tree = opener.tree(path)
    names, folders = {*tree.names}, {*_folders(tree)}
    lists = {posixpath.dirname(each) for each in tree.names if is_list(posixpath.basename(each))}
    seen = posixpath.normpath(posixpath.join(posixpath.dirname(path), posixpath.relpath(name, tree.place or ".")))
    for each in processes:
        process = replace(each, command=each.command[:_LONGEST])
        if _NO_PROGRAM.search(process.command) or _is_store(process.command):
            continue
        base = _directory(process.directory, posixpath.dirname(name), folders)
        words = [match[0] for match in islice(_PATH.finditer(process.command), 20)]
        begun = [
            posixpath.normpath(
                posixpath.join(_directory(posixpath.dirname(word), base, folders), posixpath.basename(word))
            )
            for word in words
        ]
        files = [each for file in begun for each in _entrances(file, names)]
        inner = (each for file in (*files, *begun) for each in _above(file, base, folders, lists))
        called = [each for each in lists if posixpath.basename(each) == process.name] if not files else []
        place = next(inner, called[0] if len(called) == 1 else _around(base, process.directory != "", lists))
        yield Started(process, place, next(iter(files), ""), Origin(seen, process.line))


def _is_store(command: str) -> bool:
    """Return True for a command that starts a store, which a compose file may run elsewhere."""
    return any(guess("", image, command, frozenset()).known.keeps_data for image in ("", *command.split()[:1]))


def _folders(tree: FileTree) -> Iterator[str]:
    for name in tree.names:
        folder = posixpath.dirname(name)
        while folder:
            yield folder
            folder = posixpath.dirname(folder)


def _directory(written: str, own: str, folders: set[str]) -> str:
    """Return the directory that is meant; of a path on the machine, the end of it that is in the repository, the root without any."""
    if not written.startswith(("/", "~", "$")):
        place = posixpath.normpath(posixpath.join(own, written))
        return place if not place.startswith(("..", "/")) and place != "." else ""
    parts = [each for each in written.split("/") if each][:40]
    ends = ("/".join(parts[index:]) for index in range(len(parts)))
    return next((end for end in ends if end in folders), "")


def _entrances(file: str, names: set[str]) -> Iterator[str]:
    """Yield the source that a command begins with: what is built of it may lie elsewhere."""
    stem = posixpath.splitext(file)[0]
    sources = [_BUILT.sub(r"\1src/", stem, count=1), _BUILT.sub(r"\1", stem, count=1)] if _BUILT.search(stem) else []
    yield from (
        each
        for each in (file, *(f"{other}{end}" for other in sources for end in _ENDS))
        if each in names and not each.endswith(".sh")
    )


def _above(file: str, base: str, folders: set[str], lists: set[str]) -> Iterator[str]:
    """Yield the nearest directory with a list of packages around a file, below the one in which a program starts."""
    folder = file if file in folders else posixpath.dirname(file)
    while folder not in ("", "/", base):
        if folder in lists:
            yield folder
        folder = posixpath.dirname(folder)


def _around(base: str, is_stated: bool, lists: set[str]) -> str:
    """Return the directory in which a program starts, or where no file states it, the nearest one with a list of packages around."""
    place = base
    while place and not is_stated and place not in lists:
        place = posixpath.dirname(place)
    return place


def _imported(entrance: str, sources: list[CodeText]) -> list[CodeText]:
    """Return the sources that an entrance of JavaScript leads to by imports; none where it isn't among them."""
    by_path = {source.path: source for source in sources}
    waiting = [path for path in by_path if entrance and f"/{path}".endswith(f"/{entrance}")][:1]
    found = dict[str, None]()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = None
        for match in _IMPORT.finditer(by_path[path].text):
            stem = posixpath.normpath(posixpath.join(posixpath.dirname(path), match[1]))
            plain = posixpath.splitext(stem)[0]
            waiting += [
                each for each in (stem, *(f"{own}{end}" for own in (stem, plain) for end in _ENDS)) if each in by_path
            ]
    return [by_path[path] for path in found]


def _texts(names: Iterable[str], path: str, opener: Opener) -> Iterator[str]:
    place = opener.tree(path).place or "."
    for name in islice(names, _MOST_RECIPES):
        for file in opener(path, posixpath.relpath(name, place))[:1]:
            if len(file.data) <= _LARGEST:
                yield file.data.decode("utf-8", "replace")
