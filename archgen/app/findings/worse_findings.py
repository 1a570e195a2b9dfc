"""The findings by which a fix would make a model worse, and those that it helps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from archgen.analysis.topology import Topology
from archgen.linting.checked_model import CheckedModel
from archgen.model.finding import SEVERITIES, Finding
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.reliability.simulation import statuses
from archgen.rules import BY_NAME

_Key = TypeVar("_Key")


def worse_findings(before: CheckedModel, after: CheckedModel) -> list[Finding]:
    """Return the findings that are new, or graver than they were.

    A loss that was reported as grave before isn't new, and neither is one that took the same flows down without any finding,
    as another weakness had its place: a fix that removes this one doesn't bring it.
    """
    ranks = {finding.fingerprint: _rank(finding) for finding in before.findings}
    related = _gravest(((each.rule, other.subject), each) for each in before.findings for other in each.related)
    losses = _gravest((each.proof.kill, each) for each in before.findings if each.proof is not None)
    return [
        finding
        for finding in after.findings
        # once the first of a finding's subjects is fixed, the next one leads
        if related.get((finding.rule, finding.subject), len(SEVERITIES)) > _rank(finding)
        and _is_graver(finding, ranks, losses)
        and not _was_lost_inside(finding, before.findings, after.topology.index)
        and not _stopped_before(finding, before.topology)
        and not was_hidden(finding, before.findings)
        and not _is_repeated(finding, before)
    ]


def was_hidden(finding: Finding, before: Iterable[Finding]) -> bool:
    """Return True if another finding had the place of this one: no backup at all is worse than a rare one.

    The subjects of a finding of the whole model are those that it relates to. A finding of a connection is about each that it
    relates to as well, so that none of them may be new.
    """
    rule = BY_NAME.get(finding.rule)
    hiding = rule.hidden_by if rule is not None else ()
    if not hiding:
        return False
    related = {each.subject for each in finding.related}
    hidden = {subject for each in before if each.rule in hiding for subject in _subjects(each)}
    if finding.subject.kind == "model":
        return not hidden.isdisjoint(related)
    calls = {each for each in related if each.kind == finding.subject.kind == "connection"}
    return finding.subject in hidden and calls <= hidden


def _subjects(finding: Finding) -> Iterator[Subject]:
    yield finding.subject
    yield from (related.subject for related in finding.related)


def _is_repeated(finding: Finding, before: CheckedModel) -> bool:
    """Return True for a finding of a host that is added like one of which the rule said the same of the same components."""
    if finding.subject.kind != "host" or finding.subject.id in before.topology.hosts:
        return False
    # what the fix itself adds there, such as a member that votes, is no part of what was said
    about = {each.subject for each in finding.related if each.subject.id in before.topology.components}
    return bool(about) and any(
        each.rule == finding.rule
        and _rank(each) <= _rank(finding)
        and each.subject.kind == "host"
        and about <= {related.subject for related in each.related}
        for each in before.findings
    )


def is_helped(finding: Finding, left: Mapping[str, Finding]) -> bool:
    """Return True if a finding is resolved, less severe, or one of fewer subjects among the remaining ones."""
    still = left.get(finding.fingerprint)
    return still is None or _rank(still) > _rank(finding) or _is_smaller(still, finding)


def _is_smaller(still: Finding, finding: Finding) -> bool:
    """Return True if a finding has lost some of its subjects, and got none."""
    now, before = ({related.subject for related in each.related} for each in (still, finding))
    return now < before and set(still.flows) <= set(finding.flows)


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


def _gravest(findings: Iterable[tuple[_Key, Finding]]) -> dict[_Key, int]:
    """Return the gravest severity of each key."""
    ranks: dict[_Key, int] = {}
    for key, finding in findings:
        ranks[key] = min(_rank(finding), ranks.get(key, len(SEVERITIES)))
    return ranks


def _is_graver(finding: Finding, ranks: Mapping[str, int], losses: Mapping[tuple[Subject, ...], int]) -> bool:
    rank = _rank(finding)
    if finding.fingerprint in ranks:
        return rank < ranks[finding.fingerprint]
    before = losses.get(finding.proof.kill) if finding.proof is not None else None
    # an error is no price for a fix, even where a warning spoke of the loss before
    return finding.severity == "error" or before is None or rank < before


def _stopped_before(finding: Finding, before: Topology) -> bool:
    """Return True if the loss that a finding is about took down each of its flows before, by something that was there."""
    if finding.proof is None or not finding.proof.kill or not finding.flows:
        return False
    if finding.subject.id not in before.element_names:
        return False
    flows, plans = before.index.flows, before.losses.plans
    gone = dict.fromkeys(finding.proof.kill, 1)
    return all(
        flow in plans and statuses(before.index, flows[flow], plans[flow], gone, 1) == ("down",)
        for flow in finding.flows
    )


def _was_lost_inside(finding: Finding, before: tuple[Finding, ...], index: Index) -> bool:
    """Return True for a warning of a zone that takes down no more flows than places inside it did, as gravely reported.

    Its loss did so before, too: once an inner place is no cause any more, the next one around it is named.
    """
    if finding.subject.kind != "zone" or finding.severity == "error":
        return False
    inside = (
        each for each in before if _rank(each) <= _rank(finding) and _is_inside(each.subject, finding.subject.id, index)
    )
    return bool(finding.flows) and {flow for each in inside for flow in each.flows}.issuperset(finding.flows)


def _is_inside(subject: Subject, zone: str, index: Index) -> bool:
    """Return True for a host or a zone within a zone."""
    if subject.kind == "host":
        return zone in index.zones_around(subject.id)
    return subject.kind == "zone" and index.inside(subject.id, zone)
