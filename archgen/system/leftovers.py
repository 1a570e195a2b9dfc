"""Files that a killed process leaves behind, known by their names, and removed by the next process that writes there."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

if sys.platform != "win32":
    import fcntl

_ENDING = ".archgen-part"
_cleared: set[str] = set()


def part_name(name: str, number: int = 0) -> str:
    """Return the name that a file or a directory has while this process fills it, beside the place where it goes."""
    return f".{name[:40]}.{os.getpid()}{f'-{number}' if number else ''}{_ENDING}"


def clear_once(directory: str) -> None:
    """Clear a directory of what was left there, the first time that this process writes to it."""
    if directory not in _cleared:
        _cleared.add(directory)
        clear(directory)


def clear(directory: str) -> None:
    """Remove what processes that are gone left in a directory; what can't be removed stays."""
    try:
        names = [name for name in os.listdir(directory) if name.endswith(_ENDING)]
    except OSError:
        return
    for name in names:
        writer = name.removesuffix(_ENDING).rpartition(".")[2].partition("-")[0]
        path = os.path.join(directory, name)
        if _is_number(writer) and not _is_running(int(writer)) and not _is_held(path):
            _remove(path)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= 10


@contextmanager
def hold(directory: str) -> Iterator[None]:
    """Hold a directory while it is filled: who sees it from another container can't see this process."""
    held = None
    with suppress(OSError):
        held = _lock(directory)
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def _is_held(path: str) -> bool:
    if not os.path.isdir(path) or os.path.islink(path):
        return False
    try:
        held = _lock(path)
    except BlockingIOError:
        return True
    except OSError:
        # a file system without locks
        return False
    if held is not None:
        os.close(held)
    return False


def _lock(directory: str) -> int | None:
    """Lock a directory until the descriptor is closed; OSError if somebody else has, None where a system can't."""
    if sys.platform == "win32":
        return None
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _is_running(process: int) -> bool:
    """Return True if a process is there, or may be; this one is, and has nothing left behind that it does not know."""
    if os.name == "nt":
        # to ask for a process there would end it
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return process != os.getpid()


def _remove(path: str) -> None:
    try:
        if stat.S_ISDIR(os.lstat(path).st_mode):
            import shutil

            shutil.rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)
    except OSError:
        return
