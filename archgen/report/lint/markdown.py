"""Findings as Markdown: a comment on a change, or the summary of a job. The counts first, the details folded."""

from __future__ import annotations

from archgen.model.finding import Finding
from archgen.report.common.prose import code, sentence, text
from archgen.report.lint.outcome import Counts, LintReport, count_severities

MOST = 900_000
"""Characters of a report; a job's summary takes a mebibyte, and what is left out is counted."""


def write(outcome: LintReport) -> str:
    """A heading, then a table a model with findings; accepted ones stand folded below its table."""
    blocks = ["## Architecture findings", _counted(outcome)]
    size = 0
    for at, (file, findings) in enumerate(outcome.models):
        block = _model(file, findings) if findings else []
        size += sum(map(len, block))
        if size > MOST:
            left = sum(len(rest) for _, rest in outcome.models[at:])
            blocks.append(f"… and {left} more findings, too many for one page.")
            break
        blocks += block
    return "\n\n".join(blocks) + "\n"


def _counted(outcome: LintReport) -> str:
    models = _many(len(outcome.models), "model")
    counts = count_severities(outcome.findings)
    hidden = f" ({', '.join(map(text, outcome.hidden))})" if outcome.hidden else ""
    if counts == Counts(0, 0, 0, 0):
        return f"{models}: no findings{hidden}."
    sums = ((counts.error, "error"), (counts.warning, "warning"), (counts.info, "info"))
    parts = [f"**{_many(number, noun)}**" for number, noun in sums if number]
    parts += [f"{counts.accepted} accepted"] if counts.accepted else []
    return f"{models}: {', '.join(parts)}{hidden}."


def _model(file: str, findings: tuple[Finding, ...]) -> list[str]:
    blocks = [f"### {code(file)}"]
    rows = [_row(finding) for finding in findings if finding.accepted is None]
    if rows:
        blocks.append("\n".join(["| Severity | Rule | Line | Finding and fix |", "|---|---|---:|---|", *rows]))
    accepted = [_accepted(finding) for finding in findings if finding.accepted is not None]
    if accepted:
        blocks += [f"<details><summary>{len(accepted)} accepted</summary>", "\n".join(accepted), "</details>"]
    return blocks


def _row(finding: Finding) -> str:
    rule = f"{finding.code} {code(finding.rule)}"
    return (
        f"| {finding.severity} | {rule} | {finding.line} | {text(finding.message)}<br>*Fix:* {sentence(finding.fix)} |"
    )


def _accepted(finding: Finding) -> str:
    accepted = finding.accepted
    assert accepted is not None
    who = f" by {text(accepted.owner)}" if accepted.owner else ""
    until = f" until {text(accepted.until)}" if accepted.until else ""
    why = f": {text(accepted.reason)}" if accepted.reason else ""
    return f"- {finding.code} {code(finding.rule)}, {text(finding.message.rstrip('.'))}. Accepted{who}{until}{why}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
