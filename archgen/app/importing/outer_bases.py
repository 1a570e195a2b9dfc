"""The bases that lie outside an imported directory, and that its kustomizations name."""

from __future__ import annotations

import os

from archgen.app.config.config import repository_of
from archgen.app.importing.directories import found_text
from archgen.app.importing.overlays import named_by
from archgen.importers.kubernetes.kustomization import KUSTOMIZATIONS
from archgen.system.files import ResolvedDirectory, lies_in

_MOST_FILES = 500


def outer_files(kustomizations: list[str], directory: str) -> tuple[list[str], ResolvedDirectory]:
    """Return the files outside a directory that its kustomizations lead to, and the repository that they lie in."""
    repository = ResolvedDirectory.of(repository_of(directory))
    within = os.path.join(os.path.abspath(directory), "")
    outer: dict[str, None] = {}
    waiting = [*kustomizations]
    while waiting and len(outer) < _MOST_FILES:
        path = waiting.pop()
        for name in named_by(os.path.dirname(path), found_text(path, repository)):
            file = _file_at(name) if not os.path.abspath(name).startswith(within) else None
            if file is not None and file not in outer and lies_in(os.path.realpath(file), repository):
                outer[file] = None
                if file != name:
                    waiting.append(file)
    return list(outer), repository


def _file_at(name: str) -> str | None:
    """Return a file, or the kustomization in a directory."""
    if os.path.isfile(name):
        return name
    inner = (os.path.join(name, each) for each in KUSTOMIZATIONS)
    return next((path for path in inner if os.path.isfile(path)), None)
