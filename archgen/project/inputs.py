"""The models that a command is about: found, read, and named as the user named them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from msgspec import Struct

from archgen.errors import Place, Problem, UsageError
from archgen.model import SUFFIX

STDIN = "-"
LARGEST = 64 * 1024 * 1024
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
    found: dict[str, str] = {}
    for path in paths:
        for file in _below(path) if os.path.isdir(path) else [path]:
            found.setdefault(file if file == STDIN else os.path.realpath(file), file)
    return tuple(found.values())


def _configured() -> tuple[str, ...]:
    from archgen.project.config import configured_models

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
    from archgen.project.config import natural

    return sorted(files, key=natural) or ([directory] if deep else [])


def read(files: tuple[str, ...], stdin_name: str = "<stdin>") -> tuple[Input, ...]:
    """The bytes of each file; what cannot be read becomes a problem of that file."""
    return tuple(_read(file, stdin_name) for file in files)


def _read(file: str, stdin_name: str) -> Input:
    if file == STDIN:
        # where standard input is closed there is nothing, which is what an empty model is told
        return _limited(stdin_name, sys.stdin.buffer.read(LARGEST + 1) if sys.stdin is not None else b"")
    if not file.isprintable() and any("\ud800" <= char <= "\udfff" for char in file):
        problem = unreadable(file, "the file's name is not UTF-8, so the model can have no id", "Rename the file.")
        return Input(file, None, problem)
    try:
        with open(file, "rb") as stream:
            return _limited(file, stream.read(LARGEST + 1))
    except (OSError, ValueError) as error:
        return Input(file, None, unreadable(file, *_reason(file, error)))


def _reason(file: str, error: OSError | ValueError) -> tuple[str, str]:
    if isinstance(error, FileNotFoundError):
        return "there is no such file", "Check the path; model files end in .arch.yaml."
    if os.path.isdir(file):
        return (
            "this directory holds no *.arch.yaml file",
            "Name a directory with models, or write one with `archgen new`.",
        )
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"the file cannot be read: {reason[:1].lower()}{reason[1:]}", "Name a file that can be read."


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
        from archgen.project.config import root_of

        root = os.path.realpath(root_of(directory))
        path = os.path.realpath(os.path.join(directory, name))
        if os.path.commonpath((root, path)) != root:
            raise PermissionError(f"{name} lies outside the project")
        with open(path, "rb") as stream:
            return stream.read(LARGEST)

    return read_included
