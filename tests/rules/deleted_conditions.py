"""Rules with one condition deleted each.

A condition is the test of an `if`, of a conditional expression or of a comprehension, an operand of `and` and `or`, and a
comparison; deleted means that what is beside it decides alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple

from archgen import rules as catalogue
from archgen.analysis.topology import Topology
from archgen.linting.rule import Rule
from archgen.rules.model_quality.questions.gap import Gap

CATALOGUE = Path(catalogue.__file__).parent
QUESTIONS = {"incomplete_model": tuple(sorted(CATALOGUE.glob("model_quality/questions/[!_]*.py")))}
"""The modules whose questions a rule asks."""
ASKING = "Iterator[Gap]"
"""What a question returns."""
DECIDING = {"check", "review"}
Place = tuple[ast.AST, str, int | None]
"""Where a condition stands in a syntax tree: in which field of which node, and where in it if it is a list."""
Question = Callable[[Topology], Iterator[Gap]]


class Made(NamedTuple):
    """A rule with one condition less, and the questions that have it, each with the real one."""

    rule: Rule
    questions: Sequence[tuple[Question, Question]] = ()


class Mutant:
    """A rule one of whose modules has one condition less: where it stands, what it is and what stands there instead."""

    def __init__(self, name: str, file: Path, function: ast.FunctionDef, place: Place) -> None:
        self.name, self.file, self._function, self._place = name, file, function, place
        condition = _at(place)
        self.line, self.was, self.now = condition.lineno, ast.unparse(condition), str(_deleted(place[0]))

    def __str__(self) -> str:
        file = self.file.relative_to(CATALOGUE)
        return f"{file.relative_to(file.parts[0])}: `{self.was}` -> {self.now}"

    def make(self) -> Made:
        module = ModuleType(".".join(("archgen.rules", *self.file.relative_to(CATALOGUE).with_suffix("").parts)))
        module.__file__ = str(self.file)
        mutated = self._code()
        for statement, code in _statements(self.file):
            exec(mutated if statement is self._function else code, module.__dict__)
        if self.file.stem == self.name:
            return Made(module.RULE)
        changed = [name for name, used in _questions(self.file) if self._function.name in used]
        real = import_module(module.__name__)
        return Made(_rule_with(module, self.name), [(getattr(module, one), getattr(real, one)) for one in changed])

    def _code(self) -> CodeType:
        """The function without the condition, which is put back: all mutants of a file share its syntax tree."""
        condition = _at(self._place)
        _put(self._place, ast.copy_location(ast.Constant(_deleted(self._place[0])), condition))
        try:
            return _compiled(self._function, self.file)
        finally:
            _put(self._place, condition)


@cache
def _statements(file: Path) -> tuple[tuple[ast.stmt, CodeType], ...]:
    """The statements of a module, each compiled by itself: a mutant differs in one of them."""
    return tuple((one, _compiled(one, file)) for one in ast.parse(file.read_text(encoding="utf-8")).body)


@cache
def _questions(file: Path) -> tuple[tuple[str, set[str]], ...]:
    """The questions of a module, each with the functions that it comes to."""
    body = [statement for statement, _ in _statements(file)]
    functions = (one for one in body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_"))
    asking = [one.name for one in functions if one.returns is not None and ast.unparse(one.returns) == ASKING]
    return tuple((name, _reachable(ast.Module(body, []), [name])) for name in asking)


def _compiled(statement: ast.stmt, file: Path) -> CodeType:
    return compile(ast.Module([statement], []), str(file), "exec")


def _rule_with(question: ModuleType, name: str) -> Rule:
    """Return a rule that asks the questions of another module in the place of one of its own."""
    file = next(CATALOGUE.glob(f"*/{name}.py"))
    package, _, topic = question.__name__.rpartition(".")
    real = import_module(question.__name__)
    module = ModuleType(name)
    setattr(import_module(package), topic, question)
    try:
        for _, code in _statements(file):
            exec(code, module.__dict__)
    finally:
        setattr(import_module(package), topic, real)
    rule: Rule = module.RULE
    return rule


def _at(place: Place) -> ast.expr:
    node, field, index = place
    found: ast.expr = getattr(node, field) if index is None else getattr(node, field)[index]
    return found


def _put(place: Place, condition: ast.expr) -> None:
    node, field, index = place
    if index is None:
        setattr(node, field, condition)
    else:
        getattr(node, field)[index] = condition


def mutants(name: str) -> Iterator[Mutant]:
    """Every mutant of the rule in module `name`, and of the questions that it asks."""
    for file in (next(CATALOGUE.glob(f"*/{name}.py")), *QUESTIONS.get(name, ())):
        body = [statement for statement, _ in _statements(file)]
        live = _deciding(ast.Module(body, []))
        for function in body:
            if isinstance(function, ast.FunctionDef) and function.name in live:
                for place in list(_conditions(function)):
                    yield Mutant(name, file, function, place)


def _deciding(tree: ast.Module) -> set[str]:
    """The functions that `check` and `review` come to, and all of a module without them; what only a cure needs has tests of its own."""
    names = [one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    return _reachable(tree, [name for name in names if name in DECIDING] or names)


def _reachable(tree: ast.Module, names: Iterable[str]) -> set[str]:
    """The functions of a module that some of them come to."""
    functions = {one.name: one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
    found: set[str] = set()
    open_ = list(names)
    while open_:
        name = open_.pop()
        found.add(name)
        used = {one.id for one in ast.walk(functions[name]) if isinstance(one, ast.Name)}
        open_ += [one for one in used & functions.keys() if one not in found]
    return found


def _conditions(function: ast.FunctionDef) -> Iterator[Place]:
    for node in ast.walk(function):
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                for index, one in enumerate(value):
                    if _is_condition(node, field, one):
                        yield node, field, index
            elif _is_condition(node, field, value):
                yield node, field, None


def _is_condition(parent: ast.AST, field: str, node: object) -> bool:
    if not isinstance(node, ast.expr) or isinstance(node, ast.Constant):
        return False
    return (
        isinstance(node, ast.Compare)
        or (isinstance(parent, ast.If | ast.IfExp | ast.While) and field == "test")
        or (isinstance(parent, ast.comprehension) and field == "ifs")
        or (isinstance(parent, ast.BoolOp) and _decides(parent))
    )


def _deleted(parent: ast.AST) -> bool:
    """What stands in the place of a condition that is no more: what makes the rest of the statement decide alone."""
    if isinstance(parent, ast.BoolOp):
        return isinstance(parent.op, ast.And)
    if isinstance(parent, ast.While):
        return False
    if isinstance(parent, ast.If):
        return not isinstance(parent.body[-1], ast.Continue | ast.Return | ast.Raise | ast.Break)
    return True


def _decides(parent: ast.BoolOp) -> bool:
    """Whether it chooses between truth and falsehood, not between two values: `a or "b"` is no condition."""
    return not any(
        isinstance(one, ast.Constant | ast.Tuple | ast.List | ast.Dict | ast.JoinedStr) for one in parent.values
    )
