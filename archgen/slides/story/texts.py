"""Tables and texts that the slides of a story share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archgen.model.wording import listed
from archgen.report.common.assessment import all_assumptions
from archgen.slides.facts import SystemFacts
from archgen.slides.values import Paragraph, TableSlide

TEXT = 20.0
"""Largest font size of a table, in points."""

ROWS = 6
"""Rows of a table."""

SHORT = 3
"""Rows of a table that leaves room for paragraphs below it."""

NAMED = 3
"""Names in a cell of a table before the rest is counted."""


def counted(count: int, singular: str, plural_noun: str) -> str:
    """Return a count with a noun whose plural is irregular."""
    return f"{count} {singular if count == 1 else plural_noun}"


def join_lines(words: Iterable[str]) -> str:
    """Return the texts that aren't empty, a line each."""
    return "\n".join(line for line in words if line)


def assumed_note(facts: SystemFacts) -> str:
    """Return every assumed availability, for notes."""
    assumed = all_assumptions(facts.assessed.values())
    if not assumed:
        return f"{facts.name} declares every availability."
    rows = (f"{group.value} for {listed(group.ids)}: {group.source}" for group in assumed)
    return join_lines(("The model doesn't declare these availabilities, so they are assumed:", *rows))


def assumed_count(facts: SystemFacts) -> int:
    """Return the number of elements whose availability is assumed."""
    return len({element.element for assessment in facts.by_downtime for element in assessment.assumed})


def few_rows(rows: Sequence[tuple[str, ...]], noun: str) -> tuple[tuple[str, ...], ...]:
    """Return the first rows, and in the last one how many more there are."""
    if len(rows) <= ROWS:
        return tuple(rows)
    more = len(rows) - ROWS + 1
    return (*rows[: ROWS - 1], (f"{more} more {noun}s in the notes", *("" for _ in rows[0][1:])))


def story_table(
    title: str,
    header: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    notes: str,
    total: bool = False,
    entries: Iterable[Paragraph] = (),
) -> TableSlide:
    """Return a table in the text of a story; `entries` stand below it if it has only a few rows."""
    return TableSlide(title, header, rows, notes, TEXT, total, tuple(entries) if len(rows) <= SHORT else ())
