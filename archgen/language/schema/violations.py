"""The violations of the JSON Schema in a document, found by jsonschema, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from archgen.language.schema import schema
from archgen.language.schema.patterns import pattern_of, unknown_keys
from archgen.language.yaml.tree import Map, TreeNode
from archgen.model.change import Path

Errors = Iterator[Any]


class Violation(Struct, frozen=True):
    """A value that a keyword of the schema refuses.

    `path` leads to the value, `way` to the keyword: through the schema as it was evaluated, with `$ref` where it refers.
    `rule` is the part of the schema that has the keyword, and `limit` what the keyword says there; for `required` the
    key that is missing. Of `anyOf` and `oneOf`, `branches` has the violations of each form. `refused_name` is the
    violation by a key of the value, for `propertyNames`.
    """

    keyword: str
    path: Path
    way: Path
    rule: Mapping[str, Any]
    limit: Any
    value: TreeNode
    branches: tuple[tuple[Violation, ...], ...] = ()
    refused_name: Violation | None = None

    @property
    def unknown_keys(self) -> list[str]:
        """The keys that `additionalProperties` refuses."""
        return unknown_keys(self.value, self.rule)


def violations(root: Map, is_valid: Callable[[str, TreeNode], bool]) -> Iterator[Violation]:
    """Yield every violation in the document.

    `is_valid` returns True for a definition and a value without violations; it may return False if it doesn't know.
    """
    for error in explainer(is_valid).iter_errors(root):
        yield _violation(error)


@cache
def explainer(is_valid: Callable[[str, TreeNode], bool]) -> Any:
    """Return jsonschema's validator for the schema, which skips the parts that are valid by `is_valid`.

    The library takes longer to import than a whole lint of a valid model, which never comes here.
    """
    from jsonschema import Draft202012Validator, ValidationError
    from jsonschema.validators import extend

    keywords = _Keywords(is_valid, Draft202012Validator.VALIDATORS["$ref"], ValidationError).by_name()
    checker = Draft202012Validator.FORMAT_CHECKER
    return extend(Draft202012Validator, keywords)(schema(), format_checker=checker)


class _Keywords(Struct, frozen=True):
    """Keywords of JSON Schema that report more than the library's own, or read patterns as jsonschema-rs does."""

    is_valid: Callable[[str, TreeNode], bool]
    follow: Callable[[Any, str, TreeNode, Any], Errors]
    error: Callable[..., Any]

    def by_name(self) -> dict[str, Callable[..., Errors]]:
        return {
            "$ref": self.reference,
            "additionalProperties": self.additional_properties,
            "pattern": self.pattern,
            "patternProperties": self.pattern_properties,
            "propertyNames": self.property_names,
            "required": self.required,
        }

    def reference(self, validator: Any, ref: str, value: TreeNode, rule: Any) -> Errors:
        # a scalar is as quickly read again
        if isinstance(value, dict | list) and self.is_valid(ref, value):
            return
        for error in self.follow(validator, ref, value, rule):
            error.relative_schema_path.appendleft("$ref")
            yield error

    def additional_properties(self, validator: Any, inner: Any, value: TreeNode, rule: Mapping[str, Any]) -> Errors:
        unknown = unknown_keys(value, rule) if isinstance(value, dict) else []
        if unknown and inner is False:
            yield self.error(f"{unknown} are unknown")
        elif inner is not False:
            for key in unknown:
                # asked here too, and of names: to step into each entry of a large section takes longer than all else
                if not self.is_valid(inner.get("$ref", ""), value[key]):
                    yield from validator.descend(value[key], inner, path=key)

    def property_names(self, validator: Any, names: Mapping[str, Any], value: TreeNode, rule: Any) -> Errors:
        for key in value if isinstance(value, dict) else ():
            if not self.is_valid(names.get("$ref", ""), key):
                yield from validator.descend(key, names)

    def pattern(self, validator: Any, text: str, value: TreeNode, rule: Any) -> Errors:
        if isinstance(value, str) and not pattern_of(text).search(value):
            yield self.error(f"{value!r} does not match {text!r}")

    def pattern_properties(self, validator: Any, patterns: Mapping[str, Any], value: TreeNode, rule: Any) -> Errors:
        for text, inner in patterns.items() if isinstance(value, dict) else ():
            for key in value:
                if pattern_of(text).search(key):
                    yield from validator.descend(value[key], inner, path=key, schema_path=text)

    def required(self, validator: Any, keys: list[str], value: TreeNode, rule: Any) -> Errors:
        if isinstance(value, dict):
            for key in keys:
                if key not in value:
                    yield self.error(f"{key!r} is required", validator_value=key)


def _violation(error: Any) -> Violation:
    way = tuple(error.absolute_schema_path)
    values = {
        "path": tuple(error.absolute_path),
        "way": way,
        "rule": error.schema,
        "limit": error.validator_value,
        "value": error.instance,
    }
    if "propertyNames" not in way:
        return Violation(error.validator, **values, branches=_branches(error))
    # what refuses a name leads on into the rule for names
    inner = Violation(error.validator, **values)
    return Violation("propertyNames", **{**values, "way": way[: way.index("propertyNames") + 1]}, refused_name=inner)


def _branches(error: Any) -> tuple[tuple[Violation, ...], ...]:
    forms: dict[int, list[Violation]] = {}
    for inner in error.context or ():
        forms.setdefault(inner.relative_schema_path[0], []).append(_violation(inner))
    return tuple(tuple(form) for form in forms.values())
