"""A model after reading and checking: a valid one with its findings, or a broken one with its problems."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.linting.finding_groups import FindingGroup, group_findings, number_findings
from archgen.linting.policy import MEANINGLESS, Persona, hidden_findings, visible_findings
from archgen.model.architecture import Architecture
from archgen.model.finding import CONFIDENCES, Confidence, Finding
from archgen.model.problems import Place, Problem
from archgen.model.slug import slug
from archgen.model.subject import Subject
from archgen.system.internal_errors import InternalError

if TYPE_CHECKING:
    from archgen.analysis.assessment import FlowAssessment


class SourcePlaces(Protocol):
    """The places of a model's subjects and keys in the files that it was read from."""

    def place(self, subject: Subject) -> Place:
        """Return the place of a subject."""

    def at(self, *path: str | int) -> Place:
        """Return the place of a key or an item by its path through the document."""

    def lines(self, file: str) -> tuple[str, ...]:
        """Return the lines of a file that the model was read from; none for any other file."""


class CheckedModel(Struct, frozen=True, dict=True):
    """A valid model with the findings in it; `data` is its file's content.

    Findings of one rule, severity and fix have one number; the order of the findings gives those numbers.

    `hidden` are the findings that the reader's persona leaves out. Without `assessments` nothing is known of availability.
    `errors` are the rules that failed on the model.
    """

    topology: Topology
    findings: tuple[Finding, ...]
    source: SourcePlaces
    data: bytes
    hidden: tuple[Finding, ...] = ()
    assessments: tuple[FlowAssessment, ...] = ()
    errors: tuple[InternalError, ...] = ()

    @property
    def architecture(self) -> Architecture:
        """Return the model as values."""
        return self.topology.architecture

    @property
    def id(self) -> str:
        """Return the model's id."""
        return self.architecture.id

    @property
    def file(self) -> str:
        """Return the path of the model's file, as the user named it."""
        return self.architecture.file

    @property
    def slug(self) -> str:
        """Return the model's name in paths and addresses."""
        return self.topology.slug

    @property
    def text(self) -> str:
        """Return the content of the model's file."""
        return self.data.decode("utf-8", "replace")

    @cached_property
    def numbered(self) -> tuple[tuple[int, Finding], ...]:
        """Return the findings, each with the number of its group, from 1."""
        return number_findings(self.findings)

    @property
    def open(self) -> tuple[tuple[int, Finding], ...]:
        """Return the findings that are not accepted, with their numbers."""
        return tuple((number, finding) for number, finding in self.numbered if finding.accepted is None)

    @cached_property
    def groups(self) -> tuple[FindingGroup, ...]:
        """Return the findings as groups of one rule, severity and fix."""
        return group_findings(self.findings)

    @property
    def open_groups(self) -> tuple[FindingGroup, ...]:
        """Return the groups of findings that are not accepted."""
        return tuple(group for group in self.groups if group.first.accepted is None)


class BrokenModel(Struct, frozen=True):
    """An invalid model, its problems, and the findings that report them.

    Where only the models that it follows make it invalid, `alone` is the model without them, and its findings come after
    those of the problems.
    """

    id: str
    file: str
    data: bytes
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    errors: tuple[InternalError, ...] = ()
    alone: CheckedModel | None = None

    @property
    def slug(self) -> str:
        """Return the model's name in paths and addresses."""
        return slug(self.id)

    @property
    def invalidating(self) -> tuple[Finding, ...]:
        """Return the findings that make the model invalid."""
        return tuple(finding for finding in self.findings if finding.rule in MEANINGLESS)


Model = CheckedModel | BrokenModel
"""A model after reading and checking."""


def valid_models(models: tuple[Model, ...]) -> tuple[CheckedModel, ...]:
    """Return the valid models."""
    return tuple(model for model in models if isinstance(model, CheckedModel))


def broken_models(models: tuple[Model, ...]) -> tuple[BrokenModel, ...]:
    """Return the broken models."""
    return tuple(model for model in models if isinstance(model, BrokenModel))


def confident(models: Iterable[Model], least: Confidence) -> tuple[Model, ...]:
    """Return the models without the findings that are less certain."""
    enough = CONFIDENCES[: CONFIDENCES.index(least) + 1]
    return tuple(
        replace(model, findings=tuple(each for each in model.findings if each.confidence in enough)) for model in models
    )


def reopened(models: Iterable[Model]) -> tuple[Model, ...]:
    """Return the models with all findings open, as if nothing in them were accepted."""
    return tuple(
        replace(model, findings=tuple(replace(each, accepted=None) for each in model.findings)) for model in models
    )


def visible_to(persona: Persona, model: CheckedModel, min_confidence: Confidence = "low") -> CheckedModel:
    """Return the model with the findings that a persona sees; the others are hidden."""
    return replace(
        model,
        findings=visible_findings(persona, model.findings, min_confidence),
        hidden=hidden_findings(persona, model.findings, min_confidence),
    )
