"""Random models through every command: never a traceback, never an hour, and whatever else must hold for each command.

    python -m tests.fuzzing.fuzz [--commands lint,fmt] [--cases N] [--first N] [--workers N] [--components N] [--valid]

A case is made from its number alone. `spoilt` are models of this project whose bytes, lines, words or values are spoilt, through
all of lint without a file; the other commands run on generated models that use every key of the language, a third of them
spoilt or laid out otherwise. Without `--cases` each command has as many as fit into some minutes.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing import Pool

from msgspec import Struct
from msgspec.structs import replace

from archgen.cli import RARE_COLLECTION
from archgen.rules import RULES
from tests.fuzzing.fuzz_commands import COMMANDS
from tests.fuzzing.fuzz_lint import Failed, run
from tests.fuzzing.trial import Trial, spent
from tests.generators.spoilers import spoilt

LIMIT = 20.0
"""Seconds of processor time that one case may take."""

BATCH = {"spoilt": 100}
"""Cases that a process takes at a time; one where none is declared."""

COUNTS = {"spoilt": 100_000, "lint": 3000, "fmt": 6000, "fix": 1000, "analyze": 3000, "simulate": 2000, "what-if": 1500}
COUNTS |= {"diff": 1000, "draw": 600, "show": 1500, "slides": 400, "build": 150, "single": 300, "pages": 400}
COUNTS |= {"serve": 60, "plugin": 60, "import": 6000, "words": 200, "lsp": 150}
"""Cases of each command unless others are asked for."""


class Slow(BaseException):
    """A case that did not end within the limit; nothing that isolates errors may take it for one."""


class Case(Struct, frozen=True):
    """What became of a case: its exit code, seconds of processor time, the rules that found something, and the failure.

    `slowest` is the time of the slowest of its commands, where it runs several.
    """

    command: str
    number: int
    code: int
    took: float
    rules: tuple[str, ...] = ()
    failure: str = ""
    slowest: float = 0.0


def case(number: int) -> Case:
    """One spoilt model through all of lint."""
    return _limited("spoilt", number, partial(_lint, number))


def _lint(number: int) -> tuple[int, tuple[str, ...]]:
    code, findings = run(number, spoilt(number))
    return code, tuple(dict.fromkeys(one.rule for one in findings))


def trial(command: str, components: int | None, valid: bool, number: int) -> Case:
    """One case of a command, in a directory that is gone afterwards."""

    trials: list[Trial] = []

    def work() -> tuple[int, tuple[str, ...]]:
        trials.append(Trial(number, components, valid))
        COMMANDS[command](trials[0])
        return 0 if trials[0].architecture is not None else 2, ()

    before = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as directory:
        os.chdir(directory)
        try:
            done = _limited(command, number, work)
            return replace(done, slowest=trials[0].slowest if trials else 0.0)
        finally:
            os.chdir(before)


def _limited(command: str, number: int, work: Callable[[], tuple[int, tuple[str, ...]]]) -> Case:
    """A case within a limit of processor time, with the traceback of what went wrong."""
    before = spent()
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        code, rules = work()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        last = traceback.format_exception_only(error)[-1]
        words = str(error) if isinstance(error, Failed) else "".join((last, *traceback.format_exception(error)[-8:]))
        return Case(command, number, -1, spent() - before, (), words)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return Case(command, number, code, spent() - before, rules)


def _stop(*_: object) -> None:
    raise Slow(f"no end after {LIMIT:g} s of processor time")


def _prepare(processor: int | None = None) -> None:
    """Set a process of the pool up: tracebacks are told, and what archgen would share stays in it."""
    # what a user waits for: the command sets its memory up before it runs
    gc.set_threshold(*RARE_COLLECTION)
    os.environ["ARCHGEN_DEBUG"] = "1"
    os.environ.pop("GITHUB_STEP_SUMMARY", None)
    if processor is None and hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {allowed[os.getpid() % len(allowed)]})


def main(words: list[str]) -> int:
    """Run the cases, print what came out, and return 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing.fuzz")
    parser.add_argument("--commands", default="all", help=f"all, or some of {', '.join(COUNTS)}, with commas")
    parser.add_argument("--cases", type=int, help="how many cases of each command to run")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--workers", type=int, default=None, help="processes (default: one for each processor)")
    parser.add_argument("--components", type=int, help="components of each generated model (default: 5 to 30)")
    parser.add_argument("--valid", action="store_true", help="right models only")
    chosen = parser.parse_args(words)
    commands = list(COUNTS) if chosen.commands == "all" else chosen.commands.split(",")
    failed = 0
    with Pool(chosen.workers, _prepare) as pool:
        for command in commands:
            if command == "spoilt" and chosen.valid:
                continue
            work = case if command == "spoilt" else partial(trial, command, chosen.components, chosen.valid)
            numbers = range(chosen.first, chosen.first + (chosen.cases or COUNTS[command]))
            failed += tell(command, _watched(command, pool.imap(work, numbers, BATCH.get(command, 1))))
    return int(failed > 0)


def _watched(command: str, cases: Iterable[Case]) -> Iterator[Case]:
    """The cases as they come, with the first failure of each sort on standard error."""
    seen: set[str] = set()
    start = time.monotonic()
    for count, one in enumerate(cases, 1):
        yield one
        if one.failure and _sort(one) not in seen:
            seen.add(_sort(one))
            print(f"{command}, case {one.number}\n{one.failure}", file=sys.stderr, flush=True)
        if count % 5000 == 0:
            print(f"{command}: {count} cases, {time.monotonic() - start:.0f} s", flush=True)


def _sort(case: Case) -> str:
    """What failures that are alike have in common: their first line without its numbers."""
    return re.sub(r"\d+", "#", case.failure.strip().splitlines()[0])[:200]


def tell(command: str, cases: Iterable[Case]) -> int:
    """What came out of the cases of a command, as counts; how many failed."""
    done = list(cases)
    codes = Counter(one.code for one in done)
    slowest = max(done, key=lambda one: one.took)
    total = sum(one.took for one in done)
    print(
        f"{command}: {len(done)} cases, exit code 0 {codes[0]}, 1 {codes[1]}, 2 {codes[2]}, failed {codes[-1]}; "
        f"{total:.0f} s of processor time, the slowest (case {slowest.number}) {slowest.took:.2f} s, "
        f"the slowest command of all {max(one.slowest for one in done):.2f} s",
        flush=True,
    )
    found = Counter(rule for one in done for rule in one.rules)
    if found:
        print(f"{len(found)} of {len(RULES)} rules found something; the rarest: {found.most_common()[-1]}", flush=True)
    kinds: dict[str, list[int]] = {}
    for one in done:
        if one.failure:
            kinds.setdefault(_sort(one), []).append(one.number)
    for last, numbers in sorted(kinds.items()):
        print(f"{len(numbers)} x {last} (such as case {numbers[0]})", flush=True)
    return codes[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
