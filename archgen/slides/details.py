"""The slides of one system in full: its deployment, every flow in time, reliability, assumptions, issues and changes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from math import ceil

from archgen.analysis.assessment import assess
from archgen.layout.placed import Placed
from archgen.linting.finding_groups import FindingGroup
from archgen.model.finding import Finding
from archgen.model.percentages import format_availability
from archgen.model.wording import first_few, listed, plural
from archgen.report.common.assessment import AssumptionGroup, all_assumptions, format_downtime
from archgen.slides.layout.tables import fits_whole, lay_out
from archgen.slides.paging import numbered_title, paragraph_slides, truncate_text
from archgen.slides.section import ChangeSummary, DeckSection
from archgen.slides.sequence_paging import growing, split_sequence
from archgen.slides.values import (
    AREA,
    PROSE,
    DiagramSlide,
    FlowSlide,
    MakeSlides,
    Paragraph,
    Slide,
    TableSlide,
    TextSlide,
)
from archgen.views.diagram import Badge, Sequence

_MOST = 6
"""Names that a line lists before it counts the rest."""

_ROWS = 6
"""Rows of a table on one slide."""

_SAID = 4
"""Lines of an issue on a slide; its notes have the full text."""

_ASSUMED = ("Assumed", "Elements", "Source")


def _few(names: tuple[str, ...]) -> str:
    return listed(first_few(names, _MOST))


def flow_slides(section: DeckSection, steps: bool) -> Iterator[tuple[str, MakeSlides]]:
    """Yield every flow in time with its title; with `steps` a flow is built up, on a slide for each step."""
    name = section.model.architecture.name
    for sequence in section.flows:
        yield sequence.title, partial(_steps if steps else _flow, section, sequence, f"{name}: {sequence.title}")


def detail_slides(section: DeckSection, steps: bool) -> Iterator[tuple[str, MakeSlides]]:
    """Yield the parts of a system in full with their titles."""
    name = section.model.architecture.name
    yield f"{name}: deployment", partial(_deployment, section)
    yield from flow_slides(section, steps)
    yield f"{name}: reliability", partial(_reliability, section)
    yield f"{name}: issues", partial(_issues, section)
    if section.change is not None:
        yield f"{name}: changes", partial(_change, section.change, name)


def _change(change: ChangeSummary, name: str) -> Iterator[Slide]:
    lines = (
        ("Added:", change.added),
        ("Resolved:", change.closed),
        ("Still open:", change.left),
        ("New:", change.introduced),
    )
    entries = [Paragraph(_few(names), word) for word, names in lines if names]
    entries += [Paragraph(verdict) for verdict in change.verdicts]
    if entries:
        yield from paragraph_slides(f"{name}: changes", tuple(entries), f"What changed since {change.follows}.")


def _deployment(section: DeckSection) -> Iterator[Slide]:
    name = section.model.architecture.name
    for place, placed in enumerate(section.deployment):
        title = placed.diagram.title.removeprefix(f"{name}: ") if place else "deployment"
        notes = placed.diagram.alt if place else deployment_notes(section, placed)
        yield DiagramSlide(f"{name}: {title}", placed, notes)


def deployment_notes(section: DeckSection, placed: Placed) -> str:
    """Return the purpose of a system and its components, and its open findings."""
    lines = [section.model.architecture.summary or "", placed.diagram.alt]
    lines += [
        f"{component.title}: {component.why}"
        for component in section.model.topology.components.values()
        if component.why
    ]
    lines += [issue_note(number, finding) for number, finding in section.model.open]
    return "\n".join(line for line in lines if line)


def issue_note(number: int, finding: Finding) -> str:
    """Return a finding with its number and proof."""
    return f"Finding {number} ({finding.severity}, {finding.rule}): {finding.message}.{_proof(finding)}"


def _proof(finding: Finding) -> str:
    if finding.proof is None:
        return ""
    killed = _few(tuple(element.id for element in finding.proof.kill))
    state = f"with {killed} down" if killed else "with every element up"
    path = f", after the path {' → '.join(finding.proof.path)}{finding.proof.condition}" if finding.proof.path else ""
    return f" Proof: {state}, step {finding.proof.step} fails{path}."


def _flow(section: DeckSection, sequence: Sequence, title: str) -> Iterator[Slide]:
    parts = split_sequence(sequence)
    notes = _flow_notes(section, sequence)
    for at, placed in enumerate(parts, 1):
        yield FlowSlide(numbered_title(title, at, len(parts)), placed, notes)


def _steps(section: DeckSection, sequence: Sequence, title: str) -> Iterator[Slide]:
    notes = _flow_notes(section, sequence)
    done = 0
    for sheet in split_sequence(sequence):
        for shown in growing(sheet):
            done += 1
            yield FlowSlide(f"{title} ({done} of {len(sequence.items)})", shown, notes)


def _flow_notes(section: DeckSection, sequence: Sequence) -> str:
    breaking = tuple(cause.element.id for cause in section.model.topology.losses.causes[sequence.id])
    fatal = f"Single points of failure: {_few(breaking)}." if breaking else "No single point of failure."
    issues = [issue_note(number, finding) for number, finding in section.model.open if sequence.id in finding.flows]
    return "\n".join([sequence.alt, fatal, *issues])


# Reliability and issues


def _reliability(section: DeckSection) -> Iterator[Slide]:
    rows = []
    assessed = assess(section.model.topology, 1)
    for assessment in assessed:
        breaking = tuple(each.element.id for each in section.model.topology.losses.causes[assessment.flow])
        title = section.model.topology.flow_titles[assessment.flow]
        rows.append(
            (
                title,
                format_availability(assessment.result.availability),
                format_downtime(assessment),
                _few(breaking) or "none",
            )
        )
    header = ("Flow", "Availability", "Downtime per year", "SPOFs")
    name = section.model.architecture.name
    assumed = all_assumptions(assessed)
    notes = "\n".join(
        [
            f"{name} declares every availability."
            if not assumed
            else "The model doesn't declare these availabilities, so they are assumed:",
            *(f"{group.value} for {listed(group.ids)}: {group.source}" for group in assumed),
        ]
    )
    yield from _tables(f"{name}: reliability", header, tuple(rows), notes)
    yield from _assumed(section, assumed, notes)


def _assumed(section: DeckSection, assumed: tuple[AssumptionGroup, ...], notes: str) -> Iterator[Slide]:
    """Yield tables of what is assumed; the notes name every element."""
    name, replicas = section.model.architecture.name, section.model.topology.replicas
    rows = []
    for group in assumed:
        those = dict.fromkeys(replicas[element].component if element in replicas else element for element in group.ids)
        rows.append((group.value, _few(tuple(those)), group.source))
    yield from _tables(f"{name}: assumptions", _ASSUMED, tuple(rows), notes)


def _tables(title: str, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], notes: str) -> Iterator[Slide]:
    """Yield tables of about as many rows, as few as show all words, in one size."""
    sheets = [rows] if rows else []
    for count in range(max(ceil(len(rows) / _ROWS), 1), len(rows) + 1):
        cuts = [len(rows) * at // count for at in range(count + 1)]
        sheets = [rows[start:end] for start, end in pairwise(cuts)]
        if all(len(sheet) == 1 or fits_whole((header, *sheet), *AREA[2:]) for sheet in sheets):
            break
    size = min((lay_out((header, *sheet), *AREA[2:]).size for sheet in sheets), default=PROSE)
    for at, sheet in enumerate(sheets, 1):
        yield TableSlide(numbered_title(title, at, len(sheets)), header, sheet, notes, size)


def _issue(group: FindingGroup) -> Paragraph:
    finding, others = group.first, len(group.subjects) - 1
    more = f", and {others} more" if others else ""
    badge = Badge(group.number, finding.severity, finding.message)
    return Paragraph(f"{truncate_text(finding.message, _SAID)}{more}", badge=badge)


def _issues(section: DeckSection) -> Iterator[TextSlide]:
    groups = section.model.open_groups
    entries = tuple(map(_issue, groups))
    notes: list[str] = []
    for group in groups:
        notes += [issue_note(group.number, finding) for finding in group.findings]
        notes.append(f"Fix: {group.fix}")
        if group.first.rule in section.whys:
            notes.append(f"Why it matters: {section.whys[group.first.rule]}")
    if entries:
        yield from paragraph_slides(f"{section.model.architecture.name}: issues", entries, "\n".join(notes))
    else:
        accepted = len(section.model.groups)
        none = f"{plural(accepted, 'finding')} accepted in the model." if accepted else "No rule reports anything."
        yield from paragraph_slides(
            f"{section.model.architecture.name}: issues", (Paragraph("No open findings."),), none
        )
