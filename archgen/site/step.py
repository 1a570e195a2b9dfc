"""What one step of the ladder bought: the same questions asked of two tiers, and the answers compared."""

from __future__ import annotations

from msgspec import Struct

from archgen.finding import Finding, Subject
from archgen.model import Access
from archgen.site.page import Tier
from archgen.topology import Topology


class FlowChange(Struct, frozen=True):
    """The elements whose loss alone breaks a flow, before (None: the flow is new) and after, and what it survives now."""

    flow: str
    title: str
    access: Access
    before: tuple[str, ...] | None
    after: tuple[str, ...]
    survives: tuple[str, ...]


class IssueChange(Struct, frozen=True):
    """A rule and the findings of it before and after the step."""

    rule: str
    before: tuple[Finding, ...]
    after: tuple[tuple[int, Finding], ...]


class Step(Struct, frozen=True):
    """What is between two tiers; `counts` are (component, replicas before, replicas after) where the number changed."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    hosts_added: tuple[str, ...]
    hosts_removed: tuple[str, ...]
    counts: tuple[tuple[str, int, int], ...]
    flows: tuple[FlowChange, ...]
    resolved: tuple[IssueChange, ...]
    left: tuple[IssueChange, ...]
    introduced: tuple[IssueChange, ...]


def compare(before: Tier, after: Tier) -> Step:
    """The step from one tier to another; components, hosts and flows are the same where their ids are."""
    old, new = before.topology, after.topology
    issues = _issues(before, after)
    return Step(
        added=tuple(one for one in new.components if one not in old.components),
        removed=tuple(one for one in old.components if one not in new.components),
        hosts_added=tuple(one for one in new.hosts if one not in old.hosts),
        hosts_removed=tuple(one for one in old.hosts if one not in new.hosts),
        counts=_counts(old, new),
        flows=tuple(_flow(old, new, flow) for flow in new.flows),
        resolved=tuple(one for one in issues if not one.after),
        left=tuple(one for one in issues if one.before and one.after),
        introduced=tuple(one for one in issues if not one.before),
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
    return tuple(_name(topology, one.element) for one in topology.breaking if flow in one.flows)


def _name(topology: Topology, element: Subject) -> str:
    """The id of an element; that of its component for a replica which is the only one and has no host."""
    replica = topology.replicas.get(element.id) if element.kind == "replica" else None
    if replica is None or replica.hosts or len(topology.components[replica.component].replicas) > 1:
        return element.id
    return replica.component


def survivors(topology: Topology, flow: str) -> tuple[str, ...]:
    """The hosts of a flow whose loss alone does not break it."""
    failures = topology.failures[flow]
    fatal = {point.element for point in failures.points}
    return tuple(one.id for one in failures.elements if one.kind == "host" and one not in fatal)


def access(topology: Topology, flow: str) -> Access:
    """What a flow does to data: write if any of its steps does, else read."""
    stated = topology.flows[flow].access
    if stated is not None:
        return stated
    kinds = {hop.access for hop in topology.hops[flow]}
    return "read" if kinds == {"read"} else "write" if "read" not in kinds else "read-write"


def _flow(old: Topology, new: Topology, flow: str) -> FlowChange:
    return FlowChange(
        flow=flow,
        title=new.flows[flow].title,
        access=access(new, flow),
        before=breaking(old, flow) if flow in old.flows else None,
        after=breaking(new, flow),
        survives=survivors(new, flow),
    )


def _issues(before: Tier, after: Tier) -> tuple[IssueChange, ...]:
    rules = dict.fromkeys(finding.rule for _, finding in (*before.open, *after.open))
    return tuple(
        IssueChange(
            rule,
            tuple(finding for _, finding in before.open if finding.rule == rule),
            tuple(entry for entry in after.open if entry[1].rule == rule),
        )
        for rule in rules
    )
