"""The open findings of a system grouped by rule, and what changed since the system before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.linting.finding_groups import FindingGroup
from archgen.model.wording import first_few, listed, plural
from archgen.slides import claims
from archgen.slides.details import issue_note
from archgen.slides.facts import SystemFacts, capital, quoted
from archgen.slides.paging import fitting
from archgen.slides.section import ChangeSummary, DeckSection
from archgen.slides.story.texts import join_lines
from archgen.slides.values import Paragraph, Slide
from archgen.views.diagram import Badge

_RULES = 5
"""Rules that a line names before the rest is counted."""

MORE = "more in the notes"


def findings_slide(section: DeckSection, facts: SystemFacts) -> Iterator[Slide]:
    """Yield the worst findings, of each rule and severity the first; the notes have all with their proofs and fixes."""
    notes: list[str] = []
    for group in facts.worst_groups:
        notes += [issue_note(group.number, finding) for finding in group.findings]
        notes.append(f"Fix: {group.fix}")
        if group.first.rule in section.whys:
            notes.append(f"Why it matters: {section.whys[group.first.rule]}")
    rules: dict[object, list[FindingGroup]] = {}
    for group in facts.worst_groups:
        rules.setdefault((group.first.rule, group.first.severity), []).append(group)
    entries = [_finding(section, groups) for groups in rules.values()]
    if not entries:
        accepted = len(section.model.groups)
        entries.append(
            Paragraph(
                f"{plural(accepted, 'finding')} accepted in the model." if accepted else "No rule reports anything."
            )
        )
    yield fitting(claims.findings(facts), entries, "\n".join(notes), MORE)


def _finding(section: DeckSection, groups: Sequence[FindingGroup]) -> Paragraph:
    """Return the first finding of groups of one rule, and how many elements the others concern."""
    first, others = groups[0].first, len({subject for group in groups for subject in group.subjects}) - 1
    more = f" ({others} more)" if others else ""
    badge = Badge(groups[0].number, first.severity, first.message)
    return Paragraph(f"{quoted(first.message)}{more}", f"{section.rules.get(first.rule, first.rule)}:", badge)


def changes_slide(change: ChangeSummary) -> Iterator[Slide]:
    """Yield what changed since the system before, with the reason of each addition."""
    numbers = len(change.added), len(change.closed), len(change.left), len(change.introduced)
    entries = [Paragraph(capital(reason), f"{name}:") for name, reason in change.reasons]
    rules = (("Resolved:", change.closed), ("Still open:", change.left), ("New:", change.introduced))
    entries[len(entries) :] = [Paragraph(listed(first_few(names, _RULES)), word) for word, names in rules if names]
    notes = [f"What changed since {change.follows}.", f"Added: {listed(change.added)}.", *change.verdicts]
    shown = entries or [Paragraph("The components, hosts and findings are the same.")]
    yield fitting(claims.changes(*numbers, change.follows), shown, join_lines(notes), MORE)
