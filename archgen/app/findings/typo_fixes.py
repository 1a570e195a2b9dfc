"""Mechanical repairs of a model that cannot be read: a key, a kind or an id that was misspelt, put right in its place.

Only what a problem itself suggests is written, only over the word that it names, and only if the problem is gone then.
What may be another word (`broker` beside `worker`) or another thing (`web-3` beside `web-2`) is left to its author.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from archgen.app.formatting import unified_diff
from archgen.app.workspace.atomic_write import rewrite
from archgen.app.workspace.inputs import STDIN, find, includer, read
from archgen.language.load import load
from archgen.language.yaml.syntax import LINE_BREAK
from archgen.model.problems import SUGGESTED, ModelError, Problem
from archgen.model.protocols import PROTOCOLS

_SUGGESTED = re.compile(rf"{SUGGESTED}`([^`]+)`\?")
_NAMED = re.compile(r"`([^`]+)`")
_PARTS = re.compile(r"[^\W\d_]+|\d+|[^\w.-]+")
"""Runs of letters, of digits, and of other signs; what stands between parts of an id is none."""
_SHORT = 5
"""Letters that the longer of two words has at least, if they differ by more than a swap."""
_MOST = 100
"""Repairs of one model."""


def fix_typos(file: str, data: bytes) -> bytes:
    """The model with what could be put right; the same bytes where nothing could."""
    problems = _problems(file, data)
    for _ in range(_MOST):
        corrected = next(_repaired(file, data, problems), None)
        if corrected is None:
            break
        data, problems = corrected
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
        for wrong, right in corrections(problem) if problem.place.file == file else ():
            corrected = _replaced(data, problem, wrong, right)
            if corrected is None:
                continue
            left = _problems(file, corrected)
            # a repair may uncover what the broken model hid, but not leave this problem where it was
            if not any(_alike(each, problem) for each in left):
                yield corrected, left


def _alike(problem: Problem, other: Problem) -> bool:
    return (problem.message, problem.place.line) == (other.message, other.place.line)


def corrections(problem: Problem) -> Iterator[tuple[str, str]]:
    """The words of a problem that are misspelt, each with the word that was meant."""
    suggested = _SUGGESTED.search(problem.fix)
    if suggested is not None:
        for wrong in get_close_matches(suggested[1], dict.fromkeys(_NAMED.findall(problem.message)), 3, 0.5):
            if is_typo(wrong, suggested[1]) and not _is_other_protocol(wrong, suggested[1]):
                yield wrong, suggested[1]


def _is_other_protocol(wrong: str, right: str) -> bool:
    """Return True for a protocol with the `s` of its encrypted form, which is no slip: `grpcs` beside `grpc`."""
    return right in PROTOCOLS and wrong.casefold() in (f"{right}s", f"s{right}")


def is_typo(wrong: str, right: str) -> bool:
    """Return True if a word is another with letters missing, added, changed or swapped, and likely no word itself."""
    parts, other = (_PARTS.findall(word.casefold()) for word in (wrong, right))
    letters, others = "".join(parts), "".join(other)
    if letters == others:
        return True
    if max(len(letters), len(others)) < _SHORT and sorted(letters) != sorted(others):
        # of three or four letters, most others are a word too: `rtp` and `rtsp`, `sctp` and `smtp`
        return False
    return len(parts) == len(other) and all(a == b or _slipped(a, b) for a, b in zip(parts, other, strict=True))


def _slipped(wrong: str, right: str) -> bool:
    """Return True if parts of words differ by a swap, or by a letter for every four that they have."""
    if sorted(wrong) == sorted(right):
        differing = [at for at, (a, b) in enumerate(zip(wrong, right, strict=True)) if a != b]
        return len(differing) == 2 and differing[1] == differing[0] + 1 and right.isalpha()
    if max(len(wrong), len(right)) < 4 or not right.isalpha() or wrong[0] != right[0]:
        return False
    return _distance(wrong, right) <= max(1, min(len(wrong), len(right)) // 4)


def _distance(word: str, other: str) -> int:
    """Return the number of letters to insert, delete or change (Levenshtein, 1966)."""
    row = list(range(len(other) + 1))
    for at, a in enumerate(word, start=1):
        above, row = row, [at]
        for place, b in enumerate(other, start=1):
            row.append(min(above[place] + 1, row[-1] + 1, above[place - 1] + (a != b)))
    return row[-1]


def _replaced(data: bytes, problem: Problem, wrong: str, right: str) -> bytes | None:
    """The text with a word on the problem's line, from its column on, written otherwise."""
    text = data.decode("utf-8", "surrogateescape")
    starts = [0, *(end.end() for end in LINE_BREAK.finditer(text)), len(text)]
    begin, end = starts[problem.place.line - 1 : problem.place.line + 1]
    word = re.compile(rf"(?<![A-Za-z0-9._-]){re.escape(wrong)}(?![A-Za-z0-9._-])")
    match = word.search(text, begin + problem.place.column - 1, end)
    if match is None:
        return None
    return (text[: match.start()] + right + text[match.end() :]).encode("utf-8", "surrogateescape")


def fix_files(paths: tuple[str, ...], tell: Callable[[str], object], keep: bool) -> None:
    """Tell what would be put right in each file of a command line, as a unified diff, and with `keep` write it."""
    for source in read(tuple(file for file in find(paths) if file != STDIN), named=paths):
        if source.data is None:
            continue
        fixed = fix_typos(source.file, source.data)
        if fixed != source.data:
            tell(unified_diff(source.file, source.data, fixed, written=keep))
            if keep:
                rewrite(source.file, fixed)
