"""Findings of two models paired: which the step resolved, which it left open, which it introduced."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Literal

from msgspec import Struct

from archgen.linting.checked_model import CheckedModel
from archgen.model.finding import Finding
from archgen.model.subject import Subject

Verdict = Literal["resolved", "left", "introduced", "accepted"]
VERDICTS: tuple[Verdict, ...] = ("introduced", "left", "resolved", "accepted")
"""In the order in which somebody who reviews a change wants them."""

Numbered = tuple[int, Finding]

_ELEMENTS = ("replica", "host", "zone")
"""Kinds of things that fail: which of them it is, is the finding itself, so another one is another finding."""


class IssueChange(Struct, frozen=True):
    """A finding before and after, each with its number in its model; `what` tells how one that was left has changed.

    `accepted`: it is there and somebody answers for it now, who did not before.
    """

    verdict: Verdict
    before: Numbered | None
    after: Numbered | None
    what: tuple[str, ...] = ()

    @property
    def finding(self) -> Finding:
        """The finding as it is now, or as it was."""
        numbered = self.after or self.before
        assert numbered is not None
        return numbered[1]

    @property
    def number(self) -> int:
        """Its number in the later model, in the earlier one if it is gone."""
        numbered = self.after or self.before
        assert numbered is not None
        return numbered[0]


def compare_issues(before: CheckedModel, after: CheckedModel) -> tuple[IssueChange, ...]:
    """Every finding of both sides once, in the order of the later side, what is gone last.

    Findings that somebody has accepted on both sides are not told, nor those that the reader isn't told as they are now.
    """
    pairs = [(old, new) for old, new in _paired(before, after) if _is_told(before, old, after, new)]
    found = [_judged(old, new) for old, new in pairs]
    return tuple(one for one in found if one is not None)


def _is_told(before: CheckedModel, old: Numbered | None, after: CheckedModel, new: Numbered | None) -> bool:
    if new is not None:
        return new[0] <= len(after.findings)
    return old is not None and old[0] <= len(before.findings)


def _judged(old: Numbered | None, new: Numbered | None) -> IssueChange | None:
    if new is None:
        return IssueChange("resolved", old, new)
    known = new[1].accepted is not None
    if old is None:
        return IssueChange("accepted" if known else "introduced", old, new)
    was_known = old[1].accepted is not None
    if known:
        return None if was_known else IssueChange("accepted", old, new)
    return IssueChange("left", old, new, tuple(_differences(old[1], new[1])))


def _differences(old: Finding, new: Finding) -> Iterator[str]:
    if old.severity != new.severity:
        yield f"{new.severity} now, was {old.severity}"
    if old.confidence != new.confidence:
        yield f"{new.confidence} confidence now, was {old.confidence}"
    if (old.subject.kind, old.subject.id) != (new.subject.kind, new.subject.id) and new.subject.kind != "model":
        yield f"at {new.subject.id} now, was at {old.subject.id}"
    gone = [flow for flow in old.flows if flow not in new.flows]
    more = [flow for flow in new.flows if flow not in old.flows]
    if gone:
        yield f"no longer in {', '.join(gone)}"
    if more:
        yield f"now also in {', '.join(more)}"
    if old.accepted is not None:
        yield "accepted before, open now"


def _paired(before: CheckedModel, after: CheckedModel) -> list[tuple[Numbered | None, Numbered | None]]:
    """Pairs by what is said of the same subject, then by subject, then by what is said of a thing that was renamed."""
    old = dict(enumerate((*before.findings, *before.hidden), 1))
    new = tuple(enumerate((*after.findings, *after.hidden), 1))
    partner: dict[int, Numbered] = {}
    renamed = _renaming(before, after)
    for key in (_words, _place, renamed):
        waiting: dict[Hashable, list[Numbered]] = {}
        for one in old.items():
            if (name := key(one[1])) is not None:
                waiting.setdefault(name, []).append(one)
        for number, finding in new:
            found = waiting.get(key(finding)) if number not in partner else None
            if found:
                partner[number] = found.pop(0)
                del old[partner[number][0]]
    pairs: list[tuple[Numbered | None, Numbered | None]] = [(partner.get(one[0]), one) for one in new]
    return pairs + [(one, None) for one in old.items()]


def _subject(finding: Finding) -> Subject:
    """A model stands for itself under whatever name."""
    return Subject("model", "") if finding.subject.kind == "model" else finding.subject


def _place(finding: Finding) -> Hashable:
    return finding.rule, _subject(finding)


def _words(finding: Finding) -> Hashable:
    return finding.rule, _subject(finding), finding.message


def _renaming(before: CheckedModel, after: CheckedModel) -> Callable[[Finding], Hashable]:
    """A key for findings about things of which only one side knows: the rule and the message without the name."""
    known = [_things(side) for side in (before, after)]
    both = known[0] & known[1]

    def key(finding: Finding) -> Hashable:
        subject = finding.subject
        if subject.kind in _ELEMENTS or subject.kind == "model" or subject in both:
            return None
        return finding.rule, subject.kind, finding.message.replace(subject.id, "\0")

    return key


def _things(side: CheckedModel) -> set[Subject]:
    one = side.topology.architecture
    found = {Subject("component", component.id) for component in one.components}
    found.update(Subject("connection", connection.id) for connection in one.connections)
    found.update(Subject("flow", flow.id) for flow in one.flows)
    found.update(Subject("network", network.id) for network in one.networks)
    found.update(Subject("certificate", certificate.id) for certificate in one.certificates)
    found.update(Subject("record", record.id) for component in one.components for record in component.records)
    return found
