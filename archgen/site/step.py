"""What one step of the ladder bought, as the pages show it; what is true of the step is found in `archgen.compare`."""

from __future__ import annotations

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.compare import Evolution, evolve, flows
from archgen.compare.findings import Verdict
from archgen.compare.flows import access, called, stops, survivors
from archgen.model.architecture import Access
from archgen.model.finding import Finding
from archgen.model.subject import SubjectKind
from archgen.report.diff.sentences import sentences
from archgen.site.escape import code
from archgen.site.page import Tier

__all__ = ["FlowChange", "IssueChange", "Step", "access", "breaking", "compare", "survivors"]


class FlowChange(Struct, frozen=True):
    """The elements whose loss alone breaks a flow, before (None: the flow is new) and after, and what it survives now."""

    flow: str
    title: str
    access: Access
    before: tuple[str, ...] | None
    after: tuple[str, ...]
    survives: tuple[str, ...]
    possible: bool


class IssueChange(Struct, frozen=True):
    """A rule and those of its findings that share a fate: as they were before the step, and as they are after it."""

    rule: str
    before: tuple[Finding, ...]
    after: tuple[tuple[int, Finding], ...]


class Step(Struct, frozen=True):
    """What is between a tier and the one `before` it; `counts` are (component, replicas before, replicas after) where the number changed.

    `told` is what it did to the flows, in Markdown sentences.
    """

    before: Tier
    evolution: Evolution
    added: tuple[str, ...]
    removed: tuple[str, ...]
    hosts_added: tuple[str, ...]
    hosts_removed: tuple[str, ...]
    counts: tuple[tuple[str, int, int], ...]
    flows: tuple[FlowChange, ...]
    resolved: tuple[IssueChange, ...]
    left: tuple[IssueChange, ...]
    introduced: tuple[IssueChange, ...]
    told: tuple[str, ...]


def compare(before: Tier, after: Tier) -> Step:
    """The step from one tier to another; components, hosts and flows are the same where their ids are."""
    old, new = before.topology, after.topology
    evolution = evolve(before, after)

    def ids(change: str, kind: SubjectKind) -> tuple[str, ...]:
        return tuple(one.subject.id for one in evolution.things if (one.change, one.subject.kind) == (change, kind))

    return Step(
        before=before,
        evolution=evolution,
        added=ids("added", "component"),
        removed=ids("removed", "component"),
        hosts_added=ids("added", "host"),
        hosts_removed=ids("removed", "host"),
        counts=_counts(old, new),
        flows=tuple(_flow(old, new, one) for one in evolution.flows if one.after is not None),
        resolved=_issues(evolution, "resolved"),
        left=_issues(evolution, "left"),
        introduced=_issues(evolution, "introduced"),
        told=sentences(evolution, code),
    )


def _counts(old: Topology, new: Topology) -> tuple[tuple[str, int, int], ...]:
    shared = [
        (one, len(old.components[one].replicas), len(new.components[one].replicas))
        for one in new.components
        if one in old.components
    ]
    return tuple(change for change in shared if change[1] != change[2])


def breaking(topology: Topology, flow: str) -> tuple[str, ...]:
    """The ids of the elements whose loss alone breaks a flow, a host standing for what is on it."""
    return tuple(called(topology, one) for one in stops(topology, flow))


def _flow(old: Topology, new: Topology, one: flows.FlowChange) -> FlowChange:
    return FlowChange(
        flow=one.flow,
        title=one.title,
        access=one.facts.access,
        before=breaking(old, one.flow) if one.before is not None else None,
        after=breaking(new, one.flow),
        survives=one.facts.survives,
        possible=one.facts.possible,
    )


def _issues(evolution: Evolution, verdict: Verdict) -> tuple[IssueChange, ...]:
    """The findings with a verdict, rule by rule; an accepted one is no issue of a page any more, nor was it before."""
    found = [one for one in evolution.issues_of(verdict) if verdict != "resolved" or one.finding.accepted is None]
    return tuple(
        IssueChange(
            rule,
            tuple(one.before[1] for one in found if one.before and one.finding.rule == rule),
            tuple(one.after for one in found if one.after and one.finding.rule == rule),
        )
        for rule in dict.fromkeys(one.finding.rule for one in found)
    )
