"""Two models compared: entities, flows and findings that came, went or changed. No text for users.

Entities are the same where their ids are, findings where they state the same of the same subject. Every report, diagram
and page about a change reads it from here.
"""

from __future__ import annotations

from msgspec import Struct

from archgen.compare.entities import EntityChange, compare_entities
from archgen.compare.findings import ChangeGroup, FindingChange, Verdict, compare_findings, group_changes
from archgen.compare.flows import FlowChange, compare_flows
from archgen.linting.checked_model import CheckedModel
from archgen.model.subject import ChangeKind


class Evolution(Struct, frozen=True, kw_only=True):
    """The changes from one model to another: entities in the order of the later model, removed ones last."""

    before: CheckedModel
    after: CheckedModel
    entities: tuple[EntityChange, ...]
    findings: tuple[FindingChange, ...]
    flows: tuple[FlowChange, ...]

    def entities_of(self, change: ChangeKind) -> tuple[EntityChange, ...]:
        """Return the entities that were added, removed or changed."""
        return tuple(entity for entity in self.entities if entity.change == change)

    def findings_of(self, verdict: Verdict) -> tuple[FindingChange, ...]:
        """Return the findings that are resolved, left, introduced or newly accepted."""
        return tuple(finding for finding in self.findings if finding.verdict == verdict)

    def groups_of(self, verdict: Verdict) -> tuple[ChangeGroup, ...]:
        """Return the findings with a verdict as groups of one rule, severity and fix."""
        return group_changes(self.findings_of(verdict))

    @property
    def empty(self) -> bool:
        """Return True if nothing changed, neither in the model nor in what follows from it."""
        still = all(finding.verdict == "left" and not finding.what for finding in self.findings)
        return still and not self.entities and not any(flow.changed for flow in self.flows)


def evolve(before: CheckedModel, after: CheckedModel) -> Evolution:
    """Compare two models; availability is compared where both models have assessments."""
    return Evolution(
        before=before,
        after=after,
        entities=compare_entities(before.architecture, after.architecture),
        findings=compare_findings(before, after),
        flows=compare_flows(before, after),
    )
