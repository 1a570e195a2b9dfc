"""`python -m archgen`: the command where its script is not on the path."""

from __future__ import annotations

from archgen.cli import run_and_exit

run_and_exit()
