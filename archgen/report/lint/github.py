"""Findings as commands of a GitHub workflow, which shows each beside its line. Accepted ones are left out.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions. The runner shows no more than ten errors
and ten warnings of one step beside their lines; the step's summary has all. A step's log shows the message alone, so that it
begins with the place.
"""

from __future__ import annotations

from typing import assert_never

from archgen.model.finding import Finding, Severity
from archgen.report.common.terminal import brief, escape_controls
from archgen.report.lint.outcome import LintReport


def write(outcome: LintReport) -> str:
    """Write a line `::error …::message` per finding."""
    return "".join(f"{_command(finding)}\n" for finding in outcome.findings if finding.accepted is None)


def _command(finding: Finding) -> str:
    # uncut, since the runner looks the file up
    file = escape_controls(finding.file)
    properties = {
        "file": file,
        "line": str(finding.line),
        "endLine": str(finding.end_line),
        "col": str(finding.column),
        "title": f"{finding.code} {finding.rule}",
    }
    parameters = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    place = _escape(f"{file}:{finding.line}:{finding.column}")
    message = f"{place}: {_data(finding.message)}%0AFix: {_data(finding.fix)}"
    return f"::{_level(finding.severity)} {parameters}::{message}"


def _level(severity: Severity) -> str:
    match severity:
        case "error" | "warning":
            return severity
        case "info":
            return "notice"
        case _:
            assert_never(severity)


def _data(text: str) -> str:
    """Return text for behind the second `::`, where a percent sign begins an escape; `brief` leaves no line ends."""
    return _escape(brief(text))


def _property(text: str) -> str:
    """Return the text of a property, which a comma or a colon would end."""
    return _escape(text).replace(":", "%3A").replace(",", "%2C")


def _escape(text: str) -> str:
    return text.replace("%", "%25")
