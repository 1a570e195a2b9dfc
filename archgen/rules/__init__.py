"""The catalogue: one folder a category, one module a rule, named by the rule's id and found by being there.

No rule imports another; `run` applies them and nothing else here does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

from archgen.linting.rule import Rule
from archgen.model.finding import CATEGORIES


def _packages() -> Iterator[ModuleType]:
    """Yield the package of each category."""
    folders = (entry for entry in os.scandir(os.path.dirname(__file__)) if entry.is_dir())
    for name in sorted(folder.name for folder in folders if not folder.name.startswith("_")):
        yield import_module(f"{__name__}.{name}")


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    # listing the folders costs a tenth of importing pkgutil, and every lint would pay it
    folder = package.__path__[0]
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py") and not name.startswith("_"):
            yield _module(package, name[:-3], os.path.join(folder, name))


def _module(package: ModuleType, name: str, file: str) -> ModuleType:
    """Import a module from its file, which is known: to search for each of them is a thirtieth of a small lint."""
    full_name = f"{package.__name__}.{name}"
    if full_name not in sys.modules:
        loader = SourceFileLoader(full_name, file)
        spec = spec_from_file_location(full_name, file, loader=loader)
        assert spec is not None
        module = module_from_spec(spec)
        sys.modules[full_name] = module
        try:
            loader.exec_module(module)
        except BaseException:
            del sys.modules[full_name]
            raise
        setattr(package, name, module)
    return sys.modules[full_name]


def _rules() -> tuple[Rule, ...]:
    rules: list[Rule] = [module.RULE for package in _packages() for module in _modules(package)]
    return tuple(sorted(rules, key=lambda rule: (CATEGORIES.index(rule.category), rule.code)))


RULES: tuple[Rule, ...] = _rules()
"""Every rule, in the order of the categories and, within one, of the codes."""

BY_NAME: dict[str, Rule] = {name: rule for rule in RULES for name in (rule.id, rule.code)}
"""Rules by id and by code."""
