"""Commands of other programs, by absolute path: a `git` or `dot` that lies in the working directory is never run."""

from __future__ import annotations

import os
import shutil


def search_path() -> tuple[str, ...]:
    """Return the absolute directories of PATH.

    An empty or relative entry means the working directory, which is a checkout of somebody else's files.
    """
    return tuple(entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(entry))


def find_executable(name: str, *directories: str) -> str | None:
    """Return the absolute path of a command, from these directories before those of PATH; None if there is none."""
    # `shutil.which` looks into the working directory first on Windows, unless the command comes with a directory
    file = f"{name}.exe" if os.name == "nt" else name
    candidates = (os.path.join(directory, file) for directory in (*directories, *search_path()))
    return next((path for path in candidates if shutil.which(path)), None)
