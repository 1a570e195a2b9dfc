"""The progress of a command, shown on a terminal once it takes longer than a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from archgen.cli.output import rewrite_line
from archgen.report.common.terminal import brief

PATIENCE = 1.0
"""Seconds before anything is shown."""


class Progress:
    """A line on stderr that is rewritten and, at the end, removed; nothing if that is no terminal."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._shown = False
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def advance(self, part: str) -> None:
        """Show the part that was just finished."""
        self._count += 1
        if sys.stderr.isatty() and time.monotonic() - self._start > PATIENCE:
            self._shown = True
            rewrite_line(f"{self._count} {brief(part)[:60]}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown:
            rewrite_line()
