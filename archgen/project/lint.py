"""Lint: judge models and tell what was found, in as many formats as were asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from archgen.finding import SEVERITIES, Finding
from archgen.model import Frame, Request, Step
from archgen.project.inputs import find, read
from archgen.project.models import Model, judge
from archgen.report.outcome import Outcome
from archgen.report.terminal import Style

FailOn = Literal["error", "warning", "info", "never"]
FAIL_ON: tuple[FailOn, ...] = ("error", "warning", "info", "never")
MEANINGLESS = frozenset({"invalid-model", "dangling-reference"})
"""The rules whose findings leave a model without a meaning: exit code 2, whatever `--fail-on` says."""


def _text(outcome: Outcome, style: Style) -> str:
    from archgen.report import text

    return text.write(outcome, style)


def _json(outcome: Outcome, _: Style) -> str:
    from archgen.report import json_

    return json_.write(outcome)


FORMATS: dict[str, Callable[[Outcome, Style], str]] = {"text": _text, "json": _json}
"""How findings can be told; each loads its own module only when it is asked for."""


def lint(paths: tuple[str, ...], today: str, stdin_name: str) -> Outcome:
    """Judge the models that the paths stand for, as of `today` (an ISO date)."""
    return outcome(judge(read(find(paths), stdin_name), today))


def outcome(models: tuple[Model, ...]) -> Outcome:
    """What a report needs of judged models."""
    sources = {model.file: model for model in models}

    def lines(file: str) -> tuple[str, ...]:
        owner = sources.get(file)
        if owner is None:
            return next((found for each in models if (found := _included(each, file))), ())
        if owner.loaded is not None:
            return owner.loaded.source.lines(file)
        return tuple(owner.text.decode("utf-8", "replace").splitlines())

    def step(model: str, step_id: str) -> str:
        loaded = (each.loaded.architecture for each in models if each.loaded is not None)
        flows = (flow for each in loaded if each.id == model for flow in each.flows)
        return next((_worded(found) for flow in flows if (found := _request(flow.steps, step_id))), "")

    return Outcome(tuple((model.file, model.findings) for model in models), lines, step)


def _included(model: Model, file: str) -> tuple[str, ...]:
    if model.loaded is None:
        return ()
    try:
        return model.loaded.source.lines(file)
    except KeyError:
        return ()


def _request(steps: tuple[Step, ...], step_id: str) -> Request | None:
    for step in steps:
        if isinstance(step, Request) and step.id == step_id:
            return step
        if isinstance(step, Frame):
            inside = tuple(inner for branch in step.branches for inner in branch.steps)
            if found := _request(inside, step_id):
                return found
    return None


def _worded(request: Request) -> str:
    return f"{request.source} -> {' | '.join(request.targets)}"


def exit_code(findings: tuple[Finding, ...], fail_on: FailOn) -> int:
    """2 if a model has no meaning, 1 if an unaccepted finding is at or above `fail_on`, else 0."""
    if any(finding.rule in MEANINGLESS for finding in findings):
        return 2
    if fail_on == "never":
        return 0
    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return int(any(finding.severity in counted and finding.accepted is None for finding in findings))
