"""One spoilt model through everything that `lint` does, without a file: what holds for each, and how it fails."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable

from archgen.app.findings.apply_fixes import apply_fixes, checker
from archgen.app.findings.lint import exit_code, lint_report
from archgen.app.findings.typo_fixes import fix_typos
from archgen.app.models import check_models
from archgen.app.report_formats import LINT, encoded
from archgen.app.workspace.inputs import Input
from archgen.linting.checked_model import BrokenModel
from archgen.linting.policy import PERSONAS, Policy, visible_findings
from archgen.model.finding import Finding
from archgen.report.common.terminal import Style
from tests.generators.spoilers import FILE

TODAY = "2026-11-24"


class Failed(Exception):
    """A case in which something does not hold."""


def run(number: int, data: bytes) -> tuple[int, tuple[Finding, ...]]:
    """Lint the bytes as the command does; raises Failed, or whatever goes wrong."""
    given = Input(FILE, data, include=_nothing)
    model = check_models((given,), TODAY, beside=_nowhere)[0]
    if model.errors:
        raise Failed(model.errors[0].trace)
    persona = PERSONAS[number % len(PERSONAS)]
    visible_findings(persona, model.findings)
    code = exit_code(model.findings, "error")
    if code not in (0, 1, 2):
        raise Failed(f"the exit code is {code}")
    if (code == 2) != isinstance(model, BrokenModel):
        raise Failed(f"{type(model).__name__} and exit code {code}")
    result = lint_report((model,))
    placed(model.findings, result.lines)
    name = tuple(LINT)[number % len(LINT)]
    report = LINT[name](result, Style())
    readable(name, encoded(report))
    if number % 25 == 0:
        again = check_models((Input(FILE, data, include=_nothing),), TODAY, beside=_nowhere)[0]
        if LINT[name](lint_report((again,)), Style()) != report:
            raise Failed("a second run tells something else")
    if number % 10 == 0:
        fix_typos(FILE, data)
        apply_fixes(data, checker(given, Policy(), TODAY), lambda _: True)
    return code, model.findings


def _nothing(_: str) -> bytes:
    raise FileNotFoundError("there is nothing beside a spoilt model")


def _nowhere(_: str) -> None:
    return None


def placed(findings: tuple[Finding, ...], lines: Callable[[str], tuple[str, ...]]) -> None:
    """Raise Failed for a finding that does not lie in the file."""
    text = lines(FILE)
    spots = [(one.rule, one.file, one.line, one.column) for one in findings]
    spots += [(one.rule, each.file, each.line, each.column) for one in findings for each in one.related]
    for rule, file, line, column in spots:
        if file != FILE:
            raise Failed(f"{rule} lies in {file}")
        if not 1 <= line <= max(1, len(text)):
            raise Failed(f"{rule} lies on line {line} of {len(text)}")
        if not 1 <= column <= (len(text[line - 1]) if text else 0) + 1:
            raise Failed(f"{rule} lies in column {column} of line {line}, which has {len(text[line - 1])}")
    for one in findings:
        if one.end_line < one.line:
            raise Failed(f"{one.rule} ends on line {one.end_line}, before line {one.line}")


def readable(name: str, report: bytes) -> None:
    """Raise whatever is wrong with a report for programs."""
    text = report.decode("utf-8")
    if name in ("json", "sarif", "gitlab", "excalidraw"):
        json.loads(text)
    elif name in ("junit", "openpsa", "svg", "animated", "drawio"):
        ET.fromstring(text)
