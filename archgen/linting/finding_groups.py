"""Findings of one rule, severity and fix as one group with a list of its subjects and one number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from msgspec import Struct

from archgen.linting.policy import MEANINGLESS
from archgen.model.finding import Finding
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed

NAMED = 6
"""Subjects that the fix of a group names before it counts the rest."""

_GAP = "\0"
_NAME_BEFORE = re.compile(r"[\w#@/.-]")
_NAME_AFTER = re.compile(r"[\w#@/-]|\.\w")


class FindingGroup(Struct, frozen=True, dict=True):
    """Findings of one rule, severity and fix, in their order; `number` is that on their badges."""

    number: int
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """Return the finding that stands for the group."""
        return self.findings[0]

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """Return the subjects of the findings, each once."""
        return tuple(dict.fromkeys(finding.subject for finding in self.findings))

    @property
    def flows(self) -> tuple[str, ...]:
        """Return the flows of all findings."""
        return tuple(dict.fromkeys(flow for finding in self.findings for flow in finding.flows))

    @property
    def others(self) -> tuple[Finding, ...]:
        """Return the findings that the first stands for."""
        return self.findings[1:]

    @cached_property
    def has_one_message(self) -> bool:
        """Return True if the messages differ by the names of their subjects alone."""
        shapes = (_without_name(finding.message, finding.subject) for finding in self.findings)
        return len(set(shapes)) == 1

    @cached_property
    def fix(self) -> str:
        """Return the fix, in which the name of the subject is replaced by those of all."""
        first = self.first
        if all(finding.fix == first.fix for finding in self.findings):
            return first.fix
        names = listed(first_few(tuple(dict.fromkeys(subject.id for subject in self.subjects)), NAMED))
        return _outside_code(first.fix, lambda text: renamed(text, first.subject.id, names))


def group_findings(findings: Sequence[Finding]) -> tuple[FindingGroup, ...]:
    """Return the findings of one model as groups, numbered from 1 in the order of their first findings.

    A finding that makes a model invalid is a group of its own. Findings that are accepted for different reasons, or of which
    the rule is not equally sure, are apart.
    """
    groups: dict[object, list[Finding]] = {}
    for place, finding in enumerate(findings):
        groups.setdefault(_key(place, finding), []).append(finding)
    return tuple(FindingGroup(number, tuple(group)) for number, group in enumerate(groups.values(), 1))


def number_findings(findings: Sequence[Finding]) -> tuple[tuple[int, Finding], ...]:
    """Return each finding of one model with the number of its group, in the order of the findings."""
    numbers: dict[object, int] = {}
    keys = (_key(place, finding) for place, finding in enumerate(findings))
    return tuple(
        (numbers.setdefault(key, len(numbers) + 1), finding) for key, finding in zip(keys, findings, strict=True)
    )


def on_subjects(groups: Sequence[FindingGroup]) -> str:
    """Return the number of subjects of the open groups in words, empty if each has only one."""
    counts = [len(group.subjects) for group in groups if group.first.accepted is None]
    return f" on {sum(counts)} subjects" if sum(counts) > len(counts) else ""


def _key(place: int, finding: Finding) -> object:
    if finding.rule in MEANINGLESS:
        return place
    fix = _without_name(finding.fix, finding.subject)
    return finding.rule, finding.severity, finding.confidence, finding.accepted, fix


def _without_name(text: str, subject: Subject) -> str:
    """Return a text without the name of its subject, in which code stays as it is."""
    if subject.id not in text:
        return text
    return _outside_code(text, lambda part: renamed(part, subject.id, _GAP))


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    parts = text.split("`")
    return "`".join(part if place % 2 else change(part) for place, part in enumerate(parts))


def renamed(text: str, name: str, new: str) -> str:
    """Return a text in which a name that is no part of a longer one is replaced.

    A pattern of each name would say the same, and cost a third of a large lint to compile.
    """
    parts: list[str] = []
    copied = 0
    place = text.find(name) if name else -1
    while place >= 0:
        end = place + len(name)
        if (place and _NAME_BEFORE.match(text, place - 1)) or _NAME_AFTER.match(text, end):
            place = text.find(name, place + 1)
        else:
            parts += (text[copied:place], new)
            copied = end
            place = text.find(name, end)
    return "".join((*parts, text[copied:]))
