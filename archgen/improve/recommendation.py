"""The changes to recommend: those of the smallest repair that save most, with their cost in parts and the hours saved."""

from __future__ import annotations

from msgspec import Struct

from archgen.analysis.assessment import FlowAssessment, assess
from archgen.analysis.topology import Topology
from archgen.edits.changes import Edit, apply_edit
from archgen.edits.description import describe_edit
from archgen.improve.grouping import grouped
from archgen.improve.repair import find_smallest_repair
from archgen.model.architecture import Architecture, Host
from archgen.model.subject import Subject
from archgen.model.wording import listed, plural

MOST = 4
"""The most changes of a recommendation."""

WORK = 200_000
"""Nodes of diagrams, over all assessments, after which changes aren't ordered by what they save."""

_WORTH = 0.03
"""The least share of the greatest saving for which a change is recommended."""

_LEAST = 1 / 60
"""Hours per year below which a saving isn't recommended."""


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
        return _saved(self.before, self.after)


def recommend(topology: Topology) -> Recommendation:
    """Return the changes that are worth most, each assessed after those before it."""
    architecture = topology.architecture
    repair = find_smallest_repair(architecture)
    before = assess(topology, 1)
    stage, numbers = architecture, before
    changes: list[RecommendedChange] = []
    options = grouped(repair.edits)
    budget = WORK
    while options and len(changes) < MOST:
        tried = []
        for group in options if budget > 0 else options[:1]:
            after, words = _made(stage, group)
            assessed = assess(Topology(after), 1)
            budget -= sum(flow.work for flow in assessed)
            tried.append((sum(hours for _, hours in _saved(numbers, assessed)), group, words, after, assessed))
        total, group, words, after, assessed = max(tried, key=lambda option: option[0])
        saved = tuple((flow, hours) for flow, hours in _saved(numbers, assessed) if hours >= _LEAST)
        options.remove(group)
        change = RecommendedChange(words, added_parts(stage, after), saved)
        if not saved or total <= 0.0 or (changes and change.most < _WORTH * changes[0].most):
            if budget > 0:
                break
            continue
        changes.append(change)
        stage, numbers = after, assessed
    left = tuple(cause.element for cause in Topology(stage).losses.root_causes)
    return Recommendation(tuple(changes), added_parts(architecture, stage), before, numbers, left)


def _made(stage: Architecture, group: tuple[Edit, ...]) -> tuple[Architecture, str]:
    """Return an architecture with a group of edits, and these in words."""
    words: list[str] = []
    for edit in group:
        words.append(describe_edit(stage, edit))
        stage = apply_edit(stage, edit)
    return stage, ", and ".join(words)


def _saved(before: tuple[FlowAssessment, ...], after: tuple[FlowAssessment, ...]) -> tuple[tuple[str, float], ...]:
    """Return the hours per year that each flow gains; a flow whose availability isn't exact has none."""
    return tuple(
        (old.flow, old.result.downtime - new.result.downtime)
        for old, new in zip(before, after, strict=True)
        if old.result.method == new.result.method == "exact"
    )


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
