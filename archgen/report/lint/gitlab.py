"""Findings as a report of GitLab's code quality, which shows what a merge request brings. Accepted ones are left out.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import os
from collections import Counter
from hashlib import sha256
from typing import Any, assert_never

from archgen.model.finding import Finding, Severity
from archgen.report.common.encoding import encode
from archgen.report.common.terminal import brief, escape_controls
from archgen.report.lint.outcome import LintReport


def write(outcome: LintReport) -> bytes:
    """Return a JSON array; of two entries with one fingerprint GitLab would drop one, so the second gets another."""
    seen: Counter[str] = Counter()
    issues: list[dict[str, Any]] = []
    for finding in outcome.findings:
        if finding.accepted is None:
            issues.append(_issue(finding, seen[finding.fingerprint]))
            seen[finding.fingerprint] += 1
    return encode(issues)


def _issue(finding: Finding, earlier: int) -> dict[str, Any]:
    return {
        "type": "issue",
        "check_name": finding.rule,
        "description": f"{finding.code}: {brief(finding.message)}",
        "content": {"body": brief(finding.fix)},
        "categories": ["Security" if finding.category == "security" else "Bug Risk"],
        "severity": _severity(finding.severity),
        "fingerprint": _fingerprint(finding.fingerprint, earlier),
        "location": {"path": _path(finding.file), "lines": {"begin": finding.line, "end": finding.end_line}},
    }


def _fingerprint(fingerprint: str, earlier: int) -> str:
    return sha256(f"{fingerprint} {earlier}".encode()).hexdigest()[:16] if earlier else fingerprint


def _path(file: str) -> str:
    """Return the file relative to the repository, where GitLab looks for it: without `./` at its start."""
    return escape_controls(os.path.normpath(file).replace(os.sep, "/"))


def _severity(severity: Severity) -> str:
    match severity:
        case "error":
            return "critical"
        case "warning":
            return "major"
        case "info":
            return "info"
        case _:
            assert_never(severity)
