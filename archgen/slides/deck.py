"""The deck of some systems: for each a story to present, and on demand every detail and an explanation of terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from math import ceil, inf

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.assessment import FlowAssessment
from archgen.compare.flows import access
from archgen.model.finding import SEVERITIES
from archgen.model.wording import first_few, listed, plural
from archgen.report.common.assessment import format_downtime
from archgen.slides.appendix import appendix
from archgen.slides.details import detail_slides, flow_slides
from archgen.slides.facts import SystemFacts, count_text
from archgen.slides.layout.comparison_chart import DowntimeBar, SystemColumn
from archgen.slides.paging import numbered_title
from archgen.slides.section import DeckSection
from archgen.slides.story import LEAST, closing, spare, story
from archgen.slides.values import FAILED, ComparisonSlide, Deck, MakeSlides, Slide, TitleSlide, failed_slide
from archgen.system.internal_errors import EXPOSED, Isolation

_MOST = 6
"""Names that a line lists before it counts the rest."""

_SYSTEMS = 5
"""Systems side by side on one slide."""


class DeckOptions(Struct, frozen=True):
    """The slides of a deck beside its stories: `full` details, the `glossary`, and flows built up in `steps`."""

    full: bool = False
    glossary: bool = False
    steps: bool = False


STORY = DeckOptions()
"""A deck to present: nothing but the story of each system."""


def build_deck(
    sections: tuple[DeckSection, ...], title: str, options: DeckOptions = STORY, isolation: Isolation = EXPOSED
) -> Deck:
    """Return the deck; parts that fail under `isolation` are replaced by a slide that says so."""
    facts = tuple(SystemFacts(section.model) for section in sections)
    systems = tuple(_system_or_name(each, isolation) for each in facts)
    summaries = "\n".join(system.summary for system in systems)
    slides: list[Slide] = [TitleSlide(title, _subtitle(sections), summaries)]
    if any(section.change is not None for section in sections):
        slides += _part("Evolution", "", partial(_comparison, systems, summaries), isolation)
    for section, each, system in zip(sections, facts, systems, strict=True):
        if len(sections) > 1:
            slides.append(TitleSlide(system.name, section.model.architecture.summary or "", system.summary))
        slides += _system_slides(section, each, options, isolation)
    if options.glossary:
        slides += _part("Explanations", "", partial(appendix, sections), isolation)
    return Deck(title, tuple(_distinct(slides)))


def _system_slides(
    section: DeckSection, facts: SystemFacts, options: DeckOptions, isolation: Isolation
) -> Iterator[Slide]:
    """Yield the story of a system, completed if it is short, then its details."""
    name, file = facts.name, section.model.architecture.file
    slides: list[Slide] = []
    for part, make in story(section, facts):
        slides += _part(f"{name}: {part}", file, make, isolation)
    slides += (failed_slide(f"{name}: {missing}", FAILED) for missing in section.failed)
    extra: list[Slide] = []
    for part, make in spare(facts):
        if 1 + len(slides) + len(extra) < LEAST:
            extra += _part(f"{name}: {part}", file, make, isolation)
    close = closing(section)
    yield from (*slides[:-close], *extra, *slides[-close:])
    details = detail_slides(section, options.steps) if options.full else ()
    for title, make in details or (flow_slides(section, steps=True) if options.steps else ()):
        yield from _part(title, file, make, isolation)


def _distinct(slides: Iterable[Slide]) -> Iterator[Slide]:
    """Yield slides of which no two have one title, since a screen reader tells them apart by it."""
    taken: dict[str, int] = {}
    for slide in slides:
        count = taken[slide.title] = taken.get(slide.title, 0) + 1
        yield slide if count == 1 else replace(slide, title=f"{slide.title} ({count})")


def _part(title: str, file: str, make: MakeSlides, isolation: Isolation) -> tuple[Slide, ...]:
    """Return the slides of a part, or a placeholder if archgen can't make them."""
    slides = isolation.attempt(lambda: tuple(make()), file, f"slide {title}")
    return slides if slides is not None else (failed_slide(title, isolation.errors[-1].words),)


def _system_or_name(facts: SystemFacts, isolation: Isolation) -> SystemColumn:
    system = isolation.attempt(partial(_system, facts), facts.model.architecture.file, "the comparison")
    return system or SystemColumn(facts.name, "", (), (), facts.name)


def _subtitle(sections: tuple[DeckSection, ...]) -> str:
    names = tuple(section.model.architecture.name for section in sections)
    if len(sections) == 1:
        return sections[0].model.architecture.summary or ""
    return f"{plural(len(names), 'system')}: {listed(first_few(names, _MOST))}"


# Comparison


def _comparison(systems: tuple[SystemColumn, ...], notes: str) -> Iterator[Slide]:
    """Yield slides that compare the downtime and the size of the systems, about as many on each."""
    count = ceil(len(systems) / _SYSTEMS)
    most = max((bar.hours for system in systems for bar in system.bars if bar.hours < inf), default=1.0)
    for at in range(count):
        shown = systems[len(systems) * at // count : len(systems) * (at + 1) // count]
        title = numbered_title("Evolution", at + 1, count)
        yield ComparisonSlide(title, "Downtime per year, worst", most, shown, notes)


def _system(facts: SystemFacts) -> SystemColumn:
    topology = facts.topology
    counts = tuple((severity, facts.count(severity)) for severity in SEVERITIES if facts.count(severity))
    size = f"{plural(len(topology.hosts), 'host')}, {plural(len(topology.components), 'component')}"
    sentences, bars = [f"{facts.name}: {size}, {count_text(facts.severities)}."], []
    for series, label, assessment in _worst(facts):
        bar = DowntimeBar(label, _hours(assessment), format_downtime(assessment), series)
        bars.append(bar)
        sentences.append(f"Worst {label}: {topology.flow_titles[assessment.flow]}, {bar.description}.")
    return SystemColumn(facts.name, size, counts, tuple(bars), " ".join(sentences))


def _worst(facts: SystemFacts) -> Iterator[tuple[int, str, FlowAssessment]]:
    """Yield the read flow and the write flow with the most downtime."""
    for series, (label, reading) in enumerate((("read flow", True), ("write flow", False))):
        flows = [flow for flow in facts.assessed.values() if (access(facts.topology, flow.flow) == "read") == reading]
        if flows:
            yield series, label, max(flows, key=_hours)


def _hours(flow: FlowAssessment) -> float:
    return flow.result.downtime if flow.possible else inf
