"""The file of an imported model: compared with a new import, or written."""

from __future__ import annotations

import os

from archgen.app.workspace.atomic_write import create, rewrite
from archgen.model.problems import ModelError, UsageError
from archgen.system.files import MODEL, read_file


def write_model(path: str, text: str, *, check: bool, update: bool = False) -> bool:
    """Write a model that must not exist yet; with `check` return True if the file is missing or says something else.

    With `update` it may exist. Its answers are kept then, and count for `check` too.
    """
    exists = os.path.exists(path)
    if exists and (check or update):
        from archgen.app.importing.answering import answers_of, with_answers

        try:
            text = with_answers(text, answers_of(path))
        except ModelError as error:
            reason = error.problems[0].message
            raise UsageError(
                f"{path} is invalid, so its answers can't be kept: {reason}; correct it (`archgen lint`), or remove it"
            ) from error
    if check:
        return not exists or read_file(path, MODEL) != text.encode()
    if exists and update:
        rewrite(path, text.encode())
    else:
        create(path, text.encode())
    return False
