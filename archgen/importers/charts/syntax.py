"""Templates of Go, as Helm has them, as trees: texts, and actions with pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

_IN_ACTION = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|`[^`]*`|\}\}")
"""A text in an action, or the end of it."""

_TOKEN = re.compile(
    r"\s*(?:(?P<string>\"(?:\\.|[^\"\\\n])*\"|`[^`]*`)|(?P<character>'(?:\\.|[^'\\\n])')"
    r"|(?P<number>[-+]?(?:0[xX][0-9a-fA-F]+(?:[pP][-+]?[0-9]+)?|[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)\b)|(?P<variable>\$\w*)"
    r"|(?P<field>\.[A-Za-z_]\w*)|(?P<word>[A-Za-z_]\w*)|(?P<sign>:=|[()|,.=]))"
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}

_CONTROL = re.compile(r"(if|with|range|else|end|define|block|template|break|continue)\b")
"""Words that begin an action which puts nothing out by itself; a bracket may follow them without a blank."""

_SETS = re.compile(r"\s*(\$\w+)\s*(:?=)(?!=)")
_LONGEST = 256 * 1024
_LONGEST_NUMBER = 40
_DEEPEST = 60


class NotUnderstood(Exception):
    """Something in a template that isn't read here; its text says what."""


class TemplateText(Struct):
    """A text that is put out as it stands; it begins on a line, from 1."""

    text: str
    line: int


class Operand(Struct):
    """What a command begins with or is given, with the fields that follow it.

    `kind` is `literal`, `dot`, `variable`, `function` or `pipeline`; the value of the latter is a pipeline.
    """

    kind: str
    value: object = None
    fields: tuple[str, ...] = ()


class Pipeline(Struct):
    """Commands of which each gets the result of the one before it; the result may be set to variables.

    One that isn't read here has a `problem` instead of commands: whatever comes to it isn't understood.
    """

    commands: list[list[Operand]]
    variables: tuple[str, ...] = ()
    declares: bool = False
    problem: str = ""


class TemplateAction(Struct):
    """A pipeline whose result is put out."""

    pipeline: Pipeline
    line: int


class TemplateChoice(Struct):
    """An `if` or a `with`: branches that are tried in turn, each with its condition; None for `else`."""

    word: str
    branches: list[tuple[Pipeline | None, list[TemplateNode]]]
    line: int


class TemplateLoop(Struct):
    """A `range` over a list or a mapping, with what is put out where that is empty."""

    pipeline: Pipeline
    body: list[TemplateNode]
    otherwise: list[TemplateNode]
    line: int


class TemplateJump(Struct):
    """A `break`, which ends the loop around it, or a `continue`, which ends the round."""

    word: str
    line: int


class TemplateCall(Struct):
    """A `template`, which puts out a definition."""

    name: str
    pipeline: Pipeline | None
    line: int


TemplateNode = TemplateText | TemplateAction | TemplateChoice | TemplateLoop | TemplateCall | TemplateJump


class ParsedTemplate(Struct):
    """What a file puts out, and the definitions in it by their names."""

    nodes: list[TemplateNode] = field(default_factory=list)
    definitions: dict[str, list[TemplateNode]] = field(default_factory=dict)


def parse_template(text: str) -> ParsedTemplate:
    """Return the template of a text; raise NotUnderstood."""
    if len(text) > _LONGEST:
        raise NotUnderstood("it is too large")
    return _Parser(text).template


class _Parser:
    def __init__(self, text: str) -> None:
        self._pieces = [*_pieces(text)]
        self._at = 0
        self.template = ParsedTemplate()
        self.template.nodes, end = self._nodes(0)
        if end is not None:
            raise NotUnderstood(f"`{end}` closes nothing")

    def _nodes(self, depth: int) -> tuple[list[TemplateNode], str | None]:
        """Return what stands before the next action that ends it, and that action."""
        if depth > _DEEPEST:
            raise NotUnderstood("it is too deep")
        nodes: list[TemplateNode] = []
        while self._at < len(self._pieces):
            is_text, content, line = self._pieces[self._at]
            self._at += 1
            if is_text or not content:
                nodes += [TemplateText(content, line)] if content else []
                continue
            match = _CONTROL.match(content)
            word, rest = (match[0], content[match.end() :].strip()) if match is not None else ("", content)
            if word in ("end", "else"):
                return nodes, " ".join(content.split()) if word == "end" or not rest else content
            if word in ("if", "with"):
                nodes.append(self._choice(word, rest, line, depth))
            elif word == "range":
                body, end = self._nodes(depth + 1)
                otherwise, end = self._nodes(depth + 1) if end == "else" else ([], end)
                self._expect_end(end)
                nodes.append(TemplateLoop(_pipeline_of(rest), body, otherwise, line))
            elif word in ("define", "block"):
                name, pipeline = _named(rest)
                body, end = self._nodes(depth + 1)
                self._expect_end(end)
                self.template.definitions[name] = body
                if word == "block":
                    nodes.append(TemplateCall(name, pipeline, line))
            elif word == "template":
                nodes.append(TemplateCall(*_named(rest), line))
            elif word:
                nodes.append(TemplateJump(word, line))
            else:
                nodes.append(TemplateAction(_pipeline_of(content), line))
        return nodes, None

    def _choice(self, word: str, condition: str, line: int, depth: int) -> TemplateChoice:
        branches: list[tuple[Pipeline | None, list[TemplateNode]]] = []
        waiting: Pipeline | None = _pipeline_of(condition)
        while True:
            body, end = self._nodes(depth + 1)
            branches.append((waiting, body))
            if end is None or end == "end":
                self._expect_end(end)
                return TemplateChoice(word, branches, line)
            rest = end.removeprefix("else").strip()
            match = _CONTROL.match(rest)
            if rest and (match is None or match[0] != word):
                raise NotUnderstood(f"`{end[:40]}`")
            waiting = _pipeline_of(rest.removeprefix(word)) if rest else None

    def _expect_end(self, end: str | None) -> None:
        if end != "end":
            raise NotUnderstood("an `end` is missing")


def _pieces(text: str) -> Iterator[tuple[bool, str, int]]:
    """Yield texts, and the contents of actions, each with its line; the blanks are cut that a sign beside an action cuts."""
    place, line, cuts = 0, 1, False
    while True:
        start = text.find("{{", place)
        before = text[place : start if start >= 0 else len(text)]
        is_cut = start >= 0 and text.startswith("-", start + 2) and text[start + 3 : start + 4].isspace()
        shown = before.lstrip() if cuts else before
        first = line + before.count("\n", 0, len(before) - len(shown))
        line += before.count("\n")
        yield True, shown.rstrip() if is_cut else shown, first
        if start < 0:
            return
        start += 3 if is_cut else 2
        end = _end_of_action(text, start)
        content = text[start:end]
        cuts = content.endswith("-") and content[-2:-1].isspace()
        content = (content[:-1] if cuts else content).strip()
        if not content.startswith("/*"):
            yield False, content, line
        line += text.count("\n", start, end)
        place = end + 2


def _end_of_action(text: str, start: int) -> int:
    """Return the place of the brackets that close an action."""
    inside = start
    if text[start : start + 100].lstrip().startswith("/*"):
        inside = text.find("*/", start)
    while inside >= 0 and (match := _IN_ACTION.search(text, inside)) is not None:
        if match[0] == "}}":
            return match.start()
        inside = match.end()
    raise NotUnderstood("an action isn't closed")


def _named(rest: str) -> tuple[str, Pipeline | None]:
    match = re.match(r'\s*"([^"]+)"\s*(.*)', rest, re.DOTALL)
    if match is None:
        raise NotUnderstood("a definition without a name")
    return match[1], _pipeline_of(match[2]) if match[2].strip() else None


class _Tokens:
    def __init__(self, text: str) -> None:
        self.items: list[tuple[str, str, bool]] = []
        place = 0
        text = text.rstrip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                raise NotUnderstood(f"`{text[place : place + 20].strip()}`")
            word = match[match.lastgroup]
            self.items.append((match.lastgroup, word, match.start(match.lastgroup) > place))
            place = match.end()
        self.at = 0

    def peek(self) -> tuple[str, str, bool]:
        return self.items[self.at] if self.at < len(self.items) else ("", "", False)

    def take(self) -> tuple[str, str, bool]:
        item = self.peek()
        self.at += 1
        return item


def _pipeline_of(text: str) -> Pipeline:
    """Return the pipeline of an action; one that isn't read is lost alone, and not the file with it."""
    try:
        return parse_pipeline(text)
    except NotUnderstood as problem:
        match = _SETS.match(text)
        names = (match[1],) if match is not None else ()
        return Pipeline([], names, match is not None and match[2] == ":=", str(problem) or "an action")


def parse_pipeline(text: str) -> Pipeline:
    """Return the pipeline of an action; raise NotUnderstood."""
    tokens = _Tokens(text)
    variables: list[str] = []
    words = [word for _, word, _ in tokens.items[:4]]
    declares = False
    for sign in (":=", "="):
        if sign in words:
            place = words.index(sign)
            if all(word == "," or word.startswith("$") for word in words[:place]):
                variables = [word for word in words[:place] if word != ","]
                declares, tokens.at = sign == ":=", place + 1
                break
    pipeline = _pipeline(tokens, 0)
    if tokens.peek()[0]:
        raise NotUnderstood(f"`{tokens.peek()[1]}`")
    return Pipeline(pipeline.commands, tuple(variables), declares)


def _pipeline(tokens: _Tokens, depth: int) -> Pipeline:
    if depth > _DEEPEST:
        raise NotUnderstood("it is too deep")
    commands: list[list[Operand]] = [[]]
    while (kind := tokens.peek()[0]) and tokens.peek()[1] != ")":
        if tokens.peek()[1] == "|":
            tokens.take()
            commands.append([])
        else:
            commands[-1].append(_operand(tokens, kind, depth))
    if not all(commands):
        raise NotUnderstood("an empty command")
    return Pipeline(commands)


def _operand(tokens: _Tokens, kind: str, depth: int) -> Operand:
    _, word, _ = tokens.take()
    if kind == "string":
        return Operand("literal", _unquoted(word))
    if kind == "character":
        return Operand("literal", ord(_unquoted(word)))
    if kind == "number":
        return Operand("literal", _number(word))
    if kind == "word":
        constants = {"true": True, "false": False, "nil": None}
        return Operand("literal", constants[word]) if word in constants else Operand("function", word, _fields(tokens))
    if kind == "variable":
        return Operand("variable", word, _fields(tokens))
    if kind == "field":
        return Operand("dot", None, (word[1:], *_fields(tokens)))
    if word == "(":
        inner = _pipeline(tokens, depth + 1)
        if tokens.take()[1] != ")":
            raise NotUnderstood("a bracket isn't closed")
        return Operand("pipeline", inner, _fields(tokens))
    if word == ".":
        return Operand("dot")
    raise NotUnderstood(f"`{word}`")


def _number(word: str) -> int | float:
    if len(word) > _LONGEST_NUMBER:
        raise NotUnderstood("a long number")
    try:
        if "x" in word.lower():
            return float.fromhex(word) if "p" in word.lower() else int(word, 16)
        return float(word) if any(sign in word for sign in ".eE") else int(word)
    except (ValueError, OverflowError) as error:
        raise NotUnderstood("a number") from error


def _fields(tokens: _Tokens) -> tuple[str, ...]:
    """Return the fields that follow without a blank."""
    fields: list[str] = []
    while tokens.peek()[0] == "field" and not tokens.peek()[2]:
        fields.append(tokens.take()[1][1:])
    return tuple(fields)


def _unquoted(word: str) -> str:
    if word[0] == "`":
        return word[1:-1]
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), word[1:-1])
