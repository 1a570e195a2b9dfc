"""The deck of some systems: an overview, diagrams, flows, reliability, issues and explanations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import ceil, inf

from archgen.analysis.assessment import FlowAssessment, assess
from archgen.analysis.topology import Topology
from archgen.compare.flows import access
from archgen.layout.placed import Placed
from archgen.linting.finding_groups import FindingGroup
from archgen.model.finding import SEVERITIES, Finding, Severity
from archgen.model.percentages import format_availability
from archgen.model.wording import first_few, listed, plural
from archgen.report.common.assessment import all_assumptions, format_duration
from archgen.slides.appendix import appendix
from archgen.slides.layout.comparison_chart import DowntimeBar, SystemColumn
from archgen.slides.paging import growing, pages, split_sequence, truncate_text
from archgen.slides.section import ChangeSummary, DeckSection
from archgen.slides.values import (
    ComparisonSlide,
    Deck,
    DiagramSlide,
    FlowSlide,
    Paragraph,
    Slide,
    TableSlide,
    TextSlide,
    TitleSlide,
    failed_slide,
)
from archgen.system.internal_errors import EXPOSED, Isolation
from archgen.views.diagram import Badge, Sequence

_MOST = 6
"""Names that a line lists before it counts the rest."""

_ROWS, _SYSTEMS = 6, 5
"""Rows of a table, and systems side by side, on one slide."""

_SAID = 4
"""Lines of an issue on a slide; its notes have the full text."""

_ASSUMED = ("Availability", "Elements", "Source")


Make = Callable[[], Iterable[Slide]]


def build_deck(
    sections: tuple[DeckSection, ...], title: str, steps: bool = False, isolation: Isolation = EXPOSED
) -> Deck:
    """Return the deck; with `steps` a flow is built up step by step, on a slide each.

    Parts that fail under `isolation` are replaced by a slide that says so.
    """
    systems = tuple(_system_or_name(section, isolation) for section in sections)
    summaries = "\n".join(system.summary for system in systems)
    slides: list[Slide] = [TitleSlide(title, _subtitle(sections), summaries)]
    if len(sections) > 1:
        slides += _part("Evolution", "", partial(_comparison, systems, summaries), isolation)
    for section, system in zip(sections, systems, strict=True):
        if len(sections) > 1:
            slides.append(TitleSlide(system.name, section.model.architecture.summary or "", system.summary))
        for name, make in _section(section, opened=len(sections) > 1, steps=steps):
            slides += _part(name, section.model.architecture.file, make, isolation)
    slides += _part("Explanations", "", partial(appendix, sections), isolation)
    return Deck(title, tuple(slides))


def _part(title: str, file: str, make: Make, isolation: Isolation) -> tuple[Slide, ...]:
    """Return the slides of a part, or a placeholder if archgen can't make them."""
    slides = isolation.attempt(lambda: tuple(make()), file, f"slide {title}")
    return slides if slides is not None else (failed_slide(title, isolation.errors[-1].words),)


def _system_or_name(section: DeckSection, isolation: Isolation) -> SystemColumn:
    architecture = section.model.architecture
    system = isolation.attempt(partial(_system, section), architecture.file, "the comparison")
    return system or SystemColumn(architecture.name, "", (), (), architecture.name)


def _subtitle(sections: tuple[DeckSection, ...]) -> str:
    names = tuple(section.model.architecture.name for section in sections)
    if len(sections) == 1:
        return sections[0].model.architecture.summary or ""
    return f"{plural(len(names), 'system')}: {_few(names)}"


def _few(names: tuple[str, ...]) -> str:
    return listed(first_few(names, _MOST))


# Comparison


def _comparison(systems: tuple[SystemColumn, ...], notes: str) -> Iterator[Slide]:
    """Yield slides that compare the downtime and the size of the systems, about as many on each."""
    count = ceil(len(systems) / _SYSTEMS)
    most = max((bar.hours for system in systems for bar in system.bars if bar.hours < inf), default=1.0)
    for at in range(count):
        shown = systems[len(systems) * at // count : len(systems) * (at + 1) // count]
        yield ComparisonSlide(_numbered("Evolution", at + 1, count), "Downtime per year, worst", most, shown, notes)


def _system(section: DeckSection) -> SystemColumn:
    topology = section.model.topology
    name = topology.architecture.name
    severities = [group.first.severity for group in section.model.open_groups]
    counts = tuple((severity, severities.count(severity)) for severity in SEVERITIES if severity in severities)
    size = f"{plural(len(topology.hosts), 'host')}, {plural(len(topology.components), 'component')}"
    sentences, bars = [f"{name}: {size}, {_count_text(severities)}."], []
    for series, label, assessment in _worst(topology):
        bar = DowntimeBar(label, _hours(assessment), _downtime(assessment), series)
        bars.append(bar)
        sentences.append(f"Worst {label}: {topology.flows[assessment.flow].title}, {bar.description}.")
    return SystemColumn(name, size, counts, tuple(bars), " ".join(sentences))


def _worst(topology: Topology) -> Iterator[tuple[int, str, FlowAssessment]]:
    """Yield the read flow and the write flow with the most downtime."""
    assessed = assess(topology, 1)
    for series, (label, reading) in enumerate((("read flow", True), ("write flow", False))):
        flows = [flow for flow in assessed if (access(topology, flow.flow) == "read") == reading]
        if flows:
            yield series, label, max(flows, key=_hours)


def _hours(flow: FlowAssessment) -> float:
    return flow.result.downtime if flow.possible else inf


def _downtime(flow: FlowAssessment) -> str:
    return format_duration(flow.result.downtime) if flow.possible else "always"


def _count_text(severities: list[Severity]) -> str:
    counts = tuple(
        plural(severities.count(severity), severity)
        for severity in SEVERITIES
        if severity in severities and severity != "info"
    )
    infos = (f"{severities.count('info')} info",) if "info" in severities else ()
    return listed((*counts, *infos)) or "no findings"


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
        yield from pages(f"{name}: changes", tuple(entries), f"What changed since {change.follows}.")


# A system


def _section(section: DeckSection, opened: bool, steps: bool) -> Iterator[tuple[str, Make]]:
    """Yield the parts of a section with their titles."""
    name = section.model.architecture.name
    yield f"{name}: deployment", partial(_deployment, section)
    for sequence in section.flows:
        title = f"{name}: {sequence.title}" if opened else sequence.title
        yield title, partial(_steps if steps else _flow, section, sequence, title)
    for missing in section.failed:
        title = f"{name}: {missing}" if opened or missing == "deployment" else missing
        yield title, partial(_missing, title)
    yield f"{name}: reliability", partial(_reliability, section)
    yield f"{name}: issues", partial(_issues, section)
    if section.change is not None:
        yield f"{name}: changes", partial(_change, section.change, name)


def _missing(title: str) -> tuple[Slide, ...]:
    return (failed_slide(title, "archgen failed here; see its messages."),)


def _deployment(section: DeckSection) -> Iterator[Slide]:
    name = section.model.architecture.name
    if section.placed is None:
        return
    notes = _deployment_notes(section, section.placed)
    if section.overview is not None:
        yield DiagramSlide(f"{name}: overview", section.overview, notes)
    yield DiagramSlide(f"{name}: deployment", section.placed, notes)
    for part in section.parts:
        title = part.diagram.title.removeprefix(f"{name}: ")
        yield DiagramSlide(f"{name}: {title}", part, part.diagram.alt)


def _deployment_notes(section: DeckSection, placed: Placed) -> str:
    lines = [section.model.architecture.summary or "", placed.diagram.alt]
    lines += [
        f"{component.title}: {component.why}"
        for component in section.model.topology.components.values()
        if component.why
    ]
    lines += [_issue_note(number, finding) for number, finding in section.model.open]
    return "\n".join(line for line in lines if line)


def _issue_note(number: int, finding: Finding) -> str:
    return f"Finding {number} ({finding.severity}, {finding.rule}): {finding.message}.{_proof(finding)}"


def _proof(finding: Finding) -> str:
    if finding.proof is None:
        return ""
    killed = _few(tuple(element.id for element in finding.proof.kill))
    state = f"with {killed} down" if killed else "with every element up"
    path = f", after the path {' → '.join(finding.proof.path)}" if finding.proof.path else ""
    return f" Proof: {state}, step {finding.proof.step} fails{path}."


def _flow(section: DeckSection, sequence: Sequence, title: str) -> Iterator[Slide]:
    parts = split_sequence(sequence)
    notes = _flow_notes(section, sequence)
    for at, placed in enumerate(parts, 1):
        part = "" if len(parts) == 1 else f" ({at} of {len(parts)})"
        yield FlowSlide(f"{title}{part}", placed, notes)


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
    issues = [_issue_note(number, finding) for number, finding in section.model.open if sequence.id in finding.flows]
    return "\n".join([sequence.alt, fatal, *issues])


# Reliability and issues


def _reliability(section: DeckSection) -> Iterator[Slide]:
    rows = []
    assessed = assess(section.model.topology, 1)
    for assessment in assessed:
        breaking = tuple(each.element.id for each in section.model.topology.losses.causes[assessment.flow])
        title = section.model.topology.flows[assessment.flow].title
        rows.append(
            (
                title,
                format_availability(assessment.result.availability),
                _downtime(assessment),
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
            *(f"{format_availability(number)} for {listed(ids)}: {source}" for number, source, ids in assumed),
        ]
    )
    yield from _tables(f"{name}: reliability", header, tuple(rows), notes)
    yield from _assumed(section, assumed, notes)


def _assumed(
    section: DeckSection, assumed: tuple[tuple[float, str, tuple[str, ...]], ...], notes: str
) -> Iterator[Slide]:
    """Yield tables of assumed availabilities; the notes name every element."""
    name, replicas = section.model.architecture.name, section.model.topology.replicas
    rows = []
    for number, source, ids in assumed:
        those = dict.fromkeys(replicas[element].component if element in replicas else element for element in ids)
        rows.append((format_availability(number), _few(tuple(those)), source))
    yield from _tables(f"{name}: assumptions", _ASSUMED, tuple(rows), notes)


def _tables(title: str, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], notes: str) -> Iterator[Slide]:
    count = ceil(len(rows) / _ROWS)
    for at in range(count):
        yield TableSlide(_numbered(title, at + 1, count), header, rows[at * _ROWS : (at + 1) * _ROWS], notes)


def _numbered(title: str, at: int, count: int) -> str:
    return title if count == 1 else f"{title} ({at} of {count})"


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
        notes += [_issue_note(group.number, finding) for finding in group.findings]
        notes.append(f"Fix: {group.fix}")
        if group.first.rule in section.whys:
            notes.append(f"Why it matters: {section.whys[group.first.rule]}")
    if entries:
        yield from pages(f"{section.model.architecture.name}: issues", entries, "\n".join(notes))
    else:
        accepted = len(section.model.groups)
        none = f"{plural(accepted, 'finding')} accepted in the model." if accepted else "No rule reports anything."
        yield from pages(f"{section.model.architecture.name}: issues", (Paragraph("No open findings."),), none)
