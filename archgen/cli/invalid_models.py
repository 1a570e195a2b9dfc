"""The report about invalid models, for commands that leave them out."""

from __future__ import annotations

from archgen.cli.output import warn
from archgen.linting.checked_model import Model, broken_models
from archgen.report.common.terminal import Style


def report_invalid(models: tuple[Model, ...], style: Style, so: str = "nothing was written") -> bool:
    """Report every reason on stderr, as lint does, and the consequence; return True if a model is invalid."""
    broken = broken_models(models)
    if not broken:
        return False
    from archgen.app.findings.lint import lint_report
    from archgen.report.lint.outcome import LintReport

    full_report = lint_report(models)
    reasons = tuple((model.file, model.invalidating) for model in broken if model.invalidating)
    if not reasons:
        return False
    from archgen.report.lint import text

    warn(text.write(LintReport(reasons, full_report.lines, full_report.step), style), style)
    warn(f"archgen: {so}\n")
    return True
