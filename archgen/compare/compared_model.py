"""One of the two models that are compared, with all that was found out about it."""

from __future__ import annotations

from msgspec import Struct

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.topology import Topology
from archgen.model.finding import Finding


class Side(Struct, frozen=True):
    """A model and its findings, whose order gives the issues their numbers; `label` says where it was read.

    Without `assessments` nothing is said of availability.
    """

    topology: Topology
    findings: tuple[Finding, ...] = ()
    assessments: tuple[FlowAssessment, ...] = ()
    label: str = ""

    @property
    def numbered(self) -> tuple[tuple[int, Finding], ...]:
        """The findings with their numbers, from 1."""
        return tuple(enumerate(self.findings, 1))
