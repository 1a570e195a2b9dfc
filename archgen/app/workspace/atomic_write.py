"""The only place that writes files: each as a whole or not at all, with the permissions and the owner of the one before.

A report or a picture (`write`) takes the place of a file: what else is linked to that file stays as it was, no link leads
it out of the project, and no model, configuration or other input of the run is written over. A model that a command is to
change (`rewrite`) stays the file that it was, under all of its names: links lead to the new text.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, EBUSY, EPERM, EROFS, EXDEV

from archgen.app.config.config import repository_of
from archgen.app.workspace.inputs import STDIN
from archgen.model.architecture import SUFFIX
from archgen.model.problems import UsageError
from archgen.system.files import inputs, kind_of, lies_in
from archgen.system.leftovers import clear_once, part_name

_NEVER_A_REPORT = (".yaml", ".yml", ".toml")
"""Endings of models, of what they include, and of configurations; nothing else that archgen writes has one."""

_STREAMS = ("/dev/", "/proc/self/fd/")
"""Where the streams of this process have their names; what these lead to is written to, and not replaced."""

_IN_PLACE = (EACCES, EPERM, EROFS, EBUSY, EXDEV)
"""Reasons why a file can't take the place of another, though that one may still be written to."""

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def write(path: str, content: bytes, *, over_input: bool = False) -> None:
    """Replace a file by one with this content; a reader sees the old or the new one, never a part.

    Directories on the way are created. A pipe or a terminal is written to directly. UsageError if the path is a directory,
    leads out of the project by a link, or is a model or an input of this run; with `over_input` it may be an input.
    """
    status = _status(path)
    if status is not None and (not stat.S_ISREG(status.st_mode) or os.path.abspath(path).startswith(_STREAMS)):
        with _errors_name(path):
            _send(path, status.st_mode, content)
        return
    target = destination(path)
    _check_output(path, target, status, over_input)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with _errors_name(path):
        replace(target, content, status)


def rewrite(path: str, content: bytes) -> None:
    """Give a file that was read another content, under all of its names: symbolic links and hard links stay.

    A file with several hard links is written in place, and gets its old content back if that fails.
    """
    target = os.path.realpath(path)
    status = os.stat(target)
    with _errors_name(path):
        if status.st_nlink > 1:
            _overwrite(target, content)
        else:
            replace(target, content, status, durable=True)


def create(path: str, content: bytes) -> None:
    """Write a file that must not exist yet; UsageError if it does."""
    if os.path.lexists(path):
        raise UsageError(f"{path} exists and is not written over; remove it, or name another file with -o")
    target = destination(path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with _errors_name(path):
        replace(target, content)


def append(path: str, content: bytes) -> None:
    """Add to the end of a regular file, or create it."""
    status = _status(path)
    if status is not None and not stat.S_ISREG(status.st_mode):
        raise UsageError(f"{path} must be a regular file; got {kind_of(status.st_mode)}; name another file")
    with open(path, "ab") as stream:
        stream.write(content)


@contextmanager
def _errors_name(path: str) -> Iterator[None]:
    """Let errors name a file as the user does, and not the one beside it that takes its place."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error


def destination(path: str) -> str:
    """Return the path with its links resolved; what is named inside the project has to lie there.

    UsageError for `-`, which stands for a standard stream elsewhere, and for what would lie in a directory of that name.
    """
    if path.split(os.sep)[0] == STDIN:
        raise UsageError("- stands for no file here; name one, or ./- if that is its name")
    absolute, target = os.path.abspath(path), os.path.realpath(path)
    if os.path.islink(target):
        raise UsageError(f"{path} is a link that leads nowhere; remove it, or name another file")
    root = repository_of(os.getcwd())
    if lies_in(absolute, root) and not lies_in(target, os.path.realpath(root)):
        raise UsageError(f"{path} leads out of the project, to {target}; remove the link, or name the file itself")
    return target


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise UsageError(f"{path} can't be written: {error}; name another file") from error


def _send(path: str, mode: int, content: bytes) -> None:
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a directory; name a file")
    if stat.S_ISBLK(mode) or stat.S_ISSOCK(mode):
        raise UsageError(f"{path} must be a file, a pipe or a terminal; got {kind_of(mode)}; name another file")
    with open(path, "ab") as stream:
        stream.write(content)


def _check_output(path: str, target: str, status: os.stat_result | None, over_input: bool) -> None:
    if target.endswith(SUFFIX):
        raise UsageError(f"{path} is the name of a model, and only a model is written there; name another file")
    if status is None or over_input:
        return
    if target.lower().endswith(_NEVER_A_REPORT) or any(_is_same(status, file) for file in inputs()):
        raise UsageError(f"{path} is an input, which isn't written over; name another file")


def _is_same(status: os.stat_result, file: str) -> bool:
    try:
        return os.path.samestat(status, os.stat(file))
    except OSError:
        return False


def replace(target: str, content: bytes, status: os.stat_result | None = None, *, durable: bool = False) -> None:
    """Write a file beside the target, like it in all but its content, and rename it; links are not followed.

    Where that can't be (a mounted file, a directory that can't be written to, somebody else's file), the content is
    written in place. `durable` waits for the disk.
    """
    beside = _beside(target)
    try:
        _fill(beside, content, target, status, durable)
        os.replace(beside, target)
    except OSError as error:
        _remove(beside)
        if status is None or status.st_nlink > 1 or error.errno not in _IN_PLACE:
            raise
        _overwrite(target, content)
    except BaseException:
        _remove(beside)
        raise


def _beside(target: str) -> str:
    directory, name = os.path.split(target)
    clear_once(directory)
    return os.path.join(directory, part_name(name))


def _fill(beside: str, content: bytes, target: str, status: os.stat_result | None, durable: bool) -> None:
    descriptor = os.open(beside, _CREATE, 0o666 if status is None else 0o600)
    try:
        _pour(descriptor, content)
        if status is not None:
            _liken(descriptor, target, status)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _pour(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _liken(descriptor: int, target: str, status: os.stat_result) -> None:
    """Give a new file the owner, the permissions and the attributes (access lists among them) of another."""
    if not hasattr(os, "fchown"):
        return
    own = os.fstat(descriptor)
    if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
        os.fchown(descriptor, status.st_uid, status.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
    for name in os.listxattr(target) if hasattr(os, "listxattr") else ():
        _copy_attribute(descriptor, target, name)


def _copy_attribute(descriptor: int, target: str, name: str) -> None:
    try:
        os.setxattr(descriptor, name, os.getxattr(target, name))
    except OSError:
        # a label that only the system gives is its own affair; an access list is not
        if name.startswith("system.posix_acl"):
            raise


def _overwrite(target: str, content: bytes) -> None:
    """Write a file in place, and its old content back if that fails."""
    with open(target, "r+b", buffering=0) as stream:
        before = stream.read()
        try:
            _refill(stream.fileno(), content)
        except BaseException:
            _refill(stream.fileno(), before)
            raise


def _refill(descriptor: int, content: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    _pour(descriptor, content)
    os.ftruncate(descriptor, len(content))


def _remove(beside: str) -> None:
    if os.path.lexists(beside):
        os.unlink(beside)
