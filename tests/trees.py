"""The syntax trees of the package, which tests of what its modules may do share."""

from __future__ import annotations

import ast
import gc
from functools import cache

from tests.paths import ROOT

PACKAGE = ROOT / "archgen"


@cache
def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of each module by its path in the package.

    A million nodes that stay are nothing for the collector of garbage to walk through, now or later.
    """
    files = sorted(PACKAGE.rglob("*.py"))
    gc.disable()
    try:
        trees = {file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_bytes()) for file in files}
    finally:
        gc.freeze()
        gc.enable()
    return trees


@cache
def nodes() -> dict[str, list[ast.AST]]:
    """Return all nodes of each module by its path in the package."""
    return {path: list(ast.walk(tree)) for path, tree in modules().items()}
