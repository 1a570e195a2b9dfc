"""The syntax trees of the package, which tests of what its modules may do share."""

from __future__ import annotations

import ast
from functools import cache

from tests.paths import ROOT

PACKAGE = ROOT / "archgen"


@cache
def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of each module by its path in the package."""
    files = sorted(PACKAGE.rglob("*.py"))
    return {file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}
