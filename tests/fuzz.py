"""Spoilt models through everything that `lint` does, in one process: never a traceback, and never an hour.

    python -m tests.fuzz [--cases 100000] [--first 0] [--workers N]

A case is made from its number alone: a model of this project is taken and its bytes, lines, words or values are spoilt. It is
judged, told in one of the formats, and now and then mended. What holds for each: the exit code is 0, 1 or 2, every place
lies in the file, a report for programs can be parsed, and the work ends within a limit of processor time.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
import traceback
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from multiprocessing import Pool
from pathlib import Path
from random import Random
from typing import Any

from msgspec import Struct

from archgen.errors import ModelError
from archgen.finding import Finding
from archgen.loader.faults import Unreadable
from archgen.loader.reading import parse
from archgen.policy import PERSONAS, Policy, told
from archgen.project.fixing import fixed, judging
from archgen.project.inputs import Input
from archgen.project.lint import FORMATS, exit_code, outcome
from archgen.project.mending import mended
from archgen.project.models import judge
from archgen.report.terminal import Style
from archgen.rules import RULES
from archgen.schema import schema_text

ROOT = Path(__file__).parent.parent
FILE = "spoilt.arch.yaml"
TODAY = "2026-11-24"
LIMIT = 10.0
"""Seconds of processor time that one case may take; the slowest take about a tenth of one."""

LARGEST = 40_000
"""Bytes up to which a model is taken: what is larger is about size, and has tests of its own."""

BATCH = 100

HOSTILE = (
    *(
        "~",
        "null",
        "true",
        "false",
        "no",
        "0",
        "-1",
        "1e999",
        "-0.0",
        ".nan",
        ".inf",
        "9" * 30,
        "0x1F",
        "1_000",
        "''",
        '"',
    ),
    *(
        "[]",
        "{}",
        "[[]]",
        "{a: }",
        "- ",
        "? ",
        ": ",
        "&a ",
        "*a",
        "<<: ",
        "!!set ",
        "!x ",
        "%YAML 1.1",
        "---",
        "...",
        "|",
        ">-",
    ),
    *(
        "a -> b",
        "a --> b",
        "a->b",
        " -> ",
        "a -> b | c",
        "x@y",
        "x#1",
        "x@y#2",
        "host:x",
        "any",
        "all",
        "internet",
        "*.a.b",
    ),
    *(
        "99.999%",
        "101%",
        "-5%",
        "10m",
        "0s",
        "1e9y",
        "5/s",
        "0/s",
        "1/0",
        "2026-02-30",
        "2026-11-24",
        "9999-12-31",
        "192.0.2.1",
    ),
    *(
        "::1",
        "10.0.0.0/8",
        "0.0.0.0/99",
        "tcp/443",
        "65535",
        "65536",
        "8100-8000",
        "é",
        "\u2028",
        "\u0085",
        "\ufeff",
        "\U0001f600",
    ),
    *(
        "\t",
        "\r",
        "\x00",
        "\x1b[31m",
        "]]>",
        "</script>",
        "::error::",
        "|x|",
        "`",
        "\\",
        "%0A",
        "../../x",
        "file:///",
        "a" * 200,
    ),
)
"""What a value, a key or a line may be spoilt by."""


OPTIONAL = (
    *(
        "managed",
        "replicas",
        "quorum",
        "sessions",
        "uploads",
        "capacity",
        "version",
        "image",
        "deploy",
        "rollback",
        "owner",
    ),
    *("rate_limit", "balance", "cluster", "replication", "availability", "product", "network", "runs_on", "domain"),
)
"""Keys that any component may have."""

REFERRING = frozenset(
    (
        "steps",
        "runs_on",
        "network",
        "zone",
        "codebase",
        "replication",
        "cluster",
        "collects",
        "guards",
        "backs_up",
        "in",
        "rules",
    )
)
"""Keys whose values name other things of the model, which another model seldom has."""

ODD: tuple[Any, ...] = (None, True, 0, -1, 10**40, 0.5, [], {}, [None], {"": None}, "", "x" * 300)
"""Values of other types than the one that is asked for."""


class Failed(Exception):
    """A case in which something does not hold."""


class Slow(Failed):
    """A case that did not end within the limit."""


class Case(Struct, frozen=True):
    """What became of a case: its exit code, seconds of processor time, the rules that found something, and the failure."""

    number: int
    code: int
    took: float
    rules: tuple[str, ...]
    failure: str = ""


@cache
def models() -> tuple[bytes, ...]:
    """The models that are spoilt: the rules' examples and those of the suite, right ones and broken ones."""
    examples = [text.encode() for rule in RULES for text in (rule.bad, rule.good)]
    places = ("models", "tests/architectures", "tests/well_built", "tests/broken")
    files = [file.read_bytes() for place in places for file in sorted((ROOT / place).glob("*.arch.yaml"))]
    return tuple(dict.fromkeys(one for one in (*examples, *files) if one and len(one) <= LARGEST))


@cache
def words() -> tuple[str, ...]:
    """Every key and every fixed value of the language."""
    found: dict[str, None] = {}

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            for inner in (node.get("properties", {}), dict.fromkeys(map(str, node.get("enum", ())))):
                found.update(dict.fromkeys(inner))
            node = list(node.values())
        for inner in node if isinstance(node, list) else ():
            visit(inner)

    visit(json.loads(schema_text()))
    return tuple(found)


@cache
def tree(number: int) -> Any:
    """A model as plain values; none where it is no YAML."""
    try:
        return json.loads(json.dumps(parse(0, FILE, models()[number])[0].root))
    except (Unreadable, ModelError, TypeError, ValueError):
        return None


@cache
def alike() -> dict[str, tuple[str, ...]]:
    """What any of the models says under a key, as JSON: values that are likely to be right and mean something else."""
    found: dict[str, dict[str, None]] = {}
    for number in range(len(models())):
        for node, key in _places(tree(number)) if isinstance(tree(number), dict) else ():
            if isinstance(node, dict):
                found.setdefault(key, {})[json.dumps(node[key])] = None
    return {key: tuple(values) for key, values in found.items()}


# How a model is spoilt


def bytes_of(rand: Random, data: bytes) -> bytes:
    """Some bytes changed, left out, said twice or put in."""
    start = rand.randrange(len(data) + 1)
    end = min(len(data), start + rand.choice((1, 1, 2, 8, 60)))
    middle = rand.choice(
        (b"", data[start:end] * 2, bytes([rand.randrange(256)]), rand.choice(HOSTILE).encode(), rand.randbytes(3))
    )
    return data[:start] + middle + data[end:] if rand.random() < 0.95 else data[:start]


def lines_of(rand: Random, data: bytes) -> bytes:
    """A line left out, said twice, moved, indented otherwise, or taken from another model."""
    lines = data.split(b"\n")
    at = rand.randrange(len(lines))
    match rand.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines.insert(rand.randrange(len(lines)), lines.pop(at))
        case 3:
            lines[at] = b" " * rand.randrange(8) + lines[at].lstrip()
        case 4:
            lines[at] = lines[at] + b" " + rand.choice(HOSTILE).encode()
        case _:
            other = rand.choice(models()).split(b"\n")
            first = rand.randrange(len(other))
            lines[at:at] = other[first : first + rand.randrange(1, 8)]
    return b"\n".join(lines)


def words_of(rand: Random, data: bytes) -> bytes:
    """One word for another: of the model itself, of the language, or a hostile one."""
    text = data.decode("utf-8", "surrogateescape")
    parts = text.replace(",", " , ").replace("{", " { ").replace("}", " } ").split(" ")
    full = [at for at, one in enumerate(parts) if one.strip() and one not in "{},"]
    if full:
        own = parts[rand.choice(full)]
        parts[rand.choice(full)] = rand.choice(
            (own, rand.choice(words()), rand.choice(words()) + ":", rand.choice(HOSTILE))
        )
    return " ".join(parts).encode("utf-8", "surrogateescape")


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a tree with each of its keys."""
    for key, inner in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def values_of(rand: Random, root: Any) -> None:
    """One value of a tree left out, replaced, copied to another place, or given another key."""
    places = list(_places(root))
    if not places:
        return
    node, key = rand.choice(places)
    other, there = rand.choice(places)
    match rand.randrange(10):
        case 0 | 1 | 2:
            del node[key]
        case 3 | 4 | 5 | 6 if alike().get(key):
            node[key] = json.loads(rand.choice(alike()[key]))
        case 7:
            node[key] = json.loads(json.dumps(other[there]))
        case 8 if isinstance(node, dict):
            node[str(rand.choice((*words(), *HOSTILE, there)))] = node.pop(key)
        case _:
            node[key] = rand.choice((*HOSTILE, *words(), *ODD, str(there)))


def other_facts(rand: Random, root: Any) -> None:
    """Something else that is right by itself said of one thing, or nothing: most of these models still mean something."""
    things = [
        node for name in ("components", "connections", "flows", "hosts", "zones") for node in _named(root.get(name))
    ]
    things = [one for one in things if one] + [one for one in (root.get("objectives"), root.get("certificates")) if one]
    if not things:
        return
    thing = rand.choice(things)
    key = rand.choice(list(thing))
    if "kind" in thing and rand.random() < 0.5:
        key = rand.choice(OPTIONAL)
    if key in REFERRING and rand.random() < 0.9:
        return
    if rand.random() < 0.2 and key not in ("kind", "steps"):
        thing.pop(key, None)
    else:
        thing[key] = json.loads(rand.choice(alike().get(key, ("null",))))


def _named(section: Any) -> list[dict[str, Any]]:
    return [one for one in section.values() if isinstance(one, dict)] if isinstance(section, dict) else []


def spoilt(number: int) -> bytes:
    """The model of a case."""
    rand = Random(number)
    at = rand.randrange(len(models()))
    times = rand.choice((1, 1, 1, 2, 3, 6))
    plain = tree(at)
    if rand.random() < 0.6 and isinstance(plain, dict):
        plain = json.loads(json.dumps(plain))
        spoil = values_of if rand.random() < 0.3 else other_facts
        for _ in range(times):
            spoil(rand, plain)
        return json.dumps(plain, ensure_ascii=rand.random() < 0.5, indent=rand.choice((None, 1))).encode(
            "utf-8", "replace"
        )
    data = models()[at]
    for _ in range(times):
        data = rand.choice((bytes_of, lines_of, words_of))(rand, data)
    return data


# What holds for every case


def run(number: int, data: bytes) -> tuple[int, tuple[Finding, ...]]:
    """Lint the bytes as the command does; raises Failed, or whatever goes wrong."""
    given = Input(FILE, data, include=_nothing)
    model = judge((given,), TODAY, beside=_nowhere)[0]
    persona = PERSONAS[number % len(PERSONAS)]
    told(persona, model.findings)
    code = exit_code(model.findings, "error")
    if code not in (0, 1, 2):
        raise Failed(f"the exit code is {code}")
    if (code == 2) != bool(model.problems):
        raise Failed(f"{len(model.problems)} problems and exit code {code}")
    result = outcome((model,))
    placed(model.findings, result.lines)
    name = tuple(FORMATS)[number % len(FORMATS)]
    report = FORMATS[name](result, Style())
    _readable(name, report)
    if number % 25 == 0:
        again = judge((Input(FILE, data, include=_nothing),), TODAY, beside=_nowhere)[0]
        if FORMATS[name](outcome((again,)), Style()) != report:
            raise Failed("a second run tells something else")
    if number % 10 == 0:
        mended(FILE, data)
        fixed(data, judging(given, Policy(), TODAY), lambda _: True)
    return code, model.findings


def _nothing(_: str) -> bytes:
    raise FileNotFoundError("there is nothing beside a spoilt model")


def _nowhere(_: str) -> None:
    return None


def placed(findings: tuple[Finding, ...], lines: Callable[[str], tuple[str, ...]]) -> None:
    text = lines(FILE)
    spots = [(one.rule, one.file, one.line, one.column) for one in findings]
    spots += [(one.rule, each.file, each.line, each.column) for one in findings for each in one.related]
    for rule, file, line, column in spots:
        if file != FILE:
            raise Failed(f"{rule} lies in {file}")
        if not 1 <= line <= max(1, len(text)):
            raise Failed(f"{rule} lies on line {line} of {len(text)}")
        if not 1 <= column <= (len(text[line - 1]) if text else 0) + 1:
            raise Failed(f"{rule} lies in column {column} of line {line}, which has {len(text[line - 1])}")
    for one in findings:
        if one.end_line < one.line:
            raise Failed(f"{one.rule} ends on line {one.end_line}, before line {one.line}")


def _readable(name: str, report: str) -> None:
    report.encode("utf-8")
    if name in ("json", "sarif", "gitlab"):
        json.loads(report)
    elif name == "junit":
        ET.fromstring(report)


def case(number: int) -> Case:
    """One case, with the traceback of what went wrong."""
    before = time.process_time()
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        code, findings = run(number, spoilt(number))
    except Exception as error:
        words = "".join(traceback.format_exception(error)[-6:])
        return Case(number, -1, time.process_time() - before, (), words)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return Case(number, code, time.process_time() - before, tuple(dict.fromkeys(one.rule for one in findings)))


def _stop(*_: object) -> None:
    raise Slow(f"no end after {LIMIT:g} s of processor time")


def main(words: list[str]) -> int:
    """Run the cases, print what came out, and return 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=100_000, help="how many cases to run")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--workers", type=int, default=None, help="processes (default: one for each processor)")
    chosen = parser.parse_args(words)
    start = time.monotonic()
    done: list[Case] = []
    kinds: dict[str, list[int]] = {}
    with Pool(chosen.workers) as pool:
        for one in pool.imap(case, range(chosen.first, chosen.first + chosen.cases), BATCH):
            done.append(one)
            if one.failure:
                last = one.failure.strip().splitlines()[-1]
                kinds.setdefault(last, []).append(one.number)
                if len(kinds[last]) == 1:
                    print(f"case {one.number}\n{one.failure}", file=sys.stderr, flush=True)
            if len(done) % 5000 == 0:
                print(
                    f"{len(done)} cases, {time.monotonic() - start:.0f} s, {sum(map(len, kinds.values()))} failed",
                    flush=True,
                )
    tell(done, kinds)
    return int(bool(kinds))


def tell(done: list[Case], kinds: dict[str, list[int]]) -> None:
    """What came out, as counts."""
    codes = Counter(one.code for one in done)
    print(f"{len(done)} cases: exit code 0 {codes[0]}, 1 {codes[1]}, 2 {codes[2]}, failed {codes[-1]}")
    slowest = max(done, key=lambda one: one.took)
    print(
        f"{sum(one.took for one in done):.0f} s of processor time, the slowest (case {slowest.number}) {slowest.took:.2f} s"
    )
    found = Counter(rule for one in done for rule in one.rules)
    print(
        f"{len(found)} of {len(RULES)} rules found something; the rarest: {found.most_common()[-1] if found else 'none'}"
    )
    for last, numbers in sorted(kinds.items()):
        print(f"{len(numbers)} x {last} (such as case {numbers[0]})")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
