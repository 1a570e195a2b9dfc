"""The table of the topics that a model may leave open, with the rules of each.

python -m tests.importers.topics      writes it into docs/import.md
"""

from __future__ import annotations

from archgen.language.schema import schema
from archgen.rules import RULES
from tests.paths import ROOT

PAGE = ROOT / "docs" / "import.md"
START, END = "<!-- topics: start -->\n", "<!-- topics: end -->"


def table() -> str:
    """Return the table as Markdown."""
    rows = ["| `unknown` | rules that are silent |", "| --- | --- |"]
    for topic in schema()["properties"]["unknown"]["items"]["enum"]:
        names = ", ".join(f"`{rule.id}`" for rule in RULES if rule.topic == topic)
        rows.append(f"| `{topic}` | {names} |")
    return "\n".join(rows) + "\n"


def page() -> str:
    """Return the page with the table of now."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    return f"{before}{START}{table()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
