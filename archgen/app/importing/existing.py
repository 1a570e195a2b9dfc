"""The file of an imported model: compared with a new import, or written."""

from __future__ import annotations

import os

from archgen.app.workspace.atomic_write import create
from archgen.system.files import MODEL, read_file


def write_model(path: str, text: str, *, check: bool) -> bool:
    """Write a model that must not exist yet; with `check` return True if the file is missing or says something else."""
    if check:
        return not os.path.exists(path) or read_file(path, MODEL) != text.encode()
    create(path, text.encode())
    return False
