"""Files written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from archgen.errors import UsageError


def write(path: str, content: bytes) -> None:
    """Replace a file by one with this content; who reads it meanwhile sees the old or the new, never a part.

    Directories on the way are made. What is no regular file (a pipe, a terminal) is written to directly.
    """
    target = os.path.realpath(path)
    if os.path.isdir(target):
        raise UsageError(f"{path} is a directory; name a file")
    if os.path.exists(target) and not os.path.isfile(target):
        with open(target, "wb") as stream:
            stream.write(content)
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    beside = os.path.join(os.path.dirname(target), f".{os.path.basename(target)[:100]}.{os.getpid()}.part")
    try:
        with open(beside, "xb") as stream:
            stream.write(content)
        os.replace(beside, target)
    except BaseException:
        if os.path.exists(beside):
            os.unlink(beside)
        raise


def create(path: str, content: bytes) -> None:
    """Write a file that must not exist yet; UsageError if it does."""
    if os.path.lexists(path):
        raise UsageError(f"{path} exists and is not written over; remove it, or name another file with -o")
    write(path, content)


MARK = ".archgen"
"""The file by which a directory that archgen made is known; no other is ever replaced."""


def mark(directory: str) -> None:
    """Say that a directory is made by archgen as a whole, so that the next run may replace it."""
    with open(os.path.join(directory, MARK), "w", encoding="utf-8") as stream:
        stream.write("Made by archgen; the next build replaces this directory as a whole.\n")


@contextmanager
def fresh_directory(output: str) -> Iterator[str]:
    """A new directory that takes the place of `output` in one step once it is filled; nothing changes if that fails.

    A directory is replaced only if it is empty or archgen made it, and never one that somebody works in.
    """
    # lint writes files too, and does not need what this takes 4 ms to load
    import tempfile

    target = os.path.abspath(output)
    _check_place(target, output)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{os.path.basename(target)}.", dir=os.path.dirname(target)) as beside:
        made = os.path.join(beside, "made")
        os.mkdir(made)
        yield made
        mark(made)
        if os.path.lexists(target):
            os.rename(target, os.path.join(beside, "old"))
        os.rename(made, target)


def _check_place(target: str, output: str) -> None:
    if os.path.commonpath((target, os.getcwd())) == target:
        raise UsageError(f"{output} is, or holds, the working directory; name another directory")
    if os.path.islink(target) or (os.path.lexists(target) and not os.path.isdir(target)):
        raise UsageError(f"{output} is no directory; name another one")
    if os.path.isdir(target) and os.listdir(target) and not os.path.exists(os.path.join(target, MARK)):
        raise UsageError(
            f"{output} is not of archgen's making, so it is not replaced; empty it, or name another directory"
        )
