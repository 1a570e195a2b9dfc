"""What lint says of the examples that rules carry."""

from __future__ import annotations

from archgen.model import SUFFIX
from archgen.project.inputs import Input
from archgen.project.lint import outcome
from archgen.project.models import judge
from archgen.report import text
from archgen.report.outcome import Outcome
from archgen.report.terminal import Style
from archgen.rule import Rule

EXAMPLE = "example.arch.yaml"


def verdict(rule: Rule, today: str, style: Style) -> str:
    """What lint says of a rule's bad example, of this rule alone."""
    before = tuple(Input(f"{name}{SUFFIX}", text.encode()) for name, text in rule.ladder)
    # the others say nothing that is told, except to a rule that speaks of what they found
    alone = (rule,) if rule.review is None else None
    judged = outcome(judge((*before, Input(EXAMPLE, rule.bad.encode())), today, rules=alone)[-1:])
    own = tuple((file, tuple(one for one in found if one.rule == rule.id)) for file, found in judged.models)
    return text.write(Outcome(own, judged.lines, judged.step), style)
