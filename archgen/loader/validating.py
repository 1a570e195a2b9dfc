"""A document against the JSON Schema: a fast yes, or every reason why not."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from archgen.loader.context import closest
from archgen.loader.tree import Document, Map, Node, Seq
from archgen.schema import schema_text

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

    from archgen.loader.refusals import Refusal

_MOST_ROUNDS = 8
_STAND_IN = -1
"""Leads a path to what every model has to say and this one does not; no list is the root, so no path begins so."""

MOST_REFUSALS = 500
"""Reasons that are put into words; a file with more has one cause that repeats."""


@cache
def validator() -> Draft202012Validator:
    """The compiled schema; made once in a process, when the first model is read."""
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(schema_text(), validate_formats=True, mask="…")


@cache
def schema() -> Any:
    """The schema as values, for the words of a refusal."""
    import json

    return json.loads(schema_text())


def is_valid(root: Map) -> bool:
    """Whether the document has the form of a model."""
    return validator().is_valid(root)


def explain(document: Document) -> tuple[list[Refusal], bool]:
    """The reasons why the document has not the form of a model, none where it has, and whether these are all."""
    from archgen.loader.refusals import refusals

    errors = list(islice(validator().iter_errors(document.root), MOST_REFUSALS + 1))
    complete = len(errors) <= MOST_REFUSALS
    del errors[MOST_REFUSALS:]
    misspelt: dict[tuple[str | int, ...], Any]
    misspelt = {tuple(error.instance_path): cast(Any, error.kind).unexpected for error in errors if _is_unknown(error)}
    found: dict[tuple[int, str], Refusal] = {}
    for error in errors:
        if not _is_misspelt(error, misspelt.get(tuple(error.instance_path), ())):
            for refusal in refusals(error, document, schema()):
                # two parts of the schema may refuse one value for one reason
                found.setdefault((refusal.mark, refusal.message), refusal)
    return list(found.values()), complete


def _is_unknown(error: ValidationError) -> bool:
    return error.kind.name == "additionalProperties"


def _is_misspelt(error: ValidationError, unknown: Iterable[str]) -> bool:
    """Whether a missing key is there under a misspelt name, so that there is one thing to report."""
    kind: Any = error.kind
    return kind.name == "required" and any(closest(key, [kind.property]) for key in unknown)


def prune(root: Map) -> bool:
    """Take out what the schema refuses, so that the rest can still be read; False where nothing would be left."""
    for _ in range(_MOST_ROUNDS):
        errors = list(validator().iter_errors(root))
        if not errors:
            return True
        cuts = {path for error in errors for path in _cuts(error)}
        for path in sorted(cuts, key=_last_first, reverse=True):
            _cut(root, path)
    return False


def _cuts(error: ValidationError) -> list[tuple[str | int, ...]]:
    path = tuple(error.instance_path)
    kind: Any = error.kind
    if kind.name == "additionalProperties":
        return [(*path, key) for key in kind.unexpected]
    if kind.name == "propertyNames":
        return [(*path, kind.error.instance)]
    if kind.name == "required" and not path:
        return [(_STAND_IN, kind.property)]
    return [path]


def _last_first(path: tuple[str | int, ...]) -> tuple[int, list[tuple[int, str]]]:
    return len(path), [(part, "") if isinstance(part, int) else (0, part) for part in path]


def _cut(root: Map, path: tuple[str | int, ...]) -> None:
    if path[:1] == (_STAND_IN,):
        root[str(path[1])] = 1 if path[1] == "archgen" else "?"
        root.marks += (0, 0)
        return
    node: Node = root
    for step in path[:-1]:
        if isinstance(node, Map) and step in node:
            node = node[str(step)]
        elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return
    if path and isinstance(node, Map):
        node.cut(str(path[-1]))
    elif path and isinstance(node, Seq) and isinstance(path[-1], int):
        node.cut(path[-1])
