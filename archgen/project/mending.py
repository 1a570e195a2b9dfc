"""Mechanical repairs of a model that cannot be read: a key, a kind or an id that was misspelt, put right in its place.

Only what a problem itself suggests is written, only over the word that it names, and only if the problem is gone then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from archgen.errors import SUGGESTED, ModelError, Problem
from archgen.loader import load
from archgen.project.formatting import difference
from archgen.project.inputs import STDIN, includer, read
from archgen.project.writing import write

_SUGGESTED = re.compile(rf"{SUGGESTED}`([^`]+)`\?")
_NAMED = re.compile(r"`([^`]+)`")
_MOST = 100
"""Repairs of one model."""


def mended(file: str, data: bytes) -> bytes:
    """The model with what could be put right; the same bytes where nothing could."""
    problems = _problems(file, data)
    for _ in range(_MOST):
        found = next(_repaired(file, data, problems), None)
        if found is None:
            break
        data, problems = found
    return data


def _problems(file: str, data: bytes) -> tuple[Problem, ...]:
    try:
        load(file, data, includer(file))
    except ModelError as error:
        return error.problems
    return ()


def _repaired(file: str, data: bytes, problems: tuple[Problem, ...]) -> Iterator[tuple[bytes, tuple[Problem, ...]]]:
    """The model after one repair, and what is still wrong with it."""
    for problem in problems:
        suggested = _SUGGESTED.search(problem.fix)
        if suggested is None or problem.place.file != file:
            continue
        for wrong in get_close_matches(suggested[1], dict.fromkeys(_NAMED.findall(problem.message)), 3, 0.5):
            made = _replaced(data, problem, wrong, suggested[1])
            if made is None:
                continue
            left = _problems(file, made)
            # a repair may uncover what the broken model hid, but not leave this problem where it was
            if not any(_alike(each, problem) for each in left):
                yield made, left


def _alike(one: Problem, other: Problem) -> bool:
    return (one.message, one.place.line) == (other.message, other.place.line)


def _replaced(data: bytes, problem: Problem, wrong: str, right: str) -> bytes | None:
    """The text with a word on the problem's line, from its column on, written otherwise."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    line = lines[problem.place.line - 1]
    start = problem.place.column - 1
    word = re.compile(rf"(?<![A-Za-z0-9._-]){re.escape(wrong)}(?![A-Za-z0-9._-])")
    found = word.search(line, start)
    if found is None:
        return None
    lines[problem.place.line - 1] = line[: found.start()] + right + line[found.end() :]
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def mend(files: tuple[str, ...], tell: Callable[[str], object], keep: bool) -> None:
    """Tell what would be put right in each file, as a unified diff, and with `keep` write it."""
    for given in read(tuple(file for file in files if file != STDIN)):
        if given.data is None:
            continue
        made = mended(given.file, given.data)
        if made != given.data:
            tell(difference(given.file, given.data, made))
            if keep:
                write(given.file, made)
