"""One of the two models that are compared, with all that was found out about it."""

from __future__ import annotations

from msgspec import Struct

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.topology import Topology
from archgen.model.finding import Finding


class Side(Struct, frozen=True):
    """A model and its findings, whose order gives the issues their numbers; `label` says where it was read.

    `hidden` are the findings that the reader isn't told: they are compared too, so that one whose confidence changes is
    neither new nor resolved. Without `assessments` nothing is said of availability.
    """

    topology: Topology
    findings: tuple[Finding, ...] = ()
    assessments: tuple[FlowAssessment, ...] = ()
    label: str = ""
    hidden: tuple[Finding, ...] = ()

    @property
    def numbered(self) -> tuple[tuple[int, Finding], ...]:
        """All findings with their numbers, from 1; those that the reader isn't told come last."""
        return tuple(enumerate((*self.findings, *self.hidden), 1))

    def tells(self, number: int) -> bool:
        """Return True if the reader is told the finding of this number."""
        return number <= len(self.findings)
