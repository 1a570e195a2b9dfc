"""Findings of two models paired: those resolved, those left open, those introduced."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from archgen.linting.checked_model import CheckedModel
from archgen.linting.finding_groups import FindingGroup, number_findings
from archgen.model.architecture import Architecture, Certificate, Component, Connection, Flow, Network, Record
from archgen.model.finding import SEVERITIES, Finding
from archgen.model.subject import Subject, SubjectKind
from archgen.reliability.index import Index

Verdict = Literal["resolved", "left", "introduced", "accepted"]
VERDICTS: tuple[Verdict, ...] = ("introduced", "left", "resolved", "accepted")
"""The verdicts in the order of their interest to a reviewer."""

Numbered = tuple[int, Finding]

_ELEMENTS = ("replica", "host", "zone")
"""The kinds of elements that fail: another element is another finding, even if it was renamed."""


_OF_A_LOSS = ("single-point-of-failure", "colocated-redundancy")
"""Rules about the loss of an element, which are silent where findings about its parts or of another rule tell of each flow."""


class FindingChange(Struct, frozen=True):
    """A finding before and after, each with the number of its group in its model; `what` are the changes of one that was left.

    The verdict `accepted`: the finding is still there, and is accepted now. `current` is the finding as it is now, or as it was.
    """

    verdict: Verdict
    current: Numbered
    before: Numbered | None
    after: Numbered | None
    what: tuple[str, ...] = ()

    @property
    def finding(self) -> Finding:
        """The finding as it is now, or as it was."""
        return self.current[1]

    @property
    def number(self) -> int:
        """The finding's number in the later model, in the earlier one if it is resolved."""
        return self.current[0]


class ChangeGroup(Struct, frozen=True):
    """Findings of one group that changed in the same way; `group` has them as they are now, or as they were."""

    group: FindingGroup
    what: tuple[str, ...]


def group_changes(changes: Iterable[FindingChange]) -> tuple[ChangeGroup, ...]:
    """Return changes with one verdict as groups of one rule, severity and fix, in the order of their first findings."""
    groups: dict[tuple[int, tuple[str, ...]], list[Finding]] = {}
    for change in changes:
        groups.setdefault((change.number, change.what), []).append(change.finding)
    return tuple(
        ChangeGroup(FindingGroup(number, tuple(findings)), what) for (number, what), findings in groups.items()
    )


def compare_findings(before: CheckedModel, after: CheckedModel) -> tuple[FindingChange, ...]:
    """Return every finding of both models once, in the order of the later model, resolved ones last.

    Findings that are accepted in both models are left out, and those that are hidden from the reader as they are now.
    """
    partners, resolved = _paired(before, after)
    was, now = _told_points(before), _told_points(after)
    broken = _impossible_now(before, after)
    changes = [_change(was, partners.get(place), new) for place, new in enumerate(after.numbered)]
    changes += [_gone(now, old, broken) for place, old in resolved if place < len(before.findings)]
    return tuple(change for change in changes if change is not None)


def _change(was: _Points, old: Numbered | None, new: Numbered) -> FindingChange | None:
    is_accepted = new[1].accepted is not None
    if old is None and not is_accepted and _is_told(was, new[1]):
        return FindingChange("left", new, None, new, ("part of other findings before",))
    if old is None:
        return FindingChange("accepted" if is_accepted else "introduced", new, old, new)
    if is_accepted:
        return None if old[1].accepted is not None else FindingChange("accepted", new, old, new)
    return FindingChange("left", new, old, new, tuple(_differences(old[1], new[1])))


def _impossible_now(before: CheckedModel, after: CheckedModel) -> frozenset[str]:
    """Return the flows that fail with nothing failed, and didn't before: nothing is known of their losses any longer."""
    was, now = before.topology.losses.failures, after.topology.losses.failures
    return frozenset(flow for flow in was if flow in now and was[flow].possible > now[flow].possible)


def _gone(now: _Points, old: Numbered, broken: frozenset[str]) -> FindingChange:
    of_losses = old[1].proof is not None or old[1].category == "reliability"
    if old[1].accepted is None and of_losses and old[1].flows and broken >= {*old[1].flows}:
        return FindingChange("left", old, old, None, ("its flows can't work any more",))
    if old[1].accepted is None and _is_told(now, old[1]):
        return FindingChange("left", old, old, None, ("part of other findings now",))
    return FindingChange("resolved", old, old, None)


_Points = Mapping[tuple[str, Subject], int]
"""The place among the severities of the worst open finding that tells of each flow and element whose loss takes it down."""


def _told_points(model: CheckedModel) -> _Points:
    """Return what the reader of a model is told of: a finding about a part tells of the host and the zones around it too."""
    index, points = model.topology.index, model.topology.losses.points
    told: dict[tuple[str, Subject], int] = {}
    for finding in model.findings:
        if finding.rule not in _OF_A_LOSS or finding.accepted is not None:
            continue
        severity = SEVERITIES.index(finding.severity)
        for element in _around(index, finding.subject):
            for flow in finding.flows:
                if element in points.get(flow, ()):
                    told[flow, element] = min(severity, told.get((flow, element), severity))
    return told


def _around(index: Index, element: Subject) -> Iterator[Subject]:
    """Yield an element, and every host and zone whose loss is its loss too."""
    yield element
    replica = index.replicas.get(element.id) if element.kind == "replica" else None
    hosts = (element.id,) if element.kind == "host" else replica.hosts if replica is not None else ()
    if len(hosts) == 1:
        lower = index.hosts_below(hosts[0])
        yield from (Subject("host", host) for host in (*hosts, *lower) if host != element.id)
        yield from (Subject("zone", zone) for zone in index.zones_around(hosts[0]))
    elif replica is not None:
        yield from (Subject("zone", zone) for zone in index.zones_with(replica))


def _is_told(told: _Points, finding: Finding) -> bool:
    """Return True if open findings of another model, as grave as this one, tell that its element takes down its flows."""
    severity = SEVERITIES.index(finding.severity)
    of_a_loss = finding.rule in _OF_A_LOSS and bool(finding.flows)
    return of_a_loss and all(told.get((flow, finding.subject), len(SEVERITIES)) <= severity for flow in finding.flows)


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


def _paired(before: CheckedModel, after: CheckedModel) -> tuple[dict[int, Numbered], list[tuple[int, Numbered]]]:
    """Return the earlier finding for the place of each later one that has any, and the earlier ones without a later.

    Findings are paired by subject and message, then by subject, then by the message about an entity that was renamed.
    """
    old = dict(enumerate(number_findings((*before.findings, *before.hidden))))
    new = (*after.findings, *after.hidden)
    partners: dict[int, Numbered] = {}
    for key in (_by_message, _by_subject, _by_renamed_subject(before, after)):
        waiting: dict[Hashable, list[int]] = {}
        for place, (_, finding) in old.items():
            if (name := key(finding)) is not None:
                waiting.setdefault(name, []).append(place)
        for place, finding in enumerate(new):
            candidates = waiting.get(key(finding)) if place not in partners else None
            if candidates:
                partners[place] = old.pop(candidates.pop(0))
    return partners, list(old.items())


def _subject(finding: Finding) -> Subject:
    """Return the subject of a finding; a model is the same subject under any name."""
    return Subject("model", "") if finding.subject.kind == "model" else finding.subject


def _by_subject(finding: Finding) -> Hashable:
    return finding.rule, _subject(finding)


def _by_message(finding: Finding) -> Hashable:
    return finding.rule, _subject(finding), finding.message


def _by_renamed_subject(before: CheckedModel, after: CheckedModel) -> Callable[[Finding], Hashable]:
    """Return a key for findings about entities of one model alone: the rule and the message without the name."""
    both = _entities(before.architecture) & _entities(after.architecture)

    def key(finding: Finding) -> Hashable:
        subject = finding.subject
        if subject.kind in _ELEMENTS or subject.kind == "model" or subject in both:
            return None
        return finding.rule, subject.kind, finding.message.replace(subject.id, "\0")

    return key


def _entities(architecture: Architecture) -> set[Subject]:
    sections: dict[SubjectKind, Sequence[Component | Connection | Flow | Network | Certificate | Record]] = {
        "component": architecture.components,
        "connection": architecture.connections,
        "flow": architecture.flows,
        "network": architecture.networks,
        "certificate": architecture.certificates,
        "record": tuple(record for component in architecture.components for record in component.records),
    }
    return {Subject(kind, entity.id) for kind, entities in sections.items() for entity in entities}
