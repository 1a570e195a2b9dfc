"""The end of a process that is asked to end: what it has begun is cleaned away first."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

_PATIENCE = 5.0
"""Seconds that the copies of a process get to end before it cleans up."""

_asked: list[int] = []


class Terminated(BaseException):
    """The process was asked to end; nothing but what cleans up may catch it."""


@contextmanager
def cleanly() -> Iterator[None]:
    """Let the signals that end a process unwind what is within, then end it by the same signal.

    Elsewhere than in the main thread, where no signal arrives, nothing changes; nor does it for a signal that is ignored,
    as by `nohup`, or that somebody else handles.
    """
    usual = (signal.SIG_DFL, signal.default_int_handler)
    before = {number: handler for number in _SIGNALS if (handler := signal.getsignal(number)) in usual}
    try:
        _set(dict.fromkeys(before, _end))
    except ValueError:
        yield
        return
    try:
        yield
    except Terminated:
        _set(before)
        os.kill(os.getpid(), _asked.pop())
        raise
    finally:
        _asked.clear()
        _set(before)


def check_end() -> None:
    """Raise again what a signal raised: an exception within the interpreter's own hooks, as those of a fork, gets lost."""
    if _asked:
        _raise()


def _end(number: int, _: object) -> None:
    _asked.append(number)
    _raise()


def _raise() -> NoReturn:
    if _asked[-1] == signal.SIGINT:
        raise KeyboardInterrupt
    raise Terminated


def _set(handlers: dict[Any, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


def await_copies() -> None:
    """Wait for the processes that share the work, since they write to what is removed next; no signal interrupts that."""
    _set({number: signal.SIG_IGN for number in _SIGNALS if signal.getsignal(number) is _end})
    until = time.monotonic() + _PATIENCE
    while hasattr(os, "fork") and time.monotonic() < until:
        try:
            process, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not process:
            time.sleep(0.01)
