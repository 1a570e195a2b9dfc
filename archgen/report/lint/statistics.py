"""The number of findings of each rule, the most frequent first."""

from __future__ import annotations

from collections import Counter

from archgen.report.common.terminal import Style
from archgen.report.lint.outcome import LintReport


def write(outcome: LintReport, style: Style) -> str:
    """Return a line per rule: its open findings, its code, its id, and a star if all of them can be fixed."""
    open_findings = [finding for finding in outcome.findings if finding.accepted is None]
    counts = Counter((finding.code, finding.rule) for finding in open_findings)
    fixable = Counter((finding.code, finding.rule) for finding in open_findings if finding.fixable)
    width = len(str(max(counts.values(), default=0)))
    lines = [
        f"{count:>{width}} {style.paint(code, 'strong')} {rule}{' [*]' if fixable[code, rule] == count else ''}"
        for (code, rule), count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]
    stars = (
        ["[*] fixable with --fix, or with --fix --unsafe-fixes"] if any(line.endswith("[*]") for line in lines) else []
    )
    return "\n".join([*lines, *stars]) + "\n" if lines else "no findings\n"
