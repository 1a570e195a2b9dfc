"""The literals of JavaScript in a configuration, read without running it: anything else has no value."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*(?:.*?\*/|.*))|(?P<text>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`\\]|\\.)*`?)"""
    r"""|(?P<number>\d+(?:\.\d+)?(?![\w$]))|(?P<word>[\w$]+(?:\.[\w$]+)*)|(?P<rest>\.\.\.)|(?P<sign>.)""",
    re.DOTALL,
)
"""What is open at the end of a line or a file ends there, so that each sign is read once."""

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SIGNS = {"n": "\n", "t": "\t"}
_HERE = re.compile(r"\$\{(?:__dirname|process\.cwd\(\))\}")
_LARGEST = 128 * 1024
_MOST_TOKENS = 20_000
_DEEPEST = 12
_OPENING, _CLOSING = "([{", ")]}"
_JOINS = frozenset(("path.join", "path.resolve", "join", "resolve"))


class Literal(Struct):
    """A text, a number, a truth value, a list or an object, with its line; None for what is no literal."""

    value: Any
    line: int


class _Token(Struct):
    sort: str
    text: str
    line: int


def list_named(name: str, text: str) -> list[Literal]:
    """Return the items of the first list that a source calls by a name: `apps: [`, `const apps = [`; none in a source that is too large."""
    tokens = _tokens(text)
    for index, token in enumerate(tokens[:-2]):
        if token.text.strip("\"'") == name and tokens[index + 1].text in (":", "=") and tokens[index + 2].text == "[":
            return _Reader(tokens, index + 2).items("]", 0)
    return []


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    line = 1
    for match in _TOKEN.finditer(text) if len(text) <= _LARGEST else ():
        if match.lastgroup != "blank":
            tokens.append(_Token(str(match.lastgroup), match[0], line))
        if len(tokens) > _MOST_TOKENS:
            return []
        line += match[0].count("\n")
    return tokens


class _Reader:
    """Reads values one after the other; `at` is the index of the next token."""

    def __init__(self, tokens: list[_Token], at: int) -> None:
        self.tokens, self.at = tokens, at

    def _is(self, *signs: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].text in signs

    def value(self, depth: int) -> Literal:
        """Return the value that begins here, and go to the sign behind it; None where it is more than a literal."""
        line = self.tokens[self.at].line if self.at < len(self.tokens) else 0
        value = self._operand(depth)
        while self._is("+"):
            self.at += 1
            other = self._operand(depth)
            value = f"{value}{other}" if isinstance(value, str) and isinstance(other, str) else None
        if self._is(",", *_CLOSING) or self.at >= len(self.tokens):
            return Literal(value, line)
        self._skip()
        return Literal(None, line)

    def _operand(self, depth: int) -> Any:
        if self.at >= len(self.tokens) or depth > _DEEPEST:
            return None
        token = self.tokens[self.at]
        if token.text == "{":
            return self._object(depth)
        if token.text == "[":
            return self.items("]", depth)
        if token.text in ("__dirname", "process.cwd"):
            self.at += 1 if token.text == "__dirname" else 3
            return "."
        if token.text in _JOINS and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1].text == "(":
            self.at += 1
            parts = [each.value for each in self.items(")", depth)]
            return (
                posixpath.normpath(posixpath.join(*parts))
                if parts and all(isinstance(each, str) for each in parts)
                else None
            )
        if token.sort in ("text", "number") or token.text in ("true", "false"):
            self.at += 1
            return _plain(token)
        return None

    def items(self, end: str, depth: int) -> list[Literal]:
        """Return the values of a list, or of the arguments of a call."""
        self.at += 1
        items: list[Literal] = []
        while self.at < len(self.tokens) and not self._is(end):
            begin = self.at
            items.append(self.value(depth + 1))
            self.at += self._is(",")
            if self.at == begin:
                break
        self.at += 1
        return items

    def _object(self, depth: int) -> Mapping[str, Literal]:
        self.at += 1
        fields: dict[str, Literal] = {}
        while self.at < len(self.tokens) and not self._is("}"):
            begin = self.at
            key = self.tokens[self.at]
            self.at += 1
            if key.sort in ("text", "word", "number") and self._is(":"):
                self.at += 1
                name = key.text.strip("\"'`")
                fields[name] = Literal(self.value(depth + 1).value, key.line)
            else:
                self.at = begin
                self._skip()
            self.at += self._is(",")
            if self.at == begin:
                break
        self.at += 1
        return fields

    def _skip(self) -> None:
        """Go to the comma or the closing bracket behind what is no literal."""
        depth = 0
        while self.at < len(self.tokens):
            sign = self.tokens[self.at].text
            if depth == 0 and (sign == "," or sign in _CLOSING):
                return
            depth += (sign in _OPENING) - (sign in _CLOSING)
            self.at += 1


def _plain(token: _Token) -> Any:
    if token.sort == "text":
        text = _HERE.sub(".", token.text[1:-1]) if token.text[0] == "`" else token.text[1:-1]
        if token.text[0] == "`" and "${" in text:
            return None
        return _ESCAPE.sub(lambda match: _SIGNS.get(match[1], match[1]), text)
    if token.sort == "number":
        return int(token.text) if token.text.isdecimal() and len(token.text) < 10 else token.text
    return token.text == "true"
