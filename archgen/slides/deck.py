"""The deck of some models: what they are, where everything runs, what is said, what is wrong, and what it all means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import ceil, inf

from archgen.analysis.assessment import FlowAssessment, assess
from archgen.analysis.topology import Topology
from archgen.compare.flows import access
from archgen.layout.placed import Placed
from archgen.model.finding import SEVERITIES, Finding, Severity
from archgen.model.wording import listed, plural
from archgen.report.common.assessment import lasting, percent, resting
from archgen.slides.appendix import appendix
from archgen.slides.chapter import Bought, Chapter
from archgen.slides.layout.comparison_chart import Bar, Rung
from archgen.slides.paging import growing, pages, sheets, shortened
from archgen.slides.values import Deck, Entry, Flow, Ladder, Opening, Picture, Prose, Slide, Table, failed_slide
from archgen.system.internal_errors import EXPOSED, Isolation
from archgen.views.diagram import Badge, Sequence

_MOST = 6
"""Names that a line lists before it counts the rest."""

_ROWS, _RUNGS = 6, 5
"""Rows of a table on one slide, and architectures beside each other."""

_SAID = 4
"""Lines of an issue on a slide; its notes have the whole."""

_ASSUMED = ("Assumed", "Of", "Source")


Make = Callable[[], Iterable[Slide]]


def deck(chapters: tuple[Chapter, ...], title: str, steps: bool = False, isolation: Isolation = EXPOSED) -> Deck:
    """The deck; with `steps` a flow is built up on one slide a step.

    In the place of what `isolation` keeps from failing stands a slide that says so.
    """
    rungs = tuple(_rung_or_name(chapter, isolation) for chapter in chapters)
    told = "\n".join(one.told for one in rungs)
    slides: list[Slide] = [Opening(title, _subtitle(chapters), told)]
    if len(chapters) > 1:
        slides += _made("The ladder", "", partial(_ladder, rungs, told), isolation)
    for chapter, rung in zip(chapters, rungs, strict=True):
        if len(chapters) > 1:
            slides.append(Opening(rung.name, chapter.model.architecture.summary or "", rung.told))
        for name, make in _chapter(chapter, opened=len(chapters) > 1, steps=steps):
            slides += _made(name, chapter.model.architecture.file, make, isolation)
    slides += _made("Explanations", "", partial(appendix, chapters), isolation)
    return Deck(title, tuple(slides))


def _made(title: str, file: str, make: Make, isolation: Isolation) -> tuple[Slide, ...]:
    """The slides of a part, or one that says that they could not be made."""
    slides = isolation.attempt(lambda: tuple(make()), file, f"slide {title}")
    return slides if slides is not None else (failed_slide(title, isolation.errors[-1].words),)


def _rung_or_name(chapter: Chapter, isolation: Isolation) -> Rung:
    architecture = chapter.model.architecture
    rung = isolation.attempt(partial(_rung, chapter), architecture.file, "the ladder")
    return rung or Rung(architecture.name, "", (), (), architecture.name)


def _subtitle(chapters: tuple[Chapter, ...]) -> str:
    names = tuple(one.model.architecture.name for one in chapters)
    if len(chapters) == 1:
        return chapters[0].model.architecture.summary or ""
    return f"{plural(len(names), 'architecture')}: {_few(names)}"


def _few(names: tuple[str, ...], last: str = "and") -> str:
    return listed(names, last) if len(names) <= _MOST else listed((*names[:_MOST], f"{len(names) - _MOST} more"), last)


# The ladder


def _ladder(rungs: tuple[Rung, ...], notes: str) -> Iterator[Slide]:
    """How long each architecture is down and how large it is, on slides of about equally many."""
    count = ceil(len(rungs) / _RUNGS)
    most = max((bar.hours for one in rungs for bar in one.bars if bar.hours < inf), default=1.0)
    for at in range(count):
        shown = rungs[len(rungs) * at // count : len(rungs) * (at + 1) // count]
        yield Ladder(_numbered("The ladder", at + 1, count), "Down a year, the worst flow that", most, shown, notes)


def _rung(chapter: Chapter) -> Rung:
    topology = chapter.model.topology
    name = topology.architecture.name
    known = [one.severity for one in chapter.model.findings if one.accepted is None]
    counts = tuple((one, known.count(one)) for one in SEVERITIES if one in known)
    size = f"{plural(len(topology.hosts), 'host')}, {plural(len(topology.components), 'part')}"
    told, bars = [f"{name}: {size}, {_counted(known)}."], []
    for series, label, found in _worst(topology):
        hours = found.result.downtime if found.possible else inf
        shown = lasting(hours) if found.possible else "always"
        bars.append(Bar(label, hours, shown, series))
        title = topology.flows[found.flow].title
        told.append(f"Of what {label}, {title} is down longest: {shown}{' a year' if found.possible else ''}.")
    return Rung(name, size, counts, tuple(bars), " ".join(told))


def _worst(topology: Topology) -> Iterator[tuple[int, str, FlowAssessment]]:
    """The flow that reads and the one that writes that are down longest."""
    assessed = assess(topology, 1)
    for series, (label, reading) in enumerate((("reads", True), ("writes", False))):
        found = [one for one in assessed if (access(topology, one.flow) == "read") == reading]
        if found:
            yield series, label, max(found, key=lambda one: one.result.downtime if one.possible else inf)


def _counted(known: list[Severity]) -> str:
    said = tuple(plural(known.count(one), one) for one in SEVERITIES if one in known and one != "info")
    infos = (f"{known.count('info')} info",) if "info" in known else ()
    return listed((*said, *infos)) or "no issues"


def _bought(bought: Bought, name: str) -> Iterator[Slide]:
    lines = (
        ("Added:", bought.added),
        ("Closed:", bought.closed),
        ("Left open:", bought.left),
        ("New:", bought.introduced),
    )
    entries = [Entry(_few(names), word) for word, names in lines if names]
    entries += [Entry(one) for one in bought.verdicts]
    if entries:
        yield from pages(f"{name}: what the step bought", tuple(entries), f"The step from {bought.follows} to {name}.")


# A tier


def _chapter(chapter: Chapter, opened: bool, steps: bool) -> Iterator[tuple[str, Make]]:
    """The parts of a chapter by their titles."""
    name = chapter.model.architecture.name
    yield f"{name}: deployment", partial(_deployment, chapter)
    for sequence in chapter.flows:
        title = f"{name}: {sequence.title}" if opened else sequence.title
        yield title, partial(_steps if steps else _flow, chapter, sequence, title)
    for missing in chapter.failed:
        title = f"{name}: {missing}" if opened or missing == "deployment" else missing
        yield title, partial(_missing, title)
    yield f"{name}: reliability", partial(_reliability, chapter)
    yield f"{name}: issues", partial(_issues, chapter)
    if chapter.bought is not None:
        yield f"{name}: what the step bought", partial(_bought, chapter.bought, name)


def _missing(title: str) -> tuple[Slide, ...]:
    return (failed_slide(title, "archgen failed here; its messages say where."),)


def _deployment(chapter: Chapter) -> Iterator[Slide]:
    name = chapter.model.architecture.name
    if chapter.placed is None:
        return
    notes = _deployment_notes(chapter, chapter.placed)
    if chapter.overview is not None:
        yield Picture(f"{name}: overview", chapter.overview, notes)
    yield Picture(f"{name}: deployment", chapter.placed, notes)
    for part in chapter.parts:
        yield Picture(f"{name}: {part.diagram.title}", part, part.diagram.alt)


def _deployment_notes(chapter: Chapter, placed: Placed) -> str:
    lines = [chapter.model.architecture.summary or "", placed.diagram.alt]
    lines += [f"{one.title}: {one.why}" for one in chapter.model.topology.components.values() if one.why]
    lines += [_said(number, one) for number, one in enumerate(chapter.model.findings, 1) if one.accepted is None]
    return "\n".join(line for line in lines if line)


def _said(number: int, one: Finding) -> str:
    return f"Issue {number} ({one.severity}, {one.rule}): {one.message}{_proof(one)}"


def _proof(one: Finding) -> str:
    if one.proof is None:
        return ""
    killed = f"without {_few(tuple(each.id for each in one.proof.kill))}" if one.proof.kill else "with nothing failed"
    path = f", after the path {' → '.join(one.proof.path)}" if one.proof.path else ""
    return f" Proof: {killed}, step {one.proof.step} fails{path}."


def _flow(chapter: Chapter, sequence: Sequence, title: str) -> Iterator[Slide]:
    parts = sheets(sequence)
    notes = _flow_notes(chapter, sequence)
    for at, placed in enumerate(parts, 1):
        part = "" if len(parts) == 1 else f" ({at} of {len(parts)})"
        yield Flow(f"{title}{part}", placed, notes)


def _steps(chapter: Chapter, sequence: Sequence, title: str) -> Iterator[Slide]:
    notes = _flow_notes(chapter, sequence)
    done = 0
    for sheet in sheets(sequence):
        for shown in growing(sheet):
            done += 1
            yield Flow(f"{title} ({done} of {len(sequence.items)})", shown, notes)


def _flow_notes(chapter: Chapter, sequence: Sequence) -> str:
    breaking = tuple(one.element.id for one in chapter.model.topology.losses.causes[sequence.id])
    fatal = f"One failure stops it: {_few(breaking, 'or')}." if breaking else "No single failure stops it."
    found = [
        _said(number, one)
        for number, one in enumerate(chapter.model.findings, 1)
        if sequence.id in one.flows and one.accepted is None
    ]
    return "\n".join([sequence.alt, fatal, *found])


# Reliability and issues


def _reliability(chapter: Chapter) -> Iterator[Slide]:
    rows = []
    assessed = assess(chapter.model.topology, 1)
    for one in assessed:
        breaking = tuple(each.element.id for each in chapter.model.topology.losses.causes[one.flow])
        down = lasting(one.result.downtime) if one.possible else "always"
        title = chapter.model.topology.flows[one.flow].title
        rows.append((title, percent(one.result.availability), down, _few(breaking, "or") or "nothing"))
    header = ("Flow", "Available", "Down a year", "One failure that stops it")
    name = chapter.model.architecture.name
    assumed = resting(assessed)
    notes = "\n".join(
        [
            f"{name} states all that these availabilities rest on."
            if not assumed
            else "The model does not state these availabilities, so they are assumed:",
            *(f"{percent(number)} for {listed(ids)}: {source}" for number, source, ids in assumed),
        ]
    )
    yield from _tables(f"{name}: reliability", header, tuple(rows), notes)
    yield from _assumed(chapter, assumed, notes)


def _assumed(chapter: Chapter, assumed: tuple[tuple[float, str, tuple[str, ...]], ...], notes: str) -> Iterator[Slide]:
    """What the table before it rests on and the model does not state; the notes name every element."""
    name, replicas = chapter.model.architecture.name, chapter.model.topology.replicas
    rows = []
    for number, source, ids in assumed:
        those = dict.fromkeys(replicas[one].component if one in replicas else one for one in ids)
        rows.append((percent(number), _few(tuple(those)), source))
    yield from _tables(f"{name}: what is assumed", _ASSUMED, tuple(rows), notes)


def _tables(title: str, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], notes: str) -> Iterator[Slide]:
    count = ceil(len(rows) / _ROWS)
    for at in range(count):
        yield Table(_numbered(title, at + 1, count), header, rows[at * _ROWS : (at + 1) * _ROWS], notes)


def _numbered(title: str, at: int, count: int) -> str:
    return title if count == 1 else f"{title} ({at} of {count})"


def _issues(chapter: Chapter) -> Iterator[Prose]:
    shown = [(number, one) for number, one in enumerate(chapter.model.findings, 1) if one.accepted is None]
    entries = tuple(
        Entry(shortened(one.message, _SAID), badge=Badge(number, one.severity, one.message)) for number, one in shown
    )
    notes: list[str] = []
    for number, one in shown:
        notes.append(f"{_said(number, one)} Next step: {one.fix}")
        if one.rule in chapter.whys:
            notes.append(f"Why it matters: {chapter.whys[one.rule]}")
    if entries:
        yield from pages(f"{chapter.model.architecture.name}: issues", entries, "\n".join(notes))
    else:
        accepted = len(chapter.model.findings)
        none = f"{plural(accepted, 'issue')} accepted in the model." if accepted else "Every rule holds."
        yield from pages(f"{chapter.model.architecture.name}: issues", (Entry("No open issue was found."),), none)
