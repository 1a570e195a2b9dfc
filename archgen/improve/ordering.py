"""Changes in the order in which they save most, without those that save nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.assessment import FlowAssessment, assess
from archgen.analysis.topology import Topology
from archgen.edits.changes import Edit
from archgen.improve.grouping import applied, parts_of
from archgen.model.architecture import Architecture

Edits = tuple[Edit, ...]
"""Edits that people make together."""

WORK = 200_000
"""Nodes of diagrams, over all assessments, after which changes aren't ordered by what they save."""

LEAST = 1 / 60
"""Hours per year below which a change saves nothing: the assumed numbers are no more exact than that."""


class ChangeStep(Struct, frozen=True):
    """An architecture after a group of edits, its flows assessed, and the hours per year that the group saves each of them."""

    edits: Edits
    after: Architecture
    assessed: tuple[FlowAssessment, ...]
    saved: tuple[tuple[str, float], ...]

    @property
    def hours(self) -> float:
        """The hours that the group saves all flows together."""
        return sum(hours for _, hours in self.saved)


def by_saving(
    architecture: Architecture, before: tuple[FlowAssessment, ...], groups: Sequence[Edits]
) -> Iterator[ChangeStep]:
    """Yield groups of edits with what they make, the one first that saves most after those before it; as they are where it is much.

    No order makes anything else than that of the groups.
    """
    options = list(groups)
    made = parts_of(applied(architecture, chain(*groups)))
    budget = WORK
    while options:
        steps = []
        for group in options if budget > 0 else options[:1]:
            step = _after(architecture, before, group)
            budget -= sum(flow.work for flow in step.assessed)
            steps.append(step)
        ranked = sorted(steps, key=lambda step: -step.hours)
        best = next(each for each in ranked if each.edits == options[0] or _makes(each, options) == made)
        options.remove(best.edits)
        yield best
        architecture, before = best.after, best.assessed


def worthwhile(before: tuple[FlowAssessment, ...], steps: Iterable[ChangeStep]) -> Iterator[ChangeStep]:
    """Yield steps in their order: one that saves nothing by itself as a part of the next that does, and none after the last of these.

    What isn't exact may save some.
    """
    waiting: Edits = ()
    for step in steps:
        waiting = (*waiting, *step.edits)
        if step.hours >= LEAST or len(step.saved) < len(step.assessed):
            yield replace(step, edits=waiting, saved=saved_hours(before, step.assessed))
            waiting, before = (), step.assessed


def _makes(first: ChangeStep, options: Sequence[Edits]) -> object:
    """Return what groups of edits make if one of them comes first."""
    others = (group for group in options if group != first.edits)
    return parts_of(applied(first.after, chain(*others)))


def _after(architecture: Architecture, before: tuple[FlowAssessment, ...], group: Edits) -> ChangeStep:
    after = applied(architecture, group)
    assessed = assess(Topology(after), 1)
    return ChangeStep(group, after, assessed, saved_hours(before, assessed))


def saved_hours(before: tuple[FlowAssessment, ...], after: tuple[FlowAssessment, ...]) -> tuple[tuple[str, float], ...]:
    """Return the hours per year that each flow gains; a flow whose availability isn't exact has none."""
    return tuple(
        (old.flow, old.result.downtime - new.result.downtime)
        for old, new in zip(before, after, strict=True)
        if old.result.method == new.result.method == "exact"
    )
