"""Programs run to their end within bounds of time and output, so that none of them can stop archgen or fill its memory."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from threading import Thread, Timer
from typing import IO

from msgspec import Struct


class Output(Struct, frozen=True):
    """The exit code of a program, what it printed up to one byte more than the limit, and its first complaint."""

    code: int
    data: bytes
    reason: str
    limit: int

    @property
    def exceeded(self) -> bool:
        """True if it printed more than the limit; it was killed then."""
        return len(self.data) > self.limit

    @property
    def succeeded(self) -> bool:
        """True if it ended well, or was killed because enough was read."""
        return self.code == 0 or self.exceeded

    @property
    def line(self) -> str:
        """The output where it is one line."""
        return self.data.decode("ascii", "replace").strip()


def run_bounded(
    command: tuple[str, ...], limit: int, seconds: float, text: bytes = b"", environment: dict[str, str] | None = None
) -> Output:
    """Run a program with a text on its standard input; TimeoutError if it doesn't end within some seconds."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        complaints: list[bytes] = []
        threads = (
            Thread(target=_feed, args=(process.stdin, text), daemon=True),
            Thread(target=_listen, args=(process.stderr, complaints), daemon=True),
        )
        clock = Timer(seconds, process.kill)
        for thread in (*threads, clock):
            thread.start()
        try:
            data = process.stdout.read(limit + 1)
            if len(data) > limit:
                process.kill()
            code = process.wait()
            expired = clock.finished.is_set()
        finally:
            clock.cancel()
        for thread in threads:
            thread.join()
    if expired:
        raise TimeoutError
    return Output(code, data, complaints[0].decode("utf-8", "replace").strip().partition("\n")[0], limit)


def _feed(stream: IO[bytes], text: bytes) -> None:
    """Write the input; a program that ends before it has read all of it says why itself."""
    with suppress(OSError), stream:
        stream.write(text)


def _listen(stream: IO[bytes], complaints: list[bytes]) -> None:
    """Keep the beginning of the complaints, and read on, so that the program never waits for a reader."""
    complaints.append(stream.read(4096))
    while stream.read(65536):
        pass
