"""Lint: judge models and tell what was found, in as many formats as were asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Literal

from archgen.finding import SEVERITIES, Finding, Severity
from archgen.model import Frame, Request, Step
from archgen.project.inputs import find, read
from archgen.project.models import Model, Tell, judge, silent
from archgen.report.outcome import Outcome
from archgen.report.terminal import Style
from archgen.rules import RULES

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


def _concise(outcome: Outcome, _: Style) -> str:
    from archgen.report import concise

    return concise.write(outcome)


def _sarif(outcome: Outcome, _: Style) -> str:
    from archgen.report import sarif

    return sarif.write(outcome)


def _github(outcome: Outcome, _: Style) -> str:
    from archgen.report import github

    return github.write(outcome)


def _gitlab(outcome: Outcome, _: Style) -> str:
    from archgen.report import gitlab

    return gitlab.write(outcome)


def _junit(outcome: Outcome, _: Style) -> str:
    from archgen.report import junit

    return junit.write(outcome)


def _markdown(outcome: Outcome, _: Style) -> str:
    from archgen.report import markdown

    return markdown.write(outcome)


FORMATS: dict[str, Callable[[Outcome, Style], str]] = {
    "text": _text,
    "concise": _concise,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
    "markdown": _markdown,
}
"""How findings can be told; each loads its own module only when it is asked for."""


def lint(
    paths: tuple[str, ...], today: str, stdin_name: str, tell: Tell = silent, fail_on: FailOn = "error"
) -> Outcome:
    """Judge the models that the paths stand for, as of `today` (an ISO date)."""
    return outcome(judge(read(find(paths), stdin_name), today, tell=tell), fail_on)


def outcome(models: tuple[Model, ...], fail_on: FailOn = "error") -> Outcome:
    """What a report needs of judged models."""
    told = tuple((model.file, model.findings) for model in models)
    return Outcome(told, Lines(models), Steps(models), failing(fail_on), RULES)


def failing(fail_on: FailOn) -> tuple[Severity, ...]:
    """The severities that make the exit code 1."""
    return () if fail_on == "never" else SEVERITIES[: SEVERITIES.index(fail_on) + 1]


def summarise(outcome: Outcome) -> None:
    """Add the findings to the summary of a GitHub job, where the run is a step of one."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with open(file, "a", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(_markdown(outcome, Style()))


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
    counted = failing(fail_on)
    return int(any(finding.severity in counted and finding.accepted is None for finding in findings))
