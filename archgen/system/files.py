"""The only place that opens a file named by a user or a repository: a regular file, bounded, and inside its project."""

from __future__ import annotations

import os
import stat

from msgspec import Struct

from archgen.model.problems import UsageError

MEGABYTE = 1 << 20
_CHUNK = MEGABYTE
_FLAGS = os.O_RDONLY
for _flag in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _flag, 0)


class Purpose(Struct, frozen=True):
    """The purpose of a file, and the most bytes for it."""

    noun: str
    limit: int


MODEL = Purpose("model", 64 * MEGABYTE)
CONFIGURATION = Purpose("configuration", MEGABYTE)
BASELINE = Purpose("baseline", 64 * MEGABYTE)
TEMPLATE = Purpose("template", 128 * MEGABYTE)
ICON = Purpose("icon", MEGABYTE // 2)
SCHEMA = Purpose("schema", 4 * MEGABYTE)
IMPORTED = Purpose("configuration to import", 64 * MEGABYTE)
FOUND = Purpose("configuration that is found in a directory", 4 * MEGABYTE)
SITE_FILE = Purpose("file of a site", 64 * MEGABYTE)


class UnreadableFile(UsageError):
    """A file that isn't read; `reason` begins with a verb, `step` is what to do next."""

    def __init__(self, path: str, reason: str, step: str) -> None:
        super().__init__(f"{path} {reason}; {step}")
        self.reason = reason
        self.step = step


class MissingFile(UnreadableFile):
    """A path that leads nowhere."""


class TooLargeFile(UnreadableFile):
    """A file of more bytes than its purpose allows."""


class OutsideProject(UnreadableFile):
    """A path that leads out of the directory that it has to stay in."""


class ResolvedDirectory(str):
    """An absolute directory whose links are resolved, for many files that have to stay in it."""

    __slots__ = ()

    @classmethod
    def of(cls, directory: str) -> ResolvedDirectory:
        """Return a directory with its links resolved."""
        return cls(os.path.realpath(directory))


_inputs: set[str] = set()


def inputs() -> frozenset[str]:
    """Return the resolved paths of all files that this process has read as an input."""
    return frozenset(_inputs)


def read_file(path: str, purpose: Purpose, inside: str | None = None) -> bytes:
    """Return the bytes of a regular file; raise UnreadableFile for anything else, and never wait for a writer.

    With `inside` the file must lie in that directory once all links are resolved. Leave it out only for a path that the
    user gave on the command line.
    """
    content, resolved = _read(path, purpose.limit + 1, inside, purpose)
    _inputs.add(resolved or os.path.realpath(path))
    return content


def peek_file(path: str, length: int) -> bytes:
    """Return the first bytes of a regular file, which is no input of the run; raise UnreadableFile for anything else."""
    return _read(path, length)[0]


def _read(path: str, length: int, inside: str | None = None, purpose: Purpose | None = None) -> tuple[bytes, str]:
    """Return so many bytes, and the resolved path where it was checked; with a purpose so many are too many."""
    resolved = ""
    try:
        descriptor = _open(path)
        try:
            status = os.fstat(descriptor)
            _check_kind(path, status.st_mode)
            if inside is not None:
                resolved = _check_inside(path, descriptor, status, inside)
            too_large = purpose is not None and status.st_size >= length
            content = b"" if too_large else _content(descriptor, length, status.st_size)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise MissingFile(path, *_missing(path)) from error
    except (OSError, ValueError) as error:
        raise UnreadableFile(path, f"can't be read: {_words(error)}", "name a file that can be read") from error
    if purpose is not None and (too_large or len(content) == length):
        raise _too_large(path, purpose)
    return content, resolved


def _open(path: str) -> int:
    """Open without waiting for the other end of a pipe; a device isn't even opened, since that alone can have effects."""
    _check_kind(path, os.stat(path).st_mode)
    return os.open(path, _FLAGS)


def _check_kind(path: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise UnreadableFile(path, f"must be a regular file; got {kind_of(mode)}", "name a file")


def kind_of(mode: int) -> str:
    """Return the name of what a path leads to, with its article."""
    kinds = {
        stat.S_IFREG: "a regular file",
        stat.S_IFDIR: "a directory",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "something else")


def check_inside(path: str, directory: str) -> str:
    """Return the path with its links resolved; raise OutsideProject if that doesn't lie in the directory."""
    try:
        resolved = os.path.realpath(path)
    except ValueError as error:
        raise UnreadableFile(path, f"is no path: {error}", "correct it") from error
    if not lies_in(resolved, _resolved(directory)):
        raise _outside(path)
    return resolved


def _check_inside(path: str, descriptor: int, status: os.stat_result, directory: str) -> str:
    """Refuse a file elsewhere; that it is the file that was opened is checked too, so that no link changes between."""
    resolved = _path_of(descriptor)
    if resolved is not None:
        if not lies_in(resolved, _resolved(directory)):
            raise _outside(path)
        return resolved
    resolved = check_inside(path, directory)
    if not os.path.samestat(os.stat(resolved), status):
        raise _outside(path)
    return resolved


def _path_of(descriptor: int) -> str | None:
    """Return the path of an open file as Linux knows it, links resolved (proc(5)); None where it isn't told."""
    try:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return None
    return path if path.startswith("/") and not path.endswith(" (deleted)") else None


def _resolved(directory: str) -> str:
    return directory if isinstance(directory, ResolvedDirectory) else os.path.realpath(directory)


def _outside(path: str) -> OutsideProject:
    return OutsideProject(path, "leads out of the project", "put the file into the project")


def lies_in(path: str, directory: str) -> bool:
    """Return True if an absolute path is a directory or below it."""
    if path.startswith(f"{directory}{os.sep}"):
        return True
    try:
        return os.path.commonpath((path, directory)) == directory
    except ValueError:
        # other drives
        return False


def _content(descriptor: int, length: int, size: int) -> bytes:
    """Read up to a length, whatever the size says: a file may grow meanwhile, or hide its size as those of `/proc` do."""
    chunks: list[bytes] = []
    # one byte more than there should be tells the end without another call
    while length and (chunk := os.read(descriptor, min(length, size + 1 if size else _CHUNK))):
        chunks.append(chunk)
        length -= len(chunk)
        if len(chunk) <= size:
            break
    return b"".join(chunks)


def _too_large(path: str, purpose: Purpose) -> TooLargeFile:
    limit = purpose.limit
    words = f"{limit // MEGABYTE} MB" if limit >= MEGABYTE else f"{limit // 1024} KB"
    return TooLargeFile(path, f"must be at most {words}, as a {purpose.noun}; got more", "name a smaller file")


def _missing(path: str) -> tuple[str, str]:
    if os.path.islink(path):
        return "is a link that leads nowhere", "correct the link, or remove it"
    return "doesn't exist", "check the path"


def _words(error: OSError | ValueError) -> str:
    """Return the reason without a capital."""
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{words[:1].lower()}{words[1:]}"
