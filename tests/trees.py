"""The syntax trees of the package, which tests of what its modules may do share."""

from __future__ import annotations

import ast
import gc
import re
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


def nodes_of(pattern: str) -> dict[str, list[ast.AST]]:
    """Return all nodes of each module whose text has a pattern, which is how what is sought among them has to be written.

    Of the others no tree is made: of all of them it takes seconds.
    """
    texts = {file: file.read_text(encoding="utf-8") for file in sorted(PACKAGE.rglob("*.py"))}
    sought = re.compile(pattern, re.MULTILINE)
    return {
        file.relative_to(PACKAGE).as_posix(): list(ast.walk(ast.parse(text)))
        for file, text in texts.items()
        if sought.search(text)
    }
