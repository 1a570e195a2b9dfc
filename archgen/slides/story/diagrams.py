"""The diagrams of a story: the system, and the route of each important flow."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.model.architecture import Flow
from archgen.report.common.assessment import format_downtime
from archgen.slides import claims
from archgen.slides.details import deployment_notes, issue_note
from archgen.slides.facts import SystemFacts
from archgen.slides.section import DeckSection, RouteDiagram
from archgen.slides.story.texts import join_lines
from archgen.slides.values import DiagramSlide, Slide


def system_slide(section: DeckSection, facts: SystemFacts) -> Iterator[Slide]:
    """Yield the system at its most detailed readable level, if it has a diagram."""
    if section.system is not None:
        yield DiagramSlide(claims.structure(facts), section.system, deployment_notes(section, section.system))


def route_slide(section: DeckSection, facts: SystemFacts, route: RouteDiagram) -> Iterator[Slide]:
    """Yield the route of a flow with its steps."""
    flow = facts.topology.flows[route.flow]
    notes = _notes(section, facts, flow)
    yield DiagramSlide(claims.path(facts, flow), route.placed, notes, _caption(facts, flow), route.steps, route.form)


def _caption(facts: SystemFacts, flow: Flow) -> str:
    assessment = facts.assessed[flow.id]
    assumed = " by assumed availabilities" if assessment.assumed else ""
    words = f"Down {format_downtime(assessment)} per year{assumed}"
    marked = any(point.kind == "replica" for point in facts.topology.losses.points[flow.id])
    return f"{words}; the loss of a single point alone takes down the flow" if marked else words


def _notes(section: DeckSection, facts: SystemFacts, flow: Flow) -> str:
    sequence = next((each for each in section.flows if each.id == flow.id), None)
    breaking = facts.names(facts.losses_of(flow.id), len(facts.losses))
    fatal = f"Single points of failure: {breaking}." if breaking else "No single point of failure."
    issues = [issue_note(number, finding) for number, finding in section.model.open if flow.id in finding.flows]
    return join_lines([flow.summary or "", sequence.alt if sequence else "", fatal, *issues])
