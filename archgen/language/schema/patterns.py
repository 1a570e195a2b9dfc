"""The patterns of the schema, read by Python as by jsonschema-rs, and the keys that no part of it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from archgen.language.yaml.tree import TreeNode


@cache
def pattern_of(text: str) -> re.Pattern[str]:
    """Compile a pattern of the schema, where `$` is the end of the text; Python's also matches before a last line break."""
    return re.compile(text[:-1] + r"\Z" if text.endswith("$") else text)


def unknown_keys(value: Mapping[str, TreeNode], rule: Mapping[str, Any]) -> list[str]:
    """Return the keys in the order of the document, which the library's own search leaves to chance."""
    properties = rule.get("properties", {})
    patterns = [pattern_of(text) for text in rule.get("patternProperties", {})]
    return [key for key in value if key not in properties and not any(each.search(key) for each in patterns)]
