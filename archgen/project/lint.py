"""Lint: judge models and tell what was found, in as many formats as were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Literal

from archgen.finding import SEVERITIES, Finding
from archgen.model import Frame, Request, Step
from archgen.project.inputs import find, read
from archgen.project.models import Model, Tell, judge, silent
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


def lint(paths: tuple[str, ...], today: str, stdin_name: str, tell: Tell = silent) -> Outcome:
    """Judge the models that the paths stand for, as of `today` (an ISO date)."""
    return outcome(judge(read(find(paths), stdin_name), today, tell=tell))


def outcome(models: tuple[Model, ...]) -> Outcome:
    """What a report needs of judged models."""
    return Outcome(tuple((model.file, model.findings) for model in models), Lines(models), Steps(models))


class Lines:
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
            if model.loaded is not None and (lines := model.loaded.source.lines(file)):
                return lines
            if model.file == file:
                return tuple(model.text.decode("utf-8", "replace").splitlines())
        # a file that a model without a meaning includes
        return tuple((read((file,))[0].data or b"").decode("utf-8", "replace").splitlines())


class Steps:
    """The words of each request step, found once."""

    def __init__(self, models: tuple[Model, ...]) -> None:
        self._models = models

    def __call__(self, model: str, step: str) -> str:
        """`user -> nginx` for a step's id; empty where there is no such step."""
        return self._words.get((model, step), "")

    @cached_property
    def _words(self) -> dict[tuple[str, str], str]:
        loaded = [model.loaded.architecture for model in self._models if model.loaded is not None]
        steps = ((one.id, step) for one in loaded for flow in one.flows for step in _requests(flow.steps))
        return {(model, step.id): f"{step.source} -> {' | '.join(step.targets)}" for model, step in steps}


def _requests(steps: tuple[Step, ...]) -> Iterator[Request]:
    for step in steps:
        if isinstance(step, Request):
            yield step
        elif isinstance(step, Frame):
            for branch in step.branches:
                yield from _requests(branch.steps)


def exit_code(findings: tuple[Finding, ...], fail_on: FailOn) -> int:
    """2 if a model has no meaning, 1 if an unaccepted finding is at or above `fail_on`, else 0."""
    if any(finding.rule in MEANINGLESS for finding in findings):
        return 2
    if fail_on == "never":
        return 0
    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return int(any(finding.severity in counted and finding.accepted is None for finding in findings))
