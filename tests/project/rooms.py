"""The table of rooms in docs/architecture.md, read from the first line of each package: `python -m tests.project.rooms` writes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.paths import ROOT

PAGE = ROOT / "docs" / "architecture.md"
START, END = "<!-- rooms: start -->\n", "<!-- rooms: end -->"


def rooms() -> Iterator[tuple[str, str]]:
    """Each room at the top of the package with its first line."""
    for path in sorted((ROOT / "archgen").iterdir()):
        source = path / "__init__.py" if path.is_dir() else path
        if source.suffix == ".py" and source.is_file() and not path.name.startswith("__"):
            docstring = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
            yield path.name + ("/" if path.is_dir() else ""), docstring.partition("\n")[0]


def renewed(page: str) -> str:
    """The page with the table as the packages have it now."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    rows = "".join(f"| `archgen/{name}` | {line} |\n" for name, line in rooms())
    return f"{before}{START}| room | what it is for |\n| --- | --- |\n{rows}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
