"""The catalogue: one folder a category, one module a rule, named by the rule's id and found by being there.

No rule imports another; `run` applies them and nothing else here does.
"""

from __future__ import annotations

import os
from importlib import import_module

from archgen.linting.rule import Rule
from archgen.model.finding import CATEGORIES


def _modules() -> list[str]:
    # listing the folders costs a tenth of importing pkgutil, and every lint would pay it
    top = os.path.dirname(__file__)
    return sorted(
        f"{__name__}.{category.name}.{name[:-3]}"
        for category in os.scandir(top)
        if category.is_dir() and not category.name.startswith("_")
        for name in os.listdir(category.path)
        if name.endswith(".py") and not name.startswith("_")
    )


def _rules() -> tuple[Rule, ...]:
    found: list[Rule] = [import_module(name).RULE for name in _modules()]
    return tuple(sorted(found, key=lambda rule: (CATEGORIES.index(rule.category), rule.code)))


RULES: tuple[Rule, ...] = _rules()
"""Every rule, in the order of the categories and, within one, of the codes."""

BY_NAME: dict[str, Rule] = {name: rule for rule in RULES for name in (rule.id, rule.code)}
"""Rules by id and by code."""
