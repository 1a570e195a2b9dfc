"""One model in a directory of its own, and commands of archgen run there in this process, with what holds for each of them."""

from __future__ import annotations

import io
import os
import re
import resource
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from random import Random
from typing import Any

from archgen.cli import main
from archgen.language.load import load
from archgen.language.yaml.syntax import lines_of
from archgen.model.architecture import Architecture
from archgen.model.problems import ModelError
from tests.fuzzing.fuzz_lint import Failed, readable
from tests.generators.every_key import family
from tests.generators.spoilers import spoil
from tests.layouts import relaid

STARTS = {
    "png": b"\x89PNG",
    "apng": b"\x89PNG",
    "diagrams.png": b"\x89PNG",
    "pdf": b"%PDF",
    "gif": b"GIF8",
    "pptx": b"PK",
}


class Done:
    """What a command came to: its exit code, and what it wrote to its streams."""

    def __init__(self, code: int, out: bytes, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


class Trial:
    """A family of files of a number, on disk in the working directory; a third of them is spoilt or laid out otherwise."""

    def __init__(self, number: int, components: int | None = None, valid: bool = False) -> None:
        self.number = number
        self.rand = Random(number * 7919 + 1)
        self.files = family(number, components)
        self.main = next(iter(self.files))
        self.slowest = 0.0
        """Seconds of processor time of the slowest command so far."""
        way = 1.0 if valid else self.rand.random()
        if way < 0.25:
            self.files[self.main] = spoil(self.rand, self.files[self.main])
        elif way < 0.35:
            self.files[self.main] = relaid(self.rand, self.files[self.main].decode())
        for file, data in self.files.items():
            os.makedirs(os.path.dirname(file) or ".", exist_ok=True)
            with open(file, "wb") as stream:
                stream.write(data)

    @cached_property
    def architecture(self) -> Architecture | None:
        """What the model says; None where it has no meaning."""
        return self.read(self.main)

    def read(self, file: str) -> Architecture | None:
        """What a file on the disk says now."""
        try:
            with open(file, "rb") as stream:
                return load(file, stream.read(), self._include).architecture
        except ModelError:
            return None

    def _include(self, name: str) -> bytes:
        try:
            return self.files[os.path.normpath(name)]
        except (KeyError, ValueError):
            raise FileNotFoundError(name) from None

    def run(self, *words: str, stdin: bytes = b"", refusable: bool = False) -> Done:
        """Run a command; raises Failed for a crash, an exit code that it cannot have, or a right model that is refused.

        What is `refusable` may be a wrong use although the model is right.
        """
        with _streams(stdin) as (out, err), self.timed():
            code = main(words)
        done = Done(code, out.getvalue(), err.getvalue().decode("utf-8"))
        said = f"archgen {' '.join(words)}"
        crash = re.search(r"internal error in .*?: (.*)", done.err)
        if crash or "Traceback" in done.err:
            raise Failed(f"{crash[1] if crash else 'a traceback'}\n{said}\n{done.err[-4000:]}")
        if done.code not in (0, 1, 2):
            raise Failed(f"the exit code is {done.code}\n{said}")
        if done.code == 2 and not (done.err.strip() or done.out.strip() or any("=" in word for word in words)):
            raise Failed(f"exit code 2 without a word\n{said}")
        if done.code == 2 and not refusable and self.architecture is not None:
            raise Failed(f"a right model is refused: {done.err[-2000:].strip()[:100]}\n{said}\n{done.err[-2000:]}")
        return done

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count what is done within as one command."""
        before = spent()
        yield
        self.slowest = max(self.slowest, spent() - before)

    def check(self, file: str, form: str) -> None:
        """Raise Failed where a file is not what its format says."""
        with open(file, "rb") as stream:
            content = stream.read()
        if not content.startswith(STARTS.get(form, b"")):
            raise Failed(f"{file} begins with {content[:8]!r}")
        if form == "pptx":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if archive.testzip() is not None:
                    raise Failed(f"{file} is damaged")
        elif form not in STARTS:
            readable(form, content)

    def place(self, file: str, line: int, column: int) -> None:
        """Raise Failed where a place is not inside one of the files."""
        if file not in self.files:
            raise Failed(f"a place lies in {file}")
        lines = lines_of(self.files[file].decode("utf-8-sig", "replace"))
        if not 1 <= line <= max(1, len(lines)):
            raise Failed(f"{file}:{line} is beyond its {len(lines)} lines")
        if not 1 <= column <= (len(lines[line - 1]) if lines else 0) + 1:
            raise Failed(f"{file}:{line}:{column} is beyond its {len(lines[line - 1])} columns")


def spent() -> float:
    """Seconds of processor time of this process and of those that it started."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


@contextmanager
def _streams(stdin: bytes) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Standard streams in the place of those of the process, in UTF-8."""
    out, err = io.BytesIO(), io.BytesIO()
    before: Mapping[str, Any] = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr")}
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(each, encoding="utf-8", newline="", write_through=True) for each in (out, err)
    )
    try:
        yield out, err
    finally:
        # the wrappers must not close what is read from them
        for name in ("stdout", "stderr"):
            getattr(sys, name).detach()
        for name, stream in before.items():
            setattr(sys, name, stream)
