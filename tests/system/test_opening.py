"""Nothing in the package opens a file by itself, but what is listed here with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from tests.trees import nodes_of

OPENERS = {
    "open", "fdopen", "read_text", "read_bytes", "write_text", "write_bytes", "FileIO", "mkstemp", "NamedTemporaryFile",
    "copyfile", "copy", "copy2", "move", "rename", "replace", "glob", "iglob", "load_font_file", "from_file_path",
}  # fmt: skip
"""Calls that open, read, write, move or look for files."""

SHARED = {"copy", "replace", "move", "rename"}
"""Names of these that texts, lists and values have, too."""

OF_FILES = {
    "system/files.py": "the one that reads",
    "app/workspace/atomic_write.py": "the one that writes",
    "app/workspace/directories.py": "puts what was made into its place, through the one that writes",
    "system/leftovers.py": "locks directories of its own naming",
}
OF_OUR_OWN = {
    "app/starter.py": "models and the schema of the package",
    "cli/__init__.py": "/dev/null, where a stream is closed",
    "editor/session.py": "the streams of the process",
    "explanations/explanation.py": "pages of text of the package",
    "language/schema/__init__.py": "the schema of the package",
    "language/schema/reference.py": "a page of archgen's own documentation",
    "render/code/diagrams_script.py": "a script and a picture in a new directory, and icons of the installed library",
    "render/raster/film.py": "pictures in memory",
    "render/raster/shaping.py": "fonts of the package and of installed ones",
    "site/asset.py": "scripts and style sheets of the package",
    "site_build/html_site.py": "the site that is being made, in a new directory",
    "site_build/mkdocs_pages.py": "the site that was just made",
    "site_build/one_file.py": "style sheets of the installed theme",
    "site_build/serve.py": "the site that is shown, in a new directory",
    "site_build/site.py": "the pages that are being made, in a new directory",
    "style/text_metrics.py": "widths of the package's font",
    "slides/pptx/package.py": "parts of an archive in memory",
}


def calls(each: Iterable[ast.AST]) -> list[str]:
    """The calls among some nodes that may open a file: of functions by these names, or of a module's or an object's."""
    found = []
    for node in each:
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and function.id in OPENERS - SHARED:
                found.append(function.id)
            if isinstance(function, ast.Attribute) and function.attr in OPENERS:
                owner = function.value.id if isinstance(function.value, ast.Name) else ""
                if function.attr not in SHARED or owner in {"os", "shutil"}:
                    found.append(ast.unparse(function))
    return found


def test_files_are_opened_where_it_is_allowed() -> None:
    pattern = rf"\b(?:{'|'.join(OPENERS - SHARED)})\(|\b(?:os|shutil)\.(?:{'|'.join(SHARED)})\("
    found = {path: calls(each) for path, each in nodes_of(pattern).items()}
    opening = {name for name, each in found.items() if each}
    allowed = OF_FILES | OF_OUR_OWN
    assert opening - set(allowed) == set(), {name: found[name] for name in opening - set(allowed)}
    assert set(allowed) - opening == set(), "these open nothing any more"
