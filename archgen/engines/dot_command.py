"""Runs `dot`: that of an installed Graphviz, or else the one of the graphviz-pure wheel."""

from __future__ import annotations

import os
import sys
import sysconfig

from archgen.model.problems import PartError, UsageError
from archgen.system.bounded_process import run_bounded
from archgen.system.executables import find_executable

WHEEL = "graphviz-pure"
"""The command of the wheel, which the extra `engines` installs."""

SECONDS = 120
MOST_BYTES = 256 << 20
"""Bounds of one run: a diagram of thousands of components takes a minute and some megabytes."""


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
    """Return the directories where packages of this Python put their commands."""
    return os.path.dirname(sys.executable), sysconfig.get_path("scripts")


def run_dot(source: str, form: str, command: str | None = None) -> str:
    """Return the output of `dot -Tform` for DOT text; UsageError, with its own message, when it fails.

    Without the graphviz package, whose import takes ten times as long as a small `dot`.
    """
    chosen = command or graphviz_command()
    name = os.path.basename(chosen)
    try:
        output = run_bounded((chosen, f"-T{form}"), MOST_BYTES, SECONDS, source.encode())
    except TimeoutError:
        raise PartError(f"`{name}` didn't end within {SECONDS} s; choose another `--engine`") from None
    except OSError:
        raise UsageError(f"`{chosen}` can't be run; install Graphviz, or leave out `--engine`") from None
    if output.exceeded:
        raise PartError(f"`{name}` wrote more than {MOST_BYTES >> 20} MB; choose another `--engine`")
    if output.code:
        raise PartError(f"`{name}` failed: {output.reason or output.code}")
    return output.data.decode()
