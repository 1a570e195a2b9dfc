"""Findings as Markdown: a comment on a change, or the summary of a job. The counts first, the details folded."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.linting.finding_groups import FindingGroup, on_subjects
from archgen.model.finding import SEVERITIES, count_severity
from archgen.model.wording import first_few, plural
from archgen.report.common.prose import inline_code, prose_text, sentence
from archgen.report.lint.outcome import Counts, LintReport, count_groups

MOST = 900_000
"""Characters of a report; a job's summary takes a mebibyte, and what is left out is counted."""

NAMED = 100
"""Further subjects that a finding names before it counts the rest."""

MESSAGES = 20
"""Further messages that a finding shows before it counts the rest."""


def write(outcome: LintReport) -> str:
    """A heading, then a table a model with findings; accepted ones stand folded below its table."""
    blocks = ["## Architecture findings", _counted(outcome)]
    size = 0
    for at, ((file, _), groups) in enumerate(zip(outcome.models, outcome.groups_of_models, strict=True)):
        block = _model(file, groups) if groups else []
        size += sum(map(len, block))
        if size > MOST:
            left = sum(map(len, outcome.groups_of_models[at:]))
            blocks.append(f"… and {left} more findings, too many for one page.")
            break
        blocks += block
    return "\n\n".join(blocks) + "\n"


def _counted(outcome: LintReport) -> str:
    models = plural(len(outcome.models), "model")
    counts = count_groups(outcome.groups)
    hidden = f" ({', '.join(map(prose_text, outcome.hidden))})" if outcome.hidden else ""
    if counts == Counts(0, 0, 0, 0):
        return f"{models}: no findings{hidden}."
    parts = [f"**{count_severity(number, severity)}**" for severity in SEVERITIES if (number := counts.of(severity))]
    subjects = on_subjects(outcome.groups)
    parts = [f"{', '.join(parts)}{subjects}"] if parts else []
    parts += [f"{counts.accepted} accepted"] if counts.accepted else []
    return f"{models}: {', '.join(parts)}{hidden}."


def _model(file: str, groups: tuple[FindingGroup, ...]) -> list[str]:
    blocks = [f"### {inline_code(file)}"]
    rows = [_row(group) for group in groups if group.first.accepted is None]
    if rows:
        blocks.append("\n".join(["| Severity | Rule | Line | Finding and fix |", "|---|---|---:|---|", *rows]))
    accepted = [_accepted(group) for group in groups if group.first.accepted is not None]
    if accepted:
        blocks += [f"<details><summary>{len(accepted)} accepted</summary>", "\n".join(accepted), "</details>"]
    return blocks


def _row(group: FindingGroup) -> str:
    finding = group.first
    rule = f"{finding.code} {inline_code(finding.rule)}"
    words = "<br>".join((sentence(finding.message), *_also(group), f"*Fix:* {sentence(group.fix)}"))
    return f"| {finding.severity} | {rule} | {finding.line} | {words} |"


def _also(group: FindingGroup) -> Iterator[str]:
    """Yield the other subjects, with their messages where those say more than the names."""
    if group.has_one_message:
        names = [inline_code(subject.id) for subject in group.subjects[1:]]
        yield from [f"*Also:* {', '.join(first_few(names, NAMED))}"] if names else []
        return
    for finding in group.others[:MESSAGES]:
        yield f"Line {finding.line}: {sentence(finding.message)}"
    if len(group.others) > MESSAGES:
        yield f"… and {len(group.others) - MESSAGES} more"


def _accepted(group: FindingGroup) -> str:
    finding = group.first
    names = [inline_code(subject.id) for subject in group.subjects[1:]]
    also = f", and of {', '.join(first_few(names, NAMED))}" if names else ""
    accepted = finding.accepted
    assert accepted is not None
    who = f" by {prose_text(accepted.owner)}" if accepted.owner else ""
    until = f" until {prose_text(accepted.until)}" if accepted.until else ""
    why = f": {prose_text(accepted.reason)}" if accepted.reason else ""
    return f"- {finding.code} {inline_code(finding.rule)}, {sentence(finding.message.rstrip('.'))}{also}. Accepted{who}{until}{why}"
