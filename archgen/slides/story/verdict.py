"""The verdict on a system: a sentence, figures, the worst finding and the change that is worth most."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.model.wording import plural
from archgen.report.common.assessment import format_downtime, format_range
from archgen.slides import claims
from archgen.slides.facts import SystemFacts, capital, plain_fix, quoted
from archgen.slides.paging import shortened_entry
from archgen.slides.section import DeckSection
from archgen.slides.story.texts import assumed_count, assumed_note, counted, join_lines
from archgen.slides.values import ColorRole, Figure, FiguresSlide, Paragraph, Slide
from archgen.style.text_metrics import NO_BREAK

_UNITS = re.compile(r"(?<=\d) (?=[a-z]+\b(?<!to))")
"""The spaces between numbers and their units."""


def verdict_slide(section: DeckSection, facts: SystemFacts) -> Iterator[Slide]:
    """Yield the verdict."""
    notes = join_lines([facts.name, section.model.architecture.summary or "", assumed_note(facts)])
    entries = tuple(map(shortened_entry, _entries(section, facts)))
    yield FiguresSlide(claims.verdict(facts), tuple(_figures(facts)), entries, notes)


def _entries(section: DeckSection, facts: SystemFacts) -> Iterator[Paragraph]:
    if (group := facts.worst) is not None:
        yield Paragraph(f"{quoted(group.first.message)}.", "Worst finding:")
    if change := facts.leading_change(section.recommendation):
        yield Paragraph(f"{capital(plain_fix(change.words))}.", "Most worth doing:")
    assumed = assumed_count(facts)
    if assumed:
        words = counted(assumed, "assumed availability", "assumed availabilities")
        yield Paragraph(f"The hours rest on {words}; the range is for a third and three times as many failures.")


def _figures(facts: SystemFacts) -> Iterator[Figure]:
    if facts.impossible:
        every = len(facts.flows) + len(facts.impossible)
        words = "flows that fail with every element up, so they are always down"
        yield Figure(f"{len(facts.impossible)} of {every}", words, "error")
    if facts.flows:
        broken = len(facts.broken)
        apart = facts.enclosing and not broken
        which = "of the other flows" if facts.impossible else "flows"
        words = f"{which} that a single failure takes down{', a whole zone or region apart' if apart else ''}"
        yield Figure(f"{broken} of {len(facts.flows)}", words, "error" if broken else "good")
        if not facts.impossible:
            yield _downtime(facts)
    serious = facts.count("error") + facts.count("warning")
    role: ColorRole = "error" if facts.count("error") else "warning" if serious else "good"
    yield Figure(str(serious), _serious(facts), role)
    if not (facts.flows or facts.impossible):
        yield Figure(str(len(facts.topology.components)), "components; without flows no downtime is known")


def _downtime(facts: SystemFacts) -> Figure:
    worst = facts.by_downtime[0]
    between = format_range(worst)
    assumed = f", assumed ({_UNITS.sub(NO_BREAK, between)})" if between else ""
    flow = f": {facts.title(worst.flow)}" if len(facts.flows) > 1 else ""
    longest = "at most down per year" if len(facts.flows) > 1 else "down per year"
    return Figure(format_downtime(worst), f"{longest}{assumed}{flow}")


def _serious(facts: SystemFacts) -> str:
    errors, warnings = facts.count("error"), facts.count("warning")
    if errors and warnings:
        return f"findings to act on: {plural(errors, 'error')} and {plural(warnings, 'warning')}"
    if errors:
        return "error to act on" if errors == 1 else "errors to act on"
    if warnings:
        return "warning to act on, no error" if warnings == 1 else "warnings to act on, no error"
    return "errors and warnings"
