"""Work that processes share: every part is done once, results keep their order, and no error is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from archgen.app.workspace.worker_pool import parallel_map
from tests.paths import ROOT


@pytest.mark.parametrize("processes", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 100, 1001])
def test_results_are_in_order(count: int, processes: int) -> None:
    assert list(parallel_map(count, lambda number: number * number, processes)) == [
        number * number for number in range(count)
    ]


def test_every_part_is_done_once(tmp_path: os.PathLike[str]) -> None:
    """A file that is there already cannot be made again."""

    def make(number: int) -> int:
        os.close(os.open(os.path.join(tmp_path, str(number)), os.O_CREAT | os.O_EXCL))
        return os.getpid()

    workers = list(parallel_map(200, make, 3))
    assert sorted(os.listdir(tmp_path)) == sorted(map(str, range(200)))
    assert len(workers) == 200
    assert os.getpid() not in workers


def test_copies_work_at_the_same_time() -> None:
    """A part ends only when the other process says that it has begun another part."""
    first, second = os.pipe(), os.pipe()

    def work(number: int) -> bool:
        mine, other = (first, second) if number == 0 else (second, first)
        os.write(other[1], b"x")
        return os.read(mine[0], 1) == b"x"

    assert list(parallel_map(2, work, 2)) == [True, True]


class Peculiar(Exception):
    """An error that no other process can be told as it is."""

    def __init__(self, what: str, _: object) -> None:
        super().__init__(what)


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("error", [KeyError("a part"), Peculiar("a part", None)])
def test_an_error_is_raised_whoever_meets_it(processes: int, error: Exception) -> None:
    def work(number: int) -> int:
        if number == 5:
            raise error
        return number

    with pytest.raises((type(error), RuntimeError), match="a part"):
        list(parallel_map(9, work, processes))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_is_ended_is_an_error(number: signal.Signals) -> None:
    def work(_: int) -> None:
        os.kill(os.getpid(), number)
        time.sleep(60)

    with pytest.raises(ChildProcessError, match="ended before it was done"):
        list(parallel_map(50, work, 2))


def test_who_stops_while_copies_are_killed_sees_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """`timeout` and a terminal that closes signal the copies too: no thread fails on what nobody waits for anymore."""
    failures: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failures.append)

    def work(number: int) -> int:
        if number:
            time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGTERM)
        return number

    parts = parallel_map(50, work, 2)
    assert next(parts) == 0
    parts.close()
    assert failures == []


PARENT = """
import os, signal, sys
from archgen.app.workspace.worker_pool import parallel_map

def work(number):
    os.write(1, f"{os.getpid()}\\n".encode())
    signal.pause()

list(parallel_map(3, work, 3))
"""


def test_copies_end_when_their_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        copies = [int(parent.stdout.readline()) for _ in range(3)]
        parent.kill()
        # the end of the output comes when the last process that could write to it is gone
        assert parent.stdout.read() == ""
    assert len(set(copies)) == 3
