"""The only place that runs `git`: no command that a repository configures is executed, and nothing is fetched.

The configuration of a repository at hand can name commands: for SSH, for a file system monitor, hooks, filters,
drivers, aliases. So git runs plumbing alone, which consults few of them, with the options that git documents for
repositories of others. What the user configured (`safe.directory` among it) still holds.
"""

from __future__ import annotations

import os
import secrets
from typing import Literal

from archgen.app.workspace.inputs import LARGEST
from archgen.model.problems import UsageError
from archgen.system.bounded_process import Output, run_bounded
from archgen.system.executables import find_executable, search_path

Plumbing = Literal["cat-file", "ls-tree", "merge-base", "rev-parse"]
"""Commands that apply no filter, driver or hook, show no pager and take no alias."""

SECONDS = 60
"""How long one command may take; a repository whose files never end (a FIFO) would stop archgen for good."""

NO_GIT = "git is not installed, and revisions are read with it; two files can be compared without: `archgen diff A B`"

OPTIONS = (
    "--no-pager",
    # a bare repository among the files of a checkout brings a configuration of its own
    "-c safe.bareRepository=explicit",
    "-c core.fsmonitor=false",
    f"-c core.hooksPath={os.devnull}",
    # what a fetch would run, for a git older than GIT_NO_LAZY_FETCH (2.45)
    "-c core.sshCommand=false",
    "-c credential.helper=",
    "-c protocol.allow=never",
)

VARIABLES = {
    "LC_ALL": "C",
    # a missing object of a partial clone is an error, and not a reason to fetch
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # Only the protocols named here are allowed. An empty value allows the helper of the empty name, and a repository
    # may call its helper, and an alias in its place, as it likes; but not by a name that it can't know.
    "GIT_ALLOW_PROTOCOL": secrets.token_hex(16),
}

INHERITED = (
    "GIT_CEILING_DIRECTORIES",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_VALUE_",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
)
"""Variables of the user that stay, by their beginnings: those that say where git and its configuration are.

All others go: GIT_DIR and its like lead to another repository than that of the working directory.
"""


def run_git(command: Plumbing, *words: str, limit: int = LARGEST) -> Output:
    """Run a command in the repository of the working directory; UsageError if it can't be run or doesn't end."""
    executable = find_executable("git")
    if executable is None:
        raise UsageError(NO_GIT)
    options = [word for option in OPTIONS for word in option.split(" ", 1)]
    try:
        return run_bounded((executable, *options, command, *words), limit, SECONDS, environment=_environment())
    except TimeoutError:
        raise UsageError(f"git {command} didn't end within {SECONDS} s; use a fresh clone") from None


def _environment() -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("GIT_") or name.upper().startswith(INHERITED)
    }
    return {**inherited, **VARIABLES, "PATH": os.pathsep.join(search_path())}
