"""The changes to recommend: those of the smallest repair that save most, with their cost in parts and the hours saved."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.assessment import FlowAssessment, assess
from archgen.analysis.topology import Topology
from archgen.edits.changes import Edit, apply_edit
from archgen.edits.description import describe_edit
from archgen.improve.grouping import grouped
from archgen.improve.ordering import LEAST, by_saving, saved_hours, worthwhile
from archgen.improve.practiced import practiced_failovers, with_practiced
from archgen.improve.repair import find_smallest_repair
from archgen.improve.waits import without_open_waits
from archgen.model.architecture import Architecture, Host
from archgen.model.subject import Subject
from archgen.model.wording import listed, plural

MOST = 4
"""The most changes of a recommendation."""

_WORTH = 0.03
"""The least share of the greatest saving for which a change is recommended."""


class RecommendedChange(Struct, frozen=True):
    """A change in words, the parts that it adds in words, and the hours per year that it saves by flow, in that order."""

    words: str
    parts: str
    hours: tuple[tuple[str, float], ...]

    @property
    def most(self) -> float:
        """The hours that it saves the flow that it saves most."""
        return max((hours for _, hours in self.hours), default=0.0)


class Recommendation(Struct, frozen=True):
    """Changes in the order in which they save most; `parts` are those of all, `before` and `after` the assessed flows.

    `left` are the single points of failure that no change of the known kinds removes, a host for what is on it.
    """

    changes: tuple[RecommendedChange, ...]
    parts: str
    before: tuple[FlowAssessment, ...]
    after: tuple[FlowAssessment, ...]
    left: tuple[Subject, ...]

    @property
    def saved(self) -> tuple[tuple[str, float], ...]:
        """The hours per year that all changes save each flow."""
        return saved_hours(self.before, self.after)


def recommend(topology: Topology, accepted: frozenset[Subject] = frozenset()) -> Recommendation:
    """Return the changes that are worth most, each assessed after those before it; none against what is accepted, or practiced."""
    architecture = topology.architecture
    before = assess(topology, 1)
    practiced = practiced_failovers(topology, before)
    sure = without_open_waits(topology)
    repair = find_smallest_repair(sure, accepted, practiced)
    stage, numbers = architecture, before
    changes: list[RecommendedChange] = []
    for each in worthwhile(before, by_saving(architecture, before, grouped(repair.edits))):
        saved = tuple((flow, hours) for flow, hours in each.saved if hours >= LEAST)
        change = RecommendedChange(_in_words(stage, each.edits), added_parts(stage, each.after), saved)
        if len(changes) == MOST or not saved or (changes and change.most < _WORTH * changes[0].most):
            break
        changes.append(change)
        stage, numbers = each.after, each.assessed
    causes = Topology(with_practiced(replace(stage, flows=sure.flows), practiced)).losses.root_causes
    left = tuple(cause.element for cause in causes if cause.element not in accepted)
    return Recommendation(tuple(changes), added_parts(architecture, stage), before, numbers, left)


def _in_words(stage: Architecture, group: tuple[Edit, ...]) -> str:
    """Return a group of edits of an architecture in words."""
    words: list[str] = []
    for edit in group:
        words.append(describe_edit(stage, edit))
        stage = apply_edit(stage, edit)
    return ", and ".join(words)


def added_parts(before: Architecture, after: Architecture) -> str:
    """Return the parts that a change adds, in words: `1 host, 3 replicas`, or `a setting` where it adds none."""
    old = {component.id: component for component in before.components}
    hosts = len(after.hosts) - len(before.hosts)
    moved = sum(_stands(old) != _stands(new) for old, new in zip(before.hosts, after.hosts, strict=False))
    replicas = providers = 0
    added: list[str] = []
    for component in after.components:
        grown = len(component.replicas) - (len(old[component.id].replicas) if component.id in old else 0)
        providers += grown if component.managed else 0
        replicas += 0 if component.managed else grown
        added += [] if component.id in old else [component.title]
    words = [
        plural(hosts, "host") if hosts else "",
        f"{plural(moved, 'host')} elsewhere" if moved else "",
        plural(replicas, "replica") if replicas else "",
        plural(providers, "managed replica") if providers else "",
        f"new: {listed(tuple(added))}" if added else "",
    ]
    return ", ".join(word for word in words if word) or "a setting"


def _stands(host: Host) -> tuple[str, tuple[str, ...], str | None]:
    return host.id, host.zones, host.runs_on
