"""Findings as commands of a GitHub workflow, which shows each beside its line. Accepted ones are left out.

The runner shows no more than ten errors and ten warnings of one step; all of them are in the step's summary.
"""

from __future__ import annotations

from typing import assert_never

from archgen.model.finding import Finding, Severity
from archgen.report.common.terminal import brief
from archgen.report.lint.outcome import Outcome


def write(outcome: Outcome) -> str:
    """One `::error …::message` a finding."""
    return "".join(f"{_command(finding)}\n" for finding in outcome.findings if finding.accepted is None)


def _command(finding: Finding) -> str:
    properties = {
        "file": finding.file,
        "line": str(finding.line),
        "endLine": str(finding.end_line),
        "col": str(finding.column),
        "title": f"{finding.code} {finding.rule}",
    }
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_level(finding.severity)} {told}::{_data(finding.message)}%0AFix: {_data(finding.fix)}"


def _level(severity: Severity) -> str:
    match severity:
        case "error" | "warning":
            return severity
        case "info":
            return "notice"
        case _:
            assert_never(severity)


def _data(text: str) -> str:
    """Text behind the second `::`; a percent sign would begin an escape, and line ends are none after `brief`."""
    return brief(text).replace("%", "%25")


def _property(text: str) -> str:
    """Text of a property, which a comma or a colon would end."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
