"""Conditions in words: `kind == "database" and replicas < 2 and not managed`. Typed, bounded, and never evaluated code.

    condition  = conjunct {"or" conjunct}
    conjunct   = negation {"and" negation}
    negation   = "not" negation | "has" NAME | comparison
    comparison = term ["==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in" | "matches"  term]
    term       = TEXT | NUMBER | "true" | "false" | NAME | "count(" NAME ")" | "[" TEXT {"," TEXT} "]" | "(" condition ")"

Unknown is not false: what a model does not declare makes a comparison unknown, and a condition holds only if it is true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

Type = Literal["text", "number", "truth", "texts"]
FactValue = str | float | bool | tuple[str, ...] | None
Facts = Callable[[str], FactValue]
"""The value of a fact by its name; None where the model does not declare it."""

LONGEST = 2_000
DEEPEST = 30
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"""
    r"""|(?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,))"""
)
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_WORDS = frozenset({"and", "or", "not", "has", "in", "matches", "count", "true", "false"})


class ExpressionError(ValueError):
    """An invalid condition; the message names the column."""


class Expression(NamedTuple):
    """A part of a condition: its type, and its value for the facts of a subject."""

    type: Type
    value: Callable[[Facts], FactValue]


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


def compile_condition(text: str, types: Mapping[str, Type]) -> Callable[[Facts], bool]:
    """Return a test of facts of these types; raises ExpressionError. It passes only where it is known to be true."""
    part = _Reader(text, types).read()
    return lambda facts: part.value(facts) is True


class _Reader:
    """Reads a condition once from left to right, checking types as it goes."""

    def __init__(self, text: str, types: Mapping[str, Type]) -> None:
        self.types = types
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0

    def read(self) -> Expression:
        part = self._either()
        if self._peek().kind != "end":
            raise self._wrong(f"`{self._peek().text}` is one too many; join conditions with `and` or `or`")
        return self._truth(part)

    def _either(self) -> Expression:
        part = self._both()
        while self._take("or"):
            part = _joined(self._truth(part), self._truth(self._both()), True)
        return part

    def _both(self) -> Expression:
        part = self._negation()
        while self._take("and"):
            part = _joined(self._truth(part), self._truth(self._negation()), False)
        return part

    def _negation(self) -> Expression:
        if self._take("not"):
            return _negated(self._truth(self._deeper(self._negation)))
        if self._take("has"):
            name = self._name()
            return Expression("truth", lambda facts: facts(name) not in (None, ()))
        return self._comparison()

    def _comparison(self) -> Expression:
        left = self._term()
        sign = self._peek().text if self._peek().kind != "text" else ""
        if sign in ("==", "!="):
            self.at += 1
            return self._equal(left, self._term(), sign == "==")
        if sign in _ORDERS:
            self.at += 1
            return self._ordered(left, self._term(), _ORDERS[sign])
        if self._take("matches"):
            return self._matching(left, self._term())
        if self._take("in"):
            return self._within(left, self._term())
        if sign == "not" and self.tokens[self.at + 1].text == "in":
            self.at += 2
            return _negated(self._within(left, self._term()))
        return left

    def _term(self) -> Expression:
        token = self._peek()
        self.at += 1
        if token.kind == "text":
            return _constant("text", token.text[1:-1])
        if token.kind == "number":
            return _constant("number", float(token.text))
        if token.text in ("true", "false"):
            return _constant("truth", token.text == "true")
        if token.text == "count":
            return self._count()
        if token.text == "[":
            return self._list()
        if token.text == "(":
            part = self._deeper(self._either)
            self._expect(")")
            return part
        self.at -= 1
        name = self._name()
        return Expression(self.types[name], lambda facts: facts(name))

    def _count(self) -> Expression:
        self._expect("(")
        name = self._name()
        if self.types[name] != "texts":
            raise self._wrong(f"`{name}` is no list, and only a list is counted")
        self._expect(")")

        def counted(facts: Facts) -> FactValue:
            count = facts(name)
            return None if count is None else float(len(count))  # type: ignore[arg-type]

        return Expression("number", counted)

    def _list(self) -> Expression:
        words: list[str] = []
        while not self._take("]"):
            token = self._peek()
            if token.kind != "text":
                raise self._wrong("a list holds texts in quotes")
            words.append(token.text[1:-1])
            self.at += 1
            if self._peek().text != "]":
                self._expect(",")
        return _constant("texts", tuple(words))

    def _equal(self, left: Expression, right: Expression, wanted: bool) -> Expression:
        if left.type != right.type:
            raise self._wrong(f"a {left.type} is never equal to a {right.type}")
        return _compare(left, right, lambda a, other: (a == other) is wanted)

    def _ordered(self, left: Expression, right: Expression, order: Callable[[float, float], bool]) -> Expression:
        if (left.type, right.type) != ("number", "number"):
            raise self._wrong("only numbers are more or less than others")
        return _compare(left, right, lambda a, other: order(float(a), float(other)))  # type: ignore[arg-type]

    def _matching(self, left: Expression, right: Expression) -> Expression:
        if (left.type, right.type) != ("text", "text"):
            raise self._wrong('`matches` holds a text against a pattern, such as name matches "db-*"')
        return _compare(left, right, lambda a, other: _like(str(a), str(other)))

    def _within(self, left: Expression, right: Expression) -> Expression:
        if (left.type, right.type) != ("text", "texts"):
            raise self._wrong('`in` looks for a text in a list, such as kind in ["cache", "database"]')
        return _compare(left, right, lambda a, other: a in other)  # type: ignore[operator]

    def _truth(self, part: Expression) -> Expression:
        if part.type != "truth":
            raise self._wrong(f"a condition must be true or false; got a {part.type}; compare it with a value")
        return part

    def _deeper(self, read: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._wrong("this is nested too deeply")
        part = read()
        self.depth -= 1
        return part

    def _name(self) -> str:
        token = self._peek()
        if token.kind != "word" or token.text in _WORDS:
            raise self._wrong(f"a fact or a value is missing{f' before `{token.text}`' if token.text else ''}")
        if token.text not in self.types:
            raise self._wrong(f"there is no fact `{token.text}` here; there are {', '.join(sorted(self.types))}")
        self.at += 1
        return token.text

    def _take(self, word: str) -> bool:
        token = self._peek()
        matches = token.kind in ("word", "sign") and token.text == word
        self.at += matches
        return matches

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise self._wrong(f"`{sign}` is missing")

    def _peek(self) -> _Token:
        return self.tokens[self.at]

    def _wrong(self, message: str) -> ExpressionError:
        return ExpressionError(f"column {self._peek().column}: {message}")


def _tokens(text: str) -> list[_Token]:
    if len(text) > LONGEST:
        raise ExpressionError(f"column {LONGEST}: a condition has at most {LONGEST:,} characters")
    tokens: list[_Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            column = position + len(text[position:]) - len(text[position:].lstrip()) + 1
            raise ExpressionError(f"column {column}: `{text[column - 1]}` is not read here")
        kind = str(match.lastgroup)
        tokens.append(_Token(kind, match[kind], match.start(kind) + 1))
        position = match.end()
    return [*tokens, _Token("end", "", end + 1), _Token("end", "", end + 1)]


def _constant(kind: Type, value: FactValue) -> Expression:
    return Expression(kind, lambda _: value)


def _compare(left: Expression, right: Expression, judge: Callable[[object, object], bool]) -> Expression:
    """Return a comparison that is unknown where one of its sides is."""

    def value(facts: Facts) -> FactValue:
        first, other = left.value(facts), right.value(facts)
        return None if first is None or other is None else judge(first, other)

    return Expression("truth", value)


def _joined(left: Expression, right: Expression, decisive: bool) -> Expression:
    """`or` where true decides, `and` where false does; else unknown as soon as one side is (Kleene's logic)."""

    def value(facts: Facts) -> FactValue:
        first = left.value(facts)
        if first is decisive:
            return first
        other = right.value(facts)
        if other is decisive:
            return other
        return None if first is None or other is None else not decisive

    return Expression("truth", value)


def _negated(part: Expression) -> Expression:
    def value(facts: Facts) -> FactValue:
        truth = part.value(facts)
        return None if truth is None else not truth

    return Expression("truth", value)


def _like(text: str, pattern: str) -> bool:
    """Return True if a text matches a pattern in which `*` matches any text, in linear time."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(first) or not text.endswith(rest[-1]) or len(text) < len(first) + len(rest[-1]):
        return False
    position, end = len(first), len(text) - len(rest[-1])
    for piece in rest[:-1]:
        match = text.find(piece, position, end)
        if match < 0:
            return False
        position = match + len(piece)
    return True
