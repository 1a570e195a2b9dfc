"""Findings as JUnit XML, which every CI server shows: a suite per model, a case per finding.

https://github.com/testmoapp/junitxml. A finding that fails the run is a failed case, an accepted one is skipped, and one
below the severity that fails is a passed case with output. A model without findings is one passed case, which shows that it
was checked.
"""

from __future__ import annotations

from archgen.model.finding import Accepted, Finding
from archgen.report.common.terminal import brief, escape_controls
from archgen.report.lint.outcome import LintReport

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


def write(outcome: LintReport) -> str:
    """The document; no times are told, so that the same findings are the same bytes."""
    suites = [_suite(file, findings, outcome) for file, findings in outcome.models]
    tests = sum(max(1, len(findings)) for _, findings in outcome.models)
    failures = sum(1 for finding in outcome.findings if _fails(finding, outcome))
    head = f'<testsuites name="archgen" tests="{tests}" failures="{failures}" errors="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>"]) + "\n"


def _suite(file: str, findings: tuple[Finding, ...], outcome: LintReport) -> str:
    failures = sum(1 for finding in findings if _fails(finding, outcome))
    skipped = sum(1 for finding in findings if finding.accepted is not None)
    counts = f'tests="{max(1, len(findings))}" failures="{failures}" errors="0" skipped="{skipped}"'
    cases = [_case(finding, outcome) for finding in findings] or [
        f'    <testcase name="no findings" classname={_quoted(file)}/>'
    ]
    return "\n".join([f"  <testsuite name={_quoted(file)} {counts}>", *cases, "  </testsuite>"])


def _case(finding: Finding, outcome: LintReport) -> str:
    name = f"{finding.rule} ({finding.subject.kind} {finding.subject.id})"
    head = f"    <testcase name={_quoted(name)} classname={_quoted(finding.file)}>"
    return f"{head}\n      {_verdict(finding, outcome)}\n    </testcase>"


def _verdict(finding: Finding, outcome: LintReport) -> str:
    place = f"{escape_controls(finding.file)}:{finding.line}:{finding.column}"
    details = f"{place}: {finding.severity}[{finding.code}] {brief(finding.message)}\nfix: {brief(finding.fix)}"
    if finding.accepted is not None:
        return f"<skipped>{_escaped(_accepted(finding.accepted))}</skipped>"
    if not _fails(finding, outcome):
        return f"<system-out>{_escaped(details)}</system-out>"
    kind = _quoted(f"{finding.severity}[{finding.code}]")
    return f"<failure type={kind} message={_quoted(finding.message)}>{_escaped(details)}</failure>"


def _accepted(accepted: Accepted) -> str:
    who = f" by {accepted.owner}" if accepted.owner else ""
    until = f" until {accepted.until}" if accepted.until else ""
    return brief(f"accepted{who}{until}: {accepted.reason or 'no reason given'}")


def _fails(finding: Finding, outcome: LintReport) -> bool:
    return finding.accepted is None and finding.severity in outcome.failing


def _quoted(text: str) -> str:
    return f'"{_escaped(brief(text))}"'


def _escaped(text: str) -> str:
    """Text without what XML reads, or the log of a run; what XML forbids is already made visible."""
    return text.translate(_ESCAPES).replace("##[", "##&#91;")
