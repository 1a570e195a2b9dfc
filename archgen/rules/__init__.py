"""The catalogue: every module of this package is one rule, named by the rule's id, and is found by being here."""

from __future__ import annotations

import os
from importlib import import_module

from archgen.finding import CATEGORIES
from archgen.rule import Rule


def _names() -> list[str]:
    # listing the folder costs a tenth of importing pkgutil, and every lint would pay it
    files = os.listdir(os.path.dirname(__file__))
    return sorted(name[:-3] for name in files if name.endswith(".py") and not name.startswith("_"))


def _rules() -> tuple[Rule, ...]:
    found: list[Rule] = [import_module(f"{__name__}.{name}").RULE for name in _names()]
    return tuple(sorted(found, key=lambda rule: (CATEGORIES.index(rule.category), rule.code)))


RULES: tuple[Rule, ...] = _rules()
"""Every rule, in the order of the categories and, within one, of the codes."""

BY_NAME: dict[str, Rule] = {name: rule for rule in RULES for name in (rule.id, rule.code)}
"""Rules by id and by code."""
