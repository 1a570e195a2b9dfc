"""Schema errors in words: the key, its problem, and the fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from archgen.language.expand.connections import connection_ends
from archgen.language.expand.context import NOUNS, SubjectId, closest
from archgen.language.schema import schema
from archgen.language.schema.suggestions import complete_option, port_hint, product_hint, unit_hint
from archgen.language.schema.violations import Violation
from archgen.language.write.values import inline
from archgen.language.yaml.scalars import shorten
from archgen.language.yaml.tree import Document, Map, Seq, TreeNode
from archgen.model.change import Path
from archgen.model.problems import SUGGESTED


class SchemaError(Struct, frozen=True):
    """A reason why the schema refuses a document; `subject` is None if it is about the model as a whole."""

    mark: int
    subject: SubjectId | None
    message: str
    fix: str


class _Refused(Struct, frozen=True):
    """A violation with the facts that its message needs."""

    error: Violation
    path: Path
    rule: dict[str, Any]
    value: TreeNode
    mark: int
    where: str
    written: str | None


def schema_errors(error: Violation, document: Document) -> Iterator[SchemaError]:
    """Yield the errors that a violation amounts to; of several forms, those of the form that the value has."""
    root = document.root
    for leaf in _leaves(error, root):
        path = leaf.path
        value, mark = _find(root, path)
        refused = _Refused(leaf, path, _described(leaf), value, mark, _where(path), document.written.get(mark))
        subject = _subject(path)
        for where, message, fix in _WORDS.get(leaf.keyword, _unfit)(refused):
            yield SchemaError(where, subject, message, fix)


def _leaves(error: Violation, root: Map) -> Iterator[Violation]:
    value, _ = _find(root, error.path)
    fitting = [branch for branch in error.branches if not any(_other_shape(each, error, value) for each in branch)]
    if not fitting or error.keyword == "oneOf":
        yield error
        return
    for each in min(fitting, key=len):
        yield from _leaves(each, root)


def _other_shape(inner: Violation, outer: Violation, value: TreeNode) -> bool:
    """Return True if an error only states that the value has another form than this branch is for."""
    if inner.path != outer.path:
        return False
    if inner.keyword == "enum":
        return all(type(option) is not type(value) for option in inner.limit)
    if inner.branches:
        return all(any(_other_shape(each, inner, value) for each in branch) for branch in inner.branches)
    return inner.keyword == "type"


def _described(error: Violation) -> dict[str, Any]:
    """Return the violated part of the schema, with the nearest description and examples on the way to it."""
    current = schema()
    near: dict[str, Any] = {}
    before: str | int | None = None
    for step in error.way[:-1]:
        if step == "$ref":
            # a branch of several is a form of the same value: what the key says of all of them is nearer
            at_site = near if isinstance(before, int) else _words(current)
            current = schema()["$defs"][current["$ref"].rpartition("/")[2]]
            near = at_site or _words(current) or near
        elif isinstance(step, int) or step in current:
            current = current[step]
            near = _words(current) or near
        else:
            # the way to a refused name does not lead on from the mapping that it is in
            break
        before = step
    return {**error.rule, **near}


def _words(node: Any) -> dict[str, Any]:
    return {key: node[key] for key in ("description", "examples") if key in node} if "description" in node else {}


def _find(root: Map, path: Path) -> tuple[TreeNode, int]:
    """Return the value at a path, and its position; that of its key if the value is empty."""
    node: TreeNode = root
    mark = root.mark
    for step in path:
        if isinstance(node, Map):
            key = str(step)
            mark = node.key_mark(key) if node[key] is None else node.value_mark(key)
            node = node[key]
        else:
            mark, node = node.marks[step], node[step]
    return node, mark


def _subject(path: Path) -> SubjectId | None:
    if len(path) < 2 or path[0] not in NOUNS:
        return None
    name = str(path[1])
    if path[0] == "connections" and " -> " in name:
        source, targets = connection_ends(name)
        name = f"{source} -> {' | '.join(targets)}"
    return NOUNS[str(path[0])], name


def _where(path: Path) -> str:
    """Return a path in words: the last key, and the element that has it."""
    keys = [part for part in path if isinstance(part, str)]
    if not keys:
        return "the model"
    if len(keys) >= 2 and keys[0] in NOUNS:
        owner = f"{NOUNS[keys[0]]} `{shorten(keys[1])}`"
        if len(keys) == 2:
            return f"the {owner}"
        inside = f" in `{shorten(keys[-2])}`" if len(keys) > 3 else ""
        return f"`{shorten(keys[-1])}`{inside} of the {owner}"
    return f"`{shorten(keys[-1])}`"


ErrorWords = Iterator[tuple[int, str, str]]


def _noun(refused: _Refused) -> str:
    value = refused.value
    if isinstance(value, Map):
        return "a mapping"
    if isinstance(value, Seq):
        return "a list"
    if value is None:
        return "no value"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    return f"the text `{shorten(value)}`" if isinstance(value, str) else f"the number `{refused.written or value}`"


_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "`true` or `false`",
}


_SCALARS = frozenset(("duration", "rate", "date", "share", "id", "port number", "availability", "address"))
"""Titles of values that name a form: `every` must be a duration."""


def _expected(types: list[str]) -> str:
    # a text may be written as a number or a word, so these say nothing beside it
    named = [name for name in types if name != "null" and not ("string" in types and name in ("number", "boolean"))]
    return " or ".join(_TYPES[name] for name in named)


def _like(rule: dict[str, Any]) -> str:
    examples = [f"`{inline(example)}`" for example in rule.get("examples", ())[:3]]
    description = str(rule.get("description", "")).rstrip(".")
    return (
        f"{description}; for example {' or '.join(examples)}."
        if examples and description
        else "Write it as the reference shows."
    )


def _unfit(refused: _Refused) -> ErrorWords:
    fix = _like(refused.rule)
    bare = isinstance(refused.value, int | float) and not isinstance(refused.value, bool)
    if refused.rule.get("title") == "duration" and bare:
        fix = f"{unit_hint(refused.written or str(refused.value))} {fix}"
    title = refused.rule.get("title", "")
    expected = f"must be {'an' if title[0] in 'aeiou' else 'a'} {title}; got" if title in _SCALARS else "can't be"
    if "%" in refused.rule.get("pattern", ""):
        expected = "must be a percentage from 0% to 100%; got"
    yield refused.mark, f"{refused.where} {expected} {_noun(refused)}", fix


def _type(refused: _Refused) -> ErrorWords:
    if "pattern" in refused.rule and not isinstance(refused.value, dict | list | None):
        yield from _unfit(refused)
        return
    if refused.rule.get("title") == "step" and isinstance(refused.value, str) and "->" in refused.value:
        quotes = "Remove the quotes" if ": " in refused.value else "Put a message after a colon"
        fix = f"{quotes}, as in `user -> nginx: GET /`."
        yield refused.mark, f"the step `{shorten(refused.value)}` must be a key and its message; got one text", fix
        return
    types = [refused.rule["type"]] if isinstance(refused.rule["type"], str) else refused.rule["type"]
    message = f"{refused.where} must be {_expected(types)}; got {_noun(refused)}"
    yield refused.mark, message, _like(refused.rule)


def _enum(refused: _Refused) -> ErrorWords:
    options = [inline(option) for option in refused.error.limit]
    text = refused.value if isinstance(refused.value, str) else None
    near = (closest(text, options) or complete_option(text, options)) if text is not None else None
    choices = f"Use one of {', '.join(options)}." if len(options) > 1 else f"Use `{options[0]}`."
    fix = f"{SUGGESTED}`{near}`? {choices}" if near else choices
    if refused.path[-1:] == ("kind",) and len(refused.path) == 3 and refused.path[0] == "components":
        fix = (product_hint(refused.value) if isinstance(refused.value, str) else None) or fix
    if refused.path[:1] == ("connections",) and isinstance(refused.value, str):
        fix = port_hint(refused.value) or fix
    if options == ["pass-through"]:
        fix = "Use `true`, `false` or `pass-through`, or a mapping such as `{verify: true}`."
    elif isinstance(refused.value, bool):
        fix = _like(refused.rule)
    elif not near and {"tcp", "udp"} <= set(options):
        fix = f"For a protocol that isn't listed, use `tcp` or `udp` with `tls: true` or `tls: false`. {fix}"
    if refused.path == ("archgen",):
        fix = "This archgen reads format 1: write `archgen: 1`."
    if text is not None:
        yield refused.mark, f"unknown value `{shorten(text)}` for {refused.where}", fix
    else:
        yield refused.mark, f"{refused.where} can't be {_noun(refused)}", fix


def _unknown(refused: _Refused) -> ErrorWords:
    keys = list(refused.rule.get("properties", ()))
    title = refused.rule.get("title", "mapping")
    title = "a model" if not refused.path else title
    for key in refused.error.unknown_keys:
        mark = refused.value.key_mark(key)
        if title == "step":
            yield mark, *_no_step(key, keys)
            continue
        near = closest(key, keys)
        fix = f"{SUGGESTED}`{near}`?" if near else f"Use one of {', '.join(keys)}."
        if refused.value[key] is None and "message" in keys:
            fix = f"If it is part of the message, quote the message: {_COMMA}"
        elif refused.value[key] is None and " " in key:
            fix = f"If it belongs to the text before it, quote both together: {_COMMA}"
        yield mark, f"unknown key `{shorten(key)}` in {refused.where}", fix


_COMMA = "a comma ends a text inside braces."


def _no_step(key: str, keys: list[str]) -> tuple[str, str]:
    near = closest(key, keys)
    if near and ">" not in key:
        return f"unknown step `{shorten(key)}`", f"{SUGGESTED}`{near}`?"
    if "|" in key and "-->" in key:
        return f"unknown step `{shorten(key)}`", "A response comes from one component: write one for each alternative."
    fix = "Write `a -> b: message` with spaces around the arrow, `b --> a: message` for a response, or one of "
    return f"unknown step `{shorten(key)}`", f"{fix}{', '.join(keys)}."


def _missing(refused: _Refused) -> ErrorWords:
    key = refused.error.limit
    rule = refused.rule.get("properties", {}).get(key, {})
    example = next(iter(rule.get("examples", ())), "…")
    fix = f"Add `{key}: {inline(example)}`, or your own value."
    if key == "archgen":
        fix = "Begin the file with `archgen: 1`."
    yield refused.mark, f"{refused.where} has no `{key}`", fix


def _least(refused: _Refused) -> ErrorWords:
    message = f"{refused.where} must be at least {inline(refused.error.limit)}; got {inline(refused.value)}"
    yield refused.mark, message, _like(refused.rule)


def _most(refused: _Refused) -> ErrorWords:
    message = f"{refused.where} must be at most {inline(refused.error.limit)}; got {inline(refused.value)}"
    yield refused.mark, message, _like(refused.rule)


def _too_few(refused: _Refused) -> ErrorWords:
    yield refused.mark, f"{refused.where} must not be empty", _like(refused.rule)


def _too_many(refused: _Refused) -> ErrorWords:
    second = list(refused.value)[1]
    message = f"a step must have one key; got {len(refused.value)}, the second is `{shorten(second)}`"
    yield refused.value.key_mark(second), message, "Begin each step with its own dash."


def _twice(refused: _Refused) -> ErrorWords:
    seen: list[TreeNode] = []
    for value, mark in zip(refused.value, refused.value.marks, strict=True):
        if value in seen:
            fix = "Name it once."
            if refused.path[-1:] == ("runs_on",):
                fix = f"Name it once, or write `runs_on: {{{value}: 2}}` for two replicas on it."
            yield mark, f"{refused.where} names `{shorten(inline(value))}` twice", fix
            return
        seen.append(value)


def _name(refused: _Refused) -> ErrorWords:
    inner = refused.error.refused_name or refused.error
    key = str(inner.value)
    mark = refused.value.key_mark(key)
    if inner.keyword == "maxLength":
        fix = "Give it a short id, and the long text as its `name`."
        yield mark, f"an id must have at most {inner.limit} characters; got `{shorten(key)}`", fix
    elif refused.path == ("connections",):
        fix = "Write `a -> b`, with spaces around the arrow, or `a -> b | c` for alternatives."
        yield mark, f"invalid connection `{shorten(key)}`", fix
    else:
        fix = "Use letters, digits, `.`, `_` and `-`, beginning with a letter or a digit."
        yield mark, f"invalid id `{shorten(key)}`", fix


def _branch(refused: _Refused) -> ErrorWords:
    value = refused.value
    if isinstance(value, Map) and refused.error.keyword == "oneOf":
        beside = [key for key in ("protocol", "port", "tls", "redirect") if key in value]
        if "ports" in value:
            message = f"{refused.where} has both `ports` and {', '.join(f'`{key}`' for key in beside)}"
            yield value.key_mark("ports"), message, "State them inside `ports`, for each port."
        else:
            fix = "Add `protocol: https`, or `ports: […]` for several."
            yield refused.mark, f"{refused.where} has no `protocol`", fix
        return
    yield from _unfit(refused)


_WORDS: dict[str, Callable[[_Refused], ErrorWords]] = {
    "type": _type,
    "enum": _enum,
    "additionalProperties": _unknown,
    "required": _missing,
    "minimum": _least,
    "maximum": _most,
    "minItems": _too_few,
    "minProperties": _too_few,
    "maxProperties": _too_many,
    "uniqueItems": _twice,
    "propertyNames": _name,
    "anyOf": _branch,
    "oneOf": _branch,
}
