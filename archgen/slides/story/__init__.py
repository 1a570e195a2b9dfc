"""The slides of one system to present: a verdict, the system, its flows, what fails, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from archgen.slides.facts import SystemFacts
from archgen.slides.section import DeckSection
from archgen.slides.story.actions import next_step_slide, recommendation_slide
from archgen.slides.story.diagrams import route_slide, system_slide
from archgen.slides.story.findings import changes_slide, findings_slide
from archgen.slides.story.inventory import assumptions_slide, connections_slide, inventory_slide
from archgen.slides.story.numbers import downtime_slide, losses_slide
from archgen.slides.story.verdict import verdict_slide
from archgen.slides.values import MakeSlides

__all__ = ["LEAST", "MOST", "ROUTES", "closing", "spare", "story"]

ROUTES = 3
"""The most flows that have a slide of their own."""

LEAST, MOST = 8, 12
"""The fewest and the most slides of a system, with its title slide."""


def story(section: DeckSection, facts: SystemFacts) -> Iterator[tuple[str, MakeSlides]]:
    """Yield the slides of a system in order, each with a name and a function that makes it."""
    yield "verdict", partial(verdict_slide, section, facts)
    yield "system", partial(system_slide, section, facts)
    for route in section.routes:
        yield "flow", partial(route_slide, section, facts, route)
    if len(facts.flows) > 1:
        yield "downtime", partial(downtime_slide, facts)
    yield "findings", partial(findings_slide, section, facts)
    if facts.flows:
        yield "losses", partial(losses_slide, facts)
    if section.change is not None:
        yield "changes", partial(changes_slide, section.change)
    yield "recommendation", partial(recommendation_slide, section, facts)
    if closing(section) > 1:
        yield "next steps", partial(next_step_slide, section, facts)


def closing(section: DeckSection) -> int:
    """Return the number of slides that end a story; without a change to recommend, the next steps are all of it."""
    return 1 if section.recommendation is not None and not section.recommendation.changes else 2


def spare(facts: SystemFacts) -> Iterator[tuple[str, MakeSlides]]:
    """Yield slides that complete a short story, the most useful first."""
    if len(facts.flows) == 1:
        yield "downtime", partial(downtime_slide, facts)
    yield "inventory", partial(inventory_slide, facts)
    yield "assumptions", partial(assumptions_slide, facts)
    yield "connections", partial(connections_slide, facts)
