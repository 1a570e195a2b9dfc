"""Templates of charts with their values put in, with the line of the template for each line of the result."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from archgen.importers.charts.functions import has_api, is_true, shown, yaml_of
from archgen.importers.charts.further_functions import FURTHER_FUNCTIONS, function_named, own_name
from archgen.importers.charts.merging import MERGING, merge_values
from archgen.importers.charts.patterns import SEARCHES, steps_of_search
from archgen.importers.charts.silence import Silence
from archgen.importers.charts.syntax import (
    NotUnderstood,
    Operand,
    Pipeline,
    TemplateAction,
    TemplateCall,
    TemplateChoice,
    TemplateJump,
    TemplateLoop,
    TemplateNode,
    TemplateText,
    parse_template,
)
from archgen.importers.charts.values import copied
from archgen.importers.charts.work import (
    COPYING,
    LOOKING_THROUGH,
    PER_CHARACTER,
    STEPS_OF_SEARCH,
    LimitReached,
    TemplateWork,
)

OF_FILES = "files of the chart"
"""What isn't understood of a template that holds other files, which are dashboards as a rule."""

_DEEPEST = 40
_MOST_OF_TEXT = 1 << 20
_MOST_KEPT = 200
_PARSED_CHARACTER = 4
_WRONG_VALUES = (
    ArithmeticError,
    TypeError,
    ValueError,
    KeyError,
    AttributeError,
    IndexError,
    RecursionError,
)
_DIGESTS = frozenset(("sha256sum", "sha1sum", "sha512sum", "adler32sum"))
"""Functions whose results tell nothing of what they are given."""


class TemplateRenderer:
    """Renders the templates of a chart by its definitions; all of them together may take so much work.

    Of definitions that stand elsewhere, `known_elsewhere` gives the text as far as it is known.
    """

    def __init__(
        self,
        definitions: Mapping[str, list[TemplateNode]],
        known_elsewhere: Callable[[str], str | None] = lambda _: None,
        work: TemplateWork | None = None,
    ) -> None:
        self._definitions = definitions
        self._known_elsewhere = known_elsewhere
        self._work = work or TemplateWork()
        self._silence = Silence(definitions, self._work.step)
        self._parsed: dict[str, list[TemplateNode]] = {}
        self._documents: dict[str, Any] = {}
        self._depth = 0

    def render(self, nodes: list[TemplateNode], root: dict[str, Any]) -> tuple[str, list[int]]:
        """Return the text of a template, and the line of the template that each of its lines is of; raise NotUnderstood."""
        output, self._depth = _Output(), 0
        self._work.begin()
        try:
            self._put(nodes, root, {"$": root}, output)
        except _WRONG_VALUES as error:
            raise NotUnderstood("a value of another sort than it takes") from error
        except _Jump as jump:
            raise NotUnderstood("a jump outside a loop") from jump
        return output.text(), output.lines

    def _put(self, nodes: list[TemplateNode], dot: Any, variables: dict[str, Any], output: _Output) -> None:
        for node in nodes:
            self._work.step()
            depth = self._depth
            try:
                self._put_one(node, dot, variables, output)
            except (NotUnderstood, *_WRONG_VALUES) as problem:
                if isinstance(problem, LimitReached) or not self._silence.holds([node]):
                    raise
                self._depth = depth
                if isinstance(node, TemplateAction):
                    variables.update(dict.fromkeys(node.pipeline.variables, _Unknown(problem)))

    def _put_one(self, node: TemplateNode, dot: Any, variables: dict[str, Any], output: _Output) -> None:
        if isinstance(node, TemplateText):
            output.add(node.text, node.line, advances=True)
        elif isinstance(node, TemplateAction):
            value = self._value(node.pipeline, dot, variables)
            if not node.pipeline.variables:
                output.add(shown(value), node.line)
        elif isinstance(node, TemplateChoice):
            self._choose(node, dot, variables, output)
        elif isinstance(node, TemplateLoop):
            self._repeat(node, dot, variables, output)
        elif isinstance(node, TemplateJump):
            raise _Jump(node.word)
        else:
            output.add(self._call(node, dot, variables), node.line)

    def _choose(self, node: TemplateChoice, dot: Any, variables: dict[str, Any], output: _Output) -> None:
        inner = _Scope(variables)
        for condition, body in node.branches:
            value = self._value(condition, dot, inner) if condition is not None else None
            if condition is None or is_true(value):
                self._put(body, value if node.word == "with" and condition is not None else dot, inner, output)
                return

    def _repeat(self, node: TemplateLoop, dot: Any, variables: dict[str, Any], output: _Output) -> None:
        names = node.pipeline.variables
        value = self._value(Pipeline(node.pipeline.commands, problem=node.pipeline.problem), dot, variables)
        pairs: list[tuple[Any, Any]]
        if isinstance(value, dict):
            pairs = [(key, value[key]) for key in sorted(value)]
        elif isinstance(value, int) and not isinstance(value, bool):
            pairs = [(each, each) for each in range(value)]
        else:
            pairs = [*enumerate(value or [])]
        for key, item in pairs:
            inner = _Scope(variables)
            self._work.step()
            inner.update(zip(names, (key, item) if len(names) > 1 else (item,), strict=False))
            try:
                self._put(node.body, item, inner, output)
            except _Jump as jump:
                if jump.word == "break":
                    break
        if not pairs:
            self._put(node.otherwise, dot, _Scope(variables), output)

    def _call(self, node: TemplateCall, dot: Any, variables: dict[str, Any]) -> str:
        given = self._value(node.pipeline, dot, variables) if node.pipeline is not None else None
        return self._include(node.name, given)

    def _include(self, name: str, given: Any) -> str:
        body = self._definitions.get(name)
        if body is None:
            text = self._known_elsewhere(name)
            if text is None:
                raise NotUnderstood(f"`{name[:60]}` is defined nowhere")
            return text
        return self._inner(body, given)

    def _inner(self, body: list[TemplateNode], given: Any) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NotUnderstood("definitions that use each other")
        output = _Output()
        try:
            self._put(body, given, {"$": given}, output)
        except _Jump as jump:
            raise NotUnderstood("a jump outside a loop") from jump
        self._depth -= 1
        text = output.text()
        self._work.measure([text])
        return text

    def _value(self, pipeline: Pipeline, dot: Any, variables: dict[str, Any]) -> Any:
        if pipeline.problem:
            raise NotUnderstood(pipeline.problem)
        value: Any = None
        first = _begin_of_digest(pipeline)
        for place, command in enumerate(pipeline.commands[first:], first):
            value = self._run(command, dot, variables, [value] if place else [])
        for name in pipeline.variables:
            if isinstance(variables, _Scope) and not pipeline.declares:
                variables.assign(name, value)
            else:
                variables[name] = value
        return value

    def _run(self, command: list[Operand], dot: Any, variables: dict[str, Any], last: list[Any]) -> Any:
        self._work.step()
        first, *others = command
        if first.kind != "function":
            return self._method(first, others, dot, variables, last)
        name = own_name(str(first.value))
        if name in ("and", "or"):
            value: Any = None
            for each in others:
                value = self._operand(each, dot, variables)
                if is_true(value) == (name == "or"):
                    return value
            return last[0] if last else value
        given = [*(self._operand(each, dot, variables) for each in others), *last]
        if name == "include":
            return self._include(shown(given[0]), given[1] if len(given) > 1 else None)
        if name == "tpl":
            return self._fill_in(shown(given[0]), given[1])
        if (overwrites := MERGING.get(name)) is not None:
            return _fields_of(merge_values(given[0], given[1:], self._work.step, overwrites=overwrites), first.fields)
        function = function_named(name)
        if function is None:
            raise NotUnderstood(f"the function `{name[:40]}`")
        if name == "fromYaml" and len(given) == 1:
            return _fields_of(self._read(shown(given[0])), first.fields)
        if name in LOOKING_THROUGH or name in PER_CHARACTER:
            self._work.measure_deeply(name, given)
        if function in SEARCHES:
            self._work.spend(steps_of_search(*given) * STEPS_OF_SEARCH)
        # of the other functions none goes through the keys of a mapping
        self._work.measure([each for each in given if name in COPYING or not isinstance(each, dict)])
        result = function(*given)
        self._work.measure([result] if not isinstance(result, dict) else [])
        return _fields_of(result, first.fields)

    def _read(self, text: str) -> Any:
        """Return what a text of YAML holds: definitions give mappings to each other as text, mostly the same ones."""
        if text not in self._documents:
            self._work.measure_deeply("fromYaml", [text])
            if len(self._documents) >= _MOST_KEPT:
                self._documents.clear()
            self._documents[text] = FURTHER_FUNCTIONS["fromYaml"](text)
        self._work.measure_deeply("deepCopy", [self._documents[text]])
        return copied(self._documents[text])

    def _fill_in(self, text: str, dot: Any) -> str:
        """Return a text that may be a template itself with what it names put in."""
        self._work.measure([text])
        if "{{" not in text:
            return text
        if text not in self._parsed:
            self._work.spend(len(text) * _PARSED_CHARACTER)
            if len(self._parsed) >= _MOST_KEPT:
                self._parsed.clear()
            self._parsed[text] = parse_template(text).nodes
        return self._inner(self._parsed[text], dot)

    def _method(
        self, first: Operand, others: list[Operand], dot: Any, variables: dict[str, Any], last: list[Any]
    ) -> Any:
        given = [*(self._operand(each, dot, variables) for each in others), *last]
        if first.fields[-2:-1] == ("Files",) and len(given) == 1:
            files = _fields_of(variables["$"] if first.kind == "variable" else dot, first.fields[:-1])
            return _read_files(files, first.fields[-1], shown(given[0]))
        if first.fields[-2:] == ("APIVersions", "Has") and len(given) == 1:
            return has_api(shown(given[0]))
        if given:
            raise NotUnderstood(OF_FILES if "Files" in first.fields else "a method")
        return self._operand(first, dot, variables)

    def _operand(self, operand: Operand, dot: Any, variables: dict[str, Any]) -> Any:
        if operand.kind == "literal":
            return operand.value
        if operand.kind == "function":
            return self._run([operand], dot, variables, [])
        if operand.kind == "pipeline":
            assert isinstance(operand.value, Pipeline)
            value = self._value(operand.value, dot, variables)
        elif operand.kind == "variable":
            value = variables[str(operand.value)]
            if isinstance(value, _Unknown):
                raise value.problem
        else:
            value = dot
        return _fields_of(value, operand.fields)


def _begin_of_digest(pipeline: Pipeline) -> int:
    """Return the place of the command to begin with: what a whole definition is taken for alone to make a digest of it isn't needed."""
    commands = pipeline.commands
    if len(commands) == 1 or commands[0][0].value != "include":
        return 0
    return next((place for place, command in enumerate(commands) if command[0].value in _DIGESTS), 0)


def _fields_of(value: Any, fields: tuple[str, ...]) -> Any:
    for name in fields:
        if value is None:
            return None
        if isinstance(value, ChartFiles) and name == "AsConfig":
            value = yaml_of({posixpath.basename(path): text for path, text in value.items()})
            continue
        if not isinstance(value, dict):
            raise NotUnderstood(f"the field `{name[:40]}`")
        value = value.get(name)
    return value


class ChartFiles(dict[str, str]):
    """The files of a chart that a template asks for, by their paths in it."""


def _read_files(files: Any, name: str, pattern: str) -> Any:
    """Return what a template gets of the files of its chart: the text of one, or those of a pattern."""
    if not callable(files):
        raise NotUnderstood(OF_FILES)
    found = ChartFiles(files(pattern))
    if name == "Glob":
        return found
    if name != "Get":
        raise NotUnderstood(OF_FILES)
    return found.get(posixpath.normpath(pattern), "")


class _Jump(Exception):
    """The end of a loop, or of a round of it."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class _Unknown(Struct):
    """What stands in a variable whose value isn't understood; whatever uses it isn't either."""

    problem: Exception


class _Scope(dict[str, Any]):
    """The variables inside a branch: those that it declares, and those around it."""

    def __init__(self, outer: dict[str, Any]) -> None:
        super().__init__()
        self._outer = outer

    def __missing__(self, name: str) -> Any:
        return self._outer[name]

    def assign(self, name: str, value: Any) -> None:
        """Set a variable where it is declared."""
        if name in self.keys():
            self[name] = value
        elif isinstance(self._outer, _Scope):
            self._outer.assign(name, value)
        else:
            self._outer[name] = value


class _Output:
    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0
        self._is_open = False
        self.lines: list[int] = [1]

    def add(self, text: str, line: int, *, advances: bool = False) -> None:
        """Add a text whose first line is one of the template; `advances` says that the next ones are the next ones there too."""
        self._size += len(text)
        if self._size > _MOST_OF_TEXT:
            raise LimitReached("it makes too much")
        self._pieces.append(text)
        for number, part in enumerate(text.split("\n")):
            own = line + number if advances else line
            if number:
                self.lines.append(own)
                self._is_open = False
            # a line is of what stands on it first
            if part.strip() and not self._is_open:
                self.lines[-1] = own
                self._is_open = True

    def text(self) -> str:
        """Return all that was added."""
        return "".join(self._pieces)
