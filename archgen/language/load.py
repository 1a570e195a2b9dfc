"""Text into an architecture and a map of its source, or into all its problems."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from archgen.language.assumed_flows import assume_flows
from archgen.language.expand.architecture import expand
from archgen.language.expand.context import Context, declarations, place_of
from archgen.language.expand.follows import check_follows
from archgen.language.extends import join_extended
from archgen.language.includes import join_includes
from archgen.language.schema.validation import MOST_ERRORS, explain_errors, is_valid, prune
from archgen.language.source_map import SourceMap
from archgen.language.yaml.faults import SourceProblem, Unreadable
from archgen.language.yaml.parser import parse
from archgen.language.yaml.tree import Document, Map
from archgen.model.architecture import SUFFIX, Architecture
from archgen.model.problems import ModelError, Problem

__all__ = ["Loaded", "SourceMap", "check_follows", "load"]


class Loaded(Struct, frozen=True):
    """A valid model, the place of each of its elements, and the flows that are assumed since it declares none."""

    architecture: Architecture
    source: SourceMap
    assumed: Map | None = None


def load(file: str, data: bytes, include: Callable[[str], bytes] | None = None) -> Loaded:
    """Read one model; raise ModelError with all its problems.

    `file` is its path as the user wrote it; `include` reads a file that the model includes or extends and may raise OSError.
    """
    name = file.replace("\\", "/").rpartition("/")[2].removesuffix(SUFFIX)
    try:
        document, faults = parse(0, file, data)
    except Unreadable as unreadable:
        document = Document(Map(0), [unreadable.source(file)], {})
        faults = [*unreadable.before, unreadable.fault]
    faults += join_includes(document, include)
    faults += join_extended(document, include)
    if document.root and not faults and is_valid(document.root):
        flows = assume_flows(document.root)
        if flows is not None:
            document.root.put("flows", flows, flows.mark, flows.mark)
        context = Context(document)
        architecture = expand(context, name, file)
        if not context.problems:
            return Loaded(architecture, SourceMap(document), flows)
        raise ModelError(in_source_order(context.problems))
    problems = [_problem(document, fault, name) for fault in faults]
    hidden = any(fault.hides for fault in faults)
    raise ModelError(in_source_order(problems + _refused(document, name, file, hidden)))


def _refused(document: Document, name: str, file: str, hidden: bool) -> list[Problem]:
    """Return the schema errors, and the problems of the references in the rest unless declarations are hidden."""
    if not document.root:
        return []
    declared = declarations(document.root)
    problems = []
    refusals, complete = explain_errors(document)
    for error in refusals:
        place = place_of(document, error.mark)
        problems.append(Problem("invalid-model", error.message, error.fix, place, error.subject or ("model", name)))
    if not complete:
        message = f"more than {MOST_ERRORS} problems; only the first {MOST_ERRORS} are shown"
        problems.append(Problem("invalid-model", message, "Fix these first.", problems[-1].place, ("model", name)))
    elif not hidden and prune(document.root):
        context = Context(document, declared, frozenset(problem.subject for problem in problems))
        expand(context, name, file)
        problems += context.problems
    return problems


def in_source_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return the problems in the order of their places, each once."""
    return tuple(
        sorted(dict.fromkeys(problems), key=lambda each: (each.place.file, each.place.line, each.place.column))
    )


def _problem(document: Document, fault: SourceProblem, name: str) -> Problem:
    return Problem("invalid-model", fault.message, fault.fix, place_of(document, fault.mark), ("model", name))
