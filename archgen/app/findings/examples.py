"""The output of lint for the examples in rules."""

from __future__ import annotations

from archgen.app.config.catalogue import RuleSettings
from archgen.app.findings.lint import SourceLines, StepTexts
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.linting.rule import Rule
from archgen.model.architecture import SUFFIX
from archgen.report.common.terminal import Style
from archgen.report.lint import text
from archgen.report.lint.outcome import LintReport

EXAMPLE = "example.arch.yaml"


def example_output(rule: Rule, today: str, style: Style, settings: RuleSettings | None = None) -> str:
    """Return the output of lint for a rule's bad example, of this rule alone; without `settings` the configuration is read."""
    before = tuple(Input(f"{name}{SUFFIX}", text.encode()) for name, text in rule.ladder)
    # the others say nothing that is told, except to a rule that speaks of what they found
    alone = (rule,) if rule.review is None else None
    inputs = (*before, Input(EXAMPLE, rule.bad.encode()))
    models = check_models(inputs, today, rules=alone, settings=settings)[-1:]
    own = tuple(
        (model.file, tuple(finding for finding in model.findings if finding.rule == rule.id)) for model in models
    )
    return text.write(LintReport(own, SourceLines(models), StepTexts(models)), style)
