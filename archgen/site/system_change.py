"""The change from one system to the next, as the pages show it; `archgen.compare` finds what is true of it."""

from __future__ import annotations

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.compare import Evolution, evolve, flows
from archgen.compare.findings import Verdict
from archgen.compare.flows import access, called, stops, survivors
from archgen.linting.checked_model import CheckedModel
from archgen.model.finding import Finding
from archgen.model.steps import Access
from archgen.model.subject import ChangeKind, SubjectKind
from archgen.report.diff.sentences import sentences
from archgen.site.escape import code

__all__ = ["FlowComparison", "RuleChange", "SystemChange", "access", "breaking", "compare", "survivors"]


class FlowComparison(Struct, frozen=True):
    """The single points of failure of a flow before (None: the flow is new) and after, and the hosts whose loss it survives."""

    flow: str
    title: str
    access: Access
    before: tuple[str, ...] | None
    after: tuple[str, ...]
    survives: tuple[str, ...]
    possible: bool


class RuleChange(Struct, frozen=True):
    """A rule and those of its findings with the same verdict: as they were in the previous system, and as they are now."""

    rule: str
    before: tuple[Finding, ...]
    after: tuple[tuple[int, Finding], ...]


class SystemChange(Struct, frozen=True):
    """The differences of a system from the one `before` it; `counts` are (component, replicas before, replicas after).

    `sentences` tell in Markdown what happened to the flows.
    """

    before: CheckedModel
    evolution: Evolution
    added: tuple[str, ...]
    removed: tuple[str, ...]
    hosts_added: tuple[str, ...]
    hosts_removed: tuple[str, ...]
    counts: tuple[tuple[str, int, int], ...]
    flows: tuple[FlowComparison, ...]
    resolved: tuple[RuleChange, ...]
    left: tuple[RuleChange, ...]
    introduced: tuple[RuleChange, ...]
    sentences: tuple[str, ...]


def compare(before: CheckedModel, after: CheckedModel) -> SystemChange:
    """Compare two systems; components, hosts and flows are the same where their ids are."""
    old, new = before.topology, after.topology
    evolution = evolve(before, after)

    def ids(change: ChangeKind, kind: SubjectKind) -> tuple[str, ...]:
        return tuple(thing.subject.id for thing in evolution.entities_of(change) if thing.subject.kind == kind)

    return SystemChange(
        before=before,
        evolution=evolution,
        added=ids("added", "component"),
        removed=ids("removed", "component"),
        hosts_added=ids("added", "host"),
        hosts_removed=ids("removed", "host"),
        counts=_counts(old, new),
        flows=tuple(_flow(old, new, flow) for flow in evolution.flows if flow.after is not None),
        resolved=_rules(evolution, "resolved"),
        left=_rules(evolution, "left"),
        introduced=_rules(evolution, "introduced"),
        sentences=sentences(evolution, code),
    )


def _counts(old: Topology, new: Topology) -> tuple[tuple[str, int, int], ...]:
    shared = [
        (id, len(old.components[id].replicas), len(component.replicas))
        for id, component in new.components.items()
        if id in old.components
    ]
    return tuple(count for count in shared if count[1] != count[2])


def breaking(topology: Topology, flow: str) -> tuple[str, ...]:
    """Return the ids of the single points of failure of a flow, a host standing for what is on it."""
    return tuple(called(topology, element) for element in stops(topology, flow))


def _flow(old: Topology, new: Topology, change: flows.FlowChange) -> FlowComparison:
    return FlowComparison(
        flow=change.flow,
        title=change.title,
        access=change.facts.access,
        before=breaking(old, change.flow) if change.before is not None else None,
        after=breaking(new, change.flow),
        survives=change.facts.survives,
        possible=change.facts.possible,
    )


def _rules(evolution: Evolution, verdict: Verdict) -> tuple[RuleChange, ...]:
    """Return the findings with a verdict, rule by rule; a finding that was accepted before counts as no resolved one."""
    by_rule: dict[str, tuple[list[Finding], list[tuple[int, Finding]]]] = {}
    for issue in evolution.findings_of(verdict):
        if verdict != "resolved" or issue.finding.accepted is None:
            before, after = by_rule.setdefault(issue.finding.rule, ([], []))
            before += [issue.before[1]] if issue.before else []
            after += [issue.after] if issue.after else []
    return tuple(RuleChange(rule, tuple(before), tuple(after)) for rule, (before, after) in by_rule.items())
