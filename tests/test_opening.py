"""Nothing in the package opens a file by itself, but what is listed here with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "archgen"

OPENERS = {
    "open", "fdopen", "read_text", "read_bytes", "write_text", "write_bytes", "FileIO", "mkstemp", "NamedTemporaryFile",
    "copyfile", "copy", "copy2", "move", "rename", "replace", "glob", "iglob", "load_font_file", "from_file_path",
}  # fmt: skip
"""Calls that open, read, write, move or look for files."""

OF_FILES = {
    "files.py": "the one that reads",
    "project/writing.py": "the one that writes",
    "project/directories.py": "puts what was made into its place, through the one that writes",
    "project/leftovers.py": "locks directories of its own naming",
}
OF_OUR_OWN = {
    "export/diagrams_script.py": "a script and a picture in a new directory, and icons of the installed library",
    "export/d2_engine.py": "a text and a picture in a new directory",
    "export/fonts.py": "fonts of the package and of installed ones",
    "export/film.py": "pictures in memory",
    "export/outlines.py": "fonts of the package and of installed ones",
    "project/html.py": "the site that is being made, in a new directory",
    "project/site.py": "the pages that are being made, in a new directory",
    "project/serve.py": "the site that is shown, in a new directory",
    "project/onefile.py": "style sheets of the installed theme",
    "project/parallel.py": "a pipe between two processes",
    "project/sharing.py": "a pipe between two processes",
    "project/language/session.py": "the streams of the process",
    "project/starter.py": "models and the schema of the package",
    "schema/__init__.py": "the schema of the package",
    "schema/reference.py": "a page of archgen's own documentation",
    "site/pages.py": "scripts and style sheets of the package",
    "site/single.py": "scripts and style sheets of the package",
    "site/door.py": "the site that was just made",
    "cli/__init__.py": "/dev/null, where a stream is closed",
}


def calls(path: Path) -> list[str]:
    """The calls of a module that may open a file: of functions by these names, or of a module's or an object's."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and function.id in OPENERS - {"copy", "replace", "move", "rename"}:
                found.append(function.id)
            if isinstance(function, ast.Attribute) and function.attr in OPENERS:
                owner = ast.unparse(function.value)
                # `replace` and `copy` are of texts and lists too
                if function.attr not in {"copy", "replace", "move", "rename"} or owner in {"os", "shutil"}:
                    found.append(f"{owner}.{function.attr}")
    return found


def test_files_are_opened_where_it_is_allowed() -> None:
    found = {path.relative_to(PACKAGE).as_posix(): calls(path) for path in PACKAGE.rglob("*.py")}
    opening = {name for name, each in found.items() if each}
    allowed = OF_FILES | OF_OUR_OWN
    assert opening - set(allowed) == set(), {name: found[name] for name in opening - set(allowed)}
    assert set(allowed) - opening == set(), "these open nothing any more"
