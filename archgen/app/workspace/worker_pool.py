"""Work shared by the processors of a machine: the same results in the same order, whichever process did which part."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Generator
from typing import Any, TypeVar

Produced = TypeVar("Produced")

TURNS = 16
"""Chunks of the work per process: a process that is done with one takes the next, and each costs some messages."""

_works: list[Callable[[int], Any]] = []
"""The work of a copy."""


def processors() -> int:
    """Return the number of processes that can run at a time; 1 if the system can't copy a process."""
    if not hasattr(os, "fork"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parallel_map(count: int, work: Callable[[int], Produced], processes: int) -> Generator[Produced, None, None]:
    """Yield `work` of every number below `count`, done by copies of this process.

    A copy has everything that this process has, and hands back only its results, which must be picklable. Its errors are
    raised here. This process does everything itself if one process is enough, or the system can't copy it.
    """
    if min(processes, count) < 2 or not hasattr(os, "fork"):
        yield from map(work, range(count))
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    chunk = max(1, count // (processes * TURNS))
    try:
        with ProcessPoolExecutor(min(processes, count), get_context("fork"), _start, (work,)) as pool:
            try:
                parts = [pool.submit(_work_all, range(at, min(at + chunk, count))) for at in range(0, count, chunk)]
                parts.reverse()
                while parts:
                    yield from parts.pop().result()
            except BaseException:
                # the pool cancels the rest by itself: cancelled here, as by `map`, its thread fails on it if a copy is
                # killed with this process
                pool.shutdown(cancel_futures=True)
                raise
    except BrokenProcessPool as error:
        raise ChildProcessError("a process that shared the work ended before it was done") from error


def _start(work: Callable[[int], object]) -> None:
    """Prepare a copy: it ends when it is killed or its parent is gone, and leaves Ctrl-C to its parent."""
    from threading import Thread

    _works.append(work)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work_all(numbers: range) -> list[Any]:
    return [_work(number) for number in numbers]


def _work(number: int) -> Any:
    try:
        return _works[-1](number)
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            raise RuntimeError(f"{type(error).__name__}: {error}") from None
        raise
