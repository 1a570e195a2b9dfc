"""The models that a command is about: found, read, and named as the user named them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection
from errno import ENOENT

from msgspec import Struct

from archgen.model.architecture import SUFFIX
from archgen.model.problems import Place, Problem, UsageError
from archgen.model.wording import first_few
from archgen.system.files import MODEL, MissingFile, OutsideProject, TooLargeFile, UnreadableFile, lies_in, read_file

STDIN = "-"
LARGEST = MODEL.limit
"""Bytes of a model file that are read; what is larger is no model that somebody wrote."""


class Input(Struct, frozen=True):
    """A model's file as the user named it, and its bytes, or the reason why there are none.

    `include` reads what the model includes; without it that is read beside the file.
    """

    file: str
    data: bytes | None
    problem: Problem | None = None
    include: Callable[[str], bytes] | None = None


def find(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The files that the paths stand for, each once; a directory stands for every model file in and below it.

    Without paths: the models that the configuration names, else `models/*.arch.yaml`. Raises UsageError if there are
    none at all; a path that leads nowhere is kept, so that it is reported beside what else there is to say.
    """
    if not paths:
        return _configured()
    files: dict[str, str] = {}
    for path in paths:
        for file in _below(path) if os.path.isdir(path) else [path]:
            files.setdefault(file if file == STDIN else os.path.realpath(file), file)
    return tuple(files.values())


def _configured() -> tuple[str, ...]:
    from archgen.app.config.config import configured_models

    files = configured_models()
    if files is None:
        files = tuple(_below("models", deep=False)) if os.path.isdir("models") else ()
        if not files:
            raise UsageError(
                "no model found: there is no models/*.arch.yaml here; name a file or a directory, or write one with "
                "`archgen new`"
            )
    return files


def _below(directory: str, deep: bool = True) -> list[str]:
    """Model files of a directory, numbers in names by value; the directory itself if it holds none."""
    files: list[str] = []
    for where, directories, names in os.walk(directory):
        directories[:] = sorted(name for name in directories if deep and not name.startswith("."))
        files += [os.path.join(where, name) for name in names if name.endswith(SUFFIX) and name != SUFFIX]
    from archgen.app.config.config import natural

    return sorted(files, key=natural) or ([directory] if deep else [])


def read(files: tuple[str, ...], stdin_name: str = "<stdin>", named: Collection[str] = ()) -> tuple[Input, ...]:
    """The bytes of each file; what cannot be read becomes a problem of that file.

    A file may be a link that leads out of the project only if it is `named`: given on the command line itself.
    """
    boundaries = _Boundaries(named)
    return tuple(_read(file, stdin_name, boundaries.around(file)) for file in files)


def find_and_read(paths: tuple[str, ...], stdin_name: str = "<stdin>") -> tuple[Input, ...]:
    """Find and read the models that the paths of a command line stand for."""
    return read(find(paths), stdin_name, paths)


def find_and_read_one(path: str, stdin_name: str = "<stdin>") -> tuple[Input, ...]:
    """Read the model that a path names: a file, or a directory with one; raise UsageError for a directory with several."""
    files = find((path,))
    if len(files) > 1:
        some = ", ".join(first_few([os.path.relpath(file, path) for file in files], 3))
        raise UsageError(f"{path} holds {len(files)} models ({some}); name the file of one")
    return read(files, stdin_name, (path,))


def _read(file: str, stdin_name: str, inside: str | None) -> Input:
    if file == STDIN:
        return _standard_input(stdin_name)
    if not file.isprintable() and any("\ud800" <= char <= "\udfff" for char in file):
        problem = unreadable(file, "the file's name is not UTF-8, so the model can have no id", "Rename the file.")
        return Input(file, None, problem)
    try:
        return Input(file, read_file(file, MODEL, inside))
    except UnreadableFile as error:
        return Input(file, None, unreadable(file, *_reason(file, error)))


def _standard_input(name: str) -> Input:
    """Return the bytes of stdin; a closed stdin is an empty model."""
    try:
        return _limited(name, sys.stdin.buffer.read(LARGEST + 1) if sys.stdin is not None else b"")
    except OSError as error:
        raise UsageError(f"standard input can't be read: {error.strerror}; name a file instead of -") from error


class _Boundaries:
    """The directories that files may not lead out of: their projects, or that of a directory that was named."""

    def __init__(self, named: Collection[str]) -> None:
        self._named = frozenset(named)
        self._directories = tuple(os.path.abspath(path) for path in named if os.path.isdir(path))
        self._known: dict[str, str] = {}

    def around(self, file: str) -> str | None:
        """The directory that a file has to lie in; None for one that was named itself."""
        if file in self._named:
            return None
        directory = os.path.dirname(os.path.abspath(file))
        if directory not in self._known:
            from archgen.app.config.config import repository_of

            around = next((path for path in self._directories if lies_in(directory, path)), None)
            self._known[directory] = repository_of(directory if around is None else os.path.realpath(around))
        return self._known[directory]


def _reason(file: str, error: UnreadableFile) -> tuple[str, str]:
    if isinstance(error, MissingFile) and not os.path.islink(file):
        return "there is no such file", "Check the path; model files end in .arch.yaml."
    if isinstance(error, OutsideProject):
        return "the file leads out of the project", "Put the model into the project, or name the file itself."
    if os.path.isdir(file):
        return (
            "this directory holds no *.arch.yaml file",
            "Name a directory with models, or write one with `archgen new`.",
        )
    if isinstance(error, TooLargeFile):
        return f"the file {error.reason}", "Split the model with `include`."
    if "a named pipe" in error.reason:
        return f"the file {error.reason}", "Write it to a file, or pipe it to `-`."
    return f"the file {error.reason}", f"{error.step[:1].upper()}{error.step[1:]}."


def _limited(file: str, data: bytes) -> Input:
    if len(data) <= LARGEST:
        return Input(file, data)
    limit = LARGEST // (1024 * 1024)
    return Input(file, None, unreadable(file, f"the file is larger than {limit} MB", "Split the model with `include`."))


def unreadable(file: str, message: str, fix: str) -> Problem:
    """The problem of a file that gives no model at all."""
    return Problem("invalid-model", message, fix, Place(file, 1, 1, 1), ("model", model_id(file)))


def model_id(file: str) -> str:
    """A model's id: its file's name without `.arch.yaml`."""
    return os.path.basename(file).removesuffix(SUFFIX)


def includer(file: str) -> Callable[[str], bytes]:
    """A reader of what a model includes, relative to it and never outside its project; OSError says why not."""
    directory = os.path.dirname(os.path.abspath(file))

    def read_included(name: str) -> bytes:
        from archgen.app.config.config import root_of

        root = os.path.realpath(root_of(directory))
        path = os.path.realpath(os.path.join(directory, name))
        if os.path.commonpath((root, path)) != root:
            raise PermissionError(f"{name} lies outside the project")
        try:
            return read_file(path, MODEL, root)
        except MissingFile as error:
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT), name) from error
        except UnreadableFile as error:
            raise PermissionError(f"{name} {error.reason}") from error

    return read_included
