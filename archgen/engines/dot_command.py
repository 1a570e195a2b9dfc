"""Runs `dot`: that of an installed Graphviz, or else the one of the graphviz-pure wheel."""

from __future__ import annotations

import os
import sys
import sysconfig

from archgen.model.problems import PartError, UsageError
from archgen.system.executables import find_executable

WHEEL = "graphviz-pure"
"""The command of the wheel, which the extra `engines` installs."""


def graphviz_command() -> str:
    """Return the path of the `dot` on the PATH, or else of the wheel's command."""
    command = find_executable("dot") or find_executable(WHEEL, *_scripts())
    if command is None:
        raise UsageError(
            "Graphviz isn't installed; install it so that `dot` is on the PATH, run `pip install 'archgen[engines]'`, "
            "or leave out `--engine`"
        )
    return command


def system_dot() -> str:
    """Return the path of the `dot` on the PATH."""
    command = find_executable("dot")
    if command is None:
        raise UsageError("there is no `dot` on the PATH; install Graphviz, or leave out `--engine`")
    return command


def _scripts() -> tuple[str, str]:
    """Where packages of this Python put their commands."""
    return os.path.dirname(sys.executable), sysconfig.get_path("scripts")


def run(source: str, form: str, command: str | None = None) -> str:
    """Return the output of `dot -Tform` for DOT text; UsageError, with its own message, when it fails.

    Without the graphviz package, whose import takes ten times as long as a small `dot`.
    """
    import subprocess

    chosen = command or graphviz_command()
    try:
        done = subprocess.run([chosen, f"-T{form}"], input=source.encode(), capture_output=True, check=False)
    except OSError:
        raise UsageError(f"`{chosen}` can't be run; install Graphviz, or leave out `--engine`") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise PartError(f"`{os.path.basename(chosen)}` failed: {said[0] if said else done.returncode}")
    return done.stdout.decode()
