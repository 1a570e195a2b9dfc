"""A public name means one thing, and what a module imports stands at its top."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from tests.trees import modules as trees
from tests.trees import nodes_of

PLUGS: dict[str, tuple[str, ...]] = {
    "check": ("archgen/rules/",),
    "mend": ("archgen/rules/",),
    "review": ("archgen/rules/",),
    "arguments": ("archgen/cli/",),
    "run": ("archgen/cli/",),
    "write": ("archgen/render/", "archgen/report/"),
}
"""Names that every rule, command or format defines for whoever calls it, with the folders where that is so."""

LATE = ("archgen/app/", "archgen/cli/")
"""Rooms that import inside functions, so that a command loads no more than it needs."""

SLOW = {
    "archgen/language/schema/validation.py": {"jsonschema_rs"},
    "archgen/language/schema/violations.py": {"jsonschema", "jsonschema.validators"},
    "archgen/model/nearest.py": {"difflib"},
    "archgen/reliability/availability.py": {"random"},
    "archgen/render/raster/png.py": {"html"},
    "archgen/system/internal_errors.py": {"traceback"},
    "archgen/system/leftovers.py": {"shutil"},
}
"""Modules that import a library where they need it: most runs don't, and it takes about a hundredth of a small one or more."""


def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of each module of the package by its path."""
    return {f"archgen/{path}": tree for path, tree in trees().items()}


def public_names(module: ast.Module) -> Iterator[str]:
    """Yield the public functions, classes and type aliases of a module."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            names = [name for name in names if not name.isupper() and name[0].isupper()]
        else:
            continue
        yield from (name for name in names if not name.startswith("_"))


def test_a_public_name_means_one_thing() -> None:
    places = defaultdict(list)
    for path, module in modules().items():
        for name in public_names(module):
            if not path.startswith(PLUGS.get(name, ("-",))):
                places[name].append(path)
    assert len(places) > 1_000
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_a_private_name_is_used_in_its_module() -> None:
    """What moves to another module leaves nothing behind."""
    idle: dict[str, set[str]] = {}
    count = 0
    for path, module in modules().items():
        names = [node for node in ast.walk(module) if isinstance(node, ast.Name)]
        used = {node.id for node in names if isinstance(node.ctx, ast.Load)}
        bound = {node.name for node in module.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        bound |= {
            node.id
            for statement in module.body
            if isinstance(statement, ast.Assign | ast.AnnAssign)
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        private = {name for name in bound if name.startswith("_") and name.strip("_") and not name.startswith("__")}
        count += len(private)
        if private - used:
            idle[path] = private - used
    assert count > 5_000
    assert idle == {}


def test_imports_stand_at_the_top_but_in_commands() -> None:
    late = defaultdict(set)
    for path, nodes in nodes_of(r"^[ \t]+(?:import|from)\b").items():
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
        for node in (inner for function in functions for inner in ast.walk(function)):
            if isinstance(node, ast.ImportFrom):
                late[f"archgen/{path}"].add(node.module)
            elif isinstance(node, ast.Import):
                late[f"archgen/{path}"] |= {alias.name for alias in node.names}
    assert any(path.startswith(LATE) for path in late)
    assert {path: names for path, names in late.items() if not path.startswith(LATE)} == SLOW
