"""Parts of templates that put nothing out, and change nothing around them: those that only check values, or prepare them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from archgen.importers.charts.further_functions import own_name
from archgen.importers.charts.syntax import (
    Operand,
    Pipeline,
    TemplateAction,
    TemplateCall,
    TemplateChoice,
    TemplateJump,
    TemplateNode,
    TemplateText,
)

_CHANGING = frozenset(("set", "unset", "merge", "mergeOverwrite"))
"""Functions that change what they are given."""


class Silence:
    """Tells which parts of templates are silent, by the definitions that they include; `count` is called for each part looked at."""

    def __init__(self, definitions: Mapping[str, list[TemplateNode]], count: Callable[[], None]) -> None:
        self._definitions = definitions
        self._count = count
        self._known: dict[str, bool] = {}

    def holds(self, nodes: list[TemplateNode]) -> bool:
        """Return True for what puts out nothing but blanks, and sets no variable that is declared elsewhere."""
        return all(map(self._is_silent, nodes))

    def _is_silent(self, node: TemplateNode) -> bool:
        self._count()
        if isinstance(node, TemplateText):
            return not node.text.strip()
        if isinstance(node, TemplateJump):
            return False
        if isinstance(node, TemplateCall):
            return self._is_definition_silent(node.name)
        if isinstance(node, TemplateAction):
            if node.pipeline.problem:
                return node.pipeline.declares
            if not _CHANGING.isdisjoint(_functions(node.pipeline)):
                return False
            name = _included(node.pipeline)
            if name is not None:
                return self._is_definition_silent(name)
            return node.pipeline.declares or node.pipeline.commands[0][0].value == "fail"
        if isinstance(node, TemplateChoice):
            return all(self.holds(body) for _, body in node.branches)
        return self.holds(node.body) and self.holds(node.otherwise)

    def _is_definition_silent(self, name: str) -> bool:
        """Return what is known of a definition, or find it out once; one that includes itself is not silent."""
        if name not in self._known:
            self._known[name] = False
            self._known[name] = name in self._definitions and self.holds(self._definitions[name])
        return self._known[name]


def _included(pipeline: Pipeline) -> str | None:
    """Return the definition that an action puts out as it is."""
    first, *others = pipeline.commands[0]
    if first.value != "include" or pipeline.variables or not others or others[0].kind != "literal":
        return None
    return str(others[0].value) if len(pipeline.commands) == 1 else None


def _functions(pipeline: Pipeline) -> Iterator[str]:
    operands: list[Operand] = [operand for command in pipeline.commands for operand in command]
    for operand in operands:
        if operand.kind == "function":
            yield own_name(str(operand.value))
        elif isinstance(operand.value, Pipeline):
            yield from _functions(operand.value)
