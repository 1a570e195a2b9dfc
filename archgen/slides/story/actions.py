"""The recommendation of a story, with its cost in parts and the hours that it saves, and the next steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.improve.recommendation import Recommendation
from archgen.linting.finding_groups import FindingGroup
from archgen.model.durations import format_duration
from archgen.model.wording import listed, plural
from archgen.slides import claims
from archgen.slides.facts import SystemFacts, capital, plain_fix
from archgen.slides.paging import fitting
from archgen.slides.section import DeckSection
from archgen.slides.story.findings import MORE
from archgen.slides.story.texts import (
    assumed_count,
    assumed_note,
    counted,
    join_lines,
    story_table,
)
from archgen.slides.values import FAILED, Paragraph, Slide, failed_slide

_LEFT = 2
"""Single points of failure that a slide without a change to recommend names."""

_NAMED = 4
"""Single points of failure that are named below a short table."""

_FIXES = 2
"""Findings whose fixes are next steps."""


def recommendation_slide(section: DeckSection, facts: SystemFacts) -> Iterator[Slide]:
    """Yield the changes to recommend, or what no change removes."""
    advice = section.recommendation
    if advice is None:
        yield failed_slide(f"{facts.name}: recommendation", FAILED)
        return
    title = claims.recommendation(facts, advice)
    if advice.changes:
        header = ("Change", "Cost in parts", "Saves per year")
        rows, after = _rows(facts, advice), _after(facts, advice)
        yield story_table(title, header, rows, _notes(facts, advice), total=len(advice.changes) > 1, entries=after)
        return
    steps = tuple(_steps(section, facts))
    notes = join_lines([*(f"{step.strong} {step.text}" for step in steps), assumed_note(facts)])
    yield fitting(title, [*_left(facts), *steps], notes, MORE)


def _left(facts: SystemFacts) -> Iterator[Paragraph]:
    """Yield the single points of failure that no change removes."""
    left = [*facts.losses, *facts.enclosing]
    for element, flows in left[:_LEFT]:
        yield Paragraph(f"{facts.call(element)} takes down {facts.some_flows(flows, 2)}.", "Stays:")
    if len(left) > _LEFT:
        yield Paragraph(f"{plural(len(left) - _LEFT, 'more single point')} of failure.", "Stay:")
    if not left:
        yield _nothing(facts)


def _rows(facts: SystemFacts, advice: Recommendation) -> tuple[tuple[str, ...], ...]:
    rows = [(capital(plain_fix(change.words)), change.parts, _saves(facts, change.hours)) for change in advice.changes]
    return (*rows, ("All of them", advice.parts, _saves(facts, advice.saved))) if len(rows) > 1 else tuple(rows)


def _after(facts: SystemFacts, advice: Recommendation) -> Iterator[Paragraph]:
    """Yield what is left once all changes are made."""
    left = facts.names(advice.left, _NAMED)
    yield Paragraph(f"{left}." if left else "none.", "Single points of failure after it:")
    if assumed := assumed_count(facts):
        words = counted(assumed, "availability", "availabilities")
        yield Paragraph(f"The hours rest on {words} that the model doesn't declare.", "Assumed:")


def _notes(facts: SystemFacts, advice: Recommendation) -> str:
    left = facts.names(advice.left, len(advice.left))
    return join_lines(
        [
            *(f"{change.words}: saves {_all_saved(facts, change.hours)} per year" for change in advice.changes),
            f"Single points of failure after it: {left}." if left else "No single point of failure is left after it.",
            assumed_note(facts),
        ]
    )


def _nothing(facts: SystemFacts) -> Paragraph:
    if not facts.flows:
        return Paragraph("Flows say which requests matter; with them archgen finds what takes them down.")
    return Paragraph("Every flow works after the loss of any one element.")


def _saves(facts: SystemFacts, saved: Sequence[tuple[str, float]]) -> str:
    """Return the hours of the flow that gains most, and which flows gain."""
    gains = [(flow, gained) for flow, gained in saved if gained > 0]
    if not gains:
        return "not computed"
    most = format_duration(max(gained for _, gained in gains))
    if len(facts.flows) == 1:
        return most
    flows = facts.some_flows([flow for flow, _ in gains])
    return f"{most} for {flows}" if len(gains) == 1 else f"up to {most} for {flows}"


def _all_saved(facts: SystemFacts, saved: Sequence[tuple[str, float]]) -> str:
    return listed([f"{format_duration(gained)} for {facts.title(flow)}" for flow, gained in saved])


def next_step_slide(section: DeckSection, facts: SystemFacts) -> Iterator[Slide]:
    """Yield the steps to take next, the first in the title."""
    steps = tuple(_steps(section, facts))
    notes = join_lines([*(f"{step.strong} {step.text}" for step in steps), assumed_note(facts)])
    yield fitting(claims.next_steps(facts, section.recommendation), steps, notes, MORE)


def _steps(section: DeckSection, facts: SystemFacts) -> Iterator[Paragraph]:
    advice = section.recommendation
    decisions = tuple(_decisions(advice))
    leads = facts.leading_change(advice) is not None
    yield from decisions if leads else ()
    for group in _to_fix(facts, leads)[:_FIXES]:
        # the finding itself is slides away
        about = section.rules.get(group.first.rule, group.first.rule)
        yield Paragraph(plain_fix(group.fix), f"Fix {group.number} ({about}):")
    yield from () if leads else decisions
    if facts.impossible:
        yield Paragraph(f"The steps of {listed([facts.title(flow.id) for flow in facts.impossible])}.", "Correct:")
    if assumed := assumed_count(facts):
        words = counted(assumed, "availability is", "availabilities are")
        yield Paragraph(f"{words} assumed; your own numbers narrow the range.", "Measure:")
    if not facts.flows:
        yield Paragraph("Declare the flows that matter, each from its client to its stores.", "Describe:")
    yield Paragraph("Run archgen lint on every change, so that nothing on these slides comes back.", "Keep:")


def _decisions(advice: Recommendation | None) -> Iterator[Paragraph]:
    """Yield the recommended changes as a decision."""
    if advice is not None and advice.changes:
        others = len(advice.changes) - 1
        more = f"; then {plural(others, 'more change')} from the previous slide" if others else ""
        yield Paragraph(f"{capital(plain_fix(advice.changes[0].words))}{more}.", "Decide:")


def _to_fix(facts: SystemFacts, advised: bool) -> tuple[FindingGroup, ...]:
    """Return the errors to fix, else warnings; those of reliability last if changes against them are advised."""
    groups = [group for group in facts.worst_groups if group.first.severity != "info"]
    late = [group for group in groups if advised and group.first.category == "reliability"]
    ranked = [group for group in groups if group not in late]
    errors = [group for group in ranked if group.first.severity == "error"]
    return tuple(errors or ranked or late)
