"""A yes to a small document without the library that validates large ones, whose import takes longer than a small lint.

Here is no second reading of the schema: its own keywords are followed, and what isn't known for certain (a keyword, a
number, a list of mappings that has to be unique) is left to the library, as is each refusal. Source of the keywords:
JSON Schema draft 2020-12, Core and Validation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from archgen.language.schema import schema
from archgen.language.schema.patterns import pattern_of, unknown_keys
from archgen.language.yaml.tree import Map, TreeNode

MOST_ENTRIES = 500
"""Entries of a document's sections, all together, up to which it is small."""

MOST_CHECKS = 20_000
"""Keywords that one pass follows in all: from here on the library is quicker, its import included."""

SAFE_NUMBER = 2**53
"""All readers of JSON agree on a whole number below this (RFC 8259, section 6)."""

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}
_ANNOTATIONS = frozenset({"$defs", "$id", "$schema", "description", "examples", "title", "x-names"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class Unsure(Exception):
    """The library has to say whether the document is valid."""


def is_surely_valid(root: Map, check: SmallCheck) -> bool:
    """Return True if the document has the form of a model; False if it hasn't, is large, or needs the library's word."""
    if sum(len(section) for section in root.values() if isinstance(section, dict | list)) > MOST_ENTRIES:
        return False
    try:
        return check.fits(root, schema())
    except Unsure:
        return False


class SmallCheck:
    """A pass through one document or several, which gives up after `MOST_CHECKS` keywords."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MOST_CHECKS

    def fits(self, value: TreeNode, rule: Any) -> bool:
        if isinstance(rule, bool):
            return rule
        self.left -= len(rule)
        if self.left < 0:
            raise Unsure
        for keyword, limit in rule.items():
            if keyword in _ANNOTATIONS:
                continue
            keyword_holds = _KEYWORDS.get(keyword)
            if keyword_holds is None:
                raise Unsure
            if not keyword_holds(self, value, limit, rule):
                return False
        return True


_Keyword = Callable[[SmallCheck, TreeNode, Any, Mapping[str, Any]], bool]
"""Return True if a value meets a keyword: the pass, the value, what the keyword says, and the rule that it stands in."""


def _ref(check: SmallCheck, value: TreeNode, reference: str, rule: Mapping[str, Any]) -> bool:
    folder, _, name = reference.rpartition("/")
    if folder != "#/$defs":
        raise Unsure
    return check.fits(value, schema()["$defs"][name])


def _type(check: SmallCheck, value: TreeNode, limit: str | list[str], rule: Mapping[str, Any]) -> bool:
    names = [limit] if isinstance(limit, str) else limit
    if isinstance(value, float) and "integer" in names:
        raise Unsure  # 1.0 is an integer
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES[name]) for name in names if name != "boolean")


def _enum(check: SmallCheck, value: TreeNode, values: list[Any], rule: Mapping[str, Any]) -> bool:
    if isinstance(value, str):
        return value in values
    if isinstance(value, float) or any(isinstance(each, float | dict | list) for each in values):
        raise Unsure
    # True is 1 for Python, and isn't for JSON
    return any(type(each) is type(value) and each == value for each in values)


def _required(check: SmallCheck, value: TreeNode, keys: list[str], rule: Mapping[str, Any]) -> bool:
    return not isinstance(value, dict) or all(key in value for key in keys)


def _properties(check: SmallCheck, value: TreeNode, rules: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    return all(check.fits(inner, rules[key]) for key, inner in value.items() if key in rules)


def _pattern_properties(check: SmallCheck, value: TreeNode, rules: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    return all(
        check.fits(inner, rules[text]) for text in rules for key, inner in value.items() if pattern_of(text).search(key)
    )


def _additional_properties(check: SmallCheck, value: TreeNode, limit: Any, rule: Mapping[str, Any]) -> bool:
    return not isinstance(value, dict) or all(check.fits(value[key], limit) for key in unknown_keys(value, rule))


def _property_names(check: SmallCheck, value: TreeNode, limit: Any, rule: Mapping[str, Any]) -> bool:
    return not isinstance(value, dict) or all(check.fits(key, limit) for key in value)


def _items(check: SmallCheck, value: TreeNode, limit: Any, rule: Mapping[str, Any]) -> bool:
    return not isinstance(value, list) or all(check.fits(item, limit) for item in value)


def _unique_items(check: SmallCheck, value: TreeNode, unique: bool, rule: Mapping[str, Any]) -> bool:
    if not unique or not isinstance(value, list) or len(value) < 2:
        return True
    if len({type(item) for item in value}) > 1 or not isinstance(value[0], str | int):
        raise Unsure
    return len(set(value)) == len(value)


def _any_of(check: SmallCheck, value: TreeNode, rules: list[Any], rule: Mapping[str, Any]) -> bool:
    return any(check.fits(value, each) for each in rules)


def _one_of(check: SmallCheck, value: TreeNode, rules: list[Any], rule: Mapping[str, Any]) -> bool:
    return sum(check.fits(value, each) for each in rules) == 1


def _all_of(check: SmallCheck, value: TreeNode, rules: list[Any], rule: Mapping[str, Any]) -> bool:
    return all(check.fits(value, each) for each in rules)


def _not(check: SmallCheck, value: TreeNode, limit: Any, rule: Mapping[str, Any]) -> bool:
    return not check.fits(value, limit)


def _if(check: SmallCheck, value: TreeNode, condition: Any, rule: Mapping[str, Any]) -> bool:
    return not check.fits(value, condition) or check.fits(value, rule.get("then", True))


def _then(check: SmallCheck, value: TreeNode, limit: Any, rule: Mapping[str, Any]) -> bool:
    return True  # followed by `if`


def _pattern(check: SmallCheck, value: TreeNode, text: str, rule: Mapping[str, Any]) -> bool:
    return not isinstance(value, str) or pattern_of(text).search(value) is not None


def _format(check: SmallCheck, value: TreeNode, name: str, rule: Mapping[str, Any]) -> bool:
    if name != "date":
        raise Unsure
    if not isinstance(value, str):
        return True
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return _DATE.match(value) is not None


def _at_least(sized: type[str] | type[list[Any]] | type[dict[str, Any]]) -> _Keyword:
    """Return the keyword that asks values of this type for a length."""

    def keyword(check: SmallCheck, value: TreeNode, limit: int, rule: Mapping[str, Any]) -> bool:
        return not isinstance(value, sized) or len(value) >= limit

    return keyword


def _at_most(sized: type[str] | type[list[Any]] | type[dict[str, Any]]) -> _Keyword:
    """Return the keyword that allows values of this type a length."""

    def keyword(check: SmallCheck, value: TreeNode, limit: int, rule: Mapping[str, Any]) -> bool:
        return not isinstance(value, sized) or len(value) <= limit

    return keyword


def _bounded(value: TreeNode) -> bool:
    """Return True for a number; not sure of one that readers of JSON read differently."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if not abs(value) < SAFE_NUMBER:
        raise Unsure
    return True


def _minimum(check: SmallCheck, value: TreeNode, limit: float, rule: Mapping[str, Any]) -> bool:
    return not _bounded(value) or value >= limit


def _maximum(check: SmallCheck, value: TreeNode, limit: float, rule: Mapping[str, Any]) -> bool:
    return not _bounded(value) or value <= limit


_KEYWORDS: Mapping[str, _Keyword] = {
    "$ref": _ref,
    "additionalProperties": _additional_properties,
    "allOf": _all_of,
    "anyOf": _any_of,
    "enum": _enum,
    "format": _format,
    "if": _if,
    "items": _items,
    "maxLength": _at_most(str),
    "maxProperties": _at_most(dict),
    "maximum": _maximum,
    "minItems": _at_least(list),
    "minLength": _at_least(str),
    "minProperties": _at_least(dict),
    "minimum": _minimum,
    "not": _not,
    "oneOf": _one_of,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "properties": _properties,
    "propertyNames": _property_names,
    "required": _required,
    "then": _then,
    "type": _type,
    "uniqueItems": _unique_items,
}
