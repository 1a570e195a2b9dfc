"""The issues of all models on one page."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.linting.checked_model import CheckedModel
from archgen.linting.rule import Rule
from archgen.model.finding import SEVERITIES
from archgen.site.escape import code, link, text
from archgen.site.issue_table import issue_table
from archgen.site.markdown import heading, page, severity_counts, table
from archgen.site.page import ISSUES, TITLES, Page, page_path


def issues_page(systems: Sequence[CheckedModel], rules: Sequence[Rule]) -> Page:
    """Return every issue of every system, accepted ones too; each row leads to the full issue on the system's page."""
    counts = severity_counts([group for system in systems for group in system.groups])
    parts = (
        heading(1, "Issues"),
        f"All findings in {'all models' if len(systems) > 1 else 'the model'}: {counts}. Numbers match the diagrams and "
        f"{code('archgen lint')}. Each system's page has the proof, the reason and the fix of every issue.",
        table(("System", "Errors", "Warnings", "Info findings", "Accepted"), map(_row, systems)),
        issue_table(systems, rules, "../"),
    )
    return page(ISSUES, TITLES[ISSUES], *parts)


def _row(system: CheckedModel) -> Sequence[str]:
    severities = [group.first.severity for group in system.open_groups]
    counts = [*map(severities.count, SEVERITIES), len(system.groups) - len(severities)]
    return (
        link(text(system.architecture.name), f"../{page_path(system)}#issues"),
        *(str(count or "") for count in counts),
    )
