"""Regular expressions of Go in templates: searched in times that don't grow with what is hostile in them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct

from archgen.importers.charts.functions import shown
from archgen.importers.charts.syntax import NotUnderstood

_LONGEST = 400
_MOST_DOUBLED = 25.0
"""How often the time may double, from that of a step; each character of a text doubles it for a repetition of repetitions."""

_MOST_REPEATED = 100
_MOST_OF_TEXT = 1 << 20
_STEPS_OF_PATTERN = 2000
_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\((?:\?(?:P?<\w+>|[ims]*:|[ims]+\)))?|[*+?]\??|\{\d*,?\d*\}\??|.",
    re.DOTALL,
)
"""A part of a pattern; what Go and Python read otherwise, such as `(?x)` and `{,9}`, isn't understood."""

_COUNTED = re.compile(r"\{\d+(,\d*)?\}\??")
_CLASS = re.compile(r"\[:(\w+):\]")
_BARE = re.compile(r"(?<!\\)\[")
_CLASSES = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s",
            "word": r"\w", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f"}  # fmt: skip
_REFERENCE = re.compile(r"\$\{(\w+)\}|\$(\d)|\$(\$)")


class _Cost(Struct):
    """How the time of a part grows: by a power of the length of a text, and by ways to take it, as a power of two."""

    power: int = 0
    ways: float = 0.0
    branches: int = 1

    def total(self) -> _Cost:
        """Return the cost of all its branches."""
        return _Cost(self.power, self.ways + math.log2(self.branches))


class _Pattern:
    """A pattern in the form of Python, with how its time grows."""

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise NotUnderstood("a pattern")
        self._cost = _Cost()
        self._doubles = False
        try:
            self._found = re.compile("".join(self._translated(text)), re.ASCII)
        except (re.error, RecursionError, OverflowError) as error:
            raise NotUnderstood("a pattern") from error

    def steps(self, text: str) -> float:
        """Return how many steps a search in a text may take; raise NotUnderstood for too many."""
        time = self._cost.ways + math.log2(len(text) + 1) * (self._cost.power + 1)
        time += len(text) if self._doubles else 0
        if time > _MOST_DOUBLED:
            raise NotUnderstood("a pattern in a long text")
        return float(2**time)

    def for_text(self, text: str) -> re.Pattern[str]:
        """Return the pattern to search in a text; raise NotUnderstood where that may take long."""
        self.steps(text)
        return self._found

    def _translated(self, text: str) -> Iterator[str]:
        outer: list[_Cost] = []
        cost, last = _Cost(), _Cost()
        end = r"\Z"
        for match in _TOKEN.finditer(text):
            token, inner = match[0], _Cost()
            if (token == "(" and text.startswith("?", match.end())) or token.startswith("{,"):
                raise NotUnderstood("a pattern")
            if token.startswith("(?") and token.endswith(")"):
                end = "$" if "m" in token else end
                yield token
                continue
            if token.startswith("("):
                outer.append(cost)
                cost = _Cost()
                token = token.replace("(?<", "(?P<")
            elif token == ")" and outer:
                inner, cost = cost.total(), outer.pop()
                cost.power, cost.ways = cost.power + inner.power, cost.ways + inner.ways
            elif token == "|":
                cost.branches += 1
            elif token[0] in "*+?" or _COUNTED.fullmatch(token) is not None:
                self._repeat(token, cost, last)
            elif token in ("$", r"\z"):
                token = end if token == "$" else r"\Z"
            elif token[0] == "[":
                token = _of_python(token)
            last = inner
            yield token
        self._cost = cost.total()

    def _repeat(self, sign: str, cost: _Cost, repeated: _Cost) -> None:
        """Add to a cost that a part of it is repeated."""
        least, most = _times(sign)
        further = max((least if most is None else most) - 1, 0)
        cost.power += repeated.power * further
        cost.ways += repeated.ways * further
        if most is None:
            self._doubles |= repeated.power > 0 or repeated.ways > 0
            cost.power += 1
        else:
            cost.ways += math.log2(most - least + 1)


def _times(sign: str) -> tuple[int, int | None]:
    """Return how often a sign repeats what stands before it, at least and at most; None without a bound."""
    if sign[0] in "*+?":
        return 0, None if sign[0] != "?" else 1
    least, comma, most = sign.strip("{}?").partition(",")
    first, last = int(least or 0), int(most or least or 0)
    if max(first, last) > _MOST_REPEATED:
        raise NotUnderstood("a pattern")
    return first, None if comma and not most else last


def _of_python(signs: str) -> str:
    """Return a set of characters as Python has it."""
    begin = "[^" if signs.startswith("[^") else "["
    inner = _CLASS.sub(lambda name: _CLASSES.get(name[1], ""), signs[len(begin) : -1])
    inner = f"\\{inner}" if inner.startswith("]") else inner
    return begin + _BARE.sub(r"\\[", inner) + "]"


@lru_cache(maxsize=256)
def _read(pattern: str) -> _Pattern:
    return _Pattern(pattern)


def _search(pattern: Any, text: Any) -> tuple[re.Pattern[str], str]:
    words = shown(text)
    return _read(shown(pattern)).for_text(words), words


def steps_of_search(pattern: Any, text: Any = "", *_: Any) -> float:
    """Return how many steps it may take to search for a pattern; raise NotUnderstood for too many."""
    return _STEPS_OF_PATTERN + _read(shown(pattern)).steps(shown(text))


def _matches(pattern: Any, text: Any) -> bool:
    found, words = _search(pattern, text)
    return found.search(words) is not None


def _find(pattern: Any, text: Any) -> str:
    found, words = _search(pattern, text)
    match = found.search(words)
    return match[0] if match is not None else ""


def _find_all(pattern: Any, text: Any, count: Any) -> list[str]:
    found, words = _search(pattern, text)
    matches = [match[0] for match in found.finditer(words)]
    return matches if int(count) < 0 else matches[: int(count)]


def _replace(pattern: Any, text: Any, new: Any) -> str:
    found, words = _search(pattern, text)
    form = shown(new)

    def filled(match: re.Match[str]) -> str:
        def put(reference: re.Match[str]) -> str:
            name = reference[1] or reference[2]
            if name is None:
                return "$"
            known = name in found.groupindex or (name.isdecimal() and int(name) <= found.groups)
            return (match[int(name) if name.isdecimal() else name] or "") if known else ""

        return _REFERENCE.sub(put, form)

    return _put(found, words, filled, len(form), len(_REFERENCE.findall(form)))


def _put(
    found: re.Pattern[str], words: str, filled: Callable[[re.Match[str]], str], length: int, references: int = 0
) -> str:
    """Return a text with what is found replaced by texts of a length, in which as many references stand for what is found."""
    room = _MOST_OF_TEXT

    def put(match: re.Match[str]) -> str:
        nonlocal room
        room -= length + references * len(match[0])
        if room < 0:
            raise NotUnderstood("it makes too much")
        return filled(match)

    return found.sub(put, words)


def _replace_plainly(pattern: Any, text: Any, new: Any) -> str:
    found, words = _search(pattern, text)
    form = shown(new)
    return _put(found, words, lambda _: form, len(form))


def _split(pattern: Any, text: Any, count: Any) -> list[str]:
    found, words = _search(pattern, text)
    parts, begin, most = list[str](), 0, int(count)
    for match in found.finditer(words) if most else ():
        if match[0] and (most < 0 or len(parts) < most - 1):
            parts.append(words[begin : match.start()])
            begin = match.end()
    return [*parts, words[begin:]] if most else []


PATTERN_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "regexMatch": _matches,
    "regexFind": _find,
    "regexFindAll": _find_all,
    "regexReplaceAll": _replace,
    "regexReplaceAllLiteral": _replace_plainly,
    "regexSplit": _split,
    "regexQuoteMeta": lambda text: re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", shown(text)),
}
"""The functions by their names."""

SEARCHES = frozenset({*PATTERN_FUNCTIONS.values()} - {PATTERN_FUNCTIONS["regexQuoteMeta"]})
"""Those that search for a pattern."""
