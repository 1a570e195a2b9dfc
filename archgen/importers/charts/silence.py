"""Parts of templates that put nothing out, and change nothing around them: those that only check values, or prepare them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.importers.charts.syntax import (
    Operand,
    Pipeline,
    TemplateAction,
    TemplateCall,
    TemplateChoice,
    TemplateNode,
    TemplateText,
)

_CHANGING = frozenset(("set", "unset", "merge", "mergeOverwrite"))
"""Functions that change what they are given."""

_DEEPEST = 10


def is_silent(nodes: list[TemplateNode], definitions: Mapping[str, list[TemplateNode]], depth: int = 0) -> bool:
    """Return True for what puts out nothing but blanks, and sets no variable that is declared elsewhere."""
    return depth <= _DEEPEST and all(_is_silent(node, definitions, depth + 1) for node in nodes)


def _is_silent(node: TemplateNode, definitions: Mapping[str, list[TemplateNode]], depth: int) -> bool:
    if isinstance(node, TemplateText):
        return not node.text.strip()
    if isinstance(node, TemplateCall):
        return is_silent(definitions[node.name], definitions, depth) if node.name in definitions else False
    if isinstance(node, TemplateAction):
        if not _CHANGING.isdisjoint(_functions(node.pipeline)):
            return False
        name = _included(node.pipeline)
        if name is not None:
            return name in definitions and is_silent(definitions[name], definitions, depth)
        return node.pipeline.declares or node.pipeline.commands[0][0].value == "fail"
    if isinstance(node, TemplateChoice):
        return all(is_silent(body, definitions, depth) for _, body in node.branches)
    return is_silent(node.body, definitions, depth) and is_silent(node.otherwise, definitions, depth)


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
            yield str(operand.value)
        elif isinstance(operand.value, Pipeline):
            yield from _functions(operand.value)
