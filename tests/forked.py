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
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.paths import ROOT
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
        self._socket, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            command = [sys.executable, "-m", "tests.forked", str(there.fileno())]
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=[there.fileno()])
        atexit.register(self._end)

    @staticmethod
    @cache
    def only() -> _Parent:
        return _Parent()

    def run(self, words: list[str], at: Path | str, environment: dict[str, str], streams: tuple[int, ...]) -> int:
        order = json.dumps([words, str(at), environment]).encode()
        assert len(order) < LONGEST
        socket.send_fds(self._socket, [order], streams)
        child = int(self._socket.recv(LONGEST))
        self._socket.settimeout(PATIENCE)
        try:
            return int(self._socket.recv(LONGEST))
        except TimeoutError:
            os.kill(child, signal.SIGKILL)
            self._socket.settimeout(None)
            self._socket.recv(LONGEST)
            raise
        finally:
            self._socket.settimeout(None)

    def _end(self) -> None:
        self._socket.close()
        self._process.wait(PATIENCE)


def _serve(orders: socket.socket) -> None:
    """Fork a process for each order, and answer with its number, and with its exit code once it has ended."""
    while True:
        order, streams, _, _ = socket.recv_fds(orders, LONGEST, 3)
        if not order:
            return
        child = os.fork()
        if child == 0:
            orders.close()
            words, at, environment = json.loads(order)
            _become(words, at, environment, streams)
        for stream in streams:
            os.close(stream)
        orders.send(str(child).encode())
        orders.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _become(words: list[str], at: str, environment: dict[str, str], streams: list[int]) -> None:
    """Become the process of a command, and end as an interpreter does but for freeing every object."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(at)
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
    _serve(socket.socket(fileno=int(sys.argv[1])))
