"""Custom rules, declared as data: for each subject of a kind, a condition over its facts and a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.linting.conditions import Facts, FactValue, compile_condition
from archgen.linting.facts import Each, Element, FactDefinition, elements_of, facts_of
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.finding import CATEGORIES, Category, Severity
from archgen.model.subject import Subject

_FACT = re.compile(r"\{([a-z_]+)\}")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Z]{3}[0-9]{3}")


class CustomRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A custom rule as its file declares it; `when` is the condition of a finding, `message` names facts in braces."""

    id: str
    code: str
    title: str
    each: Each
    when: str
    message: str
    fix: str
    why: str
    bad: str
    good: str
    summary: str = ""
    severity: Severity = "warning"
    category: Category = "operations"
    limits: str = "Says nothing where the model does not declare a fact that the condition asks for."


def build_rule(declared: CustomRule) -> Rule:
    """Return the rule; raises ValueError where it is invalid, ExpressionError where its condition is."""
    _check(declared)
    facts = facts_of(declared.each)
    holds = compile_condition(declared.when, {name: fact.type for name, fact in facts.items()})

    def check(context: RuleContext) -> Iterator[Hit]:
        topology = context.topology
        for element in elements_of(topology, declared.each):
            ask = _asking(facts, topology, element)
            if holds(ask):
                yield Hit(subject=Subject(declared.each, element.id), message=_filled(declared.message, ask))

    return Rule(
        id=declared.id,
        code=declared.code,
        title=declared.title,
        severity=declared.severity,
        category=declared.category,
        summary=declared.summary or declared.message,
        why=declared.why,
        fix=declared.fix,
        limits=declared.limits,
        bad=declared.bad,
        edits=((declared.bad, declared.good),),
        check=check,
    )


def _check(declared: CustomRule) -> None:
    if not _ID.fullmatch(declared.id):
        raise ValueError(f"`id` is lower-case words with hyphens, such as database-owner, and not `{declared.id}`")
    if not _CODE.fullmatch(declared.code):
        raise ValueError(f"`code` is three capitals and three digits, such as OUR001, and not `{declared.code}`")
    assert declared.category in CATEGORIES
    for key in ("title", "message", "fix", "why"):
        if not getattr(declared, key).strip():
            raise ValueError(f"`{key}` is empty")
    for name in _FACT.findall(declared.message):
        if name not in facts_of(declared.each):
            raise ValueError(
                f"`message`: a {declared.each} has no fact `{name}`; it has {', '.join(facts_of(declared.each))}"
            )


def _asking(facts: Mapping[str, FactDefinition], topology: Topology, element: Element) -> Facts:
    return lambda name: facts[name].value(topology, element)


def _filled(message: str, ask: Facts) -> str:
    return _FACT.sub(lambda match: _worded(ask(match[1])), message)


def _worded(value: FactValue) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else "unknown" if value is None else str(value)
