"""Lint: judge models and tell what was found, in as many formats as were asked for."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archgen.app.config.catalogue import catalogue, rule_settings
from archgen.app.config.settings import LintSettings
from archgen.app.exit_codes import FINDINGS, INVALID, OK
from archgen.app.models import Checker, Tell, check_in_turn, check_models, silent
from archgen.app.report_formats import LINT, encoded
from archgen.app.workspace.inputs import find, model_id, read
from archgen.language.yaml.syntax import lines_of
from archgen.linting.checked_model import BrokenModel, CheckedModel, Model, confident, reopened
from archgen.linting.finding_groups import group_findings
from archgen.linting.policy import (
    MEANINGLESS,
    FailOn,
    Persona,
    Policy,
    apply_severities,
    new_findings,
    rules_for_model,
    select_rules,
    visible_findings,
)
from archgen.linting.rule import Rule
from archgen.model.finding import SEVERITIES, Confidence, Finding, Severity
from archgen.model.steps import Request, steps_in_order
from archgen.report.common.terminal import Style
from archgen.report.lint.outcome import LintReport
from archgen.rules.run import order
from archgen.system.internal_errors import InternalError

if TYPE_CHECKING:
    from archgen.app.findings.baseline import BaselineMode

FEW = 64
"""Models up to which one process is quicker than several are started."""


class Run(Struct, frozen=True):
    """The result of `lint`: its report, notes about the baseline, and the rules that failed on some models."""

    report: LintReport
    notes: tuple[str, ...] = ()
    errors: tuple[InternalError, ...] = ()


class Shard(Struct, frozen=True):
    """Which models a run takes on, every `shards`-th from the `shard`-th on, and with how many processes.

    0 processes are as many as are worth it.
    """

    index: int = 1
    count: int = 1
    jobs: int = 0


def lint(
    paths: tuple[str, ...],
    today: str,
    stdin_name: str = "<stdin>",
    settings: LintSettings = LintSettings(),  # noqa: B008  a frozen value
    *,
    since: str | None = None,
    mode: BaselineMode = "read",
    shard: Shard = Shard(),  # noqa: B008  a frozen value
    least: Severity = "info",
    acceptances: bool = True,
    tell: Tell = silent,
) -> Run:
    """Judge the models that the paths stand for, as of `today` (an ISO date), and leave out what is not asked for.

    `since` is a git revision whose findings are known; `mode` says what becomes of the baseline, `shard` how the work is
    shared. Findings that are less severe than `least` are left out; without `acceptances` the accepted ones are open.
    """
    policy = settings.policy
    every = catalogue()
    rules = select_rules(policy, every)
    files = find(paths)
    inputs = read(files[shard.index - 1 :: shard.count], stdin_name, paths)
    elsewhere = frozenset(map(model_id, files)) if shard.count > 1 else frozenset()
    by = _checker(shard, len(inputs))
    models = check_models(
        inputs,
        today,
        tell=tell,
        rules=rules,
        by=by,
        elsewhere=elsewhere,
        apart=policy.apart,
        settings=rule_settings(every),
    )
    errors = tuple(error for model in models for error in model.errors)
    models = _graded(models if acceptances else reopened(models), policy, every)
    hidden: list[str] = []
    notes: tuple[str, ...] = ()
    if since is not None:
        from archgen.app.findings.revision_findings import fingerprints_at

        named = tuple(each.file for each in inputs)
        models = _without(models, fingerprints_at(since, named, today, rules, acceptances=acceptances), "older", hidden)
    if settings.baseline is not None:
        from archgen.app.findings.baseline import BaselineScope, apply_baseline

        failed = {(model_id(error.file), error.rule) for error in errors}

        def ran(model: str) -> frozenset[str]:
            ids = (rule.id for rule in rules_for_model(policy.apart, model, rules))
            return frozenset(rule for rule in ids if (model, rule) not in failed)

        scope = BaselineScope(
            models, ran, frozenset(rule.id for rule in every), complete=not paths and shard.count == 1
        )
        fingerprints, notes = apply_baseline(settings.baseline, scope, mode, settings.inside)
        models = _without(models, fingerprints, "in the baseline", hidden)
    models = _confident(policy.min_confidence, models, hidden)
    models = _severe(least, models, hidden)
    models = _for(policy.persona, models, hidden)
    report = lint_report(models, settings.fail_on)
    return Run(replace(report, hidden=tuple(hidden), pages=settings.pages), notes, errors)


def _checker(shard: Shard, models: int) -> Checker:
    """Return the way to check so many models: in several processes if they are asked for or worth it."""
    if shard.jobs == 1 or (not shard.jobs and models < FEW):
        return check_in_turn
    from archgen.app.workspace.parallel import check_in_parallel
    from archgen.app.workspace.worker_pool import processors

    return partial(check_in_parallel, processes=shard.jobs or processors())


def _graded(models: tuple[Model, ...], policy: Policy, rules: tuple[Rule, ...]) -> tuple[Model, ...]:
    if not policy.severities:
        return models
    by_id = {rule.id: rule for rule in rules}
    return tuple(replace(model, findings=_sorted(apply_severities(policy, model.findings, by_id))) for model in models)


def _sorted(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings that invalidate a model first, in their order, then by severity."""
    first = tuple(each for each in findings if each.rule in MEANINGLESS)
    return first + tuple(sorted((each for each in findings if each.rule not in MEANINGLESS), key=order))


def _without(models: tuple[Model, ...], fingerprints: Iterable[str], what: str, hidden: list[str]) -> tuple[Model, ...]:
    """The models without the findings whose fingerprints are known; how many those are is added to `hidden`."""
    left = Counter(fingerprints)
    shown = tuple(replace(model, findings=new_findings(model.findings, left)) for model in models)
    return _counted(models, shown, what, hidden)


def _confident(least: Confidence, models: tuple[Model, ...], hidden: list[str]) -> tuple[Model, ...]:
    """Return the models without the findings that are less certain; how many those are is added to `hidden`."""
    return _counted(models, confident(models, least), f"of less than {least} confidence", hidden)


def _severe(least: Severity, models: tuple[Model, ...], hidden: list[str]) -> tuple[Model, ...]:
    """Return the models without the findings that are less severe; how many those are is added to `hidden`."""
    wanted = failing_severities(least)
    shown = tuple(
        replace(model, findings=tuple(each for each in model.findings if each.severity in wanted)) for model in models
    )
    return _counted(models, shown, f"less severe than {least}", hidden)


def _for(persona: Persona, models: tuple[Model, ...], hidden: list[str]) -> tuple[Model, ...]:
    def keep(model: Model) -> Model:
        findings = visible_findings(persona, model.findings)
        return model if len(findings) == len(model.findings) else replace(model, findings=findings)

    more: Persona = "strict" if persona == "regular" else "auditor"
    shown = tuple(map(keep, models))
    changed = ((before, after) for before, after in zip(models, shown, strict=True) if after is not before)
    count = sum(
        len(group_findings(visible_findings(more, before.findings))) - len(group_findings(after.findings))
        for before, after in changed
    )
    return _noted(shown, count, f"more with --persona {more}", hidden)


def _counted(models: tuple[Model, ...], shown: tuple[Model, ...], what: str, hidden: list[str]) -> tuple[Model, ...]:
    count = sum(len(model.findings) for model in models) - sum(len(model.findings) for model in shown)
    return _noted(shown, count, what, hidden)


def _noted(shown: tuple[Model, ...], count: int, what: str, hidden: list[str]) -> tuple[Model, ...]:
    if count:
        hidden.append(f"{count} {what}")
    return shown


def lint_report(models: tuple[Model, ...], fail_on: FailOn = "error") -> LintReport:
    """Return the report of checked models."""
    findings = tuple((model.file, model.findings) for model in models)
    return LintReport(findings, SourceLines(models), StepTexts(models), failing_severities(fail_on), catalogue())


def failing_severities(fail_on: FailOn) -> tuple[Severity, ...]:
    """The severities that make the exit code 1."""
    return () if fail_on == "never" else SEVERITIES[: SEVERITIES.index(fail_on) + 1]


def write_job_summary(report: LintReport) -> None:
    """Add the findings to the summary of a GitHub job, where the run is a step of one."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        from archgen.app.workspace.atomic_write import append

        append(file, encoded(LINT["markdown"](report, Style())))


class SourceLines:
    """The lines of each source file, split once."""

    def __init__(self, models: tuple[Model, ...]) -> None:
        self._models = models
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, file: str) -> tuple[str, ...]:
        """The lines of a model's file, or of a file that one includes; none where it cannot be read."""
        if file not in self._known:
            self._known[file] = self._read(file)
        return self._known[file]

    def _read(self, file: str) -> tuple[str, ...]:
        for model in self._models:
            readable = _readable(model)
            if readable is not None and (lines := readable.source.lines(file)):
                return lines
            if model.file == file:
                return lines_of(model.data.decode("utf-8-sig", "replace"))
        # a file that a model without a meaning includes
        return lines_of((read((file,))[0].data or b"").decode("utf-8-sig", "replace"))


class StepTexts:
    """The words of each request step, found once."""

    def __init__(self, models: tuple[Model, ...]) -> None:
        self._models = models

    def __call__(self, model: str, step: str) -> str:
        """`user -> nginx` for a step's id; empty where there is no such step."""
        return self._words.get((model, step), "")

    @cached_property
    def _words(self) -> dict[tuple[str, str], str]:
        readable = [model for each in self._models if (model := _readable(each)) is not None]
        flows = ((model.id, flow) for model in readable for flow in model.architecture.flows)
        steps = ((model, step) for model, flow in flows for step in steps_in_order(flow.steps))
        return {
            (model, step.id): f"{step.source} -> {' | '.join(step.targets)}"
            for model, step in steps
            if isinstance(step, Request)
        }


def _readable(model: Model) -> CheckedModel | None:
    return model.alone if isinstance(model, BrokenModel) else model


def exit_code(findings: tuple[Finding, ...], fail_on: FailOn) -> int:
    """Return 2 if a model is invalid, 1 if an unaccepted finding is at or above `fail_on`, else 0."""
    if any(finding.rule in MEANINGLESS for finding in findings):
        return INVALID
    counted = failing_severities(fail_on)
    return FINDINGS if any(finding.severity in counted and finding.accepted is None for finding in findings) else OK
