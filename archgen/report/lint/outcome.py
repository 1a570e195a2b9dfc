"""The result of `lint` for all its formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from msgspec import Struct

from archgen.linting.finding_groups import FindingGroup, group_findings
from archgen.linting.rule import Rule
from archgen.model.finding import Finding, Severity


class LintReport(Struct, frozen=True, dict=True):
    """The findings of each model, in the order of the inputs; (file as given, its findings).

    `lines` are the lines of a source file, empty where it could not be read. `step` words a step of a model
    ("user -> nginx") from (model, flow/number), empty where there is none. `failing` are the severities that fail the
    run, `rules` those that ran, `pages` the address that the rules' pages are published under, empty if it is not told. `hidden`
    says what was found and is not among the findings.
    """

    models: tuple[tuple[str, tuple[Finding, ...]], ...]
    lines: Callable[[str], tuple[str, ...]]
    step: Callable[[str, str], str]
    failing: tuple[Severity, ...] = ("error",)
    rules: tuple[Rule, ...] = ()
    pages: str = ""
    hidden: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return every finding of all models, one per subject."""
        return tuple(finding for _, findings in self.models for finding in findings)

    @cached_property
    def groups_of_models(self) -> tuple[tuple[FindingGroup, ...], ...]:
        """Return the findings of each model as groups, numbered from 1."""
        return tuple(group_findings(findings) for _, findings in self.models)

    @property
    def groups(self) -> tuple[FindingGroup, ...]:
        """Return the groups of all models."""
        return tuple(group for groups in self.groups_of_models for group in groups)


def end_column(outcome: LintReport, finding: Finding) -> int | None:
    """Return the column behind the last character of a finding's last line, from 1; None if its file can't be read."""
    lines = outcome.lines(finding.file)
    return len(lines[finding.end_line - 1].rstrip()) + 1 if 0 < finding.end_line <= len(lines) else None


def page_of(rule: Rule, pages: str) -> str:
    """Return the address of a rule's explanation: below `pages` if that is set, else its first reference, else nothing."""
    return f"{pages.rstrip('/')}/rules/{rule.id}/" if pages else next((url for _, url in rule.references), "")


class Counts(Struct, frozen=True):
    """The number of findings of each severity; accepted ones are counted apart and nowhere else."""

    error: int
    warning: int
    info: int
    accepted: int

    def of(self, severity: Severity) -> int:
        """Return the number of a severity."""
        return {"error": self.error, "warning": self.warning, "info": self.info}[severity]


class Fixes(Struct, frozen=True):
    """The number of open findings that `--fix` resolves, and of those that `--unsafe-fixes` adds."""

    safe: int
    unsafe: int


def count_severities(findings: Sequence[Finding]) -> Counts:
    """Count findings by severity."""
    open_ = [each.severity for each in findings if each.accepted is None]
    return Counts(
        open_.count("error"), open_.count("warning"), open_.count("info"), accepted=len(findings) - len(open_)
    )


def count_groups(groups: Sequence[FindingGroup]) -> Counts:
    """Count groups of findings by severity."""
    return count_severities([group.first for group in groups])


def count_fixes(groups: Sequence[FindingGroup]) -> Fixes:
    """Count the open groups with a finding that archgen fixes, each by the most careful of its fixes."""
    levels = [{finding.fixable for finding in group.findings} for group in groups if group.first.accepted is None]
    safe = sum("safe" in level for level in levels)
    return Fixes(safe, sum("unsafe" in level and "safe" not in level for level in levels))
