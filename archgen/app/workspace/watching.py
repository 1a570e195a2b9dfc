"""Waiting for models, or what configures their judgement, to change."""

from __future__ import annotations

import os
from collections.abc import Iterator

from archgen.app.config.config import configured
from archgen.app.extras import needing_extra
from archgen.app.workspace.inputs import STDIN, find
from archgen.model.problems import UsageError

PAUSE = 200
"""Milliseconds that a change waits for the next one: an editor writes a file in several steps, a checkout many files."""

PATIENCE = 100
"""Milliseconds of one turn of the watcher, which is all that the first lint waits for it."""

_READ = (".yaml", ".yml", ".toml")


def watch_changes(paths: tuple[str, ...]) -> Iterator[None]:
    """Yields once at the start, and again whenever something changed that a lint of the paths reads."""
    if STDIN in paths:
        raise UsageError("--watch waits for files to change, and - is none; name files or directories")
    with needing_extra("--watch"):
        from watchfiles import watch
    places = watched(paths)
    watcher = watch(
        *places,
        watch_filter=lambda _, file: is_read(file),
        debounce=PAUSE,
        step=PAUSE // 4,
        rust_timeout=PATIENCE,
        yield_on_timeout=True,
    )
    # it listens from its first turn on: what changes during the first lint is seen after it
    next(watcher)
    yield
    for changed in watcher:
        if changed:
            yield


def watched(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The directories of the models, none of them in another, and the files that configure."""
    directories = {
        os.path.realpath(path if os.path.isdir(path) else os.path.dirname(path) or ".") for path in find(paths)
    }
    directories |= {os.path.realpath(path) for path in paths if os.path.isdir(path)}
    outer = [
        directory
        for directory in sorted(directories)
        if not any(_lies_in(directory, other) for other in directories - {directory})
    ]
    names = dict.fromkeys(("archgen.toml", "pyproject.toml", *filter(None, (configured()[0],))))
    files = [os.path.realpath(name) for name in names if os.path.exists(name)]
    places = (*outer, *(file for file in files if not any(_lies_in(file, other) for other in outer)))
    missing = next((place for place in places if not os.path.exists(place)), None)
    if missing is not None:
        raise UsageError(f"{missing} is not there, so nothing can change in it; name files or directories")
    return places


def _lies_in(path: str, directory: str) -> bool:
    return os.path.commonpath((path, directory)) == directory


def is_read(file: str) -> bool:
    """Return True if a lint may read a file: a model, an included file, or a configuration."""
    name = os.path.basename(file)
    return name.endswith(_READ) and not name.startswith(".")
