"""The table of facts in docs/own-rules.md, made from the facts themselves: `python -m tests.linting.fact_table` writes it."""

from __future__ import annotations

from typing import get_args

from archgen.linting.conditions import Type
from archgen.linting.facts import Each, facts_of
from tests.paths import ROOT

PAGE = ROOT / "docs" / "own-rules.md"
START, END = "<!-- facts: start -->\n", "<!-- facts: end -->"
COLUMNS: dict[Type, str] = {
    "text": "texts in quotes",
    "number": "numbers",
    "truth": "true or false",
    "texts": "lists of texts",
}


def renewed(page: str) -> str:
    """Return the page with the table of the facts as they are now."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    head = f"| each | {' | '.join(COLUMNS.values())} |\n| --- | --- | --- | --- | --- |\n"
    rows = "".join(f"| {each} | {' | '.join(cell(each, kind) for kind in COLUMNS)} |\n" for each in get_args(Each))
    return f"{before}{START}{head}{rows}{END}{after}"


def cell(each: Each, kind: Type) -> str:
    """Return the names of the facts of a type."""
    return ", ".join(f"`{name}`" for name, fact in facts_of(each).items() if fact.type == kind)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
