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


def is_silent(nodes: list[TemplateNode], definitions: Mapping[str, list[TemplateNode]], known: dict[str, bool]) -> bool:
    """Return True for what puts out nothing but blanks, and sets no variable that is declared elsewhere."""
    return all(_is_silent(node, definitions, known) for node in nodes)


def _is_silent(node: TemplateNode, definitions: Mapping[str, list[TemplateNode]], known: dict[str, bool]) -> bool:
    if isinstance(node, TemplateText):
        return not node.text.strip()
    if isinstance(node, TemplateCall):
        return _is_definition_silent(node.name, definitions, known)
    if isinstance(node, TemplateAction):
        if not _CHANGING.isdisjoint(_functions(node.pipeline)):
            return False
        name = _included(node.pipeline)
        if name is not None:
            return _is_definition_silent(name, definitions, known)
        return node.pipeline.declares or node.pipeline.commands[0][0].value == "fail"
    if isinstance(node, TemplateChoice):
        return all(is_silent(body, definitions, known) for _, body in node.branches)
    return is_silent(node.body, definitions, known) and is_silent(node.otherwise, definitions, known)


def _is_definition_silent(name: str, definitions: Mapping[str, list[TemplateNode]], known: dict[str, bool]) -> bool:
    """Return what is `known` of a definition, or find it out once; one that includes itself is not silent."""
    if name not in known:
        known[name] = False
        known[name] = name in definitions and is_silent(definitions[name], definitions, known)
    return known[name]


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
