"""The downtime of each flow, and the elements whose loss takes flows down."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.assessment import FlowAssessment
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed, zone_words
from archgen.report.common.assessment import format_downtime, format_parts, format_range
from archgen.slides import claims
from archgen.slides.facts import SystemFacts, plain_fix
from archgen.slides.story.texts import NAMED, assumed_note, few_rows, join_lines, story_table
from archgen.slides.values import Paragraph, Slide, TextSlide

_FIXED = 2
"""Findings on reliability whose fixes stand below a short table."""

_FEW = 3
"""Fewer single points of failure than this leave room for pairs of elements."""


def downtime_slide(facts: SystemFacts) -> Iterator[Slide]:
    """Yield the downtime per year of each flow, with its range where it is assumed."""
    between = any(assessment.sensitivity for assessment in facts.by_downtime)
    header = ("Flow", "Down per year", *(("Range, as assumed",) if between else ()), "Goes down with")
    rows = [_flow_row(facts, assessment, between) for assessment in facts.by_downtime]
    ranges = "Each range is the downtime if assumed elements fail a third as often, and three times as often."
    notes = join_lines([ranges if between else "", *(" | ".join(row) for row in rows), assumed_note(facts)])
    entries = _explained(facts, ranges if between else "")
    yield story_table(claims.downtime(facts), header, few_rows(rows, "flow"), notes, entries=entries)


def _explained(facts: SystemFacts, ranges: str) -> Iterator[Paragraph]:
    """Yield where the downtime comes from, how it is computed, and what its range is."""
    for assessment in facts.by_downtime[:_FEW]:
        if assessment.possible and (parts := format_parts(assessment)):
            yield Paragraph(f"{parts} per year.", f"{facts.topology.flow_titles[assessment.flow]}:")
    if ranges:
        yield Paragraph(ranges, "Range:")


def _flow_row(facts: SystemFacts, assessment: FlowAssessment, between: bool) -> tuple[str, ...]:
    flow = assessment.flow
    breaking = facts.losses_of(flow) or tuple(zone for zone, flows in facts.enclosing if flow in flows)
    numbers = (format_downtime(assessment), *((format_range(assessment),) if between else ()))
    return facts.topology.flow_titles[flow], *numbers, facts.names(breaking, 2, "or") or "no single failure"


def losses_slide(facts: SystemFacts) -> Iterator[Slide]:
    """Yield the elements whose loss takes flows down, and pairs of them where there are few."""
    losses = [*facts.losses, *facts.enclosing]
    rows = [
        (facts.call(element), f"{_kind(facts, element)}{around}", facts.some_flows(flows, NAMED - 1))
        for around, own in (("", facts.losses), (", which holds everything", facts.enclosing))
        for element, flows in own
    ]
    notes = [f"{facts.call(element)}: {listed(flows)}" for element, flows in losses]
    if len(losses) < _FEW:
        rows += [
            (facts.names(pair, 2), "both at once", facts.some_flows(flows, NAMED - 1)) for pair, flows in facts.pairs
        ]
    if rows:
        header = ("If this fails", "It is", "These go down")
        yield story_table(
            claims.losses(facts), header, few_rows(rows, "element"), join_lines(notes), entries=_fixes(facts)
        )
    else:
        words = "Each host, zone and replica was taken away alone; every flow still worked."
        yield TextSlide(claims.losses(facts), (Paragraph(words),), join_lines(notes))


def _fixes(facts: SystemFacts) -> Iterator[Paragraph]:
    """Yield how the worst findings on reliability are fixed."""
    groups = [group for group in facts.worst_groups if group.first.category == "reliability"]
    for group in groups[:_FIXED]:
        yield Paragraph(plain_fix(group.fix), f"Fix {group.number}:")


def _kind(facts: SystemFacts, element: Subject) -> str:
    topology = facts.topology
    if element.kind == "host":
        carried = tuple(dict.fromkeys(replica.component for replica in topology.replicas_on[element.id]))
        on_it = (*carried, *topology.guests_of(element.id))
        return f"a host with {listed(first_few(on_it, NAMED))}" if on_it else "a host"
    if element.kind == "zone":
        kind = zone_words(topology.zones[element.id].kind)
        return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    component = topology.components[topology.replicas[element.id].component]
    return "a managed service" if component.managed else f"a replica of {component.title}"
