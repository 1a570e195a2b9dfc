"""What commands print in the pages that are written by hand: never typed, always printed.

In a block ```` ```console ```` the lines below `$ archgen …` are what the command prints up to its first empty line; a block
```` ```text ```` between the marks of a finding is that finding of tier 2. `python -m tests.project.readme` writes both.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.paths import ROOT

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"(?ms)^```console\n(.*?)^```$")
SPOKEN = re.compile(r"(?ms)^\$ ([^\n]*)\n((?:(?!\$ )[^\n]*\n)+)")
"""A command and, where anything stands below it, what it prints."""


def renewed(page: str) -> str:
    """A page with what its commands print now; a command below which nothing stands prints nothing in it either."""
    return BLOCK.sub(lambda block: SPOKEN.sub(_spoken, block[0]), page)


def _spoken(said: re.Match[str]) -> str:
    return f"$ {said[1]}\n{head(said[1])}"


def head(command: str) -> str:
    """What a command prints, run in the repository, up to its first empty line."""
    program, *words = command.split()
    if program != "archgen":
        raise ValueError(f"nobody can run `{command}` here, so nothing may stand below it")
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "SOURCE_DATE_EPOCH": "1796083200"}
    run = subprocess.run(
        [sys.executable, "-m", "archgen", *words], cwd=ROOT, capture_output=True, text=True, env=environment
    )
    return run.stdout.partition("\n\n")[0].rstrip("\n") + "\n"
