"""Findings one a line, as compilers tell them: what editors and `grep` read. Accepted ones are left out."""

from __future__ import annotations

from archgen.model.finding import Finding
from archgen.report.common.terminal import brief, plain
from archgen.report.lint.outcome import LintReport


def write(outcome: LintReport) -> str:
    """`file:line:column: severity[CODE] rule: message` for each open finding; nothing where there is none."""
    return "".join(f"{_line(finding)}\n" for finding in outcome.findings if finding.accepted is None)


def _line(finding: Finding) -> str:
    place = f"{plain(finding.file)}:{finding.line}:{finding.column}"
    return f"{place}: {finding.severity}[{finding.code}] {finding.rule}: {brief(finding.message)}"
