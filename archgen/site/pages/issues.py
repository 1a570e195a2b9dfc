"""The issues of all models on one page, to be read across the tiers."""

from __future__ import annotations

from collections.abc import Sequence

from archgen.linting.rule import Rule
from archgen.site.escape import link, text
from archgen.site.issue_table import issue_table
from archgen.site.markdown import counted, heading, page, table
from archgen.site.page import ISSUES, TITLES, Page, Tier


def issues_page(tiers: Sequence[Tier], rules: Sequence[Rule]) -> Page:
    """Every issue of every tier, the accepted ones too; each row leads to the tier's page, where it is told in full."""
    rows = [
        (
            link(text(tier.topology.architecture.name), f"../{tier.slug}/index.md#issues"),
            *(
                str(sum(1 for _, one in tier.open if one.severity == severity) or "")
                for severity in ("error", "warning", "info")
            ),
            str(len(tier.findings) - len(tier.open) or ""),
        )
        for tier in tiers
    ]
    found = [one for tier in tiers for one in tier.findings]
    parts = (
        heading(1, "Issues"),
        f"Everything that the rules find in {'all models' if len(tiers) > 1 else 'the model'}: {counted(found)}. A number "
        "is the same in the pictures, in the text of archgen lint and on the tier's page, which tells the proof, why it "
        "matters and what to change.",
        table(("Tier", "Errors", "Warnings", "Notes", "Accepted"), rows),
        issue_table(tiers, rules, "../"),
    )
    return page(ISSUES, TITLES[ISSUES], *parts)
