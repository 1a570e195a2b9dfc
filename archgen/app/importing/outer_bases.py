"""The bases that lie outside an imported directory, and that its kustomizations name."""

from __future__ import annotations

import os

from archgen.app.importing.kustomizations import Kustomizations
from archgen.importers.kubernetes.kustomize.kustomization import KUSTOMIZATIONS
from archgen.system.files import lies_in

_MOST_FILES = 500


def outer_files(paths: list[str], directory: str | None, kustomizations: Kustomizations) -> list[str]:
    """Return the files outside a directory, and in its project, that the kustomizations at paths in it lead to.

    Without a directory they are all that these lead to.
    """
    within = os.path.join(os.path.abspath(directory), "") if directory is not None else "\0"
    outer: dict[str, None] = {}
    waiting = [*paths]
    while waiting and len(outer) < _MOST_FILES:
        for name in kustomizations.at(waiting.pop()).named:
            file = _file_at(name) if not os.path.abspath(name).startswith(within) else None
            if file is not None and file not in outer and lies_in(os.path.realpath(file), kustomizations.project):
                outer[file] = None
                if file != name:
                    waiting.append(file)
    return list(outer)


def _file_at(name: str) -> str | None:
    """Return a file, or the kustomization in a directory."""
    if os.path.isfile(name):
        return name
    inner = (os.path.join(name, each) for each in KUSTOMIZATIONS)
    return next((path for path in inner if os.path.isfile(path)), None)
