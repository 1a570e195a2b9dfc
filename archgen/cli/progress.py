"""What a command is at, told on a terminal once it takes longer than a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from archgen.cli.output import rewrite_line
from archgen.report.common.terminal import brief

PATIENCE = 1.0
"""Seconds before anything is told."""


class Progress:
    """A line on standard error that is rewritten and, in the end, removed; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._told = False
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def tell(self, what: str) -> None:
        """Say what was just finished."""
        self._count += 1
        if sys.stderr.isatty() and time.monotonic() - self._start > PATIENCE:
            self._told = True
            rewrite_line(f"{self._count} {brief(what)[:60]}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._told:
            rewrite_line()
