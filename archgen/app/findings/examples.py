"""The output of lint for the examples in rules."""

from __future__ import annotations

from archgen.app.findings.lint import lint_report
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.linting.rule import Rule
from archgen.model.architecture import SUFFIX
from archgen.report.common.terminal import Style
from archgen.report.lint import text
from archgen.report.lint.outcome import LintReport

EXAMPLE = "example.arch.yaml"


def example_output(rule: Rule, today: str, style: Style) -> str:
    """Return the output of lint for a rule's bad example, of this rule alone."""
    before = tuple(Input(f"{name}{SUFFIX}", text.encode()) for name, text in rule.ladder)
    # the others say nothing that is told, except to a rule that speaks of what they found
    alone = (rule,) if rule.review is None else None
    judged = lint_report(check_models((*before, Input(EXAMPLE, rule.bad.encode())), today, rules=alone)[-1:])
    own = tuple(
        (file, tuple(finding for finding in findings if finding.rule == rule.id)) for file, findings in judged.models
    )
    return text.write(LintReport(own, judged.lines, judged.step), style)
