"""What a team makes of the catalogue: which rules run, how grave a finding is, and which findings are told.

A *selector* names rules: by id (`missing-tls`), by code (`SEC001`), by the beginning of codes (`SEC`, `SEC0`), by
category (`security`) or all of them (`all`). Where several name a rule, the one that says it most exactly decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, assert_never

from msgspec import Struct
from msgspec.structs import replace

from archgen.linting.rule import Rule
from archgen.model.finding import SEVERITIES, Finding, Severity

Persona = Literal["regular", "strict", "auditor"]
PERSONAS: tuple[Persona, ...] = ("regular", "strict", "auditor")
"""Who reads the findings: `regular` wants what is worth a change, `auditor` everything that might be."""

ALL = "all"
Grave = Severity | Literal["off"]
"""What a rule's findings can be made."""

FailOn = Literal["error", "warning", "info", "never"]
FAIL_ON: tuple[FailOn, ...] = (*SEVERITIES, "never")
"""The least severity of an open finding that makes the exit code 1."""

MEANINGLESS = frozenset({"invalid-model", "dangling-reference"})
"""The rules whose findings leave a model without a meaning: no policy can touch them."""


Apart = tuple[tuple[str, tuple[str, ...]], ...]
"""What does not run on some models: a pattern of their ids, with selectors."""


class Policy(Struct, frozen=True):
    """The choices of a run: nothing selected is all rules; `severities` pair a selector with what it makes of a rule."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: tuple[tuple[str, Grave], ...] = ()
    persona: Persona = "regular"
    apart: Apart = ()


def weight(selector: str, rule: Rule) -> int:
    """How exactly a selector names a rule: 0 if it does not, most for the id or the whole code."""
    if selector in (rule.id, rule.code):
        return 100
    if selector == rule.category:
        return 3
    if selector == ALL:
        return 1
    return 1 + len(selector) if selector.isupper() and rule.code.startswith(selector) else 0


def chosen(policy: Policy, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that run; where a rule is named as exactly by `select` as by `ignore`, it does not."""
    return tuple(rule for rule in rules if _runs(policy, rule))


def _runs(policy: Policy, rule: Rule) -> bool:
    if rule.id in MEANINGLESS:
        return True
    wanted = _most(policy.select or (ALL,), rule)
    off = tuple(selector for selector, grave in policy.severities if grave == "off")
    return wanted > _most(policy.ignore, rule) and (not off or _grave(policy, rule) != "off")


def of_model(apart: Apart, model: str, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules that run on a model of this id."""
    if not apart:
        return rules
    from fnmatch import fnmatchcase

    off = tuple(word for pattern, words in apart if fnmatchcase(model, pattern) for word in words)
    return tuple(rule for rule in rules if rule.id in MEANINGLESS or not _most(off, rule))


def _most(selectors: Iterable[str], rule: Rule) -> int:
    return max((weight(selector, rule) for selector in selectors), default=0)


def _grave(policy: Policy, rule: Rule) -> Grave | None:
    """What the most exact selector makes of a rule; of two that are as exact, the later one."""
    best = max(range(len(policy.severities)), key=lambda at: (weight(policy.severities[at][0], rule), at), default=-1)
    if best < 0 or not weight(policy.severities[best][0], rule):
        return None
    return policy.severities[best][1]


def graded(policy: Policy, findings: Iterable[Finding], rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """The findings with the severities that the policy gives them; `rules` are by id."""
    if not policy.severities:
        return tuple(findings)
    return tuple(_graded(policy, finding, rules[finding.rule]) for finding in findings)


def _graded(policy: Policy, finding: Finding, rule: Rule) -> Finding:
    grave = None if rule.id in MEANINGLESS else _grave(policy, rule)
    return finding if grave is None or grave == "off" else replace(finding, severity=grave)


def shown(persona: Persona, finding: Finding) -> bool:
    """Whether a finding is told to a persona: an error always, the rest as far as the rule is sure of it."""
    match persona:
        case "regular":
            return finding.severity == "error" or finding.confidence in _SURE[finding.severity]
        case "strict":
            return finding.severity != "info" or finding.confidence != "low"
        case "auditor":
            return True
        case _:
            assert_never(persona)


def told(persona: Persona, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that a persona is told, in their order."""
    return tuple(one for one in findings if shown(persona, one))


def hidden(persona: Persona, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that a persona is not told, in their order."""
    return tuple(one for one in findings if not shown(persona, one))


_SURE = {"warning": ("high", "medium"), "info": ("high",)}


def unknown(findings: Iterable[Finding], known: Counter[str]) -> tuple[Finding, ...]:
    """The findings that no known fingerprint covers; each known one covers one finding and is taken off the count.

    What is accepted, or leaves the model without a meaning, is kept.
    """
    return tuple(finding for finding in findings if not _covered(finding, known))


def _covered(finding: Finding, known: Counter[str]) -> bool:
    if finding.accepted is not None or finding.rule in MEANINGLESS or not known[finding.fingerprint]:
        return False
    known[finding.fingerprint] -= 1
    return True
