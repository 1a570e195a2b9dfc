"""The policy of a team: the rules that run, the severity of findings, and the findings that are shown.

A *selector* names rules: by id (`missing-tls`), by code (`SEC001`), by the beginning of codes (`SEC`, `SEC0`), by
category (`security`) or all of them (`all`). Where several name a rule, the one that says it most exactly decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, assert_never

from msgspec import Struct
from msgspec.structs import replace

from archgen.model.finding import CONFIDENCES, SEVERITIES, Confidence, Finding, Severity

if TYPE_CHECKING:
    from archgen.linting.rule import Rule

Persona = Literal["regular", "strict", "auditor"]
PERSONAS: tuple[Persona, ...] = ("regular", "strict", "auditor")
"""The reader of the findings: `regular` wants those worth a change, `auditor` every possible one."""

ALL = "all"
Grave = Severity | Literal["off"]
"""A severity that a team can give a rule."""

FailOn = Literal["error", "warning", "info", "never"]
FAIL_ON: tuple[FailOn, ...] = (*SEVERITIES, "never")
"""The least severity of an open finding that makes the exit code 1."""

MEANINGLESS = frozenset({"invalid-model", "dangling-reference"})
"""The rules whose findings make a model invalid: no policy can touch them."""


Apart = tuple[tuple[str, tuple[str, ...]], ...]
"""Rules that don't run on some models: a pattern of their ids, with selectors."""


class Policy(Struct, frozen=True):
    """The choices of a run: without a selection all rules run; `severities` pair a selector with a severity."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: tuple[tuple[str, Grave], ...] = ()
    persona: Persona = "regular"
    apart: Apart = ()
    min_confidence: Confidence = "low"


def precision(selector: str, rule: Rule) -> int:
    """Return the precision with which a selector names a rule: 0 if it does not, most for the id or the full code."""
    if selector in (rule.id, rule.code):
        return 100
    if selector == rule.category:
        return 3
    if selector == ALL:
        return 1
    return 1 + len(selector) if selector.isupper() and rule.code.startswith(selector) else 0


def select_rules(policy: Policy, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules that run; where a rule is named as exactly by `select` as by `ignore`, it does not."""
    return tuple(rule for rule in rules if _runs(policy, rule))


def _runs(policy: Policy, rule: Rule) -> bool:
    if rule.id in MEANINGLESS:
        return True
    wanted = _most(policy.select or (ALL,), rule)
    off = tuple(selector for selector, grave in policy.severities if grave == "off")
    return wanted > _most(policy.ignore, rule) and (not off or _grave(policy, rule) != "off")


def rules_for_model(apart: Apart, model: str, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the rules that run on a model of this id."""
    if not apart:
        return rules
    off = tuple(word for pattern, words in apart if fnmatchcase(model, pattern) for word in words)
    return tuple(rule for rule in rules if rule.id in MEANINGLESS or not _most(off, rule))


def _most(selectors: Iterable[str], rule: Rule) -> int:
    return max((precision(selector, rule) for selector in selectors), default=0)


def _grave(policy: Policy, rule: Rule) -> Grave | None:
    """Return the severity that the most precise selector gives a rule; of two that are as precise, the later."""
    best = max(
        range(len(policy.severities)),
        key=lambda index: (precision(policy.severities[index][0], rule), index),
        default=-1,
    )
    if best < 0 or not precision(policy.severities[best][0], rule):
        return None
    return policy.severities[best][1]


def apply_severities(policy: Policy, findings: Iterable[Finding], rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """Return the findings with the severities that the policy gives them; `rules` are by id."""
    if not policy.severities:
        return tuple(findings)
    return tuple(_graded(policy, finding, rules[finding.rule]) for finding in findings)


def _graded(policy: Policy, finding: Finding, rule: Rule) -> Finding:
    grave = None if rule.id in MEANINGLESS else _grave(policy, rule)
    return finding if grave is None or grave == "off" else replace(finding, severity=grave)


def is_shown(persona: Persona, finding: Finding, min_confidence: Confidence = "low") -> bool:
    """Return True if a persona sees a finding by itself: every error, the rest as far as the rule is sure of it.

    None is seen that is less certain than `min_confidence`.
    """
    if CONFIDENCES.index(finding.confidence) > CONFIDENCES.index(min_confidence):
        return False
    match persona:
        case "regular":
            return is_worth_a_change(finding.severity, finding.confidence)
        case "strict":
            return finding.severity != "info" or finding.confidence != "low"
        case "auditor":
            return True
        case _:
            assert_never(persona)


def is_worth_a_change(severity: Severity, confidence: Confidence) -> bool:
    """Return True for every error, and for what a rule is sure enough of for its severity."""
    return severity == "error" or confidence in _SURE[severity]


def visible_findings(
    persona: Persona, findings: tuple[Finding, ...], min_confidence: Confidence = "low"
) -> tuple[Finding, ...]:
    """Return the findings that a persona sees, in their order; a regular reader none that only repeats others of them."""
    shown = tuple(finding for finding in findings if is_shown(persona, finding, min_confidence))
    return only_once(shown) if persona == "regular" else shown


def only_once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings but those that repeat: each of their causes is told of by another one that is as severe.

    Ask it after grading and of what is seen only: a finding that nobody reads, or acts on, tells of nothing. An accepted
    one tells of what is accepted as well, and beside an open one that tells of other causes.
    """
    if not any(finding.repeats for finding in findings):
        return findings
    known: dict[str, list[Finding]] = {}
    for finding in findings:
        known.setdefault(finding.fingerprint, []).append(finding)

    def repeats(finding: Finding) -> bool:
        own = SEVERITIES.index(finding.severity)
        groups = ([other for each in telling for other in known.get(each, ())] for telling in finding.repeats)
        told = [[other for other in group if SEVERITIES.index(other.severity) <= own] for group in groups]
        is_open = any(other.accepted is None for group in told for other in group)
        return bool(told) and all(told) and (is_open or finding.accepted is not None)

    return tuple(finding for finding in findings if not repeats(finding))


def hidden_findings(
    persona: Persona, findings: tuple[Finding, ...], min_confidence: Confidence = "low"
) -> tuple[Finding, ...]:
    """Return the findings that a persona doesn't see, in their order."""
    shown = frozenset(map(id, visible_findings(persona, findings, min_confidence)))
    return tuple(finding for finding in findings if id(finding) not in shown)


_SURE = {"warning": ("high", "medium"), "info": ("high",)}


def new_findings(findings: Iterable[Finding], baseline: Counter[str]) -> tuple[Finding, ...]:
    """Return the findings outside a baseline, each fingerprint of which covers one finding and is taken off its count.

    Accepted findings, and those that make the model invalid, stay.
    """
    return tuple(finding for finding in findings if not _covered(finding, baseline))


def _covered(finding: Finding, baseline: Counter[str]) -> bool:
    if finding.accepted is not None or finding.rule in MEANINGLESS or not baseline[finding.fingerprint]:
        return False
    baseline[finding.fingerprint] -= 1
    return True
