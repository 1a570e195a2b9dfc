"""Commands of archgen and MkDocs, each in a process of its own, forked from one that has imported all of the package.

To start an interpreter and to import what a command needs takes longer than most of the commands that tests give it. What
depends on how an interpreter starts, such as its encoding or its options, has to start one.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.paths import ROOT, TESTS
from tests.patience import PATIENCE

CAN_FORK = sys.platform == "linux"
OPTIONAL = (
    "mkdocs.__main__",
    "mkdocs.commands.build",
    "material.plugins.search.plugin",
    "jsonschema",
    "jsonschema_rs",
    "pptx",
)
"""What commands import late, where it is installed."""
LONGEST = 1 << 20


def archgen(
    *words: str, at: Path | str = ROOT, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a directory, and return its exit code and what it says; one that does not end is killed."""
    return _run("archgen", words, at, environment)


def mkdocs(*words: str, at: Path | str) -> subprocess.CompletedProcess[str]:
    """Run a command of MkDocs, which says nothing of its own next version."""
    return _run("mkdocs", words, at, {**os.environ, "NO_MKDOCS_2_WARNING": "1"})


def command(*words: str) -> list[str]:
    """Return what starts a command of archgen as any other program, for who speaks with it as it runs."""
    if not CAN_FORK:
        return [sys.executable, "-m", "archgen", *words]
    return [sys.executable, "-I", "-S", str(TESTS / "connected.py"), _Parent.only().place, "archgen", *words]


def _run(
    program: str, words: tuple[str, ...], at: Path | str, environment: Mapping[str, str] | None
) -> subprocess.CompletedProcess[str]:
    if not CAN_FORK:
        command = [sys.executable, "-m", program, *words]
        return subprocess.run(
            command, cwd=at, env=environment, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False
        )
    variables = dict(os.environ if environment is None else environment)
    with (
        open(os.devnull, "rb") as nothing,
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,
        tempfile.TemporaryFile("w+", encoding="utf-8") as err,
    ):
        streams = (nothing.fileno(), out.fileno(), err.fileno())
        code = _Parent.only().run([program, *words], at, variables, streams)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(words, code, out.read(), err.read())


class _Parent:
    """The process that has imported everything; it ends with this one."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory()
        self.place = os.path.join(self._directory.name, "orders")
        self._socket, there = socket.socketpair(socket.AF_UNIX)
        with there, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as orders:
            orders.bind(self.place)
            orders.listen()
            passed = (there.fileno(), orders.fileno())
            command = [sys.executable, "-m", "tests.forked", *map(str, passed)]
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=passed)
        atexit.register(self._end)

    @staticmethod
    @cache
    def only() -> _Parent:
        return _Parent()

    def run(self, words: list[str], at: Path | str, environment: dict[str, str], streams: tuple[int, ...]) -> int:
        order = json.dumps([words, str(at), environment, None]).encode()
        assert len(order) < LONGEST
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
            asking.connect(self.place)
            socket.send_fds(asking, [order], streams)
            asking.recv(LONGEST)
            asking.settimeout(PATIENCE)
            return int(asking.recv(LONGEST))

    def _end(self) -> None:
        self._socket.close()
        self._process.wait(PATIENCE)
        self._directory.cleanup()


class _Child(NamedTuple):
    """A forked process: its number, the file that tells of its end, and who waits for that."""

    number: int
    end: int
    asking: socket.socket


def _serve(owner: socket.socket, orders: socket.socket) -> None:
    """Fork a process for each order, and answer with its number, and with its exit code once it has ended.

    One that nobody waits for any more is killed.
    """
    waiting = select.poll()
    waiting.register(owner, select.POLLIN)
    waiting.register(orders, select.POLLIN)
    children: dict[int, _Child] = {}
    while True:
        for ready, _ in waiting.poll():
            child = children.get(ready)
            if ready == owner.fileno():
                return
            if ready == orders.fileno():
                child = _fork(orders, [owner.fileno(), orders.fileno(), *children])
                for file, event in ((child.end, select.POLLIN), (child.asking.fileno(), 0)):
                    children[file] = child
                    waiting.register(file, event)
            elif child is not None and ready == child.end:
                code = os.waitstatus_to_exitcode(os.waitpid(child.number, 0)[1])
                for file in (child.end, child.asking.fileno()):
                    if children.pop(file, None) is not None:
                        waiting.unregister(file)
                with child.asking, suppress(BrokenPipeError):
                    child.asking.send(str(code).encode())
                os.close(child.end)
            elif child is not None:
                os.kill(child.number, signal.SIGKILL)
                waiting.unregister(ready)
                del children[ready]


def _fork(orders: socket.socket, others: list[int]) -> _Child:
    """Return the process of the next order, in which the files of the others are closed."""
    asking, _ = orders.accept()
    order, streams, _, _ = socket.recv_fds(asking, LONGEST, 3)
    number = os.fork()
    if number == 0:
        for file in (*others, asking.fileno()):
            os.close(file)
        words, at, environment, memory = json.loads(order)
        _become(words, at, environment, memory, streams)
    for stream in streams:
        os.close(stream)
    asking.send(str(number).encode())
    return _Child(number, os.pidfd_open(number), asking)


def _become(
    words: list[str], at: str, environment: dict[str, str], memory: tuple[int, int] | None, streams: list[int]
) -> None:
    """Become the process of a command, and end as an interpreter does but for freeing every object."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # one that was a file expects to be one
    for number, (name, mode, buffering) in enumerate((("stdin", "r", -1), ("stdout", "w", -1), ("stderr", "w", 1))):
        old = getattr(sys, name)
        new = open(number, mode, buffering, encoding=old.encoding, errors=old.errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, new)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(at)
    tempfile.tempdir = None
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, memory)
    program = importlib.import_module("archgen.cli" if words[0] == "archgen" else "mkdocs.__main__")
    sys.argv = [program.__file__ or "", *words[1:]]
    code: object = 1
    try:
        code = program.main() if words[0] == "archgen" else program.cli(prog_name="mkdocs")
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        getattr(threading, "_shutdown")()  # noqa: B009
        getattr(atexit, "_run_exitfuncs")()  # noqa: B009
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


def _import_everything() -> None:
    import archgen.cli

    names = [one.name for one in pkgutil.walk_packages(archgen.__path__, "archgen.", onerror=lambda _: None)]
    for name in (*names, *OPTIONAL):
        if not name.endswith("__main__"):
            try:
                importlib.import_module(name)
            except ImportError:
                # of an extra that is not installed, which the command says
                continue
    gc.set_threshold(*archgen.cli.RARE_COLLECTION)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _import_everything()
    _serve(*(socket.socket(fileno=int(number)) for number in sys.argv[1:]))
