"""The end of a process that is asked to end: what it has begun is cleaned away first."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))

_KEPT = (signal.SIG_IGN, None)

_PATIENCE = 5.0
"""Seconds that the copies of a process get to end before it cleans up."""


class Ended(BaseException):
    """The process was asked to end; nothing but what cleans up may catch it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def cleanly() -> Iterator[None]:
    """Let the signals that end a process unwind what is within, then end it by the same signal.

    Elsewhere than in the main thread, where no signal arrives, nothing changes.
    """
    try:
        # what is ignored (`nohup`) stays so
        before = {number: handler for number in _SIGNALS if (handler := signal.getsignal(number)) not in _KEPT}
        for number in before:
            signal.signal(number, _end)
    except ValueError:
        yield
        return
    try:
        yield
    except Ended as ended:
        _restore(before)
        os.kill(os.getpid(), ended.number)
        raise
    finally:
        _restore(before)


def _end(number: int, _: object) -> NoReturn:
    # a second signal must not interrupt what the first one made clean up
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Ended(number)


def await_copies() -> None:
    """Wait for the processes that share the work: they write to what is removed next."""
    if not hasattr(os, "fork"):
        return
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            process, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not process:
            time.sleep(0.01)


def _restore(before: dict[Any, Any]) -> None:
    for number, handler in before.items():
        signal.signal(number, handler)
