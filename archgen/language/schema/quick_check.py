"""The check of a small document by the schema in plain Python, which is done before jsonschema-rs would be imported.

It knows the keywords that the schema has, and leaves to the library what it can't decide exactly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from archgen.language.schema import schema
from archgen.language.yaml.tree import Map, TreeNode

SchemaRule = Mapping[str, Any]


class Undecided(Exception):
    """A keyword or a value of which the libraries' reading isn't known here."""


def is_surely_valid(root: Map) -> bool:
    """Return True if the document has the form of a model; False if it hasn't, or if only a library can say."""
    return fits_rule(root, schema()) is True


def fits_rule(value: TreeNode, rule: SchemaRule) -> bool | None:
    """Return True if a value fits a rule of the schema; None if only a library can say."""
    try:
        return _fits(value, rule)
    except (Undecided, RecursionError):
        # steps nest as deep as a file does
        return None


@cache
def pattern_of(text: str) -> re.Pattern[str]:
    """Compile a pattern of the schema, where `$` is the end of the text; Python's also matches before a last line break."""
    return re.compile(re.sub(r"\$$", r"\\Z", text))


def _fits(value: TreeNode, rule: SchemaRule | bool) -> bool:
    if isinstance(rule, bool):
        return rule
    for keyword, limit in rule.items():
        check = _KEYWORDS.get(keyword)
        if check is not None:
            if not check(value, limit, rule):
                return False
        elif keyword not in _WITHOUT_MEANING:
            raise Undecided(keyword)
    return True


_WITHOUT_MEANING = frozenset(("$schema", "$id", "$defs", "title", "description", "examples", "x-names", "then", "else"))
"""Keywords that refuse nothing themselves; `then` and `else` are read with their `if`."""


def _refers(value: TreeNode, reference: str, _: SchemaRule) -> bool:
    return _fits(value, schema()["$defs"][reference.removeprefix("#/$defs/")])


def _has_type(value: TreeNode, types: str | list[str], _: SchemaRule) -> bool:
    return any(_is_of(value, name) for name in ([types] if isinstance(types, str) else types))


def _is_of(value: TreeNode, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, float) and name == "integer":
        raise Undecided(value)
    return isinstance(value, _TYPES[name])


_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def _is_one_of(value: TreeNode, options: list[Any], _: SchemaRule) -> bool:
    # True is 1 in Python, and not in JSON
    return any(value == option and isinstance(value, bool) == isinstance(option, bool) for option in options)


def _has_properties(value: TreeNode, properties: Mapping[str, SchemaRule], _: SchemaRule) -> bool:
    return not isinstance(value, dict) or all(
        _fits(inner, properties[key]) for key, inner in value.items() if key in properties
    )


def _has_pattern_properties(value: TreeNode, patterns: Mapping[str, SchemaRule], _: SchemaRule) -> bool:
    return not isinstance(value, dict) or all(
        _fits(inner, rule)
        for text, rule in patterns.items()
        for key, inner in value.items()
        if pattern_of(text).search(key)
    )


def _has_no_others(value: TreeNode, inner: SchemaRule | bool, rule: SchemaRule) -> bool:
    if not isinstance(value, dict):
        return True
    properties, patterns = rule.get("properties", ()), [*map(pattern_of, rule.get("patternProperties", ()))]
    others = (key for key in value if key not in properties and not any(each.search(key) for each in patterns))
    return all(_fits(value[key], inner) for key in others)


def _has_names(value: TreeNode, names: SchemaRule, _: SchemaRule) -> bool:
    return not isinstance(value, dict) or all(_fits(key, names) for key in value)


def _has_required(value: TreeNode, keys: list[str], _: SchemaRule) -> bool:
    return not isinstance(value, dict) or value.keys() >= set(keys)


def _has_items(value: TreeNode, items: SchemaRule, _: SchemaRule) -> bool:
    return not isinstance(value, list) or all(_fits(item, items) for item in value)


def _is_unique(value: TreeNode, wanted: bool, _: SchemaRule) -> bool:
    if not wanted or not isinstance(value, list):
        return True
    if any(isinstance(item, dict | list) for item in value):
        raise Undecided(value)
    return len({(isinstance(item, bool), item) for item in value}) == len(value)


def _matches(value: TreeNode, pattern: str, _: SchemaRule) -> bool:
    return not isinstance(value, str) or pattern_of(pattern).search(value) is not None


def _has_format(value: TreeNode, name: str, _: SchemaRule) -> bool:
    if not isinstance(value, str):
        return True
    if name != "date" or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise Undecided(name)
    try:
        date.fromisoformat(value)
    except ValueError:
        raise Undecided(value) from None
    return True


def _bound(
    kind: type | tuple[type, ...], holds: Callable[[Any, Any], bool]
) -> Callable[[TreeNode, Any, SchemaRule], bool]:
    """Return the check of a bound on values of a kind; others have none."""
    return lambda value, limit, _: isinstance(value, bool) or not isinstance(value, kind) or holds(value, limit)


_KEYWORDS: dict[str, Callable[[TreeNode, Any, SchemaRule], bool]] = {
    "$ref": _refers,
    "type": _has_type,
    "enum": _is_one_of,
    "properties": _has_properties,
    "patternProperties": _has_pattern_properties,
    "additionalProperties": _has_no_others,
    "propertyNames": _has_names,
    "required": _has_required,
    "items": _has_items,
    "uniqueItems": _is_unique,
    "pattern": _matches,
    "format": _has_format,
    "anyOf": lambda value, rules, _: any(_fits(value, each) for each in rules),
    "oneOf": lambda value, rules, _: sum(_fits(value, each) for each in rules) == 1,
    "allOf": lambda value, rules, _: all(_fits(value, each) for each in rules),
    "not": lambda value, inner, _: not _fits(value, inner),
    "if": lambda value, inner, rule: _fits(value, rule.get("then" if _fits(value, inner) else "else", True)),
    "minimum": _bound((int, float), lambda value, limit: value >= limit),
    "maximum": _bound((int, float), lambda value, limit: value <= limit),
    "minLength": _bound(str, lambda value, limit: len(value) >= limit),
    "maxLength": _bound(str, lambda value, limit: len(value) <= limit),
    "minItems": _bound(list, lambda value, limit: len(value) >= limit),
    "minProperties": _bound(dict, lambda value, limit: len(value) >= limit),
    "maxProperties": _bound(dict, lambda value, limit: len(value) <= limit),
}
"""The keywords of JSON Schema that the schema uses, each as a check of a value, the keyword's own and the rule with it."""
