"""Slides that complete a short story: the components, what is assumed, and the connections."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.model.wording import first_few, listed, plural
from archgen.report.common.assessment import all_assumptions
from archgen.slides.facts import SystemFacts
from archgen.slides.story.texts import NAMED, assumed_note, few_rows, join_lines, story_table
from archgen.slides.values import Paragraph, Slide, TextSlide


def inventory_slide(facts: SystemFacts) -> Iterator[Slide]:
    """Yield the components with their kinds and hosts."""
    rows = [
        (component.title, facts.topology.kind(component.id).title, _runs_on(facts, component.id))
        for component in facts.topology.components.values()
    ]
    title = f"{facts.name}: {plural(len(rows), 'component')}"
    if rows:
        notes = join_lines(" | ".join(row) for row in rows)
        yield story_table(title, ("Component", "Kind", "Runs on"), few_rows(rows, "component"), notes)
    else:
        yield _none(title)


def _runs_on(facts: SystemFacts, name: str) -> str:
    hosts = facts.topology.hosts_of(name)
    return listed(first_few(hosts, NAMED)) or ("managed" if facts.topology.components[name].managed else "not declared")


def assumptions_slide(facts: SystemFacts) -> Iterator[Slide]:
    """Yield what is assumed."""
    assumed = all_assumptions(facts.assessed.values())
    rows = [(group.value, listed(first_few(group.ids, NAMED)), group.source) for group in assumed]
    if rows:
        header = ("Assumed", "Elements", "Source")
        title = f"The downtime rests on {plural(len(rows), 'assumption')}"
        yield story_table(title, header, few_rows(rows, "assumption"), assumed_note(facts))
    else:
        words = (
            "The model declares every availability." if facts.flows else "Without flows, no availability is assumed."
        )
        yield TextSlide(f"{facts.name}: assumptions", (Paragraph(words),))


def connections_slide(facts: SystemFacts) -> Iterator[Slide]:
    """Yield the connections with their protocols."""
    rows = [
        (each.source, listed(each.targets), listed([port.protocol or "unknown" for port in each.ports]))
        for each in facts.topology.architecture.connections
    ]
    title = f"{facts.name}: {plural(len(rows), 'connection')}"
    if rows:
        notes = join_lines(" | ".join(row) for row in rows)
        yield story_table(title, ("From", "To", "Protocol"), few_rows(rows, "connection"), notes)
    else:
        yield _none(title)


def _none(title: str) -> Slide:
    return TextSlide(title, (Paragraph("The model declares none."),))
