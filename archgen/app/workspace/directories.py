"""Directories that archgen fills: what it wrote there before is replaced, and every other file stays.

A build is made in a directory of its own and put in place once it is done: by one rename where there was nothing, else
file by file, each of them atomically, which also works on a mount point. The mark lists what archgen wrote.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from archgen.app.workspace.atomic_write import destination, replace
from archgen.model.problems import UsageError
from archgen.system.files import SITE_FILE, read_file
from archgen.system.leftovers import clear_once, hold, part_name
from archgen.system.termination import Terminated, await_copies, check_end, cleanly

MARK = ".archgen"
"""The file by which a directory that archgen filled is known; it lists the files that archgen wrote there."""

_HEAD = "Made by archgen. The next build replaces the files listed here, and keeps all others.\n"

_NEVER_IN_THE_WAY = ("CNAME", "lost+found")
"""What a directory may hold before the first build, beside hidden files: a domain for the host, the find of a disk."""


def mark(directory: str) -> None:
    """List all that a directory holds as written by archgen, but for hidden files."""
    _write_mark(directory, _files(directory))


@contextmanager
def filled_directory(output: str) -> Iterator[str]:
    """Yield an empty directory whose content takes the place of what archgen wrote to `output` before.

    Nothing changes if filling it fails, or if something else stands where a file has to go: UsageError.
    """
    target = os.path.abspath(output)
    _check_place(target, output)
    around = target if os.path.isdir(target) else os.path.dirname(target)
    os.makedirs(around, exist_ok=True)
    with cleanly(), _staging(around, os.path.basename(target)) as staging:
        filled = os.path.join(staging, "made")
        os.mkdir(filled)
        yield filled
        check_end()
        _put(filled, target, output)


@contextmanager
def _staging(around: str, name: str) -> Iterator[str]:
    """A directory that nobody else uses, removed at the end."""
    clear_once(around)
    clear_once(os.path.dirname(around))
    number = 0
    while True:
        staging = os.path.join(around, part_name(name, number))
        with suppress(FileExistsError):
            os.mkdir(staging, 0o700)
            break
        number += 1
    with hold(staging):
        try:
            yield staging
        except (Terminated, KeyboardInterrupt):
            await_copies()
            raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _put(filled: str, target: str, output: str) -> None:
    if not os.path.lexists(target):
        mark(filled)
        # fails where another process has just put something there
        with suppress(OSError):
            os.rename(filled, target)
            return
    _merge(filled, target, output)


def _merge(filled: str, target: str, output: str) -> None:
    """Put each file in its place, pages after what they show; the mark knows of every file before it is there."""
    new, old = _files(filled), _listed(target)
    gone = frozenset(old or ()) - frozenset(new)
    for path in new:
        _check_free(target, path, output, old, gone)
    _write_mark(target, sorted({*new, *(old or ())}))
    _discard(target, _in_the_way(gone, new))
    for path in sorted(new, key=lambda path: (path.endswith((".html", ".md")), path)):
        _move(os.path.join(filled, path), os.path.join(target, path))
    _discard(target, gone)
    _write_mark(target, new)


def _check_free(target: str, path: str, output: str, old: tuple[str, ...] | None, gone: frozenset[str]) -> None:
    """Refuse a place that holds anything but what archgen wrote; a mark without a list doesn't say what that was."""
    place = target
    parts = path.split("/")
    for at, part in enumerate(parts, 1):
        place = os.path.join(place, part)
        mode = _mode(place)
        if mode is None:
            return
        listed = "/".join(parts[:at])
        if at < len(parts):
            free = stat.S_ISDIR(mode) or listed in gone
        elif stat.S_ISDIR(mode):
            free = all(f"{listed}/{each}" in gone for each in _files(place, hidden=True))
        else:
            free = stat.S_ISREG(mode) if old is None else listed in old
        if not free:
            raise UsageError(
                f"{os.path.join(output, listed)} isn't of archgen's making, and its place is needed; move it, or name "
                "another directory"
            )
        if not stat.S_ISDIR(mode):
            return


def _in_the_way(gone: Iterable[str], new: Iterable[str]) -> list[str]:
    """Return the files that have to go before the new ones come: they stand where a directory will, or the reverse."""
    files = frozenset(new)
    directories = {above for path in files for above in directories_above(path)}
    return [path for path in gone if path in directories or any(above in files for above in directories_above(path))]


def directories_above(path: str) -> list[str]:
    """Return the directories on the way to a file."""
    parts = path.split("/")
    return ["/".join(parts[:at]) for at in range(1, len(parts))]


def _move(source: str, place: str) -> None:
    os.makedirs(os.path.dirname(place), exist_ok=True)
    try:
        os.replace(source, place)
    except OSError:
        # another file system may be mounted within, or on, the directory
        with open(source, "rb") as stream:
            replace(place, stream.read())


def _discard(target: str, paths: Iterable[str]) -> None:
    """Remove files that archgen wrote, through no link, and the directories that are empty then."""
    for path in paths:
        place = os.path.join(target, path)
        if _is_below(target, path) and os.path.lexists(place) and not os.path.isdir(place):
            os.unlink(place)
            while (place := os.path.dirname(place)) != target:
                try:
                    os.rmdir(place)
                except OSError:
                    break


def _is_below(target: str, path: str) -> bool:
    """Return True if no directory on the way to a file is a link."""
    around = os.path.dirname(os.path.join(target, path))
    return os.path.realpath(around) == os.path.normpath(os.path.join(os.path.realpath(target), os.path.dirname(path)))


def _mode(place: str) -> int | None:
    try:
        return os.lstat(place).st_mode
    except FileNotFoundError:
        return None


def _files(directory: str, hidden: bool = False) -> list[str]:
    """Return the files below a directory, hidden ones only where asked for, with slashes and in order."""
    paths: list[str] = []
    for where, directories, names in os.walk(directory):
        if not hidden:
            directories[:] = [name for name in directories if not name.startswith(".")]
            names = [name for name in names if not name.startswith(".")]
        below = os.path.relpath(where, directory).replace(os.sep, "/")
        paths += [name if below == "." else f"{below}/{name}" for name in names]
    return sorted(paths)


def _listed(directory: str) -> tuple[str, ...] | None:
    """Return what the mark lists, without what leads elsewhere; None where there is no list."""
    if not os.path.lexists(os.path.join(directory, MARK)):
        return ()
    text = read_file(os.path.join(directory, MARK), SITE_FILE, directory).decode("utf-8", "surrogateescape")
    head, _, lines = text.partition("\n")
    if f"{head}\n" != _HEAD:
        return None
    return tuple(line for line in lines.split("\n") if line and _is_plain(line))


def _is_plain(path: str) -> bool:
    """Return True for a path of files that aren't hidden: nothing absolute, and nothing that leads up."""
    return "\0" not in path and "\\" not in path and not any(part[:1] in ("", ".") for part in path.split("/"))


def _write_mark(directory: str, files: Iterable[str]) -> None:
    lines = "".join(f"{path}\n" for path in files if "\n" not in path)
    replace(os.path.join(directory, MARK), f"{_HEAD}{lines}".encode("utf-8", "surrogateescape"))


def _check_place(target: str, output: str) -> None:
    if os.path.commonpath((target, os.getcwd())) == target:
        raise UsageError(f"{output} is, or holds, the working directory; name another directory")
    if os.path.islink(target) or (os.path.lexists(target) and not os.path.isdir(target)):
        raise UsageError(f"{output} is no directory; name another one")
    destination(output)
    if os.path.isdir(target) and not os.path.lexists(os.path.join(target, MARK)) and not _is_free(target):
        raise UsageError(
            f"{output} is not of archgen's making, so it is not replaced; empty it, or name another directory"
        )


def _is_free(target: str) -> bool:
    """Return True for a directory that holds nothing but what may stand beside a site."""
    return all(name.startswith(".") or name in _NEVER_IN_THE_WAY for name in os.listdir(target))
