"""Two models compared: entities, flows and findings that came, went or changed. No text for users.

Things are the same where their ids are, findings where they say the same of the same thing. Everything that tells of a
change (a report, a picture, a page) reads it from here.
"""

from __future__ import annotations

from msgspec import Struct

from archgen.compare.entities import Change, ThingChange, compare_things
from archgen.compare.findings import IssueChange, Verdict, compare_issues
from archgen.compare.flows import FlowChange, compare_flows
from archgen.linting.checked_model import CheckedModel


class Evolution(Struct, frozen=True, kw_only=True):
    """The step from one model to another: things in the order of the later model, those that are gone last."""

    before: CheckedModel
    after: CheckedModel
    things: tuple[ThingChange, ...]
    issues: tuple[IssueChange, ...]
    flows: tuple[FlowChange, ...]

    def things_of(self, change: Change) -> tuple[ThingChange, ...]:
        """The things that were added, removed or changed."""
        return tuple(one for one in self.things if one.change == change)

    def issues_of(self, verdict: Verdict) -> tuple[IssueChange, ...]:
        """The findings that the step resolved, left, introduced, or after which somebody accepted them."""
        return tuple(one for one in self.issues if one.verdict == verdict)

    @property
    def empty(self) -> bool:
        """Whether nothing changed, neither in what the model says nor in what follows from it."""
        still = all(one.verdict == "left" and not one.what for one in self.issues)
        return still and not self.things and not any(one.changed for one in self.flows)


def evolve(before: CheckedModel, after: CheckedModel) -> Evolution:
    """Compare two models; availability is compared where both sides come with their assessments."""
    old, new = before.topology.architecture, after.topology.architecture
    things = compare_things(old, new)
    return Evolution(
        before=before,
        after=after,
        things=things,
        issues=compare_issues(before, after),
        flows=compare_flows(before, after),
    )
