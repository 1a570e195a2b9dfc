"""Rules of one's own held against their examples: the bad one raises its finding where it says so, the good one none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.linting.checked_model import BrokenModel, Model
from archgen.linting.rule import Rule
from archgen.model.architecture import SUFFIX

_MARK = re.compile(r"# finding: (.+)$")


def failed_examples(rule: Rule, today: str) -> Iterator[str]:
    """Yield each difference between a rule's examples and its findings."""
    for name, text in (("bad", rule.bad), ("good", rule.good)):
        (model,) = check_models((Input(f"{name}{SUFFIX}", text.encode()),), today, ladder=False, rules=(rule,))
        yield from _faults(rule, name, text, model)


def _faults(rule: Rule, name: str, text: str, model: Model) -> Iterator[str]:
    if isinstance(model, BrokenModel):
        yield from (f"`{name}` line {each.place.line}: {each.message}" for each in model.problems)
        return
    messages = {finding.line: finding.message for finding in model.findings if finding.rule == rule.id}
    expected = {number for number, line in enumerate(text.split("\n"), 1) if rule.id in _named(line)}
    if name == "bad" and not expected:
        yield f"`bad` marks no line; end the line of the finding with `# finding: {rule.id}`"
    for line in sorted(expected - set(messages)):
        yield f"`{name}` line {line}: nothing is found here"
    for line in sorted(set(messages) - expected):
        yield f"`{name}` line {line}: this is found and not marked: {messages[line]}"


def _named(line: str) -> list[str]:
    mark = _MARK.search(line)
    return [word.strip() for word in mark[1].split(",")] if mark else []
