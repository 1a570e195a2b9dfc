"""Work that processes share: every part is done once, results keep their order, and no error is lost."""

from __future__ import annotations

import os

import pytest

from archgen.app.workspace.worker_pool import TURNS, parallel_map


@pytest.mark.parametrize("processes", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 100, TURNS + 1, 3 * TURNS - 1])
def test_results_are_in_order(count: int, processes: int) -> None:
    assert parallel_map(count, lambda at: at * at, processes) == [at * at for at in range(count)]


def test_everything_is_done_by_somebody_once(tmp_path: os.PathLike[str]) -> None:
    """A file that is there already cannot be made again."""

    def make(at: int) -> int:
        os.close(os.open(os.path.join(tmp_path, str(at)), os.O_CREAT | os.O_EXCL))
        return os.getpid()

    took = parallel_map(200, make, 3)
    assert sorted(os.listdir(tmp_path)) == sorted(map(str, range(200)))
    assert len(took) == 200


def test_a_copy_takes_part_while_this_process_is_at_its_own() -> None:
    """The first turn here ends only when another process says that it has had one."""
    heard, said = os.pipe()
    here = os.getpid()

    def work(at: int) -> bool:
        if os.getpid() == here:
            return os.read(heard, 1) == b"x"
        os.write(said, b"x" * 10)
        return True

    assert parallel_map(10, work, 2) == [True] * 10


class Peculiar(Exception):
    """An error that no other process can be told as it is."""

    def __init__(self, what: str, _: object) -> None:
        super().__init__(what)


@pytest.mark.parametrize("where", ["here", "in a copy"])
@pytest.mark.parametrize("error", [KeyError("a part"), Peculiar("a part", None)])
def test_an_error_is_raised_whoever_meets_it(where: str, error: Exception) -> None:
    here = os.getpid()
    ours, theirs = os.pipe(), os.pipe()

    def work(at: int) -> int:
        mine, other = (ours, theirs) if os.getpid() == here else (theirs, ours)
        # nobody goes on before both are at it; who is done says so too
        os.write(other[1], b"x" * 10)
        os.read(mine[0], 1)
        if (os.getpid() == here) == (where == "here"):
            raise error
        return at

    with pytest.raises((type(error), RuntimeError), match="a part"):
        parallel_map(9, work, 2)


def test_a_process_that_is_ended_is_told() -> None:
    here = os.getpid()
    heard, said = os.pipe()

    def work(at: int) -> int:
        if os.getpid() != here:
            os.write(said, b"x")
            os._exit(9)
        os.read(heard, 1)
        os.write(said, b"x")
        return at

    with pytest.raises(RuntimeError, match="ended"):
        parallel_map(50, work, 2)
