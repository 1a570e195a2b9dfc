"""Files written whole or not at all."""

from __future__ import annotations

import os

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
