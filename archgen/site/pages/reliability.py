"""The reliability of a system's flows: how long each is down, what stops it, what to fix first, what was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.analysis.assessment import FlowAssessment, conditional_points
from archgen.compare.flows import called
from archgen.improve.gains import gains
from archgen.linting.checked_model import CheckedModel
from archgen.model.durations import format_duration
from archgen.model.percentages import format_availability
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed, plural
from archgen.reliability.cuts import CutProduct, products
from archgen.report.common.assessment import (
    MONTHS,
    AssumptionGroup,
    all_assumptions,
    format_method,
    format_parts,
    format_range,
)
from archgen.site.escape import code, link, text
from archgen.site.markdown import NAMED, badge, bullets, codes, details, figure, heading, table
from archgen.site.page import Page
from archgen.site.pages.change_blocks import IMPOSSIBLE
from archgen.site.pages.charts import FLOWS
from archgen.site.pages.facts import flow_link

PAIRS = 8
"""Groups of pairs that a page names before it counts the rest."""

CHANGES = 3
"""Changes that are listed for a flow: those that save most."""


def reliability(system: CheckedModel, chart: Page | None) -> Iterator[str]:
    """Yield the blocks of the section; `chart` shows what to fix first."""
    if not system.assessments:
        return
    yield heading(2, "Reliability", "reliability")
    yield table(
        ("Flow", "Availability", "Downtime per year", "Range", "Parts", "SPOFs", "Based on"),
        (_row(system, flow) for flow in system.assessments),
    )
    if chart is not None:
        yield heading(3, "What to fix first", "fix-first")
        yield "Downtime per year that each flow would save if the element never failed."
        yield figure("fix-first.svg", chart.title)
        yield from _changes(system)
    yield from _pairs(system)
    yield from _assumptions(system)


def _changes(system: CheckedModel) -> Iterator[str]:
    """Yield the savings of changes, per flow; flows that save the same by the same change share a line."""
    shared: dict[tuple[str, ...], list[str]] = {}
    for flow, by_element in gains(system.topology, system.assessments).items():
        changes = dict.fromkeys(gain for gain in by_element.values() if gain is not None)
        best = sorted(changes, key=lambda gain: -gain.hours_per_year)[:CHANGES]
        unsure = _unsure(system, flow)
        sure = [gain for element, gain in by_element.items() if element.id not in unsure]
        lines = tuple(
            f"{format_duration(gain.hours_per_year)} per year{'' if gain in sure else ', if it waits,'} by {text(gain.change)}"
            for gain in best
        )
        if lines:
            shared.setdefault(lines, []).append(flow)
    if shared:
        yield "Downtime saved by each change on its own:"
        yield bullets(f"{codes(flows)}: {'; '.join(lines)}" for lines, flows in list(shared.items())[:FLOWS])


def _row(system: CheckedModel, flow: FlowAssessment) -> Sequence[str]:
    name = flow_link(system.topology, flow.flow)
    if not flow.possible:
        return (name, "impossible", "always", "", "", IMPOSSIBLE, "")
    down = flow.result.downtime
    return (
        name,
        format_availability(flow.result.availability)
        + ("" if flow.result.method == "exact" else f" ({format_method(flow)})"),
        f"{format_duration(down)}, {format_duration(down / MONTHS)} per month",
        format_range(flow),
        format_parts(flow),
        _points(system, flow.flow) or "none",
        _basis(flow),
    )


def _basis(flow: FlowAssessment) -> str:
    count = len(flow.assumed) + len(flow.times)
    if not count:
        return "declared values only"
    promises = sum(assumed.promised for assumed in flow.assumed)
    words = plural(count, "assumption") + (f", {promises} of them promised" if promises else "")
    return link(words, "#assumed")


def _points(system: CheckedModel, flow: str) -> str:
    """Return the single points of failure of a flow, each with the issue that proves it."""
    elements = [cause.element for cause in system.topology.losses.causes[flow]]
    unsure = _unsure(system, flow)
    names = [
        f"{_proof(system, element, flow)}{code(called(system.topology, element))}{' if it waits' if element.id in unsure else ''}"
        for element in elements
    ]
    return listed(first_few(names, NAMED))


def _unsure(system: CheckedModel, flow: str) -> frozenset[str]:
    """Return the single points that count only if a flow waits for them."""
    return frozenset(name for names in conditional_points(system.topology, flow).values() for name in names)


def _proof(system: CheckedModel, element: Subject, flow: str) -> str:
    for number, finding in system.numbered:
        if finding.proof is not None and flow in finding.flows and element in finding.proof.kill:
            return f"{link(badge(number, finding.severity), f'#issue-{number}')} "
    return ""


def _pairs(system: CheckedModel) -> Iterator[str]:
    shared: dict[tuple[tuple[CutProduct, ...], bool], list[str]] = {}
    for flow in system.assessments:
        pairs = products(elements for elements in flow.cuts.sets if len(elements) == 2)
        if pairs:
            shared.setdefault((pairs, flow.cuts.truncated), []).append(flow.flow)
    if not shared:
        return
    yield heading(3, "Two failures at once", "pairs")
    for (pairs, truncated), flows in list(shared.items())[:FLOWS]:
        lines = [" with ".join(_any_of(system, group) for group in pair) for pair in pairs[:PAIRS]]
        if len(pairs) > PAIRS:
            lines.append(f"and {len(pairs) - PAIRS} more")
        verb = "survives" if len(flows) == 1 else "survive"
        more = " There may be more: the search was cut short." if truncated else ""
        yield f"Losing both elements of a pair takes down {codes(flows)}, which {verb} the loss of either alone:{more}"
        yield bullets(lines)


def _any_of(system: CheckedModel, elements: Sequence[Subject]) -> str:
    names = [called(system.topology, element) for element in elements]
    return codes(names) if len(names) == 1 else f"any of {codes(names, 'or')}"


def _assumptions(system: CheckedModel) -> Iterator[str]:
    """Yield the assumptions, each with its source, and how far the results depend on them."""
    groups = all_assumptions(system.assessments)
    if not groups:
        return
    yield heading(3, "Assumptions", "assumed")
    rows = [(group.value, codes(_called(system, group)), text(group.source)) for group in groups]
    yield (
        "A number that the model does not declare is assumed. Declare your own with "
        f"{code('availability')} or {code('mtbf')} and {code('mttr')}, {code('recovery')} and {code('changes')} to replace "
        "the assumption."
    )
    assumed = table(("Assumed", "Elements", "Source"), rows)
    count = sum(len(group.elements) for group in groups)
    yield details(f"{plural(count, 'assumption')} with sources", assumed)
    yield bullets(list(_sensitivities(system))[:FLOWS])


def _called(system: CheckedModel, group: AssumptionGroup) -> Iterator[str]:
    for element in group.elements:
        yield called(system.topology, element)


def _sensitivities(system: CheckedModel) -> Iterator[str]:
    """Yield how far each flow's downtime depends on its assumptions; flows that depend alike share a line."""
    shared: dict[tuple[str, str], list[str]] = {}
    for flow in system.assessments:
        if flow.sensitivity is not None:
            better, worse = map(format_duration, flow.sensitivity.downtime)
            shared.setdefault((better, worse), []).append(flow.flow)
    for (better, worse), flows in shared.items():
        yield (
            f"If all assumed numbers were three times better, {codes(flows)} would be down {better} per year; "
            f"if three times worse, {worse}."
        )
