"""How long a test waits for what must come: it tells what hangs from what a busy machine does late."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Answer = TypeVar("Answer")

PATIENCE = 300
"""Seconds; no test may rest on fewer."""


def until(asked: Callable[[], Answer], pause: float = 0.1) -> Answer:
    """Return the first answer that is not empty: most come within milliseconds, so it is asked for often at first."""
    end, wait = time.monotonic() + PATIENCE, 0.005
    while not (answer := asked()):
        assert time.monotonic() < end, f"no answer within {PATIENCE} s"
        time.sleep(wait)
        wait = min(pause, 2 * wait)
    return answer


def save(file: Path, text: str, apart: Path) -> None:
    """Write a file at once, so that who watches it never sees half of it; `apart` is a directory that nobody watches."""
    part = apart / "part"
    part.write_text(text, encoding="utf-8")
    part.replace(file)
