"""Text into an architecture and a map of its source, or into everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from archgen.errors import ModelError, Problem
from archgen.loader.context import Context, place_of
from archgen.loader.expanding import expand
from archgen.loader.ladder import check_ladder
from archgen.loader.reading import Fault, Unreadable, parse
from archgen.loader.source_map import SourceMap
from archgen.loader.tree import Document, Map, Source
from archgen.model import Architecture

__all__ = ["Loaded", "SourceMap", "check_ladder", "load"]

SUFFIX = ".arch.yaml"


class Loaded(Struct, frozen=True):
    """A model that could be read, and where each of its things stands."""

    architecture: Architecture
    source: SourceMap


def load(file: str, data: bytes, include: Callable[[str], bytes] | None = None) -> Loaded:
    """Read one model; raises ModelError with all its problems.

    `file` is its path as the user gave it, `include` reads a file that the model includes and raises OSError.
    """
    name = file.replace("\\", "/").rpartition("/")[2].removesuffix(SUFFIX)
    try:
        document, faults = parse(0, file, data)
    except Unreadable as unreadable:
        document, faults = Document(Map(0), [Source(file, "")], {}), [unreadable.fault]
    problems = [_problem(document, fault, name) for fault in faults]
    if problems:
        raise ModelError(tuple(problems))
    context = Context(document)
    architecture = expand(context, name, file)
    if context.problems:
        raise ModelError(tuple(context.problems))
    return Loaded(architecture, SourceMap(document))


def _problem(document: Document, fault: Fault, name: str) -> Problem:
    return Problem("invalid-model", fault.message, fault.fix, place_of(document, fault.mark), ("model", name))
