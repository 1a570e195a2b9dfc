"""A replica that runs: started, lost by a crash or a freeze, brought back, and asked whether it is alive."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from lab.hosts import LIMIT, Hosts, LabError, run
from lab.service import Command, Service

ORDER = 20.0
"""Seconds that a planned stop may take."""
PATIENCE = 180.0
"""Seconds within which a replica must be alive after its start."""


class Element:
    """A service on its host; its first process is the init of a PID namespace, so that its end ends all of them."""

    def __init__(self, hosts: Hosts, place: str, service: Service) -> None:
        self.hosts, self.place, self.service = hosts, place, service
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """The file with what the service prints."""
        return self.hosts.folder / self.place / f"{self.service.name}.log"

    def start(self) -> None:
        """Write its files, prepare it and start it."""
        for file in self.service.files:
            Path(file.path).parent.mkdir(parents=True, exist_ok=True)
            Path(file.path).write_text(file.text, encoding="utf-8")
        self._carry_out(self.service.prepare)
        if self.service.run is not None:
            command = self.hosts.inside(self.place, self.service.run, self.service.user, apart=True)
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def crash(self) -> None:
        """End it at once: all of its processes, or what it has instead of them."""
        self._carry_out(self.service.lose)
        if self.process is not None:
            for process in self._processes():
                _signal(process, signal.SIGKILL)
            self.process.kill()
            self.process.wait(LIMIT)
            self.process = None

    def leave(self) -> None:
        """End it in order, as a planned stop does, and at once what has not ended then."""
        for process in self._main():
            _signal(process, signal.SIGTERM)
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(ORDER)
        self.crash()

    def _main(self) -> tuple[int, ...]:
        """Return the process that the init waits for."""
        return tuple(each for init in self._processes()[:1] for each in _children(init))

    def _carry_out(self, commands: tuple[Command, ...]) -> None:
        for command in commands:
            for place in self._places:
                run(self.hosts.inside(place, command))

    @property
    def _places(self) -> tuple[str, ...]:
        return self.service.places or (self.place,)

    def reinstate(self) -> None:
        """Make it the primary again, if the model says that it is."""
        self._carry_out(self.service.reinstate)

    def freeze(self) -> None:
        """Stop its processes where they are; its sockets stay open."""
        for process in self._processes():
            _signal(process, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let its processes go on."""
        for process in self._processes():
            _signal(process, signal.SIGCONT)

    def _processes(self) -> tuple[int, ...]:
        """Return the processes of its namespace, the init first."""
        if self.process is None:
            return ()
        children = _children(self.process.pid)
        if not children:
            return ()
        space = _space(children[0])
        return (children[0], *(each for each in _numbers() if each != children[0] and _space(each) == space))

    def is_alive(self) -> bool:
        """Return True if it runs and does all of its part."""
        if self.process is not None and self.process.poll() is not None:
            return False
        return all(_succeeds(self.hosts.inside(place, self.service.alive)) for place in self._places)

    def wait_until_alive(self) -> None:
        """Return once it is alive; raise LabError, with the end of its log, if it isn't for long."""
        end = time.monotonic() + PATIENCE
        while not self.is_alive():
            if time.monotonic() > end:
                log = self.log.read_text(encoding="utf-8", errors="replace")[-1500:] if self.log.exists() else ""
                raise LabError(f"{self.service.name} is not alive after {PATIENCE:.0f} s\n{log}")
            time.sleep(0.2)


def _succeeds(command: Command) -> bool:
    try:
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=LIMIT).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _children(process: int) -> tuple[int, ...]:
    try:
        words = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()
    except OSError:
        return ()
    return tuple(map(int, words))


def _numbers() -> tuple[int, ...]:
    return tuple(int(name) for name in os.listdir("/proc") if name.isdecimal())


def _space(process: int) -> str | None:
    try:
        return os.readlink(f"/proc/{process}/ns/pid")
    except OSError:
        return None


def _signal(process: int, number: signal.Signals) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return
