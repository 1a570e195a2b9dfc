"""Work shared by the processors of a machine: the same results in the same order, whoever did which part of it."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct

Done = TypeVar("Done")

TURNS = 1_000
"""Turns that the work is cut into at most: what says who takes which must fit into a pipe of any system."""

_WIDTH = 4


class _Worker(Struct, frozen=True):
    """A process that takes turns, and where its results come from."""

    process: int
    results: int


def parallel_map(count: int, work: Callable[[int], Done], processes: int) -> list[Done]:
    """`work` of every number below `count`; this process takes turns at it with copies of itself.

    A copy has everything that this process has, and hands back nothing but its results, which must be picklable.
    An error is raised here, whoever met it. One process does everything where a system cannot fork.
    """
    if min(processes, count) < 2 or not hasattr(os, "fork"):
        return [work(at) for at in range(count)]
    return _shared(count, work, processes)


def _shared(count: int, work: Callable[[int], Done], processes: int) -> list[Done]:
    turns = _turns(count)
    workers: list[_Worker] = []
    try:
        workers.extend(_worker(turns, count, work) for _ in range(min(processes, count) - 1))
        done = dict(_taken(turns, count, work))
    finally:
        # after an error there are turns left, which nobody shall take any more
        while os.read(turns, TURNS * _WIDTH):
            pass
        os.close(turns)
        told = [_told(one) for one in workers]
    for each in told:
        found = pickle.loads(each) if each else RuntimeError("a process that shared the work was ended")
        if isinstance(found, BaseException):
            raise found
        done |= found
    return [done[at] for at in range(count)]


def _turns(count: int) -> int:
    """A pipe that holds the first number of each turn; whoever reads it next takes it."""
    turns, told = os.pipe()
    step = -(-count // TURNS)
    os.write(told, b"".join(at.to_bytes(_WIDTH, "big") for at in range(0, count, step)))
    os.close(told)
    return turns


def _taken(turns: int, count: int, work: Callable[[int], Done]) -> Iterator[tuple[int, Done]]:
    step = -(-count // TURNS)
    while first := os.read(turns, _WIDTH):
        start = int.from_bytes(first, "big")
        for at in range(start, min(start + step, count)):
            yield at, work(at)


def _worker(turns: int, count: int, work: Callable[[int], Done]) -> _Worker:
    results, told = os.pipe()
    process = os.fork()
    if process:
        os.close(told)
        return _Worker(process, results)
    code = 1
    # with an end of its own it would wait for ever to be read where the process that reads has been killed
    os.close(results)
    try:
        # nothing of what the copied process has still to do may happen twice, so it ends here in any case
        with os.fdopen(told, "wb") as stream:
            stream.write(_result(turns, count, work))
        code = 0
    finally:
        os._exit(code)


def _result(turns: int, count: int, work: Callable[[int], Done]) -> bytes:
    try:
        return pickle.dumps(dict(_taken(turns, count, work)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        try:
            pickle.loads(told := pickle.dumps(error))
            return told
        except Exception:
            return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))


def _told(worker: _Worker) -> bytes:
    with os.fdopen(worker.results, "rb") as stream:
        told = stream.read()
    os.waitpid(worker.process, 0)
    return told
