"""The page of a request flow: its sequence as a diagram and as a table, its single points of failure, and its issues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from archgen.analysis.assessment import FlowAssessment, conditional_points
from archgen.compare.flows import called
from archgen.linting.checked_model import CheckedModel
from archgen.linting.finding_groups import FindingGroup
from archgen.model.architecture import Flow
from archgen.model.durations import format_duration, format_rate, spell_duration
from archgen.model.finding import Finding
from archgen.model.percentages import format_availability
from archgen.model.wording import plural
from archgen.report.common.assessment import conditional_text, format_basis, format_range
from archgen.site.escape import code, link, prose, text
from archgen.site.html_builder import Scripted
from archgen.site.interactive.columns import Stage
from archgen.site.issue_sections import failing_step
from archgen.site.markdown import badge, bullets, codes, heading, image, page, table
from archgen.site.page import Page, flow_path
from archgen.site.pages.downtime import is_reading
from archgen.site.pages.player import mermaid, player
from archgen.site.system_change import survivors
from archgen.site.transport_label import transport_label
from archgen.views.diagram import Block, Item, Message, Remark
from archgen.views.flow import flow_sequence

UP = "../../index.md"


def flow_page(system: CheckedModel, flow: Flow, sequence: str, stage: Stage) -> Page:
    """Return the page of one flow of a system, with its sequence as SVG and its path through the deployment."""
    parts = (
        heading(1, text(flow.title)),
        f"A request flow of {link(text(system.architecture.name), UP)}: {'; '.join(_facts(system, flow))}.",
        text(flow.summary or ""),
        Scripted(player(system, flow, sequence, stage), image("sequence.svg", f"Sequence of {flow.title}")),
        "[Full-size sequence](sequence.svg)\n{ .archgen-full }",
        heading(2, "Steps", "steps"),
        _table(system, flow),
        mermaid(system, flow),
        heading(2, "Failures", "breaks"),
        *_breaks(system, flow),
        *_issues(system, flow),
    )
    return page(f"{system.slug}/{flow_path(system.topology, flow.id)}", flow.title, *parts)


def _facts(system: CheckedModel, flow: Flow) -> Iterator[str]:
    if flow.assumed is not None:
        yield f"assumed from the connections, with {flow.assumed} confidence"
    yield f"{'reads' if is_reading(system, flow.id) else 'writes'} data"
    if flow.domain:
        yield f"visitors request {code(flow.domain)}"
    if flow.demand is not None:
        yield format_rate(flow.demand, " requests")
    if flow.peak is not None:
        yield f"{format_rate(flow.peak, ' requests')} at peak"
    if flow.within is not None:
        yield f"its work may wait for {spell_duration(flow.within)}"
    for assessment in system.assessments:
        if assessment.flow == flow.id and assessment.possible:
            yield _availability(assessment)


def _availability(flow: FlowAssessment) -> str:
    count = len(flow.assumed) + len(flow.times)
    assumptions = link(plural(count, "assumption"), f"{UP}#assumed")
    basis = f" ({format_basis(flow)}; {format_range(flow)}), based on {assumptions}" if count else ""
    share, down = format_availability(flow.result.availability), format_duration(flow.result.downtime)
    return f"available {share} of the time, down {down} per year{basis}"


def _table(system: CheckedModel, flow: Flow) -> str:
    rows = _rows(flow_sequence(system.topology, flow, system.findings).items)
    return table(("Step", "From", "To", "Message", "Protocol", "Transport", "Issues"), rows)


def _rows(items: Iterable[Item]) -> Iterator[tuple[str, ...]]:
    for item in items:
        match item:
            case Message():
                yield _message(item)
            case Remark():
                yield _aside(f"{codes(item.over)}: {text(item.text)}")
            case Block():
                for section in item.sections:
                    yield _aside(f"{item.kind} {text(section.when)}".strip())
                    yield from _rows(section.items)
                yield _aside(f"end of {item.kind}")
            case _:
                assert_never(item)


def _aside(words: str) -> tuple[str, ...]:
    return ("", "", "", f"*{words}*", "", "", "")


def _message(message: Message) -> tuple[str, ...]:
    words = " ".join(filter(None, ("response:" if message.answer else "", text(message.text))))
    marks = [link(badge(mark.number, mark.severity), f"{UP}#issue-{mark.number}") for mark in message.badges]
    ends = (code(message.source), code(message.target))
    how = transport_label(message.meaning)
    return (text(message.number), *ends, words, text(message.protocol), how, " ".join(marks))


def _breaks(system: CheckedModel, flow: Flow) -> Iterator[str]:
    failures = system.topology.losses.failures[flow.id]
    if not failures.possible:
        yield f"This flow can't work: step {code(failures.broken.step if failures.broken is not None else '')} fails with every element up."
        return
    survived = survivors(system.topology, flow.id)
    fatal = list(_fatal(system, flow))
    yield "No single failure takes it down." if not fatal else "Single points of failure:"
    yield table(("Element", "Failing step", "Path"), fatal)
    for condition, names in conditional_points(system.topology, flow.id).items():
        yield f"Not declared: {text(conditional_text(flow.id, names, condition))}."
    if survived:
        yield f"It survives the loss of {codes(survived)}{', one at a time' if len(survived) > 1 else ''}."


def _fatal(system: CheckedModel, flow: Flow) -> Iterator[tuple[str, ...]]:
    topology = system.topology
    for cause in topology.losses.causes[flow.id]:
        path = " → ".join(map(code, cause.proof.path)) + text(cause.proof.condition)
        number, *ends = failing_step(topology, cause.proof)
        yield (code(called(topology, cause.element)), " ".join([text(number), *map(code, ends)]), path)


def _issues(system: CheckedModel, flow: Flow) -> Iterator[str]:
    groups = [(group, hits) for group in system.open_groups if (hits := _of_flow(group, flow))]
    if groups:
        yield heading(2, "Issues of this flow", "issues")
        yield bullets(_issue(group, findings) for group, findings in groups)


def _of_flow(group: FindingGroup, flow: Flow) -> list[Finding]:
    return [finding for finding in group.findings if flow.id in finding.flows]


def _issue(group: FindingGroup, findings: list[Finding]) -> str:
    mark = link(badge(group.number, group.first.severity), f"{UP}#issue-{group.number}")
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{mark} {prose(findings[0].message)}{more}"
