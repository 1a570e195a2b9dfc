"""Findings one per line, as compilers print them for editors and `grep`. Accepted ones are left out."""

from __future__ import annotations

from archgen.linting.finding_groups import FindingGroup
from archgen.model.wording import first_few
from archgen.report.common.terminal import Style, brief, escape_controls
from archgen.report.lint.outcome import LintReport

NAMED = 100
"""Further subjects that a line names before it counts the rest."""


def write(outcome: LintReport, style: Style) -> str:
    """Return `file:line:column: severity[CODE] rule: message` for each open finding, at its first subject."""
    return "".join(f"{_line(group, style)}\n" for group in outcome.groups if group.first.accepted is None)


def _line(group: FindingGroup, style: Style) -> str:
    finding = group.first
    place = f"{escape_controls(finding.file)}:{finding.line}:{finding.column}"
    names = ", ".join(first_few([subject.id for subject in group.subjects[1:]], NAMED))
    also = brief(f"; {'the same for' if group.has_one_message else 'also'} {names}") if names else ""
    code = style.paint(f"{finding.severity}[{finding.code}]", finding.severity)
    return f"{style.paint(place, 'strong')}: {code} {finding.rule}: {brief(finding.message)}{also}"
