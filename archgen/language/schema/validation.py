"""Validation by the JSON Schema: a fast yes, by `small_documents` or jsonschema-rs, or every error by jsonschema.

jsonschema-rs is imported for what a small document's reader isn't sure of, and for many documents; jsonschema for an invalid
document, and for what jsonschema-rs would have to say where it has no wheel. All read one schema, and its patterns alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from archgen.language.expand.context import closest
from archgen.language.schema import schema, schema_text
from archgen.language.schema.schema_errors import SchemaError, schema_errors
from archgen.language.schema.small_documents import SmallCheck, is_surely_valid
from archgen.language.schema.violations import Violation, violations
from archgen.language.yaml.tree import Document, Map, Seq, TreeNode

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

_MOST_ROUNDS = 8
_STAND_IN = -1
"""First step of a path to a missing required key; the root isn't a list, so no other path begins like this."""

MOST_ERRORS = 500
"""Errors that are reported; in a file with more of them, one cause repeats."""


@cache
def compiled_schema(reference: str = "#") -> Draft202012Validator | None:
    """Return the schema, or a definition in it, compiled once per process; None without jsonschema-rs."""
    try:
        from jsonschema_rs import Draft202012Validator
    except ImportError:  # no wheel for this platform
        return None
    if reference == "#":
        return Draft202012Validator(schema_text(), validate_formats=True)
    return Draft202012Validator({"$ref": reference, "$defs": schema()["$defs"]}, validate_formats=True)


@cache
def _small_check() -> SmallCheck:
    """Return the pass through all small documents of this process, which leaves those after the first dozens to the library."""
    return SmallCheck()


def is_valid(root: Map) -> bool:
    """Return True if the document has the form of a model."""
    check = _small_check()
    if check.left < 0 and compiled_schema() is None:
        check = SmallCheck()
    if is_surely_valid(root, check):
        return True
    fast = compiled_schema()
    return fast.is_valid(root) if fast is not None else not any(True for _ in _violations(root))


def _violations(root: Map) -> Iterable[Violation]:
    return violations(root, _is_known_valid)


def _is_known_valid(reference: str, value: TreeNode) -> bool:
    """Return True if jsonschema-rs is there and finds nothing wrong with a value."""
    fast = compiled_schema(reference) if reference else None
    return fast is not None and fast.is_valid(value)


def explain_errors(document: Document) -> tuple[list[SchemaError], bool]:
    """Return the errors of the document, and True if these are all."""
    errors = list(islice(_violations(document.root), MOST_ERRORS + 1))
    complete = len(errors) <= MOST_ERRORS
    del errors[MOST_ERRORS:]
    misspelt = {error.path: error.unknown_keys for error in errors if error.keyword == "additionalProperties"}
    distinct: dict[tuple[int, str], SchemaError] = {}
    for error in errors:
        if not _is_misspelt(error, misspelt.get(error.path, ())):
            for refusal in schema_errors(error, document):
                # two parts of the schema may refuse one value for one reason
                distinct.setdefault((refusal.mark, refusal.message), refusal)
    return list(distinct.values()), complete


def _is_misspelt(error: Violation, unknown: Iterable[str]) -> bool:
    """Return True if a missing key is there under a misspelled name, which is reported already."""
    return error.keyword == "required" and any(closest(key, [error.limit]) for key in unknown)


def prune(root: Map) -> bool:
    """Remove what the schema refuses, so that the rest can be read; return False if nothing is left."""
    for _ in range(_MOST_ROUNDS):
        if is_valid(root):
            return True
        cuts = {path for error in _violations(root) for path in _cuts(error)}
        for path in sorted(cuts, key=_last_first, reverse=True):
            _cut(root, path)
    return False


def _cuts(error: Violation) -> list[tuple[str | int, ...]]:
    if error.keyword == "additionalProperties":
        return [(*error.path, key) for key in error.unknown_keys]
    if error.refused_name is not None:
        return [(*error.path, error.refused_name.value)]
    if error.keyword == "required" and not error.path:
        return [(_STAND_IN, error.limit)]
    return [error.path]


def _last_first(path: tuple[str | int, ...]) -> tuple[int, list[tuple[int, str]]]:
    return len(path), [(part, "") if isinstance(part, int) else (0, part) for part in path]


def _cut(root: Map, path: tuple[str | int, ...]) -> None:
    if path[:1] == (_STAND_IN,):
        root[str(path[1])] = 1 if path[1] == "archgen" else "?"
        root.marks += (0, 0)
        return
    node: TreeNode = root
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
